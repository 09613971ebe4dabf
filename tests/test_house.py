"""That it is a good house: what a newcomer adds is found by a test that names what is still missing."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from layers.formats.writers.media_types import MEDIA_TYPES
from layers.formats.writers.write import FORMATS
from layers.sources.incidents import SOURCES

ROOT = Path(__file__).resolve().parents[1]


def modules(folder: str, said: str) -> list[str]:
    """Dotted names of the modules of a folder that say `said` at the beginning of a line."""
    paths = sorted((ROOT / folder).glob("*.py"))
    return [
        ".".join(p.relative_to(ROOT).with_suffix("").parts)
        for p in paths
        if re.search(said, p.read_text("utf-8"), re.M)
    ]


@pytest.mark.parametrize("name", modules("layers/sources", r"^SOURCE = IncidentSource\("))
def test_a_source_of_incidents_is_one_file_and_one_word_in_the_registry(name):
    assert importlib.import_module(name).SOURCE in SOURCES, (
        f"add {name}.SOURCE to SOURCES of layers/sources/incidents.py"
    )


def test_the_registry_of_sources_names_every_publisher():
    assert (
        len(modules("layers/sources", r"^SOURCE = IncidentSource\("))
        == len(SOURCES)
        == len({s.layout for s in SOURCES})
    )


@pytest.mark.parametrize("name", modules("layers/formats/writers", r"^FORMAT = Format\("))
def test_a_format_is_one_file_and_one_word_in_the_registry(name):
    made = importlib.import_module(name).FORMAT
    assert FORMATS.get(made.ending) is made, f"add {name}.FORMAT to FORMATS of layers/formats/writers/write.py"
    assert made.ending in MEDIA_TYPES, f"add {made.ending} to layers/formats/writers/media_types.py"


@pytest.mark.parametrize("page", sorted(p.name for p in (ROOT / "views/pages").glob("*.py") if p.stem != "__init__"))
def test_a_page_is_one_file_and_one_line_in_the_navigation(page):
    said = (ROOT / "views/navigation.py").read_text("utf-8")
    assert page.removesuffix(".py") in said, f"add views/pages/{page} to views/navigation.py"


def test_every_row_of_the_table_of_the_house_names_a_test_that_is_there():
    text = (ROOT / "docs/architecture.md").read_text("utf-8")
    rows = text.partition("## What a newcomer adds")[2].split("\n\n")[1].splitlines()[2:]
    assert len(rows) == 7
    for row in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", row)
        assert named, row
        for path, test in named:
            assert f"def {test}(" in (ROOT / path).read_text("utf-8"), f"{path}::{test}"
    recipes = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    for recipe in re.findall(r"CONTRIBUTING.md#([\w-]+)", text):
        assert f"### {recipe.replace('-', ' ')}" in recipes.lower(), recipe
