"""The versions that a run record says are those that are installed."""

from __future__ import annotations

import importlib.metadata

import pytest

from jobs import installed
from jobs.assessment.export import LIBRARIES
from jobs.run_record import TOOL


@pytest.mark.parametrize("name", [*LIBRARIES, TOOL, "rasterio", "XStatic-Leaflet"])
def test_a_version_is_what_the_library_says(name):
    assert installed.version(name) == importlib.metadata.version(name)


def test_what_is_not_installed_has_none():
    with pytest.raises(importlib.metadata.PackageNotFoundError):
        installed.version("no-such-library")


def test_a_version_is_looked_for_in_the_head_alone(tmp_path, monkeypatch):
    (tmp_path / "said-1.0.dist-info").mkdir()
    (tmp_path / "said-1.0.dist-info" / "METADATA").write_text("Name: said\nVersion: 1.0+x\n\nVersion: 9\n", "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    installed._described.cache_clear()
    try:
        assert installed.version("said") == "1.0+x" == importlib.metadata.version("said")
    finally:
        installed._described.cache_clear()
        installed.version.cache_clear()
