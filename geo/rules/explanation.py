"""Why this class: one message a site, of codes and numbers from its evidence and never beyond it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from geo.messages import Note
from geo.rules import words
from geo.rules.classify import AFFECTED, HIGH_RISK, INSUFFICIENT, NONE
from geo.rules.coverage_gaps import AREA_GAPS, GAPS
from geo.rules.registry import KINDS
from geo.rules.row import Row, rows_by_site
from geo.rules.rule import Rule
from geo.rules.rule_set import Rules

CLASS_WORDS = {
    AFFECTED: Note("Conflict-affected"),
    HIGH_RISK: Note("High-risk"),
    NONE: Note("No indicators found"),
    INSUFFICIENT: Note("Insufficient data"),
}
GAP_WORDS = {
    "no_coordinates": Note("the position of the site is not known"),
    "country_unknown": Note("the country of the site is not known"),
    "not_covered": Note("no source covers the whole look-back window in the site's country"),
    "neighbour_uncovered": Note("the circle around the site reaches into a country that the source does not cover"),
    "neighbours_unknown": Note("no country outlines at hand to see which countries the circle reaches"),
    "incident_rejected": Note("an incident near the site could not be read"),
    "admin2_not_loaded": Note("no boundaries of second-order units are loaded"),
    "admin1_not_loaded": Note("no boundaries of first-order units are loaded"),
    "admin2_unknown": Note("the second-order unit of the site is not known"),
    "admin1_unknown": Note("the first-order unit of the site is not known"),
    "boundary_version_unknown": Note("boundaries of unknown vintage were used"),
    "boundaries_not_districts": Note("the loaded boundaries are not those of districts or regions"),
    "labels_unmatched": Note("an incident's label names no unit, so that it may lie in the site's"),
    "incident_unread": Note("an incident that may lie in the site's unit could not be read"),
}
"""Every gap of the site class and the area class, in words."""
assert set(GAP_WORDS) == {*GAPS, *AREA_GAPS}
ZONE_WORDS = {
    "inside_compliant": Note("inside the compliant zone {unit}", unit="{unit}"),
    "inside_priority": Note("inside the priority zone {unit}", unit="{unit}"),
    "inside_monitored": Note("inside the monitored zone {unit}", unit="{unit}"),
    "inside_suspended": Note("inside the suspended zone {unit}", unit="{unit}"),
    "outside": Note("outside every named zone"),
    "unknown": Note("zone status unknown"),
}
SUMMARY = ("total", "area", "visit", "status", "list", "zone", "gap")
"""Kinds of rows that sentences are made of; single incidents are not read."""


def reasons(rules: Rules, sites: pd.DataFrame, evidence: pd.DataFrame, source_of: Mapping[str, str]) -> Iterator[Note]:
    """The sentence of every site, in the order of `sites`.

    Parameters
    ----------
    sites
        Frame of :data:`geo.schema.ASSESSED`; key is (source, site_id).
    evidence
        Frame of :data:`geo.schema.EVIDENCE` of the same run.
    source_of
        The incident source of each dataset name.
    """
    told = evidence[evidence["kind"].isin(SUMMARY).to_numpy(np.bool_)]
    by_site = rows_by_site(told, source_of)
    names = ["source", "site_id", "site_class", "rules_fired", "gaps", "rules_unknown", "zone_status", "zone_unit"]
    columns = [sites[name].to_numpy(dtype=object) for name in names]
    nearest = sites["nearest_incident_m"].to_numpy(np.float64)
    for source, site_id, cls, fired, gaps, unknown, zone, unit, away in zip(*columns, nearest, strict=True):
        rows = by_site.get((source, site_id), [])
        yield sentence(rules, str(cls), _ids(fired), _ids(gaps), _ids(unknown), str(zone), str(unit), away, rows)


def _ids(text: object) -> list[str]:
    return [part for part in str(text).split(";") if part]


def sentence(
    rules: Rules,
    cls: str,
    fired: list[str],
    gaps: list[str],
    unknown: list[str],
    zone: str,
    unit: str,
    nearest_m: float,
    rows: list[Row],
) -> Note:
    """Why a site has its class: the rules of that class, else its gaps, else what was looked at; then its zone."""
    parts: list[Note] = []
    if fired:
        top = [r for r in fired if rules[r].cls == cls]
        parts += [because(rules[r], rows) for r in top]
        others = [r for r in fired if r not in top]
        if others:
            parts.append(Note("also {rules}", rules=", ".join(others)))
    elif cls == INSUFFICIENT:
        parts += [GAP_WORDS[g] for g in gaps]
    else:
        parts.append(Note("no site rule fired on the data at hand"))
        if np.isfinite(nearest_m):
            parts.append(Note("the nearest known event in 36 months is {away} km away", away=words.km(nearest_m)))
        left = [r for r in unknown if r not in rules or rules[r].answer == "site"]
        if left:
            parts.append(Note("not known: {rules}", rules=", ".join(left)))
    if zone in ZONE_WORDS:
        said = ZONE_WORDS[zone]
        parts.append(Note(said.template, unit=unit) if said.params else said)
    return Note("{head}: {reasons}.", head=CLASS_WORDS[cls], reasons=together(parts))


def because(rule: Rule, rows: list[Row]) -> Note:
    """Why one rule fired, with its id."""
    own = [r for r in rows if r.rule == rule.id or (r.rule == "" and r.kind == "zone")]
    return Note("{why} ({rule})", why=KINDS[rule.kind].explain(rule, own), rule=rule.id)


def together(parts: list[Note]) -> Note:
    """Parts of one sentence, parted by semicolons."""
    if len(parts) == 1:
        return parts[0]
    head, *rest = parts
    out = head
    for part in rest:
        out = Note("{a}; {b}", a=out, b=part)
    return out
