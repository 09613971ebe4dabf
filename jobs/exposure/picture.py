"""People per km² around some places, coarse enough for a picture, and people near the sites of programmes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geo.rasters.windows import windows
from jobs.rasters.measure import People, Progress, around, within
from layers.sources.rasters import RasterLayer

Floats = npt.NDArray[np.float64]
SIDE = 1000
"""Cells of a picture along its longer side at most."""


@dataclass(frozen=True)
class Picture:
    """People per km² (rows, columns), NaN without a value, and where the cells lie in the system of the raster."""

    cells: Floats
    transform: tuple[float, float, float, float, float, float]
    crs: str


def people_picture(layer: RasterLayer, lon: Floats, lat: Floats, margin_deg: float = 1.0) -> Picture | None:
    """The part of a raster around places, its pixels put together; None where the raster has none of it.

    Parameters
    ----------
    layer
        The raster of people.
    lon
        Longitudes [degrees, WGS 84]; missing where there is no position.
    lat
        Latitudes [degrees, WGS 84]; missing where there is no position.
    margin_deg
        How far the picture reaches beyond the places [degrees].
    """
    known = np.isfinite(lon) & np.isfinite(lat)
    if not known.any():
        return None
    west, east = lon[known].min() - margin_deg, lon[known].max() + margin_deg
    south, north = lat[known].min() - margin_deg, lat[known].max() + margin_deg
    edge = shapely.get_coordinates(shapely.segmentize(shapely.box(west, south, east, north), 0.5))
    column, row = layer.grid.pixels(*layer.system.from_wgs84(edge[:, 0], edge[:, 1]))
    c0, c1 = (int(np.clip(v, 0, layer.grid.width)) for v in (np.floor(column.min()), np.ceil(column.max())))
    r0, r1 = (int(np.clip(v, 0, layer.grid.height)) for v in (np.floor(row.min()), np.ceil(row.max())))
    if c1 <= c0 or r1 <= r0:
        return None
    k = max(1, -(-max(c1 - c0, r1 - r0) // SIDE))
    shape = (-(-(r1 - r0) // k), -(-(c1 - c0) // k))
    people, ground = np.zeros(shape), np.zeros(shape)
    box = np.array([[c0, r0, c1, r1]], dtype=np.float64)
    for w, amount, valid in layer.read(windows(box, layer.grid, layer.facts.block)):
        at = ((w.row - r0 + np.arange(w.height)) // k)[:, None], ((w.column - c0 + np.arange(w.width)) // k)[None, :]
        np.add.at(people, at, amount)
        np.add.at(ground, at, np.where(valid, layer.ground_km2(w), 0.0))
    with np.errstate(invalid="ignore", divide="ignore"):
        cells = np.where(ground > 0, people / ground, np.nan)
    a, b, c, d, e, f = layer.grid.transform
    moved = (a * k, b * k, c + a * c0 + b * r0, d * k, e * k, f + d * c0 + e * r0)
    return Picture(cells, moved, layer.system.plain or "EPSG:4326")


@dataclass(frozen=True)
class PeopleAtRisk:
    """People within a distance of sites at risk, each counted once; NaN where nothing is known.

    `covered` live near one with an active programme, `without` near none of those.
    """

    radius_km: float
    at_risk: float
    covered: float
    share: float

    @property
    def without(self) -> float:
        """People near sites at risk, and near none that a programme covers."""
        return self.at_risk - self.covered


def people_at_risk(
    layer: People, lon: Floats, lat: Floats, risk: npt.NDArray[np.bool_], covered: npt.NDArray[np.bool_],
    radius_km: float, progress: Progress | None = None,
) -> PeopleAtRisk:  # fmt: skip
    """People near sites at risk, and near those of them that a programme covers.

    Parameters
    ----------
    layer
        The raster of people.
    lon
        Longitudes [degrees, WGS 84]; missing where there is no position.
    lat
        Latitudes [degrees, WGS 84]; missing where there is no position.
    risk
        One flag a site: it counts as at risk.
    covered
        One flag a site: an active programme covers it.
    radius_km
        How far from a site people count as near [km].
    progress
        Is told how far the work is; None: nobody asks.
    """
    placed = np.isfinite(lon) & np.isfinite(lat)
    areas = [around(lon[m], lat[m], radius_km) for m in (risk & placed, risk & placed & covered) if m.any()]
    people, share = within(layer, areas, "programmes", progress)
    total = float(people[0]) if len(people) else np.nan
    near = float(people[1]) if len(people) > 1 else (0.0 if np.isfinite(total) else np.nan)
    return PeopleAtRisk(radius_km, total, near, float(share[0]) if len(share) else 0.0)
