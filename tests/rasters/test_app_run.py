"""Rasters that a reader gives on a page reach every assessment of the session: page and command give the same files."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import sqlite3
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from streamlit.testing.v1 import AppTest

import cli
from geo.rasters.schema import MEASURES
from i18n.translator import translator
from jobs.assessment import job
from jobs.database_sink import store_result
from jobs.inputs import Inputs, Source
from jobs.many_dates import at_dates
from jobs.meeting.gis import gis_package
from jobs.meeting.subject import Subject
from jobs.meeting.workbook import workbook
from jobs.rasters import measure
from jobs.rasters.given import RasterInputs, read_rasters
from layers.formats.writers.cells import plain_types
from layers.formats.writers.write import write_bytes
from layers.reference.files import RULES as RULE_FILE
from layers.reference.rule_files import default_rules, rules_of
from tests.rasters.making import geotiff
from tests.rasters.test_raster_rule import PEOPLE, PLACE, RULE, SITES
from views import data_choice, own_rasters
from views.data_choice import NO_RASTERS, Data, File
from views.navigation import FOLDER

DAY = dt.date(2020, 6, 30)
COLUMNS = [c.name for c in MEASURES]
OWN_RULES = (RULE_FILE.read_text("utf-8") + RULE.replace("1000", "300")).encode()
BELOW = PEOPLE.copy()
BELOW[::12] = -5
POPULATION = geotiff(BELOW, PLACE)
TRAVEL = geotiff(np.full((2, 2), 90, np.int16), (1, 0, 20, 0, -1, 6), nodata=-1)


@pytest.fixture(autouse=True)
def no_session(request, monkeypatch):
    """What a session keeps is made each time: there is none here, but in a page."""
    if "given_on_the_page" not in request.node.name:
        for name in ("_load_own", "_run_own"):
            monkeypatch.setattr(data_choice, name, getattr(data_choice, name).__wrapped__)


def given() -> RasterInputs:
    return RasterInputs([Source("a_ppp.tif", POPULATION)], Source("acc.tif", TRAVEL))


def chosen(rasters=NO_RASTERS, rules: bytes = OWN_RULES) -> Data:
    files = [File("sites", "sites.csv", hashlib.sha256(SITES).hexdigest(), SITES)]
    told = default_rules()
    if rules:
        files.append(File("rules", "mine.toml", hashlib.sha256(rules).hexdigest(), rules))
        told = rules_of(rules, "mine.toml")
    return Data(False, tuple(files), DAY, told, rasters=rasters)


def without_clock(data: bytes) -> list[bytes]:
    return [line for line in data.split(b"\n") if b'"run_at"' not in line]


def written(folder: Path, rules: bytes = OWN_RULES) -> list[str]:
    """The inputs as files, and the options that name them."""
    for name, data in (("sites.csv", SITES), ("a_ppp.tif", POPULATION), ("acc.tif", TRAVEL), ("mine.toml", rules)):
        (folder / name).write_bytes(data)
    options = ["--sites", str(folder / "sites.csv"), *(["--rules", str(folder / "mine.toml")] if rules else [])]
    return [*options, "--population", str(folder / "a_ppp.tif"), "--travel-time", str(folder / "acc.tif")]


def commanded(folder: Path, rules: bytes = OWN_RULES) -> Path:
    out = folder / "out"
    assert cli.main(["assess", *written(folder, rules), "--as-of", str(DAY), "--out", str(out)]) == 0
    return out


@pytest.mark.parametrize("rules", [OWN_RULES, b""])
def test_the_app_gives_the_files_of_the_command_with_the_same_rasters(tmp_path, rules, monkeypatch):
    out = commanded(tmp_path, rules)
    data = chosen(read_rasters(given()), rules)
    measured = []
    rows = measure.measured_rows
    monkeypatch.setattr(measure, "measured_rows", lambda *a: measured.append(1) or rows(*a))
    data.run(
        dt.date(2019, 6, 30)
    ).files()  # an earlier run over the same layers leaves nothing in the record of a later
    files = data.run().files()
    assert len(measured) == 1, "the sites lie where they lay: nothing is measured again"
    assert sorted(files) == sorted(p.name for p in out.iterdir())
    for name, made in files.items():
        assert without_clock(made) == without_clock((out / name).read_bytes()), name
    assert b"below zero" in files["run.json"]
    classes = [row["site_class"] for row in csv.DictReader(io.StringIO(files["sites.csv"].decode()))]
    assert ("high-risk" in classes) == bool(rules)


def test_without_rasters_the_rule_is_unknown_and_the_token_of_the_page_is_another():
    alone, with_rasters = chosen(), chosen(read_rasters(given()))
    assert set(alone.run().assessment.sites["site_class"]) == {"insufficient data"}
    assert not set(COLUMNS) & set(alone.run().assessment.sites)
    assert alone.token != with_rasters.token
    other = RasterInputs([Source("a_ppp.tif", geotiff(PEOPLE * 2, PLACE, nodata=-1))])
    assert chosen(read_rasters(other)).token != with_rasters.token


def test_months_agree_with_the_date():
    data = chosen(read_rasters(given()))
    days = [dt.date(2020, 5, 31), DAY]
    passed = at_dates(data.loaded(), days, data.rules, data.rasters)
    for i, day in enumerate(days):
        want = data.run(day).assessment.sites.set_index("site_id")["site_class"]
        assert passed.at(i).set_index("site_id")["site_class"].to_dict() == want.to_dict()
    assert "high-risk" in set(want)


def test_exports_for_a_gis_and_a_database_have_the_columns(tmp_path):
    duckdb = pytest.importorskip("duckdb")
    loaded = job.load(Inputs(sites=[Source("sites.csv", SITES)]))
    run = job.run(loaded, DAY, rasters=read_rasters(given()))
    packages = {
        "sites": gis_package(Subject.of(loaded, run, translator("en"))),
        "layer": write_bytes(plain_types(run.assessment.sites), "gpkg"),
    }
    for data in packages.values():
        connection = sqlite3.connect(":memory:")
        connection.deserialize(data)
        name = connection.execute("SELECT table_name FROM gpkg_contents ORDER BY table_name = 'sites' DESC").fetchone()[
            0
        ]
        found = connection.execute(f'SELECT {", ".join(COLUMNS)} FROM "{name}" ORDER BY site_id').fetchall()
        assert found[0][3] == 90
        assert found[0][0] == run.assessment.sites["population_5km"][0] > 0
    out = commanded(tmp_path)
    plain = tmp_path / "plain"
    asked = ["--sites", str(tmp_path / "sites.csv"), "--as-of", str(DAY), "--out", str(plain)]
    assert cli.main(["assess", *asked]) == 0
    for folder in (plain, out):  # a table that began without rasters takes the columns of a later run
        assert store_result(folder, f"duckdb:///{tmp_path}/a.duckdb").written
    with duckdb.connect(str(tmp_path / "a.duckdb")) as connection:
        stored = connection.execute(
            f"SELECT {', '.join(COLUMNS)} FROM cahra_sites ORDER BY site_id, travel_time_min NULLS FIRST"
        ).fetchall()
        kinds = connection.execute("SELECT typeof(population_5km) FROM cahra_sites").fetchone()
    assert stored[0] == (None, None, None, None)
    assert stored[1][3] == 90
    assert kinds == ("DOUBLE",)


def test_the_commands_whose_pages_rest_on_the_run_take_rasters_too(tmp_path):
    (tmp_path / "p.csv").write_text(
        "programme_id,name,donor,type,start,lat,lon,radius_km\nP,S,D,education,2019-01-01,5,21,5\n"
    )
    options = ["--as-of", str(DAY), "--out", "none", *written(tmp_path)]
    args = cli.parser().parse_args(["meeting", *options])
    meeting = args.make(args)
    assert meeting.found.assessment.sites["travel_time_min"].iloc[0] == 90
    assert meeting.found.base_record["inputs"][-2]["role"] == "travel_time"  # the rules come last
    args = cli.parser().parse_args(["programmes", *options, "--programmes", str(tmp_path / "p.csv")])
    programmes = args.make(args)
    assert programmes.result.at_risk.sum() == meeting.found.assessment.sites["site_class"].eq("high-risk").sum() > 0
    subject = Subject.of(meeting.loaded, meeting.found, translator("en"))
    assert any(said.startswith("a_ppp.tif") for said in subject.sources)
    book = openpyxl.load_workbook(io.BytesIO(workbook(subject)))
    assert "a_ppp.tif" in {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}


def test_a_raster_given_on_the_page_is_in_every_run_of_the_session_until_it_is_taken_away(monkeypatch):
    runs: list[job.Run] = []
    real = job.run
    monkeypatch.setattr(job, "run", lambda *a, **k: runs.append(real(*a, **k)) or runs[-1])
    app = AppTest.from_file(str(FOLDER / "surroundings.py"), default_timeout=90)
    app.query_params.update({"part": "people", "demonstration": "0", "day": str(DAY), "lang": "en"})
    app.run()
    app.session_state["files"] = {f.sha256: f for f in chosen().files}
    app.run()
    assert set(runs[-1].assessment.sites["site_class"]) == {"insufficient data"}
    app.session_state["raster_population"] = own_rasters.Given("raster.tif", POPULATION)
    app.run()
    assert "not known whether the raster counts" in app.error[0].value
    assert "✗ not used" in "".join(c.value for c in app.sidebar.caption)
    assert len(runs) == 1, "what cannot be used changes no run"
    app.selectbox(key="q_population_values").set_value("counts").run()
    assert not app.exception
    assert not app.error
    assert "high-risk" in set(runs[-1].assessment.sites["site_class"])
    assert runs[-1].record["inputs"][-2]["values_basis"] == "option"
    assert "raster of people: measured in every assessment" in "".join(c.value for c in app.sidebar.caption)
    app.run()
    assert len(runs) == 2, "the same rasters are not measured again"
    next(b for b in app.button if b.key == "drop_raster_population").click().run()
    assert not app.exception
    assert "measured in every assessment" not in "".join(c.value for c in app.sidebar.caption)
    assert not app.dataframe
