"""Plain lists of mine sites (CSV, XLSX, GeoJSON ...), their columns known by spelling or words, and ICGLR MD.01."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.messages import Note
from geo.records.place_names import plain
from layers.formats.header_words import words_of
from layers.formats.table import Table
from layers.formats.values.dates import parse_dates
from layers.formats.values.ids import duplicate_groups
from layers.formats.values.numbers import parse_numbers
from layers.reference.minerals import mineral_lists, strange_words
from layers.reference.tables import country_codes
from layers.sources.column_words import rules
from layers.sources.icglr import certifications
from layers.sources.layer import Faults, Fields, flags, keep_first
from layers.sources.place_check import place_check, place_notes
from layers.sources.positions import DEGREES, Positions, positions_of, require_place

ACTIVITY = dict(zip("012", ("abandoned", "active", "non-active"), strict=True))
ACTIVITY |= {"active": "active", "actif": "active", "non active": "non-active", "inactive": "non-active"}
ACTIVITY |= {"inactif": "non-active", "abandoned": "abandoned", "abandonne": "abandoned"}
_LOOKED_AT = 200
"""Cells by which the content of a column is told."""
EXPECTED_PLACE = f"a point: {DEGREES}"


def normalise_list(
    table: Table, fields: Fields, faults: Faults, country: str | None, notes: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sites (:data:`geo.schema.SITES`) and RCM statuses (:data:`geo.schema.STATUSES`), one row per row of `table`.

    A row whose coordinates are wrong is a fault; a row without coordinates is taken, its position unknown. Of several
    rows with one (source, site_id), alike after NFC and case folding, the first is taken.

    Raises
    ------
    geo.errors.InputError
        There is no column for coordinates.
    """
    require_place(fields)
    frame = _ids(fields, table, notes)
    faults.add("missing_id", frame["site_id"] == "", expected="an id", got=fields.text("name"))
    frame["name"] = fields.text("name")
    _countries(frame, fields, country, notes)
    at = positions_of(table, fields, frame["country"])
    _positions(frame, table, at, faults, notes)
    frame["coord_precision_km"] = position_error(fields, faults, at)
    frame["workers"] = counted_or_nan(fields, faults, "workers")
    frame["admin1"], frame["admin2"] = fields.text("admin1").str.strip(), fields.text("admin2").str.strip()
    find_minerals(fields)
    frame["minerals"] = mineral_lists(fields.text("minerals"))
    notes += mineral_notes(fields)
    seen, why_not = parse_dates(fields.text("first_seen"), day_first=fields.options.day_first)
    faults.add(why_not.to_numpy(dtype=object), expected="YYYY-MM-DD", got=fields.text("first_seen"))
    frame["first_seen"] = seen
    frame["icglr_id"] = fields.text("icglr_id").str.strip()
    frame["activity"] = fields.text("activity").map(lambda text: ACTIVITY.get(plain(text), "")).astype("str")
    frame["demonstration"] = flags(fields.text("demonstration"))
    statuses = certifications(frame, table, fields, faults, notes)

    key = frame["source"] + "\x1f" + frame["site_id"]
    kept = keep_first(key, faults.ok, np.zeros(len(frame), dtype=np.int64))
    again = kept != np.arange(len(frame))
    expected = "one row per id; row " + pd.Series(table.row[kept]).astype("str") + " is kept"
    faults.add("duplicate_id", again, expected=expected, got=frame["site_id"])
    return frame, statuses[statuses["site_id"].isin(frame["site_id"][faults.ok])]


def _ids(fields: Fields, table: Table, notes: list[str]) -> pd.DataFrame:
    """Source and id: `site_id`, else the ICGLR's, else the national one, each column as a whole or row by row."""
    wanted = [name for name in ("site_id", "icglr_id", "national_id") if fields.column(name) is not None]
    if wanted:
        ids = fields.text(wanted[0]).str.strip()
        for name in wanted[1:]:
            ids = ids.where(ids != "", fields.text(name).str.strip())
    else:
        ids = own_ids(fields.text("name"), notes)
    source = fields.text("source").str.strip()
    return pd.DataFrame({"source": source.where(source != "", table.name), "site_id": ids})


