"""What a name in a list may stand for: known sites, villages, towns, districts and regions.

Sites and villages come from the files that are loaded, so do the places of incidents (never those of restricted
sources); towns from data/geonames_towns.csv, places and territories of mining areas from data/mining_places.csv,
districts and regions also from the boundaries. A district or region has no point: the answer is for the unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd

from geo.records.place_names import fold
from geo.screening.schema import PLACE_KINDS
from geo.spatial.geodesic import geodesic_m
from geo.spatial.polygons import Boundaries
from layers.reference import files
from layers.reference.tables import rows

COLUMNS = ("match_id", "name", "aliases", "kind", "country", "admin1", "admin2", "lon", "lat", "coord_precision_km")
PLACE_PRECISION_KM = 5.0
"""Position error of a town's point taken for a mine named after it (as for an IPIS site of no GPS)."""
WIDEST_VILLAGE_KM = 25.0
"""Sites that name one village and lie further from their middle than this are not told as one place."""


@cache
def towns() -> pd.DataFrame:
    """Towns of data/geonames_towns.csv."""
    table = rows(files.TOWNS.name)
    frame = pd.DataFrame(
        {
            "match_id": [f"place:{r['geonameid']}" for r in table],
            "name": [r["name"] for r in table],
            "country": [r["iso3"] for r in table],
            "lon": [float(r["lon"]) for r in table],
            "lat": [float(r["lat"]) for r in table],
        }
    )
    return _whole(frame.assign(kind="place", coord_precision_km=PLACE_PRECISION_KM))


@cache
def mining_places() -> pd.DataFrame:
    """Places, districts and regions of data/mining_places.csv."""
    table = pd.DataFrame(rows(files.MINING_PLACES.name))
    unit = table["country"] + "|" + table["admin1"].map(fold) + "|" + table["name"].map(fold)
    number = {name: pd.to_numeric(table[name].replace("", None)) for name in ("lon", "lat", "coord_precision_km")}
    return _whole(table.assign(match_id=table["kind"] + ":" + unit, **number))


