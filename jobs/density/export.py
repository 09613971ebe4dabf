"""What a density run leaves: GeoTIFFs with their method in tags, a table of what was laid down, and the record."""

from __future__ import annotations

import datetime as dt
import functools
import platform
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from geo import schema
from geo.columns import Column, Table
from geo.messages import Day, Note
from geo.rasters.surface import REACH, SurfaceGrid
from geo.readiness import datasets_of
from geo.records.incidents import Incidents
from i18n.labels import source_name
from i18n.translator import N_
from jobs.density.model import Options, Period, Surface, Surfaces
from jobs.density.placing import HOW
from jobs.inputs import Loaded
from jobs.installed import version
from jobs.result import ResultFiles
from jobs.run_options import options_of
from jobs.run_record import TOOL
from jobs.table_mark import MARK, MARK_TEXT
from layers.formats.writers.geotiff import geotiff_bytes

C = Column
SURFACES: Table = (
    C("file", "text", "GeoTIFF of the surface"),
    C("source", "text", "source of the incidents; sources are never added together"),
    C("from", "text", "first day"),
    C("to", "text", "last day"),
    C("weight", "text", "what is counted", allowed=("events", "deaths")),
    C("total", "number", "what all its cells hold together"),
    C("sum_of_cells", "number", "the same, added up from the cells of the file"),
    C("peak_per_1000_km2", "number", "the highest cell"),
    *(C(name, "integer", f"incidents laid down so: {meaning}") for name, meaning in zip(HOW, (
        "at their point (precision 1)", "over a disc of 25 km (precision 2)", "over their ADM2 (precision 3)",
        "over their ADM1 (precision 4)",
        "in the middle of a square of half a degree (a source whose licence withholds places)",
        "left out: known no closer, or by a unit without polygon"), strict=True)),
)  # fmt: skip
LIBRARIES = ("numpy", "pyproj", "rasterio", "shapely")
NO_RISK = N_("A surface shows where incidents were reported, smoothed; it is no risk of anything and no class.")


def name_of(source: str, period: Period) -> str:
    """File name of a surface.

    Parameters
    ----------
    source
        Name of a source of incidents.
    period
        The first and the last day.
    """
    return f"density_{source}_{period[0]}_{period[1]}.tif"


def tags_of(grid: SurfaceGrid, options: Options, surface: Surface, record: Mapping[str, object]) -> dict[str, str]:
    """What a file says of itself.

    Parameters
    ----------
    grid
        The grid: its cells, and where they lie.
    options
        Kernel, cells and weights of the run.
    surface
        The surface that the file holds.
    record
        The run record, as `run.json` has it.
    """
    counts = surface.placed.counts()
    datasets = record["datasets"] if isinstance(record["datasets"], list) else []
    return {
        "TIFFTAG_SOFTWARE": f"{TOOL} {record['tool_version']}",
        "source": surface.source,
        "datasets": "; ".join(
            f"{d['dataset']} {d['dataset_version']}" for d in datasets if d["source"] == surface.source
        ),
        "period": f"{surface.period[0]}/{surface.period[1]}",
        "weight": options.weight,
        "incidents": options.effect,
        "method": f"Gaussian kernel, standard deviation {options.bandwidth_km:g} km, cut at {REACH:g} of them",
        "bandwidth_km": f"{options.bandwidth_km:g}",
        "cell_km": f"{options.cell_km:g}",
        "precision": "; ".join(f"{name} {n}" for name, n in counts.items()),
        "total": f"{surface.placed.total:g}",
        "no_data": "countries that the source is not declared to cover, where nothing lies near",
        "libraries": "; ".join(f"{name} {version(name)}" for name in LIBRARIES),
        "note": str(NO_RISK),
        **({MARK: MARK_TEXT} if record.get("demonstration") else {}),
    }  # fmt: skip


def surfaces_table(result: Surfaces) -> pd.DataFrame:
    """:data:`SURFACES` of a result.

    Parameters
    ----------
    result
        All surfaces of the run.
    """
    rows = []
    for s in result.surfaces:
        written = s.cells.astype(np.float32).astype(np.float64)
        rows.append(
            {
                "file": name_of(s.source, s.period), "source": s.source, "from": str(s.period[0]),
                "to": str(s.period[1]), "weight": result.options.weight, "total": s.placed.total,
                "sum_of_cells": round(float(np.nansum(written)) * result.grid.cell_km2 / 1000, 3),
                "peak_per_1000_km2": round(float(np.nanmax(written, initial=0.0)), 3), **s.placed.counts(),
            }
        )  # fmt: skip
    return schema.conform(pd.DataFrame(rows), SURFACES)


