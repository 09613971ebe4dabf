"""What a later edition changes: of incidents by id, and of one's own sites through which incidents."""

from __future__ import annotations

import datetime as dt
import functools
import json

import pandas as pd
import pytest

import cli
from geo.schema import INCIDENTS, conform
from i18n.translator import translator
from jobs.editions.incident_changes import by_year, counts, incident_changes
from jobs.editions.job import run
from jobs.inputs import Inputs, Source
from jobs.run_record import sealed
from jobs.verification import verify_files

DAY = dt.date(2020, 6, 30)
HEAD = "record_id,date_start,date_end,precision,lon,lat,country,deaths_best,deaths_low,deaths_high,source\n"


def table(*rows: tuple[object, ...]) -> bytes:
    lines = [
        f"{i},{day},{day},{precision},{lon},5.0,CAF,{deaths},{deaths},{deaths},ucdp"
        for i, day, precision, lon, deaths in rows
    ]
    return (HEAD + "\n".join(lines) + "\n").encode()


OLD = table(("1", "2020-05-01", 1, 20.0, 2), ("2", "2020-05-02", 1, 20.0, 30), ("3", "2019-01-01", 1, 25.0, 1),
            ("4", "2019-01-02", 1, 26.0, 1), ("5", "2019-01-03", 1, 26.0, 1))  # fmt: skip
NEW = table(("1", "2020-05-01", 1, 20.0, 2), ("3", "2019-01-01", 1, 25.5, 4), ("4", "2019-01-02", 1, 26.0, 1),
            ("5", "2019-01-04", 2, 26.0, 1), ("6", "2020-06-01", 1, 22.0, 9), ("7", "2020-06-02", 1, 22.0, 9))  # fmt: skip
SITES = b"site_id,name,lat,lon,country,minerals\nA,Alpha,5.0,20.01,CAF,gold\nB,Beta,5.0,22.01,CAF,gold\nC,Gamma,5.0,26.01,CAF,gold\n"
COVERAGE = b"dataset,country_iso3,from,to\nucdp,CAF,2010-01-01,2020-12-31\n"


@functools.cache
def compared(sites: bool = True):
    coverage = [Source("coverage.csv", COVERAGE)]
    given = Inputs(sites=[Source("sites.csv", SITES)] if sites else [], coverage=coverage)
    return run([Source("old.csv", OLD)], [Source("new.csv", NEW)], given, DAY if sites else None)


def test_every_incident_that_differs_is_told_in_what_it_differs():
    found = compared().incidents.set_index("record_id")
    assert found["change"].to_dict() == {
        "2": "removed", "3": "moved;re-estimated", "5": "re-dated;precision", "6": "added", "7": "added",
    }  # fmt: skip
    assert found.loc["3", "moved_m"] == pytest.approx(55_460, abs=100)
    assert (found.loc["3", "deaths_before"], found.loc["3", "deaths_after"]) == (1, 4)


def test_sites_whose_class_would_change_and_through_which_incidents():
    made = compared()
    moved = made.moves.set_index("site_id")
    assert moved.loc["A", ["class_before", "class_after", "records"]].tolist() == [
        "conflict-affected",
        "high-risk",
        "gone 2",
    ]
    assert moved.loc["B", ["class_before", "class_after", "records"]].tolist() == [
        "no indicators found", "conflict-affected", "new 6;new 7",
    ]  # fmt: skip
    assert "C" not in moved.index
    assert set(moved["cause"]) == {"incidents"}
    assert made.late == 0
    sentences = [line.sentence(translator("fr")) for line in made.summary()]
    assert any("2 sites" in line for line in sentences)
    assert any("gone 2" in line for line in sentences)


@pytest.mark.parametrize(
    ("file", "one", "other"),
    [
        ("incident_changes.csv", b"removed", b"added"),
        ("incident_changes.csv", b",removed,", b",lost,"),
        ("years.csv", b"2020,2,32,", b"2020,2,33,"),
        ("moves.csv", b"incidents", b"rules"),
    ],
)
def test_a_forger_who_writes_new_hashes_is_found_in_what_follows(file, one, other):
    files = compared().files()
    assert verify_files(files, "here").differences == ()
    record = json.loads(files["run.json"])
    tables = {n: b for n, b in files.items() if n.endswith(".csv")}
    assert one in tables[file]
    tables[file] = tables[file].replace(one, other, 1)
    [difference] = verify_files(sealed(tables, {k: v for k, v in record.items() if k != "files"}), "here").differences
    assert file in difference or "run.json" in difference


