"""run.json closed: the hash and size of every file of the run, and a seal over the record itself.

Two runs of the same input differ in one value of one file: ``run_at`` of run.json, which is the time with the seal as
a suffix in the form of RFC 9557, ``2026-01-01T00:00:00Z[seal=...]``.
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
_SEAL = re.compile(rb'("run_at": "[-0-9T:Z]*)\[seal=([0-9a-f]*)\]')


def fingerprint(data: bytes) -> dict[str, object]:
    """Hash and size of a file.

    Parameters
    ----------
    data
        All bytes of the file.

    Examples
    --------
    >>> fingerprint(b"")["sha256"][:8], fingerprint(b"abc")["bytes"]
    ('e3b0c442', 3)
    """
    return {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}


def fingerprint_of(source: bytes | Path) -> dict[str, object]:
    """Hash and size of bytes, or of a file that need not fit into memory.

    Parameters
    ----------
    source
        A path, or the bytes themselves.
    """
    if isinstance(source, bytes):
        return fingerprint(source)
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
            size += len(piece)
    return {"sha256": digest.hexdigest(), "bytes": size}


def sealed(files: Mapping[str, bytes], record: Mapping[str, object]) -> dict[str, bytes]:
    """All files of a run by name: `files`, and those that close it.

    Parameters
    ----------
    files
        Files of a result by name.
    record
        The run record, as `run.json` has it.
    """
    made = {name: fingerprint(data) for name, data in files.items()}
    return dict(sorted({**files, **closing(made, record)}.items()))


def closing(files: Mapping[str, Mapping[str, object]], record: Mapping[str, object]) -> dict[str, bytes]:
    """What closes a run: the crate that describes its files, and run.json with the hashes of all.

    Parameters
    ----------
    files
        :func:`fingerprint` of every file but these two.
    record
        The run record; `run_at` in it is the only thing that two runs of the same input have apart.
    """
    made = dict(sorted(files.items()))
    described = crate(record, made)
    whole = {**record, "files": dict(sorted({**made, CRATE: fingerprint(described)}.items()))}
    return {CRATE: described, RECORD: record_bytes(whole)}


def record_bytes(record: Mapping[str, object]) -> bytes:
    """run.json: one member a line; `run_at` carries the seal, which covers every byte of the file but itself.

    Parameters
    ----------
    record
        The run record, as `run.json` has it.
    """
    unsealed = str(record["run_at"]).partition("[")[0]
    text = json.dumps({**record, "run_at": f"{unsealed}[seal=]"}, ensure_ascii=False, indent=1, default=str)
    data = (text + "\n").encode()
    return data.replace(b"[seal=]", f"[seal={seal(data)}]".encode(), 1)


def seal(data: bytes) -> str:
    """The seal that belongs to the bytes of a run.json, whatever seal stands in it: SHA-256 in hex.

    Parameters
    ----------
    data
        Bytes of a run.json.
    """
    return hashlib.sha256(_SEAL.sub(rb"\1[seal=]", data, count=1)).hexdigest()


def seal_holds(data: bytes) -> bool:
    """Whether no byte of a run.json was changed since it was sealed.

    Parameters
    ----------
    data
        Bytes of a run.json.

    Examples
    --------
    >>> data = record_bytes({"run_at": "2026-01-01T00:00:00Z", "sites": 3})
    >>> seal_holds(data), seal_holds(data.replace(b"3", b"4", 1)), seal_holds(b"{}")
    (True, False, False)
    """
    found = _SEAL.search(data)
    return found is not None and found[2].decode() == seal(data)
