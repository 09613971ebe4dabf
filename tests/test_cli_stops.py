"""What ends a command early: Ctrl-C, a reader that went away, and options that cannot be; never with a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import cli
from cli import shared
from layers.reference import files
from views import server

ROOT = Path(__file__).resolve().parents[1]
SITES = ["assess", "--sites", str(files.DEMONSTRATION_SITES), "--as-of", "2018-12-31"]


@pytest.mark.parametrize(
    ("arguments", "statuses"),
    [
        (["--help"], (0, cli.UNREAD)),  # argparse may have swallowed it
        (["inspect", str(files.DEMONSTRATION_COVERAGE)], (cli.UNREAD,)),
    ],
)
def test_a_reader_that_went_away_ends_the_command_quietly(arguments, statuses):
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "cli", *arguments], stdout=writer, stderr=subprocess.PIPE, cwd=ROOT, check=False
        )
    finally:
        os.close(writer)
    assert done.stderr == b""
    assert done.returncode in statuses


def test_ctrl_c_is_one_line_and_status_130(tmp_path, monkeypatch, capsys):
    def stopped(files):
        raise KeyboardInterrupt

    monkeypatch.setattr("jobs.inputs.load", stopped)
    monkeypatch.setattr(shared.Progress, "open", True)
    assert cli.main([*SITES, "--out", str(tmp_path / "out")]) == cli.STOPPED
    printed = capsys.readouterr().err
    assert printed.startswith("\ncahra: stopped")
    assert printed.count("\n") == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("options", [["--servr.port", "8502"], ["--server.port", "many"]], ids=lambda o: o[0])
def test_an_option_that_streamlit_does_not_take_is_one_message_before_anything_is_loaded(options, monkeypatch, capsys):
    monkeypatch.setattr(server, "warm", lambda: pytest.fail("the work began"))
    assert cli.main(["app", *options]) == cli.UNUSABLE
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    assert options[0] in printed
    assert "Remedy" in printed


def in_a_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    (folder / "notes.txt").write_text("mine", "utf-8")
    return ["--out", str(folder / "notes.txt" / "out")]


def not_writable(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(os, "access", lambda path, mode, **more: Path(path) != folder)  # root may write anywhere
    return ["--out", str(folder / "new" / "out")]


def somebody_elses(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    (folder / "notes.txt").write_text("mine", "utf-8")
    return ["--out", str(folder)]


def no_country(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    return ["--country", "XX", "--out", str(folder / "out")]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (in_a_file, ("notes.txt", "a file, not a folder")),
        (not_writable, ("cannot be written", "may be written to")),
        (somebody_elses, ("holds something else", "notes.txt")),
        (no_country, ("--country", "XX", "CAF")),
    ],
)
def test_options_are_checked_before_the_work_begins(given, said, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("layers.formats.sandbox.process.child", lambda: pytest.fail("the work began"))
    monkeypatch.setattr("jobs.inputs.load", lambda files: pytest.fail("the work began"))
    options = given(tmp_path, monkeypatch)
    before = sorted(tmp_path.rglob("*"))
    assert cli.main([*SITES, *options]) == cli.UNUSABLE
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert all(word in captured.err for word in (*said, "Remedy"))
    assert captured.out == ""
    assert sorted(tmp_path.rglob("*")) == before
