"""GeoTIFF by rasterio with the one driver; facts first, pixels by window; runs in the child."""

from __future__ import annotations

import io
import re
import struct
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from geo.errors import FormatError
from geo.messages import Note
from layers.formats.limits import Clock
from layers.formats.readers.projection import plain_system

if TYPE_CHECKING:
    from collections.abc import Iterator


CACHE_MB = 64
"""What GDAL keeps of a raster in memory."""
_ASCII_KEYS = 34737
_WKT = re.compile(r"ESRI PE String = ([^|\x00]*)")


def _check_words(stream: BinaryIO, name: str) -> None:
    """Refuse coordinate systems in words that :mod:`layers.formats.readers.wkt` does not let through.

    GDAL hands the WKT of ESRI's tag to PROJ, which reads strings of its own in it. Every directory is looked at, with
    two bytes of type and four or eight of count, as TIFF and BigTIFF have them.
    """
    for text in _ascii_keys(stream):
        for found in _WKT.findall(text):
            plain_system(found, name)
        rest = _WKT.sub("", text)
        if re.search(r"\[|\+?proj=|\+?init=|pipeline", rest, re.IGNORECASE):
            plain_system(rest, name)  # no WKT as a whole: refused


def _ascii_keys(stream: BinaryIO) -> Iterator[str]:
    """The text of the tag GeoAsciiParams in each directory of a TIFF."""
    head = stream.read(16)
    order = "<" if head[:2] == b"II" else ">"
    big = struct.unpack(order + "H", head[2:4])[0] == 43
    count_form, entry_form, next_form = ("Q", "HHQQ", "Q") if big else ("H", "HHII", "I")
    at = struct.unpack(order + next_form, head[8:16] if big else head[4:8])[0]
    seen: set[int] = set()
    while at and at not in seen and len(seen) < 100:
        seen.add(at)
        stream.seek(at)
        size = struct.calcsize(order + count_form)
        raw = stream.read(size)
        if len(raw) < size:
            return
        count = min(struct.unpack(order + count_form, raw)[0], 4096)
        entry = struct.calcsize(order + entry_form)
        table = stream.read(entry * count + struct.calcsize(order + next_form))
        for i in range(min(count, len(table) // entry)):
            tag, _, length, where = struct.unpack_from(order + entry_form, table, i * entry)
            if tag == _ASCII_KEYS:
                inline = struct.calcsize(order + next_form)
                if length <= inline:
                    data = table[(i + 1) * entry - inline : (i + 1) * entry][:length]
                else:
                    stream.seek(where)
                    data = stream.read(min(length, 1 << 20))
                yield data.decode("latin-1")
        tail = table[entry * count :]
        at = struct.unpack(order + next_form, tail)[0] if len(tail) == struct.calcsize(order + next_form) else 0


@contextmanager
def _opened(given: bytes | Path, name: str) -> Iterator[Any]:
    import rasterio
    from rasterio.io import MemoryFile

    with io.BytesIO(given) if isinstance(given, bytes) else given.open("rb") as stream:
        _check_words(stream, name)

    with rasterio.Env(GDAL_CACHEMAX=CACHE_MB, GDAL_NUM_THREADS=1):
        if isinstance(given, bytes):
            with MemoryFile(given, ext=".tif") as memory, memory.open(driver="GTiff") as raster:
                yield raster
        else:
            with rasterio.open(given, driver="GTiff") as raster:
                yield raster


def _facts(raster: Any, size: int, name: str, clock: Clock) -> dict[str, Any]:
    gateway = clock.gateway
    if raster.driver != "GTiff":
        raise FormatError("The raster is no GeoTIFF.", where=name, got=str(raster.driver))
    item = max(np.dtype(t).itemsize if t in np.sctypeDict else 8 for t in raster.dtypes)
    declared = raster.width * raster.height * raster.count * item
    if declared > 1_000_000:
        gateway.check("ratio", declared / max(size, 1), name)
    for rows, columns in raster.block_shapes[:1]:
        gateway.check("raster_pixels", rows * columns, name)
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
        "bounds": _bounds(raster),
        "scales": [float(v) for v in raster.scales],
        "offsets": [float(v) for v in raster.offsets],
        "units": [str(v or "")[:100] for v in raster.units],
        "descriptions": [str(v or "")[:200] for v in raster.descriptions],
        "block": [int(v) for v in raster.block_shapes[0]],
    }


def _bounds(raster: Any) -> list[float]:
    """West, south, east, north of the four corners, also of a rotated raster."""
    a, b, c, d, e, f = (float(v) for v in list(raster.transform)[:6])
    corners = [(i * raster.width, j * raster.height) for i in (0, 1) for j in (0, 1)]
    x, y = [a * i + b * j + c for i, j in corners], [d * i + e * j + f for i, j in corners]
    return [min(x), min(y), max(x), max(y)]


def parse(
    given: bytes | Path, name: str, clock: Clock, options: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What the raster declares; no pixel is read."""
    size = len(given) if isinstance(given, bytes) else given.stat().st_size
    with _opened(given, name) as raster:
        return {"raster": _facts(raster, size, name, clock)}, {}


def parse_window(
    given: bytes | Path, name: str, clock: Clock, options: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The pixels of one band in a window (column, row, width, height), and which of them are valid."""
    size = len(given) if isinstance(given, bytes) else given.stat().st_size
    with _opened(given, name) as raster:
        facts = _facts(raster, size, name, clock)
        window = _checked_window(raster, options["window"] or (0, 0, raster.width, raster.height), name, clock)
        _check_band(raster, options["band"], name)
        values, valid = _pixels(raster, options["band"], window)
        a, b, c, d, e, f = facts["transform"]
        column, row = window.col_off, window.row_off
        facts["transform"] = [a, b, c + a * column + b * row, d, e, f + d * column + e * row]
    return {"raster": facts}, {"values": values, "valid": valid}


def parse_windows(
    given: bytes | Path, name: str, clock: Clock, options: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The pixels of one band in several windows (``values0, valid0, values1``...), together within `raster_pixels`."""
    size = len(given) if isinstance(given, bytes) else given.stat().st_size
    arrays: dict[str, np.ndarray] = {}
    with _opened(given, name) as raster:
        facts = _facts(raster, size, name, clock)
        _check_band(raster, options["band"], name)
        clock.gateway.check("raster_pixels", sum(width * height for _, _, width, height in options["windows"]), name)
        for i, box in enumerate(options["windows"]):
            window = _checked_window(raster, box, name, clock)
            arrays[f"values{i}"], arrays[f"valid{i}"] = _pixels(raster, options["band"], window)
            clock.check(name)
    return {"raster": facts}, arrays


def _check_band(raster: Any, band: int, name: str) -> None:
    if not 1 <= band <= raster.count:
        raise FormatError(
            "The raster has no such band.",
            where=name,
            expected=Note("{a} to {b}", a="1", b=str(raster.count)),
            got=str(band),
        )


def _checked_window(raster: Any, box: Any, name: str, clock: Clock) -> Any:
    from rasterio.windows import Window

    column, row, width, height = box
    clock.gateway.check("raster_pixels", width * height, name)
    if min(column, row) < 0 or min(width, height) < 1 or column + width > raster.width or row + height > raster.height:
        raise FormatError("The window reaches out of the raster.", where=name)
    return Window(column, row, width, height)


def _pixels(raster: Any, band: int, window: Any) -> tuple[np.ndarray, np.ndarray]:
    values = raster.read(band, window=window)
    valid = raster.read_masks(band, window=window) > 0
    if values.dtype.kind == "f":
        valid &= np.isfinite(values)
    return values, valid
