"""The explore page in a real browser: offline, clickable, in two languages, with downloads and links that hold."""

from __future__ import annotations

import csv
import io
import json
import re
import warnings
import zipfile
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser.conftest import grid_click, visits_of
from tests.hostile.strings import HOSTILE

playwright = pytest.importorskip("playwright.sync_api")


def downloaded(visit, name: str) -> bytes:
    with visit.page.expect_download() as got:
        visit.page.get_by_test_id("stDownloadButton").get_by_text(name, exact=True).click()
    return Path(got.value.path()).read_bytes()


@pytest.fixture(scope="module")
def front(contexts, app_url):
    """The first page, for the tests that look at it, take from it and choose in it, in their order."""
    with visits_of(contexts, app_url) as open_page:
        here = open_page()
        here.map()
        here.settled()
        yield here


@pytest.fixture(scope="module")
def narrowed(contexts, app_url):
    """The first page by a link with filters, for the tests that take what is shown and clear them, in their order."""
    with visits_of(contexts, app_url) as open_page:
        here = open_page("/?minerals=diamond&classes=high-risk&zones=inside_compliant&lang=en")
        here.map()
        here.settled()
        yield here


def test_the_first_page_opens_with_map_figures_and_table_and_asks_nobody_else(front):
    here, frame = front, front.map()
    assert "Demonstration data" in frame.locator(".cahra-notice").inner_text()
    assert here.page.get_by_test_id("stMetric").count() == 4
    assert here.page.get_by_test_id("stDataFrame").count() >= 1
    assert any("/app/static/vendor/leaflet.js" in url for url in here.requests)
    drawn = frame.locator("canvas.leaflet-zoom-animated").first.evaluate(
        "c => { const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        " let n = 0; for (let i = 3; i < d.length; i += 4) if (d[i]) n++; return n; }"
    )
    assert drawn > 1000


def test_every_download_opens(front):
    here = front
    sites = list(csv.DictReader(io.StringIO(downloaded(here, "sites.csv").decode("utf-8-sig"))))
    assert {row["demonstration"] for row in sites} == {"true"}
    features = json.loads(downloaded(here, "sites.geojson"))["features"]
    assert len(features) == len(sites)
    evidence = list(csv.DictReader(io.StringIO(downloaded(here, "evidence.csv").decode("utf-8-sig"))))
    assert {row["site_id"] for row in evidence} <= {row["site_id"] for row in sites}
    assert json.loads(downloaded(here, "run.json"))["demonstration"] is True
    assert downloaded(here, "rejected.csv").startswith(b"source_file")


def test_a_cell_of_the_quadrant_table_filters_class_and_zone(front):
    here = front
    here.settled()
    # The pointer lies on the button that was pressed last, and the keyboard comes to the table.
    here.page.get_by_test_id("stDataFrame").nth(1).locator("canvas").first.focus()
    here.page.wait_for_timeout(300)
    for key in ("ArrowDown", "ArrowRight"):
        here.page.keyboard.press(key)
    here.page.wait_for_function("() => location.search.includes('classes=high-risk')")
    here.settled()
    here.page.mouse.move(700, 10)
    grid_click(here, 1, 330, 52)  # the pointer comes with the click
    for part in ("classes=conflict-affected", "zones=inside_compliant"):
        here.page.wait_for_function(f"() => location.search.includes('{part}')")
    phrase = here.page.get_by_text(re.compile(r"\d+ sites? of \d+ on")).inner_text()
    shown, whole = (int(n) for n in re.match(r"(\d+) sites? of (\d+)", phrase).groups())
    assert 0 < shown < whole


def test_a_row_of_the_table_rings_the_site_on_the_map(front):
    here = front
    frame = here.map()
    here.settled()
    grid_click(here, 0, 18, 52)
    here.page.get_by_role("button", name="Open this site").wait_for()
    focus = frame.locator("body").evaluate("() => Object.values(window.map._layers).find(l => l.sites).blob.focus")
    assert focus is not None
    here.page.wait_for_function("() => location.search.includes('site=')")


def test_a_click_on_a_site_answers_and_the_link_holds_it(front, visit):
    here = front
    here.page.get_by_role("button", name="Close").click()
    here.page.get_by_role("button", name="Open this site").wait_for(state="detached")
    here.page.wait_for_function("() => !location.search.includes('site=')")
    here.settled()
    frame = here.map()
    spot = frame.locator("body").evaluate(
        """() => { const layer = Object.values(window.map._layers).find(l => l.sites && l._pixels), size = window.map.getSize();
        const p = layer._pixels.sites, all = Array.from({length: p.length / 2}, (_, i) => i);
        const seen = all.map(i => window.map.layerPointToContainerPoint([p[2 * i], p[2 * i + 1]]))
          .find(q => q.x > 60 && q.y > 60 && q.x < size.x - 60 && q.y < size.y - 60);
        return [seen.x, seen.y]; }"""
    )
    frame.locator("#map_div").click(position={"x": spot[0], "y": spot[1]})
    here.page.get_by_role("button", name="Open this site").wait_for()
    here.page.wait_for_function("() => location.search.includes('site=')")
    again = visit(here.page.url.removeprefix(here.page.url.split("/", 3)[0] + "//" + urlsplit(here.page.url).netloc))
    again.map()
    again.page.get_by_role("button", name="Open this site").wait_for()


