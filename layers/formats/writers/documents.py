"""Forms that are no tables: records, pages and drawings."""

from __future__ import annotations

from layers.formats.writers.format import Format

JSON = Format("json", "application/json")
HTML = Format("html", "text/html")
SVG = Format("svg", "image/svg+xml")
TEXT = Format("txt", "text/plain")
ZIP = Format("zip", "application/zip")
PNG = Format("png", "image/png")
PDF = Format("pdf", "application/pdf")
KMZ = Format("kmz", "application/vnd.google-earth.kmz")
QGIS = Format("qgz", "application/x-qgis-project")
