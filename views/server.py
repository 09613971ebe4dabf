"""Serve the app: what the first reader will need is loaded before the first page is asked for."""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence
from pathlib import Path

from layers.gdal_settings import confine
from views import faults, gateway, release

ROOT = Path(__file__).resolve().parents[1]
LIBRARIES = ("altair", "folium.plugins", "geo.spatial.density", "layers.maps.map_content")
"""Slow to load and needed by the first map. Not the pages' own modules: the map registers with a page that is open."""


def warm() -> None:
    """Load the libraries, read the demonstration data and assess it: about two seconds that no reader waits for."""
    from layers.maps import assets

    assets.install()
    for name in LIBRARIES:
        importlib.import_module(name)
    from layers.maps import map_content
    from views.data_choice import demonstration

    data = demonstration()
    data.run()
    incidents = data.loaded().incidents
    if incidents is not None:
        map_content.shading(incidents, "")


def silence() -> None:
    """Streamlit would ask a service outside for this machine's address, to greet and to weigh a foreign origin."""
    from streamlit import net_util

    net_util.get_external_ip = lambda: None


def main(options: Sequence[str] = ()) -> int:
    """Opens the app; `options` are Streamlit's own, for instance ``--server.port 8502``."""
    confine()
    silence()
    gateway.install()
    faults.install()
    release.start()
    os.chdir(ROOT)  # where .streamlit/config.toml lies
    warm()
    from streamlit.web import cli

    cli.main(["run", str(ROOT / "app.py"), *options], standalone_mode=False)
    return 0
