"""GeoJSON, one feature a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from layers.formats.writers.cells import is_number, shapes_of
from layers.formats.writers.format import Format
from layers.formats.writers.spreadsheet_guard import refuse_restricted
from layers.formats.writers.text_bytes import holding
from layers.formats.writers.text_columns import TextColumn, column, floats, joined, strings, whole
from layers.formats.writers.text_rows import lines

ROWS = 1 << 15
"""Rows that are made into texts at a time."""
PIECE = 1 << 12
"""Rows that are put together at a time: a feature takes a thousand bytes and more."""


def geojson_bytes(frame: pd.DataFrame, geometry: np.ndarray | None = None, *, name: str = "sites") -> bytes:
    """GeoJSON (RFC 7946), one feature a line; `geometry` (WGS 84) instead of points from lon and lat.

    Examples
    --------
    >>> print(geojson_bytes(pd.DataFrame({"site_id": ["1"], "lon": [17.5], "lat": [4.3]})).decode())
    {"type":"FeatureCollection","name":"sites","features":[
    {"type":"Feature","geometry":{"type":"Point","coordinates":[17.5,4.3]},"properties":{"site_id":"1","lon":17.5,"lat":4.3}}
    ]}
    <BLANKLINE>
    """
    return whole(geojson_pieces(frame, geometry, name=name))


def geojson_pieces(frame: pd.DataFrame, geometry: np.ndarray | None = None, *, name: str = "sites") -> Iterator[Any]:
    """The same in pieces (bytes or buffers), each made when it is taken."""
    refuse_restricted(frame)
    return _pieces(frame, geometry, name)


def _pieces(frame: pd.DataFrame, geometry: np.ndarray | None, name: str) -> Iterator[Any]:
    head = json.dumps({"type": "FeatureCollection", "name": name}, ensure_ascii=False, separators=(",", ":"))
    yield (head[:-1] + ',"features":[\n').encode("utf-8", "replace")
    # Of many rows some at a time: their texts need several times the memory of what is written of them. How days are
    # written hangs on all days of a column.
    dated = any(pd.api.types.is_datetime64_any_dtype(kind) for kind in frame.dtypes)
    step = max(len(frame), 1) if dated else ROWS
    last: Any = None
    for start in range(0, len(frame), step):
        part = slice(start, start + step)
        features = _features(frame.iloc[part], None if geometry is None else geometry[part])
        for piece in lines(features, "", "}},\n", PIECE):
            if last is not None:
                yield last
            last = piece
    if last is not None:  # no comma behind the last feature
        yield memoryview(last)[:-2]
    yield b"\n]}\n"


def _features(frame: pd.DataFrame, geometry: np.ndarray | None) -> list[TextColumn]:
    """The parts of each feature that stand one after the other."""
    columns = [_geometries(frame, geometry)]
    names = [str(n) for n in frame.columns]
    for i, key in enumerate(names):
        if key not in names[:i]:  # of two columns of one name the last is told, as in a dictionary
            series = frame.iloc[:, max(j for j, other in enumerate(names) if other == key)]
            values = _values(series)
            columns.append(values.with_texts(joined(f"{_escaped(key)}:", values.texts)))
    # The geometry stands before the properties, which are parted by commas.
    opening = ',"properties":{'
    first = columns[1] if len(columns) > 1 else TextColumn(strings([""]), np.zeros(len(frame), np.int32))
    columns[1:2] = [first.with_texts(joined(opening, first.texts))]
    return _parted(columns)


def _parted(columns: list[TextColumn]) -> list[TextColumn]:
    """Geometry and first property as they are, a comma before every other."""
    return [*columns[:2], *(c.with_texts(joined(",", c.texts)) for c in columns[2:])]


def _geometries(frame: pd.DataFrame, geometry: np.ndarray | None) -> TextColumn:
    """The beginning of each feature up to its geometry."""
    start = '{"type":"Feature","geometry":'
    if geometry is None and {"lon", "lat"} <= set(frame.columns):
        lon, lat = (frame[n].to_numpy(dtype=np.float64) for n in ("lon", "lat"))
        point = joined(f'{start}{{"type":"Point","coordinates":[', floats(lon), ",", floats(lat), "]}")
        known = np.isfinite(lon) & np.isfinite(lat)
        return TextColumn(pc.if_else(pa.array(known), point, pa.scalar(f"{start}null", pa.large_string())))
    import shapely

    shapes = shapes_of(frame, geometry)
    objects = [None if shape is None else shapely.geometry.mapping(shape) for shape in shapes]
    texts = [json.dumps(t, ensure_ascii=False, separators=(",", ":"), allow_nan=False) for t in objects]
    return TextColumn(joined(start, strings(texts)))


def _values(series: pd.Series) -> TextColumn:
    """A column as JSON: numbers, true and false, null for blank; text, days and blank text as text."""
    text_column = column(series)
    if is_number(series):
        if pd.api.types.is_float_dtype(series) and np.isinf(series.to_numpy(np.float64, na_value=np.nan)).any():
            raise ValueError("Out of range float values are not JSON compliant")
        return text_column.with_texts(_filled(text_column.texts))
    if pd.api.types.is_bool_dtype(series):
        return text_column.with_texts(_filled(text_column.texts))
    odd = holding(text_column.texts, '"', "\\", below=0x20)  # what JSON writes otherwise than it stands
    quoted = joined('"', text_column.texts, '"')
    if odd.any():
        some = strings(map(_escaped, text_column.texts.filter(pa.array(odd)).to_pylist()))
        quoted = pc.replace_with_mask(quoted, pa.array(odd), some)
    return text_column.with_texts(quoted)


def _filled(texts: Any) -> Any:
    return pc.if_else(pc.equal(texts, ""), pa.scalar("null", pa.large_string()), texts)


def _escaped(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


FORMAT = Format("geojson", "application/geo+json", geojson_bytes)
