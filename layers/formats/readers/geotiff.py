"""GeoTIFF by rasterio with the one driver; facts first, pixels by window; runs in the child."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.errors import FormatError
from geo.messages import Note
from layers.formats.limits import Clock

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def _opened(given: bytes | Path) -> Iterator[Any]:
    import rasterio
    from rasterio.io import MemoryFile

    if isinstance(given, bytes):
        with MemoryFile(given, ext=".tif") as memory, memory.open(driver="GTiff") as raster:
            yield raster
    else:
        with rasterio.open(given, driver="GTiff") as raster:
            yield raster


def _facts(raster: Any, size: int, name: str, clock: Clock) -> dict[str, Any]:
    door = clock.door
    if raster.driver != "GTiff":
        raise FormatError("The raster is no GeoTIFF.", where=name, got=str(raster.driver))
    item = max(np.dtype(t).itemsize if t in np.sctypeDict else 8 for t in raster.dtypes)
    declared = raster.width * raster.height * raster.count * item
    if declared > 1_000_000:
        door.check("ratio", declared / max(size, 1), name)
    for rows, columns in raster.block_shapes[:1]:
        door.check("raster_pixels", rows * columns, name)
    epsg = raster.crs.to_epsg() if raster.crs else None
    nodata = raster.nodata
    return {
        "width": int(raster.width),
        "height": int(raster.height),
        "count": int(raster.count),
        "dtypes": [str(t) for t in raster.dtypes],
        "nodata": None if nodata is None else repr(float(nodata)),
        "crs": f"EPSG:{epsg}" if epsg else (raster.crs.to_wkt() if raster.crs else ""),
        "transform": [float(v) for v in list(raster.transform)[:6]],
        "bounds": [float(v) for v in raster.bounds],
        "rotated": bool(raster.transform.b or raster.transform.d),
    }


def parse(
    given: bytes | Path, name: str, clock: Clock, options: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What the raster declares; no pixel is read."""
    size = len(given) if isinstance(given, bytes) else given.stat().st_size
    with _opened(given) as raster:
        return {"raster": _facts(raster, size, name, clock)}, {}


def parse_window(
    given: bytes | Path, name: str, clock: Clock, options: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The pixels of one band in a window (column, row, width, height), and which of them are valid."""
    from rasterio.windows import Window

    size = len(given) if isinstance(given, bytes) else given.stat().st_size
    with _opened(given) as raster:
        facts = _facts(raster, size, name, clock)
        column, row, width, height = options["window"] or (0, 0, raster.width, raster.height)
        band = options["band"]
        clock.door.check("raster_pixels", width * height, name)
        if not 1 <= band <= raster.count:
            raise FormatError(
                "The raster has no such band.",
                where=name,
                expected=Note("{a} to {b}", a="1", b=str(raster.count)),
                got=str(band),
            )
        if (
            min(column, row) < 0
            or min(width, height) < 1
            or column + width > raster.width
            or row + height > raster.height
        ):
            raise FormatError("The window reaches out of the raster.", where=name)
        window = Window(column, row, width, height)
        values = raster.read(band, window=window)
        valid = raster.read_masks(band, window=window) > 0
        if values.dtype.kind == "f":
            valid &= ~np.isnan(values)
        facts["transform"] = [float(v) for v in list(raster.window_transform(window))[:6]]
    return {"raster": facts}, {"values": values, "valid": valid}
