"""What a file is, and how it is read: recognised and not asked; the report of ``cahra inspect`` and of the app.

A file is read by the very reader that a job would take for its role, so the report says what a job will find.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from geo.errors import CahraError
from geo.messages import Note
from geo.records.place_names import plain
from geo.schema import REJECTED, empty
from i18n.translator import N_
from jobs.file_roles import NOT_READ, REMEDIES, ROLES, header_of_any, role_of
from jobs.inputs import Inputs, Source, read_as
from jobs.kept_layers import NOTHING_KEPT, KeptLayers, reading_key
from jobs.programmes.programme_files import is_iati, read_programmes
from jobs.reading_notes import columns_line, first_reasons, rows_line
from jobs.screening.supplier_list import read_suppliers
from layers.formats import LOCAL, Gateway, read
from layers.formats import Table as Read
from layers.formats.source import Source as Opened
from layers.reference.rule_files import rules_of
from layers.sources.boundaries import UNKNOWN
from layers.sources.fields import Fields
from layers.sources.layer import NoUsableRowError
from layers.sources.read_options import NOTHING, ReadOptions, Wishes
from layers.sources.roads import read_roads

PREVIEW = 10
"""Rows shown of a file."""
STEPS = (N_("recognising it"), N_("reading it"))
"""What is done with a file, one after the other, in the words of a page."""


@dataclass(frozen=True)
class FileReport:
    """How one file is read.

    Attributes
    ----------
    role, layout
        Key of :data:`jobs.file_roles.ROLES`, blank where nothing fits; which layout of it was recognised.
    format
        As of :class:`layers.formats.Table`.
    sheet, sheets
        Sheet or layer that was read; all that there are, where a file may hold several.
    header_row
        Row of the header in the file; 0 where there is none.
    header
        All columns of the file.
    columns_used
        Field to column.
    level, version
        Of boundaries: the levels of its sets as text, and their vintage; blank where unknown.
    preview
        The first rows as they stand in the file; for the screen of whoever loaded it alone.
    fault
        Why the file cannot be used, None where it can.
    """

    file: str
    role: str = ""
    layout: str = ""
    format: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    header_row: int = 0
    header: tuple[str, ...] = ()
    rows_read: int = 0
    accepted: int = 0
    rejected: int = 0
    columns_used: dict[str, str] = field(default_factory=dict)
    columns_ignored: tuple[str, ...] = ()
    level: str = ""
    version: str = ""
    notes: tuple[str, ...] = ()
    fault: CahraError | None = None
    preview: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    rejected_rows: pd.DataFrame = field(default_factory=lambda: empty(REJECTED), repr=False)

    @property
    def error(self) -> str:
        """The fault in English, blank where there is none."""
        return self.fault.sentence() if self.fault is not None else ""

    @property
    def fingerprint(self) -> str:
        """Names files of one layout: a digest of the header; blank without one."""
        return fingerprint(self.header)

    def as_record(self) -> dict[str, Any]:
        """The report as plain JSON."""
        shown = ("file", "role", "layout", "sheet", "header_row", "rows_read", "accepted", "rejected", "columns_used")
        out: dict[str, Any] = {name: getattr(self, name) for name in shown}
        out["columns_ignored"] = list(self.columns_ignored)
        return out | {"notes": [str(note) for note in self.notes], "error": self.error}

    def lines(self) -> list[Note]:
        """The report as lines for a person."""
        counts = {"read": self.rows_read, "accepted": self.accepted, "rejected": self.rejected}
        what = Note(ROLES[self.role]) if self.role else Note("of no known kind")
        lines = [Note("{file}: {what} ({layout}).", file=self.file, what=what, layout=self.layout or Note("unknown"))]
        if self.rows_read:
            lines.append(rows_line("  " + self.file, counts))
        if self.columns_used:
            lines.append(columns_line(self.columns_used, self.columns_ignored))
        lines += [Note("  {note}", note=note) for note in self.notes]
        if self.error:
            lines.append(Note("  {note}", note=self.error))
        return lines + first_reasons(self.rejected_rows, 3)


def fingerprint(header: Sequence[str]) -> str:
    """A digest of the names of columns, by which a mapping finds files of the same layout again.

    Parameters
    ----------
    header
        Names of the file's columns; case does not count.

    Examples
    --------
    >>> fingerprint(["Mine ID", "Lat"]) == fingerprint(["mine id", "LAT"]), fingerprint([])
    (True, '')
    """
    return hashlib.sha256("\x1f".join(map(plain, header)).encode()).hexdigest()[:16] if header else ""


def inspect(
    source: bytes | Path,
    name: str | None = None,
    *,
    role: str = "",
    options: ReadOptions = NOTHING,
    country: str = "",
    version: str = "",
    gateway: Gateway = LOCAL,
    kept: KeptLayers = NOTHING_KEPT,
    step: Callable[[str], None] = lambda _: None,
) -> FileReport:
    """Recognises a file and reads it as a job would.

    Parameters
    ----------
    role
        Key of :data:`jobs.file_roles.ROLES`; blank to find out.
    country, version
        For rows that state no country (a code or a name), and boundaries that state no vintage.
    kept
        Where the layer that is read is kept, for a job to come.
    step
        Told which of :data:`STEPS` is begun.
    source
        A path, or the bytes themselves.
    name
        The file's own name, whose ending counts; a path has one already.
    options
        How the user wants the file read: sheet, header row, columns.
    gateway
        Which limits hold for the bytes: those of this machine's user or those of a stranger.
    """
    file = name or (Path(source).name if isinstance(source, Path) else "unnamed")
    about: dict[str, Any] = {}
    try:
        step(STEPS[0])
        opened = Opened(source, name, gateway)
        file = opened.name
        if role == "rules" or (not role and file.casefold().endswith(".toml")):
            return _rules(opened)
        columns = ""
        if is_iati(opened):
            role = role or "programmes"
        else:
            table = read(source, name, gateway=gateway, swap=options.swap, choice=options.choice(header_of_any()))
            role = role or role_of(table, options)
            about, columns = _about(table), Fields(table).found()
            del table  # its reader reads it anew, and the app need not hold it twice
        if role in NOT_READ:
            raise CahraError(NOT_READ[role], where=file, remedy=REMEDIES[role])
        if not role:
            raise CahraError(
                "The columns are those of no known kind of file.", where=file, got=columns,
                remedy="Say which column is what: --map lat=COLUMN, or rename the columns.",
            )  # fmt: skip
        step(STEPS[1])
        wishes = Wishes(by_file={file: options})
        inputs = Inputs(country=country, boundaries_version=version, gateway=gateway, wishes=wishes, kept=kept)
        found = layer_of(role, Source(file, source), inputs)
    except NoUsableRowError as fault:
        lost = len(fault.rejected)
        report = FileReport(file, role, rows_read=lost, rejected=lost, fault=fault, rejected_rows=fault.rejected)
    except CahraError as fault:
        report = FileReport(file, "" if role in NOT_READ else role, fault=fault)
    else:
        report = _reported(file, role, found)
    return replace(report, **about)


def layer_of(role: str, source: Source, asked: Inputs) -> Any:
    """A file as any job reads it for a role: those of :mod:`jobs.inputs`, and lists that jobs bring themselves.

    Parameters
    ----------
    role
        What the file is: `sites`, `incidents` and so on.
    source
        The file.
    asked
        Options of reading: country, vintage, mapping, limits.
    """
    how: dict[str, Any] = {"name": source.name, "gateway": asked.gateway, "options": asked.wishes.of(source.name)}
    country = how["options"].country or asked.country
    readers: dict[str, Callable[[], Any]] = {
        "suppliers": lambda: read_suppliers(source.data, country=country, **how),
        "programmes": lambda: read_programmes(source.data, **how),
        "roads": lambda: read_roads(source.data, **how),
    }
    if role not in readers:
        return read_as(role, source, asked)
    more = (country,) if role == "suppliers" else ()
    key = reading_key(role, source.data, source.name, asked.gateway, how["options"], *more)
    return asked.kept.read(key, readers[role])


def _rules(opened: Opened) -> FileReport:
    """A file of rules is parsed, and tells how many it has."""
    try:
        rules = rules_of(opened.data(), opened.name)
    except CahraError as fault:
        return FileReport(opened.name, "rules", fault=fault)
    n = len(rules.rules)
    note = Note("Rules, version {version}.", version=rules.version)
    return FileReport(opened.name, "rules", "rules", rows_read=n, accepted=n, notes=(note,))


def _reported(file: str, role: str, found: Any) -> FileReport:
    """The report of what a reader gave: one layer, or several sets of boundaries."""
    layers: Sequence[Any] = found if isinstance(found, list) else [found]
    first = layers[0]
    rows = {key: sum(int(layer.accounting[key]) for layer in layers) for key in ("read", "accepted", "rejected")}
    layout = getattr(first, "layout", role)
    if role == "suppliers":
        used, layout = dict(first.mapping), "suppliers"
        lost = first.rows[first.rows["answer"] == "rejected"]
        rejected = pd.DataFrame({"source_file": file, "row": lost["row"], "id": lost["supplier_id"]})
        rejected = rejected.assign(reason=lost["reason"], expected=lost["expected"], got=lost["got"])
    else:
        taken = getattr(first, "columns_used", {})
        used = {name: ", ".join(columns) for name, columns in taken.items()}
        rejected = getattr(first, "rejected", empty(REJECTED))
    notes = [note for layer in layers for note in layer.notes]
    visits = getattr(first, "visits", None)
    if visits is not None and len(visits):
        lines = Note(
            "{visits} visit{visits?|s} of {sites} site{sites?|s}: the newest up to the date speaks for its site; "
            "earlier ones are followed by it and none is lost.",
            visits=len(visits), sites=int(visits["site_id"].nunique()),
        )  # fmt: skip
        notes.insert(0, lines)
    levels = version = ""
    if role == "boundaries":
        known = [f"ADM{layer.level}" for layer in layers if layer.level_basis != "unknown"]
        levels, version = ", ".join(known), first.version if first.version != UNKNOWN else ""
        shown = levels or Note("unknown")
        notes.insert(
            0,
            Note("Level of the units: {levels}; vintage {version}.", levels=shown, version=version or Note("unknown")),
        )
    # Activities of IATI are no table at the gateway: the first of them as they were understood.
    preview = first.frame.head(PREVIEW) if layout == "iati" else pd.DataFrame()
    return FileReport(
        file, role, layout, rows_read=rows["read"], accepted=rows["accepted"], rejected=rows["rejected"],
        columns_used=used, columns_ignored=tuple(getattr(first, "columns_ignored", ())), level=levels, version=version,
        notes=tuple(dict.fromkeys(notes)), preview=preview, rejected_rows=rejected,
    )  # fmt: skip


def _about(table: Read) -> dict[str, Any]:
    """What the gateway told of a table, for its report: format, sheet, header row and the first rows, by themselves."""
    sheet = table.meta.get("sheet") or table.meta.get("layer", "")
    first = table.frame.head(PREVIEW)  # a part of it holds the whole
    columns = {i: pd.array(first.iloc[:, i].tolist(), dtype="str") for i in range(first.shape[1])}
    preview = pd.DataFrame(columns, index=first.index).set_axis(first.columns, axis=1)
    return {
        "format": table.format,
        "sheet": sheet,
        "sheets": table.layers,
        "header_row": int(table.meta.get("header_row", "0") or 0),
        "header": Fields(table).header,
        "preview": preview,
    }
