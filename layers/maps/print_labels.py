"""Names on a printed map, each where it covers no earlier one, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from layers.formats.writers.escape import clean

_SPOTS = (("left", "center", 1, 0), ("right", "center", -1, 0), ("center", "bottom", 0, 1), ("center", "top", 0, -1))
_GAP = 3.5
"""Between a point and its name [points]."""


@dataclass(frozen=True)
class _Wanted:
    lon: float
    lat: float
    text: str
    size: float
    color: str
    bold: bool
    centred: bool
    first: bool


class Labels:
    """Collects names and places them, most important first."""

    def __init__(self, figure: Any, axes: Any, halo: Any) -> None:
        self.figure, self.axes, self.halo = figure, axes, halo
        self.kept_free: list[Any] = []
        self.wanted: list[_Wanted] = []

    def add(
        self, lon: float, lat: float, text: str, *, size: float, color: str, bold: bool = False, centred: bool = False,
        first: bool = False, spaced: bool = False,
    ) -> None:  # fmt: skip
        """A name at a point: on it (`centred`) or beside it; `first` ones are placed before the others."""
        name = clean(text)
        if name:
            wide = "\u2009".join(name) if spaced else name
            self.wanted.append(_Wanted(lon, lat, wide, size, color, bold, centred, first))

    def keep_free(self, drawn: Any) -> None:
        """No name stands where this is drawn."""
        self.kept_free.append(drawn)

    def draw(self) -> None:
        """Draws those that find room inside the map; a name is written once."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        renderer: Any = FigureCanvasAgg(self.figure).get_renderer()
        whole = self.axes.get_window_extent(renderer)
        taken: list[Any] = [drawn.get_window_extent(renderer) for drawn in self.kept_free]
        written: set[str] = set()
        for one in sorted(self.wanted, key=lambda w: not w.first):
            if not one.first and one.text in written:  # a town that gave its name to a zone
                continue
            for across, up, dx, dy in (("center", "center", 0, 0),) if one.centred else _SPOTS:
                text = self.axes.annotate(
                    one.text, (one.lon, one.lat), xytext=(dx * _GAP, dy * _GAP), textcoords="offset points",
                    ha=across, va=up, size=one.size, color=one.color, weight="bold" if one.bold else "normal",
                    path_effects=[self.halo], zorder=10, annotation_clip=True,
                )  # fmt: skip
                box = text.get_window_extent(renderer)
                inside = whole.x0 <= box.x0 and box.x1 <= whole.x1 and whole.y0 <= box.y0 and box.y1 <= whole.y1
                if inside and not any(box.overlaps(other) for other in taken):
                    taken.append(box)
                    written.add(one.text)
                    break
                text.remove()
