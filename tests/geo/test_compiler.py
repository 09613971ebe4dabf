"""When loops are compiled, and that nothing hangs on Numba being there."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from geo.compiled import compiler

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("asked", "size", "there", "compiles"),
    [
        ("", compiler.LARGE, True, True),
        ("", compiler.LARGE - 1, True, False),
        ("", compiler.LARGE, False, False),
        ("0", compiler.LARGE, True, False),
        ("always", 1, True, True),
        ("always", 1, False, False),
    ],
)
def test_large_jobs_are_compiled_where_numba_is_there(monkeypatch, asked, size, there, compiles):
    monkeypatch.setenv(compiler.SWITCH, asked)
    monkeypatch.setattr(compiler, "installed", lambda: there)
    monkeypatch.delitem(sys.modules, "numba", raising=False)
    assert compiler.compiles(size) is compiles


def test_smaller_jobs_are_compiled_where_it_is_loaded(monkeypatch):
    monkeypatch.delenv(compiler.SWITCH, raising=False)
    monkeypatch.setattr(compiler, "installed", lambda: True)
    monkeypatch.setitem(sys.modules, "numba", sys)
    assert compiler.compiles(compiler.LOADED)
    assert not compiler.compiles(compiler.LOADED - 1)


def test_a_numba_that_does_not_load_is_as_good_as_none(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba", None)
    compiler.installed.cache_clear()
    try:
        assert not compiler.installed()
    finally:
        compiler.installed.cache_clear()


def test_loops_can_be_imported_without_numba():
    look = """
import sys
sys.modules["numba"] = None
import importlib, pathlib
for path in sorted(pathlib.Path("geo/compiled").glob("*.py")):
    importlib.import_module(f"geo.compiled.{path.stem}")
"""
    subprocess.run([sys.executable, "-c", look], cwd=ROOT, check=True)


def test_a_small_job_does_not_load_it():
    look = "import sys; from geo.compiled.compiler import compiles; compiles(1000); sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", look], cwd=ROOT, check=False).returncode == 0


def test_no_other_module_loads_it():
    users = [p for floor in ("cli", "geo", "jobs", "layers", "views") for p in (ROOT / floor).rglob("*.py")]
    found = {p.relative_to(ROOT).as_posix() for p in users if re.search(r"(import|from) numba", p.read_text("utf-8"))}
    assert found == {"geo/compiled/compiler.py"}


@pytest.mark.skipif(importlib.util.find_spec("numba") is None, reason="Numba is not installed")
def test_a_loop_is_compiled_where_nothing_can_be_kept(monkeypatch):
    import numba

    real = numba.njit

    def refuses(*loops, cache=False, **options):
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return real(*loops, **options)

    monkeypatch.setattr(numba, "njit", refuses)

    @compiler.compiled
    def added(a: float, b: float) -> float:
        return a + b

    assert added(1.5, 2.0) == 3.5


@pytest.mark.skipif(importlib.util.find_spec("numba") is None, reason="Numba is not installed")
def test_what_was_kept_by_another_edition_is_not_read(tmp_path):
    """A loop calls a loop of another module with a class of it; then that module changes, and its class is gone."""
    (tmp_path / "loops").mkdir()
    code = (ROOT / "geo/compiled/compiler.py").read_text("utf-8")
    (tmp_path / "loops/compiler.py").write_text(code, "utf-8")
    other, run = (
        tmp_path / "loops/other.py",
        "from loops.first import first; from loops.other import *; print(first(ONE))",
    )
    (tmp_path / "loops/first.py").write_text(
        "from loops.compiler import compiled\nfrom loops.other import value\n\n"
        "@compiled\ndef first(given):\n    return value(given)\n"
    )
    for name, number in (("Old", 1), ("New", 2)):
        other.write_text(
            "from typing import NamedTuple\nfrom loops.compiler import compiled\n\n"
            f"class {name}(NamedTuple):\n    x: int\n\nONE = {name}(1)\n\n"
            f"@compiled\ndef value(given):\n    return given.x * {number}\n"
        )
        for _ in range(2):
            done = subprocess.run(
                [sys.executable, "-c", run], cwd=tmp_path, capture_output=True, text=True, check=False
            )
            assert done.stdout.strip() == str(number), done.stderr[-500:]
