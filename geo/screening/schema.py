"""Every column of a screening: the user's list, the answers, routes and segments; in the form of :mod:`geo.schema`."""

from __future__ import annotations

from geo.schema import CLASSES, ZONE_STATUSES, Column, Table

C = Column

ANSWERS = ("accepted", "recycled", "rejected")
LEVELS = ("point", "admin2", "admin1", "country", "none")
POSITIONS = ("given", "confirmed_match", "none_of_these", "unconfirmed", "none")
PLACE_KINDS = ("site", "village", "place", "district", "region")
"""What a name may stand for; of candidates that are equally alike the earlier kind comes first."""
PLACE_STATES = ("open", "offered_again", "confirmed", "none_of_these")
KNOWN_BASIS = ("id", "position_and_name", "position", "confirmed")
ROUTE_BASIS = ("given_line", "network", "straight_guess", "countries", "none")
RECORDS = (
    "recorded",
    "other_minerals_only",
    "nothing_recorded_nearby",
    "no_reference",
    "mineral_unknown",
    "no_position",
)
DECISIONS = ("accept", "enhance due diligence", "escalate", "note")
"""What a reviewer may decide; `note` is a free note without a decision. None of them changes a class."""
ENTRIES = (*DECISIONS, "sign", "withdraw")
"""What may be entered: a decision, the sign-off of one by a second person, or the withdrawal of one."""
RISKS = (
    "serious_abuses",
    "non_state_armed_groups",
    "security_forces",
    "bribery_false_origin",
    "money_laundering",
    "taxes",
)
"""The risks of OECD Guidance, Annex II, each looked at by itself."""
RISK_FINDINGS = ("not_looked_at", "nothing_found", "suspected", "found")
REVIEW_STATES = ("decided", "signed", "reopen", "withdrawn")

WATCHED = ("site_class", "zone_status", "eu_list", "dodd_frank", "kp_status", "rcm_status", "drc_status", "position")
"""What a decision is made on: where any of it differs, or the evidence behind it, the decision is open again."""

SUPPLIER_ID = C("supplier_id", "text", "the user's own id, kept as text", "the row has none")
INPUT_ROW = C("row", "integer", "row in the user's file, the header or first feature being 1")
ANSWER: Table = (
    C("answer", "text", "was the row screened", allowed=ANSWERS),
    C("reason", "text", "why it was rejected, a key of layers.formats.reasons", "it was not"),
    C("expected", "text", "what would have been accepted", "nothing to say"),
    C("got", "text", "what was there", "nothing"),
)

TRADE: Table = (
    C("supplier", "text", "name of the supplier as given", "not given"),
    C("smelter", "text", "smelter or refiner as given", "not given"),
    C("quantity", "text", "quantity as given", "not given"),
    C("quantity_kg", "number", "the same [kg]", "not given, or number or unit not read"),
    C("cn_code_given", "text", "customs code of the goods as given", "not given"),
    C("certificate", "text", "certificate or tag as given", "not given"),
    C("shipment_date", "date", "day of shipment", "not given, or not read"),
)
"""What the list says of the trade: carried, never part of an answer."""

SUPPLIERS: Table = (
    SUPPLIER_ID,
    INPUT_ROW,
    *ANSWER,
    C("remarks", "text", "what was read with a remark, joined by '; '", "nothing"),
    C("site_name", "text", "name of the place of origin as given", "not given"),
    C("lon", "number", "longitude [degrees, WGS 84]", "not given"),
    C("lat", "number", "latitude [degrees, WGS 84]", "not given"),
    C("coord_precision_km", "number", "position error [km]", "error unknown"),
    C("country", "text", "ISO 3166 alpha-3", "not known"),
    C("admin1", "text", "first-order unit as given", "not given"),
    C("admin2", "text", "second-order unit as given", "not given"),
    C("mineral", "text", "mineral as given", "not given"),
    C("minerals", "text", "the same in the names of the project, joined by ';'", "not known"),
    C("route_countries", "text", "countries of transit, ISO 3166 alpha-3 joined by ';'", "not given"),
    C("destination", "text", "name of the destination as given", "not given"),
    C("dest_lon", "number", "longitude of the destination [degrees, WGS 84]", "not given"),
    C("dest_lat", "number", "latitude of the destination [degrees, WGS 84]", "not given"),
    C("as_of", "date", "the row's own date", "the date of the run holds"),
    C("known_site_id", "text", "id of the site in a known list, as given", "not given"),
    C("match_id", "text", "a candidate that the user accepted for a row without coordinates", "none accepted"),
    C("dest_match_id", "text", "a candidate that the user accepted for a destination by name", "none accepted"),
    *TRADE,
    C("demonstration", "flag", "true for synthetic rows"),
)

