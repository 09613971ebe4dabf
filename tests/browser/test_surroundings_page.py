"""People and density in a real browser: a raster is dropped in, lies where it belongs, and the programmes count by it."""

from __future__ import annotations

import re

import numpy as np

from tests.browser.conftest import go, until
from tests.rasters.making import saved

SIDE = 0.1
WEST, NORTH = 10.0, 15.0
HOT = (90, 120)
"""Row and column of the one pixel where many live."""
OFF = """([lat, lon]) => {
  const map = window.map, layer = Object.values(map._layers).find(l => l._url && l._image && l._bounds);
  const image = layer._image, canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth; canvas.height = image.naturalHeight;
  const pen = canvas.getContext("2d"); pen.drawImage(image, 0, 0);
  const data = pen.getImageData(0, 0, canvas.width, canvas.height).data;
  let n = 0, x = 0, y = 0;
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] > 0 && data[i] < 70 && data[i + 1] < 55) {
      n += 1; x += (i / 4) % canvas.width + 0.5; y += Math.floor(i / 4 / canvas.width) + 0.5;
    }
  }
  const a = map.latLngToContainerPoint(layer._bounds.getNorthWest());
  const b = map.latLngToContainerPoint(layer._bounds.getSouthEast());
  const want = map.latLngToContainerPoint([lat, lon]);
  return [n, a.x + (b.x - a.x) * x / n / canvas.width - want.x, a.y + (b.y - a.y) * y / n / canvas.height - want.y];
}"""


def test_people_lie_where_they_live_and_programmes_count_them(visit, tmp_path):
    pixels = np.full((220, 240), 50, np.float32)
    pixels[HOT] = 5_000_000
    raster = saved(tmp_path, "people_ppp.tif", pixels, (SIDE, 0, WEST, 0, -SIDE, NORTH), nodata=-1)
    here = visit("/around?part=people&lang=en&day=2016-09-19")
    here.page.get_by_text("Add a raster of people or of travel time.").wait_for()
    here.page.get_by_test_id("stMain").locator("input[type=file]").first.set_input_files(raster)
    here.page.get_by_text(re.compile(r"^Within 20 km of .* sites \(all classes\): [\d,]+ people")).first.wait_for()
    here.settled()
    lat, lon = NORTH - SIDE * (HOT[0] + 0.5), WEST + SIDE * (HOT[1] + 0.5)
    seen: list[float] = []

    def drawn() -> bool:
        for frame in here.page.frames:
            if "st_folium" in frame.url and frame.evaluate("() => !!(window.map && window.map._layers)"):
                seen[:] = frame.evaluate(OFF, [lat, lon])
                return seen[0] > 0
        return False

    until(here, drawn)
    assert abs(seen[1]) < 1, seen
    assert abs(seen[2]) < 1, seen
    assert here.page.get_by_text("≥ 500").count() == 1
    assert here.page.get_by_test_id("stDataFrame").count() == 1
    go(here, "Programmes", "Programmes and gaps")
    here.page.get_by_role("heading", name="People near sites at risk").wait_for()
    figures = here.page.get_by_test_id("stMetric").filter(has_text="People at risk")
    figures.wait_for()
    assert re.search(r"\d", figures.inner_text())
    assert "Give a raster of people" not in here.page.get_by_test_id("stMain").inner_text()
