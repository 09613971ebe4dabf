"""Every named limit: read at the limit, refused one over, documented, changeable in one file; and the child's own."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from geo.errors import FormatError, InputError, LimitExceededError
from jobs.programmes.programme_files import read_programmes
from jobs.programmes.types import read_type_map
from layers.formats import LOCAL, UPLOAD, Gateway, check_rows, read
from layers.formats.limits import LIMITS, load_gateways
from layers.formats.readers.raster import raster_source, read_window
from layers.formats.sandbox.process import run_child
from layers.formats.source import Source
from layers.sources.boundaries import read_boundaries
from layers.sources.roads import read_roads
from tests.hostile import corpus, roles

ROOT = Path(__file__).resolve().parents[2]


def gateway(**limits):
    return replace(UPLOAD, **limits)


def nested_kml(depth: int) -> bytes:
    return b"<kml>" + b"<Folder>" * (depth - 1) + b"</Folder>" * (depth - 1) + b"</kml>"


SMALL_CSV = b"id,lat\n" + b"1,2\n" * 3
LINE = corpus.shape("LineString", [[i / 10, 1] for i in range(5)])
DIGITS = b'{"type":"FeatureCollection","features":[],"x":' + b"9" * 20 + b"}"
SPREAD = b"id,lat\n" + b",2\n".join(os.urandom(500).hex().encode() for _ in range(1200)) + b",2\n"  # packs about twice

EDGES = {
    # limit: (file, bytes, value at the limit, purpose)
    "file_bytes": ("a.csv", SMALL_CSV, len(SMALL_CSV), "table"),
    "unpacked_bytes": ("a.zip", corpus.zipped(("a.csv", SMALL_CSV)), len(SMALL_CSV), "table"),
    "members": ("a.zip", corpus.zipped(("a.csv", SMALL_CSV), ("b.txt", b"x"), ("c.txt", b"x")), 3, "table"),
    "office_members": ("a.xlsx", corpus.workbook(), 7, "table"),
    "rows": ("a.csv", SMALL_CSV, 3, "table"),
    "vertices": ("a.geojson", LINE, 5, "lines"),
    "columns": ("a.csv", b"a,b,c\n1,2,3\n", 3, "table"),
    "json_depth": ("a.geojson", corpus.nested_json(9), 10, "table"),
    "xml_depth": ("a.kml", nested_kml(10), 10, "table"),
    "number_digits": ("a.geojson", DIGITS, 20, "table"),
}


@pytest.mark.parametrize("limit", EDGES)
def test_at_the_limit_and_one_over(limit):
    name, data, most, purpose = EDGES[limit]
    read(data, name, purpose=purpose, gateway=gateway(**{limit: most}))
    with pytest.raises(LimitExceededError, match=limit):
        read(data, name, purpose=purpose, gateway=gateway(**{limit: most - 1}))


@pytest.mark.parametrize(("name", "make"), [
    ("a.xlsx", lambda: corpus.workbook(rows=[("a", "b", "c"), *[("1", "2", "3")] * 4])),
    ("a.gpkg", corpus.geopackage),
    ("a.parquet", corpus.geoparquet),
    ("a.zip", lambda: corpus.zipped_shapefile(corpus.shapefile_parts(shapes=[(1, 2)] * 4))),
    ("a.kml", lambda: corpus.kml(corpus.PLACE * 4)),
])  # fmt: skip
@pytest.mark.parametrize("limit", ["rows", "columns", "cell_characters"])
def test_every_format_counts(name, make, limit):
    with roles.without_children():  # what a child does is the same; that it is done there, others test
        counts(make(), name, limit)


def counts(data: bytes, name: str, limit: str) -> None:
    """A file is read at the limit, and refused one below."""
    with_all = read(data, name)
    most = {"rows": len(with_all.frame), "columns": 3, "cell_characters": 10}[limit]
    if limit == "columns":
        most = {"a.xlsx": 3, "a.gpkg": 5, "a.parquet": 2, "a.zip": 2, "a.kml": 2}[name]
    if limit == "cell_characters":
        longest = int(with_all.frame.map(len).to_numpy().max())
        assert len(read(data, name, gateway=gateway(cell_characters=longest)).rejected) == 0
        assert set(read(data, name, gateway=gateway(cell_characters=longest - 1)).rejected["reason"]) == {
            "cell_too_long"
        }
        return
    read(data, name, gateway=gateway(**{limit: most}))
    with pytest.raises(LimitExceededError, match=limit):
        read(data, name, gateway=gateway(**{limit: most - 1}))


def test_a_long_cell_costs_its_row_only():
    data = b"id,t\n1," + b"x" * 30 + b"\n2," + b"x" * 31 + b"\n"
    table = read(data, "a.csv", gateway=gateway(cell_characters=30))
    assert table.frame["id"].tolist() == ["1"]
    assert table.rejected["reason"].tolist() == ["cell_too_long"]


def test_ratio():
    data = corpus.zipped(("a.csv", SPREAD))
    ratio = len(SPREAD) / (len(data) - 200)
    assert 1.5 < ratio < 2.5
    read(data, "a.zip", gateway=gateway(ratio=3))
    with pytest.raises(LimitExceededError, match="ratio"):
        read(data, "a.zip", gateway=gateway(ratio=1))


@pytest.mark.parametrize("limit", ["sites", "incidents"])
def test_sites_and_incidents(limit):
    table = read(SMALL_CSV, "a.csv")
    check_rows(table, limit, gateway(**{limit: 3}))
    with pytest.raises(LimitExceededError, match=limit):
        check_rows(table, limit, gateway(**{limit: 2}))


def test_sectors():
    table = b"code,programme_type\n" + b"1,mapping\n" * 3
    read_type_map(table, "a.csv", gateway=gateway(sectors=3))
    with pytest.raises(LimitExceededError, match="sectors"):
        read_type_map(table, "a.csv", gateway=gateway(sectors=2))


def features(shape: str, count: int, ends: list[list[float]]) -> bytes:
    """Named shapes that span `ends`."""
    coordinates = [ends] if shape == "Polygon" else ends
    return corpus.collection(
        *({"type": "Feature", "properties": {"shapeName": f"U{i}"}, "geometry": {"type": shape, "coordinates": coordinates}}
          for i in range(count))
    )  # fmt: skip


@pytest.mark.parametrize("role", ["roads", "boundaries", "programmes"])
def test_long_edges_count_by_their_length(role):
    """Ten lines around the globe made 680,000 vertices of a network; a hundred kilobytes of them took all memory."""
    shape = "LineString" if role == "roads" else "Polygon"
    short, long_ = [[20, 5], [20.1, 5], [20.1, 5.1], [20, 5]], [[-179, 5], [179, 5], [179, 6], [-179, 5]]
    reader = {"roads": read_roads, "boundaries": read_boundaries, "programmes": read_shapes}[role]
    limit = "road_edges" if role == "roads" else "edges"
    reader(features(shape, 3, short), "a.geojson", gateway=gateway(**{limit: 300}))
    with pytest.raises(LimitExceededError, match=limit):
        reader(features(shape, 3, long_), "a.geojson", gateway=gateway(**{limit: 300}))
    with pytest.raises(LimitExceededError, match="edges"):
        reader(features(shape, 1_000, long_), "a.geojson", gateway=UPLOAD)


def read_shapes(data: bytes, name: str, *, gateway: Gateway) -> None:
    """Programmes of areas; what they lack beside is of no interest here."""
    text = json.loads(data)
    for feature in text["features"]:
        feature["properties"] |= {"programme_id": feature["properties"]["shapeName"], "type": "traceability",
                                  "start": "2015-01-01", "country": "CAF"}  # fmt: skip
    read_programmes(json.dumps(text).encode(), name, gateway=gateway)


def comb(teeth: int, crossed: bool = False) -> bytes:
    """A polygon of slanted teeth, valid but slow to prove so; crossed by another comb it has a corner per crossing."""
    import numpy as np

    t, odd = np.arange(teeth) * 0.5 / teeth, (np.arange(teeth) % 2 == 1)[:, None]
    up, down = np.column_stack([10 + t, -t]), np.column_stack([20 + t, 10 - t])
    line = np.empty((2 * teeth, 2))
    line[0::2], line[1::2] = np.where(odd, down, up), np.where(odd, up, down)
    more = np.column_stack([30 - line[:, 0], line[:, 1]]) if crossed else np.empty((0, 2))
    ring = np.vstack([line, more, [[30, -10], [9, -10]], line[:1]])
    return corpus.shape("Polygon", [ring.round(9).tolist()])


def test_a_polygon_that_is_slow_to_judge_is_judged_in_a_child(monkeypatch):
    from layers.formats.sandbox import validity

    asked = []
    monkeypatch.setattr(validity, "run_child", lambda task, *a: asked.append(task) or run_child(task, *a))
    assert read(comb(400), "a.geojson", purpose="polygons", gateway=gateway(mend_vertices=1000)).remarks == {}
    assert asked == []
    assert read(comb(400), "a.geojson", purpose="polygons", gateway=gateway(mend_vertices=50)).remarks == {}
    assert asked == ["validity"]
    table = read(comb(30, crossed=True), "a.geojson", purpose="polygons", gateway=gateway(mend_vertices=100))
    assert table.remarks == {"bow_tie": [1]}
    assert asked == ["validity"]
    assert validity.mended(table.geometry, UPLOAD.clock(), "a").tolist()[0].is_valid
    assert asked == ["validity"]
    table = read(comb(70, crossed=True), "a.geojson", purpose="polygons", gateway=UPLOAD)
    assert validity.mended(table.geometry, UPLOAD.clock(), "a").tolist()[0].is_valid
    assert asked == ["validity", "mend"]


def test_a_polygon_that_would_take_hours_is_refused_in_time():
    began = time.monotonic()
    with pytest.raises(LimitExceededError):
        read(comb(100_000), "a.geojson", purpose="polygons", gateway=gateway(seconds=4))
    assert time.monotonic() - began < 60


def quick(deed):
    began = time.process_time()
    try:
        return deed()
    except InputError as fault:
        return fault
    finally:
        assert time.process_time() - began < 20


def test_nothing_is_slow_on_purpose():
    """Texts and shapes that make patterns and pairings take hours, each within the size of an upload."""
    import pandas as pd

    from layers.formats import parse_coordinates, parse_dates, parse_numbers

    long = pd.Series(["4" + " " * 9_998 + "x", "9" * 10_000, "1,000" * 2000, "-" * 10_000, "1" + "\u00a0111" * 2499])
    quick(lambda: parse_coordinates(long, long))
    quick(lambda: parse_dates(long))
    quick(lambda: parse_numbers(long))
    digits = b'{"type":"FeatureCollection","features":[],"x":[' + (b"1" * 310 + b",") * 20_000 + b"1]}"
    quick(lambda: read(digits, "a.geojson", gateway=UPLOAD))
    keys = b"{" + b",".join(b'"%d":1' % i for i in range(300_000)) + b',"299999":1}'
    assert "twice" in str(quick(lambda: read(keys, "a.geojson", gateway=UPLOAD)))
    sheet = ("xl/worksheets/sheet1.xml", b"<worksheet>" + b"<f" * 4_000_000)
    quick(lambda: read(corpus.workbook(sheet), "a.xlsx", gateway=gateway(ratio=10_000)))
    quick(lambda: read(b"<!DOCTYPE " + b"[]" * 1_000_000, "a.kml", gateway=UPLOAD))
    quick(lambda: read(b'"' * 1_000_001, "a.csv", gateway=UPLOAD))
    quick(lambda: read(b"," * 2_000_000, "a.csv", gateway=UPLOAD))
    quick(lambda: read(b"a,b\n" + b"\n" * 2_000_000, "a.csv", gateway=UPLOAD))


def test_rings_without_end():
    rings = [[(0, 0), (0, 1), (1, 1), (0, 0)]] * 3000 + [[(0.2, 0.4), (0.3, 0.5), (0.2, 0.5), (0.2, 0.4)]] * 3000
    data = corpus.zipped_shapefile(corpus.shapefile_parts(5, [rings]))
    found = quick(lambda: read(data, "a.zip", purpose="polygons", gateway=UPLOAD))
    assert found.rejected["reason"].tolist() == ["geometry_malformed"]


def test_raster_windows():
    data = corpus.geotiff(10, 8)
    whole = read_window(data, "a.tif", gateway=gateway(raster_pixels=80))
    assert whole.pixels.shape == (8, 10)
    assert whole.pixels[2, 3] == 23
    with pytest.raises(LimitExceededError, match="raster_pixels"):
        read_window(data, "a.tif", gateway=gateway(raster_pixels=79))
    part = read_window(data, "a.tif", window=(2, 1, 3, 2), gateway=gateway(raster_pixels=80))
    assert part.pixels.tolist() == [[12, 13, 14], [22, 23, 24]]
    assert part.facts.transform[2] == pytest.approx(17.2)
    with pytest.raises(FormatError, match="reaches out"):
        read_window(data, "a.tif", window=(8, 0, 3, 1))
    with pytest.raises(FormatError, match="no such band"):
        read_window(data, "a.tif", band=2)


def test_a_raster_may_be_larger_than_other_files():
    data = corpus.geotiff(10, 8)
    assert raster_source(data, "a.tif", gateway(file_bytes=10, raster_bytes=len(data))).size == len(data)
    with pytest.raises(LimitExceededError, match="raster_bytes"):
        raster_source(data, "a.tif", gateway(raster_bytes=len(data) - 1))


def test_side_cars_are_not_looked_at(tmp_path):
    path = tmp_path / "a.tif"
    path.write_bytes(corpus.geotiff(4, 3))
    (tmp_path / "a.tif.msk").write_bytes(corpus.geotiff(4, 3))
    (tmp_path / "a.tif.ovr").write_bytes(b"x")
    (tmp_path / "a.tfw").write_text("9\n0\n0\n-9\n99\n99\n")
    (tmp_path / "a.tif.aux.xml").write_text(
        "<PAMDataset><SRS>EPSG:32634</SRS><PAMRasterBand band='1'><NoDataValue>5</NoDataValue></PAMRasterBand>"
        "</PAMDataset>"
    )
    found = read_window(path)
    assert found.facts.crs == "EPSG:4326"
    assert found.facts.nodata is None
    assert found.valid.all()
    assert found.facts.transform[2] == 17
    assert {p.name for p in tmp_path.iterdir()} == {"a.tif", "a.tif.msk", "a.tif.ovr", "a.tfw", "a.tif.aux.xml"}


def test_time_runs_out_in_the_parent():
    slow = gateway(seconds=1e-9)
    with pytest.raises(LimitExceededError, match="seconds"):
        read(b"id,lat\n" + b"1,2\n" * 50_000, "a.csv", gateway=slow)


def test_a_child_that_hangs_is_killed_and_the_app_goes_on(monkeypatch):
    from layers import child_process

    data = corpus.geopackage()
    began = time.monotonic()
    with monkeypatch.context() as patch:
        patch.setattr(child_process, "START", "import time; time.sleep(600)")
        with pytest.raises(LimitExceededError, match="seconds"):
            read(data, "a.gpkg", gateway=gateway(seconds=0.2))
    assert time.monotonic() - began < 30
    assert len(read(data, "a.gpkg", gateway=UPLOAD).frame) == 1


@pytest.mark.parametrize(
    "says",
    [
        "import os; os.abort()",
        "import sys; sys.exit(3)",
        "import sys; sys.stdout.buffer.write(b'\\x05' * 100)",
        "import sys; sys.stdout.buffer.write(b'\\xff' * 8)",
        "import pickle, struct, sys; b = pickle.dumps(1); sys.stdout.buffer.write(struct.pack('<Q', len(b)) + b)",
    ],
)
def test_a_child_that_crashes_or_talks_nonsense_is_one_error(monkeypatch, says):
    from layers import child_process

    monkeypatch.setattr(child_process, "START", says)
    with pytest.raises((LimitExceededError, FormatError)):
        read(corpus.geopackage(), "a.gpkg", gateway=UPLOAD)


def test_an_endless_answer_is_cut(monkeypatch):
    from layers import child_process

    monkeypatch.setattr(child_process, "START", "import sys\nwhile True: sys.stdout.buffer.write(b'x' * 100000)")
    with pytest.raises(LimitExceededError):
        read(corpus.geopackage(), "a.gpkg", gateway=gateway(unpacked_bytes=1_000_000, raster_pixels=1000, seconds=20))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the memory of a child")
def test_a_child_that_needs_too_much_memory_dies_alone():
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({"id": pa.array(["x" * 9000] * 120_000).dictionary_encode()})
    out = io.BytesIO()
    pq.write_table(table, out, row_group_size=120_000)
    data = out.getvalue()
    assert len(data) < 100_000
    with pytest.raises((LimitExceededError, FormatError)):
        read(data, "a.parquet", gateway=gateway(child_bytes=700_000_000, unpacked_bytes=3_000_000_000))
    assert len(read(corpus.geoparquet(), "a.parquet", gateway=UPLOAD).frame) == 1


def test_the_unpacked_text_of_a_child_is_counted():
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(pa.table({"id": pa.array(["x" * 9000] * 20_000).dictionary_encode()}), out)
    with pytest.raises(LimitExceededError, match="unpacked_bytes"):
        read(out.getvalue(), "a.parquet", gateway=UPLOAD)


def test_a_task_that_is_not_known_is_no_task():
    with pytest.raises(FormatError):
        run_child("os.system", Source(b"x", "a", UPLOAD), UPLOAD.clock())


@pytest.mark.skipif(sys.platform == "win32", reason="needs the limits of POSIX")
@pytest.mark.parametrize(
    ("deed", "result"),
    [
        ("import socket; socket.create_connection(('127.0.0.1', 9), 1)", "PermissionError"),
        ("import subprocess; subprocess.run(['true'])", "PermissionError"),
        ("import os; os.system('true')", "PermissionError"),
        ("f = open(sys.argv[1], 'w'); f.write('x'); f.flush()", "OSError|PermissionError"),
        ("bytearray(3_000_000_000)", "MemoryError"),
        ("while True: pass", "-9|-24"),
    ],
)
def test_the_child_is_confined(tmp_path, deed, result):
    import subprocess

    code = "import sys; sys.path.insert(0, sys.argv[2]); from layers.formats.child_worker import _confine; "
    code += "_confine(2_000_000_000, -1)\n" + deed
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, str(tmp_path / "x"), str(ROOT)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode != 0
    assert re.search(result, f"{done.stderr[-400:]} {done.returncode}")
    assert not (tmp_path / "x").exists() or (tmp_path / "x").stat().st_size == 0


@pytest.mark.skipif(sys.platform != "linux", reason="Landlock is Linux's")
def test_a_child_reads_its_libraries_and_its_one_file_and_no_other(tmp_path):
    """Whatever runs in it, natively too: SQLite asks the kernel by itself."""
    import subprocess

    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from layers.formats.sandbox.landlock import places, read_only\n"
        "if not read_only([*places(), sys.argv[2]]): print('none'); sys.exit()\n"
        "import sqlite3, numpy, pyarrow, rasterio, pyproj, pandas\n"
        "for path in sys.argv[2:]:\n"
        "    try:\n        open(path, 'rb').close(); print('open')\n"
        "    except PermissionError: print('shut')\n"
        "try:\n    sqlite3.connect(f'file:{sys.argv[3]}?mode=ro', uri=True).execute('select 1 from x'); print('open')\n"
        "except sqlite3.OperationalError as fault: print(fault)\n"
    )
    mine, other = tmp_path / "mine", tmp_path / "other"
    mine.write_bytes(b"x")
    other.write_bytes(b"x")
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, str(ROOT), str(mine), str(other), "/etc/passwd"],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    if lines == ["none"]:
        pytest.skip("this kernel has no Landlock")
    assert lines[:3] == ["open", "shut", "shut"]
    assert "unable to open" in lines[-1]


def test_the_child_has_no_network_and_nothing_of_our_environment(monkeypatch):
    from layers.child_process import environment

    monkeypatch.setenv("SECRET_TOKEN", "x")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("GDAL_DATA", "/tmp")
    assert not {"SECRET_TOKEN", "HTTP_PROXY", "GDAL_DATA", "PYTHONPATH"} & set(environment())
    assert environment()["GDAL_DISABLE_READDIR_ON_OPEN"] == "EMPTY_DIR"


def test_the_app_and_the_child_set_the_same_drivers_aside():
    from layers.child_process import environment
    from layers.gdal_settings import SETTINGS

    assert {name: environment()[name] for name in SETTINGS} == SETTINGS
    aside = set(",".join(SETTINGS.values()).split(","))
    assert {"VRT", "GDALG", "WMS", "HTTP", "OGR_VRT", "WFS", "GML", "GMLAS", "OAPIF", "CSW", "SVG"} <= aside


def test_the_defaults_are_those_of_the_plan():
    assert (LOCAL.file_bytes, UPLOAD.file_bytes) == (2_000_000_000, 20_000_000)
    assert (UPLOAD.unpacked_bytes, UPLOAD.ratio, UPLOAD.members) == (100_000_000, 100, 60)
    assert (UPLOAD.sites, UPLOAD.incidents, UPLOAD.vertices) == (50_000, 500_000, 2_000_000)
    assert (UPLOAD.columns, UPLOAD.cell_characters, UPLOAD.seconds) == (200, 10_000, 60)
    assert (UPLOAD.child_bytes, UPLOAD.raster_pixels) == (2_000_000_000, 25_000_000)
    for limit, (local, upload, unit, reason) in LIMITS.items():
        assert local >= upload, limit
        assert unit, limit
        assert reason, limit


def test_every_limit_is_documented():
    text = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
    for limit, (local, upload, unit, reason) in LIMITS.items():
        line = next((x for x in text.splitlines() if x.startswith(f"| `{limit}` |")), "")
        assert line, f"docs/limits.md does not mention {limit}"
        cells = [c.strip() for c in line.strip("|").split("|")]
        assert cells[1:5] == [shown(local), shown(upload), unit, reason], limit


def shown(value: float) -> str:
    return "none" if value >= 2**62 else f"{value:,.0f}"


def test_every_limit_has_a_test():
    here = Path(__file__).read_text(encoding="utf-8")
    for limit in LIMITS:
        assert re.search(rf"\b{limit}\b", here), limit


def test_an_administrator_changes_them_in_one_file(tmp_path):
    path = tmp_path / "limits.toml"
    path.write_text("[upload]\nfile_bytes = 40_000_000\nseconds = 90.5\n[local]\nrows = 10\n")
    local, upload = load_gateways(path)
    assert (upload.file_bytes, upload.seconds, upload.ratio, local.rows) == (40_000_000, 90.5, 100, 10)
    assert load_gateways(tmp_path / "none.toml") == (LOCAL, UPLOAD)
    for wrong in (
        "[upload]\nfiles = 1\n",
        "[gateway]\nrows = 1\n",
        "[upload]\nrows = 0\n",
        "[upload]\nrows = true\n",
        "x =",
    ):
        path.write_text(wrong)
        with pytest.raises(InputError):
            load_gateways(path)


def test_child_bytes_is_named_in_the_message():
    """A child that says nothing at all was out of memory or time; the message says which limits hold."""
    from layers.formats.sandbox.process import _lost

    fault = _lost(-9, False, Source(b"x", "a", UPLOAD), UPLOAD)
    assert isinstance(fault, LimitExceededError)
    assert str(UPLOAD.child_bytes) in str(fault)
    assert json.dumps(str(fault))


def test_the_app_takes_uploads_of_the_same_size():
    import tomllib

    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["server"]["maxUploadSize"] * 1_000_000 == UPLOAD.file_bytes
