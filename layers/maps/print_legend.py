"""The side of a printed map: what each mark means, how many there are, and what to know."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from i18n.translator import N_, Translator
from layers.formats.writers.escape import clean
from layers.maps import print_style
from layers.maps.styles import Style

GROUPS = {
    "sites": N_("Sites"), "incidents": N_("Incidents"), "zones": N_("Zones"), "marks": N_("Marks"),
    "lines": N_("Lines"),
}  # fmt: skip
_ROW, _SMALL, _WRAP = 0.026, 0.0205, 40


def legend(
    axes: Any, translate: Translator, used: Mapping[str, Sequence[Style]], counts: Mapping[str, int],
    notes: Sequence[str],
) -> None:  # fmt: skip
    """Draws groups of marks with their words, then notes, from above.

    Parameters
    ----------
    counts
        Number of things by the key of a style, written behind its words.
    """
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.axis("off")
    y = 0.985
    axes.text(0, y, clean(translate("Legend")), size=10, weight="bold", va="center")
    y -= 0.038
    for group, title in GROUPS.items():
        rows = used.get(group, ())
        if not rows:
            continue
        axes.text(0, y, clean(translate(title)), size=8.5, weight="bold", va="center", color="#333333")
        y -= _ROW
        for style in rows:
            y = _row(axes, group, style, _words(style, translate, counts), y)
        y -= 0.012
    for note in notes:
        for line in textwrap.wrap(clean(note), _WRAP + 8):
            axes.text(0, y, line, size=6.8, va="center", color="#333333")
            y -= _SMALL
        y -= 0.008


def _words(style: Style, translate: Translator, counts: Mapping[str, int]) -> str:
    words = translate(style.text)
    return f"{words} ({translate.number(counts[style.key])})" if style.key in counts else words


def _row(axes: Any, group: str, style: Style, words: str, y: float) -> float:
    from matplotlib.patches import Rectangle

    if group == "zones":
        axes.add_patch(Rectangle((0.0, y - 0.0095), 0.085, 0.019, **print_style.area(style)))
    elif group == "lines":
        axes.plot([0.0, 0.085], [y, y], **print_style.line(style))
    else:
        axes.plot([0.042], [y], **print_style.marker(style), markersize=6.5 if group == "sites" else 5)
    for i, line in enumerate(textwrap.wrap(clean(words), _WRAP)):
        axes.text(0.12, y - i * _SMALL, line, size=7.5, va="center")
    return y - _ROW - (max(1, len(textwrap.wrap(words, _WRAP))) - 1) * _SMALL
