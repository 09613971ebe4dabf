"""A running app and a real browser that may talk to it alone; skips, and says so, where there is no Chromium."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=127.0.0.1",
]
"""A request that leaves this machine goes to a proxy that is not there. A route in the test would stop it as well, and would
have the browser load and compile the same scripts for each page and each map anew."""
TIMEOUT_MS = 60_000
STILL = "reduce"
"""What the tested browser says of motion: what turns while the app works costs a third of all that the browser computes."""
POLICY = "Content Security Policy"
"""Stands in what Chromium says of everything that a policy refuses."""
SITES_SAID = re.compile(r"\d+ sites? of \d+ on")
"""The line on Explore that says how many sites are shown."""


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.flaky(reruns=1, reruns_delay=2))
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="Debian's chromium is not installed on this machine"))


@dataclass
class Visit:
    """A page and everything that it asked for."""

    page: object
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    first: dict[str, object] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    """What the browser did not load because the policy of the page forbids it."""

    def watch(self) -> None:
        """Notes from now on what the page asks for, what breaks in it, and what its policy refuses."""
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda said: self.refused.append(said.text) if POLICY in said.text else None)

    @property
    def foreign(self) -> list[str]:
        return [u for u in self.requests if urlsplit(u).hostname not in (None, "127.0.0.1")]

    def map(self):
        """The frame of the first map, once it has drawn."""
        frame = self.page.frame_locator("iframe").first
        frame.locator(".cahra-legend").wait_for(timeout=TIMEOUT_MS)
        return frame

    def settled(self):
        """Waits until the app has nothing left to do."""
        self.page.wait_for_function(
            "() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
            " && !document.querySelector('[data-testid=stStatusWidgetRunningIcon], [data-testid=stSpinner]')",
            timeout=TIMEOUT_MS,
        )
        self.page.wait_for_timeout(300)


@contextmanager
def served(*more: str, **environment: str) -> Iterator[str]:
    """The app as a process of its own, on a free port; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "cli", "app", "--server.port", str(port), *more]
    server = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )
    url = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + 2 * TIMEOUT_MS / 1000
        while True:
            assert server.poll() is None, f"the app ended at its start with {server.returncode}"
            assert time.monotonic() < end, "the app did not answer"
            try:
                with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1) as answer:
                    if answer.status == 200:
                        break
            except OSError:
                time.sleep(0.25)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=10)


@pytest.fixture(scope="session")
def app_url(tmp_path_factory) -> Iterator[str]:
    """The app, with a file of decisions of its own."""
    reviews = tmp_path_factory.mktemp("reviews") / "reviews.sqlite"
    with served(CAHRA_REVIEWS=str(reviews)) as url:
        yield url


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


REAL = {
    "sites": "mines/ipis_car_destinations_lines.geojson",
    "incidents": "conflict/ucdp_ged_23_1_car.geojson",
    "boundaries": "admin/geoboundaries_caf_adm2_2015_simplified.geojson",
}
"""A reader's own files: 272 mines, 1,848 events, 72 sub-prefectures; none of them is part of the project."""


def add_file(visit: Visit, *paths: Path) -> None:
    """Adds files of the reader's own in the sidebar, as a reader does; what they are, the app finds out."""
    side = visit.page.get_by_test_id("stSidebar")
    if not side.get_by_label("Add files").first.is_visible():
        side.get_by_text("Data", exact=True).click()
    side.locator("input[type=file]").first.set_input_files(paths)
    for path in paths:
        visit.page.get_by_role("button", name=f"Remove {path.name}").wait_for()
    side.get_by_text("… being read").first.wait_for(state="detached")
    visit.settled()


