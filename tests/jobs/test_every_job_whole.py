"""Every command that leaves a folder leaves the old result or the new one: killed, on a disk that refuses, beside another.

The writer itself is tried at each of its calls in test_result_folder; here every command takes the whole way to it, with
files of its own names. What the app offers is made in memory and downloaded; what `cahra fetch` keeps has a store, tried
in tests/layers/test_store_kills.py.
"""

from __future__ import annotations

import argparse
import errno
import os
import traceback
from collections.abc import Mapping
from pathlib import Path

import pytest

import cli
import cli.shared
from geo.errors import InputError
from jobs.result import Put
from jobs.result_folder import ResultFolder
from jobs.run_record import sealed
from jobs.verification import verify
from layers.sources.catalogue import Store
from tests.jobs.edited_results import JOBS, made, options
from tests.jobs.test_result_folder import content
from tests.kills import die, die_amid, in_a_child, interrupted

NAMES = {
    "assess": ("sites.csv", "sites.geojson", "evidence.csv", "rejected.csv", "sites_md01.csv"),
    "screen": ("screening.csv", "screening.xlsx", "report.html", "routes.csv", "segments.csv", "evidence.csv"),
    "coverage": ("coverage.csv", "gaps.csv", "totals.csv", "map.html", "brief_CAF.pdf"),
    "backtest": ("track_record.csv", "decision_table.csv", "track_record.html", "rejected.csv"),
    "sensitivity": (
        "flip.csv",
        "stability.csv",
        "thresholds.csv",
        "draws.csv",
        "timeline.csv",
        "incidents_counted.csv",
    ),
    "compare": ("moves.csv",),
    "density": ("surfaces.csv", "density_a_2020-01-01_2020-12-31.tif", "rejected.csv"),
    "exposure": ("exposure.csv", "people_by_class.csv", "people_in_zones.csv", "rejected.csv"),
    "edition-changes": ("incident_changes.csv", "years.csv", "moves.csv"),
    "meeting": ("map.png", "map.pdf", "sites.xlsx", "sites.kmz", "gis.gpkg"),
}
"""Some of the files of each command."""
EACH_TIME = 16
"""Each so manieth call is a place to die at, or to be refused; all of them in the long run."""
EVERY = [EACH_TIME, pytest.param(1, marks=pytest.mark.slow)]


