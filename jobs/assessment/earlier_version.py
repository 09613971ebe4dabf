"""Results that version 0.1 wrote: they are recognised and said to be that, never read as something else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from geo.errors import InputError

GONE = ("overall_class", "local_class")
"""Columns of version 0.1 that version 2 of the rules has no equal of."""


def refuse_version_1(columns: Iterable[str], record: Any, where: str) -> None:
    """Raises where a table of sites or of a screening, or its run record, is of version 0.1.

    The class that it calls overall mixed site and district; nothing of version 2 is comparable to it, and its rules
    cannot be asked any more.

    Parameters
    ----------
    columns
        Names of the columns of the table.
    record
        The run record, as `run.json` has it.
    where
        The file or folder, for the error.

    Raises
    ------
    InputError
        Says what the result is and what to do.
    """
    old = [name for name in GONE if name in set(columns)]
    rules = record.get("rules") if isinstance(record, dict) else None
    version = str(rules.get("version", "")) if isinstance(rules, dict) else ""
    if old or version == "1":
        raise InputError(
            "This result is of version 0.1 (rules version 1): its overall class, which mixed the site with its "
            "district, gave way to site_class and area_class.",
            where=where,
            expected="site_class, area_class",
            got=", ".join(old) or "rules version 1",
            remedy="Run the same inputs again with this version; check an old result with the version in its run.json.",
        )
