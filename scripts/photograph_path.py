"""Photographs the whole path of a newcomer with own, real files: both languages, three sizes, one picture a step.

    python -m scripts.photograph_path FOLDER [--language fr] [--size 390x844] [--country cod]

It starts the app, opens it as a reader does, adds three files of the shared data (not part of the project), goes
from page to page with a company's list and programmes of its own, and takes along the files for the meeting. Each
step gives a picture of what stands on the screen and one of the whole page; beside them ``found.txt`` names what a
machine can see: words cut off, pages wider than the screen, English words on French pages. The pictures are to be
looked at; benchmarks/app.md says what was seen.
"""

from __future__ import annotations

import argparse
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from i18n.translator import Translator, translator
from views.navigation import PAGES

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"
FILES = {
    "caf": (
        "mines/ipis_car_destinations_lines.geojson",
        "conflict/ucdp_ged_23_1_car.geojson",
        "admin/geoboundaries_caf_adm2_2015_simplified.geojson",
    ),
    "cod": (
        "mines/cod_mines_curated_all_opendata_p_ipis.csv",
        "conflict/ucdp_ged_sample1000_v23_49cols.csv",
        "admin/ne10m_admin1_cod.geojson",
    ),
}
PROGRAMMES = "iati/dfid_drc_205_activities_v1.01.xml"
SUPPLIERS = """supplier_id,site_name,lat,lon,country,admin1,admin2,mineral,route_countries
S1,Boda,4.317,17.467,CAF,Lobaye,Boda,diamond,CAF;CMR
S2,Berbérati,4.26,15.79,CAF,Mambéré-Kadéï,Berbérati,gold,CAF;CMR
S3,Rubaya,-1.55,28.88,COD,Nord-Kivu,Masisi,tantalum,COD;RWA
S4,nowhere,,,COD,,,tin,
"""
"""A company's own list; the last row has no place."""
SIZES = ("1440x900", "1280x720", "390x844")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
DAYS = {"caf": {"en": "31 Dec 2014", "fr": "31/12/2014"}, "cod": {"en": "31 Dec 2018", "fr": "31/12/2018"}}
"""A day as a reader types it."""
TIMEOUT_MS = 120_000
MOST_HIGH = 6_000
"""Pixels of a whole page in one picture; what is below is left away."""
ENGLISH = re.compile(r"\b(the|of|and|with|which|that|this|from|are|was|were|has|have|not|sites? of|by|until|since)\b")
RESTS = (
    "() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
    " && !document.querySelector("
    "'[data-testid=stStatusWidgetRunningIcon], [data-testid=stSpinner], [data-testid=stSkeleton]')"
)
CUT = """() => { const out = [];
for (const e of document.querySelectorAll('[data-testid=stMain] *, [data-testid=stSidebar] *, header *')) {
  if (e.children.length || !e.textContent.trim() || !e.clientWidth || e.closest('[role=grid], canvas, svg')) continue;
  const s = getComputedStyle(e);
  if (e.dataset.testid === 'stIconMaterial' || s.fontFamily.includes('Material')) continue;
  const clips = s.overflowX !== 'visible' || s.textOverflow === 'ellipsis';
  if (clips && e.scrollWidth > e.clientWidth + 1) out.push(e.textContent.trim().slice(0, 80));
} return [...new Set(out)]; }"""


