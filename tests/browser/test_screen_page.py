"""The page of companies in a real browser: no foreign request, a row and a decision, French, the report downloaded."""

from __future__ import annotations

import pytest

from tests.browser.conftest import TIMEOUT_MS, serious, visits_of


@pytest.fixture(scope="module")
def chosen(contexts, app_url):
    """The page with a row chosen, for the tests that look at it, choose another one and decide, in their order."""
    with visits_of(contexts, app_url) as open_page:
        made = open_page("/screen?lang=en&supplier=DEMO-S14", height=2600)
        made.page.get_by_text("DEMO-S14 · Demonstration origin 14").wait_for(timeout=TIMEOUT_MS)
        made.settled()
        yield made


@pytest.mark.slow
def test_no_serious_finding_of_the_accessibility_check(chosen):
    """Left to the long run, like those of all pages but the first."""
    assert serious(chosen) == []


def test_a_click_on_the_map_chooses_the_row(chosen):
    made = chosen
    frame = made.page.frame_locator("iframe").nth(1)  # the first is that of the names that wait for a place
    frame.locator(".cahra-legend").wait_for(timeout=TIMEOUT_MS)
    made.settled()
    spot = frame.locator("body").evaluate(
        "() => { window.map.setView([6.4566, 21.9694], 12, {animate: false});"
        " const p = window.map.latLngToContainerPoint([6.4566, 21.9694]);"
        " const r = window.map.getContainer().getBoundingClientRect(); return [p.x + r.x, p.y + r.y]; }"
    )
    made.page.wait_for_timeout(1500)
    box = made.page.locator("iframe").nth(1).bounding_box()
    made.page.mouse.click(box["x"] + spot[0], box["y"] + spot[1])
    made.page.get_by_text("DEMO-S09 · Demonstration origin 09").wait_for(timeout=TIMEOUT_MS)


def test_a_row_its_card_and_a_decision_that_stays(chosen):
    """The row that the map chose before."""
    made, page = chosen, chosen.page
    page.get_by_text("DEMO-S09 · Demonstration origin 09").wait_for(timeout=TIMEOUT_MS)
    made.settled()
    page.locator("iframe").nth(1).wait_for(timeout=TIMEOUT_MS)  # the list's map and the row's own
    page.get_by_label("Note").fill("asked for papers {{ 7*7 }} <img src=x onerror='window.pwned=1'>")
    page.get_by_label("Your name").fill("A. Reviewer")
    page.get_by_label("Decision").click()
    page.get_by_role("option", name="escalate").click()
    page.get_by_role("button", name="Keep").click()
    page.get_by_text("A. Reviewer").first.wait_for(timeout=TIMEOUT_MS)
    page.reload()
    page.get_by_text("{{ 7*7 }}").first.wait_for(timeout=TIMEOUT_MS)


@pytest.mark.slow
def test_french_and_the_report_of_the_page(visit, tmp_path):
    """Left to the long run: `test_french.py` reads a page in French, `test_explore_page.py` downloads, each time."""
    made = visit("/screen?lang=fr", height=2600)
    page = made.page
    page.get_by_text("Examiner une liste").first.wait_for(timeout=TIMEOUT_MS)
    made.settled()
    with page.expect_download(timeout=TIMEOUT_MS) as waiting:
        page.get_by_role("button", name="report.html").click()
    file = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(file)
    assert file.name == "demonstration_report.html"
    assert "Toutes les lignes" in file.read_text("utf-8")


@pytest.mark.slow
def test_a_pasted_list_is_answered(visit):
    """Left to the long run: `tests/companies/test_screen_page.py` pastes one without a browser each time."""
    made = visit("/screen?demonstration=0", height=1800)
    page = made.page
    box = page.get_by_label("Or paste it here")
    box.wait_for(timeout=TIMEOUT_MS)
    box.fill("supplier_id;site_name;lat;lon;country\nX-1;Here;4,26;15,79;RCA\nX-2;Bad;95;400;RCA\n")
    box.press("Control+Enter")
    page.get_by_role("button", name="Use the pasted text").click()
    page.get_by_text("2 rows read, 1 screened, 1 rejected").wait_for(timeout=TIMEOUT_MS)
    made.settled()


@pytest.mark.slow
def test_the_page_compares_with_an_earlier_run(visit, tmp_path):
    made = visit("/screen?day=2018-12-31", height=2600)
    page = made.page
    page.get_by_text("20 rows read").wait_for(timeout=TIMEOUT_MS)
    made.settled()
    kept = []
    for name in ("screening.csv", "run.json"):
        with page.expect_download(timeout=TIMEOUT_MS) as waiting:
            page.get_by_role("button", name=name).click()
        kept.append(tmp_path / waiting.value.suggested_filename)
        waiting.value.save_as(kept[-1])
    later = visit("/screen?day=2015-12-31", height=2600)
    later.page.get_by_text("Compare with an earlier run").click()
    later.page.locator("input[type=file]").last.set_input_files(kept)
    later.page.get_by_text("rows changed.").first.wait_for(timeout=TIMEOUT_MS)
    assert "date" in later.page.get_by_text("rows changed.").first.inner_text()
    later.settled()


@pytest.mark.slow
def test_no_serious_finding_of_the_accessibility_check_in_french(visit):
    made = visit("/screen?lang=fr&supplier=DEMO-S14", height=2600)
    made.page.get_by_text("DEMO-S14 · Demonstration origin 14").wait_for(timeout=TIMEOUT_MS)
    assert serious(made) == []
