"""The table of the track record: one row for every class, rule, order and baseline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.backtest.calibration import Reliability, brier, decision_table, probabilities, reliability
from geo.backtest.cases import Bools, Cases, Floats, Score
from geo.backtest.discrimination import auc_by_date, mean_auc, resampled_auc
from geo.backtest.intervals import DRAWS, draws, rate_interval, value_interval

COLUMNS = (
    "kind", "name", "places", "dates", "n", "hits", "hit_rate", "hit_rate_low", "hit_rate_high", "share", "recall",
    "recall_at_onset", "auc", "auc_low", "auc_high", "brier",
)  # fmt: skip
WHOLE = ("places", "dates", "n", "hits")


@dataclass(frozen=True)
class TrackRecord:
    """The results of a backtest.

    Parameters
    ----------
    table
        :data:`COLUMNS`, one row a score: over `places` and `dates` that could be asked, `n` cases that it flags
        and `hits` among them; blank where nothing was looked at.
    reliability
        By (kind, name), for the scores that were asked for.
    decisions
        What looking closer costs and misses, by strategy (:func:`geo.backtest.calibration.decision_table`).
    auc_by_date
        By (kind, name) of the same scores, shape (dates,).
    """

    table: pd.DataFrame
    reliability: dict[tuple[str, str], Reliability]
    decisions: pd.DataFrame
    auc_by_date: dict[tuple[str, str], Floats]


def track_record(
    cases: Cases,
    scores: Sequence[Score],
    *,
    seed: int = 0,
    number: int = DRAWS,
    shown: Sequence[tuple[str, str]] = (),
    strategies: dict[str, Bools] | None = None,
    progress: Callable[[], None] | None = None,
) -> TrackRecord:
    """Every figure of every score.

    Parameters
    ----------
    seed, number
        Of the resamples; the same seed gives the same intervals.
    shown
        (kind, name) of the scores whose reliability and decisions are wanted.
    strategies
        Flags that stand in the decision table as they are, by name.
    progress
        Called after each score is done; None: nobody asks.
    cases
        Places at past dates with what followed.
    scores
        The answers that are tested on the cases.
    """
    drawn = draws(cases, seed, number)
    rows, diagrams, by_date = [], {}, {}
    decided: dict[str, Floats | Bools] = dict(strategies or {})
    for score in scores:
        known = score.known
        here, answer = cases.take(known), score.take(known)
        n, flagged, hits = len(here), int(answer.flag.sum()), int((answer.flag & here.hit).sum())
        happened, onset = int(here.hit.sum()), here.hit & ~here.before
        dates = auc_by_date(here, answer)
        value = mean_auc(dates)
        resampled = resampled_auc(here, answer, drawn.district, drawn.date)
        probability = probabilities(cases, score)
        rows.append(
            (score.kind, score.name, len(np.unique(here.place)), len(np.unique(here.date)),
             flagged if n else None, hits if n else None,
             _ratio(hits, flagged), *rate_interval(here, answer.flag, drawn), _ratio(flagged, n),
             _ratio(hits, happened), _ratio(int((answer.flag & onset).sum()), int(onset.sum())),
             value, *value_interval(value, resampled, drawn), brier(cases, probability))
        )  # fmt: skip
        if (score.kind, score.name) in shown:
            diagrams[score.kind, score.name] = reliability(cases, probability, drawn)
            by_date[score.kind, score.name] = dates
            decided[score.name] = probability
        if progress is not None:
            progress()
    table = pd.DataFrame(rows, columns=list(COLUMNS)).astype(dict.fromkeys(WHOLE, "Int64"))
    return TrackRecord(table, diagrams, decision_table(cases, decided), by_date)


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
