"""Frames with exactly the columns of a table, by whichever way they come to them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geo.columns import Column, blank, conform, empty

TABLE = (
    Column("name", "text", "a"),
    Column("deaths", "number", "b", blank="unknown"),
    Column("row", "integer", "c"),
    Column("day", "date", "d", blank="unknown"),
    Column("shown", "flag", "e"),
    Column("near", "tri", "f", blank="unknown"),
)
TYPES = ["str", "float64", "int64", "datetime64[s]", "bool", "boolean"]


def rows() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "near": pd.array([True, None], dtype="boolean"),
            "day": pd.to_datetime(["2020-01-01", None]),
            "name": ["a", None],
            "other": [1, 2],
            "deaths": [1, 2],
            "row": [5, 6],
        },
        index=[7, 7],
    )


def whole() -> pd.DataFrame:
    return conform(rows(), TABLE)


def test_types_order_and_blanks_are_the_tables():
    made = whole()
    assert [str(t) for t in made.dtypes] == TYPES
    assert list(made) == [c.name for c in TABLE]
    assert made.index.equals(pd.RangeIndex(2))
    assert made["name"].tolist() == ["a", ""]
    assert made["shown"].tolist() == [False, False]
    assert made["day"].isna().tolist() == made["near"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    "given",
    [
        lambda whole: whole,
        lambda whole: whole.set_axis([3, 3]),
        lambda whole: whole[list(whole)[::-1]],
        lambda whole: whole.drop(columns="shown"),
        lambda whole: whole.assign(name=pd.array(["a", None], dtype="str")),
        lambda whole: whole.astype({"deaths": "int64", "name": "object"}),
        lambda whole: whole.rename_axis(columns="what"),
    ],
)
def test_what_conforms_nearly_or_wholly_becomes_the_same(given):
    made = conform(given(whole()), TABLE)
    pd.testing.assert_frame_equal(made, whole())
    assert made.columns.name is None


def test_neither_frame_sees_what_is_written_to_the_other():
    first = whole()
    second = conform(first, TABLE)
    second.loc[0, ["name", "deaths"]] = ["changed", 9]
    first.loc[1, "deaths"] = 8
    assert first.loc[0, ["name", "deaths"]].tolist() == ["a", 1]
    assert second["deaths"].tolist() == [9, 2]
    assert not conform(first, TABLE).attrs


def test_a_blank_that_was_written_to_stays_blank_for_the_next():
    text, table = blank("text", 2), empty(TABLE)
    text[0] = "written"
    table["name"] = np.array([], dtype=object)
    table["more"] = 1
    assert blank("text", 2).tolist() == ["", ""]
    assert [str(t) for t in empty(TABLE).dtypes] == TYPES
    assert len(blank("text", 5_000)) == 5_000


def test_whole_numbers_are_never_blank():
    with pytest.raises(ValueError, match=r"NaN|NA"):
        conform(rows().assign(row=[1, np.nan]), TABLE)
