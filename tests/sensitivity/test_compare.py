"""`cahra compare`: on constructed cases every cause is found, each move has one, and they sum to all moves."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pandas as pd
import pytest

import cli
from geo.errors import InputError
from jobs.compare.causes import CAUSES
from jobs.compare.folder import read_folder
from layers.reference import files
from tests.examples import some
from tests.jobs.edits import forged

DAY = "2018-12-31"
INCIDENTS = pd.read_csv(files.DEMONSTRATION_INCIDENTS, dtype=str, keep_default_na=False)
VISITS = pd.read_csv(files.DEMONSTRATION_VISITS, dtype=str, keep_default_na=False)
REGISTER = pd.read_csv(files.DATA / "zone_register.csv", dtype=str, keep_default_na=False)


def incident(key, day, lon=20.0, deaths="1"):
    row = INCIDENTS.iloc[0].to_dict()
    return row | {"record_id": key, "date_start": day, "date_end": day, "lon": str(lon), "lat": "6.02", "deaths_best": deaths,
                  "deaths_low": deaths, "deaths_high": deaths}  # fmt: skip


def visit(armed):
    row = VISITS.iloc[0].to_dict()
    return row | {"source": "list", "site_id": "b", "visit_id": "v", "visit_date": "2018-05-01", "visit_basis": "on_site",
                  "informative": "true", "non_state_armed": armed, "roadblock": "false", "lon": "22", "lat": "8",
                  "admin2": "Nola", "minerals": "diamond"}  # fmt: skip


BASE = {
    "sites": [
        {"site_id": k, "name": k, "lat": y, "lon": x, "minerals": "diamond", "country": "CAF", "admin2": "Nola",
         "source": "list", "demonstration": "true"}
        for k, x, y in (("a", 20, 6), ("b", 22, 8), ("c", 24, 6))
    ],
    "incidents": [incident("i1", "2018-06-01"), incident("i9", "2012-06-01", 16.0)],
    "visits": [visit("false")],
    "coverage": [{"dataset": "Demonstration incidents", "country_iso3": "CAF", "from": "2010-01-01", "to": "2025-12-31", "effects": "all"}],
    "zones": REGISTER.to_dict("records"),
}  # fmt: skip


def result(place: Path, as_of=DAY, rules=None, boundaries=None, **changed):
    place.mkdir(parents=True)
    asked = ["assess", "--as-of", as_of, "--out", str(place / "out")]
    for role, rows in (BASE | changed).items():
        path = place / f"{role}.csv"
        pd.DataFrame(rows).to_csv(path, index=False)
        asked += ["--sites" if role == "visits" else f"--{role}", str(path)]
    if rules:
        path = place / "rules.toml"
        text = (files.DATA / "rules.toml").read_text("utf-8")
        assert rules[0] in text
        path.write_text(text.replace(*rules), "utf-8")
        asked += ["--rules", str(path)]
    if boundaries:
        path = place / "units.geojson"
        path.write_text(json.dumps(boundaries), "utf-8")
        asked += ["--boundaries", str(path)]
    assert cli.main(asked) == 0
    return place / "out"


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return result(tmp_path_factory.mktemp("base") / "a")


def compared(a, b, out):
    assert cli.main(["compare", str(a), str(b), "--out", str(out)]) == 0
    with (out / "moves.csv").open(encoding="utf-8", newline="") as file:
        moves = {r["site_id"]: r for r in csv.DictReader(file)}
    record = json.loads((out / "run.json").read_text("utf-8"))
    assert list(record["causes"]) == list(CAUSES)
    assert sum(record["causes"].values()) == len(moves) == record["sites"]["moved"]
    before, after = (read_folder(f).rows for f in (a, b))
    watched = ["site_class", "zone_status"]
    differ = {k[1] for k in {*before.index, *after.index}
              if k not in before.index or k not in after.index or (before.loc[k, watched] != after.loc[k, watched]).any()}  # fmt: skip
    assert set(moves) == differ
    return moves


H1_NEAR = (
    "within_km = 20\ntests = [{ months = 36, min_events = 1 }]",
    "within_km = 1\ntests = [{ months = 36, min_events = 1 }]",
)


def unit(name, west, east):
    return {
        "type": "Feature", "properties": {"shapeName": name, "shapeGroup": "CAF", "shapeType": "ADM2"},
        "geometry": {"type": "Polygon", "coordinates": [[[west, 5], [east, 5], [east, 7], [west, 7], [west, 5]]]},
    }  # fmt: skip


NAMED = ("Berbérati", "Boda", "Boganangone", "Boganda", "Carnot", "Gadzi")
SLICES = [unit(name, 17.1 + 0.2 * i, 17.3 + 0.2 * i) for i, name in enumerate(NAMED)]
UNITS = {"type": "FeatureCollection", "features": [unit("Nola", 15, 17), unit("Bria", 19, 21), *SLICES]}
CASES = {
    "incidents": ({"incidents": BASE["incidents"][1:]}, {"a"}),
    "date": ({"as_of": "2022-12-31"}, {"a"}),
    "rules": ({"rules": H1_NEAR}, {"a"}),
    "coverage": ({"coverage": [BASE["coverage"][0] | {"country_iso3": "TCD"}]}, {"b", "c"}),
    "register": ({"zones": [r | {"status": "suspended"} if r["unit"] == "Nola" else r for r in BASE["zones"]]}, {"a", "b", "c"}),
    "visits_and_statuses": ({"visits": [visit("true")]}, {"b"}),
    "sites": ({"sites": [s | ({"lon": 21.5} if s["site_id"] == "a" else {}) for s in BASE["sites"]]}, {"a"}),
    "boundaries": ({"boundaries": UNITS}, {"a"}),
}  # fmt: skip


LONGER = ("incidents", "date", "rules")
"""Left to the long run: the tests below have one of each of them each time."""


@pytest.mark.parametrize("cause", some(CASES, *(c for c in CASES if c not in LONGER)))
def test_a_single_change_is_the_cause_of_every_move(base, tmp_path, cause):
    changed, expected = CASES[cause]
    moves = compared(base, result(tmp_path / "b", **changed), tmp_path / "out")
    assert {m["cause"] for m in moves.values()} == {cause}
    assert expected <= set(moves)


def test_where_several_things_change_the_evidence_tells_them_apart(base, tmp_path):
    sites = [*BASE["sites"], BASE["sites"][0] | {"site_id": "new", "lon": 18}]
    later = result(
        tmp_path / "b", as_of="2019-06-30", sites=sites,
        incidents=[incident("i9", "2012-06-01", 16.0), incident("i2", "2019-03-01", 24.0)],
    )  # fmt: skip
    moves = compared(base, later, tmp_path / "out")
    assert moves["a"]["cause"] == "incidents"
    assert moves["a"]["records"] == "gone i1"
    assert moves["c"]["cause"] == "date"
    assert moves["c"]["records"] == "new i2"
    assert (moves["new"]["class_before"], moves["new"]["cause"]) == ("", "several")


def test_what_came_by_the_date_and_went_by_the_file_is_several(base, tmp_path):
    rows = [incident("i9", "2012-06-01", 16.0), incident("i2", "2019-03-01"), incident("i3", "2019-04-01")]
    moves = compared(base, result(tmp_path / "b", as_of="2019-06-30", incidents=rows), tmp_path / "out")
    assert (moves["a"]["cause"], moves["a"]["records"]) == ("several", "new i2;new i3;gone i1")


def test_other_rules_on_the_same_evidence_are_the_cause_also_where_incidents_changed(base, tmp_path):
    rows = [*BASE["incidents"], incident("far", "2018-06-01", 16.0)]
    moves = compared(base, result(tmp_path / "b", rules=H1_NEAR, incidents=rows), tmp_path / "out")
    assert moves["a"]["cause"] == "rules"


def test_the_same_result_has_no_moves(base, tmp_path, capsys):
    assert cli.main(["compare", str(base), str(base)]) == 0
    assert capsys.readouterr().out.startswith("0 sites")


def test_two_sensitivities_are_compared_too(base, tmp_path):
    given = base.parent
    asked = [
        "--sites",
        str(given / "sites.csv"),
        "--incidents",
        str(given / "incidents.csv"),
        "--incident-coverage",
        str(given / "coverage.csv"),
    ]
    for day in (DAY, "2022-12-31"):
        asked_at = ["--as-of", day, "--from", day, "--draws", "1", "--out", str(tmp_path / day)]
        assert cli.main(["sensitivity", *asked, *asked_at]) == 0
    assert compared(tmp_path / DAY, tmp_path / "2022-12-31", tmp_path / "out")["a"]["cause"] == "date"


def test_version_1_and_other_jobs_are_said_to_be_that(base, tmp_path, capsys):
    old = tmp_path / "old"
    old.mkdir()
    whole = {path.name: path.read_bytes() for path in base.iterdir()}
    record = json.loads(whole["run.json"])
    earlier = {k: v for k, v in record.items() if k != "files"} | {"rules": {"version": "1"}, "run_at": "2026-01-01"}
    (old / "run.json").write_text(json.dumps(earlier), "utf-8")
    assert cli.main(["compare", str(old), str(base)]) == 2
    assert "version 0.1" in capsys.readouterr().err
    other = forged(whole, "run.json", json.dumps(record | {"job": "meeting"}).encode())
    for name, data in other.items():
        (old / name).write_bytes(data)
    with pytest.raises(InputError, match="not compared"):
        read_folder(old)
