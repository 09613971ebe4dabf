"""What a kind of rule is: one file with one class that answers four questions of any rule of its kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from geo.messages import Note
from geo.rules.evidence import Evidence
from geo.rules.finding import Finding
from geo.rules.row import Derived, Row, SiteRow
from geo.rules.rule import Rule
from geo.rules.scene import Scene

SumWords = tuple[str, dict[str, str | int], dict[str, tuple[str, Callable[[float], Note]]]]
"""A template, what the rule fills in, and by placeholder the column of evidence whose numbers are said, and how."""


class RuleKind(Protocol):
    """A kind of rule; :mod:`geo.rules.registry` lists them.

    Attributes
    ----------
    name
        As rule files spell it (`kind`).
    answers
        What its rules may answer (:data:`geo.rules.rule.ANSWERS`).
    required, optional
        Keys of a rule file that belong to it, beside those of every rule.
    """

    name: str
    answers: tuple[str, ...]
    required: tuple[str, ...]
    optional: tuple[str, ...]

    def evaluate(self, rule: Rule, scene: Scene, evidence: Evidence) -> Finding:
        """What the rule says of every site, and the rows that prove it.

        Parameters
        ----------
        rule
            The rule that is asked.
        scene
            Sites, incidents and all else that a rule may ask, at the date of each site.
        evidence
            Gathers rows of evidence.
        """
        ...

    def explain(self, rule: Rule, rows: list[Row]) -> Note:
        """Why the rule fired for a site, from its rows of evidence.

        Parameters
        ----------
        rule
            The rule that is asked.
        rows
            Evidence of this rule at one site.
        """
        ...

    def explain_sums(self, rule: Rule) -> SumWords | None:
        """What :meth:`explain` makes of the row of kind ``total`` of a site alone; None where it reads other rows.

        Parameters
        ----------
        rule
            The rule that is asked.
        """
        ...

    def rederive(self, rule: Rule, site: SiteRow, rows: list[Row]) -> Derived:
        """What follows for one site from its evidence alone, written apart from `evaluate` on purpose.

        Parameters
        ----------
        rule
            The rule that is asked.
        site
            The site as the results state it, with the settings of the run.
        rows
            Evidence of this rule at the site.
        """
        ...

    def limit(self, rule: Rule) -> Note:
        """The thresholds in words, for documents and tables.

        Parameters
        ----------
        rule
            The rule that is asked.
        """
        ...


def add_unknown(evidence: Evidence, finding: Finding) -> Finding:
    """Rows that say why a rule could not be evaluated, one per site and reason; gives the finding back.

    Parameters
    ----------
    evidence
        Gathers rows of evidence.
    finding
        What the rule says of every site, with its reasons.
    """
    for code, flags in finding.reasons.items():
        rows = flags.nonzero()[0]
        evidence.facts("gap", finding.rule, rows, fact="rule_unknown", status=code)
    return finding
