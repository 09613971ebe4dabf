"""Words for the codes of :mod:`geo.schema`: what a reader sees instead of a column name or a code, in either language.

Each value is a message for :mod:`i18n.translator`. A code without a word is shown as it is.
"""

from __future__ import annotations

from geo.rules.explanation import GAP_WORDS
from i18n.translator import N_, Translator

CLASSES = {
    "conflict-affected": N_("conflict-affected"),
    "high-risk": N_("high-risk"),
    "insufficient data": N_("insufficient data"),
    "no indicators found": N_("no indicators found"),
}

ZONE_STATUSES = {
    "inside_compliant": N_("inside a compliant zone"),
    "inside_priority": N_("inside a priority zone"),
    "inside_monitored": N_("inside a monitored zone"),
    "inside_suspended": N_("inside a suspended zone"),
    "outside": N_("outside every named zone"),
    "not_applicable": N_("zones do not apply"),
    "unknown": N_("zone status unknown"),
}
"""Of a site; :data:`layers.maps.styles.ZONE_AREAS` has the words for an area itself."""

CLASS_MEANINGS = {
    "conflict-affected": N_(
        "Armed conflict at or near the site within 12 months of the date, or an armed group found there."
    ),
    "high-risk": N_(
        "Violence, harm by armed forces or a red or yellow status at or near the site, less or further back."
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

METALS = (N_("tin"), N_("tantalum"), N_("tungsten"))
"""As laws name what the minerals are mined for."""

GAPS = {code: note.template for code, note in GAP_WORDS.items()}
"""Gaps of the site class and the area class."""

DODD_FRANK = {
    "covered": N_("covered country and mineral"),
    "country_only": N_("covered country, another or no known mineral"),
    "not_covered": N_("not covered"),
    "unknown": N_("not known"),
}
"""Section 1502: a duty to file, not a level of risk."""

DISAGREEMENTS = {
    "armed_group_without_incidents": N_("a visit found an armed group where no incident is known"),
    "incidents_without_armed_group": N_("incidents are known where a visit found no armed group"),
}

AGES = {
    "": N_("any age"),
    "12": N_("visited within 12 months"),
    "24": N_("visited within 24 months"),
    "60": N_("visited within 60 months"),
    "old": N_("last visit over 60 months old"),
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
    "inspection": N_("by inspection"),
    "age": N_("by age"),
    "full": N_("full"),
    "partial": N_("partial"),
    "": "",
}

EVIDENCE_KINDS = {
    "total": N_("sum"),
    "incident": N_("incident"),
    "coverage": N_("coverage"),
    "visit": N_("visit"),
    "status": N_("status"),
    "list": N_("list"),
    "measure": N_("number of a raster"),
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

EDITION_CHANGES = {
    "added": N_("in the later edition only"),
    "removed": N_("in the earlier edition only"),
    "moved": N_("placed elsewhere"),
    "re-estimated": N_("deaths estimated anew"),
    "re-dated": N_("dated anew"),
    "precision": N_("precision of the place changed"),
}
"""What a later edition changes of an incident (:data:`jobs.editions.incident_changes.CHANGES`)."""

SOURCES = {"ucdp": "UCDP", "acled": "ACLED"}
"""Names of sources of incidents, as their publishers write them."""

INCIDENT_KINDS = {
    "state-based": N_("state-based fighting"),
    "non-state": N_("fighting between groups"),
    "one-sided": N_("violence against civilians"),
}

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

_VALUES: dict[str, dict[str, str]] = {
    "site_class": CLASSES,
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
    "rcm_status": COLOURS,
    "drc_status": COLOURS,
    "rcm_status_basis": BASIS,
    "basis": BASIS,
    "sources_disagree": DISAGREEMENTS,
}
_LISTS: dict[str, dict[str, str]] = {
    "minerals": MINERALS,
    "dataset": SOURCES,
    "change": EDITION_CHANGES,
    "gaps": GAPS,
    "area_gaps": GAPS,
    "rules_fired": {},
    "area_rules_fired": {},
    "rules_unknown": {},
    "traceability": {},
    "state_services": {},
}
"""Columns that join codes, ids or names by ``;``."""


def source_name(source: str) -> str:
    """A source of incidents by its publisher's own name.

    Examples
    --------
    >>> source_name("ucdp"), source_name("our_own")
    ('UCDP', 'our_own')
    """
    return SOURCES.get(source, source)


def value(name: str, code: str, translate: Translator) -> str:
    """The words for a code of a column; lists joined by ``;`` are translated one by one.

    Examples
    --------
    >>> from i18n.translator import translator
    >>> value("minerals", "gold;diamond", translator("en")), value("name", "gold", translator("fr"))
    ('gold, diamond', 'gold')
    """
    if name in _LISTS:
        words = _LISTS[name]
        return ", ".join(translate(words[part]) if part in words else part for part in code.split(";") if part)
    return translate(_VALUES[name].get(code, code)) if name in _VALUES and code else code


def is_coded(name: str) -> bool:
    """Whether :func:`value` says anything else than the code itself for this column."""
    return name in _VALUES or name in _LISTS
