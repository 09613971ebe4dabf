"""The API pages that `make docs` builds name what is there, and stand in the navigation."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_every_page_of_the_api_is_in_the_navigation_and_names_what_is_there():
    nav = (ROOT / "mkdocs.yml").read_text("utf-8")
    for page in re.findall(r": ([\w/-]+\.md)$", nav, re.MULTILINE):
        assert (ROOT / "docs" / page).is_file(), page
    pages = sorted((ROOT / "docs/api").glob("*.md"))
    assert {f"api/{p.name}" for p in pages} <= set(re.findall(r"api/[\w-]+\.md", nav + "api/README.md"))
    named = [m for p in pages for m in re.findall(r"^::: ([\w.]+)$", p.read_text("utf-8"), re.MULTILINE)]
    assert all(importlib.util.find_spec(name) is not None for name in named)
    folders = {p.name for p in (ROOT / "geo").iterdir() if (p / "__init__.py").is_file()}
    assert folders - {"cluster"} <= {name.partition(".")[2] for name in named}
