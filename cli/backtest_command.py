"""``cahra backtest``: its options and its run."""

from __future__ import annotations

import argparse
import datetime as dt
from typing import TYPE_CHECKING, Any

from cli.shared import Progress, add_inputs, add_result, inputs, iso_date, rule_file

if TYPE_CHECKING:
    from jobs.result import Result


def backtest(args: argparse.Namespace, now: dt.datetime | None = None) -> Result:
    """`cahra backtest`: how often places of each class were hit in the months after past dates, with baselines."""
    from geo.backtest.outcome import outcome_of

    outcome, files, rules = outcome_of(args.outcome), inputs(args), rule_file(args)
    first, last = (iso_date(d, o) if d else None for d, o in ((args.begin, "--from"), (args.end, "--to")))
    progress = Progress(("read", "test"))
    from jobs.backtest.job import BacktestInputs, load, past_dates, run

    loaded = load(BacktestInputs(files, args.random_points, args.seed))
    days = past_dates(loaded, first, last, args.step, outcome)
    progress.step()
    result = run(loaded, days, outcome, rules, seed=args.seed, now=now, progress=progress.part)
    progress.step()
    return result


def add(commands: Any) -> None:
    """The command and its options."""
    to = commands.add_parser("backtest", help="how the classes fared", description=backtest.__doc__)
    add_backtest(to)
    add_span(to)
    add_inputs(to, required=False)
    add_result(to, backtest, "", language="page")


def add_backtest(to: argparse.ArgumentParser) -> None:
    """What `cahra backtest` asks besides the inputs and the span."""
    to.add_argument(
        "--random-points", type=int, default=0, metavar="N", help="N points drawn inside --boundaries, instead of sites"
    )
    to.add_argument("--step", type=int, default=12, metavar="MONTHS", help="from one date to the next; default: 12")
    to.add_argument(
        "--outcome",
        default="events=1,radius_km=20,months=12",
        metavar="KEY=N,...",
        help="what counts as a hit; default: events=1,radius_km=20,months=12",
    )
    to.add_argument("--seed", type=int, default=0, metavar="N", help="of random points and of resamples; default: 0")


def add_span(to: argparse.ArgumentParser) -> None:
    """The first and last date of a backtest or of a timeline."""
    to.add_argument(
        "--from", dest="begin", metavar="YYYY-MM-DD", help="first date; default: with three years covered before it"
    )
    to.add_argument("--to", dest="end", metavar="YYYY-MM-DD", help="last date; default: the last one that is over")
