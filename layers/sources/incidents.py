"""Incidents out of their publishers' own files, in one schema: :data:`geo.schema.INCIDENTS`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from geo.messages import Note, joined
from geo.records.place_names import plain
from geo.schema import INCIDENTS, REJECTED, REJECTED_INCIDENTS, conform, empty
from layers.formats import LOCAL, Gateway, read
from layers.formats.header_words import HeaderWords
from layers.formats.spelled import Spelled
from layers.formats.table import Table
from layers.reference.tables import columns
from layers.sources import acled, own_incidents, ucdp
from layers.sources.fields import cut_name
from layers.sources.incident_fields import (
    DOUBT,
    IncidentSource,
    gravest_first,
    rejected_places,
)
from layers.sources.layer import Faults, Fields, Layer, choose, keep_first
from layers.sources.read_options import NOTHING, ReadOptions
from layers.sources.reader_in_child import in_child

_HEADER = HeaderWords(
    {},
    (),
    (
        ("=type of violence", "=where prec", "=date start"),
        ("=event id cnty", "=event date"),
        ("=record id", "=date start", "=precision"),
    ),
    (ucdp.UNNAMED,),
)
SOURCES: tuple[IncidentSource, ...] = (ucdp.SOURCE, acled.SOURCE, own_incidents.SOURCE)
"""Every source of incidents, in the order in which a file is held against them; a new one is a file and a word here."""


@in_child
def read_incidents(
    source: bytes | Path, name: str | None = None, *, gateway: Gateway = LOCAL, options: ReadOptions = NOTHING
) -> Layer:
    """Incidents of UCDP GED (native, GeoJSON, explorer's export, HDX's edition), ACLED or the project's own columns.

    Of several rows with one id the final goes before the candidate, then the graver (more deaths, then the finer
    place), then the first; the others are rejected as ``duplicate_id``. Of ACLED no text of a row is told in rejections
    or errors.

    Parameters
    ----------
    options
        What the user says of the file; a mapping names the project's own columns, or those of a publisher.

    Returns
    -------
    Layer
        Frame of :data:`geo.schema.INCIDENTS` in the file's order; `layout` is that of its source; `covers`
        of a recognised edition; `rejected_places`.

    Raises
    ------
    geo.errors.InputError
        The columns are those of no known layout, one is missing, or no row is usable.
    """
    wanted = None if options.columns else _needed()  # a column by hand may have any name
    choice = options.choice(_HEADER)
    table = read(source, name, purpose="table", gateway=gateway, columns=wanted, swap=options.swap, choice=choice)
    gateway.check("incidents", len(table.frame), table.name)
    fields = Fields(table, options=options)
    if not any(known.recognises(fields) for known in SOURCES):
        # once more, to name every column that was found
        fields = Fields(read(source, name, purpose="table", gateway=gateway, choice=choice), options=options)
    tests = tuple((known.layout, known.recognises) for known in SOURCES)
    layout = choose(fields, tests, "incidents", joined([known.described for known in SOURCES]))
    form = next(known for known in SOURCES if known.layout == layout)
    fields = Fields(table, form.columns, options)
    secret = form.restricted(fields)
    faults = Faults(table, secret=secret)
    made = form.normalise(table, fields, faults)
    frame = made.frame
    if "dataset" not in frame:
        frame = frame.assign(dataset=made.dataset, dataset_version=made.version)
    if DOUBT not in frame:  # a source that knows of no doubt
        frame = frame.assign(**{DOUBT: ""})
    unused = np.where(faults.ok, frame[DOUBT].to_numpy(dtype=object), faults.reason)
    again = _repeats(frame, table, faults, made.notes)
    faults.usable("incidents", frame["record_id"])
    rejected = faults.rejected(frame["record_id"])
    accepted = frame.assign(row=table.row)[faults.ok]
    return Layer(
        name=table.name,
        sha256=table.sha256,
        size=table.size,
        layout=layout,
        dataset=made.dataset,
        dataset_version=made.version,
        frame=conform(accepted, INCIDENTS),
        accounting={
            "read": len(accepted) + len(rejected),
            "accepted": len(accepted),
            "rejected": len(rejected),
            "duplicates": int(np.count_nonzero(again)),
        },
        rejected=rejected,
        notes=[*([] if secret else table.notes), *made.notes],
        covers=made.covers,
        rejected_places=rejected_places(frame, table, faults, unused),
        columns_used=fields.used,
        columns_ignored=fields.ignored,
    )


def _repeats(frame: pd.DataFrame, table: Table, faults: Faults, notes: list[str]) -> np.ndarray:
    """Rejects the rows that give way to another of their id, tells those that say something else; a mask of them."""
    kept = keep_first(_key(frame), faults.ok, gravest_first(frame))
    again = np.asarray(kept != np.arange(len(frame)))
    if not again.any():
        return again
    expected = "one row per id; row " + pd.Series(table.row[kept]).astype("str") + " is kept"
    faults.add("duplicate_id", again, expected=expected, got=frame["record_id"])
    compared = frame[["date_start", "date_end", "precision", "deaths_best", "lon", "lat", "effect"]]
    mine, others = compared[again].reset_index(drop=True), compared.iloc[kept[again]].reset_index(drop=True)
    different = int((~((mine == others) | (mine.isna() & others.isna()))).any(axis=1).sum())
    if different:
        notes.append(
            Note("{n} row{n?|s} {n?repeats|repeat} an id with other content: the row with more deaths, then the "
                 "finer place, counts.",
                 n=different)
        )  # fmt: skip
    return again


def _key(frame: pd.DataFrame) -> pd.Series[str]:
    return frame["source"] + "\x1f" + frame["record_id"]


def join(layers: Sequence[Layer]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Incidents of several files: within a source an id counts once, final before candidate, then the graver row.

    Returns
    -------
    incidents : pandas.DataFrame
        :data:`geo.schema.INCIDENTS`, in the order of the files; `row` is that of each file.
    repeated : pandas.DataFrame
        :data:`geo.schema.REJECTED`: rows that gave way, reason ``duplicate_id``.
    """
    if not layers:
        return empty(INCIDENTS), empty(REJECTED)
    frame = pd.concat([layer.frame for layer in layers], ignore_index=True)
    file = np.repeat([layer.name for layer in layers], [len(layer.frame) for layer in layers])
    kept = keep_first(_key(frame), np.full(len(frame), True), gravest_first(frame))
    again = kept != np.arange(len(frame))
    repeated = pd.DataFrame(
        {
            "source_file": file[again],
            "row": frame["row"][again],
            "id": frame["record_id"][again],
            "reason": "duplicate_id",
            "expected": [f"one row per id; that of {name} is kept" for name in file[kept[again]]],
        }
    )
    return conform(frame[~again], INCIDENTS), conform(repeated, REJECTED)


