"""A result folder read as a whole, and every file in it held against the hash that its run record has of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from geo.errors import InputError
from geo.messages import N_, Note, joined
from jobs.assessment.earlier_version import refuse_version_1
from jobs.folder_swap import put_back
from jobs.run_crate import CRATE, crate
from jobs.run_record import RECORD, SIGNATURE, TOOL, fingerprint, record_bytes, seal_holds
from layers.formats import LOCAL
from layers.formats.readers.strict_json import load_json

NOT_AS_WRITTEN, NOT_OURS = N_("{file} is not as it was written"), N_("{file} is not what this program writes")
TRIES = 3
"""How often a folder is read again that another run replaces meanwhile."""


def read_folder(folder: Path) -> dict[str, bytes]:
    """All files of a folder by name, of one moment: a run may replace it meanwhile.

    Parameters
    ----------
    folder
        The folder of a result.

    Raises
    ------
    InputError
        There is no such folder, or it holds no run record.
    """
    put_back(folder.resolve())
    for _ in range(TRIES):
        try:
            before = folder.stat().st_ino
            entries = sorted(folder.iterdir())
            files = {p.name: b"" if p.is_symlink() or not p.is_file() else p.read_bytes() for p in entries}
            if folder.stat().st_ino == before and RECORD in files:
                return files
        except (FileNotFoundError, NotADirectoryError):
            continue
    raise InputError("The folder is not a result.", where=str(folder), expected=RECORD)


def opened(files: Mapping[str, bytes], where: str) -> tuple[Mapping[str, Any], list[Note]]:
    """The run record, and every file that is not as it was written.

    Parameters
    ----------
    files
        Files of a result by name.
    where
        The folder, for the error.

    Raises
    ------
    InputError
        The result is of a version without hashes.
    """
    data = files[RECORD]
    try:
        record = load_json(data, LOCAL, RECORD)
    except InputError:
        record = None
    if isinstance(record, dict) and "files" not in record and b"[seal=" not in data:
        refuse_version_1((), record, where)
        raise InputError("The folder is not a result.", where=where, expected=Note("a run record with hashes"))
    if not seal_holds(data) or not isinstance(record, dict) or record.get("tool") != TOOL:
        return {}, [Note(NOT_AS_WRITTEN, file=RECORD)]
    try:
        return record, _hashes(files, record)
    except (KeyError, TypeError, AttributeError, ValueError):
        return {}, [Note(NOT_OURS, file=RECORD)]


def _hashes(files: Mapping[str, bytes], record: Mapping[str, Any]) -> list[Note]:
    if record_bytes(record) != files[RECORD]:
        return [Note(NOT_OURS, file=RECORD)]
    stated: Mapping[str, Any] = record["files"]
    out = [Note("{file} is missing", file=name) for name in stated if name not in files]
    out += [
        Note("{file} is not part of the result", file=name)
        for name in files
        if name not in {RECORD, SIGNATURE, *stated}
    ]
    out += [
        Note(NOT_AS_WRITTEN, file=name) for name in stated if name in files and fingerprint(files[name]) != stated[name]
    ]
    described = {name: value for name, value in stated.items() if name != CRATE}
    if not out and files.get(CRATE) != crate(record, described):
        out = [Note("{file} is not what {record} says", file=CRATE, record=RECORD)]
    return sorted(out)


def unchanged(folder: Path) -> tuple[dict[str, bytes], Mapping[str, Any]]:
    """The files and the record of a result that is as it was written.

    Parameters
    ----------
    folder
        The folder of a result.

    Raises
    ------
    InputError
        It is no result, one of an earlier version, or a file was changed.
    """
    files = read_folder(folder)
    record, differences = opened(files, str(folder))
    if differences:
        raise InputError(
            "The result is not as it was written.", where=str(folder), got=joined(differences),
            remedy="Run cahra verify on it.",
        )  # fmt: skip
    return files, record
