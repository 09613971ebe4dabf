"""Editions of UCDP GED that are recognised as whole: by their name *and* by what is in them.

What is covered is declared, never inferred: the table data/editions.csv says which editions there are, and a candidate
edition's name says its months. A file of that name with less in it is a part, and a part covers nothing by itself.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from geo.schema import COVERAGE, conform
from layers.formats.table import Table
from layers.reference.tables import gleditsch_ward, rows

EVERY = "*"
"""In data/editions.csv: every country of data/countries_gleditsch_ward.csv."""
FIRST_GLOBAL_CANDIDATE = 21
"""Candidate editions of before 2021 hold some continents only, as their publisher says: they are parts."""
IN_SPAN = 0.9
"""Share of a candidate edition's rows that begins in its months: a month's file also brings late news of earlier ones
(1,774 of the 1,806 rows of 26.0.8 began in August)."""
_ENDING = re.compile(r"\.(?:csv|tsv|txt|xlsx|zip|gz|json|geojson|parquet|gpkg)$", re.IGNORECASE)
_COPY = re.compile(r"(?: ?\(\d+\)| \d+| - copy| copy)$", re.IGNORECASE)
_FORM = re.compile(r"-(?:csv|xlsx|geojson|shp)$", re.IGNORECASE)
_MONTH = re.compile(r"gedevent_v(\d{2})[._]0[._](\d{1,2})")
_CANDIDATE = re.compile(r"v\d{2}[._](?:0[._]\d{1,2}|\d{2}[._]\d{2}[._]\d{2})(?!\d)")
_MONTHS = re.compile(r"gedevent_v(\d{2})[._](\d{2})[._](\d{2})[._](\d{2})")


@dataclass(frozen=True)
class Edition:
    """A recognised edition: its dataset and version, and what it covers (:data:`geo.schema.COVERAGE`)."""

    dataset: str
    version: str
    covers: pd.DataFrame


@dataclass(frozen=True)
class Candidate:
    """What the name of a candidate edition says: version, first and last day, and whether it is of the whole world."""

    version: str
    first: dt.date
    last: dt.date
    whole_world: bool


def stem(name: str) -> str:
    """A file's name as editions are called: without folders, endings, `` (1)`` of a second download, in lower case.

    Examples
    --------
    >>> stem("Downloads/GEDEvent_v25_1 (1).csv"), stem("ged251-csv.zip"), stem("GEDEvent_v24_0_12.csv.gz")
    ('gedevent_v25_1', 'ged251', 'gedevent_v24_0_12')
    """
    name = name.replace("\\", "/").rsplit("/", 1)[-1].strip()
    for pattern in (_ENDING, _COPY, _ENDING, _COPY, _FORM):
        name = pattern.sub("", name)
    return name.casefold()


def names_of(table: Table) -> list[str]:
    """Stems under which a file may be known: of the archive's member, of the file, and of a GeoJSON's collection."""
    names = (table.meta.get("member", ""), table.name, table.meta.get("collection_name", ""))
    return list(dict.fromkeys(stem(name) for name in names if name))


def names_a_candidate(table: Table) -> bool:
    """Whether a file's name says that its events are candidates, whole edition or part."""
    return any(_CANDIDATE.search(name) for name in names_of(table))


def candidate_of(table: Table) -> Candidate | None:
    """The candidate edition that a file's name names; None for any other file.

    A month is numbered year, 0, month (GEDEvent_v24_0_12); several are named by the first and the last of them
    (GEDEvent_v26_01_26_06).
    """
    for name in names_of(table):
        if found := _MONTH.fullmatch(name):
            year, month = int(found[1]), int(found[2])
            spans = [(year, month), (year, month)]
            version = f"{year}.0.{month}"
        elif found := _MONTHS.fullmatch(name):
            numbers = [int(part) for part in found.groups()]
            spans = [(numbers[0], numbers[1]), (numbers[2], numbers[3])]
            version = ".".join(found.groups())
        else:
            continue
        if all(1 <= month <= 12 for _, month in spans) and spans[0] <= spans[1]:
            (y0, m0), (y1, m1) = ((2000 + y, m) for y, m in spans)
            last = dt.date(y1, m1, calendar.monthrange(y1, m1)[1])
            return Candidate(version, dt.date(y0, m0, 1), last, y0 >= 2000 + FIRST_GLOBAL_CANDIDATE)
    return None


def recognise(table: Table, layout: str, frame: pd.DataFrame, numbers: set[str]) -> Edition | None:
    """The edition that a file is by name and content; None for any other.

    Parameters
    ----------
    table
        The file as read.
    layout
        The recognised layout (``ucdp``).
    frame
        Its rows, with `date_start` and `country`.
    numbers
        Gleditsch-Ward numbers of its rows.
    """
    for row in rows("editions.csv"):
        if row["layout"] == layout and _named(row, table) and _whole(row, table, frame, numbers):
            return Edition(row["dataset"], row["version"], _covers(row))
    named = candidate_of(table) if layout == "ucdp" else None
    if named is None or not named.whole_world:
        return None
    begin = frame["date_start"].dropna()
    within = begin.between(pd.Timestamp(named.first), pd.Timestamp(named.last))
    if not len(begin) or within.mean() < IN_SPAN or begin.max() > pd.Timestamp(named.last):
        return None
    dataset = f"UCDP GED {named.version} candidate"
    span = {"from": named.first.isoformat(), "to": named.last.isoformat()}
    return Edition(dataset, named.version, _covers({"dataset": dataset, "country_iso3": EVERY, "except": "", **span}))


def _named(row: Mapping[str, str], table: Table) -> bool:
    if row["collection_name"]:
        return row["collection_name"] == table.meta.get("collection_name", "")
    return bool(set(row["names"].split(";")) & set(names_of(table)))


def _whole(row: Mapping[str, str], table: Table, frame: pd.DataFrame, numbers: set[str]) -> bool:
    """Whether a file holds what its edition holds: the one country, else the world in every year and none later."""
    if row["only_gw"]:
        return numbers - {""} == {row["only_gw"]}
    begin = frame["date_start"].dropna()
    years = set(range(int(row["from"][:4]), int(row["to"][:4]) + 1))
    return (
        len(table.frame) + len(table.rejected) >= int(row["min_rows"])
        and len(set(frame["country"]) - {""}) >= int(row["min_countries"])
        and set(begin.dt.year.unique()) == years
        and bool(begin.max() <= pd.Timestamp(row["to"]))
    )


def _covers(row: Mapping[str, str]) -> pd.DataFrame:
    every = sorted(set(gleditsch_ward().values()) - set(row["except"].split(";")))
    countries = every if row["country_iso3"] == EVERY else [row["country_iso3"]]
    spans = [(row["dataset"], country, row["from"], row["to"], "lethal") for country in countries]
    frame = pd.DataFrame(spans, columns=[column.name for column in COVERAGE])
    frame["from"], frame["to"] = pd.to_datetime(frame["from"]), pd.to_datetime(frame["to"])
    return conform(frame, COVERAGE)
