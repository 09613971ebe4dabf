"""What was expected of a row, what it was remarked for, and the notes of a record, in the reader's language.

Tables and records are written in English, so that an export says the same to everyone; a page recognises their few
forms and says them again. What is not known here (a name, a value of the file) stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from geo.messages import Note
from i18n.languages import SOURCE
from i18n.translator import N_, Translator, translator

_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
REMARKS = (
    N_("country not recognised: {got}"),
    N_("mineral not recognised: {got}"),
    N_("route country not recognised: {got}"),
    N_("match_id not known: {got}"),
    N_("place outside the stated country: states {country}, lies in {other}"),
    N_("place outside the stated country: states {country}, lies in another country or the sea"),
    N_("place far from the stated unit: states {got}, {n} km away"),
    N_("route begins far from the origin: {n} km"),
    N_("smelter: {got}"),
)
"""Remarks on a row of a company's list; the column `remarks` joins them by ``; ``."""

NOTES = (N_("Coverage is declared for {dataset}, which is not loaded."),)
"""Notes that the engine writes as text."""

EXPECTED = (
    N_("one row per id; row {n} is kept"),
    N_("one row per id; that of {name} is kept"),
    N_("not after {day}"),
    N_("one row a site: the newest not after {day}"),
    N_("{n} field"),
    N_("{n} fields"),
    N_("{n} cells"),
    N_("{n} character{n?|s} at most"),
    N_("a place in {country}: {rest}"),
    N_("a point: {rest}"),
    N_("destination: {rest}"),
    N_("{a} to {b}"),
)
_WHOLE = (
    N_("0 or more"),
    N_("1 to 7"),
    N_("1 to 7 (where_prec)"),
    N_("a GeoJSON geometry"),
    N_("a KML geometry"),
    N_("a TopoJSON geometry"),
    N_("a dataset"),
    N_("a line"),
    N_("a line of one part"),
    N_("a name or P-code"),
    N_("a number"),
    N_("a number of deaths"),
    N_("a place in the stated country"),
    N_("a point"),
    N_("a point or a line"),
    N_("a polygon"),
    N_("a polygon or a point"),
    N_("a polygon with an area"),
    N_("a radius of 0 km or more"),
    N_("a unit"),
    N_("a whole XML file"),
    N_("an end on or after the start"),
    N_("an id"),
    N_("an object"),
    N_("area: a name"),
    N_("as_of: YYYY-MM-DD"),
    N_("coordinates at this precision"),
    N_("coordinates, or a site name, an administrative unit or a country"),
    N_("country: ISO 3166 alpha-3"),
    N_("country: code or name"),
    N_("date_end on or after date_start"),
    N_("degrees of WGS 84"),
    N_("each id once over all site lists"),
    N_("first day of the edition"),
    N_("kind: country, admin1, admin2"),
    N_("latitude longitude"),
    N_("longitude -180 to 180, latitude -90 to 90"),
    N_("longitude -180 to 180, latitude -90 to 90, degrees of WGS 84"),
    N_("one activity per identifier"),
    N_("one line per id"),
    N_("quotation marks doubled inside quotes"),
    N_("route_line: WKT LINESTRING (lon lat, ...)"),
    N_("shares of countries of 100% at most"),
    N_("to on or after from"),
    N_("type Feature"),
    N_("valid_from: YYYY-MM-DD"),
    N_("valid_to after valid_from"),
    N_("valid_to: YYYY-MM-DD"),
    N_("WKT in degrees of WGS 84"),
)


def expected(text: str, translate: Translator) -> str:
    r"""What a row turned down was expected to hold.

    Examples
    --------
    >>> expected("a number", translator("fr")), expected("one row per id; row 7 is kept", translator("fr"))
    ('un nombre', 'une ligne par identifiant\xa0; la ligne 7 est gardée')
    """
    return _DAY.sub(lambda found: translate.date(found[0]), _translated(text, translate.language))


def got(text: str, translate: Translator) -> str:
    """What a row turned down held: data, but for counts of its fields and the ends of a span."""
    forms = ("{n} field", "{n} fields", "{a} to {b}")
    return next((found for form in forms if (found := _as(form, text, translate))), text)


def remarks(text: str, translate: Translator) -> str:
    """The remarks on a row; a piece that begins no remark belongs to the value before it."""
    if translate.language == SOURCE or not text:
        return text
    begun = "|".join(re.escape(form.partition("{")[0]) for form in REMARKS)
    pieces = re.split(f"; (?={begun})", text)
    return translate.joined(next(filter(None, (_as(form, p, translate) for form in REMARKS)), p) for p in pieces)


def note(text: str, translate: Translator) -> str:
    """A note: one that knows its template says itself, a text of the engine is recognised."""
    if isinstance(text, Note):
        return text.sentence(translate)
    return next(filter(None, (_as(form, text, translate) for form in NOTES)), text)


class RowText(Note):
    """What a row was expected to hold or held, as a table writes it; said again for a reader as :func:`expected` does.

    Examples
    --------
    >>> RowText("a number"), RowText("a number").sentence(translator("fr"))
    ('a number', 'un nombre')
    """

    def _sentence(self, translate: Callable[[str], Any]) -> str:
        return _translated(str(self), getattr(translate, "language", SOURCE))


@lru_cache(maxsize=20_000)
def _translated(text: str, language: str) -> str:
    translate = translator(language)
    if not text or language == SOURCE:
        return text
    whole = translate(text)
    return whole if whole != text else next(filter(None, (_as(form, text, translate) for form in EXPECTED)), text)


@lru_cache(maxsize=len(EXPECTED) + len(REMARKS) + len(NOTES))
def _pattern(form: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", form)
    named = {
        "n": r"\d+",
        "day": r"\d{4}-\d{2}-\d{2}",
        "a": r"[\d-]+",
        "b": r"[\d-]+",
        "country": r"[A-Z]{3}",
        "other": r"[A-Z]{3}",
    }
    return re.compile(
        "".join(re.escape(p) if i % 2 == 0 else f"(?P<{p}>{named.get(p, '.+')})" for i, p in enumerate(parts)),
        re.DOTALL,
    )


def _as(form: str, text: str, translate: Translator) -> str:
    """`text` said again where it has this form; blank where it has not."""
    found = _pattern(form).fullmatch(text)
    if found is None:
        return ""
    values = {k: _translated(v, translate.language) if k == "rest" else v for k, v in found.groupdict().items()}
    return translate(form, **values)
