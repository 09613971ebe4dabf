"""Serve the app: what the first reader will need is loaded beside the server, which answers meanwhile."""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence
from pathlib import Path

from geo.errors import InputError
from geo.memory import library
from geo.messages import Note
from layers.gdal_settings import confine
from views import faults, release, server_guard, upload_addresses, warming

ROOT = Path(__file__).resolve().parents[1]
LIBRARIES = (
    "altair", "folium.plugins", "geo.spatial.density", "layers.maps.map_content", "views.navigation", "views.session",
    "views.widgets.downloads", "views.widgets.site_card", "views.widgets.site_filters", "views.widgets.timeline",
)  # fmt: skip
"""Slow to load and needed by the first page. Not the map's widget or the page itself: the map registers with a page
that is open."""

M_ARENA_MAX, ARENAS = -8, 2
"""The name of the setting in ``malloc.h``, and how many arenas the app is content with."""


def warm() -> None:
    """Load the libraries, read the demonstration data and assess it, which the first page would have to do."""
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


def fewer_arenas() -> bool:
    """Has the C library share few arenas among threads; says whether it can be asked for that (glibc alone).

    A thread that finds an arena taken gets a new one, up to eight a core, and each run of a page is a thread: what a
    session frees in one arena is of no use to the next in another. On two cores sixteen of them held 117 MB that nobody
    used after eight sessions with a file of 3 MB.
    """
    return bool(library("mallopt")(M_ARENA_MAX, ARENAS))


def silence() -> None:
    """Streamlit would ask a service outside for this machine's address, to greet and to weigh a foreign origin."""
    from streamlit import net_util

    net_util.get_external_ip = lambda: None


def address_of(options: Sequence[str]) -> str:
    """The address on which Streamlit will listen.

    Examples
    --------
    >>> address_of(["--server.address", "0.0.0.0"]), address_of(["--server.address=::1"])
    ('0.0.0.0', '::1')
    """
    for option, value in zip(options, [*options[1:], ""], strict=True):
        if option == "--server.address":
            return value
        if option.startswith("--server.address="):
            return option.partition("=")[2]
    return os.environ.get("STREAMLIT_SERVER_ADDRESS", "") or "127.0.0.1"


def open_workspace(folder: str, options: Sequence[str], *, for_all: bool = False) -> None:
    """The folder of ``--workspace``; where others reach the app too, only when that is said.

    Raises
    ------
    geo.errors.InputError
        Others reach the app, or the folder cannot be used.
    """
    from views import workspace

    if not for_all and not workspace.is_loopback(address_of(options)):
        raise InputError(
            "A workspace is one person's, and this app listens to others.", where="--workspace",
            got=address_of(options), remedy="Leave out --server.address, or say --workspace-for-all.",
        )  # fmt: skip
    workspace.open_folder(folder, for_all=for_all)


def check_options(options: Sequence[str]) -> None:
    """Streamlit's own reading of its options, before anything is loaded for it.

    Raises
    ------
    geo.errors.InputError
        An option is not known, or its value is not one of those that it takes.
    """
    from click import ClickException
    from streamlit.web import cli

    try:
        cli.main_run.make_context("run", [str(ROOT / "app.py"), *options])
    except ClickException as error:
        raise InputError(
            "Streamlit does not take these options.", where="cahra app",
            expected=Note("options as `streamlit run --help` lists them"), got=error.format_message(),
            remedy="--server.port 8502",
        ) from None  # fmt: skip


def main(options: Sequence[str] = (), folder: str = "", *, for_all: bool = False) -> int:
    """Opens the app; `options` are Streamlit's own, for instance ``--server.port 8502``.

    Parameters
    ----------
    folder
        The workspace, or blank.
    for_all
        Everyone who reaches the app works in it.
    """
    confine()
    check_options(options)
    if folder:
        open_workspace(folder, options, for_all=for_all)
    fewer_arenas()
    silence()
    server_guard.install()
    faults.install()
    release.start()
    os.chdir(ROOT)  # where .streamlit/config.toml lies
    from click import Abort
    from streamlit.web import cli  # whole, before another thread imports anything

    upload_addresses.keep()
    warming.begin(warm)

    try:
        cli.main(["run", str(ROOT / "app.py"), *options], standalone_mode=False)
    except Abort:  # Ctrl-C, before Streamlit listens to it
        raise KeyboardInterrupt from None
    return 0
