"""The whole verdict on small frames: coverage and gaps, limits and windows, sources, brackets, evidence."""

from __future__ import annotations

import pandas as pd
import pytest

from geo.errors import InputError
from geo.rules.classify import RANK
from geo.rules.evidence import withheld
from tests import frames
from tests.geo.cases import FAR, KNOWN, T, changed, east, fired, from_dict, only, parts, run, with_settings


def test_nothing_around_a_covered_site_is_no_indicators_and_partial():
    result = run()
    assert only(result) == "no indicators found"
    assert only(result, "data_coverage") == "partial"
    assert parts(result, "rules_unknown") == ["C2", "H6", "H7", "H10", "H11", "A1", "A2", "A3", "L1"]
    assert only(result, "possible_class") == "no indicators found"  # what is not known lifts no bracket
    assert only(result, "area_class") == "insufficient data"


def test_a_site_of_which_all_is_known_is_calm_and_full():
    result = run(**KNOWN)
    assert [only(result, c) for c in ("site_class", "area_class", "possible_class")] == ["no indicators found"] * 3
    assert only(result, "data_coverage") == "full"
    assert only(result, "rules_unknown") == only(result, "gaps") == only(result, "area_gaps") == ""


@pytest.mark.parametrize(
    ("change", "gap"),
    [
        ({"coverage": None}, "not_covered"),
        ({"coverage": frames.coverage("CAF", end="2018-12-30")}, "not_covered"),
        ({"coverage": frames.coverage("CAF", begin="2016-01-02")}, "not_covered"),
        ({"coverage": frames.coverage("COD")}, "not_covered"),
        ({"coverage": frames.coverage("CAF", dataset="another file")}, "not_covered"),
        ({"outlines": frames.outlines(TCD=(20.2, 0, 30, 12))}, "neighbour_uncovered"),
        ({"outlines": None}, "neighbours_unknown"),
    ],
)
def test_without_declared_coverage_nothing_is_calm(change, gap):
    result = run(**{**KNOWN, **change})
    assert only(result) == "insufficient data"
    assert gap in parts(result, "gaps")
    assert only(result, "data_coverage") == "partial"
    assert RANK[only(result, "area_class")] >= RANK["insufficient data"] or gap not in ("not_covered",)


def test_coverage_of_the_window_to_the_day_is_enough():
    assert only(run(coverage=frames.coverage("CAF", begin="2016-01-01", end=T))) == "no indicators found"


def test_two_editions_that_touch_cover_together_but_two_sources_do_not():
    a = frames.coverage("CAF", end="2017-06-30")
    b = frames.coverage("CAF", begin="2017-07-01")
    assert only(run(coverage=pd.concat([a, b]))) == "no indicators found"
    split = pd.concat([a, frames.coverage("CAF", dataset="ACLED", begin="2017-07-01")])
    assert only(run(coverage=split)) == "insufficient data"


def test_one_source_has_to_cover_the_country_and_its_neighbour():
    near = frames.outlines(TCD=(20.2, 0, 30, 12))
    ucdp, acled = frames.coverage("CAF"), frames.coverage("TCD", dataset="ACLED")
    assert only(run(outlines=near, coverage=pd.concat([ucdp, acled]))) == "insufficient data"
    assert only(run(outlines=near, coverage=frames.coverage("CAF", "TCD"))) == "no indicators found"


@pytest.mark.parametrize(("metres", "gap", "h4"), [(24_000, True, True), (26_000, False, True), (51_000, False, False)])
def test_a_neighbour_beyond_25_km_leaves_h4_unknown_and_nothing_else(metres, gap, h4):
    lon = east(metres)["lon"]
    result = run(**{**KNOWN, "outlines": frames.outlines(CAF=(10, 0, lon, 12), TCD=(lon, 0, 30, 12))})
    assert ("neighbour_uncovered" in parts(result, "gaps")) is gap
    assert only(result) == ("insufficient data" if gap else "no indicators found")
    assert ("H4" in parts(result, "rules_unknown")) is h4
    assert only(result, "data_coverage") == ("partial" if h4 else "full")


