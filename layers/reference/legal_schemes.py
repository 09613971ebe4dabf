"""Laws and schemes that name countries: Dodd-Frank 1502 and the Kimberley Process, as dated tables of `data/`."""

from __future__ import annotations

import functools
from pathlib import Path

import pandas as pd

from layers.reference import files


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
def kimberley_countries() -> pd.DataFrame:
    """Participants and restrictions: `country, participant_from, participant_to, restricted_from, restricted_to`."""
    return _dated(files.KP_PARTICIPATION, ("participant_from", "participant_to", "restricted_from", "restricted_to"))


@functools.cache
def restrictions() -> pd.DataFrame:
    """Countries under Kimberley Process restriction: `country, restricted_from, restricted_to`; NaT where blank."""
    return kimberley_countries()[["country", "restricted_from", "restricted_to"]]


def _dated(path: Path, names: tuple[str, ...]) -> pd.DataFrame:
    frame = pd.read_csv(path, dtype="str", keep_default_na=False)
    for name in names:
        frame[name] = pd.to_datetime(frame[name].replace("", None)).astype("datetime64[s]")
    return frame
