"""Programmes by site: what is covered, what is left over, where two donors do the same thing.

*Programme coverage* is a programme's footprint, active on the day, of a type. A *gap* is a conflict-affected or
high-risk site with no active programme of a type. An *overlap* is two or more programmes of different donors, of the
same type, at the same site, at the same time. National programmes cover no site; they are listed, and named beside the
gaps that they may touch. A type that makes no sense at a site (no scheme for its mineral and country) is no gap there;
where no loaded programme could be read as any type, what is covered is unknown, and there are no gaps to count. (What
the incident sources cover is another thing, see ``geo.rules.coverage_gaps``.)

The class of the sites is that of ``geo.assess`` with all its doubts: besides the nominal gaps the totals count those
that are certain and those that are possible, and sites of which too little is known are counted apart, not as calm.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from geo.programmes.applicable import applicable
from geo.programmes.counts import Counter, of_units
from geo.programmes.donors import DonorNames
from geo.programmes.footprints import fall_back, reached, unstack
from geo.programmes.radii import Radius, with_default_radii
from geo.programmes.schema import TYPES, Programmes, active_on, ending_within, state_on
from geo.programmes.tables import (
    AT_RISK,
    BESIDE,
    BY_ZONE,
    COVERED,
    GAPS,
    NATIONAL,
    OVERLAPS,
    TOTALS,
    YEARS,
)
from geo.records.admin_units import Aliases
from geo.records.place_names import plain
from geo.schema import Table, conform, empty


@dataclass(frozen=True)
class ProgrammeCoverage:
    """The stocktake of one day.

    Attributes
    ----------
    assessed
        The sites with their classes on the day (``geo.schema.ASSESSED``).
    covered, gaps, overlaps, units, totals, by_zone, national
        Frames of the tables of this module, sorted.
    states
        State of each programme on the day, beside ``programmes.frame``.
    matrix
        Which site is covered by which type: bool, (sites, 8), columns in the order of ``TYPES``.
    open_at
        Where a type makes sense and is lacking, at any site: bool, (sites, 8). Of sites at risk these are the gaps.
    unknown_at
        Where nobody can say whether a type is lacking: bool, (sites, 8).
    typed
        Whether any loaded programme could be read as any type.
    pairs
        Positions of sites and of active programmes whose footprint holds the site.
    """

    as_of: pd.Timestamp
    assessed: pd.DataFrame
    programmes: Programmes
    covered: pd.DataFrame
    gaps: pd.DataFrame
    overlaps: pd.DataFrame
    units: pd.DataFrame
    totals: pd.DataFrame
    by_zone: pd.DataFrame
    national: pd.DataFrame
    states: pd.Series
    matrix: np.ndarray
    open_at: np.ndarray
    unknown_at: np.ndarray
    typed: bool
    pairs: tuple[np.ndarray, np.ndarray]

    @property
    def at_risk(self) -> np.ndarray:
        """Whether each site is conflict-affected or high-risk."""
        return self.assessed["site_class"].isin(AT_RISK).to_numpy()


def programme_coverage(
    assessed: pd.DataFrame,
    programmes: Programmes,
    *,
    as_of: pd.Timestamp,
    boundaries: object = None,
    aliases: Aliases | None = None,
    schemes: pd.DataFrame | None = None,
    donors: DonorNames | None = None,
    radii: Sequence[Radius] = (),
) -> ProgrammeCoverage:
    """Covered, gaps and overlaps of assessed sites on a day.

    Parameters
    ----------
    assessed
        The sites with their classes on the day (``geo.schema.ASSESSED``).
    programmes
        Programmes of all files, with their footprints.
    as_of
        The day on which a programme must be active.
    boundaries
        ``geo.spatial.polygons.Boundaries`` to translate administrative codes; None matches names only.
    aliases
        Other names of units, as for ``geo.assess.assess``.
    schemes
        Where a type makes sense, as for ``geo.programmes.applicable.applicable``; None: everywhere.
    donors
        Other names of donors; None: as they are spelled.
    radii
        Radii of points that state none; by default they cover nothing.
    """
    programmes = with_default_radii(fall_back(assessed, unstack(programmes), boundaries, aliases), radii)
    names = donors or DonorNames()
    site, programme = reached(assessed, programmes, boundaries, aliases)
    ever = np.unique(programme)
    active = active_on(programmes.frame, as_of)
    makes_sense, in_doubt = applicable(assessed, schemes, as_of)
    site, programme = site[active[programme]], programme[active[programme]]
    of_type = _type_matrix(programmes.frame["types"])
    matrix = np.zeros((len(assessed), len(TYPES)), dtype=bool)
    overlapping = np.zeros_like(matrix)
    covered, overlaps = [], []
    site_id, source = assessed["site_id"].to_numpy(), assessed["source"].to_numpy()
    for column, name in enumerate(TYPES):
        chosen = of_type[programme, column]
        for position, ids, paying, several in _groups(site[chosen], programme[chosen], programmes.frame, names):
            row = (site_id[position], name, ids, paying, source[position])
            matrix[position, column] = True
            covered.append((position, column, row))
            if several:
                overlapping[position, column] = True
                overlaps.append((position, column, row))
    states = state_on(programmes.frame, as_of)
    typed = bool(of_type.any())
    unknown: np.ndarray = ~matrix & (in_doubt | (not typed))
    lacking: np.ndarray = ~matrix & ~unknown & makes_sense
    national = _national(programmes, ever, states)
    programmes_near = _active_near(assessed, programmes, active, of_type, (site, programme), national)
    counter = Counter(assessed, matrix, lacking, unknown, overlapping, typed)
    return ProgrammeCoverage(
        as_of=as_of,
        assessed=assessed,
        programmes=programmes,
        covered=_frame(covered, COVERED),
        gaps=_gaps(assessed, lacking, programmes_near),
        overlaps=_frame(overlaps, OVERLAPS),
        units=of_units(counter, (site, programme), programmes.frame, of_type),
        totals=counter.by([], TOTALS),
        by_zone=counter.by(["zone_status"], BY_ZONE),
        national=national,
        states=states,
        matrix=matrix,
        open_at=lacking,
        unknown_at=unknown,
        typed=typed,
        pairs=(site, programme),
    )


def by_year(
    take: Callable[[pd.Timestamp], ProgrammeCoverage], days: list[pd.Timestamp], types: tuple[str, ...] = TYPES
) -> pd.DataFrame:
    """At-risk sites covered and uncovered on each of the days, by any of the given types; columns of :data:`YEARS`.

    Parameters
    ----------
    take
        The stocktake of a day.
    days, types
        The days, and the types that are looked at.
    """
    rows = []
    columns = [TYPES.index(t) for t in types]
    for day in days:
        result = take(day)
        some = result.matrix[:, columns].any(axis=1)
        risk = result.at_risk
        frame = result.programmes.frame
        rows.append(
            {
                "as_of": day,
                "at_risk_sites": int(risk.sum()),
                "covered": int((risk & some).sum()),
                "uncovered": int((risk & ~some & result.open_at[:, columns].any(axis=1)).sum()),
                "insufficient_sites": int((result.assessed["site_class"] == "insufficient data").sum()),
                "active_programmes": int(active_on(frame, day).sum()),
                "ending_programmes": int(ending_within(frame, day).sum()),
            }
        )
    return conform(pd.DataFrame(rows), YEARS) if rows else empty(YEARS)


def _type_matrix(types: pd.Series) -> np.ndarray:
    padded = ";" + types + ";"
    return np.column_stack([padded.str.contains(f";{t};", regex=False).to_numpy(dtype=bool) for t in TYPES])


def _groups(
    site: np.ndarray, programme: np.ndarray, frame: pd.DataFrame, names: DonorNames
) -> list[tuple[int, str, str, bool]]:
    """Per site its programmes and donors, and whether programmes of different named donors meet there."""
    ids = frame["programme_id"].to_numpy(dtype=object)
    donors_of = list(zip(frame["donor"], frame["donor_ids"], strict=True))
    joined_of = {pair: names.joined(*pair) for pair in set(donors_of)}
    order = np.lexsort((programme, site))
    site, programme = site[order], programme[order]
    edges = [*np.flatnonzero(np.diff(site, prepend=-1)), len(site)]
    out = []
    for first, last in pairwise(edges):
        here = programme[first:last]
        donors = [joined_of[donors_of[p]] for p in here]
        joined = sorted({donor for one in donors for donor in one})
        keys = {frozenset(map(plain, one)) for one in donors} - {frozenset()}
        out.append((int(site[first]), ";".join(sorted(str(ids[p]) for p in here)), ";".join(joined), len(keys) > 1))
    return out


def _frame(rows: Sequence[tuple[int, int, tuple[object, ...]]], table: Table) -> pd.DataFrame:
    """Rows in the order of the site list, then of the types."""
    if not rows:
        return empty(table)
    kept = [row for _, _, row in sorted(rows, key=lambda r: r[:2])]
    return conform(pd.DataFrame.from_records(kept, columns=[c.name for c in table]), table)


def _gaps(
    assessed: pd.DataFrame, lacking: np.ndarray, programmes_near: Callable[[int, int], list[str]]
) -> pd.DataFrame:
    risk = assessed["site_class"].isin(AT_RISK).to_numpy()
    position, column = np.nonzero(lacking & risk[:, None])
    if not len(position):
        return empty(GAPS)
    named = [programmes_near(int(p), int(c)) for p, c in zip(position, column, strict=True)]
    frame = assessed.iloc[position].assign(
        programme_type=np.array(TYPES)[column],
        may_touch=[";".join(ids[:BESIDE]) for ids in named],
        may_touch_count=[len(ids) for ids in named],
    )
    return conform(frame.reset_index(drop=True), GAPS)


def _active_near(
    assessed: pd.DataFrame,
    programmes: Programmes,
    active: np.ndarray,
    of_type: np.ndarray,
    pairs: tuple[np.ndarray, np.ndarray],
    national: pd.DataFrame,
) -> Callable[[int, int], list[str]]:
    """For a site and a type: ids of active programmes that may touch a gap there, sorted.

    These are national ones of the type or of no known type that name the site's country, and ones of no known type
    that reach the site.
    """
    ids = programmes.frame["programme_id"].to_numpy(dtype=object)
    untyped = np.asarray(~of_type.any(axis=1))
    listed = active & programmes.frame["programme_id"].isin(national["programme_id"]).to_numpy()
    by_country: dict[tuple[str, int], list[str]] = {}
    for position in np.flatnonzero(listed):
        countries = {part.split(":")[0] for part in str(programmes.frame["countries"].iloc[position]).split(";")} - {""}
        for column in range(len(TYPES)) if untyped[position] else np.flatnonzero(of_type[position]).tolist():
            for country in countries:
                by_country.setdefault((country, column), []).append(str(ids[position]))
    here: dict[int, list[str]] = {}
    untyped_pairs = np.flatnonzero(untyped[pairs[1]])
    for site, programme in zip(pairs[0][untyped_pairs], pairs[1][untyped_pairs], strict=True):
        here.setdefault(int(site), []).append(str(ids[programme]))
    country_of = assessed["country"].to_numpy()
    listed_in = {key: sorted(set(names)) for key, names in by_country.items()}

    def ids_near(at: int, column: int) -> list[str]:
        named = listed_in.get((country_of[at], column), [])
        return sorted({*named, *here[at]}) if at in here else named

    return ids_near


def _national(programmes: Programmes, ever: np.ndarray, states: pd.Series) -> pd.DataFrame:
    """Every programme without a footprint that can be drawn or matched, and why."""
    places, frame = programmes.footprints, programmes.frame
    drawn = places["kind"].isin(["polygon"]) | ((places["kind"] == "point") & (places["radius_km"] > 0))
    on_map = set(places.loc[drawn, "programme"]) | set(ever.tolist())
    reason = pd.Series("no_place", index=frame.index, dtype="str")
    # The last to speak is the most telling: a unit that no site lies in, then a point, then a country.
    for word, rows in (
        ("region", places["kind"] == "region"),
        ("country", places["kind"] == "country"),
        ("stacked_points", places["stacked"]),
        ("no_radius", (places["kind"] == "point") & ~(places["radius_km"] > 0)),
        ("unit_not_found", places["kind"] == "admin"),
    ):
        reason.iloc[places.loc[rows, "programme"].unique()] = word
    out = frame.assign(reason=reason, state=states)
    out = out[~np.isin(np.arange(len(frame)), list(on_map))]
    return conform(out.reset_index(drop=True), NATIONAL) if len(out) else empty(NATIONAL)


def matrix_of_units(units: pd.DataFrame, value: str = "gaps") -> pd.DataFrame:
    """Units by types for a heat table: index (country, admin1, admin2), one column per type.

    Parameters
    ----------
    units
        Rows of ``UNITS``, one a unit and type.
    value
        Column of ``UNITS`` that stands in the cells.
    """
    keys = ["country", "admin1", "admin2"]
    wide = units.pivot(index=keys, columns="programme_type", values=value)  # noqa: PD010
    return wide.reindex(columns=list(TYPES))
