"""Rows of a table as bytes that the one gateway reads: CSV where places are points or columns, else GeoJSON.

The order of the rows is that of their content, so that the same table gives the same bytes.
"""

from __future__ import annotations

import csv
import datetime as dt
import decimal
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

from geo.errors import LimitExceededError
from geo.messages import Note

MOST_ROWS = 5_000_000
MOST_BYTES = 2_000_000_000
LON, LAT = "lon", "lat"


def text_of(value: object) -> str:
    """A value as a file would have it: blank for none, days and times in ISO 8601, true and false in words."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float):
        return repr(value) if value == value else ""
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, list | tuple):
        return ";".join(text_of(v) for v in value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return str(value)


def counted(rows: Iterable[Sequence[Any]], where: str) -> list[Sequence[Any]]:
    """All rows, as long as there are not too many of them."""
    out = []
    for row in rows:
        out.append(row)
        if len(out) > MOST_ROWS:
            raise LimitExceededError(
                "The table is too large.", where=where, expected=Note("{n} row{n?|s}", n=MOST_ROWS)
            )
    return out


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]], where: str) -> bytes:
    """The rows as CSV, in the order of their content."""
    lines = sorted([text_of(v) for v in row] for row in counted(rows, where))
    out = io.StringIO(newline="")
    table = csv.writer(out, lineterminator="\n")
    table.writerow(columns)
    table.writerows(lines)
    return _bounded(out.getvalue().encode(), where)


def as_geojson(columns: Sequence[str], rows: Iterable[Sequence[Any]], where: str) -> bytes:
    """The rows as a GeoJSON of WGS 84; the last of each is its geometry as GeoJSON text, or None."""
    features = []
    for row in counted(rows, where):
        shape = json.loads(row[-1]) if row[-1] else None
        properties = {n: text_of(v) for n, v in zip(columns, row[:-1], strict=True)}
        features.append(
            json.dumps({"type": "Feature", "properties": properties, "geometry": shape}, ensure_ascii=False)
        )
    document = '{"type":"FeatureCollection","features":[\n' + ",\n".join(sorted(features)) + "\n]}\n"
    return _bounded(document.encode(), where)


def _bounded(data: bytes, where: str) -> bytes:
    if len(data) > MOST_BYTES:
        raise LimitExceededError("The table is too large.", where=where, expected=Note("{n} byte{n?|s}", n=MOST_BYTES))
    return data
