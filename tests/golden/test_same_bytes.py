"""The same input gives the same bytes, whatever was made faster: hashes of files, frozen in frozen.json."""

from __future__ import annotations

import json

import pytest

from geo.compiled.compiler import SWITCH, installed
from tests.golden.frozen import FROZEN, REAL, SCENES, of_real, of_scene

HELD = json.loads(FROZEN.read_text())


WAYS = [
    pytest.param("0", id="by NumPy"),
    pytest.param("always", id="compiled", marks=pytest.mark.skipif(not installed(), reason="Numba is not installed")),
]
"""Whether loops are compiled: the files are the same."""


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["S", *(pytest.param(n, marks=pytest.mark.slow) for n in ("S many dates", "M"))])
def test_a_scene_gives_the_frozen_files(name, way, monkeypatch):
    monkeypatch.setenv(SWITCH, way)
    assert name in SCENES
    assert of_scene(name) == HELD[name]


@pytest.mark.real_data
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", REAL)
def test_real_data_give_the_frozen_files(name, way, shared_data, monkeypatch):
    monkeypatch.setenv(SWITCH, way)
    assert of_real(name, shared_data) == HELD[name]
