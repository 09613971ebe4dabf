"""Country outlines (Natural Earth) as boundaries of level 0: which country a site lies in, and its neighbours."""

from __future__ import annotations

import functools
import json

import numpy as np
import pandas as pd
import shapely

from geo.spatial.polygons import Boundaries
from layers.reference import files


@functools.cache
def country_outlines() -> Boundaries:
    """The embedded outlines, one row a country, with its ISO 3166 alpha-3 code as `unit` and `country`."""
    features = json.loads(files.COUNTRIES_OUTLINE.read_text("utf-8"))["features"]
    geometry = shapely.from_geojson([json.dumps(f["geometry"]) for f in features])
    geometry = np.array([g if g.is_valid else shapely.make_valid(g) for g in geometry], dtype=object)
    iso = pd.array([f["properties"]["iso3"] for f in features], dtype="str")
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
