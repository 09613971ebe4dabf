"""Sites, dates and boundary sets made ready for the main job."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import schema
from geo.equal_texts import one_text
from geo.errors import InputError
from geo.records.incidents import Incidents, plain
from geo.rules.rule_set import Rules
from geo.spatial.polygons import Boundaries, locate
from geo.time_window import NO_DAY, Days, to_days

AsOf = dt.date | str | np.datetime64 | Sequence[object] | pd.Series


def several(as_of: AsOf) -> bool:
    """True where dates were given as a sequence, one per site.

    Parameters
    ----------
    as_of
        The day that is asked about, or one for each site.
    """
    return isinstance(as_of, list | tuple | pd.Series | np.ndarray)


def as_of_days(as_of: AsOf, n: int) -> Days:
    """The day of each of `n` sites, days since 1970-01-01; one date stands for all.

    Parameters
    ----------
    as_of
        The day that is asked about, or one for each site.
    n
        How many sites there are.

    Raises
    ------
    InputError
        Another number of dates, or a date that is missing.
    """
    days = to_days(as_of if several(as_of) else [as_of])
    if len(days) == 1:
        days = np.repeat(days, n)
    if len(days) != n:
        raise InputError("as_of has another length than the sites.", expected=str(n), got=str(len(days)))
    if (days == NO_DAY).any():
        raise InputError("A site has no as-of date.", expected="YYYY-MM-DD", remedy="Give one date for all.")
    return days


def site_order(sites: pd.DataFrame) -> npt.NDArray[np.int64]:
    """The rows of sites in the order of every result: by source, then by site id, shorter ones first.

    Parameters
    ----------
    sites
        Columns `source` and `site_id`.

    Examples
    --------
    >>> site_order(pd.DataFrame({"source": ["b", "a", "a"], "site_id": ["1", "10", "9"]})).tolist()
    [2, 1, 0]
    """
    return np.lexsort(_site_keys(sites))


def _site_keys(sites: pd.DataFrame) -> list[npt.NDArray[Any]]:
    """What sites are ordered by, the last one first; a source that all have is left away."""
    keys = [sites["site_id"].rank(method="dense").to_numpy(), sites["site_id"].str.len().to_numpy()]
    if one_text(sites["source"]) is None:
        keys.append(sites["source"].rank(method="dense").to_numpy())
    return keys


def ready(sites: pd.DataFrame, as_of: AsOf) -> tuple[pd.DataFrame, Days]:
    """Sites in their canonical order, and the day of each.

    Parameters
    ----------
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    as_of
        The day that is asked about, or one for each site.
    """
    given = plain(sites)
    days = as_of_days(as_of, len(given))
    table = schema.conform(given, schema.SITES)
    keys = _site_keys(table)
    order = np.lexsort(keys)
    if (order[1:] < order[:-1]).any():
        table, days = table.iloc[order].reset_index(drop=True), days[order]
    sorted_keys = [key[order] for key in keys]
    twice = np.logical_and.reduce([key[1:] == key[:-1] for key in sorted_keys])
    if twice.any():
        row = table.iloc[int(np.argmax(twice)) + 1]
        raise InputError("A site stands twice.", where=str(row["source"]), got=str(row["site_id"]))
    return table, days


def with_country(sites: pd.DataFrame, outlines: Boundaries | None) -> pd.DataFrame:
    """Blank countries filled from the outline that the site falls in.

    Parameters
    ----------
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    outlines
        Outlines of countries; None: none were loaded.
    """
    blank = np.flatnonzero((sites["country"] == "").to_numpy() & sites["lon"].notna() & sites["lat"].notna())
    if outlines is None or not len(blank):
        return sites
    hit = locate(sites["lon"].to_numpy(np.float64)[blank], sites["lat"].to_numpy(np.float64)[blank], outlines)
    inside = hit >= 0
    country = sites["country"].to_numpy(dtype=object, copy=True)
    basis = sites["country_basis"].to_numpy(dtype=object, copy=True)
    country[blank[inside]] = outlines.frame["country"].to_numpy(dtype=object)[hit[inside]]
    basis[blank[inside]] = "outline"
    return sites.assign(country=pd.array(country, dtype="str"), country_basis=pd.array(basis, dtype="str"))


def by_level_of(boundaries: Boundaries | Sequence[Boundaries] | None) -> dict[int, Boundaries]:
    """Boundary sets by their level; two of one level are an error.

    Parameters
    ----------
    boundaries
        Boundary sets, one a level; None or an empty one: none were loaded.
    """
    sets = [] if boundaries is None else [boundaries] if isinstance(boundaries, Boundaries) else list(boundaries)
    out: dict[int, Boundaries] = {}
    for b in sets:
        if b.level in out:
            raise InputError("Two boundary sets of one level were given.", where=b.name, got=out[b.level].name)
        out[b.level] = b
    return out


def levels_of(rules: Rules, by_level: Mapping[int, Boundaries]) -> list[int]:
    """Levels of administrative units that a run places its sites and incidents in.

    Parameters
    ----------
    rules
        The rule set with its settings.
    by_level
        The loaded boundary sets, by level.
    """
    return sorted({1, 2, *by_level, *(r.level for r in rules.of_kind("area"))} - {0, -1})


def datasets_of(prepared: Incidents, incidents: pd.DataFrame | None, files: Mapping[str, str] | None) -> pd.DataFrame:
    """Every loaded incident dataset, also one of which no row counts.

    Parameters
    ----------
    prepared
        Incidents, ready to be asked.
    incidents
        The incidents (`geo.schema.INCIDENTS`); None: none were loaded.
    files
        The file of each dataset.
    """
    columns = ["source", "dataset", "dataset_version"]
    frame = prepared.frame if incidents is None else incidents
    # Mostly every row has the source of the first, and often its dataset: only what differs is looked through.
    vary = [name for name in columns if len(frame) and one_text(frame[name]) is None]
    some = frame[columns].drop_duplicates(vary).sort_values(columns) if vary else frame.iloc[:1][columns]
    out = some.reset_index(drop=True)
    names = files or {}
    return out.assign(file=[names.get(str(v), "") for v in out["dataset_version"]]).astype("str")