def until(visit: Visit, holds: Callable[[], bool]) -> None:
    """Waits until something holds, whichever frames come and go meanwhile."""
    for _ in range(TIMEOUT_MS // 250):
        with contextlib.suppress(Exception):
            if holds():
                return
        visit.page.wait_for_timeout(250)
    raise AssertionError("what was waited for did not come")


@pytest.fixture(scope="session")
def contexts(browser) -> Callable[[str], object]:
    """A browser of its own for each locale: its pages are visitors of the app that know nothing of each other, and share
    what they load."""
    known: dict[str, object] = {}

    def of(locale: str) -> object:
        if locale not in known:
            known[locale] = browser.new_context(locale=locale, accept_downloads=True, reduced_motion=STILL)
        return known[locale]

    return of


@pytest.fixture(scope="session")
def own(contexts, app_url, shared_data) -> Iterator[Visit]:
    """One session with a reader's own files at 1280 x 720, for all tests that need it; go from page to page by :func:`go`.

    It opens with the demonstration, as a new reader's does; what stood there after the first file is in `first`.
    """
    page = contexts("en-GB").new_page()
    page.set_viewport_size({"width": 1280, "height": 720})
    page.set_default_timeout(TIMEOUT_MS)
    made = Visit(page)
    made.watch()
    page.goto(app_url + "/?lang=en&day=2016-09-19")
    made.map()
    made.first["marked_before"] = page.get_by_text("It says nothing about any place").count()
    first, *others = (shared_data / name for name in REAL.values())
    add_file(made, first)
    page.get_by_text("272 sites of 272 on").wait_for()
    made.settled()
    made.first["marked_after"] = page.get_by_text("It says nothing about any place").count()
    made.first["said"] = page.get_by_text(SITES_SAID).inner_text()
    made.first["address"] = page.url
    add_file(made, *others)
    # The page is at rest between one run and the next: what counts is that its map holds all three files.
    whole = (
        "() => window.map && window.map._cahraBase && window.map._cahraBase.districts.length === 72"
        " && window.map._cahraData && window.map._cahraData.incidents.row.length > 500"
    )
    until(made, lambda: any(f.evaluate(whole) for f in page.frames if "st_folium" in f.url))
    made.settled()
    yield made
    assert made.foreign == []
    assert made.errors == []
    assert made.refused == []
    page.close()


def go(visit: Visit, name: str, heading: str) -> None:
    """To another page of the same session, by the links at the top."""
    if not visit.page.get_by_role("heading", name=heading).is_visible():
        visit.page.get_by_role("link", name=name, exact=True).click()
        visit.page.get_by_role("heading", name=heading).wait_for()
    visit.settled()


def grid_click(visit, number: int, x: int, y: int) -> None:
    """Clicks into the canvas of a data grid: `x`, `y` from its upper left corner [pixels]."""
    grid = visit.page.get_by_test_id("stDataFrame").nth(number).locator("canvas").first
    grid.evaluate("e => e.scrollIntoView({block: 'center', behavior: 'instant'})")  # not under the bar at the top
    box, still = None, 0
    while still < 3:  # what stands above it may still grow
        visit.page.wait_for_timeout(100)
        before, box = box, grid.bounding_box()
        still = still + 1 if box and box == before else 0
    visit.page.mouse.click(box["x"] + x, box["y"] + y)


def serious(visit: Visit) -> list[str]:
    """What the accessibility check finds on a page that is whole, but for what it calls minor."""
    from axe_playwright_python.sync_playwright import Axe

    visit.page.wait_for_load_state("networkidle")
    visit.settled()
    found = Axe().run(visit.page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found if v["impact"] != "minor"]


@contextmanager
def visits_of(contexts, app_url: str) -> Iterator[Callable[..., Visit]]:
    """Opens pages, each a visitor of its own; every request elsewhere fails loudly at the end."""
    visits = []

    def open_page(path: str = "/", *, locale: str = "en-GB", width: int = 1400, height: int = 1000) -> Visit:
        page = contexts(locale).new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.set_default_timeout(TIMEOUT_MS)
        made = Visit(page)
        made.watch()
        page.goto(app_url + path if path.startswith("/") else path)
        visits.append(made)
        return made

    yield open_page
    for made in visits:
        assert made.foreign == []
        assert made.errors == []
        assert made.refused == []
        assert made.page.get_by_test_id("stAlertContentError").count() == 0
        assert made.page.evaluate("() => window.pwned ?? null") is None
        for frame in made.page.frames:
            assert frame.evaluate("() => window.pwned ?? null") is None
        made.page.close()


@pytest.fixture
def visit(contexts, app_url) -> Iterator[Callable[..., Visit]]:
    """Opens pages, each a visitor of its own, for one test."""
    with visits_of(contexts, app_url) as open_page:
        yield open_page
