"""KML for a globe: folders and styles by category, a balloon for each place; with icons inside as KMZ.

Nothing in it loads or runs anything: icons lie in the archive, balloons are text and tables. Without icons (plain KML)
a viewer draws its own pin in the style's colour, so every folder and balloon says the category in words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import shapely

from layers.formats.writers.archive import zip_bytes
from layers.formats.writers.kml import shape_element
from layers.formats.writers.spreadsheet_guard import visible
from layers.formats.writers.xml_text import escape, quoteattr

_BALLOON = "<BalloonStyle><text>$[description]</text></BalloonStyle>"


@dataclass(frozen=True)
class KmlStyle:
    """How one category is drawn.

    Parameters
    ----------
    key
        By which places name it: letters, digits, underscore, hyphen.
    icon
        A PNG for points; without one the viewer's own pin is taken.
    fill
        Share of the colour with which areas are filled.
    """

    key: str
    colour: str
    icon: bytes = b""
    fill: float = 0.25
    width: float = 2.0


@dataclass(frozen=True)
class KmlPlace:
    """A placemark.

    Parameters
    ----------
    balloon
        HTML that is already escaped (:func:`layers.formats.writers.escape.html`).
    data
        Further columns, by name.
    """

    name: str
    style: str
    shape: shapely.Geometry | None
    balloon: str
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class KmlFolder:
    """Places under a heading."""

    name: str
    places: Sequence[KmlPlace]


def styled_kml(
    title: str, about: str, styles: Sequence[KmlStyle], folders: Sequence[KmlFolder], *, icons: bool = False
) -> bytes:
    """The document; `about` is escaped HTML, `icons` whether they lie beside it."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>{_t(title)}</name>',
        f"<description>{_t(about)}</description>",
        *(_style(style, icons) for style in styles),
    ]
    for folder in folders:
        lines.append(f"<Folder><name>{_t(folder.name)}</name>")
        lines += [_placemark(place) for place in folder.places]
        lines.append("</Folder>")
    lines.append("</Document></kml>\n")
    return "\n".join(lines).encode("utf-8", "replace")


def kmz(title: str, about: str, styles: Sequence[KmlStyle], folders: Sequence[KmlFolder]) -> bytes:
    """The document with its icons in one archive."""
    files = {f"icons/{style.key}.png": style.icon for style in styles if style.icon}
    return zip_bytes({"doc.kml": styled_kml(title, about, styles, folders, icons=True), **files})


def style_key(text: str) -> str:
    """`text` as the key of a style.

    Examples
    --------
    >>> style_key("no indicators found")
    'no-indicators-found'
    """
    return re.sub(r"[^A-Za-z0-9_]+", "-", text)


def _t(text: str) -> str:
    return escape(visible(text)).replace("\r", "&#13;")


def _style(style: KmlStyle, icons: bool) -> str:
    colour = _abgr(style.colour, 1.0)
    if icons and style.icon:
        point = f"<IconStyle><Icon><href>icons/{style.key}.png</href></Icon></IconStyle>"
    else:
        point = f"<IconStyle><color>{colour}</color></IconStyle>"
    return (
        f"<Style id={quoteattr(style.key)}>{point}<LabelStyle><scale>0.8</scale></LabelStyle>"
        f"<LineStyle><color>{colour}</color><width>{style.width:g}</width></LineStyle>"
        f"<PolyStyle><color>{_abgr(style.colour, style.fill)}</color></PolyStyle>{_BALLOON}</Style>"
    )


def _abgr(colour: str, alpha: float) -> str:
    return f"{round(alpha * 255):02x}{colour[5:7]}{colour[3:5]}{colour[1:3]}".lower()


def _placemark(place: KmlPlace) -> str:
    data = "".join(f"<Data name={quoteattr(visible(n))}><value>{_t(v)}</value></Data>" for n, v in place.data.items())
    body = "" if place.shape is None else shape_element(place.shape)
    return (
        f"<Placemark><name>{_t(place.name)}</name><description>{_t(place.balloon)}</description>"
        f"<styleUrl>#{place.style}</styleUrl>{f'<ExtendedData>{data}</ExtendedData>' if data else ''}{body}</Placemark>"
    )
