"""Mutations of sound and of hostile files: `read` raises nothing but our errors, and touches nothing but its bytes."""

from __future__ import annotations

import io
import json
import random
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from geo.errors import CahraError
from layers.formats import UPLOAD, parse_coordinates, parse_dates, parse_numbers, read
from layers.formats.child_reply import packed_table, unpacked_table
from layers.formats.dispatch import RowUse, read_here
from layers.formats.sandbox.process import decode, encode
from layers.formats.source import Source
from layers.formats.table import Report, Table
from tests.hostile import corpus

NATIVE = ("a.gpkg", "a.parquet", "a.tif")
TOKENS = [
    b"\x00", b"\xff", b"\xff\xfe", b'"', b"'", b"\r", b"\n", b"{", b"}", b"[", b"]", b",", b";", b"<", b">", b"&",
    b"NaN", b"null", b"1e999", b"-1", b"9" * 400, b"\\ud800", b"\\u0000", b"<!DOCTYPE a>", b"<!ENTITY a 'b'>", b"../",
    b"PK\x01\x02", b"PK\x05\x06", b'"type"', b'"crs"', b'{"type":"link"}', b"coordinates", b"=1+1", b"\xe2\x80\xae",
    b"\xed\xa0\x80", b"GP\x00\x01", b"\x7f" * 8,
]  # fmt: skip


def seeds() -> dict[str, list[tuple[bytes, str]]]:
    found: dict[str, list[tuple[bytes, str]]] = {"python": [], "native": []}
    for case in corpus.CASES:
        if case.limit or case.name.startswith(("a bomb", "very deep", "giant", "5,000")):
            continue
        data = case.make()
        if 0 < len(data) < 200_000:
            found["native" if case.file in NATIVE else "python"].append((data, case.file))
    return found


SEEDS = seeds()


