"""Compiled arcs against NumPy, bit for bit: distances above chords, which are doubtful, and what evidence shows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.spatial.geodesic import ARC, arc_m

pytest.importorskip("numba")


@given(st.lists(st.tuples(st.floats(0, 2e10), st.floats(-7e6, 7e6), st.floats(-7e6, 7e6)), min_size=1, max_size=40))
def test_arcs(pairs):
    from geo.compiled.arc_loops import arcs

    chord2, here, there = (np.array(column) for column in zip(*pairs, strict=True))
    rows = np.arange(len(pairs))
    distance, doubtful = arcs(rows.astype(np.int32), rows, chord2, here, there, ARC, (25_000.0, 1e-6, 1e10))
    expected = arc_m(chord2, there - here, there + here)
    assert distance.tobytes() == expected.tobytes()
    assert np.array_equal(doubtful, np.flatnonzero((np.abs(expected - 25_000.0) <= 1e-6) | (chord2 > 1e10)))


@given(st.lists(st.floats(0, 3e7) | st.integers(0, 10**9).map(lambda n: n / 2_000), min_size=1))
def test_millimetres_are_rounded_as_numpy_does(metres):
    from geo.compiled.arc_loops import millimetres

    values = np.array(metres)
    assert [millimetres(v) for v in values] == np.round(values, 3).tolist()
