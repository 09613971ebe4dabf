"""Writes docs/programmes.md from the tables of the code, so that page and code never differ.

Run: `python -m scripts.write_programme_docs`.
"""

from __future__ import annotations

from pathlib import Path

from geo.programmes import money, schema, tables
from geo.programmes.footprints import STACK
from geo.programmes.prioritise import EXACT_LIMIT
from i18n.translator import translator
from jobs.programmes.types import LEAST_SHARE, type_map
from layers.reference.tables import rows

PAGE = Path(__file__).resolve().parents[1] / "docs" / "programmes.md"

HEAD = """# Programmes of donors

Made by `scripts/write_programme_docs.py`; a test holds page and code together. The stocktake that the action plan of
May 2011 asked for (point 6): what is being done, what could be better coordinated, what remains.

    cahra programmes --sites F --incidents F --programmes F [--programmes F ...] [--boundaries F] --as-of D --out DIR

A file of programmes is a table (CSV, XLSX), a polygon file, or IATI 2.x activities (XML; a folder stands for the XML
files in it). The page *Programmes* does the same for files dropped in.

## What is counted
- **Coverage**: a footprint (polygon, administrative unit, or point with a radius, in this order) that holds the site,
  of a programme active on the day, of a type. Active: begun, not over (the last day counts), not in preparation.
  Without a start a programme is never active; without an end it is ongoing and flagged. One that is closed, finalised,
  suspended or cancelled covers nothing after its end and nothing at all where none is stated; where it was broken off
  (suspended, cancelled), a planned end is none. `state` says which.
- **Radius**: as stated; else that of the setting `data/programme_radii.csv` by IATI exactness, location class and
  GeoNames feature (an exact place 2 or 5 km, an approximate one 25 km), marked `default` and counted in a note;
  `--radii F` gives your own, `--radii none` assumes nothing. A point of which nobody says how exact it is has none.
- **Places of IATI**: an exact place that is no region is its point, whatever unit it lies in; a code that neither the
  boundaries nor the sites know falls back to an exact point; GeoNames ids of towns stand for their point; `A4` is the
  country. Several units in one cell (`;`) are several places.
- **Gap**: a conflict-affected or high-risk site with no active programme of a type, where the type makes sense:
  `kp_compliance` at diamond sites of a country under Kimberley restriction on the day, `certification` and
  `traceability` where a scheme for the site's mineral and country exists (`data/schemes.csv`). `at_risk_not_applicable`
  counts the others; `at_risk_unknown` those of which mineral or country is not known. Where **no loaded programme could
  be read as any type, coverage is unknown**, not a gap: gaps are blank. Once anything is typed, one more programme
  never adds a gap. `may_touch` names active national programmes of the type, and those of no known type that name the
  country or reach the site. Sites of which too little is known are counted apart. `gaps_certain` and `gaps_possible`
  carry the doubt of the classes; the latter includes the rest. Workers that nobody counted are blank, not 0.
- **Overlap**: two or more programmes of *different named* donors, of one type, at one site, on the day. Donors are one
  however they are spelled (`data/donor_aliases.csv`: other names and IATI identifiers).
- **National and regional programmes** are listed with their money (`national.csv`) and cover no site. So are points
  without a radius, units in which no site lies, and stacked points: {stack} or more programmes on one point that
  is called approximate, or of which neither exactness nor radius is stated.
- **Money** (`money.csv`): budgets, commitments, disbursements, expenditures and planned disbursements by donor, type,
  year and area, each currency apart. Nothing is converted unless you give rates (`--rates F`: `currency, year, rate,
  to`; beside the amounts, never instead). It is shared among countries by stated percentages; what is not shared out
  is one row in `several places`; a programme of two types or two donors is one row of both. So nothing is multiplied,
  and `money_totals.csv` (also printed) puts the sum over the programmes beside the sum of the rows.
- **What if**: districts that would close most gaps. Districts share no site, so taking the best each time is exact;
  drawn areas may overlap: up to {exact} combinations are all tried, above that the choice is greedy (at least 63 % of
  the best). The method is a column.

## The types, and what leads to them
A table of programmes writes a type as its key or its words in English or French. IATI has no such types, so they are
read from what an activity says: first from words in its title and text (`data/programme_words.csv`: a phrase, where it
must stand, which words must stand beside it and which must not), then from its sectors (`data/dac_sector_types.csv`),
which count from {share:.0f} % of their vocabulary on; a sector marked `no words` speaks only where the title does not
(a publisher put the building of trading centres under 15210, security reform). The table knows the DAC lists (1, 2),
COFOG (3), AidData (6) and the two SDG indicators that speak of roads and freight (9); tags of a goal or target of
the SDG are read like sectors of 7 and 8, of which the table has none: a goal says too little. Parts of a programme have
the type of the whole, and a whole without sectors that of most of its parts. `type_basis` says what decided each type.
Edit both tables, or give your own: `--words F --sectors F`. What leads to no type is listed, not dropped.

Held against 456 activities of five publishers labelled by hand before the table was written
(`tests/donors/labelled_activities.csv`): of the types given {precision} are right, of those labelled {recall} are
found; the words alone find 45 of 54. Another publisher's words will fare worse; look at `type_basis`.

"""

FILES = """
## Files
`coverage.csv`, `gaps.csv`, `overlaps.csv`, `units.csv`, `totals.csv`, `zones.csv` (totals by zone status),
`national.csv`, `next_units.csv` (what to do next, with its method), `programmes.csv` (all as read, with their state),
`money.csv`, `money_totals.csv`, `remarks.csv` (taken, though something is missing), `rejected.csv` (not taken, with the
reason), `map.html`, `brief_CAF.html` and `brief_CAF.pdf` (two printed pages for each country of the sites; the page
makes one for a district too), `run.json`.
"""

TABLES = {
    "programmes.csv (and `state`)": schema.PROGRAMMES,
    "Footprints": schema.FOOTPRINTS,
    "coverage.csv, overlaps.csv": tables.COVERED,
    "gaps.csv": tables.GAPS,
    "units.csv": tables.UNITS,
    "national.csv": tables.NATIONAL,
    "money.csv": money.MONEY_ROWS,
    "money_totals.csv": money.MONEY_TOTALS,
}


def page() -> str:
    """The whole page."""
    out = [
        HEAD.format(stack=STACK, exact=f"{EXACT_LIMIT:,}", share=LEAST_SHARE, precision="54 of 54", recall="54 of 54")
    ]
    out.append("| Type | In words | Sectors (vocabulary:code) | Meaning |\n|---|---|---|---|\n")
    sectors = type_map().sectors
    for row in rows("programme_types.csv"):
        codes = ", ".join(f"{v}:{c}" for (v, c), kind in sectors.items() if kind == row["type"]) or "none"
        words = f"{row['label']} · {translator('fr')(row['label'])}"
        out.append(f"| `{row['type']}` | {words} | {codes} | {row['meaning']} |\n")
    out.append(FILES)
    for name, table in TABLES.items():
        out.append(f"\n### {name}\n\n| Column | Type | Meaning | A blank means |\n|---|---|---|---|\n")
        for c in table:
            allowed = f" ({', '.join(c.allowed)})" if c.allowed else ""
            out.append(f"| `{c.name}` | {c.type} | {c.meaning}{allowed} | {c.blank} |\n")
    return "".join(out)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
