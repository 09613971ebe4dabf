"""Several files as one ZIP, the same bytes for the same files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The time that every member carries: a ZIP knows none before it."""


def zip_bytes(files: Mapping[str, bytes], folder: str = "") -> bytes:
    """A ZIP of the files in the order of their names, in a folder of its own where one is named.

    Examples
    --------
    >>> import zipfile
    >>> made = zip_bytes({"b.csv": b"2", "a.csv": b"1"}, "run")
    >>> zipfile.ZipFile(io.BytesIO(made)).namelist(), made == zip_bytes({"a.csv": b"1", "b.csv": b"2"}, "run")
    (['run/a.csv', 'run/b.csv'], True)
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in sorted(files):
            member = zipfile.ZipInfo(f"{folder}/{name}" if folder else name, EARLIEST)
            member.compress_type, member.external_attr, member.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            archive.writestr(member, files[name])
    return out.getvalue()
