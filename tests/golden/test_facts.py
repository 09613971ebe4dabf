"""The facts for acceptance, on the real files, through the same path as the command line."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from geo.assess import assess
from jobs.assessment.job import Inputs, Source, load, run
from layers.reference.rule_files import default_rules
from tests import brute, frames

pytestmark = pytest.mark.real_data
NEAR = {"C1", "H1", "H2", "H4"}


@pytest.fixture(scope="module")
def car(shared_data):
    return load(
        Inputs(
            sites=[Source.of(shared_data / "mines/ipis_car_destinations_lines.geojson")],
            incidents=[Source.of(shared_data / "conflict/ucdp_ged_23_1_car.geojson")],
            boundaries=[Source.of(shared_data / "admin/geoboundaries_caf_adm2_2015_simplified.geojson")],
            boundaries_version="2015",
        )
    )


@pytest.fixture(scope="module")
def drc(shared_data):
    loaded = load(
        Inputs(
            sites=[Source.of(shared_data / "mines/cod_mines_curated_all_opendata_p_ipis.csv")],
            incidents=[Source.of(shared_data / "conflict/ucdp_ged_sample1000_v23_49cols.csv")],
        )
    )
    return run(loaded, dt.date(2023, 6, 30))


def at(loaded, day):
    return run(loaded, dt.date.fromisoformat(day)).assessment


def fired(sites, rules=NEAR):
    return [set(text.split(";")) & rules for text in sites["rules_fired"]]


TOWNS = {"Boda": (17.467, 4.317), "Berbérati": (15.79, 4.26), "Bria": (21.986, 6.542)}
FACTS = {
    ("Boda", "2014-12-31"): {"C1": (12, 103), "H1": (12, 103), "H4": (13, 113)},
    ("Boda", "2016-09-19"): {"H1": (12, 103)},
    ("Boda", "2018-12-31"): {"H1": (2, 2)},
    ("Boda", "2021-12-31"): {"H1": (1, 2), "H2": (1, 11), "H4": (1, 11)},
    ("Berbérati", "2014-12-31"): {"C1": (5, 32), "H1": (6, 37), "H4": (6, 34)},
    ("Berbérati", "2016-09-19"): {"H1": (5, 32)},
    ("Berbérati", "2018-12-31"): {},
    ("Berbérati", "2021-12-31"): {"H2": (2, 12), "H4": (2, 12)},
    ("Bria", "2014-12-31"): {"H1": (4, 24)},
    ("Bria", "2016-09-19"): {"H1": (4, 23), "H2": (1, 1)},
    ("Bria", "2018-12-31"): {"C1": (3, 18), "H1": (28, 480), "H2": (7, 41), "H4": (11, 60)},
    ("Bria", "2021-12-31"): {"C1": (4, 11), "H1": (10, 66), "H2": (1, 3), "H4": (8, 71)},
}


@pytest.mark.parametrize("day", ["2014-12-31", "2016-09-19", "2018-12-31", "2021-12-31"])
def test_three_towns(car, day):
    points = [{"site_id": n, "lon": x, "lat": y} for n, (x, y) in TOWNS.items()]
    result = assess(frames.sites(*points), car.incidents, as_of=day, rules=default_rules())
    rows = result.evidence[(result.evidence["kind"] == "incident") & result.evidence["rule"].isin(NEAR)]
    counted = rows.groupby(["site_id", "rule"])["deaths_best"].agg(["size", "sum"]).astype(int)
    for town in TOWNS:
        got = {r: tuple(v) for (t, r), v in zip(counted.index, counted.to_numpy().tolist(), strict=True) if t == town}
        assert got == FACTS[town, day]


@pytest.mark.parametrize(
    ("day", "c1", "h_only", "none"),
    [("2014-12-31", 88, 160, 24), ("2021-12-31", 31, 106, 135), ("2024-06-30", 0, 76, 196)],
)
def test_trade_line_sites_by_distance_rules_alone(car, day, c1, h_only, none):
    sites = at(car, day).sites
    assert len(sites) == 272
    assert len(sites[["lon", "lat"]].drop_duplicates()) == 271
    hits = fired(sites)
    assert sum("C1" in h for h in hits) == c1
    assert sum(bool(h) and "C1" not in h for h in hits) == h_only
    assert sum(not h for h in hits) == none


def test_after_the_edition_ends_nobody_is_calm(car):
    sites = at(car, "2024-06-30").sites
    by_events = [bool(h) for h in fired(sites, NEAR | {"C3", "H3", "H5"})]
    calm = sites[[not h for h in by_events]]
    assert set(calm["overall_class"]) <= {"insufficient data", "high-risk"}
    # What is high-risk without an event is so by the diamond sites' zone alone.
    assert set(calm[calm["overall_class"] == "high-risk"]["rules_fired"]) <= {"H9"}
    assert "no indicators found" not in set(sites["overall_class"])


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2016-09-18", {"inside_compliant": 18, "inside_monitored": 31, "not_applicable": 159, "outside": 64}),
        ("2016-09-19", {"inside_compliant": 45, "inside_monitored": 4, "not_applicable": 159, "outside": 64}),
        ("2024-11-15", {"not_applicable": 272}),
    ],
)
def test_zones_through_time(car, day, expected):
    assert at(car, day).sites["zone_status"].value_counts().to_dict() == expected


def test_the_units_of_the_diamond_sites(car):
    sites = at(car, "2016-09-19").sites
    units = sites[sites["minerals"] == "diamond"]["admin2"].value_counts().to_dict()
    expected = {"Abba": 33, "Berbérati": 18, "Nola": 11, "Carnot": 10, "Bossembélé": 7, "Boda": 6, "Boganangone": 6,
                "Baoro": 5, "Gadzi": 4, "Mbaïki": 4}  # fmt: skip
    assert {k: units[k] for k in expected} == expected
    assert sum(v for k, v in units.items() if k not in expected) == 9
    assert len(units) == len(expected) + 7


def test_labels_and_polygons_disagree_where_they_do(car):
    report = at(car, "2016-09-19").report["areas"][1]
    assert report["placed"] <= 1588
    # 160 by spelling alone; those that only spell a unit otherwise are matched by folding and aliases.
    assert 0 < report["disagreements"] <= 160


def test_drc_visits(drc):
    sites = drc.assessment.sites
    assert len(sites) == 3409
    assert int(sites["visit_date"].notna().sum()) == 2881
    recent = sites["visit_date"] > pd.Timestamp("2022-06-30")
    assert int(recent.sum()) == 579
    c2 = sites["rules_fired"].str.contains("C2")
    h6 = sites["rules_fired"].str.contains("H6")
    assert (int(c2.sum()), int(h6.sum()), int((c2 & h6).sum())) == (150, 150, 27)
    assert sites["drc_status"].value_counts().to_dict() == {
        "": 2650,
        "green": 625,
        "yellow": 100,
        "red": 20,
        "blue": 14,
    }


def test_a_sample_covers_nothing(drc):
    assert "no indicators found" not in set(drc.assessment.sites["overall_class"])


def test_rows_of_visits_add_up(drc):
    (entry,) = [i for i in drc.record["inputs"] if i["role"] == "sites"]
    rows = entry["rows"]
    assert rows["read"] == 6955
    assert rows["read"] == rows["accepted"] + rows["superseded"] + rows["after_as_of"] + rows["rejected"]


def test_car_excerpt(shared_data):
    loaded = load(
        Inputs(
            sites=[Source.of(shared_data / "mines/ipis_car_excerpt_15rows.csv")],
            incidents=[Source.of(shared_data / "conflict/ucdp_ged_23_1_car.geojson")],
        )
    )
    sites = run(loaded, dt.date(2019, 12, 31)).assessment.sites
    assert len(sites) == 15
    assert int(sites["rules_fired"].str.contains("C2").sum()) == 7
    assert not sites["rules_fired"].str.contains("H6").any()
    visits = loaded.sites[0].visits
    assert int(visits["roadblock"].fillna(False).sum()) == 2
    assert not visits["armed_roadblock"].fillna(False).any()


# Several of them tell the last day of an event from its first, and calendar months from fixed numbers of days.
DATES = ["2014-12-31", "2016-02-29", "2016-09-15", "2016-09-19", "2016-12-30", "2017-01-30",
         "2017-01-31", "2017-02-21", "2017-02-27", "2018-12-31", "2021-12-31", "2022-12-31"]  # fmt: skip


@pytest.mark.slow
def test_twelve_dates_against_brute_force(car):
    for day in DATES:
        result = at(car, day)
        rows = result.evidence[(result.evidence["kind"] == "incident")]
        ids = {k: set(v) for k, v in rows.groupby(["site_id", "rule"])["record_id"]}
        for site, hits in zip(result.sites.itertuples(), fired(result.sites), strict=True):
            expected = brute.near_rules(pd.Series(site._asdict()), car.incidents, day)
            assert hits == set(expected), (day, site.site_id)
            for rule, (_, _, wanted) in expected.items():
                assert ids[site.site_id, rule] == wanted, (day, site.site_id, rule)


def test_the_same_call_gives_the_same_bytes(car):
    one, two = (run(car, dt.date(2018, 12, 31)).files() for _ in range(2))
    for name in one:
        lines = [[x for x in f[name].split(b"\n") if b'"run_at"' not in x] for f in (one, two)]
        assert lines[0] == lines[1]
        assert one[name].count(b'"run_at"') == (1 if name == "run.json" else 0)


def test_the_readme_tells_the_counts_of_the_car_run(car):
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text("utf-8")
    for day in ("2014-12-31", "2016-09-19", "2018-12-31", "2021-12-31"):
        counts = at(car, day).sites["overall_class"].value_counts()
        cells = [
            counts.get(c, 0) for c in ("conflict-affected", "high-risk", "insufficient data", "no indicators found")
        ]
        assert f"| {day} | {' | '.join(map(str, cells))} |" in readme


def test_the_dates_of_the_brute_force_tell_end_from_start_and_months_from_days(car):
    """An engine that took first days for last, or 365 days for 12 months, would be found out on four dates or more."""
    events = car.incidents[car.incidents["precision"].isin((1, 2)) & (car.incidents["deaths_best"] >= 1)]
    start, end = events["date_start"], events["date_end"]
    by_start, by_days = 0, 0
    for day in DATES:
        t = pd.Timestamp(day)
        begin = t - pd.DateOffset(months=12), t - pd.DateOffset(months=36)
        by_start += any(((end > b) != (start > b))[start <= t].any() for b in begin)
        by_days += any(
            ((end > b) != (end > t - pd.Timedelta(days=d)))[start <= t].any()
            for b, d in zip(begin, (365, 1095), strict=True)
        )
    assert by_start >= 4
    assert by_days >= 4
