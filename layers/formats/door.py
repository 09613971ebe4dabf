"""The only door for untrusted bytes: sniff, refuse, read, check, report."""

from __future__ import annotations

import os
from collections.abc import Collection

from geo.errors import CahraError, FormatError
from layers.formats.delimited import Parsed, read_delimited
from layers.formats.geometry import PURPOSES, accept
from layers.formats.limits import LOCAL, Clock, Door
from layers.formats.sniff import READABLE, kind_of
from layers.formats.source import Source
from layers.formats.table import Report, Table, id_of


def read(
    source: bytes | str | os.PathLike[str],
    name: str | None = None,
    *,
    purpose: str = "table",
    door: Door = LOCAL,
    columns: Collection[str] | None = None,
    areas_as_points: bool = False,
    swap: bool = False,
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
        parsed = _parse(opened, purpose, clock, report, columns)
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
        shapes, keep = accept(shapes, row, ids, purpose, report, areas_as_points=areas_as_points, swap=swap)
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
    )


def _parse(source: Source, purpose: str, clock: Clock, report: Report, columns: Collection[str] | None) -> Parsed:
    kind = kind_of(source)
    if kind == "text":
        return read_delimited(source, clock, report, columns)
    if kind == "json":
        from layers.formats.geojson import read_geojson

        parsed = read_geojson(source, clock, report, columns)
        return _converted(parsed, source, report)
    if kind == "zip":
        return _parse_zip(source, clock, report, columns)
    raise FormatError("The format is not read for this purpose.", where=source.name, expected=READABLE, got=kind)


def _parse_zip(source: Source, clock: Clock, report: Report, columns: Collection[str] | None) -> Parsed:
    from layers.formats.archive import Archive

    office = source.suffix == "xlsx" or b"[Content_Types].xml" in source.head
    archive = Archive(source, clock, limit="office_members" if office else "members")
    if "xl/workbook.xml" in archive.members:
        from layers.formats.sheet import read_xlsx

        return read_xlsx(source, archive, clock, report, columns)
    if source.suffix == "xlsx":
        raise FormatError("The file is no Excel workbook.", where=source.name, expected="xl/workbook.xml inside")
    if archive.ending(".kml"):
        raise FormatError("The format is not read for this purpose.", where=source.name, expected=READABLE, got="KMZ")
    from layers.formats.shape import read_shapefile

    return read_shapefile(archive, source.name, clock, report, columns)


def _converted(parsed: Parsed, source: Source, report: Report) -> Parsed:
    """Shapes in a named system other than WGS 84 are converted, and that is said."""
    system = parsed.meta.get("crs", "")
    if system and parsed.geometry is not None:
        from layers.formats.projection import to_wgs84

        parsed.geometry, foreign = to_wgs84(parsed.geometry, system, source.name)
        if foreign:
            report.note(f"The coordinates were converted from {foreign} to WGS 84.")
    return parsed


def check_rows(table: Table, limit: str, door: Door) -> None:
    """Raise :class:`geo.errors.LimitExceededError` when `table` has more rows than `limit` (sites, incidents)."""
    door.check(limit, len(table.frame), table.name)
