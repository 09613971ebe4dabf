"""A language is a gettext catalogue in ``locale/``, read as it is committed; numbers and dates are by locale.

The message in English is the key. In code a text is marked by the name of what translates it: ``_("...")`` at once,
``N_("...")`` for tables whose text is translated later; ``scripts/messages.py`` finds both, and the sentences of the
named errors, and brings ``locale/*/LC_MESSAGES/cahra.po`` up to date. No build step: the ``.po`` file is compiled in
memory once per process.
"""

from __future__ import annotations

import datetime as dt
import gettext
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from geo.messages import N_, PAIR, filled, is_one
from i18n.catalogue import read_catalogue
from i18n.languages import SOURCE, catalogue_path, finished, offered

LANGUAGES = finished()
"""Languages in which exports say why, by their code; drafts stand in :func:`i18n.languages.offered` too."""


__all__ = ["DATE_FORM", "LANGUAGES", "N_", "Translator", "pick", "translator"]

DATE_FORM = N_("form of a day: YYYY-MM-DD")
"""The message that a catalogue answers with the form in which its readers write a day, in these very letters."""


LISTED = N_("{a}; {b}")
"""Two parts of a list, as explanations join them too."""


def pick(wanted: object, locale: object = None) -> str:
    """The language to speak: what was asked for, else the browser's, else English.

    Examples
    --------
    >>> pick("fr"), pick(None, "fr-CF"), pick("xx", "de"), pick(["fr"], None)
    ('fr', 'fr', 'en', 'en')
    """
    for wish in (wanted, locale):
        code = wish.replace("_", "-").split("-")[0].lower() if isinstance(wish, str) else ""
        if code in offered():
            return code
    return SOURCE


@lru_cache(maxsize=16)
def _catalogue(language: str) -> gettext.NullTranslations:
    path = catalogue_path(language)
    if not path.is_file():
        return gettext.NullTranslations()
    return read_catalogue(path)


@dataclass(frozen=True)
class Translator:
    """Speaks one language; call it with a message and the values of its ``{placeholders}``.

    Examples
    --------
    >>> _ = Translator("en")
    >>> _("Sites on {day}", day="x"), _.plural("{n} site", "{n} sites", 2000), _.number(1234.5, 1)
    ('Sites on x', '2,000 sites', '1,234.5')
    """

    language: str

    def __call__(self, message: str, /, **values: object) -> str:
        """`message` in this language, its placeholders filled with `values`."""
        text = _catalogue(self.language).gettext(message) if message else ""
        return filled(text, values, self.is_one) if values else text

    def is_one(self, value: object) -> bool:
        """Whether a number, or one that is written already, takes the form for one thing: as the catalogue counts.

        Examples
        --------
        >>> Translator("fr").is_one(0), Translator("fr").is_one("1,5"), Translator("en").is_one(0)
        (True, True, False)
        """
        if self.language == SOURCE:
            return is_one(value)
        plural = _catalogue(self.language).plural  # type: ignore[attr-defined]
        if isinstance(value, int | float):
            number: float = value
        elif re.fullmatch(r"\d+(,\d+)?", str(value)):
            number = float(str(value).replace(",", "."))
        else:
            return False
        # Between 0 and 2 a part of one is counted like none where none is counted like one, else like many.
        return bool(plural(int(number)) == 0) and (number == 1 or bool(plural(0) == 0 and 0 <= number < 2))

    @property
    def date_form(self) -> str:
        """How a day is written in a field or a cell: letters of Streamlit and spreadsheets, ``DD/MM/YYYY``."""
        return self(DATE_FORM).rpartition(" ")[2]

    @property
    def day_first(self) -> bool:
        """Whether a day written in numbers begins with the day."""
        return self.date_form.startswith("D")

    def own_column(self, name: str, columns: Collection[str]) -> str:
        """Of columns that say the same in several languages (`name_en`, `name_fr`), the one to read.

        Examples
        --------
        >>> Translator("fr").own_column("why", ["why_en", "why_fr"]), Translator("fr").own_column("why", ["why_en"])
        ('why_fr', 'why_en')
        """
        own = f"{name}_{self.language}"
        return own if own in columns else f"{name}_{SOURCE}"

    def plural(self, one: str, many: str, n: int, /, **values: object) -> str:
        """The message for `n` things, with ``{n}`` written by locale."""
        if values:
            return _catalogue(self.language).ngettext(one, many, n).format(n=self.number(n), **values)
        return _counted(self.language, one, many, n)

    def pair(self, label: str, value: str) -> str:
        r"""A label and its value; French puts a space before the colon.

        Examples
        --------
        >>> Translator("en").pair("Rule", "C1"), Translator("fr").pair("Règle", "C1")
        ('Rule: C1', 'Règle\xa0: C1')
        """
        return self(PAIR, label=label, value=value)

    def joined(self, parts: Iterable[str]) -> str:
        r"""Parts of a list whose parts hold commas; French puts a space before the semicolon.

        Examples
        --------
        >>> Translator("en").joined(["a", "b"]), Translator("fr").joined(["a", "b"]), Translator("fr").joined([])
        ('a; b', 'a\xa0; b', '')
        """
        between = self(LISTED).partition("{a}")[2].partition("{b}")[0]
        return between.join(parts)

    def number(self, value: object, digits: int = 0, *, fixed: bool = False) -> str:
        """`value` with the locale's separators, rounded to `digits`; blank for a missing value.

        `fixed` writes zeros at the end too, so that figures of a column can be compared.
        """
        blank = value != value if isinstance(value, float) else value is None or value is pd.NA or value is pd.NaT
        if blank:
            return ""
        return _number(self.language, round(float(value), digits) + 0.0, digits, fixed)  # type: ignore[arg-type]

    def date(self, value: object) -> str:
        """`value` as a day in the locale's words; blank for a missing value."""
        stamp = pd.Timestamp(value) if value is not None else pd.NaT  # type: ignore[arg-type]
        if pd.isna(stamp):
            return ""
        if self.language in _MONTHS:
            return f"{stamp.day} {_MONTHS[self.language][stamp.month - 1]} {stamp.year}"
        from babel.dates import format_date

        return str(format_date(stamp.date(), "d MMM y", locale=self.language))

    def month(self, value: dt.date) -> str:
        """Month and year of `value` in the locale's words."""
        from babel.dates import format_date

        return str(format_date(value, "LLLL y", locale=self.language))

    def distance(self, metres: object) -> str:
        """Metres as kilometres with one decimal; blank for a missing value."""
        if metres is None or pd.isna(metres):  # type: ignore[call-overload]
            return ""
        return f"{self.number(float(metres) / 1000, 1)} km"  # type: ignore[arg-type]


