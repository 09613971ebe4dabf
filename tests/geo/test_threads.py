"""Work shared by several threads: in order, joined, its faults raised, and by as many as there may be."""

from __future__ import annotations

from threading import Barrier, get_ident
from types import SimpleNamespace

import numpy as np
import pytest

from geo import threads
from geo.threads import allowed, in_parts, modestly, spread


@pytest.fixture(autouse=True)
def _two_threads(monkeypatch):
    monkeypatch.setattr(threads, "THREADS", 2)


def test_tasks_run_at_once_and_answer_in_their_order():
    both = Barrier(2, timeout=5)
    assert list(spread(lambda task: (both.wait() >= 0, task), ["one", "two"])) == [(True, "one"), (True, "two")]


def test_one_task_or_one_thread_needs_no_other(monkeypatch):
    here = get_ident()
    assert list(spread(lambda _: get_ident(), [0])) == [here]
    assert modestly(lambda: list(spread(lambda _: get_ident(), [0, 1]))) == [here, here]
    monkeypatch.setattr(threads, "THREADS", 1)
    assert list(spread(lambda _: get_ident(), [0, 1])) == [here, here]
    assert in_parts(lambda part: np.full(part.stop, get_ident()), 2, least=1).tolist() == [here, here]


def test_no_task_has_no_answer():
    assert list(spread(lambda task: task, [])) == []
    assert in_parts(lambda part: np.arange(part.stop), 0).tolist() == []


@pytest.mark.parametrize("n", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("many", [1, 2, 3, 8])
def test_parts_hold_every_element_once_along_the_last_axis(monkeypatch, n, many):
    monkeypatch.setattr(threads, "THREADS", many)
    x = np.arange(2 * n).reshape(2, n)
    sizes = []
    assert (in_parts(lambda part: sizes.append(part.stop - part.start) or x[:, part], n, least=2) == x).all()
    assert len(sizes) == max(1, min(many, n // 2))
    assert max(sizes) - min(sizes) <= 1


def test_a_fault_is_raised_where_the_answers_are_asked_for():
    with pytest.raises(ZeroDivisionError):
        list(spread(lambda task: 1 / task, [1, 0]))
    with pytest.raises(ZeroDivisionError):
        in_parts(lambda part: np.array([1 // (part.start * 0)]), 4, least=1)


@pytest.mark.parametrize(("many", "taken"), [(4, 3), (2, 1), (1, 1)])
def test_modest_work_leaves_a_processor_to_the_rest(many, taken):
    assert modestly(lambda: allowed(many)) == taken
    assert allowed(many) == many


def test_modest_work_in_this_thread_is_so_to_its_end_only():
    assert modestly(lambda: (allowed(2), modestly(lambda: allowed(2)), allowed(2))) == (1, 1, 1)
    with pytest.raises(ZeroDivisionError):
        modestly(lambda: 1 / 0)
    assert allowed(2) == 2


@pytest.mark.parametrize(("given", "taken"), [(3, 3), (0, 1)])
def test_a_worker_of_a_cluster_has_the_threads_that_it_was_given(monkeypatch, given, taken):
    tile_work = pytest.importorskip("geo.cluster.tile_work")
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(distributed, "get_worker", lambda: SimpleNamespace(state=SimpleNamespace(nthreads=given)))
    monkeypatch.setattr(tile_work, "keep_heap", lambda: None)
    tile_work.settle()
    assert allowed(threads.THREADS) == taken
