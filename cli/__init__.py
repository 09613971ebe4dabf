"""The same jobs from a shell: ``cahra app | assess | screen | programmes | backtest | sensitivity | verify | ...``."""

from __future__ import annotations

import argparse
import functools
import gc
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from cli import (
    assess_command,
    backtest_command,
    compare_command,
    completion_command,
    data_commands,
    density_command,
    editions_command,
    exposure_command,
    inspect_command,
    meeting_command,
    programmes_command,
    screen_command,
    sensitivity_command,
    verify_command,
    watch_command,
)
from cli.late_imports import later, without_help_texts
from cli.reading import write_rejected
from cli.shared import Progress, old_name
from geo.errors import CahraError

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

OLD_COMMANDS = dict.fromkeys(programmes_command.OLD_NAMES, "programmes")
"""Names that commands had, and have now; the old ones still work, with a note."""
JOBS: dict[str, Callable[..., Any]] = {
    "assess": assess_command.assess,
    "screen": screen_command.screen,
    "coverage": programmes_command.programmes,  # the job's name in run records
    "backtest": backtest_command.backtest,
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
    """`cahra bench`: the engine beside what one would pick instead (`make bench` has the others too)."""
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
    to = commands.add_parser("app", help="open the app", description=app.__doc__)
    to.set_defaults(call=app)
    to.add_argument(
        "--workspace", metavar="DIR", help="folder that keeps files, how they are read, settings and decisions"
    )
    to.add_argument(
        "--workspace-for-all", action="store_true", help="everyone who reaches the app works in that folder"
    )
    assess_command.add(commands)
    screen_command.add(commands)
    programmes_command.add(commands)
    backtest_command.add(commands)
    meeting_command.add(commands)
    sensitivity_command.add(commands)
    exposure_command.add(commands)
    density_command.add(commands)
    compare_command.add(commands)
    inspect_command.add(commands)
    added = (
        assess_command.add_cluster, screen_command.add_screen, programmes_command.add_programmes,
        backtest_command.add_backtest, backtest_command.add_span, sensitivity_command.add_draws,
        meeting_command.add_filter, exposure_command.add_rasters, exposure_command.add_window,
        density_command.add_surface, watch_command.add_list,
    )  # fmt: skip
    verify_command.add(commands, {**JOBS, "editions": editions_command.changes, "watch": watch_command.again}, added)
    to = commands.add_parser("bench", help="measure the engine", description=bench.__doc__)
    to.add_argument("--size", default="S", help="which of S, M, CAR, L, joined by commas")
    to.set_defaults(call=bench)
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
