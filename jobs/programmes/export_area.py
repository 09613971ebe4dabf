"""A stocktake narrowed to a country or one of its districts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.programmes.coverage import ProgrammeCoverage
from geo.programmes.donors import DonorNames
from geo.programmes.tables import AT_RISK


@dataclass(frozen=True)
class Area:
    """What a brief is made from.

    Attributes
    ----------
    country, unit
        ISO 3166 alpha-3, and the second-order unit (blank: the whole country).
    sites
        Assessed sites there; `covered, lacking` are bool (sites, 8) beside them, `at_risk` bool (sites,).
    programmes
        Programmes that name the country or reach one of these sites; `donors` their donors by their one name.
    money
        Rows of ``geo.programmes.money.MONEY_ROWS`` of the country, of the unit where one is asked for.
    national
        How many of the programmes have no place that can be drawn.
    """

    country: str
    unit: str
    day: pd.Timestamp
    sites: pd.DataFrame
    covered: np.ndarray
    lacking: np.ndarray
    typed: bool
    programmes: pd.DataFrame
    donors: np.ndarray
    money: pd.DataFrame
    national: int
    demonstration: bool

    @property
    def at_risk(self) -> np.ndarray:
        """Whether each site is conflict-affected or high-risk."""
        return np.asarray(self.sites["site_class"].isin(AT_RISK), dtype=bool)


def narrowed(
    result: ProgrammeCoverage,
    money: pd.DataFrame,
    country: str,
    unit: str = "",
    names: DonorNames | None = None,
    demonstration: bool = False,
) -> Area:
    """The part of a stocktake that lies in a country, or in a district of it.

    Parameters
    ----------
    result, money
        The stocktake, and its money by donor, type, year and area.
    country, unit
        ISO 3166 alpha-3, and the name of a second-order unit as the sites have it.
    names
        Other names of donors; None: those of the project.
    demonstration
        Whether any row that it rests on is synthetic.
    """
    sites = result.assessed
    here = (sites["country"] == country).to_numpy() & ((sites["admin2"] == unit).to_numpy() | (not unit))
    frame = result.programmes.frame
    site, programme = result.pairs
    reaching = np.isin(np.arange(len(frame)), programme[here[site]])
    countries = ";" + frame["countries"].str.replace(r":[^;]*", "", regex=True) + ";"
    naming = countries.str.contains(f";{country};", regex=False).to_numpy(dtype=bool)
    placed = result.programmes.footprints
    there = placed["country"] == country
    naming = naming | np.isin(np.arange(len(frame)), placed.loc[there, "programme"])
    chosen = np.flatnonzero(reaching | (naming if not unit else np.zeros(len(frame), dtype=bool)))
    known = names or DonorNames()
    donors_of = zip(frame["donor"].iloc[chosen], frame["donor_ids"].iloc[chosen], strict=True)
    in_area = (money["country"] == country) & ((money["area"] == unit) | (not unit))
    listed = frame["programme_id"].iloc[chosen].isin(result.national["programme_id"])
    return Area(
        country,
        unit,
        result.as_of,
        sites[here].reset_index(drop=True),
        result.matrix[here],
        result.open_at[here],
        result.typed,
        frame.iloc[chosen].reset_index(drop=True),
        np.array([";".join(known.joined(*pair)) for pair in donors_of], dtype=object),
        money[in_area].reset_index(drop=True),
        int(listed.sum()),
        demonstration,
    )
