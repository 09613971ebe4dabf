"""What reviewers decide, in a local SQLite file: appended, never changed, never deleted.

A decision belongs to a row of a list by what the row says (id, name, country, mineral), so that next Monday's list
finds it again, and only somebody who holds the same row sees it. Nothing here changes a class. The file says whose it
is: on a server it is shared by all readers.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from geo.errors import InputError
from geo.records.place_names import plain
from geo.screening.schema import DECISIONS, ENTRIES
from jobs.screening.decisions import Decision, Standing, keys_of, standing

VARIABLE = "CAHRA_REVIEWS"
"""Environment variable that names the file; by default `reviews.sqlite` in the user's own data folder."""
OWNER = "CAHRA_REVIEWS_OWNER"
"""Environment variable that names whose file it is; written down with the first decision."""
MOST_TEXT = 4_000
"""Characters of a note that are kept."""
APPLICATION_ID = 0x43414852  # "CAHR"

_TABLES = """
CREATE TABLE IF NOT EXISTS decision (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    row_key TEXT NOT NULL,
    supplier_id TEXT NOT NULL,
    decision TEXT NOT NULL,
    note TEXT NOT NULL,
    reviewer TEXT NOT NULL,
    decided_at TEXT NOT NULL,
    site_class TEXT NOT NULL,
    zone_status TEXT NOT NULL,
    as_of TEXT NOT NULL,
    rules_hash TEXT NOT NULL,
    list_sha256 TEXT NOT NULL,
    details TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS decision_of_row ON decision (row_key, number);
CREATE TABLE IF NOT EXISTS belongs (
    number INTEGER PRIMARY KEY CHECK (number = 1),
    owner TEXT NOT NULL
);
CREATE TRIGGER IF NOT EXISTS decision_stays BEFORE UPDATE ON decision
    BEGIN SELECT RAISE(ABORT, 'decisions are never changed'); END;
CREATE TRIGGER IF NOT EXISTS decision_is_kept BEFORE DELETE ON decision
    BEGIN SELECT RAISE(ABORT, 'decisions are never deleted'); END;
"""
_COLUMNS = "supplier_id, decision, note, reviewer, decided_at, site_class, zone_status, as_of, rules_hash, list_sha256"
_COLUMNS += ", details"


def default_path() -> Path:
    """Where the file is when nothing else is said."""
    named = os.environ.get(VARIABLE, "")
    if named:
        return Path(named)
    base = os.environ.get("XDG_DATA_HOME", "") or str(Path.home() / ".local" / "share")
    return Path(base) / "cahra-atlas" / "reviews.sqlite"


def _decision(number: int, values: Sequence[Any]) -> Decision:
    try:
        details = json.loads(values[-1]) if values[-1] else {}
        int(details.get("refers", 0))
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise InputError("The file is no file of decisions.", where=f"decision {number}") from None
    return replace(Decision(*values[:-1]), details=details, number=number)


def _renew(base: sqlite3.Connection) -> None:
    """Files of earlier versions: the class had another name, and there were no details; no decision changes."""
    columns = {row[1] for row in base.execute("PRAGMA table_info(decision)")}
    if "overall_class" in columns:
        base.execute("ALTER TABLE decision RENAME COLUMN overall_class TO site_class")
        base.commit()
    if columns and "details" not in columns:
        base.execute("ALTER TABLE decision ADD COLUMN details TEXT NOT NULL DEFAULT ''")
        base.commit()


