"""The named limits of the gateways: what is read at most, and why. Both refuse the same things; they differ in size.

An administrator raises (or lowers) limits in one file, ``limits.toml`` in the project folder or wherever the
environment variable ``CAHRA_LIMITS`` points: a table ``[upload]`` or ``[local]`` of the names below. The reasons are in
:data:`LIMITS` and in docs/limits.md; a test holds the two together.
"""

from __future__ import annotations

import dataclasses
import os
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

from geo.errors import InputError, LimitExceededError
from geo.messages import Note

NO_LIMIT = 2**62
GATEWAYS = (Note("local"), Note("upload"))
"""Names of the two gateways."""
MB = 1_000_000
GB = 1_000 * MB


@dataclass(frozen=True)
class Gateway:
    """How much one gateway lets in. Sizes are bytes, times seconds; every limit is inclusive.

    Examples
    --------
    >>> UPLOAD.check("sites", 50_000)
    >>> UPLOAD.check("sites", 50_001)
    Traceback (most recent call last):
        ...
    geo.errors.LimitExceededError: 50001 passes the limit 'sites' of the upload gateway. Expected: 50000 at most...
    """

    name: str
    file_bytes: int
    unpacked_bytes: int
    ratio: int
    members: int
    office_members: int
    rows: int
    cells: int
    sites: int
    incidents: int
    sectors: int
    vertices: int
    mend_vertices: int
    edges: int
    road_edges: int
    columns: int
    cell_characters: int
    seconds: float
    child_bytes: int
    raster_bytes: int
    raster_pixels: int
    json_depth: int
    xml_depth: int
    number_digits: int

    def check(self, limit: str, value: float, where: str = "") -> None:
        """Raise :class:`geo.errors.LimitExceededError` when `value` passes the limit called `limit`."""
        most = getattr(self, limit)
        if value > most:
            raise LimitExceededError(
                "{value} passes the limit '{limit}' of the {gateway} gateway.",
                where=where,
                expected=Note("{n} at most", n=str(most)),
                remedy="Split the file, or let an administrator raise the limit in limits.toml (docs/limits.md).",
                value=f"{value:g}" if isinstance(value, float) else str(value),
                limit=limit,
                gateway=Note(self.name),
            )

    def clock(self) -> Clock:
        """A clock that runs out after `seconds`."""
        return Clock(self)

    def for_size(self, size: int) -> Gateway:
        """The gateway for a file of so many bytes: one that the upload gateway takes costs a child no more than there.

        Examples
        --------
        >>> small, large = LOCAL.for_size(20_000_000), LOCAL.for_size(20_000_001)
        >>> small.seconds, small.child_bytes, large == LOCAL
        (60.0, 2000000000, True)
        """
        if size > UPLOAD.file_bytes:
            return self
        seconds, memory = min(self.seconds, UPLOAD.seconds), min(self.child_bytes, UPLOAD.child_bytes)
        return dataclasses.replace(self, seconds=seconds, child_bytes=memory)

    def exhausted(self, where: str) -> LimitExceededError:
        """The error for a file that took more memory or time than there is."""
        return LimitExceededError(
            "Reading the file took more memory or time than the {gateway} gateway allows.",
            where=where,
            expected=Note(
                "{bytes} byte{bytes?|s} and {seconds} second{seconds?|s} at most",
                bytes=self.child_bytes,
                seconds=f"{self.seconds:g}",
            ),
            remedy="Split the file, or let an administrator raise child_bytes or seconds in limits.toml "
            "(docs/limits.md).",
            gateway=Note(self.name),
        )


