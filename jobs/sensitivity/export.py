"""What ``cahra sensitivity`` leaves behind: one table a question and the run record, as bytes by file name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from geo import schema
from geo.assessment import Assessment
from geo.messages import Note
from geo.rules.rule_set import Rules
from i18n.translator import N_
from jobs.assessment import export as assessed
from jobs.counted_file import OF_SITES, CountedFiles
from jobs.inputs import together
from jobs.result import ResultFiles, Sheet
from jobs.sensitivity.model import Sensitivity

TIMELINE = ("site_id", "source", "month", "site_class", "zone_status")
WHAT = {"radius": N_("radii"), "window": N_("windows"), "count": N_("events and deaths asked")}
NOT_CHANCE = N_(
    "Shares of settings and draws say how much a class rests on the numbers chosen; they are no probability of harm."
)


def run_record(
    result: Assessment,
    rules: Rules,
    inputs: list[dict[str, object]],
    settings: Mapping[str, object],
    now: dt.datetime | None,
    counted: pd.DataFrame,
    withheld: int,
) -> dict[str, object]:
    """The run record of an assessment, under the name of this job; evidence is not among the files.

    `counted` are incidents of the last month, `withheld` is the number of those that counted and may not be named.

    Parameters
    ----------
    result
        The assessment of the last day.
    rules
        The rule set with its settings.
    inputs
        An entry a file that was read: name, hash, dataset, rows, licence.
    settings
        What the run was asked for beside the files: dates, draws, seed, grid.
    now
        When the run is made; None: now.
    counted
        Rows of :data:`jobs.counted_file.OF_SITES` that may leave.
    withheld
        How many more counted that may not leave (ACLED).
    """
    record = assessed.run_record_without_evidence(result, rules, inputs, settings, now)
    notes = {**assessed.NOTES, "not_chance": NOT_CHANCE}
    settings_ = {
        "rows": len(counted), "incidents": counted["record_id"].nunique(), "withheld": withheld,
    }  # fmt: skip
    return {**record, "job": "sensitivity", "incidents_counted": settings_, "notes": notes}


def rejected_rows(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Rows not used, of all files.

    Parameters
    ----------
    parts
        Rejected rows of each layer, in the order of the files.
    """
    return together(list(parts), schema.REJECTED)


def written(flip: pd.DataFrame) -> pd.DataFrame:
    """Flips as they are written: kilometres to 1e-6 (a millimetre), counts and months whole.

    Parameters
    ----------
    flip
        As :func:`geo.sensitivity.flip.flips` gives it.
    """
    km = flip["what"] == "radius_km"
    out = flip.copy()
    for name in ("current", "flips_at"):
        value = [f"{v:.6f}".rstrip("0").rstrip(".") if k else f"{v:.0f}" for v, k in zip(flip[name], km, strict=True)]
        out[name] = pd.array(value, dtype="str")
    return out


def result_files(result: Sensitivity) -> ResultFiles:
    """All files of the run by name; the same call gives the same bytes, `run_at` of run.json aside.

    Parameters
    ----------
    result
        All that the study found.
    """
    tables: dict[str, Sheet] = {
        "flip.csv": (written(result.flip), ()),
        "stability.csv": (result.stability, ()),
        "thresholds.csv": (result.thresholds, ()),
        "draws.csv": (result.draws, ()),
        "timeline.csv": (result.timeline[list(TIMELINE)], ()),
        "rejected.csv": (schema.conform(result.rejected, schema.REJECTED), schema.REJECTED),
    }
    counted = CountedFiles(lambda: result.counted, OF_SITES)
    return ResultFiles({**tables, **counted.sheets()}, {}, result.record, without=counted.without)


def summary(result: Sensitivity) -> list[Note]:
    """What to print: how many classes hold, what would change them, which number matters most by country.

    Parameters
    ----------
    result
        All that the study found.
    """
    share = result.stability["share_same_class"].to_numpy(np.float64)
    n = len(share)
    lines = [Note("{n} site{n?|s} under {settings} setting{settings?|s}.", n=n, settings=len(result.grid))]
    if n:
        lines.append(
            Note(
                "{all} keep their class under all of them, {most} under nine in ten, {few} under fewer than half.",
                all=int((share >= 1).sum()), most=int((share >= 0.9).sum()), few=int((share < 0.5).sum()),
            )
        )  # fmt: skip
    table = result.thresholds.assign(order=-result.thresholds["share_changed"])
    for country, rows in table.sort_values(["country", "order", "what"]).groupby("country", sort=False):
        first = rows.iloc[0]
        lines.append(
            Note(
                "{country}: varied alone, the {what} change most: {share}% of classes.",
                country=str(country) or Note("country not known"), what=Note(WHAT[first["what"]]),
                share=round(100 * float(first["share_changed"]), 1),
            )
        )  # fmt: skip
    return [*lines, Note(NOT_CHANCE)]
