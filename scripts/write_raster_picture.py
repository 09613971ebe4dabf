"""Draws docs/images/rasters.png from real data beside the project: people of Africa, incidents of CAR in two periods.

Run: `python -m scripts.write_raster_picture`, with the folder of shared data (not part of the project) at hand.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import matplotlib as mpl
import numpy as np
import shapely
from matplotlib import pyplot as plt
from matplotlib.colors import BoundaryNorm, ListedColormap
from pyproj import Transformer

from geo.rasters.windows import Window
from jobs.density.job import load, run
from jobs.inputs import Inputs, Source
from layers.maps import raster_overlay as drawn
from layers.reference.country_outlines import country_outlines
from layers.sources.rasters import read_population

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"
PICTURE = ROOT / "docs" / "images" / "rasters.png"
PERIODS = ((dt.date(2013, 1, 1), dt.date(2015, 12, 31)), (dt.date(2020, 1, 1), dt.date(2022, 12, 31)))


def panel(axis, values, transform, crs, palette, bounds, title, unit, box) -> None:
    """One map in Web Mercator with its steps of colour."""
    warped, (south, west, north, east) = drawn.to_mercator(values, transform, crs, smooth=True)
    to = Transformer.from_crs(4326, 3857, always_xy=True)
    (x0, x1), (y0, y1) = to.transform([west, east], [south, north])
    shown = np.where(np.abs(warped) > 1e-3 * max(abs(bounds[0]), abs(bounds[-1])), warped, np.nan)
    norm = BoundaryNorm([-1e9, *bounds, 1e9], len(palette))
    image = axis.imshow(
        shown, extent=(x0, x1, y0, y1), cmap=ListedColormap(palette), norm=norm, interpolation="nearest"
    )
    outlines = country_outlines()
    for iso, shape in zip(outlines.frame["country"], outlines.geometry, strict=True):
        for part in shapely.get_parts(shape):
            x, y = to.transform(*np.clip(shapely.get_coordinates(part.exterior).T, -179, 85))
            axis.plot(x, y, color="#333333", linewidth=1.1 if iso == "CAF" else 0.4)
    (bx0, bx1), (by0, by1) = to.transform(box[::2], box[1::2])
    axis.set(xlim=(bx0, bx1), ylim=(by0, by1), xticks=[], yticks=[])
    axis.set_title(title, fontsize=10, loc="left")
    bar = axis.figure.colorbar(
        image, ax=axis, orientation="horizontal", pad=0.02, shrink=0.9, ticks=bounds, spacing="uniform"
    )
    bar.ax.set_xticklabels([f"{b:g}" for b in bounds], fontsize=8)
    bar.set_label(unit, fontsize=8)


def main() -> None:
    """Draws and saves."""
    mpl.use("Agg")
    layer = read_population(SHARED / "raster" / "worldpop_africa_2020_density_10min.tif")
    whole = Window(0, 0, layer.grid.height, layer.grid.width)
    ((_, amount, valid),) = layer.read([whole])
    people = np.where(valid, amount / layer.grid.areas_km2(0, whole.height, 0, whole.width), np.nan)
    incidents = Source.of(SHARED / "conflict" / "ucdp_ged_23_1_car.geojson")
    units = Source.of(SHARED / "admin" / "geoboundaries_caf_adm2_2015_simplified.geojson")
    found = run(
        load(Inputs(incidents=[incidents], boundaries=[units], boundaries_version="2015")), PERIODS[1], PERIODS[0]
    )
    wkt, transform = found.grid.crs.to_wkt(), found.grid.transform
    figure, axes = plt.subplots(2, 2, figsize=(10.5, 10), constrained_layout=True)
    car = (13.8, 1.9, 28.2, 11.4)
    panel(axes[0, 0], people, layer.grid.transform, "EPSG:4326", drawn.PEOPLE, [1, 5, 20, 100, 500],
          "People 2020 (WorldPop)", "people per km²", (-19, -36, 53, 38))  # fmt: skip
    first, last = (s.cells for s in found.surfaces)
    bounds = drawn.halves(np.concatenate((first.ravel(), last.ravel())))
    for axis, cells, years in ((axes[0, 1], first, "2013-2015"), (axes[1, 0], last, "2020-2022")):
        total = next(s.placed.total for s in found.surfaces if s.cells is cells)
        panel(axis, cells, transform, wkt, drawn.INCIDENTS, bounds, f"Deadly incidents {years} (UCDP): {total:.0f}",
              "events per 1,000 km² in three years", car)  # fmt: skip
    change = found.differences["ucdp"]
    panel(axes[1, 1], change, transform, wkt, drawn.CHANGE, drawn.changes(change), "2020-2022 less 2013-2015",
          "events per 1,000 km²: fewer in blue, more in red", car)  # fmt: skip
    figure.savefig(PICTURE, dpi=100, metadata={"Software": None})


if __name__ == "__main__":
    main()
