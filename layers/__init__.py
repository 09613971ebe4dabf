"""Data on its way in and out: sources, formats, reference tables, and maps.

- :mod:`layers.sources`: one file per publisher or role of data; each gives a layer of checked rows.
- :mod:`layers.formats`: the only way in for untrusted bytes, and the only writers.
- :mod:`layers.reference`: the tables of ``data/``.
- :mod:`layers.maps`: Folium layers, styles, legend, drawings for print.
"""
