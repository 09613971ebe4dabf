"""Which incidents stand behind the figures of a backtest: one row an incident and rule or outcome, not one a case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.backtest.cases import Cases
from geo.backtest.outcome import EXACT, Outcome
from geo.columns import Column, Table, conform
from geo.dates.calendar import Calendar
from geo.records.incidents import Incidents
from geo.rules.incident_pairs import measure
from geo.rules.rule import Rule
from geo.rules.rule_set import Rules
from geo.spatial.proximity import within
from geo.time_window import months_before

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

OUTCOME, BEFORE = "outcome", "before"
"""What an incident made in place of a rule: a hit, or one in as many months up to the date (persistence)."""

COUNTED: Table = (
    Column("what", "text", "id of a rule; `outcome`: a hit; `before`: the same in as many months up to the date"),
    Column("record_id", "text", "id of the incident"),
    Column("source", "text", "publisher of the incident"),
    Column("date_start", "date", "first day of the incident"),
    Column("date_end", "date", "last day of the incident"),
    Column("months", "integer", "window in which it counts [months]"),
    Column("cases", "integer", "places and dates at which the rule fired, or the outcome happened, and it counted"),
)


@dataclass(frozen=True)
class Spots:
    """Where cases are: distinct positions [degrees], and which of them each case has."""

    lon: Floats
    lat: Floats
    of_case: Ints


@dataclass(frozen=True)
class InUnits:
    """Units of one level: the number of that of each case and of each incident, -1 for none."""

    of_case: Ints
    of_incident: Ints


def counted(
    rules: Rules,
    cases: Cases,
    spots: Spots,
    units: Mapping[int, InUnits],
    fired: Mapping[str, Bools],
    incidents: Incidents,
    outcome: Outcome,
) -> tuple[pd.DataFrame, int]:
    """The incidents that a rule counted where it fired, and those that made the outcome.

    One search for pairs serves all rules; at how many dates of a place an incident counts is a difference of two sums,
    so that no row a case is ever made.

    Parameters
    ----------
    units
        By level, for rules that ask for the unit; a level that is not there names nothing.
    fired
        By rule: it fired, shape (cases,).
    rules
        The rule set with its settings.
    cases
        Places at past dates with what followed.
    spots
        The distinct positions of the cases, and which each case has.
    incidents
        The incidents, ready to be asked.
    outcome
        What counts as a hit.

    Returns
    -------
    DataFrame
        :data:`COUNTED`, by `what` (rules in their order, then the outcome), source and id.
    int
        Incidents that are left out because their licence keeps them.
    """
    near = rules.of_kind("near")
    calendar = Calendar(cases.days)
    radius = max([outcome.radius_km, *(r.within_km for r in near)])
    months = max([outcome.months, *(r.longest_months for r in near)])
    first, last = int(months_before(cases.days[:1], months)[0]), int(months_before(cases.days[-1:], -outcome.months)[0])
    pairs = within(
        spots.lon, spots.lat, incidents.lon, incidents.lat, incidents.start, radius_m=radius * 1000,
        as_of_day=last, window_days=last - first, incident_end_day=incidents.end,
    )  # fmt: skip
    found: list[tuple[str, Ints, Ints]] = []
    for rule in rules.rules:
        if rule.id not in fired or rule.kind not in ("near", "area"):
            continue
        if rule.kind == "near":
            use = np.isin(incidents.precision, rule.precision)[pairs.incident]
            use &= pairs.distance_m <= rule.within_km * 1000
            columns, incident, column = spots.of_case, pairs.incident[use], pairs.site[use]
        elif rule.level in units:
            at = units[rule.level]
            incident = np.flatnonzero(np.isin(incidents.precision, rule.precision) & (at.of_incident >= 0))
            columns, column = at.of_case, at.of_incident[incident]
        else:
            continue
        flags = _Flags.of(cases, columns, fired[rule.id], int(max(columns.max(initial=-1), column.max(initial=-1))) + 1)
        window, until = np.zeros(len(incidents), np.int64), np.zeros(len(incidents), np.int64)
        begin = calendar.since(incidents.start)
        for test_counts, span in _tests(rule, incidents):
            until[test_counts] = np.maximum(until, calendar.gone(incidents.end, span))[test_counts]
            window[test_counts] = np.maximum(window, span)[test_counts]
        number = flags.of_incidents(incident, column, begin, until)
        found.append((rule.id, number, window))
    deadly = ((incidents.best >= 1) & np.isin(incidents.precision, EXACT))[pairs.incident]
    use = deadly & (pairs.distance_m <= outcome.radius_km * 1000)
    incident, column = pairs.incident[use], pairs.site[use]
    start, back = incidents.start, months_before(cases.days, outcome.months)
    ahead = months_before(cases.days, -outcome.months)
    windows = ((OUTCOME, cases.hit, cases.days, ahead), (BEFORE, cases.before, back, cases.days))
    for what, flag, after, to in windows:
        flags = _Flags.of(cases, spots.of_case, flag, len(spots.lon))
        begin, until = np.searchsorted(to, start, side="left"), np.searchsorted(after, start, side="left")
        number = flags.of_incidents(incident, column, begin, until)
        found.append((what, number, np.full(len(incidents), outcome.months, np.int64)))
    return _table(found, incidents)


def _tests(rule: Rule, incidents: Incidents) -> Iterator[tuple[Bools, int]]:
    for test in rule.tests:
        yield measure(rule, test, incidents)[0], test.months


@dataclass(frozen=True)
class _Flags:
    """How many cases of each column are flagged before each date, shape (dates + 1, columns)."""

    before: Ints

    @classmethod
    def of(cls, cases: Cases, column: Ints, flag: Bools, width: int) -> _Flags:
        use = flag & (column >= 0)
        each = np.bincount(cases.date[use] * width + column[use], minlength=len(cases.days) * width)
        before = np.zeros((len(cases.days) + 1, width), np.int64)
        np.cumsum(each.reshape(len(cases.days), width), axis=0, out=before[1:])
        return cls(before)

    def of_incidents(self, incident: Ints, column: Ints, begin: Ints, until: Ints) -> Ints:
        """Flagged cases of each incident: those of the columns it is paired with, at the dates of its own span."""
        first, stop = begin[incident], np.maximum(begin, until)[incident]
        number = self.before[stop, column] - self.before[first, column]
        return np.bincount(incident, number, len(begin)).astype(np.int64)


def _table(found: list[tuple[str, Ints, Ints]], incidents: Incidents) -> tuple[pd.DataFrame, int]:
    secret = incidents.restricted
    withheld = np.zeros(len(incidents), np.bool_)
    names = np.array([*incidents.sources, ""], dtype=object)
    parts = []
    for what, number, months in found:
        withheld |= secret & (number > 0)
        rows = np.flatnonzero((number > 0) & ~secret)
        frame = incidents.frame.iloc[rows]
        end = frame["date_end"].fillna(frame["date_start"])
        parts.append(
            pd.DataFrame(
                {
                    "what": what, "record_id": frame["record_id"].array, "source": names[incidents.source[rows]],
                    "date_start": frame["date_start"].array, "date_end": end.array, "months": months[rows],
                    "cases": number[rows],
                }
            )
        )  # fmt: skip
    return conform(pd.concat(parts, ignore_index=True), COUNTED), int(withheld.sum())
