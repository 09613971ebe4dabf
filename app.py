"""Streamlit entry: environment first, then navigation; nothing else."""

from __future__ import annotations

import os

# Before anything loads GDAL: drivers that open other files or addresses named inside a file never exist here.
os.environ.setdefault("GDAL_SKIP", "VRT,GDALG,WMS,WMTS,WCS,HTTP,DAAS,EEDA,EEDAI,PLMOSAIC,STACTA,STACIT")
os.environ.setdefault("OGR_SKIP", "OGR_VRT,GDALG,WFS,OAPIF,GML,GMLAS,SVG,CSW,CARTO,AMIGOCLOUD,ELASTIC,PLSCENES")
os.environ.setdefault("GDAL_DISABLE_READDIR_ON_OPEN", "EMPTY_DIR")

import streamlit as st

from layers import assets
from layers.i18n import translator
from views.pages import pages
from views.session import language, start

assets.install()
st.set_page_config(page_title="CAHRA Atlas", page_icon="🗺️", layout="wide")
start()
st.navigation(pages(translator(language())), position="top").run()
