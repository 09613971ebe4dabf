"""What was looked at: declared coverage, and the gaps of a class that could be calm only for want of looking.

Coverage is declared, never inferred from events: a file that nothing declares covers nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import schema
from geo.records.place_names import fold
from geo.rules.evidence import Evidence
from geo.rules.rejected import Rejected
from geo.rules.rule import Settings
from geo.spatial.polygons import Boundaries
from geo.spatial.unit_reach import units_within
from geo.time_window import Days, months_before, to_days

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

GAPS = (
    "no_coordinates",
    "country_unknown",
    "not_covered",
    "neighbour_uncovered",
    "neighbours_unknown",
    "incident_rejected",
    "raster_missing",
)
"""Gaps of the site class, in the order in which they are listed; :mod:`i18n.labels` says them in words."""

AREA_GAPS = (
    "country_unknown",
    "not_covered",
    "admin2_not_loaded",
    "admin1_not_loaded",
    "admin2_unknown",
    "admin1_unknown",
    "boundary_version_unknown",
    "boundaries_not_districts",
    "labels_unmatched",
    "incident_unread",
)
"""Gaps of the area class, likewise."""


def matches(declared: str, dataset: pd.Series[str]) -> bool:
    """True where a coverage row's `dataset` names a loaded dataset by its source, name, version or file name.

    Parameters
    ----------
    declared
        The cell `dataset` of a coverage row.
    dataset
        Names by which the loaded dataset is known.

    Examples
    --------
    >>> loaded = pd.Series(["ucdp", "UCDP GED 23.1", "23.1", "ged_car.geojson"], dtype="str")
    >>> [matches(name, loaded) for name in ("UCDP", "ged_car", "GED_CAR.geojson", "another")]
    [True, True, True, False]
    """
    return fold(declared) in _folded(dataset)


def _folded(dataset: Iterable[str]) -> set[str]:
    """The names of a loaded dataset as they are compared; those of files without their ending too."""
    names = {str(v) for v in dataset if str(v)}
    names |= {name.rsplit(".", 1)[0] for name in names if not name.rsplit(".", 1)[-1].isdigit()}
    return {fold(name) for name in names}


def undeclared(coverage: pd.DataFrame | None, datasets: pd.DataFrame) -> list[str]:
    """Datasets that a coverage table names and that are not loaded: their rows cover nothing.

    Parameters
    ----------
    coverage
        :data:`geo.schema.COVERAGE`; None: nothing is declared.
    datasets
        The loaded incident datasets: `source, dataset, dataset_version, file`.
    """
    if coverage is None:
        return []
    loaded = pd.Series(datasets.to_numpy(dtype=object).ravel())
    return sorted({str(d) for d in coverage["dataset"] if not matches(str(d), loaded)})


def covering_sources(
    coverage: pd.DataFrame | None,
    datasets: pd.DataFrame,
    country: npt.NDArray[np.object_],
    after: Days,
    as_of: Days,
    effects: str = "lethal",
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
    effects
        ``all`` asks for sources that are declared to cover events without deaths too.
    """
    out = {str(s): np.zeros(len(country), np.bool_) for s in pd.unique(datasets["source"])}
    if coverage is None or not len(coverage):
        return out
    table = schema.conform(coverage, schema.COVERAGE)
    asked = (table["effects"] == "all").to_numpy() if effects == "all" else np.ones(len(table), np.bool_)
    begin, end = to_days(table["from"]), to_days(table["to"])
    iso3 = table["country_iso3"].to_numpy(dtype=object)
    codes, declared = pd.factorize(table["dataset"])
    sources, named = datasets["source"].to_numpy(dtype=object), datasets.to_numpy(dtype=object)
    land, lands = pd.factorize(country)
    for source in out:
        names = _folded(named[sources == source].ravel())
        mine = asked & np.array([fold(str(d)) in names for d in declared], dtype=np.bool_)[codes]
        for number, iso in enumerate(lands):
            rows = np.flatnonzero(mine & (iso3 == iso)) if iso else ()
            if not len(rows):
                continue
            at = land == number
            # Editions of one source that touch or overlap cover together what lies between them.
            for a, b in _joined(begin[rows], end[rows]):
                out[source] |= at & (a <= after + 1) & (as_of <= b)
    return out


