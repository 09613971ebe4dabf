"""Memory that was let go returns to the system."""

from __future__ import annotations

import subprocess
import sys

from geo import memory


def test_it_is_given_back_twice_and_what_is_in_use_stays():
    import pyarrow as pa

    kept = pa.array(range(1000))
    memory.give_back()
    memory.give_back()
    assert kept.to_pylist() == list(range(1000))


def test_a_system_without_that_call_keeps_its_memory(monkeypatch):
    def missing(_: object) -> object:
        raise OSError("no such library")

    monkeypatch.setattr(memory.ctypes, "CDLL", missing)
    memory.library.cache_clear()
    try:
        memory.give_back()
    finally:
        memory.library.cache_clear()


def test_a_process_of_one_job_keeps_nothing_that_was_let_go():
    said = (
        "import pyarrow as pa; from geo import memory; memory.keep_tight();"
        "print(pa.default_memory_pool().backend_name); x = pa.array(range(10)); memory.give_back(); print(len(x))"
    )
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["system", "10"]
