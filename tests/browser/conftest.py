"""A running app and a real browser that may talk to it alone; skips, and says so, where there is no Chromium."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
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
]
TIMEOUT_MS = 60_000


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="Debian's chromium is not installed on this machine"))


@dataclass
class Visit:
    """A page and everything that it asked for."""

    page: object
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

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
            "() => !document.querySelector('[data-testid=\"stStatusWidgetRunningIcon\"]')"
            " && !document.querySelector('[data-testid=\"stSpinner\"]')",
            timeout=TIMEOUT_MS,
        )
        self.page.wait_for_timeout(500)


@pytest.fixture(scope="session")
def app_url(tmp_path_factory) -> Iterator[str]:
    """The app as a process of its own, on a free port, with a file of decisions of its own."""
    reviews = tmp_path_factory.mktemp("reviews") / "reviews.sqlite"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "cli", "app", "--server.port", str(port)]
    server = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "CAHRA_REVIEWS": str(reviews)},
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
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
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser, app_url) -> Iterator[Callable[..., Visit]]:
    """Opens a page in a browser of its own; every request elsewhere fails loudly at the end of the test."""
    contexts, visits = [], []

    def open_page(path: str = "/", *, locale: str = "en-GB", width: int = 1400, height: int = 1000) -> Visit:
        context = browser.new_context(locale=locale, viewport={"width": width, "height": height}, accept_downloads=True)
        contexts.append(context)
        context.route(lambda url: urlsplit(url).hostname not in (None, "127.0.0.1"), lambda route: route.abort())
        page = context.new_page()
        page.set_default_timeout(TIMEOUT_MS)
        made = Visit(page)
        page.on("request", lambda request: made.requests.append(request.url))
        page.on("pageerror", lambda error: made.errors.append(str(error)))
        page.goto(app_url + path if path.startswith("/") else path)
        visits.append(made)
        return made

    yield open_page
    for made in visits:
        assert made.foreign == []
        assert made.errors == []
        assert made.page.get_by_test_id("stAlertContentError").count() == 0
        assert made.page.evaluate("() => window.pwned ?? null") is None
        for frame in made.page.frames:
            assert frame.evaluate("() => window.pwned ?? null") is None
    for context in contexts:
        context.close()