def result_files(result: Surfaces) -> ResultFiles:
    """All files of the run by name.

    Parameters
    ----------
    result
        All surfaces of the run, their grid and record.
    """
    unit = f"{result.options.weight} per 1,000 km2"
    grid, wkt = result.grid, result.grid.crs.to_wkt("WKT1_GDAL")
    others: dict[str, Callable[[], bytes]] = {}
    for s in result.surfaces:
        others[name_of(s.source, s.period)] = functools.partial(
            geotiff_bytes, s.cells, grid.transform, wkt, unit=unit,
            description=f"{s.source} {s.period[0]}/{s.period[1]}", tags=tags_of(grid, result.options, s, result.record),
        )  # fmt: skip
    for source, values in result.differences.items():
        first, last = (s for s in result.surfaces if s.source == source)
        tags = tags_of(grid, result.options, last, result.record)
        tags |= {"period": f"{last.period[0]}/{last.period[1]} less {first.period[0]}/{first.period[1]}",
                 "total": f"{last.placed.total - first.placed.total:g}"}  # fmt: skip
        others[f"difference_{source}.tif"] = functools.partial(
            geotiff_bytes, values, grid.transform, wkt, unit=unit, description="later less earlier", tags=tags
        )
    tables = {"surfaces.csv": (surfaces_table(result), SURFACES), "rejected.csv": (result.rejected, schema.REJECTED)}
    return ResultFiles(tables, others, result.record)


def run_record(
    loaded: Loaded, incidents: Incidents, grid: SurfaceGrid, options: Options, made: Sequence[Surface],
    now: dt.datetime | None,
) -> dict[str, object]:  # fmt: skip
    """Everything that is needed to do the same again.

    Parameters
    ----------
    loaded
        What was read of the inputs.
    incidents
        The incidents, ready to be asked.
    grid
        The grid: its cells, and where they lie.
    options
        Kernel, cells and weights of the run.
    made
        The surfaces of the run, by source, then period.
    now
        When the run is made; None: now.
    """
    clock = (now or dt.datetime.now(dt.UTC)).astimezone(dt.UTC)
    files = options_of(loaded)["files"]
    periods = list(dict.fromkeys(s.period for s in made))
    earlier = {} if len(periods) < 2 else {"before_from": str(periods[0][0]), "before_to": str(periods[0][1])}
    settings = {
        **loaded.settings, "from": str(periods[-1][0]), "to": str(periods[-1][1]), **earlier,
        "bandwidth_km": options.bandwidth_km, "cell_km": options.cell_km, "weight": options.weight,
        "effect": options.effect, "disc_km": options.disc_km,
    }  # fmt: skip
    return {
        "run_at": clock.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "tool": TOOL,
        "job": "density",
        "tool_version": version(TOOL),
        "settings": settings,
        "inputs": [dict(i) for i in loaded.inputs],
        "datasets": datasets_of(incidents, loaded.incidents, files).to_dict("records"),
        "grid": {
            "system": f"Lambert azimuthal equal-area, {grid.lon_0:g} {grid.lat_0:g}", "cell_m": grid.cell_m,
            "left": grid.left, "top": grid.top, "rows": grid.rows, "columns": grid.columns,
        },
        "notes": {"no_risk": NO_RISK},
        "libraries": {name: version(name) for name in LIBRARIES},
        "python": platform.python_version(),
    }  # fmt: skip


WEIGHTS = {"events": N_("events"), "deaths": N_("deaths")}


def summary(result: Surfaces) -> list[Note]:
    """What to print.

    Parameters
    ----------
    result
        All surfaces of the run, their grid and record.
    """
    lines = []
    for s in result.surfaces:
        counts = s.placed.counts()
        lines.append(
            Note(
                "{source}, {first} to {last}: {n} {weight} on the surface; the highest cell has {peak} per 1,000 km².",
                source=source_name(s.source), first=Day(str(s.period[0])), last=Day(str(s.period[1])),
                n=round(s.placed.total), weight=Note(WEIGHTS[result.options.weight]),
                peak=round(float(np.nanmax(s.cells, initial=0.0)), 2),
            )
        )  # fmt: skip
        lines.append(
            Note(
                "Incidents at their point: {exact}; over a disc: {disc}; over their district: {district}; over their "
                "region: {region}; in a square: {square}; left out: {out}.",
                exact=counts["exact"], disc=counts["disc"], district=counts["district"], region=counts["region"],
                square=counts["square"], out=counts["left_out"],
            )
        )  # fmt: skip
    return [*lines, Note(NO_RISK)]
