"""run.json closed: the hash and size of every file of the run, and a seal over the record itself.

Two runs of the same input differ in one line of one file: ``run_at`` of run.json, which holds the seal too.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path

from jobs.run_crate import CRATE, crate

TOOL = "cahra-atlas"
RECORD = "run.json"
"""The run record: always written last."""
SIGNATURE = "run.json.sig"
"""A detached signature of the record, where one was asked for."""
_SEAL = re.compile(rb'"seal": "(sha256:[0-9a-f]{64})"')


def fingerprint(data: bytes) -> dict[str, object]:
    """Hash and size of a file.

    Examples
    --------
    >>> fingerprint(b"")["sha256"][:8], fingerprint(b"abc")["bytes"]
    ('e3b0c442', 3)
    """
    return {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}


def fingerprint_of(source: bytes | Path) -> dict[str, object]:
    """Hash and size of bytes, or of a file that need not fit into memory."""
    if isinstance(source, bytes):
        return fingerprint(source)
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
            size += len(piece)
    return {"sha256": digest.hexdigest(), "bytes": size}


def sealed(files: Mapping[str, bytes], record: Mapping[str, object]) -> dict[str, bytes]:
    """All files of a run by name: `files`, the crate that describes them, and run.json with the hashes of all.

    Parameters
    ----------
    files
        All but run.json and the crate.
    record
        The run record; `run_at` in it is the only thing that two runs of the same input have apart.
    """
    made = {name: fingerprint(files[name]) for name in sorted(files)}
    described = crate(record, made)
    whole = {**record, "files": dict(sorted({**made, CRATE: fingerprint(described)}.items()))}
    return dict(sorted({**files, CRATE: described, RECORD: record_bytes(whole)}.items()))


def record_bytes(record: Mapping[str, object]) -> bytes:
    """run.json: one member a line, `run_at` and the seal in the first; the seal covers every other byte."""
    body = {name: value for name, value in record.items() if name not in ("run_at", "seal")}
    text = json.dumps(body, ensure_ascii=False, indent=1, default=str)
    first = f'{{\n "run_at": {json.dumps(record["run_at"])}, "seal": ""'
    data = (first + (",\n" if body else "\n") + text.removeprefix("{\n") + "\n").encode()
    return data.replace(b'"seal": ""', f'"seal": "{seal(data)}"'.encode(), 1)


def seal(data: bytes) -> str:
    """The seal that belongs to the bytes of a run.json, whatever seal stands in it."""
    bare = _SEAL.sub(b'"seal": ""', data, count=1)
    return f"sha256:{hashlib.sha256(bare).hexdigest()}"


def seal_holds(data: bytes) -> bool:
    """Whether no byte of a run.json was changed since it was sealed.

    Examples
    --------
    >>> data = record_bytes({"run_at": "2026-01-01T00:00:00Z", "sites": 3})
    >>> seal_holds(data), seal_holds(data.replace(b"3", b"4", 1)), seal_holds(b"{}")
    (True, False, False)
    """
    found = _SEAL.search(data)
    return found is not None and found[1].decode() == seal(data)
