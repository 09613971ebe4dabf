"""Zip archives, looked over before a byte is unpacked, and unpacked in memory only, counted as it comes."""

from __future__ import annotations

import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from itertools import pairwise

from geo.errors import FormatError
from geo.messages import Note
from layers.formats.limits import Clock
from layers.formats.source import Source
from layers.formats.table import shorten

_NESTED = ("zip", "kmz", "xlsx", "xlsm", "docx", "gz", "bz2", "xz", "7z", "rar", "tar", "tgz", "jar")
_NESTED_HEADS = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh")
_LOCAL_HEADER = 30


def _unsafe(name: str) -> str:
    """Why a member's name cannot be trusted; blank when it can."""
    plain = name.replace("\\", "/")
    if not plain.strip("/") or any(not c.isprintable() for c in name):
        return Note("a name that is blank or holds control characters")
    if plain.startswith("/") or (len(plain) > 1 and plain[1] == ":"):
        return Note("an absolute path")
    if ".." in plain.split("/"):
        return Note("a path that leads out of the archive")
    return ""


class Archive:
    """A zip archive whose directory is without tricks.

    Parameters
    ----------
    nested
        Members may be archives: whoever asks so hands each to the gateway as a file of its own.

    Raises
    ------
    geo.errors.FormatError
        No zip; or a member that is absolute, leads out, is a symbolic link, encrypted, itself an archive, twice there
        (Unicode form and case aside), overlaps another, or is packed in a way other than stored or deflated.
    geo.errors.LimitExceededError
        Too many members, too large unpacked, or packed too tightly; counted while unpacking, whatever the directory
        says.
    """

    def __init__(self, source: Source, clock: Clock, *, limit: str = "members", nested: bool = False) -> None:
        self.name, self.clock, self._nested = source.name, clock, nested
        self._unpacked = 0
        self._stream = source.open()
        try:
            self._zip = zipfile.ZipFile(self._stream)
            infos = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error, UnicodeError) as fault:
            self._stream.close()
            raise self._refused(Note("it is no sound zip archive"), got=shorten(str(fault))) from None
        clock.gateway.check(limit, len(infos), self.name)
        if not infos:
            raise self._refused(Note("the archive is empty"))
        self._check(infos, source)
        clock.gateway.check("unpacked_bytes", sum(i.file_size for i in infos), self.name)
        self.members = {i.filename.replace("\\", "/"): i for i in infos if not i.is_dir()}

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()
        self._stream.close()

    def _refused(self, what: str, got: str = "") -> FormatError:
        return FormatError("The archive is refused: {thing}.", where=self.name, got=got, thing=what)

    def _check(self, infos: list[zipfile.ZipInfo], source: Source) -> None:
        seen: set[str] = set()
        spans = []
        for info in infos:
            if why := _unsafe(info.orig_filename) or _unsafe(info.filename):
                raise self._refused(Note("a member has {why}", why=why), got=shorten(info.filename))
            key = unicodedata.normalize("NFC", info.filename.replace("\\", "/")).casefold()
            if key in seen:
                raise self._refused(Note("two members have the same name"), got=shorten(info.filename))
            seen.add(key)
            mode = info.external_attr >> 16
            if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise self._refused(Note("a member is a link or device"), got=shorten(info.filename))
            if info.flag_bits & 0x2041:
                raise self._refused(Note("a member is encrypted"), got=shorten(info.filename))
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise self._refused(Note("a member is packed in an unusual way"), got=shorten(info.filename))
            if not self._nested and key.rsplit(".", 1)[-1] in _NESTED:
                raise self._refused(Note("a member is itself an archive"), got=shorten(info.filename))
            spans.append((info.header_offset, info.header_offset + _LOCAL_HEADER + info.compress_size))
            if info.file_size > 1_000_000:
                self._ratio(info.file_size, info.compress_size)
        spans.sort()
        if spans[0][0] != 0 or not source.head.startswith(b"PK\x03\x04"):
            raise self._refused(Note("something stands before its first member"))
        if any(a[1] > b[0] for a, b in pairwise(spans)) or spans[-1][1] > source.size:
            raise self._refused(Note("members overlap"))

    def _ratio(self, unpacked: int, packed: int) -> None:
        self.clock.gateway.check("ratio", unpacked / max(packed, 1), self.name)

    def read(self, member: str, within: Callable[[bytes], None] | None = None) -> bytes:
        """The bytes of one member, counted as they are unpacked; `within` sees its first block."""
        info = self.members[member]
        parts: list[bytes] = []
        size = 0
        try:
            with self._zip.open(info) as stream:
                while block := stream.read(1 << 16):
                    if not parts:
                        if not self._nested and block.startswith(_NESTED_HEADS):
                            raise self._refused(Note("a member is itself an archive"), got=shorten(member))
                        if within:
                            within(block)
                    parts.append(block)
                    size += len(block)
                    self._unpacked += len(block)
                    self.clock.check(self.name)
                    self.clock.gateway.check("unpacked_bytes", self._unpacked, self.name)
                    if size > 1_000_000:
                        self._ratio(size, info.compress_size)
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError, OSError) as f:
            if isinstance(f, FormatError) or hasattr(f, "remedy"):
                raise
            raise self._refused(Note("a member cannot be unpacked"), got=shorten(f"{member}: {f}")) from None
        if size != info.file_size:
            raise self._refused(Note("a member is not as large as it claims"), got=shorten(member))
        return b"".join(parts)

    def ending(self, *suffixes: str) -> list[str]:
        """Members with one of these endings (lower case, with dot), resource forks of macOS aside."""
        return [
            m
            for m in self.members
            if m.lower().endswith(suffixes)
            and not m.startswith("__MACOSX/")
            and not m.rsplit("/", 1)[-1].startswith("._")
        ]
