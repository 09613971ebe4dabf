"""What every rule says of the sites of one run; the rules that wait for what others look for are asked last."""

from __future__ import annotations

from geo.rules.evidence import Evidence
from geo.rules.finding import Finding
from geo.rules.incident_area import IncidentArea
from geo.rules.incident_distance import IncidentDistance
from geo.rules.registry import KINDS
from geo.rules.rule_set import Rules
from geo.rules.scene import Scene


def answers_of(rules: Rules, scene: Scene, evidence: Evidence) -> list[Finding]:
    """What each rule says of every site, in the order of the rules; their evidence stands in that order too.

    Parameters
    ----------
    rules
        The rule set with its settings.
    scene
        Sites, incidents and all else that a rule may ask; incidents around the sites may still be looked for.
    evidence
        Gathers rows of evidence.
    """
    # Incidents around sites are found first; how far the edge of a unit is, is evidence alone, and measured after that.
    waits = {IncidentDistance.name: 1, IncidentArea.name: 2 if evidence.wanted else 0}
    answers = {}
    for rule in sorted(rules.rules, key=lambda rule: waits.get(rule.kind, 0)):
        rows = evidence.apart()
        answers[rule.id] = KINDS[rule.kind].evaluate(rule, scene, rows), rows
    for rule in rules.rules:
        evidence.add(answers[rule.id][1])
    return [answers[rule.id][0] for rule in rules.rules]
