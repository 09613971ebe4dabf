"""Evidence that is made when it is asked for is the evidence that would have been made at once."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.answer_cache import AnswerCache
from geo.assess import assess
from layers.reference.rule_files import default_rules
from tests import frames
from tests.examples import examples

BOXES = frames.squares({"A": (19, 5, 20, 7), "B": (20, 5, 21, 7)})


def scene(n, seed_days):
    sites = frames.sites(*({"site_id": str(i), "lon": 19.8 + i / 10, "lat": 6.0, "admin2": ""} for i in range(n)))
    events = frames.incidents(
        *(
            {"day": pd.Timestamp("2018-01-01") + pd.Timedelta(days=d), "lon": 19.7 + (d % 7) / 10, "lat": 6.05,
             "precision": 1 + d % 3, "deaths_best": float(d % 4)}
            for d in seed_days
        )
    )  # fmt: skip
    options = {"coverage": frames.coverage("CAF"), "outlines": frames.outlines(), "boundaries": BOXES}
    return sites, events, {"as_of": "2018-12-31", "rules": default_rules(), **options}


@settings(max_examples=examples(4), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(n=st.integers(1, 5), days=st.lists(st.integers(0, 400), max_size=12))
def test_of_one_site_and_of_all(n, days):
    sites, events, options = scene(n, days)
    at_once, later = assess(sites, events, **options), assess(sites, events, explain="later", **options)
    pd.testing.assert_frame_equal(at_once.sites, later.sites)
    for row in range(n):
        pd.testing.assert_frame_equal(later.evidence_of(row), at_once.evidence_of(row))
    pd.testing.assert_frame_equal(later.evidence, at_once.evidence)
    pd.testing.assert_frame_equal(later.evidence_of(0), at_once.evidence_of(0))


@pytest.mark.parametrize("n", [1, 3])
def test_without_evidence_the_classes_are_the_same(n):
    sites, events, options = scene(n, range(0, 300, 20))
    pd.testing.assert_frame_equal(assess(sites, events, explain=False, **options).sites,
                                  assess(sites, events, **options).sites)  # fmt: skip
    assert assess(sites, events, explain=False, **options).evidence.empty


@settings(max_examples=examples(4), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(runs=st.lists(st.tuples(st.integers(1, 3), st.sampled_from(["2018-03-31", "2018-12-31", "2019-02-02"])),
                     min_size=2, max_size=4))  # fmt: skip
def test_what_is_kept_for_the_next_date_changes_no_answer(runs):
    kept, events = AnswerCache(), scene(1, range(0, 300, 20))[1]
    for n, day in runs:
        sites, _, options = scene(n, [])
        options |= {"as_of": day, "boundaries": BOXES}
        held, alone = (assess(sites, events, explain="later", kept=k, **options) for k in (kept, None))
        pd.testing.assert_frame_equal(held.sites, alone.sites)
        pd.testing.assert_frame_equal(held.evidence_of(0), alone.evidence_of(0))
        assert held.report == alone.report
