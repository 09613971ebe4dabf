"""Tables that go out: the assessed sites and their evidence, column by column."""

from __future__ import annotations

from geo.columns import Column, Table
from geo.rasters.schema import MEASURES
from geo.schema_inputs import DEMO, LAT, LON, MINERALS, PRECISION_KM, SITE_ID, SITES, SOURCE, VISITS

C = Column

CLASSES = ("conflict-affected", "high-risk", "insufficient data", "no indicators found")
"""The classes of exposure from gravest to calmest; `insufficient data` is never calmer than nothing found."""

ZONE_STATUSES = (
    "inside_compliant",
    "inside_priority",
    "inside_monitored",
    "inside_suspended",
    "outside",
    "not_applicable",
    "unknown",
)

SEEN = "no position, or nothing covered and nothing seen"

ASSESSED: Table = (
    SITE_ID,
    C("name", "text", "name as published", "no name"),
    LON,
    LAT,
    PRECISION_KM,
    C("country", "text", "ISO 3166 alpha-3", "not known"),
    C("country_basis", "text", "where the country comes from", "not known", ("row", "layout", "option", "outline")),
    C("admin1", "text", "first-order unit used by the rules", "not known"),
    C("admin2", "text", "second-order unit used by the rules", "not known"),
    C("admin_basis", "text", "how admin2 (else admin1) is known", "not known", ("polygon", "stated")),
    MINERALS,
    C("workers", "number", "people working there at the newest count [people]", "not counted", whole=True),
    C("armed_presence", "text", "at the newest informative visit", "unknown"),
    C("as_of", "date", "time of events, not of knowledge"),
    C("site_class", "text", "the headline: from what is known at or near the site (site rules)", allowed=CLASSES),
    C(
        "area_class",
        "text",
        "from the site's district and region (area rules): context, never the headline",
        allowed=CLASSES,
    ),
    C("certain_class", "text", "the site class from what is certain: errors, spans and low estimates", allowed=CLASSES),
    C(
        "possible_class",
        "text",
        "the site class from what is possible: errors, spans and high estimates",
        allowed=CLASSES,
    ),
    C("rules_fired", "text", "site rules that fired, ids joined by ';'", "none fired"),
    C("area_rules_fired", "text", "area rules that fired, ids joined by ';'", "none fired"),
    C("rules_unknown", "text", "rules that could not be evaluated, joined by ';'", "all were evaluated"),
    C("gaps", "text", "gaps of the site class joined by ';'", "none"),
    C("area_gaps", "text", "gaps of the area class joined by ';'", "none"),
    C("data_coverage", "text", "is everything known that the site rules ask for", allowed=("full", "partial")),
    C("zone_status", "text", "zone status at as_of", allowed=ZONE_STATUSES),
    C("zone_unit", "text", "the named unit the site lies in", "in no named unit"),
    C("zone_basis", "text", "how the unit is known", "not known", ("polygon", "stated")),
    C(
        "distance_to_zone_edge_m",
        "number",
        "to the edge of the nearest named unit [m]",
        "no polygons, or no zone applies",
    ),
    C("near_border", "tri", "not more than 5 km and the position error from that edge", "no polygons"),
    C(
        "eu_listed",
        "tri",
        "on the edition of the EU indicative list in force, for a mineral of the site (L1)",
        "no list, or not known",
    ),
    C("kp_restricted", "tri", "a diamond site under Kimberley restriction, not in a compliant zone (L2)", "not known"),
    C("rcm_status", "text", "ICGLR certification in force at as_of", "none known", ("green", "yellow", "red", "blue")),
    C("rcm_status_basis", "text", "how the colour came about", "none known", ("inspection", "age")),
    C("rcm_status_date", "date", "date of that inspection", "none known"),
    C("drc_status", "text", "newest DRC qualification, of any age", "unqualified", ("green", "yellow", "red", "blue")),
    C("drc_status_date", "date", "date of that qualification", "unqualified"),
    C(
        "incidents_20km_12m",
        "number",
        "lethal, precision 1, within 20 km, 12 months; of the source with most",
        SEEN,
        whole=True,
    ),
    C("deaths_20km_12m", "number", "best estimate of deaths of the same [people]", SEEN, whole=True),
    C("deaths_civilians_20km_12m", "number", "civilians among them [people]", SEEN + ", or not stated", whole=True),
    C("events_one_sided_20km_12m", "number", "one-sided among the same incidents", SEEN, whole=True),
    C(
        "events_nonlethal_20km_12m",
        "number",
        "violent or control events without deaths, precision 1, likewise",
        "no source that is declared to cover such events, and none seen",
        whole=True,
    ),
    C(
        "nearest_incident_m",
        "number",
        "nearest lethal incident, precision 1 or 2, 36 months [m]; whole kilometres where its licence withholds more",
        "there is none",
    ),
    C("latest_incident_date", "date", "last day of the latest of those within 50 km", "there is none"),
    C(
        "incident_intensity",
        "number",
        "sum of exp(-d/30 km) exp(-age/365 days) over lethal incidents within 200 km and"
        " ten years: orders a list, is no class and no probability",
        "no position, or nothing covered and nothing seen",
    ),
    C(
        "sources_disagree",
        "text",
        "a visit and the incidents near the site say different things",
        "they agree, or one of them is missing",
        ("armed_group_without_incidents", "incidents_without_armed_group"),
    ),
    C("visit_date", "date", "newest informative visit not after as_of", "none"),
    C("visit_basis", "text", "how the visit knows", "not stated", ("on_site", "reported")),
    C("visit_age_days", "number", "days from the visit to as_of [days]", "no visit", whole=True),
    C("children_under_15", "tri", "children under 15 at the newest visit that says; never part of a class", "unknown"),
    C("mercury", "tri", "mercury used, at the newest visit that says; never part of a class", "unknown"),
    C("traceability", "text", "traceability scheme at the newest visit that names one", "none named"),
    C("state_services", "text", "state services at the newest visit that names some", "none named"),
    DEMO,
    SOURCE,
)

