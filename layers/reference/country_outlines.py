"""Country outlines (Natural Earth) as boundaries of level 0: which country a site lies in, and its neighbours."""

from __future__ import annotations

import functools
import json

import pandas as pd
import shapely

from geo.spatial.polygons import Boundaries
from layers.reference import files


@functools.cache
def country_outlines() -> Boundaries:
    """The embedded outlines, one row a country, with its ISO 3166 alpha-3 code as `unit` and `country`."""
    text = files.COUNTRIES_OUTLINE.read_text("utf-8")
    features, geometry = json.loads(text)["features"], shapely.get_parts(shapely.from_geojson(text))
    bad = ~shapely.is_valid(geometry)
    geometry[bad] = shapely.make_valid(geometry[bad])
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
