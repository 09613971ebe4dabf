"""The files of a screening, as bytes by name: what the command line writes and the page offers.

The same call gives the same bytes; only ``run_at`` of run.json tells the time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from geo import schema
from geo.screening.schema import CANDIDATES, SCREENED
from jobs.assessment.export import plain_types
from jobs.run_crate import CRATE
from jobs.run_record import RECORD, sealed
from jobs.screening.model import Screening
from jobs.screening.report import report
from jobs.screening.reviews import Reviews
from layers.formats.writers.write import csv_bytes, geojson_bytes, xlsx_bytes

WHOLE = (
    "incidents_20km_12m",
    "deaths_20km_12m",
    "deaths_civilians_20km_12m",
    "events_one_sided_20km_12m",
    "events_nonlethal_20km_12m",
    "country_incidents_12m",
    "country_deaths_12m",
    "country_incidents",
    "visit_age_days",
    "transit_incidents",
    "transit_deaths",
    "transit_incidents_certain",
    "transit_incidents_possible",
    "transit_roadblocks",
    "transit_armed_roadblocks",
    "worst_segment",
    "workers",
    "decisions_before",
    "segments",
    "segment",
    "incidents",
    "deaths",
    "incidents_certain",
    "incidents_possible",
    "roadblocks",
    "armed_roadblocks",
)
XLSX_ROWS = 20_000
"""Longer lists get no workbook beside the CSV: it would take minutes to write and to open."""


def written(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame as it is written: whole numbers without a point, days as YYYY-MM-DD."""
    out = plain_types(frame)
    for name in WHOLE:
        if name in out and pd.api.types.is_float_dtype(out[name]) and not (out[name] % 1 > 0).any():
            out[name] = out[name].astype("Int64")
    return out


def with_decisions(screening: Screening, store: Reviews) -> Screening:
    """The screening with the newest decision of each row, and their number in the record; no class changes."""
    rows = store.onto(screening.rows)
    counts = rows["decision"].value_counts()
    told = {str(k): int(v) for k, v in counts.sort_index().items() if k}
    return replace(screening, rows=rows, record={**screening.record, "decisions": told})


def route_lines(screening: Screening) -> np.ndarray:
    """The line of each row of `routes.csv`, None where only countries are known."""
    import shapely

    accepted = screening.suppliers.rows[screening.suppliers.rows["answer"] == "accepted"]["supplier_id"]
    by_id = dict(zip(accepted, screening.transit.lines, strict=True))
    out = np.full(len(screening.transit.routes), None, dtype=object)
    for i, who in enumerate(screening.transit.routes["supplier_id"]):
        line = by_id.get(who)
        if line is not None:
            out[i] = shapely.LineString(line if len(line) > 1 else np.vstack([line, line]))
    return out


def tables(screening: Screening) -> dict[str, pd.DataFrame]:
    """Frames by file name."""
    out = {
        "screening.csv": screening.rows,
        "routes.csv": screening.transit.routes,
        "segments.csv": screening.transit.segments,
        "evidence.csv": screening.evidence,
        "candidates.csv": schema.conform(screening.candidates, CANDIDATES),
        "rejected.csv": schema.conform(screening.rejected, schema.REJECTED),
    }
    if screening.changes is not None:
        out["changes.csv"] = screening.changes
    return out


def makers(screening: Screening, language: str = "en") -> dict[str, Callable[[], bytes]]:
    """How each file is made, by name; a page makes only the one that is asked for."""
    out: dict[str, Callable[[], bytes]] = {
        name: lambda frame=frame: csv_bytes(written(frame))[0]  # type: ignore[misc]
        for name, frame in tables(screening).items()
    }
    out["screening.geojson"] = lambda: geojson_bytes(written(screening.rows), name="screening")
    out["routes.geojson"] = lambda: geojson_bytes(
        written(screening.transit.routes), route_lines(screening), name="routes"
    )
    if len(screening.rows) <= XLSX_ROWS:
        out["screening.xlsx"] = lambda: xlsx_bytes(written(screening.rows), sheet="screening")
    out["report.html"] = lambda: report(screening, language)
    for name in (CRATE, RECORD):  # they speak of all the others
        out[name] = lambda name=name: files(screening, language)[name]  # type: ignore[misc]
    return out


def files(screening: Screening, language: str = "en") -> dict[str, bytes]:
    """All files of a run by name."""
    csvs = {name: csv_bytes(written(frame)) for name, frame in tables(screening).items()}
    out = {name: data for name, (data, _) in csvs.items()}
    for name, make in makers(screening, language).items():
        if name not in out and name not in (CRATE, RECORD):
            out[name] = make()
    neutralised = {name: count for name, (_, count) in csvs.items()}
    return sealed(out, {**screening.record, "language": language, "cells_neutralised": neutralised})


__all__ = ["SCREENED", "files", "makers", "route_lines", "tables", "with_decisions", "written"]
