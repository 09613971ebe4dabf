"""Tables that come in: every column, its type, unit, allowed values and what a blank means."""

from __future__ import annotations

from geo.columns import Column, Table

C = Column

SOURCE = C("source", "text", "the dataset the site comes from; with site_id the key of a site")
SITE_ID = C("site_id", "text", "the source's own id, kept as text")
LON = C("lon", "number", "longitude [degrees, WGS 84]", "position unknown")
LAT = C("lat", "number", "latitude [degrees, WGS 84]", "position unknown")
PRECISION_KM = C("coord_precision_km", "number", "position error of the site [km]", "error unknown")
VERSION = C("dataset_version", "text", "recognised edition, else sha256: and 12 digits")
DEMO = C("demonstration", "flag", "true for synthetic rows")
ROW = C("row", "integer", "row in the source file, the header or first feature being 1")
MINERALS = C("minerals", "text", "English names in lower case joined by ';' (gold;diamond;cassiterite)", "not known")

SITES: Table = (
    SOURCE,
    SITE_ID,
    C("name", "text", "name as published", "no name"),
    LON,
    LAT,
    PRECISION_KM,
    C("country", "text", "ISO 3166 alpha-3", "not known"),
    C(
        "country_basis",
        "text",
        "where the country comes from",
        "not known",
        ("row", "layout", "option", "outline"),
    ),
    C("admin1", "text", "first-order unit as the site states it", "not stated"),
    C("admin2", "text", "second-order unit as the site states it", "not stated"),
    C("village", "text", "village as the source states it", "not stated"),
    MINERALS,
    C("workers", "number", "people working there at the newest count [people]", "not counted"),
    C("first_seen", "date", "date of the first record of the site", "not dated"),
    C("icglr_id", "text", "id in the ICGLR database (MD.01)", "none"),
    C("activity", "text", "activity status (MD.01)", "not known", ("active", "non-active", "abandoned")),
    DEMO,
    VERSION,
    ROW,
)

VISITS: Table = (
    SOURCE,
    SITE_ID,
    C("visit_id", "text", "the source's id of the visit", "none"),
    C("visit_date", "date", "day of the visit"),
    C("date_imprecise", "flag", "the date is a placeholder of the source"),
    C("visit_basis", "text", "how it is known", "not stated", ("on_site", "reported")),
    C("visited_by", "text", "who visited", "not stated"),
    C("informative", "flag", "the row says something of armed presence"),
    C("non_state_armed", "tri", "a non-state armed actor is present (C2)", "unknown"),
    C("state_harm", "tri", "state or private forces tax, pillage or force labour (H6)", "unknown"),
    C("roadblock", "tri", "a roadblock of any actor", "unknown"),
    C("armed_roadblock", "tri", "a roadblock of an armed actor (H6)", "unknown"),
    C(
        "armed_presence",
        "text",
        "non_state, state, both, private, none, in the words of the schema",
        "unknown",
    ),
    C("actors", "text", "actors as the source names them, joined by ';'", "none named"),
    C("children_under_15", "tri", "children under 15 work there (a fact, never part of a class)", "unknown"),
    C("mercury", "tri", "mercury is used there (a fact, never part of a class)", "unknown"),
    C("traceability", "text", "traceability scheme at the site (iTSCI and the like)", "none, or unknown"),
    C("state_services", "text", "state services present, joined by ';'", "none, or unknown"),
    C("name", "text", "name of the site in this row", "no name"),
    LON,
    LAT,
    PRECISION_KM,
    C("admin1", "text", "first-order unit in this row", "not stated"),
    C("admin2", "text", "second-order unit in this row", "not stated"),
    C("village", "text", "village in this row", "not stated"),
    MINERALS,
    C("workers", "number", "people working there [people]", "not counted"),
    DEMO,
    VERSION,
    ROW,
)

STATUSES: Table = (
    SOURCE,
    SITE_ID,
    C("scheme", "text", "ICGLR certification or DRC qualification", allowed=("rcm", "drc")),
    C("status", "text", "colour", allowed=("green", "yellow", "red", "blue")),
    C("status_date", "date", "date of inspection (rcm) or of the row that carries it (drc)", "not dated"),
    C("valid_to", "date", "first day on which it no longer holds", "no stated end"),
    C("record_id", "text", "id of the record", "none"),
    VERSION,
    ROW,
)

