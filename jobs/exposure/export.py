"""What an exposure run leaves beside its tables: the run record and a summary in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from geo.assessment import Assessment
from geo.messages import Note
from geo.rules.rule_set import Rules
from i18n import labels
from i18n.translator import N_
from jobs.assessment import export as assessed
from jobs.rasters.given import raster_lines

BESIDE = N_(
    "People near a site stand beside its class and are no part of it; "
    "a raster is an estimate of its own year and method."
)


def run_record(
    result: Assessment,
    rules: Rules,
    inputs: list[dict[str, object]],
    settings: Mapping[str, object],
    now: dt.datetime | None,
) -> dict[str, object]:
    """The run record of an assessment, under the name of this job.

    Parameters
    ----------
    result
        The assessment of the sites around which people were counted.
    rules
        The rule set with its settings.
    inputs
        An entry a file that was read: name, hash, dataset, rows, licence.
    settings
        What the run was asked for beside the files: date, months, rasters.
    now
        When the run is made; None: now.
    """
    record = assessed.run_record_without_evidence(result, rules, inputs, settings, now)
    return {**record, "job": "exposure", "notes": {**assessed.NOTES, "beside": BESIDE}}


def summary(
    sites: pd.DataFrame, by_class: pd.DataFrame, near: pd.DataFrame, record: Mapping[str, object]
) -> list[Note]:
    """What to print.

    Parameters
    ----------
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    by_class
        People near any site of each class (:data:`geo.rasters.schema.BY_CLASS`).
    near
        People near deadly incidents (:data:`geo.rasters.schema.NEAR_INCIDENTS`).
    record
        The run record, as `run.json` has it.
    """
    lines = raster_lines(record["inputs"])
    row: Any
    for row in by_class.itertuples():
        cls = Note(labels.CLASSES[str(row.site_class)]) if row.site_class else Note("all classes")
        lines.append(_line(
            Note("Within {km} km of {n} site{n?|s} ({cls})", km=f"{row.radius_km:g}", n=int(row.sites), cls=cls), row
        ))  # fmt: skip
    for row in near[near["country"] == ""].itertuples():
        lines.append(_line(
            Note("Within {km} km of {n} deadly incident{n?|s} of {months} month{months?|s} ({source})",
                 km=f"{row.radius_km:g}", n=int(row.incidents), months=int(row.months),
                 source=labels.source_name(row.source)), row
        ))  # fmt: skip
    timed = sites["travel_time_min"].dropna()
    if len(timed):
        lines.append(
            Note("Travel time is known of {n} site{n?|s}; half of them lie {m} minute{m?|s} away or more.",
                 n=len(timed), m=int(timed.median()))
        )  # fmt: skip
    return [*lines, Note(BESIDE)]


def _line(where: Note, row: Any) -> Note:
    people, share = float(row.population), float(row.raster_coverage)
    if np.isnan(people):
        return Note("{where}: not known.", where=where)
    return Note(
        "{where}: {people} people, counted on {share}% of that ground.",
        where=where, people=int(people), share=round(100 * share, 1),
    )  # fmt: skip
