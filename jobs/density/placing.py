"""Incidents of a period laid on a grid, each by how precisely its place is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geo.rasters.surface import SurfaceGrid, areas, discs, points, smoothed, squares
from geo.records.admin_units import IncidentUnits, Units
from geo.records.incidents import Incidents, in_window

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

HOW = ("exact", "disc", "district", "region", "square", "left_out")
"""What became of an incident: its point, a disc, its ADM2, its ADM1, the middle of a square, or nothing."""
EFFECTS = {"lethal": (), "violent": (2, 3)}
"""Which incidents count beside those with a death, by positions in :data:`geo.records.incidents.EFFECTS`."""


@dataclass(frozen=True)
class Placed:
    """Incidents with a place: `row` in the prepared incidents, `how` a position in :data:`HOW`, `unit` of its level.

    `weight` is 1 or the deaths of each.
    """

    row: Ints
    how: Ints
    unit: Ints
    weight: Floats

    def counts(self) -> dict[str, int]:
        """How many were placed in which way."""
        return {name: int((self.how == i).sum()) for i, name in enumerate(HOW)}

    @property
    def total(self) -> float:
        """What the surface must hold."""
        return float(self.weight[self.how != HOW.index("left_out")].sum())


def placed(
    incidents: Incidents,
    units: dict[int, tuple[Units, IncidentUnits]],
    *,
    source: int,
    first: int,
    last: int,
    weight: str,
    effect: str,
) -> Placed:
    """The incidents of a source that touch the days from `first` to `last`, and how each is laid down.

    Parameters
    ----------
    incidents
        The incidents, ready to be asked.
    units
        By administrative level: the units, and the unit of each incident.
    source
        Number of the source in `incidents`.
    first
        First day [days since 1970-01-01].
    last
        Last day [days since 1970-01-01].
    weight
        `events` (1 each) or `deaths` (the best estimate).
    effect
        `lethal`, or `violent` for those without a death too.
    """
    counted = in_window(incidents, slice(None), last, first - 1) & (incidents.source == source)
    lethal = incidents.best >= 1
    counted &= lethal | np.isin(incidents.effect, EFFECTS[effect])
    if weight == "deaths":
        counted &= lethal
    row = np.flatnonzero(counted)
    precision = incidents.precision[row]
    known = np.isfinite(incidents.lon[row]) & np.isfinite(incidents.lat[row])
    how = np.full(len(row), HOW.index("left_out"), np.int64)
    unit = np.full(len(row), -1, np.int64)
    how[known & (precision == 1)] = HOW.index("exact")
    how[known & (precision == 2)] = HOW.index("disc")
    for level, at, name in ((2, 3, "district"), (1, 4, "region")):
        if level in units and units[level][0].boundaries is not None:
            code = units[level][1].code[row]
            mine = (precision == at) & (code >= 0)
            how[mine], unit[mine] = HOW.index(name), code[mine]
    shut = incidents.restricted[row]
    how[shut & np.isin(how, (HOW.index("exact"), HOW.index("disc")))] = HOW.index("square")
    amount = incidents.best[row] if weight == "deaths" else np.ones(len(row))
    return Placed(row, how, unit, amount)


def polygons_of(units: Units, codes: Ints) -> list[shapely.Geometry]:
    """The area of each unit, parts of one unit together.

    Parameters
    ----------
    units
        The units of one level.
    codes
        Numbers of the units wanted.
    """
    assert units.boundaries is not None
    geometry = units.boundaries.geometry
    return [shapely.union_all(geometry[units.of_row == code]) for code in codes]


def extent(
    incidents: Incidents, units: dict[int, tuple[Units, IncidentUnits]], found: list[Placed]
) -> tuple[Floats, Floats]:
    """Places that a grid for all of them must hold.

    Parameters
    ----------
    incidents
        The incidents, ready to be asked.
    units
        By administrative level: the units, and the unit of each incident.
    found
        How the incidents of each period are laid down.
    """
    lon, lat = [np.zeros(0)], [np.zeros(0)]
    for each in found:
        at = each.row[np.isin(each.how, (0, 1, 4))]
        lon.append(incidents.lon[at])
        lat.append(incidents.lat[at])
        for level, how in ((2, 2), (1, 3)):
            codes = np.unique(each.unit[each.how == how])
            if len(codes):
                box = shapely.bounds(np.array(polygons_of(units[level][0], codes), dtype=object))
                lon += [box[:, 0], box[:, 2], box[:, 0], box[:, 2]]
                lat += [box[:, 1], box[:, 3], box[:, 3], box[:, 1]]
    return np.concatenate(lon), np.concatenate(lat)


def surface(
    grid: SurfaceGrid, incidents: Incidents, units: dict[int, tuple[Units, IncidentUnits]], found: Placed,
    bandwidth_km: float, disc_km: float,
) -> Floats:  # fmt: skip
    """What was counted per 1,000 km² in each cell (rows, columns); its sum is that of the weights.

    Parameters
    ----------
    grid
        The grid: its cells, and where they lie.
    incidents
        The incidents, ready to be asked.
    units
        By administrative level: the units, and the unit of each incident.
    found
        How the incidents of the period are laid down.
    bandwidth_km
        Standard deviation of the Gaussian kernel [km].
    disc_km
        Over what an incident of precision 2 is spread: radius [km].
    """
    mass = np.zeros((grid.rows, grid.columns))
    for name in ("exact", "disc", "square"):
        mine = np.flatnonzero(found.how == HOW.index(name))
        lon, lat = incidents.lon[found.row[mine]], incidents.lat[found.row[mine]]
        if name == "square":
            lon, lat = squares(lon, lat)
        mass += (
            discs(grid, lon, lat, found.weight[mine], disc_km)
            if name == "disc"
            else points(grid, lon, lat, found.weight[mine])
        )
    for level, how in ((2, HOW.index("district")), (1, HOW.index("region"))):
        mine = np.flatnonzero(found.how == how)
        codes, which = np.unique(found.unit[mine], return_inverse=True)
        if len(codes):
            together = np.bincount(which, found.weight[mine], minlength=len(codes)).astype(np.float64)
            mass += areas(grid, polygons_of(units[level][0], codes), together)
    return smoothed(mass, grid.cell_m, bandwidth_km) / grid.cell_km2 * 1000
