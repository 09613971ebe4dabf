"""Every setting at once: classes under all radii, windows and thresholds of a grid, from one pass."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.rules.classify import AFFECTED
from geo.rules.incident_pairs import measure
from geo.rules.rule import Rule
from geo.sensitivity.pass_once import Pass
from geo.sensitivity.scaling import Grid, distance_rules, scaled_test, whole
from geo.time_window import Days, months_before

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int8]


def sweep(done: Pass, grid: Grid) -> Codes:
    """Class codes (positions in :data:`geo.sensitivity.pass_once.CLASSES`), shape (radius, window, count, rows).

    The pass must reach as far as the widest radius and the longest window of the grid.

    Parameters
    ----------
    done
        The sites with all that is around them, wide and long enough.
    grid
        Factors of radii, windows and counts.
    """
    shape = (len(grid.radius), len(grid.window), len(grid.count), len(done))
    fired = {cls: np.zeros(shape, np.bool_) for cls in (True, False)}
    for rule in distance_rules(done.rules):
        fired[rule.cls == AFFECTED] |= _fires(done, rule, grid)
    return done.code(fired[True], fired[False]).astype(np.int8)


def _fires(done: Pass, rule: Rule, grid: Grid) -> Bools:
    pairs, incidents, n = done.pairs, done.incidents, len(done)
    radii = np.array([rule.within_km * f * 1000 for f in grid.radius])
    ring = np.searchsorted(radii, pairs.distance, side="left")
    precise, close = np.isin(incidents.precision, rule.precision), ring < len(radii)
    out = np.zeros((len(grid.radius), len(grid.window), len(grid.count), n), np.bool_)
    sources = max(len(incidents.sources), 1)
    for test in rule.tests:
        counted, deaths = measure(rule, test, incidents)
        use = np.flatnonzero((precise & counted)[pairs.incident] & close)
        inc, site = pairs.incident[use], pairs.site[use]
        months = [whole(test.months, f) for f in grid.window]
        span = _windows(pairs.days, site, incidents.end[inc], months)
        kept = np.flatnonzero((span < len(months)) & (incidents.start[inc] <= pairs.days[site]))
        use, inc, span = use[kept], inc[kept], span[kept]
        key = ((incidents.source[inc] * n + pairs.site[use]) * len(radii) + ring[use]) * len(months) + span
        size = (sources, n, len(radii), len(months))
        total = int(np.prod(size))
        events = np.bincount(key, minlength=total).reshape(size).cumsum(axis=2).cumsum(axis=3)
        summed = np.bincount(key, weights=deaths[inc], minlength=total).reshape(size).cumsum(axis=2).cumsum(axis=3)
        for k, factor in enumerate(grid.count):
            scaled = scaled_test(test, 1.0, factor)
            hit = np.zeros(size[1:], np.bool_)
            if scaled.min_events:
                hit |= (events >= scaled.min_events).any(axis=0)
            if scaled.min_deaths:
                hit |= (summed >= scaled.min_deaths).any(axis=0)
            out[:, :, k, :] |= np.moveaxis(hit, 0, -1)
    return out & done.asked[rule.id]


def _windows(days: Days, site: Ints, end: Days, months: list[int]) -> Ints:
    """How many of the windows, which grow, do not hold the last day of each pair: the shortest that does, by position.

    Where all sites have one date this is a single search.
    """
    after = np.array([months_before(days, m) for m in months])
    if len(days) and (days == days[0]).all():
        return np.asarray(len(months) - np.searchsorted(after[::-1, 0], end, side="left"))
    span = np.zeros(len(site), np.int64)
    for row in after:
        span += end <= row[site]
    return span


def stability(done: Pass, grid: Grid, codes: Codes) -> pd.DataFrame:
    """`site_id, source, settings, share_same_class`: the share of settings under which a site keeps its class.

    Parameters
    ----------
    done
        The sites with all that is around them.
    grid
        Factors of radii, windows and counts.
    codes
        As :func:`sweep` gives them.
    """
    r, w, k = grid.nominal
    same = (codes == codes[r, w, k]).reshape(-1, len(done)).mean(axis=0)
    return pd.DataFrame(
        {
            "site_id": done.sites["site_id"],
            "source": done.sites["source"],
            "settings": len(grid),
            "share_same_class": np.round(same, 6),
        }
    )


def what_matters(done: Pass, grid: Grid, codes: Codes) -> pd.DataFrame:
    """Per country and kind of number (radius, window, count): the share of classes that change when it alone varies.

    Parameters
    ----------
    done
        The sites with all that is around them.
    grid
        Factors of radii, windows and counts.
    codes
        As :func:`sweep` gives them.
    """
    r, w, k = grid.nominal
    now = codes[r, w, k]
    alone = {"radius": codes[:, w, k], "window": codes[r, :, k], "count": codes[r, w, :]}
    rows = []
    for country in sorted(set(done.sites["country"])):
        mine = (done.sites["country"] == country).to_numpy(np.bool_)
        for what, table in alone.items():
            others = len(table) - 1
            changed = float((table[:, mine] != now[mine]).sum() / max(others * mine.sum(), 1))
            line = {"country": country, "what": what, "sites": int(mine.sum())}
            rows.append(line | {"share_changed": round(changed, 6)})
    return pd.DataFrame(rows)


def heat(grid: Grid, codes: Codes, row: int, count: float = 1.0) -> pd.DataFrame:
    """The classes of one row by radius (down) and window (across), at one factor of the counts, as codes.

    Parameters
    ----------
    grid
        Factors of radii, windows and counts.
    codes
        As :func:`sweep` gives them.
    row
        Position of the site among the rows of the pass.
    count
        Factor of the counts; one that the grid has.
    """
    table = codes[:, :, grid.count.index(count), row]
    return pd.DataFrame(table, index=list(grid.radius), columns=list(grid.window))
