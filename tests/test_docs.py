"""Documents say what the code does: rules, columns, dependencies, limits of time."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from pathlib import Path

import pytest

from geo import schema
from layers.reference.rule_files import default_rules
from scripts.write_columns import page as columns_page
from scripts.write_evidence_docs import KINDS as KIND_MEANINGS
from scripts.write_evidence_docs import page as evidence_page
from scripts.write_inputs import page as inputs_page
from scripts.write_rule_docs import page as rules_page

ROOT = Path(__file__).resolve().parents[1]


def test_the_rules_page_is_made_from_the_rules():
    assert (ROOT / "docs/rules.md").read_text("utf-8") == rules_page(default_rules())


def test_the_columns_page_is_made_from_the_schema():
    assert (ROOT / "docs/columns.md").read_text("utf-8") == columns_page()


def test_the_inputs_page_has_the_tables_of_the_readers():
    text = (ROOT / "docs/inputs.md").read_text("utf-8")
    assert text == inputs_page(text)


def test_the_evidence_page_is_made_from_the_codes():
    assert (ROOT / "docs/evidence.md").read_text("utf-8") == evidence_page()
    assert set(KIND_MEANINGS) == set(schema.EVIDENCE_KINDS)


def test_every_dependency_has_a_line_in_the_readme():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    readme = (ROOT / "README.md").read_text("utf-8")
    listed = [*project["dependencies"], *(d for extra in project["optional-dependencies"].values() for d in extra)]
    for dependency in listed:
        name = re.split(r"[\[>=<]", dependency)[0]
        assert f"`{name}`" in readme, name


def test_every_pinned_package_is_in_the_lock():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lock = {m.lower() for m in re.findall(r"^([A-Za-z0-9_.-]+)==", (ROOT / "requirements.lock").read_text(), re.M)}
    for dependency in project["dependencies"]:
        assert re.split(r"[\[>=<]", dependency)[0].lower() in lock


def linked_from(page: Path) -> set[Path]:
    """What a page links to in this project; a folder stands for its README."""
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8"))
    places = [(page.parent / link).resolve() for link in links if "://" not in link and not link.startswith("mailto:")]
    return {place / "README.md" if place.is_dir() else place for place in places}


def test_every_page_and_picture_of_docs_is_reached_from_the_readme():
    reached: set[Path] = set()
    ahead = {ROOT / "README.md"}
    while ahead:
        page = ahead.pop()
        reached.add(page)
        assert page.is_file(), f"a link leads to {page}, which is not there"
        if page.suffix == ".md":
            ahead |= linked_from(page) - reached
    there = {p for p in (ROOT / "docs").rglob("*") if p.suffix in {".md", ".png", ".svg"}}
    assert there
    assert not there - reached


def test_the_readme_leads_who_wants_to_help():
    wanted = ("CONTRIBUTING.md", "docs/architecture.md", "docs/glossary.md", "docs/decisions/README.md")
    assert {ROOT / name for name in wanted} <= linked_from(ROOT / "README.md")


def test_version_changelog_and_citation_agree():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    newest = re.search(r"^## (\S+) \((.+)\)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert newest is not None
    assert newest[1] == version
    day = dt.date.fromisoformat(newest[2])  # a version has a day
    cited = (ROOT / "CITATION.cff").read_text("utf-8").splitlines()
    assert f"version: {version}" in cited
    assert f"date-released: {day}" in cited


@pytest.mark.parametrize("word", schema.CLASSES)
def test_the_readme_says_what_a_class_means(word):
    assert f"`{word}`" in (ROOT / "README.md").read_text("utf-8")


def test_forbidden_words_are_never_said_of_a_site():
    for path in (p for top in ("geo", "i18n", "jobs", "layers", "views") for p in (ROOT / top).rglob("*.py")):
        text = path.read_text("utf-8").casefold()
        assert "conflict-free" not in text.replace('no "conflict-free"', ""), path
        assert "sans conflit" not in text, path
