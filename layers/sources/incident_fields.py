"""What every layout of incidents is read with: days, counts of people, exactness and place, and what a fault leaves.

A fault is not nothing: a row that cannot be used is rejected by name, and what is readable of its place and days is
kept beside (:data:`geo.schema.REJECTED_INCIDENTS`), so that no site near it reads as quiet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.messages import Note
from geo.schema import COVERAGE, REJECTED_INCIDENTS, conform, empty
from layers.formats.table import Table
from layers.formats.values.coordinates import check_positions, parse_coordinates
from layers.formats.values.dates import parse_dates, shown_order
from layers.formats.values.numbers import decimal_of, parse_numbers
from layers.sources.layer import Faults, Fields, points, shared_value

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
_ROUND = re.compile(r"[1-9]\d{0,2}\.000")
_UNGROUPED = re.compile(r"0\.\d+|\d{4,}(?:\.\d*)?")
"""What shows that a point is none between thousands."""
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:[.,]\d{3})")
IMPRECISE = 5
"""Precision of an incident that does not say how exactly its place is known: a label at most, never a point."""
DOUBT = "doubt"
"""Column of a normalised frame: why a row that counts may be graver than it reads (a reason), blank for none."""


@dataclass
class Normalised:
    """Rows of one layout in the columns of :data:`geo.schema.INCIDENTS`, one per row of the table, and their dataset.

    `covers` is what a recognised edition covers by itself (:data:`geo.schema.COVERAGE`).
    """

    frame: pd.DataFrame
    dataset: str
    version: str
    notes: list[str]
    covers: pd.DataFrame = field(default_factory=lambda: empty(COVERAGE))


@dataclass(frozen=True)
class IncidentSource:
    """A source of incidents: one file of this folder that declares itself (:data:`layers.sources.incidents.SOURCES`).

    Parameters
    ----------
    layout
        Its short name.
    recognises
        Whether the columns of a file are its.
    normalise
        Its rows in the columns of :data:`geo.schema.INCIDENTS`.
    described
        Its columns in words, for a file that none recognises.
    columns
        Its spellings in data/column_names.csv; blank for the project's own names.
    restricted
        Whether its rows must never leave this machine.
    """

    layout: str
    recognises: Callable[[Fields], bool]
    normalise: Callable[[Table, Fields, Faults], Normalised]
    described: Note
    columns: str = ""
    restricted: Callable[[Fields], bool] = lambda _fields: False


def days(
    fields: Fields, faults: Faults, name: str, *, beside: tuple[str, ...] = (), day_first: bool | None = None
) -> pd.Series[pd.Timestamp]:
    """The days of a field, NaT where there is none.

    The order of day and month is what the field and the fields `beside` it show together; `day_first` decides only
    where they show none. A year of two digits is read by the table's `year`.
    """
    text = fields.text(name)
    day_first = day_first if fields.options.day_first is None else fields.options.day_first
    shown = shown_order(*(fields.text(n) for n in dict.fromkeys((name, *beside))))
    years = fields.text("year") if fields.column("year") is not None else None
    dates, why = parse_dates(text, day_first=day_first if shown is None else shown, years=years)
    faults.add(why, expected="YYYY-MM-DD", got=text)
    faults.add("date_missing", dates.isna(), expected="YYYY-MM-DD")
    return dates


def counted(
    fields: Fields, faults: Faults, name: str, *, beside: tuple[str, ...] = (), required: bool = False
) -> Floats:
    """A count of people, NaN where blank; what is no number, below zero or not whole is a fault.

    People are whole: 1.5 may have been 15 or 1,500, and would count as less than it was. Where "1,050" could be 1.05 or
    1050 and some value of the field, or of those `beside` it, would not be whole as a decimal, the sign stands between
    thousands; "1.000" is a fault where nothing in them shows what its point is.
    """
    text = fields.text(name)
    columns = [pd.unique(fields.text(n)) for n in dict.fromkeys((name, *beside))]
    shown = list(dict.fromkeys(str(value) for one in columns for value in np.asarray(one, dtype=object)))
    sign = _sign(shown)
    values, why = parse_numbers(text, decimal=sign)
    faults.add(why, expected="a number", got=text)
    faults.add("number_ambiguous", text.isin(_round_ones(shown, sign)), expected="a number", got=text)
    with np.errstate(invalid="ignore"):
        faults.add("number_out_of_range", values < 0, expected="0 or more", got=text)
        faults.add("number_out_of_range", values % 1 > 0, expected="whole people", got=text)
    if required:
        faults.add("missing_value", np.isnan(values), expected="a number of deaths")
    return values


def _sign(values: list[str]) -> str | None:
    """The decimal sign of counts: what they show, else the one under which all of them are whole; None if unclear."""
    shown = decimal_of(values)
    if shown is not None:
        return None  # the column itself is clear, and parse_numbers finds the same
    grouped = [value for value in values if _GROUPED.fullmatch(value.strip())]
    for sign, other in ((",", "."), (".", ",")):
        marked = [value for value in grouped if sign in value]
        if any(not float(value.replace(sign, ".")).is_integer() for value in marked):
            return other
    return None


def _round_ones(values: list[str], sign: str | None) -> list[str]:
    """The values that may be one or a thousand, where no value shows what a point means."""
    plain = [value.strip() for value in values]
    if sign is not None or decimal_of(values) is not None or any(map(_UNGROUPED.fullmatch, plain)):
        return []
    return [value for value in values if _ROUND.fullmatch(value.strip())]


def exactness(fields: Fields, frame: pd.DataFrame, codes: Mapping[float, int], notes: list[str]) -> None:
    """Fills `precision` of `frame` by the source's `codes`; a blank or unknown one is imprecise, and doubted.

    It counts for no place, and the sites near its point cannot read as quiet.
    """
    read = pd.Series(parse_numbers(fields.text("precision"), decimal=".")[0]).map(codes)
    frame["precision"] = read.fillna(IMPRECISE).astype("int64")
    frame[DOUBT] = np.where(read.isna(), "unknown_code", "")
    n = int(read.isna().sum())
    if n:
        notes.append(
            Note(
                "{n} incident{n?|s} {n?does|do} not say how exactly {n?its|their} place is known: "
                "{n?it is|they are} taken as imprecise.",
                n=n,
            )
        )


def positions(table: Table, fields: Fields, faults: Faults, needed: Bools) -> tuple[Floats, Floats]:
    """Longitude and latitude of incidents: the geometry's, else the columns'; a fault only where one is `needed`."""
    at = points(table)
    if at is not None:
        lon, lat = at
        why = check_positions(lon, lat)
        texts = pd.Series([f"lon={x:g}, lat={y:g}" for x, y in zip(lon, lat, strict=True)], dtype="str")
    else:
        fields.require("lon", "lat")
        lon, lat, why = parse_coordinates(fields.text("lon"), fields.text("lat"))
        texts = "lon=" + fields.text("lon") + ", lat=" + fields.text("lat")
    faults.add(why, needed, expected="longitude -180 to 180, latitude -90 to 90, degrees of WGS 84", got=texts)
    faults.add("coordinates_missing", needed & np.isnan(lon), expected="coordinates at this precision")
    bad = (why != "") | np.isnan(lon)
    return np.where(bad, np.nan, lon), np.where(bad, np.nan, lat)


def gravest_first(frame: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Rank of each row among those of one id: final before candidate, then more deaths, then the finer place."""
    candidate = frame["candidate"].to_numpy(dtype=bool) if "candidate" in frame else np.zeros(len(frame), dtype=bool)
    order = np.lexsort((frame["precision"].to_numpy(), -frame["deaths_best"].to_numpy(dtype=np.float64), candidate))
    rank = np.empty(len(frame), dtype=np.int64)
    rank[order] = np.arange(len(frame))
    return rank


