"""Incidents behind the figures of a backtest: counted one by one by brute force, withheld where a licence says so."""

from __future__ import annotations

import dataclasses
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from pyproj import Geod

import cli
from geo.backtest.counted import BEFORE, COUNTED, OUTCOME
from geo.backtest.outcome import Outcome
from jobs import counted_file
from jobs.backtest.job import BacktestInputs, load, past_dates, run
from jobs.counted_file import CSV, PARQUET, read_counted
from jobs.inputs import Inputs, Source
from jobs.verification import verify_files
from layers.reference import files
from tests.jobs.edits import forged

GEOD = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def loaded():
    return load(
        BacktestInputs(
            Inputs(
                sites=[Source.of(files.DEMONSTRATION_SITES), Source.of(files.DEMONSTRATION_VISITS)],
                incidents=[Source.of(files.DEMONSTRATION_INCIDENTS)],
                coverage=[Source.of(files.DEMONSTRATION_COVERAGE)],
            )
        )
    )


@pytest.fixture(scope="module")
def tested(loaded):
    days = past_dates(loaded, pd.Timestamp("2014-12-31").date(), pd.Timestamp("2017-12-31").date(), 12, Outcome())
    return run(loaded, days, number=2)


def by_brute_force(loaded, tested):
    """By rule or outcome and incident, the cases: one case at a time, every incident measured."""
    gathered, year = tested.gathered, pd.DateOffset(months=12)
    fired = {s.name: s.flag for s in gathered.scores if s.kind == "rule"}
    days = [pd.Timestamp(int(d), unit="D") for d in gathered.cases.days]
    events = loaded.incidents.drop_duplicates(["source", "record_id"]).reset_index(drop=True)
    n, ids, start, end = len(events), events["record_id"], events["date_start"], events["date_end"]
    deadly, exact = events["deaths_best"] >= 1, events["precision"] == 1
    effects = {
        "lethal": deadly,
        "violent": deadly | (events["effect"] == "violent"),
        "control": events["effect"] == "control",
    }
    away, out = {}, Counter()
    for i, site in enumerate(gathered.sites.itertuples(index=False)):
        spot, day = (site.lon, site.lat), days[gathered.cases.date[i]]
        if spot not in away:
            away[spot] = GEOD.inv(np.full(n, spot[0]), np.full(n, spot[1]), events["lon"], events["lat"])[2]
        for rule in tested.rules.of_kind("near"):
            if not fired[rule.id][i]:
                continue
            used = np.zeros(n, bool)
            for test in rule.tests:
                counts = effects[test.effect or rule.effect] & (rule.lethal | ~deadly)
                used |= counts & (start <= day) & (end > day - pd.DateOffset(months=test.months))
            used &= events["precision"].isin(rule.precision) & (away[spot] <= rule.within_km * 1000)
            out.update((rule.id, r) for r in ids[used])
        made = deadly & exact & (away[spot] <= 20_000)
        if gathered.cases.hit[i]:
            out.update((OUTCOME, r) for r in ids[made & (start > day) & (start <= day + year)])
        if gathered.cases.before[i]:
            out.update((BEFORE, r) for r in ids[made & (start > day - year) & (start <= day)])
    return dict(out)


def test_every_count_is_that_of_the_brute_force(loaded, tested):
    found = tested.gathered.counted
    near = [*(r.id for r in tested.rules.of_kind("near")), OUTCOME, BEFORE]
    rows = found[found["what"].isin(near)]
    said = {(r.what, r.record_id): r.cases for r in rows.itertuples(index=False)}
    assert {what for what, _ in said} >= {"C1", "H1", OUTCOME, BEFORE}
    assert said == by_brute_force(loaded, tested)
    assert set(found["what"]) & {r.id for r in tested.rules.of_kind("area")}


def test_rows_of_a_licence_that_keeps_them_are_counted_and_not_there(loaded, tested):
    some = set(tested.gathered.counted["record_id"][:5])
    shut = loaded.incidents.assign(restricted=loaded.incidents["record_id"].isin(some))
    again = run(dataclasses.replace(loaded, incidents=shut), tested.gathered.cases.days, number=2)
    assert not some & set(again.gathered.counted["record_id"])
    assert again.gathered.withheld == len(some) == again.record["incidents_counted"]["withheld"]


def test_many_rows_are_written_as_parquet_and_say_the_same(tested, monkeypatch):
    csv = tested.files()
    monkeypatch.setattr(counted_file, "MOST_CSV_ROWS", 10)
    parquet = tested.files()
    assert [n for n in (CSV, PARQUET) if n in csv] == [CSV]
    assert [n for n in (CSV, PARQUET) if n in parquet] == [PARQUET]
    pd.testing.assert_frame_equal(read_counted(csv, COUNTED), read_counted(parquet, COUNTED))
    assert verify_files(parquet, "d").differences == ()


@pytest.mark.parametrize(("edit", "said"), [
    (lambda t: t.assign(what="Z9"), "Z9 is no rule"), (lambda t: t.iloc[::-1], "not in the order"),
    (lambda t: t.assign(cases=9_999), "more cases"), (lambda t: t.iloc[:-1], "incidents_counted"),
])  # fmt: skip
def test_a_forger_of_the_incidents_is_found_without_the_inputs(tested, edit, said):
    made = tested.files()
    table = edit(read_counted(made, COUNTED))
    changed = table.to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\n").encode()
    (found,) = verify_files(forged(made, CSV, changed), "d").differences
    assert said in found


def test_a_result_of_before_is_still_compared(tested, tmp_path):
    made = tested.files()
    record = {k: v for k, v in tested.record.items() if k != "incidents_counted"}
    old = dataclasses.replace(tested, record=record).files()
    del old[CSV]
    for name, each in (("old", forged(old, "track_record.csv", old["track_record.csv"])), ("new", made)):
        (tmp_path / name).mkdir()
        for file, data in each.items():
            (tmp_path / name / file).write_bytes(data)
    assert cli.main(["compare", str(tmp_path / "old"), str(tmp_path / "new")]) == 0
