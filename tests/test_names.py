"""Names of the code in the words of the glossary: modules, classes, functions, their arguments and locals, as the source has them."""

from __future__ import annotations

import ast
import builtins
import functools
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("cli", "views", "jobs", "layers", "i18n", "geo", "scripts", "benchmarks")
ROLE = re.compile(r":(?:func|class|meth|data|attr|mod|exc):`~?([\w.]+)`")
NEVER = {
    "told": "message, record", "said": "message, record", "tells": "message", "way": "route", "ways": "route",
    "door": "gateway", "doors": "gateway", "bare": "what is left", "nowhere": "no_routes",
}  # fmt: skip
"""Words that stand in no name, and what is said instead."""
ALONE = {
    "under", "only", "ask", "asked", "near", "presence", "window", "place", "finding", "met", "beside", "kept", "seen",
    "say", "tell", "next_one",
}  # fmt: skip
"""Words that are no name by themselves: a function is a verb with its object, a value a noun that says of what."""
ALLOWED = {
    "geo.rules.finding": "what a rule found of each site: the word of docs/architecture.md for the answer of a rule kind",
    "geo.rules.finding.Finding": "likewise",
    "geo.rasters.windows.Window": "the term of rasterio, which reads by it",
    "layers.formats.readers.raster.Window": "likewise",
}
"""Names that stay, and why."""


def words(name: str) -> list[str]:
    """The words of a name, in small letters: ``RoadNetwork`` and ``road_network`` have the same."""
    return [w for w in re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_") if w]


def names(module: str, tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Every name that a module gives to itself, its classes, functions and methods: the whole one and its last part."""
    yield module, module.rpartition(".")[2]

    def inside(node: ast.AST, where: str) -> Iterator[tuple[str, str]]:
        for child in ast.iter_child_nodes(node):
            named = isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            here = f"{where}.{child.name}" if named else where
            if named:
                yield here, child.name
            yield from inside(child, here)

    yield from inside(tree, module)


def values(module: str, tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Every argument and every name that is set anywhere in a module: where it stands, and the name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            yield f"{module}:{node.lineno} {node.arg}", node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield f"{module}:{node.lineno} {node.id}", node.id


def faults(module: str, tree: ast.Module) -> Iterator[str]:
    """Names with a word that is to be another; an argument or a local may be one of :data:`ALONE` where it is small."""
    for whole, name in names(module, tree):
        parts = words(name)
        if set(parts) & set(NEVER) or "_".join(parts) in ALONE:
            yield whole
    for whole, name in values(module, tree):
        if set(words(name)) & set(NEVER):
            yield whole


@functools.cache
def trees() -> dict[str, tuple[str, ast.Module]]:
    """Source and syntax tree of every module by its name."""
    paths = sorted(p for f in FOLDERS for p in (ROOT / f).rglob("*.py"))
    out = {}
    for path in paths:
        source = path.read_text("utf-8")
        out[".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")] = (
            source,
            ast.parse(source),
        )
    return out


def known(tree: ast.Module) -> set[str]:
    """Every name that a module knows: what it defines at any depth, imports, or sets in a class or an object."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.add(node.attr)
    return found


def dead_references() -> list[str]:
    """References of docstrings to what is not there."""
    names_of = {module: known(tree) for module, (_, tree) in trees().items()}
    dead = []
    for module, (source, _) in trees().items():
        for reference in dict.fromkeys(ROLE.findall(source)):
            parts = reference.split(".")
            if parts[0] not in FOLDERS:
                if len(parts) == 1 and reference not in names_of[module] and not hasattr(builtins, reference):
                    dead.append(f"{module}: {reference}")
                continue
            at = next((k for k in range(len(parts), 0, -1) if ".".join(parts[:k]) in names_of), 0)
            if not at or not set(parts[at:]) <= names_of[".".join(parts[:at])]:
                dead.append(f"{module}: {reference}")
    return dead


@functools.cache
def of_the_tree() -> tuple[str, ...]:
    """Names of the tree with a word that is to be another."""
    return tuple(fault for module, (_, tree) in trees().items() for fault in faults(module, tree))


def test_names_are_words_of_the_glossary():
    """Another word: see docs/glossary.md. A name that must stay goes into ALLOWED with its reason."""
    assert set(of_the_tree()) - set(ALLOWED) == set()


def test_references_of_docstrings_lead_somewhere():
    assert dead_references() == []


def test_what_is_allowed_is_there():
    assert set(ALLOWED) - set(of_the_tree()) == set()


def test_the_test_sees_what_it_should():
    source = (
        "class Door:\n    def told(self):\n        def near(): ...\n\ndef time_window(): ...\ndef _ways_of(): ...\n"
    )
    assert list(faults("jobs.x", ast.parse(source))) == [
        "jobs.x.Door",
        "jobs.x.Door.told",
        "jobs.x.Door.told.near",
        "jobs.x._ways_of",
    ]
    assert list(faults("jobs.way_words", ast.parse(""))) == ["jobs.way_words"]
    values_too = ast.parse("def f(told, *, kept):\n    for said in kept:\n        text = f'{said}'\n")
    assert list(faults("jobs.x", values_too)) == ["jobs.x:1 told", "jobs.x:2 said"]
