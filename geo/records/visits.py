"""Visits to mine sites as of a date: the sites they describe, the newest informative visit, and facts of visits.

A source that publishes visits says the same thing of one site many times. Which of its rows hold depends on the
date of the question; the rows themselves are never changed.
"""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.columns import blank
from geo.records.newest_rows import Days, blank_rows, codes_of, days_of, keys_of, newest_by, run_starts
from geo.schema import REJECTED, SITES, VISITS, conform, empty
from geo.time_window import to_dates, to_days


def sites_at(
    visits: pd.DataFrame, as_of: dt.date, *, country: str = "", country_basis: str = ""
) -> tuple[pd.DataFrame, dict[str, int], pd.DataFrame]:
    """The sites that a file of visits describes, as they were known at a date.

    The newest row not after `as_of` gives name, place and minerals; where it is blank, the newest earlier row that
    is not. Workers are the newest count not after `as_of`. Of several rows of one day an informative one goes before
    another, then the later row of the file. A site first seen after `as_of` takes its place, name and minerals from
    its earliest row, has no workers, and its `first_seen` lies after `as_of`.

    Parameters
    ----------
    visits
        Frame of :data:`geo.schema.VISITS`.
    as_of
        Date of the question, inclusive.
    country, country_basis
        What the layout of the source says of the country of all its rows.

    Returns
    -------
    sites : pandas.DataFrame
        :data:`geo.schema.SITES`, one row per (source, site_id), in the order of their first row.
    accounting : dict
        Rows of `visits`: ``accepted`` + ``superseded`` + ``after_as_of`` = ``rows``. ``same_day`` counts those of the
        superseded that share site and day with the accepted row (they still count together in a verdict).
        ``sites`` and ``sites_first_seen_later`` count sites.
    unused : pandas.DataFrame
        :data:`geo.schema.REJECTED` with a row for each that is not accepted: reason ``superseded`` or
        ``after_as_of``, in row order; ``source_file`` is blank.
    """
    when = np.datetime64(as_of, "s")
    keys, _ = pd.factorize(keys_of(visits))
    day = visits["visit_date"].to_numpy()
    order = np.lexsort((visits["row"].to_numpy(), visits["informative"].to_numpy(), day, keys))
    work = visits.iloc[order].assign(_key=keys[order], _known=day[order] <= when).reset_index(drop=True)
    later = work[~work["_known"]]
    known = work[work["_known"]]
    current = known.drop_duplicates("_key", keep="last")
    unseen = later.drop_duplicates("_key", keep="first")
    unseen = unseen[~unseen["_key"].isin(current["_key"])]
    sites = pd.concat([current, unseen]).sort_values("_key", kind="stable").set_index("_key", drop=False)
    places = (["lon", "lat", "coord_precision_km"], ["admin1", "admin2"], ["village"])
    for columns in (["name"], *places, ["minerals"], ["workers"]):
        _fill_from_earlier(sites, known, columns)
    sites.loc[~sites["_known"], "workers"] = np.nan
    sites["first_seen"] = work.groupby("_key")["visit_date"].min().reindex(sites.index)
    sites["country"], sites["country_basis"] = country, country_basis if country else ""

    reason = np.where(work["_known"], "superseded", "after_as_of").astype(object)
    newest = current.set_index("_key")["visit_date"].reindex(work["_key"]).to_numpy()
    reason[current.index] = "accepted"
    same_day = int(((reason == "superseded") & (work["visit_date"].to_numpy() == newest)).sum())
    unused = work.assign(reason=reason)[reason != "accepted"].sort_values("row", kind="stable")
    not_accepted = pd.DataFrame(
        {
            "row": unused["row"],
            "id": unused["site_id"],
            "reason": unused["reason"],
            "expected": np.where(
                unused["reason"] == "after_as_of", f"not after {as_of}", f"one row a site: the newest not after {as_of}"
            ),
            "got": unused["visit_date"].dt.strftime("%Y-%m-%d"),
        }
    )
    accounting = {
        "rows": len(visits),
        "accepted": len(current),
        "superseded": int((reason == "superseded").sum()),
        "same_day": same_day,
        "after_as_of": int((reason == "after_as_of").sum()),
        "sites": len(sites),
        "sites_first_seen_later": len(unseen),
    }
    return conform(sites, SITES), accounting, conform(not_accepted, REJECTED)


