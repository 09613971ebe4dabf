"""The only door for untrusted bytes: sniff, refuse, read, check, report."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import replace

import numpy as np

from geo.errors import CahraError, FormatError
from layers.formats.archive import Archive
from layers.formats.choice import ANY, Choice
from layers.formats.limits import LOCAL, Clock, Door
from layers.formats.readers.delimited import Parsed, read_delimited
from layers.formats.readers.geometry import PURPOSES, accept
from layers.formats.sniff import READABLE, kind_of
from layers.formats.source import Source
from layers.formats.table import Report, Table, id_of, shorten, text_frame


def read(
    source: bytes | str | os.PathLike[str],
    name: str | None = None,
    *,
    purpose: str = "table",
    door: Door = LOCAL,
    columns: Collection[str] | None = None,
    areas_as_points: bool = False,
    swap: bool = False,
    choice: Choice = ANY,
) -> Table:
    r"""Rows of a foreign file as text, with shapes where it has any, and a report of what was met.

    Parameters
    ----------
    source
        The bytes, or a path to a regular file.
    name
        File name to be used in messages; by default that of the path.
    purpose
        What the rows are for: "table" (shapes optional), "points", "polygons", "lines", "raster", "xml". Rows whose
        shape does not serve the purpose are rejected by name; "table" rejects only shapes that cannot be built or lie
        off the globe.
    door
        The limits that hold: :data:`layers.formats.LOCAL` or :data:`layers.formats.UPLOAD`.
    columns
        Read only these columns (those that are there); None for all.
    areas_as_points
        With purpose "points": the user accepts a point inside a line or area for it.
    swap
        The user says that longitude and latitude of the shapes are swapped.
    choice
        Sheet, layer and header row that are meant, or how a header is known.

    Returns
    -------
    Table
        See :class:`layers.formats.Table`; ``accounting`` has read = accepted + rejected.

    Raises
    ------
    geo.errors.FormatError
        Bytes that are not what they say, of a format that is not read, or refused by name (docs/limits.md).
    geo.errors.LimitExceededError
        A named limit of the door was passed.
    geo.errors.InputError
        A path that cannot be opened.

    Examples
    --------
    >>> table = read(b"id;nom;lat;lon\n001;Boda;4,317;17,467\n", "sites.csv")
    >>> table.frame.loc[0].tolist(), table.row.tolist(), table.meta["delimiter"], table.accounting
    (['001', 'Boda', '4,317', '17,467'], [2], ';', {'read': 1, 'accepted': 1, 'rejected': 0})
    """
    if purpose not in PURPOSES:
        raise ValueError(f"purpose is one of {', '.join(PURPOSES)}, not {purpose!r}")
    opened = Source(source, name, door)
    clock = door.clock()
    report = Report(opened.name)
    try:
        parsed = _parse(opened, purpose, clock, report, columns, choice)
    except CahraError:
        raise
    except MemoryError:
        raise FormatError("The file needs more memory than there is.", where=opened.name) from None
    except Exception as fault:  # whatever a parser stumbles over is the file's fault, and one error for the user
        raise FormatError(
            "The file is damaged: its parser gave up.", where=opened.name, got=type(fault).__name__
        ) from fault
    frame, row, shapes = parsed.frame, parsed.row, parsed.geometry
    if shapes is not None and purpose not in ("raster", "xml"):
        at = id_of(list(frame.columns))
        ids = frame.iloc[:, at].tolist() if at is not None else [""] * len(frame)
        shapes, keep = accept(shapes, row, ids, purpose, report, clock, areas_as_points=areas_as_points, swap=swap)
        if not keep.all():
            frame, row, shapes = frame[keep].reset_index(drop=True), row[keep], shapes[keep]
    return Table(
        frame=frame,
        row=row,
        geometry=shapes,
        name=opened.name,
        sha256=opened.sha256,
        format=parsed.format,
        meta=parsed.meta,
        rejected=report.rejected(),
        notes=report.notes(),
        remarks=report.remarks,
        document=parsed.document,
        raster=parsed.raster,
        header=parsed.header,
        twice=parsed.twice,
    )


def _parse(
    source: Source, purpose: str, clock: Clock, report: Report, columns: Collection[str] | None, choice: Choice
) -> Parsed:
    kind = kind_of(source)
    if purpose in ("raster", "xml") and kind != {"raster": "geotiff", "xml": "xml"}[purpose]:
        expected = {"raster": "GeoTIFF", "xml": "XML"}[purpose]
        raise FormatError("The file is of another format.", where=source.name, expected=expected, got=kind)
    if kind == "text":
        return read_delimited(source, clock, report, columns, choice)
    if kind == "json":
        from layers.formats.readers.geojson import read_geojson

        return _converted(read_geojson(source, clock, report, columns), source, report, clock)
    if kind == "zip":
        return _parse_zip(source, clock, report, columns, choice)
    if kind == "xml":
        from layers.formats.readers.kml import read_document, read_kml

        if purpose == "xml":
            return read_document(source.data(), source.name, clock)
        return read_kml(source.data(), source.name, clock, report, columns, "kml")
    if kind == "geotiff":
        return _parse_raster(source, purpose, clock)
    from layers.formats.child_reply import parsed_reply
    from layers.formats.sandbox.process import run_child

    task = "geopackage" if kind == "gpkg" else kind
    plain = type(columns) in (set, frozenset, list, tuple, dict)  # other collections may know names by more spellings
    reply = run_child(task, source, clock, columns=sorted(columns) if columns is not None and plain else None)
    parsed = _converted(parsed_reply(reply, kind, report), source, report, clock)
    if columns is not None:
        parsed.frame = parsed.frame[[n for n in parsed.frame.columns if n in columns]]
    return parsed


def _parse_raster(source: Source, purpose: str, clock: Clock) -> Parsed:
    if purpose != "raster":
        raise FormatError("A raster has no rows.", where=source.name, expected=READABLE, got="GeoTIFF")
    from layers.formats.readers.raster import raster_facts

    facts = raster_facts(source, clock)
    bands = [str(b + 1) for b in range(facts.count)]
    frame = text_frame({"band": bands, "dtype": list(facts.dtypes)}, facts.count)
    row = np.arange(1, facts.count + 1, dtype=np.int64)
    return Parsed(frame, row, None, "geotiff", {"crs": facts.crs[:1000]}, raster=facts)


def _parse_zip(source: Source, clock: Clock, report: Report, columns: Collection[str] | None, choice: Choice) -> Parsed:
    office = source.suffix == "xlsx" or b"[Content_Types].xml" in source.head
    with Archive(source, clock, limit="office_members" if office else "members") as archive:
        return _parse_members(archive, source, clock, report, columns, choice)


def _parse_members(
    archive: Archive, source: Source, clock: Clock, report: Report, columns: Collection[str] | None, choice: Choice
) -> Parsed:
    if "xl/workbook.xml" in archive.members:
        from layers.formats.readers.excel import read_xlsx

        return read_xlsx(source, archive, clock, report, columns, choice)
    if source.suffix == "xlsx":
        raise FormatError("The file is no Excel workbook.", where=source.name, expected="xl/workbook.xml inside")
    clock.door.check("members", len(archive.members), source.name)
    if kmls := archive.ending(".kml"):
        from layers.formats.readers.kml import read_kml

        chosen = next((m for m in kmls if m.lower() == "doc.kml"), kmls[0])
        if len(kmls) > 1:
            report.note("Of {n} KML files in the archive one was read: {name}.", n=len(kmls), name=shorten(chosen))
        return read_kml(archive.read(chosen), source.name, clock, report, columns, "kmz")
    if not archive.ending(".shp") and len(inner := archive.ending(".csv", ".tsv", ".geojson", ".json")) == 1:
        within = Source(archive.read(inner[0]), inner[0], replace(clock.door, file_bytes=clock.door.unpacked_bytes))
        report.note("Read from the archive: {name}.", name=within.name)
        member, within.name = within.name, f"{source.name}/{within.name}"
        if kind_of(within) == "json":
            from layers.formats.readers.geojson import read_geojson

            parsed = _converted(read_geojson(within, clock, report, columns), source, report, clock)
        else:
            parsed = read_delimited(within, clock, report, columns, choice)
        parsed.meta["member"] = member
        return parsed
    from layers.formats.readers.shapefile import read_shapefile

    return read_shapefile(archive, source.name, clock, report, columns)


def _converted(parsed: Parsed, source: Source, report: Report, clock: Clock) -> Parsed:
    """Shapes in a named system other than WGS 84 are converted, and that is said."""
    system = parsed.meta.get("crs", "")
    if system and parsed.geometry is not None:
        from layers.formats.readers.projection import to_wgs84

        parsed.geometry, foreign = to_wgs84(parsed.geometry, system, source.name, clock)
        if foreign:
            report.note("The coordinates were converted from {system} to WGS 84.", system=foreign)
    return parsed


def check_rows(table: Table, limit: str, door: Door) -> None:
    """Raise :class:`geo.errors.LimitExceededError` when `table` has more rows than `limit` (sites, incidents)."""
    door.check(limit, len(table.frame), table.name)
