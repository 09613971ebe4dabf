"""KML and KMZ by a parser that knows no document types, entities or addresses; and plain XML for other readers."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Collection, Iterator
from typing import Any

import shapely

from geo.errors import FormatError
from layers.formats.limits import Clock
from layers.formats.readers.feature_rows import Rows
from layers.formats.readers.geometry import BadGeometryError, geometry_array
from layers.formats.readers.gpx import read_gpx
from layers.formats.sniff import refuse_markup
from layers.formats.table import Parsed, Report, shorten

_WIDE = re.compile(rb"(?:\xff\xfe|\xfe\xff|\x00\x00\xfe\xff|\x00*<\x00)")
_SHAPES = ("Point", "LineString", "LinearRing", "Polygon", "MultiGeometry", "Track", "MultiTrack", "Model")


def local(element: ET.Element) -> str:
    """The name of an element without its namespace."""
    tag = element.tag
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""


class _Tree(ET.TreeBuilder):
    """Builds the tree; a document type, without which no entity can be declared, ends it where the parser meets one."""

    def __init__(self, clock: Clock, name: str) -> None:
        super().__init__()
        self.clock, self.name = clock, name
        self.depth = self.count = 0

    def doctype(self, name: str, _public: str | None, _system: str | None) -> None:
        raise FormatError(
            "The XML is refused: it declares a document type or entities.", where=self.name, got=f"<!DOCTYPE {name}>"
        )

    def start(self, tag: Any, attrs: dict[Any, Any]) -> ET.Element:
        element = super().start(tag, attrs)
        if not self.count:
            refuse_markup(f"<{local(element)}>".encode(), self.name)
        self.count += 1
        self.depth += 1
        self.clock.gateway.check("xml_depth", self.depth, self.name)
        if not self.count % 20_000:
            self.clock.check(self.name)
        return element

    def end(self, tag: str) -> ET.Element:
        self.depth -= 1
        return super().end(tag)


def load_xml(data: bytes, clock: Clock, name: str) -> ET.Element:
    """The root element of XML without a document type.

    Raises
    ------
    geo.errors.FormatError
        Not well-formed, a document type or entities, or a root that is refused by name.
    geo.errors.LimitExceededError
        Deeper than `xml_depth`.
    """
    if _WIDE.match(data):
        raise FormatError("The text is in UTF-16 or UTF-32.", where=name, expected="UTF-8", remedy="Save it as UTF-8.")
    refuse_markup(data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip(), name)
    parser = ET.XMLParser(target=_Tree(clock, name))  # noqa: S314  (refuses every document type)
    try:
        parser.feed(data)  # in one piece: a long comment in many would be gone through again with each
        root: ET.Element | None = parser.close()
    except (ET.ParseError, UnicodeError, LookupError, ValueError) as fault:
        if hasattr(fault, "remedy"):
            raise
        raise FormatError("The XML is not well-formed.", where=name, got=shorten(str(fault))) from None
    if root is None:
        raise FormatError("The XML has no element.", where=name)
    return root


def _text(element: ET.Element | None) -> str:
    return "" if element is None else ("".join(element.itertext())).strip()


def _child(element: ET.Element, name: str) -> ET.Element | None:
    return next((c for c in element if local(c) == name), None)


def _placemarks(element: ET.Element, folders: tuple[str, ...] = ()) -> Iterator[tuple[ET.Element, tuple[str, ...]]]:
    """Placemarks in the order of the file, with the folders they lie in."""
    for child in element:
        kind = local(child)
        if kind == "Placemark":
            yield child, folders
        elif kind in ("Folder", "Document", "kml"):
            title = _text(_child(child, "name"))
            yield from _placemarks(child, (*folders, title) if kind == "Folder" and title else folders)


def _properties(mark: ET.Element, folders: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    if mark.get("id"):
        found["id"] = str(mark.get("id"))
    for name in ("name", "description", "address"):
        part = _child(mark, name)
        if part is not None:
            found[name] = _text(part)
    if folders:
        found["folder"] = " / ".join(folders)
    for stamp, parts in (("TimeStamp", ("when",)), ("TimeSpan", ("begin", "end"))):
        element = _child(mark, stamp)
        for part_name in parts if element is not None else ():
            assert element is not None
            found[part_name] = _text(_child(element, part_name))
    extended = _child(mark, "ExtendedData")
    if extended is not None:
        for data in extended.iter():
            if local(data) == "Data" and data.get("name"):
                value = _child(data, "value")
                found[str(data.get("name")).strip()] = "" if value is None else "".join(value.itertext())
            elif local(data) == "SimpleData" and data.get("name"):
                found[str(data.get("name")).strip()] = "".join(data.itertext())
    return found


def _positions(element: ET.Element) -> list[list[float]]:
    """Positions of a <coordinates> element."""
    text = _text(_child(element, "coordinates"))
    out = []
    for word in text.replace(", ", ",").split():
        try:
            numbers = [float(n) for n in word.split(",") if n]
        except ValueError:
            raise BadGeometryError("geometry_malformed", shorten(word)) from None
        if len(numbers) < 2:
            raise BadGeometryError("geometry_malformed", shorten(word))
        out.append(numbers)
    return out


class _Shapes:
    """Shapes of placemarks; counts vertices by the builder of `rows`."""

    def __init__(self, rows: Rows) -> None:
        self.builder = rows.builder

    def shape(self, element: ET.Element, depth: int = 0) -> Any:
        """The shapely geometry of a KML geometry element."""
        kind = local(element)
        if kind == "Point":
            places = _positions(element)
            if len(places) != 1:
                raise BadGeometryError("geometry_malformed", f"{len(places)} positions in a point")
            return self.builder.build("Point", self._flat(places)[0])
        if kind in ("LineString", "LinearRing"):
            return self.builder.build("LineString", self._flat(_positions(element)) or None)
        if kind == "Polygon":
            rings = []
            for boundary in (*_all(element, "outerBoundaryIs"), *_all(element, "innerBoundaryIs")):
                rings += [self._flat(_positions(ring)) for ring in _all(boundary, "LinearRing")]
            return self.builder.build("Polygon", rings)
        if kind == "MultiGeometry" and depth < 5:
            parts = [self.shape(p, depth + 1) for p in element if local(p) in _SHAPES]
            kinds = {p.geom_type for p in parts}
            maker = {
                frozenset({"Point"}): shapely.multipoints,
                frozenset({"LineString"}): shapely.multilinestrings,
                frozenset({"Polygon"}): shapely.multipolygons,
            }.get(frozenset(kinds), shapely.geometrycollections)
            return maker(parts) if parts else shapely.GeometryCollection()
        raise BadGeometryError("geometry_unknown_type", shorten(kind))

    def _flat(self, places: list[list[float]]) -> list[list[float]]:
        self.deep = any(len(p) > 2 and p[2] for p in places) or getattr(self, "deep", False)
        return [p[:2] for p in places]


def _all(element: ET.Element, name: str) -> list[ET.Element]:
    return [c for c in element if local(c) == name]


def read_kml(
    data: bytes, name: str, clock: Clock, report: Report, columns: Collection[str] | None, form: str
) -> Parsed:
    """Placemarks of a KML document, or what a GPX file holds. Links, images and styles are not followed or read."""
    root = load_xml(data, clock, name)
    if local(root) == "gpx":
        return read_gpx(root, name, clock, report, columns)
    if local(root) != "kml":
        raise FormatError("The XML is not KML.", where=name, expected="<kml>", got=f"<{shorten(local(root))}>")
    links = sum(local(e) in ("NetworkLink", "GroundOverlay", "ScreenOverlay", "PhotoOverlay") for e in root.iter())
    if links:
        report.note("{n} link{n?|s} or overlay{n?|s} {n?was|were} not followed.", n=links)
    rows = Rows(clock, name, report, columns)
    shapes = _Shapes(rows)
    made: list[Any] = []
    for number, (mark, folders) in enumerate(_placemarks(root), start=1):
        properties = _properties(mark, folders)
        element = next((c for c in mark if local(c) in _SHAPES), None)
        shapes.deep = rows.builder.unclosed = False
        try:
            shape = None if element is None else shapes.shape(element)
        except BadGeometryError as fault:
            row_id = properties.get("id") or properties.get("name", "")
            rows.reject(number, fault.reason, id=row_id, expected="a KML geometry", got=fault.got)
            continue
        unclosed = rows.builder.unclosed
        before = len(rows.rows)
        rows.add(number, properties, None, None)
        if len(rows.rows) > before:
            made.append(shape)
            if shapes.deep:
                report.remark("height_dropped", [number])
            if unclosed:
                report.remark("ring_unclosed", [number])
    parsed = rows.parsed(
        form, {"encoding": "xml", "crs": "", "layer": _text(_child(root[0], "name")) if len(root) else ""}
    )
    parsed.geometry = geometry_array(made)
    return parsed
