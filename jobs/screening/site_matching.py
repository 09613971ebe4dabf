"""Known sites and places for the rows of a list: same place by id or position, and candidates by name.

A name alone never decides: for a row without coordinates there are candidates with scores, and one counts only when the
user writes its `match_id` into the list (or chooses it on the page).
"""

from __future__ import annotations

import csv
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.records.place_names import fold
from geo.schema import conform, empty
from geo.screening.schema import CANDIDATES
from geo.spatial.proximity import nearest, within
from layers.reference import files

LINK_KM = 1.0
"""A known site of a like name within this distance (or within both position errors) is the row's own site."""
SAME_SPOT_KM = 0.1
"""So near, the names need not be alike."""
MOST_KM = 5.0
"""Position errors never stretch a link further than this."""
ALIKE = 80.0
"""Likeness of names (0 to 100) from which two names of one place are taken for spellings of each other."""
CUTOFF = 70.0
"""Candidates below this likeness are not shown."""
HELD = 0.9
"""What it is worth when one name holds all words of the other, against being the same."""
SHOWN = 5
UNIT_PENALTY = 5.0
PLACE_PRECISION_KM = 5.0
"""Position error of a town's point taken for a mine named after it (as for an IPIS site of no GPS)."""
_EMPTY_WORDS = frozenset(
    plain
    for words in (
        "mine mines site sites minier miniers miniere minieres carriere puits chantier",
        "de du des la le les l d of the",
    )
    for plain in words.split()
)


def bare(name: str) -> str:
    """A name folded, and without the words that only say that it is a mine.

    Examples
    --------
    >>> bare("Mine de Kalimva"), bare("Site minier Bisiè"), bare("Mine")
    ('kalimva', 'bisie', 'mine')
    """
    words = fold(name).split()
    return " ".join([w for w in words if w not in _EMPTY_WORDS] or words)


@cache
def places() -> pd.DataFrame:
    """Towns of data/geonames_towns.csv as candidates, in the columns of :func:`choices`."""
    with files.TOWNS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    frame = pd.DataFrame(
        {
            "match_id": [f"place:{r['geonameid']}" for r in rows],
            "name": [r["name"] for r in rows],
            "country": [r["iso3"] for r in rows],
            "lon": [float(r["lon"]) for r in rows],
            "lat": [float(r["lat"]) for r in rows],
        }
    )
    return frame.assign(kind="place", admin1="", admin2="", coord_precision_km=PLACE_PRECISION_KM)


def choices(sites: pd.DataFrame) -> pd.DataFrame:
    """Known sites (:data:`geo.schema.SITES`) with a position and a name, and the towns, as candidates."""
    known = sites[sites["lon"].notna() & sites["lat"].notna() & (sites["name"] != "")]
    columns = ["name", "country", "lon", "lat", "admin1", "admin2", "coord_precision_km"]
    mine = known[columns].assign(match_id="site:" + known["source"] + "|" + known["site_id"], kind="site")
    return pd.concat([mine, places()], ignore_index=True)


