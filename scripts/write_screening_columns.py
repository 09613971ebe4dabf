"""Writes docs/screening-columns.md from geo.screening.schema, so that page and code never differ."""

from __future__ import annotations

from pathlib import Path

from geo.screening.law_schema import EU_RECORD, EU_VOLUMES, LISTINGS
from geo.screening.own_table_schema import GOVERNANCE, NAMED
from geo.screening.schema import (
    CANDIDATES,
    DECIDED,
    FLAGS,
    PLACES,
    ROUTES,
    SCREENED,
    SEGMENTS,
    SUPPLIERS,
)
from jobs.screening.labels import FLAG_MEANINGS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "screening-columns.md"
FILES = {
    "What is read of a list": SUPPLIERS,
    "screening.csv": SCREENED,
    "routes.csv": ROUTES,
    "segments.csv": SEGMENTS,
    "places.csv": PLACES,
    "candidates.csv": CANDIDATES,
    "decisions.csv": DECIDED,
    "listings.csv": LISTINGS,
    "eu_record.csv": EU_RECORD,
    "eu_volumes.csv": EU_VOLUMES,
    "named_actors.csv": NAMED,
    "governance.csv": GOVERNANCE,
}


def page() -> str:
    """The page as Markdown."""
    out = ["# Columns of a screening\n\nMade from `geo/screening/schema.py` by `scripts/write_screening_columns.py`; "]
    out.append(
        "a test holds the two together.\n`evidence.csv` has `supplier_id`, `part` (origin, company, transit), the "
    )
    out.append("columns of [evidence.csv](columns.md) and `segment`.\n")
    for title, table in FILES.items():
        out.append(f"\n## {title}\n\n| Column | Type | Meaning | A blank means |\n|---|---|---|---|\n")
        for c in table:
            meaning = FLAG_MEANINGS[c.name] if c.name in FLAGS else c.meaning
            allowed = f" ({', '.join(c.allowed)})" if c.allowed else ""
            out.append(f"| `{c.name}` | {c.type} | {meaning}{allowed} | {c.blank} |\n")
    return "".join(out)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
