"""Kind ``raster``: what a raster says of a site, held against a limit; it stands in a user's own rule file alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import schema
from geo.messages import Note
from geo.rasters.schema import MEASURED, MEASURES, UNITS
from geo.rules.evidence import Evidence
from geo.rules.finding import Finding
from geo.rules.kind import add_unknown
from geo.rules.row import Derived, Row, SiteRow, is_unknown
from geo.rules.rule import Rule, listed
from geo.rules.scene import Scene

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

GAP = "raster_missing"
"""The gap of a site of which a rule of this kind cannot say anything."""
SHARE = "raster_coverage"
"""Fact of the row that says on which share of a circle people were counted."""


class Raster:
    """A column of :data:`geo.rasters.schema.MEASURED`, at least or at most a number.

    People are counted where the raster holds a value, so that there may be more: as many as the limit is enough
    whatever is missing, and fewer are believed only where `min_coverage` of the circle was looked at.
    """

    name = "raster"
    answers: tuple[str, ...] = ("site",)
    required: tuple[str, ...] = ("column",)
    optional: tuple[str, ...] = ("at_least", "at_most", "min_coverage")

    def evaluate(self, rule: Rule, scene: Scene, evidence: Evidence) -> Finding:
        """Unknown without a raster, without a value, and where too little of the circle holds one to tell.

        Parameters
        ----------
        rule, scene, evidence
            As :meth:`geo.rules.kind.RuleKind.evaluate` takes them.
        """
        seen = measure_of(scene.measured, scene.sites, rule.column)
        fired, reasons = decided(rule, seen)
        rows = np.flatnonzero(np.isfinite(seen.value))
        source = {"dataset": seen.dataset, "dataset_version": seen.version}
        _add_evidence(evidence, rule.id, rule.column, UNITS[rule.column], rows, seen.value, source)
        if rule.column in COUNTED:
            _add_evidence(
                evidence, rule.id, SHARE, UNITS[SHARE], np.flatnonzero(np.isfinite(seen.share)), seen.share, source
            )
        return add_unknown(evidence, Finding.of(rule.id, fired, reasons=reasons))

    def explain(self, rule: Rule, rows: list[Row]) -> Note:
        """What was measured, and on which share of the circle.

        Parameters
        ----------
        rule, rows
            As :meth:`geo.rules.kind.RuleKind.explain` takes them.
        """
        value, share = _number(rows, rule.column), _number(rows, SHARE)
        if value is None:
            return self.limit(rule)
        if rule.column not in COUNTED:
            return Note("{n} minute{n?|s} of travel", n=int(value))
        return Note(
            "{n} people within {km} km, counted on {share}% of the circle",
            n=int(value), km=COUNTED[rule.column], share=round(100 * (share or 0.0)),
        )  # fmt: skip

    def explain_sums(self, rule: Rule) -> None:
        """It reads no sums.

        Parameters
        ----------
        rule
            The rule that is asked.
        """

    def rederive(self, rule: Rule, site: SiteRow, rows: list[Row]) -> Derived:
        """From the measured number and the share that evidence names.

        Parameters
        ----------
        rule, site, rows
            As :meth:`geo.rules.kind.RuleKind.rederive` takes them.
        """
        value, share = _number(rows, rule.column), _number(rows, SHARE)
        enough = rule.column not in COUNTED or (share is not None and share >= rule.min_coverage)
        if rule.at_least is not None:
            fired = value is not None and value >= rule.at_least
            known = fired or (value is not None and enough)
        else:
            assert rule.at_most is not None
            fired = value is not None and value <= rule.at_most and enough
            known = fired or (value is not None and value > rule.at_most)
        fault = "" if known != is_unknown(rows) else "unknown"
        return Derived(fired, fired, fired, not known, fault=fault)

    def limit(self, rule: Rule) -> Note:
        """The number, and the share of the circle that has to hold values.

        Parameters
        ----------
        rule
            The rule that is asked.
        """
        n = rule.at_most if rule.at_least is None else rule.at_least
        least = rule.at_least is not None
        number = "" if n is None else f"{n:.15g}"
        if rule.column not in COUNTED:
            template = (
                Note("at least {n} minute{n?|s} of travel") if least else Note("at most {n} minute{n?|s} of travel")
            )
            return Note(template.template, n=number)
        template = Note("at least {n} people within {km} km") if least else Note("at most {n} people within {km} km")
        looked = Note("values on {share}% of the circle or more", share=f"{100 * rule.min_coverage:.15g}")
        return listed([Note(template.template, n=number, km=COUNTED[rule.column]), looked])


COUNTED = {"population_5km": "5", "population_20km": "20"}
"""Columns that count people, and the radius of their circle [km]."""


class Measure(NamedTuple):
    """One column of every site: the number, the share of its circle with values (NaN: no circle), file and version."""

    value: Floats
    share: Floats
    dataset: Texts
    version: Texts


def measure_of(measured: pd.DataFrame | None, sites: pd.DataFrame, column: str) -> Measure:
    """What rasters say of each site in one column of :data:`geo.rasters.schema.MEASURED`.

    Parameters
    ----------
    measured
        :data:`geo.rasters.schema.MEASURED`; None: no raster was given.
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    column
        A column of :data:`geo.rasters.schema.MEASURES`.
    """
    n = len(sites)
    table = schema.empty(MEASURED) if measured is None else schema.conform(measured, MEASURED)
    table = table[(table["measure"] == column).to_numpy()]
    out = Measure(np.full(n, np.nan), np.full(n, np.nan), np.full(n, "", object), np.full(n, "", object))
    if not len(table):
        return out
    keys = ["source", "site_id"]
    place = pd.MultiIndex.from_frame(table[keys]).get_indexer(pd.MultiIndex.from_frame(sites[keys]))
    has = np.flatnonzero(place >= 0)
    for values, name in zip(out, ("value", "share", "dataset", "dataset_version"), strict=True):
        values[has] = table[name].to_numpy(dtype=values.dtype)[place[has]]
    return out


def measures_of(measured: pd.DataFrame, sites: pd.DataFrame) -> dict[str, Floats]:
    """The columns of :data:`geo.rasters.schema.MEASURES` of every site.

    Parameters
    ----------
    measured
        :data:`geo.rasters.schema.MEASURED`.
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    """
    measures = {name: measure_of(measured, sites, name) for name in (c.name for c in MEASURES) if name != SHARE}
    values = {name: seen.value for name, seen in measures.items()} | {SHARE: measures["population_20km"].share}
    return {c.name: values[c.name] for c in MEASURES}


def raster_gap(rules: Sequence[Rule], answers: Sequence[Finding], evidence: Evidence, n: int) -> dict[str, Bools]:
    """Where a rule of this kind could not be told: the site lacks what could have been found, and is not calm.

    Parameters
    ----------
    rules
        The rules, in their order.
    answers
        What each rule says of every site, in the order of `rules`.
    evidence
        Gathers rows of evidence.
    n
        Number of sites.
    """
    mine = {rule.id for rule in rules}
    lacking = np.logical_or.reduce([np.zeros(n, np.bool_), *(f.unknown for f in answers if f.rule in mine)])
    evidence.facts("gap", "", np.flatnonzero(lacking), fact=GAP)
    return {GAP: lacking}


def decided(rule: Rule, seen: Measure) -> tuple[Bools, dict[str, Bools]]:
    """Where the rule fires, and why it cannot be told elsewhere.

    Parameters
    ----------
    rule
        The rule that is asked.
    seen
        The rule's column at every site.
    """
    known = np.isfinite(seen.value)
    looked = np.ones(len(known), np.bool_)
    if rule.column in COUNTED:
        looked = np.nan_to_num(seen.share) >= rule.min_coverage
    with np.errstate(invalid="ignore"):
        if rule.at_least is not None:
            fired, calm = seen.value >= rule.at_least, looked
        else:
            assert rule.at_most is not None
            fired, calm = (seen.value <= rule.at_most) & looked, seen.value > rule.at_most
    fired &= known
    return fired, {"no_raster": ~known, "raster_thin": known & ~fired & ~calm}


def _add_evidence(
    evidence: Evidence, rule: str, fact: str, unit: str, rows: npt.NDArray[np.int64], values: Floats,
    source: dict[str, Texts],
) -> None:  # fmt: skip
    evidence.facts(
        "measure", rule, rows, fact=fact, basis=unit,
        status=np.array([f"{v:.15g}" for v in values[rows].tolist()], dtype=object),
        **{name: texts[rows] for name, texts in source.items()},
    )  # fmt: skip


def _number(rows: list[Row], fact: str) -> float | None:
    """The number of a row of evidence; None where there is none, or it is no number."""
    for row in rows:
        if row.kind == "measure" and row.fact == fact:
            try:
                value = float(row.status)
            except ValueError:
                return None
            return value if math.isfinite(value) else None
    return None