def own_ids(names: pd.Series[str], notes: list[str]) -> pd.Series[str]:
    """Ids for a list that has none: its names where each stands once, else numbers of rows; and a note of it.

    Examples
    --------
    >>> own_ids(pd.Series(["Pit A", "Pit B"]), []).tolist(), own_ids(pd.Series(["Pit A", "pit a"]), []).tolist()
    (['Pit A', 'Pit B'], ['row-1', 'row-2'])
    """
    named = names.str.strip()
    if len(named) and (named != "").all() and (duplicate_groups(named) < 0).all():
        notes.append(Note("The list has no column of ids: its names, each of which stands once, are taken for ids."))
        return named
    notes.append(Note("The list has no column of ids: its rows are numbered (row-1, row-2 ...)."))
    return pd.Series([f"row-{i + 1}" for i in range(len(named))], index=names.index, dtype="str")


def find_minerals(fields: Fields) -> None:
    """Takes a column of minerals by its content where none is known by its name alone (Which mineral is mined here?).

    A column whose name speaks of minerals in whatever words is one where most of its cells name minerals.
    """
    if fields.column("minerals") is not None or "minerals" in fields.options.mapping:
        return
    spoken = next(rule for rule in rules("list") if rule.field == "minerals").words[0]
    for column in map(str, fields.table.frame.columns):
        if not spoken & set(words_of(column)):
            continue
        texts = fields.table.frame[column].str.strip()
        filled = texts[texts != ""].head(_LOOKED_AT)
        if len(filled) and (mineral_lists(filled.reset_index(drop=True)) != "").mean() > 0.5:
            fields.take("minerals", column)
            return


def mineral_notes(fields: Fields) -> list[str]:
    """What is told of minerals: words that are not known, and that there is no column of them."""
    if fields.column("minerals") is None:
        return [Note("There is no column of minerals: rules and flags that ask for one stay open.")]
    strange = strange_words(fields.text("minerals"))
    if not strange:
        return []
    words = ", ".join(strange[:10]) + (" ..." if len(strange) > 10 else "")
    return [Note("Minerals that are not known and left out: {names} (data/mineral_names.csv).", names=words)]


def counted_or_nan(fields: Fields, faults: Faults, name: str) -> np.ndarray:
    """A number of zero or more, NaN where blank; what is none is a fault."""
    text = fields.text(name)
    values, why = parse_numbers(text, decimal=fields.options.decimal or None)
    low = np.nan_to_num(values, nan=0.0) < 0
    faults.add(why, expected="a number", got=text)
    faults.add("number_out_of_range", low, expected="0 or more", got=text)
    return np.where(low, np.nan, values)


def position_error(fields: Fields, faults: Faults, at: Positions) -> np.ndarray:
    """Position error [km]: as stated in kilometres, else in metres; of an area not less than half its extent."""
    for name in ("coord_precision_km", "coord_precision_m"):
        if fields.column(name) is not None and not fields.is_exact(name):
            text = fields.text(name)
            if np.isnan(parse_numbers(text, decimal=fields.options.decimal or None)[0]).all():
                fields.drop(name)  # a word for it (exact, approximate) is no distance
    if fields.column("coord_precision_km") is None and fields.column("coord_precision_m") is not None:
        values = counted_or_nan(fields, faults, "coord_precision_m") / 1000
    else:
        values = counted_or_nan(fields, faults, "coord_precision_km")
    return np.fmax(values, at.extent_km)


def _countries(frame: pd.DataFrame, fields: Fields, option: str | None, notes: list[str]) -> None:
    """Country of each row: as stated, else the option; what is stated and not known is told."""
    stated = fields.text("country")
    code = country_codes(stated)
    strange = sorted(set(stated[(code == "") & (stated.str.strip() != "")]))
    if strange:
        words = ", ".join(strange[:10])
        notes.append(Note("Countries that could not be recognised: {names} (data/countries.csv).", names=words))
    frame["country"] = code.where(code != "", option or "")
    frame["country_basis"] = np.where(code != "", "row", "option" if option else "")


def _positions(frame: pd.DataFrame, table: Table, at: Positions, faults: Faults, notes: list[str]) -> None:
    """Longitude and latitude; a place in its country only when turned round is a fault, one elsewhere a remark."""
    notes += at.notes
    faults.add(at.reason, expected=EXPECTED_PLACE, got=at.as_written)
    lon, lat = np.where(at.reason == "", at.lon, np.nan), np.where(at.reason == "", at.lat, np.nan)
    placed = place_check(lon, lat, frame["country"].tolist(), at.extent_km)
    expected = "a place in " + frame["country"] + f": {DEGREES}"
    notes += place_notes(placed, table.row, frame["country"].tolist(), faults.ok)
    faults.add("coordinates_swapped", placed.turned, expected=expected.to_numpy(dtype=object), got=at.as_written)
    frame["lon"], frame["lat"] = lon, lat
