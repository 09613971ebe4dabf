"""A company's list of origins and routes: any format of the gateway, the user's own ids, every row answered.

Columns are found by their English and French spellings (data/column_names.csv, layouts `suppliers` and `site_list`), or
as the user says (:mod:`jobs.screening.list_fields`). A row that cannot be used comes back with its reason; nothing is
dropped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.messages import Note
from geo.schema import conform
from geo.screening.schema import SUPPLIERS
from jobs.screening.list_fields import HEADER, IDENTIFYING, fields_of, taken
from jobs.screening.list_ids import ids_apart, stated_ids, turn_down_repeated
from jobs.screening.list_positions import list_positions
from jobs.screening.template_rows import RECYCLED_REASON, template_table
from jobs.screening.trade_columns import trade_columns
from layers.formats import LOCAL, Gateway, parse_coordinates, parse_dates, read
from layers.formats import Table as Read
from layers.formats.header_words import words_of
from layers.formats.values.ids import id_keys
from layers.reference.minerals import mineral_list, mineral_lists
from layers.reference.tables import country_code, country_codes
from layers.sources.layer import Faults, Fields, flags
from layers.sources.positions import DEGREES, has_place
from layers.sources.read_options import NOTHING, ReadOptions
from layers.sources.reader_in_child import in_child
from layers.sources.rmi_template import is_template, read_template
from layers.sources.site_lists import find_minerals

_SMELTERS = frozenset({"smelter", "smelters", "smelterid", "refiner", "refiners", "refinery", "lbma", "fonderie"})
_SPLIT = re.compile(r"[;,|/>→]+|\s-\s")


@dataclass
class SupplierList:
    """The list as read.

    Attributes
    ----------
    rows
        :data:`geo.screening.schema.SUPPLIERS`: a row for every row of the file, in its order, accepted or not.
    lines
        A LineString of shapely (WGS 84) per row, None where the row states no line.
    mapping
        The column taken for each field.
    carried
        The columns that no field was read from, as they are written, in the order of `rows`.
    """

    name: str
    sha256: str
    format: str
    rows: pd.DataFrame
    lines: npt.NDArray[np.object_]
    mapping: dict[str, str]
    notes: list[str] = field(default_factory=list)
    header: tuple[str, ...] = ()
    columns_ignored: tuple[str, ...] = ()
    carried: pd.DataFrame = field(default_factory=pd.DataFrame)
    size: int = 0

    @property
    def dataset_version(self) -> str:
        """``sha256:`` and 12 digits."""
        return f"sha256:{self.sha256[:12]}"

    @property
    def accounting(self) -> dict[str, int]:
        """Rows ``read`` = ``accepted`` + ``rejected`` (+ ``recycled``, where a reporting template has such)."""
        counts = self.rows["answer"].value_counts()
        accepted, recycled = int(counts.get("accepted", 0)), int(counts.get("recycled", 0))
        by_outcome = {"read": len(self.rows), "accepted": accepted, "rejected": len(self.rows) - accepted - recycled}
        return {**by_outcome, "recycled": recycled} if recycled else by_outcome


@in_child
def read_suppliers(
    source: bytes | Path,
    name: str | None = None,
    *,
    mapping: Mapping[str, str] | None = None,
    country: str = "",
    gateway: Gateway = LOCAL,
    options: ReadOptions = NOTHING,
) -> SupplierList:
    """Reads a company's list.

    Parameters
    ----------
    mapping
        Field (of :data:`jobs.screening.list_fields.FIELDS`) to column; a blank column: the file has none. Fields that
        are not named are found by their spelling or words. It goes before that of `options`.
    country
        ISO 3166 alpha-3 for rows that state none.
    options
        What the user says of the file.
    source
        A path, or the bytes themselves.
    name
        The file's own name; a path has one already.
    gateway
        Which limits hold for the bytes: those of this machine's user or those of a stranger.

    Raises
    ------
    geo.errors.InputError
        No column tells of an origin at all. Bad rows never stop the rest, not even when all are bad.
    """
    choice = options.choice(HEADER)
    table = read(source, name, purpose="table", gateway=gateway, swap=options.swap, choice=choice)
    recycled = np.zeros(len(table.frame), dtype=bool)
    if is_template(table.layers) and not options.sheet:
        table, recycled = template_table(read_template(source, name, gateway=gateway))
    gateway.check("sites", len(table.frame), table.name)
    fields, faults = fields_of(table, options, mapping), Faults(table)
    if not has_place(fields) and not any(fields.column(name) for (name,) in IDENTIFYING):
        fields.require("supplier_id", "site_name")
    n = len(table.frame)
    remarks: list[list[str]] = [[] for _ in range(n)]
    notes = list(table.notes)
    notes += smelter_notes(fields)
    frame = pd.DataFrame({"supplier_id": stated_ids(fields, notes)})
    faults.add("missing_id", frame["supplier_id"] == "", expected="supplier_id", got=fields.text("site_name"))
    frame["site_name"] = fields.text("site_name").str.strip()
    for column in ("admin1", "admin2", "destination", "known_site_id", "match_id", "dest_match_id"):
        frame[column] = fields.text(column).str.strip()
    if fields.column("known_site_id") == fields.column("supplier_id"):
        # The user's own numbering; without a position nothing would tell that it is the known list's numbering too.
        without_place = (fields.text("lon").str.strip() == "") | (fields.text("lat").str.strip() == "")
        frame["known_site_id"] = frame["known_site_id"].where(~without_place, "")
    stated = fields.text("country")
    code = country_codes(stated)
    strange = (stated.str.strip() != "") & (code == "")
    for i in np.flatnonzero(strange):
        remarks[i].append(f"country not recognised: {stated[i][:40]}")
    frame["country"] = code.where(code != "", country).where(~strange, "")
    lines = list_positions(frame, table, fields, faults, notes, remarks)
    trade = trade_columns(fields, remarks, day_first=fields.options.day_first)
    frame[list(trade.columns)] = trade
    find_minerals(fields)
    frame["mineral"] = fields.text("minerals").str.strip()
    frame["minerals"] = mineral_lists(frame["mineral"])
    strange_words = {m: mineral_list(str(m))[1] for m in pd.unique(frame["mineral"]) if m}
    strange_words = {m: words for m, words in strange_words.items() if words}
    for i in np.flatnonzero(frame["mineral"].isin(list(strange_words))):
        remarks[i].append(f"mineral not recognised: {', '.join(strange_words[frame['mineral'][i]])[:60]}")
    dates, why_not = parse_dates(fields.text("as_of"), day_first=fields.options.day_first)
    faults.add(why_not.to_numpy(dtype=object), expected="as_of: YYYY-MM-DD", got=fields.text("as_of"))
    frame["as_of"] = dates
    route = fields.text("route_countries").to_numpy(dtype=object)
    frame["route_countries"] = [
        _route(t, row_remarks) if t else "" for t, row_remarks in zip(route, remarks, strict=True)
    ]
    _destinations(frame, fields, faults)
    frame["demonstration"] = flags(fields.text("demonstration"))
    without_place = frame["lon"].isna() & (frame["site_name"] == "") & (frame["admin1"] == "") & (frame["admin2"] == "")
    faults.add(RECYCLED_REASON, recycled, expected="a mine, where the material comes from one")
    faults.add(
        "missing_value",
        without_place & (frame["country"] == ""),
        expected="coordinates, or a site name, an administrative unit or a country",
        got=stated,
    )
    keys = id_keys(frame["supplier_id"].tolist())
    turn_down_repeated(table, fields, frame["supplier_id"], keys, faults)
    frame["supplier_id"] = ids_apart(frame["supplier_id"], keys, faults.ok, notes)
    return _account(table, fields, faults, frame, lines, remarks, notes)


def smelter_notes(fields: Fields) -> list[str]:
    """Tells of a list of smelters or refiners that names no mine: where they stand is no origin.

    Parameters
    ----------
    fields
        The columns that were found for each field.
    """
    words = {word for name in fields.header for word in words_of(name)}
    template = fields.named("smelter_country") is not None
    if template or not words & _SMELTERS or words & {"mine", "mines", "origin", "origine", "mina", "pit"}:
        return []
    return [
        Note(
            "The list names smelters or refiners and no mine: what is screened is where they stand, not where the "
            "material comes from."
        )
    ]


def _account(
    table: Read,
    fields: Fields,
    faults: Faults,
    frame: pd.DataFrame,
    lines: npt.NDArray[np.object_],
    remarks: list[list[str]],
    notes: list[str],
) -> SupplierList:
    """All rows of the file, accepted or rejected, in its order."""
    rejected = faults.rejected(frame["supplier_id"]).set_index("row")
    frame = frame.assign(row=table.row, remarks=["; ".join(r) for r in remarks])
    unread = table.rejected[~table.rejected["row"].isin(table.row)]
    more = pd.DataFrame({"supplier_id": unread["id"], "row": unread["row"]})
    rows = pd.concat([conform(frame, SUPPLIERS), conform(more, SUPPLIERS)], ignore_index=True)
    order = np.argsort(rows["row"].to_numpy(), kind="stable")
    rows = rows.iloc[order].reset_index(drop=True)
    own = table.frame[[c for c in fields.ignored if c in table.frame]].astype("str")
    own = own.reindex(range(len(own) + len(more)), fill_value="").iloc[order].reset_index(drop=True)
    whole = np.concatenate([lines, np.full(len(more), None, dtype=object)])[order]
    bad = rows["row"].isin(rejected.index).to_numpy()
    first = rejected[~rejected.index.duplicated()]
    for column in ("reason", "expected", "got"):
        cells = np.full(len(rows), "", dtype=object)
        cells[bad] = first[column].reindex(rows["row"][bad])
        rows[column] = pd.array(cells, dtype="str")
    recycled = bad & (rows["reason"] == RECYCLED_REASON).to_numpy()
    rows["answer"] = pd.array(np.select([recycled, bad], ["recycled", "rejected"], "accepted"), dtype="str")
    return SupplierList(
        table.name,
        table.sha256,
        table.format,
        conform(rows, SUPPLIERS),
        whole,
        taken(fields),
        notes,
        fields.header,
        fields.ignored,
        own,
        table.size,
    )


def _route(text: str, remarks: list[str]) -> str:
    """Countries of a route as ISO codes in their order; what is not known is remarked."""
    parts = [p.strip() for p in _SPLIT.split(text) if p.strip()]
    if not parts:
        return ""
    codes = [country_code(part) for part in parts]
    unknown = [p for p, c in zip(parts, codes, strict=True) if not c]
    if unknown:
        remarks.append(f"route country not recognised: {', '.join(unknown)[:60]}")
    return ";".join(dict.fromkeys(c for c in codes if c))


def _destinations(frame: pd.DataFrame, fields: Fields, faults: Faults) -> None:
    x, y = fields.text("dest_lon"), fields.text("dest_lat")
    lon, lat, why = parse_coordinates(x, y)
    faults.add(why, expected=f"destination: {DEGREES}", got="lon=" + x + ", lat=" + y)
    frame["dest_lon"], frame["dest_lat"] = np.where(why == "", lon, np.nan), np.where(why == "", lat, np.nan)
