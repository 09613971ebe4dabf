"""Messages on what was read of each file: rows, columns taken and left, and every note of the reader.

A note that stands in a record alone is not seen: every job says these lines first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from geo.errors import InputError
from geo.messages import Note, joined
from i18n.row_messages import RowText
from layers.formats import Table
from layers.formats.reasons import Reason
from layers.reference.files import ZONE_FINDINGS, ZONE_REGISTER
from layers.sources.boundaries import BoundaryLayer
from layers.sources.layer import Layer

MOST_NAMED = 12
"""Columns named in one line."""
SHIPPED = (ZONE_REGISTER.name, ZONE_FINDINGS.name)
FOLLOWED = ("superseded", "after_as_of")
"""Reasons of visits that do not speak for their site at the date, as a newer one does or they came later."""


def whole(table: Table) -> Table:
    """The table, every row of which was read: of a table that decides something none is left out.

    Parameters
    ----------
    table
        A table that decides something, such as rules or coverage.

    Raises
    ------
    geo.errors.InputError
        A row cannot be read.
    """
    if len(table.rejected):
        raise InputError(
            "Rows of the table cannot be read, and each of them decides something.",
            where=table.name,
            got=joined(
                Note("row {row}: {reason}", row=str(row), reason=Reason(str(reason)))
                for row, reason in zip(table.rejected["row"][:10], table.rejected["reason"][:10], strict=True)
            ),
            remedy="Mend these rows.",
        )
    return table


def table_entry(role: str, table: Table, accepted: int | None = None, **more: int) -> dict[str, object]:
    """What a run record tells of a table that a user gives for one of the project's, or beside the data.

    Parameters
    ----------
    accepted
        Rows that say something; by default all.
    more
        Further counts of rows by name, such as `rejected`.
    role
        What the file is: `sites`, `incidents` and so on.
    table
        The table: columns of the schema, or rows as a file gives them.
    """
    used = len(table.frame) if accepted is None else accepted
    return {
        "role": role,
        "file": table.name,
        "sha256": table.sha256,
        "bytes": table.size,
        "dataset": table.name,
        "dataset_version": f"sha256:{table.sha256[:12]}",
        "rows": {"read": len(table.frame), "accepted": used, "rejected": 0, **more},
        "notes": list(table.notes),
    }


def described(layer: Layer | BoundaryLayer) -> dict[str, object]:
    """What a run record tells of a layer's columns.

    Parameters
    ----------
    layer
        A layer that was read, with the columns that it was read from.
    """
    return {
        "columns": {field: ", ".join(names) for field, names in layer.columns_used.items()},
        "columns_ignored": list(layer.columns_ignored),
    }


def reading_lines(inputs: Iterable[Mapping[str, Any]]) -> list[Note]:
    """The lines on the files of a run record (`file, rows, columns, columns_ignored, notes`), in their order.

    Parameters
    ----------
    inputs
        `inputs` of a run record.
    """
    lines: list[Note] = []
    for entry in inputs:
        if "rows" not in entry or (entry["file"] in SHIPPED and not entry.get("notes")):
            continue
        lines.append(rows_line(str(entry["file"]), entry.get("rows", {})))
        columns, ignored = entry.get("columns", {}), entry.get("columns_ignored", [])
        if columns:
            lines.append(columns_line(columns, ignored))
        lines += [Note("  {note}", note=note) for note in entry.get("notes", [])]
    return lines


def rows_line(file: str, rows: Mapping[str, Any]) -> Note:
    """How many rows were read and used; visits that a newer one follows are neither used alone nor lost.

    Parameters
    ----------
    file
        Name of the file.
    rows
        Counts by name: `read`, `accepted`, `rejected` and others.
    """
    count = {key: int(rows.get(key, 0)) for key in ("read", "accepted", "rejected", *FOLLOWED)}
    if count["superseded"] or count["after_as_of"]:
        return Note(
            "{file}: {read} row{read?|s} read, {accepted} used, {superseded} followed by a newer visit of "
            "{superseded?its|their} site, {after_as_of} later than the date, {rejected} not used.",
            file=file,
            **count,
        )
    return Note(
        "{file}: {read} row{read?|s} read, {accepted} used, {rejected} not used.",
        file=file, read=count["read"], accepted=count["accepted"], rejected=count["rejected"],
    )  # fmt: skip


def columns_line(columns: Mapping[str, str], ignored: Iterable[str]) -> Note:
    """Which column was taken for what, and which were not used.

    Parameters
    ----------
    columns
        Heading of the file by our own column.
    ignored
        Columns that were not used.
    """
    taken = ", ".join(field if field == names else f"{field} ← {names}" for field, names in columns.items() if names)
    left = list(ignored)
    if not left:
        return Note("  Columns: {taken}. None was left unused.", taken=taken)
    shown: str = ", ".join(left[:MOST_NAMED])
    if len(left) > MOST_NAMED:
        shown = Note("{rows} and {n} more", rows=shown, n=len(left) - MOST_NAMED)
    return Note("  Columns: {taken}. Not used: {left}.", taken=taken, left=shown)


def reasons_line(reasons: pd.Series[str]) -> Note:
    """Why rows were not used, in words, with their number.

    Parameters
    ----------
    reasons
        Codes of why a row was not used, one a row.
    """
    counts = reasons.value_counts().sort_index()
    return joined(Note("{n} × {reason}", n=int(n), reason=Reason(str(reason))) for reason, n in counts.items())


def followed(rejected: pd.DataFrame) -> pd.Series[bool]:
    """Which of the rows left out are visits that a newer one follows, or later than the date: none of them is lost.

    Parameters
    ----------
    rejected
        Rows that were not used, with the reason (`geo.schema.REJECTED`).
    """
    return rejected["reason"].isin(FOLLOWED)


def first_reasons(rejected: pd.DataFrame, most: int = 5) -> list[Note]:
    """The first rejected rows in words: row, id, reason, what was expected and what was got.

    Parameters
    ----------
    rejected
        Rows that were not used, with the reason (`geo.schema.REJECTED`).
    most
        How many rows are told at most.
    """
    lines: list[Note] = []
    for row in rejected.head(most).to_dict("records"):
        parts: list[Note] = [Reason(str(row["reason"]))]
        if row["expected"]:
            parts.append(Note("Expected: {text}.", text=RowText(str(row["expected"]))))
        if row["got"]:
            parts.append(Note("Got: {text}.", text=str(row["got"])))
        sentence = Note(
            " ".join(f"{{p{i}}}" for i in range(len(parts))), **{f"p{i}": part for i, part in enumerate(parts)}
        )
        file, number, own = str(row["source_file"]), str(row["row"]), str(row["id"])
        where = Note("{file}, row {row}", file=file, row=number)
        if own:
            where = Note("{file}, row {row} ({id})", file=file, row=number, id=own)
        lines.append(Note("  {where}: {said}", where=where, said=sentence))
    if len(rejected) > most:
        lines.append(Note("  and {n} more", n=len(rejected) - most))
    return lines
