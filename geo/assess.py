"""The main job: sites, incidents, zones and a date in; four answers with evidence out. Everything else calls this."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import schema
from geo.ahead import ahead
from geo.answer_cache import AnswerCache
from geo.assessment import Assessment
from geo.coded import CodedTable
from geo.readiness import AsOf, by_level_of, datasets_of, levels_of, ready, with_country
from geo.records import boundary_check
from geo.records.admin_units import Aliases, parents
from geo.records.incidents import Incidents, prepare
from geo.records.placing import PlacedIncidents, with_units
from geo.records.site_minerals import mines
from geo.records.visits import ANNEX_FACTS, annex_facts, newest_informative, with_visits
from geo.rules.answers import answers_of
from geo.rules.area_coverage import area_gaps, area_gaps_by_level
from geo.rules.classify import classify
from geo.rules.coverage_gaps import Coverage, add_figures, site_gaps
from geo.rules.evidence import Evidence
from geo.rules.figures import (
    FIGURE_KM,
    FIGURE_MONTHS,
    LATEST_KM,
    NEAREST_ASKS,
    NEAREST_MONTHS,
    disagreement,
    disagreement_question,
    fading,
    figure_questions,
    figures,
    figures_of_sums,
    intensity,
    names_all,
    nearest_questions,
)
from geo.rules.finding import Finding
from geo.rules.incident_distance import farther_questions, questions_of
from geo.rules.incident_pairs import Pairs, find_pairs
from geo.rules.incident_sums import few_in_windows, sums
from geo.rules.raster import measures_of, raster_gap
from geo.rules.rejected import Rejected
from geo.rules.rule_set import Rules
from geo.rules.run_report import boundary_notes, coverage_notes, coverage_report
from geo.rules.scene import Scene
from geo.rules.site_sums import Sums
from geo.rules.status import statuses_of
from geo.rules.unit_share import UnitShares
from geo.rules.unseen import unseen
from geo.rules.wanted_pairs import WantedPairs
from geo.rules.zone_findings import add_findings
from geo.rules.zone_register import ready_register
from geo.rules.zone_status import zones_at
from geo.spatial.polygons import Boundaries
from geo.threads import modestly
from geo.time_window import Days, months_before, to_dates, to_days

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


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
    measured: pd.DataFrame | None = None,
    findings: pd.DataFrame | None = None,
    listed: pd.DataFrame | None = None,
    restrictions: pd.DataFrame | None = None,
    outlines: Boundaries | None = None,
    aliases: Aliases | None = None,
    rejected_incidents: pd.DataFrame | None = None,
    files: Mapping[str, str] | None = None,
    agreed: Mapping[int, boundary_check.Agreement] | None = None,
    explain: bool | Literal["later"] = True,
    kept: AnswerCache | None = None,
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
        The rules that are asked, with their settings (:mod:`geo.rules.rule_set`).
    zones
        The zone register, :data:`geo.schema.ZONES`; None: every zone status that could apply is unknown.
    boundaries
        Polygons of administrative units, at most one set per level (1, 2 and 3); None: units are as the sites state,
        and the area class is not known where no area rule fires.
    coverage
        :data:`geo.schema.COVERAGE`; None: nothing is covered, and no site can be calm.
    visits, statuses
        :data:`geo.schema.VISITS` and :data:`geo.schema.STATUSES`, matched by (source, site_id).
    routes
        Declared routes of sites: columns `source, site_id, geometry` (LineString, WGS 84); an armed roadblock on one
        counts for its site (H6).
    measured
        :data:`geo.rasters.schema.MEASURED`: what rasters say of sites, matched likewise. Their columns then stand
        behind those of the sites; rules of kind raster ask for them.
    findings
        :data:`geo.schema.FINDINGS`: what was found in a zone unit up to the date stands beside its status.
    listed
        :data:`geo.schema.LISTED_AREAS`, every edition of the EU list; None: L1 is unknown of every site.
    restrictions
        Countries under Kimberley Process restriction: columns `country, restricted_from, restricted_to` (exclusive).
    outlines
        Country outlines; they give a blank country (`country_basis` outline) and the neighbours of a site.
    aliases
        Other spellings of units, folded, by country and level (:func:`geo.records.admin_units.aliases_of`); None:
        none.
    rejected_incidents
        :data:`geo.schema.REJECTED_INCIDENTS`: rows of incident files that could not be used, as far as they have a
        place. A fault is not nothing: sites near one are not calm.
    files
        File name of each incident dataset, by its version, so that a coverage table may name the file.
    agreed
        By level, how labels agree with the boundaries, where that was counted over more incidents than are given here;
        None counts those given.
    explain
        False leaves the evidence away: classes and figures alone, in a fraction of the time. ``"later"`` makes it when
        it is first asked for, of one site or of all.
    kept
        What an earlier run over the same data left behind, and this one leaves for the next: another date, or other
        sites among the same incidents, then cost what depends on them.

    Raises
    ------
    InputError
        A key stands twice, a date is missing, or two boundary sets of one level are given.
    ZoneError
        The register contradicts itself.
    """
    aliases = aliases or _NO_ALIASES
    given, kept = kept is not None and kept.other_dates, kept or AnswerCache()
    large = len(sites) * (0 if incidents is None else len(incidents)) >= LARGE
    preparing = ahead(lambda: kept.of("incidents", [incidents], lambda: prepare(incidents)), worth=large)
    table, when = ready(sites, as_of)
    table = with_country(table, outlines)
    by_level = by_level_of(boundaries)
    table = parents(table, by_level.get(2))
    evidence = Evidence(rules.rules, rules.ids, explain is True)
    stated = table["coord_precision_km"].to_numpy(np.float64)
    error_km = np.where(np.isfinite(stated), stated, rules.settings.position_error_km)
    lon, lat = table["lon"].to_numpy(np.float64), table["lat"].to_numpy(np.float64)
    n = len(table)

    around_sites = ahead(
        lambda: _around(rules, lon, lat, error_km, when, preparing(), pairs=evidence.wanted), worth=large
    )
    widest_km = max([rules.settings.neighbour_km, *rules.radii_km])
    country = table["country"].to_numpy(dtype=object)
    looked = Coverage(coverage, _NO_DATASETS, outlines, country, lon, lat, when, widest_km)
    looked.reach = kept.of("reach", [table[_ASKED], outlines, widest_km], lambda: modestly(looked.reached))
    rejected = Rejected.of(rejected_incidents, table, when)
    newest = newest_informative(schema.empty(schema.VISITS) if visits is None else visits, table, when)
    facts = annex_facts(visits, table, when)
    diamond = mines(table["minerals"], ["diamond"])
    register = kept.of("register", [zones, restrictions], lambda: ready_register(zones, restrictions))
    prepared = preparing()
    datasets = kept.of("datasets", [prepared, incidents, files], lambda: datasets_of(prepared, incidents, files))
    looked.datasets = datasets
    covered, covered_all = add_figures(looked, FIGURE_MONTHS, evidence)
    gaps = site_gaps(looked, rejected, rules.settings, evidence)
    levels = levels_of(rules, by_level)
    places = kept.of(
        "incidents in units",
        [prepared, outlines, aliases, agreed, *levels, *by_level.values()],
        lambda: PlacedIncidents.of(prepared, levels, by_level, outlines, aliases, agreed),
    )
    units = kept.of("sites in units", [table[_ASKED], places], lambda: places.with_sites(table))
    known, placed, labelled = places.known, places.incidents, places.labelled
    usable, faults, counts = places.usable, places.faults, places.agreed
    area_rules = rules.of_kind("area")
    edges: Callable[[], object] = around_sites
    if evidence.wanted and area_rules:
        edges = ahead(lambda: [unit.edge_m for unit in units.values()], worth=large, after=around_sites, modest=True)
    by_figures = evidence.apart()
    named = names_all(rules.of_kind("near"))

    def figured() -> pd.DataFrame:
        around = around_sites()
        if isinstance(around, Sums):
            return figures_of_sums(around, lon, lat, when, prepared, covered, covered_all)
        return figures(around, lon, lat, prepared, covered, covered_all, named, by_figures)

    figure_columns = ahead(figured, worth=large, after=around_sites, modest=True)

    def weighed() -> Floats:
        around_it = kept.of("fading", [lon, lat, prepared], lambda: fading(lon, lat, prepared))
        return intensity(around_it, when, covered, again=given)

    faded = ahead(weighed, worth=large, after=lambda: (edges(), figure_columns()), modest=True)
    by_area = area_gaps_by_level(
        area_rules, rules.settings, table, when, looked, prepared, units, placed, usable, faults, rejected, known
    )
    zone = zones_at(rules.settings, table, diamond, when, error_km, units, register, usable, aliases, evidence)
    add_findings(findings, diamond, when, units[2].key, aliases, evidence)
    scene = Scene(
        rules.settings,
        table,
        when,
        lon,
        lat,
        error_km,
        prepared,
        around_sites,
        UnitShares(lon, lat, when, prepared, units, placed, usable),
        looked,
        units,
        placed,
        by_area,
        visits,
        newest,
        statuses,
        routes,
        listed,
        zone,
        aliases,
        rejected,
        measured,
    )
    colours = statuses_of(scene)
    rows = with_visits(with_units(table, units), newest, when)
    for column in zone.columns:
        rows[column] = zone.columns[column].array
    for name, taken in (("rcm_status", "rcm"), ("rcm_status_basis", "rcm_basis"), ("rcm_status_date", "rcm_date"),
                        ("drc_status", "drc"), ("drc_status_date", "drc_date")):  # fmt: skip
        rows[name] = colours[taken].array
    for name in ANNEX_FACTS:
        rows[name] = facts[name].array
    report: dict[str, object] = {
        **coverage_report(looked, rules.settings),
        "repeated_incident_ids": prepared.repeated,
        "areas": [placed[level].report for level in levels],
        "unseen_months": rules.settings.coverage_months,
        "unseen": unseen(
            prepared, labelled, sorted(set(table["country"].unique()) - {""}), when, rules.settings.coverage_months
        ),
        "notes": sorted([*zone.notes, *boundary_notes(faults, by_level), *coverage_notes(coverage, datasets)]),
    }
    answers = answers_of(rules, scene, evidence)
    gaps |= raster_gap(rules.of_kind("raster"), answers, evidence, n)
    partial = rejected.placeless()
    evidence.facts("gap", "", np.flatnonzero(partial), fact="placeless_incident")
    classes = classify(rules, answers, gaps, area_gaps(by_area, n, evidence), partial, n)

    for name, values in vars(classes).items():
        rows[name] = pd.array(values, dtype="str")
    figures_of_sites = figure_columns()
    evidence.add(by_figures)
    reasons = ahead(lambda: evidence.columns(table, prepared), worth=large and evidence.wanted)  # all is told by now
    for column in figures_of_sites:
        rows[column] = figures_of_sites[column].array
    rows["incident_intensity"] = faded()
    rows["sources_disagree"] = pd.array(_disagreement(rules, scene), dtype="str")
    for column, kind in (("eu_listed", "list"), ("kp_restricted", "restriction")):
        rows[column] = _listing(rules, answers, kind, n)
    rows = schema.conform(rows, schema.ASSESSED)
    if measured is not None:
        rows = rows.assign(**measures_of(measured, table))
    fired = pd.DataFrame({f.rule: f.fired for f in answers}, index=range(n))

    def again(part: pd.DataFrame, days: Days) -> CodedTable:
        return assess(
            part,
            incidents,
            as_of=pd.Series(to_dates(days)),
            rules=rules,
            zones=zones,
            boundaries=boundaries,
            coverage=coverage,
            visits=visits,
            statuses=statuses,
            routes=routes,
            measured=measured,
            findings=findings,
            listed=listed,
            restrictions=restrictions,
            outlines=outlines,
            aliases=aliases,
            rejected_incidents=rejected_incidents,
            files=files,
            agreed=counts,
        ).evidence_columns

    later = explain == "later"
    return Assessment(
        rows,
        (lambda: again(table, when)) if later else reasons(),
        datasets,
        report,
        fired,
        (lambda row: again(table.iloc[[row]], when[[row]]).frame()) if later else None,
    )


