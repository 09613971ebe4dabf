"""Programme types by words in titles and descriptions, from the table ``data/programme_words.csv`` that a user edits.

A row is a phrase that leads to a type: `*` at the end of a word stands for any ending. `where` is `title`, or `any` for
title and description. `with` are phrases of which one must stand somewhere in the text, `without` phrases of which none
may stand in the title; both are separated by ``|``, and a name that begins with `@` stands for all phrases of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from geo.errors import InputError
from geo.programmes.schema import TYPES
from jobs.reading_notes import table_entry, whole
from layers.formats import LOCAL, Gateway, read
from layers.reference import files
from layers.sources.layer import Fields

TEXT_CHARACTERS = 4_000
"""So much of a description is searched; programmes say what they are for at the beginning."""

_MARKS = re.compile("[\u0300-\u036f]+")
_NO_WORD = re.compile(r"[^a-z0-9]+")
_APOSTROPHES = re.compile("[\u2018\u2019\u02bc]")


@dataclass(frozen=True)
class Phrase:
    """One row of the table."""

    type: str
    words: str
    title_only: bool
    found: re.Pattern[str]
    needs: re.Pattern[str] | None
    stops: re.Pattern[str] | None


@dataclass(frozen=True)
class TypeWords:
    """The table, ready to be searched.

    Attributes
    ----------
    phrases
        In the order of the file, each type once or many times.
    sha256
        Hash of the table, for the run record.
    recorded
        What a run record tells of its file; blank for that of the project.
    """

    phrases: tuple[Phrase, ...] = ()
    sha256: str = ""
    _begins: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    _lengths: tuple[int, ...] = ()
    recorded: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    def of(self, title: str, description: str = "") -> dict[str, str]:
        """Each type that the words lead to, and what decided: ``title: roads in *`` or ``text: …``.

        Parameters
        ----------
        title
            Title of the programme, in any language of the table.
        description
            Its description; only the beginning is searched.

        Examples
        --------
        >>> type_words().of("Support to Mineral Trading Centres in North and South Kivu")
        {'infrastructure': 'title: mineral trading cent*'}
        >>> type_words().of("Mapping of schools"), type_words().of("Cartographie des sites miniers de la RDC")
        ({}, {'mapping': 'title: cartographi*'})
        """
        head = searched(title)
        body = head + searched(description[:TEXT_CHARACTERS])
        out: dict[str, str] = {}
        for phrase in self._candidates(body):
            if phrase.type in out and out[phrase.type].startswith("title"):
                continue
            in_title = phrase.found.search(head)
            if not in_title and (phrase.title_only or phrase.type in out or not phrase.found.search(body)):
                continue
            if phrase.needs is not None and not phrase.needs.search(body):
                continue
            if phrase.stops is not None and phrase.stops.search(head):
                continue
            out[phrase.type] = f"{'title' if in_title else 'text'}: {phrase.words}"
        return {kind: out[kind] for kind in TYPES if kind in out}

    def _candidates(self, body: str) -> list[Phrase]:
        """Phrases whose first word begins a word of the text, in the order of the table."""
        found: set[int] = set()
        for word in set(body.split()):
            for length in self._lengths:
                found.update(self._begins.get(word[:length], ()))
        return [self.phrases[n] for n in sorted(found)]


def searched(text: str) -> str:
    """The text in small letters without accents, its words between single spaces, with a space at each end.

    Parameters
    ----------
    text
        Any text.

    Examples
    --------
    >>> searched("Maisons d'achat (or) – RÉGION")
    ' maisons d achat or region '
    """
    small = text.casefold()
    if not small.isascii():  # the Latin letters that Unicode does not take apart are in `plain`; here œ and æ matter
        small = _APOSTROPHES.sub(" ", small).replace("œ", "oe").replace("æ", "ae")
        small = _MARKS.sub("", unicodedata.normalize("NFKD", small))
    return f" {_NO_WORD.sub(' ', small).strip()} "


@lru_cache(maxsize=1)
def type_words() -> TypeWords:
    """The table that ships with the project."""
    return replace(read_type_words(files.PROGRAMME_WORDS), recorded={})


def read_type_words(source: bytes | Path, name: str | None = None, *, gateway: Gateway = LOCAL) -> TypeWords:
    """A table of words: columns `programme_type, words, where, with, without` (blank is allowed but for the first two).

    Parameters
    ----------
    source
        A path, or the bytes themselves.
    name
        The file's own name; a path has one already.
    gateway
        Which limits hold for the bytes: those of this machine's user or those of a stranger.

    Raises
    ------
    geo.errors.InputError
        A column is missing, a type is none of the eight, or a phrase has no word: all faults at once.
    """
    table = whole(read(source, name, gateway=gateway))
    fields = Fields(table)
    fields.require("programme_type", "words")
    texts = [fields.text(c).str.strip() for c in ("programme_type", "words", "where", "with", "without")]
    given = list(zip(table.row, *texts, strict=True))
    named: dict[str, list[str]] = {}
    for _, kind, words, *_rest in given:
        if kind.startswith("@"):
            named.setdefault(kind, []).append(words)
    made, faults = [], []
    for row, kind, words, where, needs, stops in given:
        unknown = [
            n for cell in (needs, stops) for n in cell.split("|") if n.strip().startswith("@") and n not in named
        ]
        if (kind not in TYPES and not kind.startswith("@")) or not searched(words).strip() or unknown:
            faults.append(f"row {row}: {kind} ← {words} {' '.join(unknown)}".rstrip())
        elif kind in TYPES:
            made.append(
                Phrase(
                    kind, words, where.casefold() == "title", _any([words]), _cell(needs, named), _cell(stops, named)
                )
            )
    if faults:
        raise InputError(
            "The table of words has rows that lead to no programme type.",
            where=table.name,
            expected=", ".join(TYPES),
            got="; ".join(faults[:10]),
        )
    begins: dict[str, list[int]] = {}
    for number, phrase in enumerate(made):
        begins.setdefault(searched(phrase.words.split()[0]).split()[0], []).append(number)
    lengths = tuple(sorted({len(word) for word in begins}))
    entry = table_entry("words", table)
    return TypeWords(tuple(made), table.sha256, {word: tuple(at) for word, at in begins.items()}, lengths, entry)


def _cell(cell: str, named: Mapping[str, list[str]]) -> re.Pattern[str] | None:
    """A pattern of the phrases of a cell, None where it is blank."""
    parts = [part.strip() for part in cell.split("|") if part.strip()]
    phrases = [phrase for part in parts for phrase in named.get(part, [part])]
    return _any(phrases) if phrases else None


def _any(phrases: Iterable[str]) -> re.Pattern[str]:
    """One pattern for all of the phrases, whole words, in a text as :func:`searched` gives it."""
    patterns = sorted({_pattern(phrase) for phrase in phrases} - {""})
    return re.compile(" (?:" + "|".join(patterns) + ") ") if patterns else re.compile("(?!)")


def _pattern(phrase: str) -> str:
    words = [(searched(word).strip(), word.endswith("*")) for word in phrase.split()]
    return " ".join(re.escape(word) + ("[a-z0-9]*" if open_end else "") for word, open_end in words if word)
