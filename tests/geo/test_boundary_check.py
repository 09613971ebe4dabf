"""Units against outlines of countries: the shortcuts say what measuring everything says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from geo.records.boundary_check import ISLAND_DEGREES, WHOLE_COUNTRY, _against_outlines
from geo.spatial.equal_area import areas_m2, to_equal_area
from geo.spatial.polygons import Boundaries, locate


def boundaries(shapes, countries, level):
    frame = pd.DataFrame(
        {"unit": [f"u{i}" for i in range(len(shapes))], "code": "", "parent": "", "country": countries}
    )
    geometry = np.empty(len(shapes), dtype=object)
    geometry[:] = shapes
    return Boundaries(frame.astype("str").assign(level=level), geometry, name=f"{level}.geojson")


def measured(units, outlines):
    """The same with every distance and every area measured."""
    inner = shapely.point_on_surface(units.geometry)
    at = locate(shapely.get_x(inner), shapely.get_y(inner), outlines)
    own = dict(zip(outlines.frame["country"], outlines.geometry, strict=True))
    for shape, stated, row in zip(units.geometry, units.frame["country"], at, strict=True):
        found = "" if row < 0 else outlines.frame["country"].iloc[row]
        away = shapely.distance(shape, own[stated]) if stated in own and stated != found else 0.0
        if away > (0.0 if found else ISLAND_DEGREES):
            return "outside_its_country"
    whole = areas_m2(to_equal_area(outlines.geometry))
    share = areas_m2(to_equal_area(units.geometry)) / whole[np.maximum(at, 0)]
    return "spans_a_country" if ((at >= 0) & (share > WHOLE_COUNTRY)).any() else ""


def shape(rng, size):
    x, y = rng.uniform(-3, 3, 2)
    wide, high = rng.uniform(0.05, 1, 2) * size
    return shapely.box(x, y, x + wide, y + high) if rng.random() < 0.5 else shapely.Point(x, y).buffer(wide)


@pytest.mark.parametrize("compiled", ["0", "always"])
def test_shortcuts_say_what_is_measured(monkeypatch, compiled):
    monkeypatch.setenv("CAHRA_COMPILED", compiled)
    rng, said = np.random.default_rng(3), set()
    for _ in range(200):
        outlines = boundaries([shape(rng, 6) for _ in range(2)], ["A", "B"], 0)
        stated = rng.choice(["A", "B", "C", ""], rng.integers(1, 6)) if rng.random() < 0.5 else [""]
        units = boundaries([shape(rng, rng.choice([1, 5])) for _ in stated], stated, 1)
        if rng.random() < 0.3:
            units.geometry[0] = outlines.geometry[0].buffer(-rng.uniform(0, 0.1))
        said.add(measured(units, outlines))
        assert _against_outlines(units, outlines) == measured(units, outlines)
    assert said == {"", "outside_its_country", "spans_a_country"}
    assert "areas" in outlines._kept


def test_a_unit_that_touches_its_country_with_no_corner_is_not_outside():
    country = shapely.box(0, 0, 10, 10)
    outlines = boundaries([country, shapely.box(10, 0, 20, 10)], ["A", "B"], 0)
    spike = shapely.Polygon([(9.9, 5), (14, 4), (14, 6)]).difference(shapely.box(9.8, 4, 9.95, 6))
    across = shapely.Polygon([(11, -1), (11, 11), (-1, 14), (11, 12), (12, 12), (12, -1)])
    for unit in (spike, across):
        units = boundaries([unit], ["A"], 1)
        assert _against_outlines(units, outlines) == measured(units, outlines)
