"""One's own files in a real browser: dropped in together, sorted, read otherwise, and the page stays alive meanwhile."""

from __future__ import annotations

import pytest

from tests.browser.conftest import serious

playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect

SITES = "Mine;Hoch;Quer;Commodity\nKoso;4,3;17,4;gold\nBria;6,5;21,9;gold\n"
EVENTS = "record_id,date_start,precision,lon,lat,deaths_best,country\n1,2016-01-01,1,17.4,4.3,3,CAF\n"
UNITS = (
    '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"NAME_2":"<img src=x onerror=pwned=1>"},'
    '"geometry":{"type":"Polygon","coordinates":[[[15,3.5],[18,3.5],[18,5],[15,5],[15,3.5]]]}}]}'
)


@pytest.mark.slow
def test_files_dropped_together_are_sorted_mapped_and_used(visit, tmp_path):
    """Left to the long run: files of one's own are added and sorted in other tests here, read otherwise in `tests/views`, each time."""
    for name, text in (("mines.csv", SITES), ("events.csv", EVENTS), ("units.geojson", UNITS)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    here = visit("/files", height=1600)
    page = here.page
    main = page.get_by_test_id("stMain")
    main.get_by_text("Drop files of any kind together").wait_for()
    main.locator("input[type=file]").first.set_input_files([tmp_path / n for n in ("mines.csv", "events.csv")])
    main.get_by_text("incidents (this project's columns)").first.wait_for()
    main.locator("input[type=file]").first.set_input_files(tmp_path / "units.geojson")
    main.get_by_text("boundaries · 1 row read").first.wait_for()
    here.settled()
    main.get_by_text("mines.csv", exact=True).filter(visible=True).first.click()
    here.settled()
    expect(main.get_by_role("combobox", name="Kind of file")).to_have_count(1)
    main.get_by_role("combobox", name="Kind of file").click()
    page.get_by_role("option", name="mine sites").click()
    main.get_by_text("There is no column for", exact=False).first.wait_for()
    here.settled()
    expect(main.get_by_label("Latitude", exact=True)).to_have_count(1)
    for label, column in (("Latitude", "Hoch"), ("Longitude", "Quer")):
        main.get_by_label(label, exact=True).click()
        page.get_by_role("option", name=column, exact=True).click()
    main.get_by_role("button", name="Read it so").click()
    main.get_by_text("2 rows read, 2 used, 0 not used").first.wait_for()
    here.settled()
    page.get_by_role("link", name="Explore", exact=True).click()
    page.get_by_text("2 sites of 2 on").wait_for()
    here.settled()


def test_a_file_that_comes_while_another_is_taken_is_not_lost(visit, tmp_path):
    here = visit("/explore")
    side = here.page.get_by_test_id("stSidebarUserContent")
    side.get_by_text("Data", exact=True).first.click()
    field = side.locator("input[type=file]").first
    field.wait_for(state="attached")
    for name, text in (("mines.csv", SITES), ("events.csv", EVENTS), ("units.geojson", UNITS)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        with here.page.expect_response(lambda r: r.request.method == "PUT", timeout=9000):
            field.set_input_files(tmp_path / name)
    for name in ("mines.csv", "events.csv", "units.geojson"):
        expect(side.get_by_role("button", name=f"Remove {name}")).to_have_count(1)
    here.settled()
    expect(side.get_by_test_id("stFileChip").filter(visible=True)).to_have_count(0)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_serious_finding_of_the_accessibility_check(visit, language, tmp_path):
    (tmp_path / "mines.csv").write_text(SITES, encoding="utf-8")
    here = visit(f"/files?lang={language}", height=1800)
    here.page.get_by_test_id("stMain").locator("input[type=file]").first.set_input_files(tmp_path / "mines.csv")
    here.page.get_by_role("heading", name="mines.csv").wait_for()
    assert serious(here) == []
