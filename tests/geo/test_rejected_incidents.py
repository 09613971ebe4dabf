"""An incident that could not be read is not nothing: near it no site is calm, and no rule that asks of it is known."""

from __future__ import annotations

import pandas as pd
import pytest

from geo import schema
from geo.assess import assess
from geo.records.incidents import prepare
from layers.reference.rule_files import default_rules
from tests import frames

T = "2018-12-31"
BOXES = [
    frames.squares({"A": (19, 5, 20.2, 7), "B": (20.2, 5, 21, 7)}),
    frames.squares({"P": (19, 5, 21, 7)}, level=1),
]


def rejected(**more):
    row = {"source": "ucdp", "dataset": "UCDP GED", "record_id": "x", "reason": "date_unreadable", "country": "CAF"}
    return schema.conform(pd.DataFrame([row | more]), schema.REJECTED_INCIDENTS)


def run(lost):
    other = frames.incidents({"day": "1990-01-01", "lon": 20.9, "lat": 6.9, "admin1": "P", "admin2": "B"})
    return assess(
        frames.sites({"admin2": ""}), other, as_of=T, rules=default_rules(), boundaries=BOXES,
        coverage=frames.coverage("CAF"), outlines=frames.outlines(), rejected_incidents=lost,
    )  # fmt: skip


@pytest.mark.parametrize(("lon", "gap", "unknown"), [(20.1, True, True), (20.4, False, True), (20.9, False, False)])
def test_a_place_gives_a_gap_within_25_km_and_an_unknown_rule_within_50(lon, gap, unknown):
    site = run(rejected(lon=lon, lat=6.0)).sites.iloc[0]
    assert (site["site_class"] == "insufficient data") == gap
    assert ("incident_rejected" in site["gaps"]) == gap
    assert ("H4" in site["rules_unknown"].split(";")) == unknown
    assert "incident_unread" in site["area_gaps"]  # the region P holds all three


def test_no_place_makes_the_country_partial_and_its_areas_unknown():
    site = run(rejected()).sites.iloc[0]
    assert (site["site_class"], site["data_coverage"]) == ("no indicators found", "partial")
    assert site["area_class"] == "insufficient data"
    assert run(rejected(country="COD")).sites["area_gaps"].iloc[0] == ""


def test_one_that_ended_before_the_window_matters_to_nobody():
    old = pd.Timestamp("2010-01-01")
    site = run(rejected(lon=20.0, lat=6.0, date_start=old, date_end=old)).sites.iloc[0]
    assert (site["gaps"], site["area_gaps"]) == ("", "")


def test_of_a_restricted_one_only_what_is_open_is_told():
    day = pd.Timestamp("2018-06-01")
    told = run(rejected(lon=20.123, lat=6.0, date_start=day, date_end=day, restricted=True)).evidence
    row = told[told["fact"] == "incident_rejected"].iloc[0]
    assert pd.isna(row["date_start"])
    assert row["distance_m"] % 1000 == 0


def test_of_two_records_of_one_id_the_graver_counts():
    both = frames.incidents(
        {"record_id": "e", "day": "2018-01-01", "deaths_best": 1},
        {"record_id": "e", "day": "2018-01-01", "deaths_best": 9},
    )
    for rows in (both, both.iloc[::-1]):
        assert prepare(rows).best.tolist() == [9.0]
