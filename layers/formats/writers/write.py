"""The only writers: CSV, XLSX, GeoJSON, GeoPackage, GeoParquet and KML as bytes, the same for the same frame.

Every writer takes a frame of any of the column types of :mod:`geo.schema` and gives bytes; nothing is written to disk.
What is written is read back equal by :func:`layers.formats.read` (as text); in CSV a neutralised cell comes back with
its apostrophe, which :func:`restore` takes off. Rows that may not leave (ACLED) make every writer raise.
"""

from __future__ import annotations

import csv
import io
import json
from typing import Any, Literal

import numpy as np
import pandas as pd

from layers.formats.writers.spreadsheet_guard import neutralise, refuse_restricted, restore, safe_name

__all__ = [
    "csv_bytes",
    "geojson_bytes",
    "geopackage_bytes",
    "geoparquet_bytes",
    "kml_bytes",
    "neutralise",
    "restore",
    "safe_name",
    "to_csv_bytes",
    "write_bytes",
    "xlsx_bytes",
]

FORMATS = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "parquet": "application/vnd.apache.parquet",
    "kml": "application/vnd.google-earth.kml+xml",
}
"""Endings of the formats written, and their media types."""


def _is_number(series: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(series)) and not pd.api.types.is_bool_dtype(series)


def texts(series: pd.Series, decimal: str = ".") -> list[str]:
    """A column as text: shortest exact numbers, ISO days, true and false, blank for blank.

    Examples
    --------
    >>> texts(pd.Series([0.1, 2.0, None])), texts(pd.Series([True, False])), texts(pd.Series([4.317]), ",")
    (['0.1', '2.0', ''], ['true', 'false'], ['4,317'])
    """
    if pd.api.types.is_bool_dtype(series):
        return ["" if v is pd.NA else "true" if v else "false" for v in series.tolist()]
    if pd.api.types.is_datetime64_any_dtype(series):
        whole = bool((series.dropna() == series.dropna().dt.normalize()).all())
        days: list[str] = series.dt.strftime("%Y-%m-%d" if whole else "%Y-%m-%dT%H:%M:%S").fillna("").tolist()
        return days
    if _is_number(series):
        found = ["" if v is pd.NA or v != v else repr(v) for v in series.tolist()]
        return found if decimal == "." else [t.replace(".", decimal) for t in found]
    return ["" if v is None or v is pd.NA or v != v else str(v) for v in series.tolist()]


def _values(series: pd.Series) -> list[Any]:
    """A column as Python values, None for blank; blank text stays text."""
    if pd.api.types.is_datetime64_any_dtype(series):
        return texts(series)
    found = series.astype("object").tolist()
    if _is_number(series) or pd.api.types.is_bool_dtype(series):
        return [
            None if v is pd.NA or v is None or v != v else v.item() if isinstance(v, np.generic) else v for v in found
        ]
    return ["" if v is None or v is pd.NA or v != v else str(v) for v in found]


