"""Past dates in, a track record out: the steps of ``cahra backtest``."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from geo import schema
from geo.backtest.intervals import DRAWS
from geo.backtest.outcome import Outcome, dates_between
from geo.backtest.random_points import random_points
from geo.backtest.track_record import track_record
from geo.errors import InputError
from geo.rules.rule_set import Rules
from geo.time_window import Days, months_before, to_dates, to_days
from jobs.backtest import export
from jobs.backtest.gather import Progress, gather
from jobs.backtest.model import Backtest
from jobs.inputs import Inputs, Loaded
from jobs.inputs import load as load_layers
from jobs.result import Result, ResultFiles
from layers.reference.rule_files import default_rules
from layers.sources.sites import SiteLayer

RANDOM = "random points"
SHOWN = (
    ("class", "site_class"),
    ("intensity", "incident_intensity"),
    ("baseline", "count_50km_12m"),
    ("baseline", "count_20km_10y"),
    ("baseline", "persistence"),
)
"""Scores with a reliability diagram and a line of the decision table."""


@dataclass(frozen=True)
class BacktestInputs:
    """What a backtest reads: the files of an assessment, or points of its own inside the boundaries."""

    inputs: Inputs
    random_points: int = 0
    seed: int = 0


class BacktestResult(Backtest, Result):
    """The result of a run, with its files and summary."""

    def made_files(self, language: str = "en") -> ResultFiles:
        """The files of the run by name; the page in `language`.

        Parameters
        ----------
        language
            Code of the reader's language, such as `fr`.
        """
        return export.result_files(self, language)

    def summary(self, language: str = "en") -> list[str]:
        """What to print.

        Parameters
        ----------
        language
            Code of the reader's language, such as `fr`.
        """
        return export.summary(self, language)


def load(given: BacktestInputs) -> Loaded:
    """Reads the layers, and draws the points where they are asked for.

    Parameters
    ----------
    given
        Files and options of the run.

    Raises
    ------
    InputError
        Neither sites nor points, both, or points without boundaries.
    """
    wanted = given.random_points
    if bool(given.inputs.sites) == bool(wanted):
        raise InputError(
            "A backtest needs a list of sites, or a number of random points; not both.",
            where="--sites, --random-points",
            remedy="Give --sites FILE, or --random-points N with --boundaries FILE.",
        )
    loaded = load_layers(given.inputs, sites_needed=not wanted)
    if wanted and not loaded.boundaries:
        raise InputError(
            "Random points need boundaries to lie in.",
            where="--random-points",
            expected="at least one file",
            remedy="Add --boundaries FILE.",
        )
    if not wanted:
        return loaded
    finest = max(loaded.boundaries, key=lambda b: b.level)
    lon, lat, unit = random_points(finest, wanted, given.seed)
    digits = len(str(wanted))
    stated = finest.frame["country"].to_numpy(dtype=object)[unit]
    country = np.where(stated == "", given.inputs.country, stated)
    frame = pd.DataFrame(
        {
            "source": RANDOM,
            "site_id": [f"P{i + 1:0{digits}d}" for i in range(wanted)],
            "lon": lon,
            "lat": lat,
            "coord_precision_km": 0.0,
            "country": country,
            "country_basis": np.where(country == "", "", "row"),
            "row": np.arange(wanted) + 1,
        }
    )
    accounting = {"read": wanted, "accepted": wanted, "rejected": 0}
    layer = SiteLayer(
        RANDOM, "", "site_list", RANDOM, f"seed {given.seed}", schema.conform(frame, schema.SITES), accounting
    )
    return replace(loaded, sites=[layer])


def past_dates(loaded: Loaded, first: dt.date | None, last: dt.date | None, step: int, outcome: Outcome) -> Days:
    """The dates from `first` to `last`, every `step` months.

    Without `first`, the first 31 December with three years of incidents before it; without `last`, the last date whose
    outcome is known.

    Parameters
    ----------
    loaded
        What was read of the inputs.
    first
        The first date; None: see above.
    last
        No date after this one; None: see above.
    step
        Calendar months from one date to the next, 1 or more.
    outcome
        What counts as a hit.

    Raises
    ------
    InputError
        No date is left, or the step is not a number of months.
    """
    if not 1 <= step <= 1200:
        raise InputError("The step is not a number of months.", where="--step", expected="1 to 1200", got=str(step))
    known = _known_span(loaded)
    if (first is None or last is None) and known is None:
        raise InputError(
            "No incidents are loaded to choose dates from.", where="--incidents", remedy="Add --incidents FILE."
        )
    if first is None:
        assert known is not None
        earliest = int(months_before(np.array([known[0]]), -36)[0])
        year = int(to_dates(np.array([earliest])).astype("datetime64[Y]").astype(np.int64)[0]) + 1970
        first = dt.date(year, 12, 31)
    if last is None:
        assert known is not None
        last = to_dates(months_before(np.array([known[1]]), outcome.months)).astype("datetime64[D]").tolist()[0]
    days = dates_between(to_days([first]), to_days([last]), step)
    if not len(days):
        raise InputError(
            "There is no past date to test.", where="--from, --to", expected="a first date not after the last",
            got=f"{first} to {last}",
        )  # fmt: skip
    return days


def _known_span(loaded: Loaded) -> tuple[int, int] | None:
    """First day that the incidents cover by declaration, else of the incidents; and the end of their last month.

    Coverage may be declared beyond the last incident: such dates are not chosen for anyone, only asked for.
    """
    if loaded.incidents is None or not len(loaded.incidents):
        return None
    first, last = to_days(loaded.incidents["date_start"]).min(), to_days(loaded.incidents["date_end"]).max()
    month = np.array([last]).astype("datetime64[D]").astype("datetime64[M]")
    end = int((month + np.timedelta64(1, "M")).astype("datetime64[D]").astype(np.int64)[0]) - 1
    if len(loaded.coverage):
        first, end = to_days(loaded.coverage["from"]).min(), min(end, int(to_days(loaded.coverage["to"]).max()))
    return int(first), end


def run(
    loaded: Loaded,
    days: Days,
    outcome: Outcome | None = None,
    rules: Rules | None = None,
    *,
    seed: int = 0,
    number: int = DRAWS,
    now: dt.datetime | None = None,
    progress: Progress | None = None,
) -> BacktestResult:
    """Tests every class, rule and order at the past dates.

    Parameters
    ----------
    days
        Past dates, ascending; see :func:`past_dates`.
    seed, number
        Seed of the bootstrap and how many resamples it draws: the same seed, the same intervals.
    progress
        Called with what is done (``dates`` or ``figures``), how many, of how many.
    loaded
        What was read of the inputs.
    outcome
        What counts as a hit.
    rules
        The rule set with its settings.
    now
        When the run is made; None: now.
    """
    rules, outcome = rules or default_rules(), outcome or Outcome()
    step_done: Progress = progress or (lambda _what, _done, _total: None)
    gathered = gather(loaded, days, outcome, rules, step_done)
    total, done = len(gathered.scores), 0

    def step() -> None:
        nonlocal done
        done += 1
        step_done("figures", done, total)

    flags = {s.name: s.flag for s in gathered.scores if s.kind == "class"}
    strategies = {
        "conflict-affected or high-risk": flags["site_class"],
        "conflict-affected": flags["conflict-affected"],
    }
    result = track_record(
        gathered.cases, gathered.scores, seed=seed, number=number, shown=SHOWN, strategies=strategies, progress=step
    )
    drawn = next((s.frame for s in loaded.sites if s.name == RANDOM), None)
    record = export.run_record(loaded, gathered, result, days, outcome, rules, seed, number, now)
    return BacktestResult(gathered, result, outcome, record, rules, seed, drawn, loaded.rejected)
