"""Readers whose whole work on a large upload is a child's: the columns brought in order as well as the bytes read.

A reader at the upload door takes seconds where a file has many rows (280,000 incidents: ten), and the app is one
process for all its visitors. What comes back is told as JSON and arrays (:mod:`layers.formats.told_values`).
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
import types
import typing
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ParamSpec, Protocol, TypeVar, cast, runtime_checkable

import numpy as np
import pandas as pd

from geo.errors import FormatError
from geo.messages import packed, unpacked
from layers.formats.limits import LOCAL, Clock, Door
from layers.formats.sandbox.process import TASKS_HERE, run_child
from layers.formats.sniff import kind_of
from layers.formats.source import Source
from layers.formats.told_values import Packing, Unpacking
from layers.sources.layer import NoUsableRowError

P = ParamSpec("P")
R = TypeVar("R")
AT_HAND: Mapping[str, int] = {"text": 300_000, "json": 300_000, "xml": 300_000, "gpkg": 300_000, "zip": 10_000}
"""Bytes of each kind up to which the app does the rest itself: a second at most; packed ones grow a hundredfold."""
_TASK = "layers.sources.reader_in_child:parse"


@runtime_checkable
class Tellable(Protocol):
    """What a caller says beside the file, as JSON and back; None cannot be told."""

    def told(self) -> Any:
        """As JSON."""

    @classmethod
    def of_told(cls, told: Any) -> Any:
        """Back again."""


def in_child(reader: Callable[P, R]) -> Callable[P, R]:
    """The reader; a large file at the upload door is read by it in a child.

    What the caller says beside the file must be plain values or :class:`Tellable`; else the reader reads it here.
    """

    @functools.wraps(reader)
    def read_so(*args: P.args, **said: P.kwargs) -> R:
        given = cast(Any, args[0] if args else said.get("source"))
        name = cast(Any, args[1] if len(args) > 1 else said.get("name"))
        door = cast(Door, said.get("door", LOCAL))
        others = {k: v for k, v in said.items() if k not in ("source", "name", "door")}
        if given is None or TASKS_HERE or door.name == LOCAL.name:
            return reader(*args, **said)
        source = Source(given, name, door)
        if source.size <= AT_HAND.get(kind_of(source), 0):
            return reader(*args, **said)
        plain = _told(others)
        if plain is None:
            return reader(*args, **said)
        place = f"{reader.__module__}:{reader.__name__}"
        reply = run_child(_TASK, source, door.clock(), reader=place, said=plain)
        hint = typing.get_type_hints(reader)["return"]
        try:
            fault = reply.facts["fault"]
            found = Unpacking(reply.arrays, _records(hint)).value(reply.facts["found"])
            if not _fits(found, pd.DataFrame if fault is not None else hint):
                raise ValueError("another kind of value")
        except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError):
            raise FormatError("The file is damaged: its parser gave up.", where=source.name) from None
        if fault is not None:
            raise _again(fault, found)
        return cast(R, found)

    return read_so


def parse(
    given: bytes | Path, name: str, clock: Clock, options: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The child's side: the file read by the reader that `options` names."""
    module, _, function = str(options["reader"]).partition(":")
    if not module.startswith(("jobs.", "layers.sources.")):
        raise FormatError("The file is damaged: its parser gave up.", got=module)
    reader = getattr(importlib.import_module(module), function)
    hints = typing.get_type_hints(reader)
    said = {k: _of_told(hints[k], v["told"]) if isinstance(v, dict) else v for k, v in options["said"].items()}
    packing = Packing()
    try:
        return {"fault": None, "found": packing.value(reader(given, name, door=clock.door, **said))}, packing.arrays
    except NoUsableRowError as fault:
        told = {n: packed(getattr(fault, n)) for n in ("what", "where", "expected", "got", "remedy")}
        told["params"] = {k: packed(v) if isinstance(v, str) else str(v) for k, v in fault.params.items()}
        packing = Packing()
        return {"fault": told, "found": packing.value(fault.rejected)}, packing.arrays


def _again(told: dict[str, Any], rejected: Any) -> NoUsableRowError:
    """The error of a file without a usable row, with its rows."""
    params = {str(k): unpacked(v) for k, v in told["params"].items()}
    where, expected, got, remedy = (unpacked(told[n]) for n in ("where", "expected", "got", "remedy"))
    return NoUsableRowError(
        str(told["what"]), rejected=rejected, where=where, expected=expected, got=got, remedy=remedy, **params
    )


def _told(said: Mapping[str, Any]) -> dict[str, Any] | None:
    """All that is said, as JSON; None where something cannot be told."""
    out: dict[str, Any] = {}
    for name, value in said.items():
        if isinstance(value, Tellable):
            out[name] = {"told": value.told()}
            if out[name]["told"] is None:
                return None
        elif value is None or isinstance(value, str | int | bool):
            out[name] = value
        else:
            return None
    return out


def _of_told(hint: Any, told: Any) -> Any:
    """What was told of a parameter of this type."""
    [kind] = [one for one in (hint, *typing.get_args(hint)) if hasattr(one, "of_told")]
    return kind.of_told(told)


def _fits(value: Any, hint: Any) -> bool:
    """Whether a value is of a type, its fields and the items of its lists too."""
    if hint is Any:
        return True
    kind, inner = typing.get_origin(hint) or hint, typing.get_args(hint)
    if kind in (types.UnionType, typing.Union):
        return any(_fits(value, one) for one in inner)
    if not isinstance(value, kind):
        return False
    if kind is list and inner:
        return all(_fits(one, inner[0]) for one in value)
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return all(_fits(getattr(value, f.name), hints[f.name]) for f in dataclasses.fields(kind))
    return True


def _records(hint: Any, found: dict[str, type] | None = None) -> dict[str, type]:
    """The records that a value of this type may hold, by name."""
    found = {} if found is None else found
    for inner in typing.get_args(hint):
        _records(inner, found)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type) and hint.__name__ not in found:
        found[hint.__name__] = hint
        for one in typing.get_type_hints(hint).values():
            _records(one, found)
    return found
