"""The eight programme types: their words, and which sectors and spellings lead to them (tables in ``data/``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from geo.errors import InputError
from geo.programmes.schema import TYPES
from geo.records.place_names import plain
from layers.formats import LOCAL, Door, read
from layers.reference import files
from layers.reference.tables import rows
from layers.sources.layer import Fields

_BETWEEN = re.compile(r"[;|,/\n]")


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
        Hash of the sector table, for the run record.
    """

    words: Mapping[str, str]
    sectors: Mapping[tuple[str, str], str]
    sha256: str

    def of_text(self, text: str) -> tuple[str, str]:
        """Types and unmapped words of a cell such as ``Traceability; 32210``, each joined by ``;``.

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

    def of_sectors(self, sectors: list[tuple[str, str]]) -> tuple[str, str]:
        """Types and unmapped sectors (``vocabulary:code``) of an activity, each joined by ``;``.

        Examples
        --------
        >>> type_map().of_sectors([("1", "33120"), ("2", "331"), ("1", "15210")])
        ('training_customs;training_security_forces', '2:331')
        """
        found = dict.fromkeys(kind for pair in sectors if (kind := self.sectors.get(pair)))
        return ";".join(found), ";".join(f"{v}:{c}" for v, c in sectors if (v, c) not in self.sectors)


def labels(language: str) -> dict[str, str]:
    """The words for each type in a language (``en`` or ``fr``), in the order of the action plan.

    Examples
    --------
    >>> labels("fr")["training_customs"]
    'Formation des douanes'
    """
    column = "label_fr" if language == "fr" else "label_en"
    return {row["type"]: row[column] for row in rows(files.PROGRAMME_TYPES.name)}


@lru_cache(maxsize=1)
def type_map() -> TypeMap:
    """The mapping that ships with the project."""
    return read_type_map(files.DAC_SECTOR_TYPES)


def read_type_map(source: bytes | Path, name: str | None = None, *, door: Door = LOCAL) -> TypeMap:
    """A user's own table of sectors, `vocabulary` (blank is 1, the DAC list), `code`, `programme_type`.

    Raises
    ------
    geo.errors.InputError
        A column is missing, or a type is none of the eight: all faults at once.
    """
    table = read(source, name, door=door)
    fields = Fields(table)
    fields.require("code", "programme_type")
    sectors, faults = {}, []
    columns = (fields.text("vocabulary"), fields.text("code"), fields.text("programme_type"))
    for row, vocabulary, code, kind in zip(table.row, *columns, strict=True):
        if kind.strip() in TYPES and code.strip():
            sectors[vocabulary.strip() or "1", code.strip()] = kind.strip()
        else:
            faults.append(f"row {row}: {code} → {kind}")
    if faults:
        raise InputError(
            "The table of sectors has rows that lead to no programme type.",
            where=table.name,
            expected=", ".join(TYPES),
            got="; ".join(faults[:10]),
        )
    words = {plain(row[c]): row["type"] for row in rows(files.PROGRAMME_TYPES.name) for c in row if c in _WORDS}
    return TypeMap(words, sectors, table.sha256)


_WORDS = ("type", "label_en", "label_fr")
