"""Writes docs/columns.md from geo.schema, so that page and code never differ."""

from __future__ import annotations

from pathlib import Path

from geo import schema
from geo.backtest.counted import COUNTED
from geo.rasters import schema as rasters
from jobs.counted_file import OF_SITES
from jobs.density.export import SURFACES

PAGE = Path(__file__).resolve().parents[1] / "docs" / "columns.md"
TABLES = {
    "sites.csv": schema.ASSESSED,
    "sites.csv, behind those, where rasters were given": rasters.MEASURES,
    "evidence.csv": schema.EVIDENCE,
    "rejected.csv": schema.REJECTED,
    "incidents_counted.csv (cahra backtest)": COUNTED,
    "incidents_counted.csv (cahra programmes, cahra sensitivity)": OF_SITES,
    "exposure.csv": rasters.EXPOSURE,
    "people_by_class.csv": rasters.BY_CLASS,
    "people_near_incidents.csv": rasters.NEAR_INCIDENTS,
    "people_in_zones.csv": rasters.ZONES,
    "surfaces.csv": SURFACES,
    "Sites (in)": schema.SITES,
    "Visits (in)": schema.VISITS,
    "Statuses (in)": schema.STATUSES,
    "Incidents (in)": schema.INCIDENTS,
    "Zone register (in)": schema.ZONES,
    "Zone findings (in)": schema.FINDINGS,
    "Rejected incidents (in)": schema.REJECTED_INCIDENTS,
    "Coverage (in)": schema.COVERAGE,
    "EU indicative list (in)": schema.LISTED_AREAS,
}


def page() -> str:
    """The whole page: a table of columns for each table of the schema."""
    out = [
        "# Columns\n\nMade from the tables of `geo/schema.py`, `geo/rasters/schema.py`, `geo/backtest/counted.py` "
        "and `jobs/counted_file.py` by "
        "`scripts/write_columns.py`; a test holds page and code\ntogether. The codes of evidence are in "
        "[evidence.md](evidence.md).\n\n"
        "Every CSV of a result with synthetic data in any layer has a column `demonstration`"
        ": the last one, `true` in each row, where\nthe table has none of its own (`jobs/table_mark.py`). "
        "A result of real data has no such column beyond those below.\n"
    ]
    for name, table in TABLES.items():
        out.append(f"\n## {name}\n\n| Column | Type | Meaning | A blank means |\n|---|---|---|---|\n")
        for c in table:
            allowed = f" ({', '.join(c.allowed)})" if c.allowed else ""
            out.append(f"| `{c.name}` | {c.type} | {c.meaning}{allowed} | {c.blank} |\n")
    return "".join(out)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
