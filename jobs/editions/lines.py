"""What a fetch and the catalogue say in words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from geo.messages import Note
from jobs.edition_references import Kept
from layers.publishers.fetch import Fetched
from layers.sources.catalogue import Entry


def fetched(found: Fetched, folder: Path) -> list[Note]:
    """What a fetch brought, how it is to be cited and where it lies."""
    lines = [Note("The publisher's file has not changed.")] if found.unchanged else []
    lines += [entry_line(entry) for entry in found.entries]
    if not found.entry.coverage and found.entry.role == "incidents" and found.entry.area:
        lines.append(Note("It declares to cover nothing: whether it is whole for its country is not known."))
    return [*lines, Note("Cite: {text}", text=found.entry.cite), Note("Kept in {folder}.", folder=str(folder))]


def entry_line(entry: Entry) -> Note:
    """An entry in one line."""
    return Note(
        "{reference}: {rows} rows, {licence}, kept as {name}.",
        reference=entry.reference,
        rows=entry.rows,
        licence=entry.licence or Note("licence not stated"),
        name=entry.name,
    )


def listed(kept: Sequence[Kept]) -> list[Note]:
    """The catalogue, a line each; the pinned ones say so."""
    if not kept:
        return [Note("Nothing was fetched yet.")]
    return [
        Note("{line} Retrieved {day}. Pinned.", line=entry_line(k.entry), day=k.entry.fetched_at[:10])
        if k.entry.pinned
        else Note("{line} Retrieved {day}.", line=entry_line(k.entry), day=k.entry.fetched_at[:10])
        for k in kept
    ]
