"""Whether a polygon layer can stand for districts: a country outline or mining titles must not decide an area rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import shapely

from geo.records.admin_units import Units
from geo.spatial.equal_area import areas_m2, to_equal_area
from geo.spatial.polygons import Boundaries, locate

WHOLE_COUNTRY = 0.9
"""A unit with more than this share of its country's area is the country, not a part of it."""
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
    if key not in boundaries._kept:
        boundaries._kept[key] = _compare(boundaries, outlines)
    return str(boundaries._kept[key])


def _compare(boundaries: Boundaries, outlines: Boundaries) -> str:
    inner = shapely.point_on_surface(boundaries.geometry)
    at = locate(shapely.get_x(inner), shapely.get_y(inner), outlines)
    codes = outlines.frame["country"].to_numpy(dtype=object)
    found = np.where(at >= 0, codes[at], "")
    stated = boundaries.frame["country"].to_numpy(dtype=object)
    stray = (stated != "") & (found != stated)
    if stray.any():
        # A coarse outline may miss a border district by a few kilometres, and a small island altogether: outside is
        # what no part of it touches, and what lies in no country only where it is far away.
        rows = {str(c): i for i, c in enumerate(codes)}
        for i in np.flatnonzero(stray):
            own = rows.get(str(stated[i]))
            away = 0.0 if own is None else shapely.distance(boundaries.geometry[i], outlines.geometry[own])
            if away > (0.0 if found[i] else ISLAND_DEGREES):
                return "outside_its_country"
    whole = areas_m2(to_equal_area(outlines.geometry))
    unit = areas_m2(to_equal_area(boundaries.geometry))
    share = np.where(at >= 0, unit / whole[np.maximum(at, 0)], 0.0)
    return "spans_a_country" if (share > WHOLE_COUNTRY).any() else ""
