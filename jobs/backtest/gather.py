"""From loaded layers to cases and scores: the classes at each past date, and what followed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.backtest import baselines
from geo.backtest.cases import Bools, Cases, Floats, Score, flagged, highest
from geo.backtest.counted import InUnits, Spots, counted
from geo.backtest.outcome import Outcome, outcomes
from geo.errors import InputError
from geo.records.incidents import Incidents, prepare
from geo.rules import coverage_gaps
from geo.rules.rule_set import Rules
from geo.schema import CLASSES
from geo.time_window import Days, months_before, to_dates
from jobs.backtest.regions import districts, regions
from jobs.backtest.snapshots import snapshots
from jobs.inputs import Loaded

Progress = Callable[[str, int, int], None]
LEVEL = {CLASSES[0]: 2.0, CLASSES[1]: 1.0}
"""Rank of a class; what is not named here ranks as nothing found."""


@dataclass(frozen=True)
class Gathered:
    """Cases with a known outcome, the answers to them, and what was left out.

    Parameters
    ----------
    sites
        The site of each case: the columns of :data:`jobs.backtest.snapshots.COLUMNS`.
    left_out
        Number of cases that were left out, by reason.
    undeclared
        Cases of a run in which nothing declares what the incidents cover: one that the files do not hold is none.
    counted, withheld
        The incidents behind the figures (:data:`geo.backtest.counted.COUNTED`), and how many their licence keeps.
    """

    cases: Cases
    scores: list[Score]
    sites: pd.DataFrame
    left_out: dict[str, int]
    undeclared: int
    counted: pd.DataFrame
    withheld: int


def gather(loaded: Loaded, days: Days, outcome: Outcome, rules: Rules, progress: Progress) -> Gathered:
    """Classes and outcomes of every loaded site at every day.

    A case is left out where its position is not known, or where the declared coverage of its country does not reach to
    the end of the outcome's window: no incident on record would not mean that there was none.

    Parameters
    ----------
    loaded
        What was read of the inputs.
    days
        The past dates [days since 1970-01-01], ascending.
    outcome
        What counts as a hit.
    rules
        The rule set with its settings.
    progress
        Is told how far the work is: what, how much is done, of how much.

    Raises
    ------
    InputError
        No case is left.
    """
    incidents = prepare(loaded.incidents)
    found = snapshots(loaded, to_dates(days).astype("datetime64[D]").tolist(), rules, progress)
    sites, date = found.sites, found.date
    placed = np.isfinite(sites["lon"].to_numpy(np.float64)) & np.isfinite(sites["lat"].to_numpy(np.float64))
    known, declared = _outcome_known(loaded, sites, days, date, incidents, outcome, found.datasets)
    keep = placed & known
    left_out = {"no position": int((~placed).sum()), "outcome not covered": int((placed & ~known).sum())}
    if not keep.any():
        raise InputError(
            "No site has a known outcome at any of the dates.",
            where="--from, --to",
            expected="dates whose outcome window the incidents cover",
            got=f"{to_dates(days[:1]).astype('datetime64[D]')[0]} to {to_dates(days[-1:]).astype('datetime64[D]')[0]}",
            remedy="Give earlier dates, or declare what the incidents cover with --incident-coverage.",
        )
    sites, date = sites[keep].reset_index(drop=True), date[keep]
    lon, lat, spot = _spots(sites)
    then, before = (table[spot, date] for table in outcomes(lon, lat, incidents, days, outcome))
    place, _ = pd.factorize(sites["source"] + "|" + sites["site_id"], sort=True)
    cases = Cases(np.asarray(place, np.int64), date, days, districts(sites), then, before, outcome.months)
    fired, unknown = (frame[keep].reset_index(drop=True) for frame in (found.fired, found.unknown))
    scores = [
        *_class_scores(cases, sites),
        *_rule_scores(fired, unknown, rules),
        *_orders(loaded, cases, sites, incidents, lon, lat, spot),
    ]
    by_level = ((r.level, regions(loaded, sites, incidents, r.level)) for r in rules.of_kind("area"))
    units = {level: InUnits(*codes) for level, codes in by_level if codes is not None}
    flags = {i: fired[i].to_numpy(np.bool_) for i in fired}
    behind = counted(rules, cases, Spots(lon, lat, spot), units, flags, incidents, outcome)
    return Gathered(cases, scores, sites, left_out, int((~declared[keep]).sum()), *behind)


def _spots(sites: pd.DataFrame) -> tuple[Floats, Floats, npt.NDArray[np.int64]]:
    """The distinct positions, and which of them each case has: a place is measured once, however many its dates."""
    table = sites[["lon", "lat"]].to_numpy(np.float64)
    spots, spot = np.unique(table, axis=0, return_inverse=True)
    return spots[:, 0].copy(), spots[:, 1].copy(), np.asarray(spot, dtype=np.int64).reshape(-1)


def _outcome_known(
    loaded: Loaded,
    sites: pd.DataFrame,
    days: Days,
    date: npt.NDArray[np.int64],
    incidents: Incidents,
    outcome: Outcome,
    datasets: pd.DataFrame,
) -> tuple[Bools, Bools]:
    """Cases whose whole outcome window is covered; and whether any coverage of the loaded incidents is declared at all.

    Where none is, the window has to end by the last day of the incidents loaded.
    """
    after = days[date]
    until = months_before(after, -outcome.months)
    country = sites["country"].to_numpy(dtype=object)
    by_source = coverage_gaps.covering_sources(loaded.coverage, datasets, country, after, until)
    covered = np.logical_or.reduce([np.zeros(len(sites), np.bool_), *by_source.values()])
    loaded_names = pd.Series(datasets.to_numpy(dtype=object).ravel())
    mine = [coverage_gaps.matches(str(name), loaded_names) for name in loaded.coverage["dataset"]]
    declared = np.full(len(sites), any(mine))
    ends = int(incidents.end.max()) if len(incidents) else int(days[0]) - 1
    return np.where(declared, covered, until <= ends), declared


def _class_scores(cases: Cases, sites: pd.DataFrame) -> list[Score]:
    """The three levels of the site class, and of the area class where it is known anywhere; then each class alone."""
    out = []
    for name in ("site_class", "area_class"):
        classes = sites[name]
        value = np.array([LEVEL.get(str(c), 0.0) for c in classes], dtype=np.float64)
        if name == "site_class" or (classes != "insufficient data").any():
            out.append(Score("class", name, value, value > 0))
    classes = sites["site_class"]
    return [*out, *(flagged("class", c, (classes == c).to_numpy()) for c in CLASSES)]


def _rule_scores(fired: pd.DataFrame, unknown: pd.DataFrame, rules: Rules) -> list[Score]:
    """Each rule, and each rule where no other one fired that its answer rests on.

    A site rule is alone where no other site rule fired; a rule of the area or of a list where no site rule and no other
    rule of its own answer did. A rule that could not be asked ranks as one that did not fire, as insufficient data
    ranks as nothing found; one that could be asked of no case has no figures.
    """
    out, alone = [], []
    answers = {r.id: r.answer for r in rules.rules}
    for rule, own in answers.items():
        others = [i for i, a in answers.items() if i != rule and a in (own, "site")]
        flag = fired[rule].to_numpy()
        known = np.full(len(flag), bool((flag | ~unknown[rule].to_numpy()).any()))
        out.append(flagged("rule", rule, flag, known))
        alone.append(flagged("rule_alone", rule, flag & ~fired[others].to_numpy().any(axis=1), known))
    return [*out, *alone]


def _orders(
    loaded: Loaded,
    cases: Cases,
    sites: pd.DataFrame,
    incidents: Incidents,
    lon: Floats,
    lat: Floats,
    spot: npt.NDArray[np.int64],
) -> list[Score]:
    """The intensity, and the five baselines; orders flag as many places as the site class does at that date."""
    by_class = sites["site_class"].isin(list(LEVEL)).to_numpy()

    def order(kind: str, name: str, value: Floats) -> Score:
        return Score(kind, name, value, highest(cases, value, by_class), graded=True)

    intensity = np.nan_to_num(sites["incident_intensity"].to_numpy(np.float64))
    everyone = np.ones(len(cases), np.bool_)
    out = [order("intensity", "incident_intensity", intensity), flagged("baseline", "base_rate", everyone)]
    units = regions(loaded, sites, incidents)
    if units is None:
        out.append(flagged("baseline", "region_25_deaths", ~everyone, ~everyone))
    else:
        regions_asked, of_case = np.unique(units[0], return_inverse=True)
        deaths = baselines.region_deaths(regions_asked, units[1], incidents, cases.days)[of_case, cases.date]
        with np.errstate(invalid="ignore"):
            flag = deaths >= baselines.REGION_DEATHS
        out.append(flagged("baseline", "region_25_deaths", flag, np.isfinite(deaths)))
    for name, count in baselines.counts(lon, lat, incidents, cases.days).items():
        out.append(order("baseline", name, count[spot, cases.date].astype(np.float64)))
    return [*out, flagged("baseline", "persistence", cases.before)]
