"""What a list says of the trade itself: supplier, smelter, quantity, certificate, day of shipment.

None of it is needed and none changes an answer: what cannot be read is a remark, and stays as it was written.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.records.place_names import plain
from jobs.screening.annex_lines import code_digits
from layers.formats import parse_dates
from layers.formats.values.numbers import decimal_of, parse_number
from layers.sources.layer import Fields

TRADE = ("supplier", "smelter", "quantity", "quantity_kg", "cn_code_given", "certificate", "shipment_date")
"""Columns that are carried from the list into the answers."""
KILOGRAMS = {
    "kg": 1.0, "kgs": 1.0, "kilo": 1.0, "kilos": 1.0, "kilogram": 1.0, "kilograms": 1.0, "kilogramme": 1.0,
    "kilogrammes": 1.0, "t": 1000.0, "to": 1000.0, "mt": 1000.0, "tonne": 1000.0, "tonnes": 1000.0, "ton": 1000.0,
    "tons": 1000.0, "tonnage": 1000.0, "g": 0.001, "gr": 0.001, "gram": 0.001, "grams": 0.001, "gramme": 0.001,
    "grammes": 0.001, "ct": 0.0002, "cts": 0.0002, "carat": 0.0002, "carats": 0.0002, "oz": 0.0311034768,
    "ozt": 0.0311034768,
}  # fmt: skip
"""Kilograms of one unit; a ton is metric, an ounce is of troy weight."""
_WITH_UNIT = re.compile(r"^\s*([-+]?[\d.,'’   ]*\d)\s*([^\W\d_]+)\.?\s*$")


def trade_columns(fields: Fields, remarks: list[list[str]], *, day_first: bool | None) -> pd.DataFrame:
    """The columns :data:`TRADE` of every row; `quantity` as written, `quantity_kg` where number and unit are known.

    Parameters
    ----------
    fields
        The columns that were found for each field.
    remarks
        Remarks on each row; those made here are appended.
    day_first
        Whether the list writes the day before the month; None: it does not tell.
    """
    out = pd.DataFrame({n: fields.text(n).str.strip() for n in ("supplier", "smelter", "quantity", "certificate")})
    out["quantity_kg"] = _kilograms(fields, out["quantity"], remarks)
    days, why = parse_dates(fields.text("shipment_date"), day_first=day_first)
    for i in np.flatnonzero((why != "").to_numpy(dtype=bool)):
        remarks[i].append(f"shipment date not read: {str(fields.text('shipment_date')[i])[:40]}")
    out["shipment_date"] = days
    out["cn_code_given"] = fields.text("cn_code").str.strip()
    codes, given = pd.factorize(out["cn_code_given"])
    for i in np.flatnonzero(np.array([t != "" and not code_digits(str(t)) for t in given], np.bool_)[codes]):
        remarks[i].append(f"customs code not read: {str(out['cn_code_given'][i])[:40]}")
    return out[list(TRADE)]


def _kilograms(fields: Fields, quantity: pd.Series[str], remarks: list[list[str]]) -> npt.NDArray[np.float64]:
    """Kilograms of each row; what rows share, a quantity with its unit, is read once."""
    column = fields.column("quantity")
    of_heading = next((KILOGRAMS[w] for w in re.split(r"[\W_]+", plain(column or "")) if w in KILOGRAMS), np.nan)
    own, different = pd.factorize(quantity)
    of_unit, units = pd.factorize(fields.text("quantity_unit"))
    pairs, rows = np.unique(own * max(len(units), 1) + of_unit, return_inverse=True)
    at, unit_at = np.divmod(pairs, max(len(units), 1))
    texts = [str(text) for text in different]
    parts = [_WITH_UNIT.match(text) for text in texts]
    numbers = [m[1] if m else text for m, text in zip(parts, texts, strict=True)]
    decimal = decimal_of([n for n in numbers if n])
    read = [parse_number(text, decimal) for text in numbers]
    known = [KILOGRAMS.get(plain(str(unit)), np.nan) for unit in units]
    kilograms, wrong = np.full(len(pairs), np.nan), np.full(len(pairs), "", dtype=object)
    for k, (i, j) in enumerate(zip(at.tolist(), unit_at.tolist(), strict=True)):
        match, (value, reason) = parts[i], read[i]
        with_it = KILOGRAMS.get(plain(match[2]), np.nan) if match else np.nan
        unit = next((u for u in (with_it, known[j], of_heading) if not np.isnan(u)), np.nan)
        if texts[i] and (reason or np.isnan(unit) or not value >= 0):
            what = "quantity not read" if reason or not value >= 0 else "unit of the quantity not known"
            wrong[k] = f"{what}: {texts[i][:40]}"
        elif numbers[i]:
            kilograms[k] = round(value * unit, 9)
    for i in np.flatnonzero((wrong != "")[rows]).tolist():
        remarks[i].append(str(wrong[rows[i]]))
    return kilograms[rows]
