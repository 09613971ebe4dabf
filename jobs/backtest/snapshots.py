"""What the engine says of the loaded sites at one past date, in the few columns that a backtest asks for."""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.assess import assess
from geo.rules.rule_set import Rules
from jobs.assessment import job

COLUMNS = (
    "source", "site_id", "lon", "lat", "country", "admin1", "admin2", "site_class", "area_class", "incident_intensity",
    "demonstration",
)  # fmt: skip


@dataclass(frozen=True)
class Snapshot:
    """The sites of one date.

    Parameters
    ----------
    sites
        :data:`COLUMNS`, one row a site.
    fired, unknown
        One column of true and false a rule, rows as in `sites`: it fired; it could not be asked.
    datasets
        Incident datasets used: `source, dataset, dataset_version, file`.
    """

    sites: pd.DataFrame
    fired: pd.DataFrame
    unknown: pd.DataFrame
    datasets: pd.DataFrame


def snapshot(loaded: job.Loaded, day: dt.date, rules: Rules) -> Snapshot:
    """The classes at `day`, without evidence."""
    result = job.run(loaded, day, rules, engine=functools.partial(assess, explain=False)).assessment
    unknown = _flags(result.sites["rules_unknown"], [r.id for r in rules.rules])
    return Snapshot(result.sites[list(COLUMNS)], result.fired, unknown, result.datasets)


def _flags(joined: pd.Series[str], ids: list[str]) -> pd.DataFrame:
    """One column a rule of texts that join rule ids by ``;``."""
    codes, texts = pd.factorize(joined)
    named = [set(str(t).split(";")) for t in texts]
    table = {i: np.array([i in names for names in named], dtype=np.bool_)[codes] for i in ids}
    return pd.DataFrame(table, index=joined.index)
