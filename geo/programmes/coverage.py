"""Programmes by site: what is covered, what is left over, where two donors do the same thing.

*Programme coverage* is a programme's footprint, active on the day, of a type. A *gap* is a conflict-affected or
high-risk site with no active programme of a type. An *overlap* is two or more programmes of different donors, of the
same type, at the same site, at the same time. National programmes cover no site; they are listed. (What the incident
sources cover is another thing, see ``geo.rules.coverage_gaps``.)

The class of the sites is that of ``geo.assess`` with all its doubts: besides the nominal gaps the totals count those
that are certain and those that are possible, and sites of which too little is known are counted apart, not as calm.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from geo.columns import Column
from geo.programmes.footprints import reached, unstack
from geo.programmes.schema import TYPES, Programmes, active_on, ending_within, state_on
from geo.records.admin_units import Aliases
from geo.records.place_names import plain
from geo.schema import CLASSES, SITE_ID, SOURCE, Table, conform, empty

C = Column

AT_RISK = ("conflict-affected", "high-risk")

TYPE = C("programme_type", "text", "one of the eight programme types", allowed=TYPES)
PROGRAMME_IDS = C("programmes", "text", "ids of the programmes joined by ';'")
DONORS = C("donors", "text", "their donors joined by ';'", "none is named")

COVERED: Table = (SITE_ID, TYPE, PROGRAMME_IDS, DONORS, SOURCE)
OVERLAPS: Table = COVERED
GAPS: Table = (
    SITE_ID,
    TYPE,
    C("site_class", "text", "site class", allowed=AT_RISK),
    C("zone_status", "text", "zone status of the site"),
    C("workers", "number", "people working there [people]", "not counted", whole=True),
    SOURCE,
)
COUNTS: Table = (
    C("sites", "integer", "sites of the list"),
    C("at_risk_sites", "integer", "conflict-affected or high-risk"),
    C("insufficient_sites", "integer", "too little is known: neither at risk nor calm"),
    C("at_risk_covered", "integer", "at risk, with an active programme of the type"),
    C("gaps", "integer", "at risk, without; with at_risk_covered it adds up to at_risk_sites"),
    C("gaps_certain", "integer", "without, and at risk for certain"),
    C("gaps_possible", "integer", "without, and possibly at risk (includes the others)"),
    C("overlaps", "integer", "sites where programmes of different donors overlap"),
    C(
        "workers_at_risk",
        "number",
        "people counted at sites at risk [people]; sites without a count add nothing",
        whole=True,
    ),
    C("workers_uncovered", "number", "of these at sites with a gap [people]", whole=True),
)
COUNTED: Table = (C("workers", "number", "people counted there [people]", whole=True),)
UNITS: Table = (
    C("country", "text", "ISO 3166 alpha-3", "not known"),
    C("admin1", "text", "first-order unit", "not known"),
    C("admin2", "text", "second-order unit", "not known"),
    TYPE,
    *COUNTS,
    C("programmes", "text", "ids of the programmes that reach a site of the unit, joined by ';'", "none"),
    C("donors", "text", "their donors joined by ';'", "none, or none is named"),
)
TOTALS: Table = (TYPE, *COUNTS)
BY_ZONE: Table = (C("zone_status", "text", "zone status"), TYPE, *COUNTS)
NATIONAL: Table = (
    C("programme_id", "text", "id of the programme"),
    C("title", "text", "title"),
    C("donor", "text", "who pays", "not stated"),
    C("types", "text", "programme types joined by ';'", "none could be mapped"),
    C("countries", "text", "countries with shares where given", "not stated"),
    C(
        "reason",
        "text",
        "why it is on no map",
        allowed=("country", "region", "stacked_points", "no_radius", "unit_not_found", "no_place"),
    ),
    C("state", "text", "active, ended, not_begun, undated, pipeline or cancelled"),
    C("budget_text", "text", "money as given", "not stated"),
)
YEARS: Table = (
    C("as_of", "date", "day of the count"),
    C("at_risk_sites", "integer", "conflict-affected or high-risk"),
    C("covered", "integer", "of these with an active programme of any type"),
    C("uncovered", "integer", "of these without"),
    C("insufficient_sites", "integer", "too little is known"),
    C("active_programmes", "integer", "programmes active on the day"),
    C("ending_programmes", "integer", "of these end within 12 months"),
)


@dataclass(frozen=True)
class ProgrammeCoverage:
    """The stocktake of one day.

    Attributes
    ----------
    assessed
        The assessed sites (``geo.schema.ASSESSED``).
    covered, gaps, overlaps, units, totals, by_zone, national
        Frames of the tables of this module, sorted.
    states
        State of each programme on the day, beside ``programmes.frame``.
    matrix
        Which site is covered by which type: bool, (sites, 8), columns in the order of ``TYPES``.
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
) -> ProgrammeCoverage:
    """Covered, gaps and overlaps of assessed sites on a day.

    Parameters
    ----------
    assessed
        Columns of ``geo.schema.ASSESSED``.
    programmes
        Programmes with footprints.
    as_of
        The day on which a programme must be active.
    boundaries
        ``geo.spatial.polygons.Boundaries`` to translate administrative codes; None matches names only.
    aliases
        Other names of units, as for ``geo.assess.assess``.
    """
    programmes = unstack(programmes)
    site, programme = reached(assessed, programmes, boundaries, aliases)
    ever = np.unique(programme)
    active = active_on(programmes.frame, as_of)
    site, programme = site[active[programme]], programme[active[programme]]
    of_type = _type_matrix(programmes.frame["types"])
    matrix = np.zeros((len(assessed), len(TYPES)), dtype=bool)
    overlapping = np.zeros_like(matrix)
    covered, overlaps = [], []
    site_id, source = assessed["site_id"].to_numpy(), assessed["source"].to_numpy()
    for column, name in enumerate(TYPES):
        chosen = of_type[programme, column]
        for position, ids, donors, several in _groups(site[chosen], programme[chosen], programmes.frame):
            row = (site_id[position], name, ids, donors, source[position])
            matrix[position, column] = True
            covered.append((position, column, row))
            if several:
                overlapping[position, column] = True
                overlaps.append((position, column, row))
    states = state_on(programmes.frame, as_of)
    return ProgrammeCoverage(
        as_of=as_of,
        assessed=assessed,
        programmes=programmes,
        covered=_frame(covered, COVERED),
        gaps=_gaps(assessed, matrix),
        overlaps=_frame(overlaps, OVERLAPS),
        units=_units(assessed, matrix, overlapping, (site, programme), programmes.frame, of_type),
        totals=_counts(assessed, matrix, overlapping, [], TOTALS),
        by_zone=_counts(assessed, matrix, overlapping, ["zone_status"], BY_ZONE),
        national=_national(programmes, ever, states),
        states=states,
        matrix=matrix,
        pairs=(site, programme),
    )