PLACE_CANDIDATES: Table = (
    C("question", "text", "part, name, country and unit that are asked for, folded and joined by '|'"),
    C("rank", "integer", "1 is the most alike"),
    C("match_id", "text", "write this into the column match_id (dest_match_id) to accept it"),
    C("score", "number", "likeness of the names, 0 to 100, 5 less where the stated unit differs"),
    C("name", "text", "name of the candidate"),
    C("kind", "text", "what it is", allowed=PLACE_KINDS),
    C("admin1", "text", "its first-order unit", "not known"),
    C("admin2", "text", "its second-order unit", "not known"),
    C("country", "text", "ISO 3166 alpha-3", "not known"),
    C("lon", "number", "longitude [degrees, WGS 84]", "a district or region has no point"),
    C("lat", "number", "latitude [degrees, WGS 84]", "a district or region has no point"),
    C("coord_precision_km", "number", "position error [km]", "error unknown"),
)

CANDIDATES: Table = (
    SUPPLIER_ID,
    C("part", "text", "what it is a candidate for", allowed=("origin", "destination")),
    *PLACE_CANDIDATES[1:],
    PLACE_CANDIDATES[0],
)

PLACES: Table = (
    C("part", "text", "what is asked for", allowed=("origin", "destination")),
    C("name", "text", "the name as the list first writes it"),
    C("country", "text", "ISO 3166 alpha-3", "not stated"),
    C("admin1", "text", "first-order unit as the list states it", "not stated"),
    C("admin2", "text", "second-order unit as the list states it", "not stated"),
    C("rows", "integer", "rows of the list that ask for it"),
    C("supplier_id", "text", "the one row that this line holds for", "it holds for all rows of the name"),
    C("state", "text", "has somebody said what it is", allowed=PLACE_STATES),
    C("match_id", "text", "the place that was confirmed, or was confirmed for an earlier list", "none"),
    C("match_name", "text", "its name", "none"),
    C("match_kind", "text", "what it is", "none", PLACE_KINDS),
    C("match_unit", "text", "its district, else its region", "none, or not known"),
    C("match_lon", "number", "its longitude [degrees, WGS 84]", "none, or a district or region"),
    C("match_lat", "number", "its latitude [degrees, WGS 84]", "none, or a district or region"),
    C("score", "number", "likeness of the names, 0 to 100", "none, or not among the candidates"),
    C("candidates", "integer", "how many there are to choose from"),
    C("confirmed_by", "text", "who confirmed it", "nobody"),
    C("confirmed_at", "text", "when, UTC", "not confirmed, or not known"),
)
"""The queue: every distinct name once. Given back with ``--places`` it confirms the same places again."""

FLAGS = (
    "flag_origin",
    "flag_doubt",
    "flag_eu_list",
    "flag_dodd_frank",
    "flag_kp",
    "flag_status",
    "flag_near_zone",
    "flag_mineral",
    "flag_false_origin",
    "flag_transit",
    "flag_transit_unknown",
)
"""Columns of true, false or blank (cannot be told), one thing to look at each; they are not added up."""


UNSEEN = "no position, nothing covered and nothing seen, or rejected"

