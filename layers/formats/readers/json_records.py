"""JSON that is a list of records: saved replies of an API, catalogues, exports of databases."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from geo.errors import FormatError
from layers.formats.choice import Choice
from layers.formats.limits import Clock
from layers.formats.readers.strict_json import plain_text
from layers.formats.table import Columns, Parsed, Report, shorten

_DEPTH = 3
"""Levels of objects inside a record that become columns of their own (place.lat)."""


def records_of(document: Any, choice: Choice) -> tuple[list[Any], str] | None:
    """The list of records of a document and the name it stands under; None where there is none, or no telling which.

    Examples
    --------
    >>> from layers.formats.choice import ANY
    >>> records_of([{"a": 1}], ANY), records_of({"count": 1, "data": [{"a": 1}]}, ANY)
    (([{'a': 1}], ''), ([{'a': 1}], 'data'))
    >>> records_of({"x": {"a": 1}, "y": {"a": 2}}, ANY), records_of({"a": [1, 2]}, ANY)
    (([{'a': 1}, {'a': 2}], ''), None)
    """
    if _is_records(document):
        return document, ""
    if not isinstance(document, dict):
        return None
    lists = {str(key): value for key, value in document.items() if _is_records(value)}
    if choice.layer in lists:
        return lists[choice.layer], choice.layer
    if len(lists) > 1 and choice.header is not None:
        fits = {key: choice.header.test(_keys(value)) for key, value in lists.items()}
        whole = [key for key, (_, enough) in fits.items() if enough]
        lists = {key: lists[key] for key in whole} if len(whole) == 1 else lists
    if len(lists) == 1:
        name, found = next(iter(lists.items()))
        return found, name
    members = list(document.values())
    if not lists and len(members) > 1 and _is_records(members) and len({tuple(sorted(m)) for m in members[:50]}) == 1:
        return members, ""
    return None


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _keys(records: list[Any]) -> list[str]:
    return list(dict.fromkeys(str(key) for record in records[:50] for key in record))


def read_records(
    records: list[Any], under: str, clock: Clock, report: Report, columns: Collection[str] | None
) -> Parsed:
    """A table of the records: a row each, a column for every name in any of them."""
    gateway, name = clock.gateway, report.name
    gateway.check("rows", len(records), name)
    cells: dict[str, list[str]] = {}
    rows: list[int] = []
    size = 0
    for number, record in enumerate(records, start=1):
        if not number % 1000:
            clock.check(name)
        flat: dict[str, str] = {}
        _flatten(record, "", flat, 0)
        if any(len(text) > gateway.cell_characters for text in flat.values()):
            report.reject(number, "cell_too_long", expected=f"{gateway.cell_characters} characters at most")
            continue
        for key in flat:
            if key not in cells:
                gateway.check("columns", len(cells) + 1, name)
                cells[key] = [""] * len(rows)
        for key, column in cells.items():
            column.append(flat.get(key, ""))
        rows.append(number)
        size += sum(map(len, flat.values()))
        gateway.check("unpacked_bytes", size, name)
    if len(rows) and not cells:
        raise FormatError("The records of the JSON are empty.", where=name)
    header = tuple(cells)
    wanted = {key: column for key, column in cells.items() if columns is None or key in columns}
    if under:
        report.note("The records under {name} were read.", name=repr(shorten(under, 40)))
    meta = {"encoding": "utf-8", "layer": under}
    table = Columns(wanted, len(rows))
    return Parsed(table, np.asarray(rows, dtype=np.int64), None, "json", len(records), meta, header=header)


def _flatten(record: dict[str, Any], before: str, into: dict[str, str], depth: int) -> None:
    """Texts by name; what stands inside an object has the object's name before it, and the object's text stays too."""
    for key, value in record.items():
        name = f"{before}{str(key).strip()}"
        into[name] = value if isinstance(value, str) else plain_text(value)
        if isinstance(value, dict) and depth < _DEPTH:
            _flatten(value, f"{name}.", into, depth + 1)


def note_further_pages(document: Any, report: Report) -> None:
    """Note a reply of an API that has further pages: the file is a part of what was asked for."""
    if not isinstance(document, dict):
        return
    pages = document.get("TotalPages")
    more = document.get("NextPageUrl")
    if (isinstance(pages, int) and pages > 1) or (isinstance(more, str) and more.strip()):
        report.note("The file is one page of a reply that has more: the events of the other pages are not in it.")
