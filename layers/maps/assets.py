"""Leaflet from the installed packages and our own scripts: what a map loads, all of it from this machine.

The files of Leaflet come as a dependency (``XStatic-Leaflet``), found through :mod:`importlib.metadata`, and are copied
to ``static/vendor`` at start, where Streamlit serves them; git ignores the folder. Nothing is fetched.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
from functools import lru_cache
from pathlib import Path

from geo.errors import CahraError
from layers.maps.basemap import basemap_script, source_key

STATIC = Path(__file__).resolve().parents[2] / "static"
SERVED = "../../app/static/"
"""Where the map's frame finds ``static/``, relative to itself, so that it also works under a base path."""

_VENDOR = {
    "leaflet.js": ("XStatic-Leaflet", "leaflet/data/leaflet.js"),
    "leaflet.css": ("XStatic-Leaflet", "leaflet/data/leaflet.css"),
    "images/layers.png": ("XStatic-Leaflet", "leaflet/data/images/layers.png"),
    "images/layers-2x.png": ("XStatic-Leaflet", "leaflet/data/images/layers-2x.png"),
    "images/marker-icon.png": ("XStatic-Leaflet", "leaflet/data/images/marker-icon.png"),
}
SCRIPTS = (
    "vendor/leaflet.js",
    "vendor/outlines.js",
    "atlas/canvas.js",
    "atlas/base.js",
    "atlas/data.js",
    "atlas/legend.js",
    "atlas/clock.js",
    "atlas/controls.js",
    "atlas/swipe.js",
)
SHEETS = ("vendor/leaflet.css", "atlas/atlas.css")


def _packaged(package: str, ending: str) -> Path:
    try:
        files = importlib.metadata.files(package) or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if str(file).endswith(ending):
            return Path(str(file.locate()))
    raise CahraError(
        "The map library {package} is not installed.", remedy="Run `make setup`.", package=package, got=ending
    )


@lru_cache(maxsize=1)
def install() -> Path:
    """Fill ``static/vendor`` where something is missing or differs; returns the folder. Safe to call again."""
    folder = STATIC / "vendor"
    wanted = {name: _packaged(package, ending).read_bytes() for name, (package, ending) in _VENDOR.items()}
    outlines = folder / "outlines.js"
    if not outlines.is_file() or not outlines.read_bytes().startswith(source_key().encode()):
        wanted["outlines.js"] = basemap_script().encode()
    for name, content in wanted.items():
        target = folder / name
        if target.is_file() and target.read_bytes() == content:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        # Written beside and moved: another process that starts at the same time never serves half a file.
        partial = target.with_name(f"{target.name}.{hashlib.sha256(content).hexdigest()[:8]}.part")
        partial.write_bytes(content)
        partial.replace(target)
    return folder


def links(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Folium's ``default_js`` or ``default_css`` for files under ``static/``; the hash defeats stale browser caches."""
    install()
    return [(name, f"{SERVED}{name}?{digest(name)}") for name in names]


@lru_cache(maxsize=64)
def _digest(name: str, size: int, changed: int) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:16]


def digest(name: str) -> str:
    """The digest by which a file under ``static/`` is asked for; blank where there is none of this name."""
    path = STATIC / name
    if name not in (*SCRIPTS, *SHEETS) or not path.is_file():
        return ""
    found = path.stat()
    return _digest(name, found.st_size, found.st_mtime_ns)


def inline(name: str) -> str:
    """The text of a script or sheet for a standalone page; images of a sheet become data addresses."""
    install()
    text = (STATIC / name).read_text(encoding="utf-8")
    if name.endswith(".css"):
        for image in ("layers.png", "layers-2x.png", "marker-icon.png"):
            raw = base64.b64encode((STATIC / "vendor" / "images" / image).read_bytes()).decode()
            text = text.replace(f"images/{image}", f"data:image/png;base64,{raw}")
    return text.replace("</script", "<\\/script")
