"""What if: which gaps a new programme would close, and which units would close most.

A candidate is a named set of sites: a unit, several, or a drawn area. Choosing `count` candidates that close most gaps
is maximum coverage: where areas overlap the best set is hard to find, so small cases are solved exactly (every
combination is tried) and large ones greedily (the next best each time, which never closes less than 63 % of the
optimum). Where the candidates share no site, as units do, the greedy choice is the optimum.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd

from geo.programmes.coverage import ProgrammeCoverage
from geo.programmes.schema import TYPES

Candidates = Mapping[str, np.ndarray]
"""From the name of a unit or a drawn area to the positions of its sites in the site list."""

EXACT_LIMIT = 50_000
"""Combinations that are tried before the greedy way is taken: about a second."""


@dataclass(frozen=True)
class Effect:
    """What would become covered: sites at risk that gain a type, gaps closed (site and type), workers there.

    `workers` is None where nobody counted them at any of these sites.
    """

    sites: int
    gaps: int
    workers: float | None
    workers_unknown: int


@dataclass(frozen=True)
class Choice:
    """A ranked list of candidates.

    Attributes
    ----------
    ranked
        Columns `candidate`, `gaps` (closed by it after those before it), `sites`, `workers` (blank where nobody counted
        at any of them), `gaps_total` so far.
    method
        ``exact``, ``exact (no two share a site)`` or ``greedy``.
    """

    ranked: pd.DataFrame
    method: str


def what_if(result: ProgrammeCoverage, sites: np.ndarray, types: tuple[str, ...] = TYPES) -> Effect:
    """The effect of a programme of the given types at the given sites (positions in the site list).

    Sites that are not at risk, and types that a site has already, add nothing.

    Parameters
    ----------
    result
        The coverage of the day.
    sites
        Positions in the list of sites, from 0.
    types
        Types that the new programme would bring.
    """
    open_gaps = gaps_of(result, types)[np.unique(sites)]
    gaining = np.unique(sites)[open_gaps > 0]
    workers = result.assessed["workers"].to_numpy()[gaining]
    return Effect(
        sites=len(gaining),
        gaps=int(open_gaps.sum()),
        workers=float(np.nansum(workers)) if np.isfinite(workers).any() or not len(workers) else None,
        workers_unknown=int(np.isnan(workers).sum()),
    )


def money_per_worker(result: ProgrammeCoverage, types: tuple[str, ...] = TYPES) -> pd.DataFrame:
    """What active programmes of the types cost per worker that they cover, where both are known, by currency.

    Parameters
    ----------
    result
        The coverage of the day.
    types
        Types that are looked at.

    Returns
    -------
    pandas.DataFrame
        `currency, programmes, least, median, most`: the budget of each programme by the workers counted at the sites
        that it reaches; programmes of several currencies, without a budget, or that reach nobody counted, are left out.
    """
    frame = result.programmes.frame
    workers = result.assessed["workers"].to_numpy(dtype="float64")
    site, programme = result.pairs
    reached = np.zeros(len(frame))
    np.add.at(reached, programme, np.nan_to_num(workers[site]))
    padded = ";" + frame["types"] + ";"
    wanted = np.zeros(len(frame), dtype=bool)
    for kind in types:
        wanted |= padded.str.contains(f";{kind};", regex=False).to_numpy(dtype=bool)
    budget = frame["budget"].to_numpy(dtype="float64")
    known = wanted & (budget > 0) & (reached > 0) & (frame["currency"] != "").to_numpy()
    each = pd.DataFrame({"currency": frame["currency"][known], "cost": budget[known] / reached[known]})
    groups = each.groupby("currency", sort=True)["cost"]
    out = pd.DataFrame({"programmes": groups.size(), "least": groups.min(), "median": groups.median()})
    return out.assign(most=groups.max()).reset_index()


def gaps_of(result: ProgrammeCoverage, types: tuple[str, ...] = TYPES) -> np.ndarray:
    """How many of the types each site lacks where they make sense: int64, zero where it is not at risk.

    Parameters
    ----------
    result
        The coverage of the day.
    types
        Types that are looked at.
    """
    columns = [TYPES.index(t) for t in types]
    return np.asarray((result.open_at[:, columns] & result.at_risk[:, None]).sum(axis=1), dtype="int64")


def units_as_candidates(assessed: pd.DataFrame, level: str = "admin2") -> dict[str, np.ndarray]:
    """Each unit of the level that a site lies in, as ``Boda (CAF)``; sites of no known unit are in none.

    Parameters
    ----------
    assessed
        The assessed sites, with `country` and the unit of the level.
    level
        `admin2`, or `admin1`.
    """
    named = assessed[assessed[level] != ""]
    at = pd.Series(np.arange(len(assessed)), index=assessed.index)[named.index]
    names = named[level] + " (" + named["country"] + ")"
    return {str(k): v.to_numpy() for k, v in at.groupby(names)}


def rank(
    result: ProgrammeCoverage,
    candidates: Candidates,
    count: int,
    types: tuple[str, ...] = TYPES,
    *,
    by: str = "gaps",
    exact_limit: int = EXACT_LIMIT,
) -> Choice:
    """The `count` candidates that together close most, best first.

    Parameters
    ----------
    result
        The coverage of the day.
    candidates
        Sets of sites by name.
    count
        How many to choose at most; candidates that would close nothing are left out.
    types
        Types that the new programmes would bring.
    by
        ``gaps`` (site and type), ``sites`` or ``workers``.
    exact_limit
        So many combinations are tried; above it the choice is greedy.

    Examples
    --------
    See ``tests/donors/test_choice.py``, where greedy and exact differ.
    """
    lacking = gaps_of(result, types)
    workers = result.assessed["workers"].to_numpy(dtype="float64")
    people = np.nan_to_num(workers) * (lacking > 0)
    weight = {"gaps": lacking.astype("float64"), "sites": (lacking > 0) * 1.0, "workers": people}[by]
    useful: dict[str, np.ndarray] = {name: np.unique(at[weight[at] > 0]) for name, at in sorted(candidates.items())}
    useful = {name: at for name, at in useful.items() if len(at)}
    together = np.concatenate([*useful.values(), np.empty(0, "int64")])
    count = min(count, len(useful))
    if len(np.unique(together)) == len(together):
        method, chosen = "exact (no two share a site)", dict(useful)
    elif comb(len(useful), count) <= exact_limit:
        method, chosen = "exact", dict(_best(useful, weight, count))
    else:
        method, chosen = "greedy", useful
    rows = []
    done = np.zeros(len(weight), dtype=bool)
    total = 0.0
    for name in _greedy(chosen, weight, count):
        new = useful[name][~done[useful[name]]]
        done[new] = True
        total += float(lacking[new].sum())
        known = workers[new][np.isfinite(workers[new])]
        counted = float(known.sum()) if len(known) else np.nan
        rows.append((name, int(lacking[new].sum()), len(new), counted, int(total)))
    columns = ["candidate", "gaps", "sites", "workers", "gaps_total"]
    return Choice(pd.DataFrame.from_records(rows, columns=columns), method)


def _greedy(candidates: Candidates, weight: np.ndarray, count: int) -> list[str]:
    """Names in the order chosen; of equal ones the name that sorts first."""
    left: dict[str, np.ndarray] = dict(candidates)
    chosen: list[str] = []
    open_weight = weight.copy()
    while left and len(chosen) < count:
        name = max(left, key=lambda n: float(open_weight[left[n]].sum()))
        if open_weight[left[name]].sum() <= 0:
            break
        open_weight[left.pop(name)] = 0
        chosen.append(name)
    return chosen


def _best(candidates: Candidates, weight: np.ndarray, count: int) -> Candidates:
    """The best combination; of equal ones the first in the order of names."""
    best: tuple[float, tuple[str, ...]] = (-1.0, ())
    for names in combinations(candidates, count):
        covered = np.unique(np.concatenate([candidates[n] for n in names])) if names else np.empty(0, "int64")
        value = float(weight[covered].sum())
        if value > best[0]:
            best = (value, names)
    return {name: candidates[name] for name in best[1]}
