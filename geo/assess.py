"""The main job: sites, incidents, zones and a date in; classes with evidence out. Everything else calls this."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import schema
from geo.errors import InputError
from geo.records.admin_units import Aliases, SiteUnits, incident_units, parents, site_units
from geo.records.incidents import Incidents, plain, prepare
from geo.rules import coverage_gaps, incident_area, incident_distance, listed_areas, visits_and_statuses
from geo.rules import zone_status as zones
from geo.rules.classify import classify
from geo.rules.evidence import Evidence
from geo.rules.explanation import sentences
from geo.rules.finding import Finding
from geo.rules.rule_set import Rules
from geo.rules.zone_findings import tell_findings
from geo.spatial.polygons import Boundaries, locate
from geo.time_window import NO_DAY, Days, to_dates, to_days

AsOf = dt.date | str | np.datetime64 | Sequence[object] | pd.Series


@dataclass(frozen=True)
class Assessment:
    """The result of one run.

    Parameters
    ----------
    sites
        :data:`geo.schema.ASSESSED` and the status columns of :mod:`geo.rules.visits_and_statuses`, one row per site,
        by source, then site id (shorter first): the same for any order of the input.
    evidence
        :data:`geo.schema.EVIDENCE`.
    datasets
        Incident datasets used: `source, dataset, dataset_version, file`.
    report
        What a reader should know of the run: repeated incident ids, unmatched and disagreeing labels, notes.
    """

    sites: pd.DataFrame
    evidence: pd.DataFrame
    datasets: pd.DataFrame
    report: dict[str, object] = field(default_factory=dict)


def assess(
    sites: pd.DataFrame,
    incidents: pd.DataFrame | None,
    *,
    as_of: AsOf,
    rules: Rules,
    zones: pd.DataFrame | None = None,
    boundaries: Boundaries | Sequence[Boundaries] | None = None,
    coverage: pd.DataFrame | None = None,
    visits: pd.DataFrame | None = None,
    statuses: pd.DataFrame | None = None,
    routes: pd.DataFrame | None = None,
    findings: pd.DataFrame | None = None,
    listed: pd.DataFrame | None = None,
    restrictions: pd.DataFrame | None = None,
    outlines: Boundaries | None = None,
    aliases: Aliases | None = None,
    files: dict[str, str] | None = None,
) -> Assessment:
    """Classifies every site at its date, with the evidence.

    Parameters
    ----------
    sites
        :data:`geo.schema.SITES`, or a GeoDataFrame of points in any CRS with those columns; the key is
        (source, site_id).
    incidents
        :data:`geo.schema.INCIDENTS` of any number of datasets, or None; sources are counted apart.
    as_of
        One date, or one per site: the time of events, not of knowledge.
    rules
        See :mod:`geo.rules.rule_set`.
    zones
        The zone register, :data:`geo.schema.ZONES`; None: every zone status that could apply is unknown.
    boundaries
        Polygons of administrative units, at most one set per level (1 and 2); None: units are as the sites state.
    coverage
        :data:`geo.schema.COVERAGE`; None: nothing is covered, and no site can be calm.
    visits, statuses
        :data:`geo.schema.VISITS` and :data:`geo.schema.STATUSES`, matched by (source, site_id).
    routes
        Declared routes of sites: columns `source, site_id, geometry` (LineString, WGS 84); an armed roadblock on one
        counts for its site (H6).
    findings
        :data:`geo.schema.FINDINGS`: what was found in a zone unit up to the date stands beside its status.
    listed
        :data:`geo.schema.LISTED_AREAS` (H8).
    restrictions
        Countries under Kimberley Process restriction: columns `country, restricted_from, restricted_to` (exclusive).
    outlines
        Country outlines; they give a blank country (`country_basis` outline) and the neighbours of a site.
    aliases
        See :func:`geo.records.admin_units.aliases_of`.
    files
        File name of each incident dataset, by its version, so that a coverage table may name the file.

    Raises
    ------
    InputError
        A key stands twice, a date is missing, or two boundary sets of one level are given.
    ZoneError
        The register contradicts itself.
    """
    aliases = aliases or {}
    table, when = _ready(sites, as_of)
    table = with_country(table, outlines)
    by_level = _by_level(boundaries)
    table = parents(table, by_level.get(2))
    prepared = prepare(incidents)
    evidence = Evidence(rules)
    error_km = table["coord_precision_km"].to_numpy(np.float64)
    lon, lat = table["lon"].to_numpy(np.float64), table["lat"].to_numpy(np.float64)

    found = incident_distance.ask(rules, lon, lat, error_km, when, prepared, evidence)
    units = {level: site_units(table, by_level.get(level), level, aliases) for level in (1, 2)}
    placed = {level: incident_units(prepared, by_level.get(level), level, aliases) for level in (1, 2)}
    by_area = incident_area.ask(rules, error_km, when, prepared, units, placed, evidence)
    newest = visits_and_statuses.newest_visits(visits, table, when)
    by_visit = visits_and_statuses.ask_visits(rules, table, when, newest, visits, routes, evidence)
    by_status, colours = visits_and_statuses.ask_statuses(rules, table, when, statuses, evidence)
    by_list = listed_areas.ask(rules, table, when, units, listed, aliases, evidence)
    zone = _zone_result(rules, table, when, error_km, units[2], zones, by_level.get(2), restrictions, aliases, evidence)
    tell_findings(findings, table, when, units[2].key, aliases, evidence)
    datasets = _datasets(prepared, incidents, files)
    unknown_version = np.logical_or.reduce(
        [(units[level].basis == "polygon") & (b.version in ("", "unknown")) for level, b in by_level.items()]
        or [np.zeros(len(table), np.bool_)]
    )
    gaps = coverage_gaps.ask(
        rules, table, when, coverage, datasets, outlines, units[2].key != "", unknown_version, evidence
    )
    asked: list[Finding] = [*found.findings, *by_area, *by_visit, *by_status, *by_list, *zone.findings]
    classes = classify(rules, asked, gaps, len(table))
    for finding in asked:
        evidence.facts("gap", finding.rule, np.flatnonzero(finding.unknown), value="rule_unknown")

    rows = _table(table, when, units, newest, found)
    for name, values in vars(classes).items():
        renamed = {"overall": "overall_class", "local": "local_class", "area": "area_class",
                  "certain": "certain_class", "possible": "possible_class"}.get(name, name)  # fmt: skip
        rows[renamed] = pd.array(values, dtype="str")
    for column in zone.columns:
        rows[column] = zone.columns[column].array
    rows = schema.conform(rows, schema.ASSESSED)
    why = evidence.frame(table, prepared)
    source_of = dict(zip(datasets["dataset"], datasets["source"], strict=True))
    told = sentences(rules, rows, why, source_of)
    for column in told:
        rows[column] = told[column].array
    for name in visits_and_statuses.STATUS_COLUMNS:
        rows[name] = colours[name].array
    report: dict[str, object] = {
        "repeated_incident_ids": prepared.repeated,
        "areas": [placed[level].report for level in (1, 2)],
        "notes": [
            *zone.notes,
            *(
                f"Coverage is declared for {d}, which is not loaded."
                for d in coverage_gaps.undeclared(coverage, datasets)
            ),
        ],
    }
    return Assessment(rows, why, datasets, report)


def several(as_of: AsOf) -> bool:
    """True where dates were given as a sequence, one per site."""
    return isinstance(as_of, list | tuple | pd.Series | np.ndarray)


def as_of_days(as_of: AsOf, n: int) -> Days:
    """The day of each of `n` sites, days since 1970-01-01; one date stands for all.

    Raises
    ------
    InputError
        Another number of dates, or a date that is missing.
    """
    days = to_days(as_of if several(as_of) else [as_of])
    if len(days) == 1:
        days = np.repeat(days, n)
    if len(days) != n:
        raise InputError("as_of has another length than the sites.", expected=str(n), got=str(len(days)))
    if (days == NO_DAY).any():
        raise InputError("A site has no as-of date.", expected="YYYY-MM-DD", remedy="Give one date for all.")
    return days


def _ready(sites: pd.DataFrame, as_of: AsOf) -> tuple[pd.DataFrame, Days]:
    """Sites in their canonical order, and the day of each."""
    given = plain(sites)
    days = as_of_days(as_of, len(given))
    table = schema.conform(given, schema.SITES)
    order = np.lexsort(
        (
            table["site_id"].rank(method="dense").to_numpy(),
            table["site_id"].str.len().to_numpy(),
            table["source"].rank(method="dense").to_numpy(),
        )
    )
    table, days = table.iloc[order].reset_index(drop=True), days[order]
    twice = table.duplicated(["source", "site_id"])
    if twice.any():
        row = table[twice].iloc[0]
        raise InputError("A site stands twice.", where=str(row["source"]), got=str(row["site_id"]))
    return table, days


def with_country(sites: pd.DataFrame, outlines: Boundaries | None) -> pd.DataFrame:
    """Blank countries filled from the outline that the site falls in."""
    blank = np.flatnonzero((sites["country"] == "").to_numpy() & sites["lon"].notna() & sites["lat"].notna())
    if outlines is None or not len(blank):
        return sites
    hit = locate(sites["lon"].to_numpy(np.float64)[blank], sites["lat"].to_numpy(np.float64)[blank], outlines)
    inside = hit >= 0
    country = sites["country"].to_numpy(dtype=object, copy=True)
    basis = sites["country_basis"].to_numpy(dtype=object, copy=True)
    country[blank[inside]] = outlines.frame["country"].to_numpy(dtype=object)[hit[inside]]
    basis[blank[inside]] = "outline"
    return sites.assign(country=pd.array(country, dtype="str"), country_basis=pd.array(basis, dtype="str"))


def _by_level(boundaries: Boundaries | Sequence[Boundaries] | None) -> dict[int, Boundaries]:
    sets = [] if boundaries is None else [boundaries] if isinstance(boundaries, Boundaries) else list(boundaries)
    out: dict[int, Boundaries] = {}
    for b in sets:
        if b.level in out:
            raise InputError("Two boundary sets of one level were given.", where=b.name, got=out[b.level].name)
        out[b.level] = b
    return out


def _zone_result(
    rules: Rules,
    sites: pd.DataFrame,
    as_of: Days,
    error_km: npt.NDArray[np.float64],
    units: SiteUnits,
    register: pd.DataFrame | None,
    boundaries: Boundaries | None,
    restrictions: pd.DataFrame | None,
    aliases: Aliases,
    evidence: Evidence,
) -> zones.ZoneResult:
    return zones.ask(rules, sites, as_of, error_km, units, register, boundaries, restrictions, aliases, evidence)


def _datasets(prepared: Incidents, incidents: pd.DataFrame | None, files: dict[str, str] | None) -> pd.DataFrame:
    """Every loaded incident dataset, also one of which no row counts."""
    columns = ["source", "dataset", "dataset_version"]
    frame = prepared.frame if incidents is None else incidents
    out = frame[columns].drop_duplicates().sort_values(columns).reset_index(drop=True)
    names = files or {}
    return out.assign(file=[names.get(str(v), "") for v in out["dataset_version"]]).astype("str")


def _table(
    sites: pd.DataFrame, when: Days, units: dict[int, SiteUnits], newest: pd.DataFrame, found: incident_distance.Near
) -> pd.DataFrame:
    rows = sites.copy()
    for level in (1, 2):
        rows[f"admin{level}"] = pd.array(units[level].name, dtype="str")
    basis = np.where(units[2].basis != "", units[2].basis, units[1].basis)
    rows["admin_basis"] = pd.array(basis, dtype="str")
    rows["armed_presence"] = newest["armed_presence"].array
    rows["as_of"] = to_dates(when)
    rows["incidents_20km_12m"] = found.incidents_20km_12m
    rows["deaths_20km_12m"] = found.deaths_20km_12m
    rows["nearest_incident_m"] = found.nearest_m
    rows["latest_incident_date"] = to_dates(found.latest_day)
    rows["visit_date"] = newest["visit_date"].array
    rows["visit_basis"] = newest["visit_basis"].array
    seen = to_days(newest["visit_date"])
    rows["visit_age_days"] = np.where(newest["visit_date"].notna(), (when - seen).astype(np.float64), np.nan)
    return rows
