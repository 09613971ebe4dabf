"""Messages of a fetch and of the catalogue of fetched editions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from geo.messages import Note
from i18n.translator import N_
from jobs.edition_references import StoredEdition
from layers.publishers.fetch import Fetched
from layers.sources.catalogue import Entry


def fetched(found: Fetched, folder: Path) -> list[Note]:
    """What a fetch brought, how it is to be cited and where it lies.

    Parameters
    ----------
    found
        What the publisher sent, as it was kept.
    folder
        The data folder in which it lies.
    """
    lines = [Note("The publisher's file has not changed.")] if found.unchanged else []
    lines += [entry_line(entry) for entry in found.entries]
    if not found.entry.coverage and found.entry.role == "incidents" and found.entry.area:
        lines.append(Note("It declares to cover nothing: whether it is whole for its country is not known."))
    return [*lines, Note("Cite: {text}", text=found.entry.cite), Note("Kept in {folder}.", folder=str(folder))]


def entry_line(entry: Entry) -> Note:
    """An entry in one line.

    Parameters
    ----------
    entry
        One file of the catalogue of fetched files.
    """
    return Note(
        "{reference}: {rows} row{rows?|s}, {licence}, kept as {name}.",
        reference=entry.reference,
        rows=entry.rows,
        licence=entry.licence or Note("licence not stated"),
        name=entry.name,
    )


def details(kept: StoredEdition) -> list[Note]:
    """All that the catalogue has of an entry: file, hash, day, licence, citation, what the rows are of, coverage.

    Parameters
    ----------
    kept
        A fetched file and the store that has it.
    """
    entry = kept.entry
    came = {"when": entry.fetched_at, "where": entry.url or kept.path.parent.as_posix()}
    lines = [
        entry_line(entry),
        Note("File {name}: {n} byte{n?|s}, SHA-256 {hash}.", name=entry.name, n=entry.size, hash=entry.sha256),
        Note("Downloaded by hand and kept at {when}.", when=entry.fetched_at)
        if entry.by_hand
        else Note("Retrieved at {when} from {where}.", **came),
    ]
    if entry.cut_from:
        lines.append(Note("Cut out of the file with the SHA-256 {hash}.", hash=entry.cut_from))
    lines.append(Note("Licence: {text}", text=entry.licence or Note("licence not stated")))
    if entry.cite:
        lines.append(Note("Cite: {text}", text=entry.cite))
    lines += [Note(_PROFILE[key], value=value) for key, value in entry.profile.items() if key in _PROFILE]
    spans = entry.coverage
    if not spans:
        return [*lines, Note("It declares to cover nothing itself.")] if entry.role == "incidents" else lines
    first, last = min(c["from"] for c in spans), max(c["to"] for c in spans)
    n = len({c["country_iso3"] for c in spans})
    return [*lines, Note("Declared covered: {n} countr{n?y|ies}, {a} to {b}.", n=n, a=first, b=last)]


_PROFILE = {
    "first_day": N_("First day of the rows: {value}"), "last_day": N_("Last day of the rows: {value}"),
    "countries": N_("Countries of the rows: {value}"), "deaths": N_("Deaths: {value}"),
    "placed": N_("Rows placed to within 25 km: {value}"), "rejected": N_("Rows not used: {value}"),
}  # fmt: skip


def listed(kept: Sequence[StoredEdition]) -> list[Note]:
    """The catalogue, a line each; the pinned ones say so.

    Parameters
    ----------
    kept
        Fetched files with their stores, in the order in which they are listed.
    """
    if not kept:
        return [Note("Nothing was fetched yet.")]
    return [
        Note("{line} Retrieved {day}. Pinned.", line=entry_line(k.entry), day=k.entry.fetched_at[:10])
        if k.entry.pinned
        else Note("{line} Retrieved {day}.", line=entry_line(k.entry), day=k.entry.fetched_at[:10])
        for k in kept
    ]
