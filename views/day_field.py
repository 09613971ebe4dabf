"""A day as a field that is typed: Enter takes it; a text that is no day changes nothing, and a message says so.

Streamlit's own date field shows what is typed at once and takes it when its calendar closes, so that field and page say
different days in between.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import streamlit as st

from i18n.translator import Translator
from layers.formats.values.dates import parse_date
from layers.formats.writers.escape import markdown

FIRST_DAY, LAST_DAY = dt.date(1989, 1, 1), dt.date(2100, 12, 31)
MOST_TYPED = 40
"""Letters of a typed day that are read."""


def written(day: dt.date, translate: Translator) -> str:
    """A day as the field shows it.

    Examples
    --------
    >>> from i18n.translator import translator
    >>> written(dt.date(2016, 9, 19), translator("en")), written(dt.date(2016, 9, 19), translator("fr"))
    ('2016-09-19', '19/09/2016')
    """
    form = translate.date_form.replace("YYYY", "%Y").replace("MM", "%m").replace("DD", "%d")
    return day.strftime(form)


def typed(text: str, translate: Translator, *, first: bool = False) -> dt.date | None:
    """The day that a reader typed; a month or a year alone is its last day, or its `first`; None for anything else.

    Day and month as two numbers are read day first where days are written so; else only where one is above 12.

    Examples
    --------
    >>> from i18n.translator import translator
    >>> en = translator("en")
    >>> [str(typed(t, translator("fr"))) for t in ("31/12/2014", "1 févr. 2016", "2016-09-19", "2/2016", "2014")]
    ['2014-12-31', '2016-02-01', '2016-09-19', '2016-02-29', '2014-12-31']
    >>> typed("03/04/2016", en), typed("31 Dec 2014", en), typed("30 February 2016", en), typed("1700", en)
    (None, datetime.date(2014, 12, 31), None, None)
    >>> typed("2016", en, first=True), typed("2/2016", translator("fr"), first=True)
    (datetime.date(2016, 1, 1), datetime.date(2016, 2, 1))
    """
    day, reason = parse_date(text, day_first=translate.day_first or None)
    if day is None and reason in ("date_incomplete", "date_excel_serial"):
        day = _month_end(text)
        if first and day is not None:
            year = text.strip().isdecimal()
            day = day.replace(day=1, month=1 if year else day.month)
    return day if day is not None and FIRST_DAY <= day <= LAST_DAY else None


def _month_end(text: str) -> dt.date | None:
    plain = text.strip()
    if plain.isdecimal() and len(plain) == 4:
        return dt.date(int(plain), 12, 31) if int(plain) else None
    for first in (f"{plain}-01", f"01/{plain}", f"1 {plain}"):
        day, _ = parse_date(first, day_first=True)
        if day is not None and day <= LAST_DAY:
            return (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    return None


def day_field(
    translate: Translator, label: str, name: str, *, help_text: str | None = None, disabled: bool = False
) -> None:
    """Draws the field of the day that the session keeps as `name`; what another control sets shows in it at once."""
    _, state = translate, st.session_state
    shown, fault = f"{name}_typed", f"{name}_fault"
    # What is no day stays to be mended, until the day changes in another way.
    text, at = state.get(fault) or ("", None)
    wrong = bool(text) and at == state[name]
    state[fault] = (text, at) if wrong else None
    state[shown] = "…" if disabled else text if wrong else written(state[name], _)
    st.text_input(label, key=shown, on_change=_taken, args=(name, _), help=help_text, disabled=disabled)
    if wrong:
        st.warning(
            _(
                "No day that can be read: {text}. The page still shows {day}. Write it like {example}, then Enter.",
                text=markdown(text),
                day=_.date(state[name]),
                example=written(dt.date(2014, 12, 31), _),
            ),
            icon=":material/event_busy:",
        )


def _taken(name: str, translate: Translator) -> None:
    """Callback: the typed day becomes the day; an emptied field changes nothing."""
    state: Any = st.session_state
    text = str(state[f"{name}_typed"]).strip()[:MOST_TYPED]
    day = typed(text, translate) if text else state[name]
    state[f"{name}_fault"] = None if day is not None else (text, state[name])
    state[name] = day if day is not None else state[name]


def day_in_form(
    translate: Translator, label: str, *, key: str | None = None, first: bool = False, help_text: str | None = None
) -> tuple[dt.date | None, str]:
    """Draws a field of a day in a form; gives the day, and the text where it is none that can be read."""
    text = st.text_input(label, key=key, placeholder=written(dt.date(2014, 12, 31), translate), help=help_text)
    text = text.strip()[:MOST_TYPED]
    day = typed(text, translate, first=first) if text else None
    return day, "" if day is not None else text.strip()


def no_day(translate: Translator, text: str) -> str:
    """The message for a text in a form that is no day, as Markdown."""
    return translate(
        "No day that can be read: {text}. Write it like {example}.",
        text=markdown(text),
        example=written(dt.date(2014, 12, 31), translate),
    )
