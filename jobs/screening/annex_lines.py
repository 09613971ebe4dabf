"""Which line of Annex I of Regulation (EU) 2017/821 goods are: by the customs code of the list, else by the mineral.

Part A names minerals, part B metals and compounds. A row without a code is held against the ore (gold: the line of gold
that is not refined); one whose code leaves several lines open against the lowest of their thresholds.
"""

from __future__ import annotations

import functools
import re

import pandas as pd

from layers.reference.legal_schemes import import_thresholds

SHORTEST = 4
"""Digits that a customs code needs to tell anything: those of a heading."""
_ORES = {"gold_ore": "gold"}
"""Lines of a mineral that a list names by another word: taken only by their code."""


def code_digits(text: str) -> str:
    """Digits of a customs code, blank where it is none: ``7108.12.00`` is ``71081200``.

    Parameters
    ----------
    text
        A customs code as the list has it: HS, CN or TARIC, in any spelling.

    Examples
    --------
    >>> [code_digits(t) for t in ("7108.12.00", "ex 2615 90 00 10", "HS 8001", "gold", "12", "CN 8101 94 00; 8001")]
    ['71081200', '2615900010', '8001', '', '', '']
    """
    found = re.fullmatch(r"\s*(?:[A-Za-z]{2,6}[\s:]+)?(\d[\d\s.\-]*)", text)
    digits = re.sub(r"\D", "", found[1]) if found else ""
    return digits if SHORTEST <= len(digits) <= 10 else ""


@functools.cache
def annex_line(mineral: str, code: str) -> pd.Series | None:
    """The line of Annex I for a mineral (a name of the project) and a customs code as given; None where none is.

    Parameters
    ----------
    mineral
        A mineral in the names of the project, such as `cassiterite`.
    code
        The customs code as given; blank where the list has none.

    Examples
    --------
    >>> [int(annex_line("cassiterite", c)["threshold_kg"]) for c in ("", "8001", "28259085", "8003.00.00")]
    [5000, 100000, 3600, 1400]
    >>> annex_line("cassiterite", "85423100") is None
    True
    """
    lines = import_thresholds()
    digits = code_digits(code)
    if not digits:
        named = lines[lines["mineral"] == mineral]
        return None if named.empty else named.iloc[0]
    of_it = lines[lines["mineral"].replace(_ORES) == mineral]
    codes = of_it["cn_code"].str.replace(r"\D", "", regex=True)
    fits = of_it[[digits.startswith(c) or c.startswith(digits) for c in codes]]
    return None if fits.empty else fits.sort_values("threshold_kg", kind="stable").iloc[0]


@functools.cache
def line_cell(mineral: str, code: str, column: str) -> object:
    """One cell of :func:`annex_line`; blank where there is no line.

    Parameters
    ----------
    mineral
        A mineral in the names of the project.
    code
        The customs code as given; blank where the list has none.
    column
        A column of data/eu_import_thresholds.csv.

    Examples
    --------
    >>> float(line_cell("cassiterite", "8001", "threshold_kg")), line_cell("cassiterite", "85423100", "cn_code")
    (100000.0, '')
    """
    line = annex_line(mineral, code)
    return "" if line is None else line[column]