def test_without_sites_it_says_so():
    made = compared(sites=False)
    assert made.moves is None
    names = ["data_cards.html", "incident_changes.csv", "ro-crate-metadata.json", "run.json", "years.csv"]
    assert sorted(made.files()) == names
    assert "No sites were given" in made.summary()[-1]


def test_years_lose_or_gain_deaths():
    old, new = (pd.DataFrame({"date_start": pd.to_datetime(days), "deaths_best": deaths})
                for days, deaths in ((["2018-01-01", "2019-01-01"], [10.0, 5.0]), (["2018-03-01", "2020-01-01"], [8.0, 1.0])))  # fmt: skip
    found = by_year(old, new).set_index("year")
    assert found["deaths_change"].iloc[:2].tolist() == [-0.2, -1.0]
    assert pd.isna(found.loc[2020, "deaths_change"])


def test_of_acled_the_id_and_the_kind_of_change_alone_are_told():
    row = {"source": "acled", "record_id": "CAF1", "date_start": pd.Timestamp("2020-01-01"), "precision": 1, "lon": 20.0,
           "lat": 5.0, "deaths_best": 3.0, "country": "CAF", "restricted": True}  # fmt: skip
    old = conform(pd.DataFrame([row]), INCIDENTS)
    new = conform(pd.DataFrame([{**row, "lon": 21.0, "deaths_best": 4.0}]), INCIDENTS)
    found = incident_changes(old, new)
    assert found.iloc[0].dropna().to_dict() == {
        "record_id": "CAF1", "source": "acled", "change": "moved;re-estimated", "country": "",
    }  # fmt: skip


def test_the_command_writes_what_it_says(tmp_path, capsys):
    for name, data in (("old.csv", OLD), ("new.csv", NEW), ("sites.csv", SITES)):
        (tmp_path / name).write_bytes(data)
    old, new, sites = (str(tmp_path / n) for n in ("old.csv", "new.csv", "sites.csv"))
    out = tmp_path / "out"
    assert cli.main(["edition-changes", old, new, "--sites", sites, "--as-of", "2020-06-30", "--out", str(out)]) == 0
    assert (out / "moves.csv").read_text("utf-8").count("\n") == 3
    record = json.loads((out / "run.json").read_text("utf-8"))
    assert record["changes"]["added"] == 2
    assert [i["side"] for i in record["inputs"] if i["role"] == "incidents"] == ["before", "after"]
    assert cli.main(["verify", str(out)]) == 0
    given = ["verify", str(out), "--before", old, "--after", new, "--sites"]
    assert cli.main([*given, sites]) == 0
    (tmp_path / "sites.csv").write_bytes(SITES.replace(b"Alpha", b"Omega").replace(b"20.01", b"24.01"))
    assert cli.main([*given, sites]) == 1
    assert cli.main(["edition-changes", old, new, "--sites", sites]) == 2
    assert "--as-of" in capsys.readouterr().err


@pytest.mark.real_data
def test_the_edition_of_2019_and_of_2024_for_myanmar(shared_data):
    files = [
        shared_data / "conflict" / n
        for n in ("ucdp_ged_19_1_myanmar_bangladesh_42cols.csv", "ucdp_ged_24_1_myanmar_49cols.csv")
    ]
    made = run([Source.of(files[0])], [Source.of(files[1])], Inputs(), None)
    n = counts(made.incidents)
    gone = made.incidents[made.incidents["change"] == "removed"]
    assert (n["added"], n["removed"], n["moved"], n["re-estimated"]) == (4787, 607, 17, 17)
    assert int((gone["country"] == "BGD").sum()) == 601  # the later file is of Myanmar alone


def test_synthetic_editions_and_sites_mark_the_record_and_its_folder():
    rows = NEW.decode().splitlines()
    synthetic = "\n".join([f"{rows[0]},demonstration", *(f"{row},true" for row in rows[1:])]).encode() + b"\n"
    files = run([Source("old.csv", OLD)], [Source("new.csv", synthetic)], Inputs(), None).files()
    record = json.loads(files["run.json"])
    assert (record["demonstration"], record["demonstration_layers"]) == (True, ["incidents"])
    assert "incidents" in files["demonstration.txt"].decode()
    assert record["last_day"] == "2020-06-02"
    assert verify_files(files, "d").differences == ()
    assert not json.loads(compared().files()["run.json"])["demonstration"]
