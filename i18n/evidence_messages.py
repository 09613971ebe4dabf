"""Rows of evidence in words: what was found and what it is held against, made from codes and numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pandas as pd

from geo.messages import Note
from geo.rules import words
from i18n.labels import COLOURS, GAPS, REGISTER
from i18n.translator import N_, Translator

FACTS = {
    "counted": N_("counts"),
    "below_limit": N_("counts, below the threshold"),
    "possible": N_("possible: place, date or deaths are not certain"),
    "expected": N_("expected share of incidents known by district or region only"),
    "beyond_limit": N_("the nearest, beyond the limit"),
    "nothing_near": N_("nothing that counts, nor near it"),
    "in_count": N_("counts in the figures beside the class"),
    "nearest": N_("nearest"),
    "latest": N_("latest"),
    "lethal": N_("in all"),
    "nonlethal": N_("in all, without deaths"),
    "non_state_armed": N_("non-state armed actor"),
    "state_harm": N_("harm by state or private forces"),
    "armed_roadblock": N_("armed roadblock"),
    "armed_roadblock_nearby": N_("armed roadblock nearby"),
    "armed_roadblock_on_route": N_("armed roadblock on the route"),
    "older_than_window": N_("older than the window"),
    "rcm": N_("ICGLR certification"),
    "drc": N_("DRC qualification"),
    "rcm_too_old": N_("ICGLR certification, too old"),
    "drc_too_old": N_("DRC qualification, too old"),
    "not_listed": N_("not on the list in force"),
    "population_5km": N_("people within 5 km"),
    "population_20km": N_("people within 20 km"),
    "travel_time_min": N_("minutes of travel"),
    "raster_coverage": N_("share of the circle in which the raster holds values"),
    "country": N_("country"),
    "admin1": N_("region"),
    "admin2": N_("district"),
    "admin3": N_("commune"),
    "no_register": N_("no zone register"),
    "not_compliant": N_("in no compliant zone of a restricted country"),
    "located": N_("the site's unit"),
    "commune_not_loaded": N_("a named commune of this unit, whose polygon is not loaded"),
    "edge": N_("nearest edge of a named unit"),
    "finding": N_("finding"),
    "rule_unknown": N_("the rule cannot be evaluated"),
    "placeless_incident": N_("an incident of the country could not be read and has no place"),
}
"""Codes of the column `fact`, and what they say; docs/evidence.md is made from them."""

REASONS = {
    **GAPS,
    "mineral_unknown": N_("the mineral of the site is not known"),
    "no_visit": N_("no informative visit"),
    "visit_too_old": N_("the newest informative visit is older than the window"),
    "visit_unclear": N_("the visit does not say"),
    "no_status": N_("no status is known"),
    "no_list": N_("no list, or none in force yet"),
    "unit_unknown": N_("the site's unit is not known"),
    "zone_unknown": N_("the zone status is not known"),
    "no_raster": N_("no raster, or no value at the site"),
    "raster_thin": N_("the raster holds values on too small a share of the circle"),
}
"""Why a rule could not be evaluated: codes of the column `status` beside `rule_unknown`."""

_WORDS = {
    "yes": N_("yes"),
    "no": N_("no"),
    "unknown": N_("unknown"),
    "field_mission": N_("field mission"),
    "enhanced_vigilance": N_("enhanced vigilance"),
    "freedom_of_movement": N_("freedom of movement"),
    "traceability": N_("traceability"),
    **REGISTER,
    **COLOURS,
}


def status_word(code: str, translate: Translator) -> str:
    """A status in words; names and what has no word stay as they are."""
    return translate(_WORDS[code]) if _WORDS.get(code) else code


def found(fact: str, status: str, events: float, deaths: float, translate: Translator) -> str:
    """What a row of evidence found.

    Examples
    --------
    >>> from i18n.translator import translator
    >>> found("non_state_armed", "yes", float("nan"), float("nan"), translator("en"))
    'non-state armed actor: yes'
    >>> found("sum_12m", "Boda", 3.0, 25.0, translator("en"))
    'Boda: 3 events, 25 deaths in 12 months'
    """
    counted = (
        ""
        if pd.isna(events)
        else ", ".join(n.sentence(translate) for n in (words.events(events), words.deaths(deaths)))
    )
    if fact.startswith("sum_"):
        months = Note("{count} in {months} month{months?|s}", count=counted, months=int(fact[4:-1])).sentence(translate)
        return translate.pair(status, months)
    if fact.startswith("covered_"):
        months_of, _, effects = fact.removeprefix("covered_").partition("m_")
        text = (
            N_("covered over {months} month{months?|s}")
            if effects == "lethal"
            else N_("covered over {months} month{months?|s}, all events")
        )
        return translate(text, months=months_of)
    if fact == "rule_unknown":
        return translate.pair(translate(FACTS[fact]), translate(REASONS.get(status, status)))
    if fact in GAPS or fact.removeprefix("area_") in GAPS:
        return translate(GAPS[fact.removeprefix("area_")]) + (f" ({status})" if status else "")
    text = translate(FACTS[fact]) if fact in FACTS else fact
    if fact == "finding":
        return translate.pair(text, fixed_sentence(status, translate)) if status else text
    more = status_word(status, translate) if status and fact != "expected" else counted
    return translate.pair(text, more) if text and more else text or more


def held_against(km: float, months: float, events: float, deaths: float, translate: Translator) -> str:
    """The thresholds of a rule as evidence carries them."""
    limits = [
        n for n in (words.events(events) if events > 0 else None, words.deaths(deaths) if deaths > 0 else None) if n
    ]
    parts = []
    if limits:
        parts.append(limits[0] if len(limits) == 1 else Note("{a} or {b}", a=limits[0], b=limits[1]))
    if months > 0:
        parts.append(Note("in {months} month{months?|s}", months=int(months)))
    if km > 0:
        parts.append(Note("within {km} km", km=f"{km:g}"))
    return ", ".join(p.sentence(translate) for p in parts)


def worded(rows: pd.DataFrame, translate: Translator) -> pd.DataFrame:
    """`rows` of evidence with two more columns for a reader: `found` and `limit`; each distinct row is said once."""

    def each(columns: list[str], say: Callable[..., str]) -> list[str]:
        parts = [rows[name].astype(object).where(rows[name].notna(), None) for name in columns]
        keys = list(zip(*parts, strict=True))
        texts = {k: say(*(float("nan") if v is None else v for v in k), translate) for k in dict.fromkeys(keys)}
        return [texts[k] for k in keys]

    limits = ["limit_km", "limit_months", "limit_events", "limit_deaths"]
    return rows.assign(
        found=pd.array(each(["fact", "status", "events", "deaths"], found), dtype="str"),
        limit=pd.array(each(limits, held_against), dtype="str"),
    )


def fixed_sentence(text: str, translate: Translator) -> str:
    """A fixed sentence of data (a ground, a finding) in the reader's language; what has none stays as it is."""
    return translate(text)


def sentences(notes: Iterable[Note], translate: Translator) -> list[str]:
    """Messages in the reader's language."""
    return [note.sentence(translate) for note in notes]
