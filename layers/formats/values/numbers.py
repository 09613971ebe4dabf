"""Numbers out of text: decimal comma or point, blanks between thousands, and nothing guessed silently."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pandas as pd

_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_COMMA_DECIMAL = re.compile(r"[+-]?\d*,\d+(?:[eE][+-]?\d+)?")
_COMMA_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_DOT_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_AMBIGUOUS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
_DASHES = re.compile("^[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_LONGEST = 400
_SPACES = re.compile(r"(?<=\d)[ '\u2019\u00a0\u202f\u2009](?=\d{3}(?!\d))")


def _clean(text: str) -> str:
    """Width, minus sign and thousands' blanks made plain."""
    text = unicodedata.normalize("NFKC", text).strip()
    if not text.isascii():
        text = _DASHES.sub("-", text)
    return _SPACES.sub("", text)


def decimal_of(values: list[str]) -> str | None:
    """The decimal sign that `values` show beyond doubt: ``","``, ``"."``, or None when nothing shows it."""
    comma = point = False
    for text in map(_clean, values):
        if len(text) > _LONGEST:
            continue
        if "," in text and "." in text:
            comma |= bool(_DOT_THOUSANDS.fullmatch(text))
            point |= bool(_COMMA_THOUSANDS.fullmatch(text))
        elif _COMMA_DECIMAL.fullmatch(text) and not _COMMA_THOUSANDS.fullmatch(text):
            comma = True
        elif ("." in text and _PLAIN.fullmatch(text) and not _DOT_THOUSANDS.fullmatch(text)) or (
            text.count(",") > 1 and _COMMA_THOUSANDS.fullmatch(text)
        ):
            point = True
    return None if comma == point else ("," if comma else ".")


def parse_number(text: str, decimal: str | None = None) -> tuple[float, str]:
    """One number and the reason why there is none (blank when there is one, or when `text` is blank).

    Examples
    --------
    >>> parse_number("1 234,5"), parse_number("1e3"), parse_number("abc")
    ((1234.5, ''), (1000.0, ''), (nan, 'number_unreadable'))
    >>> parse_number("4,317")
    (nan, 'number_ambiguous')
    >>> parse_number("4,317", decimal=",")
    (4.317, '')
    """
    text = _clean(text)
    if not text:
        return float("nan"), ""
    if len(text) > _LONGEST:
        return float("nan"), "number_unreadable"
    if text.lower().lstrip("+-") in ("nan", "inf", "infinity"):
        return float("nan"), "number_not_finite"
    plain = text
    if "," in text:
        if decimal == "," and (_COMMA_DECIMAL.fullmatch(text) or _DOT_THOUSANDS.fullmatch(text)):
            plain = text.replace(".", "").replace(",", ".")
        elif decimal == "." and _COMMA_THOUSANDS.fullmatch(text):
            plain = text.replace(",", "")
        elif decimal is None:
            if _AMBIGUOUS.fullmatch(text):
                return float("nan"), "number_ambiguous"
            if _COMMA_DECIMAL.fullmatch(text) or _DOT_THOUSANDS.fullmatch(text):
                plain = text.replace(".", "").replace(",", ".")
            elif _COMMA_THOUSANDS.fullmatch(text):
                plain = text.replace(",", "")
    elif decimal == "," and "." in text:
        if not _DOT_THOUSANDS.fullmatch(text):
            return float("nan"), "number_unreadable"
        plain = text.replace(".", "")
    if not _PLAIN.fullmatch(plain):
        return float("nan"), "number_unreadable"
    number = float(plain)
    return (number, "") if np.isfinite(number) else (float("nan"), "number_not_finite")


def parse_numbers(series: pd.Series, *, decimal: str | None = None) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of a text column, and why some are none.

    Parameters
    ----------
    series
        Text; blank is unknown.
    decimal
        ``","`` or ``"."``; None finds out from the column itself. ``4,317`` alone may be 4317 or 4.317 and is not
        guessed: its reason is ``number_ambiguous``.

    Returns
    -------
    numbers : numpy.ndarray
        float64, NaN where blank or unusable.
    reason : numpy.ndarray
        object array of str: a key of :data:`layers.formats.reasons.REASONS` where a value is unusable, else ``""``.

    Examples
    --------
    >>> numbers, reason = parse_numbers(pd.Series(["4,317", "17,5", "", "x"]))
    >>> numbers.tolist(), reason.tolist()
    ([4.317, 17.5, nan, nan], ['', '', '', 'number_unreadable'])
    """
    codes, uniques = pd.factorize(series.astype("object"), use_na_sentinel=False)
    texts = ["" if u is None or u != u else str(u) for u in uniques]
    sign = decimal or decimal_of(texts)
    values = np.full(len(texts), np.nan)
    why = np.full(len(texts), "", dtype=object)
    for i, text in enumerate(texts):
        if sign != "," and _PLAIN.fullmatch(text):
            number = float(text)
            if np.isfinite(number):
                values[i] = number
                continue
        values[i], why[i] = parse_number(text, sign)
    if not len(texts):
        return np.empty(0), np.empty(0, dtype=object)
    return values[codes], why[codes]
