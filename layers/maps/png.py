"""A picture as PNG, with the standard library alone."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import numpy.typing as npt


def png(rgba: npt.NDArray[np.uint8]) -> bytes:
    """A PNG of 8-bit RGBA.

    Examples
    --------
    >>> png(np.zeros((2, 3, 4), dtype=np.uint8))[1:4]
    b'PNG'
    """
    height, width = rgba.shape[:2]

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\x00" + row.tobytes() for row in rgba)
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