def csv_bytes(frame: pd.DataFrame, *, delimiter: str = ",", decimal: str = ".", bom: bool = False) -> tuple[bytes, int]:
    r"""CSV in UTF-8, and how many cells were neutralised.

    Text cells that a spreadsheet would run get an apostrophe in front (numbers are left alone); the count belongs into
    ``run.json``. French Excel wants ``delimiter=";", decimal=",", bom=True``.

    Raises
    ------
    ValueError
        The delimiter and the decimal sign are the same.
    geo.errors.InputError
        Rows that may not leave.

    Examples
    --------
    >>> csv_bytes(pd.DataFrame({"name": ["Boda", "=1+1"], "lat": [4.317, -5.0]}))
    (b"name,lat\nBoda,4.317\n'=1+1,-5.0\n", 1)
    """
    if delimiter == decimal:
        raise ValueError("the delimiter and the decimal sign must differ")
    refuse_restricted(frame)
    columns: list[list[str]] = []
    neutralised = 0
    for name in frame.columns:
        cells, changed = _cells(frame[name], decimal)
        neutralised += changed
        columns.append(cells)
    header, changed = neutralise([str(n) for n in frame.columns])
    # the csv module quotes \n but not a lone \r, which it would read back as the end of a row
    awkward = any("\r" in cell for column in columns for cell in column)
    if awkward or len(header) < 2:
        out = io.StringIO(newline="")
        style: Literal[0, 1] = csv.QUOTE_ALL if awkward else csv.QUOTE_MINIMAL
        writer = csv.writer(out, delimiter=delimiter, lineterminator="\n", quoting=style)
        writer.writerow(header)
        writer.writerows(zip(*columns, strict=True))
        text = out.getvalue()
    else:  # what the csv module would write, column by column: a million rows in a fifth of its time
        rows = zip(*(_quoted(cells, delimiter) for cells in columns), strict=True)
        text = "\n".join([delimiter.join(_quoted(header, delimiter)), *map(delimiter.join, rows)]) + "\n"
    data = text.encode("utf-8", "replace")
    return (b"\xef\xbb\xbf" if bom else b"") + data, neutralised + changed


def _cells(series: pd.Series, decimal: str) -> tuple[list[str], int]:
    """A column as text that no spreadsheet runs, and how many of its cells were changed for that."""
    codes, different = pd.factorize(series, use_na_sentinel=False)
    if len(different) * 4 > len(series):
        cells = texts(series, decimal)
        return (cells, 0) if _is_number(series) else neutralise(cells)
    # Evidence repeats the same few words over many rows: each is worked on once.
    once = texts(pd.Series(different, dtype=series.dtype), decimal)
    kept, _ = (once, 0) if _is_number(series) else neutralise(once)
    touched = np.array([a != b for a, b in zip(once, kept, strict=True)], dtype=bool)
    return np.array(kept, dtype=object)[codes].tolist(), int(touched[codes].sum())


def _quoted(cells: list[str], delimiter: str) -> list[str]:
    """Cells in double quotes where the delimiter, a quote or a line end is in them."""
    special = (delimiter, '"', "\n")
    known: dict[str, str] = {}
    for cell in set(cells):
        if any(c in cell for c in special):
            known[cell] = '"' + cell.replace('"', '""') + '"'
    return [known.get(cell, cell) for cell in cells] if known else cells


def to_csv_bytes(frame: pd.DataFrame, *, delimiter: str = ",", decimal: str = ".", bom: bool = False) -> bytes:
    """The bytes of :func:`csv_bytes` alone."""
    return csv_bytes(frame, delimiter=delimiter, decimal=decimal, bom=bom)[0]


def xlsx_bytes(frame: pd.DataFrame, *, sheet: str = "sites") -> bytes:
    """An XLSX of one sheet: numbers as numbers, days as days, text always as text and never as a formula.

    Line ends inside a cell become LF, as Excel has them; what Excel would run carries its mark of quoted text.

    Raises
    ------
    geo.errors.InputError
        More rows or longer text than Excel holds, or rows that may not leave.
    """
    from layers.formats.writers.xlsx import workbook

    refuse_restricted(frame)
    columns = [
        [None if v is pd.NaT else v.date() for v in frame[n]]
        if pd.api.types.is_datetime64_any_dtype(frame[n])
        else _values(frame[n])
        for n in frame.columns
    ]
    return workbook([[str(n) for n in frame.columns], *zip(*columns, strict=True)], safe_name(sheet))


def positions(frame: pd.DataFrame) -> np.ndarray:
    """Object array of points from `lon` and `lat`, None where either is blank or the columns are missing."""
    import shapely

    out = np.empty(len(frame), dtype=object)
    if {"lon", "lat"} <= set(frame.columns):
        lon, lat = frame["lon"].to_numpy(dtype=np.float64), frame["lat"].to_numpy(dtype=np.float64)
        known = np.isfinite(lon) & np.isfinite(lat)
        out[known] = shapely.points(lon[known], lat[known])
    return out


