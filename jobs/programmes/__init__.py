"""Programmes at a date: coverage, gaps, overlaps, and the files of a run."""