def gazetteer(
    sites: pd.DataFrame, incidents: pd.DataFrame | None = None, boundaries: Sequence[Boundaries] = (),
    more: pd.DataFrame | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Everything that a name may stand for, in the columns :data:`COLUMNS`; `lon`, `lat` are blank for units.

    Parameters
    ----------
    sites
        Known sites (:data:`geo.schema.SITES`).
    incidents
        :data:`geo.schema.INCIDENTS`: places of precision 1 of sources whose rows may be shown.
    boundaries
        Boundary sets, one a level: their units become names without a point.
    more
        Towns and villages of the reader's own: `match_id, name, aliases, country, lon, lat`.
    """
    known = sites[sites["lon"].notna() & sites["lat"].notna() & (sites["name"] != "")]
    mine = known.assign(match_id="site:" + known["source"] + "|" + known["site_id"], kind="site", aliases="")
    own = [_villages(known), _of_incidents(incidents)]
    units = [_stated_units(sites), _units(boundaries)]
    embedded = pd.concat([mining_places(), towns()], ignore_index=True)
    given = (
        [] if more is None or more.empty else [_whole(more.assign(kind="place", coord_precision_km=PLACE_PRECISION_KM))]
    )
    parts = [mine[list(COLUMNS)], *own, *units, *given, embedded]
    whole = pd.concat([p for p in parts if len(p)], ignore_index=True)
    # One place or unit of one name, district and kind stands once: the reader's own files come first.
    key = whole["kind"].replace("village", "place") + "|" + whole["country"] + "|" + whole["name"].map(_folded(whole))
    where = whole["admin2"].map({u: fold(str(u)) for u in pd.unique(whole["admin2"])})
    again = key.where(whole["kind"].isin(("district", "region")), key + "|" + where)
    once = (whole["kind"] == "site") | ~again.duplicated()
    return _whole(whole[once].drop_duplicates("match_id").reset_index(drop=True))


def _folded(frame: pd.DataFrame) -> dict[str, str]:
    return {str(n): fold(str(n)) for n in pd.unique(frame["name"])}


def _whole(frame: pd.DataFrame) -> pd.DataFrame:
    out = frame.reindex(columns=list(COLUMNS))
    for name in COLUMNS:
        number = name in ("lon", "lat", "coord_precision_km")
        column = out[name].astype("float64") if number else out[name].astype(object).where(out[name].notna(), "")
        out[name] = column if number else column.astype("str")
    assert set(out["kind"]) <= set(PLACE_KINDS)
    return out.reset_index(drop=True)


def _villages(sites: pd.DataFrame) -> pd.DataFrame:
    """Villages that sites name, in the middle of those sites; as far off as the furthest of them, 5 km at least."""
    stated = sites[sites["village"] != ""]
    if not len(stated):
        return _whole(pd.DataFrame())
    group = stated["country"] + "|" + stated["admin2"].map(fold) + "|" + stated["village"].map(fold)
    by = stated.assign(_key=group).groupby("_key", sort=True)
    middle = by.agg({"lon": "median", "lat": "median", "village": "first", "country": "first", "admin1": "first", "admin2": "first"})  # fmt: skip  # noqa: E501
    at = middle.reindex(group)
    far = geodesic_m(*(f[c].to_numpy(np.float64) for f in (stated, at) for c in ("lon", "lat"))) / 1000
    spread = pd.Series(far).groupby(group.to_numpy()).max().reindex(middle.index)
    middle = middle.assign(
        coord_precision_km=np.maximum(PLACE_PRECISION_KM, spread.round(1)), match_id="village:" + middle.index
    )
    middle = middle[spread <= WIDEST_VILLAGE_KM].rename(columns={"village": "name"})
    return _whole(middle.assign(kind="village"))


def _of_incidents(incidents: pd.DataFrame | None) -> pd.DataFrame:
    """Places that exactly known incidents name, where their rows may be shown."""
    if incidents is None or not len(incidents):
        return _whole(pd.DataFrame())
    shown = incidents[(incidents["precision"] == 1) & (incidents["place"] != "") & incidents["lon"].notna()]
    if "restricted" in shown:
        shown = shown[~shown["restricted"].fillna(False).astype(bool)]
    name = shown["place"].str.replace(_KIND_OF_PLACE, "", regex=True).str.strip()
    key = "event:" + shown["country"] + "|" + name.map({n: fold(str(n)) for n in pd.unique(name)})
    spot = key + "|" + shown["lon"].round(3).astype(str) + "," + shown["lat"].round(3).astype(str)
    frame = shown[["country", "lon", "lat"]].assign(name=name, match_id=spot, kind="place")
    return _whole(frame.assign(coord_precision_km=PLACE_PRECISION_KM).drop_duplicates("match_id"))


_KIND_OF_PLACE = r"(?i)(?<!\s)\s+(?:village|town|city|area|mine|locality|neighbou?rhood)$"


def _stated_units(sites: pd.DataFrame) -> pd.DataFrame:
    """Districts and regions that known sites state."""
    parts = []
    for level, kind in (("admin1", "region"), ("admin2", "district")):
        stated = sites[sites[level] != ""].drop_duplicates(["country", level])
        unit = stated["country"] + "|" + stated["admin1"].map(fold) + "|" + stated[level].map(fold)
        frame = stated[["country", *dict.fromkeys(("admin1", level))]]
        frame = frame.assign(name=stated[level], match_id=f"{kind}:" + unit, kind=kind)
        parts.append(_whole(frame))
    return pd.concat(parts, ignore_index=True)


def _units(boundaries: Sequence[Boundaries]) -> pd.DataFrame:
    """Districts and regions of the boundaries."""
    parts = [_whole(pd.DataFrame())]
    for b in boundaries:
        if b.level not in (1, 2):
            continue
        kind = "region" if b.level == 1 else "district"
        frame = b.frame[b.frame["unit"] != ""]
        unit = frame["country"] + "|" + frame["parent"].map(fold) + "|" + frame["unit"].map(fold)
        entries = pd.DataFrame(
            {
                "name": frame["unit"], "country": frame["country"], "match_id": f"{kind}:" + unit, "kind": kind,
                "admin1": frame["unit"] if b.level == 1 else frame["parent"],
                "admin2": "" if b.level == 1 else frame["unit"],
            }
        )  # fmt: skip
        parts.append(_whole(entries))
    return pd.concat(parts, ignore_index=True)