SCREENED: Table = (
    SUPPLIER_ID,
    INPUT_ROW,
    *ANSWER,
    C("site_class", "text", "from what is known at or near the site", "rejected", allowed=CLASSES),
    C("area_class", "text", "from its district and region: context, never the headline", "rejected", allowed=CLASSES),
    C("zone_status", "text", "zone status at as_of", "rejected", allowed=ZONE_STATUSES),
    C("possible_class", "text", "the site class from what is possible within errors", "rejected", allowed=CLASSES),
    C("certain_class", "text", "the site class from what is certain", "rejected", allowed=CLASSES),
    *(C(f, "tri", "", "cannot be told, or rejected") for f in FLAGS),
    C("site_name", "text", "name of the place of origin as given", "not given"),
    C("lon", "number", "longitude used [degrees, WGS 84]", "position unknown"),
    C("lat", "number", "latitude used [degrees, WGS 84]", "position unknown"),
    C("coord_precision_km", "number", "position error used [km]", "error unknown"),
    C("position_basis", "text", "where the position comes from", "rejected", POSITIONS),
    C("place_match", "text", "the place that somebody confirmed for this row", "none confirmed"),
    C("place_confirmed_by", "text", "who confirmed it", "nobody, or the list itself"),
    C("place_confirmed_at", "text", "when, UTC", "not confirmed, or not known"),
    C("answer_level", "text", "the smallest place for which the answer holds", "rejected", LEVELS),
    C("country", "text", "ISO 3166 alpha-3", "not known"),
    C("country_basis", "text", "where the country comes from", "not known", ("row", "option", "outline")),
    C("admin1", "text", "first-order unit used by the rules", "not known"),
    C("admin2", "text", "second-order unit used by the rules", "not known"),
    C("admin_basis", "text", "how admin2 (else admin1) is known", "not known", ("polygon", "stated")),
    C("mineral", "text", "mineral as given", "not given"),
    C("minerals", "text", "the same in the names of the project", "not known"),
    *TRADE,
    C("as_of", "date", "time of events, not of knowledge", "rejected"),
    C("as_of_basis", "text", "whose date it is", "rejected", ("row", "run")),
    C("rules_fired", "text", "site rules that fired, ids joined by ';'", "none fired"),
    C("area_rules_fired", "text", "area rules that fired, ids joined by ';'", "none fired"),
    C("rules_unknown", "text", "rules that could not be evaluated", "all were"),
    C("gaps", "text", "gaps of the site class joined by ';'", "none"),
    C("area_gaps", "text", "gaps of the area class joined by ';'", "none"),
    C("data_coverage", "text", "is everything known that the site rules ask for", "rejected", ("full", "partial")),
    C("zone_unit", "text", "the named unit the site lies in", "in no named unit"),
    C("zone_basis", "text", "how the unit is known", "not known", ("polygon", "stated")),
    C("distance_to_zone_edge_m", "number", "to the edge of the nearest named unit [m]", "no polygons or no zone"),
    C("near_border", "tri", "not more than 5 km and the position error from that edge", "no polygons"),
    C("nearest_compliant_zone", "text", "for origins outside one: the nearest compliant unit", "none, or inside"),
    C("nearest_compliant_zone_m", "number", "how far its edge is [m]", "no polygons, none, or inside"),
    C("eu_list", "text", "the EU indicative list", "rejected", ("listed", "not_listed", "unknown")),
    C("eu_list_areas", "text", "entries that name the place, joined by '; '", "none"),
    C(
        "dodd_frank",
        "text",
        "covered country and mineral of section 1502 at as_of",
        "rejected",
        ("covered", "country_only", "not_covered", "unknown"),
    ),
    C(
        "kp_status",
        "text",
        "Kimberley Process at as_of, for diamonds",
        "rejected",
        ("restricted", "participant", "not_participant", "not_applicable", "unknown"),
    ),
    C("rcm_status", "text", "ICGLR colour in force at as_of", "not known", ("green", "yellow", "red", "blue")),
    C("rcm_status_basis", "text", "how the colour came about", "not known", ("inspection", "age")),
    C("rcm_status_date", "date", "day of the inspection", "not known"),
    C("rcm_expires", "date", "first day on which that colour no longer holds", "no stated end, or not known"),
    C("drc_status", "text", "newest DRC qualification", "unqualified or not known", ("green", "yellow", "red", "blue")),
    C("drc_status_date", "date", "day of the row that carries it", "not known"),
    C("drc_expires", "date", "first day on which it no longer speaks (rule H7)", "not known"),
    C("known_site", "text", "id of the known site that the row was taken for", "none"),
    C("known_site_source", "text", "dataset of that site", "none"),
    C("known_site_basis", "text", "why it was taken for it", "none", KNOWN_BASIS),
    C("known_site_m", "number", "distance to that site [m]", "none, or no position"),
    C("nearest_site", "text", "name and id of the nearest known site", "no known sites"),
    C("nearest_site_m", "number", "distance to it [m]", "no known sites"),
    C(
        "mineral_record",
        "text",
        "is the claimed mineral recorded nearby; a flag, not an accusation",
        "rejected",
        (
            "recorded",
            "other_minerals_only",
            "nothing_recorded_nearby",
            "no_reference",
            "mineral_unknown",
            "no_position",
        ),
    ),
    C("mineral_nearest_m", "number", "nearest recorded site of the claimed mineral [m]", "none, or not asked"),
    C("candidates", "text", "known sites and places of a like name, with scores", "not asked, or none"),
    C(
        "incidents_20km_12m",
        "number",
        "lethal, precision 1, within 20 km, 12 months; of the source with most",
        UNSEEN,
        whole=True,
    ),
    C("deaths_20km_12m", "number", "best estimate of deaths of the same [people]", UNSEEN, whole=True),
    C("deaths_civilians_20km_12m", "number", "civilians among them [people]", UNSEEN + ", or not stated", whole=True),
    C("events_one_sided_20km_12m", "number", "one-sided among the same incidents", UNSEEN, whole=True),
    C("events_nonlethal_20km_12m", "number", "violent or control events without deaths, likewise", UNSEEN, whole=True),
    C("nearest_incident_m", "number", "nearest lethal, precision 1 or 2, 36 months [m]", "there is none"),
    C("latest_incident_date", "date", "last day of the latest within 50 km", "there is none"),
    C(
        "country_incidents_12m",
        "number",
        "in the whole country, where no smaller place is known",
        "not asked",
        whole=True,
    ),
    C("country_deaths_12m", "number", "best estimate of deaths of the same [people]", "not asked", whole=True),
    C("visit_date", "date", "newest informative visit not after as_of", "none"),
    C("visit_age_days", "number", "days from the visit to as_of [days]", "no visit", whole=True),
    C("armed_presence", "text", "at the newest informative visit", "unknown"),
    C("incident_intensity", "number", "orders a list within a class; no class and no probability", UNSEEN),
    C("sources_disagree", "text", "a visit and the incidents near say different things", "they agree, or one lacks"),
    C("children_under_15", "tri", "at the newest visit that says; never part of a class", "unknown"),
    C("mercury", "tri", "used, at the newest visit that says; never part of a class", "unknown"),
    C("traceability", "text", "traceability scheme at the newest visit that names one", "none named"),
    C("state_services", "text", "state services at the newest visit that names some", "none named"),
    C("route_basis", "text", "what was screened as the route", "rejected", ROUTE_BASIS),
    C("route_km", "number", "length of the route [km]", "no line"),
    C("route_km_exposed", "number", "km of it within the stated distance of an incident", "no line"),
    C("transit_incidents", "number", "incidents along the route; of the source with most", "no line", whole=True),
    C("transit_deaths", "number", "best estimate of deaths of the same [people]", "no line", whole=True),
    C("transit_incidents_certain", "number", "certain ones", "no line", whole=True),
    C("transit_incidents_possible", "number", "possible ones", "no line", whole=True),
    C("transit_roadblocks", "number", "roadblocks seen along the route in 12 months", "no line", whole=True),
    C("transit_armed_roadblocks", "number", "armed ones", "no line", whole=True),
    C("transit_countries", "text", "countries on the route, in order, joined by ';'", "not known"),
    C("transit_borders", "text", "borders crossed", "none, or not known"),
    C("transit_zones", "text", "named units crossed with their status", "none, or not known"),
    C("transit_listed", "text", "listed areas crossed", "none, or no list"),
    C("transit_uncovered", "text", "countries on the route that no source covers in the window", "none"),
    C("transit_kp", "text", "for diamonds: participation of each country on the route", "other minerals, or not known"),
    C("worst_segment", "number", "the segment with most deaths, then incidents", "none has any", whole=True),
    C("workers", "number", "people working there [people]", "not counted", whole=True),
    C("decision", "text", "the reviewer's latest decision; it never changes a class", "none", DECISIONS),
    C("decision_note", "text", "the reviewer's note", "none"),
    C("reviewer", "text", "who decided", "nobody"),
    C("decided_at", "text", "when, UTC", "not decided"),
    C("decisions_before", "number", "earlier decisions in the history", "none", whole=True),
    C("review_state", "text", "how the decision stands", "no decision", REVIEW_STATES),
    C("changed_since", "text", "what differs from what was decided on, joined by ';'", "nothing, or no decision"),
    C("action", "text", "what is to be done", "nothing stated"),
    C("action_owner", "text", "who does it", "nobody named"),
    C("due", "date", "by when; else six months after a decision to do more", "nothing to be done"),
    C("signed_by", "text", "the second person who signed the decision off", "not signed off"),
    C("remarks", "text", "what was read with a remark, joined by '; '", "nothing"),
    C("demonstration", "flag", "true for synthetic rows"),
    C("why_en", "text", "one sentence in English", "rejected"),
    C("why_fr", "text", "the same in French", "rejected"),
)

