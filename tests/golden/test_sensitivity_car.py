"""Sweeps of the real Central African sites against runs of each setting; what a window a quarter shorter changes."""

from __future__ import annotations

import datetime as dt
import functools

import pytest

from geo.assess import assess
from geo.records.incidents import prepare
from geo.sensitivity.pass_once import CLASSES, prepare_pass
from geo.sensitivity.scaling import Grid, scaled_rules
from geo.sensitivity.sweep import sweep
from jobs.inputs import Inputs, Source, load
from jobs.known_sites import sites_at
from jobs.run_options import assess_loaded
from layers.reference.rule_files import default_rules
from tests.examples import some

pytestmark = pytest.mark.real_data
RULES, GRID = default_rules(), Grid()
SETTINGS = [(0.5, 0.5, 0.5), (0.75, 1.25, 1.5), (1.0, 0.75, 1.0), (1.0, 1.0, 1.5), (1.5, 1.0, 1.0), (2.0, 1.5, 5.0)]
CHANGED = {
    "2014-12-31": {"window": 105, "count": 15, "radius": 47},
    "2016-09-19": {"window": 86, "count": 0, "radius": 30},
    "2021-12-31": {"window": 12, "count": 11, "radius": 40},
}
"""Of 272 classes, how many change with windows a quarter shorter, counts half as high again, radii a quarter longer."""


@pytest.fixture(scope="module")
def car(shared_data):
    return load(
        Inputs(
            sites=[Source.of(shared_data / "mines/ipis_car_destinations_lines.geojson")],
            incidents=[Source.of(shared_data / "conflict/ucdp_ged_23_1_car.geojson")],
        )
    )


def once(car, sites, date, rules):
    return assess_loaded(car, sites, date, rules, engine=functools.partial(assess, explain=False))


def swept(car, day):
    """The sites at a date and the codes of the whole grid, from one pass."""
    date = dt.date.fromisoformat(day)
    sites, _ = sites_at(car.sites, date)
    result = once(car, sites, date, RULES)
    return sites, date, sweep(prepare_pass(RULES, result, prepare(car.incidents), radius_factor=2.0, months=54), GRID)


def same(car, sites, date, codes, each):
    """Every setting's classes by the pass are those of a run with its rules."""
    for radius, window, count in each:
        at = GRID.radius.index(radius), GRID.window.index(window), GRID.count.index(count)
        again = once(car, sites, date, scaled_rules(RULES, radius, window, count)).sites
        assert again["site_id"].tolist() == sites["site_id"].tolist()
        assert [CLASSES[c] for c in codes[at]] == again["site_class"].tolist(), (radius, window, count)


@pytest.mark.slow
@pytest.mark.parametrize("day", ["2014-12-31", "2021-12-31"])
def test_all_360_settings_are_the_rerun(car, day):
    sites, date, codes = swept(car, day)
    assert len(GRID.each()) == 360
    same(car, sites, date, codes, GRID.each())


@pytest.mark.parametrize("day", some(CHANGED, "2014-12-31"))
def test_the_sweep_is_the_rerun(car, day):
    sites, date, codes = swept(car, day)
    same(car, sites, date, codes, SETTINGS)
    r, w, k = GRID.nominal
    now = codes[r, w, k]
    assert {
        "window": int((codes[r, w - 1, k] != now).sum()),
        "count": int((codes[r, w, k + 1] != now).sum()),
        "radius": int((codes[r + 1, w, k] != now).sum()),
    } == CHANGED[day]
