"""Countries as people write them: codes, names in seven languages, abbreviations, words turned round.

First our own table (data/countries.csv, whose aliases a user may add to), then the names of Unicode's CLDR (through
Babel) in more languages, then the same name with its words put in another order. No part of a longer text counts: the
Niger Delta is not Niger.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property

from geo.records.place_names import plain

LANGUAGES = ("en", "fr", "es", "pt", "de", "it", "nl")
"""Languages in which CLDR's names are known."""
NOT_ALONE = frozenset({"congo", "kongo", "korea", "coree", "corea", "coreia", "virgin islands"})
"""Names that lists use for more than one country."""
_SHORT = {
    "dem": "democratic", "democ": "democratic", "rep": "republic", "repub": "republic", "st": "saint",
    "is": "islands", "isl": "islands", "fed": "federation", "utd": "united", "ctl": "central", "centr": "central",
    "afr": "african", "s": "south", "n": "north", "eq": "equatorial", "republique": "republic",
    "republica": "republic", "republik": "republic", "democratique": "democratic", "democratica": "democratic",
    "demokratische": "democratic", "kongo": "congo",
}  # fmt: skip
"""Words and abbreviations that names of countries are told apart by, in one form."""
_EMPTY = frozenset(
    {"the", "of", "and", "la", "le", "les", "el", "los", "du", "de", "des", "do", "da", "dos", "l", "d", "die", "der",
     "und", "et", "y", "e"}
)  # fmt: skip
_FORMAL = frozenset(
    {"republic", "kingdom", "state", "states", "islamic", "federation", "plurinational", "bolivarian", "union",
     "commonwealth", "sultanate", "principality"}
)  # fmt: skip
"""Words of formal names: where they alone are left over, the short name is meant."""
_NEVER_SHORT = frozenset({"congo", "korea", "coree", "corea", "coreia", "china", "virgin", "democratic", "dominica"})
"""Words of names whose formal words tell one country from another."""
_WAS = re.compile(r"\((?:was|formerly|ex|former|anciennement)\b[^)]*\)", re.IGNORECASE)
_DOTTED = re.compile(r"\b(?:[A-Za-z]\.){2,}")
_LONGEST = 80
_KEPT = 10_000
"""Texts whose country is remembered at a time."""


class CountryWords:
    """Countries by every way in which their names are written.

    Parameters
    ----------
    known
        Plain names and codes to ISO 3166 alpha-3, which go before everything else.

    Examples
    --------
    >>> words = CountryWords({"drc": "COD", "cd": "COD", "democratic republic of the congo": "COD", "ae": "ARE"})
    >>> [words.code(t) for t in ("Congo (DRC)", "D.R.C.", "CONGO, DEMOCRATIC REPUBLIC OF", "Dem. Rep. of Congo")]
    ['COD', 'COD', 'COD', 'COD']
    >>> words.code("Vereinigte Arabische Emirate"), words.code("Emiratos Árabes Unidos")
    ('ARE', 'ARE')
    >>> [words.code(t) for t in ("Congo", "Korea", "Niger Delta", "China Minmetals", "Atlantis", "")]
    ['', '', '', '', '', '']
    """

    def __init__(self, known: Mapping[str, str]) -> None:
        self.known = known
        self._seen_words: dict[str, str] = {}

    def code(self, text: str) -> str:
        """ISO 3166 alpha-3 of a code or name; blank where it is none, or may be two."""
        word = plain(text)
        if word in self.known:
            return self.known[word]
        if not word or len(text) > _LONGEST or word in NOT_ALONE:
            return ""
        if word not in self._seen_words:
            if len(self._seen_words) > _KEPT:
                self._seen_words.clear()
            self._seen_words[word] = self._look(text)
        return self._seen_words[word]

    def _look(self, text: str) -> str:
        shorter = _DOTTED.sub(lambda found: found[0].replace(".", ""), _WAS.sub("", text)).strip()
        for candidate in dict.fromkeys((shorter, *_without_brackets(shorter))):
            name = plain(candidate)
            if name not in NOT_ALONE and (found := self.known.get(name) or self.names.get(name)):
                return found
        return self._turned(shorter)

    def _turned(self, text: str) -> str:
        """The country whose telling words these are, whatever their order; formal words may stand besides."""
        words = _telling(text)
        if not words:
            return ""
        if found := self.by_words.get(words):
            return found
        rest = words - _FORMAL
        return self.by_words.get(rest, "") if rest and rest != words and not rest & _NEVER_SHORT else ""

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Plain names of CLDR in :data:`LANGUAGES`; what two countries share is left out."""
        from babel import Locale

        found: dict[str, str] = {}
        shared: set[str] = set()
        for language in LANGUAGES:
            for code, name in Locale(language).territories.items():
                if len(code) == 2 and code.isalpha() and (iso := self.known.get(code.casefold(), "")):
                    key = plain(str(name))
                    if found.setdefault(key, iso) != iso:
                        shared.add(key)
        return {key: iso for key, iso in found.items() if key not in shared and key not in self.known}

    @cached_property
    def by_words(self) -> Mapping[frozenset[str], str]:
        """Sets of telling words, of every known name; what two countries share is left out."""
        found: dict[frozenset[str], str] = {}
        shared: set[frozenset[str]] = set()
        for table in (self.known, self.names):
            for name, iso in table.items():
                key = _telling(name)
                if len(name) > 3 and key and found.setdefault(key, iso) != iso:
                    shared.add(key)
        return {key: iso for key, iso in found.items() if key not in shared}


def _telling(name: str) -> frozenset[str]:
    return frozenset(_SHORT.get(word, word) for word in re.findall(r"\w+", plain(name))) - _EMPTY


def _without_brackets(text: str) -> list[str]:
    """What stands in brackets, where it is a code or name of its own: Congo (DRC)."""
    inside = re.fullmatch(r"([^()\[\]]+)[(\[]([^()\[\]]+)[)\]]\s*", text)
    if not inside:
        return []
    return [inside[2].strip(), inside[1].strip()] if len(inside[2].strip()) <= 4 else [f"{inside[2]} {inside[1]}"]
