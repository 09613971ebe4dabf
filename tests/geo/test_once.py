"""What several threads ask for at one time is made once, and nobody waits for what is made of something else."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event

import numpy as np
import pytest

from geo.once import Once, once
from geo.records import incidents as incident_records
from geo.records.admin_units import SiteUnits
from geo.records.incidents import prepare
from tests import frames

GEO = Path(__file__).resolve().parents[2] / "geo"
MANY = 4


def together(ask):
    """What each of several threads is told that ask at the same time."""
    start = Barrier(MANY)

    def asked(_):
        start.wait(5)
        return ask()

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(asked, range(MANY)))


def slowly(made, value):
    """Work that takes long enough for all of them to ask meanwhile, as in NumPy: other threads go on."""
    made.append(value)
    Event().wait(0.05)
    return value


class Thing:
    def __init__(self, work=None):
        self.work = work

    @Once
    def answer(self):
        """An answer."""
        return self.work()


def test_several_threads_get_one_answer():
    made = []
    thing = Thing(lambda: slowly(made, object()))
    told = together(lambda: thing.answer)
    assert len(made) == 1
    assert all(one is made[0] for one in told)
    assert thing.answer is made[0]
    held = {}
    assert together(lambda: once(held, "a", lambda: slowly(made, 7))) == [7] * MANY
    assert made[1:] == [7]


def test_after_a_fault_it_is_tried_again():
    tried = []

    def work():
        tried.append(1)
        if len(tried) < 3:
            raise ZeroDivisionError
        return 5

    thing = Thing(work)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            _ = thing.answer
    assert thing.answer == thing.answer == 5
    assert len(tried) == 3


def test_of_another_thing_and_within_one_nobody_waits():
    """A lock of the class, as Python 3.11 has it, would wait here for ever."""
    here, go = Event(), Event()

    def waits():
        here.set()
        assert go.wait(5)
        return 1

    one, other = Thing(waits), Thing(lambda: 2)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(lambda: one.answer)
        assert here.wait(5)
        assert Thing(lambda: other.answer).answer == 2
        go.set()
        assert first.result(5) == 1


def test_it_is_an_attribute_like_others():
    assert Thing.answer.__doc__ == "An answer."
    thing = Thing(lambda: 3)
    assert thing.answer == 3
    thing.work = None
    assert pickle.loads(pickle.dumps(thing)).answer == 3  # no lock goes with it


def test_edges_are_measured_once_and_labels_looked_through_once(monkeypatch):
    made = []
    edge = np.array([1.0, 2.0])
    units = SiteUnits(2, *(np.zeros(2),) * 5, lambda: slowly(made, edge))
    assert all(one is edge for one in together(lambda: units.edge_m))
    assert len(made) == 1
    looked = []
    codes_of = incident_records.codes_of
    monkeypatch.setattr(incident_records, "codes_of", lambda column: slowly(looked, codes_of(column)))
    ready = prepare(frames.incidents({"day": "2020-01-01"}, {"day": "2020-01-02", "admin2": "B"}))
    looked.clear()
    assert [texts for _, texts in together(lambda: ready.coded("admin2"))] == [["A region", "B"]] * MANY
    assert len(looked) == 1


def test_what_threads_share_is_none_of_the_cached_properties_of_functools():
    shared = [path for folder in ("spatial", "records") for path in sorted((GEO / folder).rglob("*.py"))]
    assert not [path.name for path in shared if "cached_property" in path.read_text("utf-8")]
