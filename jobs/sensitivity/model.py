"""The result of a sensitivity run, one frame a file."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from geo.sensitivity.pass_once import Pass
from geo.sensitivity.scaling import Grid
from geo.sensitivity.sweep import Codes


@dataclass(frozen=True)
class Sensitivity:
    """The result, one frame a file; `codes` are the classes under every setting of `grid`, by site last.

    `counted` are the incidents behind the classes of the last month (:data:`jobs.counted_file.OF_SITES`).
    """

    done: Pass
    grid: Grid
    codes: Codes
    flip: pd.DataFrame
    stability: pd.DataFrame
    thresholds: pd.DataFrame
    draws: pd.DataFrame
    timeline: pd.DataFrame
    counted: pd.DataFrame
    rejected: pd.DataFrame
    record: dict[str, object]
