"""What a session held is given back when its reader has gone, and not only when the next one comes.

Streamlit keeps a session that lost its connection for two minutes, so that a reader may come back; what is over then is
forgotten at the next change, its uploads not at all, and the files and runs of the last session stay until the next
reader comes. Here a thread looks, closes such sessions by Streamlit's own way, empties them, and takes uploads away
that no session owns.
"""

from __future__ import annotations

import gc
import logging
import threading
import time
from typing import Any

from geo import memory

LOG = logging.getLogger("cahra")
COME_BACK_S = 60.0
"""How long a reader whose connection broke may come back to what was loaded."""
EVERY_S = 5.0


class Release:
    """Looks after the sessions of a runtime.

    Parameters
    ----------
    come_back_s
        See :data:`COME_BACK_S`.
    """

    def __init__(self, come_back_s: float = COME_BACK_S) -> None:
        self.come_back_s = come_back_s
        self._gone_since: dict[str, float] = {}

    def look(self, runtime: Any, now: float) -> list[str]:
        """Closes sessions that are gone for too long and drops uploads without a session; gives their names."""
        sessions = runtime._session_mgr
        stored = {info.session.id: info.session for info in sessions._session_storage.list()}
        self._gone_since = {s: self._gone_since.get(s, now) for s in stored}
        over = [s for s, since in self._gone_since.items() if now - since >= self.come_back_s]
        for session in over:
            sessions.close_session(session)
            forget(stored[session])
        living = {info.session.id for info in sessions.list_sessions()}
        manager = runtime.uploaded_file_mgr
        orphans = [s for s in list(manager.file_storage) if s not in living]
        for session in orphans:
            manager.remove_session_files(session)
        if over or orphans:
            give_back()
        return [*over, *orphans]


def forget(session: Any) -> None:
    """Empties a closed session: Streamlit's loop holds on to the one that it served last until another reader comes.

    Its state, what its widgets call, and the parts of its page that run alone hold files and runs. One that still
    computes is left to its end.
    """
    if session._scriptrunner is not None:
        return
    session.session_state.clear()
    try:
        session.session_state._new_widget_state.widget_metadata.clear()
        session._fragment_storage.clear()
        session._fragment_storage.clear_outside_wrappers()
    except AttributeError as error:  # another version of Streamlit: the rest of the work goes on
        LOG.warning("a closed session is not emptied whole: %s", error)


def give_back() -> None:
    """Freed memory goes back to the system, where the C library can be asked for that."""
    gc.collect()
    memory.give_back()


def forget_upload(upload: Any) -> None:
    """Streamlit's copy of a file that the page has read and keeps itself is given back at once."""
    from streamlit import runtime
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx()
    if context is not None and runtime.exists():
        manager: Any = runtime.get_instance().uploaded_file_mgr
        manager.remove_file(context.session_id, upload.file_id)


def start() -> threading.Thread:
    """The thread that looks, as long as the process lives."""

    def run() -> None:
        from streamlit import runtime

        release = Release()
        while True:
            time.sleep(EVERY_S)
            try:
                if runtime.exists():
                    here: Any = runtime.get_instance()
                    loop = here._get_async_objs().eventloop
                    loop.call_soon_threadsafe(release.look, here, time.monotonic())
            except RuntimeError as error:  # not started yet, or stopping
                LOG.debug("sessions not looked after: %s", type(error).__name__)

    thread = threading.Thread(target=run, name="release", daemon=True)
    thread.start()
    return thread
