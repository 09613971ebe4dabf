"""Parquet of codes: every reader reads it, and it is the same bytes whether loops are compiled or not."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from geo.coded import Coded, CodedTable
from layers.formats.writers import coded_parquet, parquet_pages
from layers.formats.writers.coded_parquet import coded_parquet_bytes
from layers.formats.writers.run_lengths import run_lengths
from tests.examples import examples


@st.composite
def numbers(draw) -> tuple[np.ndarray, int]:
    """Numbers in runs and mixed, and their bits."""
    width = draw(st.integers(1, 31))
    rng = np.random.default_rng(draw(st.integers(0, 1 << 32)))
    parts = [np.zeros(0, np.int64)]
    for _ in range(draw(st.integers(0, 6))):
        one, n = draw(st.booleans()), draw(st.integers(1, 700))
        parts.append(np.repeat(rng.integers(0, 1 << width), n) if one else rng.integers(0, 1 << width, n))
    return np.concatenate(parts).astype(np.int32), width


def packed_numbers(values: np.ndarray, width: int) -> np.ndarray:
    """The numbers by their codes, among codes that no row has."""
    place, codes = np.unique(values, return_inverse=True)
    codes = codes.astype(np.int32) + np.int32(1)
    codes.flags.writeable = False
    return run_lengths(codes, np.concatenate(([-1], place)).astype(np.int32), width, 0)


def unpacked(data: bytes, width: int, n: int) -> list[int]:
    """What the format says of the bytes, number by number."""
    out: list[int] = []
    at = 0
    while len(out) < n:
        head = shift = 0
        while True:
            head |= (data[at] & 127) << shift
            at, shift = at + 1, shift + 7
            if not data[at - 1] & 128:
                break
        if head & 1:
            size = (head >> 1) * width
            bits = int.from_bytes(data[at : at + size], "little")
            out += [bits >> width * i & (1 << width) - 1 for i in range((head >> 1) * 8)]
        else:
            size = -(-width // 8)
            out += [int.from_bytes(data[at : at + size], "little")] * (head >> 1)
        at += size
    assert at == len(data)
    assert not any(out[n:])
    return out[:n]


@settings(max_examples=examples(60), deadline=None)
@given(drawn=numbers())
def test_numbers_are_packed_as_the_format_says(drawn):
    values, width = drawn
    assert unpacked(packed_numbers(values, width).tobytes(), width, len(values)) == values.tolist()


@settings(max_examples=examples(60), deadline=None)
@given(drawn=numbers())
def test_compiled_numbers_are_the_same_bytes(drawn):
    pytest.importorskip("numba")
    values, width = drawn
    values.flags.writeable = False
    with pytest.MonkeyPatch.context() as patch:
        made = []
        for switch in ("0", "always"):
            patch.setenv("CAHRA_COMPILED", switch)
            made.append(packed_numbers(values, width).tobytes())
    assert made[0] == made[1]


def table(n: int, seed: int = 5) -> CodedTable:
    """Rows in the order of their sites, with every kind of column: shared codes, blanks, constants, rows themselves."""
    rng = np.random.default_rng(seed)
    site = np.sort(rng.integers(0, max(n // 7, 1), n)).astype(np.int32)
    of = rng.integers(0, 40, n).astype(np.int32)
    of[rng.random(n) < 0.5] = 0
    blank = np.where(np.arange(40) % 3 == 0, np.nan, np.arange(40.0))
    blank[7] = -0.0
    days = np.where(np.isnan(blank), np.datetime64("NaT", "s"), np.datetime64("2014-01-01", "s"))
    days = days + np.arange(40).astype("timedelta64[D]")
    away = np.where(rng.random(n) < 0.3, np.nan, rng.random(n) * 1e4)
    none = np.zeros(n, np.int32)
    return CodedTable({
        "source": Coded(pd.array(["ipis"] * max(n // 7, 1), dtype="str"), site),
        "site_id": Coded(pd.array([f"é{i}" for i in range(max(n // 7, 1))], dtype="str"), site),
        "record_id": Coded(pd.array([str(i // 2) if i else "" for i in range(40)], dtype="str"), of),
        "distance_m": Coded(away),
        "deaths_best": Coded(blank, of),
        "workers": Coded(np.round(away)),
        "limit_km": Coded(np.where(np.isnan(blank), np.nan, blank / 8), of),
        "date_start": Coded(days, of),
        "provisional": Coded(pd.array([True, None, False] * 13 + [None], dtype="boolean"), of),
        "deaths_civilians": Coded(np.array([np.nan]), none),
        "flag": Coded(rng.random(n) < 0.5),
    })  # fmt: skip


def cells(frame: pd.DataFrame) -> dict[str, list[object]]:
    """The values by column, None for blank, days as texts."""
    frame = frame.assign(date_start=pd.to_datetime(frame["date_start"]).dt.strftime("%Y-%m-%d"))
    return {str(n): [None if pd.isna(v) else v for v in frame[n].astype(object)] for n in frame.columns}


@pytest.mark.parametrize("n", [0, 1, 7, 1000, 3001])
def test_readers_read_what_was_written(n, tmp_path, monkeypatch):
    monkeypatch.setattr(coded_parquet, "ROWS", 1000)
    given = table(n)
    data, path = coded_parquet_bytes(given), tmp_path / "a.parquet"
    path.write_bytes(data)
    arrow = parquet.read_table(io.BytesIO(data))
    assert arrow.schema.field("site_id").type == pa.dictionary(pa.int32(), pa.string())
    assert arrow.schema.field("date_start").type == pa.date32()
    whole = parquet.ParquetFile(io.BytesIO(data)).metadata
    assert (whole.num_rows, whole.num_row_groups) == (n, -(-n // 1000))
    arrow.validate(full=True)
    assert cells(arrow.to_pandas()) == cells(given.frame())
    assert cells(pd.read_parquet(path)) == cells(given.frame())
    if n:
        signs = arrow["limit_km"].to_numpy()
        own = given.frame()["limit_km"].to_numpy()
        assert (np.signbit(signs) == np.signbit(own))[~np.isnan(own)].all()


def test_other_programs_read_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(coded_parquet, "ROWS", 1000)
    given, path = table(3001), tmp_path / "a.parquet"
    path.write_bytes(coded_parquet_bytes(given))
    frame = given.frame()
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as connection:
        read = connection.read_parquet(str(path))
        assert cells(read.df()) == cells(frame)
        last = str(frame["site_id"].iloc[-1])
        assert len(read.filter(f"site_id = '{last}'").df()) == int((frame["site_id"] == last).sum())
    pyogrio = pytest.importorskip("pyogrio")
    if "Parquet" in pyogrio.list_drivers():  # few builds of GDAL have it
        assert len(pyogrio.read_dataframe(path)) == len(frame)


def test_compiled_files_are_the_same_bytes(monkeypatch):
    pytest.importorskip("numba")
    monkeypatch.setattr(coded_parquet, "ROWS", 1000)
    for n in (0, 1, 3001):
        made = []
        for switch, threads in (("0", 1), ("always", 1), ("0", 3), ("always", 3)):
            monkeypatch.setenv("CAHRA_COMPILED", switch)
            monkeypatch.setattr(parquet_pages, "THREADS", threads)
            made.append(coded_parquet_bytes(table(n)))
        assert len(set(made)) == 1


def test_columns_that_say_the_same_share_a_page(monkeypatch):
    """What two columns are packed to is found once, where they share their codes and are blank in the same rows."""
    made = []
    kept = parquet_pages._page_of_rows
    monkeypatch.setattr(parquet_pages, "_page_of_rows", lambda *given: made.append(given) or kept(*given))
    of = np.array([0, 1, 2, 1, 1], np.int32)
    pools = {"a": [np.nan, 3.0, 4.0], "b": [np.nan, 5.0, 9.0], "c": [1.0, np.nan, 2.0], "d": [9.0, 2.0, 1.0]}
    days = np.array(["NaT", "2014-01-01", "2014-01-02"], "datetime64[s]")
    table = CodedTable({**{n: Coded(np.array(v), of) for n, v in pools.items()}, "day": Coded(days, of)})
    monkeypatch.setattr(parquet_pages, "_by_dictionary", lambda *_: True)
    read = parquet.read_table(io.BytesIO(coded_parquet_bytes(table))).to_pandas()
    assert len(made) == 3  # a, b and day together
    for name, own in pools.items():
        assert np.array_equal(read[name].to_numpy(), np.array(own)[of], equal_nan=True)
    assert [pd.isna(v) for v in read["day"]] == [True, False, False, False, False]


def test_a_group_bounds_what_rows_are_in_order_by(monkeypatch):
    monkeypatch.setattr(coded_parquet, "ROWS", 1000)
    frame, file = table(3001).frame(), parquet.ParquetFile(io.BytesIO(coded_parquet_bytes(table(3001))))
    for group in range(4):
        own = frame["site_id"].iloc[group * 1000 : (group + 1) * 1000]
        found = {}
        for i in range(file.metadata.num_columns):
            column = file.metadata.row_group(group).column(i)
            if column.statistics is not None:
                found[column.path_in_schema] = column.statistics.min, column.statistics.max
        assert found == {"source": ("ipis", "ipis"), "site_id": (min(own), max(own))}
