"""The result of a backtest: cases, scores, figures and its run record."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from geo import schema
from geo.backtest.outcome import Outcome
from geo.backtest.track_record import TrackRecord
from geo.rules.rule_set import Rules
from jobs.backtest.gather import Gathered


@dataclass(frozen=True)
class Backtest:
    """The result: cases, scores, figures, and the record of the run."""

    gathered: Gathered
    result: TrackRecord
    outcome: Outcome
    record: dict[str, object]
    rules: Rules
    seed: int = 0
    points: pd.DataFrame | None = None
    rejected: pd.DataFrame = field(default_factory=lambda: schema.empty(schema.REJECTED))
