"""What all tests share: where the real inputs are, and that they may be absent."""

from __future__ import annotations

import functools
import gc
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

import views  # noqa: F401 - before charts: it leaves out a library that reads grammars for two seconds
from tests.examples import examples

ROOT = Path(__file__).resolve().parents[1]
BROWSER = "tests/browser"

settings.register_profile("untimed", deadline=None, max_examples=examples(100))
settings.load_profile("untimed")
"""No test fails by the clock: how long an example takes depends on what runs beside it. Where a test says no number of
examples, a part of the usual hundred is tried each time."""

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
"""What is compiled is kept: each process of the run, and each command that a test starts, would else compile it anew."""


def pytest_collection_finish() -> None:
    """What stands after the imports stays: collecting garbage would look at its million objects again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests in a browser come first: they take the longest, and their server and browser start once."""
    items.sort(key=lambda item: not item.nodeid.startswith(f"{BROWSER}/"))


def unit(nodeid: str) -> str:
    """What runs in one process: the tests of a file, or all in a browser."""
    return BROWSER if nodeid.startswith(f"{BROWSER}/") else nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """With ``--dist loadfile`` a file runs in one process, and so does the folder of tests in a browser."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class ByFileAndBrowser(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return unit(nodeid)

    config.option.loadscopereorder = False
    return ByFileAndBrowser(config, log)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real inputs beside the project; tests that need it skip where it is absent."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"real inputs are not on this machine ({folder.name} beside the project is missing)")
    return folder


PARSED_HERE = ("backtest", "companies", "dates", "donors", "golden", "meeting", "rasters", "sensitivity")
"""Folders whose tests read files in their own process: that children read them is tested where it matters, in the tests of
formats, layers, hostile files, jobs and pages."""


@pytest.fixture(autouse=True)
def _parsed_here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No child is started in some folders, except by tests that ask for `children`: each takes most of a second."""
    if request.path.parent.name in PARSED_HERE and "children" not in request.fixturenames:
        from layers.formats import child_worker
        from layers.formats.sandbox.process import TASKS_HERE

        for name, task in child_worker._tasks().items():
            monkeypatch.setitem(TASKS_HERE, name, task)


@pytest.fixture
def children() -> None:
    """The test starts children."""


@pytest.fixture(autouse=True)
def _components_are_looked_for_once() -> None:
    """Streamlit asks every installed package for components each time that a page is tested: half a second each time."""
    if "streamlit" in sys.modules:
        from streamlit.components.v2 import manifest_scanner

        if not hasattr(manifest_scanner.scan_component_manifests, "cache_info"):
            manifest_scanner.scan_component_manifests = functools.cache(manifest_scanner.scan_component_manifests)


@pytest.fixture(autouse=True)
def _pages_are_waited_for_in_one_piece() -> None:
    """Streamlit's test of a page looks a thousand times a second whether the page is done: a tenth of what it computes."""
    runs = sys.modules.get("streamlit.testing.v1.local_script_runner")
    if runs is None or hasattr(runs.require_widgets_deltas, "__wrapped__"):
        return
    looked = runs.require_widgets_deltas

    @functools.wraps(looked)
    def waited(runner: Any, timeout: float = 3) -> None:
        runner._script_thread.join(timeout)
        looked(runner, 0.1 if runner.script_stopped() else 0)

    runs.require_widgets_deltas = waited
