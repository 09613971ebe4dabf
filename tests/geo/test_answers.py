"""What every rule says: in the order of the rules, though those that wait for incidents are asked last."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import geo.assess
from benchmarks.scene import synthetic
from benchmarks.whole import frames
from geo.rules import answers
from geo.rules.evidence import Evidence
from geo.rules.finding import Finding


class Kind:
    """Fires nowhere, says who it is, and keeps the order in which rules were asked."""

    def __init__(self):
        self.asked = []

    def evaluate(self, rule, scene, evidence):
        self.asked.append(rule.id)
        evidence.facts("gap", rule.id, np.zeros(1, np.int64), fact="rule_unknown")
        return Finding.of(rule.id, np.zeros(1, np.bool_))


@pytest.mark.parametrize(
    ("wanted", "asked"), [(True, ["C2", "C1", "H1", "H2"]), (False, ["C2", "H2", "C1", "H1"])], ids=["evidence", "none"]
)
def test_rules_that_wait_come_last_and_nothing_else_changes(monkeypatch, wanted, asked):
    kind = Kind()
    monkeypatch.setattr(answers, "KINDS", dict.fromkeys(("near", "status", "area"), kind))
    rules = [
        SimpleNamespace(id=i, kind=k) for i, k in (("C1", "near"), ("C2", "status"), ("H1", "near"), ("H2", "area"))
    ]
    evidence = Evidence(rules, [rule.id for rule in rules], wanted)
    found = answers.answers_of(SimpleNamespace(rules=rules), None, evidence)
    assert kind.asked == asked
    assert [finding.rule for finding in found] == ["C1", "C2", "H1", "H2"]
    assert [rows.rule for rows in evidence._facts] == (["C1", "C2", "H1", "H2"] if wanted else [])


@pytest.mark.parametrize("explain", [True, False])
def test_incidents_around_sites_are_looked_for_once(monkeypatch, explain):
    sites, incidents, options = frames(synthetic("small", 20, 200, one_date=True))
    searched, search = [], geo.assess._around

    def around(*given, **more):
        searched.append(1)
        return search(*given, **more)

    monkeypatch.setattr(geo.assess, "_around", around)
    geo.assess.assess(sites, incidents, explain=explain, **options)
    assert len(searched) == 1
