"""Styles of :mod:`layers.maps.styles` in the words of the drawing library of printed maps."""

from __future__ import annotations

from typing import Any

from layers.maps.styles import Style

MARKERS = {"circle": "o", "square": "s", "triangle": "^", "diamond": "D", "plus": "P", "cross": "X"}
HATCHES = {
    "rising": "///", "falling": "\\\\\\", "crossed": "xxx", "level": "---", "upright": "|||", "dotted": "...", "": "",
}  # fmt: skip


def marker(style: Style) -> dict[str, Any]:
    """Keywords of a marker: shape, fill and edge."""
    edge = style.colour if style.hollow else style.edge or "#ffffff"
    face = "none" if style.hollow else style.colour
    return {
        "marker": MARKERS[style.shape], "markerfacecolor": face, "markeredgecolor": edge,
        "markeredgewidth": 1.0 if style.hollow else 0.5, "linestyle": "none", "alpha": style.alpha,
    }  # fmt: skip


def area(style: Style) -> dict[str, Any]:
    """Keywords of a filled area: a light fill, the pattern, the outline."""
    return {
        "facecolor": (*_rgb(style.colour), 0.10), "edgecolor": style.colour, "hatch": HATCHES[style.pattern],
        "linewidth": 1.2, "linestyle": dashes(style),
    }  # fmt: skip


def line(style: Style) -> dict[str, Any]:
    """Keywords of a line."""
    return {"color": style.colour, "linewidth": 0.9, "linestyle": dashes(style)}


def dashes(style: Style) -> Any:
    """The dash of a line or outline."""
    return (0, tuple(d * 0.6 for d in style.dash)) if style.dash else "-"


def _rgb(colour: str) -> tuple[float, float, float]:
    return (int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255)