DECIDED: Table = (
    SUPPLIER_ID,
    INPUT_ROW,
    C("review_state", "text", "how the decision stands", allowed=REVIEW_STATES),
    C("decision", "text", "what was decided", "withdrawn", DECISIONS),
    C("decision_note", "text", "the reviewer's note, or why it was withdrawn", "none"),
    C("reviewer", "text", "who decided, or who withdrew"),
    C("decided_at", "text", "when, UTC"),
    C("decided_on", "date", "the row's date of events at that time", "not kept"),
    C("decisions_before", "integer", "earlier entries in the history"),
    C("changed_since", "text", "what differs, joined by ';'", "nothing"),
    C("evidence_new", "integer", "records behind the answers that were not there then"),
    C("evidence_gone", "integer", "records that were there then and are not any more"),
    *(C(f"{name}_then", "text", f"`{name}` then", "not kept, or blank then") for name in WATCHED),
    *(C(f"{name}_now", "text", f"`{name}` now", "blank now") for name in WATCHED),
    *(C(f"risk_{name}", "text", "finding on the risk of Annex II", "not kept", RISK_FINDINGS) for name in RISKS),
    C("action", "text", "what is to be done", "nothing stated"),
    C("action_owner", "text", "who does it", "nobody named"),
    C("due", "date", "by when; else six months after a decision to do more", "nothing to be done"),
    C("documents", "text", "name and SHA-256 of each, joined by '; '", "none"),
    C("signed_by", "text", "the second person who signed the decision off", "not signed off"),
    C("signed_at", "text", "when, UTC", "not signed off"),
)
"""decisions.csv: the newest decision of each row, then and now side by side."""

