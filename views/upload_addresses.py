"""The address that a browser asked for to send a file to reaches it, also when a page begins to compute just then.

Streamlit empties what it has not sent yet whenever a page starts anew, and keeps only some kinds of messages; without
the answer to its question the browser waits for ever, and the file that was dropped is neither sent nor named.
"""

from __future__ import annotations

import functools
from typing import Any

KIND = "file_urls_response"


def keep() -> None:
    """From now on the answers stay in every queue; called once, before the first visitor."""
    from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

    cleared = ForwardMsgQueue.clear
    if hasattr(cleared, "__wrapped__"):
        return

    @functools.wraps(cleared)
    def clear(self: Any, retain_lifecycle_msgs: bool = False, fragment_ids_this_run: Any = None) -> None:
        waiting = [m for m in self._queue if m.WhichOneof("type") == KIND] if retain_lifecycle_msgs else []
        cleared(self, retain_lifecycle_msgs, fragment_ids_this_run)
        there = {id(m) for m in self._queue}
        self._queue.extend(m for m in waiting if id(m) not in there)

    ForwardMsgQueue.clear = clear  # type: ignore[method-assign]
