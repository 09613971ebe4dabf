"""Incidents of one edition against those of another, by their ids: what came, went, moved or was estimated anew."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.columns import Column, Table
from geo.spatial.geodesic import geodesic_m

MOVED_M = 100.0
"""Shorter shifts are roundings, not moves [m]."""
CHANGES = ("added", "removed", "moved", "re-estimated", "re-dated", "precision")
_NOT = "not there, or withheld"


def _counted(name: str, meaning: str, blank: str = _NOT) -> Column:
    return Column(name, "number", meaning, blank, whole=True)


CHANGED: Table = (
    Column("record_id", "text", "the source's id of the incident"),
    Column("source", "text", "ucdp, acled or another"),
    Column("change", "text", f"{', '.join(CHANGES)}, joined by ';'"),
    Column("country", "text", "ISO 3166 alpha-3, of the later edition where it is there", "not known, or withheld"),
    Column("date_before", "date", "first day in the earlier edition", _NOT),
    Column("date_after", "date", "first day in the later edition", _NOT),
    _counted("deaths_before", "best estimate in the earlier edition [people]"),
    _counted("deaths_after", "best estimate in the later edition [people]"),
    _counted("precision_before", "precision of the place in the earlier edition"),
    _counted("precision_after", "precision of the place in the later edition"),
    _counted("moved_m", "geodesic distance between its two places [m]", "not moved, no place, or withheld"),
)
_WITHHELD = [c.name for c in CHANGED if c.name not in ("record_id", "source", "change")]


def incident_changes(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Every incident that differs, by source and id.

    Parameters
    ----------
    before, after
        Rows of :data:`geo.schema.INCIDENTS` of the earlier and of the later edition.

    Returns
    -------
    pandas.DataFrame
        :data:`CHANGED`; of rows that must not leave (ACLED) the id and the kind of change alone.
    """
    key = ["source", "record_id"]
    both = before.merge(after, on=key, how="outer", suffixes=("_1", "_2"), indicator="where")
    there = (both["where"] == "both").to_numpy()
    moved = np.full(len(both), np.nan)
    placed = there & np.logical_and.reduce([both[c].notna().to_numpy() for c in ("lon_1", "lat_1", "lon_2", "lat_2")])
    at = {c: both[c].to_numpy(np.float64)[placed] for c in ("lon_1", "lat_1", "lon_2", "lat_2")}
    moved[placed] = geodesic_m(at["lon_1"], at["lat_1"], at["lon_2"], at["lat_2"])
    deaths = ("deaths_best", "deaths_low", "deaths_high", "deaths_civilians")
    tests = {
        "added": (both["where"] == "right_only").to_numpy(),
        "removed": (both["where"] == "left_only").to_numpy(),
        "moved": there & (moved > MOVED_M),
        "re-estimated": there & np.logical_or.reduce([_differ(both, c) for c in deaths]),
        "re-dated": there & (_differ(both, "date_start") | _differ(both, "date_end")),
        "precision": there & _differ(both, "precision"),
    }
    kinds = np.full(len(both), "", dtype=object)
    for name, mask in tests.items():
        kinds[mask] = [f"{k};{name}" if k else name for k in kinds[mask]]
    out = pd.DataFrame(
        {
            "record_id": both["record_id"],
            "source": both["source"],
            "change": kinds,
            "country": both["country_2"].fillna(both["country_1"]),
            "date_before": both["date_start_1"],
            "date_after": both["date_start_2"],
            "deaths_before": both["deaths_best_1"],
            "deaths_after": both["deaths_best_2"],
            "precision_before": both["precision_1"],
            "precision_after": both["precision_2"],
            "moved_m": np.where(tests["moved"], np.rint(moved), np.nan),
        }
    )
    secret = np.logical_or.reduce([both[f"restricted_{n}"].fillna(False).to_numpy(dtype=bool) for n in (1, 2)])
    for name in _WITHHELD:
        out[name] = out[name].mask(secret)
    out["country"] = out["country"].fillna("")
    out = out[kinds != ""].astype({c.name: "str" for c in CHANGED if c.type == "text"})
    order = np.lexsort((out["record_id"], out["record_id"].str.len(), out["source"]))
    return pd.DataFrame(out.iloc[order].reset_index(drop=True))


def counts(changes: pd.DataFrame) -> dict[str, int]:
    """How many incidents changed in each way; one may in several.

    Parameters
    ----------
    changes
        Rows of :data:`CHANGED`.
    """
    split = changes["change"].str.split(";").explode()
    found = split.value_counts()
    return {name: int(found.get(name, 0)) for name in CHANGES}


def late(before: pd.DataFrame, after: pd.DataFrame) -> int:
    """How many incidents were added to days that the earlier edition already held.

    Parameters
    ----------
    before
        Rows of :data:`geo.schema.INCIDENTS` of the earlier edition.
    after
        The same of the later edition.
    """
    if not len(before):
        return 0
    known = set(zip(before["source"], before["record_id"], strict=True))
    old = after[after["date_start"] <= before["date_end"].max()]
    return sum(key not in known for key in zip(old["source"], old["record_id"], strict=True))


def by_year(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Incidents and deaths of each year in both editions: `year, incidents_before, incidents_after, deaths_*, share`.

    `deaths_change` is the share by which the deaths of a year differ (-0.2: a fifth fewer); NaN where there were none.

    Parameters
    ----------
    before
        Rows of :data:`geo.schema.INCIDENTS` of the earlier edition.
    after
        The same of the later edition.
    """
    parts = []
    for frame, name in ((before, "before"), (after, "after")):
        year = frame["date_start"].dt.year.rename("year")
        part = frame.groupby(year)["deaths_best"].agg(["size", "sum"])
        parts.append(part.rename(columns={"size": f"incidents_{name}", "sum": f"deaths_{name}"}))
    both = parts[0].join(parts[1], how="outer").fillna(0.0).sort_index().reset_index()
    had = both["deaths_before"].to_numpy(np.float64)
    change = np.full(len(both), np.nan)
    np.divide(both["deaths_after"].to_numpy(np.float64) - had, had, out=change, where=had > 0)
    both["deaths_change"] = np.round(change, 4)
    whole = ["year", "incidents_before", "incidents_after", "deaths_before", "deaths_after"]
    return both.astype(dict.fromkeys(whole, "int64"))


def _differ(both: pd.DataFrame, name: str) -> np.ndarray:
    one, two = both[f"{name}_1"], both[f"{name}_2"]
    return np.asarray(~((one == two) | (one.isna() & two.isna())), dtype=bool)
