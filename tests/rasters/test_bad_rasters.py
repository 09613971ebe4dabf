"""What is odd of a raster is handled, or refused with a reason that names it."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geo.errors import FormatError, InputError, LimitExceededError
from jobs.rasters.measure import circles, sampled, site_measures, within
from layers.formats.limits import UPLOAD
from layers.sources.rasters import COUNTS, DENSITY, read_population, read_travel_time
from tests.hostile import corpus
from tests.rasters.making import geotiff

ONES = np.ones((20, 20), np.float32)
AREA = [shapely.box(20.3, 4.3, 21.3, 5.3)]


def people(data: bytes, name: str = "pop.tif", **options) -> tuple[float, float]:
    total, share = within(read_population(data, name, **options), AREA)
    return float(total[0]), float(share[0])


@pytest.mark.parametrize(
    ("data", "name", "options", "said"),
    [
        (geotiff(ONES, crs=None), "pop.tif", {}, "names no coordinate system"),
        (geotiff(ONES, (1, 0, 0, 0, 1, 0), crs="EPSG:4326", descriptions="ppp"), "a.tif", {}, None),
        (geotiff(ONES), "surface.tif", {}, "counts the people in each pixel or gives a density"),
        (geotiff(np.stack([ONES] * 3)), "pop.tif", {}, "has several bands"),
        (geotiff(ONES), "pop.tif", {"band": 2}, "no such band"),
        (geotiff(ONES, (1000, 0, 400_000, 0, -1000, 500_000)), "pop.tif", {}, "lie off the globe"),
        (geotiff(np.ones((4, 4), np.complex64)), "pop.tif", {}, "no plain numbers"),
        (b"<VRTDataset rasterXSize='1' rasterYSize='1'/>", "pop.tif", {}, "VRT"),
        (b"id,lat\n1,2\n", "pop.tif", {}, "not what its name says"),
    ],
)  # fmt: skip
def test_named(data, name, options, said):
    if said is None:
        assert read_population(data, name, **options).values == COUNTS
        return
    with pytest.raises(InputError, match=said) as caught:
        read_population(data, name, **options)
    assert caught.value.where.startswith(name)


def test_giants_are_refused_before_a_pixel_is_read(children):
    sparse = corpus.geotiff(200_000, 200_000, sparse_ok=True, tiled=True)
    with pytest.raises(LimitExceededError, match="ratio"):
        read_population(sparse, "pop.tif")
    with pytest.raises(LimitExceededError, match="raster_bytes"):
        read_population(geotiff(np.random.default_rng(1).uniform(0, 1, (2000, 1600))), "pop.tif", gateway=UPLOAD)


def test_nodata_nan_infinity_and_less_than_nobody_hold_no_value():
    pixels = ONES.copy()
    pixels[10, 8], pixels[10, 9], pixels[10, 10], pixels[11, 8] = -99999, np.nan, np.inf, -3
    layer = read_population(geotiff(pixels, nodata=-99999), "pop.tif")
    total, share = within(layer, AREA)
    assert (total[0], share[0]) == pytest.approx((96, 0.96))
    assert layer.record()["notes"] == ["1 pixel below zero was taken as without a value."]
    assert people(geotiff(np.full((20, 20), 255, np.uint8), nodata=255)) == (pytest.approx(np.nan, nan_ok=True), 0)
    zero = people(geotiff(np.zeros((20, 20), np.uint8), nodata=255))
    assert zero == (0, 1)


def test_no_nodata_is_said():
    assert "every pixel counts" in read_population(geotiff(ONES), "pop.tif").notes[0]


def test_scale_offset_and_a_chosen_band():
    assert people(geotiff(np.full((20, 20), 4, np.int16), scale=0.5, offset=1.0, nodata=-1))[0] == pytest.approx(300)
    two = np.stack([ONES, ONES * 7])
    assert people(geotiff(two), band=2)[0] == pytest.approx(700)


def test_south_up_and_rotated_are_taken_where_they_lie():
    pixels = np.arange(400, dtype=np.float32).reshape(20, 20)
    want = people(geotiff(pixels))
    assert people(geotiff(pixels[::-1], (0.1, 0, 20, 0, 0.1, 4))) == pytest.approx(want)
    assert people(geotiff(pixels[:, ::-1], (-0.1, 0, 22, 0, -0.1, 6))) == pytest.approx(want)
    turned = geotiff(pixels.T.copy(), (0, 0.1, 20, -0.1, 0, 6))
    assert people(turned) == pytest.approx(want)
    assert "rotated" in " ".join(read_population(turned, "pop.tif").notes)


def test_density_is_multiplied_by_the_ground_in_any_system():
    """A density of one gives the area of the circle, in degrees, Mercator (where ground is half of what it seems)."""
    lon, lat, km2 = np.array([20.5]), np.array([45.5]), np.pi * 20**2
    degrees = geotiff(np.ones((200, 200), np.float32), (0.01, 0, 19.5, 0, -0.01, 46.5))
    mercator = geotiff(np.ones((200, 200), np.float32), (1000, 0, 2_180_000, 0, -1000, 5_800_000), crs="EPSG:3857")
    utm = geotiff(np.ones((200, 200), np.float32), (1000, 0, 400_000, 0, -1000, 5_140_000), crs="EPSG:32634")
    nad = geotiff(np.ones((200, 200), np.float32), (0.01, 0, 19.5, 0, -0.01, 46.5), crs="EPSG:4269")
    for data in (degrees, mercator, utm, nad):
        found, share = circles(read_population(data, "a.tif", values=DENSITY), lon, lat, [20.0])
        assert found[0, 0] == pytest.approx(km2, rel=2e-3)
        assert share[0, 0] == pytest.approx(1, abs=1e-6)


def test_files_beside_a_raster_are_not_looked_at(tmp_path, children):
    path = tmp_path / "pop.tif"
    path.write_bytes(geotiff(ONES))
    (tmp_path / "pop.tif.aux.xml").write_text(
        "<PAMDataset><PAMRasterBand band='1'><NoDataValue>1</NoDataValue></PAMRasterBand></PAMDataset>"
    )
    assert within(read_population(path), AREA)[0][0] == pytest.approx(100)


def test_travel_time_is_that_of_the_pixel_and_blank_elsewhere():
    pixels = np.arange(400, dtype=np.int32).reshape(20, 20)
    pixels[0, 1] = -9
    layer = read_travel_time(geotiff(pixels, nodata=-9), "acc.tif")
    lon, lat = np.array([20.05, 20.15, 21.95, 380.05, 30, np.nan]), np.array([5.95, 5.95, 4.05, 5.95, 5, np.nan])
    found = sampled(layer, lon[:5], lat[:5])
    assert found[[0, 2, 3]].tolist() == [0, 399, 0]
    assert np.isnan(found[[1, 4]]).all()
    table = site_measures(None, layer, lon, lat)
    assert table["travel_time_min"].notna().sum() == 3
    assert table["population_5km"].isna().all()
    assert table["raster_coverage"].isna().all()


def test_many_windows_and_children_give_what_one_does(monkeypatch):
    from geo.rasters import windows as planned
    from layers.sources import rasters

    rng = np.random.default_rng(5)
    data = geotiff(rng.uniform(0, 50, (300, 300)).astype(np.float32), (0.01, 0, 20, 0, -0.01, 6))
    lon, lat = rng.uniform(19.9, 23.1, 300), rng.uniform(2.9, 6.1, 300)
    whole = circles(read_population(data, "pop.tif"), lon, lat, [20.0])
    monkeypatch.setattr(planned.windows, "__defaults__", (3_000,))
    monkeypatch.setattr(rasters, "BATCH", 30_000)
    parts = circles(read_population(data, "pop.tif"), lon, lat, [20.0])
    np.testing.assert_allclose(parts[0], whole[0], rtol=1e-9)
    np.testing.assert_allclose(parts[1], whole[1], rtol=1e-9)
    assert np.isfinite(whole[0]).sum() > 280


def test_damaged_rasters_are_said_to_be_that(children):
    for data in (b"", b"II*\x00", b"II*\x00" + bytes(5000), geotiff(ONES)[:60], geotiff(ONES)[:-500]):
        with pytest.raises(FormatError, match=r"damaged|empty"):
            people(data)
