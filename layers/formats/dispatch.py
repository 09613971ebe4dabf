"""The only gateway for untrusted bytes: sniff, refuse, read, check, report."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.errors import CahraError, FormatError
from geo.messages import Note
from layers.child_process import AT_HAND
from layers.formats.alike import alike, twice_with_alike, with_codes
from layers.formats.archive import Archive
from layers.formats.choice import ANY, Choice, chosen_layer, layer_name
from layers.formats.gzip_file import ungzipped
from layers.formats.limits import LOCAL, Clock, Gateway
from layers.formats.readers.delimited import read_delimited
from layers.formats.readers.geometry import PURPOSES, accept
from layers.formats.sniff import READABLE, kind_of
from layers.formats.source import Source
from layers.formats.spelled import Spelled
from layers.formats.table import Columns, Parsed, Report, Table, shorten

if TYPE_CHECKING:
    import pandas as pd


def read(
    source: bytes | str | os.PathLike[str],
    name: str | None = None,
    *,
    purpose: str = "table",
    gateway: Gateway = LOCAL,
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
        What the rows are for: "table" (shapes optional), "points", "polygons", "lines", "raster". Rows whose
        shape does not serve the purpose are rejected by name; "table" rejects only shapes that cannot be built or lie
        off the globe.
    gateway
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
        A named limit of the gateway was passed.
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
    opened = Source(source, name, gateway)
    clock = gateway.clock()
    use = RowUse(purpose, columns, choice, areas_as_points=areas_as_points, swap=swap)
    kind = kind_of(opened)
    if purpose == "raster" and kind != "geotiff":
        raise FormatError("The file is of another format.", where=opened.name, expected="GeoTIFF", got=kind)
    if kind == "geotiff":
        return _raster(opened, purpose, clock)
    if kind in ("text", "json") and (opened.size <= AT_HAND or (kind == "text" and gateway.name == LOCAL.name)):
        report = Report(opened.name, gateway)
        parsed = read_here(opened, clock, report, use)
        return _table(parsed, opened, report.rejected(), report.notes(), report.remarks)
    from layers.formats.child_reply import unpacked_table
    from layers.formats.sandbox.process import run_child

    reply = run_child("read", opened, clock, **use.as_record())
    try:
        parsed, rejected, notes, remarks = unpacked_table(reply, opened.name, purpose)
        if columns is not None:  # collections of other types know names by more spellings than a child is told
            again = {later for name, others in parsed.twice.items() if name in columns for later in others}
            parsed.table = parsed.table.subset([n for n in parsed.table.names if n in columns or n in again])
        return _table(parsed, opened, rejected, notes, remarks)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as fault:
        if isinstance(fault, CahraError):
            raise
        raise FormatError("The file is damaged: its parser gave up.", where=opened.name) from None


@dataclass(frozen=True)
class RowUse:
    """What the rows are for, and what the user said of them; see :func:`read`."""

    purpose: str
    columns: Collection[str] | None
    choice: Choice = ANY
    areas_as_points: bool = False
    swap: bool = False

    def as_record(self) -> dict[str, Any]:
        """The same as plain JSON, for a process that parses."""
        plain = type(self.columns) in (set, frozenset, list, tuple, dict, Spelled)
        return {
            "purpose": self.purpose,
            "columns": sorted(self.columns) if self.columns is not None and plain else None,
            "spelled": isinstance(self.columns, Spelled),
            "choice": self.choice.as_record(),
            "areas_as_points": self.areas_as_points,
            "swap": self.swap,
        }

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> RowUse:
        """The inverse of :meth:`as_record`."""
        names = record["columns"]
        chosen: Collection[str] | None = names if names is None else (Spelled if record["spelled"] else set)(names)
        choice = Choice.from_record(record["choice"])
        return cls(record["purpose"], chosen, choice, areas_as_points=record["areas_as_points"], swap=record["swap"])


def read_here(source: Source, clock: Clock, report: Report, use: RowUse) -> Parsed:
    """The rows of `source` in this very process, checked for what they are to serve; as a child does."""
    try:
        parsed = _parse(source, clock, report, use.columns, use.choice)
    except CahraError:
        raise
    except MemoryError:
        raise clock.gateway.exhausted(source.name) from None
    except Exception as fault:  # whatever a parser stumbles over is the file's fault, and one error for the user
        raise FormatError(
            "The file is damaged: its parser gave up.", where=source.name, got=type(fault).__name__
        ) from fault
    _note_alike(parsed, report)
    if use.swap:
        report.note("Longitude and latitude are exchanged, as asked.")
    if parsed.geometry is not None:
        turn = {"areas_as_points": use.areas_as_points, "swap": use.swap}
        shapes, keep = accept(parsed.geometry, parsed.row, parsed.table.ids(), use.purpose, report, clock, **turn)
        parsed.geometry = shapes
        if not keep.all():
            parsed.table, parsed.row, parsed.geometry = parsed.table.where(keep), parsed.row[keep], shapes[keep]
    if parsed.read != len(parsed.table) + len(report.turned_down):
        raise FormatError(
            "Rows of the file were lost while it was read.",
            where=source.name,
            expected=Note("{n} row{n?|s}", n=parsed.read),
            got=Note("{n} row{n?|s}", n=len(parsed.table) + len(report.turned_down)),
            remedy="Save the file anew with another program.",
        )
    return parsed


def _note_alike(parsed: Parsed, report: Report) -> None:
    """Note columns and ids that a person takes for the same; such columns are refused where they are needed."""
    parsed.twice = twice_with_alike(parsed.table.names, parsed.twice)
    if columns := alike(parsed.table.names):
        report.note(
            "Columns are alike but for case, accents or marks that do not show: {names}.", names=_shown(columns)
        )
    if ids := alike(parsed.table.ids()):
        report.note(
            "{n} id{n?|s} {n?is|are} alike but for case, accents or marks that do not show: {names}.",
            n=sum(map(len, ids)),
            names=_shown(ids),
        )


def _shown(groups: list[tuple[str, ...]]) -> str:
    """Groups of texts of one look."""
    return "; ".join(" = ".join(with_codes(text)[:40] for text in group[:3]) for group in groups[:5])


def _table(
    parsed: Parsed, source: Source, rejected: pd.DataFrame, notes: list[str], remarks: dict[str, list[int]]
) -> Table:
    return Table(
        frame=parsed.table.frame(),
        row=parsed.row,
        geometry=parsed.geometry,
        name=source.name,
        sha256=source.sha256,
        format=parsed.format,
        meta=parsed.meta,
        rejected=rejected,
        notes=notes,
        remarks=remarks,
        read=parsed.read,
        raster=parsed.raster,
        header=parsed.header,
        twice=parsed.twice,
        layers=parsed.layers,
        size=source.size,
    )


def _parse(source: Source, clock: Clock, report: Report, columns: Collection[str] | None, choice: Choice) -> Parsed:
    kind = kind_of(source)
    if kind == "text":
        return read_delimited(source, clock, report, columns, choice)
    if kind == "json":
        from layers.formats.readers.geojson import read_geojson

        return _converted(read_geojson(source, clock, report, columns, choice), source, report, clock)
    if kind == "gzip":
        within = ungzipped(source, clock)
        if kind_of(within) in ("zip", "gzip", "geotiff"):
            raise FormatError("The archive is refused: {thing}.", where=source.name, thing=Note("a member is no table"))
        member, within.name = within.name, f"{source.name}/{within.name}"
        parsed = _parse(within, clock, report, columns, choice)
        report.note("Read from the archive: {name}.", name=member)
        parsed.meta["member"] = member
        return parsed
    if kind == "zip":
        office = source.suffix == "xlsx" or b"[Content_Types].xml" in source.head
        with Archive(source, clock, limit="office_members" if office else "members") as archive:
            return _parse_members(archive, source, clock, report, columns, choice)
    if kind == "xml":
        from layers.formats.readers.kml import read_kml

        return read_kml(source.data(), source.name, clock, report, columns, "kml")
    if kind == "gpkg":
        from layers.formats.readers.geopackage import read_geopackage

        return _converted(read_geopackage(source, clock, report, columns, choice), source, report, clock)
    from layers.formats.readers.geoparquet import read_geoparquet

    return _converted(read_geoparquet(source, clock, report, columns), source, report, clock)


def _raster(source: Source, purpose: str, clock: Clock) -> Table:
    if purpose != "raster":
        raise FormatError("A raster has no rows.", where=source.name, expected=READABLE, got="GeoTIFF")
    from layers.formats.readers.raster import raster_facts

    facts = raster_facts(source, clock)
    bands = Columns({"band": [str(b + 1) for b in range(facts.count)], "dtype": list(facts.dtypes)}, facts.count)
    row = np.arange(1, facts.count + 1, dtype=np.int64)
    parsed = Parsed(bands, row, None, "geotiff", facts.count, {"crs": facts.crs[:1000]}, raster=facts)
    report = Report(source.name)
    return _table(parsed, source, report.rejected(), report.notes(), report.remarks)


def _parse_members(
    archive: Archive, source: Source, clock: Clock, report: Report, columns: Collection[str] | None, choice: Choice
) -> Parsed:
    if "xl/workbook.xml" in archive.members:
        from layers.formats.readers.excel import read_xlsx

        return read_xlsx(source, archive, clock, report, columns, choice)
    if source.suffix == "xlsx":
        raise FormatError("The file is no Excel workbook.", where=source.name, expected="xl/workbook.xml inside")
    clock.gateway.check("members", len(archive.members), source.name)
    if kmls := archive.ending(".kml"):
        from layers.formats.readers.kml import read_kml

        chosen = next((m for m in kmls if m.lower() == "doc.kml"), kmls[0])
        if len(kmls) > 1:
            report.note("Of {n} KML files in the archive one was read: {name}.", n=len(kmls), name=shorten(chosen))
        return read_kml(archive.read(chosen), source.name, clock, report, columns, "kmz")
    if not archive.ending(".shp") and (inner := sorted(archive.ending(".csv", ".tsv", ".geojson", ".json"))):
        wanted = chosen_layer(inner, choice.layer, source.name, report)
        within = Source(archive.read(wanted), wanted, replace(clock.gateway, file_bytes=clock.gateway.unpacked_bytes))
        report.note("Read from the archive: {name}.", name=within.name)
        member, within.name = within.name, f"{source.name}/{within.name}"
        if kind_of(within) == "json":
            from layers.formats.readers.geojson import read_geojson

            parsed = _converted(read_geojson(within, clock, report, columns, choice), source, report, clock)
        else:
            parsed = read_delimited(within, clock, report, columns, choice)
        parsed.meta |= {"member": member, "layer": layer_name(wanted)}
        parsed.layers = tuple(map(layer_name, inner))
        return parsed
    from layers.formats.readers.shapefile import read_shapefile

    return read_shapefile(archive, source.name, clock, report, columns, choice)


def _converted(parsed: Parsed, source: Source, report: Report, clock: Clock) -> Parsed:
    """Shapes in a named system other than WGS 84 are converted, and that is said."""
    system = parsed.meta.get("crs", "")
    if system and parsed.geometry is not None:
        from layers.formats.readers.projection import to_wgs84

        parsed.geometry, foreign = to_wgs84(parsed.geometry, system, source.name, clock)
        if foreign:
            report.note("The coordinates were converted from {system} to WGS 84.", system=foreign)
    return parsed


def check_rows(table: Table, limit: str, gateway: Gateway) -> None:
    """Raise :class:`geo.errors.LimitExceededError` when `table` has more rows than `limit` (sites, incidents)."""
    gateway.check(limit, len(table.frame), table.name)
