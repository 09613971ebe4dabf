"""Why this class: one message a site, of codes and numbers from its evidence and never beyond it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np
import pandas as pd

from geo.coded import CodedTable
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
    "raster_missing": Note("a rule asks for what no raster says of the site, or of too little of its circle"),
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
SUMMARY = ("total", "area", "visit", "status", "list", "measure")
"""Kinds of rows that sentences are made of, those of rules that answer for a site; single incidents are not read, and
gaps and zones stand in the site's own columns."""


def summary_rows(rules: Rules, evidence: CodedTable) -> CodedTable:
    """The rows of evidence that :func:`reasons` reads.

    Parameters
    ----------
    rules
        The rule set with its settings.
    evidence
        Rows of evidence, their texts as codes.
    """
    ids = [r.id for r in rules.answering("site")]
    rows = np.flatnonzero(evidence["kind"].within(SUMMARY) & evidence["rule"].within(ids))
    return evidence.take(rows) if len(rows) < len(evidence) else evidence


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
    rules
        The rule set with its settings.
    """
    by_site = rows_by_site(summary_rows(rules, CodedTable.of(evidence)).frame(), source_of)
    say = Sentences(rules)
    names = ["source", "site_id", "site_class", "rules_fired", "gaps", "rules_unknown", "zone_status", "zone_unit"]
    columns = [sites[name].to_numpy(dtype=object) for name in names]
    nearest = sites["nearest_incident_m"].to_numpy(np.float64)
    for source, site_id, cls, fired, gaps, unknown, zone, unit, away in zip(*columns, nearest, strict=True):
        rows = by_site.get((source, site_id), ())
        yield say.of(cls, fired, gaps, unknown, zone, unit, away, rows)


class Sentences:
    """Sentences of one rule set; the parts that many sites share are made once."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._top: dict[tuple[str, str], tuple[list[Rule], list[Note]]] = {}
        self._left: dict[str, list[Note]] = {}
        self._zones: dict[tuple[str, str], Note] = {}

    def of(
        self,
        cls: str,
        fired: str,
        gaps: str,
        unknown: str,
        zone: str,
        unit: str,
        nearest_m: float,
        rows: Sequence[Row],
    ) -> Note:
        """Why a site has its class: the rules of that class, else its gaps, else what was looked at; then its zone.

        Parameters
        ----------
        fired
            Ids of the site rules that fired, joined by ``;``.
        gaps
            Codes of the gaps, joined by ``;``.
        unknown
            Ids of the rules that could not be asked, joined by ``;``.
        zone
            Zone status of the site.
        unit
            Unit that gives it the status; blank where none does.
        nearest_m
            Distance of the nearest incident [m]; NaN: there is none.
        rows
            Evidence of the site.
        """
        if fired:
            top, others = self.of_rules(cls, fired)
            parts = [because(rule, rows) for rule in top]
            parts += others
        elif cls == INSUFFICIENT:
            parts = [GAP_WORDS[g] for g in ids(gaps)]
        else:
            parts = [NOTHING]
            if np.isfinite(nearest_m):
                parts.append(nearest(words.km(nearest_m)))
            parts += self.unknown(unknown)
        if zone in ZONE_WORDS:
            parts.append(self.zone(zone, unit))
        head, because_of = CLASS_WORDS[cls], together(parts)
        return Note.finished(f"{head}: {because_of}.", WHOLE.template, head=head, reasons=because_of)

    def zone(self, zone: str, unit: str) -> Note:
        """The zone status of a site, one of :data:`ZONE_WORDS`.

        Parameters
        ----------
        zone
            Zone status of the site.
        unit
            Unit that gives it the status; blank where none does.
        """
        if (zone, unit) not in self._zones:
            words = ZONE_WORDS[zone]
            self._zones[zone, unit] = Note(words.template, unit=unit) if words.params else words
        return self._zones[zone, unit]

    def of_rules(self, cls: str, fired: str) -> tuple[list[Rule], list[Note]]:
        """The rules that gave a site its class, and a note of the others that fired.

        Parameters
        ----------
        fired
            Ids of the site rules that fired, joined by ``;``.
        """
        if (cls, fired) not in self._top:
            top = [r for r in ids(fired) if self.rules[r].cls == cls]
            others = [r for r in ids(fired) if r not in top]
            also = [Note("also {rules}", rules=", ".join(others))] if others else []
            self._top[cls, fired] = [self.rules[r] for r in top], also
        return self._top[cls, fired]

    def unknown(self, unknown: str) -> list[Note]:
        """A note of the rules that could not be asked, if any.

        Parameters
        ----------
        unknown
            Ids of the rules that could not be asked, joined by ``;``.
        """
        if unknown not in self._left:
            left = [r for r in ids(unknown) if r not in self.rules or self.rules[r].answer == "site"]
            self._left[unknown] = [Note("not known: {rules}", rules=", ".join(left))] if left else []
        return self._left[unknown]


WHOLE, WHY, BOTH = Note("{head}: {reasons}."), Note("{why} ({rule})"), Note("{a}; {b}")
NOTHING = Note("no site rule fired on the data at hand")


@lru_cache(maxsize=1 << 12)
def nearest(away: Note) -> Note:
    """How far the nearest event is.

    Parameters
    ----------
    away
        The distance in words.
    """
    return Note("the nearest known event in 36 months is {away} km away", away=away)


def ids(text: str) -> list[str]:
    """What a column lists, parted by semicolons.

    Parameters
    ----------
    text
        A cell of ids or codes, joined by ``;``.
    """
    return [part for part in text.split(";") if part]


def because(rule: Rule, rows: Sequence[Row]) -> Note:
    """Why one rule fired, with its id.

    Parameters
    ----------
    rule
        The rule that is asked.
    rows
        Evidence of this rule at the site.
    """
    why = KINDS[rule.kind].explain(rule, [r for r in rows if r.rule == rule.id])
    return Note.finished(f"{why} ({rule.id})", WHY.template, why=why, rule=rule.id)


def together(parts: Sequence[Note]) -> Note:
    """Parts of one sentence, parted by semicolons.

    Parameters
    ----------
    parts
        Notes in their order, at least one.
    """
    out, *rest = parts
    for part in rest:
        out = Note.finished(f"{out}; {part}", BOTH.template, a=out, b=part)
    return out
