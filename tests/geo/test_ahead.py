"""Work begun ahead: its answer, its faults, what it waits for and how many threads its loops are given."""

from __future__ import annotations

import os
from threading import Event, get_ident

import pytest

from geo.ahead import ahead
from geo.threads import allowed


@pytest.fixture(autouse=True)
def _two_processors(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)


def test_it_runs_in_a_thread_of_its_own_where_it_is_worth_it():
    assert ahead(get_ident)() != get_ident()
    assert ahead(get_ident, worth=False)() == get_ident()


def test_what_it_raises_is_raised_where_it_is_asked_for():
    asked = ahead(lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        asked()


def test_it_waits_for_what_is_needed_sooner_and_goes_on_after_its_fault():
    go, made = Event(), []

    def sooner():
        go.wait(5)
        made.append("sooner")
        raise ValueError

    later = ahead(lambda: made.append("later"), after=ahead(sooner))
    go.set()
    later()
    assert made == ["sooner", "later"]


@pytest.mark.parametrize(("modest", "taken"), [(False, 4), (True, 3)])
def test_what_is_needed_late_leaves_a_processor_to_the_rest(modest, taken):
    assert ahead(lambda: allowed(4), modest=modest)() == taken
    assert allowed(4) == 4


def test_it_is_done_once_however_often_it_is_asked_for():
    for worth in (True, False):
        made = []
        answer = ahead(lambda made=made: made.append("made"), worth=worth)
        answer(), answer()
        assert made == ["made"]
