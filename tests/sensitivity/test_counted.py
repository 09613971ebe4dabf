"""Incidents behind the classes of a study's last month: those of an assessment, withheld and verified like all else."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pandas as pd
import pytest

import cli
from geo.sensitivity.scaling import Grid
from jobs import counted_file
from jobs.counted_file import CSV, OF_SITES, PARQUET, of_sites, read_counted
from jobs.inputs import Inputs, Source
from jobs.known_sites import sites_at
from jobs.run_options import assess_loaded
from jobs.sensitivity.job import load, run
from jobs.verification import verify_files
from layers.reference import files
from layers.reference.rule_files import default_rules
from tests.examples import some
from tests.jobs.edits import forged
from tests.sensitivity.test_compare import BASE, DAY, H1_NEAR, incident
from tests.sensitivity.test_compare_jobs import compared, made

AS_OF, ONE = dt.date(2016, 9, 19), Grid((1.0,), (1.0,), (1.0,))


@pytest.fixture(scope="module")
def loaded():
    return load(
        Inputs(
            sites=[Source.of(files.DEMONSTRATION_SITES), Source.of(files.DEMONSTRATION_VISITS)],
            incidents=[Source.of(files.DEMONSTRATION_INCIDENTS)],
            coverage=[Source.of(files.DEMONSTRATION_COVERAGE)],
        )
    )


def asked(loaded, last=AS_OF):
    return run(loaded, AS_OF, first=last, last=last, draws=1, grid=ONE)


@pytest.fixture(scope="module")
def tested(loaded):
    return asked(loaded)


@pytest.mark.parametrize("last", some([AS_OF, dt.date(2015, 3, 31)], dt.date(2015, 3, 31)))
def test_they_are_those_of_an_assessment_at_the_last_day(loaded, last):
    rules = default_rules()
    plain = assess_loaded(loaded, sites_at(loaded.sites, last)[0], last, rules)
    found = asked(loaded, last)
    pd.testing.assert_frame_equal(found.counted, of_sites(plain.evidence_columns, rules))
    assert len(found.counted)
    assert verify_files(found.files(), "d").differences == ()


def test_rows_of_a_licence_that_keeps_them_are_counted_and_not_there(loaded, tested):
    some = set(tested.counted["record_id"][:5])
    again = asked(
        replace(loaded, incidents=loaded.incidents.assign(restricted=loaded.incidents["record_id"].isin(some)))
    )
    assert again.record["incidents_counted"]["withheld"] == len(some)
    left = tested.counted[~tested.counted["record_id"].isin(some)].reset_index(drop=True)
    pd.testing.assert_frame_equal(again.counted, left)
    assert not any(i.encode() in data for i in some for name, data in again.files().items() if name != "run.json")
    assert verify_files(again.files(), "d").differences == ()


def test_many_rows_are_written_as_parquet_and_say_the_same(tested, monkeypatch):
    csv = tested.files()
    monkeypatch.setattr(counted_file, "MOST_CSV_ROWS", 10)
    parquet = tested.files()
    assert [n for n in (CSV, PARQUET) if n in csv] == [CSV]
    assert [n for n in (CSV, PARQUET) if n in parquet] == [PARQUET]
    pd.testing.assert_frame_equal(read_counted(csv, OF_SITES), read_counted(parquet, OF_SITES))
    assert verify_files(parquet, "d").differences == ()


@pytest.mark.parametrize(("edit", "said"), [
    (lambda t: t.assign(rule="A1"), "A1 is no site rule"), (lambda t: t.iloc[:-1], "incidents_counted"),
    (lambda t: pd.concat([t, t]), "twice"), (lambda t: t.assign(site_id="nowhere"), "is not in timeline.csv"),
    (lambda t: t.assign(date_start=pd.Timestamp("2017-01-01")), "began after 2016-09-19"),
])  # fmt: skip
def test_a_forger_of_the_incidents_is_found_without_the_inputs(tested, edit, said):
    whole = tested.files()
    table = edit(read_counted(whole, OF_SITES).drop_duplicates(["site_id", "source"]) if said.startswith("is not") else
                 read_counted(whole, OF_SITES))  # fmt: skip
    if said.startswith("is not"):
        table = table.iloc[:1]
    changed = table.to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\n").encode()
    (found,) = verify_files(forged(whole, CSV, changed), "d").differences
    assert said in found


def test_a_forger_of_the_last_month_and_one_who_takes_the_file_away_are_found(tested):
    whole = tested.files()
    calm = tested.timeline.assign(site_class="no indicators found")[
        ["site_id", "source", "month", "site_class", "zone_status"]
    ]
    changed = calm.to_csv(index=False, lineterminator="\n").encode()
    (found,) = verify_files(forged(whole, "timeline.csv", changed), "d").differences
    assert "fired at" in found
    left = {n: f for n, f in whole.items() if n != CSV}
    record = json.loads(left["run.json"])
    del record["cells_neutralised"][CSV]
    (found,) = verify_files(forged(left, "run.json", json.dumps(record).encode()), "d").differences
    assert f"{CSV} is missing" in found


STUDY = ["--as-of", DAY, "--from", DAY, "--draws", "1"]


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return made("sensitivity", tmp_path_factory.mktemp("study") / "a", STUDY)


LATER = ["--as-of", "2022-12-31", "--from", "2022-12-31", "--draws", "1"]
SECOND = incident("i3", "2018-09-01", 24.0)
CASES = {
    "incidents": (STUDY, {"incidents": BASE["incidents"][1:]}, {"a": ("incidents", "gone i1")}),
    "rules": (STUDY, {"rules": H1_NEAR}, {"a": ("rules", "gone i1")}),
    "date": (LATER, {}, {"a": ("date", "gone i1")}),
    "date and incidents": (
        ["--as-of", "2019-12-31", "--from", "2019-12-31", "--draws", "1"],
        {"incidents": [*BASE["incidents"], SECOND]},
        {"c": ("incidents", "new i3")},
    ),
    "to": (["--as-of", DAY, "--from", "2022-12-31", "--to", "2022-12-31", "--draws", "1"], {}, {"a": ("date", "gone i1")}),
    "rules and incidents": (
        STUDY, {"rules": H1_NEAR, "incidents": BASE["incidents"][1:]}, {"a": ("several", "gone i1")},
    ),
}  # fmt: skip


def test_a_gap_that_no_incident_tells_is_not_put_down_to_the_date(study, tmp_path):
    """The later files declare no coverage of their own name: every calm site lacks data, and no incident turned."""
    asked = ["--as-of", "2019-12-31", "--from", "2019-12-31", "--draws", "1"]
    renamed = [i | {"dataset": "Another", "dataset_version": "x"} for i in BASE["incidents"]]
    moves = compared(study, made("sensitivity", tmp_path / "b", asked, incidents=renamed), tmp_path / "out", "site_id")
    assert {(m["class_before"], m["class_after"], m["cause"]) for m in moves.values() if not m["records"]} == {
        ("no indicators found", "insufficient data", "several")
    }


@pytest.mark.parametrize("case", some(CASES, "incidents", "date and incidents", "to", "rules and incidents"))
def test_a_comparison_names_the_incidents_behind_each_move(study, tmp_path, case):
    told, changed, expected = CASES[case]
    moves = compared(study, made("sensitivity", tmp_path / "b", told, **changed), tmp_path / "out", "site_id")
    said = {k: (m["cause"], m["records"]) for k, m in moves.items()}
    assert expected.items() <= said.items()


def test_a_study_of_before_is_verified_compared_and_names_nothing_on_its_side(study, tmp_path):
    whole = {p.name: p.read_bytes() for p in study.iterdir() if p.name != CSV}
    record = json.loads(whole["run.json"])
    del record["incidents_counted"], record["cells_neutralised"][CSV]
    old = forged(whole, "run.json", json.dumps(record).encode())
    assert verify_files(old, "d").differences == ()
    place = tmp_path / "old"
    place.mkdir()
    for name, data in old.items():
        (place / name).write_bytes(data)
    other = made("sensitivity", tmp_path / "b", LATER, incidents=BASE["incidents"][1:])
    moves = compared(place, other, tmp_path / "out", "site_id")
    assert (moves["a"]["cause"], moves["a"]["records"]) == ("several", "")
    assert cli.main(["verify", str(place)]) == 0
