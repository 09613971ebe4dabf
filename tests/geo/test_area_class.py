"""The area class: districts by polygon and by label, what it may not read as calm, and sets that are no districts."""

from __future__ import annotations

import functools

import pandas as pd
import pytest
import shapely

from geo.spatial.polygons import Boundaries
from tests import frames
from tests.geo.cases import KNOWN, area_fired, fired, only, parts, run

BY_LABEL = {"day": "2018-06-01", "precision": 3, "lon": 25.0, "lat": 6.0, "deaths_best": 25}
TWO, ONE = KNOWN["boundaries"]


def area(*events, sites=None, **more):
    return run(sites, frames.incidents(*events) if events else None, **{**KNOWN, **more})


def test_area_rules_by_label_and_by_polygon():
    assert area_fired(run(incidents=frames.incidents(BY_LABEL))) == ["A1", "A2", "A3"]
    assert fired(run(incidents=frames.incidents(BY_LABEL))) == []  # context, never the headline
    # By polygon the label of an exact incident no longer decides.
    boxes = frames.squares({"A": (19, 5, 21, 7), "B": (24, 5, 26, 7)})
    exact = BY_LABEL | {"precision": 1}
    right = [BY_LABEL | {"precision": 1, "day": "2000-01-01", "admin2": "B"}] * 3  # most labels agree
    assert "A1" not in area_fired(run(incidents=frames.incidents(exact, *right), boundaries=boxes))
    moved = exact | {"lon": 20.9, "admin2": "B region"}
    inside = run(incidents=frames.incidents(moved, *right), boundaries=boxes)
    assert "A1" in area_fired(inside)
    assert inside.report["areas"][1]["disagreements"] == 1


@pytest.mark.parametrize(
    ("events", "fires"),
    [
        ([{"deaths_best": 25}], ["A1", "A2", "A3"]),
        ([{"deaths_best": 24}], ["A2"]),
        ([{"deaths_best": 24}, {"deaths_best": 1}], ["A1", "A2", "A3"]),
        ([{"deaths_best": 24}, {"deaths_best": 1, "source": "acled", "dataset": "ACLED"}], ["A2"]),
        ([{"deaths_best": 25, "day": "2017-12-31"}], ["A2"]),  # 25 deaths in 36 months
        ([{"deaths_best": 24, "day": "2017-12-31"}], []),
        ([{"deaths_best": 25, "day": "2015-12-31"}], []),
        ([{"deaths_best": 25, "precision": 4}], ["A3"]),
        ([{"deaths_best": 24, "precision": 4}], []),
        ([{"deaths_best": 90, "precision": 5}, {"deaths_best": 90, "precision": 6}], []),
        ([{"deaths_best": 25, "admin2": "B"}], ["A3"]),
        ([{"deaths_best": 0, "deaths_high": 90}], []),
    ],
)
def test_area_rules_count_per_source_and_window(events, fires):
    result = area(*(BY_LABEL | {"lon": 20.9} | e for e in events))
    assert area_fired(result) == fires
    graver = "conflict-affected" if "A1" in fires else "high-risk" if fires else "no indicators found"
    assert (only(result, "area_class"), only(result, "area_gaps")) == (graver, "")


def test_the_area_never_touches_the_headline():
    result = area(BY_LABEL | {"deaths_best": 500})
    assert only(result, "area_class") == "conflict-affected"
    assert (only(result), only(result, "rules_fired"), only(result, "gaps")) == ("no indicators found", "", "")
    assert only(result, "certain_class") == "no indicators found"


@pytest.mark.parametrize(
    ("change", "gaps"),
    [
        ({"boundaries": None}, {"admin2_not_loaded", "admin1_not_loaded"}),
        ({"boundaries": [TWO]}, {"admin1_not_loaded"}),
        ({"boundaries": [ONE]}, {"admin2_not_loaded"}),
        ({"coverage": None}, {"not_covered"}),
        ({"coverage": frames.coverage("CAF", begin="2016-01-02")}, {"not_covered"}),
        ({"boundaries": [frames.squares({"B": (21, 5, 23, 7)}, parent="P"), ONE],
          "sites": frames.sites({"admin2": ""})}, {"admin2_unknown"}),
        ({"boundaries": [frames.squares({"A": (19, 5, 21, 7)}, version="unknown", parent="P"), ONE]},
         {"boundary_version_unknown"}),
    ],
)  # fmt: skip
def test_what_is_missing_is_a_gap_of_the_area_alone(change, gaps):
    result = area(**change)
    assert set(parts(result, "area_gaps")) == gaps
    assert only(result, "area_class") == "insufficient data"
    if gaps != {"not_covered"}:
        assert (only(result), only(result, "gaps")) == ("no indicators found", "")
    fires = area(BY_LABEL | {"lon": 20.9}, **change)
    assert only(fires, "area_class") != "no indicators found"


