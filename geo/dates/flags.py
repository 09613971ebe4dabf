"""Named yes-or-no answers of every site at every date, in an eighth of the memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Flags:
    """Flags by name, bits packed along the sites; each has shape (dates, sites)."""

    sites: int
    packed: Mapping[str, npt.NDArray[np.uint8]]

    @classmethod
    def of(cls, flags: Mapping[str, Bools], sites: int) -> Flags:
        """Packs flags of shape (dates, sites).

        Parameters
        ----------
        flags
            By name, each of shape (dates, sites).
        sites
            Number of sites.
        """
        return cls(sites, {name: np.packbits(values, axis=1) for name, values in flags.items()})

    @classmethod
    def joined(cls, parts: Sequence[Flags]) -> Flags:
        """Parts side by side; of all but the last the number of sites is a multiple of eight.

        Parameters
        ----------
        parts
            Flags of the same names and dates, each of other sites.
        """
        names = parts[0].packed
        joined = {name: np.concatenate([p.packed[name] for p in parts], axis=1) for name in names}
        return cls(sum(p.sites for p in parts), joined)

    def __contains__(self, name: object) -> bool:
        """Whether there is a flag of that name."""
        return name in self.packed

    def __iter__(self):  # type: ignore[no-untyped-def]
        """The names, in their order."""
        return iter(self.packed)

    def of_all(self, name: str) -> Bools:
        """A flag at every date, shape (dates, sites).

        Parameters
        ----------
        name
            Name of the flag.
        """
        return np.unpackbits(self.packed[name], axis=1, count=self.sites).astype(np.bool_)

    def at(self, date: int) -> dict[str, Bools]:
        """Every flag at one date, by name.

        Parameters
        ----------
        date
            Position of the date, from 0.
        """
        return {n: np.unpackbits(p[date], count=self.sites).astype(np.bool_) for n, p in self.packed.items()}
