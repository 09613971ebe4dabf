"""Polygons prepared for many questions, by several threads at once.

GEOS builds the index of a prepared polygon when it is asked for the second time, without a lock: two threads that do so
at one time spoil the memory of the process. Here each is asked often enough before anybody else may.
"""

from __future__ import annotations

from threading import Lock

import numpy as np
import numpy.typing as npt
import shapely

Geometries = npt.NDArray[np.object_]

_BUILDING = Lock()
QUESTIONS = 2
"""As many are asked of a polygon until its index is there."""


def prepare(polygons: Geometries) -> None:
    """Prepares polygons and has their indexes built; such as are prepared stay as they are.

    Parameters
    ----------
    polygons
        Polygons that nothing else prepares, shape (n,); None has no index.
    """
    with _BUILDING:
        some = polygons[~shapely.is_prepared(polygons)]
        if len(some):
            box = shapely.bounds(some)
            shapely.prepare(some)
            # The middle of its box: what lies outside the box is answered without the index.
            for _ in range(QUESTIONS):
                shapely.intersects_xy(some, (box[:, 0] + box[:, 2]) / 2, (box[:, 1] + box[:, 3]) / 2)
