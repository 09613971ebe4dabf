"""Well-known text of a coordinate system, taken apart and written anew, so that PROJ never sees a stranger's words.

PROJ reads strings of its own inside WKT: ``METHOD["PROJ pipeline step proj=vgridshift grids=/dev/ptmx"]`` opens that
file. What leaves here is made of known keywords, numbers, and names; a method is one of EPSG's, or it is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

LONGEST = 8000
_DEEPEST, _MOST = 12, 400
_TOKEN = re.compile(
    r'\s*(?:"((?:[^"]|"")*)"|([A-Za-z_][A-Za-z0-9_]*)|([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|([\[\](),]))'
)
_BAD_NAME = re.compile(r"[=@\\{}]|://|\bproj\b|pipeline", re.IGNORECASE)
_PLAIN = re.compile(r"[^a-z0-9]")

PROJECTED = ("PROJCS", "PROJCRS", "PROJECTEDCRS")
GEOGRAPHIC = ("GEOGCS", "GEOGCRS", "GEODCRS", "GEODETICCRS", "GEOGRAPHICCRS", "BASEGEOGCRS", "BASEGEODCRS")
_COMPOUND = ("COMPD_CS", "COMPOUNDCRS")
_DATUM = ("DATUM", "GEODETICDATUM", "TRF", "ENSEMBLE")
_ELLIPSOID, _MERIDIAN = ("SPHEROID", "ELLIPSOID"), ("PRIMEM", "PRIMEMERIDIAN")
_UNITS = ("UNIT", "LENGTHUNIT", "ANGLEUNIT", "SCALEUNIT")
_KEPT = {
    *PROJECTED, *GEOGRAPHIC, *_DATUM, *_UNITS, *_ELLIPSOID, *_MERIDIAN,
    "VDATUM", "ENSEMBLEACCURACY", "MEMBER", "CONVERSION", "METHOD", "PROJECTION", "PARAMETER", "CS", "AXIS",
    "ORDER", "TOWGS84",
}  # fmt: skip
_VERTICAL = ("VERTCS", "VERT_CS")  # ESRI puts one inside; heights are not used
_DROPPED = {
    "AUTHORITY", "ID", "USAGE", "SCOPE", "AREA", "BBOX", "REMARK", "VERTICALEXTENT", "TIMEEXTENT", "ANCHOR",
    "ANCHOREPOCH", "DYNAMIC", "MERIDIAN", "BEARING",
}  # fmt: skip
METHODS = frozenset(
    _PLAIN.sub("", name.lower())
    for name in (
        # EPSG's conversions that map projections use
        "Albers Equal Area", "American Polyconic", "Azimuthal Equidistant", "Bonne", "Bonne (South Orientated)",
        "Cassini-Soldner", "Colombia Urban", "Equal Earth", "Equidistant Cylindrical",
        "Equidistant Cylindrical (Spherical)", "Guam Projection", "Hotine Oblique Mercator (variant A)",
        "Hotine Oblique Mercator (variant B)", "Hyperbolic Cassini-Soldner", "Krovak", "Krovak (North Orientated)",
        "Krovak Modified", "Krovak Modified (North Orientated)", "Laborde Oblique Mercator",
        "Lambert Azimuthal Equal Area", "Lambert Azimuthal Equal Area (Spherical)",
        "Lambert Conic Conformal (1SP variant B)", "Lambert Conic Conformal (1SP)",
        "Lambert Conic Conformal (2SP Belgium)", "Lambert Conic Conformal (2SP Michigan)",
        "Lambert Conic Conformal (2SP)", "Lambert Conic Conformal (West Orientated)", "Lambert Conic Near-Conformal",
        "Lambert Cylindrical Equal Area", "Lambert Cylindrical Equal Area (Spherical)", "Local Orthographic",
        "Mercator (1SP) (Spherical)", "Mercator (Spherical)", "Mercator (variant A)", "Mercator (variant B)",
        "Modified Azimuthal Equidistant", "Mollweide", "New Zealand Map Grid", "Oblique Stereographic", "Orthographic",
        "Polar Stereographic (variant A)", "Polar Stereographic (variant B)", "Polar Stereographic (variant C)",
        "Popular Visualisation Pseudo Mercator", "Robinson", "Sinusoidal", "Transverse Mercator",
        "Transverse Mercator (South Orientated)", "Transverse Mercator Zoned Grid System", "Tunisia Mining Grid",
        "Vertical Perspective",
        # the same in WKT 1, as GDAL and ESRI write them
        "Albers", "Albers_Conic_Equal_Area", "Azimuthal_Equidistant", "Behrmann", "Cassini", "Cassini_Soldner",
        "Cylindrical_Equal_Area", "Double_Stereographic", "Eckert_IV", "Eckert_VI", "Equidistant_Conic",
        "Equidistant_Cylindrical", "Equirectangular", "Gauss_Kruger", "Hotine_Oblique_Mercator",
        "Hotine_Oblique_Mercator_Azimuth_Center", "Hotine_Oblique_Mercator_Azimuth_Natural_Origin",
        "Lambert_Conformal_Conic", "Lambert_Conformal_Conic_1SP", "Lambert_Conformal_Conic_2SP",
        "Lambert_Conformal_Conic_2SP_Belgium", "Mercator", "Mercator_1SP", "Mercator_2SP",
        "Mercator_Auxiliary_Sphere", "Miller_Cylindrical", "Plate_Carree", "Polar_Stereographic", "Polyconic",
        "Rectified_Skew_Orthomorphic_Center", "Rectified_Skew_Orthomorphic_Natural_Origin", "Stereographic",
        "Stereographic_North_Pole", "Stereographic_South_Pole", "Swiss_Oblique_Cylindrical",
        "Transverse_Mercator_South_Orientated", "Winkel_Tripel",
    )
)  # fmt: skip
"""Names of methods that are let through: letters and digits of them in lower case."""


class WktError(ValueError):
    """Text that is no WKT of a coordinate system on the ground, or that names what is refused; says which piece."""


@dataclass
class Node:
    """A keyword of WKT and what stands in its brackets: quoted text as `str`, bare words as tuples of one."""

    keyword: str
    items: list[Node | str | float | tuple[str]] = field(default_factory=list)

    def nodes(self, *keywords: str) -> list[Node]:
        """Those of the items that are nodes called so."""
        return [i for i in self.items if isinstance(i, Node) and i.keyword in keywords]

    @property
    def name(self) -> str:
        """The first text, blank when there is none."""
        return self.items[0] if self.items and isinstance(self.items[0], str) else ""

    @property
    def numbers(self) -> list[float]:
        """The numbers among the items."""
        return [i for i in self.items if isinstance(i, float)]

    def all(self, *keywords: str) -> list[Node]:
        """Nodes called so at any depth, this one included."""
        found = [self] if self.keyword in keywords else []
        for item in self.items:
            if isinstance(item, Node):
                found += item.all(*keywords)
        return found


def parse(text: str) -> Node:
    """The tree of WKT.

    Raises
    ------
    WktError
        Not WKT, too long or deep, or with more than one tree.

    Examples
    --------
    >>> node = parse('UNIT["metre",1]')
    >>> node.keyword, node.name, node.numbers
    ('UNIT', 'metre', [1.0])
    """
    text = text.strip().strip("\x00").lstrip("\ufeff").strip()
    if len(text) > LONGEST:
        raise WktError(text)
    at, made, root = 0, 0, None
    open_nodes: list[Node] = []
    word = ""
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None or (root is not None and not open_nodes):
            raise WktError(text)
        at = token.end()
        quoted, unquoted, number, mark = token.groups()
        made += 1
        if made > _MOST * 4:
            raise WktError(text)
        if word and mark not in ("[", "("):
            if not open_nodes:
                raise WktError(text)
            open_nodes[-1].items.append((word,))
            word = ""
        if mark in ("[", "("):
            node = Node(word.upper())
            if not word or len(open_nodes) >= _DEEPEST:
                raise WktError(text)
            if open_nodes:
                open_nodes[-1].items.append(node)
            root, word = root or node, ""
            open_nodes.append(node)
        elif unquoted is not None:
            word = unquoted
        elif not open_nodes:
            raise WktError(text)
        elif quoted is not None:
            open_nodes[-1].items.append(quoted.replace('""', '"'))
        elif number is not None:
            open_nodes[-1].items.append(float(number))
        elif mark in ("]", ")"):
            open_nodes.pop()
    if root is None or open_nodes or word:
        raise WktError(text)
    return root


def known(node: Node) -> Node:
    """The horizontal system in `node`, of known keywords, names and methods only.

    Raises
    ------
    WktError
        A keyword, method or name that is not let through.
    """
    if node.keyword in _COMPOUND:
        parts = node.nodes(*PROJECTED, *GEOGRAPHIC)
        if len(parts) != 1:
            raise WktError(written(node))
        node = parts[0]
    if node.keyword not in PROJECTED and node.keyword not in GEOGRAPHIC:
        raise WktError(written(node))
    once = (GEOGRAPHIC, _DATUM, _ELLIPSOID)
    if any(len(node.all(*words)) != 1 for words in once) or len(node.all(*_MERIDIAN)) > 1:
        raise WktError(written(node))
    projected = node.keyword in PROJECTED
    if len(node.all(*PROJECTED)) != projected or len(node.all("METHOD", "PROJECTION")) != projected:
        raise WktError(written(node))
    return _known(node)


def _known(node: Node) -> Node:
    if node.keyword not in _KEPT:
        raise WktError(written(node))
    kept = Node(node.keyword)
    for item in node.items:
        if isinstance(item, Node):
            if item.keyword in _VERTICAL:
                for part in item.items:
                    _ = _known(part) if isinstance(part, Node) and part.keyword not in _DROPPED else part
            elif item.keyword not in _DROPPED:
                kept.items.append(_known(item))
        elif isinstance(item, str):
            if len(item) > 200 or not item.isprintable() or _BAD_NAME.search(item):
                raise WktError(written(node))
            kept.items.append(item)
        elif isinstance(item, tuple) and len(item[0]) > 40:
            raise WktError(written(node))
        else:
            kept.items.append(item)
    if node.keyword in ("METHOD", "PROJECTION") and _PLAIN.sub("", node.name.lower()) not in METHODS:
        raise WktError(written(node))
    if node.keyword in _UNITS and not _honest(node):
        raise WktError(written(node))
    return kept


def _honest(unit: Node) -> bool:
    """False for a unit whose factor is not what its name says."""
    factor = {"degree": 0.017453292519943295, "metre": 1.0, "meter": 1.0, "radian": 1.0}.get(unit.name.lower())
    return factor is None or (len(unit.numbers) == 1 and abs(unit.numbers[0] - factor) < 1e-9)


def written(node: Node) -> str:
    """The text of a tree.

    Examples
    --------
    >>> written(parse(' UNIT [ "metre" , 1.0 ] '))
    'UNIT["metre",1.0]'
    """
    parts = []
    for item in node.items:
        if isinstance(item, Node):
            parts.append(written(item))
        elif isinstance(item, tuple):
            parts.append(item[0])
        elif isinstance(item, str):
            parts.append('"' + item.replace('"', '""') + '"')
        else:
            parts.append(repr(item))
    return f"{node.keyword}[{','.join(parts)}]"


def is_plain_wgs84(node: Node) -> bool:
    """True for longitude and latitude in degrees on WGS 84 from Greenwich, by every number that it gives."""
    if node.keyword not in GEOGRAPHIC:
        return False
    datum, ellipsoid = node.all(*_DATUM), node.all(*_ELLIPSOID)
    meridian, units = node.all(*_MERIDIAN), node.all("UNIT", "ANGLEUNIT")
    named = _PLAIN.sub("", datum[0].name.lower()) if len(datum) == 1 else ""
    return (
        named in ("wgs1984", "wgs84", "dwgs1984", "worldgeodeticsystem1984", "worldgeodeticsystem1984ensemble")
        and len(ellipsoid) == 1
        and len(ellipsoid[0].numbers) >= 2
        and ellipsoid[0].numbers[0] == 6378137
        and abs(ellipsoid[0].numbers[1] - 298.257223563) < 1e-6
        and all(m.numbers[:1] == [0.0] for m in meridian)
        and len(meridian) <= 1
        and {u.name.lower() for u in units} == {"degree"}
        and not any(any(t.numbers) for t in node.all("TOWGS84"))
    )
