"""Words for the codes of :mod:`geo.schema`: what a reader sees instead of a column name or a code, in either language.

Each value is a message for :mod:`i18n.translator`. A code without a word is shown as it is.
"""

from __future__ import annotations

from functools import cache

from i18n.translator import N_, Translator
from layers.maps import styles
from layers.reference.tables import rows

CLASSES = {s.key: s.text for s in styles.SITES}
ZONE_STATUSES = {s.key: s.text for s in styles.ZONES}

CLASS_MEANINGS = {
    "conflict-affected": N_("Armed conflict or armed groups at or near the site within 12 months of the date."),
    "high-risk": N_(
        "Violence, harm by armed forces or a listed concern around the site, on milder grounds or further back."
    ),
    "insufficient data": N_("Nothing was found, but what could contradict it was not looked at. Not a calm site."),
    "no indicators found": N_(
        "Nothing was found in the data that was looked at. It does not say that the site is calm."
    ),
}

ARMED = {
    "non_state": N_("non-state armed actor"),
    "state": N_("state forces"),
    "both": N_("state forces and non-state armed actor"),
    "private": N_("private security"),
    "none": N_("none seen"),
    "": N_("not known"),
}

MINERALS = {
    "amethyst": N_("amethyst"),
    "bauxite": N_("bauxite"),
    "cassiterite": N_("cassiterite"),
    "coal": N_("coal"),
    "cobalt": N_("cobalt"),
    "coltan": N_("coltan"),
    "copper": N_("copper"),
    "diamond": N_("diamond"),
    "emerald": N_("emerald"),
    "gold": N_("gold"),
    "iron": N_("iron"),
    "lead": N_("lead"),
    "lithium": N_("lithium"),
    "manganese": N_("manganese"),
    "mercury": N_("mercury"),
    "monazite": N_("monazite"),
    "nickel": N_("nickel"),
    "niobium": N_("niobium"),
    "platinum": N_("platinum"),
    "rare earths": N_("rare earths"),
    "silver": N_("silver"),
    "titanium": N_("titanium"),
    "tourmaline": N_("tourmaline"),
    "wolframite": N_("wolframite"),
    "zinc": N_("zinc"),
    "": N_("not known"),
}

GAPS = {
    "no_coordinates": N_("the position of the site is not known"),
    "country_unknown": N_("the country of the site is not known"),
    "not_covered": N_("no source covers the whole look-back window in the site's country"),
    "neighbour_uncovered": N_("the circle around the site reaches into a country that the source does not cover"),
    "neighbours_unknown": N_("no country outlines at hand to see which countries the circle reaches"),
    "admin2_unknown": N_("the second-order unit of the site is not known"),
    "boundary_version_unknown": N_("boundaries of unknown vintage were used"),
    "first_seen_after_as_of": N_("the site was first recorded after the date"),
}

AGES = {
    "": N_("any age"),
    "12": N_("visited within 12 months"),
    "36": N_("visited within 36 months"),
    "old": N_("last visit over 36 months old"),
    "none": N_("no informative visit"),
}

BASIS = {
    "polygon": N_("by polygon"),
    "stated": N_("as the site states"),
    "row": N_("from the row"),
    "layout": N_("from the source's layout"),
    "option": N_("as given for the file"),
    "outline": N_("from the country's outline"),
    "on_site": N_("on site"),
    "reported": N_("reported"),
    "full": N_("full"),
    "partial": N_("partial"),
    "": "",
}

EVIDENCE_KINDS = {
    "incident": N_("incident"),
    "visit": N_("visit"),
    "status": N_("status"),
    "list": N_("list"),
    "zone": N_("zone"),
    "gap": N_("gap"),
    "near_miss": N_("near miss"),
    "area": N_("area"),
}

PRECISIONS = {
    1: N_("exact place"),
    2: N_("within about 25 km"),
    3: N_("district (ADM2)"),
    4: N_("region (ADM1)"),
    5: N_("a line or a vague region"),
    6: N_("country"),
    7: N_("waters or air"),
}

INCIDENT_KINDS = {s.key: s.text for s in styles.INCIDENT_LEGEND if s.key}

REGISTER = {
    "restricted": N_("restricted"),
    "monitored": N_("monitored"),
    "priority": N_("priority"),
    "compliant": N_("compliant"),
    "suspended": N_("suspended"),
    "restored": N_("restored"),
    "lifted": N_("lifted"),
    "unknown": N_("unknown"),
}
"""Statuses of the zone register itself."""

COLOURS = {
    "green": N_("green"),
    "yellow": N_("yellow"),
    "red": N_("red"),
    "blue": N_("blue"),
    "": "",
}

SCHEMES = {"rcm": N_("ICGLR certification"), "drc": N_("DRC qualification")}

