"""Zipped shapefiles, by pyshp; every length in the files is checked against the bytes that are there first."""

from __future__ import annotations

import datetime as dt
import io
import math
import re
import struct
import warnings
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import numpy as np
import shapely

from geo.errors import FormatError
from geo.messages import Note
from layers.formats.alike import chosen
from layers.formats.archive import Archive
from layers.formats.choice import ANY, Choice, chosen_layer, layer_name
from layers.formats.limits import Clock
from layers.formats.readers.delimited import header_names, note_repeated_columns
from layers.formats.readers.geometry import geometry_array
from layers.formats.readers.projection import to_wgs84
from layers.formats.table import Columns, Parsed, Report, id_of, shorten

_RINGS_AT_EASE = 2000
_WHOLE = re.compile(r"[-+]?\d+", re.ASCII)
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?", re.ASCII)
_PARTS = (3, 5, 13, 15, 23, 25)
_LANGUAGE = {
    0x03: "cp1252",
    0x57: "cp1252",
    0x01: "cp437",
    0x02: "cp850",
    0x58: "cp1252",
    0x4D: "cp936",
    0xC8: "cp1250",
}
_CODEPAGE = {
    "UTF-8": "utf-8",
    "UTF8": "utf-8",
    "65001": "utf-8",
    "1252": "cp1252",
    "LATIN1": "latin-1",
    "88591": "latin-1",
}


def _walk(shp: bytes, clock: Clock, name: str) -> int:
    """Number of records of a .shp, every count in it checked; raises when one does not fit."""
    if len(shp) < 100 or shp[:4] != b"\x00\x00\x27\x0a":
        raise FormatError("The .shp is no shapefile.", where=name)
    at, count, vertices = 100, 0, 0
    length = 2 * struct.unpack_from(">i", shp, 24)[0]  # what stands behind it is no record
    shp = shp[:length] if 100 <= length < len(shp) else shp
    while at + 12 <= len(shp):
        words = struct.unpack_from(">i", shp, at + 4)[0]
        kind = struct.unpack_from("<i", shp, at + 8)[0]
        body, end = at + 8, at + 8 + 2 * words
        if words == 0 and not any(shp[at + 4 :]):
            break  # some writers pad the end with zeros
        if words < 2 or end > len(shp):
            raise FormatError(
                "A record of the .shp is longer than the file.", where=name, got=Note("record {n}", n=count + 1)
            )
        points, need = 1, 4
        if kind in _PARTS or kind == 31:
            if end - body < 44:
                raise FormatError("A record of the .shp is too short.", where=name, got=Note("record {n}", n=count + 1))
            parts, points = struct.unpack_from("<ii", shp, body + 36)
            need = 44 + (8 if kind == 31 else 4) * parts + 16 * points
            if parts < 0 or points < 0 or parts > points + 1:
                raise FormatError(
                    "A record of the .shp has impossible counts.", where=name, got=Note("record {n}", n=count + 1)
                )
        elif kind in (8, 18, 28):
            points = struct.unpack_from("<i", shp, body + 36)[0] if end - body >= 40 else -1
            need = 40 + 16 * points if points >= 0 else end - body + 1
        elif kind in (1, 11, 21):
            need = 20
        elif kind != 0:
            raise FormatError(
                "A record of the .shp has an unknown type.", where=name, got=Note("type {type}", type=str(kind))
            )
        if need > end - body:
            raise FormatError("A record of the .shp is too short.", where=name, got=Note("record {n}", n=count + 1))
        vertices += points
        clock.gateway.check("vertices", vertices, name)
        at, count = end, count + 1
    if any(shp[at:]):
        raise FormatError(
            "A record of the .shp is longer than the file.", where=name, got=Note("record {n}", n=count + 1)
        )
    return count


def _fields(dbf: bytes, clock: Clock, name: str) -> tuple[int, int, int]:
    """Records, header length and record length of a .dbf, checked against its size."""
    if len(dbf) < 33:
        raise FormatError("The .dbf is too short.", where=name)
    records, header, length = struct.unpack_from("<IHH", dbf, 4)
    if length < 1 or header < 33 or header > len(dbf) or header + records * length > len(dbf) + 1:
        raise FormatError(
            "The .dbf is shorter than it says.",
            where=name,
            expected=Note("{n} byte{n?|s}", n=header + records * length),
            got=Note("{n} byte{n?|s}", n=len(dbf)),
        )
    fields = (header - 33) // 32
    clock.gateway.check("columns", fields, name)
    clock.gateway.check("rows", records, name)
    clock.gateway.check("cells", fields * records, name)
    return records, header, length


