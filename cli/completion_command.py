"""``cahra completion``: a script that completes commands, options and their choices in a shell; and ``--version``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

SHELLS = ("bash", "zsh", "tcsh")
FILES = ("F", "F.toml", "FILE", "DIR", "KEY", "A", "B", "LIST.toml")
"""What options that name a file or a folder call their value: there a shell offers paths."""


def completion(args: argparse.Namespace) -> int:
    """`cahra completion`: prints a script that the shell reads, such as ``source <(cahra completion bash)``."""
    import shtab

    top = args.parser()
    for one in (top, *_commands(top)):
        for action in one._actions:
            if action.metavar in FILES:
                setattr(action, "complete", shtab.FILE)  # noqa: B010  (what shtab asks for)
    print(shtab.complete(top, shell=args.shell))
    return 0


def _commands(top: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    found = [a for a in top._actions if isinstance(a, argparse._SubParsersAction)]
    return list({id(one): one for action in found for one in action.choices.values()}.values())


class Version(argparse.Action):
    """``--version``: asked of the installed project only when somebody asks, for it costs time."""

    def __init__(self, option_strings: list[str], dest: str, **kwargs: Any) -> None:
        super().__init__(option_strings, dest, nargs=0, **kwargs)

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        """Prints the version and ends."""
        import importlib.metadata

        print(f"cahra-atlas {importlib.metadata.version('cahra-atlas')}")
        parser.exit()


def add(commands: Any, parser: Callable[[], argparse.ArgumentParser]) -> None:
    """The command; it describes all commands of `parser`."""
    to = commands.add_parser("completion", help="completion for a shell", description=completion.__doc__)
    to.add_argument("shell", choices=SHELLS)
    to.set_defaults(call=completion, parser=parser)
