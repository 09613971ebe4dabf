"""Writes docs/rules.md from data/rules.toml, so that page and engine never differ.

Run: `python -m scripts.write_rule_docs`.
"""

from __future__ import annotations

from pathlib import Path

from geo.rules.coverage_gaps import AREA_GAPS, GAPS
from geo.rules.registry import KINDS
from geo.rules.rule import Rule
from geo.rules.rule_set import Rules
from i18n import labels
from layers.reference.rule_files import default_rules

PAGE = Path(__file__).resolve().parents[1] / "docs" / "rules.md"
HEAD = """# The rules, version {version}

Made from `data/rules.toml` by `scripts/write_rule_docs.py`; a test holds the two together. Every number, and every
rule, is configuration: copy that file, change it, and pass it with `--rules`; an error names the key, the value and
what is allowed. A rule may have any id; what its kind and its filters may be stands at the head of the file.

Four answers, never one score: the **site class** (the headline), from what is known at or near the site and nothing
else; the **area class**, the same four words for the site's district and region, context beside it; the **zone
status**; and **listings and statuses**, each its own column. What rows of evidence mean is in
[evidence.md](evidence.md).

Site, as-of date T. An incident is *lethal* when its best estimate is at least one death; *violent* when it is lethal
or of a violent type; *control* when a non-state group takes ground (`data/acled_event_types.csv`). It is in a window
of n months when it starts on or before T and ends after T minus n months; `T - n months` keeps the day and clips to
the end of the month. Visits: T - n months < day <= T. Distances are geodesic on WGS 84, in metres; limits are
inclusive. Counts and sums are made per source and never added: one source alone has to fire a rule.
"""
ANSWERS = {
    "site": "Site rules: the site class",
    "area": "Area rules: the area class, context and never the headline",
    "listing": "Listings: columns of their own, no class",
}
TAIL = """
## From facts to a class

Any site rule of the class conflict-affected fired: `conflict-affected`. Else any of high-risk: `high-risk`. Else any
gap of the site class: `insufficient data`. Else `no indicators found`. The area class is the same over the area
rules, with gaps of its own. A rule that could not be evaluated, or is switched off, stands in `rules_unknown`; a calm
class then has `data_coverage: partial`, as has a class that survives a gap.

Brackets are about measurement only. `certain_class` counts an incident when its distance and the errors of both
positions lie within the limit, its whole span lies in the window, and with the lower of the low and best estimate;
`possible_class` counts it when it may lie within the limit (one of precision 2 so for the rules of exact places too),
on any day of its span, with the higher of the high and best estimate, and adds the expected number of incidents that
are known by district or region only. Rules that are unknown lift neither.
"""
REASONS = {
    "coverage_months": "a source must cover the whole of these months before T",
    "neighbour_km": "every country within this circle must be covered too [km]",
    "zone_border_km": "`near_border`: not more than this and the position error from a zone's edge [km]",
    "position_error_km": "taken where a site states no position error [km]",
    "imprecise_radius_km": "how far a precision 2 incident may lie from its point [km]",
    "status_months": "a green RCM status without a new inspection turns blue after this [months]",
    "yellow_months": "a yellow one without a stated end [months]",
    "blue_months": "how long blue lasts [months]",
    "blue_expires_to": "what follows: `unknown`, or `red`, the letter of ICGLR's MD.01",
    "aged_status_fires": "whether a colour that came by age, not by inspection, may fire a rule",
}


def _filters(rule: Rule) -> str:
    """What of incidents, or of sites, a rule takes, where that is not the usual."""
    filters = [f"test {i + 1}: {t.effect} events" for i, t in enumerate(rule.tests) if t.effect]
    filters += ["events without deaths only"] if not rule.lethal else []
    filters += [f"{rule.effect} events"] if rule.effect != "lethal" else []
    filters += [f"violence: {', '.join(rule.violence)}"] if rule.violence else []
    filters += ["civilian deaths"] if rule.deaths == "civilian" else []
    return "; ".join(["", *filters])


def _rules(rules: tuple[Rule, ...]) -> str:
    lines = ["| Rule | Question | Fires when | Class | Kind | Ground |", "|---|---|---|---|---|---|"]
    lines += [
        f"| `{r.id}` | {r.asks()} | {KINDS[r.kind].limit(r)}{_filters(r)} | {r.cls or 'none'} | `{r.kind}`"
        f" | {r.ground} |"
        for r in rules
    ]
    return "\n".join(lines) + "\n"


def _gaps(title: str, gaps: tuple[str, ...]) -> str:
    lines = [f"\n## {title}\n", "| Gap | Meaning |", "|---|---|", *(f"| `{g}` | {labels.GAPS[g]} |" for g in gaps)]
    return "\n".join(lines) + "\n"


def page(rules: Rules) -> str:
    """The whole page."""
    parts = [HEAD.format(version=rules.version)]
    parts += [f"\n## {title}\n\n{_rules(rules.answering(answer))}" for answer, title in ANSWERS.items()]
    parts += [TAIL, _gaps("Gaps of the site class", GAPS), _gaps("Gaps of the area class", AREA_GAPS)]
    settings = [
        f"| `{name}` | {f'{value:g}' if isinstance(value, float) else str(value).lower()} | {REASONS[name]} |"
        for name, value in vars(rules.settings).items()
    ]
    parts.append("\n## Settings\n\n| Setting | Value | What it is |\n|---|---|---|\n" + "\n".join(settings) + "\n")
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(default_rules()), "utf-8")
