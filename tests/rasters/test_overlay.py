"""What lies over the map lies where it belongs, and says what its colours mean."""

from __future__ import annotations

import io

import numpy as np
import pytest
from pyproj import CRS, Transformer

from i18n.translator import translator
from layers.maps.raster_overlay import CHANGE, breaks, changes, overlay, to_mercator

LAEA = CRS.from_dict({"proj": "laea", "lat_0": 6, "lon_0": 20, "datum": "WGS84"})
MERCATOR = Transformer.from_crs(4326, 3857, always_xy=True)


@pytest.mark.parametrize("smooth", [True, False])
@pytest.mark.parametrize("crs", ["EPSG:4326", LAEA.to_wkt(), "EPSG:32634"])
def test_known_points_are_off_by_less_than_a_pixel(crs, smooth):
    """Single bright cells of grids in degrees, equal-area and UTM: their middles are found where they were put."""
    values = np.zeros((300, 300))
    transform = (0.06, 0, 11.0, 0, -0.06, 15.0) if crs == "EPSG:4326" else (6000, 0, -900_000, 0, -6000, 900_000)
    if crs == "EPSG:32634":
        transform = (6000, 0, -400_000, 0, -6000, 1_700_000)
    marked = [(40, 30), (250, 260), (150, 150), (30, 270)]
    for row, column in marked:
        values[row, column] = 1.0
    warped, (south, west, north, east) = to_mercator(values, transform, crs, smooth=smooth)
    (x0, x1), (y0, y1) = MERCATOR.transform([west, east], [south, north])
    high, wide = warped.shape
    side = (x1 - x0) / wide
    assert side == pytest.approx((y1 - y0) / high), "pixels are square in Web Mercator"
    for row, column in marked:
        x, y = transform[2] + (column + 0.5) * transform[0], transform[5] + (row + 0.5) * transform[4]
        lon, lat = Transformer.from_crs(crs, 4326, always_xy=True).transform(x, y)
        want_x, want_y = MERCATOR.transform(lon, lat)
        c, r = (want_x - x0) / side, (y1 - want_y) / side
        near = np.nan_to_num(warped[int(r) - 12 : int(r) + 13, int(c) - 12 : int(c) + 13])
        rows, columns = np.indices(near.shape)
        found = (
            (columns * near).sum() / near.sum() + int(c) - 12 + 0.5,
            (rows * near).sum() / near.sum() + int(r) - 12 + 0.5,
        )
        assert abs(found[0] - c) < 1
        assert abs(found[1] - r) < 1


def test_no_data_and_nothing_are_clear_and_the_legend_has_units_and_all_steps():
    from PIL import Image

    values = np.full((50, 50), np.nan)
    values[10:40, 10:40] = 0.0
    values[20:30, 20:30] = 50.0
    made = overlay(
        values, (0.1, 0, 20, 0, -0.1, 8), "EPSG:4326", unit="events per 1,000 km²", title="A <b>", opacity=0.5
    )
    pixels = np.asarray(Image.open(io.BytesIO(made.image)))
    shown = pixels[..., 3] > 0
    assert set(np.unique(pixels[..., 3])) == {0, 128}
    assert 0.02 < shown.mean() < 0.06
    for language, word in (("en", "nobody looked"), ("fr", "personne")):
        said = made.legend(translator(language))
        assert said.count("background:#") == 6
        assert "events per 1,000 km²" in said
        assert "A &lt;b&gt;" in said
        assert word in said
    assert made.for_map()["u"].startswith("data:image/png;base64,")


def test_steps_are_round_ascending_and_a_change_has_zero_in_the_middle():
    rng = np.random.default_rng(1)
    for values in (rng.lognormal(0, 3, 1000), np.ones(10), np.array([np.nan, 5.0]), np.zeros(3)):
        found = breaks(values)
        assert len(found) == 5
        assert (np.diff(found) > 0).all()
    found = changes(rng.normal(0, 4, 1000))
    assert len(found) == len(CHANGE) - 1
    assert found[2] == 0
    assert found == [-v for v in found[::-1]]
