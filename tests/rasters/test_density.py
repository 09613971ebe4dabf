"""`cahra density`: nothing lost, nothing invented, the same bytes, georeferenced where it belongs."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer
from rasterio.io import MemoryFile

from cli import main
from geo.errors import InputError
from geo.rasters.surface import REACH, SurfaceGrid, areas, discs, points, smoothed, squares
from geo.spatial.geodesic import geodesic_m
from jobs.density.job import load, run
from jobs.density.model import Options
from jobs.inputs import Inputs, Source
from jobs.verification import DifferenceError, derived, verify_files
from tests.examples import examples
from tests.rasters.test_exposure import NOW, ged

YEAR = (dt.date(2020, 1, 1), dt.date(2020, 12, 31))
PLACES = st.lists(st.tuples(st.floats(-17, 50), st.floats(-34, 37), st.floats(0, 500)), min_size=1, max_size=12)


@settings(max_examples=examples(15), deadline=None)
@given(PLACES, st.sampled_from([(20.0, 20.0), (60.0, 30.0), (25.0, 25.0)]))
def test_mass_is_conserved(found, sizes):
    lon, lat, weight = np.array(found).T
    bandwidth, cell = sizes
    box = shapely.box(20.0, 4.0, 20.0 + sizes[0] / 20, 5.5)
    grid = SurfaceGrid.around(np.r_[lon, 20, 23], np.r_[lat, 4, 5.5], cell, REACH * bandwidth + 25 + 3 * cell)
    mass = points(grid, lon, lat, weight) + discs(grid, lon, lat, weight, 25.0) + areas(grid, [box], np.array([7.0]))
    want = 2 * weight.sum() + 7
    assert mass.sum() == pytest.approx(want, rel=1e-12)
    assert smoothed(mass, grid.cell_m, bandwidth).sum() == pytest.approx(want, rel=1e-9)
    assert (mass >= 0).all()


def test_the_middle_stays_and_the_width_is_that_of_the_kernel():
    grid = SurfaceGrid.around(np.array([20.3]), np.array([5.2]), 5.0, 200)
    one, lon, lat = np.array([1.0]), np.array([20.3]), np.array([5.2])
    x, y = grid.project(lon, lat)
    at_x, at_y = grid.left + (np.arange(grid.columns) + 0.5) * 5000, grid.top - (np.arange(grid.rows) + 0.5) * 5000
    for mass, spread in (
        (points(grid, lon, lat, one), 0),
        (discs(grid, lon, lat, one, 25.0), 25_000 / 2),
        (smoothed(points(grid, lon, lat, one), 5000, 25.0), 25_000),
    ):
        assert (mass.sum(0) * at_x).sum() == pytest.approx(x[0], abs=300)
        assert (mass.sum(1) * at_y).sum() == pytest.approx(y[0], abs=300)
        width = np.sqrt((mass.sum(0) * (at_x - x[0]) ** 2).sum())
        assert width == pytest.approx(spread, abs=2600 if spread == 0 else 0.05 * spread)


def test_squares_hide_places():
    lon, lat = squares(np.array([20.1, 20.4, -0.1]), np.array([5.1, 5.3, -0.2]))
    assert lon.tolist() == [20.25, 20.25, -0.25]
    assert lat.tolist() == [5.25, 5.25, -0.25]


def test_too_wide_and_too_fine_are_refused():
    with pytest.raises(InputError, match="span too much"):
        SurfaceGrid.around(np.array([-100.0, 100.0]), np.array([0.0, 0.0]), 5, 100)
    with pytest.raises(InputError, match="too many cells"):
        SurfaceGrid.around(np.array([-40.0, 40.0]), np.array([-30.0, 30.0]), 0.5, 100)
    with pytest.raises(InputError, match="do not fit"):
        Options(5, 10).check()


def given_inputs(incidents: bytes, coverage: bytes | None = None) -> Inputs:
    return Inputs(
        incidents=[Source("ged.csv", incidents)], coverage=[Source("coverage.csv", coverage)] if coverage else ()
    )


COVERED = b"dataset,country_iso3,from,to\nged.csv,CAF,2019-01-01,2020-12-31\n"


def test_files_tags_and_what_was_not_looked_at():
    result = run(load(given_inputs(ged(9), COVERED)), YEAR, (dt.date(2018, 1, 1), dt.date(2018, 12, 31)), now=NOW)
    files = result.files()
    assert (
        files
        == run(load(given_inputs(ged(9), COVERED)), YEAR, (dt.date(2018, 1, 1), dt.date(2018, 12, 31)), now=NOW).files()
    )
    assert verify_files(files, "x").differences == ()
    with MemoryFile(files["density_ucdp_2020-01-01_2020-12-31.tif"]) as memory, memory.open() as raster:
        assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert np.isnan(raster.nodata)
        assert raster.units == ("events per 1,000 km2",)
        tags = raster.tags()
        assert tags["bandwidth_km"] == "25"
        assert tags["total"] == "8"
        assert "exact 8" in tags["precision"]
        values, transform, crs = raster.read(1), raster.transform, raster.crs
    assert np.nansum(values) * 25 / 1000 == pytest.approx(8, rel=1e-6)
    # The peak lies at the incidents.
    row, column = np.unravel_index(np.nanargmax(values), values.shape)
    x, y = transform.c + (column + 0.5) * transform.a, transform.f + (row + 0.5) * transform.e
    lon, lat = Transformer.from_crs(crs, 4326, always_xy=True).transform(x, y)
    assert geodesic_m(lon, lat, 21, 5.15).item() < 20_000
    # Covered ground without incidents is 0; what nobody looked at is no data; the year before was not covered at all.
    assert (values == 0).any()
    assert np.isnan(values).any()
    with MemoryFile(files["density_ucdp_2018-01-01_2018-12-31.tif"]) as memory, memory.open() as raster:
        assert np.isnan(raster.read(1)).all()
    assert result.summary("fr")


def test_a_surface_that_was_changed_is_found():
    files = run(load(given_inputs(ged(9), COVERED)), YEAR, now=NOW).files()
    name = "density_ucdp_2020-01-01_2020-12-31.tif"
    with MemoryFile(files[name]) as memory, memory.open() as raster:
        profile, values = raster.profile, raster.read(1)
    with MemoryFile() as memory:
        with memory.open(
            **{**profile, "driver": "GTiff", "tiled": False, "blockxsize": None, "blockysize": None}
        ) as raster:
            raster.write(values * 1.01, 1)
        bad = memory.read()
    import json

    with pytest.raises(DifferenceError, match="its cells hold"):
        derived("density", {**files, name: bad}, json.loads(files["run.json"]))


def test_districts_take_what_is_known_by_their_name_and_a_withheld_place_is_not_found_again():
    area = b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"shapeName":"Boda","shapeGroup":"CAF","shapeType":"ADM2"},"geometry":{"type":"Polygon","coordinates":[[[17,4],[18,4],[18,5],[17,5],[17,4]]]}}]}'
    head = b"id,date_start,date_end,latitude,longitude,where_prec,best,low,high,type_of_violence,country,country_id,adm_1,adm_2,date_prec,code_status,side_a,side_b\n"
    row = b"1,2020-01-01,2020-01-01,4.4,17.4,3,5,5,5,1,Central African Republic,482,Lobaye,Boda,1,Clear,X,Y\n"
    data = Inputs(incidents=[Source("ged.csv", head + row)], boundaries=[Source("a.geojson", area)], country="CAF")
    result = run(load(data), YEAR, options=Options(weight="deaths"), now=NOW)
    assert result.surfaces[0].placed.counts()["district"] == 1
    assert np.nansum(result.surfaces[0].cells) * 25 / 1000 == pytest.approx(5)
    acled = b"event_id_cnty,event_date,year,time_precision,event_type,sub_event_type,actor1,inter1,country,iso,admin1,latitude,longitude,geo_precision,fatalities,source\nCAF1,01 January 2020,2020,1,Battles,Armed clash,A,2,Central African Republic,140,X,4.61,21.07,1,3,S\n"
    first, second = (run(load(given_inputs(acled.replace(b"4.61", at))), YEAR, now=NOW) for at in (b"4.61", b"4.93"))
    assert first.surfaces[0].placed.counts()["square"] == 1
    assert (first.surfaces[0].placed.total, second.surfaces[0].placed.total) == (1, 1)
    peaks = []
    for one in (first, second):
        lon, lat = one.grid.places()
        at = np.nanargmax(one.surfaces[0].cells)
        peaks.append((round(lon.ravel()[at], 1), round(lat.ravel()[at], 1)))
    assert peaks[0] == peaks[1]


def test_the_command(tmp_path, capsys):
    (tmp_path / "ged.csv").write_bytes(ged(9))
    (tmp_path / "c.csv").write_bytes(COVERED)
    common = ["--incidents", str(tmp_path / "ged.csv"), "--incident-coverage", str(tmp_path / "c.csv")]
    out = str(tmp_path / "out")
    assert (
        main(["density", *common, "--from", "2020-01-01", "--to", "2020-12-31", "--out", out, "--language", "fr"]) == 0
    )
    assert "1 000 km²" in capsys.readouterr().out.replace("\u202f", " ").replace("\xa0", " ")
    assert main(["verify", out, *common]) == 0
    assert "same bytes" in capsys.readouterr().out
    assert main(["density", *common, "--out", out]) == 2


def test_how_a_surface_was_made_is_not_said_again_to_verify(tmp_path, capsys):
    (tmp_path / "ged.csv").write_bytes(ged(9))
    common, out = ["--incidents", str(tmp_path / "ged.csv")], str(tmp_path / "out")
    made = ["--bandwidth-km", "40", "--cell-km", "8", "--weight", "deaths", "--effect", "violent"]
    days = ["--from", "2020-01-01", "--to", "2020-12-31"]
    assert main(["density", *common, *made, *days, "--out", out]) == 0
    assert main(["verify", out, *common]) == 0
    assert "same bytes" in capsys.readouterr().out
    assert main(["verify", out, *common, "--cell-km", "10"]) == 1
    assert "settings.cell_km is 8.0, a new run gives 10.0" in capsys.readouterr().out
