"""The part of the earth that a printed map shows, and what of the backdrop lies in it."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import shapely
from shapely.geometry import shape

from geo.spatial.geodesic import geodesic_m
from layers.reference.files import DATA

SMALLEST_DEG = 0.4
"""A single site is shown with this much of its surroundings, each way [degrees]."""
NICE_KM = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)


@dataclass(frozen=True)
class Frame:
    """West, south, east and north [degrees, WGS 84]; drawn with the true proportions of its middle latitude."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def around(cls, lon: Sequence[float], lat: Sequence[float], *, wide: float, least: float = SMALLEST_DEG) -> Frame:
        """The frame of `wide` (width by height on paper) that holds all points with a margin.

        Examples
        --------
        >>> f = Frame.around([15.0, 17.0], [4.0, 5.0], wide=1.0)
        >>> round(f.east - f.west, 3), round((f.north - f.south), 3)
        (2.36, 2.353)
        """
        x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
        known = np.isfinite(x) & np.isfinite(y)
        if not known.any():
            x, y, known = np.array([14.0, 31.0]), np.array([-6.0, 11.0]), np.array([True, True])
        x, y = x[known], y[known]
        middle_x, middle_y = (x.min() + x.max()) / 2, (y.min() + y.max()) / 2
        squeeze = max(math.cos(math.radians(middle_y)), 0.1)
        width = max(float(np.ptp(x)) * 1.18, 2 * least)
        height = max(float(np.ptp(y)) * 1.18, 2 * least)
        if width * squeeze / height > wide:
            height = width * squeeze / wide
        else:
            width = height * wide / squeeze
        south, north = max(middle_y - height / 2, -89.9), min(middle_y + height / 2, 89.9)
        return cls(float(middle_x - width / 2), float(south), float(middle_x + width / 2), float(north))

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        return self.west, self.south, self.east, self.north

    def holds(self, lon: float, lat: float) -> bool:
        """Whether a point lies inside."""
        return self.west <= lon <= self.east and self.south <= lat <= self.north

    def scale_bar(self, share: float = 0.22) -> tuple[int, float]:
        """Kilometres of a round length of not more than `share` of the width, and that length in degrees.

        It holds at the middle of the map.

        Examples
        --------
        >>> km, degrees = Frame(15.0, 4.0, 18.0, 6.0).scale_bar()
        >>> km, round(degrees, 2)
        (50, 0.45)
        """
        lat = (self.south + self.north) / 2
        a_degree = float(geodesic_m(self.west, lat, self.west + 0.1, lat)) / 100.0  # kilometres
        most = (self.east - self.west) * share * a_degree
        km = max((n for n in NICE_KM if n <= most), default=NICE_KM[0])
        return km, km / a_degree


@cache
def _features(name: str) -> tuple[tuple[dict[str, str], shapely.Geometry], ...]:
    path = DATA / name
    if not path.is_file():
        return ()
    found = json.loads(path.read_text(encoding="utf-8"))["features"]
    return tuple((f["properties"], shape(f["geometry"])) for f in found)


def outlines(frame: Frame, pattern: str) -> list[tuple[dict[str, str], shapely.Geometry]]:
    """Properties and shapes of the backdrop's files of a name pattern, cut to the frame."""
    out = []
    for path in sorted(DATA.glob(pattern)):
        for properties, geometry in _features(path.name):
            if shapely.box(*frame.box).intersects(shapely.box(*geometry.bounds)):
                part = shapely.clip_by_rect(geometry, *frame.box)
                if not part.is_empty:
                    out.append((properties, part))
    return out


@cache
def _towns() -> tuple[tuple[str, float, float, float], ...]:
    path = DATA / "geonames_towns.csv"
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(r["name"], float(r["lon"]), float(r["lat"]), float(r["population"])) for r in csv.DictReader(file)]
    return tuple(sorted(rows, key=lambda r: -r[3]))


def towns(frame: Frame, most: int = 40) -> list[tuple[str, float, float]]:
    """Name, longitude and latitude of the largest towns inside, largest first."""
    return [(n, x, y) for n, x, y, _ in _towns() if frame.holds(x, y)][:most]
