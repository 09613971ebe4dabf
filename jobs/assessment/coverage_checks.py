"""What was covered follows from the coverage that the run record states, the places of the sites and the outlines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from geo import schema
from geo.rules.coverage_gaps import GAPS, Coverage
from geo.rules.figures import FIGURE_MONTHS
from geo.rules.rule_set import Rules
from geo.rules.run_report import coverage_report
from geo.time_window import to_days
from jobs.installed import version
from jobs.read_back import DifferenceError
from jobs.run_record import TOOL
from layers.reference.country_outlines import country_outlines

DERIVED_GAPS = tuple(code for code in GAPS if code not in ("incident_rejected", "raster_missing"))
"""Gaps of the site class that coverage and place decide; which incident was rejected stands in no file, and what
rasters lack follows with their rules."""


def same_version(record: Mapping[str, Any]) -> bool:
    """Whether the tables that ship with this program are those of the run.

    Parameters
    ----------
    record
        The run record, as `run.json` has it.
    """
    return bool(record.get("tool_version") == version(TOOL))


def check_coverage(sites: pd.DataFrame, evidence: pd.DataFrame, rules: Rules, record: Mapping[str, Any]) -> bool:
    """Holds the rows of evidence on coverage, and the report of it, against what the record states.

    Parameters
    ----------
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    evidence
        Rows of evidence (`geo.schema.EVIDENCE`).
    rules
        The rule set with its settings.
    record
        The run record, as `run.json` has it.

    Returns
    -------
    bool
        False where another version of the program, with outlines of its own, made the result: nothing is held.

    Raises
    ------
    DifferenceError
        What does not follow.
    """
    if not same_version(record):
        return False
    table = schema.conform(pd.DataFrame(record["settings"]["coverage"], columns=[c.name for c in schema.COVERAGE]),
                           schema.COVERAGE)  # fmt: skip
    looked = Coverage(
        table,
        pd.DataFrame(record["datasets"], columns=["source", "dataset", "dataset_version", "file"]).astype("str"),
        country_outlines(),
        sites["country"].to_numpy(dtype=object),
        sites["lon"].to_numpy(np.float64),
        sites["lat"].to_numpy(np.float64),
        to_days(sites["as_of"]),
        max([rules.settings.neighbour_km, *rules.radii_km]),
    )
    for name, value in coverage_report(looked, rules.settings).items():
        if record["report"].get(name) != value:
            raise DifferenceError(f"run.json: {name} of the report is not what the coverage of the settings gives")
    want = _covered(looked, rules) | _gaps(looked, rules)
    rows = (evidence["kind"] == "coverage") | ((evidence["kind"] == "gap") & evidence["fact"].isin(DERIVED_GAPS))
    mine = evidence[rows & (evidence["rule"] == "")]
    place = pd.MultiIndex.from_frame(sites[["source", "site_id"]])
    site = place.get_indexer(pd.MultiIndex.from_frame(mine[["source", "site_id"]])) if len(mine) else np.zeros(0)
    answered = mine["dataset"].where(mine["kind"] == "coverage", mine["status"])
    have = list(zip(map(int, site), mine["fact"], answered, strict=True))
    if len(have) != len(want) or set(have) != want:
        wrong = min(set(have) ^ want, default=(0, "", ""))
        who = sites["site_id"].iloc[wrong[0]]
        raise DifferenceError(f"evidence.csv: {wrong[1]} of {who} is not what coverage and place give")
    return True


Statements = set[tuple[int, str, str]]
"""Position of a site, fact, and what stands beside it."""


def _covered(looked: Coverage, rules: Rules) -> Statements:
    """What is told of each site that is covered, and by which sources."""
    out: Statements = set()
    windows = {(FIGURE_MONTHS, "lethal"), (FIGURE_MONTHS, "all"), (rules.settings.coverage_months, "lethal")}
    for months, effects in windows:
        own = looked.own(months, effects)
        for row in range(len(looked.country)):
            names = ";".join(source for source, flags in own.items() if flags[row])
            if names:
                out.add((row, f"covered_{months}m_{effects}", names))
    return out


def _gaps(looked: Coverage, rules: Rules) -> Statements:
    """The gaps of each site, and the countries that its circle reaches where they are the gap."""
    lacking = looked.lacking(rules.settings.neighbour_km, rules.settings.coverage_months)
    reached = [""] * len(looked.country)
    for row, iso in zip(*looked.foreign(rules.settings.neighbour_km), strict=True):
        reached[row] = f"{reached[row]};{iso}".strip(";")
    return {
        (int(row), code, reached[row] if code == "neighbour_uncovered" else "")
        for code in DERIVED_GAPS
        for row in np.flatnonzero(lacking[code])
    }
