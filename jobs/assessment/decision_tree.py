"""The decision as a tree, counted: every question of the rule table in its order, and how many sites leave at each.

The same table drives the engine, so the tree cannot say anything else than what was decided.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from geo.rules.classify import AFFECTED, INSUFFICIENT, NONE
from geo.rules.registry import KINDS
from geo.rules.rule import Rule
from geo.rules.rule_set import Rules
from i18n.translator import N_, Translator

GAP, CALM = "gap", "none"
"""Keys of the last two branches, beside the rule ids."""
GAP_QUESTION = N_(
    "Is anything missing that could contradict a calm answer (coverage, position, a record that could not be read)?"
)
CALM_ANSWER = N_("Nothing was found.")


@dataclass(frozen=True)
class Branch:
    """One question and its outcome.

    Attributes
    ----------
    key
        Rule id, :data:`GAP` or :data:`CALM`.
    question, limit, ground
        In words; blank limit and ground for the last two.
    cls
        The class of the sites that leave here.
    asked, leave
        Sites that arrive, and those of them that leave here.
    fired, unknown
        Sites for which the rule fires at all, and for which it cannot be told.
    """

    key: str
    question: str
    limit: str
    ground: str
    cls: str
    asked: int
    leave: int
    fired: int
    unknown: int


@dataclass(frozen=True)
class AreaRule:
    """A rule that leads to no branch, of the area or a listing: what it asks, and for how many sites it holds."""

    key: str
    question: str
    cls: str
    fired: int
    unknown: int


def area_rules(sites: pd.DataFrame, fired: pd.DataFrame, rules: Rules, translate: Translator) -> list[AreaRule]:
    """The area rules, then the listings; `fired` is that of :class:`geo.assess.Assessment`.

    Parameters
    ----------
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    fired
        `source, site_id, rule`: one row for each rule that fired at a site (:class:`geo.assess.Assessment`).
    rules
        The rule set with its settings.
    translate
        Speaks the reader's language.
    """
    unknown = sites["rules_unknown"].str.split(";").explode().value_counts()
    return [
        AreaRule(r.id, r.asks(translate), r.cls, int(fired[r.id].sum()), int(unknown.get(r.id, 0)))
        for answer in ("area", "listing")
        for r in rules.answering(answer)
    ]


def ordered(rules: Rules) -> list[Rule]:
    """The site rules in the order in which they decide: those of the graver class first.

    Parameters
    ----------
    rules
        The rule set with its settings.
    """
    return sorted(rules.answering("site"), key=lambda r: r.cls != AFFECTED)


def first_of(sites: pd.DataFrame, rules: Rules) -> pd.Series:
    """The branch at which each site leaves: its first fired rule, else :data:`GAP`, else :data:`CALM`.

    Parameters
    ----------
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    rules
        The rule set with its settings.
    """
    order = {r.id: i for i, r in enumerate(ordered(rules))}
    first = sites["rules_fired"].map(lambda ids: min(filter(None, ids.split(";")), key=lambda i: order[i], default=""))
    calm = sites["site_class"].map({INSUFFICIENT: GAP, NONE: CALM}).fillna("")
    return first.where(first != "", calm)


def branches(sites: pd.DataFrame, rules: Rules, translate: Translator) -> list[Branch]:
    """The tree from top to bottom; `leave` adds up to the number of sites.

    Parameters
    ----------
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    rules
        The rule set with its settings.
    translate
        Speaks the reader's language.
    """
    leaves = first_of(sites, rules).value_counts()
    fired = sites["rules_fired"].str.split(";").explode().value_counts()
    unknown = sites["rules_unknown"].str.split(";").explode().value_counts()
    arriving, out = len(sites), []
    for rule in ordered(rules):
        leave = int(leaves.get(rule.id, 0))
        limit = KINDS[rule.kind].limit(rule).sentence(translate)
        counts = (arriving, leave, int(fired.get(rule.id, 0)), int(unknown.get(rule.id, 0)))
        out.append(Branch(rule.id, rule.asks(translate), limit, rule.ground, rule.cls, *counts))
        arriving -= leave
    gap = int(leaves.get(GAP, 0))
    out.append(Branch(GAP, translate(GAP_QUESTION), "", "", INSUFFICIENT, arriving, gap, gap, 0))
    calm = int(leaves.get(CALM, 0))
    out.append(Branch(CALM, translate(CALM_ANSWER), "", "", NONE, arriving - gap, calm, calm, 0))
    return out
