"""Zone status of a site at a date: the append-only register, read as the Kimberley Process means it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.columns import texts_at
from geo.equal_texts import are_blank
from geo.errors import ZoneError
from geo.messages import Note
from geo.records.admin_units import Aliases, SiteUnits, key_of
from geo.rules.evidence import Evidence
from geo.rules.row import Row, SiteRow
from geo.rules.rule import Settings
from geo.rules.zone_entries import LEVELS, Entry, HeldUnits, by_state, entries_of, named_entries, unit_key
from geo.rules.zone_keys import BASES, SiteKeys
from geo.rules.zone_register import INSIDE
from geo.spatial.polygons import Boundaries, nearest_edge
from geo.time_window import Days

_WHOLE_SENTENCE = "{error}"  # an error that stops nothing: a note of the whole sentence
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

RESTRICTED = ("restricted", "suspended")
NOT_COMPLIANT = ("outside", "inside_priority", "inside_monitored", "inside_suspended")


@dataclass(frozen=True)
class ZoneResult:
    """Zone columns of every site, where its country is restricted, and notes on what could not be joined.

    `columns` has `zone_status, zone_unit, zone_basis, distance_to_zone_edge_m, near_border`; `status` are positions of
    the zone status in `statuses`, and `may_be` marks the sites that mine diamonds (`diamond`), or may.
    """

    columns: pd.DataFrame
    restricted: Bools
    notes: list[str]
    status: Ints
    statuses: list[str]
    diamond: Bools
    may_be: Bools


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
    may_be = diamond | are_blank(sites["minerals"])
    made = _Zones(len(sites))
    made.status[~may_be] = made.code("not_applicable")
    rows = np.flatnonzero(may_be)
    if register is not None and len(register):
        keys = SiteKeys(sites, rows, units, boundaries, aliases)
        reader = _Reader(entries_of(register), keys, made, evidence, measured)
        for now, at in by_state(reader.entries, as_of[rows]):
            reader.read(now, at)
    else:
        evidence.facts("zone", "", rows, fact="no_register")
    # Without a known mineral nobody can say that a zone of diamonds is asked of the site.
    made.status[may_be & ~diamond & (made.status != made.code("not_applicable"))] = made.code("unknown")
    limit = (settings.zone_border_km + error_km) * 1000
    columns = pd.DataFrame(
        {
            "zone_status": made.texts(made.status),
            "zone_unit": made.texts(made.unit),
            "zone_basis": made.texts(made.basis),
            "distance_to_zone_edge_m": made.distance,
            "near_border": pd.arrays.BooleanArray(made.distance <= limit, np.isnan(made.distance)),
        }
    )
    return ZoneResult(
        columns, made.restricted, list(made.notes.values()), made.status, list(made.codes), diamond, may_be
    )


class _Zones:
    """What is filled state by state; texts are codes, for they are few."""

    def __init__(self, n: int) -> None:
        self.codes = {"": 0}
        self.status = np.full(n, self.code("unknown"))
        self.unit, self.basis = np.zeros(n, np.int64), np.zeros(n, np.int64)
        self.distance = np.full(n, np.nan)
        self.restricted = np.zeros(n, np.bool_)
        self.notes: dict[str, str] = {}

    def code(self, text: str) -> int:
        """The number of a text."""
        return self.codes.setdefault(text, len(self.codes))

    def texts(self, codes: Ints) -> Any:
        """A column of text."""
        return texts_at(list(self.codes), codes)


@dataclass(frozen=True)
class _Reader:
    """The register beside the sites that it is asked of: `at` are positions among the rows of `keys`."""

    entries: Sequence[Entry]
    keys: SiteKeys
    made: _Zones
    evidence: Evidence
    measured: bool

    @cached_property
    def _held(self) -> dict[int, HeldUnits]:
        return {i: HeldUnits(self.keys.boundaries[i], self.keys.aliases) for i in (2, 3) if i in self.keys.boundaries}

    @cached_property
    def _has_units(self) -> Bools:
        """By country, whether the register names units of it; where it names none, every country counts as blank."""
        named = {e.country for e in self.entries if e.level in LEVELS} or {""}
        return np.array([country in named for country in self.keys.countries], np.bool_)

    def read(self, now: Sequence[Entry], at: Ints) -> None:
        """Fills what the entries in force say of some sites."""
        made, keys = self.made, self.keys
        mine, country = keys.rows[at], keys.country[at]
        whole = {e.country: e.status for e in now if e.level == "country"}
        restricted = np.array([whole.get(c, "") in RESTRICTED for c in keys.countries], np.bool_)
        stated = np.array([c != "" for c in keys.countries], np.bool_)
        made.restricted[mine] = restricted[country]
        open_ = (restricted | ~stated)[country]
        made.status[mine[~open_]] = made.code("not_applicable")
        if self.evidence.wanted:
            for entry in now:
                if entry.level == "country" and entry.country in keys.countries:
                    here = mine[country == keys.countries.index(entry.country)]
                    _add_entry(self.evidence, here, entry, "country")
        if open_.any():
            self._read_units(named_entries(now), at[open_], stated)

    def _read_units(self, named: Sequence[Entry], at: Ints, stated: Bools) -> None:
        """What entries of named units say of sites in countries that are restricted, or of none."""
        made, keys, evidence = self.made, self.keys, self.evidence
        rows = self._rows(named)
        mine, country = keys.rows[at], keys.country[at]
        spot = keys.located(2 in rows, 3 in rows)
        two, basis, known = spot.key[at], spot.basis[at], stated[country]
        three = keys.communes(rows[3])[at] if 3 in rows and 3 in keys.units else np.zeros(len(at), np.int64)
        located = (two != 0) | ~self._has_units[country]
        made.status[mine] = np.where(located & known, made.code("outside"), made.code("unknown"))
        if evidence.wanted:
            found, names = np.flatnonzero(located), spot.name(keys.sites["admin2"].iloc[keys.rows])
            evidence.facts(
                "zone", "", mine[found], fact="located", status=names[at[found]], basis=BASES.take(basis[found])
            )
        for entry in sorted(named, key=lambda e: LEVELS[e.level]):
            own = unit_key(entry.unit, entry.parent, entry.country, entry.level, keys.aliases)
            if entry.level == "admin3" and 3 not in rows:
                above = keys.number(key_of(entry.parent, entry.country, 2, keys.aliases))
                held = mine[two == above]
                made.status[held], made.unit[held] = made.code("unknown"), made.code("")
                evidence.facts("zone", "", held, fact="commune_not_loaded", status=entry.unit)
                continue
            hit = mine[((three if entry.level == "admin3" else two) == keys.number(own)) & known]
            made.status[hit], made.unit[hit] = made.code(INSIDE[entry.status]), made.code(entry.unit)
            if evidence.wanted:
                _add_entry(evidence, hit, entry, entry.level)
        texts = np.array([made.code(text) for text in BASES.tolist()])
        made.basis[mine] = np.where(located, texts.take(basis), made.code(""))
        if self.measured and any(rows.values()):
            self._measure(at, rows, {2: two, 3: three})

    def _rows(self, named: Sequence[Entry]) -> dict[int, dict[str, int]]:
        """By level the polygons of named units; a set that lacks one is left out, with a note."""
        rows: dict[int, dict[str, int]] = {}
        for level, held in self._held.items():
            try:
                rows[level] = held.rows(named)
            except ZoneError as error:
                fault = error.with_traceback(None)  # its frames would keep the whole run in memory
                self.made.notes.setdefault(str(error), Note(_WHOLE_SENTENCE, error=fault))
        return rows

    def _measure(self, at: Ints, rows: Mapping[int, dict[str, int]], key: Mapping[int, Ints]) -> None:
        """Distance to the own unit's edge for sites in a named unit, else to the nearest edge of any in force."""
        keys = self.keys
        lon, lat, placed = keys.lon[at], keys.lat[at], keys.placed[at]
        best, which = np.full(len(at), np.nan), np.full(len(at), -1, np.int64)
        inside = np.zeros(len(at), np.bool_)
        for level in (3, 2):
            named = rows.get(level, {})
            if not named:
                continue
            own = np.full(len(at), -1, np.int64)
            for unit, row in named.items():
                own[key[level] == keys.number(unit)] = row
            polygons = np.array(sorted(set(named.values())), dtype=np.int64)
            for row in np.unique(own[placed & ~inside]):
                here = np.flatnonzero(placed & ~inside & (own == row))
                subset = polygons if row < 0 else np.array([row], dtype=np.int64)
                metres = np.round(nearest_edge(lon[here], lat[here], keys.boundaries[level], subset)[1], 3)
                closer = np.isnan(best[here]) | (metres < best[here]) | (row >= 0)
                best[here[closer]], which[here[closer]] = metres[closer], level
            inside |= own >= 0
        self.made.distance[keys.rows[at]] = best
        for level in rows:
            there = np.flatnonzero(which == level)
            self.evidence.facts(
                "zone",
                "",
                keys.rows[at[there]],
                fact="edge",
                dataset=keys.boundaries[level].name,
                dataset_version=keys.boundaries[level].version,
                edge_m=best[there],
            )


def _add_entry(evidence: Evidence, sites: Ints, entry: Entry, fact: str) -> None:
    evidence.facts(
        "zone",
        "",
        sites,
        record_id=entry.unit,
        dataset=f"{entry.scheme} zone register",
        dataset_version="" if entry.recorded_at is pd.NaT else f"{entry.recorded_at:%Y-%m-%d}",
        date_start=entry.valid_from,
        date_end=entry.valid_to,
        fact=fact,
        status=entry.status,
        actor_a=entry.decided_by,
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