def _shapes(frame: pd.DataFrame, geometry: np.ndarray | None) -> np.ndarray:
    return positions(frame) if geometry is None else geometry


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
    import shapely

    refuse_restricted(frame)
    columns = {str(n): _values(frame[n]) for n in frame.columns}
    lines = []
    for i, shape in enumerate(_shapes(frame, geometry)):
        feature = {
            "type": "Feature",
            "geometry": None if shape is None else shapely.geometry.mapping(shape),
            "properties": {n: column[i] for n, column in columns.items()},
        }
        lines.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":"), allow_nan=False))
    head = json.dumps({"type": "FeatureCollection", "name": name}, ensure_ascii=False, separators=(",", ":"))
    return (head[:-1] + ',"features":[\n' + ",\n".join(lines) + "\n]}\n").encode("utf-8", "replace")


def geopackage_bytes(frame: pd.DataFrame, geometry: np.ndarray | None = None, *, layer: str = "sites") -> bytes:
    """A GeoPackage 1.3 of one layer: plain tables, no index, no trigger."""
    from layers.formats.writers.geopackage import geopackage

    refuse_restricted(frame)
    columns = {str(n): (_values(frame[n]), _sql_type(frame[n])) for n in frame.columns}
    return geopackage(columns, _shapes(frame, geometry), layer)


def _sql_type(series: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(series):
        return "BOOLEAN"
    if pd.api.types.is_integer_dtype(series):
        return "INTEGER"
    return "REAL" if _is_number(series) else "TEXT"


def geoparquet_bytes(frame: pd.DataFrame, geometry: np.ndarray | None = None) -> bytes:
    """GeoParquet 1.1, WKB, longitude and latitude of WGS 84."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    import shapely

    refuse_restricted(frame)
    shapes = _shapes(frame, geometry)
    kinds = {"BOOLEAN": pa.bool_(), "INTEGER": pa.int64(), "REAL": pa.float64(), "TEXT": pa.string()}
    arrays = {
        str(n): (
            pa.array(frame[n].astype("datetime64[s]").to_numpy().astype("datetime64[D]"), type=pa.date32())
            if pd.api.types.is_datetime64_any_dtype(frame[n])
            else pa.array(_values(frame[n]), type=kinds[_sql_type(frame[n])])
        )
        for n in frame.columns
    }
    arrays["geometry"] = pa.array([None if s is None else shapely.to_wkb(s, byte_order=1) for s in shapes], pa.binary())
    there = [s for s in shapes if s is not None]
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": sorted({s.geom_type for s in there})}
    if there:
        column["bbox"] = shapely.total_bounds(np.asarray(there, dtype=object)).tolist()
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    table = pa.table(arrays).replace_schema_metadata({b"geo": json.dumps(geo, sort_keys=True).encode()})
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd", row_group_size=100_000)
    return out.getvalue()


def kml_bytes(frame: pd.DataFrame, geometry: np.ndarray | None = None, *, name: str = "sites") -> bytes:
    """KML 2.2: a placemark per row, every column as ExtendedData, nothing that loads or runs anything."""
    from layers.formats.writers.kml import kml

    refuse_restricted(frame)
    return kml({str(n): texts(frame[n]) for n in frame.columns}, _shapes(frame, geometry), name)


def write_bytes(frame: pd.DataFrame, ending: str, **options: Any) -> bytes:
    """The bytes of `frame` in the format of a file ending (a key of :data:`FORMATS`)."""
    writers = {
        "csv": to_csv_bytes,
        "xlsx": xlsx_bytes,
        "geojson": geojson_bytes,
        "gpkg": geopackage_bytes,
        "parquet": geoparquet_bytes,
        "kml": kml_bytes,
    }
    if ending not in writers:
        raise ValueError(f"the ending is one of {', '.join(writers)}, not {ending!r}")
    found: bytes = writers[ending](frame, **options)  # type: ignore[operator]
    return found
