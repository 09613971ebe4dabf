"""The map with a reader's own, real files: grouped incidents, legend beside the data, the chosen site in the middle."""

from __future__ import annotations

import pytest
from pyproj import Geod

from tests.browser.conftest import TIMEOUT_MS, go, grid_click, until

pytestmark = pytest.mark.real_data

LAYER = "const map = window.map, data = map._cahraData;"


def at(own, script: str, argument=None):
    """A script in the map's own frame; `map` and `data` are at hand."""
    return frame(own).evaluate(f"(given) => {{ {LAYER} {script} }}", argument)


def frame(own):
    return next(f for f in own.page.frames if "st_folium" in f.url and not f.is_detached())


@pytest.fixture(autouse=True)
def explore(own):
    go(own, "Explore", "Mine sites, conflict and zones")
    own.map()
    drawn(own)
    return own


def drawn(own) -> None:
    """Waits until the map's own frame holds the mines and the incidents: a frame of before may still stand beside it."""
    whole = """() => { const d = window.map && window.map._cahraData;
        return Boolean(d && d.sites && d.sites.row.length === 272 && d.groups && d.groups.length > 1); }"""
    for _ in range(TIMEOUT_MS // 250):
        found = [f for f in own.page.frames if "st_folium" in f.url and not f.is_detached()]
        if len(found) == 1 and found[0].evaluate(whole):
            return
        own.page.wait_for_timeout(250)
    raise AssertionError("the map did not draw the mines and the incidents of the reader's own files")


def test_incidents_at_one_point_are_one_symbol_with_count_list_and_size(own):
    found = at(
        own,
        """const g = data.groups, most = g.reduce((a, b) => (a.list.length > b.list.length ? a : b));
        return { points: g.length, incidents: g.reduce((n, x) => n + x.list.length, 0), most: most.list.length,
                 grows: data._size(100, 4) > data._size(10, 4) && data._size(10, 4) > data._size(1, 4),
                 rows: data.list(most).querySelectorAll('li').length, head: data.list(most).textContent.slice(0, 60),
                 one: data.list(most).querySelector('li').innerText };""",
    )
    assert (found["points"], found["incidents"], found["most"], found["rows"]) == (217, 582, 135, 135)
    assert found["grows"]
    assert found["head"].startswith("Incidents here: 135; ")
    for part in ("deaths:", "low", "high", "UCDP GED 23.1", "id ", "Bangui"):
        assert part in found["one"], found["one"]


def test_the_legend_stands_beside_the_data_and_is_folded_on_a_small_map(own):
    covered = """const box = document.querySelector('.cahra-legend').getBoundingClientRect(), c = map.getContainer().getBoundingClientRect();
        let n = 0; const px = data._pixels.sites;
        for (let i = 0; i < data.sites.row.length; i++) {
          const p = map.layerPointToContainerPoint([px[2 * i], px[2 * i + 1]]), x = p.x + c.x, y = p.y + c.y;
          if (x > box.left && x < box.right && y > box.top && y < box.bottom) n++; }
        return { n, open: document.querySelector('.cahra-legend').open, all: data.sites.row.length,
                 seen: Array.from({length: data.sites.row.length}, (_, i) => map.layerPointToContainerPoint([px[2 * i], px[2 * i + 1]]))
                   .filter(p => p.x >= 0 && p.y >= 0 && p.x <= map.getSize().x && p.y <= map.getSize().y).length };"""
    assert at(own, covered) == {"n": 0, "open": True, "all": 272, "seen": 272}
    own.page.set_viewport_size({"width": 390, "height": 844})
    frame(own).wait_for_function("() => !document.querySelector('.cahra-legend').open")
    own.page.set_viewport_size({"width": 1280, "height": 720})
    frame(own).wait_for_function("() => document.querySelector('.cahra-legend.beside')")


def test_names_of_zones_stand_in_their_zones_and_loaded_districts_are_drawn(own):
    found = at(
        own,
        """const u = CAHRA.unpack; map.setView([4.5, 16.2], 7, { animate: false });
        return { zones: data.zones.map(z => [z.n, u.inside(u.worldX(z.c[0]), u.worldY(z.c[1]), z.rings)]),
                 named: data.named.map(n => n.name).sort(), units: map._cahraBase.districts.length,
                 told: data.under({ lng: 15.79, lat: 4.26 }), other: data.under({ lng: 18.0, lat: 7.0 }) };""",
    )
    assert len(found["zones"]) == 5
    assert all(inside for _, inside in found["zones"])
    assert found["named"] == ["Berbérati", "Boda", "Carnot", "Gadzi", "Nola"]
    assert found["units"] == 72
    assert found["told"] == ["Berbérati", "compliant zone, since 6 Jun 2016"]
    assert len(found["other"]) == 1


def test_countries_are_named_and_rivers_and_lakes_lie_under_the_sites(own):
    found = at(
        own,
        """const o = window.CAHRA_OUTLINES;
        return { countries: o.countries.map(c => c.n.fr), rivers: o.rivers.length, lakes: o.lakes.length,
                 towns: o.places.map(p => p[2]) };""",
    )
    assert "République centrafricaine" in found["countries"]
    assert found["rivers"] > 5
    assert found["lakes"] > 3
    assert "Bangui" in found["towns"]


def test_a_switch_of_the_legend_hides_a_class_on_map_and_page(own):
    box = own.map().get_by_role("switch", name="no indicators found")
    box.uncheck()
    own.page.get_by_text("126 sites of 272 on").wait_for()
    own.page.wait_for_function(
        "() => new URLSearchParams(location.search).get('classes') === 'conflict-affected~high-risk~insufficient data'"
    )
    assert at(own, "return data.hidden('sites/no indicators found') && data.sites.row.length") == 272
    own.settled()
    own.map().get_by_role("switch", name="no indicators found").check()
    own.page.get_by_text("272 sites of 272 on").wait_for()
    own.settled()
    own.map().get_by_role("switch", name="trade line").uncheck()
    assert at(own, "return data.hidden('lines/trade')")
    own.map().get_by_role("switch", name="trade line").check()


def is_in_the_middle(own) -> bool:
    """Whether the chosen site stands in the middle of the map, once the map has moved."""
    return at(
        own,
        """const f = data.blob.focus;
        return Boolean(f) && map.latLngToContainerPoint([f[1], f[0]]).distanceTo(map.getSize().divideBy(2)) < 3;""",
    )


@pytest.mark.slow
def test_the_first_click_counts_and_the_chosen_site_stands_in_the_middle(own):
    """Left to the long run: a site of the first page is chosen on map and table in `test_explore_page.py` each time."""
    at(own, "map.setView([5.5, 17], 7, { animate: false }); document.activeElement.blur();")
    own.page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollTo(0, 0)")
    spot = at(
        own,
        """const px = data._pixels.sites; let best = null;
        for (let i = 0; i < data.sites.row.length; i++) {
          const p = map.layerPointToContainerPoint([px[2 * i], px[2 * i + 1]]);
          if (p.x > 60 && p.y > 20 && (!best || p.y < best[1])) best = [p.x, p.y]; }
        return best;""",
    )
    box = own.map().locator("#map_div").bounding_box()
    own.page.mouse.click(box["x"] + spot[0], box["y"] + spot[1])
    own.page.get_by_role("button", name="Open this site").wait_for()
    own.settled()
    until(own, lambda: is_in_the_middle(own))
    own.page.get_by_role("button", name="Close").click()
    own.page.get_by_role("button", name="Open this site").wait_for(state="detached")
    own.settled()
    grid_click(own, 0, 18, 52)
    own.page.get_by_role("button", name="Open this site").wait_for()
    own.settled()
    until(own, lambda: is_in_the_middle(own))
    own.page.get_by_role("button", name="Close").click()
    own.settled()


def test_measure_coordinates_and_the_way_back_to_the_sites(own):
    metres = at(own, "return CAHRA.metres({ lat: 4.26, lng: 15.79 }, { lat: 4.94, lng: 15.87 })")
    assert metres == pytest.approx(Geod(ellps="WGS84").inv(15.79, 4.26, 15.87, 4.94)[2], abs=0.01)
    at(own, "map.setView([0, 0], 5, { animate: false })")
    view = own.map()
    view.get_by_role("button", name="Zoom to the sites shown").click()
    inside = (
        "() => Object.values(window.map._cahraData._pixels.sites).length && window.map.getBounds().contains([4.3, 16])"
    )
    frame(own).wait_for_function(inside)
    assert view.get_by_role("button", name="Full screen").count() == 1
    view.get_by_role("button", name="Measure a distance").click()
    box = view.locator("#map_div").bounding_box()
    own.page.mouse.click(box["x"] + 150, box["y"] + 200)
    own.page.mouse.click(box["x"] + 250, box["y"] + 200)
    assert view.locator(".cahra-hint").inner_text().endswith(" km")
    assert "," in view.locator(".cahra-coordinates").inner_text()
    own.page.keyboard.press("Escape")


@pytest.mark.slow
def test_the_legend_colours_by_mineral_at_once_and_link_and_pointer_follow(own):
    """Left to the long run: switches of the legend filter map and page in a test above each time."""
    rows = "return { rows: [...document.querySelectorAll('.cahra-legend input')].map(b => b.dataset.key),"
    rows += (
        " n: [...document.querySelectorAll('.cahra-row-n')].slice(0, data.face.styles.length).map(b => +b.textContent),"
    )
    rows += " drawn: new Set(data.face.codes).size, tip: data.lines({ kind: 'site', index: 0 }) };"
    own.map().get_by_label("Colour by").first.select_option(label="mineral")
    own.page.wait_for_url("**colour=mineral**")
    drawn(own)
    found = at(own, rows)
    assert {"mineral/gold", "mineral/diamond"} < set(found["rows"])
    assert not any(key.startswith("sites/") for key in found["rows"])
    assert found["drawn"] >= 2
    assert len(found["tip"]) == 3  # name, class, mineral
    gold = found["n"][found["rows"].index("mineral/gold")]
    own.map().get_by_role("switch", name="gold").uncheck()
    own.page.get_by_text(f"{272 - gold} sites of 272 on").wait_for()
    own.page.wait_for_function("() => new URLSearchParams(location.search).get('hidden') === 'mineral/gold'")
    assert at(own, "return data.face.codes.filter(c => c !== 255).length") == 272 - gold
    own.settled()
    own.map().get_by_role("switch", name="gold").check()
    own.page.get_by_text("272 sites of 272 on").wait_for()
    drawn(own)
    own.map().get_by_label("Colour by").first.select_option(label="site class")
    until(own, lambda: "colour=" not in own.page.url)
    drawn(own)
    assert "sites/high-risk" in at(own, rows)["rows"]
