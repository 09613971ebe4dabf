"""The compiled order by distance against NumPy's: ties, any number of pairs, and all of them as far."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("numba")
RADIUS_M = 1000.0


def in_order(incident, distance, before=0):
    """Incidents and distances as the loop puts them, behind `before` places that it leaves as they are."""
    from geo.compiled.distance_order_loops import put_in_order

    n = len(incident)
    who, metres = np.full(before + n + 1, -1), np.full(before + n + 1, -1.0)
    spare = np.empty(2 * n + 2, np.int64)
    put_in_order(incident.copy(), distance.copy(), np.int64(n), who, metres, np.int64(before), spare, RADIUS_M)
    assert (np.delete(who, slice(before, before + n)) == -1).all()
    assert (np.delete(metres, slice(before, before + n)) == -1).all()
    return who[before : before + n], metres[before : before + n]


def compare(incident, distance, before=0):
    order = np.lexsort((incident, distance))
    who, metres = in_order(incident, distance, before)
    assert np.array_equal(who, incident[order])
    assert metres.tobytes() == distance[order].tobytes()


@given(st.lists(st.floats(0, RADIUS_M) | st.sampled_from([0.0, 1.0, RADIUS_M]), max_size=60), st.integers(0, 3))
def test_pairs_stand_by_distance_and_incident(distance, before):
    incident = np.random.default_rng(len(distance)).permutation(len(distance))
    compare(incident, np.array(distance), before)


@pytest.mark.parametrize("n", [0, 1, 12, 13, 24, 25, 100, 1000])
@pytest.mark.parametrize("kind", ["spread", "one distance", "all near", "two distances", "in order", "turned round"])
def test_any_number_of_them_however_they_crowd(n, kind):
    rng = np.random.default_rng(n)
    distance = {
        "spread": rng.uniform(0, RADIUS_M, n),
        "one distance": np.full(n, RADIUS_M),
        "all near": rng.uniform(0, 1e-3, n),
        "two distances": rng.integers(0, 2, n) * RADIUS_M,
        "in order": np.linspace(0, RADIUS_M, n),
        "turned round": np.linspace(RADIUS_M, 0, n),
    }[kind]
    compare(rng.permutation(n), distance)
