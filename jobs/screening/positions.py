"""Where the rows of a list are: as given, by an accepted candidate, or as a known site that speaks for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import schema
from geo.screening.schema import CANDIDATES, PLACE_CANDIDATES
from jobs.screening.name_candidates import candidates
from jobs.screening.places import NONE, Confirmation, Confirmations, Questions, confirmed_for, questions
from jobs.screening.supplier_list import SupplierList

Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Placed:
    """The rows of a list with the places that somebody confirmed.

    Parameters
    ----------
    rows
        The rows, their positions filled in where a place was confirmed.
    basis
        Words of :data:`geo.screening.schema.POSITIONS`, one a row.
    confirmed
        What was confirmed for the origin of each row, None where nothing was.
    asked, found, known
        The distinct names, their candidates, and what the names were held against.
    """

    rows: pd.DataFrame
    basis: Texts
    confirmed: list[Confirmation | None]
    asked: Questions
    found: pd.DataFrame
    known: pd.DataFrame


def positions(
    rows: pd.DataFrame, lines: Sequence[object], confirmed: Confirmations, gather: Callable[[], pd.DataFrame]
) -> Placed:
    """Positions as given, or those of a place that somebody confirmed; candidates for the rest, and for destinations.

    Parameters
    ----------
    gather
        What names are held against (:func:`jobs.screening.gazetteer.gazetteer`); asked only where a name stands alone.
    rows
        Accepted rows of :data:`geo.screening.schema.SUPPLIERS`.
    lines
        The stated route of each row; None where it states none.
    confirmed
        Confirmations by question, or by row.
    """
    placed = (rows["lon"].notna() & rows["lat"].notna()).to_numpy()
    drawn = np.array([line is not None for line in lines], dtype=bool)
    open_ = (rows["destination"] != "").to_numpy() & rows["dest_lon"].isna().to_numpy() & ~drawn
    names = questions(rows, ~placed, open_)
    basis = np.where(placed, "given", "none").astype(object)
    if not len(names.table):
        nothing = schema.empty(PLACE_CANDIDATES)
        return Placed(rows, basis, [None] * len(rows), names, nothing, pd.DataFrame({"match_id": []}))
    known = gather()
    found = candidates(names.table, known)
    out, confirmations = _origins(rows, basis, names, found, known, confirmed)
    return Placed(_destinations(out, names, known, confirmed), basis, confirmations, names, found, known)


def _origins(
    rows: pd.DataFrame, basis: Texts, asked: Questions, found: pd.DataFrame, known: pd.DataFrame, given: Confirmations
) -> tuple[pd.DataFrame, list[Confirmation | None]]:
    """Rows at their confirmed places; `basis` is filled in."""
    confirmations, keys = confirmed_for(rows, asked, "origin", given, "match_id")
    at = {m: i for i, m in reversed(list(enumerate(known["match_id"])))}
    has, out = set(found["question"]), rows.copy()
    remarks = out["remarks"].to_numpy(dtype=object, copy=True)
    values = {n: out[n].to_numpy(copy=True) for n in _PLACE if out[n].dtype == np.float64}
    texts = {n: out[n].to_numpy(dtype=object, copy=True) for n in ("country", "admin1", "admin2", "match_id")}
    for i in np.flatnonzero(keys != ""):
        one = confirmations[i]
        basis[i] = "unconfirmed" if keys[i] in has else "none"
        if one is None:
            continue
        if one.match_id == NONE:
            basis[i] = NONE
        elif one.match_id in at:
            k, basis[i] = at[one.match_id], "confirmed_match"
            for name, column in values.items():
                column[i] = known[name].iloc[k]
            unit = str(known["kind"].iloc[k]) in ("district", "region")
            for name in ("country", "admin1", "admin2"):
                # A confirmed unit is the answer; a confirmed place only fills in what the row does not state.
                if (unit and known[name].iloc[k]) or not texts[name][i]:
                    texts[name][i] = known[name].iloc[k]
            texts["match_id"][i] = one.match_id
        else:
            remarks[i] = "; ".join(filter(None, [remarks[i], f"match_id not known: {one.match_id[:60]}"]))
            confirmations[i] = None
    for name, column in values.items():
        out[name] = column
    for name, words in (*texts.items(), ("remarks", remarks)):
        out[name] = pd.array(words, dtype="str")
    return out, confirmations


_PLACE = ("lon", "lat", "coord_precision_km")


def _destinations(rows: pd.DataFrame, asked: Questions, known: pd.DataFrame, given: Confirmations) -> pd.DataFrame:
    """Destinations that are only named, at the places that were confirmed for them; sought in any country."""
    confirmations, keys = confirmed_for(rows, asked, "destination", given, "dest_match_id")
    at = {m: i for i, m in reversed(list(enumerate(known["match_id"])))}
    lon, lat = (rows[n].to_numpy(np.float64, copy=True) for n in ("dest_lon", "dest_lat"))
    for i in np.flatnonzero(keys != ""):
        one = confirmations[i]
        if one is not None and one.match_id in at:
            lon[i], lat[i] = (known[n].iloc[at[one.match_id]] for n in ("lon", "lat"))
    return rows.assign(dest_lon=lon, dest_lat=lat)


def each_row(rows: pd.DataFrame, placed: Placed) -> pd.DataFrame:
    """The candidates of every row that asks for some (:data:`geo.screening.schema.CANDIDATES`), in their order.

    Parameters
    ----------
    rows
        Accepted rows of the list.
    placed
        The distinct names and their candidates.
    """
    parts = []
    for part, keys in placed.asked.of.items():
        who = pd.DataFrame({"supplier_id": rows["supplier_id"], "question": keys, "_row": range(len(rows))})
        mine = who[who["question"] != ""].merge(placed.found, on="question", how="inner")
        parts.append(mine.sort_values(["_row", "rank"], kind="stable").assign(part=part))
    return schema.conform(pd.concat(parts, ignore_index=True), CANDIDATES) if parts else schema.empty(CANDIDATES)


def from_known(
    rows: pd.DataFrame, tied: pd.DataFrame, sites: pd.DataFrame, basis: npt.NDArray[np.object_]
) -> pd.DataFrame:
    """Rows whose site is known by an accepted candidate or by its id take that site's place; ties are noted.

    Parameters
    ----------
    rows
        Accepted rows of the list.
    tied
        The known site of each row (:func:`jobs.screening.site_matching.links`); changed in place.
    sites
        Known sites (:data:`geo.schema.SITES`).
    basis
        What each position rests on (:data:`geo.screening.schema.POSITIONS`); changed in place.
    """
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
    """The rows in the columns of :data:`geo.schema.SITES`.

    Parameters
    ----------
    rows
        Accepted rows of the list, with their positions.
    source
        Name that the list has as a source of sites.
    suppliers
        The list as read: its file and version stand in every site.
    """
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


def keyed_by_rows(
    frame: pd.DataFrame, rows: pd.DataFrame, tied: pd.DataFrame, sites: pd.DataFrame, source: str, alone: bool = False
) -> pd.DataFrame:
    """Visits or statuses of known sites under the keys of the rows that stand for them.

    Visits of other sites stay (a roadblock there is near here), those of sites that a row stands for do not stay twice.

    Parameters
    ----------
    frame
        Visits or statuses of known sites.
    rows
        Accepted rows of the list.
    tied
        The known site of each row (:func:`jobs.screening.site_matching.links`).
    sites
        Known sites (:data:`geo.schema.SITES`).
    source
        Name that the list has as a source of sites.
    alone
        Rows of other sites are left out.
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
