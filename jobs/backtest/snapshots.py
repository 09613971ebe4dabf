"""What the engine says of the loaded sites at past dates, in the few columns that a backtest asks for."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.assess import assess
from geo.rules.rule_set import Rules
from jobs.inputs import Loaded
from jobs.known_sites import sites_at
from jobs.run_options import assess_loaded, routes_of, statuses_of, visits_of

COLUMNS = (
    "source", "site_id", "lon", "lat", "country", "admin1", "admin2", "site_class", "area_class", "incident_intensity",
    "demonstration", "zone_status",
)  # fmt: skip
ROWS = 40_000
"""Sites times dates that are assessed in one call: places are measured once for all of its dates."""


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
    """The classes of every loaded site at every day, without evidence."""
    parts = []
    progress("dates", 0, len(days))
    for first, tables in _chunks(loaded, days):
        parts.append(_assessed(loaded, tables, first, days, rules))
        progress("dates", first + len(tables), len(days))
    return Snapshots(
        np.concatenate([p.date for p in parts]),
        pd.concat([p.sites for p in parts], ignore_index=True),
        pd.concat([p.fired for p in parts], ignore_index=True),
        pd.concat([p.unknown for p in parts], ignore_index=True),
        parts[-1].datasets,
    )


def _chunks(loaded: Loaded, days: Sequence[dt.date]) -> Iterator[tuple[int, list[pd.DataFrame]]]:
    """Sites as known at each day, several days together: position of the first, and one table a day."""
    tables: list[pd.DataFrame] = []
    rows = 0
    for i, day in enumerate(days):
        table = sites_at(loaded.sites, day)[0]
        if tables and rows + len(table) > ROWS:
            yield i - len(tables), tables
            tables, rows = [], 0
        tables.append(table)
        rows += len(table)
    yield len(days) - len(tables), tables


def _assessed(
    loaded: Loaded, tables: list[pd.DataFrame], first: int, days: Sequence[dt.date], rules: Rules
) -> Snapshots:
    """Several dates in one call: each site stands once a date, under an id that names the date."""

    def marked(frame: pd.DataFrame) -> pd.DataFrame:
        if not len(frame):
            return frame
        numbers = range(first, first + len(tables))
        return pd.concat([frame.assign(site_id=_mark(i) + frame["site_id"]) for i in numbers], ignore_index=True)

    sites = pd.concat([t.assign(site_id=_mark(first + i) + t["site_id"]) for i, t in enumerate(tables)])
    when = np.repeat(np.array(days[first : first + len(tables)], dtype="datetime64[D]"), [len(t) for t in tables])
    routes = routes_of(loaded)
    result = assess_loaded(
        loaded,
        sites.reset_index(drop=True),
        pd.Series(when),
        rules,
        visits=marked(visits_of(loaded)),
        statuses=marked(statuses_of(loaded)),
        routes=None if routes is None else marked(routes),
        engine=functools.partial(assess, explain=False),
    )
    key = result.sites["site_id"]
    date = key.str.slice(0, _DIGITS).astype("int64").to_numpy()
    order = np.argsort(date, kind="stable")
    named = result.sites.assign(site_id=key.str.slice(_DIGITS))[list(COLUMNS)]
    ids = [r.id for r in rules.rules]
    unknown = _flags(result.sites["rules_unknown"], ids)
    sorted_by_date = [f.iloc[order].reset_index(drop=True) for f in (named, result.fired[ids], unknown)]
    return Snapshots(date[order], sorted_by_date[0], sorted_by_date[1], sorted_by_date[2], result.datasets)


_DIGITS = 6


def _mark(number: int) -> str:
    return f"{number:0{_DIGITS}d}"


def _flags(joined: pd.Series[str], ids: list[str]) -> pd.DataFrame:
    """One column a rule of texts that join rule ids by ``;``."""
    codes, texts = pd.factorize(joined)
    named = [set(str(t).split(";")) for t in texts]
    table = {i: np.array([i in names for names in named], dtype=np.bool_)[codes] for i in ids}
    return pd.DataFrame(table, index=joined.index)
