"""Folium layers, styles, legend, and drawings for print."""
