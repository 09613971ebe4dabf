"""A reader's own, real files in a real browser: nothing synthetic beside them, and the command's own answers."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pytest

from cli import main
from tests.browser.conftest import REAL, go, until

pytestmark = pytest.mark.real_data

DAY = "2016-09-19"


def saved(visit, label: str) -> bytes:
    with visit.page.expect_download() as got:
        visit.page.get_by_test_id("stDownloadButton").get_by_text(label, exact=True).click()
    assert not got.value.suggested_filename.startswith("demonstration")
    return Path(got.value.path()).read_bytes()


def test_the_first_file_of_ones_own_switches_the_demonstration_off(own):
    assert own.first["marked_before"]
    assert not own.first["marked_after"]
    assert str(own.first["said"]).startswith("272 sites of 272 on")
    assert "demonstration=0" in str(own.first["address"])
    go(own, "Explore", "Mine sites, conflict and zones")
    assert own.page.frame_locator("iframe").first.locator(".cahra-notice").count() == 0


def test_the_page_and_the_command_give_the_same_files(own, shared_data, tmp_path):
    go(own, "Explore", "Mine sites, conflict and zones")
    given = [part for kind, name in REAL.items() for part in (f"--{kind}", str(shared_data / name))]
    assert main(["assess", *given, "--as-of", DAY, "--out", str(tmp_path / "out")]) == 0
    for name in ("sites.csv", "evidence.csv", "rejected.csv", "sites.geojson"):
        assert saved(own, name) == (tmp_path / "out" / name).read_bytes(), name


@pytest.mark.slow
def test_with_a_real_raster_the_page_and_the_command_give_the_same_files(own, shared_data, tmp_path):
    raster = shared_data / "raster" / "worldpop_africa_2020_density_10min.tif"
    page = own.page
    page.get_by_test_id("stTopNav").get_by_text(re.compile(r"^\d+ more$")).click()
    page.get_by_text("People and density", exact=True).last.click()
    page.get_by_role("heading", name="People and density").wait_for()
    own.settled()
    page.get_by_text("Who lives near", exact=True).click()
    page.get_by_test_id("stMain").locator("input[type=file]").first.set_input_files(raster)
    page.get_by_text(re.compile(r"^Within 20 km of .* sites \(all classes\): [\d,]+ people")).first.wait_for()
    own.settled()
    until(own, lambda: f"{raster.name}:" in unquote(page.url))
    go(own, "Explore", "Mine sites, conflict and zones")
    given = [part for kind, name in REAL.items() for part in (f"--{kind}", str(shared_data / name))]
    given += ["--population", str(raster), "--as-of", DAY]
    assert main(["assess", *given, "--out", str(tmp_path / "out")]) == 0
    for name in ("sites.csv", "evidence.csv", "sites.geojson"):
        assert saved(own, name) == (tmp_path / "out" / name).read_bytes(), name
    people = pd.read_csv(tmp_path / "out" / "sites.csv")["population_20km"]
    assert (people > 0).sum() > 200
    side = page.get_by_test_id("stSidebar")
    side.get_by_text("Data", exact=True).click()
    side.get_by_role("button", name=f"Remove {raster.name}").click()
    own.settled()
    side.get_by_text("Data", exact=True).click()
    until(own, lambda: raster.name not in unquote(page.url))


def tab_to(page, what: str, most: int = 90, *, back: bool = False) -> None:
    """Presses Tab until what has the keyboard says so by its name; a reader who cannot use a mouse does the same."""
    name = """() => { const e = document.activeElement;
        return [e.getAttribute('aria-label') || '', e.innerText || '', ...[...(e.labels || [])].map(l => l.innerText),
                e.tagName].join('|').slice(0, 200); }"""
    met = []
    for _ in range(most):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        met.append(page.evaluate(name))
        if what in met[-1]:
            return
    raise AssertionError(f"{what} is not reached by the keyboard: {met}")


@pytest.mark.slow
def test_the_whole_job_goes_by_the_keyboard_alone(visit, shared_data):
    here = visit("/?lang=en&day=2016-09-19", width=1280, height=720)
    page, keys = here.page, here.page.keyboard
    here.map()
    here.settled()
    tab_to(page, "Data")  # the part of the sidebar that takes files
    keys.press("Enter")
    page.get_by_test_id("stSidebar").locator("[data-testid=stFileUploaderDropzone] button").first.wait_for()
    with page.expect_file_chooser() as chooser:
        tab_to(page, "Upload")  # shown as “Choose files”
        keys.press("Enter")
    chooser.value.set_files([shared_data / name for name in REAL.values()])
    page.get_by_text("272 sites of 272 on").wait_for()
    here.settled()
    tab_to(page, "As of", back=True)
    keys.press("Control+a")
    keys.type("31 Dec 2014")
    keys.press("Enter")
    page.get_by_text("272 sites of 272 on 31 Dec 2014").wait_for()
    here.settled()
    tab_to(page, "One site", most=250)
    keys.press("Enter")
    page.get_by_role("heading", name="Incidents that counted, numbered like on the map").wait_for()
    here.settled()
    first = page.get_by_role("heading", level=1).inner_text()
    tab_to(page, "Site||INPUT", most=60)  # not the button that explains it
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    keys.press("Enter")
    until(here, lambda: page.get_by_role("heading", level=1).inner_text() != first)
    here.settled()
    chosen = page.get_by_role("heading", level=1).inner_text()
    tab_to(page, "Evidence", most=200)
    keys.press("ArrowRight")
    page.get_by_text("Incidents that no rule counted: further off, older or too imprecise; nearest first.").wait_for()
    keys.press("ArrowLeft")
    page.get_by_text("Incidents that counted, numbered like on the map").wait_for()
    tab_to(page, "Download the dossier (HTML)", most=120)
    with page.expect_download() as got:
        keys.press("Enter")
    assert chosen in Path(got.value.path()).read_text("utf-8")


@pytest.mark.slow
def test_why_sites_are_insufficient_and_what_the_run_assumed_stand_on_the_page(own):
    go(own, "Explore", "Mine sites, conflict and zones")
    page = own.page
    pill = page.get_by_test_id("stButtonGroup").get_by_role("button", name=re.compile(r"^neighbours \d+$"))
    number = int(pill.inner_text().split()[-1])
    page.get_by_text("23 sites with insufficient data, because of").wait_for()
    pill.click()
    page.get_by_text(f"{number} sites of 272 on").wait_for()
    own.settled()
    page.get_by_test_id("stButtonGroup").get_by_role("button", name=re.compile(r"^neighbours")).click()
    page.get_by_text("272 sites of 272 on").wait_for()
    own.settled()
    page.get_by_text("What this run assumed").click()
    assumed = page.get_by_test_id("stExpander").filter(has_text="What this run assumed").inner_text()
    assert "2015" in assumed
    assert "CAF" in assumed or "Central African Republic" in assumed
    page.get_by_text("What this run assumed").click()


@pytest.mark.slow
def test_a_typed_day_is_taken_by_enter_and_a_text_that_is_none_changes_nothing(own):
    go(own, "Explore", "Mine sites, conflict and zones")
    page = own.page
    field = page.get_by_role("textbox", name="As of", exact=True)
    field.fill("30 February 2014")
    field.press("Enter")
    page.get_by_text("No day that can be read").wait_for()
    assert page.get_by_text("272 sites of 272 on 19 Sep 2016").count() == 1
    field.fill("19/9/2016")
    field.press("Enter")
    page.get_by_text("No day that can be read").wait_for(state="detached")
    own.settled()
    assert field.input_value() == DAY


@pytest.mark.slow
def test_real_months_are_played_at_a_chosen_pace_and_slider_field_page_and_link_agree_where_they_stop(own):
    go(own, "Explore", "Mine sites, conflict and zones")
    page, view = own.page, own.map()
    view.get_by_label("Pace of playing").select_option("10")
    view.get_by_role("button", name="Play").click()
    frame = next(f for f in page.frames if "st_folium" in f.url and not f.is_detached())
    frame.wait_for_function("() => window.CAHRA.drawn > 12")
    view.get_by_role("button", name="Stop").click()
    page.wait_for_function("() => !location.search.includes('day=2016-09-19')")
    page.get_by_text("272 sites of 272 on").wait_for()
    own.settled()
    day = re.search(r"day=([-\d]+)", page.url)[1]
    assert page.get_by_role("textbox", name="As of", exact=True).input_value() == day
    stated = re.search(r" on (\d+ \w+ \d+)\.", page.get_by_text("272 sites of 272 on").inner_text())[1]
    assert pd.Timestamp(stated) == pd.Timestamp(day) == pd.Timestamp(day) + pd.offsets.MonthEnd(0)
    shown = "() => [...document.querySelectorAll('.cahra-clock output, .cahra-legend summary')].map(e => e.textContent)"
    until(own, lambda: set(frame.evaluate(shown)) == {stated, f"Legend, {stated}"})
    assert frame.evaluate("() => document.querySelector('.cahra-clock input').getAttribute('aria-valuetext')") == stated
    figures = page.get_by_test_id("stMetricValue").all_inner_texts()
    assert sum(int(figure) for figure in figures) == 272
    # The slider, by a key: the month before, on map, field and page.
    view.locator(".cahra-clock input").press("ArrowLeft")
    page.wait_for_function("(day) => !location.search.includes('day=' + day)", arg=day)
    own.settled()
    before = (pd.Timestamp(day) - pd.offsets.MonthEnd(1)).date().isoformat()
    assert f"day={before}" in page.url
    field = page.get_by_role("textbox", name="As of", exact=True)
    assert field.input_value() == before
    field.fill("19 Sep 2016")
    field.press("Enter")
    page.get_by_text("272 sites of 272 on 19 Sep 2016").wait_for()
    until(own, lambda: "19 Sep 2016" in frame.evaluate(shown))
    own.settled()


@pytest.mark.slow
def test_two_dates_side_by_side_and_files_for_the_meeting_in_french(own):
    go(own, "Side by side", "Side by side")
    page = own.page
    field = page.get_by_role("textbox", name="Right", exact=True)
    field.fill("31 Dec 2014")
    field.press("Enter")
    # The heading of the day before stands until the new one is drawn.
    until(own, lambda: "31 Dec 2014, rules" in page.get_by_test_id("stMain").inner_text())
    page.get_by_role("heading", name=re.compile(r"\d+ sites differ")).wait_for()
    own.settled()
    with page.expect_download() as got:
        page.get_by_text("Download the differences (CSV)").click()
    told = pd.read_csv(got.value.path())
    assert (told["what_changed"].str.len() > 20).all()
    assert f"{len(told)} sites differ" in page.get_by_role("heading", name=re.compile("sites differ")).inner_text()
    go(own, "Explore", "Mine sites, conflict and zones")
    page.get_by_text("Français", exact=True).click()
    page.get_by_text("272 sites sur 272 au 19 sept. 2016").wait_for()
    own.settled()
    with page.expect_download() as got:
        page.get_by_test_id("stDownloadButton").get_by_text("CSV pour Excel", exact=True).click()
    assert DAY in got.value.suggested_filename
    head, first, *_rest = Path(got.value.path()).read_text("utf-8-sig").splitlines()
    assert ";" in head
    assert {"Latitude", "Longitude"} <= set(head.split(";"))
    assert re.search(r";\d+,\d+;", first), first
    page.get_by_text("English", exact=True).click()
    page.get_by_text("272 sites of 272 on").wait_for()
    own.settled()
