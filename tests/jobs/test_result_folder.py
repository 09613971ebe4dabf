"""A result is there whole or not at all: killed at every step, on a full disk, read-only, beside a second writer."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import cli
import cli.shared
from geo.errors import InputError
from jobs import folder_swap, result_folder
from jobs.result_folder import ResultFolder, holds_result
from jobs.run_record import seal_holds, sealed
from layers.reference import files as embedded
from tests.kills import die, die_amid, in_a_child, interrupted

ROOT = Path(__file__).resolve().parents[2]


def result(mark: str, names: tuple[str, ...] = ("a.csv", "b.csv")) -> dict[str, bytes]:
    """A small result whose files all carry a mark."""
    return sealed({n: f"{mark} {n}\n".encode() * 400 for n in names}, {"run_at": mark, "tool": "cahra-atlas"})


OLD, NEW = result("old", ("a.csv", "b.csv", "gone.csv")), result("new")


def content(folder: Path) -> dict[str, bytes] | None:
    return {p.name: p.read_bytes() for p in folder.iterdir()} if folder.exists() else None


@pytest.mark.parametrize("question", ["_identity", "holds_result", "names_of_result"])
def test_a_folder_that_another_writer_replaces_while_it_is_looked_at_is_looked_at_again(
    tmp_path, monkeypatch, question
):
    folder = tmp_path / "out"
    ResultFolder.of(folder).write(OLD)
    mine = ResultFolder.of(folder)
    real, left = getattr(result_folder, question), [3]

    def beside(path):
        monkeypatch.setattr(result_folder, question, real)
        if left[0]:
            ResultFolder.of(folder).write(OLD if left[0] % 2 == 0 else NEW)
            left[0] -= 1
        monkeypatch.setattr(result_folder, question, beside)
        return real(path)

    monkeypatch.setattr(result_folder, question, beside)
    mine.check()
    assert left[0] < 3


def test_a_folder_that_is_replaced_at_each_look_is_refused_in_words(tmp_path, monkeypatch):
    folder = tmp_path / "out"
    ResultFolder.of(folder).write(OLD)

    def always(path):
        if path == folder:
            raise FileNotFoundError
        return holds_result(path)

    monkeypatch.setattr(result_folder, "holds_result", always)
    with pytest.raises(InputError, match="all the time"):
        ResultFolder.of(folder)
    assert content(folder) == OLD


@pytest.mark.parametrize(
    ("before", "do", "swap"),
    [
        pytest.param(OLD, die_amid, True, id="used, amid, exchange"),
        pytest.param(None, die, False, id="new, two renames"),
        pytest.param(OLD, die, True, id="used, exchange", marks=pytest.mark.slow),
        pytest.param(OLD, die, False, id="used, two renames", marks=pytest.mark.slow),
        pytest.param(OLD, die_amid, False, id="used, amid, two renames", marks=pytest.mark.slow),
        pytest.param(None, die, True, id="new, exchange", marks=pytest.mark.slow),
        pytest.param(None, die_amid, True, id="new, amid, exchange", marks=pytest.mark.slow),
        pytest.param(None, die_amid, False, id="new, amid, two renames", marks=pytest.mark.slow),
    ],
)
def test_a_writer_killed_at_any_call_leaves_the_old_result_or_the_new_one(tmp_path, do, before, swap):
    kills = 0
    for at in range(1, 1000):
        folder = tmp_path / f"{at}" / "out"
        if before:
            ResultFolder.of(folder).write(before)
        lived = in_a_child(lambda folder=folder: ResultFolder.of(folder).write(NEW), at, do, swap=swap)
        if not swap:  # between its two steps there is none under the name: the next to ask puts it back
            folder_swap.put_back(folder)
        assert content(folder) in (before, NEW), at
        if lived:
            assert content(folder) == NEW
            break
        kills += 1
        ResultFolder.of(folder).write(NEW)
        assert content(folder) == NEW
        assert [p.name for p in folder.parent.iterdir() if any(p.iterdir())] == ["out"], at
    assert kills > 25


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
@pytest.mark.parametrize("before", [OLD, None], ids=["used", "new"])
def test_a_disk_that_refuses_any_call_leaves_the_old_result_or_the_new_one_and_one_message(tmp_path, before, fault):
    refused = 0
    for at in range(1, 1000):
        folder = tmp_path / f"{at}" / "out"
        folder.parent.mkdir()
        if before:
            ResultFolder.of(folder).write(before)

        def refuse(name, real, _args):
            if name in ("close", "scandir"):
                return real()
            raise OSError(fault, os.strerror(fault))

        with pytest.MonkeyPatch.context() as patch:
            seen = interrupted(patch, at, refuse)
            try:
                ResultFolder.of(folder).write(NEW)
            except InputError as error:
                refused += os.strerror(fault) in str(error)
        assert content(folder) in (before, NEW), at
        if len(seen) < at:
            assert content(folder) == NEW
            break
    assert refused > 10


@pytest.mark.skipif(sys.platform == "win32", reason="names of Windows have other limits")
@pytest.mark.parametrize(
    ("name", "taken"),
    [("x" * 200, True), ("x" * 300, False), (f"new/{'x' * 300}/out", False), ("x" * 245, False), ("é" * 130, False)],
)
def test_a_name_that_the_disk_does_not_take_is_refused_before_any_work(tmp_path, name, taken):
    """Of 255 bytes a name may have, the folder in the making needs some itself."""
    if taken:
        ResultFolder.of(tmp_path / name).write(NEW)
        assert content(tmp_path / name) == NEW
        return
    with pytest.raises(InputError, match="cannot be written") as refused:
        ResultFolder.of(tmp_path / name)
    assert os.strerror(errno.ENAMETOOLONG) in str(refused.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounts a file system of its own")
@pytest.mark.parametrize("how", ["size=64k", "ro"])
def test_a_file_system_that_is_full_or_read_only(tmp_path, how):
    """The real thing, in a mount namespace of its own; skips where that is not allowed."""
    program = f"""
