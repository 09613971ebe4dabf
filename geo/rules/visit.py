"""Kind ``visit``: what visits to the site, and roadblocks near it, say of armed actors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.messages import Note
from geo.records.visits import VisitDays, visit_days
from geo.rules.evidence import Evidence
from geo.rules.finding import Finding
from geo.rules.kind import add_unknown
from geo.rules.row import Derived, Row, SiteRow, before, is_unknown
from geo.rules.rule import Rule
from geo.rules.scene import Scene
from geo.spatial.proximity import Pairs, within
from geo.time_window import Days, months_before, to_days

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

ELSEWHERE = ("armed_roadblock_nearby", "armed_roadblock_on_route")
"""Facts that a visit to another site tells of this one."""

FACT_WORDS = {
    "non_state_armed": Note("a non-state armed actor present"),
    "state_harm": Note("state or private forces taxing, pillaging or forcing labour"),
    "armed_roadblock": Note("an armed roadblock at the site"),
    "armed_roadblock_nearby": Note("an armed roadblock nearby"),
    "armed_roadblock_on_route": Note("an armed roadblock on its route"),
}


class Visit:
    """The newest informative visit in the window; with `until_clean`, any in it that too few clean ones followed."""

    name = "visit"
    answers: tuple[str, ...] = ("site",)
    required: tuple[str, ...] = ("months", "facts")
    optional: tuple[str, ...] = ("within_km", "route_km", "until_clean", "minerals")

    def evaluate(self, rule: Rule, scene: Scene, evidence: Evidence) -> Finding:
        """Without an informative visit in the window the rule is unknown, never unfired.

        Certain is only what was seen on site on a day that is no placeholder.

        Parameters
        ----------
        rule, scene, evidence
            As :meth:`geo.rules.kind.RuleKind.evaluate` takes them.
        """
        applicable, mineral_unknown = scene.applicable(rule)
        made = _lasting(rule, scene, evidence) if rule.until_clean else _newest(rule, scene, evidence)
        reasons = {code: flags & applicable for code, flags in made.reasons.items()}
        finding = Finding.of(
            rule.id,
            made.fired & applicable,
            made.certain & applicable,
            None,
            reasons | {"mineral_unknown": mineral_unknown},
        )
        return add_unknown(evidence, finding)

    def explain(self, rule: Rule, rows: list[Row]) -> Note:
        """What was found, and the day of the visit.

        Parameters
        ----------
        rule, rows
            As :meth:`geo.rules.kind.RuleKind.explain` takes them.
        """
        found = [r for r in rows if r.kind == "visit" and r.status == "yes"]
        if not found:
            return Note("a visit in {months} month{months?|s}", months=rule.months)
        newest = max((r for r in found), key=lambda r: (r.fact not in ELSEWHERE, str(r.start)))
        facts = list(dict.fromkeys(r.fact for r in found))
        fact_words = [FACT_WORDS[f] for f in facts if f in FACT_WORDS]
        joined = fact_words[0] if len(fact_words) == 1 else Note("; ".join(f"{{p{i}}}" for i in range(len(fact_words))),
                                                     **{f"p{i}": s for i, s in enumerate(fact_words)})  # fmt: skip
        clean = sum(r.status == "no" and str(r.start) > str(newest.start) for r in rows)
        if rule.until_clean and clean:
            return Note("{found} at the visit of {day}, and only one later visit found none", found=joined,
                        day=str(newest.start or ""))  # fmt: skip
        return Note("{found} at the visit of {day}", found=joined, day=str(newest.start or ""))

    def explain_sums(self, rule: Rule) -> None:
        """It reads more than one row.

        Parameters
        ----------
        rule
            The rule that is asked.
        """

    def rederive(self, rule: Rule, site: SiteRow, rows: list[Row]) -> Derived:
        """From the days and facts of the visits that evidence names.

        Parameters
        ----------
        rule, site, rows
            As :meth:`geo.rules.kind.RuleKind.rederive` takes them.
        """
        first = before(site.day, rule.months)
        seen = [r for r in rows if r.kind == "visit" and r.start is not None and first < r.start <= site.day]
        own = [r for r in seen if r.fact not in ELSEWHERE]
        yes = [r for r in seen if r.status == "yes"]
        if rule.until_clean:
            last = max((r.start for r in yes if r.start), default=None)
            yes = [r for r in yes if r.start == last]
            if (
                last is not None
                and len({r.start for r in own if r.status == "no" and r.start and r.start > last}) >= rule.until_clean
            ):
                yes = []
        fired = bool(yes)
        certain = any(r.basis == "on_site" and r.date_prec == 1 and r.fact not in ELSEWHERE for r in yes)
        return Derived(fired, certain, fired, is_unknown(rows) and not fired)

    def limit(self, rule: Rule) -> Note:
        """Window, radius and distance to a route.

        Parameters
        ----------
        rule
            The rule that is asked.
        """
        return rule.limit()


@dataclass(frozen=True)
class _Answer:
    fired: Bools
    certain: Bools
    reasons: dict[str, Bools]


def _newest(rule: Rule, scene: Scene, evidence: Evidence) -> _Answer:
    newest, sites, as_of = scene.newest, scene.sites, scene.as_of
    seen = to_days(newest["visit_date"])
    has = newest["visit_date"].notna().to_numpy()
    imprecise = newest["date_imprecise"].fillna(False).to_numpy(dtype=bool)
    sure = (newest["visit_basis"] == "on_site").to_numpy(np.bool_) & ~imprecise
    recent = has & (seen > months_before(as_of, rule.months))
    yes, unclear = np.zeros(len(sites), np.bool_), np.zeros(len(sites), np.bool_)
    for fact in rule.facts:
        known = newest[fact].notna().to_numpy(np.bool_)
        true = newest[fact].fillna(False).to_numpy(np.bool_)
        yes |= recent & true
        unclear |= recent & ~known
        rows = np.flatnonzero(recent)
        words = np.where(true[rows], "yes", np.where(known[rows], "no", "unknown")).astype(object)
        _add_evidence(evidence, rule, rows, newest, "visit", fact, words)
    near = np.zeros(len(sites), np.bool_)
    if "armed_roadblock" in rule.facts and scene.visits is not None:
        for places in (own_places(rule, sites), route_places(rule, sites, scene.routes)):
            near |= _roadblocks(rule, places, sites, as_of, scene.visits, evidence)
    old = has & ~recent
    _add_evidence(evidence, rule, np.flatnonzero(old), newest, "near_miss", "older_than_window", "")
    return _Answer(yes | near, yes & sure, {"no_visit": ~has, "visit_too_old": old, "visit_unclear": unclear})


def _lasting(rule: Rule, scene: Scene, evidence: Evidence) -> _Answer:
    """What an informative visit found until enough later ones found none."""
    n, as_of = len(scene), scene.as_of
    if scene.visits is None or not len(scene.visits):
        none = np.zeros(n, np.bool_)
        return _Answer(none, none, {"no_visit": ~none, "visit_too_old": none, "visit_unclear": none})
    days: VisitDays = visit_days(scene.visits, scene.sites)
    grade = np.max([days.grade[fact] for fact in rule.facts], axis=0) if len(days) else np.zeros(0)
    inside = (days.day <= as_of[days.site]) & (days.day > months_before(as_of, rule.months)[days.site])
    last = np.full(n, np.iinfo(np.int64).min)
    found = inside & (grade == 2)
    np.maximum.at(last, days.site[found], days.day[found])
    later = inside & (days.day > last[days.site])
    clean = np.bincount(days.site[later & (grade == 0)], minlength=n)
    fired = (last > np.iinfo(np.int64).min) & (clean < rule.until_clean)
    newest = found & (days.day == last[days.site])
    sure = np.zeros(n, np.bool_)
    sure[days.site[newest & days.on_site & ~days.imprecise]] = True
    any_inside, unclear = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    any_inside[days.site[inside]] = True
    unclear[days.site[inside & (grade == 1)]] = True
    ever = np.zeros(n, np.bool_)
    ever[days.site[days.day <= as_of[days.site]]] = True
    # Older finds are shadowed by the newest one: what matters is it and what came after it.
    rows = np.flatnonzero(inside & (days.day >= last[days.site]))
    day = days.day[rows].astype("datetime64[D]").astype("datetime64[s]")
    evidence.facts(
        "visit",
        rule.id,
        days.site[rows],
        record_id=days.visit_id[rows],
        dataset="visits",
        dataset_version=days.version[rows],
        date_start=day,
        date_end=day,
        date_prec=np.where(days.imprecise[rows], 5.0, 1.0),
        actor_a=days.actors[rows],
        basis=np.where(days.on_site[rows], "on_site", "reported").astype(object),
        fact=rule.facts[0],
        status=np.array(["no", "unknown", "yes"], dtype=object)[grade[rows].astype(np.int64)],
    )
    return _Answer(
        fired, fired & sure, {"no_visit": ~ever, "visit_too_old": ever & ~any_inside, "visit_unclear": unclear}
    )


def _add_evidence(
    evidence: Evidence, rule: Rule, rows: Ints, newest: pd.DataFrame, kind: str, fact: str, status: object
) -> None:
    if not evidence.wanted:
        return
    at = newest.iloc[rows]
    day = at["visit_date"].to_numpy()
    evidence.facts(
        kind,
        rule.id,
        rows,
        record_id=at["visit_id"].to_numpy(dtype=object),
        dataset="visits",
        dataset_version=at["dataset_version"].to_numpy(dtype=object),
        date_start=day,
        date_end=day,
        date_prec=np.where(at["date_imprecise"].to_numpy(dtype=bool), 5.0, 1.0),
        actor_a=at["actors"].to_numpy(dtype=object),
        basis=at["visit_basis"].to_numpy(dtype=object),
        fact=fact,
        status=status,
    )


@dataclass(frozen=True)
class Places:
    """Points from which a site looks for roadblocks: itself, or points along its declared route.

    `site` are positions in the site table; `lon`, `lat` degrees on WGS 84; `km` the radius; `fact` its code.
    """

    site: Ints
    lon: Floats
    lat: Floats
    km: float
    fact: str


def own_places(rule: Rule, sites: pd.DataFrame) -> Places:
    """The sites themselves, with the radius of the rule.

    Parameters
    ----------
    rule
        The rule that is asked.
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    """
    at = np.flatnonzero((sites["lon"].notna() & sites["lat"].notna()).to_numpy())
    lon, lat = sites["lon"].to_numpy(np.float64)[at], sites["lat"].to_numpy(np.float64)[at]
    return Places(at, lon, lat, rule.within_km, "armed_roadblock_nearby")


def route_places(rule: Rule, sites: pd.DataFrame, routes: pd.DataFrame | None) -> Places:
    """Points not more than `route_km` apart along each declared route (`source, site_id, geometry`).

    Parameters
    ----------
    rule
        The rule that is asked.
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    routes
        Declared routes: `source, site_id, geometry` (LineString, WGS 84); None: none.
    """
    none = Places(np.zeros(0, np.int64), np.zeros(0), np.zeros(0), rule.route_km, "armed_roadblock_on_route")
    if routes is None or not len(routes) or not rule.route_km:
        return none
    import shapely

    # A degree is at most 111.7 km long: so many parts of a degree are never farther apart than route_km.
    lines = shapely.segmentize(routes["geometry"].to_numpy(dtype=object), rule.route_km / 111.7)
    points, which = shapely.get_coordinates(lines, return_index=True)
    number = {k: i for i, k in enumerate(zip(sites["source"], sites["site_id"], strict=True))}
    owner = [number.get(k, -1) for k in zip(routes["source"], routes["site_id"], strict=True)]
    site = np.array(owner, dtype=np.int64)[which]
    keep = site >= 0
    return Places(site[keep], points[keep, 0], points[keep, 1], rule.route_km, "armed_roadblock_on_route")


def roadblocks_near(places: Places, visits: pd.DataFrame, as_of: Days, after: Days) -> tuple[pd.DataFrame, Pairs]:
    """Informative visits that report an armed roadblock, and which lie near which place and in (after, as_of].

    Parameters
    ----------
    places
        From where is looked, and how far.
    visits
        Visits to the sites (`geo.schema.VISITS`).
    as_of
        The date of each site, time of events and not of knowledge [days since 1970-01-01].
    after
        The first day that no longer counts, or from which is counted [days since 1970-01-01].
    """
    rows = visits[visits["informative"] & visits["armed_roadblock"].fillna(False).astype(bool) & visits["lon"].notna()]
    if not len(rows) or not len(places.site):
        none = np.zeros(0, np.int64)
        return rows, Pairs(none, none, np.zeros(0))
    return rows, within(
        places.lon,
        places.lat,
        rows["lon"].to_numpy(np.float64),
        rows["lat"].to_numpy(np.float64),
        to_days(rows["visit_date"]),
        radius_m=places.km * 1000,
        as_of_day=as_of,
        window_days=as_of - after,
    )


def _roadblocks(
    rule: Rule, places: Places, sites: pd.DataFrame, as_of: Days, visits: pd.DataFrame, evidence: Evidence
) -> Bools:
    """Sites with an armed roadblock in reach of their places, that a visit to *another* site reports in the window."""
    out = np.zeros(len(sites), np.bool_)
    when = as_of[places.site]
    rows, pairs = roadblocks_near(places, visits, when, months_before(when, rule.months))
    if not len(pairs):
        return out
    # Of several points along a route the nearest one speaks.
    order = np.lexsort((pairs.distance_m, pairs.incident, places.site[pairs.site]))
    pair = pd.DataFrame({"s": places.site[pairs.site][order], "i": pairs.incident[order]})
    order = order[~pair.duplicated().to_numpy()]
    site, incident, distance = places.site[pairs.site][order], pairs.incident[order], pairs.distance_m[order]
    mine = (sites["source"].to_numpy(dtype=object)[site] == rows["source"].to_numpy(dtype=object)[incident]) & (
        sites["site_id"].to_numpy(dtype=object)[site] == rows["site_id"].to_numpy(dtype=object)[incident]
    )
    # A site's own visits speak through its newest one alone; a newer visit elsewhere may have found the block gone,
    # so of each other site only the newest informative visit counts.
    informative = visits[visits["informative"]]
    later = informative.groupby(["source", "site_id"])["visit_date"].apply(lambda d: np.sort(to_days(d)))
    keep = np.zeros(len(site), np.bool_)
    for i in np.flatnonzero(~mine):
        row = rows.iloc[incident[i]]
        days = later[(row["source"], row["site_id"])]
        seen = days[days <= as_of[site[i]]]
        keep[i] = bool(len(seen)) and int(seen[-1]) == int(to_days([row["visit_date"]])[0])
    which = np.flatnonzero(keep)
    out[site[which]] = True
    at = rows.iloc[incident[which]]
    evidence.facts(
        "visit",
        rule.id,
        site[which],
        record_id=at["visit_id"].to_numpy(),
        dataset="visits",
        dataset_version=at["dataset_version"].to_numpy(),
        date_start=at["visit_date"].to_numpy(),
        date_end=at["visit_date"].to_numpy(),
        distance_m=distance[which],
        basis=at["visit_basis"].to_numpy(dtype=object),
        fact=places.fact,
        status="yes",
    )
    return out