COLUMNS = {
    "site_id": N_("Site id"),
    "name": N_("Name"),
    "lon": N_("Longitude"),
    "lat": N_("Latitude"),
    "coord_precision_km": N_("Position error (km)"),
    "country": N_("Country"),
    "country_basis": N_("Country known"),
    "admin1": N_("Region (ADM1)"),
    "admin2": N_("District (ADM2)"),
    "admin_basis": N_("District known"),
    "minerals": N_("Minerals"),
    "workers": N_("Workers"),
    "armed_presence": N_("Armed presence"),
    "as_of": N_("As of"),
    "overall_class": N_("Exposure"),
    "local_class": N_("At the place"),
    "area_class": N_("Of the area"),
    "certain_class": N_("Certain"),
    "possible_class": N_("Possible"),
    "rules_fired": N_("Rules fired"),
    "rules_unknown": N_("Rules not known"),
    "gaps": N_("Gaps"),
    "data_coverage": N_("Data coverage"),
    "zone_status": N_("Zone status"),
    "zone_unit": N_("Zone"),
    "zone_basis": N_("Zone known"),
    "distance_to_zone_edge_m": N_("To the zone's edge (m)"),
    "near_border": N_("Near the border"),
    "incidents_20km_12m": N_("Incidents, 20 km, 12 months"),
    "deaths_20km_12m": N_("Deaths, 20 km, 12 months"),
    "nearest_incident_m": N_("Nearest incident (m)"),
    "latest_incident_date": N_("Latest incident"),
    "visit_date": N_("Visit"),
    "visit_basis": N_("Visit made"),
    "visit_age_days": N_("Age of visit (days)"),
    "visited_by": N_("Visited by"),
    "actors": N_("Actors"),
    "roadblock": N_("Roadblock"),
    "demonstration": N_("Demonstration"),
    "source": N_("Source"),
    "kind": N_("Kind"),
    "rule": N_("Rule"),
    "record_id": N_("Record"),
    "dataset": N_("Dataset"),
    "dataset_version": N_("Edition"),
    "date_start": N_("From"),
    "date_end": N_("To"),
    "date_prec": N_("Date precision"),
    "precision": N_("Place precision"),
    "distance_m": N_("Distance (m)"),
    "deaths_best": N_("Deaths (best)"),
    "deaths_low": N_("Deaths (low)"),
    "deaths_high": N_("Deaths (high)"),
    "actor_a": N_("First actor"),
    "actor_b": N_("Second actor"),
    "value": N_("Found"),
    "limit": N_("Held against"),
    "provisional": N_("Provisional"),
    "ground": N_("Ground"),
    "source_file": N_("File"),
    "row": N_("Row"),
    "id": N_("Id"),
    "reason": N_("Reason"),
    "expected": N_("Expected"),
    "got": N_("Got"),
    "scheme": N_("Scheme"),
    "status": N_("Status"),
    "status_date": N_("Dated"),
    "valid_to": N_("Valid until"),
    "unit": N_("Unit"),
    "why_en": N_("Why"),
    "why_fr": N_("Why"),
}
"""Column headings by column name."""

_VALUES: dict[str, dict[str, str]] = {
    "overall_class": CLASSES,
    "local_class": CLASSES,
    "area_class": CLASSES,
    "certain_class": CLASSES,
    "possible_class": CLASSES,
    "zone_status": ZONE_STATUSES,
    "armed_presence": ARMED,
    "admin_basis": BASIS,
    "country_basis": BASIS,
    "zone_basis": BASIS,
    "visit_basis": BASIS,
    "data_coverage": BASIS,
    "scheme": SCHEMES,
    "status": COLOURS,
}
_LISTS = {"minerals": MINERALS, "gaps": GAPS}


def column(name: str, translate: Translator) -> str:
    """The heading of a column in the reader's language."""
    return translate(COLUMNS.get(name, name))


def value(name: str, code: str, translate: Translator) -> str:
    """The words for a code of a column; lists joined by ``;`` are translated one by one.

    Examples
    --------
    >>> from i18n.translator import translator
    >>> value("minerals", "gold;diamond", translator("en")), value("name", "gold", translator("fr"))
    ('gold, diamond', 'gold')
    """
    if name in _LISTS:
        return ", ".join(translate(_LISTS[name].get(part, part)) for part in code.split(";") if part)
    return translate(_VALUES[name].get(code, code)) if name in _VALUES and code else code


def is_coded(name: str) -> bool:
    """Whether :func:`value` says anything else than the code itself for this column."""
    return name in _VALUES or name in _LISTS


def country(iso3: str, translate: Translator) -> str:
    """The name of a country by its ISO 3166 alpha-3 code, in the reader's language; the code where it has none.

    Examples
    --------
    >>> from i18n.translator import translator
    >>> country("CAF", translator("fr")), country("XXX", translator("en"))
    ('République centrafricaine', 'XXX')
    """
    return _country_names().get(iso3, {}).get(translate.language, iso3)


@cache
def _country_names() -> dict[str, dict[str, str]]:
    return {row["iso3"]: {"en": row["name_en"], "fr": row["name_fr"]} for row in rows("countries.csv")}
