"""Verdict gaps: where a calm class would be invented, because what could contradict it was not looked at.

Coverage is declared, never inferred from events: a file that nothing declares covers nothing.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import schema
from geo.records.place_names import fold
from geo.rules.evidence import Evidence
from geo.rules.rule_set import Rules
from geo.spatial.polygons import Boundaries, units_within
from geo.time_window import Days, months_before, to_days

Bools = npt.NDArray[np.bool_]

GAPS = {
    "no_coordinates": "the position of the site is not known",
    "country_unknown": "the country of the site is not known",
    "not_covered": "no source covers the whole look-back window in the site's country",
    "neighbour_uncovered": "the circle around the site reaches into a country that the source does not cover",
    "neighbours_unknown": "no country outlines at hand to see which countries the circle reaches",
    "admin2_unknown": "the second-order unit of the site is not known",
    "boundary_version_unknown": "boundaries of unknown vintage were used",
    "first_seen_after_as_of": "the site was first recorded after the date",
}
"""Every verdict gap and what it means, in the order in which they are listed."""


def matches(declared: str, dataset: pd.Series[str]) -> bool:
    """True where a coverage row's `dataset` names a loaded dataset by its source, name, version or file name.

    >>> loaded = pd.Series(["ucdp", "UCDP GED 23.1", "23.1", "ged_car.geojson"], dtype="str")
    >>> [matches(name, loaded) for name in ("UCDP", "ged_car", "GED_CAR.geojson", "another")]
    [True, True, True, False]
    """
    names = {str(v) for v in dataset if str(v)}
    names |= {name.rsplit(".", 1)[0] for name in names if not name.rsplit(".", 1)[-1].isdigit()}
    return fold(declared) in {fold(name) for name in names}


def undeclared(coverage: pd.DataFrame | None, datasets: pd.DataFrame) -> list[str]:
    """Datasets that a coverage table names and that are not loaded: their rows cover nothing."""
    if coverage is None:
        return []
    loaded = pd.Series(datasets.to_numpy(dtype=object).ravel())
    return sorted({str(d) for d in coverage["dataset"] if not matches(str(d), loaded)})


def covering_sources(
    coverage: pd.DataFrame | None, datasets: pd.DataFrame, country: npt.NDArray[np.object_], after: Days, as_of: Days
) -> dict[str, Bools]:
    """For each loaded source, which sites' countries it covers on every day of (after, as_of].

    Parameters
    ----------
    coverage
        Frame of :data:`geo.schema.COVERAGE`, or None for none.
    datasets
        One row a loaded incident dataset: `source, dataset, dataset_version, file`.
    country
        ISO alpha-3, one per question; blank is covered by nothing.
    after, as_of
        Days since 1970-01-01, one per question.
    """
    out = {str(s): np.zeros(len(country), np.bool_) for s in pd.unique(datasets["source"])}
    if coverage is None or not len(coverage):
        return out
    table = schema.conform(coverage, schema.COVERAGE)
    begin, end = to_days(table["from"]), to_days(table["to"])
    for source in out:
        loaded = datasets[datasets["source"] == source]
        names = loaded.to_numpy(dtype=object).ravel()
        mine = np.array([matches(d, pd.Series(names)) for d in table["dataset"]], dtype=np.bool_)
        for iso in pd.unique(pd.Series(country)):
            rows = np.flatnonzero(mine & (table["country_iso3"] == iso).to_numpy())
            at = np.flatnonzero(country == iso)
            if not len(rows) or iso == "":
                continue
            # Editions of one source that touch or overlap cover together what lies between them.
            for a, b in _joined(begin[rows], end[rows]):
                out[source][at] |= (a <= after[at] + 1) & (as_of[at] <= b)
    return out


def _joined(begin: Days, end: Days) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for i in np.argsort(begin, kind="stable"):
        if spans and begin[i] <= spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], max(spans[-1][1], int(end[i])))
        else:
            spans.append((int(begin[i]), int(end[i])))
    return spans


def ask(
    rules: Rules,
    sites: pd.DataFrame,
    as_of: Days,
    coverage: pd.DataFrame | None,
    datasets: pd.DataFrame,
    outlines: Boundaries | None,
    admin2_known: Bools,
    used_unknown_version: Bools,
    evidence: Evidence,
) -> dict[str, Bools]:
    """The verdict gaps of every site, one flag per gap of :data:`GAPS`.

    One and the same source has to cover the site's country *and* every country that a circle of `neighbour_km`
    reaches, for the whole of (T - coverage_months, T].
    """
    n = len(sites)
    lon, lat = sites["lon"].to_numpy(np.float64), sites["lat"].to_numpy(np.float64)
    country = sites["country"].to_numpy(dtype=object)
    placed = np.isfinite(lon) & np.isfinite(lat)
    after = months_before(as_of, rules.settings.coverage_months)
    own = covering_sources(coverage, datasets, country, after, as_of)
    whole = {s: flags.copy() for s, flags in own.items()}
    reached_names = np.full(n, "", dtype=object)
    if outlines is not None:
        at = np.flatnonzero(placed)
        reach = units_within(lon[at], lat[at], outlines, rules.settings.neighbour_km * 1000)
        site = at[reach.point]
        iso = outlines.frame["country"].to_numpy(dtype=object)[reach.unit]
        foreign = iso != country[site]
        site, iso = site[foreign], iso[foreign]
        if len(site):
            there = covering_sources(coverage, datasets, iso, after[site], as_of[site])
            for source, flags in there.items():
                whole[source][site[~flags]] = False
            for i, c in zip(site, iso, strict=True):
                reached_names[i] = f"{reached_names[i]};{c}".strip(";")
    any_own = np.logical_or.reduce(list(own.values())) if own else np.zeros(n, np.bool_)
    any_whole = np.logical_or.reduce(list(whole.values())) if whole else np.zeros(n, np.bool_)
    first = to_days(sites["first_seen"])
    gaps = {
        "no_coordinates": ~placed,
        "country_unknown": country == "",
        "not_covered": (country != "") & ~any_own,
        "neighbour_uncovered": any_own & ~any_whole,
        "neighbours_unknown": placed & np.full(n, outlines is None),
        "admin2_unknown": ~admin2_known,
        "boundary_version_unknown": used_unknown_version,
        "first_seen_after_as_of": sites["first_seen"].notna().to_numpy() & (first > as_of),
    }
    for gap, flags in gaps.items():
        rows = np.flatnonzero(flags)
        said = reached_names[rows] if gap == "neighbour_uncovered" else ""
        evidence.facts("gap", "", rows, value=gap, actor_a=said, limit=GAPS[gap])
    covered = np.flatnonzero(any_own)
    named = np.array([";".join(s for s, f in own.items() if f[i]) for i in covered], dtype=object)
    evidence.facts("gap", "", covered, value="covered", dataset=named, limit=f"{rules.settings.coverage_months} months")
    return gaps
