"""Site, ask, side by side, tree, play, standalone page and base path in a real browser; and an accessibility check."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser.conftest import CHROMIUM, ROOT, serious, visits_of
from views.navigation import FOLDER, PAGES

playwright = pytest.importorskip("playwright.sync_api")

EACH_TIME = ("explore",)
"""Pages that the short run checks; `make test-all` checks all."""
PATHS = [
    pytest.param(p.path, marks=() if p.path in EACH_TIME else pytest.mark.slow)
    for p in PAGES
    if (FOLDER / p.file).is_file()
]


def saved(visit, label: str, folder: Path) -> Path:
    with visit.page.expect_download() as got:
        visit.page.get_by_test_id("stDownloadButton").get_by_text(label, exact=True).click()
    target = folder / got.value.suggested_filename
    got.value.save_as(target)
    return target


def test_a_link_opens_a_site_with_circles_and_a_dossier_that_opens_from_disk(visit, tmp_path):
    here = visit("/site?site=demonstration%7CDEMO-002&lang=en")
    frame = here.map()
    circles = frame.locator("body").evaluate(
        "() => Object.values(window.map._layers).find(l => l.sites).shapes.map(s => s.t)"
    )
    assert circles == ["20 km", "25 km", "50 km"]
    page = saved(here, "Download the dossier (HTML)", tmp_path)
    assert re.fullmatch(r"demonstration_site_DEMO-002_[A-Z]{3}_2016-09-19\.html", page.name)
    opened = visit(page.as_uri())
    assert "Demonstration site 002" in opened.page.locator("h1").inner_text()
    assert opened.page.locator("svg circle").count() >= 3
    assert [u for u in opened.requests if not u.startswith("file:")] == []


@pytest.fixture(scope="module")
def first(contexts, app_url):
    """The first page, for the tests that take its map, play on it, draw on it and read it in French, in their order."""
    with visits_of(contexts, app_url) as open_page:
        here = open_page("/?day=2016-09-19")
        here.map()
        here.settled()
        yield here


def test_the_map_page_opens_from_disk_without_a_request_and_answers_a_click(first, visit, tmp_path):
    page = saved(first, "Map (HTML)", tmp_path)
    opened = visit(page.as_uri())
    opened.page.locator(".cahra-legend").wait_for()
    assert opened.page.locator(".cahra-notice").inner_text() == "Demonstration data"
    assert [u for u in opened.requests if not u.startswith(("file:", "data:"))] == []
    spot = opened.page.evaluate(
        """() => {
        const m = Object.keys(window).filter(k => /^map_/.test(k)).map(k => window[k]).find(m => m && m._layers);
        const l = Object.values(m._layers).find(l => l.sites && l._pixels);
        const q = m.layerPointToContainerPoint([l._pixels.sites[0], l._pixels.sites[1]]); return [q.x, q.y]; }"""
    )
    opened.page.mouse.click(*spot)
    opened.page.locator(".leaflet-popup-content").wait_for()


def test_play_draws_month_after_month_and_all_agree_where_it_stops(first):
    here = first
    here.settled()
    frame = next(f for f in here.page.frames if "st_folium" in f.url)
    frame.get_by_role("button", name="Play").click()
    frame.wait_for_function("() => window.CAHRA.drawn > 5")
    frame.get_by_role("button", name="Stop").click()
    here.page.wait_for_function("() => !location.search.includes('day=2016-09-19')")
    here.settled()
    day = parse_qs(urlsplit(here.page.url).query)["day"][0]
    assert day > "2016-10-31"
    assert here.page.get_by_role("textbox", name="As of", exact=True).input_value() == day
    shown = here.page.get_by_text(re.compile(r"\d+ sites? of \d+ on")).inner_text()
    on = re.search(r" on (\d+ \w+ \d+)\.", shown)[1]
    frame.wait_for_function("(on) => document.querySelector('.cahra-clock output').textContent === on", arg=on)
    assert frame.locator(".cahra-legend summary").inner_text() == f"Legend, {on}"
    # The month's own picture, from the one pass, is that of the run of its day.
    counted = frame.evaluate(
        """(day) => { const d = window.map._cahraData, k = d.days.findIndex((x) => x * 864e5 === Date.parse(day));
        const count = (styles) => { const n = [0, 0, 0, 0]; for (const s of styles) n[s]++; return n; };
        return [count(d.month(k).style), count(d.rest.style)]; }""",
        day,
    )
    assert counted[0] == counted[1]
    assert sum(counted[0]) > 100


def test_a_drawn_box_filters_and_goes_into_the_link(first):
    here = first
    frame = here.map()
    here.settled()  # a map that is drawn anew forgets the button
    frame.get_by_role("button", name="Choose by a box").click()
    box = frame.locator("#map_div").bounding_box()
    here.page.mouse.move(box["x"] + 250, box["y"] + 120)
    here.page.mouse.down()
    here.page.mouse.move(box["x"] + 420, box["y"] + 260, steps=5)
    here.page.mouse.up()
    here.page.get_by_text("Only sites inside the drawn area are shown").wait_for()
    here.page.wait_for_function("() => location.search.includes('area=')")
    assert len(parse_qs(urlsplit(here.page.url).query)["area"][0].split("_")) == 4


def test_the_view_of_the_map_is_in_the_link_stays_in_another_language_and_comes_back(first, visit):
    here = first
    here.settled()
    for _ in range(3):  # a map that is drawn anew right then forgets where it was put
        here.map().locator("body").evaluate("() => window.map.setView([4.25, 15.8], 9, {animate: false})")
        with suppress(playwright.TimeoutError):
            here.page.wait_for_function("() => location.search.includes('view=4.250')", timeout=20_000)
            break
    assert "view=4.250" in here.page.url
    here.page.get_by_text("Français").click()
    frame = here.page.frame_locator("iframe").first
    frame.get_by_text("touché par un conflit").first.wait_for()
    assert frame.locator("body").evaluate("() => window.map.getZoom()") == 9
    here.page.wait_for_function("() => /lang=fr.*view=4\\.2[45]/.test(location.search)")
    again = visit("/?" + urlsplit(here.page.url).query)
    assert again.map().locator("body").evaluate("() => window.map.getZoom()") == 9


@pytest.fixture(scope="module")
def beside(contexts, app_url):
    """Two dates side by side, for the tests of two maps and of one map with a divider, in their order."""
    with visits_of(contexts, app_url) as open_page:
        here = open_page("/compare?day=2016-09-19&other=2018-12-31")
        here.map()
        yield here


def test_two_maps_move_together_and_the_differences_are_listed(beside):
    here = beside
    here.map()
    here.page.get_by_text(re.compile(r"\d+ sites differ")).wait_for()
    here.page.frame_locator("iframe").nth(1).locator(".cahra-legend").wait_for()
    frames = [f for f in here.page.frames if "st_folium" in f.url]
    assert len(frames) == 2
    frames[0].evaluate("() => window.map.setView([5, 20], 8, {animate: false})")
    frames[1].wait_for_function("() => window.map.getZoom() === 8 && Math.abs(window.map.getCenter().lat - 5) < 0.01")


def test_a_divider_that_the_keyboard_moves_parts_two_dates_on_one_map(beside):
    here = beside
    here.settled()
    here.page.get_by_text("One map with a divider").click()
    here.page.frame_locator("iframe").first.locator(".cahra-swipe").wait_for()
    here.settled()
    frame = here.map()
    halves = """() => { const d = window.map._cahraData; return [d.half, d.partner.half, window.map._cahraSwipe,
        d._container.style.clipPath !== d.partner._container.style.clipPath, window.map.getCenter().lng]; }"""
    frame.get_by_role("slider", name="Divider between the two maps").focus()
    body = frame.locator("body")
    before = body.evaluate(halves)
    assert (before[0], before[1], before[3]) == (-1, 1, True)
    here.page.keyboard.press("PageUp")
    after = body.evaluate(halves)
    assert after[2] > before[2]
    assert after[4] == before[4]  # the map itself stays
    assert " | " in frame.locator(".cahra-row-n").first.inner_text()


def test_a_click_beside_all_points_asks_about_the_place(visit):
    here = visit("/ask")
    frame = here.map()
    frame.locator("#map_div").click(position={"x": 120, "y": 380})
    here.page.get_by_text("Nearest misses").wait_for()
    here.page.wait_for_function("() => location.search.includes('place=')")


@pytest.mark.slow
def test_a_question_of_the_tree_shows_its_sites_on_the_map(visit):
    """Left to the long run: what a choice in the tree leads to is held by the tests of the pages each time."""
    here = visit("/tree")
    chart = here.page.get_by_test_id("stVegaLiteChart")
    chart.locator("svg, canvas").first.wait_for()
    here.settled()
    chart.click(position={"x": 200, "y": 153})
    here.page.get_by_role("button", name="Show these sites on the map").click()
    here.map()
    here.page.wait_for_function("() => location.search.includes('first=H1')")


@pytest.mark.parametrize("path", PATHS)
def test_no_serious_finding_of_the_accessibility_check(visit, path):
    here = visit(f"/{path}?site=demonstration%7CDEMO-002")
    here.page.get_by_test_id("stHeading").first.wait_for()
    assert serious(here) == []


@pytest.mark.slow
def test_the_map_works_under_a_base_path(browser):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "cli", "app", "--server.port", str(port)]
    server = subprocess.Popen(
        [*command, "--server.baseUrlPath", "atlas"], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/atlas/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.25)
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{port}/atlas/")
        page.frame_locator("iframe").first.locator(".cahra-legend").wait_for(timeout=60_000)
        page.close()
    finally:
        server.terminate()
        server.wait(timeout=10)


def test_the_skips_of_this_folder_have_a_reason():
    assert CHROMIUM is not None
