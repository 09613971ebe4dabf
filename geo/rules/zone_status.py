"""Zone status of a site at a date: the append-only register, read as the Kimberley Process means it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.columns import texts_at
from geo.errors import ZoneError
from geo.messages import Note
from geo.records.admin_units import Aliases, SiteUnits, keys_of
from geo.rules.evidence import Evidence
from geo.rules.row import Row, SiteRow
from geo.rules.rule import Settings
from geo.rules.zone_register import (
    INSIDE,
    LEVELS,
    in_force,
    named_units,
    rows_of,
    unit_keys,
)
from geo.spatial.polygons import Boundaries, nearest_edge
from geo.time_window import Days

_WHOLE_SENTENCE = "{error}"  # an error that stops nothing: a note of the whole sentence
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

RESTRICTED = ("restricted", "suspended")
NOT_COMPLIANT = ("outside", "inside_priority", "inside_monitored", "inside_suspended")


@dataclass(frozen=True)
class ZoneResult:
    """Zone columns of every site, where its country is restricted, and notes on what could not be joined.

    `columns` has `zone_status, zone_unit, zone_basis, distance_to_zone_edge_m, near_border`.
    """

    columns: pd.DataFrame
    restricted: Bools
    notes: list[str]


def zones_at(
    settings: Settings,
    sites: pd.DataFrame,
    diamond: Bools,
    as_of: Days,
    error_km: Floats,
    units: Mapping[int, SiteUnits],
    register: pd.DataFrame | None,
    boundaries: Mapping[int, Boundaries],
    aliases: Aliases,
    evidence: Evidence,
    *,
    measured: bool = True,
) -> ZoneResult:
    """Reads the register for every site at its date; zones are for those that mine diamonds (`diamond`), or may.

    The unit is that of the polygon where the boundary set has every unit of its level that is named in force, else the
    one that the site itself states, else unknown; `zone_basis` says which. A named commune decides before its
    sub-prefecture; without its polygon the whole sub-prefecture is unknown. Unless `measured`, the distance to the
    edge is left blank.

    Parameters
    ----------
    settings
        The numbers that belong to no single rule, or what the run was asked for.
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    diamond
        One flag a site: it mines diamonds, or may.
    as_of
        The date of each site, time of events and not of knowledge [days since 1970-01-01].
    error_km
        How far a position may be wrong [km]; missing where not stated.
    units
        By level, the unit of each site.
    register
        Entries of the zone register, as :func:`geo.rules.zone_register.ready_register` gives them; None: none.
    boundaries
        The loaded sets, by level.
    aliases
        Other spellings of names of units.
    evidence
        Gathers rows of evidence.
    measured
        Whether places are measured against polygons.
    """
    n = len(sites)
    made = _Zones(n)
    may_be = diamond | (sites["minerals"] == "").to_numpy(np.bool_)
    made.status[~may_be] = made.code("not_applicable")
    if register is not None and len(register):
        for day in np.unique(as_of):
            mine = np.flatnonzero((as_of == day) & may_be)
            if len(mine):
                _read_day(int(day), mine, sites, units, register, boundaries, aliases, evidence, made, measured)
    else:
        evidence.facts("zone", "", np.flatnonzero(may_be), fact="no_register")
    # Without a known mineral nobody can say that a zone of diamonds is asked of the site.
    made.status[may_be & ~diamond & (made.status != made.code("not_applicable"))] = made.code("unknown")
    limit = (settings.zone_border_km + error_km) * 1000
    close = pd.array(made.distance <= limit, dtype="boolean")
    close[np.isnan(made.distance)] = pd.NA
    columns = pd.DataFrame(
        {
            "zone_status": made.texts(made.status),
            "zone_unit": made.texts(made.unit),
            "zone_basis": made.texts(made.basis),
            "distance_to_zone_edge_m": made.distance,
            "near_border": close,
        }
    )
    return ZoneResult(columns, made.restricted, list(made.notes.values()))


class _Zones:
    """What is filled day by day; texts are codes, for they are few."""

    def __init__(self, n: int) -> None:
        self._codes = {"": 0}
        self.status = np.full(n, self.code("unknown"))
        self.unit, self.basis = np.zeros(n, np.int64), np.zeros(n, np.int64)
        self.distance = np.full(n, np.nan)
        self.restricted = np.zeros(n, np.bool_)
        self.notes: dict[str, str] = {}

    def code(self, text: object) -> int:
        """The number of a text."""
        return self._codes.setdefault(str(text), len(self._codes))

    def texts(self, codes: Ints) -> Any:
        """A column of text."""
        return texts_at(list(self._codes), codes)


def _read_day(
    day: int,
    mine: Ints,
    sites: pd.DataFrame,
    units: Mapping[int, SiteUnits],
    register: pd.DataFrame,
    boundaries: Mapping[int, Boundaries],
    aliases: Aliases,
    evidence: Evidence,
    made: _Zones,
    measured: bool,
) -> None:
    country = sites["country"].to_numpy(dtype=object)[mine]
    now = in_force(register, day)
    named = named_units(now)
    whole = {str(r.country): str(r.status) for r in _entries(now) if r.level == "country"}
    codes, different = pd.factorize(country)
    made.restricted[mine] = np.array([whole.get(str(c), "") in RESTRICTED for c in different], np.bool_)[codes]
    unknown_country = country == ""
    open_ = made.restricted[mine] | unknown_country
    made.status[mine[~open_]] = made.code("not_applicable")
    if evidence.wanted:
        for entry in _entries(now[now["level"] == "country"]):
            _add_entry(evidence, mine[country == entry.country], entry, "country")
    mine, country = mine[open_], country[open_]
    if not len(mine):
        return
    rows: dict[int, dict[str, int]] = {}
    for level in (2, 3):
        if level in boundaries:
            try:
                rows[level] = rows_of(named, boundaries[level], aliases)
            except ZoneError as error:
                fault = error.with_traceback(None)  # its frames would keep the whole run in memory
                made.notes.setdefault(str(error), Note(_WHOLE_SENTENCE, error=fault))
    key, basis, name = _located(mine, sites, units, boundaries, rows, aliases)
    keyed = {2: _by_key(key), 3: _by_key(_communes(mine, units, boundaries, rows, aliases))}
    stated_country = country != ""
    has_units = set(register["country"][register["level"].isin(list(LEVELS))])
    codes, different = pd.factorize(country)
    located = (key != "") | ~np.array([str(c) in (has_units or {""}) for c in different], np.bool_)[codes]
    made.status[mine] = np.where(located & stated_country, made.code("outside"), made.code("unknown"))
    if evidence.wanted:
        at = np.flatnonzero(located)
        evidence.facts("zone", "", mine[at], fact="located", status=name()[at], basis=_BASES.take(basis[at]))
    for deep in ("admin2", "admin3"):
        part = named[(named["level"] == deep).to_numpy(np.bool_)]
        if not len(part):
            continue
        above = keys_of(part["parent"], part["country"], 2, aliases)
        for entry, own, parent in zip(_entries(part), unit_keys(part, aliases), above, strict=True):
            if deep == "admin3" and 3 not in rows:
                held = keyed[2].get(str(parent), _NOBODY)
                made.status[mine[held]], made.unit[mine[held]] = made.code("unknown"), made.code("")
                evidence.facts("zone", "", mine[held], fact="commune_not_loaded", status=entry.unit)
                continue
            hit = keyed[LEVELS[deep]].get(str(own), _NOBODY)
            hit = hit[stated_country[hit]]
            made.status[mine[hit]] = made.code(INSIDE[str(entry.status)])
            made.unit[mine[hit]] = made.code(entry.unit)
            if evidence.wanted:
                _add_entry(evidence, mine[hit], entry, deep)
    made.basis[mine] = np.where(located, np.array([made.code(text) for text in _BASES]).take(basis), made.code(""))
    if measured:
        _measure(mine, sites, boundaries, rows, keyed, made, evidence)


_BASES = np.array(["", "stated", "polygon"], dtype=object)
"""How the sub-prefecture of a site is known; a code is a position here."""
_STATED, _POLYGON = 1, 2
_NOBODY = np.zeros(0, np.int64)


def _by_key(keys: Texts) -> dict[str, Ints]:
    """Positions of each key, ascending."""
    codes, different = pd.factorize(keys)
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=len(different)))
    return dict(zip(map(str, different), np.split(order, ends[:-1]), strict=True)) if len(different) else {}


def _located(
    mine: Ints,
    sites: pd.DataFrame,
    units: Mapping[int, SiteUnits],
    boundaries: Mapping[int, Boundaries],
    rows: Mapping[int, dict[str, int]],
    aliases: Aliases,
) -> tuple[Texts, Ints, Callable[[], Texts]]:
    """Key of the sub-prefecture of each site, how it is known (a code), and what gives its name."""
    part = sites[["admin2", "country"]].iloc[mine]
    stated = part["admin2"].reset_index(drop=True)
    country = part["country"].reset_index(drop=True)
    inside, polygon, named = np.zeros(len(mine), np.bool_), _NO_TEXT, _NO_TEXT
    if 2 in rows and 2 in units:
        inside = units[2].basis[mine] == "polygon"
        polygon, named = units[2].key[mine[inside]], units[2].name[mine[inside]]
    elif 3 in rows and 3 in units and (boundaries[3].frame["parent"] != "").any():
        row = units[3].row[mine]
        inside = row >= 0
        above = boundaries[3].frame["parent"].iloc[row[inside]].reset_index(drop=True)
        polygon = keys_of(above, country[inside].reset_index(drop=True), 2, aliases)
        named = above.to_numpy(dtype=object)
    key = np.full(len(mine), "", dtype=object)
    key[inside] = polygon
    key[~inside] = keys_of(stated[~inside], country[~inside], 2, aliases)
    basis = np.where(inside, _POLYGON, np.where(key == "", 0, _STATED))

    def name() -> Texts:
        out = stated.to_numpy(dtype=object, copy=True)
        out[inside] = named
        return out

    return key, basis, name


_NO_TEXT: Texts = np.zeros(0, dtype=object)


def _communes(
    mine: Ints,
    units: Mapping[int, SiteUnits],
    boundaries: Mapping[int, Boundaries],
    rows: Mapping[int, dict[str, int]],
    aliases: Aliases,
) -> Texts:
    """Key of the commune of each site, blank where none is known."""
    out = np.full(len(mine), "", dtype=object)
    if 3 not in rows or 3 not in units:
        return out
    by_row = {row: key for key, row in rows[3].items()}
    return np.array([by_row.get(int(r), "") for r in units[3].row[mine]], dtype=object)


def _entries(register: pd.DataFrame) -> Iterator[Any]:
    """Its rows, by the names of their columns."""
    names = [str(name) for name in register]
    for values in zip(*(register[name] for name in names), strict=True):
        yield SimpleNamespace(**dict(zip(names, values, strict=True)))


def _add_entry(evidence: Evidence, sites: Ints, entry: object, fact: str) -> None:
    recorded = getattr(entry, "recorded_at", None)
    evidence.facts(
        "zone",
        "",
        sites,
        record_id=getattr(entry, "unit", ""),
        dataset=f"{getattr(entry, 'scheme', '')} zone register",
        dataset_version="" if recorded is None or recorded is pd.NaT else f"{recorded:%Y-%m-%d}",
        date_start=getattr(entry, "valid_from", None),
        date_end=getattr(entry, "valid_to", None),
        fact=fact,
        status=getattr(entry, "status", ""),
        actor_a=getattr(entry, "decided_by", ""),
    )


def _measure(
    mine: Ints,
    sites: pd.DataFrame,
    boundaries: Mapping[int, Boundaries],
    rows: Mapping[int, dict[str, int]],
    keyed: Mapping[int, Mapping[str, Ints]],
    made: _Zones,
    evidence: Evidence,
) -> None:
    """Distance to the own unit's edge for sites in a named unit, else to the nearest edge of any that is in force."""
    placed = (sites["lon"].notna() & sites["lat"].notna()).to_numpy()[mine]
    best, which = np.full(len(mine), np.nan), np.full(len(mine), -1, np.int64)
    inside = np.zeros(len(mine), np.bool_)
    for level in (3, 2):
        named = rows.get(level, {})
        if not named:
            continue
        lon, lat = sites["lon"].to_numpy(np.float64)[mine], sites["lat"].to_numpy(np.float64)[mine]
        own = np.full(len(mine), -1, np.int64)
        for key, row in named.items():
            own[keyed[level].get(key, _NOBODY)] = row
        polygons = np.array(sorted(set(named.values())), dtype=np.int64)
        for row in np.unique(own[placed & ~inside]):
            at = np.flatnonzero(placed & ~inside & (own == row))
            subset = polygons if row < 0 else np.array([row], dtype=np.int64)
            metres = np.round(nearest_edge(lon[at], lat[at], boundaries[level], subset)[1], 3)
            closer = np.isnan(best[at]) | (metres < best[at]) | (row >= 0)
            best[at[closer]], which[at[closer]] = metres[closer], level
        inside |= own >= 0
    made.distance[mine] = best
    for level in rows:
        at = np.flatnonzero(which == level)
        evidence.facts(
            "zone",
            "",
            mine[at],
            fact="edge",
            dataset=boundaries[level].name,
            dataset_version=boundaries[level].version,
            edge_m=best[at],
        )


def is_restricted(rows: Iterable[Row]) -> bool:
    """Whether the country is under restriction, by the entries that evidence names.

    Parameters
    ----------
    rows
        Zone evidence of one site.
    """
    return any(r.kind == "zone" and r.fact == "country" and r.status in RESTRICTED for r in rows)


def status_from_rows(site: SiteRow, rows: Iterable[Row]) -> str:
    """The zone status of a site from its rows of evidence alone.

    Parameters
    ----------
    site
        The site as the results state it.
    rows
        Zone evidence of the site.
    """
    zone = [r for r in rows if r.kind == "zone"]
    if site.minerals and "diamond" not in site.minerals:
        return "not_applicable"
    if any(r.fact == "no_register" for r in zone):
        return "unknown"
    if site.country != "" and not is_restricted(zone):
        return "not_applicable"
    if not site.minerals or site.country == "" or not any(r.fact == "located" for r in zone):
        return "unknown"
    for fact in ("admin3", "commune_not_loaded", "admin2"):
        for row in zone:
            if row.fact == fact:
                return "unknown" if fact == "commune_not_loaded" else INSIDE[row.status]
    return "outside"
