"""Columns of codes put together and rid of repeats, held against pandas."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.coded import Coded, CodedTable, firsts, masked, numbered, pooled, stacked, used

NAMES = ("text", "number", "day", "flag")


@st.composite
def tables(draw: st.DrawFn) -> CodedTable:
    """A table whose pools say some values twice, with one or two arrays of codes, and columns without."""
    n, pool = draw(st.integers(0, 12)), draw(st.integers(1, 4))
    picks = st.lists(st.integers(0, pool - 1), min_size=n, max_size=n)
    codes = [np.array(draw(picks), np.int32) for _ in range(2)]
    size = {True: pool, False: n}
    shared = draw(st.booleans())
    by = dict(zip(NAMES, (codes[0], codes[0] if shared else codes[1], codes[1], None), strict=True))
    values = {
        "text": lambda k: pd.array(draw(st.lists(st.sampled_from(["", "a", "b"]), min_size=k, max_size=k)), dtype="str"),
        "number": lambda k: np.array(
            draw(st.lists(st.sampled_from([np.nan, 0.0, -0.0, 1.5]), min_size=k, max_size=k)), np.float64
        ),
        "day": lambda k: np.array(
            draw(st.lists(st.sampled_from(["NaT", "2020-01-01"]), min_size=k, max_size=k)), "datetime64[s]"
        ),
        "flag": lambda k: pd.array(draw(st.lists(st.sampled_from([True, False, None]), min_size=k, max_size=k)), "boolean"),
    }  # fmt: skip
    return CodedTable({name: Coded(values[name](size[by[name] is not None]), by[name]) for name in NAMES})


@given(tables())
def test_the_rows_that_are_kept_are_those_of_pandas(table):
    kept = np.flatnonzero(~table.frame().duplicated()).tolist()
    assert firsts(table).tolist() == kept
    with mock.patch("pandas.util.hash_array", lambda values: np.zeros(len(values), np.uint64)):  # all sums alike
        assert firsts(table).tolist() == kept


@given(tables(), tables())
def test_tables_one_below_the_other_are_their_frames_so(one, other):
    both = stacked([one, other])
    pd.testing.assert_frame_equal(both.frame(), pd.concat([one.frame(), other.frame()], ignore_index=True))
    assert stacked([one]) is one


def test_columns_that_share_their_codes_still_do():
    codes = np.array([0, 1, 0], np.int32)
    table = CodedTable({n: Coded(np.array([1.0, 2.0]), codes) for n in ("a", "b")})
    both = stacked([table, table])
    assert both["a"].codes is both["b"].codes
    assert both["a"].array().tolist() == [1.0, 2.0, 1.0] * 2


BLANKS = {"text": "", "number": np.nan, "day": np.datetime64("NaT", "s"), "flag": pd.NA}


@given(tables(), st.data())
def test_masked_rows_are_those_of_pandas_and_what_they_said_is_no_row_s(table, data):
    rows = np.array(data.draw(st.lists(st.booleans(), min_size=len(table), max_size=len(table))), np.bool_)
    names = data.draw(st.sets(st.sampled_from(NAMES)))
    got = masked(table, rows, {n: BLANKS[n] for n in names})
    wanted = table.frame().assign(**{n: table.frame()[n].mask(rows, BLANKS[n]) for n in names})
    pd.testing.assert_frame_equal(got.frame(), wanted)
    if {"text", "number"} <= names:
        assert (got["text"].codes is got["number"].codes) is (table["text"].codes is table["number"].codes)
    if rows.all() and len(rows):  # nothing of it can be written
        assert {str(v) for n, values, _ in pooled(got) if n in names for v in values} <= {"", "nan", "NaT", "<NA>"}


@given(st.lists(st.integers(0, 9), max_size=30), st.sampled_from([np.int32, np.int64]))
def test_compiled_loops_find_the_values_that_are_there(codes, kind):
    pytest.importorskip("numba")
    from layers.formats.writers.coded_parquet import _firsts

    given_codes = np.array(codes, kind)
    given_codes.flags.writeable = False
    found = []
    with pytest.MonkeyPatch.context() as patch:
        for switch in ("0", "always"):
            patch.setenv("CAHRA_COMPILED", switch)
            there, own = used(given_codes, 10)
            assert own.dtype == np.int32
            numbers = np.arange(10, dtype=np.int32)[::-1].copy()
            assert numbered(given_codes, numbers).tolist() == [9 - c for c in codes]
            found.append((there.tolist(), own.tolist(), _firsts(own, len(there)).tolist()))
    assert found[0] == found[1]
