"""Drivers of GDAL that open other files or addresses named inside a file: they exist in no process of ours."""

from __future__ import annotations

import os

RASTER = "VRT,GDALG,WMS,WMTS,WCS,HTTP,DAAS,EEDA,EEDAI,PLMOSAIC,STACTA,STACIT"
VECTOR = "OGR_VRT,GDALG,WFS,OAPIF,GML,GMLAS,SVG,CSW,CARTO,AMIGOCLOUD,ELASTIC,PLSCENES"
SETTINGS = {"GDAL_SKIP": RASTER, "OGR_SKIP": VECTOR, "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR"}
"""Environment variables by name; the child processes of the readers get them too."""


def confine() -> None:
    """Sets them aside; to be called before anything loads GDAL. What the user's own environment says stays."""
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