@contextmanager
def served() -> Iterator[str]:
    """The app on a free port, as long as the pictures need it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "cli", "app", "--server.port", str(port)],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(480):
            try:
                urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.25)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=20)


class Walk:
    """One walk: a page of a browser, its language and size, and where its pictures go."""

    def __init__(self, page: Any, language: str, size: str, folder: Path, country: str) -> None:
        self.page, self.language, self.size, self.folder = page, language, size, folder
        self.files, self.day = FILES[country], DAYS[country][language]
        self.width, self.height = (int(n) for n in size.split("x"))
        self.translate: Translator = translator(language)
        self.step = 0
        self.found: list[str] = []

    def rests(self, more_ms: int = 900) -> None:
        """Waits until the app has nothing left to do and its maps have drawn."""
        self.page.wait_for_timeout(400)
        self.page.wait_for_function(RESTS, timeout=TIMEOUT_MS)
        self.page.wait_for_timeout(more_ms)
        self.page.wait_for_function(RESTS, timeout=TIMEOUT_MS)

    def picture(self, name: str) -> None:
        """What stands on the screen, and the whole page; what a machine sees on it is noted."""
        self.step += 1
        stem = self.folder / f"{self.language}-{self.size}-{self.step:02d}-{name}"
        self.page.screenshot(path=stem.with_suffix(".png"))
        high = self.page.evaluate(
            "() => { const m = document.querySelector('[data-testid=stMain]');"
            " return m ? m.scrollHeight + window.innerHeight - m.clientHeight : window.innerHeight; }"
        )
        if high > self.height + 40:
            self.page.set_viewport_size({"width": self.width, "height": min(int(high) + 20, MOST_HIGH)})
            self.rests(700)
            self.page.screenshot(path=stem.with_name(stem.name + "-whole.png"))
            self._note(name)
            self.page.set_viewport_size({"width": self.width, "height": self.height})
            self.rests(200)
        else:
            self._note(name)

    def _note(self, name: str) -> None:
        where = f"{self.language} {self.size} {name}"
        wide = self.page.evaluate("() => document.documentElement.scrollWidth")
        if wide > self.width:
            self.found.append(f"{where}: the page is {wide} pixels wide")
        self.found += [f"{where}: cut off: {text}" for text in self.page.evaluate(CUT)]
        if self.language != "en":
            frames = [self.page, *(f for f in self.page.frames if "st_folium" in f.url)]
            for frame in frames:
                for line in frame.locator("body").inner_text().splitlines():
                    if ENGLISH.search(line) or re.search(r"\d{4}-\d\d-\d\d|\d\.\d", line):
                        self.found.append(f"{where}: English? {line.strip()[:160]}")

    def side(self, *, open_: bool) -> None:
        """Opens or closes the sidebar where it lies over the page, as on a phone."""
        bar = self.page.get_by_test_id("stSidebar")
        is_open = bar.evaluate("e => e.offsetWidth > 50")
        if is_open == open_ or self.width > 800:
            return
        if open_:
            self.page.get_by_test_id("stExpandSidebarButton").click()
        else:
            self.page.get_by_test_id("stSidebarCollapseButton").locator("button").click()
        self.page.wait_for_timeout(700)

    def go(self, path: str) -> None:
        """To another page by the links, which a phone folds into the sidebar."""
        title = self.translate(next(p.title for p in PAGES if p.path == path))
        if self.width <= 800:
            self.side(open_=True)
            more = self.page.get_by_test_id("stSidebarNavViewButton")
            if more.count() and any(c.isdigit() for c in more.inner_text()):
                more.click()
        link = self.page.get_by_test_id("stSidebar" if self.width <= 800 else "stTopNav").get_by_role(
            "link", name=title, exact=True
        )
        if self.width > 800 and not link.is_visible():
            self.page.get_by_test_id("stTopNav").get_by_text(re.compile(r"^\d+ \S+$")).click()
            link = self.page.get_by_role("menuitem", name=title)
        link.click()
        self.page.wait_for_timeout(500)
        self.side(open_=False)
        self.rests()

    def take(self) -> None:
        """Saves what stands under “Download”, as a reader takes it to a meeting."""
        buttons = self.page.get_by_test_id("stDownloadButton").locator("button")
        for i in range(buttons.count()):
            with self.page.expect_download() as got:
                buttons.nth(i).click()
            got.value.save_as(self.folder / f"{self.language}-{self.size}-files" / got.value.suggested_filename)

    def own_lists(self) -> None:
        """A company's list, then programmes: each dropped where its page asks for it."""
        self.go("screen")
        self.picture("screen-none")
        main = self.page.get_by_test_id("stMain")
        main.locator("input[type=file]").first.set_input_files(
            {"name": "origins.csv", "mimeType": "text/csv", "buffer": SUPPLIERS.encode()}
        )
        main.get_by_text("origins.csv").first.wait_for()
        self.rests(3000)
        self.picture("screen")
        self.go("programmes")
        self.side(open_=True)
        side = self.page.get_by_test_id("stSidebar")
        side.locator("input[type=file]").first.set_input_files(SHARED / PROGRAMMES)
        side.get_by_text(Path(PROGRAMMES).name).first.wait_for(state="attached")
        self.rests(2500)
        self.side(open_=False)
        self.rests(1500)
        self.picture("programmes")

    def walk(self, url: str) -> None:
        """The whole path: open, load, a day, a site, its evidence, the other pages."""
        page, _ = self.page, self.translate
        page.goto(f"{url}/?lang={self.language}")
        self.rests(2500)
        self.picture("first-page")
        self.go("files")
        self.picture("files-none")
        page.get_by_test_id("stMain").locator("input[type=file]").first.set_input_files(
            [SHARED / f for f in self.files]
        )
        page.get_by_test_id("stMain").get_by_text(Path(self.files[-1]).name).first.wait_for()
        page.get_by_test_id("stMain").get_by_text(_("… being read")).first.wait_for(state="detached")
        self.rests(3000)
        self.picture("files-read")
        self.go("explore")
        self.side(open_=True)
        field = page.get_by_role("textbox", name=_("As of"), exact=True)
        field.fill(self.day)
        field.press("Enter")
        self.rests(1500)
        self.picture("day-typed") if self.width <= 800 else None
        self.side(open_=False)
        self.rests(1500)
        self.picture("explore")
        self.take()
        grid = page.get_by_test_id("stDataFrame").first.locator("canvas").first
        grid.scroll_into_view_if_needed()
        box = grid.bounding_box()
        page.mouse.click(box["x"] + 18, box["y"] + 52)
        page.get_by_role("button", name=_("Open this site")).wait_for()
        self.rests(2500)
        self.picture("site-chosen")
        page.get_by_role("button", name=_("Open this site")).click()
        page.get_by_role("heading", name=_("Incidents that counted, numbered like on the map")).wait_for()
        self.rests(2500)
        self.picture("site")
        for title, name in ((_("Nearest misses"), "misses"), (_("Other settings"), "other-settings"),
                            (_("What is not known"), "gaps"), (_("Visits and statuses"), "visits")):  # fmt: skip
            page.get_by_role("tab", name=title).click()
            self.rests()
            self.picture(f"site-{name}")
        self.own_lists()
        for path in ("ask", "compare", "tree", "around", "data", "sure", "record", "about"):
            self.go(path)
            self.rests(2500)
            self.picture(path)
            if path == "sure":
                for part in (_("All sites"), _("Month by month")):
                    page.get_by_role("radio", name=part).click()
                    self.rests(2500)
                    self.picture("sure-" + ("all" if part == _("All sites") else "months"))


def main() -> None:
    """Walks each path that was asked for."""
    from playwright.sync_api import sync_playwright

    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--language", choices=("en", "fr"), action="append")
    arguments.add_argument("--size", choices=SIZES, action="append")
    arguments.add_argument("--country", choices=tuple(FILES), default="caf")
    options = arguments.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with served() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for language in options.language or ("en", "fr"):
            for size in options.size or SIZES:
                width, height = (int(n) for n in size.split("x"))
                context = browser.new_context(
                    locale={"en": "en-GB", "fr": "fr-FR"}[language], viewport={"width": width, "height": height}
                )
                page = context.new_page()
                page.set_default_timeout(TIMEOUT_MS)
                walk = Walk(page, language, size, options.folder, options.country)
                try:
                    walk.walk(url)
                except Exception:
                    page.screenshot(path=options.folder / f"{language}-{size}-failed.png")
                    raise
                finally:
                    with (options.folder / "found.txt").open("a", encoding="utf-8") as notes:
                        notes.writelines(line + "\n" for line in walk.found)
                    print(f"{language} {size}: {walk.step} steps, {len(walk.found)} remarks", flush=True)
                    context.close()
        browser.close()


if __name__ == "__main__":
    main()
