"""One sentence beside a site's class: how often the loaded sites of that class were hit, at past dates."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from geo.backtest.calibration import windows_over
from geo.backtest.intervals import DRAWS, draws, rate_interval
from i18n.translator import N_, Translator
from jobs.backtest.labels import percent, span
from jobs.backtest.model import Backtest

LEAST = 30
"""Cases below which nothing is said."""
SENTENCE = N_(
    "Of the loaded sites classed like this at {dates} past dates, {rate} saw a deadly incident within {km} km in the "
    "{months} month{months?|s} after (n = {n}, {between}); of the others {others}. This is what happened to "
    "them, not a forecast "
    "for this site."
)
SENTENCE_OF_ONE = N_(
    "Of the loaded sites classed like this at {dates} past dates, {rate} saw a deadly incident within {km} km in the "
    "{months} month{months?|s} after (n = {n}, {between}). This is what happened to them, not a forecast for this site."
)
SENTENCE_OF_EVENTS = N_(
    "Of the loaded sites classed like this at {dates} past dates, {rate} saw {events} or more deadly incidents within "
    "{km} km in the {months} month{months?|s} after (n = {n}, {between}); of the others {others}. This is what "
    "happened to them, "
    "not a forecast for this site."
)


@dataclass(frozen=True)
class ClassFigures:
    """How sites of one class fared, up to a day.

    Parameters
    ----------
    dates
        Past dates at which some site was classed so or otherwise.
    n, hits
        Cases of the class, and how many of them were followed by the outcome.
    low, high
        Interval of the hit rate.
    others_n, others_hits
        The same of all other cases.
    """

    dates: int
    n: int
    hits: int
    low: float
    high: float
    others_n: int
    others_hits: int


def class_figures(backtest: Backtest, cls: str, day: dt.date) -> ClassFigures | None:
    """Figures of a class from the dates whose outcome was over by `day`; None with fewer than :data:`LEAST` cases.

    None too where what followed was not looked at: nothing declares what the incidents cover, or the class itself says
    that too little is known. A low rate would read as calm.

    Parameters
    ----------
    backtest
        The backtest with its cases.
    day
        The day that is asked about.
    """
    if backtest.gathered.undeclared or cls == "insufficient data":
        return None
    cases = backtest.gathered.cases
    over = cases.date < windows_over(cases, day)
    flag = over & (backtest.gathered.sites["site_class"] == cls).to_numpy()
    n = int(flag.sum())
    if n < LEAST:
        return None
    here = cases.take(over)
    low, high = rate_interval(here, flag[over], draws(here, backtest.seed, DRAWS))
    others = over & ~flag
    return ClassFigures(
        len(np.unique(here.date)),
        n,
        int((flag & cases.hit).sum()),
        low,
        high,
        int(others.sum()),
        int((others & cases.hit).sum()),
    )


def class_sentence(backtest: Backtest, cls: str, day: dt.date, _: Translator) -> str:
    """The sentence in the reader's language; blank where the loaded sites give too few cases.

    Parameters
    ----------
    backtest
        The backtest with its cases.
    day
        The day that is asked about.
    _
        Speaks the reader's language.
    """
    found = class_figures(backtest, cls, day)
    if found is None:
        return ""
    outcome = backtest.outcome
    values: dict[str, object] = {
        "dates": _.number(found.dates),
        "rate": percent(found.hits / found.n, _, 0 if found.hits / found.n >= 0.1 else 1),
        "km": _.number(outcome.radius_km, 1),
        "months": outcome.months,
        "n": _.number(found.n),
        "between": span(found.low, found.high, _),
    }
    if found.others_n < LEAST:
        return _(SENTENCE_OF_ONE, **values) if outcome.events == 1 else ""
    rate = found.others_hits / found.others_n
    values["others"] = percent(rate, _, 0 if rate >= 0.1 else 1)
    if outcome.events > 1:
        return _(SENTENCE_OF_EVENTS, **values, events=outcome.events)
    return _(SENTENCE, **values)