def _joined(begin: Days, end: Days) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for i in np.argsort(begin, kind="stable"):
        if spans and begin[i] <= spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], max(spans[-1][1], int(end[i])))
        else:
            spans.append((int(begin[i]), int(end[i])))
    return spans


@dataclass(frozen=True)
class Foreign:
    """Sites and other countries within the widest circle, one row a pair, with the distance [m]; whatever the date."""

    widest_km: float
    site: Ints
    country: npt.NDArray[np.object_]
    distance_m: Floats


@dataclass
class Coverage:
    """Declared coverage asked for the sites of one run, at their dates; answers are kept by radius and window.

    Parameters
    ----------
    table
        :data:`geo.schema.COVERAGE`, or None for none.
    datasets
        The loaded incident datasets: `source, dataset, dataset_version, file`.
    outlines
        Country outlines; without them nobody knows which countries a circle reaches.
    widest_km
        The widest circle that will be asked for: countries are looked for once.
    reach
        The pairs of :meth:`reached` where an earlier run found them; None: they are looked for.
    """

    table: pd.DataFrame | None
    datasets: pd.DataFrame
    outlines: Boundaries | None
    country: npt.NDArray[np.object_]
    lon: Floats
    lat: Floats
    as_of: Days
    widest_km: float = 0.0
    _kept: dict[tuple[str, float, int, str], dict[str, Bools]] = field(default_factory=dict)
    reach: Foreign | None = None

    def own(self, months: int, effects: str = "lethal") -> dict[str, Bools]:
        """For each source, where it covers the site's own country over the whole of (T - months, T].

        Parameters
        ----------
        months
            Length of the window [calendar months].
        effects
            `lethal`, or `all` for sources that count events without deaths too.
        """
        key = ("own", 0.0, months, effects)
        if key not in self._kept:
            after = months_before(self.as_of, months)
            self._kept[key] = covering_sources(self.table, self.datasets, self.country, after, self.as_of, effects)
        return self._kept[key]

    def foreign(self, radius_km: float) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.object_]]:
        """Sites and other countries that their circles reach, one row a pair.

        Parameters
        ----------
        radius_km
            Radius of the circle around each site [km].
        """
        if self.reach is None or self.reach.widest_km < radius_km:
            self.widest_km = max(radius_km, self.widest_km)
            self.reach = self.reached()
        near = self.reach.distance_m <= radius_km * 1000
        return self.reach.site[near], self.reach.country[near]

    def reached(self) -> Foreign:
        """The other countries that the widest circle of each site reaches."""
        if self.outlines is None or not len(self.country):
            return Foreign(self.widest_km, np.zeros(0, np.int64), np.zeros(0, dtype=object), np.zeros(0))
        iso = self.outlines.frame["country"].to_numpy(dtype=object)
        code, _ = pd.factorize(np.concatenate((self.country, iso)), use_na_sentinel=False)
        own = code[: len(self.country)], code[len(self.country) :]
        reach = units_within(self.lon, self.lat, self.outlines, self.widest_km * 1000, own=own)
        return Foreign(self.widest_km, reach.point, iso[reach.unit], reach.distance_m)

    def lacking(self, radius_km: float, months: int, effects: str = "lethal") -> dict[str, Bools]:
        """Why a circle was not wholly looked at, by code of :data:`GAPS`, one flag a site.

        One and the same source has to cover the site's country *and* every country that the circle reaches.

        Parameters
        ----------
        radius_km
            Radius of the circle around each site [km].
        months
            Length of the window [calendar months].
        effects
            `lethal`, or `all` for sources that count events without deaths too.
        """
        key = ("circle", radius_km, months, effects)
        if key in self._kept:
            return self._kept[key]
        own = self.own(months, effects)
        whole = {source: flags.copy() for source, flags in own.items()}
        site, iso = self.foreign(radius_km)
        if len(site):
            after = months_before(self.as_of, months)
            there = covering_sources(self.table, self.datasets, iso, after[site], self.as_of[site], effects)
            for source, flags in there.items():
                whole[source][site[~flags]] = False
        no_country = np.zeros(len(self.country), np.bool_)
        any_own = np.logical_or.reduce([no_country, *own.values()])
        any_whole = np.logical_or.reduce([no_country, *whole.values()])
        self._kept[key] = self.reasons(any_own, any_whole)
        return self._kept[key]

    def reasons(self, own: Bools, whole: Bools) -> dict[str, Bools]:
        """Why a circle was not wholly looked at, by code of :data:`GAPS`.

        Parameters
        ----------
        own, whole
            Whether some source covers the site's country, and it with every country of the circle; sites are the last
            axis.
        """
        placed = np.isfinite(self.lon) & np.isfinite(self.lat)
        named = self.country != ""
        blank = np.zeros(own.shape, np.bool_)
        return {
            "no_coordinates": ~placed | blank,
            "country_unknown": ~named | blank,
            "not_covered": named & ~own,
            "neighbour_uncovered": own & ~whole,
            "neighbours_unknown": (placed & (self.outlines is None)) | blank,
        }


