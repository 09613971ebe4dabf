"""``cahra`` and ``python -m cli``: the command as a process of its own, from its arguments to its end."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from contextlib import suppress
from typing import NoReturn

from cli import main


def command() -> NoReturn:
    """Runs the command line and ends the process with its status.

    What an interpreter does at its end, taking every library apart, takes as long as reading a small file. It is left
    away where nobody waits for it: what was asked to be done at the end is done, all output is out, and no thread goes
    on.
    """
    status = main()
    watched = sys.getprofile() is not None or sys.gettrace() is not None
    others = [t for t in threading.enumerate() if t is not threading.current_thread() and not t.daemon]
    if watched or others:
        sys.exit(status)
    atexit._run_exitfuncs()
    with suppress(OSError, ValueError):  # nobody reads it any more: main has seen that and said it by its status
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    command()
