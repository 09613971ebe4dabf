"""The CSV written column by column is, byte for byte, what the csv module writes cell by cell."""

from __future__ import annotations

import csv
import io
import json
from unittest import mock

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.formats.writers import geojson, text_rows
from layers.formats.writers.cells import is_number, shapes_of, texts, values_of
from layers.formats.writers.delimited import csv_bytes
from layers.formats.writers.geojson import geojson_bytes
from layers.formats.writers.spreadsheet_guard import SUSPECT, neutralise
from layers.formats.writers.text_bytes import beginning_oddly, holding, matching
from layers.formats.writers.text_columns import TextColumn, column, floats, strings
from layers.formats.writers.text_rows import lines
from tests.examples import examples

CELLS = st.text("=+-@;,\t\r\n' 1aéÀŁ×\"\uff1d\u200b\u2212", max_size=6)
NUMBERS = st.floats(allow_nan=True, allow_infinity=False) | st.integers(-(2**53), 2**53).map(float)
NUMBERS |= st.integers(0, 10**9).map(lambda n: round(n / 1000, 3))


def by_the_module(frame: pd.DataFrame, delimiter: str = ",", decimal: str = ".") -> tuple[bytes, int]:
    """A cell after the other, with nothing of the writer that is tested but its guard."""
    columns, neutralised = [], 0
    for i in range(frame.shape[1]):
        series = frame.iloc[:, i]
        cells = texts(series, decimal)
        if not is_number(series):
            cells, changed = neutralise(cells)
            neutralised += changed
        columns.append(cells)
    header, changed = neutralise([str(n) for n in frame.columns])
    everywhere = any("\r" in c for column in columns for c in column)
    out = io.StringIO(newline="")
    style = csv.QUOTE_ALL if everywhere else csv.QUOTE_MINIMAL
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n", quoting=style)
    writer.writerow(header)
    writer.writerows(zip(*columns, strict=True))
    return out.getvalue().encode("utf-8", "replace"), neutralised + changed


@st.composite
def tables(draw):
    n = draw(st.integers(0, 12))
    few = draw(st.lists(CELLS, min_size=1, max_size=3))
    word = st.sampled_from(few)
    flags = st.sampled_from([True, False, pd.NA])
    days = st.sampled_from([pd.NaT, pd.Timestamp("2016-09-19"), pd.Timestamp("1989-01-01")])

    def column(values):
        return draw(st.lists(values, min_size=n, max_size=n))

    return pd.DataFrame(
        {
            "any": pd.array(column(CELLS), dtype="str"),
            "=few": pd.array(column(word), dtype="str"),
            "object": pd.Series(column(CELLS | st.none()), dtype=object),
            "x": pd.Series(column(NUMBERS), dtype="float64"),
            "whole": pd.array(column(st.integers(-9, 9) | st.none()), dtype="Int64"),
            "n": pd.Series(column(st.integers(-5, 5)), dtype="int64"),
            "tri": pd.array(column(flags), dtype="boolean"),
            "day": pd.Series(column(days), dtype="datetime64[s]"),
        }
    )


@settings(max_examples=examples(60), deadline=None)
@given(frame=tables(), delimiter=st.sampled_from([",", ";"]))
def test_as_the_module_writes_it(frame, delimiter):
    decimal = "," if delimiter == ";" else "."
    got, changed = csv_bytes(frame, delimiter=delimiter, decimal=decimal)
    want, counted = by_the_module(frame, delimiter, decimal)
    assert got == want
    assert changed == counted


@settings(max_examples=examples(300), deadline=None)
@given(st.lists(NUMBERS, max_size=20))
def test_numbers_are_written_as_python_writes_them(values):
    assert floats(np.array(values)).to_pylist() == ["" if v != v else repr(v) for v in values]


@pytest.mark.parametrize("frame", [
    pd.DataFrame({"only": pd.array(["a", "", "=1", 'say "x"'], dtype="str")}),
    pd.DataFrame({"only": pd.array([], dtype="str")}),
    pd.DataFrame({"a\rb": [1.0], "": ["x"]}),
    pd.DataFrame({"lone": pd.Series(["\ud800x", "b"], dtype=object), "b": [1, 2]}),
])  # fmt: skip
def test_odd_tables(frame):
    assert csv_bytes(frame) == by_the_module(frame)


