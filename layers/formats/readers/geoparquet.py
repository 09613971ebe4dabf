"""GeoParquet by pyarrow, batch by batch; runs in the child."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from geo.errors import FormatError
from layers.formats.alike import is_wanted
from layers.formats.limits import Clock
from layers.formats.readers.child_rows import UNREADABLE, RowSet
from layers.formats.readers.native_shapes import ENCODINGS, native_shapes
from layers.formats.readers.strict_json import load_json
from layers.formats.row_ids import shorten
from layers.formats.source import Source
from layers.formats.table import Parsed, Report

_BATCH = 4096


def _system(column: dict[str, Any]) -> str:
    """Blank for longitude and latitude of WGS 84, else ``EPSG:n``."""
    crs = column.get("crs", "absent")
    if crs == "absent":
        return ""
    if crs is None:
        return "undefined"
    known = crs.get("id") if isinstance(crs, dict) else None
    if isinstance(known, dict):
        authority, code = str(known.get("authority")).upper(), str(known.get("code")).upper()
        if (authority, code) in (("OGC", "CRS84"), ("EPSG", "4326")):
            return ""
        if authority == "EPSG" and code.isdigit():
            return f"EPSG:{code}"
    raise FormatError(
        "The coordinate reference system is not known.", expected="an EPSG code", got=shorten(str(known or crs))
    )


def _values(column: Any) -> list[Any]:
    """The cells of a column; where one has no form in Python (a day of the year 300,000), that one alone is none."""
    try:
        values: list[Any] = column.to_pylist()
    except Exception:  # one at a time, to find those that are at fault
        values = []
        for cell in column:
            try:
                values.append(cell.as_py())
            except Exception:
                values.append(UNREADABLE)
    return values


def read_geoparquet(source: Source, clock: Clock, report: Report, columns: Collection[str] | None) -> Parsed:
    """Rows of a GeoParquet (or plain Parquet) file; runs in the child."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    gateway, name = clock.gateway, source.name
    given = source.path or source.data()
    file = pq.ParquetFile(pa.BufferReader(given) if isinstance(given, bytes) else str(given), memory_map=False)
    facts = file.metadata
    gateway.check("rows", facts.num_rows, name)
    gateway.check("columns", facts.num_columns, name)
    unpacked = sum(facts.row_group(i).total_byte_size for i in range(facts.num_row_groups))
    gateway.check("unpacked_bytes", unpacked, name)
    schema = file.schema_arrow
    geo = load_json((schema.metadata or {}).get(b"geo", b"{}"), gateway, name)
    if not isinstance(geo, dict):
        raise FormatError("The metadata called geo is no object.", where=name)
    shape, system, encoding = "", "", "WKB"
    if geo:
        shape = str(geo.get("primary_column", ""))
        described = geo.get("columns")
        column = described.get(shape) if isinstance(described, dict) else None
        if not isinstance(column, dict) or shape not in schema.names:
            raise FormatError("The metadata called geo names no column of shapes.", where=name)
        encoding = str(column.get("encoding"))
        if encoding != "WKB" and encoding not in ENCODINGS:
            raise FormatError("The shapes are stored in a way that is not read.", where=name, got=shorten(encoding))
        system = _system(column)
    names = [n for n in schema.names if n != shape and (is_wanted(n.strip(), columns))]
    if len(set(schema.names)) != len(schema.names):
        raise FormatError("Two columns have the same name.", where=name, got=shorten(", ".join(schema.names)))
    rows = RowSet(names, clock, with_shapes=bool(shape))
    number = 0
    for batch in file.iter_batches(batch_size=_BATCH, columns=[*names, *([shape] if shape else [])], use_threads=False):
        columns_of = [_values(batch.column(n)) for n in names]
        shapes: list[Any] = [None] * batch.num_rows
        if shape and encoding == "WKB":
            shapes = _values(batch.column(shape))
        elif shape:
            shapes = native_shapes(batch.column(shape), encoding, clock, name)
        for i in range(batch.num_rows):
            number += 1
            wkb = shapes[i]
            why = "" if wkb is None or isinstance(wkb, bytes) else "geometry_malformed"
            rows.add(number, [c[i] for c in columns_of], wkb if not why else None, why)
    if not geo:
        report.note("The Parquet file has no shapes (no metadata called geo).")
    return rows.parsed("geoparquet", {"crs": system}, report)
