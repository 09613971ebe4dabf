"""Zone status and listings: a site through the register, communes, polygons and their edges, the list in force."""

from __future__ import annotations

import gc
import weakref

import pandas as pd
import pytest
import shapely

import geo.assess
from benchmarks.scene import synthetic
from benchmarks.whole import frames as scene_frames
from geo.errors import ZoneError
from geo.rules.scene import Scene
from geo.spatial.polygons import Boundaries
from tests import frames
from tests.geo.cases import GEOD, KNOWN, REGISTER, only, parts, run

WALK = ["2013-05-22", "2013-05-23", "2016-02-29", "2016-09-18", "2016-09-19", "2017-01-28", "2018-09-30", "2024-11-14",
        "2024-11-15"]  # fmt: skip
COMPLIANT = "inside_compliant"


@pytest.mark.parametrize(
    ("unit", "mineral", "expected"),
    [
        ("A", "diamond", ["not_applicable", "outside", "outside", "inside_monitored", *[COMPLIANT] * 4,
                          "not_applicable"]),
        ("G", "diamond", ["not_applicable", "outside", "outside", "inside_monitored", "inside_monitored", "unknown",
                          COMPLIANT, COMPLIANT, "not_applicable"]),
        ("B", "gold;diamond", ["not_applicable"] + ["outside"] * 7 + ["not_applicable"]),
        ("A", "gold", ["not_applicable"] * 9),
        ("A", "", ["not_applicable"] + ["unknown"] * 7 + ["not_applicable"]),
        ("", "diamond", ["not_applicable"] + ["unknown"] * 7 + ["not_applicable"]),
    ],
)  # fmt: skip
def test_a_site_walks_through_the_register(unit, mineral, expected):
    """One row of the site a date: dates are per site, and every day is read by itself."""
    sites = frames.sites(*({"admin2": unit, "minerals": mineral} for _ in WALK))
    result = run(sites, as_of=WALK, zones=REGISTER).sites
    assert result["zone_status"].tolist() == expected
    for restricted, unknown, status in zip(result["kp_restricted"], result["rules_unknown"], expected, strict=True):
        assert ("L2" in unknown.split(";")) is bool(pd.isna(restricted)) is (status == "unknown")
        assert bool(pd.notna(restricted) and restricted) is (status in ("outside", "inside_monitored"))


def test_a_listing_is_never_part_of_the_class():
    result = run(frames.sites({"admin2": "B", "minerals": "diamond"}), zones=REGISTER, **KNOWN)
    assert bool(only(result, "kp_restricted")) is True
    assert (only(result), only(result, "rules_fired"), only(result, "area_rules_fired")) == (
        "no indicators found",
        "",
        "",
    )


def test_without_a_register_a_diamond_site_is_unknown_and_a_gold_site_is_not():
    assert only(run(frames.sites({"minerals": "diamond"})), "zone_status") == "unknown"
    assert only(run(frames.sites({"minerals": "gold"})), "zone_status") == "not_applicable"


def test_a_boundary_set_that_lacks_a_named_unit_is_refused_by_name():
    boxes = frames.squares({"A": (19, 5, 21, 7)})  # no G
    site = frames.sites({"admin2": "B", "minerals": "diamond"})
    result = run(site, zones=REGISTER, boundaries=boxes)
    assert only(result, "zone_status") == "outside"  # as the site itself states, not as the polygon says
    assert only(result, "zone_basis") == "stated"
    assert pd.isna(only(result, "distance_to_zone_edge_m"))
    assert "G" in str(result.report["notes"][0])


def test_polygons_give_the_unit_and_the_distance_to_its_edge():
    boxes = frames.squares({"A": (19, 5, 21, 7), "G": (21, 5, 22, 7)})
    site = frames.sites({"minerals": "diamond", "admin2": "B", "lon": 20.96, "coord_precision_km": 0.1})
    result = run(site, zones=REGISTER, boundaries=boxes)
    assert (only(result, "zone_status"), only(result, "zone_unit")) == (COMPLIANT, "A")
    assert only(result, "zone_basis") == "polygon"
    assert only(result, "distance_to_zone_edge_m") == pytest.approx(GEOD.inv(20.96, 6, 21, 6)[2], rel=1e-3)
    assert bool(only(result, "near_border")) is True
    inner = run(frames.sites({"minerals": "diamond"}), zones=REGISTER, boundaries=boxes)
    assert bool(only(inner, "near_border")) is False


def communes(*rows, country="CAF"):
    """A set of level 3: name, parent, box."""
    frame = pd.DataFrame({"unit": [r[0] for r in rows], "code": "", "parent": [r[1] for r in rows], "country": country,
                          "level": 3})  # fmt: skip
    frame = frame.astype(dict.fromkeys(("unit", "code", "parent", "country"), "str"))
    return Boundaries(frame, shapely.box(*zip(*(r[2] for r in rows), strict=True)), "2015", "communes", "1", "adm3")


