"""Density of points as a picture for a web map: counted in an equal-area grid, smoothed, warped to Web Mercator.

A picture drawn in degrees lies up to 24 km off on a web map; this one is warped, and lies within a pixel.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyproj import CRS, Transformer

Floats = npt.NDArray[np.float64]
MAX_SIDE = 1500
"""Longest side of the picture [pixels]: more is not seen and travels slowly."""
STEPS = 16
"""Colours of the picture; few colours make a small file."""


@dataclass(frozen=True)
class Picture:
    """``rgba`` uint8 (rows, columns, 4), north up; ``south, west, north, east`` [degrees, WGS 84] of its outer edges.

    ``peak`` is the highest density [points per 1,000 km²].
    """

    rgba: npt.NDArray[np.uint8]
    south: float
    west: float
    north: float
    east: float
    peak: float


def density(lon: Floats, lat: Floats, *, cell_km: float = 5.0, spread_km: float = 20.0) -> tuple[Floats, CRS, Floats]:
    """Points per 1,000 km² in a Lambert equal-area grid centred on the points, smoothed by a Gaussian.

    Parameters
    ----------
    lon
        Longitudes [degrees, WGS 84]; missing where there is no position.
    lat
        Latitudes [degrees, WGS 84]; missing where there is no position.
    cell_km
        Side of a cell [km].
    spread_km
        Standard deviation of the Gaussian [km].

    Returns
    -------
    values
        Rows from north to south.
    crs
        Of the grid; metres.
    origin
        Left and top edge [m] and cell size [m].

    Examples
    --------
    >>> values, crs, origin = density(np.array([16.0]), np.array([4.0]))
    >>> round(float(values.sum() * (origin[2] / 1000) ** 2) / 1000, 6)
    1.0
    """
    crs = CRS.from_dict({"proj": "laea", "lat_0": float(np.mean(lat)), "lon_0": float(np.mean(lon)), "datum": "WGS84"})
    x, y = Transformer.from_crs(4326, crs, always_xy=True).transform(lon, lat)
    spread = spread_km * 1000
    # The grid grows coarser over a continent: a cell is never smaller than what the picture can show.
    cell = max(cell_km * 1000, float(max(np.ptp(x), np.ptp(y)) + 8 * spread) / MAX_SIDE)
    left, top = x.min() - 4 * spread, y.max() + 4 * spread
    columns = math.ceil((x.max() + 4 * spread - left) / cell)
    rows = math.ceil((top - (y.min() - 4 * spread)) / cell)
    counts = np.zeros((rows, columns))
    np.add.at(counts, (((top - y) / cell).astype(np.int64), ((x - left) / cell).astype(np.int64)), 1.0)
    half = math.ceil(3.5 * spread / cell)
    kernel = np.exp(-0.5 * (np.arange(-half, half + 1) * cell / spread) ** 2)
    kernel /= kernel.sum()
    for axis in (0, 1):
        counts = np.apply_along_axis(np.convolve, axis, counts, kernel, mode="same")
    return counts / (cell / 1000) ** 2 * 1000, crs, np.array([left, top, cell])


def picture(lon: Floats, lat: Floats, *, cell_km: float = 5.0, spread_km: float = 20.0) -> Picture | None:
    """The density of points as a picture in EPSG:3857; None without points.

    Parameters
    ----------
    lon, lat
        Degrees on WGS 84; rows without a position are passed over.
    cell_km, spread_km
        Cell of the equal-area grid, and standard deviation of the smoothing.
    """
    known = np.isfinite(lon) & np.isfinite(lat)
    if not known.any():
        return None
    from rasterio.transform import Affine
    from rasterio.warp import Resampling, reproject, transform_bounds

    values, crs, (left, top, cell) = density(lon[known], lat[known], cell_km=cell_km, spread_km=spread_km)
    rows, columns = values.shape
    wkt = crs.to_wkt()
    # Not rasterio's calculate_default_transform: it needs GDAL's VRT driver, which the app switches off.
    edges = (left, top - rows * cell, left + columns * cell, top)
    west_m, south_m, east_m, north_m = transform_bounds(wkt, "EPSG:3857", *edges, densify_pts=101)
    step = max(cell, (east_m - west_m) / MAX_SIDE, (north_m - south_m) / MAX_SIDE)
    width, height = math.ceil((east_m - west_m) / step), math.ceil((north_m - south_m) / step)
    east_m, south_m = west_m + width * step, north_m - height * step
    warped = np.zeros((height, width))
    reproject(
        values,
        warped,
        src_transform=Affine(cell, 0.0, left, 0.0, -cell, top),
        src_crs=wkt,
        dst_transform=Affine(step, 0.0, west_m, 0.0, -step, north_m),
        dst_crs="EPSG:3857",
        resampling=Resampling.bilinear,
    )
    west, south = Transformer.from_crs(3857, 4326, always_xy=True).transform(west_m, south_m)
    east, north = Transformer.from_crs(3857, 4326, always_xy=True).transform(east_m, north_m)
    return Picture(_colours(warped), south, west, north, east, float(values.max()))


def _colours(values: Floats) -> npt.NDArray[np.uint8]:
    """Steps of the square root from clear to a dark violet, which no class, zone or base map uses."""
    peak = float(values.max()) or 1.0
    step = np.floor(np.sqrt(np.clip(values, 0, None) / peak) * (STEPS - 1) + 0.5)
    out = np.zeros((*values.shape, 4), dtype=np.uint8)
    share = step / (STEPS - 1)
    pale, dark = np.array([190, 170, 210]), np.array([60, 20, 90])
    out[..., :3] = np.round(pale + (dark - pale) * share[..., None]).astype(np.uint8)
    out[..., 3] = np.where(step < 1, 0, np.round(60 + 150 * share)).astype(np.uint8)
    return out
