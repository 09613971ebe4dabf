"""Rows by their texts: the order that pandas gives, whatever the bytes and the pieces."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.text_order import _words, text_order
from tests.examples import examples

letters = st.text(st.sampled_from("0129Aaé\x00\U0001f600"), max_size=6)
texts = st.one_of(st.integers(0, 40).map(str), letters, st.sampled_from(["CAF12345", "CAF123456", "x" * 16, "x" * 17]))


def as_pandas(column):
    order, same = text_order(column)
    want = np.asarray(column.array.argsort(kind="stable"))
    rows = [column.iloc[i] for i in want]
    assert order.dtype == np.int64
    assert order.tolist() == want.tolist()
    assert rows == sorted(rows, key=str.encode)
    assert same.tolist() == [i > 0 and rows[i - 1] == text for i, text in enumerate(rows)]


@settings(max_examples=examples(400), deadline=None)
@given(st.lists(texts, max_size=30), st.integers(0, 3))
def test_rows_of_any_texts(rows, cut):
    column = pd.Series(rows, dtype="str").iloc[cut:]
    as_pandas(column)
    as_pandas(pd.concat([column, column], ignore_index=True))
    as_pandas(column.astype("object"))


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_arrow_pieces_of_either_width(kind):
    pieces = pa.chunked_array([pa.array(["10", "9"], kind), pa.array([], kind), pa.array(["xx", "10", ""], kind)[1:]])
    as_pandas(pd.Series(pd.array(pieces, dtype="str")))


def test_long_texts_and_such_with_a_zero_are_compared_as_they_are():
    for rows, numbers in ((["b", "a" * 8], 1), (["b" * 9, "a"], 2), (["b" * 17], 0), (["a\x00", "a"], 0), ([""], 1)):
        assert len(_words(pd.Series(rows, dtype="str")) or []) == numbers
    assert _words(pd.Series(["a", None], dtype="str")) is None
    assert _words(pd.Series([], dtype="str")) is None
