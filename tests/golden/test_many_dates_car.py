"""The real Central African sites at 240 months in one pass, beside the assessment of each month."""

from __future__ import annotations

import datetime as dt

import pytest

from jobs.inputs import Inputs, Source, load
from jobs.known_sites import sites_at
from jobs.many_dates import at_dates
from jobs.run_options import assess_loaded
from jobs.sensitivity.job import month_ends
from layers.reference.rule_files import default_rules

pytestmark = pytest.mark.real_data
RULES = default_rules()
DAYS = month_ends(dt.date(2003, 1, 1), dt.date(2022, 12, 31))
COLUMNS = ["site_class", "area_class", "zone_status", "rules_fired", "area_rules_fired", "rules_unknown", "gaps",
           "area_gaps", "admin1", "admin2", "country", "minerals", "lon", "lat", "name", "site_id"]  # fmt: skip


@pytest.fixture(scope="module")
def car(shared_data):
    return load(
        Inputs(
            sites=[Source.of(shared_data / "mines/ipis_car_destinations_lines.geojson")],
            incidents=[Source.of(shared_data / "conflict/ucdp_ged_23_1_car.geojson")],
        )
    )


def same(loaded, passed, which):
    for i in which:
        alone = assess_loaded(loaded, sites_at(loaded.sites, DAYS[i])[0], DAYS[i], RULES).sites
        at = passed.at(i)
        for column in COLUMNS:
            assert at[column].equals(alone[column]), (column, DAYS[i])


def test_a_sample_of_months_is_the_rerun(car):
    same(car, at_dates(car, DAYS, RULES), (0, 133, 164, 239))


@pytest.mark.slow
def test_every_month_is_the_rerun(car):
    same(car, at_dates(car, DAYS, RULES), range(len(DAYS)))


@pytest.mark.slow
def test_sites_that_visits_describe_are_as_they_were_known_at_each_date(shared_data):
    congo = load(
        Inputs(
            sites=[Source.of(shared_data / "mines/cod_mines_curated_all_opendata_p_ipis.csv")],
            incidents=[Source.of(shared_data / "conflict/ucdp_ged_23_1_car.geojson")],
        )
    )
    same(congo, at_dates(congo, DAYS, RULES), (100, 150, 170, 200, 239))
