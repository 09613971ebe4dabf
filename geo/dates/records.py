"""Kinds ``visit``, ``status``, ``list``, ``restriction``, ``raster`` at every date: a record speaks for its days."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo import schema
from geo.dates.calendar import Bools, Ints, Spans, marks
from geo.dates.scene import Dated, DatedScene
from geo.records.admin_units import keys_of
from geo.records.statuses import status_days
from geo.records.visits import VisitDays
from geo.rules.raster import decided, measure_of
from geo.rules.rule import Rule
from geo.rules.status import colour_at
from geo.rules.visit import Places, own_places, roadblocks_near, route_places
from geo.rules.zone_status import NOT_COMPLIANT
from geo.schema import ZONE_STATUSES
from geo.time_window import NO_DAY, to_days

NEVER = np.iinfo(np.int64).max // 2
"""A day after every date."""


def visit(rule: Rule, scene: DatedScene) -> Dated:
    """What visits say of armed actors; see :class:`geo.rules.visit.Visit`.

    Parameters
    ----------
    rule
        The rule that is asked.
    scene
        Sites, incidents and all else that a rule may ask, at the date of each site.
    """
    applicable, mineral_unknown = scene.applicable(rule)
    days = scene.visit_days
    grade = np.array([days.grade[fact] for fact in rule.facts]).reshape(len(rule.facts), len(days))
    following = _next(days.site, days.day)
    calendar, shape = scene.calendar, scene.shape
    ever = marks(calendar.within(days.day, np.full(len(days), NEVER)), days.site, shape)
    inside = calendar.dates_in_window(days.day, days.day, rule.months)
    if rule.until_clean:
        fired, unclear, recent = _lasting(rule, scene, days, grade.max(axis=0), inside)
    else:
        newest = (inside[0], np.maximum(inside[0], np.minimum(inside[1], calendar.since(following))))
        recent = marks(newest, days.site, shape)
        fired = _marked(newest, days.site, (grade == 2).any(axis=0), shape)
        unclear = _marked(newest, days.site, (grade == 1).any(axis=0), shape)
        if "armed_roadblock" in rule.facts and scene.visits is not None:
            for places in (own_places(rule, scene.sites), route_places(rule, scene.sites, scene.routes)):
                fired |= _roadblocks(rule, places, scene, scene.visits)
    reasons = {"no_visit": ~ever, "visit_too_old": ever & ~recent, "visit_unclear": unclear}
    return Dated.of(
        fired & applicable, {k: v & applicable for k, v in reasons.items()} | {"mineral_unknown": mineral_unknown}
    )


def _next(site: Ints, day: Ints) -> Ints:
    """The site's next day; `NEVER` after its last. Rows stand by (site, day)."""
    out = np.full(len(day), NEVER, np.int64)
    same = site[1:] == site[:-1]
    out[:-1][same] = day[1:][same]
    return out


def _marked(spans: Spans, site: Ints, use: Bools, shape: tuple[int, int]) -> Bools:
    return marks((spans[0][use], spans[1][use]), site[use], shape)


def _lasting(rule: Rule, scene: DatedScene, days: VisitDays, grade: Ints, inside: Spans) -> tuple[Bools, Bools, Bools]:
    """From each day that found something to the next such day, its window's end, or enough clean days since."""
    shape = scene.shape
    found, clean = np.flatnonzero(grade == 2), np.flatnonzero(grade == 0)
    # Clean days stand by site and day: the one that ends a find is so many places on among those of its site.
    after = np.searchsorted(_key(days.site[clean], days.day[clean]), _key(days.site[found], days.day[found]), "right")
    last = after + rule.until_clean - 1
    ends = np.full(len(found), NEVER, np.int64)
    has = last < len(clean)
    has[has] = days.site[clean[last[has]]] == days.site[found[has]]
    ends[has] = days.day[clean[last[has]]]
    ends = np.minimum(ends, _next(days.site[found], days.day[found]))
    first = inside[0][found]
    stop = np.minimum(inside[1][found], scene.calendar.since(ends))
    fired = marks((first, np.maximum(first, stop)), days.site[found], shape)
    return fired, _marked(inside, days.site, grade == 1, shape), marks(inside, days.site, shape)


