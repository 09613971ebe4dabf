"""Computation only: frames, arrays and plain dicts in, frames out. No files, no network, no Streamlit, no Folium.

The main function is :func:`geo.assess.assess`. Every column that goes in or comes out is described in
:mod:`geo.schema`.
"""
