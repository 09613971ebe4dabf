"""The result of the main job: assessed sites, and the evidence behind them, made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

import numpy as np
import pandas as pd

from geo.coded import CodedTable

Evidence = pd.DataFrame | CodedTable
KEPT = 16
"""Sites whose evidence, made alone, is kept: a page asks for that of its site several times."""


class Assessment:
    """The result of one run.

    Parameters
    ----------
    sites
        :data:`geo.schema.ASSESSED`, one row per site, by source, then site id (shorter first): the same for any order
        of the input.
    evidence
        The rows that say why, or what makes them at the first use.
    datasets
        Incident datasets used: `source, dataset, dataset_version, file`.
    report
        What a reader should know of the run: repeated incident ids, unmatched and disagreeing labels, events that no
        rule can see, notes.
    fired
        One column of booleans per rule that was asked, rows as in `sites`.
    one
        Gives the evidence of the site at a position of `sites`, where all of it has not been made.
    """

    def __init__(
        self,
        sites: pd.DataFrame,
        evidence: Evidence | Callable[[], Evidence],
        datasets: pd.DataFrame,
        report: Mapping[str, object] | None = None,
        fired: pd.DataFrame | None = None,
        one: Callable[[int], pd.DataFrame] | None = None,
    ) -> None:
        self.sites, self.datasets = sites, datasets
        self.report = dict(report or {})
        self.fired = pd.DataFrame(index=sites.index) if fired is None else fired
        self._later, self._one = evidence if callable(evidence) else None, one
        self._coded = evidence if isinstance(evidence, CodedTable) else None
        self._frame = evidence if isinstance(evidence, pd.DataFrame) else None
        self._kept: dict[int, pd.DataFrame] = {}
        self._lock = Lock()

    def __getstate__(self) -> dict[str, Any]:
        """A worker of a cluster sends a result home; a lock stays where it is."""
        return {name: value for name, value in self.__dict__.items() if name != "_lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """What came."""
        self.__dict__.update(state)
        self._lock = Lock()

    def _make(self) -> None:
        with self._lock:  # two readers of one run wait for one making
            if self._later is not None:
                made = self._later()
                if isinstance(made, CodedTable):
                    self._coded = made
                else:
                    self._frame = made
                self._later = None

    @property
    def evidence(self) -> pd.DataFrame:
        """:data:`geo.schema.EVIDENCE` and `restricted`, of every site.

        What leaves this machine passes :func:`geo.rules.evidence.withheld` first.
        """
        self._make()
        if self._frame is None:
            assert self._coded is not None
            self._frame = self._coded.frame()
        return self._frame

    @property
    def evidence_columns(self) -> CodedTable:
        """The same as codes: a million rows for files, without an object per cell."""
        self._make()
        if self._coded is None:
            assert self._frame is not None
            self._coded = CodedTable.of(self._frame)
        return self._coded

    def evidence_of(self, row: int) -> pd.DataFrame:
        """The rows of evidence of the site at a position of `sites`: those of :attr:`evidence`, made alone.

        Parameters
        ----------
        row
            Position of the site in `sites`, from 0.
        """
        if self._one is not None and self._later is not None:
            if row not in self._kept:
                found = self._one(row)
                while len(self._kept) >= KEPT:
                    self._kept.pop(next(iter(self._kept)), None)
                self._kept[row] = found
            return self._kept[row].copy()
        site, rows = self.sites.iloc[row], self.evidence_columns
        mine = np.logical_and.reduce([rows[n].equal(str(site[n])) for n in ("site_id", "source")])
        return rows.take(np.flatnonzero(mine)).frame()

    @property
    def source_of(self) -> dict[str, str]:
        """The incident source of each dataset name."""
        return dict(zip(self.datasets["dataset"], self.datasets["source"], strict=True))
