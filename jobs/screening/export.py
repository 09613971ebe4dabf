"""The files of a screening, as bytes by name: what the command line writes and the page offers.

The same call gives the same bytes; only ``run_at`` of run.json tells the time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np
import pandas as pd

from geo import schema
from geo.messages import Note
from geo.screening.law_schema import EU_RECORD, EU_VOLUMES, LISTINGS
from geo.screening.own_table_schema import GOVERNANCE, NAMED
from geo.screening.schema import (
    CANDIDATES,
    DECIDED,
    FLAGS,
    OF_SEGMENTS,
    PLACES,
    ROUTES,
    SEGMENTS,
)
from geo.table_note import TableNote
from jobs.assessment.export import quadrant_lines, remarks
from jobs.reading_notes import reading_lines, reasons_line
from jobs.result import Content, Later, ResultFiles, Sheet
from jobs.run_record import fingerprint_of
from jobs.screening.carried import with_carried
from jobs.screening.decided import decided, onto, overdue
from jobs.screening.eu_record import eu_volumes
from jobs.screening.labels import FLAGS as FLAG_WORDS
from jobs.screening.listings import by_mineral
from jobs.screening.model import Screening
from jobs.screening.report import report
from jobs.screening.reviews import Reviews
from jobs.screening.screened import screened
from jobs.screening.workbook import workbook
from jobs.table_mark import with_mark
from layers.formats.writers.cells import plain_types
from layers.formats.writers.geojson import geojson_pieces
from layers.formats.writers.xlsx import xlsx_bytes

Answered = TypeVar("Answered", bound=Screening)
XLSX_ROWS = 20_000
"""Longer lists get no workbooks beside the CSV: it would take minutes to write and to open."""


FIRST = ("report.xlsx", "evidence.csv", "screening.geojson", "screening.xlsx", "report.html", "screening.csv")
"""The files that take longest, half of it Arrow's time and half Python's."""


def with_decisions(screening: Answered, store: Reviews) -> Answered:
    """The screening with the newest decision of each row, and their number in the record; no class changes.

    Parameters
    ----------
    screening
        The answers of one run.
    store
        The reviewers' file of decisions.
    """
    table = decided(screening.rows, screening.evidence_of, store)
    counts = {str(k): int(v) for k, v in table["decision"].value_counts().sort_index().items() if k}
    states = {str(k): int(v) for k, v in table["review_state"].value_counts().sort_index().items()}
    late = int(overdue(table, run_day(screening)).sum())
    given = screening.record["inputs"]
    others = [one for one in given if one.get("role") != "reviews"] if isinstance(given, list) else given
    inputs = [*others, *_reviews_entry(store)] if isinstance(others, list) else given  # told once, however often asked
    record = {**screening.record, "inputs": inputs, "decisions": counts, "reviews": {**states, "overdue": late}}
    return replace(screening, rows=onto(screening.rows, table), decided=table, record=record)


def run_day(screening: Screening) -> dt.date:
    """The day of the run (UTC): what was to be done before it is overdue.

    Parameters
    ----------
    screening
        The screening of a list.
    """
    return dt.date.fromisoformat(str(screening.record["run_at"])[:10])


def _reviews_entry(store: Reviews) -> list[dict[str, object]]:
    """The reviewers' file among the inputs, where there is one yet."""
    if not store.path.is_file():
        return []
    print_ = fingerprint_of(store.path)
    version = f"sha256:{str(print_['sha256'])[:12]}"
    return [{"role": "reviews", "file": store.path.name, **print_, "dataset": "reviews", "dataset_version": version}]


def route_lines(screening: Screening) -> np.ndarray:
    """The line of each row of `routes.csv`, None where only countries are known.

    Parameters
    ----------
    screening
        The screening of a list.
    """
    import shapely

    routes = screening.transit.routes
    if not len(routes):
        return np.empty(0, dtype=object)
    accepted = screening.suppliers.rows[screening.suppliers.rows["answer"] == "accepted"]["supplier_id"]
    by_id = dict(zip(accepted.to_numpy(dtype=object), screening.transit.lines, strict=True))
    out = np.full(len(routes), None, dtype=object)
    for i, who in enumerate(routes["supplier_id"].tolist()):
        line = by_id.get(who)
        if line is not None:
            out[i] = shapely.LineString(line if len(line) > 1 else np.vstack([line, line]))
    return out


