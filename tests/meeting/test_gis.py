"""The GeoPackage and its QGIS project: what lies in them, where it points to, how each class looks; opened by QGIS."""

from __future__ import annotations

import datetime as dt
import io
import json
import shutil
import sqlite3
import subprocess
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from i18n.translator import translator
from jobs.assessment import job as assessment
from jobs.inputs import Inputs, Source
from jobs.meeting.gis import gis_package, gis_project
from jobs.meeting.subject import Subject
from tests.meeting.test_documents import SITES

CLASSES = ["conflict-affected", "high-risk", "insufficient data", "no indicators found"]
SYSTEM_PYTHON = Path("/usr/bin/python3")
"""Debian's own, to which `python3-qgis` belongs."""
OPEN = """
import json, sys
from qgis.core import QgsApplication, QgsProject
app = QgsApplication([], False); app.initQgis()
project = QgsProject.instance()
assert project.read(sys.argv[1])
print(json.dumps([project.title(), project.crs().authid(), [
    [n.layer().name(), n.layer().isValid(), n.layer().featureCount(), [
        [c.value(), c.label(), c.symbol().symbolLayer(0).properties().get("name"), c.symbol().color().name()]
        for c in (n.layer().renderer().categories() if hasattr(n.layer().renderer(), "categories") else [])]]
    for n in project.layerTreeRoot().findLayers()]]))
"""


@pytest.fixture(scope="module")
def project(demo):
    return gis_project(demo)


def root_of(data: bytes) -> ElementTree.Element:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        (name,) = archive.namelist()
        assert name.endswith(".qgs")
        return ElementTree.fromstring(archive.read(name))


def tables_of(data: bytes) -> dict[str, int]:
    connection = sqlite3.connect(":memory:")
    connection.deserialize(data)
    names = [row[0] for row in connection.execute("SELECT table_name FROM gpkg_contents")]
    return {n: connection.execute(f'SELECT count(*) FROM "{n}"').fetchone()[0] for n in names}


def test_every_layer_of_the_project_is_one_of_the_package_beside_it(demo, project):
    tables = tables_of(gis_package(demo))
    assert tables["sites"] == len(demo.rows)
    assert {"sites", "incidents", "zones", "countries"} <= set(tables)
    assert all(tables.values())
    package = demo.file_name("gis", "gpkg")
    layers = root_of(project).findall("projectlayers/maplayer")
    sources = [layer.findtext("datasource") for layer in layers]
    assert sorted(sources) == sorted(f"./{package}|layername={name}" for name in tables)
    assert sources[0].endswith("=sites")
    assert package.startswith("demonstration_gis_")
    assert b"http://" not in zipfile.ZipFile(io.BytesIO(project)).read(package[:-5] + ".qgs").replace(
        b"http://mrcc.com/qgis.dtd", b""
    )


def test_every_class_has_words_a_colour_and_a_shape_of_its_own(project):
    sites = root_of(project).find("projectlayers/maplayer")
    categories = sites.findall("renderer-v2/categories/category")
    assert [c.get("value") for c in categories] == CLASSES
    assert categories[1].get("label") == "à haut risque"
    looks = {
        symbol.get("name"): {o.get("name"): o.get("value") for o in symbol.iter("Option")}
        for symbol in sites.findall("renderer-v2/symbols/symbol")
    }
    mine = [looks[c.get("symbol")] for c in categories]
    assert len({look["color"] for look in mine}) == len({look["name"] for look in mine}) == len(CLASSES)
    assert "démonstration" in root_of(project).findtext("title").lower()


def test_the_same_run_gives_the_same_bytes(demo, project):
    assert gis_project(demo) == project
    assert gis_package(demo) == gis_package(demo)


def test_hostile_names_and_sites_without_a_position_stay_text():
    loaded = assessment.load(Inputs(sites=[Source("own.csv", SITES)]))
    own = Subject.of(loaded, assessment.run(loaded, dt.date(2016, 9, 19)), translator("en"))
    connection = sqlite3.connect(":memory:")
    connection.deserialize(gis_package(own))
    rows = dict(connection.execute("SELECT name, geom IS NULL FROM sites").fetchall())
    assert rows == {"=cmd|'/c calc'!A1": 0, "<b>Nord</b> <img src=http://h/>": 0, "nowhere": 1}
    assert b"Nord" not in zipfile.ZipFile(io.BytesIO(gis_project(own))).read("gis_CAF_2016-09-19.qgs")


def test_incidents_that_may_not_leave_are_in_no_layer(demo):
    from dataclasses import replace

    kept = replace(demo.loaded, incidents=demo.loaded.incidents.assign(restricted=True))
    assert "incidents" not in tables_of(gis_package(replace(demo, loaded=kept)))


def test_qgis_opens_the_project_with_every_layer_valid(demo, project, tmp_path):
    found = shutil.which("qgis_process") or SYSTEM_PYTHON.is_file()
    probe = [str(SYSTEM_PYTHON), "-c", "import qgis.core"]
    if not found or subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("QGIS with its Python bindings is not installed on this machine")
    package = gis_package(demo)
    (tmp_path / demo.file_name("gis", "gpkg")).write_bytes(package)
    target = tmp_path / demo.file_name("gis", "qgz")
    target.write_bytes(project)
    env = {"QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run(
        [str(SYSTEM_PYTHON), "-c", OPEN, str(target)], capture_output=True, env=env, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    title, system, layers = json.loads(done.stdout)
    assert system == "EPSG:4326"
    assert "République centrafricaine" in title
    assert sorted((valid, n) for _, valid, n, _ in layers) == sorted((True, n) for n in tables_of(package).values())
    shapes = {value: (label, shape) for value, label, shape, _ in layers[0][3]}
    assert list(shapes) == CLASSES
    assert shapes["conflict-affected"] == ("touché par un conflit", "diamond")
