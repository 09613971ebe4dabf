"""The known site that a row of a list stands for: by its id, or by its position and name."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.spatial.nearest_incident import nearest
from geo.spatial.proximity import within
from jobs.screening.name_candidates import folded_mine_name

LINK_KM = 1.0
"""A known site of a like name within this distance (or within both position errors) is the row's own site."""
SAME_SPOT_KM = 0.1
"""So near, the names need not be alike."""
MOST_KM = 5.0
"""Position errors never stretch a link further than this."""
ALIKE = 80.0
"""Likeness of names (0 to 100) from which two names of one place are taken for spellings of each other."""


def links(rows: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """The known site that each row stands for, and the nearest one in any case.

    A row is taken for a known site by its id (`known_site_id`, or `supplier_id` where the name is the same too; where
    both have a position, not further than 5 km), else by a like name within a kilometre or both position errors, else
    within 100 m. Nothing else links.

    Parameters
    ----------
    rows
        Accepted rows of the list, with their positions.
    sites
        Known sites (:data:`geo.schema.SITES`).

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
    cells = [rows[c].to_numpy(dtype=object) for c in ("known_site_id", "supplier_id", "site_name")]
    without_place = sites["lon"].isna().to_numpy()
    for row in np.flatnonzero(at < 0).tolist():
        known, own, name = cells[0][row], cells[1][row], cells[2][row]
        held = first.get(known) if known else same.get((own, name)) if name else None
        if held is not None and (unplaced[row] or without_place[held]):
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
    names: dict[str, str] = {}
    own = rows["supplier_id"].to_numpy(dtype=object)
    stated, known = rows["site_name"].to_numpy(dtype=object), sites["name"].to_numpy(dtype=object)
    best: dict[int, tuple[int, float, float, int, str]] = {}
    for i, k, m, r in zip(row.tolist(), site.tolist(), distance.tolist(), reach.tolist(), strict=True):
        itself = not ids[i] and own[i] == site_ids[k] and stated[i] == known[k] != ""
        if (ids[i] and ids[i] == site_ids[k]) or itself:
            rank = (0, 0.0, m, k, "id")
        elif m > r:
            continue
        else:
            a, b = (names.get(n) or names.setdefault(n, folded_mine_name(str(n))) for n in (stated[i], known[k]))
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
