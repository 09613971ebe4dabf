"""The child's side of :mod:`layers.formats.sandbox.process`: limits first, then one task on one file."""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from geo.errors import CahraError, FormatError, InputError
from geo.packed_notes import packed
from layers.formats.limits import Clock, Gateway
from layers.formats.sandbox.landlock import places, read_only
from layers.formats.sandbox.process import TASKS_HERE, encode, task_here

_NEW_USER_AND_NETWORK = 0x10000000 | 0x40000000
_OUT_OF_MEMORY = 77
AWAITING = ("layers.formats.child_reply", "layers.formats.dispatch", "layers.formats.readers.geojson")
"""What the task that most children get needs: loaded while the task is awaited."""
_FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.remove", "os.rename")


def main() -> None:
    """Read the request, set the limits, do the task, answer on the standard output."""
    gc.disable()  # one task and gone: what is looked through is all in use
    for module in AWAITING:
        importlib.import_module(module)
    (size,) = struct.unpack("<Q", sys.stdin.buffer.read(8))
    request = json.loads(sys.stdin.buffer.read(size))
    limits = request["limits"]
    _confine(limits["child_bytes"], request["seconds"], request["path"])
    gateway = Gateway(name=request["gateway"], **limits)
    given = Path(request["path"]) if request["path"] else sys.stdin.buffer.read()
    try:
        TASKS_HERE.update(_tasks())
        _whole_package(request["task"])
        facts, arrays = task_here(request["task"])(given, request["name"], gateway.clock(), request["options"])
    except MemoryError:
        sys.exit(_OUT_OF_MEMORY)
    except CahraError as fault:
        facts, arrays = {"error": _error_record(fault)}, {}
    except Exception as fault:
        if "emory" in str(fault) or type(fault).__name__ == "ArrowMemoryError":
            sys.exit(_OUT_OF_MEMORY)
        damaged = FormatError("The file is damaged: its parser gave up.", got=type(fault).__name__)
        facts, arrays = {"error": _error_record(damaged)}, {}
    sys.stdout.buffer.write(encode(facts, arrays))
    sys.stdout.buffer.flush()
    os._exit(0)  # all is said; what an interpreter does at its end takes as long as a small file


_Task = Callable[[bytes | Path, str, Clock, dict[str, Any]], tuple[dict[str, Any], dict[str, np.ndarray]]]


def _tasks() -> dict[str, _Task]:
    from layers.formats.readers import coded_parquet, geotiff, projection, raster_system
    from layers.formats.sandbox import rules, validity

    return {
        "read": _read,
        "geotiff": geotiff.parse,
        "geotiff_window": geotiff.parse_window,
        "geotiff_windows": geotiff.parse_windows,
        "raster_system": raster_system.parse,
        "projection": projection.parse,
        "validity": validity.parse,
        "mend": validity.parse_mend,
        "rules": rules.parse,
        coded_parquet.TASK: coded_parquet.parse,
    }


def _whole_package(task: str) -> None:
    """Readers of layers need pandas and the whole of the package, which the start of a child leaves out."""
    if task.startswith("layers.sources."):
        import pandas as pd

        _ = pd.DataFrame
        del sys.modules["layers.formats"]
        importlib.import_module("layers.formats")


def _read(
    given: bytes | Path, name: str, clock: Clock, options: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """A whole table, as the gateway reads it."""
    from layers.formats.child_reply import packed_table
    from layers.formats.dispatch import RowUse, read_here
    from layers.formats.source import Source
    from layers.formats.table import Report

    source, report = Source(given, name, clock.gateway), Report(name, clock.gateway)
    parsed = read_here(source, clock, report, RowUse.from_record(options))
    return packed_table(parsed, report, clock)


def _error_record(fault: CahraError) -> dict[str, Any]:
    kind = type(fault).__name__ if isinstance(fault, InputError) else "FormatError"
    return {
        "kind": kind,
        "what": fault.what,
        "where": fault.where,
        "expected": packed(fault.expected),
        "got": packed(fault.got),
        "remedy": packed(fault.remedy),
        "params": {k: packed(v) if isinstance(v, str) else str(v) for k, v in fault.params.items()},
    }


def _confine(memory: int, seconds: float, path: str | None = None) -> None:
    """Take away memory, time, files to write, core dumps and, where the kernel lets us, the network and other files."""
    try:
        import resource
    except ImportError:  # Windows has no such limits: the parent's clock is what remains (docs/limits.md)
        pass
    else:
        for what, most in (
            (resource.RLIMIT_AS, memory),
            (resource.RLIMIT_CPU, int(seconds) + 2),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_CORE, 0),
        ):
            try:
                hard = resource.getrlimit(what)[1]
                most = most if hard == resource.RLIM_INFINITY else min(most, hard)
                resource.setrlimit(what, (most, most))
            except (ValueError, OSError):
                continue
    if sys.platform == "linux":
        ctypes.CDLL(None).unshare(_NEW_USER_AND_NETWORK)  # best effort: containers may forbid it
        read_only([*places(), *([path] if path else [])])  # best effort too: kernels of before 2021 know no such thing
    sys.addaudithook(_watch)


def _watch(event: str, _: tuple[Any, ...]) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(event)
