"""Before the first page: what is loaded, and what must not be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import cli
from layers import gdal_settings

ROOT = Path(__file__).resolve().parents[2]
SEEN = """
import sys
from geo import assess
calls = []
whole = assess.assess
def counted(*a, **k):
    calls.append(1)
    return whole(*a, **k)
assess.assess = counted
from jobs import run_options
from views import data_choice, server
server.warm()
once = len(calls)
data_choice.demonstration().run()  # what the first page asks for
loaded = {name for name, module in sys.modules.items() if module is not None}
print(once, len(calls), *sorted({"altair", "rasterio", "rfc3987_syntax", "streamlit_folium", "views.pages.explore"} & loaded))
"""


def test_the_first_page_finds_the_demonstration_assessed_and_no_component_loaded_too_early():
    """A component registers with the page that is open while it is imported: before any page, it is lost."""
    done = subprocess.run([sys.executable, "-c", SEEN], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.split() == ["1", "1", "altair", "rasterio"]


def test_a_page_waits_until_what_it_needs_is_loaded_whatever_comes_of_it():
    from threading import Event

    from views import warming

    warming.wait()  # nothing was begun: at once
    told, may = [], Event()

    def work() -> None:
        may.wait(10)
        told.append("loaded")
        raise ValueError("the page meets it again")

    warming.begin(work)
    assert told == []
    may.set()
    warming.wait()
    assert told == ["loaded"]
    warming.wait()


def test_drivers_that_open_other_files_are_set_aside_before_gdal_is_loaded():
    code = "from layers.gdal_settings import confine; confine()"
    code += "; import sys; early = 'rasterio' in sys.modules or 'pyogrio' in sys.modules"
    code += "; import rasterio.drivers, rasterio.env, pyogrio; names = set(pyogrio.list_drivers())"
    code += "; print(early, sorted(names & {'OGR_VRT', 'WFS', 'GML', 'CSW', 'VRT', 'WMS'}))"
    clean = {k: v for k, v in os.environ.items() if k not in gdal_settings.SETTINGS}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env=clean, check=True)
    assert done.stdout.strip() == "False []"


def test_a_foreign_origin_is_refused_without_asking_anyone_for_our_address(monkeypatch):
    from streamlit import net_util
    from streamlit.web.server import server_util

    from views import server

    asked: list[str] = []
    monkeypatch.setattr(net_util, "_make_blocking_http_get", lambda url, timeout: asked.append(url))
    monkeypatch.setattr(net_util, "get_external_ip", net_util.get_external_ip)  # put back after the test
    net_util._external_ip = None
    assert not server_util.is_url_from_allowed_origins("https://elsewhere.example")
    assert asked, "Streamlit no longer asks: serve.silence has nothing to do"
    asked.clear()
    server.silence()
    assert not server_util.is_url_from_allowed_origins("https://elsewhere.example")
    assert asked == []


def test_options_of_streamlit_pass_and_others_do_not(monkeypatch, capsys):
    seen: list[object] = []
    monkeypatch.setattr(
        "views.server.main", lambda options, folder, *, for_all: seen.append((list(options), folder, for_all)) or 0
    )
    assert cli.main(["app", "--server.port", "8502"]) == 0
    assert cli.main(["app", "--workspace", "here", "--server.port", "8502"]) == 0
    assert seen == [(["--server.port", "8502"], "", False), (["--server.port", "8502"], "here", False)]
    with pytest.raises(SystemExit) as stopped:
        cli.main(["verify", "somewhere", "--server.port", "8502"])
    assert stopped.value.code == 2
    assert "--server.port" in capsys.readouterr().err
