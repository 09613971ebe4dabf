"""Who may import whom, read from the source and seen in a fresh process."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FORBIDDEN = {
    "geo": {"layers", "views", "app", "cli", "streamlit", "folium", "streamlit_folium", "branca"},
    "layers": {"views", "app", "cli", "streamlit", "streamlit_folium"},
    "views": {"app", "cli"},
}


def imports(path: Path) -> set[str]:
    out = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            out |= {a.name.split(".")[0] for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            out.add(node.module.split(".")[0])
    return out


@pytest.mark.parametrize("floor", sorted(FORBIDDEN))
def test_imports_go_down_only(floor):
    for path in sorted((ROOT / floor).rglob("*.py")):
        assert not imports(path) & FORBIDDEN[floor], path.relative_to(ROOT)


def test_geo_loads_no_app_library():
    modules = sorted(
        ".".join(p.relative_to(ROOT).with_suffix("").parts)
        for p in (ROOT / "geo").glob("*.py")
        if p.stem not in ("partition", "raster")
    )
    code = f"import importlib, sys\nfor m in {modules!r}: importlib.import_module(m)\n"
    code += "print([m for m in ('streamlit','folium','rasterio','dask','layers','views') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


def test_no_second_distance_code():
    """Geodesics are measured in geo.spatial.geodesic (and the grid built on it), nowhere else."""
    allowed = {"geodesic.py", "proximity.py", "search.py", "grid.py", "edges.py", "areas.py"}
    for floor in ("geo", "i18n", "jobs", "layers", "views"):
        for path in (ROOT / floor).rglob("*.py"):
            text = path.read_text("utf-8")
            if path.name not in allowed:
                assert "haversine" not in text.casefold(), path
                assert ".inv(" not in text, path


def test_no_module_is_a_warehouse():
    for floor in ("geo", "i18n", "jobs", "layers", "views"):
        for path in (ROOT / floor).rglob("*.py"):
            assert len(path.read_text("utf-8").splitlines()) <= 460, f"{path.name} holds more than one noun"
