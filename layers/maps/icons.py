"""Symbols of the map as pictures of their own, for programs that want a file: shape, colour and edge of the style."""

from __future__ import annotations

import io

from layers.maps import print_style
from layers.maps.styles import Style

_INCHES, _DPI = 0.5, 96


def icon(style: Style) -> bytes:
    """A PNG of 48 pixels with a clear ground.

    Examples
    --------
    >>> from layers.maps.styles import SITES
    >>> icon(SITES[0])[1:4], icon(SITES[0]) == icon(SITES[0]), icon(SITES[0]) == icon(SITES[1])
    (b'PNG', True, False)
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_INCHES, _INCHES), dpi=_DPI)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    axes.set_xlim(-1, 1)
    axes.set_ylim(-1, 1)
    how = print_style.marker(style)
    axes.plot([0], [0], **{**how, "markeredgewidth": 2.0}, markersize=20)
    out = io.BytesIO()
    figure.savefig(out, format="png", transparent=True, metadata={"Software": None})
    return out.getvalue()
