"""Single edits of every column of every file of a result, and a forger who writes new hashes after each."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from jobs.run_crate import CRATE
from jobs.run_record import RECORD, sealed

Made = Callable[[], bytes]
ROWS = 2
"""Rows of a table in which each column is edited, spread over it."""


def forged(files: Mapping[str, bytes], name: str, data: bytes) -> dict[str, bytes]:
    """The result after an edit by someone who writes new hashes, a new crate and a new seal."""
    record = json.loads(data if name == RECORD else files[RECORD])
    record.pop("files", None)
    return sealed({n: data if n == name else f for n, f in files.items() if n not in (RECORD, CRATE)}, record)


def edited_cell(text: str) -> str:
    """Another value of the same kind."""
    if text in ("true", "false"):
        return "false" if text == "true" else "true"
    try:
        return repr(float(text) + 1.0) if "." in text else str(int(text) + 1)
    except ValueError:
        pass
    if len(text) == 10 and text[4] == text[7] == "-" and text[:4].isdigit():
        return f"{int(text[:4]) - 1:04}{text[4:]}"
    return f"{text}x"


def table_edits(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Every column of a CSV: cells with another value and blank ones, renamed, gone; rows away, twice, exchanged."""
    rows = list(csv.reader(io.StringIO(data.decode(), newline="")))
    head, body = rows[0], rows[1:]
    for i, column in enumerate(head):
        filled = [r for r, row in enumerate(body) if row[i]]
        blank = [r for r, row in enumerate(body) if not row[i]]
        for r in filled[:: max(1, len(filled) // ROWS)][:ROWS]:
            yield f"{column}: another value in row {r}", written(rows, r, i, edited_cell(body[r][i]))
            yield f"{column}: blank in row {r}", written(rows, r, i, "")
        for r in blank[:1]:
            yield f"{column}: a value in row {r}", written(rows, r, i, "1")
        yield f"{column}: renamed", written([[*head[:i], f"{column}_", *head[i + 1 :]], *body])
        yield f"{column}: gone", written([row[:i] + row[i + 1 :] for row in rows])
    if body:
        yield "a row less", written([head, *body[1:]])
        yield "a row twice", written([head, body[0], *body])
    if len(body) > 1:
        yield "rows exchanged", written([head, body[-1], *body[1:-1], body[0]])
    yield "a column more", written([[*row, "x"] for row in rows])


def written(rows: list[list[str]], r: int = -1, i: int = -1, value: str = "") -> bytes:
    """Rows as our writer writes them, one cell changed."""
    if r >= 0:
        rows = [list(row) for row in rows]
        rows[r + 1][i] = value
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def leaves(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Paths of all values of a JSON document that hold no others, and of empty ones."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    empty = True
    for key, part in inner:
        empty = False
        yield from leaves(part, (*path, key))
    if empty:
        yield path


def cell_edits(data: bytes) -> Iterator[tuple[str, Made]]:
    """Of every column of a CSV one cell: another value, one in a blank column, another name in a table without rows;
    then a row less, one twice, two exchanged, and a column more. Each is made when it is called."""
    rows = list(csv.reader(io.StringIO(data.decode(), newline="")))
    head, body = rows[0], rows[1:]
    for i, column in enumerate(head):
        r = next((r for r, row in enumerate(body) if row[i]), 0)
        if body:
            yield column, partial(written, rows, r, i, edited_cell(body[r][i]) if body[r][i] else "1")
        else:
            yield column, partial(written, [[*head[:i], f"{column}_", *head[i + 1 :]]])
    if body:
        yield "a row less", partial(written, [head, *body[1:]])
        yield "a row twice", partial(written, [head, body[0], *body])
    if len(body) > 1:
        yield "rows exchanged", partial(written, [head, body[-1], *body[1:-1], body[0]])
    yield "a column more", partial(written, [[*row, "x"] for row in rows])


def value_edits(data: bytes) -> Iterator[tuple[str, Made]]:
    """Every value of a JSON document changed, by its path; each is made when it is called."""

    def changed(path: tuple[str | int, ...]) -> bytes:
        document = json.loads(data)
        holder = document
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] = edited_value(holder[path[-1]])
        return json.dumps(document, ensure_ascii=False, indent=1).encode()

    for path in leaves(json.loads(data)):
        if path not in ((), ("run_at",)) and path[0] != "files":
            yield ".".join(map(str, path)), partial(changed, path)


def edited_value(value: object) -> object:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, str):
        return edited_cell(value)
    return {"x": 1} if value == {} else ["x"] if value == [] else "x"


def flipped(data: bytes, number: int) -> Iterator[tuple[str, bytes]]:
    """One byte changed, at places spread over a file from its first to its last."""
    for at in sorted({round(i * (len(data) - 1) / max(1, number - 1)) for i in range(number)}) if data else ():
        yield f"byte {at}", data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
