"""Headings of columns by column name, each a message for :mod:`i18n.translator`."""

from __future__ import annotations

from i18n.translator import N_, Translator

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
    "site_class": N_("Site class"),
    "area_class": N_("Area class"),
    "certain_class": N_("Certain class"),
    "possible_class": N_("Possible class"),
    "rules_fired": N_("Rules fired"),
    "area_rules_fired": N_("Area rules fired"),
    "rules_unknown": N_("Rules not known"),
    "gaps": N_("Gaps"),
    "area_gaps": N_("Gaps of the area"),
    "data_coverage": N_("Data coverage"),
    "zone_status": N_("Zone status"),
    "zone_unit": N_("Zone"),
    "zone_basis": N_("Zone known"),
    "distance_to_zone_edge_m": N_("To the zone's edge (m)"),
    "near_border": N_("Near the border"),
    "incidents_20km_12m": N_("Incidents, 20 km, 12 months"),
    "deaths_20km_12m": N_("Deaths, 20 km, 12 months"),
    "deaths_civilians_20km_12m": N_("Civilian deaths, 20 km, 12 months"),
    "events_one_sided_20km_12m": N_("One-sided events, 20 km, 12 months"),
    "events_nonlethal_20km_12m": N_("Events without deaths, 20 km, 12 months"),
    "incident_intensity": N_("Intensity of incidents"),
    "sources_disagree": N_("Sources disagree"),
    "eu_listed": N_("On the EU list"),
    "kp_restricted": N_("Kimberley restriction"),
    "rcm_status": N_("ICGLR status"),
    "rcm_status_basis": N_("ICGLR status known"),
    "rcm_status_date": N_("ICGLR inspection"),
    "drc_status": N_("DRC qualification"),
    "dodd_frank": N_("Dodd-Frank 1502"),
    "drc_status_date": N_("DRC qualification dated"),
    "children_under_15": N_("Children under 15"),
    "mercury": N_("Mercury"),
    "traceability": N_("Traceability scheme"),
    "state_services": N_("State services"),
    "nearest_incident_m": N_("Nearest incident (m)"),
    "latest_incident_date": N_("Latest incident"),
    "population_5km": N_("People within 5 km"),
    "population_20km": N_("People within 20 km"),
    "raster_coverage": N_("Share of the circle with values"),
    "travel_time_min": N_("Minutes of travel"),
    "visit_date": N_("Visit"),
    "visit_basis": N_("Visit made"),
    "visit_age_days": N_("Age of visit (days)"),
    "visited_by": N_("Visited by"),
    "actors": N_("Actors"),
    "roadblock": N_("Roadblock"),
    "demonstration": N_("Demonstration"),
    "number": N_("No."),
    "rules": N_("Counts for"),
    "source": N_("Source"),
    "kind": N_("Kind"),
    "rule": N_("Rule"),
    "record_id": N_("Record"),
    "dataset": N_("Dataset"),
    "dataset_version": N_("Edition"),
    "change": N_("What changed"),
    "cause": N_("Cause"),
    "records": N_("Records"),
    "date": N_("Date"),
    "moved_m": N_("Moved (m)"),
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
    "found": N_("Found"),
    "answer": N_("Answer"),
    "fact": N_("Fact"),
    "edge_m": N_("To the edge (m)"),
    "events": N_("Events"),
    "deaths": N_("Deaths"),
    "deaths_civilians": N_("Civilian deaths"),
    "effect": N_("Effect"),
    "violence": N_("Violence"),
    "event_type": N_("Type of event"),
    "place": N_("Place"),
    "basis": N_("Known"),
    "limit": N_("Held against"),
    "remedy": N_("What would help"),
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


_SIDES = {"_before": N_("{column}, before"), "_after": N_("{column}, after")}
"""Ends of the names of columns that stand twice, of an earlier and a later run or edition."""


def stem(name: str) -> str:
    """The name of a column without the side that it is of.

    Examples
    --------
    >>> stem("deaths_before"), stem("deaths_best")
    ('deaths', 'deaths_best')
    """
    return next((name.removesuffix(end) for end in _SIDES if name.endswith(end)), name)


def column(name: str, translate: Translator) -> str:
    """The heading of a column in the reader's language.

    Examples
    --------
    >>> from i18n.translator import translator
    >>> column("site_class_before", translator("en")), column("lon", translator("fr"))
    ('Site class, before', 'Longitude')
    """
    for end, side in _SIDES.items():
        if name.endswith(end) and stem(name) in COLUMNS:
            return translate(side, column=translate(COLUMNS[stem(name)]))
    return translate(COLUMNS.get(name, name))
