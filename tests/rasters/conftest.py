"""Rasters are parsed in the test's own process: that children do the same is tested where it matters."""

from __future__ import annotations

import pytest

from layers.formats import child_worker
from layers.formats.sandbox.process import TASKS_HERE


@pytest.fixture(autouse=True)
def here(request, monkeypatch):
    """No child is started, except by tests that ask for `children`."""
    if "children" not in request.fixturenames:
        for name, task in child_worker._tasks().items():
            monkeypatch.setitem(TASKS_HERE, name, task)


@pytest.fixture
def children():
    """The test starts children."""
