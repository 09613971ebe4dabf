"""Memory that was let go returns to the system."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

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
        "print(pa.default_memory_pool().backend_name); x = pa.array(range(10)); memory.give_back(); print(len(x));"
        "import sys; from geo.compiled.compiler import compiles; print(compiles(1 << 40), 'numba' in sys.modules)"
    )
    given = {k: v for k, v in os.environ.items() if k != "CAHRA_COMPILED"}
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True, env=given)
    assert done.stdout.split() == ["system", "10", "False", "False"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a setting of glibc")
def test_a_process_of_many_steps_keeps_its_pages_though_dask_asks_to_give_them_back():
    faults = []
    for first in ("", "memory.keep_heap();"):
        said = (
            f"import resource, numpy as np; from geo import memory; {first}"
            "faults = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_minflt; np.ones(1 << 17); before = faults();"
            "any(np.ones(1 << 17) is None for _ in range(100)); print(faults() - before)"
        )
        given = {**os.environ, "MALLOC_TRIM_THRESHOLD_": "65536"}
        done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True, env=given)
        faults.append(int(done.stdout))
    assert faults[1] < 1_000
    assert faults[1] < faults[0] / 10 or memory.library("mallopt")(0, 0) is None  # another C library has no say in it
