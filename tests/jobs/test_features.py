"""A result served as OGC API Features: by the letter of Core, and loaded by GDAL's own client."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from starlette.requests import Request

import cli
from geo.errors import InputError
from jobs.features.collections import _collection, collections_of
from jobs.features.service import CONFORMS, _Service, service

SITES = "site_id,name,lat,lon,country,minerals\n" + "".join(
    f"S{i},Site é {i},{4 + i / 100:.2f},{20 + i / 50:.2f},CAF,{'gold' if i % 2 else 'diamond'}\n" for i in range(250)
)
EVENTS = (
    "record_id,date_start,date_end,precision,lon,lat,country,deaths_best,deaths_low,deaths_high,source\n"
    "1,2020-05-01,2020-05-01,1,20.0,4.0,CAF,9,9,9,ucdp\n2,2020-05-02,2020-05-02,1,20.0,4.0,CAF,9,9,9,ucdp\n"
)


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    folder = tmp_path_factory.mktemp("features")
    (folder / "sites.csv").write_text(SITES, "utf-8")
    (folder / "events.csv").write_text(EVENTS, "utf-8")
    given = ["--sites", str(folder / "sites.csv"), "--incidents", str(folder / "events.csv")]
    assert cli.main(["assess", *given, "--as-of", "2020-12-31", "--out", str(folder / "out")]) == 0
    return folder / "out"


@pytest.fixture(scope="module")
def server(result):
    import uvicorn

    found, record = collections_of(result)
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    config = uvicorn.Config(
        service(found, record, ["127.0.0.1"]), host="127.0.0.1", port=port, log_level="error", lifespan="off"
    )
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    running.should_exit = True
    thread.join(5)


def get(url: str, **headers: str):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as reply:
        return json.load(reply), reply.headers["Content-Type"]


def status(url: str, method: str = "GET", **headers: str) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers, method=method)) as reply:
            return reply.status
    except urllib.error.HTTPError as fault:
        return fault.code


def test_what_core_asks_for_is_there(server):
    landing, _ = get(server)
    rels = {link["rel"]: link["href"] for link in landing["links"]}
    assert {"self", "service-desc", "conformance", "data"} <= set(rels)
    assert get(rels["conformance"])[0]["conformsTo"] == list(CONFORMS)
    assert get(rels["service-desc"])[0]["openapi"].startswith("3.0")
    [one] = get(rels["data"])[0]["collections"]
    assert (one["id"], one["itemType"]) == ("sites", "feature")
    assert one["extent"]["spatial"]["bbox"] == [[20.0, 4.0, 24.98, 6.49]]
    items = next(link["href"] for link in one["links"] if link["rel"] == "items")
    page, kind = get(items)
    assert kind == "application/geo+json"
    assert (page["numberMatched"], page["numberReturned"]) == (250, 100)


def test_pages_follow_each_other_to_the_last(server):
    url, seen = f"{server}/collections/sites/items?limit=99", []
    while url:
        page, _ = get(url)
        seen += [f["id"] for f in page["features"]]
        url = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")
    assert sorted(seen) == sorted(f"S{i}" for i in range(250))


def test_a_box_a_property_and_one_feature(server):
    items = f"{server}/collections/sites/items"
    assert get(f"{items}?bbox=19.99,3.99,20.03,4.03")[0]["numberMatched"] == 2
    assert get(f"{items}?bbox=20.01,3.99,0,20.05,4.03,9")[0]["numberMatched"] == 2
    assert get(f"{items}?bbox=24.9,-90,-170,90")[0]["numberMatched"] == 5  # across the date line
    assert get(f"{items}?minerals=gold&limit=1")[0]["numberMatched"] == 125
    assert get(f"{items}?datetime=2020-01-01/..")[0]["numberMatched"] == 250
    one, kind = get(f"{items}/S7")
    assert (one["properties"]["name"], kind) == ("Site é 7", "application/geo+json")


@pytest.mark.parametrize(
    "path",
    ["items?limit=0", "items?limit=x", "items?offset=-1", "items?bbox=1,2,3", "items?bbox=1,9,3,2", "items?bbox=nan,1,2,3",
     "items?datetime=yesterday", "items?foo=1", "items?limit=1&limit=2", "items?f=html", "?x=1"],
)  # fmt: skip
def test_what_cannot_be_answered_is_a_bad_request(server, path):
    assert status(f"{server}/collections/sites{'' if path.startswith('?') else '/'}{path}") == 400


def test_what_is_not_there_what_would_write_and_other_hosts(server):
    assert status(f"{server}/collections/nothing") == 404
    assert status(f"{server}/collections/sites/items/nothing") == 404
    assert status(f"{server}/collections/sites/items/..%2f..%2frun.json") == 404
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert status(f"{server}/collections/sites/items", method) == 405
    assert status(server, Host="evil.example") == 400


CLIENT = """
import json, sys
import pyogrio
if "OAPIF" not in pyogrio.list_drivers():
    sys.exit(77)
