"""A card for every dataset of a run: what it is, its licence, how to cite it, what it covers, and what is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo.messages import Note
from jobs.inputs import Loaded
from layers.publishers.table import sources
from layers.sources.catalogue import at_hand, publisher

OLD_DAYS = 548
"""Incidents that end longer ago than this are called old: a year's edition comes about half a year after its year."""
MOST_NAMED = 8


@dataclass(frozen=True)
class Card:
    """One dataset.

    Attributes
    ----------
    title, file
        Dataset with its edition, and the file.
    licence, cite
        Blank where they are not known.
    rows, rejected
        Rows used, and rows left out.
    first, last
        First and last day of the rows; blank where they are not dated.
    age
        Days since the last day; None where it is not dated.
    covers
        Countries and spans that are declared covered: `country_iso3, from, to`.
    missing
        What a reader should know to be missing.
    """

    title: str
    file: str
    licence: str
    cite: str
    rows: int
    rejected: int
    first: str
    last: str
    age: int | None
    retrieved: str
    covers: pd.DataFrame
    missing: Sequence[Note]


def cards(loaded: Loaded, today: dt.date) -> list[Card]:
    """The cards of everything that was loaded, in the order of the files."""
    layers: list[Any] = [*loaded.sites, *loaded.incident_layers, *loaded.boundaries]
    told = at_hand(layers, today)
    by_file = {str(i["file"]): i for i in loaded.inputs}
    return [
        _card(layer, row, by_file.get(layer.name, {}), loaded)
        for layer, row in zip(layers, told.to_dict("records"), strict=True)
    ]


def cite_of(entry: Mapping[str, Any]) -> str:
    """How an input of a run record is to be cited: as it was fetched, else as its publisher asks, else its credit."""
    if entry.get("cite"):
        return str(entry["cite"])
    dataset = str(entry.get("dataset", ""))
    known = publisher(dataset)
    if not known["credit"]:
        return ""
    named = next((s.cite for s in sources().values() if dataset.startswith(s.publisher)), "")
    return named or known["credit"]


def citations(inputs: Sequence[Mapping[str, Any]]) -> list[str]:
    """The citations of a run, each once, with edition and day of retrieval where they are known."""
    found = []
    for entry in inputs:
        cite = cite_of(entry)
        if not cite:
            continue
        edition = str(entry.get("edition") or "")
        version = edition or str(entry.get("dataset_version", ""))
        said = f"{entry.get('dataset')}" + ("" if not version or version.startswith("sha256") else f", {version}")
        day = str(entry.get("retrieved_at", ""))[:10]
        found.append(f"{said}{f' ({day})' if day else ''}: {cite}")
    return list(dict.fromkeys(found))


def _card(layer: Any, row: Mapping[Any, Any], entry: Mapping[str, Any], loaded: Loaded) -> Card:
    dated = not pd.isna(row["first_day"])
    covers = _covers(layer, loaded)
    incidents = any(layer is one for one in loaded.incident_layers)
    version = str(entry.get("edition") or row["dataset_version"])
    shown = "" if version.startswith("sha256:") or version in str(row["dataset"]) else f" {version}"
    return Card(
        title=f"{row['dataset']}{shown}",
        file=layer.name,
        licence=str(entry.get("licence") or row["licence"]),
        cite=cite_of({"dataset": row["dataset"], **entry}),
        rows=int(row["rows"]),
        rejected=int(row["rejected"]),
        first=f"{row['first_day']:%Y-%m-%d}" if dated else "",
        last=f"{row['last_day']:%Y-%m-%d}" if dated else "",
        age=int(row["age_days"]) if dated else None,
        retrieved=str(entry.get("retrieved_at", ""))[:10],
        covers=covers,
        missing=_missing(layer, row, covers, incidents=incidents),
    )


def _covers(layer: Any, loaded: Loaded) -> pd.DataFrame:
    """What is declared for a layer, by its version, dataset, source or file."""
    table = loaded.coverage
    if "effect" not in layer.frame:
        return table.iloc[:0]
    names = {
        layer.name,
        layer.name.rsplit(".", 1)[0],
        layer.dataset,
        layer.dataset_version,
        *layer.frame["source"].unique(),
    }
    return table[table["dataset"].isin(names)].reset_index(drop=True)


def _missing(layer: Any, row: Mapping[Any, Any], covers: pd.DataFrame, *, incidents: bool) -> list[Note]:
    out = []
    frame = layer.frame
    if incidents:
        if not len(covers):
            out.append(Note("Nothing is declared covered: no site can read as calm by it."))
        loose = int((frame["precision"] > 2).sum())
        if loose:
            out.append(Note("{n} of {m} incidents are not placed exactly enough for distances.", n=loose, m=len(frame)))
        seen = set(frame["country"]) - {""}
        outside = sorted(seen - set(covers["country_iso3"]))
        if len(covers) and outside:
            out.append(Note("Rows of countries that are not declared covered: {names}.", names=_names(outside)))
        if row["age_days"] > OLD_DAYS:
            out.append(
                Note("Nothing after {day}: what happened since is not in it.", day=f"{row['last_day']:%Y-%m-%d}")
            )
        if bool(frame["candidate"].any()):
            out.append(Note("Candidate events: provisional, and replaced by the yearly edition."))
    if row["rejected"]:
        out.append(Note("{n} rows could not be used.", n=int(row["rejected"])))
    if not row["licence"]:
        out.append(Note("Its licence is not known here."))
    if not row["may_leave"]:
        out.append(Note("Its rows must not leave in an export."))
    if "lon" in frame and not incidents and frame["lon"].isna().any():
        out.append(Note("{n} rows have no coordinates.", n=int(frame["lon"].isna().sum())))
    return out


def _names(codes: Sequence[str]) -> str:
    more = f" +{len(codes) - MOST_NAMED}" if len(codes) > MOST_NAMED else ""
    return ", ".join(codes[:MOST_NAMED]) + more
