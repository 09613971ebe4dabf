"""Reads a rule file (TOML); the default is data/rules.toml."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import tomllib
from pathlib import Path

from geo.errors import RuleError
from geo.messages import Note
from geo.rules.rule_set import Rules, from_dict
from layers.formats.sandbox.rules import parsed_toml
from layers.reference.files import RULES

MAX_BYTES = 1_000_000  # a rule file is a page of text; more is a mistake


def parse_rules(text: str, where: str) -> Rules:
    """Rules from the text of a TOML file, which is parsed in a child.

    Raises
    ------
    RuleError
        The text is not TOML, or a key or value is not allowed.
    """
    if len(text) > MAX_BYTES:
        raise RuleError(
            "The rule file is too large.", where=where, expected=Note("at most {n} byte{n?|s}", n=MAX_BYTES)
        )
    return _parsed(text, where)


@functools.lru_cache(maxsize=8)  # a page of the app asks again at every turn, and a child takes a moment
def _parsed(text: str, where: str) -> Rules:
    return from_dict(parsed_toml(text, where), where)


def read_rules(path: Path | None = None) -> Rules:
    """Rules of a file, or the default ones."""
    return default_rules() if path is None else rules_of(path.read_bytes(), path.name)


def rules_of(data: bytes, name: str) -> Rules:
    """Rules of the bytes of a file, which they name.

    Raises
    ------
    RuleError
        The file is too large, no UTF-8 text, no TOML, or a key or value is not allowed.
    """
    if len(data) > MAX_BYTES:
        raise RuleError("The rule file is too large.", where=name, expected=Note("at most {n} byte{n?|s}", n=MAX_BYTES))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RuleError("The rule file is not UTF-8 text.", where=name, remedy="Save it as UTF-8.") from None
    digest = hashlib.sha256(data).hexdigest()
    entry = {"role": "rules", "file": name, "sha256": digest, "bytes": len(data)}
    entry |= {"dataset": name, "dataset_version": f"sha256:{digest[:12]}"}
    return dataclasses.replace(parse_rules(text, name), file=entry)


@functools.cache
def default_rules() -> Rules:
    """The rules that ship with the project.

    >>> default_rules()["C1"].limit()
    '2 events or 5 deaths in 12 months; within 20 km; precision 1'
    """
    return from_dict(tomllib.loads(RULES.read_text("utf-8")), RULES.name)
