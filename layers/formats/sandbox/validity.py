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

from layers.formats.limits import Clock
from layers.formats.sandbox.process import decode, encode, run_child
from layers.formats.source import Source

_AT_EASE = 100


def validity(shapes: np.ndarray, clock: Clock, name: str) -> np.ndarray:
    """Which shapes are valid; and that mending the others is within the limits of the door.

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
        Finding out, or mending, takes more time or memory than the door allows.
    """
    most = clock.door.mend_vertices
    corners = shapely.get_num_coordinates(shapes).astype(np.float64)
    if np.square(corners).sum() > _AT_EASE * float(most) ** 2:
        return _ask(shapes, clock, name)
    valid: np.ndarray = shapely.is_valid(shapes)
    large = ~valid & (corners > most)
    if large.any():
        _ask(shapes[large], clock, name)
    return valid


def _ask(shapes: np.ndarray, clock: Clock, name: str) -> np.ndarray:
    parts = [bytes(p) for p in shapely.to_wkb(shapes)]
    arrays: dict[str, np.ndarray] = {
        "wkb": np.frombuffer(b"".join(parts), dtype=np.uint8),
        "length": np.asarray([len(p) for p in parts], dtype=np.int64),
    }
    data = encode({}, arrays)
    source = Source(data, name, replace(clock.door, file_bytes=len(data)))
    return run_child("validity", source, clock).arrays["valid"].astype(bool)


def parse(
    given: bytes | Path, name: str, clock: Clock, options: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The child's side: validity of each shape, and a trial mending of those that are not."""
    told = decode(given if isinstance(given, bytes) else given.read_bytes())
    stream = io.BytesIO(told.arrays["wkb"].tobytes())
    shapes = np.empty(len(told.arrays["length"]), dtype=object)
    shapes[:] = [shapely.from_wkb(stream.read(int(n))) for n in told.arrays["length"]]
    valid = shapely.is_valid(shapes)
    for shape in shapes[~valid]:
        shapely.make_valid(shape, method="structure", keep_collapsed=False)
    return {}, {"valid": valid}
