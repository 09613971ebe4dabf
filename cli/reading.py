"""What the options say of files that the files do not say themselves, and what is said of files that cannot be read."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from geo.errors import CahraError

if TYPE_CHECKING:
    from layers.sources.read_options import Wishes


def add_reading(to: argparse.ArgumentParser) -> None:
    """The options that say of a file what it does not say itself; ``FILE:`` before a value: of that file alone."""
    several: Any = {"action": "append", "default": []}
    named: Any = {"nargs": "?", "const": "", "metavar": "FILE", **several}
    to.add_argument("--map", metavar="[FILE:]FIELD=COLUMN", help="a column by hand; may be repeated", **several)
    to.add_argument("--sheet", metavar="[FILE:]NAME", help="sheet of a workbook", **several)
    to.add_argument("--layer", metavar="[FILE:]NAME", help="layer of a GeoPackage or zip", **several)
    to.add_argument("--swap", help="longitude and latitude stand in each other's place", **named)
    to.add_argument("--areas-as-points", help="a point inside stands for an area, half its extent as error", **named)
    to.add_argument("--level", metavar="[FILE:]N", help="level of boundaries that do not state one: 0 to 3", **several)
    to.add_argument("--header-row", metavar="[FILE:]N", help="row of the header, counted from 1", **several)
    to.add_argument("--crs", metavar="[FILE:]35S|EPSG:N", help="UTM zone or system of coordinates in metres", **several)
    to.add_argument("--dates", choices=("day", "month"), help="what comes first in dates like 03/04/2020")
    to.add_argument("--decimal", choices=(",", "."), help="decimal sign of numbers")


def wishes(args: argparse.Namespace) -> Wishes:
    """What the options of :func:`add_reading` say."""
    from layers.sources.read_options import Wishes

    return Wishes.parse(
        columns=args.map,
        sheet=args.sheet,
        layer=args.layer,
        swap=args.swap,
        areas_as_points=args.areas_as_points,
        level=args.level,
        header_row=args.header_row,
        crs=args.crs,
        day_first={"day": True, "month": False}.get(args.dates),
        decimal=args.decimal or "",
    )


def write_rejected(error: CahraError, out: str | None) -> None:
    """Where a file had no usable row: its rows with their reasons into rejected.csv, and the first in words."""
    from layers.sources.layer import NoUsableRowError

    if not isinstance(error, NoUsableRowError):
        return
    from geo.schema import REJECTED
    from jobs.reading_notes import first_reasons
    from jobs.result_folder import leave_rejected
    from layers.formats.writers.cells import plain_types
    from layers.formats.writers.delimited import csv_bytes

    for line in first_reasons(error.rejected):
        print(line, file=sys.stderr)
    if out is not None:
        where = leave_rejected(out, csv_bytes(plain_types(error.rejected, REJECTED))[0])
        print(f"Every row with its reason: {where}", file=sys.stderr)
