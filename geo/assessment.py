"""The result of the main job: assessed sites, and the evidence behind them, made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

Evidence = pd.DataFrame | Callable[[], pd.DataFrame]


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
        evidence: Evidence,
        datasets: pd.DataFrame,
        report: Mapping[str, object] | None = None,
        fired: pd.DataFrame | None = None,
        one: Callable[[int], pd.DataFrame] | None = None,
    ) -> None:
        self.sites, self.datasets = sites, datasets
        self.report = dict(report or {})
        self.fired = pd.DataFrame(index=sites.index) if fired is None else fired
        self._evidence, self._one = evidence, one

    @property
    def evidence(self) -> pd.DataFrame:
        """:data:`geo.schema.EVIDENCE` and `restricted`, of every site.

        What leaves this machine passes :func:`geo.rules.evidence.withheld` first.
        """
        if not isinstance(self._evidence, pd.DataFrame):
            self._evidence = self._evidence()
        return self._evidence

    def evidence_of(self, row: int) -> pd.DataFrame:
        """The rows of evidence of the site at a position of `sites`: those of :attr:`evidence`, made alone."""
        if self._one is not None and not isinstance(self._evidence, pd.DataFrame):
            return self._one(row)
        site = self.sites.iloc[row]
        mine = (self.evidence["site_id"] == site["site_id"]) & (self.evidence["source"] == site["source"])
        found: pd.DataFrame = self.evidence[mine.to_numpy(np.bool_)].reset_index(drop=True)
        return found

    @property
    def source_of(self) -> dict[str, str]:
        """The incident source of each dataset name."""
        return dict(zip(self.datasets["dataset"], self.datasets["source"], strict=True))
