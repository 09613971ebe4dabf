"""Tests of :mod:`geo.dates`."""
