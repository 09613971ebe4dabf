"""Rasters as the rest of the house sees them: what one declares, and the pixels of a window."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from geo.errors import FormatError
from layers.formats.limits import LOCAL, Clock, Door
from layers.formats.sandbox.process import run_child
from layers.formats.sniff import kind_of
from layers.formats.source import Source


@dataclass(frozen=True)
class RasterFacts:
    """What a GeoTIFF declares of itself.

    Attributes
    ----------
    width, height, count
        Pixels and bands.
    dtypes
        One per band.
    nodata
        Value that stands for no data, None when none is declared.
    crs
        ``EPSG:n``, WKT, or blank when it has none.
    transform
        The six affine numbers a, b, c, d, e, f: x = a * column + b * row + c, y = d * column + e * row + f.
    bounds
        West, south, east, north in units of `crs`.
    """

    width: int
    height: int
    count: int
    dtypes: tuple[str, ...]
    nodata: float | None
    crs: str
    transform: tuple[float, ...]
    bounds: tuple[float, ...]


@dataclass(frozen=True)
class Window:
    """Pixels of one band: `pixels` and `valid` (height, width), north first as stored, and the window's transform."""

    pixels: np.ndarray
    valid: np.ndarray
    facts: RasterFacts


def _facts(told: dict[str, Any]) -> RasterFacts:
    return RasterFacts(
        width=int(told["width"]),
        height=int(told["height"]),
        count=int(told["count"]),
        dtypes=tuple(map(str, told["dtypes"])),
        nodata=None if told["nodata"] is None else float(told["nodata"]),
        crs=str(told["crs"]),
        transform=tuple(map(float, told["transform"])),
        bounds=tuple(map(float, told["bounds"])),
    )


def raster_facts(source: Source, clock: Clock) -> RasterFacts:
    """What the GeoTIFF `source` declares, found out in a child process."""
    return _facts(run_child("geotiff", source, clock).facts["raster"])


def read_window(
    source: bytes | str | os.PathLike[str],
    name: str | None = None,
    *,
    band: int = 1,
    window: tuple[int, int, int, int] | None = None,
    door: Door = LOCAL,
) -> Window:
    """Pixels of a GeoTIFF, decoded in a child process.

    Parameters
    ----------
    band
        Counted from 1.
    window
        Column and row of the upper left pixel, width and height; None for the whole raster, within `raster_pixels`.

    Raises
    ------
    geo.errors.FormatError, geo.errors.LimitExceededError
        As :func:`layers.formats.read`; also for a window that reaches out of the raster.
    """
    opened = Source(source, name, door)
    if kind_of(opened) != "geotiff":
        raise FormatError("The file is no GeoTIFF.", where=opened.name, expected="GeoTIFF")
    options = {"band": int(band), "window": None if window is None else [int(v) for v in window]}
    reply = run_child("geotiff_window", opened, door.clock(), **options)
    return Window(reply.arrays["values"], reply.arrays["valid"].astype(bool), _facts(reply.facts["raster"]))
