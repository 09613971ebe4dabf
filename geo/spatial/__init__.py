"""Geometry on WGS 84: geodesics, proximity, polygons, their edges, and density."""
