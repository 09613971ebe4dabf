"""A catalogue of gettext (``.po``) as it is committed, in the form that :mod:`gettext` reads.

Babel, which writes our catalogues, takes a tenth of a second for two thousand messages, as much as a small run. What it
writes is plain: every text in double quotes, one after the other. A test holds that both read the same.
"""

from __future__ import annotations

import gettext
import io
import re
import struct
from collections.abc import Mapping
from pathlib import Path

_KEY = re.compile(r'(msgctxt|msgid|msgid_plural|msgstr)(?:\[\d+\])? (".*)')
_ESCAPED = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_FUZZY = re.compile("^#,.*fuzzy", re.MULTILINE)
"""A guess of a translation that nobody has looked at."""
_PLAIN = re.compile(r'(?:#[^\n]*\n)*msgid "([^"\\\n]+)"\nmsgstr "([^"\\\n]+)"')
"""A message and its translation of a line each, without a comment that speaks of them: two of three entries."""
_MAGIC = 0x950412DE


class Catalogue(gettext.GNUTranslations):
    """The messages of a catalogue, as :class:`gettext.GNUTranslations` holds them, without its way through bytes."""

    def __init__(self, translations: Mapping[str, str]) -> None:
        super().__init__(io.BytesIO(compiled({"": translations.get("", "")})))  # language and form of the plural
        held: dict[str | tuple[str, int], str] = self._catalog  # type: ignore[attr-defined]
        for message, text in translations.items():
            if "\0" in message:
                one = message.partition("\0")[0]
                held |= {(one, form): word for form, word in enumerate(text.split("\0"))}
            else:
                held[message] = text


def read_catalogue(path: Path) -> Catalogue:
    """The messages of a catalogue; those without a translation are not in it."""
    return Catalogue(messages(path.read_text("utf-8")))


def messages(text: str) -> dict[str, str]:
    r"""Translations by message, as a compiled catalogue holds them: forms of a plural stand one after the other.

    Examples
    --------
    >>> messages('msgid "a\\n"\nmsgstr "b"\n"c"\n\nmsgid "one"\nmsgid_plural "many"\nmsgstr[0] "un"\nmsgstr[1] "des"')
    {'a\n': 'bc', 'one\x00many': 'un\x00des'}
    """
    out: dict[str, str] = {}
    for entry in text.split("\n\n"):
        if (whole := _PLAIN.fullmatch(entry)) and "fuzzy" not in entry:
            out[whole[1]] = whole[2]
            continue
        parts: list[list[str]] = []
        for line in entry.split("\n"):
            if line.startswith('"'):
                parts[-1][1] += _plain(line)
            elif found := _KEY.match(line):
                parts.append([found[1], _plain(found[2])])
        translations = [value for key, value in parts if key == "msgstr"]
        if translations and all(translations) and not _FUZZY.search(entry):
            context = "".join(f"{value}\x04" for key, value in parts if key == "msgctxt")
            ids = [value for key, value in parts if key in ("msgid", "msgid_plural")]
            out[context + "\0".join(ids)] = "\0".join(translations)
    return out


def compiled(translations: dict[str, str]) -> bytes:
    """The same as the bytes of an ``.mo`` file."""
    pairs = [(key.encode(), translations[key].encode()) for key in sorted(translations)]
    head, tables, data = 28, 16 * len(pairs), bytearray()
    places: list[list[tuple[int, int]]] = [[], []]
    for column in (0, 1):
        for pair in pairs:
            places[column].append((len(pair[column]), head + tables + len(data)))
            data += pair[column] + b"\0"
    numbers = [n for column in places for place in column for n in place]
    front = struct.pack("<7I", _MAGIC, 0, len(pairs), head, head + 8 * len(pairs), 0, head + tables)
    return front + struct.pack(f"<{len(numbers)}I", *numbers) + bytes(data)


def _plain(quoted: str) -> str:
    text = quoted.strip()[1:-1]
    return _ESCAPED.sub(lambda found: _ESCAPES.get(found[1], found[1]), text) if "\\" in text else text
