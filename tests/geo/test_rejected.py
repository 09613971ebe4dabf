"""What could not be read of incidents is never nothing: a gap near its place and in its unit, else partial coverage."""

from __future__ import annotations

import pandas as pd
import pytest

from tests import frames
from tests.geo.cases import KNOWN, east, only, parts, run

NAN = {"lon": float("nan"), "lat": float("nan")}


def lost(*rows, **more):
    return run(**{**KNOWN, **more}, rejected_incidents=frames.rejected(*rows))


@pytest.mark.parametrize(
    ("metres", "gap", "unknown"),
    [
        (0, True, ["C1", "H1", "H2", "H4", "H11"]),
        (19_000, True, ["C1", "H1", "H2", "H4", "H11"]),
        (24_999, True, ["H2", "H4"]),
        (25_001, False, ["H4"]),
        (49_999, False, ["H4"]),
        (50_001, False, []),
    ],
)
def test_one_near_the_site_is_a_gap_and_each_rule_in_reach_of_it_unknown(metres, gap, unknown):
    result = lost({"reason": "date_unreadable", **east(metres)})
    assert parts(result, "gaps") == (["incident_rejected"] if gap else [])
    assert only(result) == ("insufficient data" if gap else "no indicators found")
    assert [r for r in parts(result, "rules_unknown") if r[0] in "CH"] == unknown
    assert only(result, "data_coverage") == ("partial" if unknown else "full")
    assert only(result, "possible_class") == only(result)  # what is not known lifts no bracket


@pytest.mark.parametrize(
    ("days", "gap", "h4"),
    [
        pytest.param((None, None), True, True, marks=pytest.mark.slow),
        (("2018-12-31", None), True, True),
        (("2019-01-01", None), False, False),
        ((None, "2016-01-01"), True, False),  # in the window of H1, too early for H4
        pytest.param((None, "2015-12-31"), False, False, marks=pytest.mark.slow),
        pytest.param(("2018-01-01", "2018-01-01"), True, True, marks=pytest.mark.slow),
    ],
)
def test_a_day_that_was_not_read_may_lie_in_any_window(days, gap, h4):
    row = {"date_start": days[0], "date_end": days[1]}
    assert (parts(lost(row), "gaps") == ["incident_rejected"]) is gap
    assert ("H4" in parts(lost(row | east(30_000)), "rules_unknown")) is h4


def test_one_without_a_place_makes_its_country_partial():
    assert (only(lost(NAN)), only(lost(NAN), "data_coverage")) == ("no indicators found", "partial")
    assert only(lost(NAN | {"country": ""}), "data_coverage") == "partial"
    assert only(lost(NAN | {"country": "TCD"}), "data_coverage") == "full"


@pytest.mark.parametrize(
    ("row", "more", "gap"),
    [
        (east(60_000), {}, True),  # in the same district
        ({"lon": 22.0}, {}, True),  # in the next, of the same region
        ({"lon": 25.0}, {}, True),  # in no polygon: anywhere in its country
        ({"lon": 25.0, "country": "TCD"}, {}, False),
        ({"lon": 25.0, "country": ""}, {}, True),
        ({"lon": 22.0, "date_start": "2010-01-01", "date_end": "2010-01-02"}, {}, False),
        ({"lon": 22.0}, {"boundaries": [KNOWN["boundaries"][0], frames.squares({"P": (19, 5, 21, 7),
                                                                               "Q": (21, 5, 23, 7)}, level=1)]}, False),
        ({"lon": 22.0, "reason": "unknown_code"}, {"boundaries": [KNOWN["boundaries"][0],
                                                   frames.squares({"P": (19, 5, 21, 7), "Q": (21, 5, 23, 7)}, level=1)]},
         True),  # a point that may stand for anything
    ],
)  # fmt: skip
def test_one_in_the_unit_of_the_site_is_a_gap_of_its_area(row, more, gap):
    result = lost(row, **more)
    assert ("incident_unread" in parts(result, "area_gaps")) is gap
    assert only(result, "area_class") == ("insufficient data" if gap else "no indicators found")
    assert only(result) == "no indicators found"


def test_the_evidence_names_the_row():
    rows = lost({"record_id": "x", **east(5_000)}).evidence
    row = rows[rows["fact"] == "incident_rejected"].iloc[0]
    assert (row["record_id"], row["status"], row["dataset"]) == ("x", "date_unreadable", "UCDP GED")
    assert row["distance_m"] == pytest.approx(5_000, abs=0.01)
    assert pd.isna(row["date_start"])
