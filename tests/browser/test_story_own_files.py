"""One site of a reader's own, real files: what counted is drawn and numbered like its rows, and its district outlined."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.browser.conftest import go, grid_click, until

pytestmark = pytest.mark.real_data


@pytest.mark.slow
def test_what_counted_for_a_site_is_drawn_and_numbered_like_its_rows(own):
    """Left to the long run: `tests/layers/test_story.py` holds numbers and rows against each other each time."""
    go(own, "Explore", "Mine sites, conflict and zones")
    own.map()
    grid_click(own, 0, 18, 52)
    own.page.get_by_role("button", name="Open this site").click()
    own.page.get_by_role("heading", name="Incidents that counted, numbered like on the map").wait_for()
    own.map()
    own.settled()
    frame = next(f for f in own.page.frames if "st_folium" in f.url and not f.is_detached())
    frame.wait_for_function("() => window.map && window.map._cahraData && window.map._cahraData._pixels")
    drawn = frame.evaluate(
        """() => { const b = window.map._cahraData.blob, at = new Set();
        const raw = window.map._cahraData.incidents.raw;
        for (let i = 0; i < raw.length; i += 2) at.add(raw[i] + ',' + raw[i + 1]);
        const near = (lon, lat) => at.has(Math.round(lon * 1e5) + ',' + Math.round(lat * 1e5));
        return { numbers: b.numbers.map(n => n[2]), placed: b.numbers.every(n => near(n[0], n[1])),
                 district: b.shapes.filter(s => s.key === 'lines/district_decided').map(s => s.t) }; }"""
    )
    assert drawn["numbers"]
    assert drawn["numbers"][0].split(" ")[0].rstrip(",") == "1"
    assert drawn["placed"], "every number stands at a drawn incident"
    assert drawn["district"], "the district is outlined where it decided"
    if folder := os.environ.get("CAHRA_PICTURES"):
        own.page.screenshot(path=Path(folder) / "story-top.png")
        own.page.locator("iframe").first.scroll_into_view_if_needed()
        own.page.wait_for_timeout(600)
        own.page.screenshot(path=Path(folder) / "story-map.png")
        own.page.get_by_role("heading", name="Incidents that counted").scroll_into_view_if_needed()
        own.page.wait_for_timeout(600)
        own.page.screenshot(path=Path(folder) / "story-rows.png")


def legends(own, by: str, many: int) -> None:
    """Waits until each of the maps of the page has drawn, its sites coloured by `by` and its legend of that."""
    held = f"""() => {{ const box = document.querySelector('select[data-key="by/sites"]'), d = window.map._cahraData;
        const keys = [...document.querySelectorAll('.cahra-legend input')].map(e => e.dataset.key);
        return box.value === '{"" if by == "sites" else by}' && d.sites.row.length > 0 && keys.some(k => k.startsWith('{by}/')); }}"""
    frames = lambda: [f for f in own.page.frames if "st_folium" in f.url and not f.is_detached()]  # noqa: E731
    until(own, lambda: len(frames()) == many and all(f.evaluate(held) for f in frames()))


@pytest.mark.slow
def test_what_colours_the_sites_is_chosen_on_any_map_and_holds_on_the_others(own):
    page, by = own.page, lambda n: own.page.frame_locator("iframe").nth(n).get_by_label("Colour by").first
    go(own, "Explore", "Mine sites, conflict and zones")
    own.map()
    page.get_by_role("link", name="One site", exact=True).click()
    page.get_by_role("heading", name="Incidents that counted, numbered like on the map").wait_for()
    own.settled()
    legends(own, "sites", 1)
    by(0).select_option(label="mineral")
    page.wait_for_url("**colour=mineral**")
    own.settled()
    legends(own, "mineral", 1)
    go(own, "Side by side", "Side by side")
    legends(own, "mineral", 2)
    assert "colour=mineral" in page.url
    page.frame_locator("iframe").nth(1).locator(".cahra-legend summary").click()  # folded on a narrow map
    by(1).select_option(label="site class")  # of one map, and the other follows
    until(own, lambda: "colour=" not in page.url)
    own.settled()
    legends(own, "sites", 2)
    go(own, "Explore", "Mine sites, conflict and zones")
    legends(own, "sites", 1)
