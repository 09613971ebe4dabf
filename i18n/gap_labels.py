"""Gaps in a word or two, and what would fill each of them: for filters, pages and dossiers."""

from __future__ import annotations

from geo.messages import Note
from geo.rules.coverage_gaps import AREA_GAPS, GAPS
from i18n.translator import N_

SHORT = {
    "no_coordinates": N_("position"),
    "country_unknown": N_("country"),
    "not_covered": N_("coverage"),
    "neighbour_uncovered": N_("neighbours"),
    "neighbours_unknown": N_("country outlines"),
    "incident_rejected": N_("unreadable incidents nearby"),
    "raster_missing": N_("rasters"),
    "admin2_not_loaded": N_("no districts"),
    "admin1_not_loaded": N_("no regions"),
    "admin2_unknown": N_("district"),
    "admin1_unknown": N_("region"),
    "boundary_version_unknown": N_("vintage"),
    "boundaries_not_districts": N_("other areas"),
    "labels_unmatched": N_("labels"),
    "incident_unread": N_("unreadable incidents in the unit"),
}
"""What is missing, as short as a switch needs it; :data:`i18n.labels.GAPS` says it in full."""

REMEDIES = {
    "no_coordinates": Note("Add latitude and longitude to the file of sites."),
    "country_unknown": Note(
        "Add a column with the country to the file of sites, or choose it in “Options of the run” (--country)."
    ),
    "not_covered": Note(
        "Add incidents that cover the country for the whole look-back, say what they cover (“Options of the run”, "
        "--incident-coverage), or choose a date that they reach."
    ),
    "neighbour_uncovered": Note(
        "Add incidents of the neighbouring country as well, of the same source: a file of the whole region serves best."
    ),
    "neighbours_unknown": Note(
        "Country outlines come with the program: set it up again, for data/natural_earth_countries.geojson is missing."
    ),
    "incident_rejected": Note(
        "Mend the rows of incidents that could not be read: rejected.csv names each with its reason. Then add the "
        "file again."
    ),
    "raster_missing": Note(
        "Give the raster that the rule asks for (cahra assess --population, --travel-time), one that holds values "
        "around the site."
    ),
    "admin2_not_loaded": Note("Add boundaries of districts, for instance geoBoundaries ADM2 of the country."),
    "admin1_not_loaded": Note("Add boundaries of regions, for instance geoBoundaries ADM1 of the country."),
    "admin2_unknown": Note("Add boundaries that hold the site, or name its district in the file of sites as they do."),
    "admin1_unknown": Note("Add boundaries that hold the site, or name its region in the file of sites as they do."),
    "boundary_version_unknown": Note(
        "Say the vintage of the boundaries in “Options of the run” (--boundaries-version), for instance 2015."
    ),
    "boundaries_not_districts": Note(
        "Add boundaries of districts or regions: those that are loaded draw something else."
    ),
    "labels_unmatched": Note(
        "Add boundaries of the vintage that the incidents use, or write the labels of the incidents as the boundaries "
        "do."
    ),
    "incident_unread": Note(
        "Mend the rows of incidents that could not be read: rejected.csv names each with its reason. Then add the "
        "file again."
    ),
}
"""What a reader can do about each gap."""
assert set(SHORT) == set(REMEDIES) == {*GAPS, *AREA_GAPS}


_VISITS = Note("Add visits that say who was present, for instance those of IPIS, or choose a date that they reach.")
UNASKED = {
    "mineral_unknown": Note("Add a column with the minerals to the file of sites."),
    "no_visit": _VISITS,
    "visit_too_old": _VISITS,
    "visit_unclear": _VISITS,
    "no_status": Note("Add statuses of mine sites: an ICGLR list (MD.01), or IPIS visits with their qualification."),
    "no_list": Note("Add the edition of the EU indicative list that was in force (--eu-list)."),
    "unit_unknown": Note("Add boundaries that hold the site, or name its district in the file of sites as they do."),
    "zone_unknown": Note("Add boundaries with every named unit, or name the site's district in the file of sites."),
    "no_raster": REMEDIES["raster_missing"],
    "raster_thin": REMEDIES["raster_missing"],
}
"""What lets a rule be asked that could not be, by why it could not (:data:`i18n.evidence_messages.REASONS`)."""


def remedy_of(fact: str, status: str = "") -> Note:
    """What would help against a gap as evidence names it, or against why a rule could not be asked; blank for others.

    Examples
    --------
    >>> remedy_of("no_coordinates") == REMEDIES["no_coordinates"], remedy_of("area_admin1_unknown")[:3], remedy_of("x")
    (True, 'Add', '')
    >>> remedy_of("rule_unknown", "no_status")[:12]
    'Add statuses'
    """
    if fact == "rule_unknown":
        return UNASKED.get(status) or REMEDIES.get(status, Note(""))
    return REMEDIES.get(fact) or REMEDIES.get(fact.removeprefix("area_"), Note(""))
