"""The sentence beside a class: counted again by hand, silent with few cases, and no forecast."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest

from geo.backtest.outcome import Outcome
from i18n.translator import translator
from jobs.backtest.job import BacktestInputs, load, past_dates, run
from jobs.backtest.sentence import LEAST, class_figures, class_sentence
from jobs.inputs import Inputs, Source
from layers.reference import files

LAST = dt.date(2018, 12, 31)


@pytest.fixture(scope="module")
def tested():
    loaded = load(
        BacktestInputs(
            Inputs(
                [Source.of(files.DEMONSTRATION_SITES)],
                [Source.of(files.DEMONSTRATION_INCIDENTS)],
                coverage=[Source.of(files.DEMONSTRATION_COVERAGE)],
            )
        )
    )
    return run(loaded, past_dates(loaded, dt.date(2015, 12, 31), dt.date(2017, 12, 31), 12, Outcome()), number=20)


@pytest.mark.parametrize(("day", "dates"), [(LAST, 3), (dt.date(2018, 12, 30), 2), (dt.date(2017, 12, 31), 2)])
def test_it_counts_the_dates_that_were_over(tested, day, dates):
    n = hits = others = other_hits = 0
    for cls, date, hit in zip(
        tested.gathered.sites["site_class"], tested.gathered.cases.date, tested.gathered.cases.hit, strict=True
    ):
        if dt.date(2016 + int(date), 12, 31) <= day:
            mine = cls == "conflict-affected"
            n, hits = n + mine, hits + (mine and hit)
            others, other_hits = others + (not mine), other_hits + (not mine and hit)
    found = class_figures(tested, "conflict-affected", day)
    assert (found.dates, found.n, found.hits, found.others_n, found.others_hits) == (dates, n, hits, others, other_hits)
    assert found.low <= hits / n <= found.high


def test_it_names_its_sample_and_says_that_it_is_no_forecast(tested):
    found = class_figures(tested, "conflict-affected", LAST)
    english, french = (class_sentence(tested, "conflict-affected", LAST, translator(code)) for code in ("en", "fr"))
    assert english.startswith("Of the loaded sites classed like this at 3 past dates, ")
    assert f"n = {found.n}, " in english
    assert re.search(r"of the others [\d.]+%", english)
    for said, word in ((english, "not a forecast for this site"), (french, "non une prévision pour ce site")):
        assert word in said
        assert not re.search(r"\b(will|risk of|probab|sera)\b", said)


def test_few_cases_say_nothing(tested):
    sites = tested.gathered.sites.copy()
    rows = sites.index[: LEAST - 1]
    sites["site_class"] = "high-risk"
    sites.loc[rows, "site_class"] = "conflict-affected"
    few = replace(tested, gathered=replace(tested.gathered, sites=sites))
    assert class_sentence(few, "conflict-affected", LAST, translator("en")) == ""
    assert class_sentence(few, "high-risk", LAST, translator("en")).count("of the others") == 0
    assert class_sentence(tested, "conflict-affected", dt.date(2016, 12, 30), translator("en")) == ""


def test_what_was_not_looked_at_says_nothing(tested):
    sites = tested.gathered.sites.assign(site_class="insufficient data")
    bare = replace(tested, gathered=replace(tested.gathered, sites=sites))
    assert class_sentence(bare, "insufficient data", LAST, translator("en")) == ""
    uncovered = replace(tested, gathered=replace(tested.gathered, undeclared=len(sites)))
    assert class_sentence(uncovered, "conflict-affected", LAST, translator("en")) == ""