def site_gaps(coverage: Coverage, rejected: Rejected, settings: Settings, evidence: Evidence) -> dict[str, Bools]:
    """The gaps that what was looked at leaves in the site class, by code of :data:`GAPS`, and their evidence.

    Parameters
    ----------
    coverage
        Declared coverage, asked for the sites of the run.
    rejected
        Incidents that could not be used, beside these sites.
    settings
        The numbers that belong to no single rule, or what the run was asked for.
    evidence
        Gathers rows of evidence.
    """
    lacking = coverage.lacking(settings.neighbour_km, settings.coverage_months)
    gaps = dict(lacking)
    gaps["incident_rejected"] = rejected.near_sites(settings.neighbour_km, settings.coverage_months)
    rejected.add_evidence(settings.neighbour_km, settings.coverage_months, evidence)
    reached = np.full(len(coverage.country), "", dtype=object)
    if evidence.wanted:
        for i, iso in zip(*coverage.foreign(settings.neighbour_km), strict=True):
            reached[i] = f"{reached[i]};{iso}".strip(";")
    for code in GAPS:
        if code in lacking:
            rows = np.flatnonzero(gaps[code])
            evidence.facts("gap", "", rows, fact=code, status=reached[rows] if code == "neighbour_uncovered" else "")
    _add_covered(coverage, settings.coverage_months, "lethal", evidence)
    return {code: gaps[code] for code in GAPS if code in gaps}


def _add_covered(coverage: Coverage, months: int, effects: str, evidence: Evidence) -> None:
    if not evidence.wanted:
        return
    own = coverage.own(months, effects)
    names = np.full(len(coverage.country), "", dtype=object)
    for source, flags in own.items():
        names[flags] = np.where(names[flags] == "", source, names[flags] + f";{source}")
    rows = np.flatnonzero(names != "")
    evidence.facts("coverage", "", rows, fact=f"covered_{months}m_{effects}", dataset=names[rows])


def add_figures(coverage: Coverage, months: int, evidence: Evidence) -> tuple[Bools, Bools]:
    """Whether the country of each site is looked at for figures of `months`: for deadly events, and for others.

    Parameters
    ----------
    coverage
        Declared coverage, asked for the sites of the run.
    months
        Length of the window of the figures [calendar months].
    evidence
        Gathers rows of evidence.
    """
    out = []
    for effects in ("lethal", "all"):
        own = coverage.own(months, effects)
        out.append(np.logical_or.reduce([np.zeros(len(coverage.country), np.bool_), *own.values()]))
        _add_covered(coverage, months, effects, evidence)
    return out[0], out[1]