def _around(
    rules: Rules, lon: Floats, lat: Floats, error_km: Floats, when: Days, incidents: Incidents, *, pairs: bool
) -> Pairs | Sums:
    """The incidents around every site, once for all rules and figures: as pairs, or as sums."""
    given: dict[str, Any] = {
        "widest_m": max([*rules.radii_km, FIGURE_KM, LATEST_KM]) * 1000,
        "months": max([NEAREST_MONTHS, FIGURE_MONTHS, *(r.longest_months for r in rules.rules)]),
        "imprecise_km": rules.settings.imprecise_radius_km,
    }
    few = None if pairs else few_in_windows(when, given["months"], incidents)
    incidents = incidents if few is None else incidents.take(few)
    wanted = figure_questions(incidents)
    for rule in rules.of_kind("near"):
        wanted |= questions_of(rule, incidents)
    if months := _visited_months(rules):
        wanted[_VISITED] = disagreement_question(incidents, months)
    near, latest = nearest_questions(incidents, given["widest_m"])
    if not pairs:
        added = sums(wanted, lon, lat, error_km, when, incidents, near=near, latest=latest, **given)
        return added if few is None else added.numbered(few)
    beyond = {NEAREST_ASKS[0]: -1.0}
    for rule in rules.of_kind("near"):
        far = farther_questions(rule, incidents)
        wanted |= far
        beyond |= dict.fromkeys(far, rule.within_km * 1000)
    wanted |= dict(zip(NEAREST_ASKS, (near, latest), strict=True))
    kept = WantedPairs(wanted, beyond, NEAREST_ASKS[1:], when, incidents)
    return find_pairs(lon, lat, error_km, when, incidents, wanted=kept, **given)