def newest_informative(visits: pd.DataFrame, sites: pd.DataFrame, as_of_days: Days) -> pd.DataFrame:
    """For each site the newest informative day not after its date; all informative rows of that day together.

    Parameters
    ----------
    visits
        Frame of :data:`geo.schema.VISITS`.
    sites
        Frame with text columns `source` and `site_id`.
    as_of_days
        Days since 1970-01-01, int64, one per site.

    Returns
    -------
    pandas.DataFrame
        Index of `sites`. `visit_date` (NaT: no informative visit), `visit_id` and `visited_by` and `actors` (several
        joined by ``;``), `visit_basis` (``reported`` if any row of the day is), `armed_presence`, `non_state_armed`,
        `state_harm`, `roadblock`, `armed_roadblock` (true if any row says so, else NA if any is unknown, else
        false), `date_imprecise` (any), `dataset_version`. The age of the visit is left to the caller.
    """
    rows = visits[visits["informative"] & visits["visit_date"].notna()]
    if not len(rows):
        return blank_rows(_no_days(), sites.index)
    days = days_of(rows["visit_date"])
    keys, wanted = codes_of(rows, sites)
    order = np.lexsort((rows["row"].to_numpy(), days, keys))
    rows, keys, days = rows.iloc[order].reset_index(drop=True), keys[order], days[order]
    starts = np.flatnonzero(run_starts(keys) | run_starts(days))
    groups = _group_rows(rows, starts)
    return newest_by(groups, keys[starts], days[starts], wanted, np.asarray(as_of_days, dtype=np.int64), sites.index)


def with_visits(sites: pd.DataFrame, newest: pd.DataFrame, as_of_days: Days) -> pd.DataFrame:
    """`sites` with their date, what the newest visit says of armed presence, and its age [days].

    Parameters
    ----------
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    newest
        As :func:`newest_informative` gives it, index of `sites`.
    as_of_days
        The date of each site [days since 1970-01-01].
    """
    age = (as_of_days - to_days(newest["visit_date"])).astype(np.float64)
    return sites.assign(
        as_of=to_dates(as_of_days),
        visit_age_days=np.where(newest["visit_date"].notna(), age, np.nan),
        **{name: newest[name].array for name in ("armed_presence", "visit_date", "visit_basis")},
    )


@dataclass(frozen=True)
class VisitDays:
    """Informative days of visits, by (site, day); all rows of a site's day count together.

    `site` are positions in the site table, `day` days since 1970-01-01. `grade` says of each fact 0 no, 1 unknown,
    2 yes.
    """

    site: Days
    day: Days
    grade: dict[str, npt.NDArray[np.int64]]
    visit_id: npt.NDArray[np.object_]
    version: npt.NDArray[np.object_]
    actors: npt.NDArray[np.object_]
    on_site: npt.NDArray[np.bool_]
    imprecise: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        """Number of days."""
        return len(self.site)


def visit_days(visits: pd.DataFrame | None, sites: pd.DataFrame) -> VisitDays:
    """Every informative day of every site of the table.

    Parameters
    ----------
    visits
        Visits to the sites (`geo.schema.VISITS`); None: none were loaded.
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    """
    table = conform(pd.DataFrame(index=range(0)), VISITS) if visits is None else visits
    rows = table[table["informative"] & table["visit_date"].notna()]
    keys, wanted = codes_of(rows, sites)
    number = np.full(int(max(keys.max(initial=-1), wanted.max(initial=-1))) + 1, -1, np.int64)
    number[wanted] = np.arange(len(wanted))
    site = number[keys]
    rows, site = rows[site >= 0], site[site >= 0]
    days = days_of(rows["visit_date"])
    order = np.lexsort((rows["row"].to_numpy(), days, site))
    rows, site, days = rows.iloc[order].reset_index(drop=True), site[order], days[order]
    first = np.flatnonzero(run_starts(site) | run_starts(days)) if len(site) else np.zeros(0, np.int64)
    groups = _group_rows(rows, first)
    grade: dict[str, npt.NDArray[np.int64]] = {}
    for fact in ("non_state_armed", "state_harm", "armed_roadblock"):
        grade[fact] = np.asarray((groups[fact].astype("float64").fillna(0.5) * 2).to_numpy(), np.int64)
    return VisitDays(
        site[first],
        days[first],
        grade,
        groups["visit_id"].to_numpy(dtype=object),
        groups["dataset_version"].to_numpy(dtype=object),
        groups["actors"].to_numpy(dtype=object),
        (groups["visit_basis"] == "on_site").to_numpy(np.bool_),
        groups["date_imprecise"].to_numpy(np.bool_),
    )


ANNEX_FACTS = ("children_under_15", "mercury", "traceability", "state_services")


