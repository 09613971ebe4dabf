"""Incidents out of their publishers' own files, in one schema: :data:`geo.schema.INCIDENTS`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from geo.messages import Note
from geo.records.place_names import plain
from geo.schema import INCIDENTS, REJECTED, REJECTED_INCIDENTS, conform, empty
from layers.formats import LOCAL, Door, read
from layers.formats.spelled import Spelled
from layers.formats.table import Table
from layers.formats.values.numbers import parse_numbers
from layers.reference.tables import columns, country_codes
from layers.sources.acled import is_acled, normalise_acled
from layers.sources.incident_fields import (
    DOUBT,
    Normalised,
    counted,
    days,
    exactness,
    gravest_first,
    positions,
    rejected_places,
)
from layers.sources.layer import Faults, Fields, Layer, choose, flags, keep_first, only, version_of
from layers.sources.ucdp import PRECISION, VIOLENCE, is_ucdp, normalise_ucdp

_OWN_DEATHS = ("deaths_best", "deaths_low", "deaths_high", "deaths_civilians")
_KNOWN = Note(
    "UCDP GED (id, type_of_violence, where_prec, date_start, date_end, best or best_est), ACLED (event_id_cnty, "
    "event_date, event_type, geo_precision, fatalities), or the project's own columns (record_id, date_start, "
    "date_end, precision, lon, lat, deaths_best)"
)


def read_incidents(source: bytes | Path, name: str | None = None, *, door: Door = LOCAL) -> Layer:
    """Incidents of UCDP GED (native, GeoJSON, explorer's export, HDX's edition), ACLED or the project's own columns.

    Of several rows with one id the final goes before the candidate, then the graver (more deaths, then the finer
    place), then the first; the others are rejected as ``duplicate_id``. Of ACLED no text of a row is told in rejections
    or errors.

    Returns
    -------
    Layer
        Frame of :data:`geo.schema.INCIDENTS` in the file's order; `layout` is ``ucdp``, ``acled`` or ``own``; `covers`
        of a recognised edition; `rejected_places`.

    Raises
    ------
    geo.errors.InputError
        The columns are those of no known layout, one is missing, or no row is usable.
    """
    table = read(source, name, purpose="table", door=door, columns=_needed())
    door.check("incidents", len(table.frame), table.name)
    layouts = (("ucdp", is_ucdp), ("acled", is_acled), ("own", _is_own))
    fields = Fields(table)
    if not any(test(fields) for _, test in layouts):
        fields = Fields(read(source, name, purpose="table", door=door))  # to name every column that was found
    layout = choose(fields, layouts, "incidents", _KNOWN)
    normalise: dict[str, Callable[[Table, Fields, Faults], Normalised]] = {
        "ucdp": normalise_ucdp,
        "acled": normalise_acled,
        "own": _normalise_own,
    }
    fields = Fields(table, "" if layout == "own" else layout)
    secret = layout == "acled" or (layout == "own" and bool(flags(fields.text("restricted")).any()))
    faults = Faults(table, secret=secret)
    made = normalise[layout](table, fields, faults)
    frame = made.frame
    if "dataset" not in frame:
        frame = frame.assign(dataset=made.dataset, dataset_version=made.version)
    unused = np.where(faults.ok, frame[DOUBT].to_numpy(dtype=object), faults.reason)
    again = _repeats(frame, table, faults, made.notes)
    unused[again] = ""
    faults.usable("incidents")
    rejected = faults.rejected(frame["record_id"])
    accepted = frame.assign(row=table.row)[faults.ok]
    return Layer(
        name=table.name,
        sha256=table.sha256,
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
    )


def _repeats(frame: pd.DataFrame, table: Table, faults: Faults, notes: list[str]) -> np.ndarray:
    """Rejects the rows that give way to another of their id, tells those that say something else; a mask of them."""
    kept = keep_first(_key(frame), faults.ok, gravest_first(frame))
    again = np.asarray(kept != np.arange(len(frame)))
    told = "one row per id; row " + pd.Series(table.row[kept]).astype("str") + " is kept"
    faults.add("duplicate_id", again, expected=told, got=frame["record_id"])
    said = frame[["date_start", "date_end", "precision", "deaths_best", "lon", "lat", "effect"]]
    mine, others = said[again].reset_index(drop=True), said.iloc[kept[again]].reset_index(drop=True)
    different = int((~((mine == others) | (mine.isna() & others.isna()))).any(axis=1).sum())
    if different:
        notes.append(
            Note("{n} rows repeat an id with other content: the row with more deaths, then the finer place, counts.",
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

    A row whose id another row of its source gives whole is not missed, unless it is doubted though it counts.
    """
    parts = [layer.rejected_places for layer in layers if len(layer.rejected_places)]
    if not parts:
        return empty(REJECTED_INCIDENTS)
    lost = pd.concat(parts, ignore_index=True)
    exact = [layer.frame[~_doubted(layer)] for layer in layers]
    whole = set(pd.concat([_key(frame) for frame in exact]))
    return conform(lost[~_key(lost).isin(whole)], REJECTED_INCIDENTS)