def unusable(layers: Sequence[Layer]) -> pd.DataFrame:
    """What is readable of the incidents of several files that could not be used: :data:`geo.schema.REJECTED_INCIDENTS`.

    A row of a candidate edition whose id a final row gives whole is not missed, since it would give way to that one.
    Of two rows of one rank the graver counts, and how grave a faulty one is nobody knows.
    """
    parts = [layer.rejected_places for layer in layers if len(layer.rejected_places)]
    if not parts:
        return empty(REJECTED_INCIDENTS)
    lost = pd.concat(parts, ignore_index=True)
    exact = [layer.frame[~_doubted(layer) & ~layer.frame["candidate"].to_numpy(dtype=bool)] for layer in layers]
    final = set(pd.concat([_key(frame) for frame in exact]))
    return conform(lost[~(lost["candidate"] & _key(lost).isin(final))], REJECTED_INCIDENTS)


def _doubted(layer: Layer) -> np.ndarray:
    """The rows of a layer that count and are doubted all the same."""
    return layer.frame["row"].isin(layer.rejected_places["row"]).to_numpy(dtype=bool)


@lru_cache(maxsize=1)
def _needed() -> Spelled:
    """Columns that any source of incidents is read from."""
    spelled = {spelling for s in SOURCES if s.columns for names in columns(s.columns).values() for spelling in names}
    known = spelled | {plain(column.name) for column in INCIDENTS}
    return Spelled(known | {cut_name(word) for word in known})
