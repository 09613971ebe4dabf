"""What the pages show of rasters."""

from __future__ import annotations

import numpy as np
import pytest

from jobs.exposure.picture import people_at_risk, people_picture
from layers.sources.rasters import read_population
from tests.rasters.making import geotiff


def test_a_picture_has_densities_and_lies_where_the_raster_lies(monkeypatch):
    from jobs.exposure import picture

    monkeypatch.setattr(picture, "SIDE", 40)
    pixels = np.zeros((400, 400), np.float32)
    pixels[100:110, 200:210] = 7
    pixels[:, :10] = -1
    data = geotiff(pixels, (0.01, 0, 20, 0, -0.01, 6), nodata=-1)
    made = people_picture(read_population(data, "pop.tif"), np.array([21.0, 23.0]), np.array([5.0, 3.0]))
    assert max(made.cells.shape) <= 40
    assert np.isnan(made.cells[:, 0]).all()
    row, column = np.unravel_index(np.nanargmax(made.cells), made.cells.shape)
    a, _, c, _, e, f = made.transform
    assert c + a * (column + 0.5) == pytest.approx(22.05, abs=a)
    assert f + e * (row + 0.5) == pytest.approx(4.95, abs=-e)
    assert np.nanmax(made.cells) == pytest.approx(7 / 1.226, rel=0.02)
    assert people_picture(read_population(data, "pop.tif"), np.array([90.0]), np.array([5.0])) is None
    assert people_picture(read_population(data, "pop.tif"), np.array([np.nan]), np.array([5.0])) is None


def test_people_at_risk_are_counted_once_and_parted_by_cover():
    layer = read_population(geotiff(np.ones((400, 400), np.float32), (0.01, 0, 20, 0, -0.01, 6)), "pop.tif")
    lon, lat = np.array([21.0, 21.05, 22.5, 23.0, np.nan]), np.array([5.0, 5.0, 4.0, 3.0, 4.0])
    risk, covered = np.array([True, True, True, False, True]), np.array([True, False, False, True, True])
    found = people_at_risk(layer, lon, lat, risk, covered, 20.0)
    alone = people_at_risk(layer, lon[:1], lat[:1], risk[:1], covered[:1], 20.0)
    assert found.covered == pytest.approx(alone.at_risk)
    assert 2 * alone.at_risk < found.at_risk < 3 * alone.at_risk
    assert found.without == pytest.approx(found.at_risk - found.covered)
    none = people_at_risk(layer, lon, lat, risk & False, covered, 20.0)
    assert np.isnan(none.at_risk)
    assert np.isnan(none.covered)
    assert people_at_risk(layer, lon, lat, risk, covered & False, 20.0).covered == 0
