"""What one rule says of every site: fired, certainly, possibly, or not to be known and why."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Finding:
    """Flags per site, in site order.

    `certain` implies `fired`, and `fired` implies `possible`: a bracket of measurement, which what is unknown does not
    lift. `unknown` is true where the rule could not be evaluated and did not fire on what is known; `reasons` says why,
    by code, and together they are `unknown`.
    """

    rule: str
    fired: Bools
    certain: Bools
    possible: Bools
    unknown: Bools
    reasons: dict[str, Bools] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        rule: str,
        fired: Bools,
        certain: Bools | None = None,
        possible: Bools | None = None,
        reasons: dict[str, Bools] | None = None,
    ) -> Finding:
        """A finding with the implications between its flags made to hold; brackets default to `fired`.

        Parameters
        ----------
        rule
            Id of the rule.
        fired
            One flag a site.
        certain
            One flag a site; None: as `fired`.
        possible
            One flag a site; None: as `fired`.
        reasons
            By code, one flag a site: why it could not be evaluated.
        """
        why = {code: flags & ~fired for code, flags in (reasons or {}).items()}
        unknown = np.logical_or.reduce([np.zeros(len(fired), np.bool_), *why.values()])
        certain = fired if certain is None else certain & fired
        possible = fired if possible is None else possible | fired
        return cls(rule, fired, certain, possible, unknown, why)
