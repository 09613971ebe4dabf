"""A gzip file: one file inside, unpacked in memory and counted as it comes."""

from __future__ import annotations

import zlib
from dataclasses import replace

from geo.errors import FormatError
from geo.messages import Note
from layers.formats.limits import Clock
from layers.formats.source import Source
from layers.formats.table import shorten

_BLOCK = 1 << 18


def ungzipped(source: Source, clock: Clock) -> Source:
    """The file inside, under its own name.

    Raises
    ------
    geo.errors.FormatError
        Damaged, cut off, several members, or another archive inside.
    geo.errors.LimitExceededError
        Too large unpacked, or packed too tightly; counted while unpacking.
    """
    gateway, parts, size, packed = clock.gateway, [], 0, 0
    unpack = zlib.decompressobj(wbits=31)
    try:
        with source.open() as stream:
            while block := stream.read(_BLOCK):
                packed += len(block)
                if unpack.eof:
                    raise _refused(source, Note("something stands behind its end"))
                while block:
                    part = unpack.decompress(block, _BLOCK * 16)
                    block = unpack.unconsumed_tail
                    size += len(part)
                    gateway.check("unpacked_bytes", size, source.name)
                    if size > 1_000_000:
                        gateway.check("ratio", size / packed, source.name)
                    parts.append(part)
                clock.check(source.name)
    except zlib.error as fault:
        raise _refused(source, Note("it cannot be unpacked"), shorten(str(fault))) from None
    if not unpack.eof or unpack.unused_data:
        raise _refused(source, Note("it is cut off, or something stands behind its end"))
    data = b"".join(parts)
    if data.startswith((b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh")) or data[257:262] == b"ustar":
        raise _refused(source, Note("a member is itself an archive"))
    name = source.name[:-3] if source.name.lower().endswith(".gz") else source.name
    return Source(data, name, replace(gateway, file_bytes=gateway.unpacked_bytes))


def _refused(source: Source, what: str, got: str = "") -> FormatError:
    return FormatError("The archive is refused: {thing}.", where=source.name, got=got, thing=what)
