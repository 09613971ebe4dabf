"""GeoJSON without GDAL: strict JSON, features one by one, and nothing fetched."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from geo.errors import FormatError
from geo.messages import Note
from layers.formats.choice import ANY, Choice
from layers.formats.limits import Clock
from layers.formats.readers.feature_rows import Rows, text_members
from layers.formats.readers.json_records import note_further_pages, read_records, records_of
from layers.formats.readers.strict_json import load_json, plain_text
from layers.formats.readers.topojson import read_topology
from layers.formats.source import Source
from layers.formats.table import Parsed, Report, shorten

_GEOMETRIES = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection")
_TYPES = ("FeatureCollection", "Feature", "Topology", *_GEOMETRIES)
_CRS84 = re.compile(r"urn:ogc:def:crs:OGC:[\d.]*:CRS84|(?:urn:ogc:def:crs:EPSG:[\d.]*:|EPSG:)4326", re.IGNORECASE)
_EPSG = re.compile(r"(?:urn:ogc:def:crs:EPSG:[\d.]*:|EPSG:)(\d{4,6})", re.IGNORECASE)


def crs_of(document: dict[str, Any], name: str) -> str:
    """Blank for WGS 84 longitude/latitude, else ``EPSG:n``; refuses links and everything else.

    Examples
    --------
    >>> crs_of({"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32634"}}}, "a.geojson")
    'EPSG:32634'
    """
    crs = document.get("crs")
    if crs is None:
        return ""
    kind = crs.get("type") if isinstance(crs, dict) else None
    if kind == "link":
        raise FormatError(
            "The file is refused: its crs is a link, which would have to be fetched.",
            where=name,
            expected="no crs member, or one of type name",
            remedy="Delete the member crs; GeoJSON is in WGS 84.",
        )
    properties = crs.get("properties") if isinstance(crs, dict) else None
    label = properties.get("name") if kind == "name" and isinstance(properties, dict) else None
    if isinstance(label, str) and _CRS84.fullmatch(label.strip()):
        return ""
    if isinstance(label, str) and (found := _EPSG.fullmatch(label.strip())):
        return f"EPSG:{found[1]}"
    raise FormatError(
        "The coordinate reference system is not known.",
        where=name,
        expected="CRS84 or an EPSG code",
        got=shorten(plain_text(label if label is not None else crs)),
    )


def refuse_json(document: Any, name: str) -> None:
    """Raise for JSON that makes readers run or fetch something (GDALG), and for what is neither object nor list."""
    if not isinstance(document, dict | list):
        raise FormatError(
            "The JSON is not GeoJSON.", where=name, expected="an object with a type", got=type(document).__name__
        )
    if isinstance(document, list):
        return
    kind = document.get("type")
    if kind == "gdal_streamed_alg" or "command_line" in document:
        raise FormatError(
            "The file is refused: it is a GDALG pipeline, which names commands and files to be run.", where=name
        )


def _features(document: dict[str, Any], name: str) -> list[Any]:
    kind = document.get("type")
    if kind == "FeatureCollection":
        features = document.get("features")
        if not isinstance(features, list):
            raise FormatError(
                "The collection has no list of features.", where=name, expected="features", got=type(features).__name__
            )
        return features
    if kind == "Feature":
        return [document]
    if isinstance(kind, str) and kind in _GEOMETRIES:
        return [{"type": "Feature", "properties": {}, "geometry": document}]
    raise FormatError(
        "The JSON is not GeoJSON.",
        where=name,
        expected="a FeatureCollection, Feature or geometry, or one list of records",
        got=Note("type {type}", type=shorten(plain_text(kind))) if "type" in document else "no type",
        remedy="Save it as GeoJSON or CSV.",
    )


def read_geojson(
    source: Source, clock: Clock, report: Report, columns: Collection[str] | None, choice: Choice = ANY
) -> Parsed:
    """Features of a GeoJSON file; TopoJSON and lists of records are handed on to their own readers."""
    document = load_json(source.data(), clock.gateway, source.name)
    refuse_json(document, source.name)
    if not isinstance(document, dict) or str(document.get("type")) not in _TYPES:
        found = records_of(document, choice)
        if found is not None:
            note_further_pages(document, report)
            return read_records(*found, clock, report, columns)
    if not isinstance(document, dict):
        raise FormatError(
            "The JSON is not GeoJSON.", where=source.name, expected="an object with a type, or a list of records",
            got="a list of something else", remedy="Save it as GeoJSON or CSV.",
        )  # fmt: skip
    if document.get("type") == "Topology":
        return read_topology(document, source.name, clock, report, columns)
    meta = text_members(document) | {"encoding": "utf-8", "crs": crs_of(document, source.name)}
    collected = Rows(clock, source.name, report, columns)
    for row, feature in enumerate(_features(document, source.name), start=1):
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            got = feature.get("type") if isinstance(feature, dict) else feature
            collected.reject(row, "feature_malformed", expected="type Feature", got=shorten(plain_text(got)))
            continue
        collected.add(row, feature.get("properties"), feature.get("id"), feature.get("geometry"))
    return collected.parsed("geojson", meta)
