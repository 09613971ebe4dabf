"""Parameters are documented in every public function of geo/ and jobs/; those of `make docs` are read from there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
_SECTION = re.compile(r"^Parameters\n-+\n(.*?)(?=^\w[\w ]*\n-{3,}$|\Z)", re.DOTALL | re.MULTILINE)


def documented(docstring: str) -> set[str]:
    """Names in the section Parameters of a NumPy docstring."""
    found = _SECTION.search(docstring)
    lines = [line for line in (found[1] if found else "").split("\n") if line and not line[0].isspace()]
    return {name.strip().lstrip("*") for line in lines for name in line.partition(" : ")[0].split(",")}


def public(path: Path) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Public functions of a module and public methods of its public classes."""

    def of(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, ast.FunctionDef]]:
        for node in body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield from of(node.body, f"{node.name}.")
            elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield prefix + node.name, node

    yield from of(ast.parse(path.read_text("utf-8")).body, "")


def lacking(path: Path) -> list[str]:
    """Parameters that no docstring says anything of, and such as a docstring has and the function has not."""
    out = []
    for name, node in public(path):
        told = documented(ast.get_docstring(node) or "")
        a = node.args
        given = [x.arg for x in (*a.posonlyargs, *a.args, *a.kwonlyargs, *filter(None, (a.vararg, a.kwarg)))]
        out += [f"{path.relative_to(ROOT)}: {name}({x})" for x in given if x not in ("self", "cls") and x not in told]
        out += [f"{path.relative_to(ROOT)}: {name} has no {x}" for x in sorted(told - set(given))]
    return out


@pytest.mark.parametrize("folder", ["geo", "jobs"])
def test_every_parameter_of_a_public_function_is_documented(folder):
    assert [x for path in sorted((ROOT / folder).rglob("*.py")) for x in lacking(path)] == []


def test_what_is_not_documented_would_be_found(tmp_path, monkeypatch):
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    path = tmp_path / "x.py"
    path.write_text('def f(a, b):\n    """F.\n\n    Parameters\n    ----------\n    a\n        One.\n    """\n')
    assert lacking(path) == ["x.py: f(b)"]
    path.write_text('def f(b):\n    """F.\n\n    Parameters\n    ----------\n    a, b\n        Both.\n    """\n')
    assert lacking(path) == ["x.py: f has no a"]


_ENTRY = re.compile(r"^(\w+)\n((?: +\S.*\n?)+)", re.MULTILINE)
"""A parameter alone on its line, and its text."""


def never_none(path: Path) -> list[str]:
    """Parameters of which a docstring says what None means though they take none by their types."""
    out = []
    for name, node in public(path):
        section = _SECTION.search((ast.get_docstring(node) or "") + "\n")
        texts = dict(_ENTRY.findall(section[1])) if section else {}
        for x in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
            kind = ast.unparse(x.annotation) if x.annotation else "Any"
            if re.search(r"\bNone(:| or an empty)", texts.get(x.arg, "")) and not re.search(
                r"None|Any|object|AsOf", kind
            ):
                out.append(f"{path.relative_to(ROOT)}: {name}({x.arg}: {kind})")
    return out


def test_what_none_means_is_said_only_where_none_is_taken(tmp_path, monkeypatch):
    assert [
        x for folder in ("geo", "jobs") for path in sorted((ROOT / folder).rglob("*.py")) for x in never_none(path)
    ] == []
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    path = tmp_path / "x.py"
    body = '"""F.\n\n    Parameters\n    ----------\n    a\n        Rows; None: none.\n    """\n'
    path.write_text(f"def f(a: int):\n    {body}\ndef g(a: int | None):\n    {body}")
    assert never_none(path) == ["x.py: f(a: int)"]
