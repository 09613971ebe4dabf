"""Numbers of evidence in words that languages can decline."""

from __future__ import annotations

from geo.messages import Note


def events(n: float) -> Note:
    """A number of events."""
    return Note.counted("{n} event", "{n} events", n)


def deaths(n: float) -> Note:
    """A number of deaths."""
    return Note.counted("{n} death", "{n} deaths", n)


def km(metres: float) -> Note:
    """Metres as kilometres with one decimal."""
    return Note("{n:.1f}", n=round(metres / 1000, 1))
