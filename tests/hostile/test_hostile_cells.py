"""Cells that make a pattern go back and forth: lists that the app reads itself, in no more than seconds of its processor.

A file of 300 kB is read at hand (:mod:`layers.sources.reader_in_child`), and a pattern that looks at each blank of a cell
once for each other one, or at each three of them, held the app for an hour for everybody.
"""

from __future__ import annotations

import io

import pandas as pd
import pytest

from layers.formats.values.pairs import parse_pair, utm_of
from layers.sources.reader_in_child import AT_HAND
from tests.hostile import roles
from tests.hostile.test_hostile_roles import quick

LONG = 9_000
CELLS = {
    "blanks": lambda n: "1" + " " * n,
    "blanks within": lambda n: "a" + " " * n + "x",
    "brackets": lambda n: "(" * n,
    "digits": lambda n: "1" * n + "x",
    "signs": lambda n: "a;,:=" * (n // 5),
    "words": lambda n: "mine de la " * (n // 11),
    "dashes": lambda n: "1 - " * (n // 4),
    "accents": lambda n: "e\u0301" * (n // 3),
    "ligatures": lambda n: "\ufdfa" * (n // 3),
    "shape": lambda n: "POLYGON((" + "0 0," * (n // 4),
    "hex": lambda n: "01" * (n // 2),
    "degrees": lambda n: "1\u00b0" * (n // 3),
    "members": lambda n: '{"a":' * (n // 5),
    "places": lambda n: "1 123456" + " " * (n // 3) + "1234567" + " " * (n // 3) + "m" + " " * (n // 3) + "x",
    "sides": lambda n: "N" + " ," * (n // 4) + "E" + " ," * (n // 4),
}
EACH_TIME = ("blanks within", "signs", "places")
SIZES = (LONG, 470, 108)
"""The longest that a cell may be, and the longest that is looked at as a pair of coordinates and as one with sides."""


def listed(role: str, what: str, size: int) -> bytes:
    """A file of the role that is still read at hand, its cells of this kind, each of them another."""
    frame = pd.read_csv(io.StringIO(roles.SEEDS[role][1]), dtype=str, keep_default_na=False)
    cells = [f"{CELLS[what](size - 8)}{i}" for i in range(AT_HAND["text"] // (size * len(frame.columns)) + 2)]
    rows = frame.iloc[[0] * len(cells)].reset_index(drop=True)
    for i, column in enumerate(frame.columns):
        rows[column] = [f"r{n}" if i == 0 else cell for n, cell in enumerate(cells)]
    room = AT_HAND["text"] - len(rows.iloc[:0].to_csv(index=False).encode())
    lengths = rows.to_csv(index=False, header=False).encode().splitlines(keepends=True)
    kept, total = 0, 0
    while kept < len(lengths) and total + len(lengths[kept]) <= room:
        total += len(lengths[kept])
        kept += 1
    return rows.iloc[: max(1, kept)].to_csv(index=False).encode()


@pytest.mark.parametrize("what", [w if w in EACH_TIME else pytest.param(w, marks=pytest.mark.slow) for w in CELLS])
@pytest.mark.parametrize("role", roles.TABLES)
def test_no_cell_holds_a_reader(role, what):
    with roles.without_children():
        for size in SIZES:
            data = listed(role, what, size)
            quick(role, f"{what} {size}", lambda data=data: roles.read_alone(role, data, "a.csv"))


@pytest.mark.parametrize("text", [
    "1 123456" + " " * 160 + "1234567" + " " * 150 + "m" + " " * 150 + "x", "POINT(a" + " " * 200 + "b" + " " * 280 + ")x",
    "1 123456" + " ;" * 70 + "1234567", "N" + " ," * 28 + "E" + " ," * 28 + "N",
])  # fmt: skip
def test_no_place_is_sought_for_long(text):
    for _ in range(300):
        quick("places", text[:20], lambda: (parse_pair(text), utm_of(text)))
    assert parse_pair(text)[2] == "coordinates_unreadable"
    assert utm_of(text) is None


def test_a_place_with_wide_blanks_is_read_as_before():
    for wide in (" ", "   ", "\t ", "\u00a0 "):
        assert parse_pair(f"35S{wide}715000{wide}9820000")[2] == "coordinates_utm_text"
        assert utm_of(f"35S{wide}715000{wide}9820000") == ("35S", "715000", "9820000")
        assert parse_pair(f"4\u00b015'N{wide}15\u00b047'E") == ("4\u00b015'N", "15\u00b047'E", "")
        assert parse_pair(f"POINT ({wide}15.79{wide}4.26{wide})") == ("4.26", "15.79", "")
        assert parse_pair(f"4,26{wide}15,79") == ("4,26", "15,79", "")
