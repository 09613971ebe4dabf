"""GeoPackage with SQLite alone: plain tables only, an authorizer that allows nothing but reading them."""

from __future__ import annotations

import re
import sqlite3
import struct
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

import shapely

from geo.errors import FormatError
from geo.messages import Note
from layers.formats.alike import is_wanted
from layers.formats.choice import ANY, Choice, chosen_layer
from layers.formats.limits import Clock
from layers.formats.readers.child_rows import UNREADABLE, RowSet
from layers.formats.row_ids import shorten
from layers.formats.source import Source
from layers.formats.table import Parsed, Report

_ENVELOPES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
_SYSTEM = ("sqlite_master", "sqlite_schema", "gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys")
_APPLICATION_IDS = (b"GPKG", b"GP10", b"GP11", b"\x00\x00\x00\x00")
# The spatial index that every GeoPackage from GDAL or QGIS carries, by the standard's own names and words. It is never
# opened here and its triggers never fire, since nothing is written; anything that differs is refused.
_INDEX = re.compile(
    r'CREATE VIRTUAL TABLE "?(rtree_[^"\s]+)"? USING rtree\s*\(\s*id\s*,\s*minx\s*,\s*maxx\s*,\s*miny\s*,\s*maxy\s*\)',
    re.IGNORECASE,
)
_TRIGGER = re.compile(
    r"rtree_.+_(?:insert|update[1-7]?|delete)|trigger_(?:insert|delete)_feature_count_.+"
    r"|gpkg_(?:tile_matrix|metadata|metadata_reference)_\w+_(?:insert|update)",
    re.IGNORECASE | re.DOTALL,
)
_TRIGGER_STEP = re.compile(
    r"(?:INSERT(?: OR REPLACE)? INTO|DELETE FROM|UPDATE(?: OR REPLACE)?) \"?(?:rtree_|gpkg_ogr_contents\b)"
    r"|SELECT RAISE\s*\(ABORT\b",
    re.IGNORECASE,
)


def _is_standard_trigger(name: str, sql: str) -> bool:
    """True for the triggers that the standard and GDAL put beside an index: by name, and by every step they take."""
    body = re.search(r"\bBEGIN\b(.*)\bEND\b", sql, re.IGNORECASE | re.DOTALL)
    steps = [s.strip() for s in body[1].split(";")] if body else []
    return bool(_TRIGGER.fullmatch(name)) and any(steps) and all(_TRIGGER_STEP.match(s) for s in steps if s)