def test_a_unit_that_the_site_states_is_told_from_one_by_polygon():
    assert only(area(), "admin_basis") == "polygon"
    stated = area(sites=frames.sites({"admin2": "B"}), boundaries=None)
    assert (only(stated, "admin_basis"), only(stated, "admin2")) == ("stated", "B")
    moved = area(sites=frames.sites({"admin2": "B"}))
    assert (only(moved, "admin_basis"), only(moved, "admin2")) == ("polygon", "A")


def test_a_label_that_names_no_unit_calms_nobody():
    """Real boundaries of Sudan, one event of precision 4 with 40 deaths, labelled "Southern Darfur state"."""
    states = frames.squares({"South Darfur": (19, 5, 21, 7), "Blue Nile": (21, 5, 23, 7)}, level=1)
    districts = frames.squares({"A": (19, 5, 21, 7)}, parent="South Darfur")
    event = {"day": "2018-06-01", "precision": 4, "deaths_best": 40, "lon": 25.0, "admin2": ""}
    sites = frames.sites({"admin1": ""}, {"admin1": "", "lon": 22.0})
    told = {"boundaries": [states, districts], "sites": sites}
    known = event | {"admin1": "South Darfur", "day": "2000-01-01"}
    right, wrong = (
        area(event | {"admin1": f"{name} state"}, known, **told) for name in ("South Darfur", "Southern Darfur")
    )
    assert right.sites["area_class"].tolist() == ["high-risk", "no indicators found"]
    assert right.sites["area_gaps"].tolist() == ["", ""]
    assert wrong.sites["area_class"].tolist() == ["insufficient data"] * 2
    assert wrong.sites["area_gaps"].tolist() == ["labels_unmatched"] * 2
    assert wrong.report["areas"][0]["unmatched_labels"] == {"Southern Darfur state": 1}
    alone = area(event | {"admin1": "Southern Darfur state"}, **told)  # not one label names a unit of the set
    assert alone.sites["area_gaps"].tolist() == ["boundaries_not_districts"] * 2
    alias = {("CAF", 1): {"southern darfur": "south darfur"}}
    assert (
        area(event | {"admin1": "Southern Darfur state"}, aliases=alias, **told).sites["area_class"][0] == "high-risk"
    )


@pytest.mark.parametrize(
    ("event", "gap"),
    [
        ({"admin2": "Nowhere", "admin1": "P"}, [True, False]),  # its region is known: only the sites of that region
        ({"admin2": "", "admin1": "P"}, [True, False]),
        ({"admin2": "Nowhere", "admin1": ""}, [True, True]),
        ({"admin2": "Nowhere", "admin1": "Elsewhere"}, [True, True]),
        ({"admin2": "Nowhere", "admin1": "Q"}, [False, True]),
        ({"admin2": "Nowhere", "admin1": "R"}, [False, False]),  # a region without a site
        ({"admin2": "Nowhere", "admin1": "P", "day": "2015-12-31"}, [False, False]),  # outside every window
        ({"admin2": "Nowhere", "admin1": "P", "day": "2016-01-01"}, [True, False]),
        ({"admin2": "Nowhere", "admin1": "P", "deaths_best": 0}, [False, False]),
        ({"admin2": "Nowhere", "admin1": "P", "country": "TCD"}, [False, False]),
        ({"admin2": "Nowhere", "admin1": "", "country": ""}, [True, True]),  # it may lie in any
        ({"admin2": "A", "admin1": "P", "country": ""}, [True, True]),
    ],
)
def test_an_unmatched_district_is_a_gap_of_its_region(event, gap):
    districts = frames.squares({"A": (19, 5, 21, 7), "B": (21, 5, 23, 7)}, parent="P")
    districts.frame["parent"] = pd.array(["P", "Q"], dtype="str")
    regions = frames.squares({"P": (19, 5, 21, 7), "Q": (21, 5, 23, 7), "R": (23, 5, 24, 7)}, level=1)
    sites = frames.sites({"admin1": ""}, {"admin1": "", "lon": 22.0})
    base = {"day": "2018-06-01", "precision": 3, "lon": 25.0, "deaths_best": 40}
    known = {"day": "2000-01-01", "precision": 3, "admin2": "A", "admin1": "P"}  # one label that is known
    result = area(base | event, known, boundaries=[districts, regions], sites=sites)
    assert ["labels_unmatched" in text.split(";") for text in result.sites["area_gaps"]] == gap
    assert [(c == "no indicators found") for c in result.sites["area_class"]] == [not g for g in gap]
    assert set(result.sites["site_class"]) == {"no indicators found"}