import pathlib, subprocess, sys
from geo.errors import InputError
from jobs.result_folder import ResultFolder
from tests.jobs.test_result_folder import OLD, content, result
at = pathlib.Path({str(tmp_path)!r})
if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(at)]).returncode:
    sys.exit(77)
ResultFolder.of(at / "out").write(OLD)
if {how!r} == "ro" and subprocess.run(["mount", "-o", "remount,ro", str(at)]).returncode:
    sys.exit(77)
try:
    ResultFolder.of(at / "out").write(result("larger than the disk " * 20))
except InputError as error:
    assert "cannot be written" in str(error)
    assert content(at / "out") == OLD and [p.name for p in at.iterdir()] == ["out"]
    sys.exit(0)
sys.exit(1)
"""
    done = subprocess.run(
        ["unshare", "-m", sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode == 77 or "unshare failed" in done.stderr:
        pytest.skip("no mount namespaces here")
    assert done.returncode == 0, done.stderr


def snapshot(folder: Path) -> dict[str, bytes] | None:
    """All files of the folder that has the name at one moment; None where that one is being taken away meanwhile."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        out = {}
        for name in os.listdir(handle):  # noqa: PTH208 - of the handle, whatever has the name now
            with os.fdopen(os.open(name, os.O_RDONLY, dir_fd=handle), "rb") as file:
                out[name] = file.read()
        same = os.fstat(handle).st_ino == folder.stat().st_ino
        return out if same else None
    except FileNotFoundError:
        return None
    finally:
        os.close(handle)


def test_two_writers_at_once_and_a_reader_between_them(tmp_path):
    folder = tmp_path / "out"
    ResultFolder.of(folder).write(OLD)
    known = [OLD, *(result(f"writer {w}") for w in range(3))]
    children = []
    for writer in range(3):
        child = os.fork()
        if not child:
            try:
                for _ in range(40):
                    ResultFolder.of(folder).write(known[writer + 1])
            except BaseException:
                os._exit(1)
            os._exit(0)
        children.append(child)
    reads, running = 0, set(children)
    while running:
        for child in list(running):
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                running.discard(child)
                assert status == 0
        seen = snapshot(folder)
        if seen is not None:
            reads += 1
            assert seen in known
    assert reads > 20
    assert content(folder) in known
    assert [p.name for p in tmp_path.iterdir() if any(p.iterdir())] == ["out"]


def test_a_used_folder_is_replaced_as_a_whole_with_its_rights(tmp_path):
    folder = tmp_path / "out"
    assert ResultFolder.of(folder).write(OLD) is None
    folder.chmod(0o750)
    assert ResultFolder.of(folder).write(NEW) is None
    assert content(folder) == NEW
    assert folder.stat().st_mode & 0o777 == 0o750
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_an_empty_folder_is_taken(tmp_path):
    (tmp_path / "out").mkdir()
    ResultFolder.of(tmp_path / "out").write(NEW)
    assert content(tmp_path / "out") == NEW


def strangers(folder: Path) -> None:
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")


def beside_a_result(folder: Path) -> None:
    ResultFolder.of(folder).write(OLD)
    (folder / "notes.txt").write_text("mine")


def anothers_record(folder: Path) -> None:
    folder.mkdir()
    (folder / "run.json").write_text(json.dumps({"tool": "another", "files": {}}))


def a_folder_within(folder: Path) -> None:
    ResultFolder.of(folder).write(OLD)
    (folder / "a.csv").unlink()
    (folder / "a.csv").mkdir()


@pytest.mark.parametrize("make", [strangers, beside_a_result, anothers_record, a_folder_within])
def test_a_folder_that_holds_anything_else_is_refused_and_with_force_put_aside(tmp_path, make):
    folder = tmp_path / "out"
    make(folder)
    before = sorted(str(p.relative_to(folder)) for p in folder.rglob("*"))
    with pytest.raises(InputError, match="holds something else"):
        ResultFolder.of(folder)
    aside = ResultFolder.of(folder, force=True).write(NEW)
    assert aside == tmp_path / "out.before-1"
    assert sorted(str(p.relative_to(aside)) for p in aside.rglob("*")) == before
    assert content(folder) == NEW


