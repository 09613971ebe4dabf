"""What a process and its children open, seen by the kernel (strace) and not by Python's own hooks."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STRACE = shutil.which("strace")
_CALL = re.compile(r"\b(?:open|openat|openat2|creat|connect|execve)\((.*)")
_PATH = re.compile(r'"((?:[^"\\]|\\.)*)"')
_PROCESS = re.compile(r"/proc/\d+(?:/|$)|/dev/pts/\d+")


HARMLESS = ("/tmp/", "/proc/", "/sys/", "/dev/null", "/dev/urandom", "/etc/localtime", "/usr/share/zoneinfo")
"""Where the library of Python looks of itself: temporary files, the process itself, its clock."""


def opened(code: str, *args: str, seconds: float = 300, begin: str = "") -> tuple[set[str], str]:
    """Files and addresses that Python running `code`, or a child of it, asked the kernel for; and what it printed.

    With `begin`, only what was asked for after the file of that name.

    A file that is not there counts like one that is: asking for it tells the file's author that it is missing. Files
    of the project, of Python and compiled modules are left out.
    """
    assert STRACE is not None
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        done = subprocess.run(
            [STRACE, "-f", "--seccomp-bpf", "-qq", "-s", "400", "-e", "trace=open,openat,openat2,creat,connect,execve", "-o", str(log),
             sys.executable, "-c", code, *args],
            cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False,
            env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
        lines = log.read_text(errors="replace").splitlines()
    assert done.returncode == 0, done.stderr[-2000:]
    ours = (str(ROOT), str(Path(sys.prefix).resolve()), str(Path(sys.base_prefix).resolve() / "lib"), sys.prefix)
    found = set()
    if begin:
        lines = lines[next(i for i, line in enumerate(lines) if begin in line) + 1 :]
    for line in lines:
        call = _CALL.search(line)
        if call is None:
            continue
        path = _PATH.search(call[1])
        name = path[1] if path else call[1]
        if not name.startswith(ours) and not _PROCESS.match(name) and folder not in name:
            found.add(name)
    return found, done.stdout
