"""Colours and dashes of the programmes on the map, by donor or by type, and the words for them in the legend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from geo.programmes.coverage import ProgrammeCoverage
from geo.programmes.donors import DonorNames
from geo.programmes.schema import TYPES
from i18n.translator import N_, Translator
from jobs.programmes.types import labels
from layers.maps import styles
from layers.maps.colour_by import LINE_CHOICES, ColourBy
from layers.maps.styles import Style

LOOKS = (
    (styles.PURPLE, ()), (styles.BLUE, (9, 4)), (styles.GREEN, (2, 4)), (styles.ORANGE, (9, 3, 2, 3)),
    (styles.SKY, (14, 3)), (styles.VERMILLION, (5, 3)), (styles.BLACK, (2, 2)), ("#8a6d00", (12, 6)),
)  # fmt: skip
"""Colour and dash of the first groups: no two share either, so that none needs its colour to be told apart."""
_REST = {
    "donor": (N_("other donors"), N_("several donors"), N_("no donor named")),
    "type": (N_("other types"), N_("several types"), N_("type unknown")),
}


def line_colours(
    result: ProgrammeCoverage, drawn: Sequence[int], types: Sequence[str], names: DonorNames, translate: Translator
) -> list[ColourBy]:
    """What the legend offers to colour programmes by: donor and type.

    The groups with most programmes come first; the rest are one style, and so are programmes of several donors or
    types, and those of which none is known.

    Parameters
    ----------
    drawn
        The programme of each line on the map (:func:`jobs.programmes.map.footprints_drawn`).
    types
        The types that are looked at: others of a programme are passed over.
    names
        Other names of donors, which are one however they are spelled.
    result
        Coverage of the sites by programmes on the day.
    translate
        Speaks the reader's language.
    """
    frame = result.programmes.frame
    donors = [names.joined(*pair) for pair in zip(frame["donor"], frame["donor_ids"], strict=True)]
    kinds = [[t for t in text.split(";") if t in types] for text in frame["types"]]
    words = labels(translate.language)
    by_donor = _choice("donor", donors, drawn, {}, translate)
    return [by_donor, _choice("type", kinds, drawn, words, translate)]


def _choice(
    key: str, groups: Sequence[Sequence[str]], drawn: Sequence[int], words: dict[str, str], translate: Translator
) -> ColourBy:
    shown = sorted(set(drawn))
    counted = Counter(groups[i][0] for i in shown if len(groups[i]) == 1)
    first = sorted(counted, key=lambda name: (-counted[name], name))[: len(LOOKS)]
    if words:
        first = [t for t in TYPES if t in first]
    own = [
        Style(f"{i}", words.get(name, name), colour, dash=dash)
        for i, (name, (colour, dash)) in enumerate(zip(first, LOOKS, strict=False))
    ]
    others, several, none = (translate(text) for text in _REST[key])
    n = len(own)
    table = (*own, Style("others", others, "#555555", dash=(4, 4)), Style("several", several, "#333333", dash=(6, 2)),
             Style("none", none, styles.GREY, dash=(1, 4)))  # fmt: skip
    place = {name: i for i, name in enumerate(first)}
    codes = [n + 2 if not g else n + 1 if len(g) > 1 else place.get(g[0], n) for g in groups]
    return ColourBy(key, LINE_CHOICES[key], table, np.array([codes[i] for i in drawn], np.uint8), on="lines")