@pytest.mark.parametrize(("region", "gap"), [("P", [True, False]), ("Q", [False, True]), ("R", [True, True])])
def test_without_polygons_of_regions_a_region_is_one_that_the_districts_name(region, gap):
    """What one site is told does not depend on where the others of its list lie."""
    districts = frames.squares({"A": (19, 5, 21, 7), "B": (21, 5, 23, 7)}, parent="P")
    districts.frame["parent"] = pd.array(["P", "Q"], dtype="str")
    sites = frames.sites({"admin1": ""}, {"admin1": "", "lon": 22.0})
    event = {"day": "2018-06-01", "precision": 3, "lon": 25.0, "deaths_best": 1, "admin2": "Nowhere", "admin1": region}
    known = {"day": "2000-01-01", "precision": 3, "admin2": "A", "admin1": "P"}
    for rows in ([0, 1], [0], [1]):
        result = area(event, known, boundaries=[districts], sites=sites.iloc[rows])
        told = ["labels_unmatched" in text.split(";") for text in result.sites["area_gaps"]]
        assert told == [gap[i] for i in rows]


def test_an_exact_incident_outside_all_polygons_counts_by_its_label_or_is_told():
    event = {"day": "2018-06-01", "precision": 1, "lon": 25.0, "deaths_best": 40, "admin1": "P"}
    assert "A1" in area_fired(area(event | {"admin2": "A"}))
    lost = area(event | {"admin2": "Nowhere"}, {"day": "2000-01-01", "precision": 3, "admin2": "A", "admin1": "P"})
    assert parts(lost, "area_gaps") == ["labels_unmatched"]
    assert only(lost, "area_class") == "high-risk"  # A3, by its region


def boxes(*rows, level=2):
    """Units: name, parent, box, country."""
    frame = pd.DataFrame(rows, columns=["unit", "parent", "box", "country"])
    geometry = shapely.box(*zip(*frame.pop("box"), strict=True))
    frame = frame.assign(code="", level=level).astype(dict.fromkeys(("unit", "code", "parent", "country"), "str"))
    return Boundaries(frame, geometry, "2015", "boxes", "1", "boxes.geojson")


WEST, EAST = (19.0, 5.0, 21.0, 7.0), (21.0, 5.0, 23.0, 7.0)
EXACT = {"day": "2018-06-01", "precision": 1, "lon": 22.5, "deaths_best": 40, "admin1": "", "admin2": "Bambari"}
LABEL = {"day": "2018-06-01", "precision": 3, "lon": 22.5, "deaths_best": 42, "admin1": "", "admin2": "Kongolo"}


@functools.cache
def site_class_of(event: tuple) -> str:
    """Of the default site beside an incident, without any layer."""
    return only(area(dict(event)), "site_class")


