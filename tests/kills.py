"""Work that dies, or is refused by the disk, at any one of its system calls."""

from __future__ import annotations

import os
import signal
import traceback

import pytest

from jobs import folder_swap

CALLS = ("open", "write", "fsync", "mkdir", "rename", "unlink", "rmdir", "chmod", "close", "scandir")
"""System calls that writing a result makes; each is a place to die at."""


def interrupted(monkeypatch, at: int, do) -> list[str]:
    """Patches the calls so that the one of number `at` is replaced by `do(name, real, args)`; gives all that came."""
    seen: list[str] = []

    def wrap(name, real):
        def call(*args, **options):
            seen.append(name)
            if len(seen) == at:
                return do(name, lambda: real(*args, **options), args)
            return real(*args, **options)

        return call

    for name in CALLS:
        monkeypatch.setattr(os, name, wrap(name, getattr(os, name)))
    monkeypatch.setattr(folder_swap, "exchange", wrap("exchange", folder_swap.exchange))
    return seen


def die(_name, _real, _args):
    os.kill(os.getpid(), signal.SIGKILL)


def die_amid(name, real, args):
    try:
        if name == "write":
            os.pwrite(args[0], bytes(args[1])[: len(args[1]) // 2], 0)
        else:
            real()
    finally:
        os.kill(os.getpid(), signal.SIGKILL)


def in_a_child(work, at: int, do, *, swap: bool = True) -> bool:
    """Does the work in a child that dies at a call; True where it lived to the end."""
    child = os.fork()
    if not child:
        try:
            with pytest.MonkeyPatch.context() as patch:
                if not swap:
                    patch.setattr(folder_swap, "exchange", lambda *_: False)
                interrupted(patch, at, do)
                work()
                os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0