def test_a_site_without_a_place_is_insufficient():
    result = run(frames.sites({"lon": float("nan"), "lat": float("nan")}), **KNOWN)
    assert only(result) == only(result, "possible_class") == "insufficient data"
    assert "no_coordinates" in parts(result, "gaps")


def test_a_site_without_a_country_takes_that_of_the_outline():
    result = run(frames.sites({"country": "", "country_basis": ""}))
    assert (only(result, "country"), only(result, "country_basis")) == ("CAF", "outline")
    nowhere = run(frames.sites({"country": "", "lon": 50.0}), outlines=frames.outlines())
    assert parts(nowhere, "gaps") == ["country_unknown"]


def test_a_finding_survives_gaps():
    result = run(incidents=frames.incidents({"day": "2018-06-01"}), covered=False)
    assert only(result) == "high-risk"
    assert only(result, "data_coverage") == "partial"


def test_the_radius_is_inclusive_to_the_micrometre():
    inside = run(incidents=frames.incidents({"day": "2018-06-01", "deaths_best": 5} | east(20_000 - 1e-6)))
    outside = run(incidents=frames.incidents({"day": "2018-06-01", "deaths_best": 5} | east(20_000.01)))
    assert fired(inside) == ["C1", "H1"]
    assert fired(outside) == []
    assert only(outside, "nearest_incident_m") == pytest.approx(20_000.01, abs=1e-3)


@pytest.mark.parametrize(("rule", "metres", "precision"), [("H2", 25_000, 2), ("H4", 50_000, 1), ("H4", 50_000, 2)])
def test_every_radius_is_inclusive(rule, metres, precision):
    event = {"day": "2018-06-01", "deaths_best": 10, "precision": precision}
    assert rule in fired(run(incidents=frames.incidents(event | east(metres - 1e-6))))
    assert rule not in fired(run(incidents=frames.incidents(event | east(metres + 1e-2))))


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2018-12-31", "2018-12-31", True),  # the as-of day itself
        ("2019-01-01", "2019-01-01", False),  # the day after
        ("2018-12-31", "2019-02-01", True),  # begun, not ended
        ("2018-01-01", "2018-01-01", True),  # first day of (T - 12 months, T]
        ("2017-12-31", "2017-12-31", False),  # the excluded first edge
        ("2017-11-01", "2018-01-01", True),  # its end lies inside
        ("2017-11-01", "2017-12-31", False),
    ],
)
def test_the_window_is_half_open(start, end, expected):
    result = run(incidents=frames.incidents({"date_start": start, "date_end": end, "deaths_best": 5}))
    assert ("C1" in fired(result)) is expected
    assert "H1" in fired(result) or start == "2019-01-01"


@pytest.mark.parametrize(("events", "deaths", "c1", "h4"), [(1, 4, 0, 0), (1, 5, 1, 0), (2, 1, 1, 0), (3, 1, 1, 1),
                                                            (1, 10, 1, 1), (1, 9, 1, 0)])  # fmt: skip
def test_counts_and_deaths_are_inclusive_limits(events, deaths, c1, h4):
    rows = [{"day": "2018-06-01", "deaths_best": deaths}] * events
    result = fired(run(incidents=frames.incidents(*rows)))
    assert ("C1" in result, "H4" in result) == (bool(c1), bool(h4))


def test_imprecise_incidents_never_make_c1_and_country_points_never_count():
    near = [{"day": "2018-06-01", "precision": p, "deaths_best": 40} for p in (2, 5, 6, 7)]
    result = run(incidents=frames.incidents(*near))
    assert fired(result) == ["H2", "H4"]
    assert only(result, "incidents_20km_12m") == 0
    lost = run(incidents=frames.incidents(*near[1:]), **KNOWN)
    assert (only(lost), only(lost, "possible_class")) == ("no indicators found",) * 2
    assert pd.isna(only(lost, "nearest_incident_m"))


def test_what_no_rule_can_see_is_counted():
    near = [{"day": "2018-06-01", "precision": p, "deaths_best": 40, "admin2": "nowhere"} for p in (2, 3, 5, 6, 7)]
    (row,) = run(incidents=frames.incidents(*near), **KNOWN).report["unseen"]
    assert (row["country"], row["source"], row["events"], row["deaths"]) == ("CAF", "ucdp", 5, 200)
    assert (row["events_unseen"], row["deaths_unseen"]) == (4, 160)


