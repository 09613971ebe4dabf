"""Questions about shapes that can take hours when someone means them to: asked in a child with limits, when large.

GEOS decides whether a polygon crosses itself in a time that grows with the square of its edges in the worst case, and
mending one can make as many new corners. A comb of 32,000 edges takes three seconds, one of a million takes an hour.
"""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geo.errors import FormatError
from layers.formats.limits import Clock
from layers.formats.sandbox.process import Reply, decode, encode, run_child
from layers.formats.source import Source

_AT_EASE = 100
_MEND_AT_EASE = 40_000.0  # corners squared: 200 corners that all cross each other are mended in a tenth of a second


def validity(shapes: np.ndarray, clock: Clock, name: str) -> np.ndarray:
    """Which shapes are valid.

    Parameters
    ----------
    shapes
        Object array of polygons, none missing.
    clock
        Of the file they come from.
    name
        File name, for messages.

    Returns
    -------
    numpy.ndarray
        bool, one per shape.

    Raises
    ------
    geo.errors.LimitExceededError
        Finding out takes more time or memory than the gateway allows.
    """
    most = clock.gateway.mend_vertices
    corners = shapely.get_num_coordinates(shapes).astype(np.float64)
    if np.square(corners).sum() > _AT_EASE * float(most) ** 2:
        return _in_child("validity", shapes, clock, name).arrays["valid"].astype(bool)
    valid: np.ndarray = shapely.is_valid(shapes)
    return valid


def mended(shapes: np.ndarray, clock: Clock, name: str) -> np.ndarray:
    """Valid areas in place of polygons that cross themselves: rings stay boundaries, lines and points fall away.

    A few hundred corners are mended here, more in a child: four stars of 1,900 corners take a minute.

    Raises
    ------
    geo.errors.LimitExceededError
        Mending takes more time or memory, or makes more corners, than the gateway allows.
    """
    corners = shapely.get_num_coordinates(shapes).astype(np.float64)
    if np.square(corners).sum() <= _MEND_AT_EASE:
        return _mended(shapes)
    reply = _in_child("mend", shapes, clock, name)
    made = _unpacked(reply.arrays)
    if len(made) != len(shapes) or not shapely.is_valid(made).all():
        raise FormatError("The file is damaged: its parser gave up.", where=name)
    return made


def _mended(shapes: np.ndarray) -> np.ndarray:
    out = np.empty(len(shapes), dtype=object)
    for i, before in enumerate(shapes):
        made = shapely.make_valid(before, method="structure", keep_collapsed=False)
        parts = [p for p in shapely.get_parts(made) if shapely.get_type_id(p) in (3, 6)]
        out[i] = parts[0] if len(parts) == 1 else shapely.union_all(parts) if parts else shapely.MultiPolygon()
    return out


def _in_child(task: str, shapes: np.ndarray, clock: Clock, name: str) -> Reply:
    data = encode({}, _packed(shapes))
    return run_child(task, Source(data, name, replace(clock.gateway, file_bytes=len(data))), clock)


def _packed(shapes: np.ndarray) -> dict[str, np.ndarray]:
    parts = [bytes(p) for p in shapely.to_wkb(shapes)]
    return {
        "wkb": np.frombuffer(b"".join(parts), dtype=np.uint8),
        "length": np.asarray([len(p) for p in parts], dtype=np.int64),
    }


def _unpacked(arrays: dict[str, np.ndarray]) -> np.ndarray:
    stream = io.BytesIO(arrays["wkb"].tobytes())
    shapes = np.empty(len(arrays["length"]), dtype=object)
    shapes[:] = [shapely.from_wkb(stream.read(int(n))) for n in arrays["length"]]
    return shapes


def parse(
    given: bytes | Path, name: str, clock: Clock, options: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The child's side: validity of each shape."""
    reply = decode(given if isinstance(given, bytes) else given.read_bytes())
    return {}, {"valid": shapely.is_valid(_unpacked(reply.arrays))}


def parse_mend(
    given: bytes | Path, name: str, clock: Clock, options: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The child's side: each shape mended."""
    reply = decode(given if isinstance(given, bytes) else given.read_bytes())
    made = _mended(_unpacked(reply.arrays))
    clock.gateway.check("vertices", int(shapely.get_num_coordinates(made).sum()), name)
    return {}, _packed(made)
