"""There is one gateway: no other module hands a file to a reader that follows references, runs code, or has no limits."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from i18n.translator import translator
from layers.formats.reasons import REASONS

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(
    p
    for part in ("cli", "geo", "i18n", "jobs", "layers", "views")
    for p in (ROOT / part).rglob("*.py")
    if "__pycache__" not in p.parts
)
FILES.append(ROOT / "app.py")

NOWHERE = {
    "read_file", "read_dataframe", "read_arrow", "open_arrow", "read_feather", "read_pickle", "read_excel", "read_html",
    "read_xml", "read_hdf", "read_orc", "read_sql", "read_fwf", "read_clipboard", "from_features_file", "list_layers",
}  # fmt: skip
MODULES = {"fiona", "osgeo", "gdal", "ogr", "pyogrio", "pickle", "marshal", "shelve", "dill", "joblib", "lxml"}
CALLS = {"eval", "exec", "compile_restricted", "__import__"}
XML = {"parse", "fromstring", "iterparse", "XMLParser", "XML"}
TOML = {
    "layers/formats/sandbox/rules.py",  # in a child
    "layers/formats/limits.py",  # the administrator's own
    "layers/reference/rule_files.py",  # the project's own
}
HOME = {  # readers of foreign bytes, and the one module that may call them
    "ZipFile": {
        "layers/formats/archive.py",
        "layers/formats/readers/workbook_parts.py",  # writes one
        "layers/formats/writers/archive.py",  # writes one
        "layers/formats/writers/xlsx.py",
    },
    "Reader": {"layers/formats/readers/shapefile.py"},
    "load_workbook": {"layers/formats/readers/excel.py"},
    "ParquetFile": {
        "layers/formats/readers/coded_parquet.py",
        "layers/formats/readers/geoparquet.py",
        "geo/cluster/tiles.py",
    },  # tiles that our own cluster job wrote
    "Popen": {"layers/child_process.py"},
    "deserialize": {"layers/formats/readers/geopackage.py"},
    "XMLParser": {"layers/formats/readers/xml_stream.py", "layers/formats/readers/kml.py"},
}


def calls(tree: ast.AST):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            yield node, function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def imported(tree: ast.AST):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_no_other_gateway(path):
    place = path.relative_to(ROOT).as_posix()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    modules = set(imported(tree))
    assert not {m.split(".")[0] for m in modules} & MODULES, place
    assert "tomllib" not in modules or place in TOML, place
    for node, name in calls(tree):
        where = f"{place}:{node.lineno}: {name}"
        assert name not in NOWHERE, where
        if isinstance(node.func, ast.Name):
            assert name not in CALLS, where
        if name in HOME:
            assert place in HOME[name], where
        owner = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
        if name in XML and place not in (
            "layers/formats/readers/xml_stream.py",
            "layers/formats/readers/kml.py",
        ):  # no document types
            assert "ElementTree" not in owner, where
            assert owner not in ("ET", "etree", "minidom", "sax"), where
        if name == "open" and owner in ("rasterio", "memory"):
            drivers = [ast.literal_eval(k.value) for k in node.keywords if k.arg == "driver"]
            assert drivers == ["GTiff"], where


OWN_JSON = {
    "geo/cluster/tiles.py",  # tiles that our own cluster job wrote
    "layers/formats/child_worker.py",  # between a child and its parent
    "layers/formats/sandbox/process.py",
    "layers/formats/sandbox/rules.py",  # what the child has just written
    "layers/publishers/fast_layer.py",  # a copy that the store made, known by its hash
    "layers/reference/country_outlines.py",  # files of the project
    "layers/maps/basemap.py",
    "layers/maps/print_frame.py",
    "layers/maps/map_content.py",
    "layers/databases/postgis.py",  # a record that is being written
    "layers/databases/rows.py",  # shapes as a database writes them
    "jobs/screening/verify.py",  # whatever breaks there is told as a difference
}


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_json_that_nests_without_end_is_met_wherever_json_of_others_is_parsed(path):
    """60,000 brackets are a RecursionError, which is no ValueError: where strict_json is not asked, it is caught."""
    place = path.relative_to(ROOT).as_posix()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    caught = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.Try)
        and any("RecursionError" in ast.unparse(h.type) for h in node.handlers if h.type is not None)
        for part in node.body
        for inner in ast.walk(part)
    }
    for node, name in calls(tree):
        if name in ("loads", "load") and ast.unparse(node.func) in ("json.loads", "json.load"):
            assert id(node) in caught or place in OWN_JSON, f"{place}:{node.lineno}"


def test_the_search_finds_what_it_looks_for():
    tree = ast.parse("import geopandas as g\ng.read_file('x')\nimport pyogrio\n")
    assert "read_file" in {n for _, n in calls(tree)}
    assert "pyogrio" in set(imported(tree))


def test_reading_a_csv_loads_no_native_reader():
    code = (
        "import sys; from layers.formats import read; read(b'id,lat,lon\\n1,2,3\\n', 'a.csv');"
        "bad = {'pyogrio', 'rasterio', 'geopandas', 'openpyxl', 'sqlite3', 'streamlit', 'pyproj'} & set(sys.modules);"
        "sys.exit(f'loaded: {bad}' if bad else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def test_every_reason_has_both_languages_and_is_used_by_name():
    for key, english in REASONS.items():
        french = translator("fr")(english)
        assert key.isidentifier(), key
        assert key == key.lower(), key
        assert english.endswith("."), key
        assert french.endswith("."), key
        assert english != french, key


def test_the_limits_page_names_every_refusal():
    from layers.formats.sniff import REFUSED_MARKUP

    text = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8").lower()
    assert REFUSED_MARKUP
    for word in (
        "vrt",
        "gdalg",
        "wfs",
        "gml",
        "svg",
        "html",
        "utf-16",
        "nul",
        "symbolic|links",
        "overlapping",
        "encrypted",
    ):
        assert any(w in text for w in word.split("|")), word
