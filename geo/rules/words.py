"""Numbers of evidence in words that languages can decline."""

from __future__ import annotations

from functools import lru_cache

from geo.messages import Note


@lru_cache(maxsize=1 << 12)
def events(n: float) -> Note:
    """A number of events."""
    return Note.counted("{n} event", "{n} events", n)


@lru_cache(maxsize=1 << 12)
def deaths(n: float) -> Note:
    """A number of deaths."""
    return Note.counted("{n} death", "{n} deaths", n)


def km(metres: float) -> Note:
    """Metres as kilometres with one decimal."""
    return _km(round(metres / 1000, 1))


@lru_cache(maxsize=1 << 14)
def _km(n: float) -> Note:
    return Note("{n:.1f}", n=n)
