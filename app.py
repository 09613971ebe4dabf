"""Streamlit entry: environment first, what `cahra app` is still loading, then navigation; nothing else."""

from __future__ import annotations

from layers.gdal_settings import confine
from views import warming

confine()
warming.wait()

import streamlit as st

from i18n.translator import translator
from layers.maps import assets
from views.navigation import go_where_it_was_left, pages
from views.session import language, start

assets.install()
st.set_page_config(page_title="CAHRA Atlas", page_icon="🗺️", layout="wide")
start()
here = st.navigation(pages(translator(language())), position="top")
go_where_it_was_left(here)
here.run()
