"""What the engine says of the loaded sites at past dates, in the few columns that a backtest asks for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.readiness import datasets_of
from geo.records.incidents import Incidents, prepare
from geo.rules.classify import BY_RANK
from geo.rules.coverage_gaps import covering_sources
from geo.rules.figures import FIGURE_MONTHS, fading, intensity
from geo.rules.rule_set import Rules
from geo.schema import ZONE_STATUSES
from geo.spatial.decay import Fading
from geo.time_window import Days, months_before
from jobs.inputs import Loaded
from jobs.many_dates import at_dates
from jobs.run_options import options_of

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

COLUMNS = (
    "source", "site_id", "lon", "lat", "country", "admin1", "admin2", "site_class", "area_class", "incident_intensity",
    "demonstration", "zone_status",
)  # fmt: skip


@dataclass(frozen=True)
class Snapshots:
    """The sites of all dates, one row a site and date, by date.

    Parameters
    ----------
    date
        Position of the date of each row.
    sites
        :data:`COLUMNS`.
    fired, unknown
        One column of true and false a rule: it fired; it could not be asked.
    datasets
        Incident datasets used: `source, dataset, dataset_version, file`.
    """

    date: np.ndarray
    sites: pd.DataFrame
    fired: pd.DataFrame
    unknown: pd.DataFrame
    datasets: pd.DataFrame


def snapshots(
    loaded: Loaded, days: Sequence[dt.date], rules: Rules, progress: Callable[[str, int, int], None]
) -> Snapshots:
    """The classes of every loaded site at every day, without evidence.

    Parameters
    ----------
    loaded
        What was read of the inputs.
    days
        The past dates, ascending.
    rules
        The rule set with its settings.
    progress
        Is told how far the work is; None: nobody asks.
    """
    progress("dates", 0, len(days))
    ascending = sorted(set(days))
    at = [ascending.index(day) for day in days]
    passed = at_dates(loaded, ascending, rules)
    sites = pd.concat([passed.sites_at(i) for i in at], ignore_index=True)
    n = passed.site_class.shape[1]
    words = {c: np.array(BY_RANK, dtype=object)[getattr(passed, c)[at].ravel()] for c in ("site_class", "area_class")}
    words["zone_status"] = np.array(ZONE_STATUSES, dtype=object)[passed.zone_status[at].ravel()]
    sites = sites.assign(**{name: pd.array(values, dtype="str") for name, values in words.items()})
    prepared, options = prepare(loaded.incidents), options_of(loaded)
    datasets = datasets_of(prepared, loaded.incidents, options["files"])
    when = np.repeat(passed.days[at], n)
    after = months_before(when, FIGURE_MONTHS)
    country = sites["country"].to_numpy(dtype=object)
    looked = covering_sources(options["coverage"], datasets, country, after, when).values()
    seen = np.logical_or.reduce([np.zeros(len(sites), np.bool_), *looked])
    sites["incident_intensity"] = _intensity(sites, when, prepared, seen)
    ids = [r.id for r in rules.rules]
    fired, unknown = ({i: each.of_all(i)[at].ravel() for i in ids} for each in (passed.fired, passed.unknown))
    progress("dates", len(days), len(days))
    return Snapshots(
        np.repeat(np.arange(len(at)), n), sites[list(COLUMNS)], pd.DataFrame(fired), pd.DataFrame(unknown), datasets
    )


def _intensity(sites: pd.DataFrame, when: Days, incidents: Incidents, looked: Bools) -> Floats:
    """The figure of every row, from one search where the places of the sites are the same at every date."""
    out = np.full(len(sites), np.nan)
    around: Fading | None = None
    for day in np.unique(when):
        rows = np.flatnonzero(when == day)
        lon, lat = (sites[c].to_numpy(np.float64)[rows] for c in ("lon", "lat"))
        placed = around and np.array_equal([around.site_lon, around.site_lat], [lon, lat], equal_nan=True)
        if around is None or not placed:
            around = fading(lon, lat, incidents)
        out[rows] = intensity(around, when[rows], looked[rows], again=True)
    return out
