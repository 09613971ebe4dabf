"""Writes docs/rules.md from data/rules.toml, so that page and engine never differ."""

from __future__ import annotations

from pathlib import Path

from geo.rules.coverage_gaps import GAPS
from geo.rules.rule_set import Rules
from layers.reference.rule_files import default_rules

PAGE = Path(__file__).resolve().parents[1] / "docs" / "rules.md"
HEAD = """# The rules

Made from `data/rules.toml` by `scripts/write_rule_docs.py`; a test holds the two together. To use other numbers, copy
that file, change it, and pass it with `--rules`; an error names the key, the value and what is allowed.

Site, as-of date T. An incident is eligible when it starts on or before T, ends after T minus the window, and its best
estimate is at least one death. `T - n months` keeps the day and clips to the month's end. Distances are geodesic on
WGS 84, in metres; limits are inclusive. Counts and sums are made per source: one source alone has to fire a rule.

| Rule | Question | Fires when | Class | Axis | Ground |
|---|---|---|---|---|---|
"""
TAIL = """
## From facts to a class

Any C rule fired: `conflict-affected`. Else any H rule: `high-risk`. Else any gap below: `insufficient data`. Else
`no indicators found`, with `data_coverage: partial` where `rules_unknown` is not empty. `certain_class` counts only
what holds whatever the position errors and with the low estimates; `possible_class` counts whatever could hold: errors,
high estimates, rules that could not be evaluated, and any gap.

| Gap | Meaning |
|---|---|
"""
SETTINGS = """
## Settings

| Setting | Value |
|---|---|
"""


def page(rules: Rules) -> str:
    """The whole page."""
    lines = [
        f"| {r.id} | {r.question} | {r.limit() or 'see the question'} | {r.cls} | {r.axis} | {r.ground} |"
        for r in rules.rules
    ]
    gaps = [f"| `{name}` | {meaning} |" for name, meaning in GAPS.items()]
    settings = [f"| `{name}` | {value:g} |" for name, value in vars(rules.settings).items()]
    return HEAD + "\n".join(lines) + "\n" + TAIL + "\n".join(gaps) + "\n" + SETTINGS + "\n".join(settings) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(default_rules()), "utf-8")