def by_year(
    assess_on: Callable[[pd.Timestamp], pd.DataFrame],
    programmes: Programmes,
    days: list[pd.Timestamp],
    boundaries: object = None,
    types: tuple[str, ...] = TYPES,
    aliases: Aliases | None = None,
) -> pd.DataFrame:
    """At-risk sites covered and uncovered on each of the days, by any of the given types; columns of :data:`YEARS`."""
    rows = []
    columns = [TYPES.index(t) for t in types]
    for day in days:
        result = programme_coverage(assess_on(day), programmes, as_of=day, boundaries=boundaries, aliases=aliases)
        some = result.matrix[:, columns].any(axis=1)
        risk = result.at_risk
        frame = result.programmes.frame
        rows.append(
            {
                "as_of": day,
                "at_risk_sites": int(risk.sum()),
                "covered": int((risk & some).sum()),
                "uncovered": int((risk & ~some).sum()),
                "insufficient_sites": int((result.assessed["site_class"] == "insufficient data").sum()),
                "active_programmes": int(active_on(frame, day).sum()),
                "ending_programmes": int(ending_within(frame, day).sum()),
            }
        )
    return conform(pd.DataFrame(rows), YEARS) if rows else empty(YEARS)


def _type_matrix(types: pd.Series) -> np.ndarray:
    padded = ";" + types + ";"
    return np.column_stack([padded.str.contains(f";{t};", regex=False).to_numpy(dtype=bool) for t in TYPES])


def _groups(site: np.ndarray, programme: np.ndarray, frame: pd.DataFrame) -> list[tuple[int, str, str, bool]]:
    """Per site its programmes and donors, and whether programmes of different named donors meet there."""
    ids, donors = frame["programme_id"].to_numpy(dtype=object), frame["donor"].to_numpy(dtype=object)
    key = {d: ";".join(sorted(plain(p) for p in str(d).split(";") if p.strip())) for d in frame["donor"].unique()}
    order = np.lexsort((programme, site))
    site, programme = site[order], programme[order]
    edges = [*np.flatnonzero(np.diff(site, prepend=-1)), len(site)]
    out = []
    for first, last in pairwise(edges):
        here = programme[first:last]
        joined = sorted({d.strip() for p in here for d in str(donors[p]).split(";") if d.strip()})
        keys = {key[donors[p]] for p in here} - {""}
        out.append((int(site[first]), ";".join(sorted(str(ids[p]) for p in here)), ";".join(joined), len(keys) > 1))
    return out


