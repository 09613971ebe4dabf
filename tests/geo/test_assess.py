"""The whole verdict on small frames: limits, gaps, precedence, zones through time, statuses, lists, evidence."""

from __future__ import annotations

import pandas as pd
import pytest
from pyproj import Geod

from geo import schema
from geo.assess import assess
from geo.errors import InputError, ZoneError
from layers.reference.rule_files import default_rules
from tests import frames

GEOD = Geod(ellps="WGS84")
RULES = default_rules()
T = "2018-12-31"


def run(sites, incidents=None, as_of=T, covered=True, **more):
    more.setdefault("outlines", frames.outlines())
    more.setdefault("coverage", frames.coverage("CAF") if covered else None)
    incidents = frames.incidents() if incidents is None else incidents
    # A dataset is loaded even where none of its rows matters.
    far = frames.incidents(
        {"record_id": "far", "day": "1990-01-01", "lon": 11, "lat": 11, "admin1": "Q", "admin2": "Z"}
    )
    return assess(sites, pd.concat([incidents, far], ignore_index=True), as_of=as_of, rules=RULES, **more)


def east(metres, lon=20.0, lat=6.0):
    """The point this far east of the default site."""
    x, y, _ = GEOD.fwd(lon, lat, 90, metres)
    return {"lon": x, "lat": y}


def only(result, column="overall_class"):
    assert len(result.sites) == 1
    return result.sites[column].iloc[0]


def fired(result):
    return [r for r in only(result, "rules_fired").split(";") if r]


def test_nothing_around_a_covered_site_is_no_indicators_and_partial():
    result = run(frames.sites({}))
    assert only(result) == "no indicators found"
    assert only(result, "data_coverage") == "partial"
    assert only(result, "rules_unknown") == "C2;H6;H7;H8"
    assert only(result, "possible_class") == "conflict-affected"  # nobody looked for armed actors


@pytest.mark.parametrize(
    ("change", "gap"),
    [
        ({"covered": False}, "not_covered"),
        ({"coverage": frames.coverage("CAF", end="2018-12-30")}, "not_covered"),
        ({"coverage": frames.coverage("CAF", begin="2016-01-02")}, "not_covered"),
        ({"coverage": frames.coverage("COD")}, "not_covered"),
        ({"coverage": frames.coverage("CAF", dataset="another file")}, "not_covered"),
        ({"outlines": frames.outlines(TCD=(20.2, 0, 30, 12))}, "neighbour_uncovered"),
        ({"outlines": None}, "neighbours_unknown"),
    ],
)
def test_without_declared_coverage_nothing_is_calm(change, gap):
    result = run(frames.sites({}), **change)
    assert only(result) == "insufficient data"
    assert gap in only(result, "gaps").split(";")


def test_coverage_of_the_window_to_the_day_is_enough():
    assert (
        only(run(frames.sites({}), coverage=frames.coverage("CAF", begin="2016-01-01", end=T))) != "insufficient data"
    )


def test_two_editions_that_touch_cover_together_but_two_sources_do_not():
    a = frames.coverage("CAF", end="2017-06-30")
    b = frames.coverage("CAF", begin="2017-07-01")
    assert only(run(frames.sites({}), coverage=pd.concat([a, b]))) == "no indicators found"
    other = frames.incidents({"source": "acled", "dataset": "ACLED", "day": "2000-01-01", "lon": 11.0})
    split = pd.concat([a, frames.coverage("CAF", dataset="ACLED", begin="2017-07-01")])
    assert only(run(frames.sites({}), other, coverage=split)) == "insufficient data"


@pytest.mark.parametrize(
    ("row", "gap"),
    [
        ({"lon": float("nan"), "lat": float("nan")}, "no_coordinates"),
        ({"admin2": ""}, "admin2_unknown"),
        ({"first_seen": "2019-01-01"}, "first_seen_after_as_of"),
    ],
)
def test_a_site_that_lacks_something_is_insufficient(row, gap):
    result = run(frames.sites(row))
    assert only(result) == "insufficient data"
    assert gap in only(result, "gaps").split(";")


def test_a_finding_survives_gaps():
    result = run(frames.sites({}), frames.incidents({"day": "2018-06-01"}), covered=False)
    assert only(result) == "high-risk"
    assert only(result, "data_coverage") == "partial"


