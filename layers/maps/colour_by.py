"""What the points or lines of a map are coloured by: a choice in its legend, beside the site class.

Each choice is a table of styles, told apart by shape as well as by colour, and for every row its place in that table.
No choice changes a class, and none is a scale of danger: what is not known is hollow and grey.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from i18n import labels
from i18n.translator import N_
from layers.maps.styles import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILLION, YELLOW, Style

LEFT_AS_IS = 255
"""Code of a row that a choice leaves as it is drawn anyway."""


@dataclass(frozen=True)
class ColourBy:
    """One choice of the legend.

    Parameters
    ----------
    key, text
        Its name in a link, and the message that names it.
    styles
        The styles, each of its own shape or dash; the first is drawn last.
    codes
        Position in `styles` of every row, or :data:`LEFT_AS_IS`.
    on
        What the rows are: ``"sites"``, or ``"lines"`` (the `lines` of :func:`layers.maps.blob.blob`).
    """

    key: str
    text: str
    styles: tuple[Style, ...]
    codes: npt.NDArray[np.uint8]
    on: str = "sites"


MINERALS: tuple[Style, ...] = (
    Style("several", N_("several minerals"), BLACK, "star"),
    Style("gold", labels.MINERALS["gold"], YELLOW, "circle", edge="#3d3600"),
    Style("diamond", labels.MINERALS["diamond"], BLUE, "diamond"),
    Style("cassiterite", labels.MINERALS["cassiterite"], VERMILLION, "square"),
    Style("coltan", labels.MINERALS["coltan"], PURPLE, "triangle"),
    Style("wolframite", labels.MINERALS["wolframite"], GREEN, "cross"),
    Style("copper_cobalt", N_("copper, cobalt"), ORANGE, "plus"),
    Style("other", N_("another mineral"), BLUE, "square", hollow=True),
    Style("not_known", labels.MINERALS[""], GREY, "circle", hollow=True),
)
ACTORS: tuple[Style, ...] = (
    Style("non_state", labels.ARMED["non_state"], BLACK, "diamond"),
    Style("both", labels.ARMED["both"], PURPLE, "star"),
    Style("state", labels.ARMED["state"], SKY, "square", edge="#0b3d5c"),
    Style("private", labels.ARMED["private"], ORANGE, "triangle", edge="#3d2a00"),
    Style("none", labels.ARMED["none"], BLUE, "circle", hollow=True),
    Style("not_known", labels.ARMED[""], GREY, "square", hollow=True),
)
WORKERS: tuple[Style, ...] = (
    Style("1000", N_("1,000 workers or more"), "#08306b", "diamond"),
    Style("200", N_("200 to 999 workers"), "#1f66ad", "triangle"),
    Style("50", N_("50 to 199 workers"), "#57a0ce", "square", edge="#08306b"),
    Style("1", N_("1 to 49 workers"), "#c6dbef", "circle", edge="#08306b"),
    Style("0", N_("counted, none there"), "#08306b", "circle", hollow=True),
    Style("not_known", N_("workers not counted"), GREY, "square", hollow=True),
)
AGES: tuple[Style, ...] = (
    Style("12", labels.AGES["12"], "#3b0f70", "circle"),
    Style("24", N_("visited 12 to 24 months ago"), "#8c2981", "square"),
    Style("60", N_("visited 24 to 60 months ago"), "#de4968", "triangle"),
    Style("old", labels.AGES["old"], "#fe9f6d", "diamond", edge="#5a1f00"),
    Style("no_visit", labels.AGES["none"], GREY, "square", hollow=True),
)
AGE_EDGES = [n / 12 * 365.25 + 1e-6 for n in (12, 24, 60)]
"""Days after a visit; a visit of just so many days is still within its months."""
SITE_CHOICES = {
    "mineral": N_("mineral"),
    "actor": N_("armed actor at the newest visit"),
    "workers": N_("workers"),
    "age": N_("age of the newest visit"),
}
"""What sites can be coloured by beside their class, in a link and in words."""
LINE_CHOICES = {"donor": N_("donor"), "type": N_("type of programme")}
"""What the lines of programmes can be coloured by."""


TABLES = {"mineral": MINERALS, "actor": ACTORS, "workers": WORKERS, "age": AGES}
"""The styles of each choice of sites."""
ROWS = {f"{key}/{style.key}": style.text for key, table in TABLES.items() for style in table}
"""Rows of the legend under these choices, by what a link calls them, with their words."""


def in_rows(sites: pd.DataFrame, rows: Collection[str]) -> npt.NDArray[np.bool_]:
    """Which sites stand in any of these rows of the legend.

    Examples
    --------
    >>> sites = pd.DataFrame({"minerals": ["gold", "coltan"], "armed_presence": ["none", ""],
    ...                       "workers": [0.0, np.nan], "visit_age_days": [10.0, np.nan]})
    >>> in_rows(sites, ["mineral/gold"]).tolist(), in_rows(sites, ["age/no_visit", "workers/0"]).tolist()
    ([True, False], [True, True])
    """
    found = np.zeros(len(sites), np.bool_)
    for choice in of_sites(sites):
        named = [i for i, style in enumerate(choice.styles) if f"{choice.key}/{style.key}" in rows]
        found |= np.isin(choice.codes, named)
    return found


def of_sites(sites: pd.DataFrame) -> list[ColourBy]:
    """The choices for rows of :data:`geo.schema.ASSESSED`.

    Examples
    --------
    >>> rows = pd.DataFrame({"minerals": ["gold", "gold;coltan", ""], "armed_presence": ["none", "", "both"],
    ...                      "workers": [0, 49.0, np.nan], "visit_age_days": [10, 400, np.nan]})
    >>> {c.key: [c.styles[k].key for k in c.codes] for c in of_sites(rows)}["workers"]
    ['0', '1', 'not_known']
    """
    keys = (
        [_mineral(text) for text in sites["minerals"]],
        [text or "not_known" for text in sites["armed_presence"]],
        _banded(sites["workers"], (1, 50, 200, 1000), ("0", "1", "50", "200", "1000"), "not_known"),
        _banded(sites["visit_age_days"], AGE_EDGES, ("12", "24", "60", "old"), "no_visit"),
    )
    return [
        ColourBy(key, text, table, _codes(found, table))
        for (key, text), table, found in zip(SITE_CHOICES.items(), TABLES.values(), keys, strict=True)
    ]


def _codes(keys: Sequence[str], table: Sequence[Style]) -> npt.NDArray[np.uint8]:
    place = {style.key: i for i, style in enumerate(table)}
    return np.array([place.get(key, place.get("not_known", LEFT_AS_IS)) for key in keys], np.uint8)


_NAMED = {m: m for m in ("gold", "diamond", "cassiterite", "coltan", "wolframite")}
_NAMED |= {"copper": "copper_cobalt", "cobalt": "copper_cobalt", "": "not_known"}


def _mineral(text: str) -> str:
    found = {_NAMED.get(part, "other") for part in text.split(";")}
    return (
        found.pop() if len(found) == 1 and (text == "" or ";" not in text or found == {"copper_cobalt"}) else "several"
    )


def _banded(values: pd.Series, edges: Sequence[float], keys: Sequence[str], blank: str) -> list[str]:
    """The band of each value: `keys` has one more than `edges`, a value on an edge lies above it."""
    known = values.to_numpy(np.float64)
    band = np.searchsorted(np.asarray(edges, np.float64), np.nan_to_num(known), side="right")
    return [blank if np.isnan(v) else keys[k] for v, k in zip(known, band, strict=True)]
