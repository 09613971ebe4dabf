"""Charts whose numbers and dates are written as the reader's language writes them, on axes, in legends and in tooltips.

Vega writes English numbers unless its own configuration names a locale; every chart of a page is shown by :func:`show`.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import streamlit as st
from babel import Locale

from i18n.translator import Translator

FORMS = {"numberFormat": ",~f", "timeFormat": "%-d %b %Y"}
"""Numbers and days of axes, tooltips and texts that say no form of their own: grouped, decimals as they are."""
MONTH = "%B %Y"
"""A month in a tooltip, in the language's words."""


@cache
def locale_of(language: str) -> dict[str, Any]:
    r"""Separators and names of days and months, as Vega takes them.

    Examples
    --------
    >>> french = locale_of("fr")
    >>> french["number"]["decimal"], french["number"]["thousands"], french["time"]["shortMonths"][1]
    (',', '\u202f', 'févr.')
    """
    words = Locale.parse(language)
    signs = words.number_symbols["latn"]
    days = [6, 0, 1, 2, 3, 4, 5]  # Vega's week begins on Sunday
    wide, short = words.days["format"]["wide"], words.days["format"]["abbreviated"]
    months, brief = words.months["format"]["wide"], words.months["format"]["abbreviated"]
    return {
        "number": {
            "decimal": signs["decimal"], "thousands": signs["group"], "grouping": [3], "currency": ["", ""],
            "percent": str(words.percent_formats[None]).rpartition("0")[2],
        },
        "time": {
            "dateTime": "%-d %b %Y, %H:%M", "date": "%-d %b %Y", "time": "%H:%M", "periods": ["AM", "PM"],
            "days": [wide[d] for d in days], "shortDays": [short[d] for d in days],
            "months": [months[m] for m in range(1, 13)], "shortMonths": [brief[m] for m in range(1, 13)],
        },
    }  # fmt: skip


def localised(chart: Any, translate: Translator) -> Any:
    """`chart` with the locale of the reader's language; what it was configured with before stays.

    What Vega itself would read aloud of axes and legends is English: the chart's own text stands for them.
    """
    import altair as alt  # late: most pages draw no chart

    made = chart.copy(deep=False)
    kept = {} if made.config is alt.Undefined else made.config.to_dict()
    silent = {part: {"aria": False, **kept.pop(part, {})} for part in ("axis", "legend")}
    mark = {"ariaRoleDescription": translate("part of the chart"), **kept.pop("mark", {})}
    made.config = alt.Config(**{**FORMS, **kept, **silent, "mark": mark, "locale": locale_of(translate.language)})
    return made


def show(translate: Translator, chart: Any, **settings: Any) -> Any:
    """Shows a chart (:func:`streamlit.altair_chart`, with its `settings`) in the reader's language."""
    return st.altair_chart(localised(chart, translate), **settings)