@pytest.mark.parametrize(
    ("name", "layer", "event"),
    [
        ("country", boxes(("Central African Republic", "", (10, 0, 30, 12), "CAF")), EXACT),
        ("countries", boxes(("CAF", "", (10, 0, 30, 12), "CAF"), ("TCD", "", (10, 12, 30, 24), "TCD")), EXACT),
        ("country, no label", boxes(("CAF", "", (10, 0, 30, 12), "CAF")), EXACT | {"admin2": ""}),
        ("an outline by its id", boxes(("0", "", (10, 0, 30, 12), "CAF")), LABEL),
        ("mining titles", boxes(("PR 1234", "", WEST, "CAF"), ("PR 1235", "", EAST, "CAF")), LABEL),
        ("mining titles", boxes(("PR 1234", "", WEST, "CAF"), ("PR 1235", "", EAST, "CAF")), EXACT),
        ("titles named by numbers", boxes(("552", "", WEST, "CAF"), ("553", "", EAST, "CAF")), LABEL),
        ("outside its country", boxes(("Bambari", "", WEST, "CAF"), ("Sarh", "", (31, 5, 33, 7), "CAF"),), EXACT),
        ("in no country", boxes(("Bambari", "", WEST, "CAF"), ("Sarh", "", (-40, 5, -38, 7), "CAF")), EXACT),
        ("labels of others", boxes(("Bambari", "", WEST, "CAF"), ("Bria", "", EAST, "CAF")), EXACT),
        ("homonyms", boxes(("Bambari", "", WEST, "CAF"), ("Bambari", "", EAST, "CAF")), EXACT),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)  # fmt: skip
def test_a_layer_that_is_not_districts_decides_no_area(name, layer, event):
    outlines = frames.outlines(TCD=(10, 12, 40, 24), XXX=(30.5, 0, 40, 12))
    result = area(event, boundaries=[layer], outlines=outlines)
    assert only(result, "area_class") == "insufficient data", name
    assert "boundaries_not_districts" in parts(result, "area_gaps")
    assert area_fired(result) == []
    assert {"A1", "A2"} <= set(parts(result, "rules_unknown"))
    assert any("boxes.geojson" in str(note) for note in result.report["notes"])
    assert only(result, "site_class") == site_class_of(tuple(event.items()))
    zone = area(event, boundaries=[layer], outlines=outlines, sites=frames.sites({"minerals": "diamond", "admin2": ""}))
    assert only(zone, "zone_status") == "unknown"


def test_homonyms_are_joined_by_their_parent():
    layer = boxes(("San Jose", "P", WEST, "CAF"), ("San Jose", "Q", EAST, "CAF"))
    event = {"day": "2018-06-01", "precision": 3, "lon": 25.0, "deaths_best": 40, "admin2": "San José"}
    sites = frames.sites({"admin1": ""}, {"admin1": "", "lon": 22.0})
    regions = boxes(("P", "", WEST, "CAF"), ("Q", "", EAST, "CAF"), level=1)
    told = {"sites": sites, "boundaries": [layer, regions]}
    assert area(event | {"admin1": "Q"}, **told).sites["area_rules_fired"].tolist() == ["", "A1;A2;A3"]
    assert area(event | {"admin1": "P"}, **told).sites["area_rules_fired"].tolist() == ["A1;A2;A3", ""]
    either = area(event | {"admin1": ""}, **told)  # it fits both: no coin is tossed
    assert either.sites["area_rules_fired"].tolist() == ["", ""]
    assert all("labels_unmatched" in gaps for gaps in either.sites["area_gaps"])


def test_agreeing_labels_keep_a_set():
    layer = boxes(("Bambari", "", EAST, "CAF"), ("Bria", "", WEST, "CAF"))
    result = area(EXACT, EXACT | {"admin2": "Bria", "day": "2000-01-01"}, boundaries=[layer, ONE])
    assert parts(result, "area_gaps") == []  # half of them agree
    worse = area(EXACT, *[EXACT | {"admin2": "Bria", "day": "2000-01-01"}] * 2, boundaries=[layer, ONE])
    assert parts(worse, "area_gaps") == ["boundaries_not_districts"]


def test_an_area_rule_names_an_incident_of_one_death():
    result = area({"day": "2018-06-01", "precision": 3, "deaths_best": 1})
    rows = result.evidence[(result.evidence["rule"] == "A2") & (result.evidence["kind"] == "incident")]
    assert rows["record_id"].tolist() == ["e1"]


def test_an_area_rule_names_no_more_than_it_needs_and_counts_all():
    many = [{"day": "2018-06-01", "precision": 3, "deaths_best": 1, "deaths_low": 0} for _ in range(200)]
    result = area(*many, {"day": "2018-06-02", "precision": 3, "deaths_best": 2})
    rows = result.evidence[result.evidence["rule"] == "A1"]
    assert "A1" in area_fired(result)
    named = rows[rows["kind"] == "incident"]
    assert named["deaths_best"].sum() >= 25
    assert len(named) <= 25
    sums = rows[rows["kind"] == "area"]
    assert sums[["fact", "status", "events", "deaths"]].to_numpy().tolist() == [["sum_12m", "A", 201, 202]]
    assert named["distance_m"].isna().all()  # a distance to an edge is no distance to an incident
    assert sums["edge_m"].iloc[0] > 100_000
