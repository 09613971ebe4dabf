"""One site: nothing of another site, circles true to the metre, a dossier of plain text; and places that are asked."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
import shapely

from i18n.translator import translator
from jobs.assessment import ask_place
from jobs.assessment.site_dossier import dossier
from jobs.assessment.site_profile import profile
from layers.maps import map_content
from layers.maps.geometry import WGS84
from layers.reference.rule_files import default_rules
from tests.layers.conftest import DAY


@pytest.fixture
def first(loaded, run):
    row = int(np.flatnonzero(run.assessment.sites["site_id"] == "DEMO-002")[0])
    return profile(loaded, run, default_rules(), row, DAY)


def test_a_profile_holds_rows_of_its_site_up_to_the_date(first):
    for frame in (first.evidence, first.misses, first.zones, first.gaps, first.visits):
        assert set(frame["site_id"]) <= {"DEMO-002"}
    assert (first.visits["visit_date"].dt.date <= DAY).all()
    assert first.visits["visit_date"].is_monotonic_decreasing
    assert first.incidents["distance_m"].is_monotonic_increasing
    assert first.incidents["distance_m"].max() <= 50_000
    for answer, column in (("site", "rules_fired"), ("area", "area_rules_fired")):
        fired = {a.rule.id for a in first.answers if a.outcome == "fired" and a.rule.answer == answer}
        assert fired == set(first.site[column].split(";")) - {""}
    assert {a.rule.id for a in first.answers if a.outcome == "unknown"} == set(
        first.site["rules_unknown"].split(";")
    ) - {""}


def test_what_counted_is_no_near_miss_and_a_day_without_any_zone_is_said_to_have_none(loaded, run, first):
    counted = first.evidence.loc[first.evidence["kind"] == "incident", ["dataset", "record_id"]]
    near = first.misses[first.misses["rule"] == ""]
    assert len(counted)
    assert near.merge(counted, on=["dataset", "record_id"]).empty
    assert first.zone_in_force
    assert not profile(loaded, run, default_rules(), 0, dt.date(2014, 12, 31)).zone_in_force


def test_circles_are_geodesic(first):
    for line, km in zip(first.circles(), default_rules().radii_km, strict=True):
        ring = shapely.get_coordinates(line.geometry)
        n = len(ring)
        lon, lat = np.full(n, first.site["lon"]), np.full(n, first.site["lat"])
        distance = WGS84.inv(lon, lat, ring[:, 0], ring[:, 1])[2]
        assert distance == pytest.approx(km * 1000, abs=0.01)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_dossier_is_one_page_in_the_readers_language(first, language):
    page = dossier(translator(language), first, "sha256:x").decode()
    assert f"<html lang='{language}'>" in page
    assert "<script" not in page
    assert "http:" not in page
    assert "https" not in page
    assert ("Données de démonstration" if language == "fr" else "Demonstration data") in page
    assert "&lt;b&gt; of the past" in dossier(translator(language), first, "sha256:x", "<b> of the past").decode()


def test_an_asked_place_has_the_class_of_a_site_that_stands_there(loaded, run, first):
    lon, lat = float(first.site["lon"]), float(first.site["lat"])
    asked = ask_place.classify_place(
        loaded, lon, lat, DAY, default_rules(), minerals=first.site["minerals"], admin2=first.site["admin2"]
    ).assessment.sites.iloc[0]
    assert asked["country"] == first.site["country"]
    near = {r.id for r in default_rules().of_kind("near")}
    assert near & set(asked["rules_fired"].split(";")) == near & set(first.site["rules_fired"].split(";"))
    assert asked["area_class"] == first.site["area_class"]
    assert asked["zone_status"] == first.site["zone_status"]


def test_what_lies_in_a_drawn_area(loaded, run):
    found = ask_place.inside(loaded, run, ((15.0, 3.5), (17.0, 3.5), (17.0, 5.0), (15.0, 5.0)), DAY, 36)
    assert found.sites["lon"].between(15, 17).all()
    assert found.incidents["precision"].isin([1, 2]).all()
    assert found.area_km2 == pytest.approx(2 * 111.1 * 1.5 * 110.6, rel=0.01)


def test_zones_are_drawn_as_the_register_says_at_the_date(loaded):
    from layers.reference.unit_aliases import unit_aliases

    def drawn(day):
        areas = map_content.zone_areas(loaded.zones, loaded.boundaries, np.datetime64(day), unit_aliases())
        return {a.name: (a.status, a.indicative) for a in areas}

    assert drawn("2016-09-18")["Boda"] == ("inside_monitored", True)
    assert drawn("2016-09-19")["Boda"] == ("inside_compliant", True)
    assert drawn("2012-01-01") == {}
    assert drawn("2024-11-15") == {}