def _key(site: Ints, day: Ints) -> Ints:
    """One number that sorts as (site, day) does."""
    return site * (np.int64(1) << np.int64(32)) + day + (np.int64(1) << np.int64(31))


def _roadblocks(rule: Rule, places: Places, scene: DatedScene, visits: pd.DataFrame) -> Bools:
    """Armed roadblocks that the newest informative visit to another site reports, in reach of the places."""
    calendar = scene.calendar
    rows, pairs = roadblocks_near(
        places, visits, np.full(len(places.site), calendar.days[-1]),
        np.full(len(places.site), calendar.after(rule.months)[0]),
    )  # fmt: skip
    if not len(pairs):
        return np.zeros(scene.shape, np.bool_)
    site, at = places.site[pairs.site], pairs.incident
    mine = np.ones(len(site), np.bool_)
    for name in ("source", "site_id"):
        mine &= scene.sites[name].to_numpy(dtype=object)[site] == rows[name].to_numpy(dtype=object)[at]
    site, at = site[~mine], at[~mine]
    day = to_days(rows["visit_date"])[at]
    first, stop = calendar.dates_in_window(day, day, rule.months)
    stop = np.minimum(stop, calendar.since(_superseded(visits, rows)[at]))
    return marks((first, np.maximum(first, stop)), site, scene.shape)


def _superseded(visits: pd.DataFrame, rows: pd.DataFrame) -> Ints:
    """The next informative day of the site that each row describes; `NEVER` where there is none."""
    informative = visits[visits["informative"] & visits["visit_date"].notna()]
    names = pd.concat([f["source"] + "\x1f" + f["site_id"] for f in (informative, rows)], ignore_index=True)
    site = pd.factorize(names)[0].astype(np.int64)
    keys = np.unique(_key(site[: len(informative)], to_days(informative["visit_date"])))
    own = site[len(informative) :]
    at = np.searchsorted(keys, _key(own, to_days(rows["visit_date"])), side="right")
    following = keys[np.minimum(at, len(keys) - 1)]
    same = (at < len(keys)) & (following >> 32 == own)
    return np.where(same, (following & (2**32 - 1)) - 2**31, NEVER)


def status(rule: Rule, scene: DatedScene) -> Dated:
    """The colour in force and the qualification; see :class:`geo.rules.status.Status`.

    Parameters
    ----------
    rule
        The rule that is asked.
    scene
        Sites, incidents and all else that a rule may ask, at the date of each site.
    """
    applicable, mineral_unknown = scene.applicable(rule)
    table = schema.empty(schema.STATUSES) if scene.statuses is None else schema.conform(scene.statuses, schema.STATUSES)
    fired, speaks = (np.zeros(scene.shape, np.bool_) for _ in range(2))
    for scheme in ("rcm", "drc"):
        site, row, day, until = _held(table, scene, scheme)
        colour = table["status"].to_numpy(dtype=object)[row]
        if scheme == "drc":
            first, stop = scene.calendar.dates_in_window(day, day, rule.months)
            spans = first, np.maximum(first, np.minimum(stop, scene.calendar.since(until)))
            speaks |= _marked(spans, site, colour != "", scene.shape)
            fired |= _marked(spans, site, np.isin(colour.astype(str), rule.statuses), scene.shape)
            continue
        begun, ends = day, to_days(table["valid_to"])[row]
        while len(begun):  # a colour turns into another, at most twice
            now, basis, turns = colour_at(colour, day, ends, begun, scene.settings)
            turns = np.minimum(np.where(turns == NO_DAY, NEVER, np.maximum(turns, begun + 1)), until)
            spans = scene.calendar.within(begun, turns)
            counts = (basis == "inspection") | scene.settings.aged_status_fires
            speaks |= _marked(spans, site, now != "", scene.shape)
            fired |= _marked(spans, site, np.isin(now.astype(str), rule.statuses) & counts, scene.shape)
            on = turns < until
            site, begun, until, colour, day, ends = (v[on] for v in (site, turns, until, colour, day, ends))
    reasons = {"no_status": ~speaks & applicable, "mineral_unknown": mineral_unknown}
    return Dated.of(fired & applicable, reasons)