def test_the_radius_is_inclusive_to_the_micrometre():
    inside = run(frames.sites({}), frames.incidents({"day": "2018-06-01", "deaths_best": 5} | east(20_000 - 1e-6)))
    outside = run(frames.sites({}), frames.incidents({"day": "2018-06-01", "deaths_best": 5} | east(20_000.01)))
    assert "C1" in fired(inside)
    assert "C1" not in fired(outside)
    assert only(outside, "nearest_incident_m") == pytest.approx(20_000.01, abs=1e-3)


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
    result = run(frames.sites({}), frames.incidents({"date_start": start, "date_end": end, "deaths_best": 5}))
    assert ("C1" in fired(result)) is expected
    assert "H1" in fired(result) or start == "2019-01-01"


def test_imprecise_incidents_never_make_c1_and_country_points_never_count():
    near = [
        {"day": "2018-06-01", "precision": p, "deaths_best": 40, "admin1": "Q", "admin2": "B"} for p in (2, 5, 6, 7)
    ]
    result = run(frames.sites({}), frames.incidents(*near))
    assert fired(result) == ["H2", "H4"]
    assert only(result, "incidents_20km_12m") == 0


def test_sources_are_never_added_together():
    clash = {"day": "2018-06-01", "deaths_best": 3, "admin2": "B"}
    one = run(frames.sites({}), frames.incidents(clash, clash | {"source": "acled", "dataset": "ACLED"}))
    assert "C1" not in fired(one)
    assert only(one, "deaths_20km_12m") == 3
    two = run(frames.sites({}), frames.incidents(clash, clash))
    assert "C1" in fired(two)


def test_an_id_counts_once_and_a_final_record_before_a_candidate():
    row = {"day": "2018-06-01", "record_id": "same"}
    result = run(frames.sites({}), frames.incidents(row | {"deaths_best": 9, "candidate": True}, row))
    assert only(result, "deaths_20km_12m") == 1
    assert result.report["repeated_incident_ids"] == 1


def test_best_zero_never_counts_but_may_be_possible():
    result = run(frames.sites({}), frames.incidents({"day": "2018-06-01", "deaths_best": 0, "deaths_high": 9}))
    assert fired(result) == []
    assert (result.evidence["kind"] == "near_miss").any()


def test_area_rules_by_label_and_by_polygon():
    far = {"day": "2018-06-01", "precision": 3, "lon": 25.0, "lat": 6.0, "deaths_best": 25}
    assert fired(run(frames.sites({}), frames.incidents(far))) == ["C3", "H3", "H5"]
    # By polygon the label of an exact incident no longer decides.
    boxes = frames.squares({"A": (19, 5, 21, 7), "B": (24, 5, 26, 7)})
    exact = far | {"precision": 1}
    assert "C3" not in fired(run(frames.sites({}), frames.incidents(exact), boundaries=boxes))
    inside = run(frames.sites({}), frames.incidents(exact | {"lon": 20.9, "admin2": "B region"}), boundaries=boxes)
    assert "C3" in fired(inside)
    assert inside.report["areas"][1]["disagreements"] == 1


def test_unknown_boundary_vintage_is_a_gap():
    boxes = frames.squares({"A": (19, 5, 21, 7)}, version="unknown")
    assert "boundary_version_unknown" in only(run(frames.sites({}), boundaries=boxes), "gaps")


def visit(**more):
    base = {
        "source": "list", "site_id": "1", "visit_id": "v1", "visit_basis": "on_site", "informative": True,
        "non_state_armed": False, "state_harm": False, "roadblock": False, "armed_roadblock": False,
        "armed_presence": "none",
    }  # fmt: skip
    frame = pd.DataFrame([base | more])
    frame["visit_date"] = pd.to_datetime(frame["visit_date"]).astype("datetime64[s]")
    return schema.conform(frame, schema.VISITS)


