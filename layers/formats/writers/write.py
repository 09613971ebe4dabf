"""The only writers, by the ending of a file: CSV, XLSX, GeoJSON, GeoPackage, GeoParquet and KML as bytes.

Every writer takes a frame of any of the column types of :mod:`geo.schema` and gives bytes, the same for the same frame;
nothing is written to disk. What is written is read back equal by :func:`layers.formats.read` (as text); in CSV a
neutralised cell comes back with its apostrophe, which :func:`layers.formats.writers.spreadsheet_guard.restore` takes
off. Rows that may not leave (ACLED) make every writer raise. A new format is a module with its FORMAT, named here.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from layers.formats.writers import delimited, documents, geojson, geopackage, geoparquet, kml, xlsx
from layers.formats.writers.format import Format

FORMATS: dict[str, Format] = {
    f.ending: f
    for f in (delimited.FORMAT, xlsx.FORMAT, geojson.FORMAT, geopackage.FORMAT, geoparquet.FORMAT, kml.FORMAT)
}
"""Formats of tables by their ending."""

_DOCUMENTS = (
    documents.JSON, documents.HTML, documents.SVG, documents.TEXT, documents.ZIP, documents.PNG, documents.PDF,
    documents.KMZ, documents.QGIS,
)  # fmt: skip
_MEDIA_TYPES = {f.ending: f.media_type for f in (*FORMATS.values(), *_DOCUMENTS)}


def media_type(name: str) -> str:
    """The media type of a file by its name; that of plain bytes where no writer declares its ending.

    Examples
    --------
    >>> media_type("sites.csv"), media_type("run.json")
    ('text/csv', 'application/json')
    """
    return _MEDIA_TYPES.get(name.rsplit(".", 1)[-1], "application/octet-stream")


def write_bytes(frame: pd.DataFrame, ending: str, **options: Any) -> bytes:
    """The bytes of `frame` in the format of a file ending (a key of :data:`FORMATS`)."""
    write = FORMATS[ending].write if ending in FORMATS else None
    if write is None:
        raise ValueError(f"the ending is one of {', '.join(FORMATS)}, not {ending!r}")
    return write(frame, **options)
