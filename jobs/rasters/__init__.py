"""Rasters that a run is given, and what they say of sites and areas: read by windows, never as a whole."""