def _held(table: pd.DataFrame, scene: DatedScene, scheme: str) -> tuple[Ints, Ints, Ints, Ints]:
    """Statuses of the sites: the site, its row in the table, the day, and the day of the site's next one."""
    rows = status_days(table, scene.sites, scheme)
    day = to_days(table["status_date"])[rows[1]]
    return rows[0], rows[1], day, _next(rows[0], day)


def listed(rule: Rule, scene: DatedScene) -> Dated:
    """The edition of the EU list in force; see :class:`geo.rules.listed_area.ListedArea`.

    Parameters
    ----------
    rule
        The rule that is asked.
    scene
        Sites, incidents and all else that a rule may ask, at the date of each site.
    """
    applicable, mineral_unknown = scene.applicable(rule)
    fired, maybe = (np.zeros(scene.shape, np.bool_) for _ in range(2))
    known = np.zeros((len(scene.calendar), 1), np.bool_)
    country = scene.sites["country"].to_numpy(dtype=object)
    if scene.listed is not None and len(scene.listed):
        table = schema.conform(scene.listed, schema.LISTED_AREAS)
        start, end = to_days(table["valid_from"]), to_days(table["valid_to"])
        end = np.where(end == NO_DAY, NEVER, end)
        known[:] = (scene.calendar.days >= start.min())[:, None]
        first, stop = scene.calendar.within(start, end)
        for i, area in enumerate(table.itertuples(index=False)):
            mine = (country == area.country) & applicable
            part = slice(first[i], stop[i])
            if area.kind == "country":
                fired[part, mine] = True
                continue
            level = 1 if area.kind == "admin1" else 2
            key = keys_of(
                pd.Series([area.area], dtype="str"), pd.Series([area.country], dtype="str"), level, scene.aliases
            )
            fired[part, mine & (scene.site_units[level].key == key[0])] = True
            maybe[part, mine & (scene.site_units[level].key == "")] = True
    reasons = {
        "no_list": ~known & applicable, "country_unknown": (country == "") & applicable, "unit_unknown": maybe,
        "mineral_unknown": mineral_unknown,
    }  # fmt: skip
    return Dated.of(fired, reasons)


def restriction(rule: Rule, scene: DatedScene) -> Dated:
    """Diamond sites in no compliant zone; see :class:`geo.rules.zone_restriction.ZoneRestriction`.

    Parameters
    ----------
    rule
        The rule that is asked.
    scene
        Sites, incidents and all else that a rule may ask, at the date of each site.
    """
    zones, minerals = scene.zones, scene.sites["minerals"]
    diamond = np.array(["diamond" in str(m).split(";") for m in minerals], dtype=np.bool_)
    shut = np.isin(zones.status, [ZONE_STATUSES.index(s) for s in NOT_COMPLIANT])
    unknown = (diamond | (minerals == "").to_numpy(np.bool_)) & (zones.status == ZONE_STATUSES.index("unknown"))
    return Dated.of((diamond & zones.restricted & shut)[zones.state], {"zone_unknown": unknown[zones.state]})


def raster(rule: Rule, scene: DatedScene) -> Dated:
    """What rasters say, the same at every date; see :class:`geo.rules.raster.Raster`.

    Parameters
    ----------
    rule
        The rule that is asked.
    scene
        Sites, incidents and all else that a rule may ask, at the date of each site.
    """
    fired, reasons = decided(rule, measure_of(scene.measured, scene.sites, rule.column))
    return Dated.of(np.broadcast_to(fired, scene.shape).copy(), reasons)