def test_sources_are_never_added_together():
    clash = {"day": "2018-06-01", "deaths_best": 3}
    one = run(incidents=frames.incidents(clash, clash | {"source": "acled", "dataset": "ACLED"}))
    assert fired(one) == ["H1"]
    assert only(one, "deaths_20km_12m") == 3
    assert "C1" in fired(run(incidents=frames.incidents(clash, clash)))


def test_an_id_counts_once_and_a_final_record_before_a_candidate():
    final = {"record_id": "same", "day": "2018-06-01", "deaths_best": 1}
    candidate = final | {"deaths_best": 9, "candidate": True, "dataset_version": "18.0.1"}
    for order in ((final, candidate), (candidate, final)):
        result = run(incidents=frames.incidents(*order))
        assert only(result, "deaths_20km_12m") == 1
        assert result.report["repeated_incident_ids"] == 1


def test_best_zero_never_counts_but_may_be_possible():
    result = run(incidents=frames.incidents({"day": "2018-06-01", "deaths_best": 0, "deaths_high": 9}), **KNOWN)
    assert fired(result) == []
    assert (only(result), only(result, "possible_class")) == ("no indicators found", "conflict-affected")
    assert only(result, "incidents_20km_12m") == 0


@pytest.mark.parametrize(
    ("event", "certain", "possible"),
    [
        ({"deaths_best": 5}, "conflict-affected", "conflict-affected"),
        ({"deaths_best": 5, "deaths_low": 4}, "high-risk", "conflict-affected"),
        ({"deaths_best": 5, "deaths_low": 7}, "conflict-affected", "conflict-affected"),  # no more than best
        ({"deaths_best": 4, "deaths_high": 5}, "high-risk", "conflict-affected"),
        ({"deaths_best": 4, "deaths_high": 3}, "high-risk", "high-risk"),  # no less than best
        ({"deaths_best": 5, **east(15_000)}, "conflict-affected", "conflict-affected"),  # 15 + 5 km
        ({"deaths_best": 5, **east(15_001)}, "no indicators found", "conflict-affected"),
        ({"deaths_best": 5, **east(25_000)}, "no indicators found", "conflict-affected"),  # 25 - 5 km
        ({"deaths_best": 5, **east(25_001)}, "no indicators found", "no indicators found"),
        ({"deaths_best": 5, "precision": 2, **east(49_999)}, "no indicators found", "conflict-affected"),  # 50 - 30
        ({"deaths_best": 5, "precision": 2, **east(50_001)}, "no indicators found", "high-risk"),  # H2: 55 - 30
        ({"deaths_best": 5, "precision": 2, **east(55_001)}, "no indicators found", "no indicators found"),
        ({"date_start": "2017-12-31", "date_end": "2018-01-01", "deaths_best": 5}, "high-risk", "conflict-affected"),
        ({"date_start": "2018-12-31", "date_end": "2019-01-01", "deaths_best": 5}, "no indicators found",
         "conflict-affected"),
        ({"day": "2017-12-10", "date_prec": 4, "deaths_best": 5}, "high-risk", "conflict-affected"),  # that month
        ({"day": "2017-12-10", "date_prec": 1, "deaths_best": 5}, "high-risk", "high-risk"),
        ({"date_start": "2017-12-01", "date_end": "2017-12-10", "date_prec": 4, "deaths_best": 5}, "high-risk",
         "high-risk"),  # a span states its own days
    ],
)  # fmt: skip
def test_brackets_count_what_is_certain_and_what_is_possible(event, certain, possible):
    site = frames.sites({"coord_precision_km": float("nan")})  # 5 km by the setting
    result = run(site, frames.incidents({"day": "2018-06-01"} | event))
    assert (only(result, "certain_class"), only(result, "possible_class")) == (certain, possible)


def test_the_position_error_of_a_site_that_states_none_is_a_setting():
    site = frames.sites({"coord_precision_km": float("nan")})
    event = frames.incidents({"day": "2018-06-01", "deaths_best": 5} | east(15_001))
    assert only(run(site, event), "certain_class") == "no indicators found"
    assert only(run(site, event, rules=with_settings(position_error_km=4)), "certain_class") == "conflict-affected"


