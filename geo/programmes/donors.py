"""Donors are one however they are spelled: a table of other names and of organisation identifiers.

"DFID", "UK - Department for International Development" and the identifier GB-1 are one donor; without the table a
programme would overlap with itself under another spelling.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from geo.records.place_names import plain


@dataclass(frozen=True)
class DonorNames:
    """Other names of donors.

    Attributes
    ----------
    names
        From plain spellings and identifiers to the one name of the donor.
    """

    names: Mapping[str, str] = field(default_factory=dict)

    def one(self, name: str, identifier: str = "") -> str:
        """The donor's one name: by its identifier, else by its spelling, else as written.

        Parameters
        ----------
        name
            The donor as a programme writes it.
        identifier
            Its identifier of the organisation register, such as `GB-GOV-1`; blank where not known.

        Examples
        --------
        >>> known = DonorNames({"dfid": "DFID", "gb 1": "DFID"})
        >>> known.one("D.F.I.D."), known.one("Someone", "GB-1"), known.one("AFD")
        ('DFID', 'DFID', 'AFD')
        """
        for text in (identifier, name, name.replace(".", "")):
            found = self.names.get(plain(text)) if text.strip() else None
            if found:
                return found
        return name.strip()

    def keys(self, donors: str, identifiers: str = "") -> frozenset[str]:
        """Who pays, each donor once, in small letters without accents; blank for a programme that names none.

        Parameters
        ----------
        donors, identifiers
            Joined by ``;``, in one order; fewer identifiers than names are no fault.
        """
        return frozenset(plain(name) for name in self.joined(donors, identifiers))

    def joined(self, donors: str, identifiers: str = "") -> list[str]:
        """The donors of a cell by their one name, each once, in the order given.

        Parameters
        ----------
        donors
            Donors as a programme writes them, joined by ``;``.
        identifiers
            Their identifiers in the same order, joined by ``;``; there may be fewer.
        """
        names = [d.strip() for d in donors.split(";")]
        ids = [i.strip() for i in identifiers.split(";")]
        ids += [""] * (len(names) - len(ids))
        seen: dict[str, str] = {}
        for name, identifier in zip(names, ids, strict=False):
            if name:
                one = self.one(name, identifier)
                seen.setdefault(plain(one), one)
        return list(seen.values())


def donor_names(rows: Sequence[tuple[str, str, str]]) -> DonorNames:
    """From rows of (donor, other name, identifier); either of the last two may be blank.

    Parameters
    ----------
    rows
        (the donor's one name, another name of it, its identifier) each; the last two may be blank.

    Examples
    --------
    >>> sorted(donor_names([("DFID", "UK Aid", ""), ("DFID", "", "GB-GOV-1")]).keys("uk aid;Dfid;AFD"))
    ['afd', 'dfid']
    """
    names: dict[str, str] = {}
    for donor, other, identifier in rows:
        for text in (donor, other, identifier):
            if text.strip():
                names[plain(text)] = donor.strip()
    return DonorNames(names)
