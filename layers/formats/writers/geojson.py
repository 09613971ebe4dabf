"""GeoJSON, one feature a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
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
"""Rows that are made into texts at a time, at the most."""


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


def geojson_pieces(
    frame: pd.DataFrame,
    geometry: np.ndarray | None = None,
    *,
    name: str = "sites",
    texts: Mapping[str, TextColumn] = MappingProxyType({}),
) -> Iterator[Any]:
    """The same in pieces (bytes or buffers), each made when it is taken.

    `texts` are columns of a frame of up to :data:`ROWS` that are text already.
    """
    refuse_restricted(frame)
    return _pieces(frame, geometry, name, texts if len(frame) <= ROWS else {})


def _pieces(
    frame: pd.DataFrame, geometry: np.ndarray | None, name: str, texts: Mapping[str, TextColumn]
) -> Iterator[Any]:
    head = json.dumps({"type": "FeatureCollection", "name": name}, ensure_ascii=False, separators=(",", ":"))
    yield (head[:-1] + ',"features":[\n').encode("utf-8", "replace")
    # Of many rows some at a time: their texts need several times the memory of what is written of them. How days are
    # written hangs on all days of a column.
    dated = any(pd.api.types.is_datetime64_any_dtype(kind) for kind in frame.dtypes)
    parts = 1 if dated else -(-len(frame) // ROWS)
    step = max(-(-len(frame) // max(parts, 1)), 1)
    last: Any = None
    for start in range(0, len(frame), step):
        part = slice(start, start + step)
        features = _features(frame.iloc[part], None if geometry is None else geometry[part], texts)
        for piece in lines(features, "", "}},\n"):
            if last is not None:
                yield last
            last = piece
    if last is not None:  # no comma behind the last feature
        yield memoryview(last)[:-2]
    yield b"\n]}\n"


def _features(frame: pd.DataFrame, geometry: np.ndarray | None, texts: Mapping[str, TextColumn]) -> list[TextColumn]:
    """The parts of each feature that stand one after the other: its geometry, then its properties."""
    columns, numbers = [], {}
    names = [str(n) for n in frame.columns]
    opening = ',"properties":{'
    for i, key in enumerate(names):
        if key not in names[:i]:  # of two columns of one name the last is told, as in a dictionary
            series = frame.iloc[:, max(j for j, other in enumerate(names) if other == key)]
            values = texts[key] if key in texts else column(series)
            if key in ("lon", "lat") and pd.api.types.is_float_dtype(series):
                numbers[key] = values.all()
            columns.append(_property(series, values, f"{opening}{_escaped(key)}:"))
            opening = ","
    if not columns:
        columns = [TextColumn(strings([opening]), np.zeros(len(frame), np.int32))]
    return [_geometries(frame, geometry, numbers), *columns]


def _geometries(frame: pd.DataFrame, geometry: np.ndarray | None, numbers: Mapping[str, Any]) -> TextColumn:
    """The beginning of each feature up to its geometry; `numbers` are texts of `lon` and `lat` where they are known."""
    start = '{"type":"Feature","geometry":'
    if geometry is None and {"lon", "lat"} <= set(frame.columns):
        lon, lat = (frame[n].to_numpy(dtype=np.float64) for n in ("lon", "lat"))
        x, y = (numbers[n] if n in numbers else floats(v) for n, v in (("lon", lon), ("lat", lat)))
        point = joined(f'{start}{{"type":"Point","coordinates":[', x, ",", y, "]}")
        known = np.isfinite(lon) & np.isfinite(lat)
        return TextColumn(pc.if_else(pa.array(known), point, pa.scalar(f"{start}null", pa.large_string())))
    import shapely

    shapes = shapes_of(frame, geometry)
    objects = [None if shape is None else shapely.geometry.mapping(shape) for shape in shapes]
    texts = [json.dumps(t, ensure_ascii=False, separators=(",", ":"), allow_nan=False) for t in objects]
    return TextColumn(joined(start, strings(texts)))


def _property(series: pd.Series, values: TextColumn, before: str) -> TextColumn:
    """A column as JSON behind its name: numbers, true and false, null for blank; text, days and blank text as text."""
    if is_number(series) or pd.api.types.is_bool_dtype(series):
        if pd.api.types.is_float_dtype(series) and np.isinf(series.to_numpy(np.float64, na_value=np.nan)).any():
            raise ValueError("Out of range float values are not JSON compliant")
        filled = pc.if_else(pc.equal(values.texts, ""), pa.scalar("null", pa.large_string()), values.texts)
        return values.with_texts(joined(before, filled))
    odd = holding(values.texts, '"', "\\", below=0x20)  # what JSON writes otherwise than it stands
    quoted = joined(f'{before}"', values.texts, '"')
    if odd.any():
        some = strings(f"{before}{_escaped(v)}" for v in values.texts.filter(pa.array(odd)).to_pylist())
        quoted = pc.replace_with_mask(quoted, pa.array(odd), some)
    return values.with_texts(quoted)


def _escaped(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


FORMAT = Format("geojson", geojson_bytes)
