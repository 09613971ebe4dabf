"""JSON as the standard means it, and nothing that parsers disagree about."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import numpy as np

from geo.errors import FormatError, LimitExceededError
from geo.messages import Note
from layers.formats.limits import Gateway

_NOT_BRACKETS = bytes(b for b in range(256) if b not in b"[]{}")
_STEP = np.zeros(256, dtype=np.int8)
_STEP[[ord("["), ord("{")]] = 1
_STEP[[ord("]"), ord("}")]] = -1
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_LARGE_POWER = re.compile(rb"[eE](?<=\d[eE])\+?\d{3}")
_DIGITS_ALIKE = bytes.maketrans(b"123456789", b"000000000")
_LONG = 300
"""A number of so many digits may be too large for a double."""


class _DuplicateKeyError(ValueError):
    """An object names a member twice."""


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _DuplicateKeyError(Counter(k for k, _ in pairs).most_common(1)[0][0])
    return members


def _constant(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


def _float(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError("a number too large for a double")
    return value


def load_json(data: bytes, gateway: Gateway, name: str = "") -> Any:
    r"""The value that UTF-8 JSON text holds.

    Raises
    ------
    geo.errors.FormatError
        Text that is not UTF-8 or not JSON; NaN, Infinity, numbers that overflow; a member named twice in one object;
        NUL characters; half of a surrogate pair.
    geo.errors.LimitExceededError
        Nesting deeper than `json_depth`, or a number longer than `number_digits`.

    Examples
    --------
    >>> from layers.formats.limits import UPLOAD
    >>> load_json(b'{"a": [1, 2.5, null]}', UPLOAD)
    {'a': [1, 2.5, None]}
    >>> load_json(b'{"a": 1, "a": 2}', UPLOAD)
    Traceback (most recent call last):
        ...
    geo.errors.FormatError: The JSON names a member twice in one object. Expected: each name once. Got: a.
    """
    data = data.removeprefix(b"\xef\xbb\xbf")
    if b"\x00" in data or b"\\u0000" in data:
        raise FormatError("The text holds NUL characters.", where=name, expected="text")
    unquoted = data
    if b"\\" in unquoted:
        unquoted = unquoted.replace(b"\\\\", b"").replace(b'\\"', b"")
    unquoted = b"".join(unquoted.split(b'"')[::2])
    brackets = np.frombuffer(unquoted.translate(None, delete=_NOT_BRACKETS), dtype=np.uint8)
    if len(brackets):
        gateway.check("json_depth", int(np.cumsum(_STEP[brackets], dtype=np.int32).max()), name)
    digits = unquoted.translate(_DIGITS_ALIKE)
    if b"0" * (gateway.number_digits + 1) in digits:
        raise LimitExceededError(
            "A number passes the limit 'number_digits' of the {gateway} gateway.",
            where=name,
            expected=Note("{n} digit{n?|s} at most", n=gateway.number_digits),
            gateway=Note(gateway.name),
        )
    try:
        text = data.decode("utf-8")
        watched = _float if b"0" * _LONG in digits or _LARGE_POWER.search(unquoted) else None
        value = json.loads(text, object_pairs_hook=_pairs, parse_constant=_constant, parse_float=watched)
        if _SURROGATE.search(data):
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except _DuplicateKeyError as fault:
        raise FormatError(
            "The JSON names a member twice in one object.", where=name, expected="each name once", got=str(fault)[:80]
        ) from None
    except UnicodeEncodeError:
        raise FormatError("The text holds half of a surrogate pair.", where=name, expected="whole characters") from None
    except UnicodeDecodeError as fault:
        raise FormatError(
            "The JSON is not UTF-8.",
            where=name,
            expected="UTF-8",
            got=f"byte {fault.start}",
            remedy="Save it as UTF-8.",
        ) from None
    except RecursionError:
        raise FormatError("The JSON is nested too deeply.", where=name) from None
    except json.JSONDecodeError as fault:
        raise FormatError(
            "The file is not JSON: {fault}.", where=name, expected="JSON", fault=f"{fault.msg} at line {fault.lineno}"
        ) from None
    except ValueError as fault:
        raise FormatError(
            "The JSON holds a value that is no JSON number.",
            where=name,
            expected="finite numbers",
            got=str(fault)[:80],
        ) from None
    return value


def plain_text(value: Any) -> str:
    """The text of a property: exact integers, `repr` of floats, true and false, blank for null, compact JSON for more.

    Examples
    --------
    >>> [plain_text(v) for v in ("001", 12, 0.1, True, None, {"a": [1]})]
    ['001', '12', '0.1', 'true', '', '{"a":[1]}']
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