ROUTES: Table = (
    SUPPLIER_ID,
    C("route_basis", "text", "what was screened as the route", allowed=ROUTE_BASIS),
    C("note", "text", "what to know of the route", "nothing"),
    C("as_of", "date", "end of the window"),
    C("length_km", "number", "length [km]", "no line"),
    C("exposed_km", "number", "km within the stated distance of an incident", "no line"),
    C("exposed_km_possible", "number", "km that may be", "no line"),
    C("access_km", "number", "from the ends to the network, straight [km]", "no network"),
    C("segments", "number", "how many", "no line", whole=True),
    C("worst_segment", "number", "number of the segment with most deaths, then incidents", "none has any", whole=True),
    C("incidents", "number", "incidents along the route; of the source with most", "no line", whole=True),
    C("deaths", "number", "best estimate of deaths of the same [people]", "no line", whole=True),
    C("incidents_certain", "number", "certain ones", "no line", whole=True),
    C("incidents_possible", "number", "possible ones", "no line", whole=True),
    C("roadblocks", "number", "roadblocks seen in the window", "no line, or no visits", whole=True),
    C("armed_roadblocks", "number", "armed ones", "no line, or no visits", whole=True),
    C("countries", "text", "in order, joined by ';'", "not known"),
    C("borders", "text", "borders crossed, with the km", "none"),
    C("zones", "text", "named units crossed, with status", "none, or no polygons"),
    C("listed", "text", "listed areas crossed", "none, or no list"),
    C("uncovered", "text", "countries that no source covers in the window", "none"),
    C("dodd_frank_countries", "text", "covered countries of section 1502 on the route", "none"),
    C(
        "kp_on_route",
        "text",
        "for diamonds: participation of each country on the route",
        "other minerals, or not known",
    ),
    C("kp_restricted", "text", "countries under Kimberley Process restriction on the route", "none"),
    C(
        "country_incidents",
        "number",
        "in those countries in the window, where only countries are known",
        "not asked",
        whole=True,
    ),
)

SEGMENTS: Table = (
    SUPPLIER_ID,
    C("segment", "integer", "1 is at the origin"),
    C("from_km", "number", "where it begins [km]"),
    C("to_km", "number", "where it ends [km]"),
    C("lon_from", "number", "longitude where it begins [degrees]"),
    C("lat_from", "number", "latitude where it begins [degrees]"),
    C("lon_to", "number", "longitude where it ends [degrees]"),
    C("lat_to", "number", "latitude where it ends [degrees]"),
    C("exposed_km", "number", "km within the stated distance of an incident"),
    C("exposed_km_possible", "number", "km that may be"),
    C("incidents", "integer", "nominal: exact place, one death or more; of the source with most"),
    C("deaths", "integer", "best estimate of deaths of the same [people]"),
    C("incidents_certain", "integer", "certain ones"),
    C("incidents_possible", "integer", "possible ones"),
    C("nearest_incident_m", "number", "nearest nominal one [m]", "none within the stated distance"),
    C("roadblocks", "integer", "roadblocks seen in the window"),
    C("armed_roadblocks", "integer", "armed ones"),
    C("countries", "text", "joined by ';'", "not known"),
    C("zones", "text", "named units, with status", "none, or no polygons"),
    C("listed", "text", "listed areas", "none, or no list"),
)

OF_SEGMENTS: Table = (
    C("segment", "number", "the segment that a row of evidence is about", "it is of the origin", whole=True),
)
"""What the evidence of a screening has beside :data:`geo.schema.EVIDENCE`."""
