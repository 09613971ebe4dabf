"""Rule files (TOML) of strangers, parsed in a child: 120 kB of dotted keys would take 11 GB."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import numpy as np

from geo.errors import RuleError
from geo.messages import Note
from layers.formats.limits import UPLOAD, Clock
from layers.formats.sandbox.process import run_child
from layers.formats.source import Source

MOST_DEEP, MOST_DIGITS = 8, 18
"""Tables and lists within each other, and digits of one number, in a rule file; the default one has 5 and 3."""
_DIGITS = re.compile(rf"\d[\d_]{{{MOST_DIGITS}}}")
_DOTS = re.compile(rf"^[ \t]*\[{{0,2}}(?:[^\"'=\[\]#\n.]+\.){{{MOST_DEEP + 1}}}", re.MULTILINE)


def parsed_toml(text: str, where: str) -> dict[str, Any]:
    """What a rule file says, as JSON has it.

    Raises
    ------
    geo.errors.RuleError
        The text is not TOML, deeper than :data:`MOST_DEEP`, or with numbers longer than :data:`MOST_DIGITS`.
    geo.errors.LimitExceededError
        Parsing takes more time or memory than the upload gateway allows.
    """
    if _DOTS.search(text):
        raise _too_deep(where)
    if found := _DIGITS.search(text):
        raise RuleError(
            "A number of the rule file is too long.",
            where=where,
            expected=Note("at most {n} digit{n?|s}", n=str(MOST_DIGITS)),
            got=found[0][:20],
        )
    source = Source(text.encode() or b"\n", where, UPLOAD)
    document = run_child("rules", source, UPLOAD.clock()).facts
    if document["fault"] == "deep":
        raise _too_deep(where)
    if document["fault"]:
        raise RuleError("The file is not valid TOML.", where=where, got=str(document["fault"]))
    given = document["rules"]
    if not isinstance(given, dict):
        raise RuleError("The file is not valid TOML.", where=where)
    return given


def _too_deep(where: str) -> RuleError:
    return RuleError(
        "The tables of the rule file lie too deep within each other.",
        where=where,
        expected=Note("at most {n} level{n?|s}", n=str(MOST_DEEP)),
    )


def _depth(value: Any) -> int:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(_depth, inside), default=0) if isinstance(value, dict | list) else 0


def parse(
    given: bytes | Path, name: str, clock: Clock, options: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The child's side: TOML to JSON; dates become tables, which no rule takes."""
    try:
        rules = tomllib.loads((given if isinstance(given, bytes) else given.read_bytes()).decode())
        if _depth(rules) > MOST_DEEP:
            return {"fault": "deep", "rules": {}}, {}
        document = json.dumps(rules, default=lambda value: {"date": str(value)})
    except RecursionError:
        return {"fault": "deep", "rules": {}}, {}
    except (tomllib.TOMLDecodeError, ValueError) as fault:
        return {"fault": str(fault)[:200] or "?", "rules": {}}, {}
    return {"fault": "", "rules": json.loads(document)}, {}
