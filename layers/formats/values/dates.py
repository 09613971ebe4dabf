"""Days out of text: ISO first, day/month against month/day asked for and never guessed, serial numbers explained."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

import numpy as np
import pandas as pd

_TIME = r"(?:[T ]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AaPp][Mm])?(?: ?(?:Z|UTC|[+-]\d{2}:?\d{2}))?)?"
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})" + _TIME)
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_SLASHED = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})" + _TIME)
_SERIAL = re.compile(r"\d{4,5}(?:\.\d+)?")
_DAY_MONTH = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|er)?[. /-]*(?:de )?([^\W\d_]{3,12})\.?,?[ /-]*(?:del? )?(\d{4})" + _TIME
)
_MONTH_DAY = re.compile(r"([^\W\d_]{3,12})\.? +(\d{1,2})(?:st|nd|rd|th)?,? +(\d{4})" + _TIME)
_TWO_DIGITS = re.compile(r"(\d{1,2})([/. -])(\d{1,2})\2(\d{2})" + _TIME)
_DAY_MONTH_TWO = re.compile(r"(\d{1,2})([/. -]?)([^\W\d_]{3,12})\.?\2(\d{2})" + _TIME)
_NO_DAY = re.compile(r"\d{4}|\d{4}[-/]\d{1,2}|\d{1,2}/\d{4}|[^\W\d_]{3,12}\.? +\d{4}")

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan janvier janv enero ene janeiro januar",
            "february feb fevrier fevr fev febrero fevereiro februar",
            "march mar mars marzo marco marz maerz mrz",
            "april apr avril avr abril abr",
            "may mai mayo maio",
            "june jun juin junio junho juni",
            "july jul juillet juil julio julho juli",
            "august aug aout agosto ago",
            "september sep sept septembre septiembre setiembre setembro set",
            "october oct octobre octubre outubro out oktober okt",
            "november nov novembre noviembre novembro",
            "december dec decembre diciembre dic dezembro dez dezember",
        ),
        start=1,
    )
    for name in names.split()
}
_LONGEST = 60
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 60_000  # 1954-10-03 to 2064-04-08: what a column of dates can hold


def _month(name: str) -> int | None:
    plain = unicodedata.normalize("NFKD", name.casefold())
    return _MONTHS.get("".join(c for c in plain if not unicodedata.combining(c)))


def _day(year: int, month: int, day: int) -> tuple[dt.date | None, str]:
    try:
        return dt.date(year, month, day), ""
    except ValueError:
        return None, "date_impossible"


def _whole_year(two: str, year: str) -> int | None:
    """The year of four digits that ends in `two`, which only a year beside the date can tell."""
    year = year.strip().removesuffix(".0")
    return int(year) if len(year) == 4 and year.isdecimal() and year[2:] == two else None


def _short_year(text: str, day_first: bool | None, year: str) -> tuple[dt.date | None, str] | None:
    """A day whose year has two digits (5-Aug-24, 31-12-19); None where the text is of another form."""
    named, numbered = _DAY_MONTH_TWO.fullmatch(text), _TWO_DIGITS.fullmatch(text)
    if not named and not numbered:
        return None
    found = named or numbered
    assert found is not None
    whole = _whole_year(found[4], year)
    if named:
        month_number = _month(named[3])
        if month_number is None:
            return None, "date_unreadable"
        return _day(whole, month_number, int(named[1])) if whole else (None, "date_ambiguous")
    first, second = int(found[1]), int(found[3])
    if first > 12 and second > 12:
        return None, "date_impossible"
    if whole is None or (day_first is None and first <= 12 and second <= 12 and first != second):
        return None, "date_ambiguous"
    day_first = first > 12 if day_first is None else day_first
    day, month = (first, second) if day_first else (second, first)
    return _day(whole, month, day)


def parse_date(
    text: str, *, day_first: bool | None = None, serials: bool = False, year: str = ""
) -> tuple[dt.date | None, str]:
    """One day and the reason why there is none (blank for a blank text too).

    `year`, of four digits, stands beside the date and says the century of a year that is written with two.

    Examples
    --------
    >>> parse_date("2009-02-20 00:00:00.000"), parse_date("12 March 2021")
    ((datetime.date(2009, 2, 20), ''), (datetime.date(2021, 3, 12), ''))
    >>> parse_date("31/02/2020", day_first=True), parse_date("03/04/2020"), parse_date("44927")
    ((None, 'date_impossible'), (None, 'date_ambiguous'), (None, 'date_excel_serial'))
    >>> parse_date("5-Aug-24", year="2024"), parse_date("5-Aug-24"), parse_date("31-12-19", year="2019")
    ((datetime.date(2024, 8, 5), ''), (None, 'date_ambiguous'), (datetime.date(2019, 12, 31), ''))
    """
    text = (text if text.isascii() else unicodedata.normalize("NFKC", text)).strip()
    if not text:
        return None, ""
    if len(text) > _LONGEST:
        return None, "date_unreadable"
    if (found := _ISO.fullmatch(text)) or (found := _COMPACT.fullmatch(text)):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _SLASHED.fullmatch(text):
        first, second, whole = int(found[1]), int(found[3]), int(found[4])
        if day_first is None and found[2] == ".":
            day_first = True  # 12.03.2021 is written day first wherever it is written
        if first > 12 and second > 12:
            return None, "date_impossible"
        if day_first is None:
            if first <= 12 and second <= 12 and first != second:
                return None, "date_ambiguous"
            day_first = first > 12
        day, month = (first, second) if day_first else (second, first)
        return _day(whole, month, day)
    if found := _DAY_MONTH.fullmatch(text):
        month_number = _month(found[2])
        return _day(int(found[3]), month_number, int(found[1])) if month_number else (None, "date_unreadable")
    if found := _MONTH_DAY.fullmatch(text):
        month_number = _month(found[1])
        return _day(int(found[3]), month_number, int(found[2])) if month_number else (None, "date_unreadable")
    if (short := _short_year(text, day_first, year)) is not None:
        return short
    if _SERIAL.fullmatch(text) and _FIRST_SERIAL <= float(text) < _LAST_SERIAL:
        if serials:
            return dt.date(1899, 12, 30) + dt.timedelta(days=int(float(text))), ""
        return None, "date_excel_serial"
    return None, "date_incomplete" if _NO_DAY.fullmatch(text) else "date_unreadable"


def _order_of(texts: list[str]) -> bool | None:
    """True when the column shows day first, False month first, None when it shows neither or both."""
    day_first = month_first = False
    for text in texts:
        if len(text) > _LONGEST or text[:3].isdecimal():  # of the forms below none begins with three digits
            continue
        found = _SLASHED.fullmatch(text.strip()) or _TWO_DIGITS.fullmatch(text.strip())
        if found and found[2] != ".":
            day_first |= int(found[1]) > 12 >= int(found[3])
            month_first |= int(found[3]) > 12 >= int(found[1])
    return None if day_first == month_first else day_first


def shown_order(*columns: pd.Series) -> bool | None:
    """The order of day and month that columns of one table show together; None where they show none, or both.

    Examples
    --------
    >>> shown_order(pd.Series(["03/04/2020"]), pd.Series(["13/04/2020"])), shown_order(pd.Series(["03/04/2020"]))
    (True, None)
    """
    # Arrow's texts are many times as slow to go through as plain ones.
    return _order_of([str(text) for column in columns for text in np.asarray(pd.unique(column), dtype=object)])


def check_spans(start: pd.Series, end: pd.Series, *, latest: dt.date | None = None) -> np.ndarray:
    """Why pairs of days cannot be used: the end before the start, or a start after `latest` (blank: not checked).

    Examples
    --------
    >>> start, _ = parse_dates(pd.Series(["2020-01-02", "2020-01-02", ""]))
    >>> end, _ = parse_dates(pd.Series(["2020-01-01", "2020-01-03", ""]))
    >>> check_spans(start, end, latest=dt.date(2020, 1, 1)).tolist()
    ['end_before_start', 'date_in_future', '']
    """
    why = np.full(len(start), "", dtype=object)
    if latest is not None:
        why[(start > pd.Timestamp(latest)).to_numpy(dtype=bool)] = "date_in_future"
    why[(end < start).to_numpy(dtype=bool)] = "end_before_start"
    return why


def parse_dates(
    series: pd.Series, *, day_first: bool | None = None, serials: bool = False, years: pd.Series | None = None
) -> tuple[pd.Series, pd.Series]:
    """The days of a text column, and why some are none.

    Parameters
    ----------
    series
        Text; blank is unknown. Times of day are cut off, zones are not converted.
    day_first
        For dates like 03/04/2020: True day/month, False month/day. None takes the order that the column itself shows
        (a 13 or more in one place, never in both); where it shows none the reason is ``date_ambiguous``: ask the user.
    serials
        Take Excel's serial day numbers (1900 system) as dates instead of explaining them.
    years
        Years of four digits beside the dates, row by row: they tell the century of 5-Aug-24; without them such a date
        is ``date_ambiguous``.

    Returns
    -------
    dates : pandas.Series
        datetime64[s] at midnight, NaT where blank or unusable; index of `series`.
    reason : pandas.Series
        str: a key of :data:`layers.formats.reasons.REASONS` where a value is unusable, else ``""``.

    Examples
    --------
    >>> dates, reason = parse_dates(pd.Series(["13/04/2020", "03/04/2020", "", "soon"]))
    >>> dates.dt.strftime("%Y-%m-%d").tolist()[:2], reason.tolist()
    (['2020-04-13', '2020-04-03'], ['', '', '', 'date_unreadable'])
    """
    codes, uniques = pd.factorize(series.astype("object"), use_na_sentinel=False)
    texts = ["" if u is None or u != u else str(u) for u in uniques]
    order = _order_of(texts) if day_first is None else day_first
    beside = [""] * len(texts)
    if years is not None:
        year_codes, year_uniques = pd.factorize(years.astype("object"), use_na_sentinel=False)
        pairs, codes = np.unique(codes * len(year_uniques) + year_codes, return_inverse=True)
        of_years = [str(year) for year in np.asarray(year_uniques, dtype=object)]
        beside = [of_years[i] for i in (pairs % len(of_years)).tolist()]
        texts = [texts[i] for i in (pairs // len(of_years)).tolist()]
    read = [parse_date(text, day_first=order, serials=serials, year=y) for text, y in zip(texts, beside, strict=True)]
    days = np.array([day for day, _ in read], dtype="datetime64[D]").astype("datetime64[s]")
    why = np.array([reason for _, reason in read], dtype=object)
    if not len(texts):
        codes = np.empty(0, dtype=np.int64)
    return pd.Series(days[codes], index=series.index), pd.Series(why[codes], index=series.index, dtype="str")
