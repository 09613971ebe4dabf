"""Brings docs/inputs.md up to date with the registry of sources and readers; run it after changing one.

The parts between ``<!-- made: NAME -->`` and ``<!-- end -->`` are made from the code and the tables of `data/`; the
prose between them is written by hand. A test holds page and code together.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from cli.reading import add_reading
from jobs.inspection import ROLES
from layers.formats.sniff import EXPECTED
from layers.reference.tables import columns, rows
from layers.sources.column_words import WORDS, rules
from layers.sources.incidents import SOURCES
from layers.sources.rmi_template import LOOK_UP, MINES, PRODUCTS, SMELTERS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "inputs.md"
OPTIONS = {
    "sites": "`--sites F`", "suppliers": "`cahra screen --list F`", "incidents": "`--incidents F`",
    "boundaries": "`--boundaries F`", "coverage": "`--incident-coverage F`",
    "programmes": "`cahra programmes --programmes F`",
    "zones": "`--zones F`", "findings": "`--findings F`", "eu_list": "`--eu-list F`",
    "roads": "`cahra screen --roads F`", "rules": "`--rules F.toml`",
}  # fmt: skip
LAYOUTS = {"site_list": "Lists of sites", "suppliers": "Companies' lists (and the words of lists of sites)",
           "boundaries": "Boundaries", "programmes": "Programmes", "coverage": "Coverage",
           "listed_areas": "Lists of areas"}  # fmt: skip
FORMS = {
    "text": "Text: comma, semicolon, tab or bar; UTF-8, else Windows 1252; decimal point or comma",
    "json": "GeoJSON, TopoJSON, or JSON that is one list of records (saved replies of UCDP's and ACLED's interfaces)",
    "zip": "Excel workbook; zipped shapefiles, tables or GeoJSON; KMZ",
    "gzip": "gzip of one of the text forms",
    "xml": "KML, GPX (waypoints, routes, tracks), IATI activities: the root element decides",
    "gpkg": "GeoPackage",
    "geoparquet": "GeoParquet (shapes as WKB or in the native encodings) and plain Parquet",
    "geotiff": "GeoTIFF, for backgrounds of maps",
}
_PART = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def kinds() -> str:
    """What a file may be, and the option that takes it."""
    lines = [f"| {words} | {OPTIONS[role]} |" for role, words in ROLES.items()]
    return "\n".join(["| Kind of file | Given as |", "|---|---|", *lines])


def formats() -> str:
    """Endings by form."""
    by_form: dict[str, list[str]] = {}
    for ending, forms in EXPECTED.items():
        by_form.setdefault(forms[0], []).append(f"`.{ending}`")
    lines = [f"| {FORMS[form]} | {', '.join(endings)} |" for form, endings in by_form.items()]
    return "\n".join(["| Form | Endings |", "|---|---|", *lines])


def options() -> str:
    """The options that say of a file what it does not say itself."""
    parser = argparse.ArgumentParser(add_help=False)
    add_reading(parser)
    lines = []
    for action in parser._actions:
        values = action.metavar or " or ".join(action.choices or ())
        option_text = f"{action.option_strings[0]} {values}".strip().replace("|", "\\|")
        lines.append(f"| `{option_text}` | {action.help} |")
    return "\n".join(["| Option | What it says |", "|---|---|", *lines])


def incidents() -> str:
    """The sources of incidents, as they declare themselves."""
    lines = [f"| `{source.layout}` | {source.described} |" for source in SOURCES]
    return "\n".join(["| Layout | Known by |", "|---|---|", *lines])


def fields() -> str:
    """Fields of every layout with the spellings and words of their columns."""
    out = []
    for layout, title in LAYOUTS.items():
        spelled = columns(layout)
        words: dict[str, list[str]] = {}
        for rule in rules(*WORDS.get(layout, ())[:1]):
            spellings_ = " + ".join(
                "/".join(sorted(group)[:4]) + ("/…" if len(group) > 4 else "") for group in rule.words
            )
            words.setdefault(rule.field, []).append(spellings_)
        out += [f"**{title}** (`{layout}`)", "", "| Field | Whole spellings | Words |", "|---|---|---|"]
        for name in dict.fromkeys([*spelled, *words]):
            whole = [*dict.fromkeys(spelled.get(name, ()))]
            shown = ", ".join(whole[:6]) + (" …" if len(whole) > 6 else "")
            out.append(f"| `{name}` | {shown} | {'; '.join(words.get(name, [])[:3])} |")
        out.append("")
    return "\n".join(out).rstrip()


def templates() -> str:
    """Revisions of the reporting templates that are read, and what of them."""
    listed, lines = rows("reporting_templates.csv"), []
    several = {row["kind"] for row in listed if row["from_revision"] != "0"}
    for row in listed:
        sheets = ["Declaration", SMELTERS, *([MINES] if row["mine_list"] == "yes" else []), PRODUCTS]
        if row["smelter_columns"] == "lookup":
            sheets.append(LOOK_UP)
        first = "before the next" if row["kind"] in several else "all"
        since = first if row["from_revision"] == "0" else f"from {row['from_revision']}"
        lines.append(f"| {row['kind']} | {since} | {', '.join(sheets)} | {row['source'].removeprefix('layout ')} |")
    return "\n".join(["| Template | Revisions | Sheets read | Layout |", "|---|---|---|---|", *lines])


PARTS = {"kinds": kinds, "formats": formats, "options": options, "incidents": incidents, "fields": fields,
         "templates": templates}  # fmt: skip


def page(text: str) -> str:
    """The page with its made parts anew."""
    return _PART.sub(lambda found: f"{found[1]}{PARTS[found[2]]()}\n{found[3]}", text)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
