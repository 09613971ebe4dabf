"""The evidence of one site as a story: every incident that counted, numbered like on the map; what was looked at."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geo.records.admin_units import Units, incident_units, site_units
from geo.records.incidents import Incidents
from geo.rules.incident_area import counted_in_units
from geo.rules.rule import Rule
from geo.rules.rule_set import Rules
from geo.spatial.geodesic import geodesic_m
from geo.time_window import to_days
from i18n.evidence_messages import FACTS, REASONS, found, held_against
from i18n.translator import Translator
from jobs.assessment.job import Loaded, Run
from jobs.assessment.site_profile import Profile
from layers.maps.blob import Line
from layers.reference.unit_aliases import unit_aliases

STORY = (
    "number", "rules", "date_start", "date_end", "distance_m", "place", "actors", "deaths_low", "deaths_best",
    "deaths_high", "event_type", "precision", "dataset", "record_id",
)  # fmt: skip
"""Columns of the incidents that counted, as a reader sees them."""


@dataclass(frozen=True)
class Story:
    """The incidents that counted for one site.

    Parameters
    ----------
    counted
        :data:`STORY` and `lon, lat`, those of the site's own rules first, nearest first; one row an incident,
        whichever rules it counts for.
    numbers
        (lon, lat, text) of the drawn ones: incidents at one point share a mark.
    shown
        By area rule, how many incidents evidence names and how many its sum counts.
    """

    counted: pd.DataFrame
    numbers: tuple[tuple[float, float, str], ...]
    shown: dict[str, tuple[int, int]]


def story(it: Profile, incidents: pd.DataFrame | None, more: pd.DataFrame | None = None) -> Story:
    """Numbers the incidents that counted.

    Parameters
    ----------
    incidents
        Those that were loaded: they hold the places.
    more
        Further rows of :data:`geo.schema.EVIDENCE`, of incidents of a district that evidence does not name.
    it
        The site with all that is said of it.
    """
    rows = it.evidence[it.evidence["kind"] == "incident"]
    named = rows.groupby("rule")["record_id"].nunique()
    sums = it.evidence[it.evidence["kind"] == "area"].groupby("rule")["events"].max()
    shown = {str(rule): (int(named.get(rule, 0)), int(n)) for rule, n in sums.items() if n > named.get(rule, 0)}
    if more is not None and len(more):
        rows = pd.concat([rows, more], ignore_index=True)
    if rows.empty:
        empty = pd.DataFrame(columns=[*STORY, "lon", "lat"])
        return Story(empty, (), shown)
    area = {a.rule.id for a in it.answers if a.rule.answer == "area"}
    table = rows.assign(_area=rows["rule"].isin(area))
    table = table.sort_values(["_area", "distance_m", "date_start"], kind="stable", na_position="last")
    key = ["dataset", "record_id"]
    rules = table.groupby(key, sort=False)["rule"].agg(lambda r: ", ".join(dict.fromkeys(r)))
    table = table.drop_duplicates(key).merge(rules.rename("rules").reset_index(), on=key, how="left")
    table = _placed(table, incidents, it)
    table["number"] = np.arange(1, len(table) + 1)
    both = (table["actor_a"] != "") & (table["actor_b"] != "")
    table["actors"] = table["actor_a"] + np.where(both, " – ", "") + table["actor_b"]
    return Story(table[[*STORY, "lon", "lat"]].reset_index(drop=True), _numbers(table), shown)


def _placed(table: pd.DataFrame, incidents: pd.DataFrame | None, it: Profile) -> pd.DataFrame:
    """`lon, lat` of each, and the distance of those that are known to a point, also where an area rule counted them."""
    if incidents is None:
        return table.assign(lon=np.nan, lat=np.nan)
    table = table.drop(columns=["lon", "lat"], errors="ignore")
    places = incidents[["dataset", "record_id", "lon", "lat"]].drop_duplicates(["dataset", "record_id"])
    table = table.merge(places, on=["dataset", "record_id"], how="left")
    vague = ~table["precision"].isin([1, 2]).to_numpy(np.bool_)
    table.loc[vague, ["lon", "lat"]] = np.nan
    open_ = table["distance_m"].isna() & table["lon"].notna()
    if it.placed and open_.any():
        n = int(open_.sum())
        lon, lat = np.full(n, float(it.site["lon"])), np.full(n, float(it.site["lat"]))
        there = table.loc[open_, ["lon", "lat"]].to_numpy(np.float64)
        table.loc[open_, "distance_m"] = geodesic_m(lon, lat, there[:, 0], there[:, 1])
    return table


def _numbers(table: pd.DataFrame) -> tuple[tuple[float, float, str], ...]:
    out = []
    drawn = table[table["lon"].notna()]
    for key, group in drawn.groupby(["lon", "lat"], sort=False):
        lon, lat = np.asarray(key, np.float64)
        numbers = [int(n) for n in group["number"]]
        text = ", ".join(map(str, numbers)) if len(numbers) <= 3 else f"{numbers[0]} … {numbers[-1]}"
        out.append((float(lon), float(lat), text))
    return tuple(out)


def counted_in_district(
    loaded: Loaded, run: Run, row: int, rule: Rule, incidents: Incidents, day: dt.date
) -> pd.DataFrame:
    """Every incident that an area rule counts in the unit of the site, as rows of evidence; deadliest first.

    Parameters
    ----------
    loaded
        What was read of the inputs.
    run
        The assessment with what it was made from.
    row
        Position of the site in ``run.assessment.sites``.
    rule
        A rule of kind area.
    incidents
        The incidents of the run, prepared (:class:`geo.records.incidents.Incidents`).
    day
        The day that is asked about.
    """
    site = run.assessment.sites.iloc[[row]]
    boundaries = next((b for b in loaded.boundaries if b.level == rule.level), None)
    units = Units(rule.level, boundaries, unit_aliases())
    own = int(site_units(site, units).code[0])
    code = incident_units(incidents, units).code
    at = int(to_days([np.datetime64(day)])[0])
    mine = counted_in_units(rule, incidents, code, at) & (code == own) & (own >= 0)
    frame = incidents.frame[mine]
    frame = frame.sort_values("deaths_best", ascending=False, kind="stable")
    made: pd.DataFrame = frame.rename(columns={"kind": "event_type"}).assign(
        rule=rule.id, kind="incident", distance_m=np.nan, edge_m=np.nan
    )
    return made


def district_lines(loaded: Loaded, it: Profile) -> list[Line]:
    """The outline of the unit of every area rule that fired: where it decided.

    Parameters
    ----------
    loaded
        What was read of the inputs.
    it
        The site with all that is said of it.
    """
    out = []
    for level in sorted({a.rule.level for a in it.answers if a.outcome == "fired" and a.rule.kind == "area"}):
        name = str(it.site[f"admin{level}"])
        for b in loaded.boundaries:
            if b.level != level or not name:
                continue
            rows = np.flatnonzero((b.frame["unit"] == name).to_numpy(np.bool_))
            out += [Line(b.geometry[r], "district_decided", name) for r in rows]
    return out


def looked_at(it: Profile, rule: Rule, answer: str, translate: Translator) -> str:
    """What an answer rests on: the sum that fired, why it cannot be told, or what was looked at and did not count.

    Parameters
    ----------
    it
        The site with all that is said of it.
    rule
        The rule that is asked.
    answer
        The answer of the rule: `fired`, `unknown` or `not fired`.
    translate
        Speaks the reader's language.
    """
    kinds = {"fired": it.evidence, "unknown": it.gaps, "not fired": it.misses}
    rows = kinds[answer]
    rows = rows[rows["rule"] == rule.id]
    if answer == "fired":
        # A rule with several windows has a sum of each; the fullest one is what fired it, a short one may be empty.
        sums = rows[rows["kind"].isin(["total", "area"])].sort_values(["events", "deaths"], ascending=False)
        rows = sums if len(sums) else rows
    if rows.empty and answer == "fired":
        return translate(FACTS["not_compliant"]) if rule.kind == "restriction" else ""
    if rows.empty:
        return translate("does not apply to this site, or nothing was found") if answer == "not fired" else ""
    counted = rows[(rows["fact"] == "below_limit") & (rows["record_id"] != "")]
    if answer == "not fired" and len(counted):
        n = counted["record_id"].nunique()
        near = _limit(counted.iloc[0], translate)
        text = translate.plural(
            "{n} incident counts, below the threshold", "{n} incidents count, below the threshold", n
        )
        return f"{text} ({near})" if near else text
    row: Any = rows.iloc[0]
    if row["fact"] == "rule_unknown":
        return translate(REASONS.get(str(row["status"]), str(row["status"])))
    text = found(str(row["fact"]), str(row["status"]), row["events"], row["deaths"], translate)
    parts = [text, translate.distance(row["distance_m"]), translate.date(row["date_start"])]
    return ", ".join(p for p in parts if p)


def _limit(row: Any, translate: Translator) -> str:
    km, months, events, deaths = (
        float("nan") if pd.isna(row[c]) else float(row[c])
        for c in ("limit_km", "limit_months", "limit_events", "limit_deaths")
    )
    return held_against(km, months, events, deaths, translate)


def area_rules(it: Profile, rules: Rules) -> list[Rule]:
    """The area rules that fired.

    Parameters
    ----------
    it
        The site with all that is said of it.
    rules
        The rule set with its settings.
    """
    fired = {a.rule.id for a in it.answers if a.outcome == "fired"}
    return [r for r in rules.of_kind("area") if r.id in fired]
