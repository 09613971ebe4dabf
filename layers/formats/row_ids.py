"""Small words about rows, for reports; without pandas, since children that parse files need them at once."""

from __future__ import annotations

ID_COLUMNS = (
    "site_id",
    "id",
    "event_id_cnty",
    "pcode",
    "vid",
    "supplier_id",
    "programme_id",
    "shapeid",
    "icglrid",
    "fid",
    "code",
)
"""Columns that are taken for a row's id in reports, by priority; compared in lower case."""


def shorten(text: str, most: int = 80) -> str:
    """`text` cut to `most` characters, control characters made visible, for reports."""
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[: most + 1])
    return text if len(text) <= most else text[: most - 1] + "…"


def id_of(names: list[str]) -> int | None:
    """Position of the column that holds a row's id, None when none is known by name."""
    low = [n.strip().lower() for n in names]
    return next((low.index(known) for known in ID_COLUMNS if known in low), None)
