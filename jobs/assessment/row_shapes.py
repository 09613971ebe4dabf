"""Which columns a row of evidence of each kind may fill: all others are blank, and a fact is one of its kind."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.columns import Table
from geo.rules.coverage_gaps import AREA_GAPS, GAPS
from geo.rules.evidence import OPEN_COLUMNS
from jobs.read_back import in_line

Bools = npt.NDArray[np.bool_]

BY_RULE = (
    "site_id", "source", "kind", "rule", "answer", "limit_km", "limit_months", "limit_events", "limit_deaths", "ground",
)  # fmt: skip
"""Columns that are decided by the rule set and the sites."""
OF_INCIDENTS = (
    "precision", "date_start", "date_end", "date_prec", "deaths_best", "deaths_low", "deaths_high", "deaths_civilians",
    "effect", "violence", "event_type", "actor_a", "actor_b", "place", "provisional",
)  # fmt: skip
"""Columns that an incident tells."""
OF_ENTRIES = ("record_id", "dataset", "dataset_version", "date_start", "date_end", "status", "actor_a")
"""Columns that an entry of the zone register tells."""

_RECORD = ("record_id", "dataset", "dataset_version", "date_start", "date_end")
_INCIDENT = (*_RECORD, "distance_m", *OF_INCIDENTS)
_VISIT = (*_RECORD, "status", "date_prec", "actor_a", "basis", "distance_m")
_STATUS = (*_RECORD, "status", "actor_a", "basis")
_SUM = ("dataset", "events", "deaths")
SHAPES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("total", "lethal|nonlethal", (*_SUM, "distance_m")),
    ("incident", "counted", _INCIDENT),
    ("near_miss", "below_limit|possible|beyond_limit|in_count|nearest|latest", _INCIDENT),
    ("near_miss", "expected", (*_SUM, "status")),
    ("near_miss", "nothing_near|not_listed", ()),
    ("near_miss", "older_than_window", _VISIT),
    ("near_miss", "rcm_too_old|drc_too_old", _STATUS),
    ("area", r"sum_\d+m", (*_SUM, "status", "basis", "edge_m")),
    (
        "visit",
        "non_state_armed|state_harm|armed_roadblock|armed_roadblock_nearby|armed_roadblock_on_route",
        _VISIT,
    ),
    ("status", "rcm|drc", _STATUS),
    ("list", ".*", (*_RECORD, "status")),
    (
        "measure",
        "population_5km|population_20km|travel_time_min|raster_coverage",
        ("dataset", "dataset_version", "status", "basis"),
    ),
    ("zone", "country|admin2|admin3", OF_ENTRIES),
    ("zone", "located", ("status", "basis")),
    ("zone", "edge", ("dataset", "dataset_version", "edge_m")),
    ("zone", "commune_not_loaded", ("status",)),
    ("zone", "no_register|not_compliant", ()),
    ("zone", "finding", (*_RECORD, "status", "date_prec", "place")),
    ("gap", "incident_rejected", (*_RECORD, "status", "distance_m")),
    ("gap", "|".join(("rule_unknown", "placeless_incident", *GAPS, *(f"area_{g}" for g in AREA_GAPS))), ("status",)),
    ("coverage", r"covered_\d+m_(?:lethal|all)", ("dataset",)),
)
"""Kind, facts as a pattern, and the columns that such rows may fill."""


def shapes(evidence: pd.DataFrame, table: Table) -> dict[str, Bools]:
    """By column, the rows that may fill it.

    Parameters
    ----------
    evidence
        Rows of evidence (`geo.schema.EVIDENCE`).
    table
        The table: columns of the schema, or rows as a file gives them.

    Raises
    ------
    jobs.read_back.DifferenceError
        A row has a fact of another kind, or fills a column that rows of its kind leave blank.
    """
    kind, fact = (evidence[c].to_numpy(dtype=object) for c in ("kind", "fact"))
    shut = (fact == "") & evidence["kind"].isin(["incident", "near_miss"]).to_numpy()
    pairs, code = np.unique(np.where(shut, "", kind + "\t" + fact).astype(str), return_inverse=True)
    used = [set(OPEN_COLUMNS) if not pair else _used(*pair.split("\t", 1)) for pair in pairs]
    for number, columns in enumerate(used):
        if columns is None:
            line = int(np.flatnonzero(code == number)[0])
            raise in_line(evidence, line, f"{fact[line]!r} is no fact of a row of {kind[line]}")
    out: dict[str, Bools] = {}
    for column in table:
        if column.name in BY_RULE:
            continue
        may = np.array([column.name in (columns or ()) for columns in used], np.bool_)[code]
        values = evidence[column.name]
        filled = (values != "").to_numpy() if column.type == "text" else values.notna().to_numpy()
        if len(wrong := np.flatnonzero(filled & ~may)):
            line = int(wrong[0])
            raise in_line(evidence, line, f"a row of {kind[line]} ({fact[line]}) says nothing of {column.name}")
        out[column.name] = may
    return out


def _used(kind: str, fact: str) -> set[str] | None:
    """The columns that rows of a kind and fact may fill; None where there are no such rows."""
    for name, facts, columns in SHAPES:
        if name == kind and re.fullmatch(facts, fact):
            return {"fact", *columns}
    return None
