"""Country outlines (Natural Earth) as boundaries of level 0: which country a site lies in, and its neighbours.

Reading a megabyte of GeoJSON and looking whether its shapes are valid was a twentieth of a small run, so the shapes lie
beside it as they are in memory (``scripts/write_outlines.py``), under the hash of the GeoJSON that they were made of.
"""

from __future__ import annotations

import functools
import hashlib
import io
import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from geo.spatial.polygons import Boundaries
from layers.reference import files


@functools.cache
def country_outlines() -> Boundaries:
    """The embedded outlines, one row a country, with its ISO 3166 alpha-3 code as `unit` and `country`."""
    source = files.COUNTRIES_OUTLINE.read_bytes()
    codes, geometry = unpacked_outlines(files.COUNTRIES_PACKED, source) or read_outlines(source)
    iso = pd.array(codes, dtype="str")
    frame = pd.DataFrame({"unit": iso, "code": iso, "parent": "", "country": iso, "level": 0})
    return Boundaries(
        frame=frame.astype({"parent": "str"}),
        geometry=geometry,
        version="Natural Earth",
        dataset="Natural Earth countries",
        dataset_version=f"sha256:{files.checksum(files.COUNTRIES_OUTLINE)[:12]}",
        name=files.COUNTRIES_OUTLINE.name,
        repairs=[],
    )


def read_outlines(source: bytes) -> tuple[list[str], np.ndarray]:
    """Codes and valid shapes out of the GeoJSON."""
    text = source.decode()
    features, geometry = json.loads(text)["features"], shapely.get_parts(shapely.from_geojson(text))
    bad = ~shapely.is_valid(geometry)
    geometry[bad] = shapely.make_valid(geometry[bad])
    return [f["properties"]["iso3"] for f in features], geometry


def packed_outlines(source: bytes) -> bytes:
    """The same in NumPy's format: codes, the bytes and ends of the shapes, and the hash of the GeoJSON."""
    codes, geometry = read_outlines(source)
    parts = shapely.to_wkb(geometry)
    out = io.BytesIO()
    np.savez(
        out,
        source=np.array(hashlib.sha256(source).hexdigest()),
        codes=np.array(codes),
        shapes=np.frombuffer(b"".join(parts), dtype=np.uint8),
        ends=np.cumsum([0, *map(len, parts)], dtype=np.int64),
    )
    return out.getvalue()


def unpacked_outlines(packed: Path, source: bytes) -> tuple[list[str], np.ndarray] | None:
    """Codes and shapes as they were packed; None where there are none, or they are of another GeoJSON."""
    try:
        with np.load(packed, allow_pickle=False) as found:
            if str(found["source"]) != hashlib.sha256(source).hexdigest():
                return None
            data, ends = found["shapes"].tobytes(), found["ends"].tolist()
            return found["codes"].tolist(), shapely.from_wkb([data[a:b] for a, b in pairwise(ends)])
    except FileNotFoundError:
        return None
