"""Shapes that GeoParquet stores as nested lists of coordinates instead of WKB (GeoArrow's native encodings)."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from geo.errors import FormatError
from layers.formats.limits import Clock

_KINDS = {
    "point": (shapely.GeometryType.POINT, 0),
    "linestring": (shapely.GeometryType.LINESTRING, 1),
    "multipoint": (shapely.GeometryType.MULTIPOINT, 1),
    "polygon": (shapely.GeometryType.POLYGON, 2),
    "multilinestring": (shapely.GeometryType.MULTILINESTRING, 2),
    "multipolygon": (shapely.GeometryType.MULTIPOLYGON, 3),
}
"""Name of an encoding to the kind of shape and how deep its lists are."""
ENCODINGS = frozenset(_KINDS)


def native_shapes(array: Any, encoding: str, clock: Clock, name: str) -> list[bytes | None]:
    """WKB of each shape of an Arrow array, None for none.

    Raises
    ------
    geo.errors.FormatError
        The lists are not nested as the encoding says.
    geo.errors.LimitExceededError
        More vertices than the gateway lets in.
    """
    kind, depth = _KINDS[encoding]
    missing = np.asarray(array.is_null())
    offsets: list[np.ndarray] = []
    try:
        inner = array
        for _ in range(depth):
            offsets.append(np.asarray(inner.offsets))
            inner = inner.values
        coordinates = _coordinates(inner)
    except (AttributeError, ValueError, KeyError, IndexError):
        raise FormatError(
            "The shapes are not stored as their encoding says.", where=name, expected=encoding, got=str(array.type)
        ) from None
    clock.gateway.check("vertices", len(coordinates), name)
    for outer, within in zip(offsets, [*offsets[1:], None], strict=False):
        length = len(coordinates) if within is None else len(within) - 1
        if len(outer) and (outer[0] < 0 or outer[-1] > length or (np.diff(outer) < 0).any()):
            raise FormatError("The shapes are not stored as their encoding says.", where=name, expected=encoding)
    if depth == 0:
        shapes = shapely.points(np.where(missing[:, None], 0.0, coordinates))
    else:
        shapes = shapely.from_ragged_array(kind, coordinates, tuple(reversed(offsets)))
    made = shapely.to_wkb(shapes)
    return [None if lost else bytes(wkb) for wkb, lost in zip(made, missing, strict=True)]


def _coordinates(array: Any) -> np.ndarray:
    """Float64 (n, 2) of an array of structs (x, y), or of lists of two."""
    if hasattr(array, "field"):
        return np.column_stack([np.asarray(array.field(axis), dtype=np.float64) for axis in ("x", "y")])
    size = array.type.list_size
    flat = np.asarray(array.values, dtype=np.float64).reshape(-1, size)
    return flat[array.offset : array.offset + len(array), :2]
