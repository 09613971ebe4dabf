"""Why sites are insufficient: how many by each cause, and what would help."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.messages import Note, joined
from geo.rules.classify import INSUFFICIENT
from geo.rules.coverage_gaps import AREA_GAPS, GAPS, Coverage, covering_sources
from geo.rules.rule_set import Rules
from geo.time_window import months_before, to_days
from i18n.gap_labels import REMEDIES
from jobs.inputs import Loaded
from jobs.run_options import options_of
from layers.reference.country_names import CountryName

GAP_COLUMN = {"site_class": "gaps", "area_class": "area_gaps"}
"""Which column says why a class is insufficient."""


@dataclass(frozen=True)
class Cause:
    """One cause: its code, how many sites it makes insufficient (others may add to it), and what would help."""

    code: str
    sites: int
    remedy: Note


def causes(sites: pd.DataFrame, answer: str, missing: tuple[str, ...] = ()) -> list[Cause]:
    """The causes for which a class is insufficient, the most frequent first.

    Parameters
    ----------
    sites
        Rows of :data:`geo.schema.ASSESSED`.
    answer
        ``site_class`` or ``area_class``.
    missing
        ISO codes of the neighbouring countries that are not covered, as :func:`uncovered_neighbours` finds them.
    """
    lacking = sites.loc[sites[answer] == INSUFFICIENT, GAP_COLUMN[answer]]
    counts = lacking.str.split(";").explode().value_counts()
    order = GAPS if answer == "site_class" else AREA_GAPS
    found = [Cause(code, int(counts[code]), _remedy(code, missing)) for code in order if code in counts.index]
    return sorted(found, key=lambda cause: -cause.sites)


def _remedy(code: str, missing: tuple[str, ...]) -> Note:
    if code == "neighbour_uncovered" and missing:
        return Note(
            "Add incidents of the same source for what the circles reach and it does not cover: {countries}.",
            countries=joined([CountryName.of(iso) for iso in missing]),
        )
    return REMEDIES[code]


def uncovered_neighbours(loaded: Loaded, sites: pd.DataFrame, day: dt.date, rules: Rules) -> tuple[str, ...]:
    """Countries that circles of insufficient sites reach and that no source covers, the most frequent first.

    Parameters
    ----------
    loaded
        What was read of the inputs.
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    day
        The day that is asked about.
    rules
        The rule set with its settings.
    """
    mine = sites[(sites["site_class"] == INSUFFICIENT) & sites["gaps"].str.contains("neighbour_uncovered")]
    options = options_of(loaded)
    if mine.empty or loaded.incidents is None:
        return ()
    names = loaded.incidents[["source", "dataset", "dataset_version"]].drop_duplicates().astype("str")
    datasets = names.assign(file=[options["files"].get(v, "") for v in names["dataset_version"]])
    at = to_days(np.repeat(np.datetime64(day), len(mine)))
    lon, lat = mine["lon"].to_numpy(np.float64), mine["lat"].to_numpy(np.float64)
    country = mine["country"].to_numpy(dtype=object)
    looked = Coverage(options["coverage"], datasets, options["outlines"], country, lon, lat, at)
    row, iso = looked.foreign(rules.settings.neighbour_km)
    after = months_before(at, rules.settings.coverage_months)[row]
    covered = covering_sources(options["coverage"], datasets, iso, after, at[row])
    open_ = ~np.logical_or.reduce([np.zeros(len(iso), np.bool_), *covered.values()])
    return tuple(str(code) for code in pd.Series(iso[open_], dtype=object).value_counts().index)
