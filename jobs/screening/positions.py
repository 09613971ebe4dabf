"""Where the rows of a list are: as given, by an accepted candidate, or as a known site that speaks for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import schema
from geo.screening.schema import CANDIDATES
from jobs.screening.site_matching import candidates, choices
from jobs.screening.supplier_list import SupplierList


def positions(
    rows: pd.DataFrame, sites: pd.DataFrame, matches: Mapping[str, str]
) -> tuple[pd.DataFrame, npt.NDArray[np.object_], pd.DataFrame]:
    """Positions as given, or those of a candidate that the user accepted; candidates for the rest."""
    placed = (rows["lon"].notna() & rows["lat"].notna()).to_numpy()
    basis = np.where(placed, "given", "none").astype(object)
    if placed.all():
        return rows, basis, schema.empty(CANDIDATES)
    known = choices(sites)
    found = candidates(rows[~placed], known).assign(part="origin")
    by_id = {m: i for i, m in reversed(list(enumerate(known["match_id"])))}
    out = rows.copy()
    has = set(found["supplier_id"])
    remarks = out["remarks"].to_numpy(dtype=object, copy=True)
    for i in np.flatnonzero(~placed):
        who = str(rows["supplier_id"].iloc[i])
        wish = matches.get(who, "") or str(rows["match_id"].iloc[i])
        if wish in by_id:
            k = by_id[wish]
            for name in ("lon", "lat", "coord_precision_km"):
                out.loc[i, name] = known[name].iloc[k]
            if not rows["country"].iloc[i]:
                out.loc[i, "country"] = known["country"].iloc[k]
            basis[i] = "confirmed_match"
            if wish.startswith("site:"):
                out.loc[i, "match_id"] = wish
        else:
            if wish:
                remarks[i] = "; ".join(filter(None, [remarks[i], f"match_id not known: {wish[:60]}"]))
            basis[i] = "unconfirmed" if who in has else "none"
    out["remarks"] = pd.array(remarks, dtype="str")
    return out, basis, found


def destinations(
    rows: pd.DataFrame, lines: Sequence[object], sites: pd.DataFrame, matches: Mapping[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Destinations that are only named: candidates in any country, and the position of one that the user accepted.

    `matches` names a supplier's destination by its id and ``>``.
    """
    drawn = np.array([line is not None for line in lines], dtype=bool)
    open_ = (rows["destination"] != "").to_numpy() & rows["dest_lon"].isna().to_numpy() & ~drawn
    if not open_.any():
        return rows, schema.empty(CANDIDATES)
    known = choices(sites)
    asked = rows[open_].assign(site_name=rows["destination"], admin1="", admin2="", country="")
    found = candidates(asked, known).assign(part="destination")
    by_id = {m: i for i, m in reversed(list(enumerate(known["match_id"])))}
    out = rows.copy()
    for i in np.flatnonzero(open_):
        wish = matches.get(f"{rows['supplier_id'].iloc[i]}>", "") or str(rows["dest_match_id"].iloc[i])
        if wish in by_id:
            out.loc[i, "dest_lon"], out.loc[i, "dest_lat"] = (
                known["lon"].iloc[by_id[wish]],
                known["lat"].iloc[by_id[wish]],
            )
    return out, found


def from_known(
    rows: pd.DataFrame, tied: pd.DataFrame, sites: pd.DataFrame, basis: npt.NDArray[np.object_]
) -> pd.DataFrame:
    """Rows whose site is known by an accepted candidate or by its id take that site's place; ties are noted."""
    index = {f"site:{a}|{b}": i for i, (a, b) in enumerate(zip(sites["source"], sites["site_id"], strict=True))}
    out = rows.copy()
    for i in np.flatnonzero(basis == "confirmed_match"):
        k = index.get(str(rows["match_id"].iloc[i]))
        if k is not None:
            tied.loc[i, "at"], tied.loc[i, "known_site_basis"], tied.loc[i, "known_site_m"] = k, "confirmed", 0.0
    for i in np.flatnonzero((tied["known_site_basis"] == "id").to_numpy() & rows["lon"].isna().to_numpy()):
        site = sites.iloc[int(tied["at"].iloc[i])]
        if pd.notna(site["lon"]):
            out.loc[i, ["lon", "lat", "coord_precision_km"]] = [site["lon"], site["lat"], site["coord_precision_km"]]
            basis[i] = "confirmed_match"
            tied.loc[i, "known_site_m"] = 0.0
    return out


def as_sites(rows: pd.DataFrame, source: str, suppliers: SupplierList) -> pd.DataFrame:
    """The rows in the columns of :data:`geo.schema.SITES`."""
    return schema.conform(
        rows.assign(
            source=source,
            site_id=rows["supplier_id"],
            name=rows["site_name"],
            country_basis=np.where(rows["country"] != "", "row", ""),
            dataset_version=suppliers.dataset_version,
        ),
        schema.SITES,
    )


def under(
    frame: pd.DataFrame, rows: pd.DataFrame, tied: pd.DataFrame, sites: pd.DataFrame, source: str, alone: bool = False
) -> pd.DataFrame:
    """Visits or statuses of known sites under the keys of the rows that stand for them.

    Visits of other sites stay (a roadblock there is near here), those of sites that a row stands for do not stay twice.
    """
    at = np.flatnonzero((tied["at"] >= 0).to_numpy())
    site = sites.iloc[tied["at"].to_numpy()[at]]
    keys = pd.DataFrame(
        {
            "source": site["source"].to_numpy(),
            "site_id": site["site_id"].to_numpy(),
            "_id": rows["supplier_id"].to_numpy()[at],
        }
    )
    mine = frame.merge(keys, on=["source", "site_id"], how="inner")
    mine = mine.assign(source=source, site_id=mine["_id"]).drop(columns="_id")
    parts = [mine]
    if not alone:
        used = set(zip(keys["source"], keys["site_id"], strict=True))
        stays = np.array([k not in used for k in zip(frame["source"], frame["site_id"], strict=True)], dtype=bool)
        parts.append(frame[stays])
    out = pd.concat(parts, ignore_index=True)
    for name in ("source", "site_id"):
        out[name] = out[name].astype("str")
    return out
