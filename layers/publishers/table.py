"""What can be fetched, from which addresses and under which terms: data/sources.csv, and the user's copy of it.

A publisher moves a file more often than a program is released: a copy of the table named ``sources.csv`` in the data
folder (:mod:`layers.publishers.folder`) replaces the rows whose names it has. Only https addresses are asked, at the
hosts that the row names.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from geo.errors import InputError
from geo.messages import Note
from layers.reference.tables import rows
from layers.sources.catalogue import publisher

NAME = "sources.csv"
PROTOCOLS = ("file", "ucdp_api", "geoboundaries", "geonames", "iati", "acled")
AREAS = ("", "cut", "country", "level")
MOST_BYTES = 200_000
"""A longer copy of the table is none."""


@dataclass(frozen=True)
class FetchSource:
    """One row of the table.

    Attributes
    ----------
    name
        By which `cahra fetch` and a reference (``ucdp:CAF@25.1``) know it.
    publisher
        Beginning of the dataset's name in data/publishers.csv, which holds licence and credit.
    role
        incidents, sites, boundaries, places, programmes.
    protocol
        How the address is asked: one of :data:`PROTOCOLS`.
    address, parameters
        Where; ``{compact}`` 251, ``{underscored}`` 25_1, ``{iso2}``, ``{iso3}`` are filled in.
    hosts
        Hosts that may be asked, also after a redirect, joined by ``;``.
    edition
        Taken where none is asked for; ``day``: the day of the download; ``vintage``: as the publisher states.
    area
        ``cut``: the world comes and a country is cut out; ``country``, ``level``: must be asked for; blank: one area.
    checksum
        Address of a file of SHA-256 sums, where the publisher has one.
    account
        Environment variables of the user's own account; blank: none is needed.
    cite
        How the publisher asks to be cited.
    checked
        Who looked at the address, when.
    """

    name: str
    publisher: str
    role: str
    protocol: str
    address: str
    parameters: str
    hosts: str
    edition: str
    area: str
    checksum: str
    account: str
    cite: str
    checked: str

    @property
    def allowed(self) -> frozenset[str]:
        """The hosts."""
        return frozenset(h.strip() for h in self.hosts.split(";") if h.strip())

    @property
    def licence(self) -> str:
        """As data/publishers.csv states it."""
        return publisher(self.publisher)["licence"]

    @property
    def restricted(self) -> bool:
        """Whether rows must not leave: such files are kept apart."""
        return publisher(self.publisher)["may_leave"] == "no"


COLUMNS = tuple(f.name for f in fields(FetchSource))


def sources(folder: Path | None = None) -> dict[str, FetchSource]:
    """The table by name; rows of the copy in `folder` take the place of those of the project.

    Raises
    ------
    geo.errors.InputError
        The copy is no such table.

    Examples
    --------
    >>> sources()["ucdp"].licence, sources()["acled"].restricted
    ('CC BY 4.0', True)
    """
    found = {row["name"]: FetchSource(**row) for row in rows(NAME)}
    own = folder / NAME if folder else None
    if own is not None and own.is_file():
        for row in _own(own):
            found[row.name] = row
    return found


def _own(path: Path) -> list[FetchSource]:
    data = path.read_bytes()[: MOST_BYTES + 1]
    try:
        table = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        table = []
    faults = [] if table and len(data) <= MOST_BYTES else [path.name]
    out = []
    for number, row in enumerate(table, start=2):
        cells: Mapping[str, str] = {c: (row.get(c) or "").strip() for c in COLUMNS}
        one = FetchSource(**cells)
        if not (
            one.name and one.hosts and one.protocol in PROTOCOLS and one.area in AREAS and set(row) == set(COLUMNS)
        ):
            faults.append(f"row {number}")
        out.append(one)
    if faults:
        raise InputError(
            "The table of addresses cannot be used.",
            where=str(path),
            expected=Note("the columns and words of data/sources.csv: {names}", names=", ".join(COLUMNS)),
            got=", ".join(faults[:10]),
            remedy="Copy data/sources.csv and change addresses in the copy.",
        )
    return out


def named(name: str, folder: Path | None = None) -> FetchSource:
    """The row of a name; raises :class:`geo.errors.InputError` where there is none."""
    known = sources(folder)
    if name not in known:
        raise InputError("No publisher has this name.", where="fetch", expected=", ".join(known), got=name[:80])
    return known[name]
