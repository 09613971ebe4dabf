"""The rows that say why: one table for incidents, visits, statuses, lists, zones, gaps and near misses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import schema
from geo.incidents import Incidents
from geo.rules import RULE_IDS, Rules

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

OPEN_COLUMNS = ("site_id", "kind", "rule", "record_id", "dataset", "dataset_version", "distance_m", "ground", "source")
"""What evidence of a restricted row (ACLED) may say; all else is withheld by licence."""

_LATER = ("site_id", "source", "ground")
"""Columns that are filled once, when all rows stand in order."""

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
        """All rows as :data:`geo.schema.EVIDENCE`, by site, rule (no rule last), kind, distance, date and record."""
        parts = [p for p in (self._incident_frame(incidents), self._fact_frame()) if len(p)]
        if not parts:
            return schema.empty(schema.EVIDENCE)
        rows = pd.concat(parts, ignore_index=True)
        order = {r: i for i, r in enumerate((*RULE_IDS, ""))}
        kinds = {k: i for i, k in enumerate(schema.EVIDENCE_KINDS)}
        rule = rows["rule"].map(order).to_numpy()
        kind = rows["kind"].map(kinds).to_numpy()
        start = rows["date_start"].to_numpy().astype("datetime64[D]").astype(np.int64)
        distance = rows["distance_m"].fillna(np.inf).to_numpy()
        record = rows["record_id"].rank(method="dense").to_numpy()
        site = rows["_site"].to_numpy()
        rows = rows.iloc[np.lexsort((record, start, distance, kind, rule, site))].reset_index(drop=True)
        site = rows.pop("_site").to_numpy()
        rows["site_id"] = sites["site_id"].array.take(site)
        rows["source"] = sites["source"].array.take(site)
        grounds = {r.id: r.ground for r in self.rules.rules}
        rows["distance_m"] = rows["distance_m"].round(3)
        rows["ground"] = rows["rule"].map(grounds).fillna("").astype("str")
        return schema.conform(rows, schema.EVIDENCE)

    def _fact_frame(self) -> pd.DataFrame:
        """All facts in one frame, column by column: a frame for each call would cost more than the rules do."""
        if not self._facts:
            return pd.DataFrame()
        out: dict[str, object] = {"_site": np.concatenate([np.asarray(f["_site"]) for _, f in self._facts])}
        for column in schema.EVIDENCE:
            if column.name in _LATER:
                continue
            blank: object = {"text": "", "number": np.nan, "tri": pd.NA}.get(column.type, np.datetime64("NaT", "s"))
            dtype: object = {"number": np.float64, "date": "datetime64[s]"}.get(column.type, object)
            pieces = [np.broadcast_to(_array(f.get(column.name, blank), dtype), n) for n, f in self._facts]
            joined = np.concatenate(pieces)
            named = {"text": "str", "tri": "boolean"}.get(column.type)
            out[column.name] = joined if named is None else pd.array(joined, dtype=named)  # type: ignore[call-overload]
        return pd.DataFrame(out)

    def _incident_frame(self, incidents: Incidents) -> pd.DataFrame:
        parts = self._incidents
        if not parts:
            return pd.DataFrame()
        which = np.concatenate([p.incident for p in parts])
        size = np.array([len(p.site) for p in parts])
        source = incidents.frame
        columns: dict[str, object] = {name: source[name].array.take(which) for name in _COPIED}
        columns["provisional"] = pd.array(source["provisional"].to_numpy()[which], dtype="boolean")
        columns["_site"] = np.concatenate([p.site for p in parts])
        columns["precision"] = incidents.precision[which].astype(np.float64)
        columns["distance_m"] = np.concatenate([p.distance_m for p in parts])
        for name, text in (
            ("kind", [p.kind for p in parts]),
            ("rule", [p.rule for p in parts]),
            ("limit", [p.limit for p in parts]),
        ):
            columns[name] = pd.array(text, dtype="str").take(np.repeat(np.arange(len(parts)), size))
        if any(isinstance(p.value, np.ndarray) for p in parts):
            values = [np.broadcast_to(np.asarray(p.value, dtype=object), len(p.site)) for p in parts]
            columns["value"] = pd.array(np.concatenate(values), dtype="str")
        else:
            scalars = pd.array([str(p.value) for p in parts], dtype="str")
            columns["value"] = scalars.take(np.repeat(np.arange(len(parts)), size))
        frame = pd.DataFrame(columns)
        return withhold(frame, source["restricted"].to_numpy()[which])


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
