"""Kind ``list``: the edition of the EU indicative list in force at a date, and the sites that it names."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import schema
from geo.messages import Note
from geo.records.admin_units import keys_of
from geo.rules.evidence import Evidence
from geo.rules.finding import Finding
from geo.rules.kind import add_unknown
from geo.rules.row import Derived, Row, SiteRow, is_unknown
from geo.rules.rule import Rule
from geo.rules.scene import Scene
from geo.time_window import NO_DAY, to_days


class ListedArea:
    """Whether the site's area is on the list, for one of the rule's minerals."""

    name = "list"
    answers: tuple[str, ...] = ("listing",)
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ("minerals",)

    def evaluate(self, rule: Rule, scene: Scene, evidence: Evidence) -> Finding:
        """Unknown without a list, before its first edition, and where the list names a unit of a level not known.

        Parameters
        ----------
        rule, scene, evidence
            As :meth:`geo.rules.kind.RuleKind.evaluate` takes them.
        """
        n, sites, as_of, units = len(scene), scene.sites, scene.as_of, scene.site_units
        applicable, mineral_unknown = scene.applicable(rule)
        fired, maybe, known = (np.zeros(n, np.bool_) for _ in range(3))
        if scene.listed is not None and len(scene.listed):
            table = schema.conform(scene.listed, schema.LISTED_AREAS)
            start, end = to_days(table["valid_from"]), to_days(table["valid_to"])
            end = np.where(end == NO_DAY, np.iinfo(np.int64).max, end)
            known = as_of >= start.min()
            for i, area in enumerate(table.itertuples(index=False)):
                now = (
                    (start[i] <= as_of) & (as_of < end[i]) & (sites["country"] == area.country).to_numpy() & applicable
                )
                if area.kind == "country":
                    hit = now
                else:
                    level = 1 if area.kind == "admin1" else 2
                    key = keys_of(
                        pd.Series([area.area], dtype="str"),
                        pd.Series([area.country], dtype="str"),
                        level,
                        scene.aliases,
                    )[0]
                    hit = now & (units[level].key == key)
                    maybe |= now & (units[level].key == "")
                fired |= hit
                _add_evidence(evidence, rule.id, np.flatnonzero(hit), area, i)
        unplaced = (sites["country"] == "").to_numpy(np.bool_)
        calm = np.flatnonzero(known & applicable & ~fired & ~maybe & ~unplaced)
        evidence.facts("near_miss", rule.id, calm, fact="not_listed")
        reasons = {
            "no_list": ~known & applicable,
            "country_unknown": unplaced & applicable,
            "unit_unknown": maybe,
            "mineral_unknown": mineral_unknown,
        }
        return add_unknown(evidence, Finding.of(rule.id, fired, reasons=reasons))

    def explain(self, rule: Rule, rows: list[Row]) -> Note:
        """The listed area.

        Parameters
        ----------
        rule, rows
            As :meth:`geo.rules.kind.RuleKind.explain` takes them.
        """
        areas = ", ".join(dict.fromkeys(r.status for r in rows if r.kind == "list"))
        return Note("on the EU indicative list ({areas})", areas=areas)

    def explain_sums(self, rule: Rule) -> None:
        """It reads more than one row.

        Parameters
        ----------
        rule
            The rule that is asked.
        """

    def rederive(self, rule: Rule, site: SiteRow, rows: list[Row]) -> Derived:
        """From the entries that evidence names.

        Parameters
        ----------
        rule, site, rows
            As :meth:`geo.rules.kind.RuleKind.rederive` takes them.
        """
        listed = [r for r in rows if r.kind == "list" and r.start is not None]
        wanted = {m.casefold() for m in rule.minerals}
        applicable = not wanted or bool(wanted & {m.casefold() for m in site.minerals})
        fired = applicable and any(
            r.start <= site.day and (r.end is None or site.day < r.end) for r in listed if r.start
        )
        return Derived(fired, fired, fired, is_unknown(rows) and not fired)

    def limit(self, rule: Rule) -> Note:
        """The minerals of the regulation.

        Parameters
        ----------
        rule
            The rule that is asked.
        """
        return rule.limit() if rule.minerals else Note("the edition in force")


def _add_evidence(evidence: Evidence, rule: str, rows: npt.NDArray[np.int64], area: object, number: int) -> None:
    name = getattr(area, "area", "") or getattr(area, "country", "")
    evidence.facts(
        "list",
        rule,
        rows,
        record_id=getattr(area, "code", "") or f"entry {number + 1}",
        dataset="EU indicative list",
        date_start=getattr(area, "valid_from", None),
        date_end=getattr(area, "valid_to", None),
        fact=getattr(area, "kind", ""),
        status=name,
    )
