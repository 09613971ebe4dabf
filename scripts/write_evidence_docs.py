"""Writes docs/evidence.md: what every row, code and column of evidence.csv means, from the code that writes them.

Run: `python -m scripts.write_evidence_docs`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from geo.rules.coverage_gaps import AREA_GAPS, GAPS
from geo.rules.evidence import OPEN_COLUMNS
from geo.rules.registry import KINDS as RULE_KINDS
from geo.schema import EVIDENCE, EVIDENCE_KINDS
from i18n import labels
from i18n.evidence_messages import FACTS, REASONS
from jobs.screening import labels as screening
from jobs.screening.evidence_messages import FACTS as SCREENING_FACTS
from jobs.screening.evidence_messages import STATUSES as SCREENING_STATUSES

PAGE = Path(__file__).resolve().parents[1] / "docs" / "evidence.md"

KINDS = {
    "total": "what a rule counted in all: events, deaths, the nearest of them",
    "incident": "one incident that a rule counted",
    "near_miss": "what did not count: below the threshold, beyond the limit, too old, or possible only",
    "area": "what a unit counts in all, of which the ten deadliest stand below as incidents",
    "visit": "one visit that a rule read",
    "status": "a colour of a scheme at the date",
    "list": "an entry of a list that names the place",
    "measure": "a number of a raster that a rule of the user's own file reads, its unit in `basis`",
    "zone": "an entry of the zone register, the unit of the site, or the nearest edge of a named unit",
    "gap": "what could not be looked at, or why a rule could not be evaluated",
    "coverage": "a source that is declared to cover the site's country; `dataset` names the sources",
}
PATTERNS = {
    "sum_{n}m": "(`area`) events and deaths of the unit named in `status`, over n months",
    "covered_{n}m_lethal": "(`coverage`) deadly events are covered over n months",
    "covered_{n}m_all": "(`coverage`) events without deaths are covered too, over n months",
    "area_{gap}": "(`gap`) a gap of the area class, of the table below",
}
HEAD = """# Evidence: rows, codes, columns

Made by `scripts/write_evidence_docs.py` from the code that writes and reads them; a test holds page and code
together.

`evidence.csv` holds codes and numbers, no sentences: from it alone, `run.json` and the key, position, minerals and
date of a site, `cahra verify` derives every class, list and figure again. Words for a reader are made where they are
shown (`i18n/evidence_messages.py`), in either language. A row begins with `site_id, source, kind, rule`: without a
rule it is a fact or a gap of the whole verdict. Rows stand by site, rule (no rule last), kind, distance, date,
record.

What a rule found is `fact`, with its value in `status` (or in `events` and `deaths`, where it is a sum); what it is
held against are the four `limit_` columns, those of the rule's first test and its longest window. `distance_m` is
measured from the site to the point of a record, `edge_m` to the edge of a unit: they are never the same thing. Of a
restricted row (ACLED) only `{open}` leave this machine, the distance in whole kilometres.
"""


def table(heads: Iterable[str], lines: Iterable[Iterable[str]]) -> str:
    """A table in Markdown."""
    heads = list(heads)
    rows = [heads, ["---"] * len(heads), *map(list, lines)]
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)


def page() -> str:
    """The whole page."""
    kind_words = {**labels.EVIDENCE_KINDS, **screening.EVIDENCE_KINDS}
    gaps = dict.fromkeys((*GAPS, *AREA_GAPS))
    of = {code: [a for a, known in (("site", GAPS), ("area", AREA_GAPS)) if code in known] for code in gaps}
    parts = [
        HEAD.format(open=", ".join(OPEN_COLUMNS)),
        "\n## Kinds of rows\n\n",
        table(("`kind`", "In words", "What it is"), ((f"`{k}`", kind_words[k], KINDS[k]) for k in EVIDENCE_KINDS)),
        "\n## What was found: `fact`\n\n",
        table(("Code", "Meaning"), ((f"`{code}`", text) for code, text in {**FACTS, **PATTERNS}.items())),
        "\n## Gaps\n\nA gap of the site class makes a site at which no site rule fired `insufficient data`; one of the "
        "area class does so for the area class.\n\n",
        table(
            ("Code", "Of the class of the", "Meaning"),
            ((f"`{c}`", " and ".join(of[c]), labels.GAPS[c]) for c in gaps),
        ),
        "\n## Why a rule is not known: `status` beside `rule_unknown`\n\n",
        table(("Code", "Meaning"), ((f"`{c}`", text) for c, text in REASONS.items())),
        "\n## Rows of a screening\n\nThe evidence of `cahra screen` has more kinds, in the parts company and transit."
        "\n\n",
        table(("`kind`", "In words"), ((f"`{k}`", screening.EVIDENCE_KINDS[k]) for k in SCREENING_KINDS)),
        "\n",
        table(("`fact`", "Meaning"), ((f"`{c}`", text) for c, text in SCREENING_FACTS.items())),
        "\n",
        table(
            ("`kind`", "`status`", "Meaning"),
            ((f"`{kind}`", f"`{c}`", text) for kind, words in SCREENING_STATUSES.items() for c, text in words.items()),
        ),
        "\n## Columns\n\n",
        table(
            ("Column", "Type", "Meaning", "A blank means"),
            (
                (f"`{c.name}`", c.type, c.meaning + (f" ({', '.join(c.allowed)})" if c.allowed else ""), c.blank)
                for c in EVIDENCE
            ),
        ),
        "\nKinds of rules: " + ", ".join(f"`{name}`" for name in RULE_KINDS) + "; see [rules.md](rules.md).\n",
    ]
    return "".join(parts)


SCREENING_KINDS = ("transit", "dodd_frank", "kp_status", "mineral", "near_zone", "known_site")

if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