class Reviews:
    """The file of decisions; made at the first decision.

    Parameters
    ----------
    path
        The file; by default :func:`default_path`.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self.path = Path(path) if path is not None else default_path()

    @contextmanager
    def _open(self, *, write: bool = False) -> Iterator[sqlite3.Connection | None]:
        """A connection of its own for every use; None where there is no file yet and nothing is written."""
        if not write and not self.path.is_file():
            yield None
            return
        try:
            if write:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                if not self.path.exists():
                    os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            with closing(sqlite3.connect(self.path, timeout=10)) as base:
                found = base.execute("PRAGMA application_id").fetchone()[0]
                used = base.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
                if used and found != APPLICATION_ID:
                    raise InputError("The file is no file of decisions.", where=self.path.name)
                if used:
                    _renew(base)
                if write:
                    base.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                    base.executescript(_TABLES)
                    self._claim(base)
                elif not used:
                    yield None
                    return
                with base:
                    yield base
        except (sqlite3.Error, OSError) as error:
            raise InputError(
                "The file of decisions cannot be used.",
                where=self.path.name,
                got=type(error).__name__,
                remedy="Choose another file, or see that it can be written.",
            ) from error

    opened = _open

    def _claim(self, base: sqlite3.Connection) -> None:
        """Writes down whose file it is; raises where the server says another owner than the file."""
        named = os.environ.get(OWNER, "").strip()[:200]
        found = base.execute("SELECT owner FROM belongs").fetchone()
        if found and named and found[0] != named:
            raise InputError(
                "The file of decisions belongs to someone else.", where=self.path.name, expected=named, got=found[0]
            )
        if named and not found:
            base.execute("INSERT INTO belongs (number, owner) VALUES (1, ?)", (named,))

    def owner(self) -> str:
        """Whose file it is: what the file says, else what the server says it will be; blank where neither does."""
        with self._open() as base:
            if base is not None and base.execute("SELECT 1 FROM sqlite_master WHERE name = 'belongs'").fetchone():
                found = base.execute("SELECT owner FROM belongs").fetchone()
                if found:
                    return str(found[0])
        return os.environ.get(OWNER, "").strip()[:200]

    def decide(
        self, rows: pd.DataFrame, decision: str, note: str, reviewer: str, *, record: Mapping[str, object],
        details: Mapping[str, Mapping[str, Any]] | None = None, now: dt.datetime | None = None,
    ) -> None:  # fmt: skip
        """Keeps one decision for every row given (of :data:`geo.screening.schema.SCREENED`).

        Parameters
        ----------
        details
            By supplier, what else is kept: the answers and evidence that it was made on, findings on risks, action,
            owner, day, documents (:mod:`jobs.screening.decided`).
        rows
            Screened rows that are decided on together.
        decision
            One of :data:`geo.screening.schema.DECISIONS`.
        note
            Why, in the reviewer's words; cut at :data:`MOST_TEXT`.
        reviewer
            Name of who decides.
        record
            Run record of the screening: the hashes of its rules and of its list are kept with the decision.
        now
            When it is decided; None: now.

        Raises
        ------
        InputError
            The decision is not one of :data:`geo.screening.schema.DECISIONS`, or nobody is named.
        """
        if decision not in DECISIONS:
            raise InputError("The decision is not known.", expected=", ".join(DECISIONS), got=decision[:80])
        if decision == "note" and not note.strip():
            raise InputError("A note needs a text.")
        self._append(rows, decision, note, reviewer, record, details or {}, now)

    def sign(self, row: pd.DataFrame, reviewer: str, note: str = "", *, record: Mapping[str, object],
             now: dt.datetime | None = None) -> None:  # fmt: skip
        """A second person signs the decision of one row off.

        Parameters
        ----------
        row
            The screened row, as a frame of one.
        reviewer
            Name of who signs; another person than who decided.
        note
            A remark; cut at :data:`MOST_TEXT`.
        record
            Run record of the screening: the hashes of its rules and of its list are kept with the entry.
        now
            When it is signed; None: now.

        Raises
        ------
        InputError
            There is no decision, or the same person made it.
        """
        held = self._in_force(row)
        if plain(held.reviewer) == plain(reviewer):
            raise InputError("A decision is signed off by a second person.", expected="another name", got=reviewer[:80])
        refers = {str(row["supplier_id"].iloc[0]): {"refers": held.number}}
        self._append(row, "sign", note, reviewer, record, refers, now)

    def withdraw(self, row: pd.DataFrame, reviewer: str, note: str, *, record: Mapping[str, object],
                 now: dt.datetime | None = None) -> None:  # fmt: skip
        """The decision of one row no longer holds; it stays in the history.

        Parameters
        ----------
        row
            The screened row, as a frame of one.
        reviewer
            Name of who withdraws it.
        note
            Why; it must be said.
        record
            Run record of the screening: the hashes of its rules and of its list are kept with the entry.
        now
            When it is withdrawn; None: now.

        Raises
        ------
        InputError
            There is no decision, or no reason is given.
        """
        held = self._in_force(row)
        if not note.strip():
            raise InputError("A decision is withdrawn with the reason.", expected="a note")
        refers = {str(row["supplier_id"].iloc[0]): {"refers": held.number}}
        self._append(row, "withdraw", note, reviewer, record, refers, now)

    def _in_force(self, row: pd.DataFrame) -> Decision:
        held = standing(self.history(keys_of(row)[0])).decision
        if held is None:
            raise InputError("The row has no decision.", got=str(row["supplier_id"].iloc[0])[:80])
        return held

    def _append(
        self, rows: pd.DataFrame, entry: str, note: str, reviewer: str, record: Mapping[str, object],
        details: Mapping[str, Mapping[str, Any]], now: dt.datetime | None,
    ) -> None:  # fmt: skip
        assert entry in ENTRIES
        if not reviewer.strip():
            raise InputError("A decision needs the name of who decides.", expected="a name")
        if "answer" in rows and (rows["answer"] == "rejected").any():
            raise InputError("A row that was not screened cannot be decided on.", got=str(rows["supplier_id"].iloc[0]))
        clock = (now or dt.datetime.now(dt.UTC)).astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        hash_, digest = _known_by(record)
        days = rows["as_of"].dt.strftime("%Y-%m-%d").fillna("")
        values = [
            (key, who, entry, note.strip()[:MOST_TEXT], reviewer.strip()[:200], clock, cls, zone, day, hash_, digest,
             json.dumps(dict(details.get(str(who), {})), ensure_ascii=False, sort_keys=True))
            for key, who, cls, zone, day in zip(
                keys_of(rows), rows["supplier_id"], rows["site_class"], rows["zone_status"], days, strict=True
            )
        ]  # fmt: skip
        with self._open(write=True) as base:
            assert base is not None
            marks = ",".join("?" * 12)
            base.executemany(f"INSERT INTO decision (row_key, {_COLUMNS}) VALUES ({marks})", values)  # noqa: S608

    def history(self, key: str) -> list[Decision]:
        """Every entry on a row, the oldest first.

        Parameters
        ----------
        key
            Key of the row (:func:`jobs.screening.decisions.row_key`).
        """
        return self.histories([key]).get(key, [])

    def histories(self, keys: Sequence[str]) -> dict[str, list[Decision]]:
        """Every entry on each of the rows that has some, the oldest first.

        Parameters
        ----------
        keys
            Keys of rows (:func:`jobs.screening.decisions.row_key`).
        """
        wanted, out = set(keys), dict[str, list[Decision]]()
        with self._open() as base:
            if base is None:
                return {}
            for key, number, *values in base.execute(
                f"SELECT row_key, number, {_COLUMNS} FROM decision ORDER BY number"  # noqa: S608
            ):
                if key in wanted:
                    out.setdefault(key, []).append(_decision(number, values))
        return out

    def latest(self, keys: Sequence[str]) -> dict[str, Standing]:
        """How the decisions stand of each key that has some.

        Parameters
        ----------
        keys
            Keys of rows (:func:`jobs.screening.decisions.row_key`).
        """
        return {key: standing(entries) for key, entries in self.histories(keys).items()}


def _known_by(record: Mapping[str, object]) -> tuple[str, str]:
    """Hash of the rules and of the list out of a run record."""
    rules, inputs = record.get("rules"), record.get("inputs")
    hash_ = str(rules.get("hash", "")) if isinstance(rules, dict) else ""
    lists = [i for i in inputs if i.get("role") == "suppliers"] if isinstance(inputs, list) else []
    return hash_, str(lists[0].get("sha256", "")) if lists else ""