def test_visits_on_the_windows_edge():
    armed = {"non_state_armed": True}
    assert fired(run(frames.sites({}), visits=visit(visit_date="2018-01-01", **armed))) == ["C2"]
    assert fired(run(frames.sites({}), visits=visit(visit_date="2018-12-31", **armed))) == ["C2"]
    old = run(frames.sites({}), visits=visit(visit_date="2017-12-31", **armed))
    assert fired(old) == []
    assert "C2" in only(old, "rules_unknown").split(";")
    assert fired(run(frames.sites({}), visits=visit(visit_date="2019-01-01", **armed))) == []


def test_a_visit_that_found_nothing_makes_c2_known():
    result = run(frames.sites({}), visits=visit(visit_date="2018-06-01"))
    assert only(result, "rules_unknown") == "H7;H8"
    unknown_block = run(frames.sites({}), visits=visit(visit_date="2018-06-01", armed_roadblock=pd.NA))
    assert "H6" in only(unknown_block, "rules_unknown")


def test_a_roadblock_at_another_site_within_20_km():
    near = visit(visit_date="2018-06-01", site_id="other", armed_roadblock=True, **east(19_000))
    far = visit(visit_date="2018-06-01", site_id="other", armed_roadblock=True, **east(21_000))
    assert "H6" in fired(run(frames.sites({}), visits=near))
    assert "H6" not in fired(run(frames.sites({}), visits=far))


def test_an_armed_roadblock_on_a_declared_route():
    import shapely

    line = shapely.LineString([(20.0, 6.0), (21.0, 6.0)])
    routes = pd.DataFrame({"source": ["list"], "site_id": ["1"], "geometry": [line]})
    block = {"visit_date": "2018-06-01", "site_id": "other", "armed_roadblock": True, "lon": 20.6}
    on = run(frames.sites({}), visits=visit(lat=6.005, **block), routes=routes)
    assert "H6" in fired(on)
    assert "roadblock on its route" in only(on, "why_en")
    assert "H6" not in fired(run(frames.sites({}), visits=visit(lat=6.02, **block), routes=routes))
    assert "H6" not in fired(run(frames.sites({}), visits=visit(lat=6.005, **block)))


def status(scheme, colour, day, end=None):
    frame = pd.DataFrame([{"source": "list", "site_id": "1", "scheme": scheme, "status": colour}])
    frame["status_date"], frame["valid_to"] = pd.Timestamp(day), pd.Timestamp(end) if end else pd.NaT
    return schema.conform(frame, schema.STATUSES)


@pytest.mark.parametrize(
    ("given", "colour", "fires"),
    [
        (("rcm", "green", "2018-01-01"), "green", False),
        (("rcm", "green", "2017-12-31"), "blue", False),  # a year later it turns blue
        (("rcm", "green", "2014-12-31"), "", False),  # and after three years of blue nothing is known
        (("rcm", "blue", "2016-01-01"), "blue", False),
        (("rcm", "blue", "2015-12-31"), "", False),
        (("rcm", "red", "2010-01-01"), "red", True),  # red holds until somebody looks again
        (("rcm", "yellow", "2018-01-01", "2018-12-31"), "", False),  # its stated end has come
        (("rcm", "yellow", "2018-01-01", "2019-01-01"), "yellow", True),
    ],
)
def test_rcm_colours_expire_and_never_turn_red_by_age(given, colour, fires):
    result = run(frames.sites({}), statuses=status(*given))
    assert only(result, "rcm_status") == colour
    assert ("H7" in fired(result)) is fires
    assert ("H7" in only(result, "rules_unknown").split(";")) is (colour == "")


def test_drc_qualification_speaks_for_a_year():
    assert "H7" in fired(run(frames.sites({}), statuses=status("drc", "red", "2018-01-01")))
    old = run(frames.sites({}), statuses=status("drc", "red", "2017-12-31"))
    assert "H7" not in fired(old)
    assert "H7" in only(old, "rules_unknown")


def eu_list(*rows):
    frame = pd.DataFrame(rows, columns=["area", "country", "kind", "valid_from", "valid_to"])
    for name in ("valid_from", "valid_to"):
        frame[name] = pd.to_datetime(frame[name]).astype("datetime64[s]")
    return schema.conform(frame, schema.LISTED_AREAS)


