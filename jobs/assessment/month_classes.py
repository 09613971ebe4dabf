"""The class of every site at the end of every month, from one pass, after the filters: what a playing map draws."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.dates.many import ManyDates
from geo.rules.classify import BY_RANK, INSUFFICIENT, NONE
from geo.schema import CLASSES, ZONE_STATUSES
from jobs.assessment.decision_tree import CALM, GAP, ordered
from jobs.assessment.site_filters import Filters

Codes = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]

NOT_SHOWN = 255
"""The code of a site that the filters leave out at a month."""
MOST_CELLS = 3_000_000
"""Sites times months that are drawn at most: of more, every second, third or sixth month."""


def month_ends(first: dt.date, last: dt.date, sites: int = 0) -> list[dt.date]:
    """The last day of every month from `first` to `last`; of fewer months where there are very many sites.

    Parameters
    ----------
    first
        Any day of the first month.
    last
        Any day of the last month.
    sites
        Number of sites; 0 takes every month.

    Examples
    --------
    >>> month_ends(dt.date(2015, 12, 30), dt.date(2016, 2, 3))
    [datetime.date(2015, 12, 31), datetime.date(2016, 1, 31), datetime.date(2016, 2, 29)]
    >>> [d.month for d in month_ends(dt.date(2015, 1, 1), dt.date(2015, 12, 31), 700_000)]
    [3, 6, 9, 12]
    """
    months = [stamp.date() for stamp in pd.date_range(first, last + pd.offsets.MonthEnd(0), freq="ME")]
    step = next((s for s in (1, 2, 3, 6) if len(months) * sites <= MOST_CELLS * s), 12)
    return months[(len(months) - 1) % step :: step]


def class_codes(many: ManyDates, sites: pd.DataFrame, given: Filters) -> Codes:
    """Positions in :data:`geo.schema.CLASSES`, shape (dates, sites); :data:`NOT_SHOWN` where a filter hides a site.

    Parameters
    ----------
    sites
        :data:`geo.schema.ASSESSED` of the page's date, in any order. What a pass over many dates does not know (armed
        presence, age and facts of visits) is filtered as it is at that date.
    given
        The filters; that of classes is left to the map's own switches.
    many
        The sites at every date (:class:`geo.dates.many.ManyDates`).
    """
    known = pd.MultiIndex.from_frame(many.sites_at(len(many) - 1)[["source", "site_id"]])
    at = known.get_indexer(pd.MultiIndex.from_frame(sites[["source", "site_id"]]))
    if (at < 0).any():
        raise ValueError("a site of the page is not in the pass over its months")
    fixed = replace(given, classes=(), zones=(), areas=(), rules=(), first=(), gaps=(), area_gaps=())
    keep = _moving(many, given)[:, at] & fixed.apply(sites, many.rules)[None, :]
    code = np.array([CLASSES.index(c) for c in BY_RANK], np.uint8)[many.site_class][:, at]
    return np.where(keep, code, np.uint8(NOT_SHOWN))


def _moving(many: ManyDates, given: Filters) -> Bools:
    """Which sites pass the filters that a pass over many dates can answer, shape (dates, sites)."""
    keep = np.ones(many.site_class.shape, np.bool_)
    if given.zones:
        keep &= np.isin(many.zone_status, [ZONE_STATUSES.index(z) for z in given.zones])
    if given.areas:
        keep &= np.isin(many.area_class, [BY_RANK.index(c) for c in given.areas])
    if given.rules:
        keep &= _any(many, (many.fired.of_all(r) for r in given.rules if r in many.fired))
    for codes, classes, flags in (
        (given.gaps, many.site_class, many.gaps), (given.area_gaps, many.area_class, many.area_gaps),
    ):  # fmt: skip
        if codes:
            missing = _any(many, (flags.of_all(c) for c in codes if c in flags))
            keep &= (classes == BY_RANK.index(INSUFFICIENT)) & missing
    if given.first:
        keep &= _leaves_at(many, given.first)
    return keep


def _any(many: ManyDates, flags: Iterable[Bools]) -> Bools:
    out = np.zeros(many.site_class.shape, np.bool_)
    for each in flags:
        out |= each
    return out


def _leaves_at(many: ManyDates, first: Sequence[str]) -> Bools:
    """Which sites leave the decision tree at one of the named branches."""
    left = np.ones(many.site_class.shape, np.bool_)
    out = np.zeros(many.site_class.shape, np.bool_)
    for rule in ordered(many.rules):
        here = left & many.fired.of_all(rule.id)
        if rule.id in first:
            out |= here
        left &= ~here
    for key, cls in ((GAP, INSUFFICIENT), (CALM, NONE)):
        if key in first:
            out |= left & (many.site_class == BY_RANK.index(cls))
    return out
