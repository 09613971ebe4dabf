"""Everything that was loaded, at many dates in one pass: for the app's months, a timeline and a backtest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.dates.many import ManyDates, many_dates
from geo.dates.versions import many_versions
from geo.readiness import ready
from geo.rules.rule_set import Rules
from geo.time_window import to_days
from jobs.inputs import Loaded
from jobs.known_sites import sites_at
from jobs.rasters.given import Rasters
from jobs.rasters.measure import measured_rows
from jobs.run_options import options_of, routes_of, statuses_of, visits_of
from layers.sources.sites import SiteLayer

Ints = npt.NDArray[np.int64]
_FIRST = pd.Timestamp("2000-01-01")
_AS_OF, _LATER = dt.date(2200, 1, 1), pd.Timestamp("2200-01-02")
"""A date of which every visit is known, and the days of those that are not known in a first form."""


def at_dates(loaded: Loaded, days: Sequence[dt.date], rules: Rules, rasters: Rasters | None = None) -> ManyDates:
    """The loaded sites at every date, as :func:`jobs.assessment.job.run` finds them date by date.

    Parameters
    ----------
    days
        Ascending, each once. ``at_dates(...).at(i)`` are the sites at the date of position `i`.
    loaded
        What was read of the inputs.
    rules
        The rule set with its settings.
    rasters
        For rules of kind raster: each form of a site is measured where it lies.
    """
    options = options_of(loaded) | {
        "visits": visits_of(loaded), "statuses": statuses_of(loaded), "routes": routes_of(loaded)
    }  # fmt: skip
    when = to_days(np.array(days, dtype="datetime64[D]"))
    measuring = rasters.apart() if rasters and rules.of_kind("raster") else None

    def passed(sites: pd.DataFrame) -> ManyDates:
        if measuring is None:
            return many_dates(sites, loaded.incidents, days=when, rules=rules, **options)
        measured = measured_rows(sites, measuring)
        return many_dates(sites, loaded.incidents, days=when, rules=rules, measured=measured, **options)

    if all(layer.visits.empty for layer in loaded.sites):
        return passed(sites_at(loaded.sites, days[-1])[0])
    table, site, row = forms(loaded.sites, days)
    return many_versions(table, site, row, passed)


def forms(layers: Sequence[SiteLayer], days: Sequence[dt.date]) -> tuple[pd.DataFrame, Ints, Ints]:
    """Every form of every site, the site of each, and which form each has at each date, shape (dates, sites).

    A site that visits describe changes on their days alone: its n-th form is what its first n days of visits say.
    Sites are numbered as :func:`geo.readiness.ready` orders them.

    Parameters
    ----------
    layers
        The site layers in the order in which their files were given.
    days
        The dates, ascending.
    """
    whole = ready(sites_at(layers, days[-1])[0], _FIRST.to_datetime64())[0]
    number = pd.Series(np.arange(len(whole)), index=pd.MultiIndex.from_frame(whole[["source", "site_id"]]))
    when = to_days(np.array(days, dtype="datetime64[D]"))
    tables, sites, taken = [], [], np.zeros(len(whole), np.bool_)
    row = np.zeros((len(days), len(whole)), np.int64)
    total = 0
    for layer in sorted(layers, key=lambda s: len(s.visits) > 0):
        table, step, day = _lasting(layer) if layer.visits.empty else _changing(layer)
        site = number.loc[pd.MultiIndex.from_frame(table[["source", "site_id"]])].to_numpy(np.int64)
        order = np.lexsort((step, site))
        order = order[~taken[site[order]]]
        table, site, day = table.iloc[order], site[order], day[order]
        taken[site] = True
        # The last form that began by a date; the first one holds before it.
        key = site * (np.int64(1) << np.int64(32)) + day + (np.int64(1) << np.int64(31))
        at = np.unique(site)
        wanted = at * (np.int64(1) << np.int64(32)) + when[:, None] + (np.int64(1) << np.int64(31))
        row[:, at] = total + np.searchsorted(key, wanted, side="right") - 1
        tables.append(table)
        sites.append(site)
        total += len(table)
    table, site = pd.concat(tables, ignore_index=True), np.concatenate(sites)
    return table.assign(first_seen=whole["first_seen"].iloc[site].array), site, row


_EVER = -(2**31)
"""The day on which a first form begins."""


def _lasting(layer: SiteLayer) -> tuple[pd.DataFrame, Ints, Ints]:
    frame = layer.frame.drop_duplicates(["source", "site_id"])
    return frame, np.zeros(len(frame), np.int64), np.full(len(frame), _EVER)


def _changing(layer: SiteLayer) -> tuple[pd.DataFrame, Ints, Ints]:
    """Each form of the sites of a file of visits, its number, and the day on which it begins.

    All are asked for in one call: every form stands as a site of its own, to which its visits were made.
    """
    visits = layer.visits
    rank = visits.groupby(["source", "site_id"])["visit_date"].rank(method="dense").fillna(0).to_numpy(np.int64)
    keys = pd.MultiIndex.from_frame(visits[["source", "site_id"]])
    unknown = (_LATER + pd.to_timedelta(rank, unit="D")).astype("datetime64[s]")
    parts = [visits.assign(site_id=_mark(0) + visits["site_id"], visit_date=unknown)]
    for k in range(1, int(rank.max(initial=0)) + 1):
        mine = np.flatnonzero((rank <= k) & (rank > 0) & keys.isin(keys[rank == k]))
        parts.append(visits.iloc[mine].assign(site_id=_mark(k) + visits["site_id"].iloc[mine]))
    made = replace(layer, visits=pd.concat(parts, ignore_index=True))
    table = made.sites_at(_AS_OF)[0]
    step = table["site_id"].str.slice(0, _DIGITS).astype("int64").to_numpy()
    table = table.assign(site_id=table["site_id"].str.slice(_DIGITS))
    named = ["source", "site_id", "step"]
    first = visits.assign(step=rank)[rank > 0].drop_duplicates(named)
    begins = pd.Series(to_days(first["visit_date"]), index=pd.MultiIndex.from_frame(first[named]))
    day = begins.reindex(pd.MultiIndex.from_frame(table.assign(step=step)[named])).fillna(_EVER)
    return table, np.asarray(step), np.asarray(day, np.int64)


_DIGITS = 6


def _mark(form: int) -> str:
    return f"{form:0{_DIGITS}d}"
