"""What of a screening follows from its own evidence, tables and run record, and what only a new run proves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from shapely.geometry import shape

from geo import schema
from geo.screening.law_schema import EU_VOLUMES, LISTINGS
from geo.screening.schema import CANDIDATES, FLAGS, OF_SEGMENTS, ROUTES, SEGMENTS, SUPPLIER_ID
from jobs.accounts import OF_REJECTED, check_accounts, check_counts, check_neutralised
from jobs.assessment.coverage_checks import same_version
from jobs.assessment.cross_checks import cross_checks
from jobs.assessment.export import quadrants
from jobs.assessment.verify import by_rule, derived_columns, open_columns, open_evidence, recorded_rules
from jobs.read_back import ROWS, WHOLE, Derived, DifferenceError, same, typed
from jobs.screening.answers import FROM_ROUTES
from jobs.screening.eu_record import eu_volumes
from jobs.screening.flags import set_flags
from jobs.screening.listings import by_mineral
from jobs.screening.screened import screened
from jobs.table_mark import with_mark
from layers.formats.writers.cells import plain_types
from layers.formats.writers.geojson import geojson_bytes
from layers.formats.writers.xlsx import xlsx_bytes

EVIDENCE = (
    SUPPLIER_ID,
    schema.Column("part", "text", "of what it is evidence"),
    *(c for c in schema.EVIDENCE if c.name not in ("site_id", "source")),
    *OF_SEGMENTS,
)
ONLY_AGAIN = (
    "report.html", "report.xlsx", "places.csv", "eu_record.csv", "changes.csv", "decisions.csv", "named_actors.csv",
    "governance.csv",
)  # fmt: skip
"""Files of which nothing is derived here."""
HELD = ("rules", "suppliers", "sites", "counts", "answered_at", "routes", "flags", "decisions")
"""Members of the run record that the tables give."""
OF_ROUTES = {"route_basis": "route_basis", **{ours: theirs for theirs, ours in FROM_ROUTES.items()}}
"""Columns of the list that repeat one of its route."""


def derive(files: Mapping[str, bytes], record: Mapping[str, Any]) -> Derived:
    """Holds the tables of a screening against its evidence, its record and each other.

    Parameters
    ----------
    files, record
        As :func:`jobs.verification.derived` takes them.

    Raises
    ------
    DifferenceError
        The first thing that does not follow.
    """
    tables = {
        name: typed(files[name], name, table, carried=name in ("screening.csv", "routes.csv"))
        for name, table in (
            ("screening.csv", screened()), ("routes.csv", ROUTES), ("segments.csv", SEGMENTS),
            ("evidence.csv", EVIDENCE), ("candidates.csv", CANDIDATES), ("rejected.csv", schema.REJECTED),
        )
    }  # fmt: skip
    rows, evidence = tables["screening.csv"], tables["evidence.csv"]
    written = plain_types(rows, screened())
    if files["screening.geojson"] != geojson_bytes(written, name="screening"):
        raise DifferenceError("screening.geojson is not what screening.csv says")
    if "screening.xlsx" in files and files["screening.xlsx"] != xlsx_bytes(written, sheet="screening"):
        raise DifferenceError("screening.xlsx is not what screening.csv says")
    good = rows[rows["answer"] == "accepted"].reset_index(drop=True)
    check_neutralised(files, record)
    check_accounts(tables["rejected.csv"], record, elsewhere=("suppliers",))
    _counts(rows, good, tables["routes.csv"], record)
    _routes(good, tables["routes.csv"])
    _flags(good)
    rules = recorded_rules(record)
    origin = evidence[(evidence["part"] == "origin") & evidence["rule"].isin([*rules.ids, ""])]
    origin = origin.rename(columns={"supplier_id": "site_id"}).assign(source="")  # its index counts rows of the file
    sites = good.assign(site_id=good["supplier_id"], source="")
    by_rule(origin, rules, sites)
    derived = derived_columns(sites, origin, rules, record)
    held = cross_checks(sites, origin, rules, record)
    _made_of_rows(files, rows, tables["routes.csv"], record)
    again = () if same_version(record) else ("listings.csv", "eu_volumes.csv")
    given = {*OF_ROUTES, "supplier_id", "answer", *FLAGS} - {"flag_false_origin"}
    return Derived(
        int(derived["site_class"].isna().sum()),
        {
            "screening.csv": open_columns(sites, screened(), derived, held, given),
            "evidence.csv": (
                "supplier_id",
                "part",
                *open_evidence(held),
                "every column (of routes)",
                f"{ROWS} (of routes)",
            ),
            "routes.csv": tuple(c.name for c in ROUTES if c.name not in OF_ROUTES.values()),
            "segments.csv": tuple(c.name for c in SEGMENTS),
            "candidates.csv": tuple(c.name for c in CANDIDATES),
            "routes.geojson": ("geometry",),
            "rejected.csv": OF_REJECTED,
            **{name: WHOLE for name in sorted(files) if name in (*ONLY_AGAIN, *again)},
        },
        HELD,
    )


def _made_of_rows(
    files: Mapping[str, bytes], rows: pd.DataFrame, routes: pd.DataFrame, record: Mapping[str, Any]
) -> None:
    """Files that are made of the list and its routes alone are made again; of routes.geojson all but its lines."""
    features = json.loads(files["routes.geojson"])["features"]
    lines = np.array([shape(f["geometry"]) if f["geometry"] else None for f in features], dtype=object)
    marked = with_mark(routes) if record.get("demonstration") else routes
    made = geojson_bytes(plain_types(marked, ROUTES), lines, name="routes") if len(lines) == len(routes) else b""
    if made != files["routes.geojson"]:
        raise DifferenceError("routes.geojson is not what routes.csv says")
    if not same_version(record):  # the tables of laws may be other ones
        return
    for name, table, make in (("listings.csv", LISTINGS, by_mineral), ("eu_volumes.csv", EU_VOLUMES, eu_volumes)):
        have, want = typed(files[name], name, table), make(rows)
        if len(have) != len(want):
            raise DifferenceError(f"{name} has {len(have)} rows, screening.csv gives {len(want)}")
        for column in have.columns:
            for line, (one, other) in enumerate(zip(have[column], want[column], strict=True), 2):
                if not same(one, other):
                    raise DifferenceError(f"{name}: line {line}: {column} is {one}, screening.csv gives {other}")


def _counts(rows: pd.DataFrame, good: pd.DataFrame, routes: pd.DataFrame, record: Mapping[str, Any]) -> None:
    counts = quadrants(good)
    answers = rows["answer"].value_counts()
    account = {"read": len(rows)} | {k: int(answers.get(k, 0)) for k in ("accepted", "rejected")}
    check_counts(
        record,
        (
            ("suppliers", account),
            ("sites", len(good)),
            ("counts", {str(c): {str(k): int(v) for k, v in counts.loc[c].items()} for c in counts.index}),
            ("answered_at", _tally(good["answer_level"])),
            ("routes", _tally(routes["route_basis"])),
            ("flags", {name: int(good[name].fillna(False).sum()) for name in FLAGS}),
        ),
    )
    if "decisions" in record:
        decided = {k: v for k, v in _tally(rows["decision"]).items() if k}
        check_counts(record, [("decisions", decided)])
    if bool(rows["demonstration"].fillna(False).any()) and not record.get("demonstration"):
        raise DifferenceError("run.json: demonstration is not said, though rows of it are in the list")


def _routes(good: pd.DataFrame, routes: pd.DataFrame) -> None:
    """What the list says of each route is what its route says."""
    route = routes.drop_duplicates("supplier_id").set_index("supplier_id").reindex(good["supplier_id"])
    for column, of in OF_ROUTES.items():
        have, want = good[column].to_numpy(object), route[of].to_numpy(object)
        for who, a, b in zip(good["supplier_id"], have, want, strict=True):
            blank = pd.isna(a) or a in ("", "none"), pd.isna(b) or b in ("", "none")
            if blank[0] != blank[1] or not (blank[0] or a == b):
                raise DifferenceError(f"screening.csv: {column} of {who} is {a}, routes.csv says {b}")


def _flags(good: pd.DataFrame) -> None:
    """The flags are those that the other columns give."""
    again = good.copy()
    set_flags(again)
    for name in FLAGS:
        for who, have, want in zip(good["supplier_id"], good[name], again[name], strict=True):
            if not same(have, want):
                raise DifferenceError(f"screening.csv: {name} of {who} is {have}, the other columns give {want}")


def _tally(values: pd.Series) -> dict[str, int]:
    return {str(k): int(v) for k, v in values.value_counts().sort_index().items()}