@pytest.mark.parametrize(
    ("box", "deaths", "possible"),
    [
        ((19.95, 5.95, 20.05, 6.05), 1, "high-risk"),  # wholly within 20 km: one event of H1 is expected
        ((19.95, 5.95, 20.05, 6.05), 5, "conflict-affected"),
        ((19, 5, 21, 7), 40, "no indicators found"),  # 2.6 % of the district: 0.03 events, one death
        ((19, 5, 21, 7), 200, "conflict-affected"),  # 5.1 deaths
    ],
)
def test_incidents_known_by_the_district_are_counted_by_expectation(box, deaths, possible):
    boxes = frames.squares({"A": box, "B": (21, 5, 23, 7)})
    result = run(incidents=frames.incidents({"day": "2018-06-01", "precision": 3, "deaths_best": deaths}),
                 boundaries=boxes)  # fmt: skip
    assert (only(result), only(result, "possible_class")) == ("no indicators found", possible)
    assert only(run(incidents=frames.incidents({"day": "2018-06-01", "precision": 3, "deaths_best": deaths})),
                "possible_class") == "no indicators found"  # fmt: skip


def test_a_threshold_of_n_events_is_possibly_met_from_half_an_event_less():
    boxes = frames.squares({"A": (19.95, 5.95, 20.5, 6.05), "B": (21, 5, 23, 7)})  # 0.42 of it in the circle
    by_label = {"day": "2018-06-01", "precision": 3, "deaths_best": 1}
    assert only(run(incidents=frames.incidents(by_label), boundaries=boxes), "possible_class") == "no indicators found"
    two = run(incidents=frames.incidents(by_label, by_label), boundaries=boxes)  # 0.84 events: H1 asks for 0.5
    assert only(two, "possible_class") == "high-risk"
    four = run(incidents=frames.incidents(*[by_label] * 4), boundaries=boxes)  # 1.7 events: C1 asks for 1.5
    assert only(four, "possible_class") == "conflict-affected"


CALM = {"effect": "violent", "deaths_best": 0, "source": "acled", "dataset": "ACLED"}


@pytest.mark.parametrize(
    ("rows", "fires"),
    [
        ([CALM], False),
        ([CALM, CALM], True),
        ([CALM | {"effect": "control"}], True),
        ([CALM | {"effect": "none"}] * 40, False),  # protests and the like, whatever their fatalities
        ([CALM | {"effect": "none", "deaths_best": 9}] * 40, False),
        ([CALM | {"precision": 2}] * 3, False),
        ([CALM, CALM | {"source": "ucdp", "dataset": "UCDP GED"}], False),  # not across sources
        ([CALM, CALM | east(20_001)], False),
        ([CALM | east(20_000 - 1e-6)] * 2, True),
        ([CALM | {"day": "2017-12-31"}] * 2, False),
        ([CALM, CALM | {"deaths_best": 1}], False),  # a deadly event is left to other rules
    ],
)
def test_h11_counts_what_happens_without_deaths(rows, fires):
    result = run(incidents=frames.incidents(*({"day": "2018-06-01"} | r for r in rows)), **KNOWN)
    assert ("H11" in fired(result)) is fires
    assert only(result) == ("high-risk" if fired(result) else "no indicators found")
    assert "H11" not in parts(result, "rules_unknown")


def test_h11_is_unknown_where_nobody_looks_for_events_without_deaths():
    assert "H11" in parts(run(**{**KNOWN, "coverage": frames.coverage("CAF")}), "rules_unknown")
    still = run(incidents=frames.incidents(*[CALM | {"day": "2018-06-01"}] * 2), coverage=frames.coverage("CAF"))
    assert "H11" in fired(still)


