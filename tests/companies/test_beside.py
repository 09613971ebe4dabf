"""Named actors and indicators of areas: matched, accounted for, shown as questions, and never part of a class."""

from __future__ import annotations

import csv
import io
import json

import openpyxl
import pandas as pd
import pytest

from geo.errors import InputError
from geo.screening.own_table_schema import GOVERNANCE, NAMED
from i18n.translator import translator
from jobs.screening import job
from jobs.screening.export import result_files
from jobs.screening.model import Loaded
from jobs.screening.named_actors import alike
from jobs.screening.own_tables import read_actors, read_governance
from jobs.screening.questions import supplier_questions
from jobs.screening.supplier_list import read_suppliers
from jobs.verification import verify_files
from tests import frames
from tests.companies.cases import DAY, data
from tests.companies.lists import as_csv
from tests.companies.test_screening import HERE, WAY

ACTORS = (
    b"name,aliases,list,from,to,source\n"
    b"Mouvement du 23 mars,M23;March 23 Movement,UN 1533,2012-12-31,,S/2012/1\n"
    b"Allied Democratic Forces,ADF,UN 1533,2021-01-01,,S/2021/1\n"
    b"Nobody Here,,,,,\n"
    b",alias alone,,,,\n"
    b"Bad Dates,,,2020-01-02,2020-01-01,\n"
)
AREAS = (
    b"area,indicator,value,edition,source,country\n"
    b"Central African Republic,Rule of law,-1.7,2023,WGI,\n"
    b"Rwanda,Rule of law,0.1,2023,WGI,\n"
    b"Mbomou,Courts,=1+1,2024,own,CAF\n"
    b"CAF,,,,,\n"
)


@pytest.fixture(scope="module")
def result():
    incidents = frames.incidents(
        {"day": "2020-06-01", "actor_a": "M23", "actor_b": "Civilians"},
        {"day": "2020-07-01", "actor_a": "Government of Chad", "actor_b": "Allied Democratic Forces (ADF)"},
        {"day": "2020-08-01", "actor_a": "LRA", "actor_b": "M23", "restricted": True},
        {"day": "2015-08-01", "actor_a": "M23"},
    )
    rows = [
        {**HERE, "supplier_id": "A", "country": "CAF", "admin1": "Mbomou"},
        {**WAY, "supplier_id": "B"},
        {"supplier_id": "C", "site_name": "far", "lat": "-20", "lon": "30"},
    ]
    return run(rows, incidents)


def run(rows, incidents, actors=ACTORS, areas=AREAS):
    tables = read_actors(actors, "actors.csv"), read_governance(areas, "areas.csv")
    return job.run(
        Loaded(read_suppliers(as_csv(*rows), "l.csv"), data(incidents=incidents), None, None, None, None, *tables), DAY
    )


def test_spellings_are_alike_and_others_are_not():
    listed = pd.DataFrame(
        {"name": ["Forces démocratiques de libération du Rwanda", "M23"], "aliases": ["FDLR", "Brigade 13"]}
    )
    found = alike(
        ["FDLR-FOCA", "Forces Democratiques de Liberation du Rwanda", "M27", "Government of Rwanda", "Brigade 12"],
        listed,
    )
    assert dict(zip(found["actor"], found["at"], strict=True)) == {
        "FDLR-FOCA": 0, "Forces Democratiques de Liberation du Rwanda": 0,
    }  # fmt: skip
    assert found.set_index("actor")["score"]["Forces Democratiques de Liberation du Rwanda"] == 100


def test_incidents_near_name_listed_actors_with_record_score_list_and_dates(result):
    near = result.named[(result.named["supplier_id"] == "A") & (result.named["part"] == "origin")]
    told = {r["listed_name"]: r for r in near.to_dict("records")}
    assert set(told) == {"Mouvement du 23 mars", "Allied Democratic Forces"}
    m23, adf = told["Mouvement du 23 mars"], told["Allied Democratic Forces"]
    assert (m23["actor"], m23["spelling"], m23["score"], m23["listed_in"]) == ("M23", "M23", 100, "UN 1533")
    assert (m23["listed_then"], adf["listed_then"]) == ("listed", "not_yet")
    assert m23["records"] == 1, "restricted rows and those before the window are not counted"
    assert m23["record_id"] == result.data.incidents["record_id"][0]
    assert "C" not in set(result.named["supplier_id"])
    assert [c.name for c in NAMED] == list(result.named.columns)


def test_no_class_changes_and_each_is_a_question(result):
    bare = job.run(Loaded(result.suppliers, data(incidents=result.data.incidents)), DAY)
    pd.testing.assert_frame_equal(bare.rows, result.rows)
    asked = supplier_questions(result, translator("en"))
    text = " ".join((asked["question"] + " " + asked["why"])[asked["supplier_id"] == "A"])
    assert "Is anything paid to Mouvement du 23 mars" in text
    assert "S/2012/1" in text
    assert "not listed yet" in text
    assert not asked["question"].str.contains("Nobody Here").any()


def test_indicators_stand_beside_by_country_and_unit(result):
    table = result.governance
    assert list(table.columns) == [c.name for c in GOVERNANCE]
    told = {(r["level"], r["area"]): (r["value"], r["rows"]) for r in table.to_dict("records")}
    assert told[("admin1", "Mbomou")] == ("=1+1", 1)
    assert ("country", "Rwanda") not in told
    assert ("country", "Central African Republic") in told


def test_rows_add_up_in_the_record_and_the_result_verifies(result):
    free = result.data.incidents[~result.data.incidents["restricted"]].reset_index(drop=True)
    result = run([{**HERE, "supplier_id": "A", "country": "CAF", "admin1": "Mbomou"}], free)
    made = dict(result_files(result, "fr"))
    record = json.loads(made["run.json"])
    told = {i["role"]: i for i in record["inputs"]}
    assert told["actors"]["rows"] == {"read": 5, "accepted": 3, "rejected": 2}
    assert told["governance"]["rows"] == {"read": 4, "accepted": 3, "rejected": 1}
    assert len(told["actors"]["sha256"]) == 64
    bad = list(csv.DictReader(io.StringIO(made["rejected.csv"].decode("utf-8"))))
    assert sorted((r["source_file"], r["reason"]) for r in bad) == [
        ("actors.csv", "end_before_start"), ("actors.csv", "missing_value"), ("areas.csv", "missing_value"),
    ]  # fmt: skip
    assert verify_files(made, "made").differences == ()
    forged = {**made, "named_actors.csv": made["named_actors.csv"].replace(b"M23", b"M24")}
    assert verify_files(forged, "made").differences
    page = made["report.html"].decode("utf-8")
    assert "Mouvement du 23 mars" in page
    assert "WGI" in page
    book = openpyxl.load_workbook(io.BytesIO(made["report.xlsx"]))
    assert book.sheetnames[-2:] == ["Acteurs nommés", "Indicateurs de zones"]
    assert not [c for row in book.worksheets[-1].iter_rows() for c in row if c.data_type == "f"]
    assert b"'=1+1" in made["governance.csv"]


def test_a_table_of_something_else_is_told():
    for read in (read_actors, read_governance):
        with pytest.raises(InputError):
            read(b"colour,size\nred,1\n", "x.csv")
    with pytest.raises(InputError, match="named actors"):
        read_actors(b"name,list\n,x\n", "x.csv")