INCIDENTS: Table = (
    C("source", "text", "ucdp, acled or another; counts and sums are never made across sources"),
    C("dataset", "text", "name and edition, as coverage tables name it"),
    VERSION,
    C("record_id", "text", "the source's id of the event"),
    C("date_start", "date", "first day"),
    C("date_end", "date", "last day, not before the first"),
    C("date_prec", "number", "1 day, 2 two to six days, 3 week, 4 month, 5 longer", "not stated"),
    C(
        "precision",
        "integer",
        "1 exact, 2 within 25 km, 3 ADM2, 4 ADM1, 5 line or region, 6 country, 7 waters or air",
    ),
    C("country", "text", "ISO 3166 alpha-3", "not known"),
    LON,
    LAT,
    C("admin1", "text", "first-order unit as the source labels it", "no label"),
    C("admin2", "text", "second-order unit as the source labels it", "no label"),
    C("deaths_best", "number", "best estimate of deaths [people]"),
    C("deaths_low", "number", "low estimate of deaths [people]"),
    C("deaths_high", "number", "high estimate of deaths [people]"),
    C("deaths_civilians", "number", "civilians among the best estimate [people]", "not stated"),
    C(
        "effect",
        "text",
        "what an event of this type may do beside its deaths: lethal (a source of deadly events only), violent, control"
        " (a non-state group takes ground), none (no rule counts it, whatever its deaths)",
        allowed=("lethal", "violent", "control", "none"),
    ),
    C("violence", "text", "UCDP's type", "not stated", ("state-based", "non-state", "one-sided")),
    C("place", "text", "place as the source names it", "not named"),
    C("kind", "text", "kind of violence, in the source's terms", "not stated"),
    C("actor_a", "text", "first actor", "not named"),
    C("actor_b", "text", "second actor", "not named"),
    C("provisional", "flag", "the source calls it unclear, or it is from a candidate edition"),
    C("candidate", "flag", "from a candidate edition: gives way to a final record of the same id"),
    C("restricted", "flag", "rows must never leave in an export (ACLED)"),
    DEMO,
    ROW,
)

ZONES: Table = (
    C("unit", "text", "name of the sub-prefecture, or the country's ISO code for level country"),
    C("country", "text", "ISO 3166 alpha-3"),
    C("level", "text", "what the unit is", allowed=("country", "admin2", "admin3")),
    C("parent", "text", "the second-order unit that a unit of level admin3 lies in", "not of level admin3"),
    C("scheme", "text", "scheme of the register (KP)"),
    C(
        "status",
        "text",
        "status in force",
        allowed=(
            "restricted",
            "monitored",
            "priority",
            "compliant",
            "suspended",
            "restored",
            "lifted",
            "unknown",
        ),
    ),
    C("valid_from", "date", "first day, inclusive"),
    C("valid_to", "date", "first day on which it no longer holds", "no stated end"),
    C("date_precision", "text", "how exact valid_from is", allowed=("day", "month", "year", "known by")),
    C("decided_by", "text", "who decided", "not stated"),
    C("source", "text", "where it is written"),
    C("boundary_version", "text", "boundary vintage that the decision refers to", "not stated"),
    C("recorded_at", "date", "day the entry was typed in"),
)

FINDINGS: Table = (
    C("unit", "text", "zone unit"),
    C("country", "text", "ISO 3166 alpha-3"),
    C(
        "criterion",
        "text",
        "what was looked at",
        allowed=("freedom_of_movement", "enhanced_vigilance", "traceability", "field_mission"),
    ),
    C("finding", "text", "what was found, in words"),
    C("date", "date", "day or first day of the month"),
    C("date_precision", "text", "how exact the date is", allowed=("day", "month", "year")),
    C("source", "text", "where it is written"),
)

REJECTED_INCIDENTS: Table = (
    C("source", "text", "ucdp, acled or another"),
    C("dataset", "text", "name and edition, as coverage tables name it"),
    C("record_id", "text", "the source's id of the event", "none could be read"),
    C("reason", "text", "a key of layers.formats.reasons"),
    C("country", "text", "ISO 3166 alpha-3", "not known"),
    C("lon", "number", "longitude [degrees, WGS 84]", "no usable place"),
    C("lat", "number", "latitude [degrees, WGS 84]", "no usable place"),
    C("date_start", "date", "first day", "could not be read: may lie in any window"),
    C("date_end", "date", "last day", "could not be read: may lie in any window"),
    C("restricted", "flag", "rows must never leave in an export (ACLED)"),
    C("candidate", "flag", "from a candidate edition: not missed where a final record of its id is whole"),
    ROW,
)
"""Rows of incident files that could not be used, as far as they can be placed: a fault is not nothing."""

COVERAGE: Table = (
    C("dataset", "text", "a loaded incident dataset: its source, name, version or file name"),
    C("country_iso3", "text", "ISO 3166 alpha-3"),
    C("from", "date", "first day covered"),
    C("to", "date", "last day covered"),
    C("effects", "text", "all: events without deaths too; lethal: deadly ones only", "lethal", ("lethal", "all")),
)

LISTED_AREAS: Table = (
    C("area", "text", "name of the listed unit", "the whole country"),
    C("country", "text", "ISO 3166 alpha-3"),
    C("code", "text", "code of the unit on the list", "none"),
    C("kind", "text", "what the area is", allowed=("country", "admin1", "admin2")),
    C("valid_from", "date", "first day of the edition"),
    C("valid_to", "date", "first day on which it no longer holds", "no stated end"),
)

REJECTED: Table = (
    C("source_file", "text", "file name without folders"),
    C("row", "integer", "row in the file, the header or first feature being 1"),
    C("id", "text", "the row's own id", "none could be read"),
    C("reason", "text", "a key of layers.formats.reasons"),
    C("expected", "text", "what would have been accepted", "nothing to say"),
    C("got", "text", "what was there", "nothing"),
)
