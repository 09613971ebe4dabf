"""Native parsers at arm's length: a child process with limits on time and memory, no network, and plain data back.

The child gets bytes (or a path) and answers with JSON and arrays, never with pickles: nothing that a broken parser says
is run. When it is killed, the app loses one file and nothing else.
"""

from __future__ import annotations

import io
import json
import os
import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any

import numpy as np

from geo import errors
from geo.errors import FormatError, LimitExceededError
from geo.messages import Note, unpacked
from layers.formats.limits import Clock
from layers.formats.source import Source
from layers.gdal_settings import SETTINGS

_ROOT = Path(__file__).resolve().parents[3]
# The child needs a few modules of this package and not what its __init__ brings along: a quarter of a second each time.
_START = f"""
import sys, types
sys.path.insert(0, {str(_ROOT)!r})
package = sys.modules["layers.formats"] = types.ModuleType("layers.formats")
package.__path__ = [{str(_ROOT / "layers" / "formats")!r}]
from layers.formats.child_worker import main
main()
"""
_KEPT = ("SYSTEMROOT", "TEMP", "TMP", "LD_LIBRARY_PATH", "VIRTUAL_ENV")


def environment() -> dict[str, str]:
    """The environment of a child: nothing of the user's, GDAL without other drivers, side-cars and network."""
    return {k: v for k, v in os.environ.items() if k in _KEPT} | {
        **SETTINGS,
        "GDAL_PAM_ENABLED": "NO",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}",
        "CPL_DEBUG": "OFF",
        "PROJ_NETWORK": "OFF",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "MALLOC_ARENA_MAX": "1",
        "PYTHONUTF8": "1",
    }


class Reply:
    """What a child says: facts as JSON and arrays by name."""

    def __init__(self, facts: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
        self.facts, self.arrays = facts, arrays


def encode(facts: dict[str, Any], arrays: dict[str, np.ndarray]) -> bytes:
    """The bytes of a reply: the length of the JSON, the JSON, then each array as .npy."""
    blobs = []
    for name, array in arrays.items():
        out = io.BytesIO()
        np.save(out, array, allow_pickle=False)
        blobs.append((name, out.getvalue()))
    head = json.dumps({"facts": facts, "arrays": [[n, len(b)] for n, b in blobs]}).encode()
    return struct.pack("<Q", len(head)) + head + b"".join(b for _, b in blobs)


def decode(data: bytes) -> Reply:
    """The reply that :func:`encode` made; ValueError when it is cut or not one."""
    if len(data) < 8:
        raise ValueError("no reply")
    (size,) = struct.unpack_from("<Q", data)
    head = json.loads(data[8 : 8 + size])
    at, arrays = 8 + size, {}
    for name, length in head["arrays"]:
        arrays[str(name)] = np.load(io.BytesIO(data[at : at + length]), allow_pickle=False)
        at += length
    if at != len(data):
        raise ValueError("a reply of another length")
    return Reply(head["facts"], arrays)


def run_child(task: str, source: Source, clock: Clock, **options: Any) -> Reply:
    """Let a child do `task` (a name in :mod:`layers.formats.child_worker`) on the bytes of `source`.

    Raises
    ------
    geo.errors.LimitExceededError
        The time or the memory ran out.
    geo.errors.FormatError
        What the child refuses, or its parser crashed.
    """
    door = clock.door
    request = {
        "task": task,
        "name": source.name,
        "door": door.name,
        "limits": {k: getattr(door, k) for k in door.__dataclass_fields__ if k != "name"},
        "seconds": max(clock.left(), 0.1),
        "path": str(source.path.resolve()) if source.path is not None else None,
        "options": options,
    }
    head = json.dumps(request).encode()
    payload = struct.pack("<Q", len(head)) + head + (source.data() if source.path is None else b"")
    most = door.unpacked_bytes + 8 * door.raster_pixels + (1 << 20)
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-I", "-c", _START],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(),
        cwd=os.sep,
        close_fds=True,
    )
    answer: list[bytes] = []
    assert process.stdin is not None
    assert process.stdout is not None
    hands = [
        threading.Thread(target=_feed, args=(process.stdin, payload), daemon=True),
        threading.Thread(target=_drain, args=(process, answer, most), daemon=True),
    ]
    for hand in hands:
        hand.start()
    try:
        code = process.wait(timeout=clock.left() + 1)
    except subprocess.TimeoutExpired:
        code = None
    finally:
        process.kill()
        process.wait()
        for hand in hands:
            hand.join(timeout=5)
        process.stdout.close()
    if code is None:
        door.check("seconds", door.seconds + 1, source.name)
    data = b"".join(answer)
    try:
        reply = decode(data)
    except (ValueError, KeyError, TypeError, struct.error):
        raise _lost(code, len(data) >= most, source, clock) from None
    fault = reply.facts.get("error")
    if isinstance(fault, dict):
        kind = getattr(errors, str(fault.get("kind")), FormatError)
        kind = kind if isinstance(kind, type) and issubclass(kind, errors.InputError) else FormatError
        params = {str(k): unpacked(v) for k, v in dict(fault.get("params") or {}).items()}
        raise kind(
            str(fault.get("what")),
            where=source.name,
            expected=unpacked(fault.get("expected", "")),
            got=unpacked(fault.get("got", "")),
            remedy=unpacked(fault.get("remedy", "")),
            **params,
        )
    return reply


def _lost(code: int | None, full: bool, source: Source, clock: Clock) -> errors.InputError:
    """The error for a child that died without an answer."""
    door = clock.door
    if full or code in (-9, -6, 1, 77) or code is None:
        return LimitExceededError(
            "Reading the file took more memory or time than the {door} door allows.",
            where=source.name,
            expected=Note(
                "{bytes} bytes and {seconds} seconds at most", bytes=door.child_bytes, seconds=f"{door.seconds:g}"
            ),
            door=Note(door.name),
        )
    return FormatError(
        "The file is damaged: its parser crashed.", where=source.name, got=Note("exit code {code}", code=str(code))
    )


def _feed(stream: IO[bytes], payload: bytes) -> None:
    try:
        with stream:
            stream.write(payload)
    except (BrokenPipeError, OSError):
        pass  # the child went away: its answer, or the lack of one, says why


def _drain(process: subprocess.Popen[bytes], answer: list[bytes], most: int) -> None:
    size = 0
    assert process.stdout is not None
    try:
        while block := process.stdout.read(1 << 20):
            size += len(block)
            if size > most:
                answer.clear()
                process.kill()
                return
            answer.append(block)
    except (OSError, ValueError):
        pass
