"""Rasters as the rest of the house sees them: what one declares, and the pixels of a window."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from geo.errors import FormatError
from layers.formats.limits import LOCAL, Clock, Gateway
from layers.formats.sandbox.process import run_child
from layers.formats.sniff import kind_of
from layers.formats.source import Source, plain_name


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
    scales, offsets
        One per band: value = stored * scale + offset.
    units, descriptions
        One text per band, blank where none is declared.
    block
        Rows and columns that are stored together.
    """

    width: int
    height: int
    count: int
    dtypes: tuple[str, ...]
    nodata: float | None
    crs: str
    transform: tuple[float, ...]
    bounds: tuple[float, ...]
    scales: tuple[float, ...] = (1.0,)
    offsets: tuple[float, ...] = (0.0,)
    units: tuple[str, ...] = ("",)
    descriptions: tuple[str, ...] = ("",)
    block: tuple[int, int] = (1, 1)


@dataclass(frozen=True)
class Window:
    """Pixels of one band: `pixels` and `valid` (height, width), north first as stored, and the window's transform."""

    pixels: np.ndarray
    valid: np.ndarray
    facts: RasterFacts


def _facts(facts: dict[str, Any]) -> RasterFacts:
    return RasterFacts(
        width=int(facts["width"]),
        height=int(facts["height"]),
        count=int(facts["count"]),
        dtypes=tuple(map(str, facts["dtypes"])),
        nodata=None if facts["nodata"] is None else float(facts["nodata"]),
        crs=str(facts["crs"]),
        transform=tuple(map(float, facts["transform"])),
        bounds=tuple(map(float, facts["bounds"])),
        scales=tuple(map(float, facts["scales"])),
        offsets=tuple(map(float, facts["offsets"])),
        units=tuple(map(str, facts["units"])),
        descriptions=tuple(map(str, facts["descriptions"])),
        block=(int(facts["block"][0]), int(facts["block"][1])),
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
    gateway: Gateway = LOCAL,
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
    opened = Source(source, name, gateway)
    if kind_of(opened) != "geotiff":
        raise FormatError("The file is no GeoTIFF.", where=opened.name, expected="GeoTIFF")
    options = {"band": int(band), "window": None if window is None else [int(v) for v in window]}
    reply = run_child("geotiff_window", opened, gateway.clock(), **options)
    return Window(reply.arrays["values"], reply.arrays["valid"].astype(bool), _facts(reply.facts["raster"]))


def raster_source(source: bytes | str | os.PathLike[str], name: str | None, gateway: Gateway) -> Source:
    """A GeoTIFF at the gateway, which may be larger than other files are: it is never read as a whole.

    Raises
    ------
    geo.errors.FormatError
        The bytes are no GeoTIFF, whatever the name says.
    """
    size = len(source) if isinstance(source, bytes) else Path(source).stat().st_size if Path(source).is_file() else 0
    if size > gateway.raster_bytes:
        gateway.check("raster_bytes", size, plain_name(name or ("" if isinstance(source, bytes) else str(source))))
    opened = Source(source, name, dataclasses.replace(gateway, file_bytes=gateway.raster_bytes))
    kind = kind_of(opened)
    if kind != "geotiff":
        raise FormatError("The file is of another format.", where=opened.name, expected="GeoTIFF", got=kind)
    return opened


def read_windows(
    source: Source, windows: Sequence[tuple[int, int, int, int]], *, band: int = 1, gateway: Gateway = LOCAL
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Pixels of several windows (column, row, width, height) of a band, and which of them are valid, by one child.

    Together they hold no more than `raster_pixels`. No-data values and masks within the file, NaN and infinity are not
    valid; scale and offset are the caller's.
    """
    options = {"band": int(band), "windows": [[int(v) for v in w] for w in windows]}
    reply = run_child("geotiff_windows", source, gateway.clock(), **options)
    out = []
    for i, (_, _, width, height) in enumerate(windows):
        values, valid = reply.arrays[f"values{i}"], reply.arrays[f"valid{i}"].astype(bool)
        if values.shape != (height, width) or valid.shape != values.shape or values.dtype.kind not in "iuf":
            raise FormatError("The file is damaged: its parser gave up.", where=source.name)
        out.append((values, valid))
    return out
