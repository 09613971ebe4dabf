"""Rasters asked around sites, within areas and at places: windows in, numbers out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo import schema
from geo.errors import InputError
from geo.messages import Note
from geo.rasters.circles import rings
from geo.rasters.cover import Shapes, Tally
from geo.rasters.schema import MEASURED, RADII_KM
from geo.rasters.windows import windows
from jobs.rasters.given import Rasters
from layers.sources.rasters import RasterLayer

Floats = npt.NDArray[np.float64]
Progress = Callable[[str, int, int], None]
People = RasterLayer | Sequence[RasterLayer]
"""One raster of people, or tiles of one: what they hold is added, and no ground may have values in two of them."""

CHUNK = 30_000
"""Circles that are measured at one time: some 200 MB."""
EDGE_DEGREES = 0.02
"""Edges of areas are cut to this length before they are drawn in another system."""


OVERLAP = 0.02
"""Share of a circle or an area that two tiles may both hold values of: the pixels along a border."""


def measured_rows(sites: pd.DataFrame, rasters: Rasters, progress: Progress | None = None) -> pd.DataFrame:
    """:data:`geo.rasters.schema.MEASURED` of sites: a row each for what was asked of a raster there.

    Parameters
    ----------
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    progress
        Is told how far the work is; None: nobody asks.
    rasters
        The rasters that were given.
    """
    lon, lat = (sites[name].to_numpy(np.float64) for name in ("lon", "lat"))
    table = site_measures(rasters.population, rasters.travel_time, lon, lat, progress)
    placed = np.isfinite(lon) & np.isfinite(lat)
    travel = () if rasters.travel_time is None else (rasters.travel_time,)
    parts = []
    for name, share, layers in (
        ("population_5km", "share_5km", rasters.population),
        ("population_20km", "raster_coverage", rasters.population),
        ("travel_time_min", "", travel),
    ):
        if layers:
            of_files = {
                "measure": name, "dataset": "; ".join(layer.source.name for layer in layers),
                "dataset_version": "; ".join(layer.version for layer in layers),
            }  # fmt: skip
            numbers = {"value": table[name], "share": table[share] if share else np.nan}
            part = pd.DataFrame({**{k: sites[k].to_numpy(dtype=object) for k in ("source", "site_id")}, **numbers})
            parts.append(schema.conform(part[placed].assign(**of_files), MEASURED))
    return pd.concat(parts, ignore_index=True) if parts else schema.empty(MEASURED)


def measured_once(
    sites: pd.DataFrame, rasters: Rasters, progress: Progress | None = None
) -> tuple[pd.DataFrame, Rasters]:
    """:func:`measured_rows`, kept with the rasters while the sites lie where they lay, and the layers as then read.

    Parameters
    ----------
    sites
        :data:`geo.schema.SITES`.
    rasters
        What is asked; the answer is kept with it.
    progress
        Hears how far it is.
    """

    def made() -> tuple[pd.DataFrame, Rasters]:
        read = rasters.apart(unread=True)
        return measured_rows(sites, read, progress), read

    table, read = rasters.kept.of("measured", [sites[["source", "site_id", "lon", "lat"]]], made)
    return table, read.apart()


def site_measures(
    population: People | None, travel_time: RasterLayer | None, lon: Floats, lat: Floats,
    progress: Progress | None = None,
) -> pd.DataFrame:  # fmt: skip
    """:data:`geo.rasters.schema.MEASURES` of places and `share_5km`, rounded as they are written; a row a place.

    Parameters
    ----------
    population
        Raster of people; None: none.
    travel_time
        Raster of travel time [min]; None: none.
    lon
        Longitudes [degrees, WGS 84]; missing where there is no position.
    lat
        Latitudes [degrees, WGS 84]; missing where there is no position.
    progress
        Is told how far the work is; None: nobody asks.
    """
    n = len(lon)
    names = ("population_5km", "population_20km", "raster_coverage", "travel_time_min", "share_5km")
    out = {name: np.full(n, np.nan) for name in names}
    placed = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    if _tiles(population):
        people, share = circles(population, lon[placed], lat[placed], RADII_KM, progress)
        for km, found in zip(RADII_KM, people, strict=True):
            out[f"population_{km:g}km"][placed] = np.round(found)
        out["share_5km"][placed], out["raster_coverage"][placed] = np.round(share, 3)
    if travel_time is not None:
        out["travel_time_min"][placed] = np.round(sampled(travel_time, lon[placed], lat[placed], progress))
    return pd.DataFrame(out)


def circles(
    layer: People | None, lon: Floats, lat: Floats, radii_km: Sequence[float], progress: Progress | None = None
) -> tuple[Floats, Floats]:
    """People within true circles around places, (radii, places), and the share of each with values.

    Where a circle has none its people are NaN. A raster is read once for all radii.

    Parameters
    ----------
    layer
        Raster of people, or tiles of one; None: all answers are NaN.
    lon
        Longitudes [degrees, WGS 84]; missing where there is no position.
    lat
        Latitudes [degrees, WGS 84]; missing where there is no position.
    radii_km
        Radii of the circles, ascending [km].
    progress
        Is told how far the work is; None: nobody asks.

    Raises
    ------
    geo.errors.InputError
        Two tiles hold values of the same ground.
    """
    found = [_circles(tile, lon, lat, radii_km, progress) for tile in _tiles(layer)]
    return _added(found, _tiles(layer), (len(radii_km), len(lon)))


def _circles(
    layer: RasterLayer, lon: Floats, lat: Floats, radii_km: Sequence[float], progress: Progress | None
) -> tuple[Floats, Floats]:
    people, share = np.full((len(radii_km), len(lon)), np.nan), np.zeros((len(radii_km), len(lon)))
    # Neighbours are measured together, so that a window is read for all of them at once.
    order = np.lexsort((lon, np.floor(lat)))
    for i in range(0, len(order), CHUNK):
        part = order[i : i + CHUNK]
        corners = [rings(lon[part], lat[part], km * 1000) for km in radii_km]
        x, y = layer.system.from_wgs84(*(np.concatenate(v) for v in zip(*corners, strict=True)))
        sizes = np.cumsum([len(part)] * (len(radii_km) - 1))
        rounds = zip(np.split(x, sizes), np.split(y, sizes), strict=True)
        tallies = _tallies(layer, [Shapes.of_rings(*ring, layer.grid) for ring in rounds], "sites", progress)
        for k, found in enumerate(tallies):
            people[k, part], share[k, part] = found.total, found.covered
    return people, share


def within(
    layer: People | None, areas: Sequence[shapely.Geometry], what: str = "", progress: Progress | None = None
) -> tuple[Floats, Floats]:
    """People within polygons given in degrees, and the share of each with values; errors as of :func:`circles`.

    Parameters
    ----------
    layer
        Raster of people, or tiles of one; None: all answers are NaN.
    areas
        Polygons [degrees, WGS 84].
    what
        What the areas are, for the progress; blank: nothing is told.
    progress
        Is told how far the work is; None: nobody asks.
    """
    return _added([_within(tile, areas, what, progress) for tile in _tiles(layer)], _tiles(layer), (len(areas),))


def _tiles(layer: People | None) -> tuple[RasterLayer, ...]:
    return (layer,) if isinstance(layer, RasterLayer) else tuple(layer or ())


def _added(
    found: Sequence[tuple[Floats, Floats]], tiles: Sequence[RasterLayer], shape: tuple[int, ...]
) -> tuple[Floats, Floats]:
    """What tiles hold together."""
    if len(found) == 1:
        return found[0]
    people, share = np.full(shape, np.nan), np.zeros(shape)
    for total, covered in found:
        people = np.where(np.isnan(people), total, people + np.nan_to_num(total))
        share += covered
    if (share > 1 + OVERLAP).any():
        at = np.unravel_index(np.argmax(share), shape)
        raise InputError(
            "Several rasters of people hold values of the same ground.", where="--population",
            expected=Note("tiles of one surface, of one year: what they hold is added"),
            got="; ".join(t.source.name for t, f in zip(tiles, found, strict=True) if f[1][at] > 0),
            remedy=Note("Give one year at a time, each in a run of its own."),
        )  # fmt: skip
    return people, np.minimum(share, 1.0)


def _within(
    layer: RasterLayer, areas: Sequence[shapely.Geometry], what: str = "", progress: Progress | None = None
) -> tuple[Floats, Floats]:
    polygons = np.array(list(areas), dtype=object)
    if not len(polygons):
        return np.zeros(0), np.zeros(0)
    if layer.system.plain:
        polygons = shapely.segmentize(polygons, EDGE_DEGREES)
        x, y = layer.system.from_wgs84(*shapely.get_coordinates(polygons).T)
        polygons = shapely.set_coordinates(polygons, np.column_stack((x, y)))
    (found,) = _tallies(layer, [Shapes.of_polygons(polygons, layer.grid)], what, progress)
    return found.total, found.covered


def around(lon: Floats, lat: Floats, radius_km: float) -> shapely.Geometry:
    """Everything within a distance of any of some places, as one area in degrees.

    Parameters
    ----------
    lon
        Longitudes [degrees, WGS 84]; missing where there is no position.
    lat
        Latitudes [degrees, WGS 84]; missing where there is no position.
    radius_km
        How far from a place the area reaches, geodesic [km].
    """
    x, y = rings(lon, lat, radius_km * 1000)
    return shapely.union_all(shapely.polygons(np.stack((x, y), axis=-1)))


def sampled(layer: RasterLayer, lon: Floats, lat: Floats, progress: Progress | None = None) -> Floats:
    """The value of the pixel in which each place lies; NaN where there is none.

    Parameters
    ----------
    layer
        A raster whose pixels are values of a place, such as travel time.
    lon
        Longitudes [degrees, WGS 84]; missing where there is no position.
    lat
        Latitudes [degrees, WGS 84]; missing where there is no position.
    progress
        Is told how far the work is; None: nobody asks.
    """
    out = np.full(len(lon), np.nan)
    if not len(lon):
        return out
    column, row = layer.grid.pixels(*layer.system.from_wgs84(lon, lat))
    if layer.grid.turn:
        column = column % layer.grid.turn
    with np.errstate(invalid="ignore"):
        column, row = np.floor(column), np.floor(row)
    for window, values, valid in layer.read(
        windows(np.column_stack((column, row, column + 1, row + 1)), layer.grid, layer.facts.block),
        _part(progress, "travel"),
    ):
        across, down = column - window.column, row - window.row
        with np.errstate(invalid="ignore"):
            mine = np.flatnonzero((across >= 0) & (across < window.width) & (down >= 0) & (down < window.height))
        at = down[mine].astype(np.int64), across[mine].astype(np.int64)
        out[mine] = np.where(valid[at], values[at], np.nan)
    return out


def _tallies(layer: RasterLayer, asked: Sequence[Shapes], what: str, progress: Progress | None) -> list[Tally]:
    found = [Tally(shapes) for shapes in asked]
    needed = windows(np.concatenate([shapes.box for shapes in asked]), layer.grid, layer.facts.block)
    for window, amount, valid in layer.read(needed, _part(progress, what)):
        for tally in found:
            tally.add(amount, valid, window.row, window.column)
    return found


def _part(progress: Progress | None, what: str) -> Callable[[int, int], None] | None:
    return None if progress is None else lambda done, total: progress(what, done, total)
