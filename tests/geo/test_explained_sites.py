"""How many sites are explained together: what evidence weighs, and how tiles are put together and cut by it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.cluster.explained_sites import SITE, Weights, parts_of, together
from geo.time_window import months_before, to_days
from layers.reference.rule_files import default_rules
from tests import frames

RULES = default_rules()
SIDE = 50 * np.sqrt(np.pi) / 3 / 111.2


def scattered(n=300, seed=3):
    rng = np.random.default_rng(seed)
    lon, lat = rng.uniform(19, 23, n), rng.uniform(-2, 2, n)
    lon[:3], lat[:3] = [179.99, -180.0, 20.0], [0.0, 0.0, np.nan]
    days = pd.to_datetime("2014-01-01") + pd.to_timedelta(rng.integers(0, 3000, n), unit="D")
    places = zip(lon, lat, strict=True)
    rows = ({"lon": x, "lat": y, "day": days[i], "precision": 1 + i % 4} for i, (x, y) in enumerate(places))
    incidents = frames.incidents(*rows)
    incidents.loc[7, ["date_start", "date_end"]] = pd.NaT
    return incidents


def test_a_site_weighs_what_lies_in_the_cells_around_it_in_the_window_of_its_date():
    incidents = scattered()
    sites = frames.sites(*({"site_id": str(i), "lon": 19 + i / 5, "lat": i / 10 - 1} for i in range(20)))
    sites.loc[4, "lon"] = np.nan
    days = to_days(pd.date_range("2013-06-01", periods=20, freq="180D"))
    after, start = months_before(days, 36), to_days(incidents["date_start"])
    cells = [np.floor((frame[["lon", "lat"]].to_numpy() + np.array([180, 90])) / SIDE) for frame in (sites, incidents)]
    counted = (incidents["precision"] <= 2).to_numpy()
    told = []
    for own, day, since in zip(cells[0], days, after, strict=True):
        near = (np.abs(cells[1] - own) <= 1).all(axis=1) & counted & (start > since) & (start <= day)
        told.append(SITE + near.sum())
    found = Weights(incidents, RULES).of(sites, days)
    assert found.tolist() == told
    assert found.max() > SITE
    assert found[4] == SITE


def test_where_nothing_is_loaded_all_sites_weigh_the_same():
    sites = frames.sites({"lon": 20.0, "lat": 1.0}, {"site_id": "2", "lon": np.nan, "lat": np.nan})
    assert Weights(None, RULES).of(sites, np.zeros(2, np.int64)).tolist() == [SITE, SITE]
    assert not len(Weights(None, RULES).of(sites.iloc[:0], np.zeros(0, np.int64)))


@given(st.lists(st.integers(1, 40), max_size=30), st.integers(1, 60))
def test_neighbours_stay_in_their_order_and_below_what_a_group_may_weigh(weights, most):
    groups = together(weights, most)
    assert [i for group in groups for i in group] == list(range(len(weights)))
    assert all(len(group) == 1 or sum(weights[i] for i in group) <= most for group in groups)
    parts = parts_of(np.array(weights, np.float64), most)
    assert [i for part in parts for i in range(len(weights))[part]] == list(range(len(weights)))
    assert all(sum(weights[part]) <= most + max(weights) for part in parts if weights)
    assert len(parts) <= max(1, -(-sum(weights) // most))


@pytest.mark.parametrize("weights", [[1.0], [9.0], [9.0, 1.0], [1.0, 9.0, 9.0, 1.0]])
def test_what_weighs_more_than_a_part_may_is_alone(weights):
    heavy = [part for part in parts_of(np.array(weights), 3) if 9.0 in weights[part]]
    assert len(heavy) == weights.count(9.0)
