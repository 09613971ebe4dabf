"""What a row's place is contradicted by, as shapes for a map: the stated unit or country, and the route's own start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely

from geo.records.place_names import fold
from jobs.inputs import Loaded
from jobs.run_options import options_of

Row = Mapping[Any, Any]
Shape = tuple[str, Any]


def contradictions(row: Row, stated: Row, line: Any, data: Loaded) -> list[Shape]:
    """The shapes that a flagged row is held against, each with its name; none where nothing that is loaded has one.

    Parameters
    ----------
    row
        The row of the screening, with its place.
    stated
        The same row as the list states it (:data:`geo.screening.schema.SUPPLIERS`).
    line
        The route that the row states, None for none.
    data
        What was read of the inputs.
    """
    if row["flag_false_origin"] is not True and str(row["flag_false_origin"]) != "True":
        return []
    out: list[Shape] = []
    point = shapely.Point(float(row["lon"]), float(row["lat"]))
    unit = _unit(stated, data)
    outlines = options_of(data)["outlines"]
    if unit is not None:
        out.append(unit)
    elif outlines is not None and stated["country"]:
        mine = np.flatnonzero((outlines.frame["country"] == stated["country"]).to_numpy())
        if len(mine):
            out.append((str(stated["country"]), shapely.union_all(outlines.geometry[mine])))
    out = [(name, shape) for name, shape in out if not shape.covers(point)]
    ends = [(name, shapely.shortest_line(point, shape)) for name, shape in out]
    if line is not None:
        ends.append(("", shapely.LineString([point, shapely.Point(line.coords[0][:2])])))
    return [*out, *((name, end) for name, end in ends if end.length > 0)]


def _unit(stated: Row, data: Loaded) -> Shape | None:
    """The polygon of the stated district, else region."""
    for level in (2, 1):
        name = fold(str(stated[f"admin{level}"]))
        for b in data.boundaries:
            if not name or b.level != level:
                continue
            same = (b.frame["unit"].map(fold) == name).to_numpy() & b.frame["country"].isin(
                ["", str(stated["country"])]
            ).to_numpy()
            if same.any():
                return str(stated[f"admin{level}"]), b.geometry[int(np.flatnonzero(same)[0])]
    return None