@pytest.mark.slow
def test_the_sites_shown_open_in_every_format(narrowed, tmp_path):
    """Left to the long run: files are taken from a page above each time, and each format is read back in `tests/formats`."""
    import sqlite3

    import openpyxl
    import pandas as pd

    here = narrowed
    rows = len(pd.read_csv(io.BytesIO(downloaded(here, "CSV")), dtype=str))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # openpyxl misses a style that it does not need
        assert openpyxl.load_workbook(io.BytesIO(downloaded(here, "XLSX"))).active.max_row == rows + 1
    assert len(pd.read_parquet(io.BytesIO(downloaded(here, "PARQUET")))) == rows
    kml = downloaded(here, "KML")
    assert kml.split(b"<name>Zones")[0].count(b"<Placemark") == rows
    assert b"<Style id=" in kml
    with zipfile.ZipFile(io.BytesIO(downloaded(here, "QGIS project (ZIP)"))) as pair:
        assert sorted(name.rsplit(".")[-1] for name in pair.namelist()) == ["gpkg", "qgz"]
    path = tmp_path / "sites.gpkg"
    path.write_bytes(downloaded(here, "GPKG"))
    with sqlite3.connect(path) as base:
        assert base.execute("select count(*) from sites").fetchone()[0] == rows
    excel = downloaded(here, "CSV for Excel").decode("utf-8-sig").splitlines()
    assert excel[0].startswith("Name,Site class,Zone status")


def test_a_filter_goes_into_the_link_and_comes_back_from_it(narrowed):
    here = narrowed
    phrase = here.page.get_by_text(re.compile(r"\d+ sites? of \d+ on")).inner_text()
    shown, whole = (int(n) for n in re.match(r"(\d+) sites? of (\d+)", phrase).groups())
    assert 0 < shown < whole
    query = parse_qs(urlsplit(here.page.url).query)
    assert query["minerals"] == ["diamond"]
    here.page.get_by_role("button", name="Clear all filters").click()
    here.page.get_by_text(f"{whole} sites of {whole} on").wait_for()
    here.page.wait_for_function("() => !location.search.includes('minerals')")


@pytest.mark.slow
def test_french_by_browser_and_by_choice(visit):
    """Left to the long run: `test_french.py` opens a page in the browser's French, `test_other_pages.py` a map by choice."""
    here = visit(locale="fr-FR")
    frame = here.map()
    assert "Données de démonstration" in frame.locator(".cahra-notice").inner_text()
    assert "touché par un conflit" in frame.locator(".cahra-legend").inner_text()
    here.page.get_by_text("Télécharger").first.wait_for()
    here.page.get_by_text("Données", exact=True).first.click()
    field = here.page.locator("[data-testid=stFileUploaderDropzone] button p").first
    field.wait_for(state="attached")
    shown = "e => [getComputedStyle(e).fontSize, getComputedStyle(e, '::after').content]"
    assert field.evaluate(shown) == ["0px", '"Choisir des fichiers"']
    here.page.get_by_text("English").click()
    here.page.get_by_text("Download").first.wait_for()
    here.page.wait_for_function("() => location.search.includes('lang=en')")


@pytest.fixture(scope="module")
def hostile(contexts, app_url, tmp_path_factory):
    """The first page with a reader's own file of hostile names."""
    path = tmp_path_factory.mktemp("hostile") / "mines.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["site_id", "name", "lat", "lon", "minerals", "country", "admin1", "admin2"])
        for i, text in enumerate(HOSTILE):
            text = text.replace("\ud800", "?").replace("\x00", "?")
            writer.writerow([f"H{i}", text, 4 + i / 20, 16 + i / 20, "gold", "CAF", text, text])
    with visits_of(contexts, app_url) as open_page:
        here = open_page()
        here.map()
        here.page.get_by_test_id("stSidebar").get_by_text("Data", exact=True).click()
        here.page.locator("input[type=file]").first.set_input_files(path)
        here.page.get_by_role("button", name="Remove mines.csv").wait_for()
        here.map()
        here.settled()
        yield here


def test_hostile_names_in_a_readers_own_file_run_nothing(hostile):
    here, frame = hostile, hostile.map()
    frame.locator("#map_div").hover()
    for i in (0, 7, 9, 13):
        again = frame.locator("body").evaluate(
            """(_, id) => { const layer = Object.values(window.map._layers).find(l => l.sites && l._pixels);
            const at = layer.sites.names.findIndex(n => n.length && n === id);
            return at < 0 ? '' : layer.element(layer.lines({kind: 'site', index: at})).outerHTML; }""",
            HOSTILE[i],
        )
        assert "<img" not in again
    assert here.foreign == []


def test_two_browsers_do_not_see_each_others_files(hostile, visit):
    second = visit("/files", locale="en-US")  # a locale of its own: a browser of its own
    second.page.get_by_role("heading", name="Your files").wait_for()
    second.settled()
    second.page.get_by_test_id("stSidebar").get_by_text("Data", exact=True).click()
    second.page.locator("input[type=file]").first.wait_for(state="attached")
    assert second.page.get_by_text("mines.csv").count() == 0
    assert hostile.page.get_by_role("button", name="Remove mines.csv").count() == 1


@pytest.mark.slow
def test_the_first_page_is_about_two_megabytes(browser, app_url):
    """What comes over the line to an empty browser until the sites stand on the map: 2.1 MB when it was measured."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 720})
    page = context.new_page()
    wire, came = context.new_cdp_session(page), []
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda event: came.append(event["encodedDataLength"]))
    page.goto(app_url)
    page.frame_locator("iframe").first.locator(".cahra-legend").wait_for(timeout=60_000)
    page.wait_for_timeout(2000)
    context.close()
    assert 1e6 < sum(came) < 2.3e6


@pytest.mark.slow
@pytest.mark.parametrize("width", [390])
def test_a_phone_shows_the_map_without_a_sideways_scroll(visit, width):
    """Left to the long run: `test_french.py` reads a page on a phone each time."""
    here = visit(width=width, height=800)
    here.map()
    here.settled()
    assert here.page.evaluate("() => document.documentElement.scrollWidth") <= width