_KNOWN_MARKS = {"en": ",.", "fr": "\u202f,"}
"""What stands between thousands and before decimals, and below the months of days, in the languages of every export,
as Babel has them: to load its locales takes a tenth of the time of a small run's files. Tests hold both to it."""
_MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "fr": ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
}


@lru_cache(maxsize=1 << 16)
def _number(language: str, value: float, digits: int, fixed: bool) -> str:
    """A number by locale; the sentences of a run say the same few over and over."""
    marks = _marks(language)
    if marks is None or not abs(value) < 10.0 ** (_SURE_DIGITS - digits):
        return _by_babel(language, value, digits, fixed)
    return _written(value, digits, fixed, marks)


_SURE_DIGITS = 14
"""Decimal digits that a float tells without doubt."""


def _by_babel(language: str, value: float, digits: int, fixed: bool) -> str:
    from babel.numbers import format_decimal

    pattern = "#,##0" + ("." + ("0" if fixed else "#") * digits if digits else "")
    return str(format_decimal(value, format=pattern, locale=language))


def _written(value: float, digits: int, fixed: bool, marks: dict[int, str]) -> str:
    """The number as Python writes it, its separators as `marks` have them: a twentieth of what Babel takes for it."""
    text = f"{value:,.{digits}f}"
    if digits and not fixed:
        text = text.rstrip("0").rstrip(".")
    return text.translate(marks)


@lru_cache(maxsize=16)
def _marks(language: str) -> dict[int, str] | None:
    """What stands for comma and point in numbers of a language; None where it writes them in another way besides."""
    if language in _KNOWN_MARKS:
        return dict(zip(map(ord, ",."), _KNOWN_MARKS[language], strict=True))
    from babel.numbers import get_decimal_symbol, get_group_symbol

    marks = str.maketrans({",": get_group_symbol(language), ".": get_decimal_symbol(language)})
    tried = ((1234567.125, 3, False), (-1234.5, 2, True), (12345.0, 1, False), (0.25, 3, False), (-0.5, 1, True))
    same = all(_written(*number, marks) == _by_babel(language, *number) for number in tried)
    return marks if same else None


@lru_cache(maxsize=1 << 16)
def _counted(language: str, one: str, many: str, n: int) -> str:
    return _catalogue(language).ngettext(one, many, n).format(n=translator(language).number(n))


@lru_cache(maxsize=16)
def translator(language: str) -> Translator:
    """The translator of a language; English for one that is not known."""
    return Translator(language if language in offered() else SOURCE)