@pytest.mark.parametrize("rows", [1, 40_000, 70_000])
def test_long_tables_in_pieces(rows, monkeypatch):
    monkeypatch.setattr(text_rows, "ROWS", 1 << 10)
    rng = np.random.default_rng(3)
    a, b = rng.integers(0, 3, rows), rng.integers(0, 5000, rows)
    dense = strings(map(str, range(rows)))
    columns = [
        TextColumn(strings(["x", "", "zz"]), a), TextColumn(strings(["p", "q", "r"]), a),
        TextColumn(strings([f"b{i}" for i in range(5000)]), b), TextColumn(dense),
    ]  # fmt: skip
    whole = b"".join(bytes(p) for p in lines(columns, ",", ";\n")).decode().split("\n")
    told = enumerate(zip(a.tolist(), b.tolist(), strict=True))
    assert whole[:-1] == [f"{('x', '', 'zz')[i]},{'pqr'[i]},b{j},{k};" for k, (i, j) in told]


def by_features(frame: pd.DataFrame, geometry: np.ndarray | None, name: str) -> bytes:
    """A feature after the other."""
    columns = {str(frame.columns[i]): values_of(frame.iloc[:, i]) for i in range(frame.shape[1])}
    told = []
    for i, shape in enumerate(shapes_of(frame, geometry)):
        feature = {
            "type": "Feature",
            "geometry": None if shape is None else shapely.geometry.mapping(shape),
            "properties": {n: column[i] for n, column in columns.items()},
        }
        told.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":"), allow_nan=False))
    head = json.dumps({"type": "FeatureCollection", "name": name}, ensure_ascii=False, separators=(",", ":"))
    return (head[:-1] + ',"features":[\n' + ",\n".join(told) + "\n]}\n").encode("utf-8", "replace")


@settings(max_examples=examples(60), deadline=None)
@given(frame=tables(), data=st.data(), shaped=st.sampled_from(["none", "columns", "lines"]))
def test_geojson_is_what_json_writes_feature_by_feature(frame, data, shaped):
    frame = frame.assign(x=frame["x"].mask(~np.isfinite(frame["x"])))
    geometry = None
    degrees = st.none() | st.floats(-90, 90)
    if shaped == "columns":
        for name in ("lon", "lat"):
            frame[name] = pd.Series(data.draw(st.lists(degrees, min_size=len(frame), max_size=len(frame))), dtype=float)
    if shaped == "lines":
        geometry = np.empty(len(frame), dtype=object)
        geometry[::2] = shapely.LineString([(0.5, 1), (2, 1e-7)])
    assert geojson_bytes(frame, geometry, name='a"b') == by_features(frame, geometry, 'a"b')


def test_geojson_of_odd_tables():
    for frame in (pd.DataFrame(), pd.DataFrame({"a": [1.0]}), pd.DataFrame(index=range(2))):
        assert geojson_bytes(frame) == by_features(frame, None, "sites")
    with pytest.raises(ValueError, match="JSON"):
        geojson_bytes(pd.DataFrame({"a": [np.inf]}))


@pytest.mark.parametrize("rows", [6, 7, 8, 9])
def test_geojson_of_many_rows_is_made_in_even_parts(rows, monkeypatch):
    monkeypatch.setattr(geojson, "ROWS", 4)
    frame = pd.DataFrame({"n": range(rows), "x": ([0.5, None, 2.0] * rows)[:rows], "lon": 1.0, "lat": 2.0})
    assert geojson_bytes(frame) == by_features(frame, None, "sites")


@pytest.mark.parametrize("rest", ["=1+1", "-2+3|cmd", "'@x", ";=1", " ;-2+3"])
def test_what_the_writer_passes_over_is_nothing_that_the_guard_changes(rest):
    cells = [f"{chr(code)}{rest}" for code in range(0x20, 0x600)]
    changed = [one != cell for one, cell in zip(neutralise(cells)[0], cells, strict=True)]
    looked_at = pc.match_substring_regex(pa.array(cells), SUSPECT).to_pylist()
    assert all(seen for seen, was in zip(looked_at, changed, strict=True) if was)


