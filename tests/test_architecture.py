"""Who may import whom, read from the source (imports inside functions too) and seen in a fresh process."""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import pytest

ROOT = Path(__file__).resolve().parents[1]
FLOORS = ("app", "cli", "views", "jobs", "layers", "i18n", "geo")
"""From the top down; nothing imports what stands before it here, and ``app`` and ``cli`` stand side by side."""
LEVEL = {floor: max(0, i - 1) for i, floor in enumerate(FLOORS)}
FOREIGN = {
    "geo": {"streamlit", "folium", "streamlit_folium", "branca", "altair"},
    "i18n": {"streamlit", "folium", "streamlit_folium", "branca", "altair"},
    "layers": {"streamlit", "streamlit_folium", "altair"},
    "jobs": {"streamlit", "streamlit_folium", "altair"},
}
"""Libraries of the upper floors that a floor does without."""


def modules(root: Path) -> dict[str, Path]:
    """Every module of the floors by its dotted name; a folder's own is called ``folder.__init__``."""
    paths = [p for f in FLOORS for p in (root / f"{f}.py", *sorted((root / f).rglob("*.py"))) if p.is_file()]
    return {".".join(p.relative_to(root).with_suffix("").parts): p for p in paths}


@functools.cache
def nodes(path: Path) -> list[ast.AST]:
    """Every node of the syntax tree of a module, which several tests look at."""
    return list(ast.walk(ast.parse(path.read_text("utf-8"))))


def imported(module: str, path: Path) -> Iterator[str]:
    """Dotted names that a module imports, wherever in it: in functions, and for a type checker alone, too."""
    for node in nodes(path):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [a.name for a in node.names]
        elif isinstance(node, ast.ImportFrom):
            package = module.split(".")[: -node.level] if node.level else []
            base = ".".join([*package, *([node.module] if node.module else [])])
            names = [f"{base}.{a.name}" for a in node.names]
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")).endswith(
            ("import_module", "__import__")
        ):
            names = [a.value for a in node.args[:1] if isinstance(a, ast.Constant)]
        yield from names


def arrows(root: Path) -> Iterator[tuple[str, str]]:
    """Every import of one module of ours by another: who, whom."""
    known = modules(root)
    for module, path in known.items():
        for name in imported(module, path):
            # `from a.b import c` is the module a.b.c, else the module a.b, else the folder a.b.
            for guess in (name, f"{name}.__init__", name.rpartition(".")[0], f"{name.rpartition('.')[0]}.__init__"):
                if guess in known:
                    if guess != module:
                        yield module, guess
                    break


def upward(root: Path) -> list[str]:
    """Imports of a higher floor."""
    floor = {m: LEVEL[m.split(".")[0]] for m in modules(root)}
    return sorted({f"{a} imports {b}" for a, b in arrows(root) if floor[b] < floor[a]})


def circles(root: Path) -> list[str]:
    """In every folder: modules and folders that import each other in a ring."""
    graphs: dict[str, nx.DiGraph] = {}
    for a, b in arrows(root):
        one, two = a.split("."), b.split(".")
        shared = next(i for i, (x, y) in enumerate(zip([*one, ""], [*two, ""], strict=False)) if x != y)
        graph = graphs.setdefault(".".join(one[:shared]) or ".", nx.DiGraph())
        graph.add_edge(one[shared], two[shared], seen=f"{a} → {b}")
    out = []
    for folder, graph in graphs.items():
        for ring in nx.strongly_connected_components(graph):
            if len(ring) > 1:
                inside = graph.subgraph(ring)
                seen = "; ".join(sorted(d["seen"] for *_, d in inside.edges(data=True)))
                out.append(f"{folder}: {', '.join(sorted(ring))} ({seen})")
    return sorted(out)


def test_imports_go_down_only():
    assert upward(ROOT) == []


def test_no_circle_between_modules_or_folders():
    assert circles(ROOT) == []


@pytest.mark.parametrize("floor", sorted(FOREIGN))
def test_a_floor_does_without_the_libraries_of_those_above(floor):
    for module, path in modules(ROOT).items():
        if module.split(".")[0] == floor:
            used = {name.split(".")[0] for name in imported(module, path)}
            assert not used & FOREIGN[floor], module


def test_the_test_sees_what_it_should(tmp_path):
    for name, text in {
        "geo/a.py": "def f():\n    from geo.b import g\n",
        "geo/b.py": "import geo.a\n",
        "geo/c.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from jobs import run\n",
        "layers/one/x.py": "from layers.two import y\n",
        "layers/two/y.py": "def f():\n    import importlib\n    importlib.import_module('layers.one.z')\n",
        "layers/one/z.py": "",
        "jobs/__init__.py": "",
        "jobs/run.py": "from .other import thing\n",
        "jobs/other.py": "",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert upward(tmp_path) == ["geo.c imports jobs.run"]
    assert [c.split(" (")[0] for c in circles(tmp_path)] == ["geo: a, b", "layers: one, two"]
    assert ("jobs.run", "jobs.other") in set(arrows(tmp_path))


def test_options_of_the_main_job_are_gathered_in_one_place():
    """Nobody calls `assess(..., name=value)` by hand: jobs.run_options gathers, the cluster hands on what it was given."""
    by_hand = []
    for module, path in modules(ROOT).items():
        if module == "geo.assess":
            continue
        for node in nodes(path):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "assess":
                by_hand += [module] if any(k.arg for k in node.keywords) else []
    assert by_hand == []


def test_the_path_of_the_data_has_one_home():
    homes = [m for m, path in modules(ROOT).items() if '/ "data"' in path.read_text("utf-8")]
    assert homes == ["layers.reference.files"]


def test_geo_loads_no_app_library():
    code = f"import importlib, sys\nsys.path.insert(0, {str(ROOT)!r})\n"
    skipped = ("geo.cluster.dask_job", "geo.spatial.density")
    names = sorted(m.removesuffix(".__init__") for m in modules(ROOT) if m.startswith("geo.") and m not in skipped)
    code += f"for m in {names!r}: importlib.import_module(m)\n"
    code += "print([m for m in ('streamlit','folium','rasterio','dask','i18n','layers','views') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


def test_an_assessment_without_rasters_and_databases_loads_none_of_their_readers():
    code = f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nimport jobs.assessment.job\n"
    readers = ("layers.sources.rasters", "jobs.rasters.measure", "layers.databases.tables", "html.entities")
    code += f"print([m for m in {readers!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


def test_no_second_distance_code():
    """Geodesics are measured in geo.spatial.geodesic (and the grid built on it), nowhere else."""
    allowed = {"geodesic", "proximity", "candidate_search", "grid", "polygon_edges", "polygons"}
    for module, path in modules(ROOT).items():
        text = path.read_text("utf-8")
        if module.split(".")[-1] not in allowed:
            assert "haversine" not in text.casefold(), module
            assert ".inv(" not in text, module


def docstring_of(node: ast.AST) -> ast.Expr | None:
    """The docstring of a module, class or function, as it stands in the tree."""
    first = node.body[0] if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body else None
    said = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    return first if said else None


def test_no_module_is_a_warehouse():
    for module, path in modules(ROOT).items():
        text = path.read_text("utf-8")
        said = [d for n in nodes(path) if (d := docstring_of(n)) is not None]
        code = len(text.splitlines()) - sum(1 + (d.end_lineno or d.lineno) - d.lineno for d in said)
        assert code <= 420, f"{module} holds more than one noun"  # what documents it does not count
