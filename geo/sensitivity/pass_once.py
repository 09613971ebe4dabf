"""One proximity pass, wide and long enough for every setting that is asked of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.assessment import Assessment
from geo.records.incidents import Incidents
from geo.rules.classify import AFFECTED, HIGH_RISK, RANK
from geo.rules.incident_pairs import Pairs, find_pairs
from geo.rules.rule_set import Rules
from geo.sensitivity.scaling import distance_rules
from geo.time_window import Days, to_days

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
CLASSES = tuple(sorted(RANK, key=lambda c: RANK[c]))
"""Classes from calm to grave; a class code is a position here."""
CODE = {c: i for i, c in enumerate(CLASSES)}


@dataclass(frozen=True)
class Pass:
    """Sites at their dates, the incidents around them, and what other rules and gaps say of each.

    Parameters
    ----------
    sites
        Rows of :data:`geo.schema.ASSESSED`, one per site and date.
    pairs
        As :func:`geo.rules.incident_pairs.find_pairs` gives them, measured from the given points.
    fixed
        Code of the class that each row has without any distance rule: other site rules, gaps, or nothing.
    asked
        By distance rule, the rows that it is asked of (its minerals).
    """

    rules: Rules
    sites: pd.DataFrame
    incidents: Incidents
    pairs: Pairs
    fixed: Ints
    asked: dict[str, Bools]

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.sites)

    def code(self, fired_c: Bools, fired_h: Bools) -> Ints:
        """Class codes from what the distance rules say, shape of the flags; rows are their last axis.

        Parameters
        ----------
        fired_c
            Whether a distance rule of class conflict-affected fires; rows are the last axis.
        fired_h
            Whether a distance rule of class high-risk fires; rows are the last axis.
        """
        graver = np.where(fired_c, CODE[AFFECTED], np.where(fired_h, CODE[HIGH_RISK], 0))
        return np.maximum(graver, self.fixed)


def prepare_pass(
    rules: Rules, result: Assessment, incidents: Incidents, *, radius_factor: float = 1.0, months: int = 0
) -> Pass:
    """The pass behind an assessment.

    Parameters
    ----------
    radius_factor
        The widest radius that will be asked, as a factor of the rules' own.
    months
        The longest window that will be asked; at least that of the rules.
    rules
        The rule set with its settings.
    result
        The assessment with all its sites.
    incidents
        The incidents, ready to be asked.
    """
    sites = result.sites
    near = distance_rules(rules)
    days: Days = to_days(sites["as_of"])
    lon, lat = sites["lon"].to_numpy(np.float64), sites["lat"].to_numpy(np.float64)
    pairs = find_pairs(
        lon,
        lat,
        np.zeros(len(sites)),
        days,
        incidents,
        widest_m=max([r.within_km for r in near] or [0.0]) * 1000 * radius_factor,
        months=max([months, *(r.longest_months for r in near)]),
        imprecise_km=0.0,
    )
    others = [r for r in rules.answering("site") if r.kind != "near"]
    fixed = np.where(sites["gaps"] != "", CODE["insufficient data"], CODE["no indicators found"])
    for cls in (HIGH_RISK, AFFECTED):
        for rule in others:
            if rule.cls == cls:
                fixed = np.where(result.fired[rule.id], CODE[cls], fixed)
    minerals = [set(str(m).casefold().split(";")) for m in sites["minerals"]]
    applicable = {
        r.id: np.array([not r.minerals or bool(m & {x.casefold() for x in r.minerals}) for m in minerals], np.bool_)
        for r in near
    }
    return Pass(rules, sites, incidents, pairs, fixed.astype(np.int64), applicable)
