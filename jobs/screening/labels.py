"""Words for the codes and columns of a screening, in either language, beside those of :mod:`i18n.labels`."""

from __future__ import annotations

import numpy as np
import pandas as pd

from i18n import column_labels, labels, row_messages
from i18n.translator import N_, Translator
from jobs.screening.column_labels import HEADINGS
from jobs.screening.route_messages import COLUMNS as ROUTE_COLUMNS
from jobs.screening.route_messages import route_message
from layers.reference.country_names import country_name

FLAGS = {
    "flag_origin": N_("Origin at risk"),
    "flag_doubt": N_("Origin in doubt"),
    "flag_eu_list": N_("EU list"),
    "flag_dodd_frank": N_("Dodd-Frank 1502"),
    "flag_kp": N_("Kimberley Process"),
    "flag_status": N_("Status of the site"),
    "flag_near_zone": N_("Compliant zone nearby"),
    "flag_mineral": N_("Mineral not recorded"),
    "flag_false_origin": N_("Origin contradicted"),
    "flag_transit": N_("Route exposed"),
    "flag_transit_unknown": N_("Route in doubt"),
}

FLAG_MEANINGS = {
    "flag_origin": N_("The place of origin is conflict-affected or high-risk at its date."),
    "flag_doubt": N_("Not at risk as known, but errors of places, dates and numbers could make it so."),
    "flag_eu_list": N_("The place is on the edition of the EU indicative list that was given, at its date."),
    "flag_dodd_frank": N_("Country and mineral are covered by section 1502: a duty to file, not a level of risk."),
    "flag_kp": N_(
        "Diamonds of a country under restriction or outside the scheme, not from a compliant zone; or a route "
        "through a country that takes no part."
    ),
    "flag_status": N_("ICGLR certification or DRC qualification is yellow or red."),
    "flag_near_zone": N_("Outside a compliant zone, but near one: goods could be passed off as the zone's."),
    "flag_mineral": N_("No known site of the claimed mineral nearby. A question to ask, not an accusation."),
    "flag_false_origin": N_(
        "The place lies outside the stated country or far from the stated district, or the route begins far from it: "
        "a false origin or a slip."
    ),
    "flag_transit": N_("Incidents, armed roadblocks or listed areas along the route."),
    "flag_transit_unknown": N_("Nothing certain on the route, but possible incidents, or countries without data."),
}

ANSWERS = {"accepted": N_("screened"), "recycled": N_("recycled or scrap"), "rejected": N_("rejected")}
LEVELS = {
    "point": N_("place"),
    "admin2": N_("district (ADM2)"),
    "admin1": N_("region (ADM1)"),
    "country": N_("country only"),
    "none": N_("nothing known"),
}
POSITIONS = {
    "given": N_("as given"),
    "confirmed_match": N_("of a known place, confirmed"),
    "none_of_these": N_("none of the candidates"),
    "unconfirmed": N_("candidates wait for confirmation"),
    "none": N_("none"),
}
PLACE_STATES = {
    "open": N_("to be confirmed"),
    "offered_again": N_("confirmed for an earlier list: confirm again"),
    "confirmed": N_("confirmed"),
    "none_of_these": N_("none of these"),
}
PLACE_KINDS = {
    "site": N_("site"),
    "village": N_("village"),
    "place": N_("town or village"),
    "district": N_("district or territory"),
    "region": N_("region"),
}
ROUTE_BASIS = {
    "given_line": N_("line as given"),
    "network": N_("route on the given roads"),
    "straight_guess": N_("straight line: a guess"),
    "countries": N_("countries only"),
    "none": N_("no route given"),
}
ROUTE_NOTES = {
    "no_roads_given": N_("no road network was given"),
    "no_road_near": N_("no road within reach of an end"),
    "roads_not_connected": N_("the roads do not connect the ends"),
    "destination_without_position": N_("the destination has no position"),
}
RECORDS = {
    "recorded": N_("recorded nearby"),
    "other_minerals_only": N_("only other minerals recorded nearby"),
    "nothing_recorded_nearby": N_("nothing recorded nearby"),
    "no_reference": N_("no known sites to compare with"),
    "mineral_unknown": N_("mineral not known"),
    "no_position": N_("position not known"),
}
EU_LIST = {"listed": N_("listed"), "not_listed": N_("not listed"), "unknown": N_("not known")}
DODD_FRANK = labels.DODD_FRANK
KP = {
    "restricted": N_("restricted"),
    "participant": N_("participant"),
    "not_participant": N_("not a participant"),
    "not_applicable": N_("does not apply"),
    "unknown": N_("not known"),
}
DECISIONS = {
    "accept": N_("accept"),
    "enhance due diligence": N_("enhance due diligence"),
    "escalate": N_("escalate"),
    "note": N_("note"),
}
VOLUMES = {
    "reached": N_("reached"),
    "below": N_("below, of what the list declares"),
    "unknown": N_("cannot be told"),
    "before_the_regulation": N_("before the regulation"),
    "not_in_annex": N_("its code is no line of Annex I"),
}
MISSING = {
    "mineral": N_("which mineral it is"),
    "supplier": N_("name and address of the supplier"),
    "country": N_("country of origin"),
    "quantity": N_("quantity"),
    "shipment_date": N_("day of shipment or extraction"),
    "mine": N_("mine of origin"),
    "trading_places": N_("places where it is consolidated, traded and processed"),
    "certificate": N_("certificate or tag"),
    "taxes": N_("taxes, fees and royalties paid"),
    "smelter": N_("smelter or refiner"),
}
"""What Art. 4 of Regulation (EU) 2017/821 asks and a list does not say."""
REVIEW_STATES = {
    "decided": N_("decided, not signed off"),
    "signed": N_("signed off"),
    "reopen": N_("reopen: changed since"),
    "withdrawn": N_("withdrawn"),
}
ENTRIES = {**DECISIONS, "sign": N_("signed off"), "withdraw": N_("withdrawn")}
RISKS = {
    "serious_abuses": N_("serious abuses"),
    "non_state_armed_groups": N_("support to non-state armed groups"),
    "security_forces": N_("support to public or private security forces"),
    "bribery_false_origin": N_("bribery and false origin"),
    "money_laundering": N_("money laundering"),
    "taxes": N_("unpaid taxes, fees and royalties"),
}
RISK_FINDINGS = {
    "not_looked_at": N_("not looked at"),
    "nothing_found": N_("looked at, nothing found"),
    "suspected": N_("suspected"),
    "found": N_("found"),
}
CHANGES = {
    "class": N_("class"),
    "zone": N_("zone"),
    "listings": N_("listings"),
    "statuses": N_("statuses"),
    "flags": N_("flags"),
    "route": N_("route"),
    "added": N_("added"),
    "removed": N_("removed"),
}
THROUGH = {"data": N_("data"), "rules": N_("rules"), "date": N_("date")}
LISTED_THEN = {
    "listed": N_("listed then"),
    "not_yet": N_("not listed yet"),
    "no_longer": N_("not listed any more"),
    "undated": N_("no dates in the table"),
}
EVIDENCE_KINDS = {
    "transit": N_("on the route"),
    "dodd_frank": N_("Dodd-Frank 1502"),
    "kp_status": N_("Kimberley Process"),
    "mineral": N_("mineral"),
    "near_zone": N_("compliant zone nearby"),
    "known_site": N_("known site"),
}
PARTS = {
    "origin": N_("origin"),
    "destination": N_("destination"),
    "company": N_("company"),
    "transit": N_("route"),
}

