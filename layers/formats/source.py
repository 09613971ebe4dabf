"""Bytes or a path, opened once and counted: name, size, hash."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from pathlib import Path
from typing import BinaryIO

from geo.errors import FormatError, InputError
from layers.formats.limits import Gateway

_BLOCK = 1 << 20


def plain_name(name: str) -> str:
    r"""A file name without folders, control characters and excess length, for messages and records.

    Examples
    --------
    >>> plain_name("C:\\data\\..\\mines.csv"), plain_name("/etc/passwd"), plain_name("")
    ('mines.csv', 'passwd', 'unnamed')
    """
    name = name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    name = "".join(c for c in name if c.isprintable())
    return name[-200:].strip() or "unnamed"


class Source:
    """One file at the gateway. The size is checked before anything else is read.

    Raises
    ------
    geo.errors.LimitExceededError
        The file is larger than `file_bytes` of the gateway.
    geo.errors.InputError
        The path is no regular file, or it is empty.
    """

    def __init__(
        self, source: bytes | bytearray | memoryview | str | os.PathLike[str], name: str | None, gateway: Gateway
    ):
        self.path: Path | None = None
        self._bytes: bytes | None = None
        if isinstance(source, bytes | bytearray | memoryview):
            self._bytes = bytes(source)
            self.size = len(self._bytes)
        else:
            self.path = Path(source)
        self.name = plain_name(name if name is not None else (self.path.name if self.path else ""))
        if self.path is not None:
            try:
                found = self.path.stat()
            except OSError as fault:
                raise InputError(
                    "The file cannot be opened.", where=self.name, got=fault.strerror or "", remedy="Check the path."
                ) from fault
            if not stat.S_ISREG(found.st_mode):
                raise InputError("This is not a file.", where=self.name, got="a folder, device or pipe")
            self.size = found.st_size
        gateway.check("file_bytes", self.size, self.name)
        if self.size == 0:
            raise FormatError("The file is empty.", where=self.name, expected="rows", got="0 bytes")
        digest = hashlib.sha256()
        with self.open() as stream:
            self.head = stream.read(4096)
            digest.update(self.head)
            while block := stream.read(_BLOCK):
                digest.update(block)
        self.sha256 = digest.hexdigest()

    def open(self) -> BinaryIO:
        """A fresh stream over the bytes."""
        if self._bytes is not None:
            return io.BytesIO(self._bytes)
        assert self.path is not None
        try:
            return self.path.open("rb")
        except OSError as fault:
            raise InputError("The file cannot be opened.", where=self.name, got=fault.strerror or "") from fault

    def data(self) -> bytes:
        """All bytes in memory."""
        if self._bytes is None:
            with self.open() as stream:
                self._bytes = stream.read()
        return self._bytes

    @property
    def suffix(self) -> str:
        """Ending of the name in lower case, without the dot."""
        return self.name.rsplit(".", 1)[-1].lower() if "." in self.name else ""
