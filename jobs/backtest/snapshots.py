"""What the engine says of the loaded sites at one past date, in the few columns that a backtest asks for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

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
    result = job.run(loaded, day, rules).assessment
    sites = result.sites.assign(site_class=result.sites["local_class"])
    sites["incident_intensity"] = _intensity(loaded, sites, day)
    ids = [r.id for r in rules.rules]
    return Snapshot(
        sites[list(COLUMNS)], _flags(sites["rules_fired"], ids), _flags(sites["rules_unknown"], ids), result.datasets
    )


def _flags(joined: pd.Series[str], ids: list[str]) -> pd.DataFrame:
    """One column a rule of texts that join rule ids by ``;``."""
    codes, texts = pd.factorize(joined)
    named = [set(str(t).split(";")) for t in texts]
    table = {i: np.array([i in names for names in named], dtype=np.bool_)[codes] for i in ids}
    return pd.DataFrame(table, index=joined.index)


def _intensity(loaded: job.Loaded, sites: pd.DataFrame, day: dt.date) -> np.ndarray:
    from geo.records.incidents import prepare
    from geo.spatial.proximity import within
    from geo.time_window import months_before, to_days

    inc = prepare(loaded.incidents)
    rows = np.flatnonzero((inc.best >= 1) & (inc.precision <= 2))
    t = to_days([day])
    pairs = within(
        sites["lon"], sites["lat"], inc.lon[rows], inc.lat[rows], inc.start[rows], radius_m=200_000,
        as_of_day=int(t[0]), window_days=int((t - months_before(t, 120))[0]),
    )  # fmt: skip
    age = t[0] - inc.start[rows][pairs.incident]
    weight = np.exp(-pairs.distance_m / 30_000 - age / 365)
    return np.bincount(pairs.site, weights=weight, minlength=len(sites))
