"""A result on the disk: all of it or nothing, and never among the files of another.

The files are written beside the folder, run.json last, and put on the disk; then the new folder takes the place of the
old one in one step. A writer that is killed, a full disk or a second writer leave the old result or the new one.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.errors import InputError
from geo.messages import Note
from jobs.folder_swap import ASIDE, glob_safe, put_back, put_in_place
from jobs.run_record import RECORD, SIGNATURE, TOOL
from layers.disk import keep, lock, locked, write_file

PART = ".part-"
"""Between the folder's name and some random letters: a result that is being written, or was when its writer died."""
UNFINISHED = ".cahra-unfinished"
"""The first file of such a folder and the last to go."""
REJECTED_FILE = "rejected.csv"
REJECTED_HEADER = b"source_file,row,id,reason"
"""By which the rejected rows of a run that could not be are known."""
Giver = Callable[[Callable[[str, "bytes | Iterable[Any]"], None]], None]
"""Hands files of a result over by their names: :meth:`jobs.result.Result.put_away`."""
LOOKS = 100
"""So often a folder is looked at again that others replace while it is looked at."""
RECORD_BYTES = 200_000_000
"""A larger run.json is not looked into."""


@dataclass(frozen=True)
class ResultFolder:
    """A folder that may take a result: it is empty, new, or holds an earlier result and nothing else.

    Parameters
    ----------
    path
        As the user named it.
    inputs
        Files and folders that the run reads; none of them may lie in the folder.
    force
        What is in the way and is no result is put aside, under another name beside it; nothing of it is deleted.
    """

    path: Path
    inputs: tuple[Path, ...] = ()
    force: bool = False

    @classmethod
    def of(cls, path: str | Path, inputs: Iterable[str | Path | None] = (), *, force: bool = False) -> ResultFolder:
        """The folder, looked at before any work is done for it.

        Parameters
        ----------
        path
            The folder as the user named it; it need not exist.
        inputs
            Files and folders that the run reads; None is passed over.
        force
            What is in the way and is no result is put aside under another name.

        Raises
        ------
        InputError
            It holds an input, a link or anything that is no result; it is a link, or cannot be replaced.
        """
        folder = cls(Path(path), tuple(Path(p) for p in inputs if p), force)
        folder.check()
        return folder

    def check(self) -> None:
        """Raises :class:`geo.errors.InputError` where the folder must not be written to."""
        where = str(self.path)
        self._check_name()
        if self.path.is_symlink():
            raise InputError("The folder for the results is a link.", where=where, remedy="Name the folder itself.")
        place = self.path.resolve()
        put_back(place)
        for given in self.inputs:
            if place in (given.resolve(), *given.resolve().parents):
                raise InputError(
                    "The folder for the results holds a file that the run reads.", where=where, got=given.name,
                    remedy="Name another folder.",
                )  # fmt: skip
        if holds_result(place.parent):
            raise InputError(
                "The folder for the results lies in a result.", where=where, remedy="Name a folder beside it."
            )
        self._check_room(place)
        if not place.exists():
            return
        if not place.is_dir():
            raise InputError("This is a file, not a folder.", where=where, remedy="Name a folder for the results.")
        if place in (Path.cwd(), *Path.cwd().parents) or place.is_mount():
            raise InputError(
                "This folder cannot be replaced as a whole.", where=where,
                expected=Note("a folder that is no mount, and not the one that the command is called in"),
                remedy="Name a folder inside it.",
            )  # fmt: skip
        self._check_content(place)

    def _check_name(self) -> None:
        """The disk must take the names on the way to the folder, and the one that it has while it is made."""
        path = self.path.absolute()
        around = next(Path(p) for p in path.parents if os.path.isdir(p))  # noqa: PTH112 - false for a name too long
        try:
            for name in (*path.relative_to(around).parts, _part(path, secrets.token_hex(6)).name):
                with suppress(FileNotFoundError):
                    os.lstat(around / name)
        except (OSError, ValueError) as error:
            raise self._unwritable(getattr(error, "strerror", None) or error) from None

    def _check_room(self, place: Path) -> None:
        """The folder around it, or the nearest one that is there, must take new entries."""
        around = next(p for p in place.parents if p.exists())
        if not around.is_dir():
            raise InputError(
                "This is a file, not a folder.", where=str(around), remedy="Name a folder for the results."
            )
        if not os.access(around, os.W_OK | os.X_OK):
            raise self._unwritable(around)

    def _unwritable(self, got: object) -> InputError:
        return InputError(
            "The results cannot be written.", where=str(self.path),
            expected=Note("a folder that may be written to"), got=str(got),
            remedy="Name a folder on a disk that has room and may be written to; what was there is as it was.",
        )  # fmt: skip

    def _check_content(self, place: Path) -> None:
        """Looks again where another writer has replaced the folder meanwhile: what was seen is not of one folder."""
        for _ in range(LOOKS):
            with suppress(FileNotFoundError):
                before = _identity(place)
                fault = self._fault_of(place)
                if fault is None:
                    return
                if _identity(place) == before:
                    raise fault
            if not place.exists():
                return
        raise InputError(
            "The folder for the results is written by somebody else all the time.", where=str(self.path),
            remedy="Name another folder.",
        )  # fmt: skip

    def _fault_of(self, place: Path) -> InputError | None:
        """What keeps the files of the folder from being replaced."""
        mine = {_identity(p) for p in self.inputs if p.exists()}
        with os.scandir(place) as found:
            entries = sorted(found, key=lambda e: e.name)
        for entry in entries:
            if entry.is_symlink():
                return InputError(
                    "The folder for the results holds a link.", where=str(self.path), got=entry.name,
                    remedy="Name another folder.",
                )  # fmt: skip
            if _identity(place / entry.name) in mine:
                return InputError(
                    "The folder for the results holds a file that the run reads.", where=str(self.path),
                    got=entry.name, remedy="Name another folder.",
                )  # fmt: skip
        if not entries or self.force or holds_result(place):
            return None
        known = names_of_result(place)
        strange = next((e.name for e in entries if e.name not in known), entries[0].name)
        return InputError(
            "The folder for the results holds something else.", where=str(self.path), got=strange,
            remedy="Name another folder, or add --force: what is in the way is kept under another name.",
        )  # fmt: skip

    def write(self, files: Mapping[str, bytes] | Giver) -> Path | None:
        """Puts the files into the folder as a whole; gives where a folder that was no result is now, if there was one.

        Parameters
        ----------
        files
            Files of a result by name; or what hands each of them over as it is made, whole or in pieces that need not
            all fit into memory, run.json last.

        Raises
        ------
        InputError
            What :meth:`check` raises, asked again; or the disk does not take the files, and all is as it was.
        """
        self.check()
        place = self.path.resolve()
        letters = secrets.token_hex(6)
        part = _part(place, letters)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            _sweep(place)
            part.mkdir()
            with locked(part):  # other writers see that it is in use
                try:
                    _fill(part, files, place)
                    old = put_in_place(part, place, letters)
                except BaseException:
                    _put_away(part, place)
                    raise
                keep(place.parent)
                return None if old is None else _put_away(old, place)
        except OSError as error:
            raise InputError(
                "The results cannot be written.", where=str(self.path), got=str(error.strerror or error),
                remedy="Name a folder on a disk that has room and may be written to; what was there is as it was.",
            ) from None  # fmt: skip