WORDS = st.lists(st.text("=+-@;,\t\r\n' \"\\1aéÀ\uff1d\u200b\u2212\x01", max_size=8), max_size=12)


@settings(max_examples=examples(200), deadline=None)
@given(WORDS, st.integers(0, 3))
def test_bytes_of_texts_tell_what_is_in_them(words, first):
    texts = pa.array(["left out"] * first + words, pa.large_string())[first:]
    assert holding(texts, ",", '"').tolist() == ["," in w or '"' in w for w in words]
    assert holding(texts, "\\", below=0x20).tolist() == [any(c < " " or c == "\\" for c in w) for w in words]
    some = beginning_oddly(texts)
    every = pc.match_substring_regex(texts, SUSPECT).to_pylist()
    assert matching(texts, SUSPECT, some).tolist() == every  # what is passed over has nothing suspect in it


@st.composite
def text_columns(draw):
    """Columns of a few rows: codes shared with others, of their own, or none; some texts are no row's."""
    n = draw(st.integers(1, 40))
    kept = [np.array(draw(st.lists(st.integers(0, k), min_size=n, max_size=n)), np.int32) for k in (0, 1, 2, 6, 6)]
    usual = np.where(np.arange(n) % 5 == 0, kept[3], 0).astype(np.int32)
    out = []
    for codes in draw(st.lists(st.sampled_from([*kept, usual, None]), min_size=1, max_size=9)):
        size = n if codes is None else 7
        texts = draw(st.lists(st.sampled_from(["", "a", "é", "bc"]), min_size=size, max_size=size))
        out.append(TextColumn(strings(texts), codes))
    return out


@settings(max_examples=examples(150), deadline=None)
@given(
    text_columns(),
    st.sampled_from([1, 4, 1 << 16]),
    st.sampled_from([1, 2, 8]),
    st.integers(1, 90),
    st.sampled_from([3, 99]),
)
def test_rows_are_the_cells_one_after_the_other(columns, few, spare, width, part):
    with mock.patch.multiple(text_rows, FEW=few, SPARE=spare, LONG=(2, 1 << 16), BYTES=width, PART=part):
        got = b"".join(bytes(p) for p in lines(columns, ",", ";")).decode()
    cells = [c.all().to_pylist() for c in columns]
    assert got == "".join(",".join(row) + ";" for row in zip(*cells, strict=True))


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.sampled_from([0.0, -0.0, np.nan, 0.1, 1 / 3, -2.5, 1e-7, 12.345, 1e15, np.inf]), max_size=30))
def test_numbers_that_repeat_are_each_written_once(values):
    made = column(pd.Series(values, dtype=float))
    assert made.all().to_pylist() == ["" if v != v else repr(v) for v in values]
    assert made.codes is None or set(made.codes.tolist()) == set(range(len(made.texts)))


def test_many_rows_are_put_together_in_parts_and_are_the_same_bytes(monkeypatch):
    from geo.coded import Coded, CodedTable, coded_as
    from layers.formats.writers.delimited import coded_csv_bytes

    rng = np.random.default_rng(3)
    shared = rng.integers(0, 7, 1000).astype(np.int32)
    names = pd.array(["a", "b,c", "=d", "", "e\nf", "g", "h"], dtype="str")
    table = CodedTable(
        {
            "name": Coded(names, shared),
            "deaths": Coded(np.array([1.0, 2.0, np.nan, 4.5, 5.0, 6.0, -0.0]), shared),
            "distance_m": Coded(rng.random(1000)),
            "kind": Coded(pd.array(["x", "y"], dtype="str"), (np.arange(1000) // 600).astype(np.int32)),
        }
    )
    whole = coded_csv_bytes(table)
    again = coded_csv_bytes(coded_as(table.frame(), table))
    monkeypatch.setattr(text_rows, "PART", 64)
    monkeypatch.setattr(text_rows, "ROWS", 10)
    monkeypatch.setattr(text_rows, "SPARE", 2)
    monkeypatch.setattr(text_rows, "FEW", 4)
    assert coded_csv_bytes(table) == whole == again
