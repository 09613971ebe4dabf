"""Notes as a page shows them: numbers have their thousands parted in English too, as captions beside them have."""

from __future__ import annotations

import re

from geo.messages import SOURCE, Note, filled, spoken
from i18n.translator import Translator

_AS_NUMBER = re.compile(r"\{(\w+):")
"""A placeholder that says itself how its number is written."""


def page_sentence(note: object, translate: Translator) -> str:
    """A note, or another value for a reader, in the language of a page; records and files keep a note as it is.

    Examples
    --------
    >>> from i18n.translator import translator
    >>> rows = Note("{n} row{n?|s} of {file}", n=3018, file="2016.csv")
    >>> page_sentence(rows, translator("en")), rows.sentence(translator("en"))
    ('3,018 rows of 2016.csv', '3018 rows of 2016.csv')
    """
    if type(note) is not Note or translate.language != SOURCE or not note.params:
        return spoken(note, translate)
    if note.forms is not None:
        return spoken(translate.plural(*note.forms, note.params["n"]), translate)  # type: ignore[arg-type]
    numbers = set(_AS_NUMBER.findall(note.template))
    words = {k: v if type(v) is str or k in numbers else page_sentence(v, translate) for k, v in note.params.items()}
    return filled(note.template, words, translate.is_one)