def _encoding(dbf: bytes, cpg: bytes | None, start: int) -> tuple[str, str]:
    """Encoding of the .dbf, and where it is known from."""
    if cpg is not None:
        stated = cpg.decode("ascii", "replace").strip().upper().replace("ISO", "").replace("-", "").replace(" ", "")
        stated = stated.removeprefix("CP").removeprefix("WINDOWS").removeprefix("ANSI")
        known = _CODEPAGE.get(stated) or (f"cp{stated}" if stated.isdigit() else "")
        try:
            b"".decode(known or "no such")
        except LookupError:
            known = ""
        if known:
            return known, "cpg"
    try:
        dbf[start:].decode("utf-8")
    except UnicodeDecodeError:
        return _LANGUAGE.get(dbf[29], "cp1252"), "guessed"
    return "utf-8", "utf-8 throughout"


def read_shapefile(
    archive: Archive, name: str, clock: Clock, report: Report, columns: Collection[str] | None, choice: Choice = ANY
) -> Parsed:
    """Records of one shapefile of a zip archive, in whatever sub-folder it lies; the first unless another is meant."""
    import shapefile

    # once and for all, since filters are shared by threads: what pyshp remarks on is said in the report
    warnings.filterwarnings("ignore", module="shapefile")
    shapes_there = sorted(archive.ending(".shp"))
    if not shapes_there:
        raise FormatError(
            "The archive holds no shapefile.",
            where=name,
            expected="one .shp with its .shx, .dbf and .prj",
            got=", ".join(shorten(m) for m in list(archive.members)[:5]),
        )
    stem = chosen_layer(shapes_there, choice.layer, name, report)[:-4]
    parts = {m[len(stem) + 1 :].lower(): m for m in archive.members if m.startswith(stem + ".")}
    shp = archive.read(parts["shp"])
    dbf = archive.read(parts["dbf"]) if "dbf" in parts else None
    prj = archive.read(parts["prj"]).decode("utf-8", "replace") if "prj" in parts else ""
    cpg = archive.read(parts["cpg"]) if "cpg" in parts else None
    count = _walk(shp, clock, name)
    clock.gateway.check("rows", count, name)
    meta = {"layer": stem.rsplit("/", 1)[-1], "crs": ""}
    records: list[list[str]] = []
    names: list[str] = []
    if dbf is None:
        report.note("The shapefile has no .dbf: shapes without attributes.")
    else:
        total, start, length = _fields(dbf, clock, name)
        meta["encoding"], known = _encoding(dbf, cpg, start)
        if known == "guessed":
            report.note(
                "The .dbf names no encoding and is not UTF-8; it was read as {encoding}.", encoding=meta["encoding"]
            )
        with shapefile.Reader(dbf=io.BytesIO(dbf), encoding=meta["encoding"], encodingErrors="replace") as table:
            kinds = [(str(f[0]).strip(), str(f[1]), int(f[2])) for f in table.fields if f[0] != "DeletionFlag"]
        names = [field for field, _, _ in kinds]
        rows = (dbf[start + i * length : start + (i + 1) * length] for i in range(total))
        records = [_cells(row, kinds, meta["encoding"]) for row in _watched(rows, clock, name)]
    names, twice = header_names(names, name) if names else ([], {})
    note_repeated_columns(twice, report)
    stated = 2 * struct.unpack_from(">i", shp, 24)[0]
    if stated != len(shp):
        report.note(
            "The .shp says that it has {said} byte{said?|s} and has {held}; what is whole was read.",
            said=stated,
            held=len(shp),
        )
        shp = shp[:24] + struct.pack(">i", len(shp) // 2) + shp[28:]
    with shapefile.Reader(shp=io.BytesIO(shp)) as reader:
        shapes = _shapes(reader, count, clock, report)
    parsed = _together(
        names,
        records,
        shapes,
        prj,
        meta,
        name,
        report,
        columns,
        clock,
        with_table=dbf is not None,
        twice=twice,
    )
    parsed.layers = tuple(map(layer_name, shapes_there))
    return parsed


def _watched(rows: Iterable[bytes], clock: Clock, name: str) -> Iterator[bytes]:
    for i, row in enumerate(rows):
        if not i % 5000:
            clock.check(name)
        yield row


def _cells(row: bytes, kinds: list[tuple[str, str, int]], encoding: str) -> list[str]:
    """The cells of a record as text; none for one that is marked as deleted, or as nothing known."""
    if row[:1] != b" ":
        return []
    at, out = 1, []
    for _, kind, size in kinds:
        out.append(_cell(row[at : at + size], kind, encoding))
        at += size
    return out


def _cell(raw: bytes, kind: str, encoding: str) -> str:
    r"""The text of one cell; what is no number, date or truth stays as it stands, so that it is noticed.

    Examples
    --------
    >>> [_cell(raw, "N", "ascii") for raw in (b"  007", b"  1.50", b"****", b" 1e3", b"inf", b" many")]
    ['7', '1.5', '', '1000.0', 'inf', 'many']
    >>> _cell(b"20200229", "D", "ascii"), _cell(b"20200230", "D", "ascii"), _cell(b"T", "L", "ascii")
    ('2020-02-29', '20200230', 'true')
    """
    text = raw.decode(encoding, "replace").strip("\x00").strip()
    text = text.partition("\x00")[0].strip() if kind in "NFDL" else text
    if kind in "NF":
        if not text.strip("*"):
            return ""
        if _WHOLE.fullmatch(text):
            return str(int(text)) if len(text) < 30 else text
        return repr(float(text)) if _NUMBER.fullmatch(text) and math.isfinite(float(text)) else text
    if kind == "D":
        if not text.strip("0"):
            return ""
        try:
            return dt.datetime.strptime(text, "%Y%m%d").date().isoformat() if len(text) == 8 else text
        except ValueError:
            return text
    if kind == "L":
        return {"T": "true", "Y": "true", "1": "true", "F": "false", "N": "false", "0": "false", "?": ""}.get(
            text.upper(), text
        )
    return text


def _shapes(reader: Any, count: int, clock: Clock, report: Report) -> list[Any]:
    out: list[Any] = []
    for i, shape in enumerate(reader.iterShapes()):
        if i >= count:
            break
        if not i % 1000:
            clock.check(report.name)
        try:
            out.append(_shape(shape, i + 1, report))
        except (shapely.errors.ShapelyError, ValueError, IndexError, TypeError, KeyError) as fault:
            out.append(fault)
    return out


def _shape(shape: Any, row: int, report: Report) -> Any:
    """One shapely geometry; Z and M are dropped with a remark."""
    if shape.shapeType == 0:
        return None
    if shape.shapeType in (11, 13, 15, 18, 21, 23, 25, 28, 31):
        report.remark("height_dropped", [row])
    if shape.shapeType in (5, 15, 25):
        _count_rings(shape)
        ends = [*list(shape.parts)[1:], len(shape.points)]
        rings = zip(shape.parts, ends, strict=True)
        if any(b > a and shape.points[a][:2] != shape.points[b - 1][:2] for a, b in rings):
            report.remark("ring_unclosed", [row])
    made = shapely.geometry.shape(shape.__geo_interface__)
    return shapely.force_2d(made)


def _count_rings(shape: Any) -> None:
    """Raise ValueError when giving holes to rings, which pyshp does pair by pair, would take minutes."""
    points = np.asarray([p[:2] for p in shape.points], dtype=np.float64).reshape(-1, 2)
    parts = np.asarray(shape.parts, dtype=np.int64)
    if len(parts) < _RINGS_AT_EASE or not len(points):
        return
    x, y = points[:, 0], points[:, 1]
    twice = x * np.roll(y, -1) - np.roll(x, -1) * y
    areas = np.add.reduceat(twice, np.clip(parts, 0, len(points) - 1))
    holes = int((areas > 0).sum())
    if holes * (len(parts) - holes) > _RINGS_AT_EASE**2:
        raise ValueError("too many rings")


def _together(
    names: list[str],
    records: list[list[str]],
    shapes: list[Any],
    prj: str,
    meta: dict[str, str],
    name: str,
    report: Report,
    columns: Collection[str] | None,
    clock: Clock,
    *,
    with_table: bool,
    twice: dict[str, tuple[str, ...]],
) -> Parsed:
    most = clock.gateway.cell_characters
    if not with_table:
        records = [[] for _ in shapes]
    longest = max(len(shapes), len(records))
    id_at = id_of(names)
    keep = []
    for i in range(longest):
        row_id = records[i][id_at] if id_at is not None and i < len(records) and records[i] else ""
        if i >= len(shapes) or i >= len(records):
            report.reject(i + 1, "record_without_shape", id=row_id)
        elif with_table and not records[i]:
            report.reject(i + 1, "record_deleted")
        elif any(len(text) > most for text in records[i]):
            report.reject(i + 1, "cell_too_long", id=row_id, expected=f"{most} characters at most")
        elif isinstance(shapes[i], Exception):
            report.reject(i + 1, "geometry_malformed", id=row_id, got=type(shapes[i]).__name__)
        else:
            keep.append(i)
    made = geometry_array([shapes[i] for i in keep])
    if prj:
        made, foreign = to_wgs84(made, prj, name, clock)
        if foreign:
            meta["crs"] = foreign
            report.note("The coordinates were converted from {system} to WGS 84.", system=foreign)
    else:
        report.note("The shapefile has no .prj: its coordinates are taken for degrees of WGS 84.")
    wanted = chosen(names, twice, columns)
    table = Columns({names[j]: [records[i][j] for i in keep] for j in wanted}, len(keep))
    row = np.asarray([i + 1 for i in keep], dtype=np.int64)
    return Parsed(table, row, made, "shapefile", longest, meta, twice=twice)