class Clock:
    """Time left for one file; :meth:`check` raises when there is none."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway, self._start = gateway, time.monotonic()

    def left(self) -> float:
        """Seconds left, not below zero."""
        return max(0.0, self.gateway.seconds - (time.monotonic() - self._start))

    def check(self, where: str = "") -> None:
        """Raise :class:`geo.errors.LimitExceededError` when the time is up."""
        if self.left() <= 0:
            self.gateway.check("seconds", self.gateway.seconds + 1, where)


LIMITS: dict[str, tuple[float, float, str, str]] = {
    # name: (local, upload, unit, reason)
    "file_bytes": (2 * GB, 20 * MB, "bytes", "UCDP's whole CSV is 243 MB; a site list is rarely over 5 MB"),
    "unpacked_bytes": (8 * GB, 100 * MB, "bytes", "a zip of 262 KB was seen to unpack to 180 MB"),
    "ratio": (1000, 100, "unpacked / packed", "real layers pack 3 to 20 times; only bombs pack 1,000 times"),
    "members": (1000, 60, "files in a zip or KMZ", "a zip of boundaries has five levels of up to eight files"),
    "office_members": (5000, 1000, "files inside an XLSX", "a workbook has a part per sheet, style, comment and chart"),
    "rows": (NO_LIMIT, 500_000, "rows of one table", "the largest table that the app draws and filters at ease"),
    "cells": (
        500_000_000,
        5_000_000,
        "rows times columns of one table",
        "a row of two cells in a table of 200 columns costs 200; the whole of UCDP GED has 19 million",
    ),
    "sites": (NO_LIMIT, 50_000, "sites of one list", "50,000 sites by 10,000 incidents take 16 seconds"),
    "incidents": (NO_LIMIT, 500_000, "incidents of one file", "the whole of UCDP GED is 386,000"),
    "sectors": (
        NO_LIMIT,
        20_000,
        "rows of a table of sectors",
        "the DAC's list has a few hundred codes; half a million rows cost 3 seconds",
    ),
    "vertices": (500_000_000, 2_000_000, "vertices of one layer", "72 simplified sub-prefectures have 15,000"),
    "mend_vertices": (
        50_000,
        2_000,
        "vertices of a polygon judged at hand",
        "larger ones go to a child: combs take hours",
    ),
    "edges": (
        20_000_000,
        2_000_000,
        "edges of one layer, cut into pieces for distances",
        "7,000 triangles across the globe are 100 million; all boundaries of a country rarely 100,000",
    ),
    "road_edges": (
        20_000_000,
        150_000,
        "edges of a road network, cut into pieces",
        "a million took the app 12 seconds and a gigabyte",
    ),
    "columns": (2000, 200, "columns of one table", "IPIS has 85, the widest of the known sources"),
    "cell_characters": (131_072, 10_000, "characters of one cell", "the longest real cell seen has 4,000"),
    "seconds": (3600.0, 60.0, "seconds for one file", "a page that is silent for longer looks dead"),
    "child_bytes": (8 * GB, 2 * GB, "bytes of memory of a child process", "native parsers must not take the app along"),
    "raster_bytes": (
        64 * GB,
        20 * MB,
        "bytes of a raster",
        "it is read by windows: WorldPop of the world has some 20 GB",
    ),
    "raster_pixels": (100_000_000, 25_000_000, "pixels of one window", "25 Mpx of float32 is 100 MB"),
    "json_depth": (64, 64, "levels of nesting in JSON", "a MultiPolygon in a FeatureCollection has 8"),
    "xml_depth": (128, 128, "levels of nesting in XML", "KML folders nest by hand, 20 levels at most"),
    "number_digits": (310, 310, "characters of one JSON number", "no double has more; 5,000 digits stall a parser"),
}
"""Every limit: its default at the local and at the upload gateway, unit and reason (bytes in decimal MB and GB)."""


def _defaults(column: int) -> dict[str, float]:
    return {name: (values[0] if column == 0 else values[1]) for name, values in LIMITS.items()}


def load_gateways(path: Path | None = None) -> tuple[Gateway, Gateway]:
    """The local and the upload gateway, with what the file `path` changes.

    Parameters
    ----------
    path
        A TOML file with tables ``[local]`` and ``[upload]``; by default ``$CAHRA_LIMITS``, else ``limits.toml`` in the
        project folder. A file that is not there changes nothing.

    Raises
    ------
    geo.errors.InputError
        An unknown table or limit, or a value that is not a number above zero.
    """
    path = path or Path(os.environ.get("CAHRA_LIMITS") or Path(__file__).resolve().parents[2] / "limits.toml")
    changes: dict[str, dict[str, float]] = {}
    if path.is_file():
        try:
            changes = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
            raise InputError("The file of limits is not TOML.", where=path.name, got=str(fault)) from fault
    faults = [f"[{gateway}]" for gateway in changes if gateway not in ("local", "upload")]
    gateways = []
    for column, gateway in enumerate(("local", "upload")):
        values = _defaults(column)
        given = changes.get(gateway, {})
        if not isinstance(given, dict):
            given = {gateway: 0}
        for limit, value in given.items():
            if limit not in LIMITS or isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
                faults.append(f"[{gateway}] {limit} = {value}")
            else:
                values[limit] = value if limit == "seconds" else int(value)
        gateways.append(Gateway(name=gateway, **values))  # type: ignore[arg-type]
    if faults:
        raise InputError(
            "The file of limits cannot be used.",
            where=path.name,
            expected=Note("numbers above zero in [local] or [upload], named {names}", names=", ".join(LIMITS)),
            got="; ".join(faults),
        )
    return gateways[0], gateways[1]


LOCAL, UPLOAD = load_gateways()
assert {f.name for f in dataclasses.fields(Gateway)} == {"name", *LIMITS}, "every limit of a gateway is described"
