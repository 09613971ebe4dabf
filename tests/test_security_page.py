"""The numbers on the security page are those of the tests."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.examples import THOROUGH
from tests.hostile import (
    corpus,
    roles,
    test_hostile_cells,
    test_hostile_cost,
    test_hostile_fuzz,
    test_hostile_roles,
    test_hostile_systems,
)
from tests.jobs import test_every_job_whole
from tests.layers import test_fetch
from tests.properties import test_unread_incidents

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "SECURITY.md").read_text("utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and "`tests/" in line]


def row(word: str) -> str:
    """What was tried for the claim that holds `word`."""
    [found] = [line for line in ROWS if word in line.split("|")[1]]
    return found.split("|")[2]


def numbers(text: str) -> list[int]:
    return [int(n.replace(",", "")) for n in re.findall(r"\d[\d,]*", text)]


def test_files_and_mutants():
    quick = [
        getattr(test_hostile_fuzz, name)._hypothesis_internal_use_settings.max_examples
        for name in ("test_mutated_files", "test_mutated_files_of_native_formats")
    ]
    assert numbers(row("account of its rows"))[0] == len(corpus.CASES)
    assert numbers(row("account of its rows"))[3] == sum(quick)
    assert numbers(row("account of its rows"))[4] == test_hostile_roles.PIECES * test_hostile_roles.PIECE == 25_000


def test_systems_bombs_roles_and_replies():
    rasters = 6 + 1
    assert numbers(row("coordinate system")) == [len(test_hostile_systems.TEXTS), rasters, 9 + 3, 4]
    cells = [
        len(test_hostile_cells.CELLS),
        len(test_hostile_cells.SIZES),
        len(roles.TABLES),
        len(test_hostile_cells.EACH_TIME),
    ]
    assert numbers(row("no cell of a list")) == [*cells, 4, 300]
    bombs = numbers(row("at most 20 MB"))
    assert bombs[::2] == [len(test_hostile_cost.BOMBS), len(test_hostile_cost.EACH_TIME)]
    each_time = len(roles.SEEDS) - len(test_hostile_roles.LATER)
    more = [len(roles.OPTIONS), len(roles.COMMANDS)]
    assert numbers(row("every role")) == [164, len(roles.SEEDS), each_time, 5 + 1, 25 + 3, *more]
    tried = sum(map(len, test_hostile_roles.MUTANTS))
    assert tried == (25 + 3 if THOROUGH else 5 + 1)
    doubtful = sum(map(len, test_unread_incidents.DOUBTFUL.values()))
    assert numbers(row("never a mixture")) == [len(test_every_job_whole.NAMES), test_every_job_whole.EACH_TIME]
    faults = numbers(row("never calms a site"))
    assert faults[:4] == [len(test_unread_incidents.UNREADABLE), doubtful, 3, len(test_unread_incidents.FIELDS)]
    assert numbers(row("download"))[:3:2] == [len(test_fetch.REPLIES), len(test_fetch.HEADS)]


@pytest.mark.real_data
def test_files_that_were_found(shared_data):
    folder = shared_data / "hostile"
    door = sum(p.is_file() for p in (folder / "door").iterdir())
    others = sum(p.is_file() for p in folder.rglob("*")) - door - len(list((folder / "bombs").iterdir())) - 1
    assert numbers(row("account of its rows"))[1] == door
    assert abs(numbers(row("account of its rows"))[2] - others) <= 10
    assert len(list((folder / "bombs").iterdir())) == numbers(row("at most 20 MB"))[1]


def test_every_file_of_tests_that_is_named_exists():
    for line in ROWS:
        for name in re.findall(r"`(tests/[\w/]+\.py)`", line):
            assert (ROOT / name).is_file(), name
