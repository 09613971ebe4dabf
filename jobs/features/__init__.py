"""A result served to a GIS as OGC API Features: Core and GeoJSON, read only."""
