"""What leaves the house is harmless: cells that a spreadsheet would run, names that a file system would choke on."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from geo.errors import InputError

# = + - @ and their full-width and small forms, tab, CR, LF; behind blanks and invisible characters too, which some
# spreadsheets strip before they look.
_STARTS = "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212"
_UNSEEN = (
    r"\s\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    r"\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff"
)
"""Blanks, and what shows nothing: marks of direction, fillers, soft hyphens, variants, tags."""
_FORMULA = re.compile(rf"[{_UNSEEN}]*[{_STARTS}]|[\t\r\n]")
_GUARDED = re.compile(rf"'+(?:[{_UNSEEN}]*[{_STARTS}]|[\t\r\n])")
_SEPARATOR = re.compile(r"([;\t\r\n])")
_START = re.compile(rf"'*[{_UNSEEN}]*[{_STARTS}]")
SUSPECT = rf"^[^0-9A-Za-zÀ-ÖØ-öø-ɏ]|[;\t\r\n][^0-9A-Za-z]*[{_STARTS}]"
"""Whatever :func:`neutralise` changes has this in it, for writers that look through columns of text at once (RE2)."""
_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_RESERVED = {"con", "prn", "aux", "nul", *(f"com{i}" for i in range(10)), *(f"lpt{i}" for i in range(10))}


def is_formula(text: str) -> bool:
    r"""True for text that a spreadsheet would run, or take for a formula.

    Examples
    --------
    >>> [is_formula(t) for t in ("=1+1", "\t=1", "＝cmd", "@SUM(A1)", "-5.2", "+3", "Boda", "a=b", "-2+3|cmd")]
    [True, True, True, True, False, False, False, False, True]
    """
    return bool(_FORMULA.match(text)) and not _NUMBER.fullmatch(text)


def neutralise(cells: Iterable[str]) -> tuple[list[str], int]:
    r"""Cells with an apostrophe before what would run, and how many got one; :func:`restore` is the inverse.

    What stands behind a semicolon, tab or line break in a cell is guarded like a cell: a spreadsheet that parts columns
    at these, as those of half of Europe do, makes it one.

    Examples
    --------
    >>> neutralise(["Boda", "=1+1", "'=1+1", "-5.2", "gold;diamond", "a;=1+1", "1;-5"])
    (['Boda', "'=1+1", "''=1+1", '-5.2', 'gold;diamond', "a;'=1+1", '1;-5'], 3)
    """
    out, changed = [], 0
    for cell in cells:
        guarded = cell
        if cell and not cell.isalnum() and _SEPARATOR.search(cell):
            pieces = _SEPARATOR.split(cell)
            pieces[2::2] = [f"'{p}" if _runs(p) else p for p in pieces[2::2]]
            guarded = "".join(pieces)
        if cell and not (cell[0].isascii() and cell[0].isalnum()) and (is_formula(cell) or _GUARDED.match(cell)):
            guarded = f"'{guarded}"
        changed += guarded is not cell and guarded != cell
        out.append(guarded)
    return out, changed


def _runs(piece: str) -> bool:
    """True for a piece of a cell that would run if it were a cell, or looks as if it had been guarded."""
    return bool(_START.match(piece)) and not _NUMBER.fullmatch(piece)


def _restored(cell: str) -> str:
    if "'" not in cell:
        return cell
    if _SEPARATOR.search(cell):
        pieces = _SEPARATOR.split(cell)
        pieces[2::2] = [p[1:] if p[:1] == "'" and _START.match(p) else p for p in pieces[2::2]]
        cell = "".join(pieces)
    return cell[1:] if cell[:1] == "'" and _GUARDED.match(cell) else cell


def restored(cells: Sequence[str]) -> Sequence[str]:
    """Cells without the apostrophes of :func:`neutralise`; the same cells where none has one, as in most columns.

    Examples
    --------
    >>> restored(["Boda", "'=1+1", "N'Djamena"])
    ['Boda', '=1+1', "N'Djamena"]
    """
    return [_restored(c) for c in cells] if "'" in "".join(cells) else cells


def restore(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame read back from our CSV with the apostrophes of :func:`neutralise` taken off."""
    return pd.DataFrame(
        {name: pd.array(restored(frame[name].tolist()), dtype="str") for name in frame.columns},
        index=frame.index,
    ).rename(columns=_restored)


def visible(text: str) -> str:
    """`text` with characters that XML and Excel cannot hold replaced by U+FFFD."""
    return _CONTROL.sub("\ufffd", text)


def safe_name(text: str, ending: str = "") -> str:
    """A file name that every file system takes: no folders, reserved names or trailing dots, 100 characters at most.

    Examples
    --------
    >>> safe_name("Mines: Boda/Nola?", "csv"), safe_name("CON"), safe_name("..")
    ('Mines_ Boda_Nola_.csv', '_CON', 'unnamed')
    """
    plain = unicodedata.normalize("NFC", text)
    plain = "".join("_" if c in '<>:"/\\|?*' or not c.isprintable() else c for c in plain)[:100]
    plain = plain.strip(". ").encode("utf-8", "replace").decode()
    while len(plain.encode()) > 200:
        plain = plain[:-1]
    if not plain.strip("_"):
        plain = "unnamed"
    if plain.split(".")[0].strip().lower() in _RESERVED:
        plain = f"_{plain}"
    return f"{plain}.{ending}" if ending else plain


_WITHHELD = ("date_start", "date_end", "date_prec", "precision", "deaths_best", "deaths_low", "deaths_high")
_WITHHELD_TEXT = ("actor_a", "actor_b")


def refuse_restricted(frame: pd.DataFrame) -> None:
    """Raise :class:`geo.errors.InputError` when rows are there that may not leave: marked `restricted`, or ACLED's.

    Rows of evidence that name an ACLED record are allowed as long as they hold its id and distance only.
    """
    bad = np.zeros(len(frame), dtype=bool)
    if "restricted" in frame.columns:
        bad |= frame["restricted"].fillna(False).to_numpy(dtype=bool)
    if "event_id_cnty" in frame.columns:
        bad |= (frame["event_id_cnty"].astype("str") != "").to_numpy(dtype=bool)
    if "dataset" in frame.columns:
        acled = frame["dataset"].astype("str").str.casefold().str.startswith("acled").to_numpy(dtype=bool)
        filled = np.zeros(len(frame), dtype=bool)
        for name in (n for n in _WITHHELD if n in frame.columns):
            filled |= frame[name].notna().to_numpy(dtype=bool) & (frame[name].astype("str") != "").to_numpy(dtype=bool)
        for name in (n for n in _WITHHELD_TEXT if n in frame.columns):
            filled |= (frame[name].fillna("").astype("str") != "").to_numpy(dtype=bool)
        if {"lon", "lat"} <= set(frame.columns):
            filled |= frame["lon"].notna().to_numpy(dtype=bool)
        bad |= acled & filled
    if bad.any():
        raise InputError(
            "{n} row{n?|s} {n?belongs|belong} to a dataset whose rows may not leave (ACLED).",
            expected="rows of open datasets",
            remedy="Leave them out; evidence may name their ids and distances.",
            n=int(bad.sum()),
        )
