"""A reviewer's decision on a row of a list, and what holds of several: newest in force, sign-off, withdrawal."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from geo.records.place_names import plain


def row_key(supplier_id: str, site_name: str, country: str, mineral: str) -> str:
    """What a decision hangs on.

    Parameters
    ----------
    supplier_id
        Id of the row in the list.
    site_name
        Name of the site as the list has it.
    country
        ISO 3166 alpha-3; blank where not known.
    mineral
        Minerals of the row joined by `;`.

    Examples
    --------
    >>> row_key("S1", "Mine", "COD", "gold") == row_key(" S1", "mine ", "COD", "gold")
    True
    """
    parts = [supplier_id.strip(), plain(site_name), country, mineral]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def keys_of(rows: pd.DataFrame) -> list[str]:
    """The key of each row of a screening or of a list.

    Parameters
    ----------
    rows
        Rows of a screening or of a list.
    """
    names = ("supplier_id", "site_name", "country", "minerals")
    return [row_key(*map(str, v)) for v in zip(*(rows[n] for n in names), strict=True)]


@dataclass(frozen=True)
class Decision:
    """One decision as it is kept; `decided_at` is UTC."""

    supplier_id: str
    decision: str
    note: str
    reviewer: str
    decided_at: str
    site_class: str = ""
    zone_status: str = ""
    as_of: str = ""
    rules_hash: str = ""
    list_sha256: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    number: int = 0

    @property
    def refers(self) -> int:
        """The number of the decision that a sign-off or a withdrawal speaks of; 0 for a decision itself."""
        return int(self.details.get("refers", 0))


@dataclass(frozen=True)
class Standing:
    """How the decisions on one row stand.

    Parameters
    ----------
    decision
        The newest one in force, None where there is none, or it was withdrawn.
    signed
        Its sign-off by a second person.
    withdrawn
        The newest withdrawal, where nothing was decided after it.
    before
        Earlier entries of the history.
    """

    decision: Decision | None
    signed: Decision | None = None
    withdrawn: Decision | None = None
    before: int = 0


def standing(history: Sequence[Decision]) -> Standing:
    """What holds after all entries on a row, the oldest first; a note takes no decision's place.

    Parameters
    ----------
    history
        Every entry on one row, the oldest first.
    """
    current = signed = withdrawn = None
    for entry in history:
        if entry.decision == "sign":
            signed = entry if current is not None and entry.refers == current.number else signed
        elif entry.decision == "withdraw":
            if current is not None and entry.refers == current.number:
                current, signed, withdrawn = None, None, entry
        elif entry.decision != "note" or (current is None and withdrawn is None):
            current, signed, withdrawn = entry, None, None
    return Standing(current, signed, withdrawn, len(history) - 1)