def result_files(screening: Screening, language: str = "en") -> ResultFiles:
    """All files of a run by name; a page makes only the one that is asked for.

    Parameters
    ----------
    screening
        The screening of a list.
    language
        Code of the reader's language, such as `fr`.
    """

    def own(frame: pd.DataFrame) -> pd.DataFrame:
        return with_carried(frame, screening)

    tables: dict[str, Sheet | Later] = {
        "screening.csv": lambda: (own(screening.rows), screened()),
        "routes.csv": lambda: (own(screening.transit.routes), ROUTES),
        "listings.csv": lambda: (by_mineral(screening.rows), LISTINGS),
        "eu_record.csv": lambda: (own(screening.eu_record), EU_RECORD),
        "eu_volumes.csv": lambda: (eu_volumes(screening.rows), EU_VOLUMES),
        "segments.csv": (screening.transit.segments, SEGMENTS),
        "evidence.csv": (screening.evidence_columns, OF_SEGMENTS),
        "places.csv": (screening.places, PLACES),
        "candidates.csv": (schema.conform(screening.candidates, CANDIDATES), CANDIDATES),
        "rejected.csv": (schema.conform(screening.rejected, schema.REJECTED), schema.REJECTED),
    }
    if screening.changes is not None:
        tables["changes.csv"] = (screening.changes, ())
    if screening.decided is not None:
        tables["decisions.csv"] = (own(screening.decided), DECIDED)
    if screening.named is not None:
        tables["named_actors.csv"] = (screening.named, NAMED)
    if screening.governance is not None:
        tables["governance.csv"] = (screening.governance, GOVERNANCE)

    def rows() -> pd.DataFrame:
        return plain_types(own(screening.rows), screened())

    def marked_routes() -> pd.DataFrame:
        routes = own(screening.transit.routes)
        return with_mark(routes) if screening.record["demonstration"] else routes

    others: dict[str, Callable[[], Content]] = {
        "screening.geojson": lambda: geojson_pieces(rows(), name="screening"),
        "routes.geojson": lambda: geojson_pieces(
            plain_types(marked_routes(), ROUTES), route_lines(screening), name="routes"
        ),
        "report.html": lambda: report(screening, language),
    }
    if len(screening.rows) <= XLSX_ROWS:
        others["screening.xlsx"] = lambda: xlsx_bytes(rows(), sheet="screening")
        others["report.xlsx"] = lambda: workbook(screening, language)
    return ResultFiles(tables, others, {**screening.record, "language": language}, first=FIRST)


def summary(screening: Screening) -> list[Note]:
    """What to say: rows, quadrants, flags, and what the reader should know.

    Parameters
    ----------
    screening
        The screening of a list.
    """
    rows = screening.rows
    account = screening.suppliers.accounting
    inputs = screening.record["inputs"]
    lines = [
        *reading_lines(inputs if isinstance(inputs, list) else []),
        Note(
            "{read} row{read?|s} read, {accepted} screened, {rejected} rejected with a reason (screening.csv has "
            "them all).",
            **account,
        ),
    ]
    bad = rows.loc[rows["answer"] != "accepted", "reason"]
    if len(bad):
        lines.append(Note("Rejected: {reasons}", reasons=reasons_line(bad)))
    good = rows.loc[rows["answer"] == "accepted", ["site_class", "zone_status", *FLAGS]]
    if len(good):
        lines += [Note("Site class x zone status:"), quadrant_lines(good)]
    flags = [(Note(FLAG_WORDS[k]), int(good[k].fillna(False).sum())) for k in FLAGS]
    lines += [TableNote.of((Note("Flag"), Note("Rows")), flags), *remarks(screening.record["report"])]
    compared = screening.record.get("compared")
    if isinstance(compared, dict):
        through: object = ", ".join(f"{k} {v}" for k, v in compared["through"].items()) or Note("nothing")
        lines.append(
            Note(
                "Changed since {folder}: {n} row{n?|s}, through {through} (changes.csv).",
                folder=compared["with"],
                n=compared["changed"],
                through=through,
            )
        )
    reviews = screening.record.get("reviews")
    if isinstance(reviews, dict) and screening.decided is not None and len(screening.decided):
        lines.append(
            Note(
                "{n} row{n?|s} decided on, {reopen} open again for something differs, {overdue} overdue "
                "(decisions.csv).",
                n=len(screening.decided),
                reopen=reviews.get("reopen", 0),
                overdue=reviews["overdue"],
            )
        )
    if screening.named is not None:
        lines.append(
            Note(
                "{n} row{n?|s} {n?has|have} actors of your table near {n?its|their} origin or on "
                "{n?its|their} route: a question, and part of no class (named_actors.csv). Rows of "
                "restricted datasets (ACLED) are not compared.",
                n=screening.named["row"].nunique(),
            )
        )
    if screening.governance is not None:
        lines.append(
            Note(
                "{n} line{n?|s} of your table {n?is|are} about areas of the rows: shown beside, never weighed "
                "(governance.csv).",
                n=len(screening.governance),
            )
        )
    places = screening.places["state"].value_counts()
    if len(places):
        waiting, again = int(places.get("open", 0)), int(places.get("offered_again", 0))
        lines.append(
            Note(
                "{n} name{n?|s} {n?has|have} no place yet, {again} of them {again?was|were} confirmed "
                "for an earlier list: confirm them in places.csv and give it with --places.",
                n=waiting + again,
                again=again,
            )
        )
    guessed = int((screening.transit.routes["route_basis"] == "straight_guess").sum())
    if guessed:
        lines.append(
            Note(
                "{n} route{n?|s} {n?is a straight line|are straight lines}: a guess. "
                "Give --roads for routes on a network.",
                n=guessed,
            )
        )
    return [
        *lines,
        Note("A class is an indication for due diligence, not a conclusion of law; a flag is a question."),
    ]
