"""A raster laid over a web map: warped to Web Mercator first, in steps of colour with a legend, a unit and an opacity.

A picture drawn in degrees lies up to 24 km off on a web map; this one lies within a pixel of where it belongs.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from i18n.translator import N_, Translator
from layers.formats.writers.escape import html
from layers.maps.png import png

Floats = npt.NDArray[np.float64]

SIDE = 1400
"""Longest side of the picture [pixels]: more is not seen and travels slowly."""
PEOPLE = ("#FCFBD4", "#E3D59A", "#C6A75D", "#9D7A35", "#6B5120", "#3A2B10")
"""Pale to dark: of no class and no zone."""
INCIDENTS = ("#E9E0F3", "#CBB7E0", "#A98BC9", "#8560AE", "#5F388C", "#3C145A")
CHANGE = ("#2166AC", "#67A9CF", "#D1E5F0", "#FDDBC7", "#EF8A62", "#B2182B")
"""Fewer in blue, more in red; told apart also by colour-blind eyes, and by their order in the legend."""
OUTSIDE = N_("no data: nobody looked")


@dataclass(frozen=True)
class Overlay:
    """A picture and what its colours mean.

    Parameters
    ----------
    image
        PNG, north up, in Web Mercator.
    bounds
        South, west, north, east of its outer edges [degrees].
    steps
        Colour, least and greatest value of each step; the outermost are open.
    unit, title
        In the reader's language.
    """

    image: bytes
    bounds: tuple[float, float, float, float]
    steps: tuple[tuple[str, float, float], ...]
    unit: str
    title: str

    @property
    def address(self) -> str:
        """The picture as a data address."""
        return "data:image/png;base64," + base64.b64encode(self.image).decode()

    def for_map(self) -> dict[str, object]:
        """What :func:`layers.maps.blob.blob` takes as a layer behind everything else, shown however near one comes."""
        south, west, north, east = self.bounds
        return {"u": self.address, "b": [[south, west], [north, east]], "t": self.title, "always": True}

    def legend(self, translate: Translator) -> str:
        """HTML of the legend: title, unit, a colour and its values a line, and what has no colour."""
        lines = [f"<strong>{html(self.title)}</strong> [{html(self.unit)}]"]
        for i, (colour, low, high) in enumerate(self.steps):
            label = f"{_formatted(low, translate)} … {_formatted(high, translate)}"
            if i == 0:
                label = f"≤ {_formatted(high, translate)}"
            elif i == len(self.steps) - 1:
                label = f"≥ {_formatted(low, translate)}"
            lines.append(
                f'<span style="display:inline-block;width:1.4em;height:0.9em;background:{colour};'
                f'border:1px solid #767676"></span> {html(label)}'
            )
        lines.append(f'<span style="color:#595959">{html(translate(OUTSIDE))}</span>')
        return "<br>".join(lines)


def _formatted(value: float, translate: Translator) -> str:
    return translate.number(value, 4).replace("-", "\u2212")


def breaks(values: Floats, steps: int = 6) -> list[float]:
    """Bounds between steps, of round numbers: as many values in each step as such numbers let.

    Examples
    --------
    >>> breaks(np.geomspace(1, 1000, 500))
    [3.0, 10.0, 30.0, 100.0, 300.0]
    """
    known = values[np.isfinite(values) & (values > 0)]
    if not len(known):
        return [float(i) for i in range(1, steps)]
    out: list[float] = []
    for share in np.arange(1, steps) / steps:
        found = _round(float(np.quantile(known, share)))
        out.append(found if not out or found > out[-1] else _next(out[-1]))
    return out


def halves(values: Floats, steps: int = 6) -> list[float]:
    """Bounds of a smooth surface: its peak halved again and again, in round numbers.

    Examples
    --------
    >>> halves(np.array([0.0, 41.6]))
    [1.0, 3.0, 5.0, 10.0, 20.0]
    """
    known = values[np.isfinite(values) & (values > 0)]
    peak = float(known.max()) if len(known) else 2.0**steps
    out: list[float] = []
    for k in range(steps - 1, 0, -1):
        found = _round(peak / 2**k)
        out.append(found if not out or found > out[-1] else _next(out[-1]))
    return out


def changes(values: Floats) -> list[float]:
    """Bounds of a change: the same on both sides of zero, of round numbers: a fortieth and a quarter of the largest."""
    known = np.abs(values[np.isfinite(values) & (values != 0)])
    peak = float(known.max()) if len(known) else 20.0
    small = _round(peak / 40)
    large = max(_round(peak / 4), _next(small))
    return [-large, -small, 0.0, small, large]


def _round(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    return float(min((1.0, 2.0, 3.0, 5.0, 10.0), key=lambda n: abs(math.log(value / (n * power)))) * power)


def _next(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value) + 1e-9)
    return float(next(n for n in (2.0, 3.0, 5.0, 10.0) if n * power > value * 1.001) * power)


def overlay(
    values: Floats,
    transform: Sequence[float],
    crs: Any,
    *,
    unit: str,
    title: str,
    palette: Sequence[str] = INCIDENTS,
    bounds: Sequence[float] | None = None,
    opacity: float = 0.75,
    smooth: bool = True,
) -> Overlay:
    """A grid of any system as a picture for a web map; NaN stays clear, and so does 0 of what is counted.

    Parameters
    ----------
    values
        (rows, columns), as `transform` (a, b, c, d, e, f) and `crs` (WKT or EPSG:n) place them.
    bounds
        Between steps, ascending, one fewer than colours; default: of the values.
    smooth
        Between cells; else each place has the colour of its own cell.
    """
    warped, edges = to_mercator(values, transform, crs, smooth=smooth)
    limits = list(bounds) if bounds is not None else breaks(values, len(palette))
    step = np.searchsorted(limits, warped, side="right")
    colours = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in palette], dtype=np.uint8)
    rgba = np.zeros((*warped.shape, 4), dtype=np.uint8)
    shown = np.isfinite(warped) & (np.abs(warped) > 1e-3 * max(abs(limits[0]), abs(limits[-1])))
    rgba[..., :3] = colours[np.where(shown, step, 0)]
    rgba[..., 3] = np.where(shown, round(255 * opacity), 0)
    rgba[~shown] = 0
    ends = [-math.inf, *limits, math.inf]
    steps = tuple((colour, ends[i], ends[i + 1]) for i, colour in enumerate(palette))
    return Overlay(png(rgba), edges, steps, unit, title)


def to_mercator(
    values: Floats, transform: Sequence[float], crs: Any, *, smooth: bool = True
) -> tuple[Floats, tuple[float, float, float, float]]:
    """Values warped to Web Mercator, square pixels, north up, and the edges: south, west, north, east [degrees]."""
    from pyproj import Transformer
    from rasterio.transform import Affine
    from rasterio.warp import Resampling, reproject, transform_bounds

    rows, columns = values.shape
    a, b, c, d, e, f = transform
    corners = [(a * i + b * j + c, d * i + e * j + f) for i in (0, columns) for j in (0, rows)]
    x, y = zip(*corners, strict=True)
    low, high = min(y), max(y)
    if "4326" in str(crs):
        low, high = max(low, -85.0), min(high, 85.0)
    west, south, east, north = transform_bounds(crs, "EPSG:3857", min(x), low, max(x), high, densify_pts=101)
    step = max((east - west) / SIDE, (north - south) / SIDE)
    width, height = math.ceil((east - west) / step - 1e-9), math.ceil((north - south) / step - 1e-9)
    east, south = west + width * step, north - height * step
    warped = np.full((height, width), np.nan)
    reproject(
        np.ascontiguousarray(values, np.float64), warped, src_transform=Affine(*transform), src_crs=crs,
        src_nodata=np.nan, dst_transform=Affine(step, 0.0, west, 0.0, -step, north), dst_crs="EPSG:3857",
        dst_nodata=np.nan, resampling=Resampling.bilinear if smooth else Resampling.nearest,
    )  # fmt: skip
    back = Transformer.from_crs(3857, 4326, always_xy=True)
    (left, right), (bottom, top) = back.transform([west, east], [south, north])
    return warped, (float(bottom), float(left), float(top), float(right))
