"""Two runs beside each other: every change has its cause, and the causes sum to all changes."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest

from geo.errors import InputError
from geo.rules.rule_set import from_dict
from jobs.screening.compare import compare, compared, earlier_of
from jobs.screening.report import report
from layers.reference.rule_files import default_rules
from tests import frames
from tests.companies.cases import data, files, screened
from tests.companies.test_screening import HERE

ROWS = [
    {**HERE, "supplier_id": "near"},
    {**HERE, "supplier_id": "far", "lon": "20.3"},
    {**HERE, "supplier_id": "own", "as_of": "2018-12-31"},
    {**HERE, "supplier_id": "far away", "lon": "23.0"},
]
EVENTS = frames.incidents({"day": "2018-06-01", "lon": 20.0}, {"day": "2020-06-01", "lon": 20.3})


@pytest.fixture(autouse=True, scope="module")
def no_pages():
    """An earlier run is its table and its record, which names all files: what is not compared is not drawn for it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("jobs.screening.export.report", lambda screening, language: b"")
        patch.setattr("jobs.screening.export.workbook", lambda screening, language: b"")
        patch.setattr("jobs.screening.export.xlsx_bytes", lambda rows, sheet: b"")
        yield


def written(screening, name="then"):
    made = files(screening)
    return earlier_of(made["screening.csv"], made["run.json"], name)


def rules_without(*rules):
    source = json.loads(json.dumps(default_rules().source))
    for table in source["rule"]:
        if table["id"] in rules:
            table["enabled"] = False
    return from_dict(source, "test")


def test_nothing_changed_is_told_as_such():
    then = screened(*ROWS, on=data(incidents=EVENTS))
    changes, account = compare(written(then), screened(*ROWS, on=data(incidents=EVENTS)))
    assert len(changes) == 0
    assert (account["changed"], account["through"]) == (0, {})


def test_through_the_date():
    world = data(incidents=EVENTS)
    then = screened(*ROWS, on=world, day=dt.date(2019, 12, 31))
    now = screened(*ROWS, on=world, day=dt.date(2020, 12, 31))
    changes, account = compare(written(then), now)
    assert set(changes["through"]) == {"date"}
    assert "own" not in set(changes["supplier_id"]), "its own date did not move"
    assert sum(account["through"].values()) == account["changed"] == len(changes) > 0


def test_through_data():
    then = screened(*ROWS, on=data(incidents=frames.incidents({"day": "2018-06-01", "lon": 24.9})))
    changes, account = compare(written(then), screened(*ROWS, on=data(incidents=EVENTS)))
    assert account["through"] == {"data": len(changes)}
    assert len(changes) >= 2


def test_through_rules():
    world = data(incidents=EVENTS)
    then = screened(*ROWS, on=world)
    changes, account = compare(written(then), screened(*ROWS, on=world, rules=rules_without("H1", "H4")))
    assert account["through"] == {"rules": len(changes)}
    assert len(changes) >= 1


def test_through_several_at_once_and_rows_that_come_and_go():
    then = screened(*ROWS, {**HERE, "supplier_id": "gone"}, on=data(incidents=EVENTS), day=dt.date(2019, 12, 31))
    more = frames.incidents(
        *[{"day": "2021-06-01", "lon": 20.0 + k} for k in range(4)], {"day": "2018-06-01", "lon": 20.0}
    )
    now = screened(
        *ROWS,
        {**HERE, "supplier_id": "new"},
        on=data(incidents=more),
        day=dt.date(2021, 12, 31),
        rules=rules_without("C1"),
    )
    result = compared(written(then), now)
    changes, account = result.changes, result.record["compared"]
    by_id = changes.set_index("supplier_id")
    assert by_id.loc["gone", "change"] == "removed"
    assert by_id.loc["new", "change"] == "added"
    assert sum(account["through"].values()) == account["changed"] == len(changes)
    assert sum(account["by_change"].values()) == len(changes)
    assert set(changes["through"]) <= {"data", "rules", "date", "data and date", "data and rules", "rules and date", "data and rules and date"}  # fmt: skip
    assert b"Changes since an earlier run" in report(result, "en")
    assert b"gone" in files(result)["changes.csv"]


