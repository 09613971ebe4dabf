"""Sorted runs of pairs, put together to one: those of each precision and each reach are found apart."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from geo.rules.questions import Bits
from geo.threads import spread

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Run(NamedTuple):
    """Pairs by (site, distance, incident), with the bits of the questions that each meets."""

    site: Ints
    incident: Ints
    distance: Floats
    met: tuple[Bits, ...]

    def key(self) -> npt.NDArray[np.complex128]:
        """What two pairs are compared by: its real part, then the other; sites count exactly in it."""
        out = np.empty(len(self.site), np.complex128)
        out.real, out.imag = self.site, self.distance
        return out


def merged_runs(made: list[Run], words: int, compiled: bool = False) -> Run:
    """Sorted runs as one.

    Parameters
    ----------
    made
        The runs; each sorted as :class:`Run` says.
    words
        How many words of bits each has.
    compiled
        Whether compiled loops put them together.
    """
    if not made:
        none = np.zeros(0, np.int64)
        return Run(none, none, np.zeros(0), (np.zeros(0, np.uint64),) * words)
    while len(made) > 1:
        one, other, *rest = sorted(made, key=lambda r: len(r.site))
        made = [*rest, _of_two(other, one, compiled)]
    return made[0]


def _of_two(many: Run, few: Run, compiled: bool) -> Run:
    """Two sorted runs as one; two incidents of both at one place are put in order too."""
    pairs = list(zip((*many[:3], *many.met), (*few[:3], *few.met), strict=True))
    if compiled:
        from geo.compiled.pair_loops import merged, taken

        order = merged(*many[:3], *few[:3])
        work = [(one.view(np.int64), other.view(np.int64)) for one, other in pairs]
        one_run = list(spread(lambda both: taken(*both, order), work))
        met = tuple(word.view(np.uint64) for word in one_run[3:])
        return Run(one_run[0], one_run[1], one_run[2].view(np.float64), met)
    mine, theirs = few.key(), many.key()
    place = np.searchsorted(theirs, mine, side="right")
    tied = (place > 0) & (theirs.take(place - 1, mode="clip") == mine) if len(theirs) else np.zeros(len(mine), np.bool_)
    to = place + np.arange(len(mine))
    rest = np.ones(len(mine) + len(theirs), np.bool_)
    rest[to] = False
    columns: list[Any] = []
    for a, b in pairs:
        column = np.empty(len(rest), a.dtype)
        column[to] = b
        column[rest] = a
        columns.append(column)
    site, incident, distance = columns[:3]
    if tied.any():
        order = np.lexsort((incident, distance, site))
        site, incident, distance, *columns[3:] = (column.take(order) for column in columns)
    return Run(site, incident, distance, tuple(columns[3:]))
