"""The eight programme types: their words, and which sectors, words and spellings lead to them (tables in ``data/``)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from geo.errors import InputError
from geo.programmes.schema import TYPES
from geo.records.place_names import plain
from i18n.languages import finished
from i18n.translator import translator
from jobs.programmes.type_words import TypeWords, type_words
from jobs.reading_notes import table_entry, whole
from layers.formats import LOCAL, Gateway, read
from layers.reference import files
from layers.reference.tables import rows
from layers.sources.layer import Fields

LEAST_SHARE = 40.0
"""A sector, or several of one type, leads to its type from this share [%] of its vocabulary on."""

_BETWEEN = re.compile(r"[;|,/\n]")

Sector = tuple[str, str, float]
"""Vocabulary, code, and stated percentage (NaN: none)."""


@dataclass(frozen=True)
class TypeMap:
    """What leads to which type.

    Attributes
    ----------
    words
        From plain spellings (keys, labels in both languages) to types.
    sectors
        From (IATI vocabulary, code) to types.
    sha256
        Of the sector table, for the run record.
    weak
        Sectors that speak only where the words of the title lead to no type.
    phrases
        Words in titles and descriptions.
    recorded
        What a run record tells of the sector table's file; blank for that of the project.
    """

    words: Mapping[str, str]
    sectors: Mapping[tuple[str, str], str]
    sha256: str
    weak: frozenset[tuple[str, str]] = frozenset()
    phrases: TypeWords = field(default_factory=TypeWords)
    recorded: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    def as_record(self) -> dict[str, Any] | None:
        """The map as JSON; None where its words are not those of the project, which everyone has."""
        if self.phrases is not type_words():
            return None
        sectors = [[*sector, kind, sector in self.weak] for sector, kind in self.sectors.items()]
        return {"sectors": sectors, "sha256": self.sha256, "recorded": dict(self.recorded)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> TypeMap:
        """The inverse of :meth:`as_record`.

        Parameters
        ----------
        record
            As :meth:`as_record` gives it.
        """
        sectors = {(str(vocabulary), str(code)): str(kind) for vocabulary, code, kind, _ in record["sectors"]}
        weak = frozenset((str(vocabulary), str(code)) for vocabulary, code, _, faint in record["sectors"] if faint)
        return cls(_words(), sectors, str(record["sha256"]), weak, type_words(), dict(record["recorded"]))

    def of_text(self, text: str) -> tuple[str, str]:
        """Types and unmapped words of a cell such as ``Traceability; 32210``, each joined by ``;``.

        Parameters
        ----------
        text
            Types in words or keys, and sector codes, separated by `;`, `|`, `,`, `/` or line breaks.

        Examples
        --------
        >>> type_map().of_text("Traçabilité; 32210; cookery")
        ('traceability;formalisation', 'cookery')
        """
        found: dict[str, None] = {}
        left = []
        for word in (w.strip() for w in _BETWEEN.split(text)):
            kind = self.words.get(plain(word)) or self.sectors.get(("1", word))
            if kind:
                found[kind] = None
            elif word:
                left.append(word)
        return ";".join(found), ";".join(left)

    def known(self, tags: Sequence[Sector]) -> list[Sector]:
        """Of an activity's tags those that lead to a type; the others are no sectors and are not told as unmapped.

        Parameters
        ----------
        tags
            Tags: vocabulary, code, share [%].
        """
        return [tag for tag in tags if tag[:2] in self.sectors]

    def of_activity(self, title: str, description: str, sectors: Sequence[Sector]) -> tuple[str, str, str]:
        """Types of an activity, sectors that lead to none, and what decided each type; each joined by ``;``.

        Words of the title come first: a sector such as 15210 (security) under which a publisher put trading centres
        speaks only where they say nothing. A sector counts from :data:`LEAST_SHARE` of its vocabulary on; where no
        percentage is stated, the sectors share evenly.

        Parameters
        ----------
        title
            Title of the activity, in any language of the tables.
        description
            Its description; blank where it has none.
        sectors
            Vocabulary, code, stated share [%] (NaN: none).

        Examples
        --------
        >>> blank = float("nan")
        >>> type_map().of_activity("Building of mineral trading centres", "", [("1", "15210", blank)])
        ('infrastructure', '', 'infrastructure = title: mineral trading cent*')
        >>> type_map().of_activity("Governance fund", "", [("1", "15150", 75.0), ("1", "32210", 25.0)])
        ('', '1:15150', '')
        >>> type_map().of_activity("Phase II", "", [("1", "33120", blank), ("2", "331", blank)])
        ('training_customs', '2:331', 'training_customs = sector: 1:33120 (100 %)')
        """
        why = self.phrases.of(title, description)
        by_title = any(reason.startswith("title") for reason in why.values())
        shares: dict[tuple[str, str], tuple[float, list[str]]] = {}
        for (vocabulary, code, _), share in zip(sectors, _shares(sectors), strict=True):
            kind = self.sectors.get((vocabulary, code))
            if kind and not (by_title and (vocabulary, code) in self.weak):
                total, codes = shares.get((vocabulary, kind), (0.0, []))
                shares[vocabulary, kind] = (total + share, [*codes, f"{vocabulary}:{code}"])
        for (_, kind), (share, codes) in shares.items():
            if share >= LEAST_SHARE:
                why.setdefault(kind, f"sector: {', '.join(codes)} ({share:.0f} %)")
        left = dict.fromkeys(f"{v}:{c}" for v, c, _ in sectors if (v, c) not in self.sectors)
        kinds = [kind for kind in TYPES if kind in why]
        return ";".join(kinds), ";".join(left), "; ".join(f"{kind} = {why[kind]}" for kind in kinds)


def _shares(sectors: Sequence[Sector]) -> list[float]:
    """The share [%] of each sector in its vocabulary: as stated, else even."""
    stated, many = set[str](), Counter(vocabulary for vocabulary, _, _ in sectors)
    for vocabulary, _, share in sectors:
        if share == share:
            stated.add(vocabulary)
    return [(share if share == share else 0.0) if v in stated else 100 / many[v] for v, _, share in sectors]


def labels(language: str) -> dict[str, str]:
    """The words for each type in a language, in the order of the action plan.

    Parameters
    ----------
    language
        Code of the reader's language, such as `fr`.

    Examples
    --------
    >>> labels("fr")["training_customs"]
    'Formation des douanes'
    """
    translate = translator(language)
    return {row["type"]: translate(row["label"]) for row in rows(files.PROGRAMME_TYPES.name)}


@lru_cache(maxsize=1)
def type_map() -> TypeMap:
    """The mapping that ships with the project."""
    return replace(read_type_map(files.DAC_SECTOR_TYPES), recorded={})


def read_type_map(
    source: bytes | Path, name: str | None = None, *, gateway: Gateway = LOCAL, phrases: TypeWords | None = None
) -> TypeMap:
    """A user's own table of sectors, `vocabulary` (blank is 1, the DAC list), `code`, `programme_type`, `when`.

    `when` is ``no words`` for a sector that speaks only where the title does not; blank or ``always`` otherwise.

    Parameters
    ----------
    source, name, gateway
        A path or the bytes themselves, the file's own name (a path has one), and which limits hold.
    phrases
        The table of words; by default that of the project.

    Raises
    ------
    geo.errors.InputError
        A column is missing, or a type is none of the eight: all faults at once.
    geo.errors.LimitExceededError
        More rows than `sectors` of the gateway.
    """
    table = whole(read(source, name, gateway=gateway))
    gateway.check("sectors", len(table.frame), table.name)
    fields = Fields(table)
    fields.require("code", "programme_type")
    sectors, weak, faults = {}, set(), []
    columns = (fields.text(name).str.strip() for name in ("vocabulary", "code", "programme_type", "when"))
    for row, vocabulary, code, kind, when in zip(table.row, *columns, strict=True):
        if kind in TYPES and code and when.casefold() in ("", "always", "no words"):
            sectors[vocabulary or "1", code] = kind
            if when.casefold() == "no words":
                weak.add((vocabulary or "1", code))
        else:
            faults.append(f"row {row}: {code} → {kind} {when}".rstrip())
    if faults:
        raise InputError(
            "The table of sectors has rows that lead to no programme type.",
            where=table.name,
            expected=", ".join(TYPES),
            got="; ".join(faults[:10]),
        )
    phrases = type_words() if phrases is None else phrases
    return TypeMap(_words(), sectors, table.sha256, frozenset(weak), phrases, table_entry("sectors", table))


def _words() -> dict[str, str]:
    """Plain spellings of the types, as the project's table of them has."""
    table = rows(files.PROGRAMME_TYPES.name)
    spellings = {plain(row[c]): row["type"] for row in table for c in ("type", "label")}
    for speaker in map(translator, finished()):
        spellings |= {plain(speaker(row["label"])): row["type"] for row in table}
    return spellings