def mutate(data: bytes, chance: random.Random) -> bytes:
    made = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        at = chance.randrange(len(made) + 1)
        size = chance.choice((1, 1, 2, 4, 30))
        kind = chance.randrange(7)
        if kind == 0 and at < len(made):
            made[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            made[at:at] = chance.choice(TOKENS)
        elif kind == 2:
            del made[at : at + size]
        elif kind == 3:
            made[at : at + size] = chance.randbytes(size)
        elif kind == 4:
            other = chance.randrange(len(made) + 1)
            made[at:at] = made[other : other + size * 8]
        elif kind == 5:
            made[at : at + 4] = chance.choice(
                (b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\xff\xff\xff\x7f", b"\x00\x00\x00\x80")
            )
        elif len(made) > 20:
            del made[at:]
    return bytes(made)


ODD = [
    None,
    True,
    "x",
    "",
    -1,
    0,
    1e308,
    10**30,
    [],
    {},
    [1],
    [[1, 2]],
    {"type": "Point"},
    "Polygon",
    "\U0001f3d4",
    [None],
]


def odd(value, chance: random.Random, depth: int = 0):
    """JSON with one node exchanged, dropped or doubled somewhere inside."""
    if depth > 7 or chance.random() < 0.15 or not isinstance(value, list | dict) or not value:
        return chance.choice(ODD)
    if isinstance(value, list):
        made = list(value)
        at = chance.randrange(len(made))
        act = chance.random()
        if act < 0.1:
            del made[at]
        elif act < 0.2:
            made.insert(at, made[at])
        else:
            made[at] = odd(made[at], chance, depth + 1)
        return made
    key = chance.choice(list(value))
    return {k: odd(v, chance, depth + 1) if k == key else v for k, v in value.items()}


def ascii_change(data: bytes, chance: random.Random) -> bytes:
    made = bytearray(data)
    at = chance.randrange(len(made) + 1)
    word = bytes(chance.choice(b"0123456789.,;:-+eE<>/=\"' abcxyzNS") for _ in range(chance.choice((1, 1, 3))))
    made[at : at + chance.choice((0, 1, len(word)))] = word
    return bytes(made)


def mutate_inside(data: bytes, chance: random.Random) -> bytes:
    """A change behind the first line of defence: in a zip's member, in a JSON value, in the text of XML."""
    if data.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                members = [(n, archive.read(n)) for n in archive.namelist()]
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError):
            return mutate(data, chance)
        at = chance.randrange(len(members)) if members else 0
        changed = [(n, mutate_inside(d, chance) if i == at else d) for i, (n, d) in enumerate(members)]
        return corpus.zipped(*dict(changed).items())
    if data[:1] in b"{[" and data:
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            return ascii_change(data, chance)
        return json.dumps(odd(value, chance)).encode()
    if data.isascii():
        return ascii_change(data, chance)
    made = bytearray(data)
    for _ in range(chance.choice((1, 1, 2))):
        at = chance.randrange(len(made))
        made[at] = chance.choice((made[at] ^ 1 << chance.randrange(8), 0, 255, 127, chance.randrange(256)))
    return bytes(made)


def attempt(data: bytes, name: str, purpose: str) -> Table | CahraError:
    try:
        return read(data, name, purpose=purpose, gateway=UPLOAD)
    except CahraError as fault:
        return fault


def attempt_here(data: bytes, name: str, purpose: str) -> Table | CahraError:
    """The same in this process, as a child does it: twenty times as fast, and what it opens is seen."""
    try:
        source, clock = Source(data, name, UPLOAD), UPLOAD.clock()
        report = Report(source.name, UPLOAD)
        parsed = read_here(source, clock, report, RowUse(purpose, None))
        facts, arrays = packed_table(parsed, report, clock)
        reply = decode(encode(facts, arrays))
        again, rejected, notes, remarks = unpacked_table(reply, source.name, purpose)
        frame, read = again.table.frame(), again.read
        return Table(
            frame, again.row, again.geometry, name, "", again.format, again.meta, rejected, notes, remarks, read
        )
    except CahraError as fault:
        return fault


def holds(data: bytes, name: str, purpose: str) -> None:
    found = (attempt if name in NATIVE else attempt_here)(data, name, purpose)
    if isinstance(found, CahraError):
        assert str(found)
        return
    assert found.accounting["read"] == len(found.frame) + len(found.rejected)
    assert len(found.row) == len(found.frame)
    assert found.geometry is None or len(found.geometry) == len(found.frame)
    assert all(str(t) == "str" for t in found.frame.dtypes)
    assert not found.frame.isna().to_numpy().any()
    assert len({*found.row.tolist()} & {*found.rejected["row"].tolist()}) == 0
    if purpose == "points" and found.geometry is not None:
        assert {g.geom_type for g in found.geometry if g is not None} <= {"Point"}


COMMON = {"deadline": None, "derandomize": True, "suppress_health_check": list(HealthCheck)}


@settings(max_examples=300, **COMMON)
@given(number=st.integers(0, 2**32), purpose=st.sampled_from(["table", "points", "polygons", "lines"]))
def test_mutated_files(watched, number, purpose):
    chance = random.Random(number)
    data, name = chance.choice(SEEDS["python"])
    with watched as seen:
        way = chance.choice((mutate, mutate_inside, mutate_inside))
        holds(way(data, chance), chance.choice((name, name, name, "a.dat")), purpose)
    assert seen.sockets == seen.files == []


@settings(max_examples=15, **COMMON)
@given(number=st.integers(0, 2**32))
def test_mutated_files_of_native_formats(watched, number):
    chance = random.Random(number)
    data, name = chance.choice(SEEDS["native"])
    with watched as seen:
        holds(mutate(data, chance), name, "raster" if name == "a.tif" else "table")
    assert seen.sockets == seen.files == []


@pytest.mark.slow
@settings(max_examples=20_000, **COMMON | {"derandomize": False})
@given(number=st.integers(0, 2**48), purpose=st.sampled_from(["table", "points", "polygons", "lines"]))
def test_many_mutated_files(number, purpose):
    chance = random.Random(number)
    data, name = chance.choice(SEEDS["python"])
    holds(chance.choice((mutate, mutate_inside, mutate_inside))(data, chance), name, purpose)


@pytest.mark.slow
@settings(max_examples=400, **COMMON | {"derandomize": False})
@given(number=st.integers(0, 2**48))
def test_many_mutated_files_of_native_formats(number):
    chance = random.Random(number)
    data, name = chance.choice(SEEDS["native"])
    holds(mutate(data, chance), name, "raster" if name == "a.tif" else "table")


def test_infinite_bounds_are_turned_down_without_a_warning():
    import numpy as np

    parts = corpus.shapefile_parts(5, [[[(1.0, 2.0), (3.0, 4.0), (3.0, 2.0), (1.0, 2.0)]]], prj=corpus.WGS84)
    there = np.array([1.0], dtype="<f8").tobytes()
    parts["shp"] = parts["shp"].replace(there, np.array([np.inf], dtype="<f8").tobytes())
    table = read(corpus.zipped_shapefile(parts), "a.zip", purpose="polygons", gateway=UPLOAD)
    assert table.rejected["reason"].tolist() == ["number_not_finite"]


@settings(max_examples=300, **COMMON)
@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.geojson", "a.kml", "a.zip", "a.dat", "a.xlsx"]))
def test_noise(data, name):
    holds(data, name, "table")


@settings(max_examples=300, **COMMON)
@given(st.lists(st.text(max_size=20), max_size=5), st.sampled_from([None, ",", "."]))
def test_any_text_as_value(texts, decimal):
    import pandas as pd

    series = pd.Series(texts, dtype="str")
    numbers, why = parse_numbers(series, decimal=decimal)
    assert len(numbers) == len(why) == len(texts)
    assert all((w != "") <= (n != n) for n, w in zip(numbers, why, strict=True))
    dates, why_dates = parse_dates(series)
    assert ((why_dates != "") <= dates.isna()).all()
    lon, lat, why_places = parse_coordinates(series, series)
    assert all((w != "") <= (x != x and y != y) for x, y, w in zip(lon, lat, why_places, strict=True))
