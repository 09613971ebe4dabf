"""Readers whose whole work on a large upload is a child's: the columns brought in order as well as the bytes read.

A reader at the upload gateway takes seconds where a file has many rows (280,000 incidents: ten), and the app is one
process for all its visitors. What comes back is JSON and arrays (:mod:`layers.formats.packed_values`).
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
from geo.packed_notes import packed, unpacked
from layers.formats.limits import LOCAL, Clock, Gateway
from layers.formats.sandbox.process import TASKS_HERE, run_child
from layers.formats.sniff import kind_of
from layers.formats.source import Source
from layers.sources.layer import NoUsableRowError

P = ParamSpec("P")
R = TypeVar("R")
AT_HAND: Mapping[str, int] = {"text": 300_000, "json": 300_000, "xml": 300_000, "gpkg": 300_000, "zip": 10_000}
"""Bytes of each kind up to which the app does the rest itself: a second at most; packed ones grow a hundredfold."""
_TASK = "layers.sources.reader_in_child:parse"


@runtime_checkable
class AsRecord(Protocol):
    """What a caller gives beside the file, as JSON and back; None where it cannot be written."""

    def as_record(self) -> Any:
        """As JSON."""

    @classmethod
    def from_record(cls, record: Any) -> Any:
        """Back again."""


def in_child(reader: Callable[P, R]) -> Callable[P, R]:
    """The reader; a large file at the upload gateway is read by it in a child.

    What the caller gives beside the file must be plain values or :class:`AsRecord`; else the reader reads it here.
    """

    @functools.wraps(reader)
    def read_so(*args: P.args, **options: P.kwargs) -> R:
        given = cast(Any, args[0] if args else options.get("source"))
        name = cast(Any, args[1] if len(args) > 1 else options.get("name"))
        gateway = cast(Gateway, options.get("gateway", LOCAL))
        others = {k: v for k, v in options.items() if k not in ("source", "name", "gateway")}
        if given is None or TASKS_HERE or gateway.name == LOCAL.name:
            return reader(*args, **options)
        source = Source(given, name, gateway)
        if source.size <= AT_HAND.get(kind_of(source), 0):
            return reader(*args, **options)
        plain = _as_records(others)
        if plain is None:
            return reader(*args, **options)
        from layers.formats.packed_values import Unpacking

        place = f"{reader.__module__}:{reader.__name__}"
        reply = run_child(_TASK, source, gateway.clock(), reader=place, options=plain)
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
    from layers.formats.packed_values import Packing

    module, _, function = str(options["reader"]).partition(":")
    if not module.startswith(("jobs.", "layers.sources.")):
        raise FormatError("The file is damaged: its parser gave up.", got=module)
    reader = getattr(importlib.import_module(module), function)
    hints = typing.get_type_hints(reader)
    given_options = {
        k: _from_record(hints[k], v["record"]) if isinstance(v, dict) else v for k, v in options["options"].items()
    }
    packing = Packing()
    try:
        return {
            "fault": None,
            "found": packing.value(reader(given, name, gateway=clock.gateway, **given_options)),
        }, packing.arrays
    except NoUsableRowError as fault:
        record = {n: packed(getattr(fault, n)) for n in ("what", "where", "expected", "got", "remedy")}
        record["params"] = {k: packed(v) if isinstance(v, str) else str(v) for k, v in fault.params.items()}
        packing = Packing()
        return {"fault": record, "found": packing.value(fault.rejected)}, packing.arrays


def _again(record: dict[str, Any], rejected: Any) -> NoUsableRowError:
    """The error of a file without a usable row, with its rows."""
    params = {str(k): unpacked(v) for k, v in record["params"].items()}
    where, expected, got, remedy = (unpacked(record[n]) for n in ("where", "expected", "got", "remedy"))
    return NoUsableRowError(
        str(record["what"]), rejected=rejected, where=where, expected=expected, got=got, remedy=remedy, **params
    )


def _as_records(options: Mapping[str, Any]) -> dict[str, Any] | None:
    """Every option as JSON; None where one cannot be written."""
    out: dict[str, Any] = {}
    for name, value in options.items():
        if isinstance(value, AsRecord):
            out[name] = {"record": value.as_record()}
            if out[name]["record"] is None:
                return None
        elif value is None or isinstance(value, str | int | bool):
            out[name] = value
        else:
            return None
    return out


def _from_record(hint: Any, record: Any) -> Any:
    """The value of a parameter of this type, out of its record."""
    [kind] = [one for one in (hint, *typing.get_args(hint)) if hasattr(one, "from_record")]
    return kind.from_record(record)


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