def test_the_mine_of_forty_events_without_a_death_is_high_risk():
    kinds = ("control", "violent", "violent", "violent")
    rows = [CALM | {"day": f"2018-{1 + i % 12:02}-11", "effect": kinds[i % 4], "restricted": True, "kind": "looting"}
            for i in range(40)]  # fmt: skip
    result = run(incidents=frames.incidents(*rows), **KNOWN)
    assert (only(result), fired(result)) == ("high-risk", ["H11"])
    own = result.evidence[(result.evidence["rule"] == "H11") & (result.evidence["kind"] == "incident")]
    assert set(own["event_type"]) == {"looting"}  # for the screen of the user who loaded them
    assert set(withheld(own)["event_type"]) == {""}
    assert only(result, "events_nonlethal_20km_12m") == 40


def test_a_site_that_stands_twice_is_an_error():
    with pytest.raises(InputError, match="twice"):
        run(frames.sites({"site_id": "x"}, {"site_id": "x"}))


def test_restricted_rows_are_named_and_nothing_more():
    acled = {"source": "acled", "dataset": "ACLED", "day": "2018-06-01", "deaths_best": 9, "restricted": True}
    result = run(incidents=frames.incidents(acled | east(12_345)))
    rows = withheld(result.evidence)
    rows = rows[(rows["dataset"] == "ACLED") & (rows["record_id"] != "")]
    assert len(rows)
    assert set(rows["record_id"]) == {"e1"}
    numbers = ("date_start", "date_end", "date_prec", "precision", "provisional", "edge_m", "limit_km")
    for name in (*numbers, *(f"deaths_{c}" for c in ("best", "low", "high", "civilians"))):
        assert rows[name].isna().all(), name
    for name in ("actor_a", "actor_b", "fact", "status", "event_type", "effect", "violence", "place", "answer"):
        assert (rows[name] == "").all(), name
    assert set(rows["distance_m"].dropna()) == {12_000.0}
    assert only(result, "nearest_incident_m") == 12_000
    assert pd.isna(only(result, "latest_incident_date"))


def test_the_order_of_rows_and_columns_changes_nothing():
    sites = frames.sites({"site_id": "10"}, {"site_id": "9", "lon": 20.1}, {"site_id": "2", "lat": 6.05})
    events = frames.incidents(*[{"day": f"2018-0{i}-01", "lon": 20 + i / 50, "deaths_best": i} for i in range(1, 9)])
    one = run(sites, events)
    two = run(sites.iloc[::-1][sorted(sites.columns)], pd.concat([events, events]).iloc[::-1])
    pd.testing.assert_frame_equal(one.sites, two.sites)
    pd.testing.assert_frame_equal(one.evidence, two.evidence)
    assert one.sites["site_id"].tolist() == ["2", "9", "10"]


def test_one_date_per_site():
    sites = frames.sites({}, {})
    result = run(sites, frames.incidents({"day": "2018-06-01"}), as_of=["2018-12-31", "2018-05-31"])
    assert result.sites["rules_fired"].tolist() == ["H1", ""]
    assert result.sites["area_rules_fired"].tolist() == ["A2", ""]
    for wrong in (["2018-12-31"] * 3, ["2018-12-31", None]):
        with pytest.raises(InputError):
            run(sites, as_of=wrong)


def test_any_crs_gives_the_same():
    import geopandas as gpd

    sites = frames.sites({})
    points = gpd.GeoDataFrame(sites, geometry=gpd.points_from_xy(sites["lon"], sites["lat"]), crs=4326)
    events = frames.incidents({"day": "2018-06-01"} | east(19_999))
    assert fired(run(points.to_crs(3857), events)) == fired(run(sites, events)) == ["H1"]


def test_a_rule_that_is_off_is_unknown_of_every_site():
    rules = from_dict(changed("H1", enabled=False))
    result = run(incidents=frames.incidents({"day": "2017-06-01"}), rules=rules, **KNOWN)
    assert (only(result), parts(result, "rules_unknown")) == ("no indicators found", ["H1"])
    assert only(result, "data_coverage") == "partial"


def test_classes_without_their_reasons_are_the_same():
    rows = frames.incidents(*FAR, {"day": "2018-06-01", "deaths_best": 5})
    full, bare = (run(incidents=rows, explain=e, **KNOWN) for e in (True, False))
    pd.testing.assert_frame_equal(full.sites, bare.sites)
    pd.testing.assert_frame_equal(full.fired, bare.fired)
    assert len(full.evidence) > len(bare.evidence) == 0
