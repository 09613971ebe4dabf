"""The rows that say why: one table for incidents, visits, statuses, lists, zones, gaps and near misses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import schema
from geo.records.incidents import Incidents
from geo.rules.rule_set import RULE_IDS, Rules

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

OPEN_COLUMNS = ("site_id", "kind", "rule", "record_id", "dataset", "dataset_version", "distance_m", "ground", "source")
"""What evidence of a restricted row (ACLED) may say; all else is withheld by licence."""

_LATER = ("site_id", "source", "ground")
"""Columns that are filled once, when all rows stand in order."""

_NONE = np.zeros(0, np.int64)

_COPIED = (
    "record_id",
    "dataset",
    "dataset_version",
    "date_start",
    "date_end",
    "date_prec",
    "deaths_best",
    "deaths_low",
    "deaths_high",
    "actor_a",
    "actor_b",
    "provisional",
)


@dataclass
class _Rows:
    """Incidents named as evidence: positions of sites and incidents, distances in metres (NaN: not measured)."""

    kind: str
    rule: str
    site: Ints
    incident: Ints
    distance_m: Floats
    value: npt.NDArray[np.object_] | str
    limit: str


@dataclass
class Evidence:
    """Collects rows while the rules are asked; :meth:`frame` puts them in their one order."""

    rules: Rules
    _incidents: list[_Rows] = field(default_factory=list)
    _facts: list[tuple[int, dict[str, object]]] = field(default_factory=list)

    def incidents(
        self,
        kind: str,
        rule: str,
        site: Ints,
        incident: Ints,
        distance_m: Floats | None = None,
        value: npt.NDArray[np.object_] | str = "",
        limit: str = "",
    ) -> None:
        """Names incidents (positions in the prepared incidents) for sites (positions in the site table)."""
        if len(site):
            blank = np.full(len(site), np.nan)
            self._incidents.append(
                _Rows(kind, rule, site, incident, blank if distance_m is None else distance_m, value, limit)
            )

    def facts(self, kind: str, rule: str, site: Ints, **columns: object) -> None:
        """Names anything else; `columns` are columns of :data:`geo.schema.EVIDENCE`, scalars or one value a site."""
        if len(site):
            self._facts.append((len(site), {"_site": site, "kind": kind, "rule": rule, **columns}))

    def frame(self, sites: pd.DataFrame, incidents: Incidents) -> pd.DataFrame:
        """All rows as :data:`geo.schema.EVIDENCE`, by site, rule (no rule last), kind, distance, date and record.

        Each column is made once, in its final order: of millions of rows every copy costs more than the rules do.
        """
        site = np.concatenate([*(p.site for p in self._incidents), *(f["_site"] for _, f in self._facts), _NONE])
        if not len(site):
            return schema.empty(schema.EVIDENCE)
        pools = {c.name: self._pool(c, incidents) for c in schema.EVIDENCE if c.name not in _LATER}
        sizes = [*(len(p.site) for p in self._incidents), *(n for n, _ in self._facts)]
        names = (*RULE_IDS, "")
        of_rule, of_kind = ({v: i for i, v in enumerate(of)} for of in (names, schema.EVIDENCE_KINDS))
        rule = np.repeat([of_rule[r] for r in self._said("rule")], sizes)
        kind = np.repeat([of_kind[k] for k in self._said("kind")], sizes)
        start, distance = (pool.take(index) for pool, index in (pools["date_start"], pools["distance_m"]))
        pool, index = pools["record_id"]
        record = pd.Series(pool).rank(method="dense").to_numpy().take(index)
        day = start.astype("datetime64[D]").astype(np.int64)
        order = np.lexsort((record, day, np.where(np.isnan(distance), np.inf, distance), kind, rule, site))
        site, rule = site.take(order), rule.take(order)
        grounds = {r.id: r.ground for r in self.rules.rules}
        later = {
            "site_id": sites["site_id"].array.take(site),
            "source": sites["source"].array.take(site),
            "ground": pd.array([grounds.get(r, "") for r in names], dtype="str").take(rule),
        }
        columns: dict[str, object] = {}
        for column in schema.EVIDENCE:
            if column.name in later:
                columns[column.name] = later[column.name]
            else:
                pool, index = pools.pop(column.name)
                columns[column.name] = pool.take(index.take(order))
        columns["distance_m"] = np.round(np.asarray(columns["distance_m"]), 3)
        return pd.DataFrame(columns)

    def _said(self, what: str) -> list[str]:
        return [*(str(getattr(p, what)) for p in self._incidents), *(str(f[what]) for _, f in self._facts)]

    def _pool(self, column: schema.Column, incidents: Incidents) -> tuple[Any, Ints]:
        """The values of a column, and for every row which of them it has; restricted incidents are withheld."""
        name = column.name
        blank: object = {"text": "", "number": np.nan, "tri": pd.NA}.get(column.type, np.datetime64("NaT", "s"))
        dtype: Any = {"number": np.float64, "date": "datetime64[s]"}.get(column.type, object)
        secret = incidents.frame["restricted"].to_numpy()
        hide = name not in OPEN_COLUMNS
        values, index, size = [_array(blank, dtype).reshape(1)], [_NONE], 1
        copied = None
        if name in _COPIED or name == "precision":
            given = incidents.precision if name == "precision" else incidents.frame[name].to_numpy(dtype=dtype)
            copied = np.array(given, dtype=dtype)
            values.append(np.where(secret, values[0], copied) if hide else copied)
            size += len(copied)
        for p in self._incidents:
            if copied is not None:
                index.append(1 + p.incident)
                continue
            own = _array(getattr(p, name, blank), dtype)
            at = size + (np.zeros(len(p.site), np.int64) if own.ndim == 0 else np.arange(len(p.site)))
            index.append(np.where(secret[p.incident], 0, at) if hide else at)
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


def withhold(frame: pd.DataFrame, restricted: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Blanks everything but :data:`OPEN_COLUMNS` in the rows of restricted datasets."""
    if not restricted.any():
        return frame
    frame = frame.copy()
    for column in schema.EVIDENCE:
        name = column.name
        if name in OPEN_COLUMNS or name not in frame.columns:
            continue
        blank = {"text": "", "tri": pd.NA, "date": pd.NaT}.get(column.type, np.nan)
        frame[name] = frame[name].mask(restricted, blank)
    return frame
