"""Names of administrative units, folded so that two spellings of one unit compare equal.

Publishers write one unit as "Ouham-Pendé", "OUHAM PENDE" or "Ouham-Pendé province". Folding takes away accents,
case, hyphens, apostrophes and the word that only says what kind of unit it is. What folding cannot know (other
names, spelling errors) is in an alias table that the caller passes in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

import pandas as pd

# Letters that Unicode does not take apart into a base letter and an accent.
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "þ": "th"})
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc\u02b9\u2032`´]")
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015_./,;:]+")
_KIND = (
    "region|province|(?:sub|sous)[ -]?prefecture|prefecture|zone|territory|territoire|district|department|departement"
    "|governorate|gouvernorat|division|county|municipality|municipalite|commune|state|etat"
)
_BEFORE = re.compile(rf"^(?:{_KIND})(?: (?:de la|de l['\u2019]|du|des|de|d['\u2019]|of))? ?")
_AFTER = re.compile(rf"(?<![ -])[ -]+(?:{_KIND})$")


def _base_letters(text: str) -> str:
    if text.isascii():  # nothing to take apart
        return " ".join(text.casefold().split())
    letters = unicodedata.normalize("NFKD", text.strip().casefold()).translate(_LETTERS)
    return " ".join("".join(c for c in letters if not unicodedata.combining(c)).split())


def plain(text: str) -> str:
    """The text without case, accents, hyphens, underscores, points and apostrophes; no word is taken away.

    Parameters
    ----------
    text
        A word or a name in any alphabet.

    Examples
    --------
    >>> plain("Sous-Préfecture"), plain("coord_precision_km"), plain("7108.12.00")
    ('sous prefecture', 'coord precision km', '7108 12 00')
    """
    return _SEPARATORS.sub(" ", _APOSTROPHES.sub("", _base_letters(text))).strip()


@lru_cache(maxsize=1 << 16)
def fold(text: str) -> str:
    """The name without case, accents, hyphens, apostrophes and the word for its kind.

    A name that consists of such a word alone is kept. Blank stays blank.

    Parameters
    ----------
    text
        The name of a unit or a place as somebody wrote it.

    Examples
    --------
    >>> fold("Ouham-Pendé province"), fold("OUHAM PENDE"), fold("M'Baïki region")
    ('ouham pende', 'ouham pende', 'mbaiki')
    >>> fold("Préfecture de l’Ouham"), fold("Sous-préfecture de Boda"), fold("Zone")
    ('ouham', 'boda', 'zone')
    """
    name = _base_letters(text)
    for pattern in (_AFTER, _BEFORE):
        shorter = pattern.sub("", name).strip(" -")
        # "Zone" or "district de" would leave nothing; "statesboro" must not lose its beginning.
        if shorter and (pattern is _AFTER or name[len(name) - len(shorter) - 1] in " '\u2019"):
            name = shorter
    return _SEPARATORS.sub(" ", _APOSTROPHES.sub("", name)).strip()


def fold_series(names: pd.Series[str], aliases: Mapping[str, str] | None = None) -> pd.Series[str]:
    """Fold every name of a series; a folded name found in `aliases` is replaced by its unit.

    Parameters
    ----------
    names
        Text, ``""`` for blank.
    aliases
        From folded alias to folded unit, as :func:`alias_dict` gives it.

    Returns
    -------
    pandas.Series
        Text with the index of `names`; blank stays blank.

    Examples
    --------
    >>> fold_series(pd.Series(["Wlikale", "Boda region"], dtype="str"), {"wlikale": "walikale"}).tolist()
    ['walikale', 'boda']
    """
    known: Mapping[str, str] = aliases or {}
    folded = {name: fold(name) for name in pd.unique(names)}
    return names.map({name: known.get(unit, unit) for name, unit in folded.items()}).astype("str")


def alias_dict(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """From (alias, unit) as written to the folded dictionary that :func:`fold_series` takes.

    An alias that folds to its own unit is left out.

    Parameters
    ----------
    pairs
        (another spelling, the unit's own name) each, as written.

    Examples
    --------
    >>> alias_dict([("Wlikale", "Walikale"), ("Ndélé", "Ndele")])
    {'wlikale': 'walikale'}
    """
    folded = ((fold(alias), fold(unit)) for alias, unit in pairs)
    return {alias: unit for alias, unit in folded if alias != unit}