def rejected_places(
    frame: pd.DataFrame, table: Table, faults: Faults, reasons: npt.NDArray[np.object_]
) -> pd.DataFrame:
    """What is readable of the rows with a reason: :data:`geo.schema.REJECTED_INCIDENTS`.

    A row whose deaths are read as none and whose type is of deadly events only, or of events that no rule counts, would
    count for nothing if it were whole: it is left out. A place of precision 3 or coarser is no place. Rows that never
    became a row of the table have neither place nor days; their country is the file's where it has one only.

    Parameters
    ----------
    frame
        The rows of the table, normalised, with `dataset`.
    reasons
        Why each row is doubted: of a rejected row its reason, of one that counts its `doubt`; blank for none.
    """
    effect = frame["effect"].to_numpy(dtype=object)
    idle = (effect == "none") & (frame[DOUBT] == "").to_numpy()
    idle |= (effect == "lethal") & (frame["deaths_best"] == 0).to_numpy()
    bad = (reasons != "") & ~idle
    rows = frame[bad].copy()
    placed = (rows["precision"] <= 2) | (rows[DOUBT] != "")
    for column in ("lon", "lat"):
        rows[column] = rows[column].where(placed)
    crossed = rows["date_end"].lt(rows["date_start"])
    for column in ("date_start", "date_end"):
        rows[column] = rows[column].mask(crossed)
    rows = rows.assign(reason=reasons[bad], row=table.row[bad])
    country = shared_value(frame["country"], "")
    lost = table.rejected
    more = pd.DataFrame({"record_id": lost["id"], "reason": lost["reason"], "country": country, "row": lost["row"]})
    more = more.assign(source=shared_value(frame["source"], ""), dataset=shared_value(frame["dataset"], table.name))
    parts = [conform(part, REJECTED_INCIDENTS) for part in (rows, more) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else empty(REJECTED_INCIDENTS)