def names_of_result(folder: Path) -> frozenset[str]:
    """The names of the files that the run record of a folder speaks of; none where there is no such record.

    Parameters
    ----------
    folder
        The folder to look into; it need not exist.
    """
    path = folder / RECORD
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > RECORD_BYTES:
            return frozenset()
        record = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return frozenset()
    if not isinstance(record, dict) or record.get("tool") != TOOL or not isinstance(record.get("files"), dict):
        return frozenset()
    return frozenset([RECORD, SIGNATURE, *map(str, record["files"])])


def holds_result(folder: Path) -> bool:
    """Whether a folder holds a result and nothing else: plain files, all of them named by its run record.

    Parameters
    ----------
    folder
        The folder to look into; it need not exist.
    """
    names = names_of_result(folder) | {UNFINISHED}
    if len(names) == 1:
        return holds_rejected_alone(folder)
    with os.scandir(folder) as found:
        return all(e.name in names and e.is_file(follow_symlinks=False) for e in found)


def holds_rejected_alone(folder: Path) -> bool:
    """Whether a folder holds what a run left that could use no row of a file, and nothing else.

    Parameters
    ----------
    folder
        The folder to look into; it need not exist.
    """
    if not folder.is_dir():
        return False
    with os.scandir(folder) as found:
        entries = [(e.name, e.is_file(follow_symlinks=False)) for e in found]
    if entries != [(REJECTED_FILE, True)]:
        return False
    with (folder / REJECTED_FILE).open("rb") as stream:
        return stream.read(200).removeprefix(b"\xef\xbb\xbf").startswith(REJECTED_HEADER)


