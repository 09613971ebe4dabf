"""Seeded scenes of sites and incidents at realistic density, and the real ones where they are at hand.

Synthetic scenes lie in a box over central Africa. Incidents gather around 300 centres of very unequal weight (as
fighting does around towns and roads), three in ten lie anywhere; three in five sites lie near the same centres. Sizes
share the box, so ten times the rows are ten times the density. Days span 1989 to 2022; one in four incidents lasts.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

BOX = (8.0, -13.0, 32.0, 12.0)
FIRST_DAY, LAST_DAY = 6_940, 19_357  # 1989-01-01, 2022-12-31
WINDOW_DAYS = 1_096  # 36 months
RADIUS_M = 25_000.0
SIZES = {"S": (2_000, 20_000), "M": (20_000, 200_000), "L": (200_000, 2_000_000)}
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@dataclass(frozen=True)
class Scene:
    """Arrays of one comparison; `as_of` has one day per site."""

    name: str
    site_lon: np.ndarray
    site_lat: np.ndarray
    as_of: np.ndarray
    lon: np.ndarray
    lat: np.ndarray
    day: np.ndarray
    end: np.ndarray
    best: np.ndarray
    precision: np.ndarray
    radius_m: float = RADIUS_M
    window_days: int = WINDOW_DAYS

    @property
    def epsg_aeqd(self) -> str:
        """The equidistant CRS a careful GeoPandas user would pick: centred on the data."""
        lon, lat = np.mean(BOX[::2]), np.mean(BOX[1::2])
        return f"+proj=aeqd +lat_0={lat} +lon_0={lon} +datum=WGS84 +units=m"


def synthetic(name: str, sites: int, incidents: int, *, seed: int = 4, one_date: bool = False) -> Scene:
    """A clustered scene of the given size; `one_date` gives every site the same as-of day."""
    rng = np.random.default_rng(seed)
    centres = np.column_stack((rng.uniform(BOX[0], BOX[2], 300), rng.uniform(BOX[1], BOX[3], 300)))
    weight = rng.pareto(2.0, 300) + 0.2
    weight /= weight.sum()
    spread = rng.uniform(0.1, 0.8, 300)

    def draw(n: int, share: float, wide: float) -> tuple[np.ndarray, np.ndarray]:
        lon, lat = rng.uniform(BOX[0], BOX[2], n), rng.uniform(BOX[1], BOX[3], n)
        near = np.flatnonzero(rng.random(n) < share)
        which = rng.choice(300, near.size, p=weight)
        lon[near] = centres[which, 0] + rng.normal(0, 1, near.size) * spread[which] * wide
        lat[near] = centres[which, 1] + rng.normal(0, 1, near.size) * spread[which] * wide
        return np.round(lon, 6), np.round(lat, 6)

    lon, lat = draw(incidents, 0.7, 1.0)
    site_lon, site_lat = draw(sites, 0.6, 1.5)
    day = rng.integers(FIRST_DAY, LAST_DAY + 1, incidents)
    end = np.minimum(day + np.where(rng.random(incidents) < 0.25, rng.integers(1, 31, incidents), 0), LAST_DAY)
    as_of = np.full(sites, LAST_DAY - 365) if one_date else rng.integers(FIRST_DAY + 1096, LAST_DAY + 1, sites)
    best = rng.poisson(3, incidents).astype(np.float64)
    precision = rng.choice([1, 2, 3, 4, 5, 6], incidents, p=[0.66, 0.2, 0.08, 0.03, 0.01, 0.02])
    return Scene(name, site_lon, site_lat, as_of, lon, lat, day, end, best, precision)


def real_car(folder: Path = SHARED) -> Scene | None:
    """The 272 trade-line sites and 1,848 UCDP events of the Central African Republic, one date a month; else None."""
    lines, events = folder / "mines" / "ipis_car_destinations_lines.geojson", folder / "conflict"
    events = events / "ucdp_ged_23_1_car.geojson"
    if not (lines.is_file() and events.is_file()):
        return None
    start = [f["geometry"]["coordinates"][0] for f in json.loads(lines.read_text())["features"]]
    while isinstance(start[0][0], list):
        start = [s[0] for s in start]
    sites = np.asarray([s[:2] for s in start], dtype=np.float64)
    features = json.loads(events.read_text())["features"]
    points = np.asarray([f["geometry"]["coordinates"][:2] for f in features], dtype=np.float64)
    rows = [f["properties"] for f in features]

    def days(key: str) -> np.ndarray:
        return np.array([r[key][:10].replace("/", "-") for r in rows], dtype="datetime64[D]").astype(np.int64)

    months = np.arange("2010-01", "2023-01", dtype="datetime64[M]").astype("datetime64[D]").astype(np.int64)
    n = months.size
    return Scene(
        "CAR",
        np.tile(sites[:, 0], n),
        np.tile(sites[:, 1], n),
        np.repeat(months, len(sites)),
        points[:, 0],
        points[:, 1],
        days("date_start"),
        days("date_end"),
        np.array([float(r["best"]) for r in rows]),
        np.array([int(r["where_prec"]) for r in rows]),
    )
