"""What all tests share: where the real inputs are, and that they may be absent."""

from __future__ import annotations

import functools
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real inputs beside the project; tests that need it skip where it is absent."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"real inputs are not on this machine ({folder.name} beside the project is missing)")
    return folder


@pytest.fixture(autouse=True)
def _components_are_looked_for_once() -> None:
    """Streamlit asks every installed package for components each time that a page is tested: half a second each time."""
    if "streamlit" in sys.modules:
        from streamlit.components.v2 import manifest_scanner

        if not hasattr(manifest_scanner.scan_component_manifests, "cache_info"):
            manifest_scanner.scan_component_manifests = functools.cache(manifest_scanner.scan_component_manifests)
