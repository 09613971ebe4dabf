"""What a file is, and how it is read: recognised and not asked; the report of ``cahra inspect`` and of the app.

A file is read by the very reader that a job would take for its role, so the report says what a job will find.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from geo.errors import CahraError
from geo.messages import Note
from geo.schema import REJECTED, empty
from i18n.translator import N_
from jobs.programmes.programme_files import is_iati, read_programmes
from jobs.reading_notes import columns_line, first_reasons, rows_line
from jobs.screening.supplier_list import read_suppliers
from layers.formats import LOCAL, Door, read
from layers.formats import Table as Read
from layers.formats.header_words import HeaderWords
from layers.formats.source import Source
from layers.sources import ucdp
from layers.sources.boundaries import read_boundary_sets
from layers.sources.boundary_levels import level_of
from layers.sources.column_words import header_words
from layers.sources.coverage import read_coverage
from layers.sources.eu_list import read_eu_list
from layers.sources.fields import Fields
from layers.sources.incidents import SOURCES, read_incidents
from layers.sources.ipis import is_car, is_drc, is_trade_lines
from layers.sources.layer import NoUsableRowError
from layers.sources.positions import PLACED, has_place
from layers.sources.read_options import NOTHING, ReadOptions
from layers.sources.roads import read_roads
from layers.sources.sites import read_sites
from layers.sources.zone_register import read_findings, read_register

ROLES = {
    "sites": N_("mine sites"),
    "suppliers": N_("a company's list"),
    "incidents": N_("incidents"),
    "boundaries": N_("boundaries"),
    "coverage": N_("coverage of incidents"),
    "programmes": N_("programmes of donors"),
    "zones": N_("zone register"),
    "findings": N_("findings in zone units"),
    "eu_list": N_("list of areas"),
    "roads": N_("road network"),
}
"""What a file can be, in the words of a report."""
PREVIEW = 10
"""Rows shown of a file."""
_AREAS, _LINES = (3, 6), (1, 2, 5)
_SUPPLIER_WORDS = ("supplier", "vendor", "fournisseur", "proveedor", "fornecedor", "lieferant", "smelter")


@dataclass(frozen=True)
class FileReport:
    """How one file is read.

    Attributes
    ----------
    role, layout
        Key of :data:`ROLES`, blank where nothing fits; which layout of it was recognised.
    sheet
        Sheet or layer that was read.
    header_row
        Row of the header in the file; 0 where there is none.
    columns_used
        Field to column.
    preview
        The first rows as they stand in the file.
    error
        Why the file cannot be used, blank where it can.
    """

    file: str
    role: str = ""
    layout: str = ""
    sheet: str = ""
    header_row: int = 0
    rows_read: int = 0
    accepted: int = 0
    rejected: int = 0
    columns_used: dict[str, str] = field(default_factory=dict)
    columns_ignored: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    error: str = ""
    preview: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    rejected_rows: pd.DataFrame = field(default_factory=lambda: empty(REJECTED), repr=False)

    def told(self) -> dict[str, Any]:
        """The report as plain JSON."""
        shown = ("file", "role", "layout", "sheet", "header_row", "rows_read", "accepted", "rejected", "columns_used")
        out: dict[str, Any] = {name: getattr(self, name) for name in shown}
        out["columns_ignored"] = list(self.columns_ignored)
        return out | {"notes": [str(note) for note in self.notes], "error": str(self.error)}

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


def inspect(
    source: bytes | Path,
    name: str | None = None,
    *,
    role: str = "",
    options: ReadOptions = NOTHING,
    country: str = "",
    door: Door = LOCAL,
) -> FileReport:
    """Recognises a file and reads it as a job would.

    Parameters
    ----------
    role
        Key of :data:`ROLES`; blank to find out.
    country
        For rows that state none: a code or a name.
    """
    file = name or (Path(source).name if isinstance(source, Path) else "unnamed")
    table: Read | None = None
    try:
        opened = Source(source, name, door)
        file = opened.name
        if is_iati(opened):
            role = role or "programmes"
        else:
            table = read(source, name, door=door, swap=options.swap, choice=options.choice(_header()))
            role = role or role_of(table, options)
        if not role:
            columns = Fields(table).found() if table is not None else ""
            raise CahraError(
                "The columns are those of no known kind of file.", where=file, got=columns,
                remedy="Say which column is what: --map lat=COLUMN, or rename the columns.",
            )  # fmt: skip
        found = _readers(country)[role](source, name, door, options)
    except NoUsableRowError as fault:
        lost = len(fault.rejected)
        report = FileReport(
            file, role, rows_read=lost, rejected=lost, error=fault.sentence(), rejected_rows=fault.rejected
        )
    except CahraError as fault:
        report = FileReport(file, role, error=fault.sentence())
    else:
        report = _reported(file, role, found)
    return report if table is None else _with_table(report, table)


def role_of(table: Read, options: ReadOptions = NOTHING) -> str:
    """What a table is, by its columns and shapes; blank where nothing fits."""
    exact = Fields(table, options=options)
    if any(known.recognises(exact) for known in SOURCES):
        return "incidents"
    visits = exact.has("site_id", "visit_date", "informative", "non_state_armed")
    if is_drc(exact) or is_car(exact) or is_trade_lines(exact) or visits:
        return "sites"
    for role, columns in _EXACT:
        if exact.has(*columns):
            return role
    programmes = Fields(table, "programmes", options)
    about = any(programmes.column(f) is not None for f in ("programme_id", "donor", "title", "iati_identifier"))
    if programmes.column("type") is not None and programmes.column("start") is not None and about:
        return "programmes"
    listed = Fields(table, "listed_areas", options)
    if all(listed.column(f) is not None for f in ("country", "from", "area")) and exact.has("kind"):
        return "eu_list"
    return _of_places(table, options)


def _of_places(table: Read, options: ReadOptions) -> str:
    """A list of sites or of origins, boundaries or roads: by its shapes, then by its words."""
    sites, suppliers = Fields(table, "site_list", options), Fields(table, "suppliers", options)
    kinds = shapely.get_type_id(table.geometry) if table.geometry is not None else np.array([], dtype=np.int64)
    if len(kinds) and np.isin(kinds, _AREAS).any() and not (kinds == 0).any():
        try:
            known = level_of(Fields(table, "boundaries", options), table, options.level, []).basis != "unknown"
        except CahraError:
            known = False
        if known or sites.column("minerals") is None:
            return "boundaries"
        return "sites"
    if len(kinds) and np.isin(kinds, _LINES).all():
        fields = Fields(table, options=options)
        road = any(fields.has(c) for c in ("highway", "fclass", "maxspeed", "speed", "road_class"))
        return "roads" if road else "suppliers"
    asked = any(suppliers.column(f) is not None for f in ("route_countries", "route_line", "destination", "as_of"))
    column = suppliers.column("supplier_id") or ""
    named = any(word in " ".join((column, *suppliers.header)).casefold() for word in _SUPPLIER_WORDS)
    if asked or named:
        return "suppliers"
    if has_place(sites):
        return "sites"
    return "suppliers" if suppliers.column("country") is not None or suppliers.column("site_name") is not None else ""


_EXACT = (
    ("coverage", ("dataset", "country_iso3", "from", "to")),
    ("findings", ("unit", "criterion", "finding")),
    ("zones", ("unit", "status", "valid_from")),
    ("eu_list", ("country", "area", "valid_from")),
)
"""Roles that are known by columns of these very names."""

Reader = Callable[[Any, "str | None", Door, ReadOptions], Any]


def _readers(country: str) -> dict[str, Reader]:
    """The reader of each role, as jobs call it."""
    stated = country or None
    return {
        "sites": lambda s, n, d, o: read_sites(s, n, country=stated, door=d, options=o),
        "suppliers": lambda s, n, d, o: read_suppliers(s, n, country=country, door=d, options=o),
        "incidents": lambda s, n, d, o: read_incidents(s, n, door=d, options=o),
        "boundaries": lambda s, n, d, o: read_boundary_sets(s, n, country=stated, door=d, options=o),
        "coverage": lambda s, n, d, o: read_coverage(s, n, door=d, options=o),
        "programmes": lambda s, n, d, o: read_programmes(s, n, door=d, options=o),
        "zones": lambda s, n, d, o: read_register(s, n, door=d, options=o),
        "findings": lambda s, n, d, o: read_findings(s, n, door=d, options=o),
        "eu_list": lambda s, n, d, o: read_eu_list(s, n, door=d, options=o),
        "roads": lambda s, n, d, o: read_roads(s, n, door=d, options=o),
    }


def _header() -> HeaderWords:
    """By what the header of any kind of file is known."""
    parts = [header_words(layout) for layout in ("suppliers", "programmes", "coverage", "listed_areas", "boundaries")]
    spelled: dict[str, tuple[str, ...]] = {}
    for part in parts:
        for name, words in part.spelled.items():
            spelled[name] = (*spelled.get(name, ()), *words)
    enough = (
        *PLACED, ("=type of violence", "=where prec"), ("=event id cnty", "=event date"), ("=pcode", "=visit date"),
        ("=record id", "=date start"), ("=unit", "=status"), ("type", "start"), ("dataset", "country_iso3"),
        ("supplier_id", "country"), ("supplier_id", "site_name"),
    )  # fmt: skip
    return HeaderWords(spelled, tuple(rule for part in parts for rule in part.rules), enough, (ucdp.UNNAMED,))


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
    if role == "boundaries":
        levels = ", ".join(f"ADM{layer.level}" if layer.level_basis != "unknown" else "?" for layer in layers)
        notes.insert(0, Note("Level of the units: {levels}; vintage {version}.", levels=levels, version=first.version))
    return FileReport(
        file, role, layout, "", 0, rows["read"], rows["accepted"], rows["rejected"], used,
        tuple(getattr(first, "columns_ignored", ())), tuple(dict.fromkeys(notes)), rejected_rows=rejected,
    )  # fmt: skip


def _with_table(report: FileReport, table: Read) -> FileReport:
    """The report with what the door told: sheet, header row and the first rows."""
    from dataclasses import replace

    sheet = table.meta.get("sheet") or table.meta.get("layer", "")
    row = int(table.meta.get("header_row", "0") or 0)
    shown = table.frame.head(PREVIEW)
    secret = report.layout == "acled"
    return replace(report, sheet=sheet, header_row=row, preview=pd.DataFrame() if secret else shown)
