"""Columns of text that say the same all over: as pandas would have it, whatever the bytes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import equal_texts, schema
from geo.equal_texts import are_among, are_blank, codes_of, one_text, rows_of
from geo.records.admin_units import keys_of
from geo.records.incidents import prepare
from geo.records.label_codes import different_numbers, together
from geo.records.place_names import fold
from tests.examples import examples

texts = st.lists(st.sampled_from(["", "a", "b", "ab", "ba", "aba", "é", "\x00", "e\u0301"]), max_size=6)


def same_codes(column):
    codes, different = codes_of(column)
    assert are_blank(column).tolist() == (column == "").tolist()
    assert are_among(column, ("ab", "", "\x00")).tolist() == column.isin(["ab", "", "\x00"]).tolist()
    want, distinct = pd.factorize(column)
    assert codes.dtype == np.int64
    assert codes.tolist() == want.tolist()
    assert different == distinct.tolist()


@settings(max_examples=examples(300), deadline=None)
@given(texts, st.integers(0, 3), st.booleans())
def test_columns_of_any_texts(rows, cut, repeated):
    rows = rows[:1] * 5 if repeated else rows
    column = pd.Series(rows, dtype="str").iloc[cut:]
    assert one_text(column) == (column.iloc[0] if len(set(column)) == 1 else None)
    same_codes(column)
    joined = pd.concat([column, column], ignore_index=True)
    assert one_text(joined) == (column.iloc[0] if len(set(column)) == 1 else None)
    same_codes(joined)


def test_what_is_missing_is_no_text():
    for rows in ([None, "a"], ["a", None, "a"], [None, None], []):
        column = pd.Series(rows, dtype="str")
        assert one_text(column) is None
        same_codes(column)
    assert one_text(pd.Series([1, 1])) is None
    assert one_text(pd.Series(["a", "a"], dtype="object")) is None


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_arrow_pieces_of_either_width(kind):
    pieces = pa.chunked_array(
        [pa.array(["ab", "ab"], kind), pa.array([], kind), pa.array(["xx", "ab", "ab"], kind)[1:]]
    )
    column = pd.Series(pd.array(pieces, dtype="str"))
    assert one_text(column) == "ab"
    assert are_blank(column).tolist() == [False] * 4
    assert are_blank(pd.concat([column, pd.Series(["", "b"], dtype="str")])).tolist() == [False] * 4 + [True, False]
    assert one_text(pd.concat([column, pd.Series(["ba"], dtype="str")])) is None


@pytest.mark.parametrize("threaded", [1, 1 << 15])
def test_rows_of_a_table_are_those_pandas_takes(monkeypatch, threaded):
    monkeypatch.setattr(equal_texts, "THREADED", threaded)
    table = pd.DataFrame(
        {
            "a": pd.Series(["x", "x", "x", "x"], dtype="str"),
            "b": pd.Series(["x", "y", "", "x"], dtype="str"),
            "c": [1.5, np.nan, 2.0, 3.0],
            "d": pd.to_datetime(["2020-01-01", None, "2020-01-03", "2020-01-04"]).astype("datetime64[s]"),
            "e": [True, False, True, True],
            "f": [1, 2, 3, 4],
            "g": pd.array([True, None, False, True], dtype="boolean"),
        }
    )
    for rows in ([2, 0, 3, 1], [3, 1], []):
        at = np.array(rows, dtype=np.int64)
        pd.testing.assert_frame_equal(rows_of(table, at), table.take(at).reset_index(drop=True))


@settings(max_examples=examples(200), deadline=None)
@given(st.lists(st.integers(0, 20), max_size=30), st.sampled_from([21, 60, 1000]))
def test_numbers_are_counted_off_as_pandas_does(numbers, end):
    codes, distinct = different_numbers(np.array(numbers, dtype=np.int64), end)
    want, different = pd.factorize(np.array(numbers, dtype=np.int64))
    assert codes.tolist() == want.tolist()
    assert distinct.tolist() == different.tolist()
    codes, distinct = different_numbers(np.array(numbers, dtype=np.int64), end, by_first=False)
    assert distinct.take(codes).tolist() == numbers
    assert sorted(distinct.tolist()) == sorted(different.tolist())


@settings(max_examples=examples(200), deadline=None)
@given(st.lists(st.tuples(*3 * [st.sampled_from(["", "a", "b", None])]), max_size=12), st.integers(0, 3))
def test_columns_together_part_the_rows_as_they_do(rows, alike):
    columns = [pd.Series(["x" if i < alike else row[i] for row in rows], dtype="str") for i in range(3)]
    if any(column.isna().any() for column in columns):
        return
    numbers = together(*map(codes_of, columns)).tolist()
    said = list(zip(*columns, strict=True))
    assert [[n == m for m in numbers] for n in numbers] == [[one == other for other in said] for one in said]


names = st.sampled_from(["", "Boda", "BODA", "Boda region", "Bria", "Zone", "Vakaga", None])


@settings(max_examples=examples(200), deadline=None)
@given(st.lists(st.tuples(names, st.sampled_from(["", "CAF", "COD", None])), max_size=12))
def test_keys_are_the_country_and_the_folded_name(rows):
    aliases = {("CAF", 1): {"bria": "boda"}}
    text, country = (pd.Series([row[i] for row in rows], dtype="str") for i in (0, 1))
    want = []
    for name, iso in rows:
        folded = fold(name or "")
        folded = aliases.get((iso, 1), {}).get(folded, folded)
        want.append("" if iso is None or not folded else f"{iso}|{folded}")
    assert keys_of(text, country, 1, aliases).tolist() == want


def test_incidents_have_the_records_that_count_in_their_order():
    records = ["b", "a", "c", "a", "d"]
    given = schema.conform(
        pd.DataFrame(
            {
                "source": "s", "record_id": records, "date_start": pd.Timestamp("2020-01-01"), "precision": 1,
                "effect": ["lethal", "lethal", "none", "lethal", "lethal"], "country": ["CAF", "", "COD", "CAF", "TCD"],
                "deaths_best": [1.0, 2.0, 3.0, 4.0, 5.0], "restricted": [True, False, False, True, False],
            }
        ).astype({"date_start": "datetime64[s]"}),
        schema.INCIDENTS,
    )  # fmt: skip
    ready = prepare(given)
    assert ready.frame["record_id"].tolist() == ["a", "b", "d"]
    assert ready.frame["deaths_best"].tolist() == ready.best.tolist() == [4.0, 1.0, 5.0]
    assert ready.restricted.tolist() == ready.frame["restricted"].tolist() == [True, True, False]
    assert ready.effect.tolist() == [1, 1, 1]
    codes, texts = ready.coded("country")
    assert [texts[i] for i in codes] == ready.frame["country"].tolist() == ["CAF", "CAF", "TCD"]
    some = ready.take(np.array([2, 0]))
    assert some.frame["record_id"].tolist() == ["d", "a"]
    assert [some.coded("country")[1][i] for i in some.coded("country")[0]] == ["TCD", "CAF"]
