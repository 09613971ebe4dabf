"""Two tables that a user may bring: named actors, and indicators of governance and rights by area.

Every row is accepted or comes back with its reason; both stand among the inputs of the record and change no class.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from geo.records.place_names import fold
from jobs import inputs
from jobs.reading_notes import table_entry
from layers.formats import LOCAL, Gateway, parse_dates, read
from layers.formats.writers.spreadsheet_guard import restore
from layers.reference.tables import country_codes
from layers.sources.layer import Faults, Fields


@dataclass(frozen=True)
class OwnTable:
    """Accepted rows, rejected ones (:data:`geo.schema.REJECTED`), and what the record says of the file."""

    frame: pd.DataFrame
    rejected: pd.DataFrame
    entry: dict[str, object]


def read_actors(source: bytes | Path, name: str | None = None, *, gateway: Gateway = LOCAL) -> OwnTable:
    r"""Named or sanctioned actors: `name`, and where there are `aliases` (joined by ``;``), `list, from, to, source`.

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
        No column `name`, or no row that can be used.

    Examples
    --------
    >>> read = read_actors(b"name,aliases,list,from\nM23,Mouvement du 23 mars,UN 1533,2012-12-31\n,x,,\n", "a.csv")
    >>> read.frame["name"].tolist(), read.rejected["reason"].tolist()
    (['M23'], ['missing_value'])
    """
    table = read(source, name, purpose="table", gateway=gateway)
    fields, faults = Fields(replace(table, frame=restore(table.frame))), Faults(table)
    fields.require("name")
    frame = pd.DataFrame({n: fields.text(n).str.strip() for n in ("name", "aliases", "list", "source")})
    faults.add("missing_value", frame["name"] == "", expected="name", got=frame["aliases"])
    for column in ("from", "to"):
        texts = fields.text(column)
        dates, why_not = parse_dates(texts)
        faults.add(why_not.to_numpy(dtype=object), expected=f"{column}: YYYY-MM-DD", got=texts)
        frame[column] = dates
    turned = (frame["from"] > frame["to"]).to_numpy()
    faults.add("end_before_start", turned, expected="to on or after from", got=fields.text("to"))
    return _own("actors", frame, faults, frame["name"])


def read_governance(source: bytes | Path, name: str | None = None, *, gateway: Gateway = LOCAL) -> OwnTable:
    r"""Indicators: `area` (a country or an admin1 name), `indicator, value`, and `edition, source, country`.

    A country is known by its ISO 3166 code or its name; where `country` is stated the area is a unit of it.

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
        A column is missing, or no row can be used.

    Examples
    --------
    >>> read = read_governance(b"area,indicator,value\nCOD,Rule of law,-1.7\nNord-Kivu,Courts,\n", "g.csv")
    >>> read.frame[["level", "country", "value"]].values.tolist(), len(read.rejected)
    ([['country', 'COD', '-1.7']], 1)
    """
    table = read(source, name, purpose="table", gateway=gateway)
    fields, faults = Fields(replace(table, frame=restore(table.frame))), Faults(table)
    fields.require("area", "indicator", "value")
    columns = ("area", "indicator", "value", "edition", "source")
    frame = pd.DataFrame({n: fields.text(n).str.strip() for n in columns})
    for column in ("area", "indicator", "value"):
        faults.add("missing_value", frame[column] == "", expected=column, got=frame["area"])
    stated = fields.text("country").str.strip()
    of, itself = country_codes(stated), country_codes(frame["area"])
    faults.add("unknown_code", (stated != "") & (of == ""), expected="country: ISO 3166 alpha-3", got=stated)
    land = (itself != "") & ((stated == "") | (itself == of))
    frame["level"] = np.where(land, "country", "admin1")
    frame["country"] = pd.Series(np.where(land, itself, of), dtype="str")
    frame["unit"] = [fold(a) for a in frame["area"]]
    return _own("governance", frame, faults, frame["area"])


def _own(role: str, frame: pd.DataFrame, faults: Faults, ids: pd.Series[str]) -> OwnTable:
    faults.usable("named actors" if role == "actors" else "indicators of areas", ids)
    rejected = faults.rejected(ids)
    kept = frame.assign(row=faults.table.row)[faults.ok].reset_index(drop=True)
    read_ = len(kept) + len(rejected)
    return OwnTable(kept, rejected, table_entry(role, faults.table, len(kept), read=read_, rejected=len(rejected)))


def with_own_tables(data: inputs.Loaded, *tables: OwnTable | None) -> inputs.Loaded:
    """The data with the tables among its inputs, and their rejected rows among the others.

    Parameters
    ----------
    data
        The layers of the run.
    *tables
        The user's tables as read; None is passed over.
    """
    given = [t for t in tables if t is not None]
    if not given:
        return data
    bad = [t.rejected for t in given if len(t.rejected)]
    rejected = pd.concat([data.rejected, *bad], ignore_index=True) if bad else data.rejected
    return replace(data, inputs=[*data.inputs, *(t.entry for t in given)], rejected=rejected)
