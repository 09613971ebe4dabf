"""The only writers, by the ending of a file: CSV, XLSX, GeoJSON, GeoPackage, GeoParquet and KML as bytes.

Every writer takes a frame of any of the column types of :mod:`geo.schema` and gives bytes, the same for the same frame;
nothing is written to disk. What is written is read back equal by :func:`layers.formats.read` (as text); in CSV a
neutralised cell comes back with its apostrophe, which :func:`layers.formats.writers.spreadsheet_guard.restore` takes
off. Rows that may not leave (ACLED) make every writer raise. A new format is a module with its FORMAT, named here, and
a media type (:mod:`layers.formats.writers.media_types`).
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from layers.formats.writers import delimited, geojson, geopackage, geoparquet, kml, xlsx
from layers.formats.writers.format import Format

FORMATS: dict[str, Format] = {
    f.ending: f
    for f in (delimited.FORMAT, xlsx.FORMAT, geojson.FORMAT, geopackage.FORMAT, geoparquet.FORMAT, kml.FORMAT)
}
"""Formats of tables by their ending."""


def write_bytes(frame: pd.DataFrame, ending: str, **options: Any) -> bytes:
    """The bytes of `frame` in the format of a file ending (a key of :data:`FORMATS`)."""
    if ending not in FORMATS:
        raise ValueError(f"the ending is one of {', '.join(FORMATS)}, not {ending!r}")
    return FORMATS[ending].write(frame, **options)