def test_what_comes_into_the_folder_during_the_run_is_refused_then(tmp_path):
    folder = ResultFolder.of(tmp_path / "out")
    strangers(tmp_path / "out")
    with pytest.raises(InputError, match="holds something else"):
        folder.write(NEW)
    assert content(tmp_path / "out") == {"notes.txt": b"mine"}


def test_what_comes_at_the_last_moment_is_kept(tmp_path, monkeypatch):
    folder = tmp_path / "out"
    ResultFolder.of(folder).write(OLD)
    real = result_folder.put_in_place

    def late(*given):
        (folder / "notes.txt").write_text("mine")
        return real(*given)

    monkeypatch.setattr(result_folder, "put_in_place", late)
    aside = ResultFolder.of(folder).write(NEW)
    assert aside is not None
    assert (aside / "notes.txt").read_text() == "mine"
    assert content(folder) == NEW


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_that_holds_an_input_or_a_link_is_refused_also_with_force(tmp_path, force):
    folder = tmp_path / "out"
    ResultFolder.of(folder).write(OLD)
    (tmp_path / "list.csv").write_text("a")
    (tmp_path / "away").symlink_to(folder)
    for given in (folder / "a.csv", folder, tmp_path / "away" / "b.csv"):
        with pytest.raises(InputError, match="that the run reads"):
            ResultFolder.of(folder, [given], force=force)
    with pytest.raises(InputError, match="is a link"):
        ResultFolder.of(tmp_path / "away", force=force)
    os.link(tmp_path / "list.csv", folder / "same.csv")
    with pytest.raises(InputError, match="that the run reads"):
        ResultFolder.of(folder, [tmp_path / "list.csv"], force=force)
    (folder / "same.csv").unlink()
    (folder / "pointer").symlink_to(tmp_path / "list.csv")
    with pytest.raises(InputError, match="holds a link"):
        ResultFolder.of(folder, force=force)
    (folder / "pointer").unlink()
    with pytest.raises(InputError, match="lies in a result"):
        ResultFolder.of(folder / "next", force=force)
    with pytest.raises(InputError, match="a file, not a folder"):
        ResultFolder.of(tmp_path / "list.csv", force=force)
    assert content(folder) == OLD


def test_the_folder_one_stands_in_is_refused(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for name in (".", "..", str(tmp_path)):
        with pytest.raises(InputError, match="as a whole"):
            ResultFolder.of(name, force=True)


def test_the_users_list_in_the_output_folder_is_refused_before_any_work(tmp_path, capsys):
    (tmp_path / "sites.csv").write_text("site_id,lat,lon,minerals\n1,4.1,15.9,gold\n")
    arguments = ["assess", "--sites", str(tmp_path / "sites.csv"), "--as-of", "2018-12-31", "--out", str(tmp_path)]
    for more in ([], ["--force"]):
        assert cli.main([*arguments, *more]) == 2
        assert "that the run reads" in capsys.readouterr().err
    assert (tmp_path / "sites.csv").read_text() == "site_id,lat,lon,minerals\n1,4.1,15.9,gold\n"


def test_an_option_for_a_file_is_among_those_that_are_held_against_the_folder():
    """Every option whose value is a file or folder that is read; a new one has to be named here or in cli.shared.PATHS."""
    no_paths = {
        "areas_as_points", "as_of", "begin", "boundaries_version", "call", "cluster", "command", "country", "crs",
        "dates", "decimal", "draws", "edition", "end", "evidence", "files", "filter", "folder", "force",
        "header_row", "help", "json", "language", "layer", "level", "map", "months", "options", "out", "outcome", "random_points", "role", "seed", "segment_km", "sheet",
        "sign", "size", "step", "swap", "trust", "what", "within_km", "workers", "workspace",
        "workspace_for_all",
        "population_band", "population_values", "travel_time_band", "near_months", "before_from", "before_to",
        "bandwidth_km", "cell_km", "weight", "effect", "host", "port",
        "address", "data", "do", "earlier", "file", "reference", "shell",  # of commands that write no folder of results
    }  # fmt: skip
    commands = cli.parser()._subparsers._group_actions[0].choices
    named = {action.dest for command in commands.values() for action in command._actions}
    assert named - no_paths == set(cli.shared.PATHS)


def test_every_job_seals_its_files(tmp_path):
    out = tmp_path / "out"
    arguments = ["--sites", str(embedded.DEMONSTRATION_SITES), "--as-of", "2018-12-31", "--out", str(out)]
    assert cli.main(["assess", *arguments]) == 0
    record = json.loads((out / "run.json").read_bytes())
    assert holds_result(out)
    assert seal_holds((out / "run.json").read_bytes())
    assert set(record["files"]) == {p.name for p in out.iterdir()} - {"run.json"}
    assert cli.main(["assess", *arguments]) == 0