whole = pyogrio.read_dataframe(f"OAPIF:{sys.argv[1]}", layer="sites")
near = pyogrio.read_dataframe(f"OAPIF:{sys.argv[1]}", layer="sites", bbox=(19.99, 3.99, 20.03, 4.03))
print(json.dumps([len(whole), whole.crs.to_epsg(), sorted(set(whole["site_class"])), sorted(near["site_id"])]))
"""


def test_gdal_loads_it(server):
    """In a process of its own, as a real client: GDAL would keep this one from answering."""
    made = subprocess.run(
        [sys.executable, "-c", CLIENT, server], capture_output=True, text=True, timeout=120, check=False
    )
    if made.returncode == 77:
        pytest.skip("this GDAL has no OAPIF driver")
    assert made.returncode == 0, made.stderr
    lines = json.loads(made.stdout.splitlines()[-1])
    assert lines == [250, 4326, ["conflict-affected", "high-risk", "insufficient data"], ["S0", "S1"]]


SYSTEM_PYTHON = "/usr/bin/python3"
"""Debian's own, to which `python3-qgis` belongs."""
QGIS = """
import json, sys
from qgis.core import Qgis, QgsApplication, QgsFeatureRequest, QgsRectangle, QgsVectorLayer
app = QgsApplication([], False); app.initQgis()
address = f"url='{sys.argv[1]}' typename='sites' pagesize='100' restrictToRequestBBOX='{sys.argv[2]}'"
layer = QgsVectorLayer(address, "sites", "OAPIF")
assert layer.isValid(), layer.error().message()
rows = list(layer.getFeatures(QgsFeatureRequest().setFilterRect(QgsRectangle(19.99, 3.99, 20.03, 4.03))))
print(json.dumps([Qgis.QGIS_VERSION, len(list(layer.getFeatures())), layer.crs().authid(),
                  sorted({str(f["site_class"]) for f in layer.getFeatures()}), sorted(str(f["site_id"]) for f in rows)]))
"""


def test_qgis_loads_it(server, tmp_path):
    """QGIS's own provider of OGC API Features, without a window; all pages, and a box."""
    probe = [SYSTEM_PYTHON, "-c", "import qgis.core"]
    if not Path(SYSTEM_PYTHON).is_file() or subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("QGIS with its Python bindings is not installed on this machine")
    env = {"QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    made = subprocess.run([SYSTEM_PYTHON, "-c", QGIS, server, "0"], capture_output=True, text=True, env=env,
                          timeout=120, check=False)  # fmt: skip
    assert made.returncode == 0, made.stderr
    _version, *lines = json.loads(made.stdout.splitlines()[-1])
    assert lines == [250, "EPSG:4326", ["conflict-affected", "high-risk", "insufficient data"], ["S0", "S1"]]


def test_a_changed_folder_and_rows_of_acled_are_refused(result, tmp_path):
    import shutil

    other = tmp_path / "out"
    shutil.copytree(result, other)
    (other / "sites.geojson").write_bytes(
        (other / "sites.geojson").read_bytes().replace(b"high-risk", b"calm-risk") + b" "
    )
    with pytest.raises(InputError):
        collections_of(other)
    point = {"type": "Point", "coordinates": [20, 5]}
    for said in ({"restricted": True}, {"event_id_cnty": "CAF1"}):
        with pytest.raises(InputError, match="must not leave"):
            _collection("incidents", [{"type": "Feature", "properties": said, "geometry": point}])


def test_ids_are_never_twice_the_same():
    rows = [{"type": "Feature", "properties": {"site_id": i}, "geometry": None} for i in ("a", "a", "b/c", "2")]
    found = _collection("sites", rows)
    assert len(set(found.ids)) == 4
    assert found.extent == [-180.0, -90.0, 180.0, 90.0]


def test_a_result_of_synthetic_data_is_served_as_that(result):
    found, record = collections_of(result)
    for synthetic in (False, True):
        about = _Service(found, {**record, "demonstration": synthetic})
        landing = json.loads(
            about.landing(Request({"type": "http", "headers": [], "query_string": b"", "path": "/"})).body
        )
        told = (landing, about._described(found["sites"], ""))
        assert [t["description"].startswith("Demonstration data: synthetic.") for t in told] == [synthetic] * 2
