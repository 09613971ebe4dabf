"""What the first page needs is made ready beside the server, so that the server answers meanwhile; pages wait for it.

Nothing heavy is imported here: the first page asks before it imports anything else, so that no two threads import the
same libraries at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Thread

LOG = logging.getLogger("cahra")
_threads: list[Thread] = []


def begin(work: Callable[[], None]) -> None:
    """Does the work in a thread of its own; what goes wrong in it, the page meets again and tells in words."""

    def run() -> None:
        try:
            work()
        except Exception as error:
            LOG.warning("not made ready before the first page: %s", type(error).__name__)

    thread = Thread(target=run, name="warming", daemon=True)
    _threads.append(thread)
    thread.start()


def wait() -> None:
    """Until the work that was begun is done; at once where none was."""
    while _threads:
        thread = _threads[-1]
        thread.join()
        if thread in _threads:
            _threads.remove(thread)
