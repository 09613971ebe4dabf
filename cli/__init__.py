"""The same jobs from a shell: ``cahra app | assess | screen | programmes | backtest | sensitivity | verify | ...``."""

from __future__ import annotations

import argparse
import datetime as dt
import functools
import gc
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli import (
    compare_command,
    completion_command,
    data_commands,
    density_command,
    editions_command,
    exposure_command,
    inspect_command,
    meeting_command,
    sensitivity_command,
    verify_command,
    watch_command,
)
from cli.late_imports import later, without_help_texts
from cli.reading import write_rejected
from cli.shared import (
    Progress,
    add_inputs,
    add_result,
    existing,
    inputs,
    iso_date,
    maybe,
    old_name,
    rule_file,
    source_of,
)
from geo.errors import CahraError

if TYPE_CHECKING:
    from geo.assessment import Assessment
    from jobs.result import Result

UNUSABLE = 2
"""Exit status where the input cannot be used; one message on standard error says why."""
STOPPED = 130
"""Exit status after Ctrl-C: 128 and the number of SIGINT, as shells count."""
LOOKED_THROUGH = (300_000, 50, 100)
"""How many objects are made before Python looks for those that nobody can reach: what a command loads and reads is in
use to its end, and looking through it at Python's usual pace was a twelfth of a run."""
BLAS_SLEEPS = ("OPENBLAS_THREAD_TIMEOUT", "4")
"""Threads of OpenBLAS sleep when they have nothing to do; else they keep a processor for a twelfth of a second, in
which a child could read."""
UNREAD = 141
"""Exit status where who reads the output went away (`| head`): 128 and the number of SIGPIPE."""


def engine(cluster: str | None, workers: int, tiles: str | None = None) -> Callable[..., Assessment]:
    """The main job in this process, or spread over a Dask cluster: the same result, byte for byte."""
    from geo.assess import assess as in_one_process

    if not cluster:
        return in_one_process
    from functools import partial

    from geo.cluster.dask_job import assess_on_cluster

    def shown(done: int, total: int) -> None:
        print(f"\r{done}/{total} tiles", end="\n" if done == total else "", file=sys.stderr, flush=True)

    return partial(assess_on_cluster, cluster=cluster, workers=workers, folder=tiles, progress=shown)


def assess(args: argparse.Namespace, now: dt.datetime | None = None) -> Result:
    """`cahra assess`: files in; site list with classes, evidence and run record out."""
    as_of, files = iso_date(args.as_of), inputs(args)
    progress = Progress(("read", "assess"))
    from geo.ahead import ahead
    from jobs.inputs import load

    read = ahead(lambda: load(files))
    rules, given = rule_file(args), exposure_command.rasters(args)
    from geo.spatial.geodesic import geod
    from jobs.assessment.job import run
    from jobs.rasters.given import read_rasters

    geod()  # what a run asks for beside what reading asks for is loaded while a child reads
    loaded = read()
    measured = read_rasters(given)
    progress.step()
    chosen = engine(args.cluster, args.workers, args.tiles)
    result = run(
        loaded, as_of, rules, now, engine=chosen, evidence=args.evidence or "", rasters=measured, progress=progress.part
    )
    progress.step()
    return result


def screen(args: argparse.Namespace, now: dt.datetime | None = None) -> Result:
    """`cahra screen`: a company's list in; every row answered, origin and route, with a report and a record out."""
    as_of, files, suppliers = iso_date(args.as_of), inputs(args), source_of(args.list or "", "--list", "suppliers")
    roads, rules = maybe(args.roads, "--roads", "roads"), rule_file(args)
    places = maybe(args.places, "--places", "confirmed places")
    reviews = existing([args.reviews] if args.reviews else [], "--reviews")
    actors = maybe(args.actors, "--actors", "actors")
    governance = maybe(args.governance, "--governance", "governance")
    towns = [source_of(text, "--towns", "towns") for text in args.towns or ()]
    progress = Progress(("read", "screen"))
    from geo.memory import keep_tight
    from jobs.screening.job import ScreeningInputs, load, run

    keep_tight()

    route_settings = {"segment_km": args.segment_km, "within_km": args.within_km, "months": args.months}
    loaded = load(
        ScreeningInputs(
            suppliers=suppliers,
            data=files,
            roads=roads,
            compare=Path(args.compare) if args.compare else None,
            reviews=reviews[0] if reviews else None,
            places=places,
            actors=actors,
            governance=governance,
            towns=towns,
        )
    )
    progress.step()
    result = run(loaded, as_of, rules, now, route_settings=route_settings)
    progress.step()
    return result


