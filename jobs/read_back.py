"""Tables that this program wrote, read back with their types and held against the bytes that they came from."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from geo.columns import Table
from jobs.table_mark import MARK, OWN, is_marked, with_mark
from layers.formats import LOCAL
from layers.formats.writers.cells import plain_types
from layers.formats.writers.delimited import csv_bytes
from layers.formats.writers.spreadsheet_guard import restored


class DifferenceError(Exception):
    """A result is not what it says; the message names the file and what is different."""


def in_line(table: pd.DataFrame, row: int | np.integer, what: str) -> DifferenceError:
    """The error of a row of evidence.csv; the index of the table counts the rows of the file.

    Parameters
    ----------
    table
        Rows of evidence.csv, in the order of the file.
    row
        Position of the faulty row, from 0.
    what
        What is wrong with the row, as a message.
    """
    return DifferenceError(f"evidence.csv: line {int(table.index[int(row)]) + 2}: {what}")


@dataclass(frozen=True)
class Derived:
    """How many sites rest on rows that their licence withholds, and the columns by file that only a new run proves.

    `held` are members of the run record that were held against the tables; `taken` is what no new run proves, for it
    begins with that.
    """

    withheld: int = 0
    unproven: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    held: tuple[str, ...] = ()
    taken: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


WHOLE = ("all of it",)
"""Of a file of which nothing is derived."""


def all_columns(data: bytes, name: str, but: Iterable[str] = ()) -> tuple[str, ...]:
    """The columns of a CSV of ours, without some, and the choice of its rows.

    Parameters
    ----------
    data
        Bytes of a CSV of a result.
    name
        Name of the file, for errors.
    but
        Columns that are left away.
    """
    left = {*but, *(() if name in OWN else (MARK,))}
    return (*(c for c in texts(data, name).columns if c not in left), ROWS)


ROWS = "which rows and columns it has, in which order"
"""Of a table whose rows nothing else in the folder counts, and whose columns follow what was given."""


def typed(data: bytes, name: str, table: Table, *, carried: bool = False) -> pd.DataFrame:
    """A CSV of ours as a frame of `table`: every byte of it is in the frame, but for the mark of synthetic data.

    Parameters
    ----------
    carried
        Behind the columns of the table may stand those of a user's own list, as text.
    data
        Bytes of a CSV of a result.
    name
        Name of the file, for errors.
    table
        The table: columns of the schema, or rows as a file gives them.

    Raises
    ------
    DifferenceError
        The bytes are not those that the program writes for what they say: another column, number form or blank.
    """
    text = texts(data, name)
    lacking = [c.name for c in table if c.name not in text.columns]
    if lacking:
        raise DifferenceError(f"{name}: the column {lacking[0]} is missing")
    frame = pd.DataFrame({c.name: _column(text[c.name], c.type, name) for c in table}, index=text.index)
    marked = is_marked(text.columns, {c.name for c in table})
    own = [c for c in text.columns if carried and c not in frame and not (marked and c == MARK)]
    frame = pd.concat([frame, text[own]], axis=1) if own else frame
    written = with_mark(frame) if marked else frame
    again = csv_bytes(plain_types(written, table))[0]
    if again != data:
        raise DifferenceError(f"{name}: {_first_line(data, again)}")
    return frame


def texts(data: bytes, name: str) -> pd.DataFrame:
    """A CSV of ours as text, without the marks that keep spreadsheets from running a cell.

    The inverse of :func:`layers.formats.writers.delimited.csv_bytes`: unlike a reader of foreign files it takes nothing
    for a blank and trims nothing.

    Parameters
    ----------
    data
        Bytes of a CSV of a result.
    name
        Name of the file, for errors.
    """
    LOCAL.check("file_bytes", len(data), name)
    try:
        rows = list(csv.reader(io.StringIO(data.decode(), newline=""), strict=True))
    except (csv.Error, UnicodeDecodeError) as error:
        raise DifferenceError(f"{name} cannot be read back: {str(error)[:80]}") from None
    if not rows or len({len(row) for row in rows}) > 1 or len(set(rows[0])) < len(rows[0]):
        raise DifferenceError(f"{name} is no table with a column of each name")
    columns = zip(*rows[1:], strict=True) if len(rows) > 1 else ([] for _ in rows[0])
    named = zip(restored(rows[0]), columns, strict=True)
    return pd.DataFrame({name: pd.array(list(restored(cells)), dtype="str") for name, cells in named})


def _column(values: pd.Series, kind: str, name: str) -> pd.Series | pd.api.extensions.ExtensionArray:
    try:
        if kind in ("number", "integer"):
            numbers = pd.to_numeric(values.astype(object).where(values != "", np.nan))
            return numbers.astype("float64" if kind == "number" else "int64")
        if kind == "date":
            blank = values.astype(object).where(values != "", None)
            return pd.to_datetime(blank, format="%Y-%m-%d").astype("datetime64[s]")
    except (ValueError, TypeError, OverflowError) as error:
        raise DifferenceError(f"{name}: {values.name} holds what is no {kind} ({str(error)[:80]})") from None
    if kind in ("flag", "tri"):
        known = values.isin(["true", "false", ""])
        if not known.all():
            raise DifferenceError(f"{name}: {values.name} holds {values[~known].iloc[0]!r}")
        flags = values.map({"true": True, "false": False}).astype("boolean")
        return flags.astype("bool") if kind == "flag" and not flags.isna().any() else flags
    return values


def _first_line(one: bytes, other: bytes) -> str:
    pairs = enumerate(zip(one.split(b"\n"), other.split(b"\n"), strict=False), 1)
    line = next((i for i, (a, b) in pairs if a != b), None)
    return f"line {line} is not written as this program writes it" if line else "its end is not as this program writes"


def same(have: object, want: object) -> bool:
    """Whether two cells say the same; numbers to the digits that are written.

    Parameters
    ----------
    have
        The cell of the result.
    want
        The cell that follows from the evidence or the inputs.
    """
    if pd.isna(have) or pd.isna(want):  # type: ignore[call-overload]
        return bool(pd.isna(have) and pd.isna(want))  # type: ignore[call-overload]
    if isinstance(have, float | np.floating):
        return abs(float(have) - float(want)) < 0.0005 + 1e-9  # type: ignore[arg-type]
    if isinstance(have, pd.Timestamp):
        return have == pd.Timestamp(want)  # type: ignore[arg-type]
    return str(have) == str(want)


def same_files(have: Mapping[str, bytes], want: Mapping[str, bytes], of: str) -> str:
    """The first difference between two results, in words; blank where there is none.

    Parameters
    ----------
    have
        Files of the result, bytes by name.
    want
        Files of the new run, bytes by name.
    of
        What `want` is, as the sentence calls it.
    """
    for name in sorted({*have, *want}):
        if name not in have:
            return f"{name} is missing"
        if name not in want:
            return f"{name} is not a file of {of}"
        if have[name] != want[name]:
            pairs = enumerate(zip(have[name].split(b"\n"), want[name].split(b"\n"), strict=False), 1)
            line = next((i for i, (a, b) in pairs if a != b), None)
            return f"{name} differs from {of}" + (f" at line {line}" if line else " in length")
    return ""
