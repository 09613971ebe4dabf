"""What a watch would have said over past years, and how often a lethal event followed; with the data of today.

It is hindsight: an edition of today holds events that nobody knew of at the time, so the data's own doing is not in it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.backtest.outcome import Outcome, outcomes
from geo.records.incidents import prepare
from geo.rules.rule_set import Rules
from geo.time_window import to_days
from jobs.assessment import job as assessment
from jobs.inputs import Loaded
from jobs.watch.alerts import GRAVE, KINDS, Key, Look, looks
from jobs.watch.job import new_alerts, present_in, shortest
from jobs.watch.memory import State
from jobs.watch.saved_list import QUIET_MONTHS


@dataclass(frozen=True)
class Replay:
    """The alerts of some years.

    Attributes
    ----------
    alerts
        `day, kind, source, site_id, class_before, class_after, record_id, followed`.
    sites, months
        How many sites were looked at how often.
    any_month, grave_month, calm_month
        Share of all looks at a site, of those at a site of a grave class and of those at any other, that were followed
        by a lethal event: what an alert has to be held against.
    unsaid
        Changes that were not said again.
    """

    alerts: pd.DataFrame
    sites: int
    months: int
    any_month: float
    grave_month: float
    calm_month: float
    unsaid: int

    def table(self) -> pd.DataFrame:
        """A line a kind: alerts, of them followed, share, alerts a site and year."""
        rows = []
        for kind in ("all", *KINDS):
            mine = self.alerts if kind == "all" else self.alerts[self.alerts["kind"] == kind]
            share = float(mine["followed"].mean()) if len(mine) else float("nan")
            a_year = len(mine) / max(self.sites * self.months / 12, 1)
            rows.append((kind, len(mine), int(mine["followed"].sum()), round(share, 3), round(a_year, 3)))
        return pd.DataFrame(rows, columns=["kind", "alerts", "followed", "share", "per_site_and_year"])


def replay(
    loaded: Loaded, days: Sequence[dt.date], rules: Rules, *, quiet_months: int = QUIET_MONTHS,
    outcome: Outcome | None = None, progress: Callable[[str, int, int], None] = lambda *_: None,
) -> Replay:  # fmt: skip
    """Looks at the loaded sites at each day in turn, as `cahra watch` would have.

    Parameters
    ----------
    days
        In order; the first is the look that tells nothing.
    outcome
        What counts as followed: a lethal event of precision 1 within 20 km in the 12 months after, by default.
    loaded
        What was read of the inputs.
    rules
        The rule set with its settings.
    quiet_months
        Months without an alert before it is said again.
    progress
        Is told how far the work is; None: nobody asks.
    """
    outcome = outcome or Outcome()
    present, back, state = present_in(loaded), shortest(rules), State()
    rows, unsaid, classes = [], 0, []
    keys: list[Key] = []
    places: dict[Key, Look] = {}
    for number, day in enumerate(days):
        current = looks(assessment.run(loaded, day, rules).assessment, rules)
        keys, places = keys or list(current), places or current
        alerts_of_look, left = new_alerts(state, current, day, quiet_months, present, back)
        unsaid += left
        rows += [(number, a) for a in alerts_of_look]
        classes.append([current[k].rank for k in keys])
        state.day, state.sites = day.isoformat(), dict(current)
        progress("looks", number + 1, len(days))
    lon = np.array([places[k].lon for k in keys], dtype=np.float64)
    lat = np.array([places[k].lat for k in keys], dtype=np.float64)
    after, _ = outcomes(lon, lat, prepare(loaded.incidents), to_days(pd.Series(pd.to_datetime(list(days)))), outcome)
    at = {k: i for i, k in enumerate(keys)}
    lines = [
        (a.day, a.kind, a.source, a.site_id, a.before, a.after, a.incident.record_id if a.incident else "",
         bool(after[at[(a.source, a.site_id)], number]))
        for number, a in rows
    ]  # fmt: skip
    columns = ["day", "kind", "source", "site_id", "class_before", "class_after", "record_id", "followed"]
    grave = min(GRAVE.values()) <= np.array(classes, dtype=np.int64).T
    looked = after[:, 1:]
    return Replay(
        pd.DataFrame(lines, columns=columns).astype({"followed": bool}), len(keys), len(days) - 1, float(looked.mean()),
        float(looked[grave[:, 1:]].mean()) if grave.any() else float("nan"),
        float(looked[~grave[:, 1:]].mean()) if (~grave).any() else float("nan"), unsaid,
    )  # fmt: skip


def month_ends(first: dt.date, last: dt.date) -> list[dt.date]:
    """The last days of the months from `first` to `last`.

    Parameters
    ----------
    first
        Any day of the first month.
    last
        Any day of the last month.

    Examples
    --------
    >>> [str(d) for d in month_ends(dt.date(2020, 1, 15), dt.date(2020, 3, 31))]
    ['2020-01-31', '2020-02-29', '2020-03-31']
    """
    return [d.date() for d in pd.date_range(first, last, freq="ME")]
