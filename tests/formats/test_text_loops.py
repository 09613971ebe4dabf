"""Numbers as text by a compiled loop are those that Arrow writes, and Python's."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.formats.writers.text_columns import ended, floats
from tests.examples import examples

NUMBERS = st.one_of(
    st.integers(0, 10**15).map(lambda n: n / 1000),
    st.integers(-5, 1200).map(lambda n: n / 1000),
    st.floats(),
    st.sampled_from([0.0, -0.0, 999_999_999_999.999, 1e12, 1e15, np.nan, np.inf]),
)


@settings(deadline=None, max_examples=examples(100))
@given(st.lists(NUMBERS, max_size=20), st.booleans())
def test_compiled_numbers_are_written_as_python_writes_them(numbers, thousandths):
    pytest.importorskip("numba")
    values = np.array(numbers, np.float64)
    if thousandths:
        values = np.abs(values[np.isfinite(values) & (np.abs(values) < 1e12)]).round(3)
    values.flags.writeable = False
    made = []
    with pytest.MonkeyPatch.context() as patch:
        for switch in ("0", "always"):
            patch.setenv("CAHRA_COMPILED", switch)
            texts = floats(values)
            texts.validate(full=True)
            made.append(texts.to_pylist())
    assert made[0] == made[1] == ["" if v != v else repr(v) for v in values.tolist()]


@settings(deadline=None, max_examples=examples(60))
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), max_size=8), st.sampled_from([",", "é\n"])
)
def test_compiled_texts_end_as_arrow_lets_them_end(texts, end):
    pytest.importorskip("numba")
    every = pa.array(texts, pa.large_string())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CAHRA_COMPILED", "always")
        for given_texts in (every, every[1:], every[:-1]):
            made = ended(given_texts, end)
            made.validate(full=True)
            assert made.to_pylist() == [text + end for text in given_texts.to_pylist()]
