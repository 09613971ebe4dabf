"""Columns known by their words: which words a name holds, and which field of a layout they speak of.

The rules are data (``data/column_words.csv``): a rule names the words that must stand in a column's name (``/`` between
those that will do), what else may stand there (``rest``: ``any``, ``exact`` for nothing, or a row of words by that
name), and words that must not (``unless``). Whole spellings (``data/column_names.csv``) go before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from geo.records.place_names import plain
from layers.reference.tables import rows

ORDINAL = "ordinal"
"""Name of the rest-words that number columns of one kind (mineral1, second commodity), which are read together."""
_CAMEL = re.compile(
    r"(?<=[a-z\u00df-\u00ff])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])"
)
_SIGNS = re.compile(r"[^\w\s]|_")
_LONGEST = 120
_GLUED_ID = re.compile(r"[A-Z]{3,}ID")


@dataclass(frozen=True)
class Rule:
    """One row of the table: the field, and what a column's name must, may and must not hold."""

    field: str
    words: tuple[frozenset[str], ...]
    rest: str
    unless: frozenset[str]


@lru_cache(maxsize=8192)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a column's name: without case, accents, signs; parted at capitals and digits.

    Examples
    --------
    >>> words_of("_GPS_site_latitude"), words_of("MineID"), words_of("commod1"), words_of("Latitude (°)")
    (('gps', 'site', 'latitude'), ('mine', 'id'), ('commod', '1'), ('latitude',))
    """
    return tuple(plain(_SIGNS.sub(" ", _CAMEL.sub(" ", name[:_LONGEST]))).split())


@lru_cache(maxsize=16)
def rules(*layouts: str) -> tuple[Rule, ...]:
    """The rules of these layouts, in the order of the table."""
    return tuple(
        Rule(
            row["field"],
            tuple(frozenset(word.split("/")) for word in row["words"].split()),
            row["rest"],
            frozenset(row["unless"].split()),
        )
        for layout in layouts
        for row in rows("column_words.csv")
        if row["layout"] == layout
    )


@lru_cache(maxsize=1)
def fillers() -> dict[str, frozenset[str]]:
    """Words that say nothing by themselves, by the name under which rules allow them."""
    out: dict[str, frozenset[str]] = {}
    for row in rows("column_words.csv"):
        if row["layout"] == "*":
            out[row["field"]] = out.get(row["field"], frozenset()) | frozenset(row["words"].split())
    return out


def rest_of(name: str, rule: Rule) -> tuple[str, ...] | None:
    """The words of a name that a rule leaves over; None where the rule does not hold.

    Examples
    --------
    >>> rule = next(r for r in rules("list") if r.field == "lat")
    >>> rest_of("Latitude (DD)", rule), rest_of("destination latitude", rule), rest_of("Longitude", rule)
    (('dd',), None, None)
    """
    left = list(words_of(name))
    if rule.unless & set(left):
        return None
    for wanted in rule.words:
        found = next((word for word in left if word in wanted), None)
        if found is None:
            return None
        left.remove(found)
    known = fillers()
    if rule.rest != "any" and not set(left) <= (known.get(rule.rest, frozenset()) if rule.rest != "exact" else set()):
        return None
    return tuple(left)


def matches(names: Sequence[str], field: str, layouts: Iterable[str]) -> list[tuple[str, tuple[str, ...]]]:
    """Columns whose words speak of a field, best first, with the words left over.

    The first rule of the table goes before later ones; under one rule the name with fewer words that say something
    goes first, then the file's order.

    Examples
    --------
    >>> [name for name, _ in matches(["Latitude DMS", "Latitude of camp", "Latitude (DD)"], "lat", ["list"])]
    ['Latitude (DD)', 'Latitude of camp']
    """
    filler = fillers()["filler"]
    found: dict[str, tuple[tuple[int, int, int, int], tuple[str, ...]]] = {}
    for order, rule in enumerate(rules(*layouts)):
        if rule.field != field:
            continue
        for at, name in enumerate(names):
            left = rest_of(name, rule)
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
