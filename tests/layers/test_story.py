"""The evidence of a site as a story: each incident once, numbered like on the map, none of a district left out."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from geo.records.incidents import prepare
from i18n.translator import translator
from jobs.assessment import job
from jobs.assessment.site_profile import profile
from jobs.assessment.site_story import area_rules, counted_in_district, district_lines, looked_at, story
from layers.reference.rule_files import default_rules
from tests.layers.conftest import DAY

RULES = default_rules()


@pytest.fixture(scope="module")
def boda(shared_data):
    """A mine in Boda at the end of 2014, with its sub-prefectures."""
    of = job.Source.of
    loaded = job.load(
        job.Inputs(
            sites=[of(shared_data / "mines/ipis_car_destinations_lines.geojson")],
            incidents=[of(shared_data / "conflict/ucdp_ged_23_1_car.geojson")],
            boundaries=[of(shared_data / "admin/geoboundaries_caf_adm2_2015_simplified.geojson")],
            boundaries_version="2015",
        )
    )
    day = dt.date(2014, 12, 31)
    run = job.run(loaded, day, RULES)
    row = int(np.flatnonzero(run.assessment.sites["site_id"] == "162")[0])
    return loaded, run, row, day, profile(loaded, run, RULES, row, day)


def test_every_incident_that_counted_stands_once_and_carries_the_number_of_its_place(loaded, run):
    seen = 0
    for row in range(0, len(run.assessment.sites), 7):
        it = profile(loaded, run, RULES, row, DAY)
        told = story(it, loaded.incidents)
        counted = it.evidence[it.evidence["kind"] == "incident"]
        assert len(told.counted) == len(counted.drop_duplicates(["dataset", "record_id"]))
        assert told.counted["number"].tolist() == list(range(1, len(told.counted) + 1))
        assert {r for text in told.counted["rules"] for r in text.split(", ")} == set(counted["rule"])
        placed = told.counted.dropna(subset=["lon"])
        assert {(lon, lat) for lon, lat, _ in told.numbers} == set(zip(placed["lon"], placed["lat"], strict=True))
        assert placed["precision"].isin([1, 2]).all()
        seen += len(told.counted)
    assert seen


@pytest.mark.real_data
def test_the_rest_of_a_district_is_a_click_away(boda):
    loaded, run, row, day, it = boda
    short = story(it, loaded.incidents)
    assert short.shown == {"A1": (10, 12), "A2": (10, 12)}
    incidents = prepare(loaded.incidents)
    more = [counted_in_district(loaded, run, row, rule, incidents, day) for rule in area_rules(it, RULES)]
    whole = story(it, loaded.incidents, pd.concat(more))
    rules = whole.counted["rules"].str.split(", ")
    assert int(rules.map(lambda r: "A1" in r).sum()) == 12
    assert len(whole.counted) == 13
    assert whole.counted["distance_m"].notna().all()
    assert whole.numbers == ((17.466667, 4.316667, "1 … 12"), (17.09362, 4.351706, "13"))
    assert [line.text for line in district_lines(loaded, it)] == ["Boda"]


@pytest.mark.real_data
def test_an_area_rule_that_fired_tells_the_sum_that_fired_it_and_not_an_empty_window(boda):
    loaded, _, row, _, _ = boda
    day = dt.date(2016, 9, 19)
    it = profile(loaded, job.run(loaded, day, RULES), RULES, row, day)
    a2 = next(a for a in it.answers if a.rule.id == "A2")
    assert a2.outcome == "fired"
    assert looked_at(it, a2.rule, a2.outcome, translator("en")) == "Boda: 12 events, 103 deaths in 36 months"


@pytest.mark.real_data
def test_each_answer_says_what_was_looked_at(boda):
    it = boda[-1]
    said = {a.rule.id: looked_at(it, a.rule, a.outcome, translator("en")) for a in it.answers}
    assert said["C1"] == "in all: 12 events, 103 deaths, 12.6 km"
    assert said["H10"] == "no informative visit"
    assert said["H2"].startswith("possible: place, date or deaths are not certain, 50.7 km")
    assert all(said.values())
