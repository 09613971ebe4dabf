"""The rows that say why: one table for sums, incidents, visits, statuses, lists, zones, gaps and near misses.

Rows are codes and numbers; no sentence stands in them (docs/evidence.md lists the codes).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import schema
from geo.coded import Coded, CodedTable, masked
from geo.records.incidents import Incidents
from geo.rules.evidence_columns import RESTRICTED, FactRows, IncidentRows, columns
from geo.rules.rule import Rule

__all__ = ["OPEN_COLUMNS", "RESTRICTED", "Evidence", "withheld", "withheld_columns"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

OPEN_COLUMNS = ("site_id", "source", "kind", "rule", "record_id", "dataset", "dataset_version", "distance_m", "ground")
"""What evidence of a restricted row (ACLED) may say outside this machine; all else is withheld by licence."""


@dataclass
class Evidence:
    """Collects rows while the rules are asked; :meth:`columns` puts them in their one order.

    `wanted` false collects nothing: classes without their reasons.
    """

    rules: Sequence[Rule]
    ids: Sequence[str]
    wanted: bool = True
    _incidents: list[IncidentRows] = field(default_factory=list)
    _facts: list[FactRows] = field(default_factory=list)

    def incidents(
        self, kind: str, rule: str, site: Ints, incident: Ints, distance_m: Floats | None = None, fact: str = "counted"
    ) -> None:
        """Names incidents (positions in the prepared incidents) for sites (positions in the site table).

        Parameters
        ----------
        kind
            What the rows are, one of `EVIDENCE_KINDS` of :mod:`geo.schema_results`.
        rule
            Id of the rule; blank where none is meant.
        site
            Position of each site in the site table.
        incident
            Position of each incident in the prepared incidents.
        distance_m
            Geodesic distance of each pair [m]; None: not measured.
        fact
            `counted`, or why it did not count (docs/evidence.md has the codes).
        """
        if self.wanted and len(site):
            self._incidents.append(IncidentRows(kind, rule, site, incident, distance_m, fact))

    def facts(self, kind: str, rule: str, site: Ints, **cells: object) -> None:
        """Names anything else; `cells` are columns of :data:`geo.schema.EVIDENCE`, scalars or one value a site.

        Parameters
        ----------
        kind
            What the rows are, one of `EVIDENCE_KINDS` of :mod:`geo.schema_results`.
        rule
            Id of the rule; blank where none is meant.
        site
            Position of each site in the site table.
        **cells
            Columns of :data:`geo.schema.EVIDENCE` by name, a scalar or one value a row.
        """
        if self.wanted and len(site):
            self._facts.append(FactRows(kind, rule, site, dict(cells)))

    def apart(self) -> Evidence:
        """An empty one of the same rules, for what is found in another thread; :meth:`add` puts it in its turn."""
        return Evidence(self.rules, self.ids, self.wanted)

    def add(self, other: Evidence) -> None:
        """Adds what another has collected, behind what is there.

        Parameters
        ----------
        other
            What :meth:`apart` gave.
        """
        self._incidents += other._incidents
        self._facts += other._facts

    def columns(self, sites: pd.DataFrame, incidents: Incidents) -> CodedTable:
        """All rows as :data:`geo.schema.EVIDENCE` and `restricted`, by site, rule (no rule last), kind, distance, date.

        Of millions of rows every copy costs more than the rules do: a column is its different values and their places.

        Parameters
        ----------
        sites
            The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
        incidents
            The incidents, ready to be asked.
        """
        return columns(self._incidents, self._facts, self.rules, self.ids, sites, incidents)


def withheld(evidence: pd.DataFrame) -> pd.DataFrame:
    """Evidence as it may leave this machine: :data:`geo.schema.EVIDENCE`, restricted rows blank but for what is open.

    Of a restricted row the distance is rounded to whole kilometres: three exact distances give a place back.

    Parameters
    ----------
    evidence
        Rows of evidence (`geo.schema.EVIDENCE`).
    """
    if RESTRICTED not in evidence.columns:
        return evidence
    shut = evidence[RESTRICTED].to_numpy(np.bool_)
    if not shut.any():
        return evidence.drop(columns=RESTRICTED)
    return withheld_columns(CodedTable.of(evidence)).frame()


def withheld_columns(evidence: CodedTable) -> CodedTable:
    """The same for columns that are codes.

    Parameters
    ----------
    evidence
        Rows of evidence, their texts as codes.
    """
    if RESTRICTED not in evidence.columns:
        return evidence
    shut = np.asarray(evidence[RESTRICTED].array(), np.bool_)
    table = evidence.without(RESTRICTED)
    if not shut.any():
        return table
    away = np.asarray(table["distance_m"].array(), np.float64)
    rounded = Coded(np.where(shut, np.round(away / 1000) * 1000, away))
    blanks = {"text": "", "tri": pd.NA, "date": np.datetime64("NaT", "s")}
    hidden = {c.name: blanks.get(c.type, np.nan) for c in schema.EVIDENCE if c.name not in OPEN_COLUMNS}
    return masked(CodedTable({**table.columns, "distance_m": rounded}), shut, hidden)
