"""What files cost: the app's own process at most 300 MB and 2 seconds, its children 2 GB and 60 seconds."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hostile.corpus import workbook

ROOT = Path(__file__).resolve().parents[2]
OWN_BYTES, OWN_SECONDS = 300_000_000, 2.0
CHILD_BYTES, CHILD_SECONDS = 2_000_000_000, 62.0
MEASURE = """
import json, resource, sys, time
from geo.errors import CahraError
import layers.sources.boundaries, layers.sources.sites, layers.reference.rule_files, jobs.programmes.programme_files
import layers.formats.child_reply, pandas as pd, shapely
from layers.formats import UPLOAD, read
role, name = sys.argv[1:3]
data = sys.stdin.buffer.read()
read(b'{"type":"FeatureCollection","features":[]}', "warm.geojson", gateway=UPLOAD)
pd.array(["a"], dtype="str")
deeds = {
    "table": lambda: read(data, name, gateway=UPLOAD),
    "points": lambda: read(data, name, purpose="points", gateway=UPLOAD),
    "local": lambda: read(data, name),
    "boundaries": lambda: layers.sources.boundaries.read_boundaries(data, name, gateway=UPLOAD),
    "rules": lambda: layers.reference.rule_files.parse_rules(data.decode(), name),
    "programmes": lambda: jobs.programmes.programme_files.read_programmes(data, name, gateway=UPLOAD),
}
def peak():
    for line in open("/proc/self/status"):
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
before, cpu, wall = peak(), time.process_time(), time.monotonic()
try:
    found = deeds[role]()
    said = "read"
except CahraError as fault:
    found, said = None, str(fault)
cpu, wall = time.process_time() - cpu, time.monotonic() - wall
child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
print(json.dumps({"said": said[:400], "own": peak() - before, "cpu": cpu, "wall": wall, "child": child}))
"""


def cost(role: str, name: str, data: bytes) -> dict[str, object]:
    """What reading `data` costs a fresh process and its child."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, role, name], input=data, cwd=ROOT, capture_output=True, timeout=200, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-1500:]
    members: dict[str, object] = json.loads(done.stdout)
    return members


def within(told: dict[str, object], *, refused: bool | None = None) -> None:
    """The four limits, and whether the file was refused by a sentence."""
    assert told["own"] <= OWN_BYTES, told
    assert told["cpu"] <= OWN_SECONDS, told
    assert told["child"] <= CHILD_BYTES, told
    assert told["wall"] <= CHILD_SECONDS + 20, told  # the machine of the tests may be busy
    if refused is not None:
        assert (told["said"] != "read") == refused, told


