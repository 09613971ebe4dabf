"""Write ``data/CHECKSUMS.sha256``: run from the project's root after any change in ``data/``.

``(cd data && sha256sum -c CHECKSUMS.sha256)`` checks it without Python.
"""

from __future__ import annotations

import hashlib

from layers.reference.files import DATA

NOT_LISTED = {"CHECKSUMS.sha256", "README.md"}

if __name__ == "__main__":
    files = sorted(p for p in DATA.iterdir() if p.is_file() and p.name not in NOT_LISTED)
    lines = [f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.name}\n" for p in files]
    (DATA / "CHECKSUMS.sha256").write_text("".join(lines), encoding="utf-8", newline="\n")
    print(len(lines), "files")
