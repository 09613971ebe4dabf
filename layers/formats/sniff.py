"""What a file is, by its first bytes: the name is only held against it."""

from __future__ import annotations

import re

from geo.errors import FormatError
from geo.messages import Note
from layers.formats.source import Source

REFUSED_MARKUP = {
    "ogrvrtdatasource": Note("an OGR VRT file: it names other files to be read"),
    "ogrvrtlayer": Note("an OGR VRT file: it names other files to be read"),
    "ogrvrtwarpedlayer": Note("an OGR VRT file: it names other files to be read"),
    "ogrvrtunionlayer": Note("an OGR VRT file: it names other files to be read"),
    "vrtdataset": Note("a GDAL VRT file: it names other files to be read"),
    "gdaltileindexdataset": Note("a GDAL tile index: it names other files to be read"),
    "gdal_wms": Note("a GDAL web service file: it names an address to be fetched"),
    "gdal_wmts": Note("a GDAL web service file: it names an address to be fetched"),
    "ogrwfsdatasource": Note("a WFS service file: it names an address to be fetched"),
    "wfs_capabilities": Note("a WFS service file: it names an address to be fetched"),
    "svg": Note("an SVG image: it can carry scripts"),
    "html": Note("an HTML page: it can carry scripts"),
    "script": Note("an HTML page: it can carry scripts"),
    "rss": Note("a feed, which is not among the formats read"),
}
"""Root elements that are refused under any file name, in lower case, and what they are."""

_SIGNATURES = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"SQLite format 3\x00", "gpkg"),
    (b"PAR1", "geoparquet"),
    (b"II*\x00", "geotiff"),
    (b"MM\x00*", "geotiff"),
    (b"II+\x00", "geotiff"),
    (b"MM\x00+", "geotiff"),
    (b"\x1f\x8b", "gzip"),
)
_FOREIGN = (
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        Note("an old Excel (.xls) or an encrypted workbook"),
        Note("Save it as .xlsx."),
    ),
    (b"\x00\x00\x27\x0a", Note("a bare .shp file"), Note("Zip it with its .shx, .dbf and .prj.")),
    (b"%PDF", Note("a PDF"), ""),
    (b"7z\xbc\xaf\x27\x1c", Note("a 7z archive"), Note("Unpack it first.")),
    (b"Rar!", Note("a RAR archive"), Note("Unpack it first.")),
    (b"\x89HDF", Note("an HDF5 or NetCDF file"), ""),
    (b"CDF", Note("a NetCDF file"), ""),
    (b"\x89PNG", Note("a PNG image"), ""),
    (b"\xff\xd8\xff", Note("a JPEG image"), ""),
    (b"GIF8", Note("a GIF image"), ""),
    (b"\x7fELF", Note("a program"), ""),
    (b"MZ", Note("a program"), ""),
)
_UTF16 = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
EXPECTED = {
    "csv": ("text",),
    "tsv": ("text",),
    "tab": ("text",),
    "txt": ("text",),
    "json": ("json",),
    "geojson": ("json",),
    "topojson": ("json",),
    "xlsx": ("zip",),
    "zip": ("zip",),
    "kmz": ("zip",),
    "kml": ("xml",),
    "gpx": ("xml",),
    "gz": ("gzip",),
    "xml": ("xml",),
    "gpkg": ("gpkg",),
    "parquet": ("geoparquet",),
    "geoparquet": ("geoparquet",),
    "tif": ("geotiff",),
    "tiff": ("geotiff",),
}
_ROOT = re.compile(rb"<(?:([A-Za-z_][\w.-]*):)?([A-Za-z_][\w.-]*)")
_SKIP = re.compile(rb"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)
READABLE = Note(
    "CSV, TSV, XLSX, JSON records, GeoJSON, TopoJSON, KML, KMZ, GPX, zipped shapefile, GeoPackage, GeoParquet"
)


def root_of(head: bytes) -> tuple[str, str]:
    """Prefix and local name of the first element of XML text, both in lower case; blank when none is in sight.

    Examples
    --------
    >>> root_of(b'<?xml version="1.0"?><!-- a --><ogr:FeatureCollection>')
    ('ogr', 'featurecollection')
    """
    at = 0
    while found := _SKIP.match(head, at):
        at = found.end()
    root = _ROOT.match(head, at)
    return ((root[1] or b"").decode().lower(), root[2].decode().lower()) if root else ("", "")


def refuse_markup(head: bytes, name: str) -> str:
    """Local name of the root element; raises for those of :data:`REFUSED_MARKUP` and for GML and WFS answers."""
    prefix, local = root_of(head)
    what = REFUSED_MARKUP.get(local)
    low = head.lower()
    if what is None and (prefix in ("gml", "wfs", "ogr") or (local == "featurecollection" and b"gml" in low)):
        what = Note("a GML or WFS answer: it can name schemas to be fetched")
    if what is None and low.lstrip().startswith(b"<!doctype html"):
        what = REFUSED_MARKUP["html"]
    if what is not None:
        raise FormatError(
            "The file is refused: it is {thing}.", where=name, expected=READABLE, got=f"<{local}>", thing=what
        )
    return local


def kind_of(source: Source) -> str:
    """One of text, json, xml, zip, gpkg, geoparquet, geotiff, from the first bytes.

    Raises
    ------
    geo.errors.FormatError
        A format that is refused by name, UTF-16 or UTF-32, NUL bytes in text, or bytes that are not what the file's
        ending says.
    """
    head, name = source.head, source.name
    kind = next((kind for magic, kind in _SIGNATURES if head.startswith(magic)), "")
    if not kind:
        for magic, what, remedy in _FOREIGN:
            if head.startswith(magic):
                raise FormatError(
                    "The file is refused: it is {thing}.", where=name, expected=READABLE, remedy=remedy, thing=what
                )
        if head.startswith(_UTF16) or head[:2] in (b"\x00<", b"<\x00", b"\x00{", b"{\x00"):
            raise FormatError(
                "The text is in UTF-16 or UTF-32.", where=name, expected="UTF-8", remedy="Save it as CSV UTF-8."
            )
        if b"\x00" in head and source.suffix in EXPECTED and EXPECTED[source.suffix] != ("text",):
            raise FormatError(
                "The file is not what its name says.",
                where=name,
                expected=Note("a .{ending} file", ending=source.suffix),
                got="other bytes",
            )
        if b"\x00" in head:
            raise FormatError(
                "The file holds NUL bytes: it is not text, and of no known format.", where=name, expected=READABLE
            )
        start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
        kind = "json" if start[:1] in (b"{", b"[") else "xml" if start[:1] == b"<" else "text"
        if kind == "xml":
            refuse_markup(start, name)
        if source.suffix in ("json", "geojson", "topojson") and kind == "text":
            kind = "json"  # a bare number, word or null: the JSON reader says what is wrong
    expected = EXPECTED.get(source.suffix)
    if expected and kind not in expected:
        raise FormatError(
            "The file is not what its name says.",
            where=name,
            expected=Note("a .{ending} file", ending=source.suffix),
            got={"text": Note("plain text"), "json": "JSON", "xml": "XML", "zip": Note("a zip archive")}.get(
                kind, kind
            ),
            remedy="Give it the ending of what it holds.",
        )
    return kind