def zipped(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


def kml(inside: str) -> bytes:
    return f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{inside}</Document></kml>'.encode()


HEADER = ",".join(f"c{i}" for i in range(200)).encode() + b"\n"
HEAD = '{"type":"FeatureCollection","features":['
FEATURE = '{"type":"Feature","properties":{"k%d":1},"geometry":null}'
POINT = '{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[1,2]}}'
ACTIVITY = b"<iati-activities version='2.03'><iati-activity>%s</iati-activity></iati-activities>"


def sparse(count: int) -> bytes:
    """Features of one property each, of 199 different ones."""
    return (HEAD + ",".join(FEATURE % (i % 199) for i in range(count)) + "]}").encode()


def lists(count: int) -> bytes:
    """Empty lists, each with a number that packs badly."""
    return (HEAD + '],"x":[' + ",".join(f"[{i * 7919 % 1000003}]" for i in range(count)) + "]}").encode()


def comment(size: int) -> bytes:
    """One comment, full of what a search for document types finds."""
    return kml("<!--" + "".join(f"<!DOCTYPE {i * 7919 % 1000003} " for i in range(size // 17)) + "-->")


def folder(count: int) -> bytes:
    """A folder of a long title, and as many placemarks."""
    return kml(f"<Folder><name>{'x' * 9000}</name>{'<Placemark/>' * count}</Folder>")


def shared_strings(strings: int, length: int, cells: int) -> bytes:
    """A workbook of shared strings, all of them different, and of cells that all show the first."""
    texts = "".join(f"<si><t>{i:0{length}d}</t></si>" for i in range(strings))
    rows = "".join(f'<row r="{i}"><c r="A{i}" t="s"><v>0</v></c></row>' for i in range(1, cells + 1))
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return workbook(
        ("xl/sharedStrings.xml", f'<sst xmlns="{main}">{texts}</sst>'.encode()),
        ("xl/worksheets/sheet1.xml", f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'.encode()),
    )


def one_arc(count: int) -> bytes:
    """A topology whose one line uses one arc of 10,000 positions again and again."""
    arc = [[0, 0]] + [[1, 1]] * 9_999
    shape = {"type": "LineString", "arcs": [0] * count}
    layer = {"type": "GeometryCollection", "geometries": [shape]}
    return json.dumps({"type": "Topology", "arcs": [arc], "objects": {"a": layer},
                       "transform": {"scale": [1e-6, 1e-6], "translate": [0, 0]}}).encode()  # fmt: skip


def one_word(columns: int, rows: int, size: int) -> bytes:
    """Parquet that holds one long word a column and names it in every row."""
    import pyarrow as pa
    from pyarrow import parquet

    word = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), ["x" * size])
    out = io.BytesIO()
    parquet.write_table(pa.table({f"c{i}": word for i in range(columns)}), out)
    return out.getvalue()


def attributes(count: int) -> bytes:
    """A workbook whose one cell has so many attributes."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    cell = " ".join(f'a{i}="1"' for i in range(count))
    row = f'<row r="1"><c r="A1" {cell}><v>1</v></c></row>'
    sheet = f'<worksheet xmlns="{main}"><sheetData>{row}</sheetData></worksheet>'
    return workbook(("xl/worksheets/sheet1.xml", sheet.encode()))


def rings(count: int) -> bytes:
    """One polygon of so many triangles."""
    ring = "[[0,0],[1,0],[1,1],[0,0]]"
    shape = f'{{"type":"Polygon","coordinates":[{",".join([ring] * count)}]}}'
    return (HEAD + '{"type":"Feature","properties":{},"geometry":' + shape + "}]}").encode()


LIGATURE = "\ufdfa"
"""One character that stands for eighteen."""
BOMBS: dict[str, tuple[str, str, Callable[[], bytes]]] = {
    "rows of two cells in 200 columns": ("table", "a.csv", lambda: HEADER + b"1,\n" * 330_000),
    "the same, larger": ("table", "a.csv", lambda: HEADER + b"1,\n" * 499_000),
    "rows of blanks": ("table", "a.csv", lambda: HEADER + (b"," * 199 + b"1\n") * 90_000),
    "cells of one letter": ("table", "a.csv", lambda: HEADER + (b"a," * 199 + b"a\n") * 24_000),
    "more rejected rows than rows": ("table", "a.csv", lambda: b"id,a\n" + b"1,2,3,4\n" * 2_400_000),
    "rejected rows": ("table", "a.csv", lambda: b"id,a\n" + b"an id of some length,2,3,4\n" * 490_000),
    "rejected rows, at hand": ("table", "a.csv", lambda: b"id,a\n" + b"1,2,3\n" * 160_000),
    "folder titles times placemarks": ("table", "a.kml", lambda: folder(400_000)),
    "a long comment": ("table", "a.kmz", lambda: zipped("doc.kml", comment(60_000_000))),
    "elements without end": ("table", "a.kml", lambda: kml("<a/>" * 4_900_000)),
    "sparse properties": ("table", "a.geojson", lambda: sparse(160_000)),
    "sparse properties, at hand": ("table", "a.geojson", lambda: sparse(16_000)),
    "empty lists": ("table", "a.geojson", lambda: lists(1_900_000)),
    "empty lists, at hand": ("table", "a.geojson", lambda: lists(100_000)),
    "shared strings that no cell shows": ("table", "a.xlsx", lambda: shared_strings(3_000_000, 8, 3)),
    "one long shared string in many cells": ("table", "a.xlsx", lambda: shared_strings(1, 30_000, 400_000)),
    "JSON in a zip": ("table", "a.zip", lambda: zipped("a.geojson", lists(5_500_000))),
    "many points": ("points", "a.geojson", lambda: (HEAD + ",".join([POINT] * 240_000) + "]}").encode()),
    "headers of ligatures": ("table", "a.csv", lambda: ",".join([LIGATURE * 3000] * 199).encode() + b"\n1\n"),
    "headers of ligatures, at hand": ("table", "a.csv", lambda: ",".join([LIGATURE * 1600] * 199).encode() + b"\n1\n"),
    "one arc again and again": ("table", "a.json", lambda: one_arc(900_000)),
    "one word of Parquet": ("table", "a.parquet", lambda: one_word(199, 25_000, 3_000)),
    "attributes of a cell": ("table", "a.xlsx", lambda: attributes(900_000)),
    "rings of a polygon": ("table", "a.geojson", lambda: rings(380_000)),
    "positions of a line": (
        "table",
        "a.kml",
        lambda: kml(f"<Placemark><LineString><coordinates>{'1,2 ' * 4_900_000}</coordinates></LineString></Placemark>"),
    ),
    "activities without end": ("programmes", "a.xml", lambda: ACTIVITY % (b"<a/>" * 4_900_000)),
    "dotted keys in quotes": ("rules", "a.toml", lambda: b".".join([b'"a"'] * 10_000) + b"=1\n"),
    "more dotted keys": ("rules", "a.toml", lambda: b".".join([b'"a"'] * 30_000) + b"=1\n"),
}


EACH_TIME = (
    "rows of two cells in 200 columns",
    "rejected rows, at hand",
    "dotted keys in quotes",
)
"""A bomb that its child reads, one at hand and one of rules; the others are left to the longer run."""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
@pytest.mark.parametrize(
    "case", [case if case in EACH_TIME else pytest.param(case, marks=pytest.mark.slow) for case in BOMBS]
)
def test_bombs(case):
    role, name, make = BOMBS[case]
    data = make()
    assert len(data) <= 20_000_000
    within(cost(role, name, data))


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
@pytest.mark.real_data
@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("g_bowties_4x1900.geojson", "boundaries"),
        ("t1_dotted.toml", "rules"),
        ("t2_deep.toml", "rules"),
        ("t3_bigint.toml", "rules"),
        ("x2b_styles48.xlsx", "table"),
        ("x5_wide200.xlsx", "table"),
    ],
)
def test_bombs_that_were_found(shared_data, name, role):
    within(cost(role, name, (shared_data / "hostile" / "bombs" / name).read_bytes()), refused=True)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
@pytest.mark.real_data
@pytest.mark.slow
@pytest.mark.parametrize("name", ["door/p01_dict_bomb.parquet", "bombs/x5_wide200.xlsx"])
def test_bombs_at_the_command_line(shared_data, name):
    path = shared_data / "hostile" / name
    told = cost("local", path.name, path.read_bytes())
    assert told["said"] != "read"
    assert "child_bytes" in told["said"] or "seconds" in told["said"] or "cells" in told["said"], told
    assert told["child"] <= CHILD_BYTES, told
    assert told["wall"] <= CHILD_SECONDS + 20, told
