"""Sockets and file opens of this process, watched by an audit hook."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_OURS = tuple(
    str(p)
    for p in (ROOT, sys.prefix, sys.base_prefix, sysconfig.get_paths()["stdlib"], sysconfig.get_paths()["purelib"])
)
_HARMLESS = (
    "/dev/null",
    "/proc/self",
    "/usr/share/zoneinfo",
    "/etc/localtime",
    "/etc/ld.so.cache",
    "/usr/lib",
    "/lib",
    "/etc/mime.types",
    "/etc/httpd",
    "/etc/apache",
    "/usr/local/etc",
)


class Seen:
    """What happened while it was open: addresses connected to, and files opened outside of Python and the project."""

    def __init__(self) -> None:
        self.on = False
        self.sockets: list[str] = []
        self.files: list[str] = []

    def __enter__(self) -> Seen:
        self.sockets, self.files, self.on = [], [], True
        return self

    def __exit__(self, *_: object) -> None:
        self.on = False

    def hear(self, event: str, args: tuple[object, ...]) -> None:
        if not self.on:
            return
        if event.startswith(("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "os.system", "os.exec")):
            self.sockets.append(f"{event} {args[1:]}")
        elif event == "subprocess.Popen" and args[0] != sys.executable:
            self.sockets.append(f"{event} {args[0]}")
        elif event in ("open", "sqlite3.connect", "os.listdir", "os.remove", "os.rename", "shutil.copyfile") and args:
            name = args[0]
            if isinstance(name, bytes):
                name = name.decode("utf-8", "replace")
            if isinstance(name, str) and name != ":memory:" and not name.startswith((*_OURS, *_HARMLESS)):
                self.files.append(f"{event} {name}")


_SEEN = Seen()
sys.addaudithook(_SEEN.hear)


@pytest.fixture
def watched() -> Seen:
    return _SEEN