def quoted(name: str) -> str:
    """An SQL identifier.

    Examples
    --------
    >>> quoted('a"b')
    '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'


def _open(given: bytes | Path, clock: Clock) -> sqlite3.Connection:
    if isinstance(given, Path):
        connection = sqlite3.connect(f"{given.as_uri()}?mode=ro&immutable=1", uri=True)
    else:
        connection = sqlite3.connect(":memory:")
        # a copy made while QGIS had it open is in write-ahead mode, which a database in memory cannot be
        connection.deserialize(given[:18] + b"\x01\x01" + given[20:] if _in_use(given) else given)
    for pragma in ("trusted_schema = OFF", "query_only = ON", "cell_size_check = ON", "mmap_size = 0"):
        connection.execute(f"PRAGMA {pragma}").close()
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, min(clock.gateway.unpacked_bytes, 1_000_000_000))
    connection.setlimit(sqlite3.SQLITE_LIMIT_COLUMN, max(clock.gateway.columns, 32))
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.setlimit(sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH, 1)
    end = time.monotonic() + clock.left()
    connection.set_progress_handler(lambda: int(time.monotonic() > end), 20_000)
    return connection


def _in_use(given: bytes | Path) -> bool:
    """True for a database in write-ahead mode: changes may stand in a side file that is not read."""
    if isinstance(given, bytes):
        return given[18:20] == b"\x02\x02"
    with given.open("rb") as stream:
        return stream.read(20)[18:20] == b"\x02\x02"


def _check_schema(connection: sqlite3.Connection) -> None:
    for kind, name, sql in connection.execute("SELECT type, name, sql FROM sqlite_master"):
        text = str(sql or "")
        if kind == "view":
            raise _refused(Note("a view"), name)
        if kind == "trigger" and not _is_standard_trigger(str(name), text):
            raise _refused(Note("a trigger of its own"), name)
        if re.match(r"\s*CREATE\s+VIRTUAL", text, re.IGNORECASE) and not _INDEX.fullmatch(text.strip()):
            raise _refused(Note("a virtual table"), name)
        if kind == "table" and re.search(r"GENERATED\s+ALWAYS|\bAS\s*\(", text, re.IGNORECASE):
            raise _refused(Note("a computed column"), name)


def _refused(thing: str, name: str) -> FormatError:
    return FormatError(
        "The GeoPackage is refused: it holds {thing}.",
        expected="plain tables",
        got=shorten(str(name)),
        remedy="Export the layer to a new GeoPackage.",
        thing=thing,
    )


def _allow_only(tables: Collection[str]) -> Any:
    allowed = {t.casefold() for t in tables}

    def decide(action: int, first: str | None, second: str | None, *_: str | None) -> int:
        if action == sqlite3.SQLITE_SELECT:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ and (first or "").casefold() in allowed:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_PRAGMA and first == "table_info":
            return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_DENY

    return decide


def read_geopackage(
    source: Source, clock: Clock, report: Report, columns: Collection[str] | None, choice: Choice = ANY
) -> Parsed:
    """Rows of one layer of features (else of attributes), the first unless another is meant; runs in the child."""
    given, name = source.path or source.data(), source.name
    connection = _open(given, clock)
    try:
        connection.set_authorizer(_allow_only(_SYSTEM))
        _check_schema(connection)
        layers = connection.execute(
            "SELECT table_name, data_type FROM gpkg_contents WHERE data_type IN ('features', 'attributes')"
        ).fetchmany(1000)
        features = [t for t, kind in layers if kind == "features"] or [t for t, _ in layers]
        if not features:
            raise FormatError("The GeoPackage has no layer of features.", where=name)
        layer = chosen_layer(list(map(str, features)), choice.layer, name, report)
        real = connection.execute(
            "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (layer,)
        ).fetchone()
        if real is None or str(real[0]).lstrip().upper().startswith("CREATE VIRTUAL"):
            raise FormatError("The layer is no plain table.", where=name, got=shorten(layer))
        shape = connection.execute(
            "SELECT column_name, srs_id FROM gpkg_geometry_columns WHERE table_name = ?", (layer,)
        ).fetchone()
        system = _system(connection, shape[1]) if shape else ""
        connection.set_authorizer(_allow_only((layer, "sqlite_master")))
        rows = _rows(connection, layer, str(shape[0]) if shape else "", clock, columns)
    except sqlite3.OperationalError as fault:
        if "interrupted" in str(fault):
            clock.gateway.check("seconds", clock.gateway.seconds + 1, name)
        raise FormatError("The GeoPackage is damaged.", where=name, got=shorten(str(fault))) from None
    except sqlite3.Error as fault:
        raise FormatError("The GeoPackage is damaged.", where=name, got=shorten(str(fault))) from None
    except UnicodeDecodeError:
        raise FormatError("A text of the GeoPackage is not UTF-8.", where=name) from None
    finally:
        connection.close()
    if _in_use(given):
        report.note("The GeoPackage was copied while in use; changes in its side file (-wal) were not read.")
    parsed = rows.parsed("gpkg", {"layer": layer, "crs": system}, report)
    parsed.layers = tuple(map(str, features))
    return parsed


def _system(connection: sqlite3.Connection, srs_id: Any) -> str:
    if srs_id in (4326, 0, -1):
        return "" if srs_id == 4326 else "undefined"
    found = connection.execute(
        "SELECT organization, organization_coordsys_id FROM gpkg_spatial_ref_sys WHERE srs_id = ?", (srs_id,)
    ).fetchone()
    if found and str(found[0]).upper() == "EPSG" and isinstance(found[1], int):
        return f"EPSG:{found[1]}"
    raise FormatError("The coordinate reference system is not known.", expected="an EPSG code", got=shorten(str(found)))


def _rows(
    connection: sqlite3.Connection, layer: str, shape: str, clock: Clock, columns: Collection[str] | None
) -> RowSet:
    info = connection.execute(f"PRAGMA table_info({quoted(layer)})").fetchall()
    keys = [str(i[1]) for i in info if i[5] and str(i[2]).upper() == "INTEGER"]
    names = [str(i[1]) for i in info if str(i[1]) != shape and str(i[1]) not in keys]
    if not names:
        names = keys
    true_false = {str(i[1]) for i in info if str(i[2]).upper() == "BOOLEAN"}
    names = [n for n in names if is_wanted(n.strip(), columns)]
    clock.gateway.check("columns", len(info))
    rows = RowSet(names, clock, with_shapes=bool(shape))
    chosen = [quoted(n) for n in names] + ([quoted(shape)] if shape else [])
    query = f"SELECT {', '.join(chosen or ['rowid'])} FROM {quoted(layer)}"  # noqa: S608  (names are quoted)
    flags = [n in true_false for n in names]
    connection.text_factory = _text
    for number, record in enumerate(connection.execute(query), start=1):
        cells = [
            ("true" if value else "false") if flag and value in (0, 1) else value
            for value, flag in zip(record, flags, strict=False)
        ]
        if not shape:
            rows.add(number, cells)
            continue
        wkb, why = _wkb(record[len(names)])
        rows.add(number, cells, wkb, why)
    return rows


def _text(data: bytes) -> Any:
    """Text of UTF-8, or what stands for a cell that cannot be read."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return UNREADABLE


def _wkb(blob: Any) -> tuple[bytes | None, str]:
    """The WKB inside a GeoPackage geometry, None for none, and why it cannot be read."""
    if blob is None:
        return None, ""
    if not isinstance(blob, bytes) or len(blob) < 8 or blob[:2] != b"GP":
        return None, "geometry_malformed"
    flags = blob[3]
    if flags & 0x20 or (flags >> 1 & 7) not in _ENVELOPES:
        return None, "geometry_unknown_type"
    body = blob[8 + _ENVELOPES[flags >> 1 & 7] :]
    return (body, "") if len(body) >= 5 else (None, "geometry_malformed")


def geometry_blob(shape: Any, srs_id: int = 4326) -> bytes | None:
    """A GeoPackage geometry (little endian, with envelope) of a shapely geometry."""
    if shape is None:
        return None
    wkb: bytes = shapely.to_wkb(shape, byte_order=1, include_srid=False)
    if shapely.is_empty(shape):
        return b"GP\x00" + bytes([0b10001]) + struct.pack("<i", srs_id) + wkb
    west, south, east, north = shapely.bounds(shape).tolist()
    return b"GP\x00" + bytes([0b0011]) + struct.pack("<i4d", srs_id, west, east, south, north) + wkb
