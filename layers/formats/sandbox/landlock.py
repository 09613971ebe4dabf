"""Linux's Landlock: a process gives up, for good, every file but those it needs, and every connection."""

from __future__ import annotations

import ctypes
import mimetypes
import os
import sys
from collections.abc import Iterable
from pathlib import Path

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_ALL_OF_ABI = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""Rights on files that each version of the interface knows; later ones have no more that matter here."""
_TCP = 0b11
_NO_NEW_PRIVILEGES = 38


class _Rules(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("net", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def places() -> list[str]:
    """What a child of Python with our libraries reads: itself, the project, the system's libraries, its own limits."""
    root = Path(__file__).resolve().parents[3]
    own: list[str] = [sys.prefix, sys.base_prefix, sys.exec_prefix, *os.environ.get("LD_LIBRARY_PATH", "").split(":")]
    code = [str(root / part) for part in ("geo", "i18n", "jobs", "layers", "data")]
    system = ["/usr/lib", "/usr/lib64", "/lib", "/lib64", "/etc/ld.so.cache", "/usr/share/zoneinfo", "/etc/localtime"]
    limits = ["/dev/null", "/dev/urandom", "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system",
              "/sys/fs/cgroup", "/etc/ssl/openssl.cnf", *mimetypes.knownfiles]  # fmt: skip
    return [str(place) for place in (*own, *code, *system, *limits) if place]


def read_only(paths: Iterable[str]) -> bool:
    """Leave this process reading of `paths` and what lies beneath, and nothing else; False where the kernel has no way.

    Nothing can be written, made, removed or run any more, and no TCP connection opened (from version 4 of the
    interface); what is open stays open.
    """
    if sys.platform != "linux":
        return False
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    version = library.syscall(ctypes.c_long(_CREATE), None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    if version < 1:
        return False
    rules = _Rules((1 << _ALL_OF_ABI.get(version, 16)) - 1, _TCP if version >= 4 else 0)
    size = ctypes.sizeof(rules) if version >= 4 else 8
    made = library.syscall(ctypes.c_long(_CREATE), ctypes.byref(rules), ctypes.c_size_t(size), ctypes.c_uint32(0))
    if made < 0:
        return False
    try:
        for path in dict.fromkeys(map(os.path.realpath, paths)):
            try:
                held = os.open(path, os.O_PATH | os.O_CLOEXEC)
            except OSError:
                continue
            try:
                allowed = _READ_FILE | (_READ_DIR if Path(path).is_dir() else 0)
                rule = _Beneath(allowed, held)
                library.syscall(
                    ctypes.c_long(_ADD), ctypes.c_int(made), ctypes.c_int(1), ctypes.byref(rule), ctypes.c_uint32(0)
                )
            finally:
                os.close(held)
        if library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
            return False
        return bool(library.syscall(ctypes.c_long(_RESTRICT), ctypes.c_int(made), ctypes.c_uint32(0)) == 0)
    finally:
        os.close(made)
