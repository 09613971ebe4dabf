"""Tables of an exposure run: every column, its unit and what a blank means."""

from __future__ import annotations

from geo.columns import Column, Table
from geo.schema_inputs import LAT, LON, MINERALS, SITE_ID, SOURCE

C = Column

RADII_KM = (5.0, 20.0)
"""Circles around sites in which people are counted [km]."""
NEAR_KM = (1.0, 2.0, 5.0)
"""Circles around deadly incidents [km]: those that publishers of conflict exposure use."""
FEW = 10
"""With fewer incidents of a restricted source people near them are not told: their number gives the place away."""

_NONE = "no raster of people, no position, or no pixel with a value there"

MEASURES: Table = (
    C("population_5km", "number", "people within 5 km of the site, in the pixels that hold a value", _NONE, whole=True),
    C("population_20km", "number", "people within 20 km of the site, likewise", _NONE, whole=True),
    C(
        "raster_coverage", "number",
        "share of the circle of 20 km in which the raster of people holds a value, 0 to 1; people elsewhere in it are "
        "not counted", "no raster of people, or no position",
    ),
    C(
        "travel_time_min", "number", "minutes of travel in the pixel of the site",
        "no raster of travel time, no position, or no value there", whole=True,
    ),
)  # fmt: skip
"""What rasters say of a site; in no class, unless a rule of kind `raster` of the user's own file asks for it."""

UNITS = {
    "population_5km": "people", "population_20km": "people", "travel_time_min": "minutes", "raster_coverage": "share",
}  # fmt: skip
"""What the numbers of :data:`MEASURES` count."""

MEASURED: Table = (
    SOURCE,
    SITE_ID,
    C("measure", "text", "what was measured, a column of a site", allowed=tuple(UNITS)[:3]),
    C("value", "number", "the number, in the unit of its column", _NONE),
    C("share", "number", "share of its circle in which the raster holds a value, 0 to 1", "no circle: the pixel alone"),
    C("dataset", "text", "name of the file"),
    C("dataset_version", "text", "sha256: and 12 digits"),
)
"""The same as rows, each with its file: what :func:`geo.assess.assess` is given of rasters."""

EXPOSURE: Table = (
    SOURCE,
    SITE_ID,
    C("name", "text", "name as published", "no name"),
    C("country", "text", "ISO 3166 alpha-3", "not known"),
    LON,
    LAT,
    MINERALS,
    C("as_of", "date", "the date of the classes"),
    C("site_class", "text", "class of the site, as `cahra assess` gives it"),
    C("area_class", "text", "class of its area"),
    C("zone_status", "text", "zone status"),
    *MEASURES,
    C("demonstration", "flag", "true where synthetic rows decided"),
)

_PEOPLE = C("population", "number", "people there, each counted once, in the pixels that hold a value",
            "no pixel with a value there", whole=True)  # fmt: skip
_SHARE = C("raster_coverage", "number", "share of that ground in which the raster of people holds a value, 0 to 1")

BY_CLASS: Table = (
    C("site_class", "text", "class of the sites; blank: sites of all classes"),
    C("radius_km", "number", "distance from the nearest of them [km]", whole=True),
    C("sites", "integer", "how many of them have a position"),
    _PEOPLE,
    _SHARE,
)
NEAR_INCIDENTS: Table = (
    C("source", "text", "source of the incidents; sources are never added together"),
    C("country", "text", "country of the incidents (ISO 3166 alpha-3); blank: all of the source"),
    C("radius_km", "number", "distance from the nearest of them [km]", whole=True),
    C("months", "integer", "length of the window that ends at as_of"),
    C("incidents", "integer", "lethal incidents of precision 1 in the window"),
    C("population", "number", "people there, each counted once, in the pixels that hold a value",
      "no pixel with a value, or fewer than ten incidents of a source whose licence withholds places", whole=True),
    _SHARE,
)  # fmt: skip
ZONES: Table = (
    C("unit", "text", "unit that the zone register names in force at as_of, where polygons of it are loaded"),
    C("zone_status", "text", "its status"),
    _PEOPLE,
    _SHARE,
)
