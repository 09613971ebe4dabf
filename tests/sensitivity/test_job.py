"""`cahra sensitivity` as a person calls it: the files, their columns, and what they say of each other."""

from __future__ import annotations

import csv
import datetime as dt
import json
from dataclasses import replace

import pytest

import cli
from geo.errors import InputError
from geo.sensitivity.scaling import Grid
from jobs.inputs import Inputs, Source
from jobs.sensitivity.job import load, month_ends, run
from layers.reference import files
from layers.reference.rule_files import default_rules
from tests.jobs.edited_results import some

DAY = "2016-09-19"
HEADERS = {
    "flip.csv": "site_id,source,rule,what,current,flips_at,class_now,class_then,record_id,demonstration",
    "stability.csv": "site_id,source,settings,share_same_class,demonstration",
    "timeline.csv": "site_id,source,month,site_class,zone_status,demonstration",
    "thresholds.csv": "country,what,sites,share_changed,demonstration",
    "incidents_counted.csv": "site_id,source,rule,record_id,date_start,date_end,limit_months,demonstration",
}


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """Forty sites of the demonstration: each is answered under 360 settings."""
    folder = tmp_path_factory.mktemp("given")
    return [some(p, "site_id", 40, folder) for p in (files.DEMONSTRATION_SITES, files.DEMONSTRATION_VISITS)]


@pytest.fixture(scope="module")
def asked(given):
    more = ["--incidents", str(files.DEMONSTRATION_INCIDENTS), "--incident-coverage", str(files.DEMONSTRATION_COVERAGE)]
    return [*(text for path in given for text in ("--sites", path)), *more]


@pytest.fixture(scope="module")
def loaded(given):
    return load(
        Inputs(
            sites=[Source.of(path) for path in given],
            incidents=[Source.of(files.DEMONSTRATION_INCIDENTS)],
            coverage=[Source.of(files.DEMONSTRATION_COVERAGE)],
        )
    )


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_command_leaves_the_files_of_the_issue(asked, tmp_path, capsys):
    more = ["--as-of", DAY, "--from", "2016-07-01", "--draws", "3", "--seed", "5"]
    for name in ("one", "two"):
        assert cli.main(["sensitivity", *asked, *more, "--out", str(tmp_path / name)]) == 0
    assert "360 settings" in capsys.readouterr().out
    for name, header in HEADERS.items():
        assert (tmp_path / "one" / name).read_text("utf-8").splitlines()[0] == header
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    one = tmp_path / "one"
    record = json.loads((one / "run.json").read_text("utf-8"))
    assert record["job"] == "sensitivity"
    assert record["demonstration"] is True
    assert set(record["files"]) | {"run.json"} == {p.name for p in one.iterdir()}
    assert {r["settings"] for r in rows(one / "stability.csv")} == {"360"}
    months = rows(one / "timeline.csv")
    assert sorted({r["month"] for r in months}) == ["2016-07", "2016-08", "2016-09"]
    assert cli.main(["assess", *asked, "--as-of", DAY, "--out", str(tmp_path / "plain")]) == 0
    plain = {
        (r["source"], r["site_id"]): (r["site_class"], r["zone_status"]) for r in rows(tmp_path / "plain/sites.csv")
    }
    site_rules = {r.id for r in default_rules().answering("site")}
    columns = HEADERS["incidents_counted.csv"].split(",")
    evidence = [r for r in rows(tmp_path / "plain/evidence.csv") if r["kind"] == "incident" and r["rule"] in site_rules]
    assert rows(one / "incidents_counted.csv") == [{c: r[c] for c in columns} for r in evidence] != []
    last = {(r["source"], r["site_id"]): (r["site_class"], r["zone_status"]) for r in months if r["month"] == "2016-09"}
    assert last == plain
    for flip in rows(one / "flip.csv"):
        assert flip["class_now"] == plain[flip["source"], flip["site_id"]][0] != flip["class_then"]
        assert flip["what"] in {"radius_km", "window_months", "events", "deaths"}
        assert flip["current"] != flip["flips_at"]


def test_what_may_not_leave_has_no_id(loaded):
    day, grid = dt.date.fromisoformat(DAY), Grid((1.0,), (1.0,), (1.0,))
    secret = replace(loaded, incidents=loaded.incidents.assign(restricted=True))
    open_, closed = (run(data, day, first=day, draws=1, grid=grid) for data in (loaded, secret))
    assert (open_.flip["record_id"] != "").any()
    assert (closed.flip["record_id"] == "").all()
    km = open_.flip["what"] == "radius_km"
    assert open_.flip[~km].drop(columns="record_id").equals(closed.flip[~km].drop(columns="record_id"))
    exact, coarse = open_.flip.loc[km, "flips_at"], closed.flip.loc[km, "flips_at"]
    assert (coarse % 1 == 0).all()
    assert not (exact % 1 == 0).all()
    assert ((coarse - exact).abs() < 1).all()
    assert ((coarse >= exact) == (exact > open_.flip.loc[km, "current"])).all()
    assert (open_.stability["share_same_class"] == 1).all()


@pytest.mark.parametrize(("first", "last", "draws"), [("2017-01-01", DAY, 1), (None, DAY, 0)])
def test_what_is_no_span_or_no_number_is_said(loaded, first, last, draws):
    a, b = (dt.date.fromisoformat(d) if d else None for d in (first, last))
    with pytest.raises(InputError) as told:
        run(loaded, b, first=a, last=b, draws=draws)
    assert told.value.where in {"--from, --to", "--draws"}


def test_the_months_end_at_their_last_day_and_the_last_one_at_the_day_asked():
    assert [str(d) for d in month_ends(dt.date(2016, 1, 31), dt.date(2016, 3, 2))] == [
        "2016-01-31", "2016-02-29", "2016-03-02",
    ]  # fmt: skip
