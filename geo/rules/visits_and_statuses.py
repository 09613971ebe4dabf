"""What visits and statuses say of a site: armed actors (C2), forces that harm and roadblocks (H6), colours (H7)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import schema
from geo.records.visits import newest_informative, newest_status
from geo.rules.evidence import Evidence
from geo.rules.finding import Finding
from geo.rules.rule_set import Rule, Rules
from geo.spatial.proximity import within
from geo.time_window import Days, months_before, to_days

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def newest_visits(visits: pd.DataFrame | None, sites: pd.DataFrame, as_of: Days) -> pd.DataFrame:
    """The newest informative visit of each site not after its date, one row a site; blank where there is none."""
    table = schema.empty(schema.VISITS) if visits is None else schema.conform(visits, schema.VISITS)
    return newest_informative(table, sites, as_of)


def ask_visits(
    rules: Rules,
    sites: pd.DataFrame,
    as_of: Days,
    newest: pd.DataFrame,
    visits: pd.DataFrame | None,
    routes: pd.DataFrame | None,
    evidence: Evidence,
) -> list[Finding]:
    """Asks C2 and H6. A site without an informative visit in the window leaves them unknown, never unfired.

    Certain is only what was seen on site on a day that is no placeholder.
    """
    out = []
    seen = to_days(newest["visit_date"])
    has = newest["visit_date"].notna().to_numpy()
    basis = newest["visit_basis"].to_numpy(dtype=object)
    sure = (basis == "on_site") & ~newest["date_imprecise"].fillna(False).to_numpy(dtype=bool)
    for rule in rules.of_kind("visit"):
        recent = has & (seen > months_before(as_of, rule.months))
        yes = np.zeros(len(sites), np.bool_)
        unknown = ~recent
        for fact in rule.facts:
            said = newest[fact].to_numpy(dtype=object)
            known = np.array([v is not pd.NA and v is not None for v in said], dtype=np.bool_)
            true = np.array([bool(v) if k else False for v, k in zip(said, known, strict=True)], dtype=np.bool_)
            yes |= recent & true
            unknown |= ~known
            rows = np.flatnonzero(recent)
            words = np.where(true, "yes", np.where(known, "no", "unknown"))
            _tell(evidence, rule, rows, newest, [f"{fact}: {w}" for w in words[rows]])
        near = np.zeros(len(sites), np.bool_)
        if "armed_roadblock" in rule.facts and visits is not None:
            for places in (own_places(rule, sites), route_places(rule, sites, routes)):
                near |= _roadblocks(rule, places, sites, as_of, visits, evidence)
        old = np.flatnonzero(has & ~recent)
        _tell(evidence, rule, old, newest, ["older than the window"] * len(old), kind="near_miss")
        fired = yes | near
        out.append(Finding.of(rule.id, fired, yes & sure, fired, unknown))
    return out


def _tell(
    evidence: Evidence, rule: Rule, rows: Ints, newest: pd.DataFrame, value: list[str], kind: str = "visit"
) -> None:
    at = newest.iloc[rows]
    day = at["visit_date"].to_numpy()
    evidence.facts(
        kind,
        rule.id,
        rows,
        record_id=at["visit_id"].to_numpy(),
        dataset="visits",
        dataset_version=at["dataset_version"].to_numpy(),
        date_start=day,
        date_end=day,
        date_prec=np.where(at["date_imprecise"].to_numpy(dtype=bool), 5.0, 1.0),
        actor_a=at["actors"].to_numpy(),
        actor_b=at["visit_basis"].to_numpy(),
        value=np.array(value, dtype=object),
        limit=rule.limit(),
    )


@dataclass(frozen=True)
class Places:
    """Points from which a site looks for roadblocks: itself, or points along its declared route.

    `site` are positions in the site table; `lon`, `lat` degrees on WGS 84; `km` the radius; `word` its name.
    """

    site: Ints
    lon: Floats
    lat: Floats
    km: float
    word: str


def own_places(rule: Rule, sites: pd.DataFrame) -> Places:
    """The sites themselves, with the radius of the rule."""
    at = np.flatnonzero((sites["lon"].notna() & sites["lat"].notna()).to_numpy())
    lon, lat = sites["lon"].to_numpy(np.float64)[at], sites["lat"].to_numpy(np.float64)[at]
    return Places(at, lon, lat, rule.within_km, "nearby")


def route_places(rule: Rule, sites: pd.DataFrame, routes: pd.DataFrame | None) -> Places:
    """Points not more than `route_km` apart along each declared route (`source, site_id, geometry`)."""
    none = Places(np.zeros(0, np.int64), np.zeros(0), np.zeros(0), rule.route_km, "on the route")
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
    return Places(site[keep], points[keep, 0], points[keep, 1], rule.route_km, "on the route")


def _roadblocks(
    rule: Rule, places: Places, sites: pd.DataFrame, as_of: Days, visits: pd.DataFrame, evidence: Evidence
) -> Bools:
    """Sites with an armed roadblock in reach of their places, that a visit to *another* site reports in the window."""
    rows = visits[visits["informative"] & visits["armed_roadblock"].fillna(False).astype(bool) & visits["lon"].notna()]
    out = np.zeros(len(sites), np.bool_)
    if not len(rows) or not len(places.site):
        return out
    pairs = within(
        places.lon,
        places.lat,
        rows["lon"].to_numpy(np.float64),
        rows["lat"].to_numpy(np.float64),
        to_days(rows["visit_date"]),
        radius_m=places.km * 1000,
        as_of_day=as_of[places.site],
        window_days=as_of[places.site] - months_before(as_of[places.site], rule.months),
    )
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
        actor_b=at["visit_basis"].to_numpy(),
        value=f"armed_roadblock {places.word}: yes",
        limit=rule.limit(),
    )
    return out


STATUS_COLUMNS = ("rcm_status", "rcm_status_date", "drc_status", "drc_status_date")


def ask_statuses(
    rules: Rules, sites: pd.DataFrame, as_of: Days, statuses: pd.DataFrame | None, evidence: Evidence
) -> tuple[list[Finding], pd.DataFrame]:
    """Asks H7, and gives the colours in force (:data:`STATUS_COLUMNS`).

    RCM: green without a new inspection turns blue after 12 months; blue lasts 36 months, then the status is unknown;
    yellow and red hold until their stated end or a new inspection, and never come from age. DRC: a qualification
    speaks for 12 months; missing means unqualified, which is unknown.
    """
    table = schema.empty(schema.STATUSES) if statuses is None else schema.conform(statuses, schema.STATUSES)
    set_, n = rules.settings, len(sites)
    rcm = newest_status(table, sites, as_of, "rcm")
    drc = newest_status(table, sites, as_of, "drc")
    rcm_colour = colour_at(
        rcm["status"].to_numpy(dtype=object),
        to_days(rcm["status_date"]),
        to_days(rcm["valid_to"]),
        as_of,
        set_.status_months,
        set_.blue_months,
    )
    drc_colour = drc["status"].to_numpy(dtype=object)
    drc_day = to_days(drc["status_date"])
    out = []
    for rule in rules.of_kind("status"):
        drc_recent = (drc_colour != "") & (drc_day > months_before(as_of, rule.months))
        by_rcm = np.isin(rcm_colour.astype(str), rule.statuses)
        by_drc = drc_recent & np.isin(drc_colour.astype(str), rule.statuses)
        fired = by_rcm | by_drc
        unknown = (rcm_colour == "") & ~drc_recent
        out.append(Finding.of(rule.id, fired, fired, fired, unknown))
        for scheme, held, colour, speaks in (
            ("rcm", rcm, rcm_colour, rcm_colour != ""),
            ("drc", drc, drc_colour, drc_recent),
        ):
            for rows, kind in (
                (np.flatnonzero(speaks), "status"),
                (np.flatnonzero((held["status"].to_numpy(dtype=object) != "") & ~speaks), "near_miss"),
            ):
                at = held.iloc[rows]
                word = [f"{scheme} {c}" if kind == "status" else f"{scheme} {s}, too old" for c, s in
                        zip(colour[rows], at["status"], strict=True)]  # fmt: skip
                evidence.facts(
                    kind,
                    rule.id,
                    rows,
                    record_id=at["record_id"].to_numpy(),
                    dataset=f"{scheme} status",
                    dataset_version=at["dataset_version"].to_numpy(),
                    date_start=at["status_date"].to_numpy(),
                    date_end=at["valid_to"].to_numpy(),
                    actor_b=at["status"].to_numpy(),
                    value=np.array(word, dtype=object),
                    limit=f"{', '.join(rule.statuses)}; {rule.limit()}",
                )
    columns = pd.DataFrame(
        {
            "rcm_status": pd.array(rcm_colour, dtype="str"),
            "rcm_status_date": rcm["status_date"].to_numpy(),
            "drc_status": pd.array(drc_colour, dtype="str"),
            "drc_status_date": drc["status_date"].to_numpy(),
        },
        index=range(n),
    )
    return out, columns


def colour_at(
    status: npt.NDArray[np.object_],
    day: Days,
    valid_to: Days,
    as_of: Days,
    green_months: int,
    blue_months: int,
) -> npt.NDArray[np.object_]:
    """RCM colour in force at `as_of`; ``""`` where it is not known any more.

    A stated end (`valid_to`, exclusive; NO_DAY: none) takes the place of the 12 months of green, and ends yellow and
    red. Blue is counted from the day on which green ended, or from its own date.
    """
    out = status.copy()
    stated = valid_to != np.iinfo(np.int64).min
    green_end = np.where(stated, valid_to, months_before(day, -green_months))
    turned = (status == "green") & (as_of >= green_end)
    blue_from = np.where(turned, green_end, day)
    blue = turned | (status == "blue")
    out[turned] = "blue"
    out[blue & (as_of >= months_before(blue_from, -blue_months))] = ""
    out[(status == "blue") & stated & (as_of >= valid_to)] = ""
    out[np.isin(status.astype(str), ("red", "yellow")) & stated & (as_of >= valid_to)] = ""
    return out
