"""The programmes page in a real browser: offline, a reader's own hostile file, downloads, drawing an area, French."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from pathlib import Path

import pytest

from tests.browser.conftest import add_file, visits_of
from tests.hostile.strings import HOSTILE

playwright = pytest.importorskip("playwright.sync_api")


def downloaded(visit, name: str) -> bytes:
    with visit.page.expect_download() as got:
        visit.page.get_by_test_id("stDownloadButton").get_by_text(name, exact=True).click()
    return Path(got.value.path()).read_bytes()


@pytest.fixture(scope="module")
def opened(contexts, app_url):
    """The page, for the tests that take its files, draw on its map and read it in French, in their order."""
    with visits_of(contexts, app_url) as open_page:
        yield open_page("/programmes")


def test_the_page_opens_alone_and_its_files_reconcile(opened):
    here = opened
    frame = here.map()
    assert "Demonstration data" in frame.locator(".cahra-notice").inner_text()
    here.settled()
    gaps = list(csv.DictReader(io.StringIO(downloaded(here, "gaps.csv").decode())))
    record = json.loads(downloaded(here, "run.json"))
    assert len(gaps) == sum(counts["gaps"] for counts in record["programme_totals"].values())


def test_a_drawn_area_answers_what_if(opened):
    here = opened
    frame = here.map()
    here.settled()
    frame.get_by_title("Choose by a box").click()
    box = frame.locator("#map_div").bounding_box()
    mouse = here.page.mouse
    mouse.move(box["x"] + 300, box["y"] + 60)
    mouse.down()
    mouse.move(box["x"] + 500, box["y"] + 420, steps=5)
    mouse.up()
    here.page.get_by_role("button", name="Forget the drawn area").wait_for()


def test_the_page_in_french(opened):
    here = opened
    here.page.get_by_text("Français", exact=True).click()
    here.page.get_by_role("heading", name="Programmes et lacunes").wait_for()
    here.settled()


@pytest.mark.slow
def test_hostile_programmes_of_a_reader_run_nowhere(visit, tmp_path):
    """Left to the long run: `test_explore_page.py` and `test_hostile_reports.py` show hostile names each time."""
    rows = ["programme_id;title;donor;type;start;country;lat;lon;radius_km"]
    for number, text in enumerate(HOSTILE):
        text = text.replace("\x00", "")  # a NUL is refused at the gateway, with the whole file
        name = '"' + " ".join(text.encode("utf-8", "replace").decode().replace('"', '""').splitlines()) + '"'
        own = f'"{number} ' + name[1:]
        rows.append(f"{own};{name};{name};mapping;2010-01-01;CAF;4.26;15.79;60")
    path = tmp_path / "programmes {{ 7*7 }}.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    here = visit("/programmes")
    here.map()
    sites = tmp_path / "sites.csv"  # the demonstration goes off with the first file of one's own
    sites.write_text("site_id,name,lat,lon,country,minerals\nX1,Pit,4.2,16.1,CAF,gold\n", encoding="utf-8")
    add_file(here, sites)
    uploader = here.page.get_by_test_id("stFileUploader").filter(has_text="Add files (table, polygons, IATI)")
    name = here.page.get_by_text("programmes {{ 7*7 }}.csv", exact=False).first
    for _ in range(4):  # a page that runs again puts a new field in the place of the one that was filled
        uploader.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(str(path))
        with contextlib.suppress(playwright.Error):
            name.wait_for(timeout=4000)
            break
    name.wait_for()
    here.settled()
    frame = here.map()
    assert frame.locator("canvas").count() >= 1
    html = tmp_path / "map.html"
    html.write_bytes(downloaded(here, "map.html"))
    alone = visit(html.as_uri())
    alone.page.locator(".cahra-legend").wait_for()
