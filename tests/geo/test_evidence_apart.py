"""Evidence that is found in another thread stands where it is added."""

from __future__ import annotations

import os

import numpy as np
import pandas as pd

import geo.assess
from geo.rules.evidence import Evidence
from layers.reference.rule_files import default_rules
from tests import frames


def test_what_was_found_apart_stands_behind_what_was_there():
    rules = default_rules()
    whole, site = Evidence(rules.rules, rules.ids), np.array([0])
    part = whole.apart()
    part.facts("gap", "", site, fact="b")
    part.incidents("near_miss", "", site, site, fact="b")
    for fact in "ac":
        whole.facts("gap", "", site, fact=fact)
    whole.add(part)
    assert [row.columns["fact"] for row in whole._facts] == ["a", "c", "b"]
    assert [row.fact for row in whole._incidents] == ["b"]
    nothing = Evidence(rules.rules, rules.ids, wanted=False).apart()
    nothing.facts("gap", "", site, fact="a")
    assert not nothing._facts


def test_what_is_done_ahead_changes_no_answer(monkeypatch):
    sites = frames.sites(*({"lon": 20.0 + k / 50, "minerals": "gold;diamond"} for k in range(12)))
    incidents = frames.incidents(*({"day": "2018-06-01", "lon": 20.0 + k / 40, "deaths_best": k} for k in range(30)))
    told = {"as_of": "2018-12-31", "rules": default_rules(), "coverage": frames.coverage("CAF")}
    given = {
        **told,
        "outlines": frames.outlines(),
        "boundaries": [frames.squares({"A": (19.0, 5.0, 20.2, 7.0), "B": (20.2, 5.0, 21.0, 7.0)})],
    }
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    made = []
    for least in (0, 1 << 24):
        monkeypatch.setattr(geo.assess, "LARGE", least)
        made += [geo.assess.assess(sites, incidents, explain=explain, **given) for explain in (True, False)]
    ahead, classes_ahead, one_by_one, classes = made
    pd.testing.assert_frame_equal(ahead.sites, one_by_one.sites)
    pd.testing.assert_frame_equal(ahead.evidence, one_by_one.evidence)
    pd.testing.assert_frame_equal(classes_ahead.sites, classes.sites)