EVIDENCE_KINDS = (
    "total", "incident", "near_miss", "area", "visit", "status", "list", "measure", "zone", "gap", "coverage",
)  # fmt: skip
"""What a row of evidence is: a sum that a rule held against its limits, one incident, visit, status, listed area,
number of a raster or zone entry, an incident that did not count, a gap, or what was covered."""

EVIDENCE: Table = (
    SITE_ID,
    SOURCE,
    C("kind", "text", "what the row is", allowed=EVIDENCE_KINDS),
    C("rule", "text", "rule id", "no rule: a fact or a gap of the verdict"),
    C("answer", "text", "what the rule answers", "no rule, or withheld", ("site", "area", "listing")),
    C("fact", "text", "what was found, a code of docs/evidence.md", "withheld"),
    C(
        "status",
        "text",
        "the value of the fact: yes, no, unknown, a colour, a unit, a reason, a number of a raster",
        "none",
    ),
    C("record_id", "text", "id of the record in its dataset", "none"),
    C("dataset", "text", "dataset", "none"),
    C("dataset_version", "text", "its version", "none"),
    C(
        "distance_m",
        "number",
        "geodesic distance from the site to the record's point [m]; whole kilometres where its licence withholds more",
        "not measured from a point",
    ),
    C("edge_m", "number", "geodesic distance from the site to the edge of a unit [m]", "no edge"),
    C("precision", "number", "precision of the place (UCDP scale)", "not an incident, or withheld", whole=True),
    C("date_start", "date", "first day", "not dated, or withheld"),
    C("date_end", "date", "last day", "not dated, or withheld"),
    C("date_prec", "number", "precision of the dates (UCDP scale)", "not stated", whole=True),
    C("events", "number", "events that a sum counts", "not a sum"),
    C("deaths", "number", "deaths that a sum counts [people]", "not a sum"),
    C("deaths_best", "number", "best estimate of deaths [people]", "not an incident, or withheld", whole=True),
    C("deaths_low", "number", "low estimate of deaths [people]", "not an incident, or withheld", whole=True),
    C("deaths_high", "number", "high estimate of deaths [people]", "not an incident, or withheld", whole=True),
    C(
        "deaths_civilians",
        "number",
        "civilians among the best estimate [people]",
        "not stated, or withheld",
        whole=True,
    ),
    C("effect", "text", "what an event of its type may do", "not an incident, or withheld"),
    C("violence", "text", "UCDP's type of violence", "not stated, or withheld"),
    C("event_type", "text", "kind of event in the source's words", "not stated, or withheld"),
    C("actor_a", "text", "first actor", "not named, or withheld"),
    C("actor_b", "text", "second actor", "not named, or withheld"),
    C("place", "text", "place as the source names it", "not named, or withheld"),
    C(
        "basis",
        "text",
        "how it is known (on_site, reported, polygon, stated, inspection, age); of a number its unit",
        "not stated",
    ),
    C("limit_km", "number", "distance limit of the rule [km]", "none"),
    C("limit_months", "number", "window of the rule [months]", "none", whole=True),
    C("limit_events", "number", "events that the rule asks for", "none", whole=True),
    C("limit_deaths", "number", "deaths that the rule asks for [people]", "none", whole=True),
    C("provisional", "tri", "the source calls it unclear or provisional", "not an incident, or withheld"),
    C("ground", "text", "why the rule exists", "no rule"),
)


def whole_numbers(*tables: Table) -> frozenset[str]:
    """Names of the columns that hold whole numbers, of these tables or of all that leave the program.

    Parameters
    ----------
    *tables
        Tables of the schema; none: all that leave the program.
    """
    return frozenset(
        c.name for table in tables or (ASSESSED, MEASURES, EVIDENCE, SITES, VISITS) for c in table if c.whole
    )
