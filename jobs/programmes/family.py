"""Parts of a programme have the type of the whole: activities of one file that name each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from geo.programmes.schema import TYPES


@dataclass
class Family:
    """Which activity of a file is a part of which, in the order of the file.

    A publisher may write money and sectors at the parts ("Consultancy: design and appraisal") and the purpose at the
    whole ("Roads in the East"), or the other way round.
    """

    _names: list[str] = field(default_factory=list)
    _wholes: dict[int, list[str]] = field(default_factory=dict)
    _parts: dict[int, list[str]] = field(default_factory=dict)

    def add(self, identifier: str, wholes: Sequence[str], parts: Sequence[str], own_sectors: bool) -> None:
        """One activity; its own sectors are not overruled by those of its parts.

        Parameters
        ----------
        identifier
            IATI identifier of the activity.
        wholes
            Identifiers of the activities that it says it is a part of.
        parts
            Identifiers of the activities that it says are its parts.
        own_sectors
            Whether the activity has sectors of its own.
        """
        number = len(self._names)
        self._names.append(identifier)
        if wholes:
            self._wholes[number] = list(wholes)
        if parts and not own_sectors:
            self._parts[number] = list(parts)

    def shared(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame (``geo.programmes.schema.PROGRAMMES``) with types shared.

        A whole without any type has those of more than half of its parts in the file; then a part without any has
        those of its whole.

        Parameters
        ----------
        frame
            Programmes of the file, in the order in which they were added.
        """
        types, basis = frame["types"].tolist(), frame["type_basis"].tolist()
        at = {name: number for number, name in enumerate(self._names)}
        for number, names in self._parts.items():
            parts = [at[name] for name in dict.fromkeys(names) if name in at]
            counts = Counter(kind for part in parts for kind in types[part].split(";") if kind)
            most = [kind for kind in TYPES if counts[kind] * 2 > len(parts)]
            if not types[number] and most:
                types[number] = ";".join(most)
                basis[number] = "; ".join(f"{kind} = parts: {counts[kind]}/{len(parts)}" for kind in most)
        for number, names in self._wholes.items():
            whole = next((at[name] for name in names if name in at and types[at[name]]), None)
            if not types[number] and whole is not None:
                types[number] = types[whole]
                basis[number] = "; ".join(f"{kind} = whole: {self._names[whole]}" for kind in types[whole].split(";"))
        return frame.assign(types=pd.array(types, dtype="str"), type_basis=pd.array(basis, dtype="str"))
