"""Sums of rasters within circles and polygons, samples at points, and surfaces made of points; arrays in and out."""