def annex_facts(visits: pd.DataFrame | None, sites: pd.DataFrame, as_of_days: Days) -> pd.DataFrame:
    """Facts that no rule reads, each from the newest visit not after the date that states it; index of `sites`.

    Parameters
    ----------
    visits
        Visits to the sites (`geo.schema.VISITS`); None: none were loaded.
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    as_of_days
        The date of each site [days since 1970-01-01].
    """
    out: dict[str, Any] = {}
    for fact in ANNEX_FACTS:
        is_text = fact in ("traceability", "state_services")
        out[fact] = blank("text" if is_text else "tri", len(sites))
        if visits is None or fact not in visits.columns:
            continue
        stated = (visits[fact] != "") if is_text else visits[fact].notna()
        rows = visits[stated & visits["visit_date"].notna()]
        if not len(rows):
            continue
        keys, wanted = codes_of(rows, sites)
        days = days_of(rows["visit_date"])
        order = np.lexsort((rows["row"].to_numpy(), days, keys))
        groups = rows.iloc[order][[fact]].reset_index(drop=True)
        taken = newest_by(groups, keys[order], days[order], wanted, np.asarray(as_of_days, dtype=np.int64), sites.index)
        out[fact] = taken[fact].astype("str" if is_text else "boolean").array
    return pd.DataFrame(out, index=sites.index)


def _fill_from_earlier(sites: pd.DataFrame, known: pd.DataFrame, columns: list[str]) -> None:
    """Where the first of `columns` is blank, take all of them from the newest known row that has it."""
    own = sites[columns[0]]
    blank = sites.index[(own == "") if own.dtype == "str" else own.isna()]
    if not len(blank):
        return
    first = known[columns[0]]
    stated = known.loc[(first != "") if first.dtype == "str" else first.notna(), ["_key", *columns]]
    newest = stated.drop_duplicates("_key", keep="last").set_index("_key")[columns]
    blank = blank[blank.isin(newest.index)]
    if len(blank):
        sites.loc[blank, columns] = newest.loc[blank]


@functools.cache
def _no_days() -> pd.DataFrame:
    """The columns of days of visits, without a day."""
    return _group_rows(empty(VISITS), np.zeros(0, np.int64))


def _group_rows(rows: pd.DataFrame, starts: Days) -> pd.DataFrame:
    """One row per group of consecutive `rows` that begins at each of `starts`."""
    columns = ["visit_date", "visit_id", "visit_basis", "visited_by", "armed_presence", "actors", "dataset_version"]
    out = rows.iloc[starts][columns].reset_index(drop=True)
    for name in ("non_state_armed", "state_harm", "roadblock", "armed_roadblock"):
        # false 0 < unknown 1 < true 2: the maximum is what the rows of a day say together.
        grade = rows[name].astype("float64").to_numpy(dtype=np.float64, na_value=np.nan)
        grade = np.nan_to_num(grade * 2, nan=1.0)
        best = np.maximum.reduceat(grade, starts) if len(starts) else grade
        out[name] = pd.array(best == 2, dtype="boolean")
        out.loc[best == 1, name] = pd.NA
    imprecise = rows["date_imprecise"].to_numpy(dtype=bool)
    out["date_imprecise"] = np.logical_or.reduceat(imprecise, starts) if len(starts) else imprecise
    ends = np.append(starts[1:], len(rows)) if len(starts) else starts
    several = np.flatnonzero(ends - starts > 1)
    joined_columns = {
        name: [_together(name, rows[name].iloc[starts[g] : ends[g]].tolist()) for g in several]
        for name in ("visit_id", "visit_basis", "visited_by", "armed_presence", "actors")
    }
    for name, values in joined_columns.items():
        if values:
            out.loc[several, name] = values
    return out


def _together(name: str, values: list[str]) -> str:
    """What several rows of one day say in one text column."""
    distinct = list(dict.fromkeys(value for value in values if value))
    if name == "visit_basis":
        return "reported" if "reported" in distinct else next(iter(distinct), "")
    if name == "armed_presence":
        return combine_presence(values)
    if name == "actors":
        return ";".join(dict.fromkeys(part for value in distinct for part in value.split(";")))
    return ";".join(distinct)


def combine_presence(words: list[str]) -> str:
    """Several words of armed presence as one; ``none`` only if all say so, blank if that is not known.

    Parameters
    ----------
    words
        `state`, `non_state`, `both`, `private` or `none`, one a field; blank where it is not filled in.

    Examples
    --------
    >>> combine_presence(["none", "state", "non_state"]), combine_presence(["none", "none"])
    ('both', 'none')
    >>> combine_presence(["private", "none"]), combine_presence(["none", ""]), combine_presence([])
    ('private', '', '')
    """
    named = set(words)
    non_state, state = bool(named & {"non_state", "both"}), bool(named & {"state", "both"})
    if non_state:
        return "both" if state else "non_state"
    if state or "private" in named:
        return "state" if state else "private"
    return "none" if named == {"none"} else ""
