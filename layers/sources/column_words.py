"""Columns known by their words: which words a name holds, and which field of a layout they speak of.

The rules are data (``data/column_words.csv``): a rule names the words that must stand in a column's name (``/`` between
those that will do), what else may stand there (``rest``: ``any``, ``exact`` for nothing, or a row of words by that
name), and words that must not (``unless``). Whole spellings (``data/column_names.csv``) go before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from layers.formats.header_words import HeaderWords, Rule
from layers.reference.tables import columns, rows

WORDS = {"site_list": ("list",), "suppliers": ("suppliers", "list"), "boundaries": ("boundaries",),
         "programmes": ("programmes",)}  # fmt: skip
"""Rules of data/column_words.csv that hold for a layout; layouts of publishers know their columns exactly."""
ORDINAL = "ordinal"
"""Name of the rest-words that number columns of one kind (mineral1, second commodity), which are read together."""
_GLUED_ID = re.compile(r"[A-Z]{3,}ID")


@lru_cache(maxsize=16)
def rules(*layouts: str) -> tuple[Rule, ...]:
    """The rules of these layouts, in the order of the table."""
    known: dict[str, frozenset[str] | None] = {**fillers(), "any": None, "exact": frozenset()}
    return tuple(
        Rule(
            row["field"],
            tuple(frozenset(word.split("/")) for word in row["words"].split()),
            known.get(row["rest"], frozenset()),
            frozenset(row["unless"].split()),
        )
        for layout in layouts
        for row in rows("column_words.csv")
        if row["layout"] == layout
    )


def spelled(layout: str) -> dict[str, tuple[str, ...]]:
    """Field to plain spellings of a layout; a company's list knows those of a list of sites too."""
    known: dict[str, tuple[str, ...]] = {}
    for name in (layout, "site_list") if layout == "suppliers" else (layout,) if layout else ():
        for field, words in columns(name).items():
            known[field] = (*known.get(field, ()), *words)
    return known


def header_words(layout: str, *enough: tuple[str, ...]) -> HeaderWords:
    """By what the header of a layout is known; `enough` as in :class:`layers.formats.header_words.HeaderWords`.

    Examples
    --------
    >>> known = header_words("site_list", ("lat", "lon"), ("location",))
    >>> known.test(["MineID", "Lat", "Long", "Foreman"]), known.test(["Name", "Meaning"])
    ((3, True), (1, False))
    """
    return HeaderWords(spelled(layout), rules(*WORDS.get(layout, ())), enough)


@lru_cache(maxsize=1)
def fillers() -> dict[str, frozenset[str]]:
    """Words that say nothing by themselves, by the name under which rules allow them."""
    out: dict[str, frozenset[str]] = {}
    for row in rows("column_words.csv"):
        if row["layout"] == "*":
            out[row["field"]] = out.get(row["field"], frozenset()) | frozenset(row["words"].split())
    return out


def matches(names: Sequence[str], field: str, layouts: Iterable[str]) -> list[tuple[str, tuple[str, ...]]]:
    """Columns whose words speak of a field, best first, with the words left over.

    The first rule of the table goes before later ones; under one rule the name with fewer words that say something
    goes first, then the file's order.

    Examples
    --------
    >>> [name for name, _ in matches(["Latitude DMS", "Latitude of camp", "Latitude (DD)"], "lat", ["list"])]
    ['Latitude (DD)', 'Latitude of camp', 'Latitude DMS']
    """
    filler = fillers()["filler"]
    found: dict[str, tuple[tuple[int, int, int, int], tuple[str, ...]]] = {}
    for order, rule in enumerate(rules(*layouts)):
        if rule.field != field:
            continue
        for at, name in enumerate(names):
            left = rule.left(name)
            if left is not None and name not in found:
                found[name] = ((order, sum(word not in filler for word in left), len(left), at), left)
    return [(name, left) for name, (_, left) in sorted(found.items(), key=lambda item: item[1][0])]


def is_numbered(left: Sequence[str]) -> bool:
    """Whether words left over number a column among several of its kind (1, primary, other).

    Examples
    --------
    >>> is_numbered(("primary",)), is_numbered(("1",)), is_numbered(("name",))
    (True, True, False)
    """
    from_kind = {"name", "type", "types", "list", "target", "all", "en", "fr", "site", "mine", "mined"}
    from_kind |= {"produced", "extracted", "exploite", "exploites", "exploitee", "extrait", "extraits", "explotado"}
    from_kind |= {"explotados", "explorado", "explorados", "abgebaut"}
    return bool(set(left) & (fillers()[ORDINAL] - from_kind - fillers()["filler"]))


def glued_ids(names: Sequence[str]) -> list[str]:
    """Names in capitals that end in ID (ICMMID), which no word boundary parts.

    Examples
    --------
    >>> glued_ids(["ICMMID", "PAID", "Mine Name"])
    ['ICMMID']
    """
    return [n for n in names if _GLUED_ID.fullmatch(n.strip()) and n.strip() not in ("PAID", "VALID", "GRID", "VOID")]
