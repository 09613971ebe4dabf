"""Sites at risk by type: covered, lacking, of no sense, unknown; over all sites, by unit, by zone status."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.programmes.schema import TYPES
from geo.programmes.tables import AT_RISK, UNITS
from geo.schema import CLASSES, Table, conform


@dataclass(frozen=True)
class Counter:
    """What is counted: bool arrays (sites, 8) in the order of ``TYPES``.

    Attributes
    ----------
    covered, lacking, unknown, overlapping
        Of each site and type; `lacking` also holds sites that are not at risk.
    typed
        Whether any loaded programme could be read as any type; if not, gaps are blank.
    """

    assessed: pd.DataFrame
    covered: np.ndarray
    lacking: np.ndarray
    unknown: np.ndarray
    overlapping: np.ndarray
    typed: bool

    def by(self, keys: list[str], table: Table) -> pd.DataFrame:
        """One row per group and type; over all groups each count adds up to that of the whole list.

        Parameters
        ----------
        keys
            Columns of the assessed sites by which they are put together.
        table
            The schema of the table that comes out.
        """
        assessed, classes = self.assessed, self.assessed["site_class"]
        certain = assessed.get("certain_class", classes)
        possible = assessed.get("possible_class", classes)
        risk = classes.isin(AT_RISK).to_numpy()
        workers = assessed["workers"].to_numpy(dtype="float64")
        parts = []
        for column, name in enumerate(TYPES):
            without: np.ndarray = ~self.covered[:, column]
            open_here: np.ndarray = self.lacking[:, column]
            values = {
                "sites": np.ones(len(assessed), dtype="int64"),
                "at_risk_sites": risk,
                "insufficient_sites": (classes == CLASSES[2]).to_numpy(),
                "at_risk_covered": risk & ~without,
                "at_risk_not_applicable": risk & without & ~open_here & ~self.unknown[:, column],
                "at_risk_unknown": risk & self.unknown[:, column],
                "gaps": risk & open_here,
                "gaps_certain": risk & open_here & certain.isin(AT_RISK).to_numpy(),
                "gaps_possible": open_here & (risk | possible.isin(AT_RISK).to_numpy()),
                "overlaps": self.overlapping[:, column],
                "workers_unknown_sites": risk & np.isnan(workers),
            }
            frame = pd.DataFrame(
                {
                    **{k: assessed[k].to_numpy() for k in keys},
                    **{k: v.astype("int64") for k, v in values.items()},
                    "workers_at_risk": np.where(risk, workers, np.nan),
                    "workers_uncovered": np.where(risk & open_here, workers, np.nan),
                }
            )
            some = ["workers_at_risk", "workers_uncovered"]
            if keys:
                groups = frame.groupby(keys, sort=True)
                summed = groups.sum().assign(**{name: groups[name].sum(min_count=1) for name in some}).reset_index()
            else:
                summed = frame.sum().to_frame().T
                summed[some] = frame[some].sum(min_count=1).to_numpy()
            if not self.typed:
                summed = summed.assign(gaps=np.nan, gaps_certain=np.nan, gaps_possible=np.nan)
            parts.append(summed.assign(programme_type=name))
        out = pd.concat(parts, ignore_index=True)
        return conform(out.sort_values(keys, kind="stable") if keys else out, table)


def of_units(
    counter: Counter, pairs: tuple[np.ndarray, np.ndarray], frame: pd.DataFrame, of_type: np.ndarray
) -> pd.DataFrame:
    """Counts by second-order unit with the programmes that reach a site of it; columns of ``UNITS``.

    Parameters
    ----------
    counter
        The sites at risk, by type: covered, lacking, unknown.
    pairs
        Positions of sites and of active programmes that reach them.
    frame
        Programmes, a row each (`geo.programmes.schema.PROGRAMMES`).
    of_type
        Which programme is of which type: bool, (programmes, 8).
    """
    keys, assessed = ["country", "admin1", "admin2"], counter.assessed
    counted = counter.by(keys, UNITS)
    site, programme = pairs
    number = assessed.groupby(keys, sort=True).ngroup().to_numpy()
    unit_of = dict(zip(assessed[keys].itertuples(index=False, name=None), number.tolist(), strict=True))
    here = pd.DataFrame({"unit": number[site], "programme": programme}).drop_duplicates()
    reaching = {int(str(unit)): rows.to_numpy() for unit, rows in here.groupby("unit")["programme"]}
    all_ids, all_donors = frame["programme_id"].to_numpy(dtype=object), frame["donor"].to_numpy(dtype=object)
    ids, donors = [], []
    for *unit, name in counted[[*keys, "programme_type"]].itertuples(index=False, name=None):
        chosen = reaching.get(unit_of[tuple(unit)], np.empty(0, "int64"))
        chosen = chosen[of_type[chosen, TYPES.index(name)]]
        ids.append(";".join(sorted(all_ids[chosen])))
        donors.append(";".join(sorted({d.strip() for d in ";".join(all_donors[chosen]).split(";") if d.strip()})))
    return conform(counted.assign(programmes=ids, donors=donors), UNITS)
