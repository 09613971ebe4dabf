"""A folder in which one person works: files, how they are read, where the page stood, decisions, fetched editions.

::

    workspace.json      the project (:mod:`jobs.project`): files by hash, ways of reading, page and address
    files/              copies of files that were added through the page
    decisions.sqlite    what reviewers decided
    editions/           what `cahra fetch` brought, with its index
    anything else       files of the reader's own, read where they lie and never changed

One process works in a folder at a time. The record is replaced in one step; a killed process leaves the old or the new.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from geo.errors import InputError
from i18n.translator import N_
from jobs.project import KeptFile, Project, parse_project
from layers.disk import keep, lock, write_file
from layers.formats.limits import LOCAL
from layers.formats.source import plain_name
from layers.formats.writers.spreadsheet_guard import safe_name

RECORD, COPIES, DECISIONS, EDITIONS = "workspace.json", "files", "decisions.sqlite", "editions"
DEEPEST, MOST_LISTED = 3, 500
"""Levels of folders and files that are offered."""
_OWN = (RECORD, DECISIONS, f"{DECISIONS}-journal", f"{DECISIONS}-wal", f"{DECISIONS}-shm")


@dataclass(frozen=True)
class Offered:
    """A file that lies in the folder; `path` is relative to it, with slashes."""

    path: str
    size: int


class Workspace:
    """An open folder.

    Raises
    ------
    geo.errors.InputError
        It cannot be used: no folder, not writable, held by another process, its record damaged, or it holds files and
        no record while `new` asks for an empty one.
    """

    def __init__(self, folder: str | Path, *, new: bool = False) -> None:
        self.folder = Path(folder).expanduser().absolute()
        if new and self.folder.is_dir() and not (self.folder / RECORD).is_file() and any(self.folder.iterdir()):
            raise self._fault(
                N_("The folder holds files and is no workspace."), N_("Name a new folder, or start with --workspace.")
            )
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock = lock(self.folder)
        except BlockingIOError:
            raise self._fault(
                N_("Another process works in this folder."), N_("Close it, or name another folder.")
            ) from None
        except OSError as error:
            raise self._fault(
                N_("The folder cannot be used as a workspace."), N_("Check the path."), str(error.strerror)
            ) from None
        self._bytes: dict[str, bytes] = {}
        record = self.folder / RECORD
        self._written = record.read_bytes() if record.is_file() else b""
        try:
            self.project = parse_project(self._written, RECORD) if self._written else Project()
        except InputError:
            self.close()
            raise

    def close(self) -> None:
        """Lets go of the folder."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @property
    def decisions(self) -> Path:
        """The file of decisions."""
        return self.folder / DECISIONS

    def save(self, project: Project) -> None:
        """Writes the record where it differs from what lies there.

        Parameters
        ----------
        project
            Files, readings and settings of a project.
        """
        self.project, data = project, project.record()
        if data == self._written:
            return
        part = self.folder / f".part-{secrets.token_hex(6)}"
        try:
            write_file(part, data)
            part.replace(self.folder / RECORD)
            keep(self.folder)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise self._fault(
                N_("The workspace cannot be written."), N_("See that there is room."), str(error.strerror)
            ) from None
        self._written = data

    def offered(self) -> list[Offered]:
        """Files of the reader's own and fetched editions, by path; no links, nothing hidden, nothing of ours."""
        return sorted(self._walk(self.folder, 1), key=lambda f: f.path.casefold())[:MOST_LISTED]

    def _walk(self, folder: Path, depth: int) -> Iterator[Offered]:
        for path in sorted(folder.iterdir()):
            name = path.relative_to(self.folder).as_posix()
            if path.name.startswith(".") or path.is_symlink() or name in _OWN or not name.isprintable():
                continue
            if path.is_dir() and depth < DEEPEST and name != COPIES:
                yield from self._walk(path, depth + 1)
            elif path.is_file() and name != f"{EDITIONS}/catalogue.json":
                yield Offered(name, path.stat().st_size)

    def take(self, path: str) -> tuple[KeptFile, bytes]:
        """A file of :meth:`offered`, read where it lies.

        Parameters
        ----------
        path
            Path of the file, relative to the folder of the workspace.

        Raises
        ------
        geo.errors.InputError
            It is not among them, or larger than a local file may be.
        """
        if path not in {f.path for f in self.offered()}:
            raise InputError("The workspace has no such file.", where=self.folder.name, got=path[:200])
        found, data = self._read(KeptFile(plain_name(path), "", 0, path=path))
        self._bytes[found.sha256] = data
        return found, data

    def add(self, name: str, data: bytes) -> KeptFile:
        """Keeps a copy of a file that came through the page.

        Parameters
        ----------
        name
            The file's own name; a number is added where one of that name is there.
        data
            The bytes of the file.
        """
        digest = hashlib.sha256(data).hexdigest()
        path = f"{COPIES}/{digest[:12]}-{safe_name(name)}"
        target = self.folder / path
        try:
            target.parent.mkdir(exist_ok=True)
            if not target.is_file() or target.stat().st_size != len(data):
                part = target.with_name(f".part-{secrets.token_hex(6)}")
                write_file(part, data)
                part.replace(target)
        except OSError as error:
            raise self._fault(
                N_("The file cannot be kept."), N_("See that there is room."), str(error.strerror)
            ) from None
        self._bytes[digest] = data
        return KeptFile(plain_name(name), digest, len(data), path=path)

    def drop(self, file: KeptFile) -> None:
        """Deletes the copy of a file; one of the reader's own stays where it lies.

        Parameters
        ----------
        file
            The file as the project knows it.
        """
        self._bytes.pop(file.sha256, None)
        if file.path.startswith(f"{COPIES}/"):
            (self.folder / file.path).unlink(missing_ok=True)

    def content(self, file: KeptFile) -> bytes | None:
        """The bytes of a file of the project; None where it is gone, or is no longer the same.

        Parameters
        ----------
        file
            The file as the project knows it.
        """
        held = self._bytes.get(file.sha256)
        if held is not None:
            return held
        path = self.folder / file.path
        if not file.path or path.is_symlink() or not path.is_file() or not self._inside(path):
            return None
        found, data = self._read(file)
        if found.sha256 != file.sha256:
            return None
        return self._bytes.setdefault(file.sha256, data)

    def find(self, sha256: str, size: int) -> str:
        """The path of a file with these bytes among those offered; blank where there is none.

        Parameters
        ----------
        sha256
            SHA-256 of the bytes, hexadecimal; of a link only its first digits.
        size
            Number of bytes; 0: not known.
        """
        for one in self.offered():
            if size in (0, one.size) and self._read(KeptFile("", "", 0, path=one.path))[0].sha256.startswith(sha256):
                return one.path
        return ""

    def _inside(self, path: Path) -> bool:
        return path.resolve().is_relative_to(self.folder.resolve())

    def _read(self, file: KeptFile) -> tuple[KeptFile, bytes]:
        path = self.folder / file.path
        if not self._inside(path):
            raise InputError("The workspace has no such file.", where=self.folder.name, got=file.path[:200])
        try:
            LOCAL.check("file_bytes", path.stat().st_size, path.name)
            data = path.read_bytes()
        except OSError as error:
            raise InputError("The file cannot be opened.", where=path.name, got=str(error.strerror)) from None
        digest = hashlib.sha256(data).hexdigest()
        return replace(file, name=file.name or path.name, sha256=digest, size=len(data)), data

    def _fault(self, what: str, remedy: str, got: str = "") -> InputError:
        return InputError(what, where=str(self.folder), got=got, remedy=remedy)
