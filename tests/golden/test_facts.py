"""The facts for acceptance, on the real files, through the same path as the command line."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo.assess import assess
from geo.spatial.polygons import locate
from jobs.assessment.job import Inputs, Source, load, run
from layers.reference.country_outlines import country_outlines
from layers.reference.files import COUNTRIES_OUTLINE, DATA
from layers.reference.rule_files import default_rules
from layers.sources.boundaries import read_boundaries
from layers.sources.coverage import recognised_coverage
from layers.sources.incidents import read_incidents
from tests import frames
from tests.brute import Brute, visit_rules
from tests.examples import some

pytestmark = pytest.mark.real_data
NEAR = {"C1", "H1", "H2", "H4"}
RULES = default_rules()
NAMES = {
    "lines": "mines/ipis_car_destinations_lines.geojson",
    "events": "conflict/ucdp_ged_23_1_car.geojson",
    "adm2": "admin/geoboundaries_caf_adm2_2015_simplified.geojson",
    "adm1": "admin/caf_admin1_cod_ab_v201506.geojson",
    "adm3": "admin/caf_admin3_cod_ab_v201506.parquet",
    "cod_adm2": "admin/caf_admin2_cod_ab_v201506.parquet",
    "sample": "conflict/ucdp_ged_sample1000_v23_49cols.csv",
    "drc": "mines/cod_mines_curated_all_opendata_p_ipis.csv",
}


def loaded(folder, *boundaries, sites="lines", events="events"):
    def source(name):
        return Source.of(folder / NAMES[name])

    return load(
        Inputs(
            sites=[source(sites)],
            incidents=[source(events)],
            boundaries=[source(b) for b in boundaries],
            boundaries_version="2015" if boundaries else "",
        )
    )


@pytest.fixture(scope="module")
def car(shared_data):
    return loaded(shared_data, "adm2", "adm1")


@pytest.fixture(scope="module")
def at(car):
    """The run of the 272 sites at a date, made once."""
    kept = {}

    def result(day):
        if day not in kept:
            kept[day] = run(car, dt.date.fromisoformat(day)).assessment
        return kept[day]

    return result


@pytest.fixture(scope="module")
def drc_visits(shared_data):
    return loaded(shared_data, sites="drc", events="sample")


@pytest.fixture(scope="module")
def drc(drc_visits):
    return run(drc_visits, dt.date(2023, 6, 30))


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
GRAVEST = {"C1": "conflict-affected", "H1": "high-risk", "H2": "high-risk", "H4": "high-risk"}


@pytest.mark.parametrize("day", ["2014-12-31", "2016-09-19", "2018-12-31", "2021-12-31"])
def test_three_towns(car, day):
    points = [{"site_id": n, "lon": x, "lat": y} for n, (x, y) in TOWNS.items()]
    result = assess(frames.sites(*points), car.incidents, as_of=day, rules=RULES)
    totals = result.evidence[result.evidence["kind"] == "total"].set_index(["site_id", "rule"])
    rows = result.evidence[(result.evidence["kind"] == "incident") & result.evidence["rule"].isin(NEAR)]
    counted = rows.groupby(["site_id", "rule"])["deaths_best"].agg(["size", "sum"]).astype(int)
    for table, columns in ((totals, ["events", "deaths"]), (counted, ["size", "sum"])):
        values = table[columns].astype(int).to_numpy().tolist()
        for town in TOWNS:
            got = {r: tuple(v) for (t, r), v in zip(table.index, values, strict=True) if t == town}
            assert got == FACTS[town, day]
    for town in TOWNS:
        site = result.sites.set_index("site_id").loc[town]
        assert site["rules_fired"].split(";") == (list(FACTS[town, day]) or [""])
        # Nothing was declared to cover: what did not fire is not calm.
        classes = [GRAVEST[r] for r in FACTS[town, day]]
        assert site["site_class"] == (min(classes) if classes else "insufficient data")


def test_berberati_is_never_conflict_affected_by_imprecise_events(car):
    site = frames.sites({"lon": 15.79, "lat": 4.26})
    rows = assess(site, car.incidents, as_of="2021-12-31", rules=RULES).evidence
    assert rows[(rows["kind"] == "incident") & rows["rule"].isin(NEAR)]["precision"].unique().tolist() == [2]


@pytest.mark.parametrize(
    ("day", "c1", "h_only", "none"),
    [
        ("2014-12-31", 88, 160, 24),
        ("2016-09-19", 0, 103, 169),
        ("2018-12-31", 0, 7, 265),
        ("2021-12-31", 31, 106, 135),
        ("2024-06-30", 0, 76, 196),
    ],
)
def test_trade_line_sites_by_distance_rules_alone(at, day, c1, h_only, none):
    sites = at(day).sites
    assert len(sites) == 272
    assert len(sites[["lon", "lat"]].drop_duplicates()) == 271
    hits = fired(sites)
    assert sum("C1" in h for h in hits) == c1
    assert sum(bool(h) and "C1" not in h for h in hits) == h_only
    assert sum(not h for h in hits) == none
    # There are no visits and no statuses: these rules alone make the class.
    assert (sites["site_class"] == "conflict-affected").sum() == c1
    assert (sites["site_class"] == "high-risk").sum() == h_only
    assert set(sites["rules_fired"].str.split(";").explode()) <= {*NEAR, ""}


def test_after_the_edition_ends_nobody_is_calm(at):
    sites = at("2024-06-30").sites
    nothing = np.array([not h for h in fired(sites)])
    assert nothing.sum() == 196
    assert set(sites["site_class"][nothing]) == {"insufficient data"}
    assert set(sites["site_class"][~nothing]) == {"high-risk"}
    for column in ("area_class", "certain_class", "possible_class"):
        assert "no indicators found" not in set(sites[column])
    # A count of nothing looked at is blank, and what was seen before is not the nearest of no window.
    assert sites["incidents_20km_12m"].isna().all()
    assert (sites["data_coverage"] == "partial").all()


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2016-09-18", {"inside_compliant": 18, "inside_monitored": 31, "not_applicable": 159, "outside": 64}),
        ("2016-09-19", {"inside_compliant": 45, "inside_monitored": 4, "not_applicable": 159, "outside": 64}),
        ("2020-12-31", {"inside_compliant": 56, "not_applicable": 159, "outside": 53, "unknown": 4}),
        ("2024-11-15", {"not_applicable": 272}),
    ],
)
def test_zones_through_time(at, day, expected):
    sites = at(day).sites
    assert sites["zone_status"].value_counts().to_dict() == expected
    assert set(sites["zone_status"][sites["minerals"] == "gold"]) == {"not_applicable"}
    outside = sites["zone_status"].isin(["outside", "inside_monitored"])
    assert (sites["kp_restricted"].fillna(False) == outside).all()
    assert (sites["kp_restricted"].isna() == (sites["zone_status"] == "unknown")).all()


def test_eight_zones_in_2020_and_their_communes(shared_data, at):
    sites = at("2020-12-31").sites
    diamond = sites[sites["minerals"] == "diamond"]
    status = diamond.groupby("admin2")["zone_status"].agg(set).to_dict()
    for unit in ("Berbérati", "Boda", "Carnot", "Nola", "Gadzi", "Boganda", "Boganangone"):
        assert status.get(unit, {"inside_compliant"}) == {"inside_compliant"}
    assert status["Mbaïki"] == {"unknown"}
    assert status["Abba"] == status["Bossembélé"] == {"outside"}
    deep = run(loaded(shared_data, "adm2", "adm1", "adm3"), dt.date(2020, 12, 31)).assessment.sites
    assert deep["zone_status"].value_counts().to_dict() == {
        "inside_compliant": 60,
        "not_applicable": 159,
        "outside": 53,
    }
    assert set(deep.loc[deep["admin2"] == "Mbaïki", "zone_unit"]) - {""} == {"Moboma"}
    same = ["site_class", "area_class", "rules_fired", "area_rules_fired"]
    pd.testing.assert_frame_equal(deep[same], sites[same])


def test_another_publisher_draws_them_a_little_otherwise(shared_data):
    sites = run(loaded(shared_data, "cod_adm2"), dt.date(2016, 9, 19)).assessment.sites
    units = sites[sites["minerals"] == "diamond"]["admin2"].value_counts()
    assert (units["Berbérati"], units["Carnot"]) == (17, 12)


def test_the_units_of_the_diamond_sites(at):
    sites = at("2016-09-19").sites
    units = sites[sites["minerals"] == "diamond"]["admin2"].value_counts().to_dict()
    expected = {"Abba": 33, "Berbérati": 18, "Nola": 11, "Carnot": 10, "Bossembélé": 7, "Boda": 6, "Boganangone": 6,
                "Baoro": 5, "Gadzi": 4, "Mbaïki": 4}  # fmt: skip
    assert {k: units[k] for k in expected} == expected
    assert sum(v for k, v in units.items() if k not in expected) == 9
    assert len(units) == len(expected) + 7


def test_labels_and_polygons_disagree_where_they_do(car, at):
    """160 of 1,588 by spelling alone; folding and aliases leave those that name another unit."""
    events = car.incidents[car.incidents["precision"] <= 2]
    (districts,) = [b for b in car.boundaries if b.level == 2]
    hit = locate(events["lon"].to_numpy(), events["lat"].to_numpy(), districts)
    assert (len(events), int((hit >= 0).sum())) == (1588, 1588)
    polygon = districts.frame["unit"].to_numpy(dtype=object)[hit]
    label = events["admin2"].str.removesuffix(" region").to_numpy(dtype=object)
    assert int((polygon != label).sum()) == 160
    report = at("2016-09-19").report["areas"][1]
    assert report["placed"] == 1588
    assert sum(report["disagreeing_units"].values()) == report["disagreements"] < 160
    assert report["disagreeing_units"]["Kouango / Bambari region"] == 18
    assert report["unmatched_labels"] == {}


def test_the_nearest_of_site_110_and_of_all(at, car):
    sites = at("2018-12-31").sites.set_index("site_id")
    assert sites.loc["110", "nearest_incident_m"] == pytest.approx(66_281, abs=1)
    count = Brute(sites.reset_index(), car.incidents, RULES)
    use = (count.deaths["best"] >= 1) & (car.incidents["precision"] <= 2).to_numpy() & count.window("2018-12-31", 36)
    np.testing.assert_allclose(sites["nearest_incident_m"], count.metres[:, use].min(axis=1), atol=0.001, rtol=0)


def test_drc_visits(drc):
    sites = drc.assessment.sites
    assert len(sites) == 3409
    assert int(sites["visit_date"].notna().sum()) == 2881
    for since, number in (("2022-06-30", 579), ("2021-06-30", 1055)):
        assert int((sites["visit_date"] > since).sum()) == number
    c2, h6, h10 = (drc.assessment.fired[rule] for rule in ("C2", "H6", "H10"))
    assert (int(c2.sum()), int(h6.sum()), int((c2 & h6).sum())) == (226, 244, 56)
    assert (int(h10.sum()), int((h10 & ~c2).sum())) == (313, 87)
    colours = {"": 2650, "green": 625, "yellow": 100, "red": 20, "blue": 14}
    assert sites["drc_status"].value_counts().to_dict() == colours
    # A qualification speaks for a year, and the newest of any age stands beside the class.
    recent = sites["drc_status_date"] > pd.Timestamp("2022-06-30")
    graver = recent & sites["drc_status"].isin(["red", "yellow"])
    assert (drc.assessment.fired["H7"] == graver).all()


def test_drc_visits_of_2018(drc_visits):
    fires = run(drc_visits, dt.date(2018, 12, 31)).assessment.fired
    c2, h6, h10 = (fires[rule] for rule in ("C2", "H6", "H10"))
    assert (int(c2.sum()), int(h6.sum()), int(h10.sum()), int((h10 & ~c2).sum())) == (107, 119, 290, 183)


def test_drc_visits_against_brute_force(drc, drc_visits):
    """Every ninth site: the loops are slow."""
    layer = drc_visits.sites[0]
    sites = drc.assessment.sites.iloc[::9]
    blocks = layer.visits["armed_roadblock"].eq(True)  # no column of them in this file, so that own visits are enough
    assert not blocks.any()
    own = dict(list(layer.visits[layer.visits["site_id"].isin(sites["site_id"])].groupby("site_id")))
    seen = 0
    for i, site in zip(sites.index, sites.itertuples(), strict=True):
        unknown = set(site.rules_unknown.split(";"))
        for rule, want in visit_rules(site, own[site.site_id], "2023-06-30", RULES).items():
            have = True if drc.assessment.fired[rule][i] else None if rule in unknown else False
            assert have is want, (site.site_id, rule)
            seen += have is True
    assert seen > 40


def test_a_sample_covers_nothing(drc):
    sites = drc.assessment.sites
    for column in ("site_class", "area_class", "certain_class", "possible_class"):
        assert "no indicators found" not in set(sites[column])
    assert (sites["incidents_20km_12m"].isna() | (sites["incidents_20km_12m"] > 0)).all()


def test_rows_of_visits_add_up(drc):
    (entry,) = [i for i in drc.record["inputs"] if i["role"] == "sites"]
    rows = entry["rows"]
    assert rows["read"] == 6955
    assert rows["read"] == rows["accepted"] + rows["superseded"] + rows["after_as_of"] + rows["rejected"]


def test_car_excerpt(shared_data):
    files = load(
        Inputs(
            sites=[Source.of(shared_data / "mines/ipis_car_excerpt_15rows.csv")],
            incidents=[Source.of(shared_data / NAMES["events"])],
        )
    )
    result = run(files, dt.date(2019, 12, 31)).assessment
    assert len(result.sites) == 15
    assert int(result.fired["C2"].sum()) == int(result.fired["H10"].sum()) == 7
    assert not result.fired["H6"].any()
    visits = files.sites[0].visits
    assert int(visits["roadblock"].fillna(False).sum()) == 2
    assert not visits["armed_roadblock"].fillna(False).any()


def sudan(folder):
    sets = [
        read_boundaries(path, country="SDN", version="2020")
        for path in sorted((folder / "admin").glob("sdn_*adm[12]*"))
    ]
    assert [b.level for b in sets] == [1, 2]
    return sets


def test_one_event_labelled_southern_darfur_state_is_not_calm(shared_data):
    """Real boundaries of Sudan; the polygon is called otherwise than the label."""
    sets = sudan(shared_data)
    options = {"as_of": "2018-12-31", "rules": RULES, "outlines": country_outlines(), "boundaries": sets,
            "coverage": frames.coverage("SDN", "SSD", "CAF", "TCD", "LBY", "EGY", "ERI", "ETH")}  # fmt: skip
    site = frames.sites({"country": "SDN", "lon": 24.9, "lat": 12.05, "admin1": "", "admin2": ""})
    event = {"day": "2018-06-01", "precision": 4, "deaths_best": 40, "country": "SDN", "admin2": "", "lon": 30.0}
    known = event | {"day": "2000-01-01", "admin1": "North Darfur state"}
    classes = {
        label: assess(site, frames.incidents(event | {"admin1": label}, known), **options).sites.iloc[0]
        for label in ("South Darfur state", "Southern Darfur state")
    }
    assert classes["South Darfur state"]["area_class"] == "high-risk"
    assert classes["Southern Darfur state"]["area_class"] != "no indicators found"
    assert (
        "labels_unmatched" in classes["Southern Darfur state"]["area_gaps"]
        or "A3" in (classes["Southern Darfur state"]["area_rules_fired"])
    )


def test_labels_of_sudan_that_have_no_polygon_calm_nobody(shared_data):
    """632 of 1,073 labels of precision 3 to 5 name no polygon: where such an event lies in the window, no area is calm."""
    sets = sudan(shared_data)
    events = read_incidents(shared_data / "conflict" / "ucdp_ged_24_1_sudan_hdx.csv").frame
    states = {u.casefold() for u in sets[0].frame["unit"]}
    labelled = events[events["precision"].isin((3, 4, 5)) & (events["admin1"] != "")]
    plain = labelled["admin1"].str.removesuffix(" state").str.removesuffix(" State").str.casefold()
    assert (len(labelled), int((~plain.isin(states)).sum())) == (1073, 632)
    sites = frames.sites(*({"country": "SDN", "lon": x, "lat": y, "admin1": "", "admin2": ""}
                           for x in (24.0, 28.0, 32.0, 35.5) for y in (10.5, 13.0, 15.5, 19.0)))  # fmt: skip
    result = assess(sites, events, as_of="2010-12-31", rules=RULES, outlines=country_outlines(), boundaries=sets,
                    coverage=frames.coverage("SDN", "SSD", "CAF", "TCD", "LBY", "EGY", "ERI", "ETH"))  # fmt: skip
    assert "no indicators found" not in set(result.sites["area_class"])
    assert result.report["areas"][0]["unmatched_labels"]
    assert result.report["unseen"][0]["deaths_unseen"] > 0


def test_country_outlines_are_no_districts(shared_data, car):
    """They made 272 of 272 sites conflict-affected."""
    files = load(
        Inputs(
            sites=[Source.of(shared_data / NAMES["lines"])],
            incidents=[Source.of(shared_data / NAMES["events"])],
            boundaries=[Source.of(COUNTRIES_OUTLINE)],
            boundaries_version="2022",
        )
    )
    level = files.boundaries[0].level
    for frame_level in {level, 2}:
        files.boundaries[0].frame["level"] = frame_level
        result = run(files, dt.date(2016, 9, 19)).assessment
        assert set(result.sites["area_class"]) == {"insufficient data"}
        assert set(result.sites["area_rules_fired"]) == {""}
        assert result.sites["site_class"].value_counts().to_dict() == run(car, dt.date(2016, 9, 19)).assessment.sites[
            "site_class"].value_counts().to_dict()  # fmt: skip


# Several of them tell the last day of an event from its first, and calendar months from fixed numbers of days.
DATES = ["2014-12-31", "2016-02-29", "2016-09-15", "2016-09-19", "2016-12-30", "2017-01-30",
         "2017-01-31", "2017-02-21", "2017-02-27", "2018-12-31", "2021-12-31", "2022-12-31"]  # fmt: skip


@pytest.fixture(scope="module")
def brute(car, at):
    """All distances and units of the 272 sites by brute force."""
    rows = csv.DictReader((DATA / "unit_aliases.csv").open(encoding="utf-8", newline=""))
    aliases = [(int(r["level"]), r["alias"], r["unit"]) for r in rows if r["country"] == "CAF"]
    return Brute(at(DATES[0]).sites, car.incidents, RULES, car.boundaries, aliases)


@pytest.mark.parametrize("day", some(DATES, "2014-12-31", "2016-09-19", "2017-02-21", "2022-12-31"))
def test_272_sites_at_twelve_dates_against_brute_force(at, brute, day):
    result = at(day)
    rows = result.evidence[(result.evidence["kind"] == "incident")]
    ids = {k: set(v) for k, v in rows.groupby(["site_id", "rule"])["record_id"]}
    totals = result.evidence[result.evidence["kind"] == "total"].set_index(["site_id", "rule"])[["events", "deaths"]]
    incident_rules = [*RULES.of_kind("near"), *RULES.of_kind("area")]
    for i, site in enumerate(result.sites.itertuples()):
        found = brute.by_rule(i, day, "near") | brute.by_rule(i, day, "area")
        assert {r.id for r in incident_rules if result.fired[r.id][i]} == set(found), site.site_id
        for rule, count in found.items():
            if RULES[rule].kind == "near":
                assert ids[site.site_id, rule] == count.ids, (site.site_id, rule)
                assert tuple(totals.loc[(site.site_id, rule)]) == (count.events, count.deaths)
        assert site.incident_intensity == pytest.approx(brute.intensity(i, day), abs=2e-6)


@pytest.mark.parametrize("day", ["2014-12-31", "2018-12-31", "2021-12-31"])
def test_brackets_of_272_sites_against_brute_force(at, brute, day):
    sites = at(day).sites
    for i in range(0, len(sites), 3):
        nominal = set(brute.by_rule(i, day, "near"))
        low = set(brute.by_rule(i, day, "near", "low")) & nominal
        high = set(brute.by_rule(i, day, "near", "high")) | nominal
        for rules, column in ((low, "certain_class"), (high, "possible_class")):
            found = {RULES[r].cls for r in rules}
            want = "conflict-affected" if "conflict-affected" in found else "high-risk" if found else ""
            have = sites[column][i]
            assert have == want if want else have in ("insufficient data", "no indicators found"), (i, column)


def test_the_same_call_gives_the_same_bytes(car):
    one, two = (run(car, dt.date(2018, 12, 31)).files() for _ in range(2))
    for name in one:
        lines = [[x for x in f[name].split(b"\n") if b'"run_at"' not in x] for f in (one, two)]
        assert lines[0] == lines[1]
        assert one[name].count(b'"run_at"') == (1 if name == "run.json" else 0)


def test_the_readme_tells_the_counts_of_the_car_run(at):
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text("utf-8")
    for day in ("2014-12-31", "2016-09-19", "2018-12-31", "2021-12-31"):
        counts = at(day).sites["site_class"].value_counts()
        cells = [
            counts.get(c, 0) for c in ("conflict-affected", "high-risk", "insufficient data", "no indicators found")
        ]
        assert f"| {day} | {' | '.join(map(str, cells))} |" in readme


def test_the_recognised_edition_covers_car_and_nothing_else(shared_data):
    layer = read_incidents(shared_data / NAMES["events"])
    assert recognised_coverage([layer])["country_iso3"].tolist() == ["CAF"]
    assert recognised_coverage([read_incidents(shared_data / NAMES["sample"])]).empty


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
