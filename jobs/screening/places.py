"""The queue of places: distinct names of a list once, what somebody confirmed for each, and nothing by itself.

A confirmation holds for all rows of a name (with its country and unit), or for one row alone. It names who made it and
when (UTC). One that was made for an earlier list is offered again and counts only when it is confirmed again, or when
the user gives the table of places with the list.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import schema
from geo.errors import InputError
from geo.records.place_names import fold, plain
from geo.screening.schema import PLACES
from jobs.reading_notes import table_entry, whole
from layers.formats import LOCAL, Gateway, read
from layers.formats.writers.spreadsheet_guard import restore

NONE = "none_of_these"
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Confirmation:
    """What somebody said of a name: the id of a candidate, or :data:`NONE`; `at` is UTC."""

    match_id: str
    by: str = ""
    at: str = ""

    @classmethod
    def now(cls, match_id: str, by: str, clock: dt.datetime | None = None) -> Confirmation:
        """One that is made now.

        Parameters
        ----------
        match_id
            Id of the candidate, or :data:`NONE`.
        by
            Who confirms it, by name.
        clock
            When; None: now.

        Raises
        ------
        geo.errors.InputError
            Nobody is named.
        """
        if not by.strip():
            raise InputError("A confirmed place needs the name of who confirms it.", expected="a name")
        at = (clock or dt.datetime.now(dt.UTC)).astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return cls(match_id, by.strip()[:200], at)


Confirmations = Mapping[str, Confirmation]
"""By question, or by :func:`row_key` for one row alone."""


def question(part: str, name: str, country: str, admin1: str, admin2: str) -> str:
    """What is asked for, folded: rows that ask the same are asked once.

    Parameters
    ----------
    part
        `origin` or `destination`.
    name
        The name as the list has it.
    country
        ISO 3166 alpha-3; blank: anywhere.
    admin1
        The region as stated; blank where not.
    admin2
        The district as stated; blank where not.

    Examples
    --------
    >>> question("origin", "Kalimbi (Nyabibwe)", "COD", "Sud-Kivu", "")
    'origin|kalimbi (nyabibwe)|COD|sud kivu|'
    """
    return "|".join((part, plain(name), country, fold(admin1), fold(admin2)))


def row_key(supplier_id: str, part: str = "origin") -> str:
    """The key of a confirmation for one row alone.

    Parameters
    ----------
    supplier_id
        Id of the row in the list.
    part
        `origin` or `destination`.
    """
    return f"{part}:{supplier_id}"


@dataclass(frozen=True)
class Questions:
    """The distinct names of a list.

    Parameters
    ----------
    table
        `question, part, name, country, admin1, admin2, rows`, in the order in which the list first asks.
    of
        By part, the question of each row of the list (blank: it asks nothing).
    """

    table: pd.DataFrame
    of: dict[str, Texts] = field(default_factory=dict)


def questions(rows: pd.DataFrame, origins: npt.NDArray[np.bool_], ends: npt.NDArray[np.bool_]) -> Questions:
    """The names that have no place: those of `origins`, and of destinations (`ends`; they are sought anywhere).

    Parameters
    ----------
    rows
        Accepted rows of :data:`geo.screening.schema.SUPPLIERS`.
    origins
        One flag a row: its origin has no position.
    ends
        One flag a row: its destination has no position.
    """
    parts, of = [], {}
    blank = np.full(len(rows), "", dtype=object)
    for part, wanted, columns in (
        ("origin", origins, ("site_name", "country", "admin1", "admin2")),
        ("destination", ends, ("destination", "", "", "")),
    ):
        at = np.flatnonzero(wanted & (rows[columns[0]] != "").to_numpy())
        cells = [rows[c].to_numpy(dtype=object)[at] if c else blank[at] for c in columns]
        distinct: dict[tuple[str, ...], str] = {}
        keys = blank.copy()
        for i, values in zip(at, zip(*cells, strict=True), strict=True):
            if values not in distinct:
                distinct[values] = question(part, *map(str, values))
            keys[i] = distinct[values]
        of[part] = keys
        frame = pd.DataFrame(dict(zip(("name", "country", "admin1", "admin2"), cells, strict=True)))
        parts.append(frame.assign(question=keys[at], part=part))
    whole = pd.concat(parts, ignore_index=True)
    counts = whole["question"].value_counts()
    table = whole.drop_duplicates("question").reset_index(drop=True)
    return Questions(table.assign(rows=table["question"].map(counts).fillna(0).astype("int64")), of)


def confirmed_for(
    rows: pd.DataFrame, asked: Questions, part: str, given: Confirmations, own: str
) -> tuple[list[Confirmation | None], Texts]:
    """What counts for each row: its own cell (column `own`), else what was said of the row, else of its name.

    Parameters
    ----------
    rows
        Accepted rows of the list.
    asked
        The distinct names of the list.
    part
        `origin` or `destination`.
    given
        Confirmations by question, or by row.
    own
        Column of the list that names a candidate for the row itself.
    """
    keys = asked.of[part]
    ids, cells = rows["supplier_id"].to_numpy(dtype=object), rows[own].to_numpy(dtype=object)
    out: list[Confirmation | None] = []
    for who, key, cell in zip(ids, keys, cells, strict=True):
        if not key:
            out.append(None)
        elif cell:
            out.append(Confirmation(str(cell)))
        else:
            out.append(given.get(row_key(str(who), part)) or given.get(str(key)))
    return out, keys


def queue(
    rows: pd.DataFrame,
    asked: Questions,
    found: pd.DataFrame,
    known: pd.DataFrame,
    given: Confirmations,
    earlier: Confirmations | None = None,
) -> pd.DataFrame:
    """Rows of :data:`geo.screening.schema.PLACES`: each question, and each row that was answered alone.

    Parameters
    ----------
    found
        The candidates of the questions.
    earlier
        Confirmations of earlier lists: offered again, never taken.
    rows
        Accepted rows of the list.
    asked
        The distinct names of the list.
    known
        Rows of :func:`jobs.screening.gazetteer.gazetteer`.
    given
        Confirmations by question, or by row, that count.
    """
    count = found["question"].value_counts()
    score = {(q, m): s for q, m, s in zip(found["question"], found["match_id"], found["score"], strict=True)}
    place = known.drop_duplicates("match_id").set_index("match_id")
    earlier = earlier or {}
    lines: list[dict[str, object]] = []

    def line(q: dict[str, object], confirmation: Confirmation | None, state: str, who: str = "") -> dict[str, object]:
        out = {**q, "supplier_id": who, "state": state, "candidates": int(count.get(str(q["question"]), 0))}
        if confirmation is None:
            return out
        out |= {"confirmed_by": confirmation.by, "confirmed_at": confirmation.at}
        if confirmation.match_id in place.index:
            p = place.loc[confirmation.match_id]
            out |= {"match_name": p["name"], "match_kind": p["kind"], "match_unit": p["admin2"] or p["admin1"]}
            out |= {"match_lon": p["lon"], "match_lat": p["lat"]}
        if confirmation.match_id != NONE:
            out |= {
                "match_id": confirmation.match_id,
                "score": score.get((str(q["question"]), confirmation.match_id), np.nan),
            }
        return out

    by_question = {str(q["question"]): {str(k): v for k, v in q.items()} for q in asked.table.to_dict("records")}
    for key, q in by_question.items():
        confirmed = given.get(key)
        if confirmed is not None:
            lines.append(line(q, confirmed, NONE if confirmed.match_id == NONE else "confirmed"))
        else:
            before = earlier.get(key)
            lines.append(line(q, before, "open" if before is None else "offered_again"))
    for part, keys in asked.of.items() if given else ():
        for who, key in zip(rows["supplier_id"], keys, strict=True):
            alone = given.get(row_key(str(who), part))
            if key and alone is not None:
                state = NONE if alone.match_id == NONE else "confirmed"
                lines.append(line({**by_question[str(key)], "rows": 1}, alone, state, str(who)))
    return schema.conform(pd.DataFrame(lines), PLACES) if lines else schema.empty(PLACES)


def confirmations_of(table: pd.DataFrame, where: str) -> dict[str, Confirmation]:
    """What a table of places confirms; open lines say nothing.

    Parameters
    ----------
    table
        Rows in the columns of places.csv.
    where
        Name of the file, for errors.

    Raises
    ------
    geo.errors.InputError
        A line confirms a place and does not say which, or who says so.
    """
    out: dict[str, Confirmation] = {}
    for number, r in enumerate(table.to_dict("records"), start=2):
        state = str(r["state"])
        if state not in ("confirmed", NONE):
            continue
        match = NONE if state == NONE else str(r["match_id"]).strip()
        if not match or not str(r["confirmed_by"]).strip():
            raise InputError(
                "A line of the table of places does not say which place, or who confirms it.",
                where=f"{where}, row {number}",
                expected="match_id, confirmed_by",
                got=str(r["name"])[:80],
            )
        confirmation = Confirmation(match, str(r["confirmed_by"]).strip()[:200], str(r["confirmed_at"]).strip()[:40])
        part, who = str(r["part"]) or "origin", str(r["supplier_id"])
        cells = [str(r[n]) for n in ("name", "country", "admin1", "admin2")]
        out[row_key(who, part) if who else question(part, *cells)] = confirmation
    return out


@dataclass(frozen=True)
class PlaceTable:
    """A table of places as given: what it confirms, and what the record says of its file."""

    confirmed: dict[str, Confirmation]
    entry: dict[str, object]


def read_places(source: object, name: str, gateway: Gateway = LOCAL) -> PlaceTable:
    """The table that an earlier run wrote as places.csv, or one of the same columns.

    Parameters
    ----------
    source
        A path, or the bytes themselves.
    name
        The file's own name.
    gateway
        Which limits hold for the bytes: those of this machine's user or those of a stranger.

    Raises
    ------
    geo.errors.InputError
        It lacks a column, or a line confirms a place and does not say which or who.
    """
    table = whole(read(source, name, purpose="table", gateway=gateway))  # type: ignore[arg-type]
    frame = restore(table.frame)
    needed: Sequence[str] = ("name", "state", "match_id", "confirmed_by")
    missing = [c for c in needed if c not in frame]
    if missing:
        raise InputError(
            "The file is no table of places.", where=name, expected=", ".join(needed), got=", ".join(missing)
        )
    frame = frame.reindex(columns=[c.name for c in PLACES], fill_value="").fillna("").astype(str)
    confirmations = confirmations_of(frame, name)
    return PlaceTable(
        confirmations, table_entry("places", table, len(confirmations), not_confirmed=len(frame) - len(confirmations))
    )