def leave_rejected(path: str | Path, data: bytes) -> Path:
    """Puts `rejected.csv` into the folder of a run that could not be, or beside it where it holds something.

    Parameters
    ----------
    path
        The folder that the user named for the result.
    data
        Bytes of rejected.csv.

    Returns
    -------
    Path
        Where it is.
    """
    folder = Path(path)
    free = not folder.is_symlink() and (
        not folder.exists() or (folder.is_dir() and (not any(folder.iterdir()) or holds_rejected_alone(folder)))
    )
    target = folder / REJECTED_FILE if free else folder.with_name(f"{folder.name}.{REJECTED_FILE}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_symlink():
            raise InputError(
                "The folder for the results is a link.", where=str(target), remedy="Name the folder itself."
            )
        part = folder.absolute().with_name(f".{folder.name}.{REJECTED_FILE}{PART}{secrets.token_hex(6)}")
        try:
            write_file(part, data)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        keep(target.parent)
    except OSError as error:
        raise InputError(
            "The results cannot be written.", where=str(target), got=str(error.strerror or error)
        ) from None
    return target


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _fill(part: Path, files: Mapping[str, bytes] | Giver, place: Path) -> None:
    """Writes the files into a new folder, run.json last, and leaves it as it will be."""
    write_file(part / UNFINISHED, b"")

    def put(name: str, data: bytes | Iterable[Any]) -> None:
        if Path(name).name != name or name in ("", ".", "..", UNFINISHED):
            raise ValueError(f"{name!r} is no name of a file")
        write_file(part / name, data)

    if isinstance(files, Mapping):
        for name in sorted(files, key=lambda n: (n == RECORD, n)):
            put(name, files[name])
    else:
        files(put)
    with suppress(FileNotFoundError):  # a new folder has the mode of new folders
        part.chmod(place.stat().st_mode & 0o7777)
    (part / UNFINISHED).unlink()
    keep(part)


def _put_away(old: Path, place: Path) -> Path | None:
    """Deletes what was replaced where it is a result; anything else gets a name that a person sees.

    Another writer may do the same at the same time: the mark of an unfinished folder is written before anything of it
    goes, and goes last.
    """
    try:
        # The order of the questions matters: who finds run.json gone finds the mark, or nothing at all.
        if holds_result(old) or (old / UNFINISHED).exists() or not any(old.iterdir()):
            _discard(old)
            return None
        for number in range(1, 10_000):
            aside = place.with_name(f"{place.name}.before-{number}")
            if not aside.exists():
                old.rename(aside)
                return aside
    except FileNotFoundError:
        return None
    return old


def _discard(folder: Path) -> None:
    """Deletes a folder of plain files; what cannot be deleted stays marked, for the next writer to try."""
    with suppress(OSError):  # a full disk takes no mark
        (folder / UNFINISHED).touch()
    with suppress(OSError):
        for path in [p for p in folder.iterdir() if p.name != UNFINISHED]:
            path.unlink(missing_ok=True)
        (folder / UNFINISHED).unlink(missing_ok=True)
        folder.rmdir()


def _part(place: Path, letters: str) -> Path:
    """The folder beside it in which its files are written."""
    return place.with_name(f".{place.name}{PART}{letters}")


def _sweep(place: Path) -> None:
    """Takes away what writers of this folder left behind when they were killed; a living one's is left alone."""
    mine = f".{glob_safe(place.name)}"
    kinds = (PART, ASIDE) if place.exists() else (PART,)
    for part in [p for kind in kinds for p in place.parent.glob(f"{mine}{kind}*") if p.is_dir() and not p.is_symlink()]:
        try:
            handle = lock(part)
        except OSError:
            continue
        if handle is None:
            continue
        try:
            # An empty one may be a writer's that has not locked it yet.
            if any(part.iterdir()):
                _put_away(part, place)
        except FileNotFoundError:
            pass
        finally:
            os.close(handle)