DEEP = pd.concat(
    [
        REGISTER,
        frames.register(("Mo", "admin3/Mb", "unknown", "2017-01-28", "2020-03-26"),
                        ("Mo", "admin3/Mb", "compliant", "2020-03-26", "2024-11-15")),
    ],
    ignore_index=True,
)  # fmt: skip
DISTRICTS = frames.squares({"A": (18, 5, 19, 7), "Mb": (19, 5, 21, 7), "G": (21, 5, 22, 7)})
DEEPER = communes(("Mo", "Mb", (19, 5, 20, 7)), ("A", "Mb", (20, 5, 21, 7)), ("Mo", "G", (21, 5, 22, 7)))


@pytest.mark.parametrize(
    ("sets", "day", "west", "east_"),
    [
        ([DISTRICTS], "2016-12-31", "outside", "outside"),
        ([DISTRICTS], "2018-12-31", "unknown", "unknown"),  # it may lie in the commune
        ([DISTRICTS], "2020-12-31", "unknown", "unknown"),
        ([DISTRICTS, DEEPER], "2018-12-31", "unknown", "outside"),
        ([DISTRICTS, DEEPER], "2020-12-31", COMPLIANT, "outside"),
        ([DEEPER], "2020-12-31", COMPLIANT, "outside"),
        ([DISTRICTS, DEEPER], "2024-11-15", "not_applicable", "not_applicable"),
        ([], "2020-12-31", "unknown", "unknown"),  # as the site states its sub-prefecture
    ],
)
def test_a_commune_decides_before_its_sub_prefecture(sets, day, west, east_):
    sites = frames.sites(*({"lon": x, "minerals": "diamond", "admin2": "Mb"} for x in (19.5, 20.5)))
    result = run(sites, as_of=day, zones=DEEP, boundaries=sets or None).sites
    assert result["zone_status"].tolist() == [west, east_]
    # A commune of the same name as a sub-prefecture is not that sub-prefecture, nor is one of another parent.
    if DEEPER in sets:
        other = run(frames.sites({"lon": 21.5, "minerals": "diamond"}), as_of="2020-12-31", zones=DEEP, boundaries=sets)
        assert only(other, "zone_unit") == ("G" if DISTRICTS in sets else only(other, "zone_unit"))
        assert only(other, "zone_unit") != "Mo"


def test_two_entries_in_force_at_once_are_an_error():
    twice = REGISTER.copy()
    twice.loc[3, "valid_to"] = pd.NaT
    with pytest.raises(ZoneError, match="in force at once"):
        run(zones=twice, sites=frames.sites({"minerals": "diamond"}))


def test_an_entry_no_longer_holds_on_its_last_day():
    ended = REGISTER.copy()
    ended.loc[(ended["unit"] == "A") & (ended["status"] == "compliant"), "valid_to"] = pd.Timestamp("2018-12-31")
    sites = frames.sites(*({"admin2": "A", "minerals": "diamond"} for _ in "12"))
    result = run(sites, zones=ended, as_of=["2018-12-30", "2018-12-31"])
    assert result.sites["zone_status"].tolist() == [COMPLIANT, "outside"]


def test_the_list_in_force_at_the_date_counts():
    listed = frames.listed(
        ("A", "CAF", "admin2", "2018-01-01", "2019-01-01"), ("B", "CAF", "admin2", "2016-01-01", None)
    )
    days = ["2018-12-31", "2017-12-31", "2019-01-01", "2015-12-31"]
    result = run(frames.sites(*({} for _ in days)), listed=listed, as_of=days).sites
    assert [None if pd.isna(v) else bool(v) for v in result["eu_listed"]] == [True, False, False, None]
    assert ["L1" in v.split(";") for v in result["rules_unknown"]] == [False, False, False, True]
    assert not result["rules_fired"].str.contains("L1").any()


@pytest.mark.parametrize(
    ("minerals", "expected"), [("gold", True), ("diamond;coltan", True), ("diamond", False), ("", None)]
)
def test_the_list_is_of_four_minerals(minerals, expected):
    listed = frames.listed(("", "CAF", "country", "2018-01-01", None))
    result = run(frames.sites({"minerals": minerals}), listed=listed)
    value = only(result, "eu_listed")
    assert (None if pd.isna(value) else bool(value)) is expected
    assert ("L1" in parts(result, "rules_unknown")) is (expected is None)


def test_a_listed_unit_and_a_site_whose_unit_is_not_known():
    listed = frames.listed(("A", "CAF", "admin2", "2018-01-01", None))
    result = run(frames.sites({"admin2": ""}), listed=listed)
    assert pd.isna(only(result, "eu_listed"))
    assert "L1" in parts(result, "rules_unknown")


def test_a_boundary_set_that_lacks_a_unit_keeps_no_run_in_memory(monkeypatch):
    """An error that a note tells would hold the frames that raised it, and with them everything of the run."""
    sites, incidents, options = scene_frames(synthetic("small", 20, 200, one_date=True))
    held = []

    def scene(*given):
        made = Scene(*given)
        held.append(weakref.ref(made))
        return made

    monkeypatch.setattr(geo.assess, "Scene", scene)
    found = geo.assess.assess(sites, incidents, **options)
    assert any("lacks a unit" in note for note in found.report["notes"])
    gc.collect()
    assert held[0]() is None
