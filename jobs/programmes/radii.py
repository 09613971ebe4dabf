"""The setting for points of programmes that state no radius: ``data/programme_radii.csv``, or the user's own table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from geo.errors import InputError
from geo.programmes.radii import Radius
from jobs.reading_notes import table_entry, whole
from layers.formats import LOCAL, Gateway, read
from layers.formats.values.numbers import parse_numbers
from layers.reference import files
from layers.sources.layer import Fields


@dataclass(frozen=True)
class Radii:
    """The rows in order, none for a setting that assumes nothing, the hash of their table, and what is told of it."""

    rows: tuple[Radius, ...] = ()
    sha256: str = ""
    recorded: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)


@lru_cache(maxsize=1)
def default_radii() -> Radii:
    """The setting that ships with the project.

    Examples
    --------
    >>> [(row.exactness, row.km) for row in default_radii().rows][-2:]
    [('exact', 5.0), ('approximate', 25.0)]
    """
    return replace(read_radii(files.PROGRAMME_RADII), recorded={})


def read_radii(source: bytes | Path, name: str | None = None, *, gateway: Gateway = LOCAL) -> Radii:
    """Columns `exactness` (exact, approximate)`, class, feature` (either blank: any)`, radius_km`.

    Parameters
    ----------
    source
        A path, or the bytes themselves.
    name
        The file's own name; a path has one already.
    gateway
        Which limits hold for the bytes: those of this machine's user or those of a stranger.

    Raises
    ------
    geo.errors.InputError
        A column is missing, or a row has another exactness or no radius: all faults at once.
    """
    table = whole(read(source, name, gateway=gateway))
    fields = Fields(table)
    fields.require("exactness", "radius_km")
    exactness, place_class, feature = (fields.text(c).str.strip() for c in ("exactness", "class", "feature"))
    km = parse_numbers(fields.text("radius_km"))[0]
    rows, faults = [], []
    for row, exact, kind, code, radius in zip(table.row, exactness, place_class, feature, km, strict=True):
        if exact not in ("exact", "approximate") or not 0 < radius < 20_000:
            faults.append(f"row {row}: {exact} {radius:g}")
        else:
            rows.append(Radius(exact, kind, code, float(radius)))
    if faults:
        raise InputError(
            "The table of radii cannot be used.",
            where=table.name,
            expected="exact or approximate, and a radius above 0 km",
            got="; ".join(faults[:10]),
        )
    return Radii(tuple(rows), table.sha256, table_entry("radii", table))