def test_a_row_that_was_rejected_and_is_not_any_more():
    then = screened({**HERE, "lat": "north"}, {**HERE, "supplier_id": "B"})
    now = screened(HERE, {**HERE, "supplier_id": "B"})
    changes, _account = compare(written(then), now)
    assert changes["supplier_id"].tolist() == ["A"]
    assert changes["site_class_before"].tolist() == ["(not screened)"]
    assert changes["through"].tolist() == ["data"]


@pytest.mark.parametrize(
    ("csv", "record"),
    [
        (b"a,b\n1,2\n", b"{}"),
        (b"", b"{}"),
        (b"supplier_id\nA\n", b"not json"),
        (b"supplier_id,answer\nA,accepted\n", b'{"rules": {"table": {}}, "job": "screen"}'),
        (b"supplier_id\nA\n", b"[]"),
    ],
)
def test_what_is_no_earlier_run_is_told_in_words(csv, record):
    with pytest.raises(InputError):
        earlier_of(csv, record, "then")


def test_the_record_of_a_site_list_is_no_screening():
    made = files(screened(HERE))
    record = json.loads(made["run.json"])
    record["job"] = "assess"
    with pytest.raises(InputError, match="not that of a screening"):
        earlier_of(made["screening.csv"], json.dumps(record).encode(), "then")


def test_a_screening_of_version_1_says_what_it_is():
    made = files(screened(HERE))
    old = made["screening.csv"].replace(b"site_class", b"overall_class").replace(b"area_class", b"local_class")
    with pytest.raises(InputError, match=r"version 0\.1.*site_class and area_class") as told:
        earlier_of(old, made["run.json"], "then")
    assert "overall_class" in told.value.sentence()
    record = json.loads(made["run.json"])
    record["rules"]["version"] = "1"
    with pytest.raises(InputError, match=r"version 0\.1"):
        earlier_of(made["screening.csv"], json.dumps(record).encode(), "then")


def test_ids_that_a_spreadsheet_would_run_are_found_again():
    rows = [{**HERE, "supplier_id": "=1+1"}, {**HERE, "supplier_id": "a\u2028b"}]
    then = screened(*rows)
    changes, _account = compare(written(then), replace(screened(*rows)))
    assert len(changes) == 0


def test_flags_ways_and_statuses_are_compared_with_their_causes():
    import pandas as pd

    from tests.companies.cases import dated
    from tests.companies.test_screening import WAY

    status = {"source": "list", "site_id": "k1", "scheme": "rcm", "status": "green", "status_date": "2020-03-01"}
    known = frames.sites({"name": "Mine", "site_id": "k1", "lon": 26.0})
    world = data(sites=known, incidents=EVENTS, statuses=dated(pd.DataFrame([status]), "status_date"))
    rows = [{**HERE, "supplier_id": "site", "lon": "26.0", "site_name": "Mine"}, {**WAY, "supplier_id": "route"}]
    then = screened(*rows, on=world, day=dt.date(2020, 12, 31))
    quiet = compare(written(then), screened(*rows, on=world, day=dt.date(2020, 12, 31)))
    assert quiet[1]["changed"] == 0
    now = screened(*rows, on=world, day=dt.date(2021, 7, 1))
    by_id = compare(written(then), now)[0].set_index("supplier_id")
    assert "statuses" in by_id.loc["site", "change"]
    assert "rcm_status: green > blue" in by_id.loc["site", "what"]
    assert {"route", "flags"} <= set(by_id.loc["route", "change"].split(" and "))
    assert "flag_transit: true >" in by_id.loc["route", "what"]
    assert set(by_id["through"]) == {"date"}
    moved = screened(*rows, on=data(sites=known, statuses=dated(pd.DataFrame([status]), "status_date")))
    through = compare(written(then), moved)[0].set_index("supplier_id")["through"]
    assert through.to_dict() == {"route": "data"} or set(through) == {"data"}
