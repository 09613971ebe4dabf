"""The report of a screening as one HTML page that asks no host for anything."""

from __future__ import annotations

from layers.formats.escape import html
from layers.screening_job import Screening


def report(screening: Screening, language: str = "en") -> bytes:
    """One self-contained page."""
    return f"<!doctype html><html lang={html(language)}><title>CAHRA Atlas</title>{len(screening.rows)}</html>".encode()
