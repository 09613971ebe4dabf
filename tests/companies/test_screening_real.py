"""272 CAR trade lines and 500 DRC sites with faulty rows: every row answered; two runs a year apart compared."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cli import main
from jobs.screening.compare import WATCHED
from tests.companies.lists import FAULTY, real_list

pytestmark = pytest.mark.real_data


def screen(shared, folder, day, listed, *more):
    out = folder / f"run-{day}"
    (folder / "list.csv").write_bytes(listed)
    args = ["screen", "--list", str(folder / "list.csv"), "--as-of", day, "--out", str(out)]
    args += ["--incidents", str(shared / "conflict/ucdp_ged_23_1_car.geojson")]
    args += ["--incidents", str(shared / "conflict/ucdp_ged_sample1000_v23_49cols.csv")]
    args += ["--sites", str(shared / "mines/cod_mines_curated_all_opendata_p_ipis.csv")]
    args += ["--boundaries", str(shared / "admin/geoboundaries_caf_adm2_2015_simplified.geojson")]
    args += ["--boundaries-version", "2015", *more]
    assert main(args) == 0
    return out


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def runs(shared_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("screening")
    listed = real_list(shared_data)
    first = screen(shared_data, folder, "2020-06-30", listed)
    second = screen(shared_data, folder, "2021-06-30", listed, "--compare", str(first))
    return first, second


def test_every_row_is_answered_and_every_faulty_one_says_why(runs):
    first, _ = runs
    rows = rows_of(first / "screening.csv")
    assert len(rows) == 272 + 500 + len(FAULTY)
    assert [int(r["row"]) for r in rows] == list(range(2, 2 + len(rows)))
    bad = [r for r in rows if r["answer"] == "rejected"]
    assert len(bad) == len(FAULTY) > 20
    for got, (given, reason) in zip(bad, FAULTY, strict=True):
        assert got["supplier_id"] == str(given["supplier_id"]).strip()
        assert got["reason"] == reason or (not reason and got["reason"])
        assert got["site_class"] == ""
    good = [r for r in rows if r["answer"] == "accepted"]
    assert all(r["site_class"] and r["zone_status"] and r["why_en"] and r["why_fr"] for r in good)
    record = json.loads((first / "run.json").read_text("utf-8"))
    assert record["suppliers"] == {"read": len(rows), "accepted": 772, "rejected": len(FAULTY)}


def test_the_sample_covers_nothing_so_no_drc_row_is_calm(runs):
    for run in runs:
        drc = [r for r in rows_of(run / "screening.csv") if r["supplier_id"].startswith("COD-")]
        assert len(drc) == 500
        assert "no indicators found" not in {r["site_class"] for r in drc}


def test_rows_of_known_sites_speak_with_their_visits_and_statuses(runs, shared_data):
    import datetime as dt

    from jobs.assessment.job import Inputs, Source, load, run

    first, _ = runs
    drc = [r for r in rows_of(first / "screening.csv") if r["supplier_id"].startswith("COD-")]
    tied = [r for r in drc if r["known_site"]]
    assert len(tied) > 450
    loaded = load(
        Inputs(
            sites=[Source.of(shared_data / "mines/cod_mines_curated_all_opendata_p_ipis.csv")],
            incidents=[Source.of(shared_data / "conflict/ucdp_ged_sample1000_v23_49cols.csv")],
        )
    )
    whole = run(loaded, dt.date(2020, 6, 30)).assessment.sites.set_index("site_id")
    same = [r for r in tied if r["supplier_id"] == f"COD-{r['known_site']}" and r["known_site_m"] == "0.0"]
    assert len(same) > 400
    for r in same:
        site = whole.loc[r["known_site"]]
        assert ("C2" in r["rules_fired"].split(";")) == ("C2" in site["rules_fired"].split(";")), r["supplier_id"]
        assert r["drc_status"] == site["drc_status"], r["supplier_id"]
        if r["drc_status"]:
            ends = pd.Timestamp(r["drc_status_date"]) + pd.DateOffset(months=12)
            assert r["drc_expires"] == f"{ends:%Y-%m-%d}"


def test_origins_are_classed_as_cahra_assess_classes_the_same_sites(runs, shared_data):
    import datetime as dt

    from jobs.assessment.export import explained
    from jobs.assessment.job import Inputs, Source, load, run

    first, _ = runs
    loaded = load(
        Inputs(
            sites=[Source.of(shared_data / "mines/ipis_car_destinations_lines.geojson")],
            incidents=[
                Source.of(shared_data / "conflict/ucdp_ged_23_1_car.geojson"),
                Source.of(shared_data / "conflict/ucdp_ged_sample1000_v23_49cols.csv"),
            ],
            boundaries=[Source.of(shared_data / "admin/geoboundaries_caf_adm2_2015_simplified.geojson")],
            boundaries_version="2015",
        )
    )
    result = run(loaded, dt.date(2020, 6, 30))
    sites = explained(result.assessment, result.rules).set_index("site_id")
    rows = [
        r for r in rows_of(first / "screening.csv") if r["supplier_id"].startswith("CAR-") and r["answer"] == "accepted"
    ]
    assert len(rows) == 272
    for r in rows:
        site = sites.loc[r["supplier_id"].removeprefix("CAR-")]
        for name in (
            "site_class",
            "area_class",
            "certain_class",
            "possible_class",
            "zone_status",
            "rules_fired",
            "area_rules_fired",
            "rules_unknown",
            "gaps",
            "area_gaps",
            "why_en",
        ):
            assert r[name] == site[name], (r["supplier_id"], name)


def test_the_straight_ways_say_that_they_are_guesses_and_agree_with_brute_force(runs, shared_data):
    from pyproj import Geod

    first, _ = runs
    routes = rows_of(first / "routes.csv")
    assert len(routes) == 272
    assert {r["route_basis"] for r in routes} == {"straight_guess"}
    geod = Geod(ellps="WGS84")
    events = json.loads((shared_data / "conflict/ucdp_ged_23_1_car.geojson").read_text("utf-8"))["features"]
    points = [
        tuple(f["geometry"]["coordinates"][:2])
        for f in events
        if int(f["properties"]["where_prec"]) == 1
        and int(f["properties"]["best"]) >= 1
        and str(f["properties"]["date_start"])[:10] <= "2020-06-30"
        and str(f["properties"]["date_end"])[:10] > "2019-06-30"
    ]
    x, y = np.array(points, dtype=float).T
    given = {r["supplier_id"]: r for r in csv.DictReader(real_list(shared_data).decode().splitlines()) if r["dest_lon"]}
    for r in routes[::8]:
        row = given[r["supplier_id"]]
        a, b = (float(row["lon"]), float(row["lat"])), (float(row["dest_lon"]), float(row["dest_lat"]))
        azimuth, _, length = geod.inv(*a, *b)
        steps = np.linspace(0, length, max(2, int(length / 100) + 1))
        lon, lat, _ = geod.fwd(
            np.full(len(steps), a[0]), np.full(len(steps), a[1]), np.full(len(steps), azimuth), steps
        )
        grid = np.meshgrid(np.arange(len(steps)), np.arange(len(x)), indexing="ij")
        i, k = grid[0].ravel(), grid[1].ravel()
        far = np.asarray(geod.inv(np.asarray(lon)[i], np.asarray(lat)[i], x[k], y[k])[2]).reshape(len(steps), len(x))
        near = far.min(axis=0) if len(x) else np.zeros(0)
        assert abs(int(r["incidents"]) - int((near <= 20_000).sum())) <= int((abs(near - 20_000) < 20).sum())
        exposed = (far.min(axis=1) <= 20_000).mean() * length / 1000
        assert float(r["exposed_km"]) == pytest.approx(exposed, abs=0.4)
        assert float(r["length_km"]) == pytest.approx(length / 1000, abs=1e-5)


def test_two_runs_a_year_apart_attribution_sums_to_all_changes(runs):
    first, second = runs
    old = {r["supplier_id"]: r for r in rows_of(first / "screening.csv") if r["answer"] == "accepted"}
    new = {r["supplier_id"]: r for r in rows_of(second / "screening.csv") if r["answer"] == "accepted"}
    changed = {k for k in new if any(old[k][name] != new[k][name] for name in WATCHED)}
    changes = rows_of(second / "changes.csv")
    assert {c["supplier_id"] for c in changes} == changed
    assert len(changed) > 20
    record = json.loads((second / "run.json").read_text("utf-8"))["compared"]
    assert sum(record["through"].values()) == record["changed"] == len(changed)
    assert record["through"] == {"date": len(changed)}, "the same files and rules: only the date moved"


@pytest.mark.slow
def test_rules_and_data_are_told_from_the_date(runs, shared_data, tmp_path):
    _, second = runs
    rules = (Path(__file__).resolve().parents[2] / "data/rules.toml").read_text("utf-8")
    milder = tmp_path / "rules.toml"
    for strict, mild in (
        ("min_events = 1 }", "min_events = 500 }"),
        ("min_deaths = 25", "min_deaths = 2500"),
    ):
        assert strict in rules
        rules = rules.replace(strict, mild)
    milder.write_text(rules, "utf-8")
    listed = real_list(shared_data)
    out = screen(shared_data, tmp_path, "2021-06-30", listed, "--compare", str(second), "--rules", str(milder))
    through = json.loads((out / "run.json").read_text("utf-8"))["compared"]["through"]
    assert set(through) <= {"rules"}
    assert through
    # Other data at the same date and rules: an incident file less.
    fewer = tmp_path / "fewer"
    fewer.mkdir()
    shutil.copy(shared_data / "mines/cod_mines_curated_all_opendata_p_ipis.csv", fewer)
    (fewer / "list.csv").write_bytes(listed)
    args = ["screen", "--list", str(fewer / "list.csv"), "--as-of", "2021-06-30", "--out", str(fewer / "out")]
    args += ["--sites", str(fewer / "cod_mines_curated_all_opendata_p_ipis.csv"), "--compare", str(second)]
    assert main(args) == 0
    record = json.loads((fewer / "out/run.json").read_text("utf-8"))["compared"]
    assert set(record["through"]) == {"data"}
    assert sum(record["through"].values()) == record["changed"]
