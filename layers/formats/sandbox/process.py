"""Native parsers at arm's length: a child process with limits on time and memory, no network, and plain data back.

The child gets bytes (or a path) and answers with JSON and arrays, never with pickles: nothing that a broken parser says
is run. When it is killed, the app loses one file and nothing else.
"""

from __future__ import annotations

import importlib
import json
import struct
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np

from geo import errors
from geo.errors import FormatError
from geo.messages import Note
from geo.packed_notes import unpacked
from layers.child_process import child
from layers.formats.limits import Clock, Gateway
from layers.formats.source import Source


class Reply:
    """What a child says: facts as JSON and arrays by name."""

    def __init__(self, facts: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
        self.facts, self.arrays = facts, arrays


_TYPES = ("|u1", "|i1", "|b1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8", "<f4", "<f8", "<c8", "<c16")
_Task = Callable[[bytes | Path, str, Clock, dict[str, Any]], tuple[dict[str, Any], dict[str, np.ndarray]]]
TASKS_HERE: dict[str, _Task] = {}
"""In a child: what it can do itself, since it starts no other."""


def encode(facts: dict[str, Any], arrays: dict[str, np.ndarray]) -> bytes:
    """The bytes of a reply: their number and that of the JSON, the JSON, then the numbers of each array."""
    parts, described = [], []
    for name, array in arrays.items():
        plain = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<"), copy=False))
        data = plain.tobytes()
        described.append([name, plain.dtype.str, list(plain.shape), len(data)])
        parts += [data, bytes(-len(data) % 8)]
    head = json.dumps({"facts": facts, "arrays": described}).encode()
    head += b" " * (-len(head) % 8)
    total = 16 + len(head) + sum(map(len, parts))
    return b"".join([struct.pack("<QQ", total, len(head)), head, *parts])


def decode(data: bytes | bytearray) -> Reply:
    """The reply that :func:`encode` made, its arrays over the same memory; ValueError when it is cut or not one."""
    if len(data) < 16:
        raise ValueError("no reply")
    total, size = struct.unpack_from("<QQ", data)
    if total != len(data) or size > total - 16:
        raise ValueError("a reply of another length")
    head = json.loads(bytes(data[16 : 16 + size]))
    at, arrays = 16 + size, {}
    for name, kind, shape, length in head["arrays"]:
        if kind not in _TYPES or not 0 <= length <= total - at or any(int(n) < 0 for n in shape):
            raise ValueError("an array of another type or length")
        found = np.frombuffer(data, dtype=np.dtype(kind), count=length // np.dtype(kind).itemsize, offset=at)
        arrays[str(name)] = found.reshape([int(n) for n in shape])
        at += length + -length % 8
    if at != total:
        raise ValueError("a reply of another length")
    return Reply(head["facts"], arrays)


def task_here(name: str) -> _Task:
    """A task of this process: one of :data:`TASKS_HERE`, or ``module:function`` of the jobs or the readers of layers.

    Raises
    ------
    geo.errors.FormatError
        There is no such task.
    """
    if name in TASKS_HERE:
        return TASKS_HERE[name]
    module, _, function = name.partition(":")
    if not module.startswith(("jobs.", "layers.sources.")):
        raise FormatError("The file is damaged: its parser gave up.", got=name)
    task: _Task = getattr(importlib.import_module(module), function)
    return task


def most_bytes(gateway: Gateway) -> int:
    """The longest answer of a child that is taken: what a table or a window of the gateway can need at most."""
    text = gateway.unpacked_bytes + 16 * min(gateway.cells, gateway.unpacked_bytes)
    return text + 24 * min(gateway.vertices, gateway.unpacked_bytes) + 8 * gateway.raster_pixels + (1 << 20)


def run_child(task: str, source: Source, clock: Clock, **options: Any) -> Reply:
    """Let a child do `task` (a name in :mod:`layers.formats.child_worker`) on the bytes of `source`.

    Raises
    ------
    geo.errors.LimitExceededError
        The time or the memory ran out.
    geo.errors.FormatError
        What the child refuses, or its parser crashed.
    """
    if TASKS_HERE:
        return Reply(*task_here(task)(source.path or source.data(), source.name, clock, options))
    gateway = clock.gateway.for_size(source.size)
    seconds = max(min(clock.left(), gateway.seconds), 0.1)
    request = {
        "task": task,
        "name": source.name,
        "gateway": gateway.name,
        "limits": {k: getattr(gateway, k) for k in gateway.__dataclass_fields__ if k != "name"},
        "seconds": seconds,
        "path": str(source.path.resolve()) if source.path is not None else None,
        "options": options,
    }
    head = json.dumps(request).encode()
    payload = struct.pack("<Q", len(head)) + head + (source.data() if source.path is None else b"")
    process = child()
    answer = _Answer(most_bytes(gateway))
    assert process.stdin is not None
    assert process.stdout is not None
    hands = [
        threading.Thread(target=_feed, args=(process.stdin, payload), daemon=True),
        threading.Thread(target=answer.drain, args=(process,), daemon=True),
    ]
    for hand in hands:
        hand.start()
    until = time.monotonic() + seconds + 1
    try:
        hands[1].join(seconds + 1)  # its end is seen at once; to wait for the process is to look again and again
        code = process.wait(timeout=max(until - time.monotonic(), 0.01))
    except subprocess.TimeoutExpired:
        code = None
    finally:
        process.kill()
        process.wait()
        for hand in hands:
            hand.join(timeout=5)
        process.stdout.close()
    if code is None:
        gateway.check("seconds", gateway.seconds + 1, source.name)
    try:
        reply = decode(answer.data)
    except (ValueError, KeyError, TypeError, struct.error, OverflowError):
        raise _lost(code, answer.too_long, source, gateway) from None
    fault = reply.facts.get("error")
    if isinstance(fault, dict):
        kind = getattr(errors, str(fault.get("kind")), FormatError)
        kind = kind if isinstance(kind, type) and issubclass(kind, errors.InputError) else FormatError
        params = {str(k): unpacked(v) for k, v in dict(fault.get("params") or {}).items()}
        raise kind(
            str(fault.get("what")),
            where=_file_named(str(fault.get("where", "")), source.name),
            expected=unpacked(fault.get("expected", "")),
            got=unpacked(fault.get("got", "")),
            remedy=unpacked(fault.get("remedy", "")),
            **params,
        )
    return reply


def _lost(code: int | None, full: bool, source: Source, gateway: Gateway) -> errors.InputError:
    """The error for a child that died without an answer."""
    if full or code in (-9, -6, 1, 77) or code is None:
        return gateway.exhausted(source.name)
    return FormatError(
        "The file is damaged: its parser crashed.", where=source.name, got=Note("exit code {code}", code=str(code))
    )


def _feed(stream: IO[bytes], payload: bytes) -> None:
    try:
        with stream:
            stream.write(payload)
    except (BrokenPipeError, OSError):
        pass  # the child went away: its answer, or the lack of one, says why


def _file_named(stated: str, name: str) -> str:
    """The place that a child names, when it is the file or a member of it."""
    return stated[:400] if stated.startswith(f"{name}/") and stated.isprintable() else name


class _Answer:
    """The bytes of a child's answer, in one piece and not more than `most`."""

    def __init__(self, most: int) -> None:
        self.most, self.too_long, self.data = most, False, bytearray()

    def drain(self, process: subprocess.Popen[bytes]) -> None:
        """Read until the child has said all, or too much."""
        stream = process.stdout
        assert stream is not None
        try:
            head = stream.read(16)
            total = struct.unpack("<QQ", head)[0] if len(head) == 16 else 0
            if total > self.most:
                self.too_long = True
                process.kill()
                return
            data = bytearray(total)
            data[:16] = head[:total]
            view, at = memoryview(data), 16
            while at < total and (count := stream.readinto(view[at:])):  # type: ignore[attr-defined]
                at += count
            if at == total and not stream.read(1):
                self.data = data
        except (OSError, ValueError, MemoryError):
            pass
