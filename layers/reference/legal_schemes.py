"""Laws and schemes that name countries, as dated tables of `data/`: Dodd-Frank 1502, the Kimberley Process, ICGLR.

Spans are half open: `valid_from` is the first day, `valid_to` the first day on which it no longer holds, NaT where
there is none.
"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import pandas as pd

from layers.reference import files
from layers.reference.tables import rows

EUROPEAN_UNION = "EUE"
"""Code reserved in ISO 3166 for the European Union, which is one participant for all of its members."""


@functools.cache
def covered_countries() -> pd.DataFrame:
    """Covered countries and minerals of section 1502: `country, minerals, valid_from, valid_to`.

    Examples
    --------
    >>> sorted(covered_countries()["country"])[:3]
    ['AGO', 'BDI', 'CAF']
    """
    return _dated(files.DODD_FRANK, ("valid_from", "valid_to"))


@functools.cache
def icglr_members() -> pd.DataFrame:
    """Member states of the ICGLR: `country, valid_from, valid_to`."""
    return _dated(files.ICGLR_MEMBERS, ("valid_from", "valid_to"))


@functools.cache
def kimberley_participants() -> pd.DataFrame:
    """Participants as they count themselves, the European Union as one (``EUE``); columns as in the next."""
    return _dated(files.KP_PARTICIPATION, ("participant_from", "participant_to", "restricted_from", "restricted_to"))


@functools.cache
def kimberley_countries() -> pd.DataFrame:
    """Participants and restrictions: `country, participant_from, participant_to, restricted_from, restricted_to`.

    Members of the European Union take part through it while they are members.

    Examples
    --------
    >>> table = kimberley_countries().set_index("country")
    >>> table.loc["HRV", "participant_from"].astype(str).tolist()
    ['2003-07-31', '2013-07-01']
    """
    own = kimberley_participants()
    union = own[own["country"] == EUROPEAN_UNION].iloc[0]
    members = _dated(files.EU_MEMBERS, ("valid_from", "valid_to"))
    through = pd.DataFrame(
        {
            "country": members["country"],
            "name": members["name"],
            "participant_from": members["valid_from"].where(
                members["valid_from"] > union["participant_from"], union["participant_from"]
            ),
            "participant_to": members["valid_to"],
            "date_precision": "day",
            "source": "through the European Union: " + members["source"],
        }
    )
    both = pd.concat([own, through], ignore_index=True)
    for name in ("restricted_from", "restricted_to"):
        both[name] = both[name].astype("datetime64[s]")
    return both.sort_values(["country", "participant_from"], kind="stable", ignore_index=True)


@functools.cache
def restrictions() -> pd.DataFrame:
    """Countries under Kimberley Process restriction: `country, restricted_from, restricted_to`; NaT where blank."""
    return kimberley_participants()[["country", "restricted_from", "restricted_to"]]


@functools.cache
def schemes() -> pd.DataFrame:
    """Where a scheme for a mineral exists: `scheme, programme_type, minerals, country, valid_from, valid_to`.

    One row a country: the groups of data/schemes.csv (``ICGLR``, ``KP``, ``KP_RESTRICTED``) are read from the tables of
    their members, and hold only while both the scheme and the membership do.

    Examples
    --------
    >>> table = schemes()
    >>> sorted(table.loc[(table["country"] == "COD") & (table["minerals"] == "diamond"), "programme_type"])
    ['certification', 'traceability']
    """
    kimberley = kimberley_countries()
    taking_part = kimberley.rename(columns={"participant_from": "valid_from", "participant_to": "valid_to"})
    restricted = restrictions().rename(columns={"restricted_from": "valid_from", "restricted_to": "valid_to"})
    groups = {"ICGLR": icglr_members(), "KP": taking_part, "KP_RESTRICTED": restricted}
    parts = []
    for row in _dated(files.SCHEMES, ("valid_from", "valid_to")).to_dict("records"):
        named = str(row["countries"])
        alone = pd.DataFrame(
            {"country": named.split(";"), "valid_from": row["valid_from"], "valid_to": row["valid_to"]}
        )
        span = groups.get(named, alone)[["country", "valid_from", "valid_to"]].dropna(subset="valid_from")
        span = span.assign(valid_from=span["valid_from"].clip(lower=row["valid_from"]))
        if not pd.isna(row["valid_to"]):
            span["valid_to"] = span["valid_to"].fillna(row["valid_to"]).clip(upper=row["valid_to"])
        span = span[span["valid_to"].isna() | (span["valid_from"] < span["valid_to"])]
        parts.append(span.assign(**{name: str(row[name]) for name in ("scheme", "programme_type", "minerals")}))
    table = pd.concat(parts, ignore_index=True)
    table = table.astype({"valid_from": "datetime64[s]", "valid_to": "datetime64[s]"})
    return table[["scheme", "programme_type", "minerals", "country", "valid_from", "valid_to"]]


@functools.cache
def import_thresholds() -> pd.DataFrame:
    """Volumes a year from which an importer is obliged: `mineral, cn_code, threshold_kg, valid_from, source` and more.

    Examples
    --------
    >>> table = import_thresholds()
    >>> table.loc[table["mineral"] == "cassiterite", "threshold_kg"].iloc[0]  # ore first, then metals by their code
    np.float64(5000.0)
    """
    frame = _dated(files.EU_THRESHOLDS, ("valid_from",))
    return frame.assign(threshold_kg=frame["threshold_kg"].astype("float64"))


def _dated(path: Path, names: tuple[str, ...]) -> pd.DataFrame:
    held = rows(str(path))  # what pandas' own reader takes to begin is more than what these few rows take
    days = {n: np.array([row[n] or "NaT" for row in held], dtype="datetime64[s]") for n in names}
    return pd.DataFrame(held, dtype="str").assign(**days)
