"""Programmes of donors: CSV, XLSX and polygon files through the gateway, and IATI activities, to one schema.

Columns of a table: `programme_id, iati_identifier, title, donor, implementer, coordination_body, type, start, end,
country, lat, lon, radius_km` or `geometry` (WKT, or the file's own shapes) or `admin_code` (a code or a name)`,
location_precision, budget, currency, source`; other spellings are in data/column_names.csv. Several rows of one id are
one programme at several places. What is missing is remarked and the programme kept; what is wrong (unreadable, end
before start) is rejected with its reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from geo.errors import FormatError, InputError
from geo.messages import Note
from geo.programmes.schema import Programmes, concatenate, rows_of
from geo.schema import REJECTED
from jobs.inputs import Source as Given
from jobs.programmes.collector import Collector, Row, money
from jobs.programmes.family import Family
from jobs.programmes.iati import Activity
from jobs.programmes.iati_stream import Activities
from jobs.programmes.table_reader import normalise_programmes
from jobs.programmes.types import TypeMap, type_map
from layers.formats import LOCAL, Gateway, read
from layers.formats.sniff import root_of
from layers.formats.source import Source
from layers.formats.values.ids import id_key
from layers.sources.column_words import header_words
from layers.sources.layer import Fields, Layer, version_of
from layers.sources.read_options import NOTHING, ReadOptions, Wishes
from layers.sources.reader_in_child import in_child


@dataclass
class ProgrammeLayer(Layer):
    """One file of programmes; `programmes` holds the same frame with its places and remarks.

    `about` is what the run record says of it beside its hash.
    """

    programmes: Programmes = field(default_factory=Programmes)
    about: tuple[tuple[str, str], ...] = ()


@in_child
def read_programmes(
    source: bytes | Path,
    name: str | None = None,
    *,
    gateway: Gateway = LOCAL,
    types: TypeMap | None = None,
    options: ReadOptions = NOTHING,
) -> ProgrammeLayer:
    """One file of programmes; bytes that begin as XML and speak of IATI are read as activities.

    Parameters
    ----------
    source, name, gateway
        A path or the bytes themselves, the file's own name (a path has one), and which limits hold.
    types
        What leads to which programme type; by default the table of the project.
    options
        What the user says of the file.

    Raises
    ------
    geo.errors.InputError
        A column is missing, or nothing in the file can be used.
    geo.errors.FormatError
        The file is no readable format, or declares a document type.
    """
    types = types or type_map()
    opened = Source(source, name, gateway)
    if is_iati(opened):
        return _read_iati(opened, gateway, types)
    choice = options.choice(header_words("programmes", ("type", "start")))
    table = read(source, name, purpose="table", gateway=gateway, swap=options.swap, choice=choice)
    notes, fields = list(table.notes), Fields(table, "programmes", options)
    programmes, faults, ids = normalise_programmes(table, fields, types, gateway, notes)
    faults.usable("programmes", ids)
    rejected = faults.rejected(ids)
    return ProgrammeLayer(
        name=table.name,
        sha256=table.sha256,
        size=table.size,
        layout="programmes",
        dataset="programmes",
        dataset_version=version_of(table),
        frame=programmes.frame,
        accounting={
            "read": len(table.frame) + len(table.rejected),
            "accepted": int(faults.ok.sum()),
            "rejected": len(rejected),
            "programmes": len(programmes),
        },
        rejected=rejected,
        notes=notes,
        programmes=programmes,
        columns_used=fields.used,
        columns_ignored=fields.ignored,
    )


def read_programme_files(
    paths: Sequence[str | Path | Given],
    *,
    gateway: Gateway = LOCAL,
    types: TypeMap | None = None,
    wishes: Wishes | None = None,
) -> tuple[Programmes, list[ProgrammeLayer]]:
    """Several files as one set of programmes; a folder stands for its files ending in ``.xml``, in the order of names.

    Parameters
    ----------
    paths
        Files, folders, or bytes with a name.
    gateway
        Which limits hold for the bytes: those of this machine's user or those of a stranger.
    types
        What leads to which programme type; None: the table of the project.
    wishes
        What the user says of single files: columns, sheet, header; None: nothing.

    Raises
    ------
    geo.errors.InputError
        A folder holds no XML file, or a file cannot be used.
    """
    files: list[tuple[str, bytes | Path]] = []
    for given in paths:
        if isinstance(given, Given):
            files.append((given.name, given.data))
            continue
        path = Path(given)
        inside = sorted(p for p in path.iterdir() if p.suffix.lower() == ".xml") if path.is_dir() else [path]
        if not inside:
            raise InputError(
                "The folder holds no XML file.", where=path.name, expected="IATI activities ending in .xml"
            )
        files += [(p.name, p) for p in inside]
    wishes = wishes or Wishes()
    layers = [
        read_programmes(data, name, gateway=gateway, types=types, options=wishes.of(name)) for name, data in files
    ]
    return concatenate([layer.programmes for layer in layers]), layers


def is_iati(source: Source) -> bool:
    """Whether the root element is IATI's; a word in the text of another file is none.

    Parameters
    ----------
    source
        A path or bytes; only the beginning is looked at.
    """
    head = source.head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if not head.startswith(b"<"):
        return False
    root = root_of(head)[1]
    # A long comment may hide the root; a document type is refused by the reader of activities, with its reason.
    return root.startswith("iati-") if root else b"iati" in head.lower() or b"<!doctype" in head.lower()


def _read_iati(source: Source, gateway: Gateway, types: TypeMap) -> ProgrammeLayer:
    stream = Activities(source, gateway)
    collector, family, seen, count = Collector(source.name), Family(), set[str](), 0
    rejected: list[Row] = []
    for count, one in enumerate(stream, 1):
        gateway.check("rows", count, source.name)
        key = id_key(one.identifier)
        reason = "" if one.identifier else "missing_id"
        if one.start and one.end and one.end < one.start:
            reason = reason or "end_before_start"
        if key in seen:
            reason = reason or "duplicate_id"
        if reason:
            expected = {
                "end_before_start": "an end on or after the start",
                "duplicate_id": "one activity per identifier",
            }
            got = f"{one.start} to {one.end}" if reason == "end_before_start" else one.identifier
            rejected.append((source.name, count, one.identifier, reason, expected.get(reason, ""), got))
            continue
        seen.add(key)
        _add(collector, one, types, source.name)
        family.add(one.identifier, one.wholes, one.parts, bool(one.sectors))
    if stream.broken:
        if not count:
            raise FormatError("The file is not XML that can be read.", where=source.name, got=stream.broken)
        rejected.append((source.name, count + 1, "", "xml_broken", "a whole XML file", stream.broken))
    if not count:
        raise InputError("The XML holds no IATI activity.", where=source.name, expected="iati-activity elements")
    programmes = collector.result(family.shared)
    layer = _layer(source, programmes, rejected, count + bool(stream.broken))
    if not stream.version.startswith("2"):
        layer.notes.append(
            Note(
                "The activities are of version {version} of IATI: read as far as its words have a counterpart in "
                "version 2.",
                version=stream.version or Note("1 or none that is stated"),
            )
        )
    return layer


def _add(collector: Collector, one: Activity, types: TypeMap, file: str) -> None:
    mapped, unmapped, basis = types.of_activity(one.title, one.words, [*one.sectors, *types.known(one.tags)])
    same = (
        "title",
        "title_fr",
        "description",
        "donor",
        "donor_ids",
        "implementer",
        "start",
        "end",
        "date_basis",
        "end_basis",
        "status",
        "countries",
    )
    values: dict[str, object] = {name: getattr(one, name) for name in same}
    values |= {"programme_id": one.identifier, "iati_identifier": one.identifier, "types": mapped, "unmapped": unmapped}
    values |= {
        "type_basis": basis,
        "source": one.reporter,
        "source_file": file,
        "row": one.number,
        "demonstration": False,
    }
    values |= {"location_precision": next((p.exactness for p in one.places if p.exactness), ""), **money(one.budgets)}
    position = collector.add(values)
    for paid in one.money:
        collector.money(position, *paid)
    for place in one.places:
        collector.add_place(position, **vars(place))
    for reason, expected, got in one.remarks:
        collector.remark(one.number, one.identifier, reason, expected, got)


def _layer(source: Source, programmes: Programmes, rejected: list[Row], count: int) -> ProgrammeLayer:
    frame = programmes.frame
    points = int((programmes.footprints["lat"].notna()).sum())
    unmapped = int((frame["types"] == "").sum())
    notes: list[str] = [
        Note(
            "{n} activit{n?y|ies} with {points} point{points?|s}; of {unmapped} neither words nor sectors lead "
            "to a programme type.",
            n=len(frame),
            points=points,
            unmapped=unmapped,
        )
    ]
    if len(frame) and unmapped == len(frame):
        codes = pd.Series(";".join(frame["unmapped"]).split(";"))
        common = codes[codes != ""].value_counts().head(5)
        sectors = ", ".join(f"{code} ({n})" for code, n in common.items()) or Note("no sector at all")
        notes.append(
            Note(
                "No activity leads to a programme type, neither by the words of its title and text "
                "(data/programme_words.csv) nor by its sectors (data/dac_sector_types.csv). Most frequent: {sectors}.",
                sectors=sectors,
            )
        )
    return ProgrammeLayer(
        name=source.name,
        sha256=source.sha256,
        size=source.size,
        layout="iati",
        dataset="IATI activities",
        dataset_version=f"sha256:{source.sha256[:12]}",
        frame=frame,
        accounting={"read": count, "accepted": len(frame), "rejected": len(rejected), "programmes": len(frame)},
        rejected=rows_of(REJECTED, rejected),
        notes=notes,
        programmes=programmes,
    )
