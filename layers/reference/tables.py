"""The small reference tables of `data/`: countries, minerals, unit names, actors, column spellings.

They are data: a user corrects a row there without touching code. Each is read once per process.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import lru_cache

import pandas as pd

from geo.records.place_names import plain
from layers.reference.country_words import CountryWords
from layers.reference.files import DATA

Box = tuple[float, float, float, float]


@lru_cache(maxsize=32)
def rows(name: str) -> tuple[Mapping[str, str], ...]:
    """The rows of `data/<name>` by column name; every value is text, blank is ``""``."""
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return tuple(csv.DictReader(stream))


def table(name: str) -> pd.DataFrame:
    """The table `data/<name>.csv` as a new frame; all columns text, blank is ``""``.

    Examples
    --------
    >>> table("unit_aliases").columns.tolist()
    ['country', 'level', 'alias', 'unit', 'source']
    """
    return pd.DataFrame(rows(f"{name}.csv"), dtype="str")


@lru_cache(maxsize=1)
def countries() -> Mapping[str, str]:
    """From ISO codes (alpha-3, alpha-2, numeric) and plain names in English and French to ISO 3166 alpha-3.

    Examples
    --------
    >>> known = countries()
    >>> known["cf"], known["180"], known["republique centrafricaine"], known["dr congo (zaire)"]
    ('CAF', 'COD', 'CAF', 'COD')
    """
    known: dict[str, str] = {}
    for row in rows("countries.csv"):
        spelled = (row["name_en"], row["name_fr"], *row["aliases"].split(";"))
        for spelling in (*spelled, row["name_en"].replace("&", "and"), row["name_en"].replace("St. ", "Saint ")):
            known.setdefault(plain(spelling), row["iso3"])
    for row in rows("countries.csv"):
        for code in (row["iso3"], row["iso2"], row["iso_numeric"], row["iso_numeric"].lstrip("0")):
            known[code.casefold()] = row["iso3"]
    known.pop("", None)
    return known


@lru_cache(maxsize=1)
def _country_words() -> CountryWords:
    return CountryWords(countries())


def country_code(text: str) -> str:
    """ISO 3166 alpha-3 of a code or name, however it is written; blank where it is none, or may be two.

    Examples
    --------
    >>> [country_code(t) for t in ("RD Congo", "Congo (DRC)", "R.C.A.", "UAE", "Costa de Marfil", "Congo", "")]
    ['COD', 'COD', 'CAF', 'ARE', 'CIV', '', '']
    """
    return _country_words().code(text)


def country_codes(series: pd.Series[str]) -> pd.Series[str]:
    """ISO 3166 alpha-3 of each code or name; blank where it is blank or not known.

    Examples
    --------
    >>> country_codes(pd.Series(["RCA", "DR Congo (Zaire)", "Atlantis", ""])).tolist()
    ['CAF', 'COD', '', '']
    """
    return series.map({text: country_code(str(text)) for text in pd.unique(series)}).astype("str")


@lru_cache(maxsize=1)
def gleditsch_ward() -> Mapping[str, str]:
    """From UCDP's country numbers to ISO 3166 alpha-3.

    Examples
    --------
    >>> gleditsch_ward()["482"], gleditsch_ward()["490"]
    ('CAF', 'COD')
    """
    return {row["gw"]: row["iso3"] for row in rows("countries_gleditsch_ward.csv")}


@lru_cache(maxsize=1)
def country_boxes() -> Mapping[str, Box]:
    """West, south, east, north [degrees] of the countries whose outline is at hand, by ISO 3166 alpha-3."""
    return {
        row["iso3"]: (float(row["west"]), float(row["south"]), float(row["east"]), float(row["north"]))
        for row in rows("countries.csv")
        if row["west"]
    }


@lru_cache(maxsize=1)
def minerals() -> Mapping[str, str]:
    """From plain French and English names and HS codes to the names of the project; blank: says nothing.

    Examples
    --------
    >>> minerals()["cassiterite"], minerals()["diamants"], minerals()["7108 12 00"], minerals()["inconnu"]
    ('cassiterite', 'diamond', 'gold', '')
    """
    known = {}
    for row in rows("mineral_names.csv"):
        known[plain(row["name"])] = row["mineral"]
        if row["name"][0].isdigit():
            known[row["name"].replace(".", "")] = row["mineral"]
    return known


@lru_cache(maxsize=8)
def columns(layout: str) -> Mapping[str, tuple[str, ...]]:
    """From a field of `layout` to the plain spellings of its column, best first (data/column_names.csv)."""
    out: dict[str, tuple[str, ...]] = {}
    for row in rows("column_names.csv"):
        if row["layout"] == layout:
            out[row["field"]] = (*out.get(row["field"], ()), plain(row["column"]))
    return out


def spellings(layout: str, field: str, most: int = 6) -> str:
    """The first spellings of a field's column, as they are written in data/column_names.csv.

    Examples
    --------
    >>> spellings("site_list", "lat", 3)
    'lat, latitude, lat_dd'
    """
    found: dict[str, str] = {}
    for row in rows("column_names.csv"):
        if (row["layout"], row["field"]) == (layout, field):
            found.setdefault(plain(row["column"]), row["column"])
    return ", ".join(list(found.values())[:most]) or field
