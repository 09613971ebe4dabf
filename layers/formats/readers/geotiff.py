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
    with _opened(given, name) as raster:
        return {"raster": _facts(raster, size, name, clock)}, {}


def parse_window(
    given: bytes | Path, name: str, clock: Clock, options: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The pixels of one band in a window (column, row, width, height), and which of them are valid."""
    from rasterio.windows import Window

    size = len(given) if isinstance(given, bytes) else given.stat().st_size
    with _opened(given, name) as raster:
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
