"""Places that somebody confirmed, kept in the reviewers' file and offered again with the next list; never taken.

The table only grows: what is confirmed later for the same name stands before, and nothing is changed or deleted.
"""

from __future__ import annotations

from collections.abc import Mapping

from geo.errors import InputError
from jobs.screening.places import NONE, Confirmation
from jobs.screening.reviews import Reviews

_TABLE = """
CREATE TABLE IF NOT EXISTS place (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    question TEXT NOT NULL,
    match_id TEXT NOT NULL,
    confirmed_by TEXT NOT NULL,
    confirmed_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS place_of_question ON place (question, number);
CREATE TRIGGER IF NOT EXISTS place_stays BEFORE UPDATE ON place
    BEGIN SELECT RAISE(ABORT, 'confirmed places are never changed'); END;
CREATE TRIGGER IF NOT EXISTS place_is_kept BEFORE DELETE ON place
    BEGIN SELECT RAISE(ABORT, 'confirmed places are never deleted'); END;
"""


def remember(store: Reviews, confirmations: Mapping[str, Confirmation]) -> None:
    """Keeps confirmations by question; those for one row alone, and those without a name, are not kept.

    Parameters
    ----------
    store
        The reviewers' file, in which places are kept too.
    confirmations
        Confirmations by question, or by row.
    """
    lines = [(key, c.match_id, c.by, c.at) for key, c in confirmations.items() if "|" in key and c.by]
    if not lines:
        return
    with store.opened(write=True) as base:
        if base is None:
            raise InputError("The file of decisions cannot be used.", where=store.path.name)
        base.executescript(_TABLE)
        base.executemany("INSERT INTO place (question, match_id, confirmed_by, confirmed_at) VALUES (?,?,?,?)", lines)


def remembered(store: Reviews) -> dict[str, Confirmation]:
    """The newest confirmation of every name, by question; "none of these" is not offered again.

    Parameters
    ----------
    store
        The reviewers' file, in which places are kept too.
    """
    with store.opened() as base:
        if base is None or not base.execute("SELECT 1 FROM sqlite_master WHERE name = 'place'").fetchone():
            return {}
        found = base.execute("SELECT question, match_id, confirmed_by, confirmed_at FROM place ORDER BY number")
        newest = {key: Confirmation(match, by, at) for key, match, by, at in found}
    return {key: confirmation for key, confirmation in newest.items() if confirmation.match_id != NONE}
