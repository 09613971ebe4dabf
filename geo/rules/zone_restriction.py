"""Kind ``restriction``: diamond sites of a country under Kimberley restriction that are in no compliant zone."""

from __future__ import annotations

import numpy as np

from geo.messages import Note
from geo.rules.evidence import Evidence
from geo.rules.finding import Finding
from geo.rules.kind import add_unknown
from geo.rules.row import Derived, Row, SiteRow, is_unknown
from geo.rules.rule import Rule
from geo.rules.scene import Scene
from geo.rules.zone_status import NOT_COMPLIANT, is_restricted, status_from_rows


class ZoneRestriction:
    """Reads the zone status; one that is unknown fires nothing and is told."""

    name = "restriction"
    answers: tuple[str, ...] = ("listing",)
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()

    def evaluate(self, rule: Rule, scene: Scene, evidence: Evidence) -> Finding:
        """Fired where the country is restricted at the date and the site is known not to be in a compliant zone.

        Parameters
        ----------
        rule, scene, evidence
            As :meth:`geo.rules.kind.RuleKind.evaluate` takes them.
        """
        zone = scene.zone
        outside = np.array([status in NOT_COMPLIANT for status in zone.statuses], np.bool_)
        fired = zone.diamond & zone.restricted & outside[zone.status]
        unknown = zone.may_be & (zone.status == zone.statuses.index("unknown"))
        evidence.facts("zone", rule.id, np.flatnonzero(fired), fact="not_compliant")
        return add_unknown(evidence, Finding.of(rule.id, fired, reasons={"zone_unknown": unknown}))

    def explain(self, rule: Rule, rows: list[Row]) -> Note:
        """One sentence; the zone status itself stands beside it.

        Parameters
        ----------
        rule, rows
            As :meth:`geo.rules.kind.RuleKind.explain` takes them.
        """
        return Note("a diamond site under Kimberley Process restriction, not in a compliant zone")

    def explain_sums(self, rule: Rule) -> None:
        """It reads more than one row.

        Parameters
        ----------
        rule
            The rule that is asked.
        """

    def rederive(self, rule: Rule, site: SiteRow, rows: list[Row]) -> Derived:
        """From the entries of the register that evidence names.

        Parameters
        ----------
        rule, site, rows
            As :meth:`geo.rules.kind.RuleKind.rederive` takes them.
        """
        status = status_from_rows(site, rows)
        fired = "diamond" in site.minerals and is_restricted(rows) and status in NOT_COMPLIANT
        return Derived(fired, fired, fired, is_unknown(r for r in rows if r.rule == rule.id) and not fired)

    def limit(self, rule: Rule) -> Note:
        """What is asked.

        Parameters
        ----------
        rule
            The rule that is asked.
        """
        return Note("a country under restriction at the date")
