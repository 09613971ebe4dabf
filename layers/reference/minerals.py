"""Names of minerals as the project writes them: English, lower case, joined by ``;``."""

from __future__ import annotations

import re

import pandas as pd

from geo.records.place_names import plain
from layers.reference.tables import minerals

_SPLIT = re.compile(r"[;,|/+&\n]|\b(?:et|and|y|e|und|with|avec|con|com|mit)\b", re.IGNORECASE)
_EITHER = "or"
"""French for gold, English for either: between two words it is left open."""
_FORM = frozenset(
    {
        "ore", "ores", "minerai", "minerais", "mineral", "concentrate", "concentrates", "concentre",
        "concentres", "concentrado", "konzentrat", "raw", "rough", "brut", "bruto", "refined",
        "bullion", "bars", "bar", "ingot", "ingots", "cathode", "cathodes", "alluvial",
        "alluvionnaire", "aluvial", "artisanal", "placer", "primary", "native", "de", "du",
        "d", "of", "the", "metal", "in", "erz",
    }
)  # fmt: skip
"""Words that tell in what form a mineral comes, and not which."""
_LONGEST = 300
"""A longer text between two signs names no mineral."""
_HS = re.compile(r"\d{4}(?:[. ]?\d{2}){0,3}")


def mineral_list(text: str) -> tuple[str, list[str]]:
    """The minerals of one text, and the words that no name of data/mineral_names.csv explains.

    A word that is not known is left out of the list: it neither is nor excludes a mineral.

    Examples
    --------
    >>> mineral_list("Diamant, Or"), mineral_list("7108.12.00;2609.00.00"), mineral_list("inconnu")
    (('diamond;gold', []), ('gold;cassiterite', []), ('', []))
    >>> mineral_list("cassiterite or"), mineral_list("tin or copper"), mineral_list("oro y plata")
    (('cassiterite;gold', []), ('cassiterite;copper', ['or']), ('gold;silver', []))
    >>> mineral_list("Or et Manvenve"), mineral_list(""), mineral_list("tin (SnO2) concentrate / alluvial gold")
    (('gold', ['Manvenve']), ('', []), ('cassiterite;gold', []))
    """
    known = minerals()
    if text.lstrip().startswith("["):  # a JSON array, as nested values of GeoJSON are written
        text = text.strip().strip("[]").replace('"', "")
    whole = plain(text) if len(text) <= _LONGEST else ""
    if whole in known:
        return known[whole], []
    found: dict[str, None] = {}
    strange = []
    for part in _SPLIT.split(text):
        if len(part) > _LONGEST:
            strange.append(part.strip())
            continue
        word = plain(part)
        if not word:
            continue
        if _HS.fullmatch(word):
            code = word.replace(" ", "")
            # A longer national code belongs to the HS code or heading it begins with.
            name = next((known[code[:n]] for n in (len(code), 8, 6, 4) if code[:n] in known), None)
        else:
            name = _named(part)
        if name is None:
            name, unknown = _chosen(part)
            strange += unknown
        found.update(dict.fromkeys(m for m in (name or "").split(";") if m))
    return ";".join(found), strange


def _named(part: str) -> str | None:
    """The minerals that one part names: as it stands, else without brackets and words of form (ore, concentrate)."""
    known = minerals()
    outside, *inside = re.split(r"[()\[\]]", part)
    rest = " ".join([outside, *inside[1::2]])
    for text in (part, rest, *inside[::2]):
        for word in (plain(text), " ".join(w for w in plain(text).split() if w not in _FORM)):
            if word and word in known:
                return known[word]
    return None


def _chosen(part: str) -> tuple[str | None, list[str]]:
    """Minerals that stand side by side, as survey tools write several choices; and what is not known of them."""
    known, words = minerals(), part.split()
    if len(words) < 2 or not all(plain(word) in known for word in words):
        return None, [part.strip()]
    either = [at for at, word in enumerate(words) if plain(word) == _EITHER and 0 < at < len(words) - 1]
    names = [known[plain(word)] for at, word in enumerate(words) if at not in either]
    return ";".join(names), [words[at] for at in either]


def mineral_lists(series: pd.Series[str]) -> pd.Series[str]:
    """The minerals of each text of a series; blank where none is known."""
    return series.map({text: mineral_list(str(text))[0] for text in pd.unique(series)}).astype("str")


def strange_words(series: pd.Series[str]) -> list[str]:
    """Words of a series that name no known mineral, sorted."""
    return sorted({word for text in pd.unique(series) for word in mineral_list(str(text))[1]})
