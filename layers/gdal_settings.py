"""Drivers of GDAL that open other files or addresses named inside a file: they never exist in the app's process."""

from __future__ import annotations

import os

SETTINGS = {
    "GDAL_SKIP": "VRT,GDALG,WMS,WMTS,WCS,HTTP,DAAS,EEDA,EEDAI,PLMOSAIC,STACTA,STACIT",
    "OGR_SKIP": "OGR_VRT,GDALG,WFS,OAPIF,GML,GMLAS,SVG,CSW,CARTO,AMIGOCLOUD,ELASTIC,PLSCENES",
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
}


def confine() -> None:
    """Sets them aside; to be called before anything loads GDAL. What the user's own environment says stays."""
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
