"""Towns and villages beside those of the project: GeoNames of a country, as `cahra fetch geonames` keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from geo.errors import InputError
from jobs.inputs import Source
from jobs.reading_notes import table_entry
from layers.formats import LOCAL, Gateway, read
from layers.reference.tables import country_codes

NEEDED = ("geonameid", "name", "lat", "lon", "country")
COLUMNS = ("match_id", "name", "aliases", "country", "lon", "lat")


@dataclass(frozen=True)
class Towns:
    """Places that a name may stand for, and what the record says of their file."""

    frame: pd.DataFrame
    entry: Mapping[str, object]


def read_towns(given: Source, gateway: Gateway = LOCAL) -> Towns:
    """A table of towns.

    Parameters
    ----------
    given
        A GeoNames file or a table with its headings.
    gateway
        Which limits hold for the bytes: those of this machine's user or those of a stranger.

    Raises
    ------
    geo.errors.InputError
        It lacks a column, or no row of it has a name, a country and a place on the globe.
    """
    table = read(given.data, given.name, purpose="table", gateway=gateway)
    missing = [c for c in NEEDED if c not in table.frame]
    if missing:
        raise InputError(
            "The file is no table of towns.", where=given.name, expected=", ".join((*NEEDED, "alternatenames")),
            got=", ".join(missing), remedy="cahra fetch geonames --country CAF",
        )  # fmt: skip
    text = table.frame.reindex(columns=[*NEEDED, "alternatenames"], fill_value="").fillna("").astype("str")
    lon, lat = (pd.to_numeric(text[c], errors="coerce") for c in ("lon", "lat"))
    country = country_codes(text["country"])
    good = lon.between(-180, 180) & lat.between(-90, 90) & (text["name"] != "") & (country.to_numpy() != "")
    if not good.any():
        raise InputError("The table has no town that can be used.", where=given.name, expected=", ".join(NEEDED))
    frame = pd.DataFrame(
        {
            "match_id": "place:" + text["geonameid"], "name": text["name"],
            "aliases": text["alternatenames"].str.replace(",", ";"), "country": country.to_numpy(),
            "lon": lon, "lat": lat,
        }
    )[good]  # fmt: skip
    entry = table_entry("towns", table, int(good.sum()), rejected=int((~good).sum()))
    known = {"dataset": "GeoNames"} if given.about else {}
    return Towns(frame.reset_index(drop=True), {**entry, **known, **dict(given.about)})


def towns_of(tables: Sequence[Towns]) -> pd.DataFrame:
    """All tables in one.

    Parameters
    ----------
    tables
        The tables in the order in which they were given.
    """
    return pd.concat([t.frame for t in tables], ignore_index=True) if tables else pd.DataFrame(columns=list(COLUMNS))
