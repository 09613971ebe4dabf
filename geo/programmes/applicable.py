"""Where a programme type makes sense: a gap is one only there, and only where something could be typed at all."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.programmes.schema import TYPES

SCHEMED = ("traceability", "certification", "kp_compliance")
"""Types that need a scheme for the site's mineral and country; the others make sense at every site."""


def applicable(
    assessed: pd.DataFrame, schemes: pd.DataFrame | None, day: pd.Timestamp
) -> tuple[np.ndarray, np.ndarray]:
    """Where each type makes sense on a day, and where nobody can say.

    Parameters
    ----------
    assessed
        Columns `country` and `minerals` (joined by ``;``) of ``geo.schema.ASSESSED``.
    schemes
        Columns `programme_type, minerals, country, valid_from, valid_to` (first day on which it no longer holds, NaT
        where it still does); None: every type makes sense everywhere.
    day
        The day of the stocktake.

    Returns
    -------
    tuple of numpy.ndarray
        Two of bool, (sites, 8): it makes sense; mineral or country is not known, so that it cannot be said.
    """
    makes_sense = np.ones((len(assessed), len(TYPES)), dtype=bool)
    unknown = np.zeros_like(makes_sense)
    if schemes is None:
        return makes_sense, unknown
    now = schemes[(schemes["valid_from"] <= day) & (schemes["valid_to"].isna() | (schemes["valid_to"] > day))]
    where = {
        (kind, country, mineral)
        for kind, country, minerals in now[["programme_type", "country", "minerals"]].itertuples(index=False, name=None)
        for mineral in str(minerals).split(";")
    }
    countries = {kind: set(now.loc[now["programme_type"] == kind, "country"]) for kind in SCHEMED}
    minerals_of = {text: [m for m in str(text).split(";") if m] for text in assessed["minerals"].unique()}
    pairs = list(zip(assessed["country"], assessed["minerals"], strict=True))
    for kind in SCHEMED:
        answers: dict[tuple[str, str], tuple[bool, bool]] = {}
        for country, minerals in set(pairs):
            known = minerals_of[minerals]
            sense = any((kind, country, mineral) in where for mineral in known)
            in_doubt = not country or (not known and country in countries[kind])
            answers[country, minerals] = (sense, in_doubt and not sense)
        column = TYPES.index(kind)
        makes_sense[:, column] = [answers[pair][0] for pair in pairs]
        unknown[:, column] = [answers[pair][1] for pair in pairs]
    return makes_sense, unknown