def test_the_list_in_force_at_the_date_counts():
    listed = eu_list(("A", "CAF", "admin2", "2018-01-01", "2019-01-01"), ("B", "CAF", "admin2", "2016-01-01", None))
    assert "H8" in fired(run(frames.sites({}), listed=listed))
    assert "H8" not in fired(run(frames.sites({}), listed=listed, as_of="2017-12-31"))
    assert "H8" not in fired(run(frames.sites({}), listed=listed, as_of="2019-01-01"))
    before = run(frames.sites({}), listed=listed, as_of="2015-12-31")
    assert "H8" in only(before, "rules_unknown")


REGISTER = schema.conform(
    pd.DataFrame(
        [
            ("CAF", "country", "suspended", "2013-05-23", "2015-07-17"),
            ("CAF", "country", "restricted", "2015-07-17", "2024-11-15"),
            ("CAF", "country", "lifted", "2024-11-15", None),
            ("A", "admin2", "monitored", "2016-03-01", "2016-09-19"),
            ("A", "admin2", "compliant", "2016-09-19", "2024-11-15"),
            ("G", "admin2", "monitored", "2016-03-01", "2017-01-28"),
            ("G", "admin2", "unknown", "2017-01-28", "2018-09-30"),
            ("G", "admin2", "compliant", "2018-09-30", "2024-11-15"),
        ],
        columns=["unit", "level", "status", "valid_from", "valid_to"],
    ).assign(
        country="CAF",
        scheme="KP",
        recorded_at=pd.Timestamp("2026-11-21"),
        valid_from=lambda d: pd.to_datetime(d["valid_from"]),
        valid_to=lambda d: pd.to_datetime(d["valid_to"]),
    ),
    schema.ZONES,
)
WALK = ["2013-05-22", "2013-05-23", "2016-02-29", "2016-09-18", "2016-09-19", "2017-01-28", "2018-09-30", "2024-11-15"]


@pytest.mark.parametrize(
    ("unit", "mineral", "expected"),
    [
        ("A", "diamond", ["not_applicable", "outside", "outside", "inside_monitored", "inside_compliant",
                          "inside_compliant", "inside_compliant", "not_applicable"]),
        ("G", "diamond", ["not_applicable", "outside", "outside", "inside_monitored", "inside_monitored", "unknown",
                          "inside_compliant", "not_applicable"]),
        ("B", "gold;diamond", ["not_applicable"] + ["outside"] * 6 + ["not_applicable"]),
        ("A", "gold", ["not_applicable"] * 8),
        ("A", "", ["not_applicable"] + ["unknown"] * 6 + ["not_applicable"]),
        ("", "diamond", ["not_applicable"] + ["unknown"] * 6 + ["not_applicable"]),
    ],
)  # fmt: skip
def test_a_site_walks_through_the_register(unit, mineral, expected):
    site = frames.sites({"admin2": unit, "minerals": mineral})
    results = [run(site, as_of=day, zones=REGISTER, coverage=frames.coverage("CAF")) for day in WALK]
    assert [only(r, "zone_status") for r in results] == expected
    for result, status_ in zip(results, expected, strict=True):
        known_outside = status_ in ("outside", "inside_monitored") and mineral != ""
        assert ("H9" in fired(result)) is known_outside
        assert ("H9" in only(result, "rules_unknown").split(";")) is (status_ == "unknown")


def test_a_boundary_set_that_lacks_a_named_unit_is_refused_by_name():
    boxes = frames.squares({"A": (19, 5, 21, 7)})  # no G
    site = frames.sites({"admin2": "B", "minerals": "diamond"})
    result = run(site, zones=REGISTER, boundaries=boxes)
    assert only(result, "zone_status") == "outside"  # as the site itself states, not as the polygon says
    assert "G" in result.report["notes"][0]


def test_polygons_give_the_unit_and_the_distance_to_its_edge():
    boxes = frames.squares({"A": (19, 5, 21, 7), "G": (21, 5, 22, 7)})
    site = frames.sites({"minerals": "diamond", "admin2": "B", "lon": 20.96, "coord_precision_km": 0.1})
    result = run(site, zones=REGISTER, boundaries=boxes)
    assert only(result, "zone_status") == "inside_compliant"
    assert only(result, "zone_basis") == "polygon"
    assert only(result, "distance_to_zone_edge_m") == pytest.approx(GEOD.inv(20.96, 6, 21, 6)[2], rel=1e-3)
    assert bool(only(result, "near_border")) is True


