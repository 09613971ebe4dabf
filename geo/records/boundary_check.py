"""Whether a polygon layer can stand for districts: a country outline or mining titles must not decide an area rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from geo.once import once
from geo.records.admin_units import Units
from geo.spatial.equal_area import areas_m2, to_equal_area
from geo.spatial.polygons import Boundaries, locate, locate_all

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Geometries = npt.NDArray[np.object_]

WHOLE_COUNTRY = 0.9
"""A unit with more than this share of its country's area is the country, not a part of it."""
CORNERS = 16
"""So many corners of a unit, or a few more, are sought in its country before it is measured how far it is away."""
ISLAND_DEGREES = 2.0
"""How far an island that a coarse outline leaves out may lie from its country."""


class Agreement(NamedTuple):
    """How the labels of incidents agree with a set of boundaries, in numbers of incidents.

    `labelled` lie in its polygons and carry a label, `disagreements` of them another's; `named` carry a label at all in
    its countries, `matched` of them one that names a unit.
    """

    labelled: int
    disagreements: int
    named: int
    matched: int

    @classmethod
    def of(cls, report: Mapping[str, object]) -> Agreement:
        """The counts of :attr:`geo.records.admin_units.IncidentUnits.report`.

        Parameters
        ----------
        report
            Counts by name, as :attr:`geo.records.admin_units.IncidentUnits.report` has them.
        """
        return cls(*(int(str(report.get(name, 0))) for name in cls._fields))


def fault(units: Units, agreed: Agreement, outlines: Boundaries | None) -> str:
    """Why the set cannot stand for administrative units of its level; ``""`` where nothing speaks against it.

    Parameters
    ----------
    agreed
        Counts over all incidents of the run.
    units
        The units of the set.
    outlines
        Outlines of countries; None: none were loaded.

    Returns
    -------
    str
        ``homonyms`` (units of one name that no parent tells apart), ``spans_a_country``, ``outside_its_country``,
        ``labels_unknown`` (no label of any incident names a unit of the set) or ``labels_disagree`` (fewer than half of
        the incidents placed in its polygons carry the name of theirs).
    """
    if units.boundaries is None:
        return ""
    if units.homonyms():
        return "homonyms"
    if outlines is not None and (reason := _against_outlines(units.boundaries, outlines)):
        return reason
    if agreed.named and not agreed.matched:
        return "labels_unknown"
    return "labels_disagree" if agreed.disagreements * 2 > agreed.labelled else ""


def _against_outlines(boundaries: Boundaries, outlines: Boundaries) -> str:
    """Whether a unit is as large as its country, or lies outside the country that it states."""
    key = f"outlines {outlines.name} {outlines.dataset_version}"
    return str(once(boundaries._kept, key, lambda: _compare(boundaries, outlines)))


def _compare(boundaries: Boundaries, outlines: Boundaries) -> str:
    inner = shapely.point_on_surface(boundaries.geometry)
    at = locate(shapely.get_x(inner), shapely.get_y(inner), outlines)
    codes = outlines.frame["country"].to_numpy(dtype=object)
    found = np.where(at >= 0, codes[at], "")
    stated = boundaries.frame["country"].to_numpy(dtype=object)
    stray = np.flatnonzero((stated != "") & (found != stated))
    # A coarse outline may miss a border district by a few kilometres, and a small island altogether: outside is what no
    # part of it touches, and what lies in no country only where it is far away.
    rows = {str(c): i for i, c in enumerate(codes)}
    own = np.array([rows.get(str(country), -1) for country in stated[stray]], np.int64)
    for i in np.flatnonzero((own >= 0) & ~_have_corners_in(boundaries.geometry[stray], own, outlines)):
        away = shapely.distance(boundaries.geometry[stray[i]], outlines.geometry[own[i]])
        if away > (0.0 if found[stray[i]] else ISLAND_DEGREES):
            return "outside_its_country"
    # A box that is much smaller than a country holds no unit of its size: few are measured.
    held = np.flatnonzero(at >= 0)
    whole = _areas(outlines, np.unique(at[held]))[at[held]]
    large = ~(areas_m2(to_equal_area(_boxes(boundaries.geometry[held]))) <= WHOLE_COUNTRY / 2 * whole)
    unit = areas_m2(to_equal_area(boundaries.geometry[held[large]]))
    return "spans_a_country" if (unit / whole[large] > WHOLE_COUNTRY).any() else ""


def _have_corners_in(geometry: Geometries, own: Ints, outlines: Boundaries) -> Bools:
    """Which units have one of some corners in their own outline; one that has none may still touch it."""
    xy, unit = shapely.get_coordinates(geometry, return_index=True)
    each = np.arange(len(unit)) % (np.bincount(unit, minlength=len(geometry)) // CORNERS + 1)[unit] == 0
    xy, unit = xy[each], unit[each]
    corner, row = locate_all(xy[:, 0], xy[:, 1], outlines)
    have = np.zeros(len(geometry), np.bool_)
    have[unit[corner[row == own[unit[corner]]]]] = True
    return have


def _boxes(geometry: Geometries) -> Geometries:
    return np.asarray(shapely.box(*shapely.bounds(geometry).T), dtype=object)


def _areas(outlines: Boundaries, rows: Ints) -> Floats:
    """Area of each outline [m2], measured for these rows, else perhaps NaN; kept with the outlines."""
    areas: Floats = outlines._kept.setdefault("areas", np.full(len(outlines), np.nan))
    missing = rows[np.isnan(areas[rows])]
    areas[missing] = areas_m2(to_equal_area(outlines.geometry[missing]))
    return areas