_VALUES = {
    "answer": ANSWERS,
    "answer_level": LEVELS,
    "position_basis": POSITIONS,
    "route_basis": ROUTE_BASIS,
    "note": ROUTE_NOTES,
    "mineral_record": RECORDS,
    "eu_list": EU_LIST,
    "dodd_frank": DODD_FRANK,
    "kp_status": KP,
    "decision": DECISIONS,
    "eu_answer": VOLUMES,
    "review_state": REVIEW_STATES,
    "change": CHANGES,
    "part": PARTS,
    "rcm_status": labels.COLOURS,
    "drc_status": labels.COLOURS,
    "kind": {**labels.EVIDENCE_KINDS, **EVIDENCE_KINDS, **PLACE_KINDS},
    "match_kind": PLACE_KINDS,
    "state": PLACE_STATES,
    "listed_then": LISTED_THEN,
    "level": {"country": N_("country"), "admin1": N_("region (ADM1)")},
    "site_class_before": labels.CLASSES,
    "zone_status_before": labels.ZONE_STATUSES,
}

_COUNTRIES = (
    "transit_countries",
    "transit_uncovered",
    "countries",
    "uncovered",
    "dodd_frank_countries",
    "kp_restricted",
)

COLUMNS = {**FLAGS, **HEADINGS}


def heading(name: str, translate: Translator) -> str:
    """The heading of a column in the reader's language.

    Parameters
    ----------
    name
        Name of the column.
    translate
        Speaks the reader's language.
    """
    return translate(COLUMNS[name]) if name in COLUMNS else column_labels.column(name, translate)


def value(name: str, code: object, translate: Translator) -> str:
    """The words for a code of a column; what is no code is given back as text.

    Parameters
    ----------
    name
        Name of the column.
    code
        Value of a cell; missing gives a blank.
    translate
        Speaks the reader's language.

    Examples
    --------
    >>> from i18n.translator import translator
    >>> value("route_basis", "straight_guess", translator("en")), value("through", "data and date", translator("en"))
    ('straight line: a guess', 'data and date')
    """
    if isinstance(code, bool | np.bool_):
        return translate("yes") if code else translate("no")
    text = "" if code is None or code is pd.NA else str(code)
    if name == "change":
        return translate(" and ").join(translate(CHANGES.get(t, t)) for t in text.split(" and ") if t)
    if name == "through":
        return translate(" and ").join(translate(THROUGH.get(t, t)) for t in text.split(" and "))
    if name == "changed_since":
        return ", ".join(heading(t, translate) for t in text.split(";") if t)
    if name == "missing":
        return ", ".join(translate(MISSING.get(t, t)) for t in text.split(";") if t)
    if name in ("transit_kp", "kp_on_route"):
        pairs = [t.partition(" ")[::2] for t in text.split("; ") if t]
        return translate.joined(f"{country_name(iso, translate)} {translate(KP.get(s, s))}" for iso, s in pairs)
    if name in ROUTE_COLUMNS:
        return route_message(name, text, translate)
    if name == "remarks":
        return row_messages.remarks(text, translate)
    if name in _COUNTRIES:
        return ", ".join(country_name(iso, translate) for iso in text.split(";") if iso)
    if name in _VALUES and text:
        return translate(_VALUES[name].get(text, text))
    return labels.value(name, text, translate)


def is_coded(name: str) -> bool:
    """Whether :func:`value` may say anything else than the code itself.

    Parameters
    ----------
    name
        Name of the column.
    """
    return (
        name in _VALUES
        or name in _COUNTRIES
        or name in ROUTE_COLUMNS
        or name in ("through", "remarks", "changed_since", "missing", "transit_kp", "kp_on_route")
        or labels.is_coded(name)
    )