def _doubted(layer: Layer) -> np.ndarray:
    """The rows of a layer that count and are doubted all the same."""
    return layer.frame["row"].isin(layer.rejected_places["row"]).to_numpy(dtype=bool)


@lru_cache(maxsize=1)
def _needed() -> Spelled:
    """Columns that any layout of incidents is read from."""
    spelled = {spelling for layout in ("ucdp", "acled") for names in columns(layout).values() for spelling in names}
    return Spelled(spelled | {plain(column.name) for column in INCIDENTS})


def _is_own(fields: Fields) -> bool:
    return fields.has("record_id", "date_start", "precision", "deaths_best")


def _normalise_own(table: Table, fields: Fields, faults: Faults) -> Normalised:
    """The project's own columns, as the demonstration data has them."""
    notes: list[str] = []
    frame = pd.DataFrame({c.name: fields.text(c.name) for c in INCIDENTS if c.type == "text"})
    frame["record_id"] = frame["record_id"].str.strip()
    faults.add("missing_id", frame["record_id"] == "", expected="record_id")
    both = tuple(name for name in ("date_start", "date_end") if fields.column(name))
    frame["date_start"] = days(fields, faults, "date_start", beside=both)
    frame["date_end"] = days(fields, faults, "date_end", beside=both) if len(both) == 2 else frame["date_start"]
    faults.add("end_before_start", frame["date_end"].lt(frame["date_start"]), got=fields.text("date_end"),
               expected="date_end on or after date_start")  # fmt: skip
    exactness(fields, frame, PRECISION, notes)
    frame["date_prec"], _ = parse_numbers(fields.text("date_prec"), decimal=".")
    best = counted(fields, faults, "deaths_best", beside=_OWN_DEATHS, required=True)
    low, high = (counted(fields, faults, name, beside=_OWN_DEATHS) for name in ("deaths_low", "deaths_high"))
    frame["deaths_best"] = best
    frame["deaths_low"], frame["deaths_high"] = np.fmin(low, best), np.fmax(high, best)
    frame["deaths_civilians"] = counted(fields, faults, "deaths_civilians", beside=_OWN_DEATHS)
    frame["lon"], frame["lat"] = positions(table, fields, faults, frame["precision"].to_numpy() <= 2)
    frame["country"] = country_codes(frame["country"])
    for column in ("provisional", "candidate", "restricted", "demonstration"):
        frame[column] = flags(fields.text(column))
    # Files of before version 0.2 say `counts` true or false instead.
    idle = ~flags(fields.text("counts"), default=True) & (frame["effect"] == "").to_numpy()
    frame["effect"] = frame["effect"].mask(frame["effect"] == "", "lethal").mask(idle, "none")
    effects = next(column.allowed for column in INCIDENTS if column.name == "effect")
    faults.add("unknown_code", ~frame["effect"].isin(effects), got=frame["effect"],
               expected=f"effect: {', '.join(effects)}")  # fmt: skip
    kinds = list(VIOLENCE.values())
    frame["violence"] = frame["violence"].where(frame["violence"].isin(kinds), frame["kind"])
    frame["violence"] = frame["violence"].where(frame["violence"].isin(kinds), "")
    blank = frame["source"] == ""
    frame.loc[blank, "source"] = table.name
    frame.loc[frame["dataset"] == "", "dataset"] = table.name
    frame.loc[frame["dataset_version"] == "", "dataset_version"] = version_of(table)
    return Normalised(
        frame, only(frame["dataset"], table.name), only(frame["dataset_version"], version_of(table)), notes
    )
