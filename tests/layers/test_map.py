"""The map's blob and page: what is drawn, how large it is, and that no text in it acts."""

from __future__ import annotations

import base64
import json
import re

import numpy as np
import pytest
from shapely.geometry import Point, box

from i18n.translator import translator
from layers.maps import assets, styles
from layers.maps.map import AtlasMap, DataLayer, Line, Mark, View, ZoneArea, blob, standalone
from layers.maps.swipe import swipe
from tests.hostile.strings import HOSTILE
from tests.layers.frames import assessed, incidents

EN, FR = translator("en"), translator("fr")


def unpack(text: str, dtype: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype)


def test_sites_without_a_position_are_said_and_not_drawn():
    sites = assessed(6)
    sites.loc[2, "lon"] = np.nan
    made = blob(EN, sites=sites)
    assert unpack(made["sites"]["i"], "<i4").tolist() == [0, 1, 3, 4, 5]
    assert "1 site has no position" in " ".join(made["legend"]["notes"])
    lon = unpack(made["sites"]["p"], "<i4")[0::2] / 1e5
    assert lon == pytest.approx(sites["lon"].dropna().to_numpy(), abs=1e-5)


def test_row_numbers_survive_a_filter():
    sites = assessed(8)
    made = blob(EN, sites=sites[sites["site_class"] == "high-risk"])
    assert unpack(made["sites"]["i"], "<i4").tolist() == [1, 5]
    assert set(unpack(made["sites"]["s"], "u1").tolist()) == {1}


def test_only_precision_1_and_2_are_drawn_at_a_place():
    frame = incidents(60)
    made = blob(EN, incidents=frame)
    rows = unpack(made["incidents"]["i"], "<i4")
    assert set(frame.loc[rows, "precision"]) == {1, 2}
    assert "40 incidents are known only by their district or region" in " ".join(made["legend"]["notes"])


def test_the_legend_names_what_is_drawn_and_nothing_else():
    sites = assessed(8)
    made = blob(EN, sites=sites[sites["site_class"] == "high-risk"], marks=[Mark(15, 4, "armed_roadblock")])
    said = [row["text"] for group in made["legend"]["groups"] for row in group["rows"]]
    assert said == ["high-risk", "armed roadblock"]


def test_every_class_differs_in_colour_and_in_shape():
    assert len({s.colour for s in styles.SITES}) == len({s.shape for s in styles.SITES}) == 4
    areas = [s for s in styles.ZONES if s.pattern]
    assert len({s.pattern for s in areas}) == len(areas)


def test_5000_sites_and_10000_incidents_are_under_half_a_megabyte():
    made = blob(EN, sites=assessed(5000), incidents=incidents(15000))
    layer = DataLayer(made)
    assert len(layer.blob) < 500_000


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_data_is_compiled_or_run(text):
    sites = assessed(names=(text.replace("\ud800", "\ufffd"),))  # a frame of text holds no lone surrogate
    zones = [ZoneArea(text, "inside_compliant", box(15, 4, 16, 5))]
    lines = [Line(Point(15.8, 4.3).buffer(0.2), "circle", text)]
    made = blob(EN, sites=sites, zones=zones, lines=lines, notice=text, title=text, details={0: [text]})
    page = standalone(View(4, 15, 7), EN, made, text).decode()
    ours = page[page.index("CAHRA.data(") :]
    assert "{{" not in ours
    assert "<img" not in page
    assert "onerror=" not in page.replace("onerror=window.pwned", "") or "<img" not in ours
    written = json.loads(re.search(r"CAHRA\.data\((\{.*\}), \{\"", ours)[1])
    assert written["notice"] == text.replace("\ud800", "\ufffd")


def test_a_standalone_page_loads_nothing():
    page = standalone(View(4, 15, 7), FR, blob(FR, sites=assessed()), "x").decode()
    assert not re.search(r"(?:src|href)=\"(?!data:)", page.split("CAHRA.data(")[0].split("Leaflet 1.9")[0])
    assert "../../app" not in page
    assert "default-src 'none'" in page
    assert '<html lang="fr">' in page


def test_assets_come_from_installed_packages_and_are_served_from_here():
    folder = assets.install()
    assert (folder / "leaflet.js").stat().st_size > 100_000
    urls = [url for _, url in AtlasMap(View(4, 15, 7), EN).default_js + AtlasMap(View(4, 15, 7), EN).default_css]
    assert urls
    assert all(url.startswith("../../app/static/") for url in urls)


def test_tiles_only_when_chosen():
    assert "openstreetmap" not in AtlasMap(View(4, 15, 7), EN).get_root().render()
    assert "openstreetmap" in AtlasMap(View(4, 15, 7), EN, tiles=True).get_root().render()


def test_a_view_holds_all_points_and_survives_none():
    assert View.around([], []).zoom == 5
    view = View.around([14.0, 27.0, float("nan")], [2.0, 11.0, 3.0])
    assert (view.lat, view.lon) == (6.5, 20.5)
    assert 5 <= view.zoom <= 6


def test_two_runs_on_one_map_have_one_legend_with_the_numbers_of_both():
    left, right = assessed(8), assessed(8)
    right["site_class"] = "high-risk"
    made = swipe(blob(EN, sites=left, notice="x"), blob(EN, sites=right, notice="x"), ("2014", "2016"), EN)
    rows = {row["key"]: row["n"] for row in made["legend"]["groups"][0]["rows"]}
    assert rows["sites/high-risk"] == "2 | 8"
    assert rows["sites/conflict-affected"] == "2 | 0"
    assert (made["notice"], made["right"]["notice"]) == ("x", "")
    assert (made["swipe"]["left"], made["swipe"]["right"]) == ("2014", "2016")
