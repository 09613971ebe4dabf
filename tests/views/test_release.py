"""What a session held is given back when its reader has gone, and an error of a download is told."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from geo.errors import InputError
from i18n.translator import translator
from views import faults
from views.faults import DownloadError, telling
from views.release import COME_BACK_S, Release


def run_apart(story):
    """The answer of a coroutine, run in a thread of its own: a browser test before it leaves a loop in this one."""
    with ThreadPoolExecutor(1) as alone:
        return alone.submit(asyncio.run, story).result()


class Sessions:
    """As Streamlit's own: active ones, and disconnected ones in a store."""

    def __init__(self, manager) -> None:
        self.active, self.stored, self.closed, self.manager = set(), set(), [], manager
        self._session_storage = SimpleNamespace(list=lambda: [self._info(s) for s in self.stored])

    def _info(self, name):
        return SimpleNamespace(session=SimpleNamespace(id=name))

    def list_sessions(self):
        return [self._info(s) for s in self.active | self.stored]

    def close_session(self, name):
        self.stored.discard(name)
        self.closed.append(name)
        self.manager.remove_session_files(name)


def runtime(*names: str):
    manager = MemoryUploadedFileManager("/upload")
    for name in names:
        for i in range(3):
            manager.add_file(name, UploadedFileRec(f"{name}{i}", "a.csv", "text/csv", bytes(1000)))
    sessions = Sessions(manager)
    return SimpleNamespace(_session_mgr=sessions, uploaded_file_mgr=manager), sessions, manager


def test_uploads_go_with_their_session_and_not_with_the_next_visitor():
    here, sessions, manager = runtime("gone", "here")
    sessions.active, sessions.stored = {"here"}, {"gone"}
    release = Release()
    assert release.look(here, 0.0) == []
    assert release.look(here, COME_BACK_S - 1) == []
    assert manager._total_bytes == 6000
    assert release.look(here, COME_BACK_S) == ["gone"]
    assert sessions.closed == ["gone"]
    assert (manager._total_bytes, set(manager.file_storage)) == (3000, {"here"})


def test_a_reader_who_comes_back_in_time_keeps_what_was_loaded():
    here, sessions, manager = runtime("blink")
    release = Release()
    for round_ in range(10):
        sessions.active, sessions.stored = set(), {"blink"}
        release.look(here, 100.0 * round_)
        release.look(here, 100.0 * round_ + COME_BACK_S - 1)
        sessions.active, sessions.stored = {"blink"}, set()
        release.look(here, 100.0 * round_ + COME_BACK_S + 1)
    assert sessions.closed == []
    assert manager._total_bytes == 3000


def test_uploads_of_a_session_that_nobody_knows_are_dropped():
    here, sessions, manager = runtime("lost", "here")
    sessions.active = {"here"}
    assert Release().look(here, 0.0) == ["lost"]
    assert manager._total_bytes == 3000


@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_error_of_a_download_is_told_in_words_and_logged_without_rows(language, caplog):
    _ = translator(language)

    def refused():
        raise InputError("A row cannot be read.", where="sites.csv")

    def broken():
        raise KeyError("a reader's own secret row")

    with pytest.raises(DownloadError) as told:
        telling(refused, _)()
    assert str(told.value) == InputError("A row cannot be read.", where="sites.csv").sentence(_)
    with pytest.raises(DownloadError) as told:
        telling(broken, _)()
    assert "secret" not in str(told.value)
    assert "secret" not in caplog.text
    assert "KeyError" in caplog.text
    assert telling(lambda: b"fine", _)() == b"fine"


def test_the_button_says_what_the_error_says(monkeypatch):
    from streamlit.runtime.backend_operation_handler import DeferredFileHandler
    from streamlit.runtime.media_file_manager import MediaFileManager
    from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

    monkeypatch.setattr(DeferredFileHandler, "handle", DeferredFileHandler.handle)
    faults.install()
    manager = MediaFileManager(MemoryMediaFileStorage("/media"))

    def refused():
        raise InputError("A row cannot be read.", where="sites.csv")

    monkeypatch.setattr(manager, "_get_session_id", lambda: "s", raising=False)
    monkeypatch.setitem(
        manager._deferred_callables, "one",
        {"callable": telling(refused, translator("en")), "mimetype": "text/csv", "filename": "a", "coordinates": "1"},
    )  # fmt: skip
    request = SimpleNamespace(request_id="r", deferred_file=SimpleNamespace(file_id="one"))
    answer = run_apart(DeferredFileHandler(lambda: manager).handle(request, "s"))
    assert answer.error_msg == "sites.csv: A row cannot be read."
