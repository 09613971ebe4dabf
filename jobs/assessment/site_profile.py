"""One site out of a run: what a page or a dossier says of it, gathered once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geo import schema
from geo.messages import Note
from geo.records.eligible_incidents import incidents_at
from geo.rules.explanation import reasons
from geo.rules.rule import Rule
from geo.rules.rule_set import Rules
from geo.rules.zone_register import units_in_force
from geo.spatial.proximity import within
from geo.time_window import to_days
from jobs.assessment.job import Loaded, Run
from layers.maps.blob import Line
from layers.maps.geometry import circle


@dataclass(frozen=True)
class Answer:
    """What a rule says of the site: ``fired``, ``unknown`` or ``not fired``."""

    rule: Rule
    outcome: str


@dataclass(frozen=True)
class Profile:
    """All that is known of one site at a date.

    Attributes
    ----------
    site
        Its row of :data:`geo.schema.ASSESSED`.
    evidence, misses, zones, gaps, lists
        Rows of :data:`geo.schema.EVIDENCE`: what fired, what nearly did (nearest first), the register, the gaps (of
        both classes, and why rules are not known), the listed areas.
    visits, statuses
        Rows of :data:`geo.schema.VISITS` and :data:`geo.schema.STATUSES` up to the date, newest first; a status
        without a stated end has the one that the rules give it.
    incidents
        Drawable incidents of the longest window within the widest circle, with ``distance_m``, nearest first.
    precision
        Number of incidents named as evidence or near miss, by precision 1 to 7.
    answers
        One per rule, in the order of the rule table.
    radii_km, months
        The circles of the rules, and their longest window.
    why
        Why it has its class, one sentence.
    zone_in_force
        Whether any unit of the zone register has a status at the date.
    synthetic
        Whether the run holds synthetic rows: then the site's answers may rest on them.
    """

    site: Any  # a row; pandas-stubs cannot know the type of its cells
    day: dt.date
    evidence: pd.DataFrame
    misses: pd.DataFrame
    zones: pd.DataFrame
    gaps: pd.DataFrame
    lists: pd.DataFrame
    visits: pd.DataFrame
    statuses: pd.DataFrame
    incidents: pd.DataFrame
    precision: dict[int, int]
    answers: list[Answer]
    radii_km: tuple[float, ...]
    months: int
    why: Note
    zone_in_force: bool = True
    synthetic: bool = False

    @property
    def placed(self) -> bool:
        """Whether the position is known."""
        return bool(pd.notna(self.site["lon"]) and pd.notna(self.site["lat"]))

    def circles(self) -> list[Line]:
        """The circles of the rules around the site, each with its radius in words."""
        if not self.placed:
            return []
        lon, lat = float(self.site["lon"]), float(self.site["lat"])
        return [
            Line(circle(lon, lat, km * 1000.0), "circle", f"{km:g} km", below=i % 2 == 1)
            for i, km in enumerate(self.radii_km)
        ]


def profile(loaded: Loaded, run: Run, rules: Rules, row: int, day: dt.date) -> Profile:
    """Gathers one site; `row` is its position in ``run.assessment.sites``.

    Parameters
    ----------
    loaded
        What was read of the inputs.
    run
        The assessment with what it was made from.
    rules
        The rule set with its settings.
    row
        Position of the site in ``run.assessment.sites``.
    day
        The day that is asked about.
    """
    site = run.assessment.sites.iloc[row]
    mine = evidence_of(run, row)
    fired = {r for r in run.assessment.fired if run.assessment.fired[r].iloc[row]}
    unknown = set(str(site["rules_unknown"]).split(";"))
    kinds = mine["kind"]
    incident_like = mine[kinds.isin(["incident", "near_miss"])].drop_duplicates(["dataset", "record_id"])
    counted = incident_like["precision"].dropna().astype(int).value_counts()
    return Profile(
        site=site,
        day=day,
        evidence=mine[kinds.isin(["total", "incident", "area", "visit", "status", "list"]) & mine["rule"].isin(fired)],
        misses=_uncounted(mine[kinds == "near_miss"], mine[(kinds == "incident") & mine["rule"].isin(fired)]),
        zones=mine[kinds == "zone"],
        gaps=mine[kinds == "gap"],
        lists=mine[kinds == "list"],
        visits=_newest(loaded, "visits", schema.VISITS, "visit_date", site, day),
        statuses=_with_end(_newest(loaded, "statuses", schema.STATUSES, "status_date", site, day), rules),
        incidents=_around(loaded, site, day, rules),
        precision={p: int(counted.get(p, 0)) for p in range(1, 8)},
        answers=[
            Answer(r, "fired" if r.id in fired else "unknown" if r.id in unknown else "not fired") for r in rules.rules
        ],
        radii_km=rules.radii_km,
        months=rules.look_back_months,
        why=why_of(run, row),
        zone_in_force=_zone_in_force(loaded.zones, day),
        synthetic=bool(run.base_record.get("demonstration")),
    )


def _uncounted(near: pd.DataFrame, counted: pd.DataFrame) -> pd.DataFrame:
    """Near misses, nearest first; the nearest and the latest incident of all only where no rule counted them."""
    key = ["dataset", "record_id"]
    known = pd.MultiIndex.from_frame(near[key]).isin(pd.MultiIndex.from_frame(counted[key]))
    kept = near[(near["rule"] != "").to_numpy(np.bool_) | ~known]
    return kept.sort_values("distance_m", kind="stable", na_position="last")


def _zone_in_force(register: pd.DataFrame | None, day: dt.date) -> bool:
    return register is not None and len(units_in_force(register, int(to_days([np.datetime64(day)])[0]))) > 0


def evidence_of(run: Run, row: int) -> pd.DataFrame:
    """The rows of evidence of the site at `row`.

    Parameters
    ----------
    run
        The assessment with what it was made from.
    row
        Position of the site in ``run.assessment.sites``.
    """
    return run.assessment.evidence_of(row)


def why_of(run: Run, row: int) -> Note:
    """Why the site at `row` has its class, one sentence.

    Parameters
    ----------
    run
        The assessment with what it was made from.
    row
        Position of the site in ``run.assessment.sites``.
    """
    sites = run.assessment.sites.iloc[[row]]
    return next(reasons(run.rules, sites, evidence_of(run, row), run.assessment.source_of))


def _newest(loaded: Loaded, what: str, table: schema.Table, date: str, site: Any, day: dt.date) -> pd.DataFrame:
    parts: Sequence[pd.DataFrame] = [getattr(layer, what) for layer in loaded.sites]
    found = [p[(p["site_id"] == site["site_id"]) & (p["source"] == site["source"])] for p in parts if len(p)]
    found = [f for f in found if len(f)]
    rows = pd.concat(found, ignore_index=True) if found else schema.empty(table)
    rows = rows[(rows[date] <= pd.Timestamp(day)) | rows[date].isna()]
    return rows.sort_values(date, ascending=False, kind="stable").reset_index(drop=True)


def _with_end(statuses: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """`valid_to` filled where the source states no end, by the ages of the rules; red RCM has none."""
    given = rules.settings
    ends = []
    for scheme, status, day, end in statuses[["scheme", "status", "status_date", "valid_to"]].itertuples(index=False):
        months = {
            "drc": given.status_months,
            "rcm": {"green": given.status_months, "yellow": given.yellow_months, "blue": given.blue_months}.get(status),
        }
        lasts = months.get(scheme)
        ends.append(end if pd.notna(end) or pd.isna(day) or not lasts else day + pd.DateOffset(months=lasts))
    return statuses.assign(valid_to=pd.Series(ends, index=statuses.index, dtype="datetime64[s]"))


def _around(loaded: Loaded, site: Any, day: dt.date, rules: Rules) -> pd.DataFrame:
    near = incidents_at(loaded.incidents, np.datetime64(day), rules.look_back_months)
    near = near[near["precision"].isin([1, 2]) & near["lon"].notna()]
    lon, lat = float(site["lon"]), float(site["lat"])
    if np.isnan(lon) or np.isnan(lat) or near.empty:
        return near.iloc[:0].assign(distance_m=pd.Series([], dtype="float64"))
    always = np.zeros(len(near), dtype=np.int64)
    pairs = within(
        [lon], [lat], near["lon"].to_numpy(), near["lat"].to_numpy(), always,
        radius_m=max(rules.radii_km, default=0.0) * 1000.0, as_of_day=0, window_days=1,
    )  # fmt: skip
    return near.iloc[pairs.incident].assign(distance_m=pairs.distance_m)
