"""Joined spans of coverage, and the latest date at which a calm answer is possible, against asking day by day."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.rules.coverage_gaps import covering_sources
from geo.rules.coverage_spans import covered_spans, latest_answer
from geo.time_window import NO_DAY, months_before, to_days
from tests.examples import examples

LOADED = pd.DataFrame(
    {
        "source": ["ucdp", "ucdp", "acled"],
        "dataset": ["UCDP GED 25.1 global", "UCDP GED 25.0.1 candidate", "ACLED"],
        "dataset_version": ["25.1", "25.0.1", "sha256:1"],
        "file": ["a.csv", "b.csv", "c.csv"],
    }
)


def coverage(*rows: tuple[str, str, str, str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["dataset", "country_iso3", "from", "to", "effects"])
    return frame.assign(**{c: pd.to_datetime(frame[c]).astype("datetime64[s]") for c in ("from", "to")})


def test_a_year_and_the_month_after_it_are_one_span_of_their_source():
    table = coverage(
        ("UCDP GED 25.1 global", "CAF", "1989-01-01", "2024-12-31", "lethal"),
        ("UCDP GED 25.0.1 candidate", "CAF", "2025-01-01", "2025-01-31", ""),
        ("ACLED", "CAF", "2020-01-01", "2025-06-30", "all"),
        ("not loaded", "CAF", "1989-01-01", "2030-12-31", "all"),
    )
    spans = covered_spans(table, LOADED)
    assert spans.astype(str).to_numpy().tolist() == [
        ["acled", "CAF", "all", "2020-01-01", "2025-06-30"],
        ["acled", "CAF", "lethal", "2020-01-01", "2025-06-30"],
        ["ucdp", "CAF", "lethal", "1989-01-01", "2025-01-31"],
    ]
    days = latest_answer(spans, ["CAF", "COD", "CAF;COD"], 36)
    assert pd.Timestamp(int(days[0]), unit="D") == pd.Timestamp("2025-06-30")
    assert days.tolist()[1:] == [NO_DAY, NO_DAY]
    assert covered_spans(None, LOADED).empty
    assert latest_answer(covered_spans(None, LOADED), ["CAF"], 36).tolist() == [NO_DAY]


def test_too_short_a_span_answers_nothing_and_neighbours_count_in_the_same_source():
    table = coverage(
        ("ACLED", "CAF", "2020-01-01", "2022-12-30", "all"),  # a day short of 36 months
        ("UCDP GED 25.1 global", "CAF", "1989-01-01", "2018-12-31", "lethal"),
        ("UCDP GED 25.1 global", "TCD", "1989-01-01", "2017-12-31", "lethal"),
        ("ACLED", "TCD", "1997-01-01", "2022-12-31", "all"),
    )
    spans = covered_spans(table, LOADED)
    days = pd.to_datetime(latest_answer(spans, ["CAF", "CAF;TCD", "TCD"], 36), unit="D").strftime("%Y-%m-%d").tolist()
    assert days == ["2018-12-31", "2017-12-31", "2022-12-31"]


day = st.integers(min_value=0, max_value=400)
row = st.tuples(
    st.sampled_from(["UCDP GED 25.1 global", "UCDP GED 25.0.1 candidate", "ACLED", "other"]),
    st.sampled_from(["CAF", "TCD"]), day, st.integers(min_value=0, max_value=200), st.sampled_from(["lethal", "all"]),
)  # fmt: skip


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(row, max_size=6), st.sampled_from(["CAF", "TCD", "CAF;TCD"]), st.sampled_from([1, 3]))
def test_the_latest_answer_is_what_asking_every_day_finds(rows, asked, months):
    base = pd.Timestamp("2020-01-01")
    table = coverage(
        *((d, c, base + pd.Timedelta(days=a), base + pd.Timedelta(days=a + n), e) for d, c, a, n, e in rows)
    )
    every = to_days(pd.Series(pd.date_range("2020-01-01", periods=620)))
    after = months_before(every, months)
    whole: dict[str, np.ndarray] = {}
    for country in asked.split(";"):
        named = np.full(len(every), country, dtype=object)
        for source, flags in covering_sources(table, LOADED, named, after, every).items():
            whole[source] = whole.get(source, np.ones(len(every), np.bool_)) & flags
    good = np.flatnonzero(np.logical_or.reduce(list(whole.values())))
    wanted = int(every[good[-1]]) if len(good) else NO_DAY
    assert latest_answer(covered_spans(table, LOADED), [asked], months).tolist() == [wanted]
