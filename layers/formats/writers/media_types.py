"""Media types of what leaves the program, by the ending of a file: known without the libraries that write it."""

from __future__ import annotations

MEDIA_TYPES = {
    "csv": "text/csv",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "html": "text/html",
    "json": "application/json",
    "kml": "application/vnd.google-earth.kml+xml",
    "kmz": "application/vnd.google-earth.kmz",
    "parquet": "application/vnd.apache.parquet",
    "pdf": "application/pdf",
    "png": "image/png",
    "qgz": "application/x-qgis-project",
    "svg": "image/svg+xml",
    "txt": "text/plain",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
"""As browsers and other programs call them."""


def media_type(name: str) -> str:
    """The media type of a file by its name; that of plain bytes where its ending is not known.

    Examples
    --------
    >>> media_type("sites.csv"), media_type("run.json")
    ('text/csv', 'application/json')
    """
    return MEDIA_TYPES.get(name.rsplit(".", 1)[-1], "application/octet-stream")
