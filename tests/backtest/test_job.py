"""`cahra backtest` as a person calls it: files in, files out, the same bytes, one clear message."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re

import numpy as np
import pandas as pd
import pytest

import cli
from geo.backtest.track_record import COLUMNS
from geo.records.incidents import prepare
from jobs.assessment.job import run
from jobs.backtest.job import BacktestInputs, load
from jobs.backtest.regions import regions
from jobs.backtest.snapshots import snapshots
from jobs.inputs import Inputs, Source
from layers.reference import files
from layers.reference.rule_files import default_rules
from tests import frames

DEMO = [
    "--sites", str(files.DEMONSTRATION_SITES), "--sites", str(files.DEMONSTRATION_VISITS),
    "--incidents", str(files.DEMONSTRATION_INCIDENTS), "--incident-coverage", str(files.DEMONSTRATION_COVERAGE),
]  # fmt: skip
NAMES = {
    "track_record.csv",
    "track_record.html",
    "run.json",
    "ro-crate-metadata.json",
    "demonstration.txt",
    "data_cards.html",
    "decision_table.csv",
    "incidents_counted.csv",
    "rejected.csv",
}


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    folder = tmp_path_factory.mktemp("backtest")
    assert cli.main(["backtest", *DEMO, "--from", "2014-12-31", "--to", "2017-12-31", "--out", str(folder)]) == 0
    return folder


def test_the_table_has_every_row_and_column(result):
    assert {p.name for p in result.iterdir()} == NAMES
    table = rows(result / "track_record.csv")
    assert tuple(table[0]) == (*COLUMNS, "demonstration")  # the data of these tests is synthetic
    by_kind = {}
    for row in table:
        by_kind.setdefault(row["kind"], []).append(row["name"])
    assert list(by_kind) == ["class", "rule", "rule_alone", "intensity", "baseline"]
    assert by_kind["rule"] == by_kind["rule_alone"]
    assert by_kind["class"][0] == "site_class"
    assert by_kind["baseline"] == [
        "base_rate", "region_25_deaths", "count_50km_12m", "count_20km_10y", "persistence",
    ]  # fmt: skip
    base = next(r for r in table if r["name"] == "base_rate")
    classes = [r for r in table if r["kind"] == "class" and not r["name"].endswith("_class")]
    assert sum(int(r["n"]) for r in classes) == int(base["n"])
    assert sum(int(r["hits"]) for r in classes) == int(base["hits"])
    for row in table:
        rate, low, high = row["hit_rate"], row["hit_rate_low"], row["hit_rate_high"]
        assert not rate or float(low) <= float(rate) <= float(high)


def test_the_same_call_gives_the_same_bytes_and_another_seed_other_intervals(result, tmp_path):
    call = ["backtest", *DEMO, "--from", "2014-12-31", "--to", "2017-12-31", "--out"]
    for name, seed in (("same", "0"), ("other", "1")):
        assert cli.main([*call, str(tmp_path / name), "--seed", seed]) == 0
    for path in sorted(result.iterdir()):
        again = (tmp_path / "same" / path.name).read_bytes()
        if path.name == "run.json":
            drop = [{k: v for k, v in json.loads(b).items() if k != "run_at"} for b in (path.read_bytes(), again)]
            assert drop[0] == drop[1]
        else:
            assert path.read_bytes() == again, path.name
    one, other = rows(result / "track_record.csv"), rows(tmp_path / "other/track_record.csv")
    changed = {c for a, b in zip(one, other, strict=True) for c in COLUMNS if a[c] != b[c]}
    assert changed
    assert changed <= {"hit_rate_low", "hit_rate_high", "auc_low", "auc_high"}


def test_the_page_asks_no_host_and_runs_no_script(result, tmp_path):
    page = (result / "track_record.html").read_text("utf-8")
    assert "<script" not in page
    assert not re.search(r"(src|href)=|url\((?!\"data:)|@import", page)
    assert re.findall(r"https?://[^\s\"'<]+", page) == ["http://www.w3.org/2000/svg"] * page.count("<svg")
    assert "not a forecast" in page
    assert "Demonstration data" in page
    call = ["backtest", *DEMO, "--from", "2016-12-31", "--to", "2017-12-31", "--language", "fr", "--out", str(tmp_path)]
    assert cli.main(call) == 0
    french = (tmp_path / "track_record.html").read_text("utf-8")
    assert '<html lang="fr">' in french
    assert "prévision" in french
    assert "not a forecast" not in french


def test_the_record_says_what_was_done(result):
    record = json.loads((result / "run.json").read_text("utf-8"))
    assert record["settings"]["outcome"] == "events=1,radius_km=20,months=12"
    assert [d["date"] for d in record["by_date"]] == ["2014-12-31", "2015-12-31", "2016-12-31", "2017-12-31"]
    assert sum(d["cases"] for d in record["by_date"]) == record["cases"]
    assert record["demonstration"] is True
    assert record["rules"]["hash"].startswith("sha256:")


def test_dates_whose_outcome_is_not_covered_are_left_out(tmp_path, capsys):
    call = ["backtest", *DEMO, "--from", "2022-12-31", "--to", "2027-12-31", "--out", str(tmp_path)]
    assert cli.main(call) == 0
    record = json.loads((tmp_path / "run.json").read_text("utf-8"))
    assert record["by_date"][-1]["cases"] == 0
    assert record["left_out"]["outcome not covered"] > 0
    assert "Left out" in capsys.readouterr().out
    late = ["backtest", *DEMO, "--from", "2034-12-31", "--to", "2035-12-31", "--out", str(tmp_path)]
    assert cli.main(late) == 2
    assert "No site has a known outcome" in capsys.readouterr().err


def test_coverage_taken_away_gives_no_better_record(tmp_path):
    """What nothing declares is said, and no class becomes calm by it."""
    bare = DEMO[:6]
    call = ["backtest", *bare, "--from", "2015-12-31", "--to", "2017-12-31", "--out", str(tmp_path)]
    assert cli.main(call) == 0
    table = {(r["kind"], r["name"]): r for r in rows(tmp_path / "track_record.csv")}
    assert table["class", "no indicators found"]["n"] == "0"
    assert json.loads((tmp_path / "run.json").read_text("utf-8"))["cases_without_declared_coverage"] > 0


def test_regions_are_known_by_polygon_or_by_the_names_that_sites_and_incidents_carry():
    rows = [{"day": "2016-06-01", "admin1": "Ouham prefecture"}, {"day": "2016-06-01", "admin1": "Kémo"}]
    incidents = prepare(frames.incidents(*rows))
    sites = frames.sites({"admin1": "Ouham"}, {"admin1": "kemo"}, {"admin1": ""})
    loaded = load(BacktestInputs(Inputs([Source.of(DEMO[1])])))
    of_site, of_incident = regions(loaded, sites, incidents)
    named = incidents.frame["admin1"].tolist()
    assert of_site[0] == of_incident[named.index("Ouham prefecture")]
    assert of_site[1] == of_incident[named.index("Kémo")]
    assert of_site[2] == -1
    assert regions(loaded, frames.sites({"admin1": ""}), incidents) is None


SQUARE = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"shapeName": "Square", "shapeISO": "CF-X", "shapeGroup": "CAF", "shapeType": "ADM1"},
            "geometry": {"type": "Polygon", "coordinates": [[[15, 4], [18, 4], [18, 7], [15, 7], [15, 4]]]},
        }
    ],
}


def test_random_points_are_drawn_and_kept(tmp_path):
    square = tmp_path / "square.geojson"
    square.write_text(json.dumps(SQUARE))
    call = [
        "backtest", "--random-points", "40", "--boundaries", str(square), "--country", "CAF",
        "--incidents", str(files.DEMONSTRATION_INCIDENTS), "--incident-coverage", str(files.DEMONSTRATION_COVERAGE),
        "--from", "2015-12-31", "--to", "2016-12-31", "--seed", "3",
    ]  # fmt: skip
    for name in ("a", "b"):
        assert cli.main([*call, "--out", str(tmp_path / name)]) == 0
    points = rows(tmp_path / "a/points.csv")
    assert len(points) == 40
    assert {p["country"] for p in points} == {"CAF"}
    assert all(15 <= float(p["lon"]) <= 18 and 4 <= float(p["lat"]) <= 7 for p in points)
    assert (tmp_path / "a/points.csv").read_bytes() == (tmp_path / "b/points.csv").read_bytes()
    assert (tmp_path / "a/track_record.csv").read_bytes() == (tmp_path / "b/track_record.csv").read_bytes()
    region = next(r for r in rows(tmp_path / "a/track_record.csv") if r["name"] == "region_25_deaths")
    assert region["places"] == "40"
    assert "not mines" in (tmp_path / "a/track_record.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ([], "A backtest needs a list of sites"),
        (["--random-points", "5"], "Random points need boundaries"),
        ([*DEMO, "--random-points", "5"], "not both"),
        ([*DEMO, "--from", "2017-12-31", "--to", "2016-12-31"], "There is no past date"),
        ([*DEMO, "--from", "yesterday"], "--from"),
        ([*DEMO, "--step", "0"], "--step"),
        ([*DEMO, "--outcome", "events=many"], "--outcome"),
        (DEMO[:4], "--incidents"),
    ],
)
def test_what_cannot_be_used_says_why(more, said, tmp_path, capsys):
    assert cli.main(["backtest", *more, "--out", str(tmp_path)]) == 2
    assert said in capsys.readouterr().err


def test_many_dates_at_once_are_the_dates_one_by_one():
    """Sites with visits and statuses too: a date never sees another one's."""
    loaded = load(BacktestInputs(Inputs([Source.of(p) for p in DEMO[1:4:2]], [Source.of(DEMO[5])],
                                        coverage=[Source.of(DEMO[7])])))  # fmt: skip
    days = [dt.date(2013, 12, 31), dt.date(2016, 2, 29), dt.date(2018, 12, 31)]
    rules = default_rules()
    found = snapshots(loaded, days, rules, lambda *_: None)
    for i, day in enumerate(days):
        one = run(loaded, day, rules).assessment
        here = found.date == i
        sites = found.sites[here].reset_index(drop=True)
        pd.testing.assert_frame_equal(sites, one.sites[list(sites.columns)])
        fired = found.fired[here].reset_index(drop=True)
        pd.testing.assert_frame_equal(fired, one.fired[list(fired.columns)])
    assert found.fired["C2"].any()


def test_sites_are_taken_in_pieces_that_change_nothing(monkeypatch):
    loaded = load(BacktestInputs(Inputs([Source.of(DEMO[1])], [Source.of(DEMO[5])])))
    days = [dt.date(y, 12, 31) for y in range(2014, 2018)]
    whole = snapshots(loaded, days, default_rules(), lambda *_: None)
    monkeypatch.setattr("geo.dates.many.CELLS", 32)
    seen = []
    pieces = snapshots(loaded, days, default_rules(), lambda *what: seen.append(what))
    assert seen == [("dates", 0, 4), ("dates", 4, 4)]
    assert np.array_equal(whole.date, pieces.date)
    for name in ("sites", "fired", "unknown"):
        pd.testing.assert_frame_equal(getattr(whole, name), getattr(pieces, name))
