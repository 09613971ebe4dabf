"""Donors' programmes: their footprints, what they cover, and where the next one would help most."""
