"""Incidents out of their publishers' own files, in one schema: :data:`geo.schema.INCIDENTS`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from geo.messages import Note
from geo.records.place_names import plain
from geo.schema import INCIDENTS, REJECTED, conform, empty
from layers.formats import LOCAL, Door, read
from layers.formats.table import Table
from layers.formats.values.numbers import parse_numbers
from layers.reference.tables import columns, country_codes
from layers.sources.acled import is_acled, normalise_acled
from layers.sources.layer import Faults, Fields, Layer, Spelled, choose, flags, keep_first, only, version_of
from layers.sources.ucdp import counted, days, is_ucdp, normalise_ucdp, positions

Normalised = tuple[pd.DataFrame, str, str, list[str]]
_KNOWN = Note(
    "UCDP GED (id, type_of_violence, where_prec, date_start, date_end, best or best_est), ACLED (event_id_cnty, "
    "event_date, event_type, geo_precision, fatalities), or the project's own columns (record_id, date_start, "
    "date_end, precision, lon, lat, deaths_best)"
)


def read_incidents(source: bytes | Path, name: str | None = None, *, door: Door = LOCAL) -> Layer:
    """Incidents of UCDP GED (native, GeoJSON, explorer's export, HDX's edition), ACLED or the project's own columns.

    Of several rows with one id the final goes before the candidate, then the first; the others are rejected as
    ``duplicate_id``. Of ACLED no text of a row is told in rejections or errors.

    Returns
    -------
    Layer
        Frame of :data:`geo.schema.INCIDENTS` in the file's order; `layout` is ``ucdp``, ``acled`` or ``own``.

    Raises
    ------
    geo.errors.InputError
        The columns are those of no known layout, one is missing, or no row is usable.
    """
    # UCDP's own file has 49 columns, most of them long texts that nothing here needs.
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
    frame, dataset, version, notes = normalise[layout](table, fields, faults)
    rank = frame["candidate"].to_numpy(dtype=np.int64) if "candidate" in frame else np.zeros(len(frame), dtype=np.int64)
    key = frame["source"] + "\x1f" + frame["record_id"]
    kept = keep_first(key, faults.ok, rank)
    again = kept != np.arange(len(frame))
    told = "one row per id; row " + pd.Series(table.row[kept]).astype("str") + " is kept"
    faults.add("duplicate_id", again, expected=told, got=frame["record_id"])
    faults.usable("incidents")
    rejected = faults.rejected(frame["record_id"])
    if "dataset" not in frame:
        frame = frame.assign(dataset=dataset, dataset_version=version)
    accepted = frame.assign(row=table.row)[faults.ok]
    return Layer(
        name=table.name,
        sha256=table.sha256,
        layout=layout,
        dataset=dataset,
        dataset_version=version,
        frame=conform(accepted, INCIDENTS),
        accounting={
            "read": len(accepted) + len(rejected),
            "accepted": len(accepted),
            "rejected": len(rejected),
            "duplicates": int(np.count_nonzero(again)),
        },
        rejected=rejected,
        notes=[*([] if secret else table.notes), *notes],
    )


def join(layers: Sequence[Layer]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Incidents of several files: within a source an id counts once, a final edition before a candidate one.

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
    kept = keep_first(
        frame["source"] + "\x1f" + frame["record_id"],
        np.full(len(frame), True),
        frame["candidate"].to_numpy(dtype=np.int64),
    )
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


@lru_cache(maxsize=1)
def _needed() -> Spelled:
    """Columns that any layout of incidents is read from."""
    spelled = {spelling for layout in ("ucdp", "acled") for names in columns(layout).values() for spelling in names}
    return Spelled(spelled | {plain(column.name) for column in INCIDENTS})


def _is_own(fields: Fields) -> bool:
    return fields.has("record_id", "date_start", "precision", "deaths_best")


def _normalise_own(table: Table, fields: Fields, faults: Faults) -> Normalised:
    """The project's own columns, as the demonstration data has them."""
    frame = pd.DataFrame({c.name: fields.text(c.name) for c in INCIDENTS if c.type == "text"})
    frame["record_id"] = frame["record_id"].str.strip()
    faults.add("missing_id", frame["record_id"] == "", expected="record_id")
    frame["date_start"] = days(fields, faults, "date_start")
    frame["date_end"] = days(fields, faults, "date_end") if fields.column("date_end") else frame["date_start"]
    faults.add("end_before_start", frame["date_end"].lt(frame["date_start"]), got=fields.text("date_end"),
               expected="date_end on or after date_start")  # fmt: skip
    precision, _ = parse_numbers(fields.text("precision"), decimal=".")
    known = np.isin(precision, range(1, 8))
    faults.add("unknown_code", ~known, expected="1 to 7", got=fields.text("precision"))
    frame["precision"] = np.where(known, precision, 0).astype(np.int64)
    frame["date_prec"], _ = parse_numbers(fields.text("date_prec"), decimal=".")
    best = counted(fields, faults, "deaths_best", required=True)
    frame["deaths_best"] = best
    for column in ("deaths_low", "deaths_high"):
        values = counted(fields, faults, column)
        frame[column] = np.where(np.isnan(values), best, values)
    frame["lon"], frame["lat"] = positions(table, fields, faults, frame["precision"].to_numpy() <= 2)
    frame["country"] = country_codes(frame["country"])
    for column in ("provisional", "candidate", "restricted", "demonstration"):
        frame[column] = flags(fields.text(column))
    # Files of before version 0.2 say `counts` true or false instead.
    idle = ~flags(fields.text("counts"), default=True) & (frame["effect"] == "").to_numpy()
    frame["effect"] = frame["effect"].mask(frame["effect"] == "", "lethal").mask(idle, "none")
    blank = frame["source"] == ""
    frame.loc[blank, "source"] = table.name
    frame.loc[frame["dataset"] == "", "dataset"] = table.name
    frame.loc[frame["dataset_version"] == "", "dataset_version"] = version_of(table)
    dataset = only(frame["dataset"], table.name)
    return frame, dataset, only(frame["dataset_version"], version_of(table)), []
