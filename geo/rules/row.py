"""One row of evidence as a plain value, and what a kind derives from such rows."""

from __future__ import annotations

import calendar
import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from geo.rules.rule import Rule, Settings


class Row(NamedTuple):
    """A row of :data:`geo.schema.EVIDENCE`: dates None and numbers NaN where blank, `origin` its incident source."""

    kind: str
    rule: str
    fact: str
    status: str
    record_id: str
    dataset: str
    origin: str
    start: dt.date | None
    end: dt.date | None
    date_prec: float
    precision: float
    distance_m: float
    edge_m: float
    events: float
    deaths: float
    best: float
    low: float
    high: float
    civilians: float
    effect: str
    violence: str
    basis: str

    @property
    def is_withheld(self) -> bool:
        """Whether its licence withholds what a rule would need."""
        return self.kind in ("incident", "near_miss") and self.fact == "" and bool(self.record_id)


@dataclass(frozen=True)
class SiteRow:
    """A site as an auditor reads it: what a user gave or a layer stated, and the settings of the run."""

    day: dt.date
    error_m: float
    country: str
    minerals: tuple[str, ...]
    placed: bool
    settings: Settings


class Derived(NamedTuple):
    """What follows from the evidence of one rule; `fault` names a row that contradicts the others."""

    fired: bool
    certain: bool
    possible: bool
    unknown: bool
    withheld: bool = False
    fault: str = ""


def before(day: dt.date, months: int) -> dt.date:
    """The day `months` calendar months earlier, clipped to the end of that month.

    >>> before(dt.date(2024, 5, 31), 12), before(dt.date(2016, 2, 29), 12)
    (datetime.date(2023, 5, 31), datetime.date(2015, 2, 28))

    Parameters
    ----------
    day
        Any day.
    months
        How far back [calendar months].
    """
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def is_unknown(rows: Iterable[Row]) -> bool:
    """Whether a row says that the rule could not be evaluated.

    Parameters
    ----------
    rows
        Evidence of one rule at one site.
    """
    return any(r.kind == "gap" and r.fact == "rule_unknown" for r in rows)


_DAYS = {2.0: 5, 3.0: 6, 4.0: 30, 5.0: 365}


def span(row: Row, bracket: str) -> tuple[dt.date, dt.date]:
    """First and last day that an incident may have; a date of one day may be wrong by its precision.

    Parameters
    ----------
    row
        A row that names an incident.
    bracket
        `best`, `low` or `high`.
    """
    assert row.start is not None
    end = row.end or row.start
    slack = _DAYS.get(row.date_prec, 0) if bracket != "best" and end <= row.start else 0
    return row.start - dt.timedelta(days=slack), end + dt.timedelta(days=slack)


def meets(rows: Iterable[Row], bracket: str, rule: Rule, day: dt.date, expected: Iterable[Row] = ()) -> bool:
    """Whether one source alone meets one test, from incidents that lie near enough (or in the unit).

    `bracket` is best, low (wholly in the window, no more than best) or high (any day, no less than best).

    Parameters
    ----------
    rows
        Evidence of one rule at one site, incidents alone.
    bracket
        `best`, `low` or `high`.
    rule
        The rule that is asked.
    day
        The day that is asked about.
    expected
        Rows of incidents known by their unit only, with the number to be expected within the circle.
    """
    rows, more = list(rows), list(expected)
    for test in rule.tests:
        first = before(day, test.months)
        sums: dict[str, tuple[float, float]] = {}
        for row in rows:
            if row.start is None:
                continue
            start, end = span(row, bracket)
            inside = start > first and end <= day if bracket == "low" else start <= day and end > first
            counted, dead = counts(row, bracket, rule, test.effect or rule.effect)
            if inside and counted:
                events, total = sums.get(row.origin, (0.0, 0.0))
                sums[row.origin] = (events + 1, total + dead)
        guessed = [r for r in more if r.status == f"{test.months}m {test.effect or rule.effect}"]
        for row in guessed:
            events, total = sums.get(row.origin, (0.0, 0.0))
            sums[row.origin] = (events + row.events, total + row.deaths)
        half = 0.5 if guessed else 0.0
        for events, total in sums.values():
            if (test.min_events and events >= test.min_events - half) or (test.min_deaths and total >= test.min_deaths):
                return True
    return False


