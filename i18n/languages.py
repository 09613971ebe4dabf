"""Which languages there are: one catalogue each, found in ``locale/``; adding a language is adding its catalogue.

The first lines of a catalogue say in comments what the language calls itself, and whether its words are a draft::

    # Name: Español
    # Status: draft
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).resolve().parents[1] / "locale"
DOMAIN = "cahra"
SOURCE = "en"
"""The language of the code: it needs no catalogue."""
_SAID = re.compile(r"^# (Name|Status): (.+)$", re.MULTILINE)


def place(language: str) -> Path:
    """Where the catalogue of a language is."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def head(path: Path) -> dict[str, str]:
    """What the first lines of a catalogue say: its ``Name``, and its ``Status`` where it is a draft."""
    with path.open(encoding="utf-8") as file:
        return dict(_SAID.findall(file.read(1000)))


@cache
def offered() -> dict[str, str]:
    """Languages that a reader can choose, by their code: English, finished ones, then drafts, each by its own name."""
    found = {path.parents[1].name: head(path) for path in LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po")}
    order = sorted(found, key=lambda code: ("Status" in found[code], code))
    return {SOURCE: "English"} | {code: found[code].get("Name", code) for code in order}


@cache
def finished() -> dict[str, str]:
    """The languages of :func:`offered` whose words are no draft: exports have a sentence in each of them."""
    return {c: name for c, name in offered().items() if c == SOURCE or "Status" not in head(place(c))}