def programmes(args: argparse.Namespace, now: dt.datetime | None = None) -> Result:
    """`cahra programmes`: what donors' programmes cover, where they overlap, what is left."""
    as_of, files, rules = iso_date(args.as_of), inputs(args), rule_file(args)
    given = [
        text if Path(text).is_dir() else source_of(text, "--programmes", "programmes") for text in args.programmes or ()
    ]
    sectors, words, rates = (maybe(getattr(args, name), f"--{name}", name) for name in ("sectors", "words", "rates"))
    radii = args.radii if args.radii in ("none", None) else source_of(args.radii, "--radii", "radii")
    around = exposure_command.rasters(args)
    progress = Progress(("read", "assess"))
    from jobs.programmes.job import ProgrammeInputs, load, run
    from jobs.rasters.given import read_rasters

    loaded = load(ProgrammeInputs(files, given, sectors, words, rates, radii))
    measured = read_rasters(around)
    progress.step()
    result = run(loaded, as_of, rules, now, rasters=measured, progress=progress.part)
    progress.step()
    return result


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


OLD_COMMANDS = {"coverage": "programmes"}
"""Names that commands had, and have now; the old ones still work, with a note."""
JOBS: dict[str, Callable[..., Any]] = {
    "assess": assess,
    "screen": screen,
    "coverage": programmes,  # the job's name in run records
    "backtest": backtest,
    "sensitivity": sensitivity_command.sensitivity,
    "exposure": exposure_command.exposure,
    "density": density_command.density,
    "compare": compare_command.made,
    "meeting": meeting_command.meeting,
}
"""The commands that leave a result, and how it is made from their options."""


def app(args: argparse.Namespace) -> int:
    """`cahra app`: opens the app; options after it are Streamlit's own, such as `--server.port 8502`."""
    from views.server import main as serve

    return serve(args.options, args.workspace or "", for_all=args.workspace_for_all)


def bench(args: argparse.Namespace) -> int:
    """`cahra bench`: the engine beside what one would pick instead (`make bench` installs the others first)."""
    command = [sys.executable, "-m", "benchmarks.run", "--size", args.size]
    return subprocess.run(command, cwd=Path(__file__).resolve().parents[1], check=False).returncode  # noqa: S603


@functools.cache
def parser(name: str = "") -> argparse.ArgumentParser:
    """All commands and their options, or one of them alone."""
    top = argparse.ArgumentParser(
        prog="cahra", description="Mine sites in conflict-affected and high-risk areas, with evidence and a date."
    )
    top.add_argument("--version", action=completion_command.Version, help="show the version and end")
    known = top.add_subparsers(dest="command", required=True)
    commands: Any = _OneOf(known, name) if name else known
    zero = commands.add_parser("app", help="open the app", description=app.__doc__)
    zero.set_defaults(call=app)
    zero.add_argument(
        "--workspace", metavar="DIR", help="folder that keeps files, how they are read, settings and decisions"
    )
    zero.add_argument(
        "--workspace-for-all", action="store_true", help="everyone who reaches the app works in that folder"
    )
    one = commands.add_parser("assess", help="classify sites at a date", description=assess.__doc__)
    add_inputs(one, required=True)
    add_cluster(one)
    add_evidence(one)
    exposure_command.add_rasters(one)
    add_result(one, assess, "time of events, not of knowledge")
    three = commands.add_parser("screen", help="answer a company's list", description=screen.__doc__)
    add_screen(three, required=True)
    add_inputs(three, required=False)
    add_result(three, screen, "for rows that state no date of their own", language="report")
    four = commands.add_parser(
        "programmes", aliases=list(OLD_COMMANDS), help="what programmes cover", description=programmes.__doc__
    )
    add_inputs(four, required=True)
    add_programmes(four, required=True)
    exposure_command.add_rasters(four)
    add_result(four, programmes, "day of classes and of programmes", language="map")
    six = commands.add_parser("backtest", help="how the classes fared", description=backtest.__doc__)
    add_backtest(six)
    add_span(six)
    add_inputs(six, required=False)
    add_result(six, backtest, "", language="page")
    meeting_command.add(commands)
    sensitivity_command.add(commands)
    exposure_command.add(commands)
    density_command.add(commands)
    compare_command.add(commands)
    inspect_command.add(commands)
    added = (
        add_cluster, add_screen, add_programmes, add_backtest, add_span, sensitivity_command.add_draws,
        meeting_command.add_filter, exposure_command.add_rasters, exposure_command.add_window,
        density_command.add_surface, watch_command.add_list,
    )  # fmt: skip
    verify_command.add(commands, {**JOBS, "editions": editions_command.changes, "watch": watch_command.again}, added)
    five = commands.add_parser("bench", help="measure the engine", description=bench.__doc__)
    five.add_argument("--size", default="S", help="which of S, M, CAR, L, joined by commas")
    five.set_defaults(call=bench)
    data_commands.add(commands)
    completion_command.add(commands, parser)
    return top


class _OneOf:
    """Takes one of the commands that are added, and leaves the others."""

    def __init__(self, commands: Any, name: str) -> None:
        self._commands, self._name = commands, name

    def add_parser(self, name: str, **options: Any) -> Any:
        """The parser of the command, or what takes its options and leaves them."""
        return self._commands.add_parser(name, **options) if name == self._name else _Unasked()


class _Unasked:
    """The parser of a command that is not asked for: whatever is added to it is left."""

    def __getattr__(self, _: str) -> Callable[..., _Unasked]:
        return lambda *_, **__: self


