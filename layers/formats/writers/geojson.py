"""GeoJSON, one feature a line."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from layers.formats.writers.cells import shapes_of, values_of
from layers.formats.writers.format import Format
from layers.formats.writers.spreadsheet_guard import refuse_restricted


def geojson_bytes(frame: pd.DataFrame, geometry: np.ndarray | None = None, *, name: str = "sites") -> bytes:
    """GeoJSON (RFC 7946), one feature a line; `geometry` (WGS 84) instead of points from lon and lat.

    Examples
    --------
    >>> print(geojson_bytes(pd.DataFrame({"site_id": ["1"], "lon": [17.5], "lat": [4.3]})).decode())
    {"type":"FeatureCollection","name":"sites","features":[
    {"type":"Feature","geometry":{"type":"Point","coordinates":[17.5,4.3]},"properties":{"site_id":"1","lon":17.5,"lat":4.3}}
    ]}
    <BLANKLINE>
    """
    import shapely

    refuse_restricted(frame)
    columns = {str(n): values_of(frame[n]) for n in frame.columns}
    lines = []
    for i, shape in enumerate(shapes_of(frame, geometry)):
        feature = {
            "type": "Feature",
            "geometry": None if shape is None else shapely.geometry.mapping(shape),
            "properties": {n: column[i] for n, column in columns.items()},
        }
        lines.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":"), allow_nan=False))
    head = json.dumps({"type": "FeatureCollection", "name": name}, ensure_ascii=False, separators=(",", ":"))
    return (head[:-1] + ',"features":[\n' + ",\n".join(lines) + "\n]}\n").encode("utf-8", "replace")


FORMAT = Format("geojson", "application/geo+json", geojson_bytes)
