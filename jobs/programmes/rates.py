"""A user's table of rates of exchange; the project ships none, and converts nothing without it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from geo.errors import InputError
from geo.programmes.money import Rates
from jobs.reading_notes import table_entry, whole
from layers.formats import LOCAL, Gateway, read
from layers.formats.values.numbers import parse_numbers
from layers.sources.layer import Fields


def read_rates(source: bytes | Path, name: str | None = None, *, gateway: Gateway = LOCAL) -> Rates:
    r"""Columns `currency`, `rate` (units of `to` for one unit), `to`, and `year` (blank: years without their own).

    Parameters
    ----------
    source
        A path, or the bytes themselves.
    name
        The file's own name; a path has one already.
    gateway
        Which limits hold for the bytes: those of this machine's user or those of a stranger.

    Raises
    ------
    geo.errors.InputError
        A column is missing, a rate is not positive, or the table converts to several currencies: all faults at once.

    Examples
    --------
    >>> read_rates(b"currency,year,rate,to\nEUR,2020,1.14,USD\nEUR,,1.1,USD\n", "rates.csv").of("EUR", 2020.0)
    1.14
    """
    table = whole(read(source, name, gateway=gateway))
    fields = Fields(table)
    fields.require("currency", "rate", "to")
    currency, to, year = (fields.text(c).str.strip().str.upper() for c in ("currency", "to", "year"))
    rate = parse_numbers(fields.text("rate"))[0]
    when = parse_numbers(year)[0]
    rates, faults = {}, []
    for row, unit, value, at, year_text, into in zip(table.row, currency, rate, when, year, to, strict=True):
        if not unit or not into or not value > 0 or not np.isfinite(value) or (year_text and at != at):
            faults.append(f"row {row}: {unit} {year_text} {value} {into}")
        else:
            rates[unit, int(at) if at == at else None] = float(value)
    if faults or len(set(to)) != 1:
        raise InputError(
            "The table of rates cannot be used.",
            where=table.name,
            expected="currency, a rate above 0, and one currency to convert to",
            got="; ".join(faults[:10]) or ", ".join(sorted(set(to))),
        )
    return Rates(to.iloc[0], rates, table.sha256, table_entry("rates", table))
