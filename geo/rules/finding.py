"""What one rule says of every site: fired, certainly, possibly, or not to be known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Finding:
    """Four flags per site, in site order.

    `certain` implies `fired`, and `fired` implies `possible`; `unknown` means that the rule could not be evaluated and
    did not fire on what is known, so it counts as possible too.
    """

    rule: str
    fired: Bools
    certain: Bools
    possible: Bools
    unknown: Bools

    @classmethod
    def of(cls, rule: str, fired: Bools, certain: Bools, possible: Bools, unknown: Bools) -> Finding:
        """A finding with the implications between its flags made to hold."""
        unknown = unknown & ~fired
        return cls(rule, fired, certain & fired, possible | fired | unknown, unknown)
