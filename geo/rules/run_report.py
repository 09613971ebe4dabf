"""What a run says of its inputs: what is covered, the latest date that can be calm, and what could not be used."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from geo.messages import Note
from geo.rules.coverage_gaps import Coverage, undeclared
from geo.rules.coverage_spans import covered_spans, latest_answer
from geo.rules.rule import Settings
from geo.spatial.polygons import Boundaries
from geo.time_window import NO_DAY, to_dates

_FAULTS = {
    "homonyms": Note("units of one name are not told apart by a parent"),
    "spans_a_country": Note("a unit is as large as its country"),
    "outside_its_country": Note("a unit lies outside the country that it states"),
    "labels_unknown": Note("no label of any incident names one of its units"),
    "labels_disagree": Note("fewer than half of the incidents in its polygons carry the name of theirs"),
}


def coverage_report(looked: Coverage, settings: Settings) -> dict[str, object]:
    """`coverage`: spans by source and country, days as text; `latest_answer`: a day, blank where no date would do.

    A calm answer needs one source over the whole look-back, in the site's country and in all that its circle reaches.

    Parameters
    ----------
    looked
        Declared coverage, asked for the sites of the run.
    settings
        The numbers that belong to no single rule, or what the run was asked for.
    """
    spans = covered_spans(looked.table, looked.datasets)
    span_lines = [
        {**{k: str(getattr(r, k)) for k in ("source", "country_iso3", "effects")},
         "from": f"{r[4]:%Y-%m-%d}", "to": f"{r[5]:%Y-%m-%d}"}
        for r in spans.itertuples()
    ]  # fmt: skip
    countries = looked.country.astype(object).copy()
    for site, iso in zip(*looked.foreign(settings.neighbour_km), strict=True):
        countries[site] = f"{countries[site]};{iso}"
    codes = sorted({str(c) for c in pd.unique(countries) if c})
    days = latest_answer(spans, codes, settings.coverage_months)
    last = days.max(initial=NO_DAY)
    day = "" if last == NO_DAY else str(to_dates(np.array([last])).astype("datetime64[D]")[0])
    return {"coverage": span_lines, "latest_answer": day}


def boundary_notes(faults: Mapping[int, str], by_level: Mapping[int, Boundaries]) -> list[Note]:
    """Which boundary sets are not used for area rules, and why.

    Parameters
    ----------
    faults
        By level, why a set may not stand for districts (:func:`geo.records.boundary_check.fault`); blank where it may.
    by_level
        The loaded sets, by level.
    """
    return [
        Note(
            "The boundaries of {file} are not used for area rules: {why}.", file=by_level[level].name, why=_FAULTS[why]
        )
        for level, why in faults.items()
        if why
    ]


def coverage_notes(coverage: pd.DataFrame | None, datasets: pd.DataFrame) -> list[Note]:
    """Which datasets a coverage table names that are not loaded.

    Parameters
    ----------
    coverage
        :data:`geo.schema.COVERAGE`; None: nothing is declared.
    datasets
        The loaded incident datasets: `source, dataset, dataset_version, file`.
    """
    return [
        Note("Coverage is declared for {dataset}, which is not loaded.", dataset=d)
        for d in undeclared(coverage, datasets)
    ]
