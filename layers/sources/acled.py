"""ACLED's export: 31 columns, or the 25 upper-case columns of before. Its rows must never leave the machine.

No text of a row goes into a rejection, note or error: only its row number, its id and the reason.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.messages import Note
from geo.records.place_names import plain
from layers.formats.table import Table
from layers.formats.values.numbers import parse_numbers
from layers.reference.tables import country_codes
from layers.sources.layer import Faults, Fields, version_of
from layers.sources.ucdp import counted, days, positions

PRECISION = {1.0: 1, 2.0: 2, 3.0: 4}
"""ACLED's geo_precision (place, near a place, region) on UCDP's scale."""
DATE_PRECISION = {1.0: 1.0, 2.0: 3.0, 3.0: 4.0}
"""ACLED's time_precision (day, week, month) on UCDP's scale."""
NOT_COUNTED = frozenset(
    {
        "protests",
        "riots",
        "strategic developments",
        # names of before 2019
        "riots protests",
        "strategic development",
        "headquarters or base established",
        "non violent transfer of territory",
    }
)


def is_acled(fields: Fields) -> bool:
    """Whether the columns are those of ACLED, of today or of before 2019."""
    return fields.has("event_id_cnty", "event_date", "event_type", "fatalities")


def normalise_acled(table: Table, fields: Fields, faults: Faults) -> tuple[pd.DataFrame, str, str, list[str]]:
    """Rows of ACLED in the columns of :data:`geo.schema.INCIDENTS`, one per row of `table`, all `restricted`.

    Returns
    -------
    frame, dataset, dataset_version, notes
    """
    fields.require("id", "date", "precision", "deaths", "type")
    frame = pd.DataFrame({"record_id": fields.text("id").str.strip()})
    faults.add("missing_id", frame["record_id"] == "")
    frame["date_start"] = days(fields, faults, "date")
    frame["date_end"] = frame["date_start"]
    frame["date_prec"] = pd.Series(parse_numbers(fields.text("time_precision"), decimal=".")[0]).map(DATE_PRECISION)
    precision = pd.Series(parse_numbers(fields.text("precision"), decimal=".")[0]).map(PRECISION)
    faults.add("unknown_code", precision.isna())
    frame["precision"] = precision.fillna(0).astype("int64")
    deaths = counted(fields, faults, "deaths", required=True)
    frame["deaths_best"] = frame["deaths_low"] = frame["deaths_high"] = deaths
    frame["lon"], frame["lat"] = positions(table, fields, faults, frame["precision"].to_numpy() <= 2)
    frame["country"] = country_codes(fields.text("country"))
    blank = frame["country"] == ""
    if blank.any():
        frame.loc[blank, "country"] = country_codes(fields.text("iso")[blank])
    for column in ("admin1", "admin2", "actor_a", "actor_b"):
        frame[column] = fields.text(column)
    frame["kind"] = fields.text("type")
    effects = {kind: "none" if plain(str(kind)) in NOT_COUNTED else "violent" for kind in pd.unique(frame["kind"])}
    frame["effect"] = frame["kind"].map(effects).astype("str")
    notes: list[str] = []
    idle = int(np.count_nonzero((frame["effect"] == "none") & faults.ok))
    if idle:
        notes.append(Note("{n} protests, riots and strategic developments are read but count for no rule.", n=idle))
    return frame.assign(source="acled", restricted=True), "ACLED", version_of(table), notes
