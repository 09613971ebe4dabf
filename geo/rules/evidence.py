"""The rows that say why: one table for sums, incidents, visits, statuses, lists, zones, gaps and near misses.

Rows are codes and numbers; no sentence stands in them (docs/evidence.md lists the codes).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import schema
from geo.records.incidents import Incidents
from geo.rules.rule import Rule

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

OPEN_COLUMNS = ("site_id", "source", "kind", "rule", "record_id", "dataset", "dataset_version", "distance_m", "ground")
"""What evidence of a restricted row (ACLED) may say outside this machine; all else is withheld by licence."""

RESTRICTED = "restricted"
"""Column of :attr:`geo.assess.Assessment.evidence` beside the schema: true where a row must not leave whole."""

_LATER = ("site_id", "source", "rule", "answer", "ground", "limit_km", "limit_months", "limit_events", "limit_deaths")
"""Columns that are filled once, when all rows stand in order."""

_NONE = np.zeros(0, np.int64)
_COPIED = {
    "record_id": "record_id",
    "dataset": "dataset",
    "dataset_version": "dataset_version",
    "date_start": "date_start",
    "date_end": "date_end",
    "date_prec": "date_prec",
    "deaths_best": "deaths_best",
    "deaths_low": "deaths_low",
    "deaths_high": "deaths_high",
    "deaths_civilians": "deaths_civilians",
    "effect": "effect",
    "violence": "violence",
    "event_type": "kind",
    "actor_a": "actor_a",
    "actor_b": "actor_b",
    "place": "place",
    "provisional": "provisional",
}
"""Columns of evidence that are those of the incident, by their name in :data:`geo.schema.INCIDENTS`."""


@dataclass
class _Rows:
    """Incidents named as evidence: positions of sites and incidents, distances in metres (NaN: not measured)."""

    kind: str
    rule: str
    site: Ints
    incident: Ints
    distance_m: Floats
    fact: str


@dataclass
class Evidence:
    """Collects rows while the rules are asked; :meth:`frame` puts them in their one order.

    `wanted` false collects nothing: classes without their reasons.
    """

    rules: Sequence[Rule]
    ids: Sequence[str]
    wanted: bool = True
    _incidents: list[_Rows] = field(default_factory=list)
    _facts: list[tuple[int, dict[str, object]]] = field(default_factory=list)

    def incidents(
        self, kind: str, rule: str, site: Ints, incident: Ints, distance_m: Floats | None = None, fact: str = "counted"
    ) -> None:
        """Names incidents (positions in the prepared incidents) for sites (positions in the site table)."""
        if self.wanted and len(site):
            blank = np.full(len(site), np.nan)
            self._incidents.append(_Rows(kind, rule, site, incident, blank if distance_m is None else distance_m, fact))

    def facts(self, kind: str, rule: str, site: Ints, **columns: object) -> None:
        """Names anything else; `columns` are columns of :data:`geo.schema.EVIDENCE`, scalars or one value a site."""
        if self.wanted and len(site):
            self._facts.append((len(site), {"_site": site, "kind": kind, "rule": rule, **columns}))

    def frame(self, sites: pd.DataFrame, incidents: Incidents) -> pd.DataFrame:
        """All rows as :data:`geo.schema.EVIDENCE` and `restricted`, by site, rule (no rule last), kind, distance, date.

        Each column is made once, in its final order: of millions of rows every copy costs more than the rules do.
        """
        site = np.concatenate([*(p.site for p in self._incidents), *(f["_site"] for _, f in self._facts), _NONE])
        if not len(site):
            return schema.empty(schema.EVIDENCE).assign(**{RESTRICTED: np.zeros(0, np.bool_)})
        pools = {c.name: self._pool(c, incidents) for c in schema.EVIDENCE if c.name not in _LATER}
        sizes = [*(len(p.site) for p in self._incidents), *(n for n, _ in self._facts)]
        names = (*self.ids, "")
        of_rule, of_kind = ({v: i for i, v in enumerate(of)} for of in (names, schema.EVIDENCE_KINDS))
        rule = np.repeat([of_rule[r] for r in self._said("rule")], sizes)
        kind = np.repeat([of_kind[k] for k in self._said("kind")], sizes)
        start, distance = (pool.take(index) for pool, index in (pools["date_start"], pools["distance_m"]))
        pool, index = pools["record_id"]
        record = pd.Series(pool).rank(method="dense").to_numpy().take(index)
        fact_pool, fact_index = pools["fact"]
        fact = pd.Series(fact_pool).rank(method="dense").to_numpy().take(fact_index)
        day = start.astype("datetime64[D]").astype(np.int64)
        far = np.where(np.isnan(distance), np.inf, distance)
        order = np.lexsort((fact, record, day, far, kind, rule, site))
        site, rule = site.take(order), rule.take(order)
        later: dict[str, object] = {
            "site_id": sites["site_id"].array.take(site),
            "source": sites["source"].array.take(site),
        }
        by_id = {r.id: r for r in self.rules}
        for name, text in (("rule", {r: r for r in names}), ("answer", {r.id: r.answer for r in self.rules}),
                           ("ground", {r.id: r.ground for r in self.rules})):  # fmt: skip
            later[name] = pd.array([text.get(r, "") for r in names], dtype="str").take(rule)
        for name in ("limit_km", "limit_months", "limit_events", "limit_deaths"):
            limits = [by_id[r].limits.get(name, np.nan) if r in by_id else np.nan for r in names]
            later[name] = np.array(limits, np.float64).take(rule)
        columns: dict[str, object] = {}
        for column in schema.EVIDENCE:
            if column.name in later:
                columns[column.name] = later[column.name]
            else:
                pool, index = pools.pop(column.name)
                columns[column.name] = pool.take(index.take(order))
        columns["distance_m"] = np.round(np.asarray(columns["distance_m"]), 3)
        columns["edge_m"] = np.round(np.asarray(columns["edge_m"]), 3)
        secret = incidents.frame["restricted"].to_numpy(np.bool_)
        shut = [*(secret[p.incident] for p in self._incidents), *(np.zeros(n, np.bool_) for n, _ in self._facts)]
        return pd.DataFrame(columns).assign(**{RESTRICTED: np.concatenate(shut).take(order)})

    def _said(self, what: str) -> list[str]:
        return [*(str(getattr(p, what)) for p in self._incidents), *(str(f[what]) for _, f in self._facts)]

    def _pool(self, column: schema.Column, incidents: Incidents) -> tuple[Any, Ints]:
        """The values of a column, and for every row which of them it has."""
        name = column.name
        blank: object = {"text": "", "number": np.nan, "tri": pd.NA}.get(column.type, np.datetime64("NaT", "s"))
        dtype: Any = {"number": np.float64, "date": "datetime64[s]"}.get(column.type, object)
        values, index, size = [_array(blank, dtype).reshape(1)], [_NONE], 1
        copied = None
        if name in _COPIED or name == "precision":
            given = incidents.precision if name == "precision" else incidents.frame[_COPIED[name]].to_numpy(dtype=dtype)
            copied = np.array(given, dtype=dtype)
            values.append(copied)
            size += len(copied)
        for p in self._incidents:
            if copied is not None:
                index.append(1 + p.incident)
                continue
            own = _array(getattr(p, name, blank), dtype)
            index.append(size + (np.zeros(len(p.site), np.int64) if own.ndim == 0 else np.arange(len(p.site))))
            values.append(own.reshape(-1))
            size += own.size
        for n, f in self._facts:
            own = _array(f.get(name, blank), dtype)
            index.append(size + (np.zeros(n, np.int64) if own.size == 1 else np.arange(n)))
            values.append(own.reshape(-1))
            size += own.size
        joined = np.concatenate(values)
        named = {"text": "str", "tri": "boolean"}.get(column.type)
        return joined if named is None else pd.array(joined, dtype=named), np.concatenate(index)  # type: ignore[call-overload]


def _array(value: object, dtype: object) -> npt.NDArray[Any]:
    if isinstance(value, pd.Timestamp) or value is pd.NaT:
        value = pd.Series([value], dtype="datetime64[s]").to_numpy()
    return np.asarray(value, dtype=dtype)  # type: ignore[call-overload, no-any-return]


def withheld(evidence: pd.DataFrame) -> pd.DataFrame:
    """Evidence as it may leave this machine: :data:`geo.schema.EVIDENCE`, restricted rows blank but for what is open.

    Of a restricted row the distance is rounded to whole kilometres: three exact distances give a place back.
    """
    if RESTRICTED not in evidence.columns:
        return evidence
    shut = evidence[RESTRICTED].to_numpy(np.bool_)
    frame = evidence.drop(columns=RESTRICTED)
    if not shut.any():
        return frame
    for column in schema.EVIDENCE:
        if column.name == "distance_m":
            frame[column.name] = frame[column.name].mask(shut, (frame[column.name] / 1000).round() * 1000)
        elif column.name not in OPEN_COLUMNS:
            blank = {"text": "", "tri": pd.NA, "date": pd.NaT}.get(column.type, np.nan)
            frame[column.name] = frame[column.name].mask(shut, blank)
    return frame