class Stub:
    """A result that is made already."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.made = dict(files)

    def files(self, _language: str = "en") -> dict[str, bytes]:
        return self.made

    def put_away(self, put: Put, language: str = "en") -> None:
        for name, data in self.made.items():
            put(name, data)

    def summary(self, _language: str = "en") -> list[str]:
        return []


def asked(job: str, out: Path, files: Mapping[str, bytes]) -> argparse.Namespace:
    """The options of a command whose work is done: what is left is to keep its result."""
    given = {
        "screen": ["--list", "none", "--as-of", "2020-12-31"],
        "coverage": ["--sites", "none", "--programmes", "none", "--as-of", "2020-12-31"],
        "backtest": [],
        "compare": ["before", "after"],
        "edition-changes": ["before", "after"],
        "density": [],
    }.get(job, ["--sites", "none", "--as-of", "2020-12-31"])
    args = cli.parser().parse_args([job, *given, "--out", str(out)])
    own = {"compare": cli.compare_command.compare, "edition-changes": cli.editions_command._changes}
    assert args.call is own.get(job, cli.shared.perform)
    args.make = lambda _: Stub(files)
    return args


def kept(args: argparse.Namespace) -> int:
    """The command itself."""
    status: int = args.call(args)
    return status


def results(job: str) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """An old and a new result of a command; the old one has a file more."""
    old, new = (
        sealed({n: f"{mark} {n}\n".encode() * 300 for n in names}, {"run_at": mark, "tool": "cahra-atlas", "job": job})
        for mark, names in (("old", (*NAMES[job], "gone.csv")), ("new", NAMES[job]))
    )
    return old, new


@pytest.fixture(autouse=True)
def no_children(monkeypatch):
    monkeypatch.setattr(cli.shared.child_process, "ahead", lambda *_: None)


def test_every_command_with_a_folder_keeps_it_by_the_one_writer():
    commands = cli.parser()._subparsers._group_actions[0].choices
    with_folder = {name for name, to in commands.items() if any(a.dest == "out" for a in to._actions)}
    # The store of editions and the memory of a watch are no results of one run; each has a writer and tests of its own.
    assert with_folder == {*NAMES, *cli.OLD_COMMANDS.values(), "fetch", "watch"}
    assert set(JOBS) == set(NAMES) == {*cli.JOBS, "edition-changes"}


@pytest.mark.parametrize("every", EVERY)
@pytest.mark.parametrize("job", NAMES)
def test_killed_at_any_call_a_command_leaves_the_old_result_or_the_new_one(tmp_path, job, every):
    old, new = results(job)
    kills = 0
    for at in range(1, 1000, every):
        folder = tmp_path / f"{at}" / "out"
        ResultFolder.of(folder).write(old)
        do = die if at % 2 else die_amid
        lived = in_a_child(lambda folder=folder: kept(asked(job, folder, new)), at, do)
        assert content(folder) in (old, new), at
        if lived:
            break
        kills += 1
    assert kills > 25 // every
    assert content(folder) == new


@pytest.mark.parametrize("every", EVERY)
@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EROFS])
@pytest.mark.parametrize("job", NAMES)
def test_a_disk_that_refuses_leaves_a_command_one_sentence_and_the_old_result(tmp_path, job, fault, every):
    old, new = results(job)
    refused = 0
    for at in range(1, 1000, every):
        folder = tmp_path / f"{at}" / "out"
        ResultFolder.of(folder).write(old)

        def refuse(name, real, _args):
            if name in ("close", "scandir"):
                return real()
            raise OSError(fault, os.strerror(fault))

        args = asked(job, folder, new)
        with pytest.MonkeyPatch.context() as patch:
            seen = interrupted(patch, at, refuse)
            try:
                kept(args)
            except InputError as error:
                refused += os.strerror(fault) in str(error)
        assert content(folder) in (old, new), at
        if len(seen) < at:
            break
    assert refused > 0
    assert content(folder) == new


@pytest.mark.parametrize("job", NAMES)
def test_two_commands_at_once_leave_one_of_their_results(tmp_path, job):
    folder = tmp_path / "out"
    known = [*results(job)]
    children = []
    for files in known:
        child = os.fork()
        if not child:
            try:
                for _ in range(5):
                    kept(asked(job, folder, files))
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    assert content(folder) in known
    assert [p.name for p in tmp_path.iterdir() if any(p.iterdir())] == ["out"]


def test_a_store_on_a_disk_that_refuses_keeps_what_it_had(tmp_path, monkeypatch):
    """The folder of `cahra fetch`: refused at each call, the old file or the new one."""
    from tests.layers.test_store_kills import NEW, OLD, entry

    refused = 0
    for fault in (errno.ENOSPC, errno.EROFS):
        for at in range(1, 200):
            store = Store(tmp_path / f"{fault}-{at}")
            store.add(entry(OLD), OLD)

            def refuse(name, real, _args, fault=fault):
                if name in ("close", "scandir"):
                    return real()
                raise OSError(fault, os.strerror(fault))

            with pytest.MonkeyPatch.context() as patch:
                seen = interrupted(patch, at, refuse)
                try:
                    store.add(entry(NEW), NEW)
                except InputError as error:
                    refused += os.strerror(fault) in str(error)
            assert store.read("events.csv") in (OLD, NEW)
            if len(seen) < at:
                break
    assert refused > 10


@pytest.mark.slow
@pytest.mark.parametrize("job", NAMES)
def test_the_real_files_of_a_job_killed_at_any_call(tmp_path, job):
    """The same with what the job really writes; what is left verifies."""
    new = made(job, options(tmp_path)).files
    old = {**results(job)[0]}
    kills = 0
    for at in range(1, 2000):
        folder = tmp_path / f"{at}" / "out"
        ResultFolder.of(folder).write(old)
        lived = in_a_child(lambda folder=folder: ResultFolder.of(folder).write(new), at, die_amid)
        assert content(folder) in (old, new), at
        if lived:
            break
        kills += 1
    assert kills > 25
    assert verify(folder).differences == ()