def add_cluster(to: argparse.ArgumentParser) -> None:
    """Where the work is done: the result is the same."""
    to.add_argument("--cluster", metavar="local|ADDRESS", help="spread the work with Dask (docs/cluster.md)")
    to.add_argument("--workers", type=int, default=2, metavar="N", help="processes of a local cluster")
    to.add_argument("--tiles", metavar="DIR", help="new folder that all workers can read, for --cluster ADDRESS")


def add_evidence(to: argparse.ArgumentParser) -> None:
    """As what evidence is written."""
    to.add_argument(
        "--evidence", choices=("csv", "parquet", "both"),
        help="as what evidence is written; default: CSV, above 100,000 rows Parquet",
    )  # fmt: skip


def add_screen(to: argparse.ArgumentParser, *, required: bool = False) -> None:
    """What `cahra screen` asks besides the inputs."""
    to.add_argument("--list", required=required, metavar="F", help="the company's list, in any format that is read")
    to.add_argument("--roads", metavar="F", help="road network: lines with an optional speed or class")
    to.add_argument("--segment-km", type=float, metavar="KM", help="length of a segment of a route; default: 10")
    to.add_argument("--within-km", type=float, metavar="KM", help="how near to a route an incident counts; default: 20")
    to.add_argument("--months", type=int, metavar="N", help="window before the date for routes; default: 12")
    to.add_argument("--compare", metavar="DIR", help="folder of an earlier screening: what changed, and through what")
    to.add_argument("--places", metavar="F", help="places.csv of an earlier run, with what somebody confirmed in it")
    to.add_argument(
        "--towns", action="append", metavar="F",
        help="towns and villages for names without a place: geonames:CAF, or a file of its columns; may be repeated",
    )  # fmt: skip
    to.add_argument("--reviews", metavar="F", help="the reviewers' file (SQLite); default: no decisions")
    to.add_argument("--actors", metavar="F", help="named or sanctioned actors: name,aliases,list,from,to,source")
    to.add_argument("--governance", metavar="F", help="indicators by area: area,indicator,value,edition,source")


def add_programmes(to: argparse.ArgumentParser, *, required: bool = False) -> None:
    """What `cahra programmes` asks besides the inputs."""
    to.add_argument(
        "--programmes",
        action="append",
        required=required,
        metavar="F",
        help="table, polygons, IATI XML, a folder of it, or a fetched edition: iati:CAF",
    )
    to.add_argument("--sectors", metavar="F", help="own table of sectors: vocabulary,code,programme_type")
    to.add_argument("--words", metavar="F", help="own table of words: programme_type,words,where,with,without")
    to.add_argument(
        "--radii",
        metavar="F",
        help="radii of points that state none: exactness,class,feature,radius_km; or the word none",
    )
    to.add_argument("--rates", metavar="F", help="rates to convert money with: currency,rate,to and a year, or none")


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


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; 0 is success, 1 a difference found, 2 unusable input with one message.

    130 after Ctrl-C, 141 where nobody reads the output any more; neither shows a traceback.
    """
    try:
        try:
            return performed(argv)
        finally:
            sys.stdout.flush()  # here, where it can be answered, not when the interpreter ends
    except BrokenPipeError:
        null_device = os.open(os.devnull, os.O_WRONLY)
        for stream in (sys.stdout, sys.stderr):
            os.dup2(null_device, stream.fileno())
        return UNREAD
    except KeyboardInterrupt:
        below_bar()
        print("cahra: stopped before the end; a folder of results is as it was.", file=sys.stderr)
        return STOPPED


def performed(argv: Sequence[str] | None) -> int:
    """What the command line asks for; errors of the input are one message."""
    words = sys.argv[1:] if argv is None else list(argv)
    plain = bool(words) and words[0] in JOBS and words[0] not in OLD_COMMANDS
    args, unknown = parser(words[0] if plain else "").parse_known_args(words)
    if unknown and args.command != "app":
        parser().error(f"unrecognized arguments: {' '.join(unknown)}")
    args.options = unknown
    if args.command != "app":
        gc.set_threshold(*LOOKED_THROUGH)
        os.environ.setdefault(*BLAS_SLEEPS)
        without_help_texts()
        later("pyproj")
        later("pandas", whole=True)
    if args.command in OLD_COMMANDS:
        old_name(f"cahra {args.command}", f"cahra {OLD_COMMANDS[args.command]}")
    call: Callable[[argparse.Namespace], int] = args.call
    try:
        return call(args)
    except CahraError as error:
        below_bar()
        from i18n.translator import translator

        print(f"cahra: {error.sentence(translator(getattr(args, 'language', 'en')))}", file=sys.stderr)
        try:
            write_rejected(error, getattr(args, "out", None))
        except CahraError as another:  # the rows have no place
            print(f"cahra: {another.sentence()}", file=sys.stderr)
        return UNUSABLE


def below_bar() -> None:
    """Moves below a bar of progress that stands on an unfinished line, so that a message has a line of its own."""
    if Progress.open:
        print(file=sys.stderr)
        Progress.open = False


if __name__ == "__main__":
    sys.exit(main())