def test_two_entries_in_force_at_once_are_an_error():
    twice = REGISTER.copy()
    twice.loc[3, "valid_to"] = pd.NaT
    with pytest.raises(ZoneError, match="in force at once"):
        run(frames.sites({}), zones=twice)


def test_a_site_that_stands_twice_is_an_error():
    with pytest.raises(InputError, match="twice"):
        run(frames.sites({"site_id": "x"}, {"site_id": "x"}))


def test_restricted_rows_are_named_and_nothing_more():
    acled = {"source": "acled", "dataset": "ACLED", "day": "2018-06-01", "deaths_best": 9, "restricted": True}
    result = run(frames.sites({}), frames.incidents(acled))
    rows = result.evidence[result.evidence["dataset"] == "ACLED"]
    assert len(rows)
    assert set(rows["record_id"]) == {"e1"}
    for name in ("date_start", "date_end", "deaths_best", "deaths_low", "deaths_high", "precision", "provisional"):
        assert rows[name].isna().all()
    for name in ("actor_a", "actor_b", "value", "limit"):
        assert (rows[name] == "").all()
    assert "9 deaths" not in only(result, "why_en")
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
    assert result.sites["rules_fired"].tolist() == ["H1;H3", ""]


def test_any_crs_gives_the_same():
    import geopandas as gpd

    sites = frames.sites({})
    points = gpd.GeoDataFrame(sites, geometry=gpd.points_from_xy(sites["lon"], sites["lat"]), crs=4326)
    events = frames.incidents({"day": "2018-06-01"} | east(19_999))
    assert fired(run(points.to_crs(3857), events)) == fired(run(sites, events))


def test_an_entry_no_longer_holds_on_its_last_day():
    ended = REGISTER.copy()
    ended.loc[(ended["unit"] == "A") & (ended["status"] == "compliant"), "valid_to"] = pd.Timestamp("2018-12-31")
    site = frames.sites({"admin2": "A", "minerals": "diamond"})
    assert only(run(site, zones=ended, as_of="2018-12-30"), "zone_status") == "inside_compliant"
    assert only(run(site, zones=ended, as_of="2018-12-31"), "zone_status") == "outside"


def test_a_gap_alone_makes_everything_possible():
    seen = visit(visit_date="2018-06-01")
    assert only(run(frames.sites({}), visits=seen), "possible_class") == "high-risk"  # H7 and H8 are not known
    assert only(run(frames.sites({}), visits=seen, covered=False), "possible_class") == "conflict-affected"


def test_an_area_rule_names_an_incident_of_one_death():
    result = run(frames.sites({}), frames.incidents({"day": "2018-06-01", "precision": 3, "deaths_best": 1}))
    rows = result.evidence[(result.evidence["rule"] == "H3") & (result.evidence["kind"] == "incident")]
    assert rows["record_id"].tolist() == ["e1"]


def test_what_ends_inside_the_window_of_a_candidate_and_a_final_record_is_the_final_one():
    final = {"record_id": "same", "day": "2018-06-01", "deaths_best": 1}
    candidate = final | {"deaths_best": 9, "candidate": True, "dataset_version": "18.0.1"}
    for order in ((final, candidate), (candidate, final)):
        result = run(frames.sites({}), frames.incidents(*order))
        assert only(result, "deaths_20km_12m") == 1


def test_an_area_rule_names_no_more_than_it_needs_and_counts_all():
    many = [{"day": "2018-06-01", "precision": 3, "deaths_best": 1, "deaths_low": 0} for _ in range(200)]
    result = run(frames.sites({}), frames.incidents(*many, {"day": "2018-06-02", "precision": 3, "deaths_best": 2}))
    rows = result.evidence[(result.evidence["rule"] == "C3")]
    assert "C3" in fired(result)
    assert rows[rows["kind"] == "incident"]["deaths_best"].sum() == 25
    assert rows[rows["kind"] == "area"]["value"].tolist() == ["201 events, 202 deaths in 12 months"]
    assert only(result, "certain_class") == "high-risk"  # one event is sure, 25 deaths are not
