"""What if, and the ranked list: greedy and exact."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.programmes.coverage import ProgrammeCoverage, programme_coverage
from geo.programmes.prioritise import money_per_worker, rank, units_as_candidates, what_if
from geo.programmes.schema import TYPES
from tests.donors.donor_cases import make_programmes, make_sites
from tests.examples import examples

T = pd.Timestamp("2021-12-31")


def stocktake(workers: list[float] | None = None, calm: int = 0, units: list[str] | None = None) -> ProgrammeCoverage:
    workers = workers or [1.0] * 6
    units = units or ["Boda", "Boda", "Boda", "Carnot", "Carnot", "Nola"]
    classes = ["no indicators found"] * calm + ["conflict-affected"] * (len(workers) - calm)
    rows = [{"admin2": u, "workers": w, "site_class": c} for u, w, c in zip(units, workers, classes, strict=True)]
    return programme_coverage(
        make_sites(rows), make_programmes([{"admin_code": "Carnot", "types": "mapping"}]), as_of=T
    )


def test_the_effect_counts_only_gaps_that_are_open() -> None:
    result = stocktake(workers=[10, float("nan"), 5, 7, 7, 7], calm=1)
    effect = what_if(result, np.array([0, 1, 2, 3, 3]), ("mapping", "traceability"))
    assert (effect.sites, effect.gaps, effect.workers, effect.workers_unknown) == (3, 5, 12, 1)
    assert what_if(result, np.array([3]), ("mapping",)).gaps == 0
    assert what_if(result, np.empty(0, "int64")).sites == 0


def test_units_share_no_site_so_the_greedy_choice_is_exact() -> None:
    result = stocktake()
    choice = rank(result, units_as_candidates(result.assessed), 2, ("mapping",))
    assert choice.method == "exact (no two share a site)"
    assert choice.ranked.to_numpy().tolist() == [["Boda (CAF)", 3, 3, 3.0, 3], ["Nola (CAF)", 1, 1, 1.0, 4]]


def test_by_workers_the_order_may_change() -> None:
    result = stocktake(workers=[1, 1, 1, 1, 1, 90])
    units = units_as_candidates(result.assessed)
    assert rank(result, units, 1, by="workers").ranked["candidate"].tolist() == ["Nola (CAF)"]


def test_where_areas_overlap_exact_beats_greedy() -> None:
    result = stocktake(units=["Boda"] * 6)
    areas = {"big": np.array([1, 2, 3, 4]), "left": np.array([0, 1, 2]), "right": np.array([3, 4, 5])}
    exact = rank(result, areas, 2, ("mapping",))
    greedy = rank(result, areas, 2, ("mapping",), exact_limit=0)
    assert (exact.method, greedy.method) == ("exact", "greedy")
    assert exact.ranked["gaps"].sum() == 6
    assert greedy.ranked["candidate"].iloc[0] == "big"
    assert greedy.ranked["gaps"].sum() == 5


@given(st.lists(st.sets(st.integers(0, 5), max_size=4), min_size=1, max_size=5), st.integers(1, 3))
@settings(max_examples=examples(12), deadline=None)
def test_greedy_never_closes_less_than_63_percent_of_exact(sets: list[set[int]], count: int) -> None:
    result = stocktake(units=["Boda"] * 6)
    areas = {f"a{n}": np.array(sorted(s), dtype="int64") for n, s in enumerate(sets)}
    best = max((len(set().union(*chosen)) for k in range(count + 1) for chosen in combinations(sets, k)), default=0)
    exact = int(rank(result, areas, count, ("mapping",)).ranked["gaps"].sum())
    greedy = int(rank(result, areas, count, ("mapping",), exact_limit=0).ranked["gaps"].sum())
    assert exact == best
    assert (1 - 1 / np.e) * best <= greedy <= best


def test_candidates_that_would_close_nothing_are_left_out() -> None:
    result = stocktake(calm=6)
    assert len(rank(result, units_as_candidates(result.assessed), 3, TYPES).ranked) == 0


def test_money_per_worker_is_the_budget_by_the_workers_that_a_programme_reaches() -> None:
    sites = make_sites([{"admin2": "A", "workers": 10}, {"admin2": "A", "workers": 30}, {"admin2": "B"}])
    programmes = make_programmes(
        [
            {"admin_code": "A", "budget": 400.0, "currency": "EUR"},
            {"admin_code": "A", "budget": 4000.0, "currency": "EUR", "types": "mapping;traceability"},
            {"admin_code": "A", "budget": 80.0, "currency": "USD", "types": "traceability"},
            {"admin_code": "B", "budget": 5.0, "currency": "EUR"},
            {"admin_code": "A", "currency": "EUR;USD"},
            {"admin_code": "A", "budget": 9.0, "currency": "EUR", "end": "2011-01-01"},
        ]
    )
    result = programme_coverage(sites, programmes, as_of=pd.Timestamp("2021-12-31"))
    cost = money_per_worker(result, ("mapping",))
    assert cost.to_dict("records") == [{"currency": "EUR", "programmes": 2, "least": 10, "median": 55, "most": 100}]
    assert money_per_worker(result).set_index("currency")["median"].to_dict() == {"EUR": 55, "USD": 2}
