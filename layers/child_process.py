"""The process that parses foreign bytes: how it is started, and a few that wait for their task.

Nothing heavy is imported here: a command starts its children first and its own libraries then, so that both load at the
same time (:func:`ahead`). What a child may do is told with its task (:mod:`layers.formats.sandbox.process`).
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from layers.gdal_settings import SETTINGS

AT_HAND = 1_000_000
"""Bytes of plain text or JSON up to which no child is started: what so few can cost is bounded (docs/limits.md)."""
PLAIN = (".csv", ".tsv", ".txt")
"""Ends of names of files on disk that hardly ever need a child."""

_ROOT = Path(__file__).resolve().parents[1]
# The child needs a few modules of this package and not what its __init__ brings along: a quarter of a second each time.
# As much goes for pandas, which is loaded when it is first asked for something.
START = f"""
import importlib, sys, types
sys.path.insert(0, {str(_ROOT)!r})
class Later(types.ModuleType):
    def __getattr__(self, name):
        if sys.modules.get("pandas") is self:
            del sys.modules["pandas"]
        return getattr(importlib.import_module("pandas"), name)
sys.modules["pandas"] = Later("pandas")
package = sys.modules["layers.formats"] = types.ModuleType("layers.formats")
package.__path__ = [{str(_ROOT / "layers" / "formats")!r}]
from layers.formats.child_worker import main
main()
"""
_KEPT = ("SYSTEMROOT", "TEMP", "TMP", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
_waiting: list[subprocess.Popen[bytes]] = []


def environment() -> dict[str, str]:
    """The environment of a child: nothing of the user's, GDAL without other drivers, side-cars and network."""
    return {k: v for k, v in os.environ.items() if k in _KEPT} | {
        **SETTINGS,
        "GDAL_PAM_ENABLED": "NO",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}",
        "CPL_DEBUG": "OFF",
        "PROJ_NETWORK": "OFF",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "MALLOC_ARENA_MAX": "1",
        "PYTHONUTF8": "1",
    }


def child() -> subprocess.Popen[bytes]:
    """A new process that waits for its one task; one of those that were started ahead, where there is one."""
    while True:
        try:
            found = _waiting.pop()
        except IndexError:
            return _started()
        if found.poll() is None:
            return found


def ahead(paths: Iterable[str | Path]) -> None:
    """Starts children for those files that will want one, so that they are there when their turn comes."""
    wanted = 0
    for path in map(Path, paths):
        with suppress(OSError):
            size, end = path.stat().st_size, path.suffix.casefold()
            wanted += end not in PLAIN and not (size <= AT_HAND and end in (".json", ".geojson"))
    if wanted and not _waiting:
        atexit.register(_let_go)
        _waiting.extend(_started() for _ in range(min(wanted, os.cpu_count() or 1)))


def _started() -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-I", "-B", "-c", START],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(),
        cwd=os.sep,
        close_fds=True,
    )


def _let_go() -> None:
    """Ends those that no file wanted."""
    while _waiting:
        unwanted = _waiting.pop()
        unwanted.kill()
        unwanted.communicate()