def sums(rows: Iterable[Row], rule: Rule, day: dt.date) -> dict[str, tuple[int, float, float]]:
    """Events, deaths and the least distance [m] by source, of the rows that any test of the rule counts.

    Parameters
    ----------
    rows
        Evidence of one rule at one site, incidents alone.
    rule
        The rule that is asked.
    day
        The day that is asked about.
    """
    out: dict[str, tuple[int, float, float]] = {}
    for row in rows:
        inside = [
            counts(row, "best", rule, test.effect or rule.effect)
            for test in rule.tests
            if row.start is not None and row.start <= day and span(row, "best")[1] > before(day, test.months)
        ]
        if any(counted for counted, _ in inside):
            events, dead, near = out.get(row.origin, (0, 0.0, math.inf))
            out[row.origin] = (events + 1, dead + inside[-1][1], min(near, row.distance_m))
    return out


def counts(row: Row, bracket: str, rule: Rule, effect: str) -> tuple[bool, float]:
    """Whether a test of that effect counts an incident, and its deaths.

    Parameters
    ----------
    row
        A row that names an incident.
    bracket
        `best`, `low` or `high`.
    rule
        The rule that is asked.
    effect
        `lethal`, `violent` or `control`.
    """
    dead = {"best": row.best, "low": min(row.low, row.best), "high": max(row.high, row.best)}[bracket]
    if rule.deaths == "civilian":
        stated = not math.isnan(row.civilians)
        least = min(row.civilians, dead) if stated else 0.0
        dead = least if bracket != "high" else row.civilians if stated else dead
    if effect == "control":
        counted = row.effect == "control"
    else:
        counted = dead >= 1 or (effect == "violent" and row.effect == "violent")
    if not rule.lethal and row.best >= 1:
        counted = False
    return counted and (not rule.violence or row.violence in rule.violence), dead


def rows_by_site(evidence: pd.DataFrame, source_of: Mapping[str, str]) -> dict[tuple[str, str], list[Row]]:
    """Rows of evidence by (source, site_id), in their order.

    Parameters
    ----------
    evidence
        Rows of :data:`geo.schema.EVIDENCE`.
    source_of
        Incident source by dataset.
    """

    def days(name: str) -> list[dt.date | None]:
        values = evidence[name].to_numpy().astype("datetime64[D]").astype(object)
        return [v if isinstance(v, dt.date) else None for v in values]

    def cells(*names: str) -> list[list[Any]]:
        return [
            evidence[name].to_numpy(dtype=None if _is_number(evidence[name]) else object).tolist() for name in names
        ]

    kind, rule, fact, status, record_id, dataset = cells("kind", "rule", "fact", "status", "record_id", "dataset")
    columns: list[Any] = [
        kind, rule, fact, status, record_id, dataset, [source_of.get(d, d) for d in dataset],
        days("date_start"), days("date_end"),
        *cells("date_prec", "precision", "distance_m", "edge_m", "events", "deaths", "deaths_best",
               "deaths_low", "deaths_high", "deaths_civilians", "effect", "violence", "basis"),
    ]  # fmt: skip
    out: dict[tuple[str, str], list[Row]] = {}
    keys = zip(*cells("source", "site_id"), strict=True)
    for key, row in zip(keys, map(Row._make, zip(*columns, strict=True)), strict=True):
        out.setdefault(key, []).append(row)
    return out


def _is_number(series: pd.Series) -> bool:
    return bool(pd.api.types.is_float_dtype(series))
