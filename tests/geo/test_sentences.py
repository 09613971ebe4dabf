"""Sentences made in columns are the notes of :func:`geo.rules.explanation.reasons`, word for word."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from geo.assess import assess
from geo.coded import CodedTable
from geo.rules.explanation import reasons
from geo.rules.sentences import sentences
from i18n.translator import translator
from layers.reference.rule_files import default_rules
from tests import frames

RULES = default_rules()
SPEAKERS = [translator("en"), translator("fr")]


def run(seed):
    rng = np.random.default_rng(seed)
    sites = frames.sites(
        *(
            {"site_id": str(i), "lon": x, "lat": y, "minerals": m}
            for i, (x, y, m) in enumerate(
                zip(
                    rng.uniform(15, 19, 60), rng.uniform(4, 6, 60), rng.choice(["gold", "diamond", ""], 60), strict=True
                )
            )
        ),
        {"site_id": "nowhere", "lon": np.nan, "lat": np.nan},
    )
    incidents = frames.incidents(
        *(
            {"record_id": str(i), "lon": x, "lat": y, "day": str(dt.date(2018, 1, 1) - dt.timedelta(days=int(d))), "deaths_best": float(b)}
            for i, (x, y, d, b) in enumerate(
                zip(rng.uniform(15, 19, 90), rng.uniform(4, 6, 90), rng.integers(0, 900, 90), rng.integers(0, 1500, 90),
                    strict=True)
            )
        )
    )  # fmt: skip
    visits = frames.visits({"site_id": "3", "visit_date": "2017-06-01", "non_state_armed": True})
    return assess(sites, incidents, as_of="2018-02-01", rules=RULES, visits=visits, coverage=frames.coverage("CAF"))


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("coded", [True, False])
def test_columns_say_what_notes_say(seed, coded):
    result = run(seed)
    rows = result.evidence_columns if coded else CodedTable.of(result.evidence)
    notes = list(reasons(RULES, result.sites, result.evidence, result.source_of))
    sentence = [texts.tolist() for texts in sentences(RULES, result.sites, rows, result.source_of, SPEAKERS)]
    assert sentence == [[note.sentence(speak) for note in notes] for speak in SPEAKERS]
    assert len({text.split(":")[0] for text in sentence[0]}) >= 3


def test_a_form_that_hangs_on_a_value_is_kept():
    result = run(1)

    class Counting:
        language = "fr"

        def __call__(self, message):
            return "{a} {a?puis|et} {b}" if message == "{a}; {b}" else message

    notes = list(reasons(RULES, result.sites, result.evidence, result.source_of))
    (sentence,) = sentences(RULES, result.sites, result.evidence_columns, result.source_of, [Counting()])
    assert sentence.tolist() == [note.sentence(Counting()) for note in notes]


def test_no_site_has_no_sentence():
    result = assess(frames.sites(), None, as_of="2018-02-01", rules=RULES)
    texts = sentences(RULES, result.sites, result.evidence_columns, {}, SPEAKERS)
    assert [t.tolist() for t in texts] == [[], []]
    assert isinstance(result.sites, pd.DataFrame)
