"""Streamlit entry: environment first, then navigation; nothing else."""

from __future__ import annotations

from layers.drivers import confine

confine()

import streamlit as st

from layers import assets
from layers.i18n import translator
from views.pages import pages
from views.session import language, start

assets.install()
st.set_page_config(page_title="CAHRA Atlas", page_icon="🗺️", layout="wide")
start()
st.navigation(pages(translator(language())), position="top").run()
