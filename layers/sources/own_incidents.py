"""Incidents in the project's own columns: what the demonstration has, and what anybody may write by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.messages import Note
from geo.schema import INCIDENTS
from layers.formats.table import Table
from layers.formats.values.numbers import parse_numbers
from layers.reference.tables import country_codes
from layers.sources.incident_fields import IncidentSource, Normalised, counted, days, exactness, positions
from layers.sources.layer import Faults, Fields, flags, shared_value, version_of
from layers.sources.ucdp import PRECISION, VIOLENCE

_OWN_DEATHS = ("deaths_best", "deaths_low", "deaths_high", "deaths_civilians")


def is_own(fields: Fields) -> bool:
    """Whether the columns are the project's own."""
    return fields.has("record_id", "date_start", "precision", "deaths_best")


def normalise_own(table: Table, fields: Fields, faults: Faults) -> Normalised:
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
        frame,
        shared_value(frame["dataset"], table.name),
        shared_value(frame["dataset_version"], version_of(table)),
        notes,
    )


SOURCE = IncidentSource(
    layout="own",
    recognises=is_own,
    normalise=normalise_own,
    described=Note("the project's own columns (record_id, date_start, date_end, precision, lon, lat, deaths_best)"),
    restricted=lambda fields: bool(flags(fields.text("restricted")).any()),
)
