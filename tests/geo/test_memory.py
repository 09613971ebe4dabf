"""Memory that was let go returns to the system."""

from __future__ import annotations

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
    memory._trim.cache_clear()
    try:
        memory.give_back()
    finally:
        memory._trim.cache_clear()