LARGE = 1 << 24
"""Sites times incidents from which on threads pay."""
_ASKED = ["lon", "lat", "country", "admin1", "admin2"]
"""What is asked of a site to place it."""
_NO_ALIASES: Aliases = {}
_NO_DATASETS = pd.DataFrame(columns=["source", "dataset", "dataset_version", "file"], dtype="str")
_VISITED = "visited"
"""The name of the sums of :func:`geo.rules.figures.disagreement_question`."""


def _listing(rules: Rules, answers: Sequence[Finding], kind: str, n: int) -> Any:
    by_rule = {f.rule: f for f in answers}
    mine = [by_rule[r.id] for r in rules.of_kind(kind)]
    fired = np.logical_or.reduce([np.zeros(n, np.bool_), *(f.fired for f in mine)])
    out: Any = pd.array(fired, dtype="boolean")
    out[~fired & np.logical_or.reduce([np.full(n, not mine), *(f.unknown for f in mine)])] = pd.NA
    return out


def _disagreement(rules: Rules, scene: Scene) -> npt.NDArray[np.object_]:
    """Visits against incidents, over the window of the first rule that reads the newest visit for armed groups."""
    months = _visited_months(rules)
    if not months:
        return np.full(len(scene), "", dtype=object)
    seen = to_days(scene.newest["visit_date"])
    recent = scene.newest["visit_date"].notna().to_numpy() & (seen > months_before(scene.as_of, months))
    own = scene.coverage.own(months)
    looked = np.logical_or.reduce([np.zeros(len(scene), np.bool_), *own.values()])
    around = scene.found()
    if isinstance(around, Sums):
        events = np.asarray(around.events[_VISITED].any(axis=0))
    else:
        events = np.zeros(len(scene), np.bool_)
        events[around.meeting([_VISITED]).site] = True
    return disagreement(events, scene.newest, recent, looked)


def _visited_months(rules: Rules) -> int:
    """The window of the first rule that reads the newest visit for armed groups; 0 without one."""
    read = (r for r in rules.of_kind("visit") if "non_state_armed" in r.facts and not r.until_clean)
    return next((r.months for r in read), 0)
