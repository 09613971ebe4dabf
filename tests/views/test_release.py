"""What a session held is given back when its reader has gone, and an error of a download is told."""

from __future__ import annotations

import asyncio
import gc
import importlib
import pkgutil
import weakref
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from streamlit.runtime import caching
from streamlit.runtime.fragment import MemoryFragmentStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.state import SessionState
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from streamlit.testing.v1 import AppTest

import views
from geo.errors import InputError
from i18n.translator import translator
from views import data_choice, faults
from views.data_choice import File
from views.faults import DownloadError, telling
from views.navigation import FOLDER
from views.release import COME_BACK_S, Release, forget


def run_apart(story):
    """The answer of a coroutine, run in a thread of its own: a browser test before it leaves a loop in this one."""
    with ThreadPoolExecutor(1) as alone:
        return alone.submit(asyncio.run, story).result()


def ended(state: SessionState, name: str = "", running: object = None):
    """What Streamlit holds of a session, with its own state and parts of pages."""
    return SimpleNamespace(
        id=name, session_state=state, _scriptrunner=running, _fragment_storage=MemoryFragmentStorage()
    )


class Sessions:
    """As Streamlit's own: active ones, and disconnected ones in a store."""

    def __init__(self, manager) -> None:
        self.active, self.stored, self.closed, self.manager = set(), set(), [], manager
        self._session_storage = SimpleNamespace(list=lambda: [self._info(s) for s in self.stored])

    def _info(self, name):
        return SimpleNamespace(session=ended(SessionState(), name))

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
    from streamlit.elements import exception
    from streamlit.runtime.backend_operation_handler import DeferredFileHandler
    from streamlit.runtime.media_file_manager import MediaFileManager
    from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

    monkeypatch.setattr(DeferredFileHandler, "handle", DeferredFileHandler.handle)
    monkeypatch.setattr(exception, "_GENERIC_UNCAUGHT_EXCEPTION_TEXT", "")
    faults.install()
    # What breaks outside every page is said in each language, and not in Streamlit's words of a cloud.
    assert "Reload the page" in exception._GENERIC_UNCAUGHT_EXCEPTION_TEXT
    assert "Rechargez la page" in exception._GENERIC_UNCAUGHT_EXCEPTION_TEXT
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


SITES = b"site_id,name,lat,lon,mineral,country\n1,A,4.3,17.4,gold,CAF\n2,B,4.4,17.5,tin,CAF\n"
INCIDENTS = b"record_id,date_start,precision,lon,lat,deaths_best,country\n1,2016-01-01,1,17.4,4.3,3,CAF\n"


@pytest.mark.parametrize(
    "page",
    ["explore.py", *(pytest.param(p, marks=pytest.mark.slow) for p in ("site.py", "sensitivity.py", "compare.py"))],
)
def test_nothing_that_a_session_read_outlives_it(page, monkeypatch):
    kept, loads, runs = [], data_choice.job.load, data_choice.job.run

    def noted(make):
        def made(*args, **kwargs):
            found = make(*args, **kwargs)
            kept.append(weakref.ref(found))
            return found

        return made

    monkeypatch.setattr(data_choice.job, "load", noted(loads))
    monkeypatch.setattr(data_choice.job, "run", noted(runs))
    app = AppTest.from_file(str(FOLDER / page), default_timeout=90)
    app.query_params["demonstration"], app.query_params["day"] = "0", "2016-09-19"
    app.session_state["files"] = files = {}
    app.session_state["address"] = {}
    app.session_state["came_with"] = True
    app.session_state["q_demonstration"], app.session_state["q_site"] = False, "own|1"
    app.session_state["day"] = data_choice.DEMONSTRATION_DAY
    for role, name, content in (("sites", "own.csv", SITES), ("incidents", "events.csv", INCIDENTS)):
        files[name] = File(role, name, name * 4, content)
        kept.append(weakref.ref(files[name]))
    app.run()
    assert not app.exception
    assert [e.value for e in app.error] == []
    assert len(kept) >= 4
    # As a session ends: its caches, its state; Streamlit's loop may still hold the session itself.
    caching.clear_session_data_cache("test session id")
    caching.clear_session_resource_cache("test session id")
    session = ended(app.session_state._state._state)
    del app, files
    forget(session)
    gc.collect()
    assert [type(found()).__name__ for found in kept if found() is not None] == []


def test_a_session_that_still_computes_is_not_emptied():
    state = SessionState()
    state["files"] = {1: 2}
    forget(ended(state, running=object()))
    assert state["files"] == {1: 2}
    forget(ended(state))
    assert "files" not in state


def test_another_streamlit_that_keeps_its_parts_elsewhere_does_not_stop_the_work(caplog):
    here, sessions, manager = runtime("gone")
    sessions.stored, sessions._session_storage = (
        {"gone"},
        SimpleNamespace(
            list=lambda: [
                SimpleNamespace(session=SimpleNamespace(id="gone", _scriptrunner=None, session_state=SessionState()))
            ]
        ),
    )
    Release(0).look(here, 0.0)
    assert "not emptied whole" in caplog.text
    assert manager._total_bytes == 0


def test_every_cache_of_the_app_is_bounded_and_own_data_stays_in_its_session():
    """A page's cache without an end grows as long as the server runs."""
    seen = 0
    for found in pkgutil.walk_packages(views.__path__, "views."):
        if found.name.startswith("views.pages."):
            continue
        for name, value in vars(importlib.import_module(found.name)).items():
            info = getattr(value, "_info", None)
            if info is None or getattr(value, "__module__", "") != found.name:
                continue
            seen += 1
            assert info.max_entries is not None, f"{found.name}.{name}"
            assert info.max_entries <= 20, f"{found.name}.{name}"
            assert info.scope == "session" or "shared" in name or "demo" in name, f"{found.name}.{name}"
    assert seen > 10
