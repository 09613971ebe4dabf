"""Programmes of donors: their columns, the eight types, and which of them are active on a day.

A programme is one row of :data:`PROGRAMMES`; the places it works in are rows of :data:`FOOTPRINTS`, with polygons
beside the frame. What its publisher left out stays blank and is listed; nothing is filled in.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from geo.columns import Column
from geo.schema import DEMO, REJECTED, Table, conform, empty

C = Column

TYPES = (
    "mapping",
    "traceability",
    "certification",
    "training_customs",
    "training_security_forces",
    "infrastructure",
    "formalisation",
    "kp_compliance",
)
"""The types of the action plan of May 2011, point 6, in the order of ``data/programme_types.csv``."""

PROGRAMMES: Table = (
    C("programme_id", "text", "the source's id of the programme; unique among the programmes loaded"),
    C("iati_identifier", "text", "IATI identifier", "none"),
    C("title", "text", "title in English, else in the activity's own language"),
    C("title_fr", "text", "title in French", "none given"),
    C("description", "text", "first 300 characters of the description", "none given"),
    C("donor", "text", "who pays, joined by ';' (IATI role 1, else the reporting organisation)", "not stated"),
    C("donor_ids", "text", "organisation identifiers of the donors, in their order, joined by ';'", "not stated"),
    C("implementer", "text", "who does the work, joined by ';' (IATI role 4)", "not stated"),
    C("coordination_body", "text", "structure it reports to, such as GTM Mines", "not stated"),
    C("types", "text", "programme types joined by ';'", "no type could be mapped"),
    C(
        "type_basis",
        "text",
        "what led to each type: words of the title or text, sectors with their share, the whole",
        "none",
    ),
    C("unmapped", "text", "types or sectors as given that lead to no programme type, joined by ';'", "none"),
    C("start", "date", "first day", "not dated: never active"),
    C("end", "date", "last day, inclusive", "ongoing, see ongoing"),
    C("date_basis", "text", "actual, planned or stated", "no dates", ("actual", "planned", "stated")),
    C("end_basis", "text", "whether that end is actual, planned or stated", "no end", ("actual", "planned", "stated")),
    C("ongoing", "flag", "no end is given"),
    C("status", "text", "IATI activity status (pipeline, implementation, ..., cancelled)", "not stated"),
    C("countries", "text", "ISO 3166 alpha-3, with shares where given (CAF:60;COD:40)", "not stated"),
    C(
        "place",
        "text",
        "best kind of place given",
        "no place at all",
        ("polygon", "admin", "point", "country", "region"),
    ),
    C("location_precision", "text", "precision of the place in the source's words", "not stated"),
    C("budget", "number", "sum of the budgets, in `currency`", "not stated, or several currencies", whole=True),
    C("currency", "text", "currencies as given, joined by ';'; never converted", "not stated"),
    C("budget_text", "text", "budgets as given", "not stated"),
    C("source", "text", "where the row is from", "not stated"),
    C("source_file", "text", "file name without folders"),
    DEMO,
    C("row", "integer", "row in the file, or number of the activity"),
)

FOOTPRINTS: Table = (
    C("programme", "integer", "position of the programme in its frame"),
    C("kind", "text", "what the footprint is made of", allowed=("polygon", "admin", "point", "country", "region")),
    C("lon", "number", "longitude of the point [degrees, WGS 84]", "no point"),
    C("lat", "number", "latitude of the point [degrees, WGS 84]", "no point"),
    C("radius_km", "number", "radius [km]", "none: the point covers nothing"),
    C(
        "radius_basis",
        "text",
        "whether it is stated or that of the setting (data/programme_radii.csv)",
        "no radius",
        ("stated", "default"),
    ),
    C("place_class", "text", "IATI location class: 1 region, 2 populated place, 3 structure, 4 other", "not stated"),
    C("feature", "text", "GeoNames feature code of the place", "not stated"),
    C("admin_code", "text", "code or name of the administrative unit as given", "none"),
    C("vocabulary", "text", "list that the code is from (IATI: A1 GAUL, A4 ISO, G1 GeoNames ...)", "not stated"),
    C("admin_name", "text", "name of the place as given", "none"),
    C("admin_level", "number", "1 or 2", "not stated"),
    C("country", "text", "ISO 3166 alpha-3", "not known"),
    C("exactness", "text", "exact, approximate or the source's words", "not stated"),
    C(
        "reach",
        "text",
        "whether work is done there or people of there benefit",
        "not stated",
        ("activity", "beneficiaries"),
    ),
    C("stacked", "flag", "one of many on the same point, hence read as country-level"),
)

NOT_BEGUN = ("pipeline",)
"""IATI statuses of work that has not begun."""
STOPPED = ("closed", "finalisation", "suspended", "cancelled")
"""IATI statuses of work that is over or has stopped: it covers nothing after its end, nothing at all without one."""
BROKEN_OFF = ("suspended", "cancelled")
"""Of these, work that stopped before its time: an end that was only planned is no end of it."""


MONEY: Table = (
    C("programme", "integer", "position of the programme in its frame"),
    C("kind", "text", "what kind of money", allowed=("budget", "commitment", "disbursement", "expenditure", "planned")),
    C(
        "year",
        "number",
        "calendar year of the transaction, or in which the budget's period begins",
        "none given",
        whole=True,
    ),
    C("currency", "text", "currency as given; never converted", "not stated"),
    C("amount", "number", "sum of that kind, year and currency"),
)


@dataclass
class Programmes:
    """Programmes and their places.

    Attributes
    ----------
    frame
        Columns of :data:`PROGRAMMES`, one row a programme.
    footprints
        Columns of :data:`FOOTPRINTS`; several rows per programme are possible, none means no place.
    geometry
        Polygons (shapely, WGS 84) beside `footprints`; None where the footprint is no polygon.
    remarks
        Columns of ``geo.schema.REJECTED``: what was taken although something is wrong or missing.
    money
        Columns of :data:`MONEY`; none for a programme that states no money.
    """

    frame: pd.DataFrame = field(default_factory=lambda: empty(PROGRAMMES))
    footprints: pd.DataFrame = field(default_factory=lambda: empty(FOOTPRINTS))
    geometry: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=object))
    remarks: pd.DataFrame = field(default_factory=lambda: empty(REJECTED))
    money: pd.DataFrame = field(default_factory=lambda: empty(MONEY))

    def __len__(self) -> int:
        return len(self.frame)


def active_on(frame: pd.DataFrame, day: pd.Timestamp) -> np.ndarray:
    """Whether each programme is active on a day.

    Active means: it has a start that is not after the day, its end is blank or not before the day, and it is not in
    preparation. A programme without a start is never active: nobody said that it has begun. One that is closed,
    finalised, suspended or cancelled needs an end to have covered anything; where it was broken off, a planned one is
    none.

    Parameters
    ----------
    frame
        Programmes, a row each (`PROGRAMMES`).
    day
        The day; a programme is active on its first and on its last day.

    Examples
    --------
    >>> from geo.schema import conform
    >>> rows = pd.DataFrame({"start": pd.to_datetime(["2015-01-01", None, "2020-01-01", "2015-01-01"]),
    ...                      "end": pd.to_datetime([None, "2030-01-01", "2020-12-31", None]),
    ...                      "status": ["", "", "closed", "closed"]})
    >>> active_on(conform(rows, PROGRAMMES), pd.Timestamp("2020-12-31")).tolist()
    [True, False, True, False]
    """
    begun = (frame["start"] <= day).to_numpy()
    not_over = (frame["end"].isna() | (frame["end"] >= day)).to_numpy()
    out = frame["status"].isin(NOT_BEGUN).to_numpy() | stopped_without_end(frame)
    return np.asarray(begun & not_over & ~out, dtype=bool)


def stopped_without_end(frame: pd.DataFrame) -> np.ndarray:
    """Whether each programme is said to be over or to have stopped, and nobody said when.

    Parameters
    ----------
    frame
        Programmes, a row each (`PROGRAMMES`).
    """
    without = frame["end"].isna()
    planned = frame["status"].isin(BROKEN_OFF) & (frame["end_basis"] == "planned")
    return np.asarray((frame["status"].isin(STOPPED) & (without | planned)).to_numpy(), dtype=bool)


def state_on(frame: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """The state of each programme on a day: active, ended, not_begun, undated, or a status that it never left.

    Parameters
    ----------
    frame
        Programmes, a row each (`PROGRAMMES`).
    day
        The day; a programme is active on its first and on its last day.
    """
    state = pd.Series("active", index=frame.index, dtype="str")
    state[(frame["end"] < day).to_numpy()] = "ended"
    state[(frame["start"] > day).to_numpy()] = "not_begun"
    state[frame["start"].isna().to_numpy()] = "undated"
    never = frame["status"].isin(NOT_BEGUN).to_numpy() | stopped_without_end(frame)
    return state.mask(never, frame["status"])


def ending_within(frame: pd.DataFrame, day: pd.Timestamp, months: int = 12) -> np.ndarray:
    """Whether each programme is active on the day and ends not later than so many months after it.

    Parameters
    ----------
    frame
        Programmes, a row each (`PROGRAMMES`).
    day
        The day from which the months are counted.
    months
        How far ahead [calendar months].
    """
    until = day + pd.DateOffset(months=months)
    return np.asarray(active_on(frame, day) & (frame["end"] <= until).to_numpy(), dtype=bool)


def concatenate(parts: list[Programmes]) -> Programmes:
    """Several sets of programmes as one.

    A programme whose IATI identifier came before, or whose id, donor, title and dates did, is left out with a remark.
    Two publishers may both number their programmes from 1: an id that is taken is kept as ``id@file``.

    Parameters
    ----------
    parts
        Sets of programmes, each with its own footprints.
    """
    seen: dict[str, tuple[object, ...]] = {}
    repeated: list[tuple[object, ...]] = []
    frames, places, shapes, money = [], [], [], []
    count = 0
    columns = ["iati_identifier", "programme_id", "donor", "title", "start", "end", "source_file", "row"]
    for part in parts:
        new = np.full(len(part.frame), -1, dtype="int64")
        names = []
        for position, (iati, own, *what, file, row) in enumerate(
            part.frame[columns].itertuples(index=False, name=None)
        ):
            alike = tuple(str(w) for w in what)
            if (iati and f"iati {iati}" in seen) or seen.get(own) == alike:
                repeated.append((file, row, own, "duplicate_id", "", "the programme came before"))
                continue
            names.append(own if own not in seen else f"{own}@{file}")
            seen[names[-1]] = alike
            if iati:
                seen[f"iati {iati}"] = alike
            new[position] = count
            count += 1
        at = new[part.footprints["programme"].to_numpy()]
        kept = np.flatnonzero(at >= 0)
        frames.append(part.frame[new >= 0].assign(programme_id=pd.array(names, dtype="str")))
        places.append(part.footprints.iloc[kept].assign(programme=at[kept]))
        shapes.append(part.geometry[kept])
        paid = new[part.money["programme"].to_numpy()]
        money.append(part.money[paid >= 0].assign(programme=paid[paid >= 0]))
    if not frames:
        return Programmes()
    return Programmes(
        frame=pd.concat(frames, ignore_index=True),
        footprints=pd.concat(places, ignore_index=True),
        geometry=np.concatenate(shapes),
        remarks=pd.concat([*(p.remarks for p in parts), rows_of(REJECTED, repeated)], ignore_index=True),
        money=pd.concat(money, ignore_index=True),
    )


def rows_of(table: Table, rows: list[tuple[object, ...]]) -> pd.DataFrame:
    """A frame of `table` from tuples in the order of its columns; None is blank.

    Parameters
    ----------
    table
        The table: columns of the schema, or rows as a file gives them.
    rows
        A tuple a row, in the order of the columns of `table`.

    Examples
    --------
    >>> rows_of(REJECTED, [("a.csv", 2, "P1", "date_missing", "", "")])["reason"].tolist()
    ['date_missing']
    """
    if not rows:
        return empty(table)
    return conform(pd.DataFrame.from_records(rows, columns=[c.name for c in table]), table)
