"""Numbers of evidence in words that languages can decline."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from geo.messages import Note


@lru_cache(maxsize=1 << 12)
def events(n: float) -> Note:
    """A number of events.

    Parameters
    ----------
    n
        Number of events.
    """
    return Note.counted("{n} event", "{n} events", n)


@lru_cache(maxsize=1 << 12)
def deaths(n: float) -> Note:
    """A number of deaths.

    Parameters
    ----------
    n
        Number of deaths.
    """
    return Note.counted("{n} death", "{n} deaths", n)


def km(metres: float) -> Note:
    """Metres as kilometres with one decimal.

    Parameters
    ----------
    metres
        Distance [m].
    """
    return _km(round(metres / 1000, 1))


def km_alike(metres: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Distances with those that :func:`km` says alike made one number; those near a half of a decimal stay.

    Parameters
    ----------
    metres
        Distances [m].

    Examples
    --------
    >>> km_alike(np.array([0.0, 1234.5, 1249.9999, 1250.0, 1260.0])).tolist()
    [0.0, 1200.0, 1249.9999, 1250.0, 1300.0]
    """
    tenths = metres / 100
    nearest = np.rint(tenths)
    return np.where(np.abs(tenths - nearest) < 0.4999, nearest * 100, metres)


@lru_cache(maxsize=1 << 14)
def _km(n: float) -> Note:
    return Note("{n:.1f}", n=n)
