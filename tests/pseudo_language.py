"""A language that is made up: every message in letters that no English word has, so that what is not translated shows.

It takes the code of Georgian, whose numbers, months and countries Babel knows in the same letters.
"""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from scripts import messages

CODE = "ka"
_LETTERS = {ord(c): chr(0x10D0 + i % 26) for i, c in enumerate("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")}
_PIECES = re.compile(r"\{(\w+)\?([^{}|]*)\|([^{}|]*)\}|(\{\w+(?::[^{}]*)?\}|</?\w+[^>]*>|&\w+;)|([^{<&]+|.)", re.DOTALL)
"""A choice of two forms, a placeholder or mark, or plain text."""
AS_THEY_ARE = ("form of a day: YYYY-MM-DD", "YYYY-MM-DD", "en-GB", "{label}: {value}")
"""Messages that are a form and not words."""


def pseudo(text: str) -> str:
    """A message in other letters; placeholders stay.

    Examples
    --------
    >>> pseudo("{n} site{n?|s}")
    '{n} ტიუე{n?|ტ}'
    """
    if text in AS_THEY_ARE:
        return text
    out = []
    for name, one, many, kept, plain in _PIECES.findall(text):
        other = plain.translate(_LETTERS)
        out.append(f"{{{name}?{one.translate(_LETTERS)}|{many.translate(_LETTERS)}}}" if name else kept or other)
    return "".join(out)


def write(folder: Path) -> None:
    """The catalogue of the language in a folder of catalogues: nothing else is needed."""
    catalogue = Catalog(locale=CODE, project="CAHRA Atlas", charset="utf-8", fuzzy=False)
    for message in messages.template():
        if message.id:
            said = pseudo(message.id) if isinstance(message.id, str) else tuple(map(pseudo, message.id))
            catalogue.add(message.id, said)
    path = folder / CODE / "LC_MESSAGES" / "cahra.po"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=120, no_location=True, omit_header=False)
