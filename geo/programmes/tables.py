"""The tables of a stocktake of programmes: what is covered, what is lacking, counts by type, unit and zone status."""

from __future__ import annotations

from geo.columns import Column
from geo.programmes.schema import TYPES
from geo.schema import SITE_ID, SOURCE, Table

C = Column

AT_RISK = ("conflict-affected", "high-risk")
BESIDE = 10
"""Programmes named beside a gap at most."""

TYPE = C("programme_type", "text", "one of the eight programme types", allowed=TYPES)
PROGRAMME_IDS = C("programmes", "text", "ids of the programmes joined by ';'")
DONORS = C("donors", "text", "their donors joined by ';'", "none is named")

UNTYPED = "no loaded programme could be read as any type: unknown, not none"

COVERED: Table = (SITE_ID, TYPE, PROGRAMME_IDS, DONORS, SOURCE)
OVERLAPS: Table = COVERED
GAPS: Table = (
    SITE_ID,
    TYPE,
    C("site_class", "text", "site class", allowed=AT_RISK),
    C("zone_status", "text", "zone status of the site"),
    C("workers", "number", "people working there [people]", "not counted", whole=True),
    C(
        "may_touch",
        "text",
        "active programmes of this type, or of none that is known, that name the country or reach"
        f" the site; the first {BESIDE}, joined by ';'",
        "none",
    ),
    C("may_touch_count", "integer", "how many these are"),
    SOURCE,
)
COUNTS: Table = (
    C("sites", "integer", "sites of the list"),
    C("at_risk_sites", "integer", "conflict-affected or high-risk"),
    C("insufficient_sites", "integer", "too little is known: neither at risk nor calm"),
    C("at_risk_covered", "integer", "at risk, with an active programme of the type"),
    C("at_risk_not_applicable", "integer", "at risk, where the type makes no sense: no scheme for mineral and country"),
    C(
        "at_risk_unknown",
        "integer",
        "at risk, where nobody can say: mineral or country not known, or no programme that could be read as any type",
    ),
    C("gaps", "number", "at risk, without; with the three before it adds up to at_risk_sites", UNTYPED, whole=True),
    C("gaps_certain", "number", "gaps at sites at risk for certain", UNTYPED, whole=True),
    C("gaps_possible", "number", "gaps at sites possibly at risk (includes the others)", UNTYPED, whole=True),
    C("overlaps", "integer", "sites where programmes of different donors overlap"),
    C("workers_at_risk", "number", "people counted at sites at risk [people]", "counted at none of them", whole=True),
    C("workers_uncovered", "number", "of these at sites with a gap [people]", "counted at none of them", whole=True),
    C("workers_unknown_sites", "integer", "sites at risk where nobody counted"),
)
COUNTED: Table = (C("workers", "number", "people counted there [people]", "counted at none", whole=True),)
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
    C("state", "text", "active, ended, not_begun, undated, or the status of what never was active or has stopped"),
    C("budget_text", "text", "money as given", "not stated"),
)
YEARS: Table = (
    C("as_of", "date", "day of the count"),
    C("at_risk_sites", "integer", "conflict-affected or high-risk"),
    C("covered", "integer", "of these with an active programme of any type"),
    C("uncovered", "integer", "of these without, where a type makes sense and is known to be lacking"),
    C("insufficient_sites", "integer", "too little is known"),
    C("active_programmes", "integer", "programmes active on the day"),
    C("ending_programmes", "integer", "of these end within 12 months"),
)
