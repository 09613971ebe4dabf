"""One coordinate that stands in several columns: degrees, minutes, seconds and the side of the axis."""

from __future__ import annotations

import pandas as pd

from geo.messages import Note
from layers.formats.header_words import words_of
from layers.sources.fields import Fields

_MINUTES, _SECONDS = (
    {"min", "minute", "minutes", "minuten", "minutos"},
    {"sec", "second", "seconds", "secondes", "sekunden", "segundos", "seg"},
)
_DEGREE_WORDS = {"deg", "degree", "degrees", "degre", "degres", "grad", "grados", "graus", "d"}
_AXIS = {
    "lat": {"lat", "latitude", "latitud", "breite"},
    "lon": {"lon", "long", "lng", "longitude", "longitud", "lange", "laenge"},
}


def axis_text(fields: Fields, axis: str, notes: list[str]) -> pd.Series[str]:
    """The text of one coordinate; degrees, minutes and seconds in columns of their own are put together."""
    column = fields.column(axis)
    assert column is not None
    words = set(words_of(column))
    whole = fields.text(axis)
    if not words & _DEGREE_WORDS or not words & _AXIS[axis]:
        return whole
    parts = {"m": _MINUTES, "s": _SECONDS}
    found = {
        part: next((n for n in fields.header if set(words_of(n)) & _AXIS[axis] and set(words_of(n)) & names), None)
        for part, names in parts.items()
    }
    if found["m"] is None or found["m"] not in fields.table.frame:
        return whole
    side = next(
        (
            n
            for n in fields.header
            if set(words_of(n)) & _AXIS[axis] and set(words_of(n)) & {"dir", "direction", "hemisphere", "ns", "ew"}
        ),
        None,
    )
    minute = fields.table.frame[found["m"]].str.strip()
    second = fields.table.frame[found["s"]].str.strip() if found["s"] in fields.table.frame else minute.str.slice(0, 0)
    letter = (
        fields.table.frame[side].str.strip().str.slice(0, 1) if side in fields.table.frame else minute.str.slice(0, 0)
    )
    taken = [c for c in (column, found["m"], found["s"], side) if c is not None]
    notes.append(Note("Degrees, minutes and seconds of {names} were put together.", names=", ".join(taken)))
    fields.also(axis, *taken)
    text = (
        whole.str.strip()
        + "°"
        + minute.where(minute != "", "0")
        + "'"
        + (second + '"').where(second != "", "")
        + letter
    )
    return text.where(whole.str.strip() != "", "").astype("str")
