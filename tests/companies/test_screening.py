"""One origin at a time: dates, places, matches, laws, statuses, zones, minerals, routes."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest
import shapely

from geo import schema
from geo.screening.schema import FLAGS
from jobs.screening.places import Confirmation, row_key
from layers.sources.roads import read_roads
from layers.sources.zone_register import read_register
from tests import frames
from tests.companies.cases import DAY, data, dated, first, screened

HERE = {"supplier_id": "A", "lat": "6.0", "lon": "20.0", "country": "CAF", "coord_precision_km": "0.1"}


def test_a_rows_own_date_wins():
    world = data(incidents=frames.incidents({"day": "2015-06-01"}))
    found = screened(HERE, {**HERE, "supplier_id": "B", "as_of": "2015-12-31"}, on=world)
    assert found.rows["as_of_basis"].tolist() == ["run", "row"]
    assert ["H1" in r for r in found.rows["rules_fired"]] == [False, True]


def test_the_position_error_of_the_row_is_honoured():
    world = data(incidents=frames.incidents({"day": "2020-06-01", "lon": 20.17}))  # 18.8 km away
    sure = first(screened(HERE, on=world))
    vague = first(screened({**HERE, "coord_precision_km": "5"}, on=world))
    assert (sure["certain_class"], vague["site_class"]) == ("high-risk", "high-risk")
    assert vague["certain_class"] != "high-risk"


def test_no_coordinates_and_nothing_but_a_country_is_answered_as_such():
    world = data(
        incidents=frames.incidents({"day": "2020-06-01", "deaths_best": 7.0}, {"day": "2020-07-01", "precision": 6})
    )
    row = first(screened({"supplier_id": "A", "country": "CAF"}, on=world))
    assert (row["answer_level"], row["position_basis"], row["site_class"]) == (
        "country",
        "none",
        "insufficient data",
    )
    assert (row["country_incidents_12m"], row["country_deaths_12m"]) == (2, 8)


def test_candidates_are_shown_and_never_taken_by_themselves():
    known = frames.sites(
        {"name": "Kalimva", "site_id": "k1", "admin2": "A"}, {"name": "Kalimbi", "site_id": "k2", "lon": 21.0}
    )
    world = data(sites=known)
    asked = {"supplier_id": "A", "site_name": "Mine de Kalimva", "country": "CAF", "admin2": "A"}
    found = screened(asked, on=world)
    row = first(found)
    assert (row["position_basis"], row["answer_level"]) == ("unconfirmed", "admin2")
    assert np.isnan(row["lon"])
    best = found.candidates.iloc[0]
    assert (best["match_id"], best["score"]) == ("site:list|k1", 100)
    assert "Kalimva (A) [site:list|k1] 100" in row["candidates"]
    taken = first(screened({**asked, "match_id": "site:list|k1"}, on=world))
    assert (taken["position_basis"], taken["lon"], taken["known_site_basis"]) == ("confirmed_match", 20.0, "confirmed")
    by_page = first(screened(asked, on=world, matches={row_key("A"): Confirmation("site:list|k2", "A. Person")}))
    assert by_page["lon"] == 21.0
    wrong = first(screened({**asked, "match_id": "site:list|nowhere"}, on=world))
    assert wrong["position_basis"] == "unconfirmed"
    assert "match_id not known" in wrong["remarks"]


def test_a_known_site_near_with_a_like_name_is_the_rows_own_site():
    known = frames.sites({"name": "Bisie", "site_id": "k1"}, {"name": "Other", "site_id": "k2", "lon": 20.004})
    statuses = dated(
        pd.DataFrame(
            [{"source": "list", "site_id": "k1", "scheme": "rcm", "status": "red", "status_date": "2020-03-01"}]
        ),
        "status_date",
    )
    world = data(sites=known, statuses=statuses)
    row = first(screened({**HERE, "site_name": "Site minier Bisié", "lon": "20.003"}, on=world))
    assert (row["known_site"], row["known_site_basis"]) == ("k1", "position_and_name")
    assert (row["rcm_status"], "H7" in row["rules_fired"]) == ("red", True)
    assert bool(row["flag_status"])
    far = first(screened({**HERE, "site_name": "Bisie", "lon": "20.03"}, on=world))
    assert far["known_site"] == ""
    assert far["nearest_site"].startswith("Other")


@pytest.mark.parametrize(
    ("status", "day", "valid_to", "on", "colour", "expires"),
    [
        ("green", "2020-03-01", None, "2020-12-31", "green", "2021-03-01"),
        ("green", "2019-03-01", None, "2020-12-31", "blue", "2023-03-01"),
        ("green", "2020-03-01", "2020-09-01", "2020-12-31", "blue", "2023-09-01"),
        ("blue", "2019-03-01", None, "2020-12-31", "blue", "2022-03-01"),
        ("red", "2019-03-01", None, "2020-12-31", "red", None),
        ("yellow", "2020-03-01", "2021-01-15", "2020-12-31", "yellow", "2021-01-15"),
        ("green", "2010-03-01", None, "2020-12-31", "", None),
    ],
)
def test_a_status_has_its_expiry(status, day, valid_to, on, colour, expires):
    row = {
        "source": "list",
        "site_id": "k1",
        "scheme": "rcm",
        "status": status,
        "status_date": day,
        "valid_to": valid_to,
    }
    world = data(
        sites=frames.sites({"name": "Bisie", "site_id": "k1"}),
        statuses=dated(pd.DataFrame([row]), "status_date", "valid_to"),
    )
    got = first(screened({**HERE, "site_name": "Bisie"}, on=world, day=dt.date.fromisoformat(on)))
    assert got["rcm_status"] == colour
    assert (None if pd.isna(got["rcm_expires"]) else f"{got['rcm_expires']:%Y-%m-%d}") == expires


def test_laws_and_schemes_by_country_mineral_and_date():
    rows = [
        {**HERE, "supplier_id": "1", "mineral": "gold"},
        {**HERE, "supplier_id": "2", "mineral": "diamond"},
        {**HERE, "supplier_id": "3"},
        {**HERE, "supplier_id": "4", "mineral": "gold", "as_of": "2009-01-01"},
        {**HERE, "supplier_id": "5", "mineral": "diamond", "as_of": "2012-01-01"},
        {**HERE, "supplier_id": "6", "mineral": "diamond", "as_of": "2024-11-15"},
        {**HERE, "supplier_id": "7", "mineral": "diamond", "as_of": "2024-11-14"},
        {"supplier_id": "8", "lat": "48.8", "lon": "2.3", "country": "FRA", "mineral": "gold"},
    ]
    found = screened(*rows).rows
    assert found["dodd_frank"].tolist() == ["covered", "country_only", "country_only", "not_covered", "country_only", "country_only", "country_only", "not_covered"]  # fmt: skip
    assert found["kp_status"].tolist() == ["not_applicable", "restricted", "unknown", "not_applicable", "participant", "participant", "restricted", "not_applicable"]  # fmt: skip
    assert found["flag_kp"].fillna(False).tolist() == [False] * 8, "the zones of those diamonds are not known"
    assert found["flag_kp"].isna().tolist() == [False, True, True, False, False, False, True, False]


def test_the_eu_list_is_told_apart_from_no_list():
    assert first(screened(HERE))["eu_list"] == "unknown"
    listed = dated(
        pd.DataFrame(
            [
                {
                    "area": "A",
                    "country": "CAF",
                    "kind": "admin2",
                    "valid_from": "2019-01-01",
                    "valid_to": None,
                    "code": "",
                }
            ]
        ),
        "valid_from",
        "valid_to",
    )
    world = data(listed=schema.conform(listed, schema.LISTED_AREAS))
    row = first(screened({**HERE, "admin2": "A", "mineral": "gold"}, on=world))
    assert (row["eu_list"], row["eu_list_areas"], bool(row["flag_eu_list"])) == ("listed", "admin2: A", True)
    assert first(screened({**HERE, "admin2": "B", "mineral": "gold"}, on=world))["eu_list"] == "not_listed"
    diamonds = first(screened({**HERE, "admin2": "A", "mineral": "diamond"}, on=world))
    assert (diamonds["eu_list"], diamonds["eu_list_areas"]) == ("not_listed", ""), "the regulation names other minerals"
    unsaid = first(screened({**HERE, "admin2": "A"}, on=world))
    assert (unsaid["eu_list"], pd.isna(unsaid["flag_eu_list"])) == ("unknown", True)


ZONE = frames.squares(
    {
        "Berbérati": (15, 4, 16, 5),
        "Boda": (17, 4, 18, 5),
        "Carnot": (15, 5, 16, 6),
        "Nola": (15, 3, 16, 4),
        "Gadzi": (16, 4, 17, 5),
        "Mongoumba": (18, 4, 19, 5),
        "Boganda": (20, 6, 21, 7),
        "Boganangone": (21, 6, 22, 7),
    }
)


def test_outside_a_compliant_zone_the_nearest_one_is_told_with_its_distance():
    world = data(zones=read_register().frame, boundaries=[ZONE])
    rows = [
        {**HERE, "supplier_id": "in", "lon": "15.5", "lat": "4.5", "mineral": "diamond"},
        {**HERE, "supplier_id": "near", "lon": "18.1", "lat": "4.5", "mineral": "diamond"},
        {**HERE, "supplier_id": "gold", "lon": "18.1", "lat": "4.5", "mineral": "gold"},
        {**HERE, "supplier_id": "cmr", "lon": "14.5", "lat": "4.5", "mineral": "diamond", "country": "CMR"},
        {**HERE, "supplier_id": "free", "lon": "18.1", "lat": "4.5", "mineral": "diamond", "as_of": "2024-12-01"},
    ]
    found = screened(*rows, on=world, day=dt.date(2017, 6, 30)).rows.set_index("supplier_id")
    assert found["zone_status"].tolist() == [
        "inside_compliant",
        "outside",
        "not_applicable",
        "not_applicable",
        "not_applicable",
    ]
    assert found["nearest_compliant_zone"].tolist() == ["", "Boda", "", "Berbérati", ""]
    assert found.loc["near", "nearest_compliant_zone_m"] == pytest.approx(11_100, abs=60)
    assert found.loc["near", "distance_to_zone_edge_m"] == pytest.approx(11_100, abs=60)
    assert found["flag_near_zone"].fillna(False).tolist() == [False, True, False, False, False]


def test_a_mineral_without_record_is_a_flag_with_evidence():
    known = frames.sites(
        {"name": "G", "site_id": "g", "minerals": "gold"},
        {"name": "D", "site_id": "d", "minerals": "diamond", "lon": 21.0},
    )
    world = data(sites=known)
    rows = [
        {**HERE, "supplier_id": "1", "mineral": "gold"},
        {**HERE, "supplier_id": "2", "mineral": "diamond"},
        {**HERE, "supplier_id": "3", "mineral": "coltan"},
        {**HERE, "supplier_id": "4", "lon": "21.7", "mineral": "gold"},
        {**HERE, "supplier_id": "5"},
        {"supplier_id": "6", "lat": "-2", "lon": "28", "country": "COD", "mineral": "gold"},
        {**HERE, "supplier_id": "7", "mineral": "gold;diamond"},
        {**HERE, "supplier_id": "8", "lon": "24.0", "mineral": "gold"},
    ]
    found = screened(*rows, on=world)
    assert found.rows["mineral_record"].tolist() == ["recorded", "other_minerals_only", "no_reference", "nothing_recorded_nearby", "mineral_unknown", "no_reference", "other_minerals_only", "no_reference"]  # fmt: skip
    assert found.rows["flag_mineral"].fillna(False).tolist() == [False, True, False, True, False, False, True, False]
    assert found.rows["mineral_nearest_m"].round(-3).tolist()[1] == 111_000
    told = found.evidence[found.evidence["kind"] == "mineral"].set_index("supplier_id")
    assert told.loc["2", "record_id"] == "d"
    assert "not an accusation" in told.loc["2", "ground"]
    assert "3" not in told.index, "a list that records no coltan in the country says nothing of coltan"
    assert (told.loc["4", "fact"], told.loc["4", "status"]) == ("nothing_recorded_nearby", "gold")


def test_no_flag_is_true_of_rows_of_which_nothing_is_known():
    nothing = data(sites=frames.sites().iloc[:0], coverage=frames.coverage())
    rows = [
        {**HERE, "mineral": "gold"},
        {"supplier_id": "B", "country": "COD", "mineral": "tin"},
        {**WAY, "supplier_id": "C"},
        {**HERE, "supplier_id": "D", "mineral": "diamond", "country": "GAB", "lat": "0.5", "lon": "11.5"},
    ]
    found = screened(*rows, on=nothing, day=dt.date(2025, 6, 30)).rows
    told = {name: found[name].fillna(False).any() for name in FLAGS if name not in ("flag_dodd_frank", "flag_kp")}
    assert not [name for name, true in told.items() if true and name != "flag_transit_unknown"]
    assert found["flag_doubt"].isna().all()
    assert found["flag_transit_unknown"].isna().tolist() == [True, True, False, True], (
        "a route through uncovered ground"
    )


def test_the_nearest_zone_is_told_only_where_a_zone_can_matter():
    antwerp = {"supplier_id": "X", "lat": "51.22", "lon": "4.40", "country": "BEL", "mineral": "diamond"}
    far = {**HERE, "supplier_id": "far", "lat": "8.5", "lon": "26.0", "mineral": "diamond"}
    found = screened(antwerp, far, on=data(boundaries=[ZONE]), day=dt.date(2017, 6, 30)).rows
    assert found["nearest_compliant_zone"].tolist() == ["", "Boda"], "in the restricted country itself it is told"
    assert found["flag_near_zone"].tolist() == [False, False]


WAY = {**HERE, "dest_lat": "6.0", "dest_lon": "21.0", "mineral": "gold"}


def test_without_roads_the_straight_line_is_said_to_be_a_guess():
    world = data(incidents=frames.incidents({"day": "2020-06-01", "lon": 20.5}))
    found = screened(WAY, on=world)
    row, route = first(found), found.transit.routes.iloc[0]
    assert (row["route_basis"], route["note"]) == ("straight_guess", "no_roads_given")
    assert row["route_km"] == pytest.approx(110.7, abs=0.1)
    assert row["transit_incidents"] == 1
    assert row["route_km_exposed"] == pytest.approx(40, abs=0.2)
    assert bool(row["flag_transit"])
    assert not bool(row["flag_transit_unknown"])
    calm = first(screened(WAY, on=data(incidents=frames.incidents({"day": "2020-06-01", "lon": 25.0}))))
    assert pd.isna(calm["flag_transit"]), "nothing on a guess tells nothing of the route"
    assert pd.isna(calm["flag_transit_unknown"])
    told = found.evidence[found.evidence["part"] == "transit"]
    assert told["record_id"].tolist() == ["e1"]
    assert told["segment"].tolist() == [6.0]


def roads(*lines, speeds=None):
    features = [
        {"type": "Feature", "properties": {"speed": s}, "geometry": shapely.geometry.mapping(shapely.LineString(line))}
        for line, s in zip(lines, speeds or [None] * len(lines), strict=True)
    ]
    return read_roads(json.dumps({"type": "FeatureCollection", "features": features}).encode(), "roads.geojson")


def test_with_roads_the_way_goes_round():
    world = data(incidents=frames.incidents({"day": "2020-06-01", "lon": 20.5}))
    round_ = roads([(20, 6), (20, 7)], [(20, 7), (21, 7)], [(21, 7), (21, 6)])
    row = first(screened(WAY, on=world, roads=round_))
    assert row["route_basis"] == "network"
    assert row["route_km"] == pytest.approx(110.6 * 2 + 110.5, abs=0.5)
    assert row["transit_incidents"] == 0
    assert not row["flag_transit_unknown"]


def test_the_quicker_way_wins_where_speeds_are_known():
    both = ([(20, 6), (21, 6)], [(20, 6), (20.5, 6.5), (21, 6)])
    assert first(screened(WAY, roads=roads(*both)))["route_km"] == pytest.approx(110.7, abs=0.1)
    assert first(screened(WAY, roads=roads(*both, speeds=[10, 60])))["route_km"] > 150


def test_roads_that_do_not_connect_fall_back_to_a_guess_that_is_told():
    found = screened(WAY, roads=roads([(20, 6), (20.2, 6)], [(20.8, 6), (21, 6)]))
    assert (first(found)["route_basis"], found.transit.routes["note"].iloc[0]) == (
        "straight_guess",
        "roads_not_connected",
    )
    found = screened(WAY, roads=roads([(10, 0), (11, 0)]))
    assert found.transit.routes["note"].iloc[0] == "no_road_near"


def test_a_given_line_is_taken_as_it_is():
    row = {**HERE, "route_line": "LINESTRING (20 6, 20 7, 21 7, 21 6)"}
    found = screened(row, roads=roads([(20, 6), (21, 6)]))
    assert first(found)["route_basis"] == "given_line"
    assert first(found)["route_km"] > 300


def test_countries_of_a_way_are_answered_without_a_line():
    world = data(incidents=frames.incidents({"day": "2020-06-01", "country": "CMR"}), coverage=frames.coverage("CAF"))
    row = first(screened({**HERE, "route_countries": "Cameroon;COG"}, on=world))
    assert (row["route_basis"], row["transit_countries"], row["transit_uncovered"]) == (
        "countries",
        "CMR;COG",
        "CMR;COG",
    )
    assert bool(row["flag_transit_unknown"])
    assert pd.isna(row["flag_transit"])


def test_borders_zones_and_listed_areas_on_the_way():
    listed = dated(
        pd.DataFrame(
            [
                {
                    "area": "Boda",
                    "country": "CAF",
                    "kind": "admin2",
                    "valid_from": "2016-01-01",
                    "valid_to": None,
                    "code": "",
                }
            ]
        ),
        "valid_from",
        "valid_to",
    )
    world = data(zones=read_register().frame, boundaries=[ZONE], listed=schema.conform(listed, schema.LISTED_AREAS))
    row = {**HERE, "lon": "15.5", "lat": "4.5", "dest_lat": "4.5", "dest_lon": "13.0"}
    found = screened(row, {**row, "supplier_id": "B", "dest_lon": "17.6"}, on=world, day=dt.date(2017, 6, 30))
    out = found.rows.set_index("supplier_id")
    assert out.loc["A", "transit_countries"] == "CAF;CMR"
    assert out.loc["A", "transit_borders"].startswith("CAF>CMR at ")
    assert out.loc["B", "transit_zones"] == "Berbérati (inside_compliant); Gadzi (unknown); Boda (inside_compliant)"
    assert out.loc["B", "transit_listed"] == "Boda (admin2)"
    assert bool(out.loc["B", "flag_transit"])


def test_acled_rows_leave_only_ids_and_distances():
    event = {
        "day": "2020-06-01",
        "source": "acled",
        "dataset": "ACLED x",
        "restricted": True,
        "lon": 20.5,
        "actor_a": "SECRET",
    }
    found = screened(WAY, on=data(incidents=frames.incidents(event)))
    from tests.companies.cases import files

    made = files(found)
    assert found.rows["transit_incidents"].iloc[0] == 1
    for name, body in made.items():
        assert b"SECRET" not in body, name
    told = found.evidence[found.evidence["part"] == "transit"].iloc[0]
    assert (told["record_id"], told["actor_a"], pd.isna(told["date_start"])) == ("e1", "", True)


def test_an_empty_good_part_still_answers():
    found = screened({"supplier_id": "A", "lat": "north", "lon": "20"})
    assert found.rows["answer"].tolist() == ["rejected"]
    from tests.companies.cases import files

    assert b"coordinates_unreadable" in files(found)["screening.csv"]


def test_classes_do_not_depend_on_the_way_or_the_company_columns():
    world = data(incidents=frames.incidents({"day": "2020-06-01", "lon": 20.1}))
    plain = first(screened(HERE, on=world))
    with_way = first(screened({**WAY, "mineral": ""}, on=world))
    for name in ("site_class", "certain_class", "possible_class", "zone_status", "rules_fired", "why_en"):
        assert plain[name] == with_way[name]
    assert dt.date(2020, 12, 31) == DAY


def test_a_named_destination_gets_candidates_and_counts_only_when_accepted():
    asked = {**HERE, "destination": "Bangui"}
    found = screened(asked)
    assert (first(found)["route_basis"], first(found)["candidates"]) == ("none", "")
    best = found.candidates.iloc[0]
    assert (best["part"], best["name"], best["country"]) == ("destination", "Bangui", "CAF")
    taken = first(screened({**asked, "dest_match_id": best["match_id"]}))
    assert (taken["route_basis"], taken["route_km"] > 100) == ("straight_guess", True)
    accepted = {row_key("A", "destination"): Confirmation(best["match_id"], "A. Person")}
    assert first(screened(asked, matches=accepted))["route_basis"] == "straight_guess"


def test_a_name_with_its_district_still_finds_its_site():
    world = data(sites=frames.sites({"name": "Kalimva", "site_id": "k1"}))
    found = screened({"supplier_id": "A", "site_name": "Kalimva (Walikale, Nord-Kivu)", "country": "CAF"}, on=world)
    assert found.candidates["match_id"].tolist()[0] == "site:list|k1"
    assert found.candidates["score"].tolist()[0] == 97


def test_the_order_of_the_list_changes_no_answer():
    world = data(incidents=frames.incidents(*[{"day": "2020-06-01", "lon": 20.0 + k / 5} for k in range(5)]))
    rows = [
        {**WAY, "supplier_id": f"S{k}", "lon": str(20 + k / 3), "as_of": ("", "2020-07-01")[k % 2]} for k in range(6)
    ]
    one, other = screened(*rows, on=world), screened(*rows[::-1], on=world)
    a = one.rows.drop(columns="row").set_index("supplier_id").sort_index()
    b = other.rows.drop(columns="row").set_index("supplier_id").sort_index()
    pd.testing.assert_frame_equal(a, b)
    keys = ["supplier_id", "segment"]
    pd.testing.assert_frame_equal(
        one.transit.segments.sort_values(keys, ignore_index=True),
        other.transit.segments.sort_values(keys, ignore_index=True),
    )


@pytest.mark.parametrize(("seen", "flag"), [("2020-03-01", True), ("2019-12-31", None), ("2015-01-10", None)])
def test_a_qualification_is_a_flag_as_long_as_it_speaks(seen, flag):
    row = {"source": "list", "site_id": "k1", "scheme": "drc", "status": "red", "status_date": seen}
    world = data(
        sites=frames.sites({"name": "Bisie", "site_id": "k1"}), statuses=dated(pd.DataFrame([row]), "status_date")
    )
    got = first(screened({**HERE, "site_name": "Bisie"}, on=world))
    assert (got["drc_status"], "H7" in got["rules_fired"]) == ("red", flag is True)
    assert (None if pd.isna(got["flag_status"]) else bool(got["flag_status"])) is flag


def test_diamonds_of_an_unknown_zone_cannot_be_told():
    row = first(screened({**HERE, "mineral": "diamond"}))
    assert (row["kp_status"], row["zone_status"]) == ("restricted", "unknown")
    assert pd.isna(row["flag_kp"])


def test_a_place_that_its_own_row_contradicts_is_flagged_row_by_row():
    districts = frames.squares({"A": (20.0, 6.0, 20.6, 6.6), "B": (21.0, 6.0, 21.6, 6.6)})
    route = "LINESTRING (20.9 6.4, 21.2 6.5)"
    found = screened(
        {**HERE, "lat": "6.2", "lon": "20.2", "admin2": "A"},
        {**HERE, "supplier_id": "B", "lat": "6.2", "lon": "20.2", "admin2": "B"},
        {**HERE, "supplier_id": "C", "lat": "6.2", "lon": "20.2", "country": "SSD"},
        {**HERE, "supplier_id": "D", "lat": "6.2", "lon": "20.2", "route_line": route},
        {"supplier_id": "E", "country": "CAF", "admin2": "A"},
        {**HERE, "supplier_id": "F", "lat": "6.2", "lon": "20.2", "admin2": "Elsewhere"},
        on=data(boundaries=[districts]),
    )
    flag = found.rows["flag_false_origin"]
    assert flag.fillna(False).tolist() == [False, True, True, True, False, False]
    assert flag.isna().tolist() == [False, False, False, False, True, False]
    said = found.rows["remarks"].tolist()
    assert "place far from the stated unit: states B" in said[1]
    assert "place outside the stated country: states SSD, lies in CAF" in said[2]
    assert "route begins far from the origin" in said[3]


def test_a_contradicted_origin_is_drawn_with_what_it_states():
    from jobs.screening.false_origin import contradictions

    row = {**HERE, "lon": "18.5", "lat": "4.5", "admin2": "Carnot", "mineral": "diamond"}
    world = data(boundaries=[ZONE])
    found = screened(row, {**row, "supplier_id": "B", "admin2": "Mongoumba"}, on=world)
    assert found.rows["flag_false_origin"].tolist() == [True, False]
    drawn = [
        contradictions(found.rows.iloc[i].to_dict(), found.suppliers.rows.iloc[i].to_dict(), None, world)
        for i in (0, 1)
    ]
    assert [(name, shape.geom_type) for name, shape in drawn[0]] == [("Carnot", "Polygon"), ("Carnot", "LineString")]
    assert drawn[1] == []
