"""Rows of evidence as columns: what was collected rule by rule, put in its one order without an object per cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import schema
from geo.coded import Coded, CodedTable, Codes, numbered, used
from geo.records.incidents import Incidents
from geo.rules.evidence_order import ordered
from geo.rules.rule import Rule

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

RESTRICTED = "restricted"
"""Column of evidence beside the schema: true where a row must not leave whole."""

COPIED = {
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
RECORD = (*COPIED, "precision")
"""Columns that one record tells together: an incident, a visit, an entry of a register."""
_LIMITS = ("limit_km", "limit_months", "limit_events", "limit_deaths")
_TYPES = {c.name: c.type for c in schema.EVIDENCE}
_NO_ROWS = np.zeros(0, np.int64)


@dataclass
class IncidentRows:
    """Incidents named as evidence: positions of sites and incidents, distances in metres (NaN: not measured)."""

    kind: str
    rule: str
    site: Ints
    incident: Ints
    distance_m: Floats | None
    fact: str


@dataclass
class FactRows:
    """Anything else that is named: `columns` of :data:`geo.schema.EVIDENCE`, scalars or one value a site."""

    kind: str
    rule: str
    site: Ints
    columns: dict[str, Any]


def columns(
    incident_rows: Sequence[IncidentRows],
    fact_rows: Sequence[FactRows],
    rules: Sequence[Rule],
    ids: Sequence[str],
    sites: pd.DataFrame,
    incidents: Incidents,
) -> CodedTable:
    """All rows as :data:`geo.schema.EVIDENCE` and `restricted`, by site, rule (no rule last), kind, distance, date.

    Parameters
    ----------
    incident_rows
        Incidents that were named, rule by rule.
    fact_rows
        Anything else that was named, rule by rule.
    rules
        The rules, in their order.
    ids
        Ids of all rules in the order in which their rows stand.
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    incidents
        The incidents, ready to be asked.
    """
    parts: list[IncidentRows | FactRows] = [*incident_rows, *fact_rows]
    site = np.concatenate([*(p.site for p in parts), _NO_ROWS])
    if not len(site):
        return CodedTable.of(schema.empty(schema.EVIDENCE).assign(**{RESTRICTED: np.zeros(0, np.bool_)}))
    names = (*ids, "")
    of_rule, of_kind = ({v: i for i, v in enumerate(of)} for of in (names, schema.EVIDENCE_KINDS))
    distance = _dense("distance_m", incident_rows, fact_rows)
    records = _Records(incident_rows, fact_rows, incidents)
    found = {name: _few(name, incident_rows, fact_rows) for name in ("fact", "status", "basis")}
    facts = _ranks(found["fact"][0])

    def rank(rows: Ints) -> Ints:
        of_record = records.order.take(records.codes.take(rows))
        return of_record * len(facts) + facts.take(found["fact"][1].take(rows))

    groups = [(of_rule[p.rule], of_kind[p.kind]) for p in parts]
    placed, by_number = ordered(site, groups, [len(p.site) for p in parts], distance, rank)
    order, at_site = placed.rows, placed.site
    at_rule, at_kind = (numbered(placed.group, np.array(of, np.int32)) for of in zip(*by_number, strict=True))
    by_id = {r.id: r for r in rules}
    shared = numbered(order, records.codes)
    out: dict[str, Coded] = {
        "site_id": Coded(sites["site_id"].array, at_site),
        "source": Coded(sites["source"].array, at_site),
        "kind": Coded(_texts(schema.EVIDENCE_KINDS), at_kind),
        "rule": Coded(_texts(names), at_rule),
        "answer": Coded(_texts([by_id[r].answer if r in by_id else "" for r in names]), at_rule),
        "ground": Coded(_texts([by_id[r].ground if r in by_id else "" for r in names]), at_rule),
        "distance_m": Coded(_rounded(distance.take(order))),
    }
    for name, (words, codes) in found.items():
        out[name] = Coded(_texts(words), numbered(order, codes))
    for name in _LIMITS:
        limits = [by_id[r].limits.get(name, np.nan) if r in by_id else np.nan for r in names]
        out[name] = Coded(np.array(limits, np.float64), at_rule)
    for name in ("edge_m", "events", "deaths"):
        numbers, codes = _factorised(_dense(name, [], fact_rows), len(site))
        out[name] = Coded(np.round(numbers, 3) if name == "edge_m" else numbers, numbered(order, codes))
    for name in RECORD:
        out[name] = Coded(records.column(name), shared)
    shut = records.shut()
    out[RESTRICTED] = Coded(shut.take(shared) if shut.any() else np.zeros(len(order), np.bool_))
    return CodedTable({n: out[n] for n in (*(c.name for c in schema.EVIDENCE), RESTRICTED)})


def _rounded(metres: Floats) -> Floats:
    """Metres to the millimetre, in their own place."""
    return np.round(metres, 3, out=metres)


class _Records:
    """The distinct records that rows speak of: none, the incidents that were named, and those of other facts."""

    def __init__(
        self, incident_rows: Sequence[IncidentRows], fact_rows: Sequence[FactRows], incidents: Incidents
    ) -> None:
        named = np.concatenate([*(p.incident for p in incident_rows), _NO_ROWS])
        self.incidents, codes = used(named, len(incidents))
        self.of, self.size = incidents, 1 + len(self.incidents)
        self._single: dict[tuple[tuple[str, object], ...], int] = {}
        self._several: list[tuple[int, dict[str, Any]]] = []
        self.codes: Codes = np.concatenate([codes + np.int32(1), *(self._of_facts(part) for part in fact_rows)])
        self._kept: dict[str, Any] = {}

    def _of_facts(self, part: FactRows) -> Codes:
        n = len(part.site)
        cells: dict[str, Any] = {name: part.columns[name] for name in RECORD if name in part.columns}
        arrays = {name: v for name, v in cells.items() if np.ndim(v) and len(v) != 1}
        if not cells:
            return np.zeros(n, np.int32)
        if not arrays:
            key = tuple((name, _single(v)) for name, v in cells.items())
            if key not in self._single:
                self._single[key] = self._add(1, dict(key))
            return np.full(n, self._single[key], np.int32)
        if len(arrays) == 1 and _TYPES[next(iter(arrays))] == "text":
            ((name, values),) = arrays.items()
            own, different = pd.factorize(np.asarray(values, dtype=object))
            return (self._add(len(different), {**cells, name: different}) + own).astype(np.int32)
        return np.arange(n, dtype=np.int32) + np.int32(self._add(n, cells))

    def _add(self, n: int, cells: dict[str, Any]) -> int:
        self._several.append((n, cells))
        self.size += n
        return self.size - n

    def column(self, name: str) -> Any:
        """One column of :data:`RECORD`, a value a record."""
        if name not in self._kept:
            kind = _TYPES[name]
            blank = _BLANKS[kind]
            parts = [_typed([blank], kind)]
            if len(self.incidents):
                parts.append(_typed(self._of_incidents(name), kind))
            parts += [
                _typed(np.repeat(value, n) if len(value) == 1 else value, kind)
                for n, value in _grouped(self._several, name, kind)
            ]
            self._kept[name] = _joined(parts)
        return self._kept[name]

    def _of_incidents(self, name: str) -> Any:
        """A column of the incidents that were named, few of all."""
        if name == "precision":
            return self.of.precision.take(self.incidents).astype(np.float64)
        return self.of.table[COPIED[name]].array.take(self.of.order.take(self.incidents))

    @cached_property
    def order(self) -> Ints:
        """The place of each record by its first day (none is before all others), then by its id."""
        start = np.asarray(self.column("date_start"))
        day, name = start.astype("datetime64[D]").astype(np.int64), _ranks(self.column("record_id"))
        rows = np.lexsort((name, day))
        new = (np.diff(day.take(rows)) != 0) | (np.diff(name.take(rows)) != 0)
        out = np.empty(self.size, np.int64)
        out[rows] = np.concatenate(([0], np.cumsum(new)))
        return out

    def shut(self) -> npt.NDArray[np.bool_]:
        """Which records may not leave whole."""
        out = np.zeros(self.size, np.bool_)
        out[1 : 1 + len(self.incidents)] = self.of.restricted[self.incidents]
        return out


_BLANKS: dict[str, object] = {"text": "", "number": np.nan, "tri": pd.NA, "date": np.datetime64("NaT", "s")}


def _grouped(several: Sequence[tuple[int, dict[str, Any]]], name: str, kind: str) -> Iterator[tuple[int, Any]]:
    """What facts say of a column: a number of records and their values; single ones and blanks are taken together."""
    blank = _BLANKS[kind]
    single: list[object] = []
    for n, cells in several:
        value = cells.get(name, blank)
        if np.ndim(value) and len(value) != 1:
            if single:
                yield len(single), _objects(single)
                single = []
            yield n, value
        else:
            single += [_single(value)] * n
    if single:
        yield len(single), _objects(single)


def _objects(values: Sequence[object]) -> npt.NDArray[np.object_]:
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out


def _single(value: Any) -> object:
    return np.ravel(np.asarray(value, dtype=object))[0] if np.ndim(value) else value


def _typed(values: Any, kind: str) -> Any:
    """An array of the type that a column of the schema has."""
    if kind == "number":
        return np.asarray(values, dtype=np.float64)
    if kind == "date":
        array = np.asarray(values)
        if array.dtype == object:
            array = pd.Series(array, dtype="datetime64[s]").to_numpy()
        return array.astype("datetime64[s]")
    return pd.array(values, dtype="str" if kind == "text" else "boolean")


def _joined(parts: Sequence[Any]) -> Any:
    if isinstance(parts[0], np.ndarray):
        return np.concatenate(parts)
    return type(parts[0])._concat_same_type(parts)


def _texts(values: Sequence[str]) -> Any:
    return pd.array(list(values), dtype="str")


def _ranks(texts: Any) -> Ints:
    """The place of each text among all different ones, in the order of their characters."""
    return pd.Series(texts).rank(method="dense").to_numpy().astype(np.int64)


def _dense(name: str, incident_rows: Sequence[IncidentRows], fact_rows: Sequence[FactRows]) -> Floats:
    """A number of every row, NaN where there is none."""
    out = np.full(sum(len(p.site) for p in incident_rows) + sum(len(p.site) for p in fact_rows), np.nan)
    at = 0
    for part in incident_rows:
        if name == "distance_m" and part.distance_m is not None:
            out[at : at + len(part.site)] = part.distance_m
        at += len(part.site)
    for fact in fact_rows:
        if name in fact.columns:
            out[at : at + len(fact.site)] = np.asarray(fact.columns[name], dtype=np.float64)
        at += len(fact.site)
    return out


def _factorised(values: Floats, n: int) -> tuple[Floats, Codes]:
    """The different numbers, NaN first, and which of them each of `n` rows has: values are those of the last ones."""
    known = np.flatnonzero(~np.isnan(values))
    own, found = pd.factorize(values[known])
    order = np.argsort(found)
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(1, len(order) + 1)
    codes = np.zeros(n, np.int32)
    codes[n - len(values) + known] = place.take(own)
    return np.concatenate(([np.nan], found[order])), codes


def _few(name: str, incident_rows: Sequence[IncidentRows], fact_rows: Sequence[FactRows]) -> tuple[list[str], Codes]:
    """The different texts of a column, blank first, and which of them each row has."""
    place: dict[str, int] = {"": 0}
    parts: list[Codes] = [np.zeros(0, np.int32)]
    for part in incident_rows:
        fact_of_part = part.fact if name == "fact" else ""
        parts.append(np.full(len(part.site), place.setdefault(fact_of_part, len(place)), np.int32))
    for fact in fact_rows:
        value = fact.columns.get(name, "")
        if not np.ndim(value):
            parts.append(np.full(len(fact.site), place.setdefault(str(value), len(place)), np.int32))
            continue
        own, different = pd.factorize(np.asarray(value, dtype=object))
        codes = np.array([place.setdefault(str(v), len(place)) for v in different], np.int32).take(own)
        parts.append(np.broadcast_to(codes, len(fact.site)) if len(codes) == 1 else codes)
    return list(place), np.concatenate(parts)
