"""What `make test` leaves out is run by `make test-all`, and a file runs in one process."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from types import SimpleNamespace

from tests import conftest

ROOT = Path(__file__).resolve().parents[1]


def commands(target: str) -> str:
    """The lines of a target of the Makefile."""
    return re.search(rf"(?m)^{target}:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text("utf-8"))[1]


def test_the_long_run_runs_what_is_marked_slow_and_whole_numbers_of_examples():
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]["ini_options"]["addopts"]
    assert "-m 'not slow'" in asked
    assert '-m "slow or not slow"' in commands("test-all")
    assert "CAHRA_THOROUGH=1" in commands("test-all")
    assert " -m " not in commands("test").replace("python -m pytest", "")
    assert "THOROUGH" not in commands("test")


def test_a_file_of_the_short_run_runs_in_one_process():
    """What a file makes once it would otherwise make in each process."""
    assert "--dist loadfile" in commands("test")


def test_the_folder_of_tests_in_a_browser_is_one_unit_and_comes_first():
    told = SimpleNamespace(nodeid="tests/a.py::test_a"), SimpleNamespace(nodeid="tests/browser/b.py::test_b")
    items = list(told)
    conftest.pytest_collection_modifyitems(items)
    assert items == [told[1], told[0]]
    assert conftest.unit("tests/browser/b.py::test_b") == conftest.unit("tests/browser/c.py::test_c[x::y]")
    assert conftest.unit("tests/a.py::test_a[x::y]") == "tests/a.py"
