"""`cahra exposure`: tables, verification, the command, and what is withheld."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cli import main
from geo.errors import InputError
from jobs.exposure.job import ExposureInputs, load, run
from jobs.inputs import Inputs, Source
from jobs.rasters.given import RasterInputs
from jobs.verification import verify_files
from layers.reference.files import ZONE_REGISTER
from tests.rasters.making import geotiff, saved

SITES = b"site_id,name,lat,lon,minerals,country\n1,A,5,21,gold,CAF\n2,B,5.05,21,diamond,CAF\n3,C,40,21,gold,CAF\n4,D,,,gold,CAF\n"
DAY = dt.date(2020, 6, 30)
NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def ged(n: int = 3, lat: float = 5.0) -> bytes:
    head = "id,date_start,date_end,latitude,longitude,where_prec,best,low,high,type_of_violence,country,country_id,adm_1,adm_2,date_prec,code_status,side_a,side_b\n"
    return (head + "".join(
        f"{i},2020-01-0{1 + i % 9},2020-01-0{1 + i % 9},{lat + 0.3 * (i % 2)},21,{1 if i else 3},{i},{i},{i},1,Central African Republic,482,,,1,Clear,X,Y\n"
        for i in range(n))).encode()  # fmt: skip


def inputs(
    population: bytes | None = None, travel: bytes | None = None, incidents: bytes | None = None
) -> ExposureInputs:
    data = Inputs(sites=[Source("sites.csv", SITES)], incidents=[Source("ged.csv", incidents)] if incidents else ())
    people = [Source("pop_ppp.tif", population)] if population else []
    return ExposureInputs(data, RasterInputs(people, Source("acc.tif", travel) if travel else None))


RASTER = geotiff(np.full((200, 200), 10, np.float32), (0.01, 0, 20, 0, -0.01, 6), nodata=-1)


def test_people_around_sites_by_class_and_near_incidents():
    result = run(
        load(inputs(RASTER, geotiff(np.full((2, 2), 90, np.int16), (1, 0, 20, 0, -1, 6), nodata=-1), ged())),
        DAY,
        now=NOW,
    )
    sites = result.sites.set_index("site_id")
    pixels = np.pi * 20**2 / (1.1057 * 1.1133 * np.cos(np.radians(5)))
    assert sites.loc["1", "population_20km"] == pytest.approx(10 * pixels, rel=0.01)
    assert sites.loc["1", "population_5km"] == pytest.approx(10 * pixels / 16, rel=0.01)
    assert sites.loc["1", ["raster_coverage", "travel_time_min"]].tolist() == [1, 90]
    assert sites.loc["3", ["population_5km", "population_20km", "travel_time_min"]].isna().all()
    assert sites.loc["3", "raster_coverage"] == 0
    assert sites.loc["4", ["population_5km", "raster_coverage"]].isna().all()
    every = result.by_class[(result.by_class["site_class"] == "") & (result.by_class["radius_km"] == 20)].iloc[0]
    assert every["sites"] == 3
    assert every["population"] < sites["population_20km"].sum(), "neighbours share their people: each counts once"
    near = result.near_incidents[result.near_incidents["country"] == ""].set_index("radius_km")
    assert near["incidents"].tolist() == [2, 2, 2], "neither precision 3 nor an event without deaths"
    assert near.loc[2.0, "population"] == pytest.approx(2 * 10 * pixels / 100, rel=0.02)
    files = result.files()
    assert (
        files
        == run(
            load(inputs(RASTER, geotiff(np.full((2, 2), 90, np.int16), (1, 0, 20, 0, -1, 6), nodata=-1), ged())),
            DAY,
            now=NOW,
        ).files()
    )
    assert verify_files(files, "x").differences == ()
    assert b"1,A" in files["exposure.csv"]
    assert result.summary("fr")


def test_a_forged_count_is_found():
    files = run(load(inputs(RASTER)), DAY, now=NOW).files()
    bad = files["people_by_class.csv"].replace(b",20,3,", b",20,2,")
    assert bad != files["people_by_class.csv"]
    record = json.loads(files["run.json"])
    from jobs.verification import DifferenceError, derived

    with pytest.raises(DifferenceError, match="people_by_class"):
        derived("exposure", {**files, "people_by_class.csv": bad}, record)


def test_few_incidents_of_a_restricted_source_tell_nothing():
    head = "event_id_cnty,event_date,year,time_precision,event_type,sub_event_type,actor1,inter1,country,iso,admin1,latitude,longitude,geo_precision,fatalities,source\n"
    rows = [
        f"CAF{i},01 January 2020,2020,1,Battles,Armed clash,A,2,Central African Republic,140,X,{4.5 + 0.08 * i},21,1,3,S\n"
        for i in range(12)
    ]
    for n, known in ((9, False), (12, True)):
        result = run(load(inputs(RASTER, None, (head + "".join(rows[:n])).encode())), DAY, now=NOW)
        assert result.near_incidents["incidents"].unique().tolist() == [n]
        assert result.near_incidents["population"].notna().all() == known


def test_without_a_raster_nothing_is_asked_and_without_people_columns_are_blank():
    with pytest.raises(InputError, match="No raster"):
        load(inputs())
    result = run(load(inputs(None, RASTER)), DAY, now=NOW)
    assert result.sites["population_5km"].isna().all()
    assert result.by_class.empty
    assert verify_files(result.files(), "x").differences == ()


def test_the_command(tmp_path, capsys):
    (tmp_path / "sites.csv").write_bytes(SITES)
    raster = saved(tmp_path, "grid.tif", np.full((2, 200, 200), 10, np.float32), (0.01, 0, 20, 0, -0.01, 6))
    common = ["--sites", str(tmp_path / "sites.csv"), "--population", str(raster)]
    out = str(tmp_path / "out")
    made = ["--population-band", "2", "--population-values", "counts", "--near-months", "24"]
    assert main(["exposure", *common, *made, "--as-of", "2020-06-30", "--out", out, "--language", "fr"]) == 0
    assert "20 km" in capsys.readouterr().out
    assert main(["verify", out, *common]) == 0, "bands, what they count and the window are taken of the record"
    assert pd.read_csv(tmp_path / "out" / "exposure.csv")["population_20km"].notna().sum() == 2
    assert main(["exposure", "--sites", str(tmp_path / "sites.csv"), "--as-of", "2020-06-30", "--out", out]) == 2
    assert "--population FILE" in capsys.readouterr().err


def test_people_in_a_named_zone_are_those_of_its_polygon():
    square = [[[21.0, 4.0], [22.0, 4.0], [22.0, 5.0], [21.0, 5.0], [21.0, 4.0]]]
    far = [[[30.0, 4.0], [31.0, 4.0], [31.0, 5.0], [30.0, 5.0], [30.0, 4.0]]]
    names = {
        "Berbérati": square,
        "Boda": far,
        "Elsewhere": [[[21.0, 5.0], [22.0, 5.0], [22.0, 6.0], [21.0, 6.0], [21.0, 5.0]]],
    }
    features = [
        {"type": "Feature", "properties": {"shapeName": name, "shapeGroup": "CAF", "shapeType": "ADM2"},
         "geometry": {"type": "Polygon", "coordinates": ring}}
        for name, ring in names.items()
    ]  # fmt: skip
    units = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    given = inputs(RASTER)
    register = pd.read_csv(ZONE_REGISTER, dtype=str, keep_default_na=False)
    kept = register[register["unit"].isin(["CAF", "Berbérati", "Boda"])].to_csv(index=False).encode()
    zones = Source("zones.csv", kept)
    data = replace(given.data, zones=zones, boundaries=[Source("geoBoundaries-CAF-ADM2.geojson", units)])
    result = run(load(ExposureInputs(data, given.rasters)), DAY, now=NOW)
    zones = result.zones.set_index("unit")
    assert "Elsewhere" not in zones.index, "no unit of the register"
    assert zones.loc["Berbérati", "zone_status"] == "inside_compliant"
    assert zones.loc["Berbérati", ["population", "raster_coverage"]].tolist() == pytest.approx([100_000, 1], rel=1e-4)
    assert np.isnan(zones.loc["Boda", "population"]), "no pixel there: not nobody"
    assert zones.loc["Boda", "raster_coverage"] == 0
    assert verify_files(result.files(), "x").differences == ()