def _frame(rows: Sequence[tuple[int, int, tuple[object, ...]]], table: Table) -> pd.DataFrame:
    """Rows in the order of the site list, then of the types."""
    if not rows:
        return empty(table)
    kept = [row for _, _, row in sorted(rows, key=lambda r: r[:2])]
    return conform(pd.DataFrame.from_records(kept, columns=[c.name for c in table]), table)


def _gaps(assessed: pd.DataFrame, matrix: np.ndarray) -> pd.DataFrame:
    risk = assessed["site_class"].isin(AT_RISK).to_numpy()
    position, column = np.nonzero(~matrix & risk[:, None])
    frame = assessed.iloc[position].assign(programme_type=np.array(TYPES)[column])
    return conform(frame.reset_index(drop=True), GAPS) if len(position) else empty(GAPS)


def _counts(
    assessed: pd.DataFrame, matrix: np.ndarray, overlapping: np.ndarray, by: list[str], table: Table
) -> pd.DataFrame:
    """One row per group and type; over all groups each count adds up to that of the whole list."""
    classes = assessed["site_class"]
    certain = assessed.get("certain_class", classes)
    possible = assessed.get("possible_class", classes)
    risk = classes.isin(AT_RISK).to_numpy()
    workers = assessed["workers"].fillna(0).to_numpy()
    parts = []
    for column, name in enumerate(TYPES):
        without = ~matrix[:, column]
        values = {
            "sites": np.ones(len(assessed), dtype="int64"),
            "at_risk_sites": risk,
            "insufficient_sites": (classes == CLASSES[2]).to_numpy(),
            "at_risk_covered": risk & ~without,
            "gaps": risk & without,
            "gaps_certain": risk & without & certain.isin(AT_RISK).to_numpy(),
            "gaps_possible": without & (risk | possible.isin(AT_RISK).to_numpy()),
            "overlaps": overlapping[:, column],
            "workers_at_risk": workers * risk,
            "workers_uncovered": workers * (risk & without),
        }
        whole = {k: v.astype("float64" if k.startswith("workers") else "int64") for k, v in values.items()}
        frame = pd.DataFrame({**{k: assessed[k].to_numpy() for k in by}, **whole})
        summed = frame.groupby(by, sort=True).sum().reset_index() if by else frame.sum().to_frame().T
        parts.append(summed.assign(programme_type=name))
    out = pd.concat(parts, ignore_index=True)
    return conform(out.sort_values(by, kind="stable") if by else out, table)


def _units(
    assessed: pd.DataFrame,
    matrix: np.ndarray,
    overlapping: np.ndarray,
    pairs: tuple[np.ndarray, np.ndarray],
    frame: pd.DataFrame,
    of_type: np.ndarray,
) -> pd.DataFrame:
    keys = ["country", "admin1", "admin2"]
    counted = _counts(assessed, matrix, overlapping, keys, UNITS)
    site, programme = pairs
    number = assessed.groupby(keys, sort=True).ngroup().to_numpy()
    unit_of = dict(zip(assessed[keys].itertuples(index=False, name=None), number.tolist(), strict=True))
    here = pd.DataFrame({"unit": number[site], "programme": programme}).drop_duplicates()
    reaching = {int(str(unit)): rows.to_numpy() for unit, rows in here.groupby("unit")["programme"]}
    all_ids, all_donors = frame["programme_id"].to_numpy(dtype=object), frame["donor"].to_numpy(dtype=object)
    ids, donors = [], []
    for *unit, name in counted[[*keys, "programme_type"]].itertuples(index=False, name=None):
        chosen = reaching.get(unit_of[tuple(unit)], np.empty(0, "int64"))
        chosen = chosen[of_type[chosen, TYPES.index(name)]]
        ids.append(";".join(sorted(all_ids[chosen])))
        donors.append(";".join(sorted({d.strip() for d in ";".join(all_donors[chosen]).split(";") if d.strip()})))
    return conform(counted.assign(programmes=ids, donors=donors), UNITS)


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
    """Units by types for a heat table: index (country, admin1, admin2), one column per type."""
    keys = ["country", "admin1", "admin2"]
    wide = units.pivot(index=keys, columns="programme_type", values=value)  # noqa: PD010
    return wide.reindex(columns=list(TYPES))
