"""UCDP GED in the forms in which it is published: native CSV, GeoJSON, the explorer's export, HDX's edition."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from geo.messages import Note
from geo.records.place_names import plain
from layers.formats.table import Table
from layers.formats.values.coordinates import check_positions, parse_coordinates
from layers.formats.values.dates import parse_dates
from layers.formats.values.numbers import parse_numbers
from layers.reference.tables import country_codes, gleditsch_ward
from layers.sources.coverage import recognise
from layers.sources.layer import Faults, Fields, points, version_of

VIOLENCE = {"1": "state-based", "2": "non-state", "3": "one-sided"}
# Candidate editions are numbered year, 0, month (GEDEvent_v24_0_12.csv; the API calls it 24.0.12) or, where several
# months stand together, by their first and last month (GEDEvent_v26_01_26_06.csv).
_CANDIDATE = re.compile(r"v\d{2}[._](?:0[._]\d{1,2}|\d{2}[._]\d{2}[._]\d{2})(?!\d)")
_PRECISION = "1 to 7 (where_prec)"


def is_ucdp(fields: Fields) -> bool:
    """Whether the columns are those of UCDP GED."""
    return fields.has("type_of_violence", "where_prec", "date_start", "date_end")


def normalise_ucdp(table: Table, fields: Fields, faults: Faults) -> tuple[pd.DataFrame, str, str, list[str]]:
    """Rows of UCDP GED in the columns of :data:`geo.schema.INCIDENTS`, one per row of `table`.

    The native order of days in slashed dates is month first (the explorer), unless the column itself shows the other.
    Deaths that are not given low or high take the best estimate. What is imprecise (3 and above) needs no coordinates.

    Returns
    -------
    frame, dataset, dataset_version, notes
    """
    fields.require("id", "precision", "start", "end", "best")
    notes: list[str] = []
    frame = pd.DataFrame({"record_id": fields.text("id").str.strip()})
    faults.add("missing_id", frame["record_id"] == "", expected="id")
    for column, field in (("date_start", "start"), ("date_end", "end")):
        frame[column] = days(fields, faults, field, day_first=False)
    faults.add("end_before_start", frame["date_end"].lt(frame["date_start"]), got=fields.text("end"),
               expected="date_end on or after date_start")  # fmt: skip
    precision, _ = parse_numbers(fields.text("precision"), decimal=".")
    faults.add("unknown_code", ~np.isin(precision, range(1, 8)), expected=_PRECISION, got=fields.text("precision"))
    frame["precision"] = np.where(np.isin(precision, range(1, 8)), precision, 0).astype(np.int64)
    frame["date_prec"], _ = parse_numbers(fields.text("date_prec"), decimal=".")
    best = counted(fields, faults, "best", required=True)
    for column, field in (("deaths_best", "best"), ("deaths_low", "low"), ("deaths_high", "high")):
        values = best if field == "best" else counted(fields, faults, field)
        frame[column] = np.where(np.isnan(values), best, values)
    disordered = int((frame["deaths_low"].gt(frame["deaths_best"]) | frame["deaths_high"].lt(best)).sum())
    if disordered:
        notes.append(Note("{n} rows have a best estimate outside their low and high; taken as they are.", n=disordered))
    frame["lon"], frame["lat"] = positions(table, fields, faults, frame["precision"].to_numpy() <= 2)

    numbers = fields.text("country_id").str.strip().str.removesuffix(".0")
    frame["country"] = numbers.map(gleditsch_ward()).fillna("").astype("str")
    for column in ("iso3", "country"):
        blank = frame["country"] == ""
        if blank.any():
            frame.loc[blank, "country"] = country_codes(fields.text(column)[blank])
    unknown = sorted(set(fields.text("country")[(frame["country"] == "") & faults.ok]))
    if unknown:
        told = ", ".join(unknown[:10]) or Note("(blank)")
        notes.append(Note("Countries that could not be recognised: {names}.", names=told))
    for column in ("admin1", "admin2", "actor_a", "actor_b"):
        frame[column] = fields.text(column)
    frame["kind"] = fields.text("type").map(lambda text: VIOLENCE.get(text, text)).astype("str")
    frame["effect"] = "lethal"
    frame["violence"] = frame["kind"].where(frame["kind"].isin(list(VIOLENCE.values())), "").astype("str")
    frame["candidate"] = bool(_CANDIDATE.search(table.name) or _CANDIDATE.search(table.meta.get("collection_name", "")))
    stated = fields.column("code_status") is not None
    status = fields.text("code_status")
    clear = [text for text in pd.unique(status) if plain(str(text)) == "clear"]
    unclear = ~status.isin(clear) if stated else False
    frame["provisional"] = frame["candidate"] | unclear
    edition = recognise(table, "ucdp", set(numbers))
    dataset, version = edition or ("UCDP GED", version_of(table))
    return frame.assign(source="ucdp"), dataset, version, notes


def days(fields: Fields, faults: Faults, field: str, *, day_first: bool | None = None) -> pd.Series[pd.Timestamp]:
    """The days of a field; `day_first` decides only where the column itself does not show its order."""
    text = fields.text(field)
    dates, why = parse_dates(text)
    if day_first is not None and (why == "date_ambiguous").any():
        dates, why = parse_dates(text, day_first=day_first)
    faults.add(why, expected="YYYY-MM-DD", got=text)
    faults.add("date_missing", dates.isna(), expected="YYYY-MM-DD")
    return dates


def counted(fields: Fields, faults: Faults, field: str, *, required: bool = False) -> np.ndarray:
    """A count of people, float64: NaN where blank; what is no number or below zero is a fault."""
    text = fields.text(field)
    values, why = parse_numbers(text)
    faults.add(why, expected="a number", got=text)
    with np.errstate(invalid="ignore"):
        faults.add("number_out_of_range", values < 0, expected="0 or more", got=text)
    if required:
        faults.add("missing_value", np.isnan(values), expected="a number of deaths")
    return values


def positions(table: Table, fields: Fields, faults: Faults, needed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Longitude and latitude of incidents: the geometry's, else the columns'; a fault only where one is `needed`."""
    at = points(table)
    if at is not None:
        lon, lat = at
        why = check_positions(lon, lat)
        told = pd.Series([f"lon={x:g}, lat={y:g}" for x, y in zip(lon, lat, strict=True)], dtype="str")
    else:
        fields.require("lon", "lat")
        lon, lat, why = parse_coordinates(fields.text("lon"), fields.text("lat"))
        told = "lon=" + fields.text("lon") + ", lat=" + fields.text("lat")
    faults.add(why, needed, expected="longitude -180 to 180, latitude -90 to 90, degrees of WGS 84", got=told)
    faults.add("coordinates_missing", needed & np.isnan(lon), expected="coordinates at this precision")
    bad = (why != "") | np.isnan(lon)
    return np.where(bad, np.nan, lon), np.where(bad, np.nan, lat)
