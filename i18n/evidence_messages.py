"""The `value` and `limit` of evidence in the reader's language.

Evidence is written in English, so that an export says the same to everyone; a page translates it piece by piece. A
piece that is not known here (a name of a unit, an id) stays as it is.
"""

from __future__ import annotations

import re
from functools import lru_cache

from i18n.labels import GAPS, REGISTER
from i18n.translator import N_, Translator, translator

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), message)
    for pattern, message in (
        (r"(\d+ events?), (\d+ deaths?) in (\d+) months?", N_("{a}, {b} in {c} months")),
        (r"(\d+ events?) or (\d+ deaths?) in (\d+) months?", N_("{a} or {b} in {c} months")),
        (r"(\d+ (?:events?|deaths?)) in (\d+) months?", N_("{a} in {b} months")),
        (r"in (\d+) months?", N_("in {a} months")),
        (r"(\d+) months?", N_("{a} months")),
        (r"within ([\d.]+) km", N_("within {a} km")),
        (r"([\d.]+) km of a declared route", N_("{a} km of a declared route")),
        (r"precision ([\d,]+)", N_("precision {a}")),
        (r"([\d.]+) m beyond the limit", N_("{a} m beyond the limit")),
        (r"([\d.]+) km and the position error", N_("{a} km and the position error")),
        (
            r"nothing that counts within ([\d.]+) km, nor near it, in (\d+) months?",
            N_("nothing that counts within {a} km, nor near it, in {b} months"),
        ),
    )
)
_FACTS = {
    "non_state_armed": N_("non-state armed actor"),
    "state_harm": N_("harm by state or private forces"),
    "armed_roadblock": N_("armed roadblock"),
    "armed_roadblock nearby": N_("armed roadblock nearby"),
    "armed_roadblock on the route": N_("armed roadblock on the route"),
}
_WHOLE = {
    "rule_unknown": N_("not known"),
    "covered": N_("covered"),
    "nearest": N_("nearest"),
    "latest": N_("latest"),
    "counts, below the threshold": N_("counts, below the threshold"),
    "older than the window": N_("older than the window"),
    "possible: unit or deaths are not certain": N_("possible: unit or deaths are not certain"),
    "possible: place, distance or deaths are not certain": N_("possible: place, distance or deaths are not certain"),
    "not on the list in force": N_("not on the list in force"),
    "nearest edge of a named unit": N_("nearest edge of a named unit"),
    "country": N_("country"),
    "unit": N_("unit"),
    "yes": N_("yes"),
    "no": N_("no"),
    "unknown": N_("unknown"),
    "field_mission": N_("field mission"),
    "enhanced_vigilance": N_("enhanced vigilance"),
    "freedom_of_movement": N_("freedom of movement"),
    "traceability": N_("traceability"),
    **REGISTER,
    **GAPS,
    **{text: text for text in GAPS.values()},
}


def told(text: str, translate: Translator) -> str:
    """`text` in the reader's language.

    Examples
    --------
    >>> told("2 events or 5 deaths in 12 months; within 20 km; Boda", translator("fr"))
    '2 événements ou 5 morts en 12 mois ; à moins de 20 km ; Boda'
    """
    return _told(text, translate.language)


@lru_cache(maxsize=20_000)
def _told(text: str, language: str) -> str:
    translate = translator(language)
    if text in _WHOLE:
        return translate(_WHOLE[text])
    whole = translate(text)
    if whole != text:
        return whole
    pieces = [translate(", or ").join(_piece(p, translate) for p in part.split(", or ")) for part in text.split("; ")]
    return (" ; " if language == "fr" else "; ").join(pieces)


def _piece(text: str, translate: Translator) -> str:
    if text in _WHOLE:
        return translate(_WHOLE[text])
    fact, colon, said = text.partition(": ")
    if colon and fact in _FACTS:
        return translate.pair(translate(_FACTS[fact]), translate(_WHOLE.get(said, said)))
    for pattern, message in _PATTERNS:
        if found := pattern.fullmatch(text):
            values = (_counted(value, translate) for value in found.groups())
            return translate(message, **dict(zip("abc", values, strict=False)))
    return text


def _counted(text: str, translate: Translator) -> str:
    """A number of events or deaths in words; anything else as it is."""
    number, _blank, what = text.partition(" ")
    if what.startswith("event"):
        return translate.plural("{n} event", "{n} events", int(number))
    if what.startswith("death"):
        return translate.plural("{n} death", "{n} deaths", int(number))
    return text