def candidates(rows: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Up to five candidates for each row of `rows` (:data:`geo.screening.schema.SUPPLIERS`) that has a name.

    Returns
    -------
    pandas.DataFrame
        :data:`geo.screening.schema.CANDIDATES`, by row, best first.
    """
    from rapidfuzz import fuzz, process

    out = []
    names = known["name"].map({n: bare(str(n)) for n in pd.unique(known["name"])})
    units = {n: known[n].map({u: fold(str(u)) for u in pd.unique(known[n])}) for n in ("admin1", "admin2")}
    wanted = rows[rows["site_name"] != ""]
    for country, group in wanted.groupby("country", sort=True):
        at = np.flatnonzero((known["country"] == country).to_numpy()) if country else np.arange(len(known))
        if not len(at):
            continue
        pool = names.to_numpy(dtype=object)[at]
        queries = {n: bare(str(n)) for n in pd.unique(group["site_name"])}
        texts = sorted(set(queries.values()))
        found: dict[str, list[tuple[int, float]]] = {}
        for first in range(0, len(texts), 500):
            part = texts[first : first + 500]
            scores = process.cdist(part, pool, scorer=fuzz.token_sort_ratio, score_cutoff=CUTOFF, dtype=np.float32)
            # "Kalimva (Walikale)" holds "Kalimva": all words of one name in the other is worth a little less.
            within_ = process.cdist(part, pool, scorer=fuzz.token_set_ratio, score_cutoff=CUTOFF, dtype=np.float32)
            scores = np.maximum(scores, within_ * HELD)
            scores[scores < CUTOFF] = 0
            for text, line in zip(part, scores, strict=True):
                hit = np.flatnonzero(line)
                hit = hit[np.argsort(-line[hit], kind="stable")[: 4 * SHOWN]]
                found[text] = [(int(at[h]), float(line[h])) for h in hit]
        for row in group.itertuples(index=False):
            ranked = []
            for i, score in found.get(queries[row.site_name], []):
                off = any(
                    stated and units[level].iloc[i] and fold(stated) != units[level].iloc[i]
                    for level, stated in (("admin2", str(row.admin2)), ("admin1", str(row.admin1)))
                )
                ranked.append((score - (UNIT_PENALTY if off else 0.0), i))
            ranked.sort(key=lambda r: (-r[0], known["match_id"].iloc[r[1]]))
            out += [(row.supplier_id, k + 1, round(s, 1), i) for k, (s, i) in enumerate(ranked[:SHOWN])]
    if not out:
        return empty(CANDIDATES)
    frame = pd.DataFrame(out, columns=["supplier_id", "rank", "score", "at"])
    joined = pd.concat([frame, known.iloc[frame["at"]].reset_index(drop=True)], axis=1)
    order = {s: i for i, s in enumerate(rows["supplier_id"])}
    joined = joined.assign(_order=joined["supplier_id"].map(order)).sort_values(["_order", "rank"], kind="stable")
    return conform(joined, CANDIDATES)


def told(found: pd.DataFrame) -> dict[str, str]:
    """The candidates of each supplier in one text: ``name (unit) [match_id] score; ...``."""
    out: dict[str, list[str]] = {}
    for c in found.itertuples(index=False):
        unit = f" ({str(c.admin2) or str(c.admin1)})" if c.admin2 or c.admin1 else ""
        out.setdefault(str(c.supplier_id), []).append(f"{c.name}{unit} [{c.match_id}] {c.score:g}")
    return {k: "; ".join(v) for k, v in out.items()}


def links(rows: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """The known site that each row stands for, and the nearest one in any case.

    A row is taken for a known site by its id (`known_site_id`, or `supplier_id` where the name is the same too; where
    both have a position, not further than 5 km), else by a like name within a kilometre or both position errors, else
    within 100 m. Nothing else links.

    Returns
    -------
    pandas.DataFrame
        One row a row: `at` (position in `sites`, -1 for none), `known_site_basis`, `known_site_m`, `near` (-1 for
        none), `nearest_site_m`.
    """
    n = len(rows)
    at, basis, metres = np.full(n, -1, np.int64), np.full(n, "", dtype=object), np.full(n, np.nan)
    near, near_m = np.full(n, -1, np.int64), np.full(n, np.nan)
    lon, lat = rows["lon"].to_numpy(np.float64), rows["lat"].to_numpy(np.float64)
    placed = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    where = np.flatnonzero((sites["lon"].notna() & sites["lat"].notna()).to_numpy())
    out = {"at": at, "known_site_basis": basis, "known_site_m": metres, "near": near, "nearest_site_m": near_m}
    if not len(sites):
        return pd.DataFrame(out)
    x, y = sites["lon"].to_numpy(np.float64)[where], sites["lat"].to_numpy(np.float64)[where]
    day = np.zeros(len(where), np.int64)
    if len(placed) and len(where):
        found, far = nearest(lon[placed], lat[placed], x, y, day, as_of_day=0, window_days=1)
        near[placed], near_m[placed] = np.where(found >= 0, where[found], -1), far.round(3)
        error = _error(rows)[placed]
        radius = max(LINK_KM, min(MOST_KM, float(error.max(initial=0)) + float(_error(sites).max(initial=0))), MOST_KM)
        pairs = within(lon[placed], lat[placed], x, y, day, radius_m=radius * 1000, as_of_day=0, window_days=1)
        near_rows, near_sites = placed[pairs.site], where[pairs.incident]
        for i, (_, _, m, k, why) in _best(rows, sites, near_rows, near_sites, pairs.distance_m).items():
            at[i], basis[i], metres[i] = k, why, round(m, 3)
    # An id for a row that has no position, or whose site has none, says all that is needed.
    first = {i: k for k, i in reversed(list(enumerate(sites["site_id"])))}
    same = {i: k for k, i in reversed(list(enumerate(zip(sites["site_id"], sites["name"], strict=True))))}
    unplaced = np.isnan(lon)
    for row in np.flatnonzero(at < 0):
        known, own, name = (str(rows[c].iloc[row]) for c in ("known_site_id", "supplier_id", "site_name"))
        held = first.get(known) if known else same.get((own, name)) if name else None
        if held is not None and (unplaced[row] or np.isnan(sites["lon"].iloc[held])):
            at[row], basis[row] = held, "id"
    return pd.DataFrame(out)


def _error(frame: pd.DataFrame) -> npt.NDArray[np.float64]:
    return frame["coord_precision_km"].fillna(0.0).to_numpy(np.float64)


def _best(
    rows: pd.DataFrame,
    sites: pd.DataFrame,
    row: npt.NDArray[np.int64],
    site: npt.NDArray[np.int64],
    distance: npt.NDArray[np.float64],
) -> dict[int, tuple[int, float, float, int, str]]:
    """Of the sites near each row the one of the same id, else of the most alike name, else on the same spot."""
    from rapidfuzz import fuzz

    reach = np.minimum(MOST_KM, np.maximum(LINK_KM, _error(rows)[row] + _error(sites)[site])) * 1000
    ids, site_ids = rows["known_site_id"].to_numpy(dtype=object), sites["site_id"].to_numpy(dtype=object)
    names = {n: bare(str(n)) for n in pd.unique(pd.concat([rows["site_name"], sites["name"]]))}
    own = rows["supplier_id"].to_numpy(dtype=object)
    said, known = rows["site_name"].to_numpy(dtype=object), sites["name"].to_numpy(dtype=object)
    best: dict[int, tuple[int, float, float, int, str]] = {}
    for i, k, m, r in zip(row.tolist(), site.tolist(), distance.tolist(), reach.tolist(), strict=True):
        itself = not ids[i] and own[i] == site_ids[k] and said[i] == known[k] != ""
        if (ids[i] and ids[i] == site_ids[k]) or itself:
            rank = (0, 0.0, m, k, "id")
        elif m > r:
            continue
        else:
            a, b = names[said[i]], names[known[k]]
            score = 100.0 if a and a == b else fuzz.token_sort_ratio(a, b) if a and b else 0.0
            if score >= ALIKE:
                rank = (1, -score, m, k, "position_and_name")
            elif m <= SAME_SPOT_KM * 1000:
                rank = (2, 0.0, m, k, "position")
            else:
                continue
        if i not in best or rank < best[i]:
            best[i] = rank
    return best
