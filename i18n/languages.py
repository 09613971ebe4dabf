"""Which languages there are: one catalogue each, found in ``locale/``; adding a language is adding its catalogue.

A catalogue says in the message ``English`` what its language calls itself, and in a comment at its beginning whether
its words are a draft: ``# Status: draft``.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from geo import messages
from geo.messages import N_

LOCALE = Path(__file__).resolve().parents[1] / "locale"
DOMAIN = "cahra"
SOURCE = messages.SOURCE
"""The language of the code: it needs no catalogue."""
OWN_NAME = N_("English")
_NAME = re.compile(rf'^msgid "{OWN_NAME}"\nmsgstr "(.+)"$', re.MULTILINE)
_DRAFT = re.compile(r"^# Status: draft$", re.MULTILINE)


def catalogue_path(language: str) -> Path:
    """Where the catalogue of a language is."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def is_draft(path: Path) -> bool:
    """Whether a catalogue says at its beginning that its words are a draft."""
    with path.open(encoding="utf-8") as file:
        return bool(_DRAFT.search(file.read(1000)))


def name_of(path: Path) -> str:
    """What the language of a catalogue calls itself; its code where it does not say."""
    found = _NAME.search(path.read_text("utf-8"))
    return found[1] if found else path.parents[1].name


@cache
def offered() -> dict[str, str]:
    """Languages that a reader can choose, by their code: English, finished ones, then drafts, each by its own name."""
    found = {path.parents[1].name: path for path in LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po")}
    order = sorted(found, key=lambda code: (is_draft(found[code]), code))
    return {SOURCE: OWN_NAME} | {code: name_of(found[code]) for code in order}


@cache
def finished() -> dict[str, str]:
    """The languages of :func:`offered` whose words are no draft: exports have a sentence in each of them."""
    return {c: name for c, name in offered().items() if c == SOURCE or not is_draft(catalogue_path(c))}
