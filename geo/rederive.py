"""Derives every derived column again from the evidence alone, written apart from the engine on purpose.

Nothing here calls the rules' own code: it reads evidence rows one site at a time, as an auditor would.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from geo.classify import AFFECTED, HIGH_RISK, INSUFFICIENT, NONE
from geo.data_coverage import GAPS
from geo.rules import RULE_IDS, Rule, Rules
from geo.sentence import sentences
from geo.zones import INSIDE, NOT_COMPLIANT, RESTRICTED

Rows = pd.DataFrame


def rederive(sites: pd.DataFrame, evidence: pd.DataFrame, rules: Rules, source_of: Mapping[str, str]) -> pd.DataFrame:
    """The derived columns of every site, from its evidence.

    Parameters
    ----------
    sites
        :data:`geo.schema.ASSESSED` as read back; only what a user gave or a layer stated is read from it: key,
        position and its error, country, minerals, as-of date.
    evidence
        :data:`geo.schema.EVIDENCE` as read back.
    rules
        The rule set of the run record.
    source_of
        Incident source by dataset, from the run record.

    Returns
    -------
    pandas.DataFrame
        Columns in the names of `sites`, index of `sites`. A site whose evidence is withheld by licence has blank
        cells (None) where only the user's own file could tell.
    """
    groups = dict(iter(evidence.groupby(["source", "site_id"], sort=False)))
    none = evidence.iloc[:0]
    out = [
        _site(row, groups.get((row.source, row.site_id), none), rules, source_of)
        for row in sites.itertuples(index=False)
    ]
    derived = pd.DataFrame(out, index=sites.index)
    told = sites.assign(**{str(c): derived[c].to_numpy() for c in ("overall_class", "rules_fired", "gaps")})
    told = told.assign(zone_status=derived["zone_status"].to_numpy(), rules_unknown=derived["rules_unknown"].to_numpy())
    known = told["rules_fired"].notna().to_numpy()
    said = sentences(rules, told[known].reset_index(drop=True), evidence, dict(source_of))
    for name in said:
        column = np.full(len(sites), None, dtype=object)
        column[known] = said[name].to_numpy(dtype=object)
        derived[name] = column
    return derived


def _site(site: Any, rows: Rows, rules: Rules, source_of: Mapping[str, str]) -> dict[str, object]:
    said = {r.id: _rule(r, site, rows[rows["rule"] == r.id], rows, rules, source_of) for r in rules.rules}
    gaps = [g for g in GAPS if ((rows["kind"] == "gap") & (rows["rule"] == "") & (rows["value"] == g)).any()]
    off = [r for r in RULE_IDS if r not in said]
    unknown = [r for r in RULE_IDS if r in off or said[r]["unknown"]]
    edge = rows[(rows["kind"] == "zone") & (rows["record_id"] == "edge")]["distance_m"]
    error = site.coord_precision_km if np.isfinite(site.coord_precision_km) else 0.0
    withheld = any(v["withheld"] for v in said.values())
    out: dict[str, object] = {
        "rules_fired": ";".join(r for r in RULE_IDS if r in said and said[r]["fired"]),
        "rules_unknown": ";".join(unknown),
        "gaps": ";".join(gaps),
        "data_coverage": "partial" if gaps or unknown else "full",
        "zone_status": _zone_status(site, rows),
        "distance_to_zone_edge_m": float(edge.iloc[0]) if len(edge) else np.nan,
        "near_border": bool(edge.iloc[0] <= (rules.settings.zone_border_km + error) * 1000) if len(edge) else pd.NA,
    }
    axes = {r.id: r.axis for r in rules.rules}
    for name, flag, axis in (
        ("overall_class", "fired", ("local", "area")),
        ("local_class", "fired", ("local",)),
        ("area_class", "fired", ("area",)),
        ("certain_class", "certain", ("local", "area")),
    ):
        hit = [r for r in said if said[r][flag] and axes[r] in axis]
        out[name] = _class(hit, bool(gaps))
    maybe = [r for r in said if said[r]["possible"] or said[r]["unknown"]] + off
    out["possible_class"] = AFFECTED if gaps else _class(maybe, False)
    if withheld:
        for name in ("rules_fired", "overall_class", "local_class", "area_class", "certain_class", "possible_class"):
            out[name] = None
    return out | _figures(site, rows, withheld, source_of)


def _class(hit: list[str], gap: bool) -> str:
    if any(r[0] == "C" for r in hit):
        return AFFECTED
    if hit:
        return HIGH_RISK
    return INSUFFICIENT if gap else NONE


def _after(site: Any, months: int) -> pd.Timestamp:
    return pd.Timestamp(pd.Timestamp(site.as_of) - pd.DateOffset(months=months))


def _rule(
    rule: Rule, site: Any, rows: Rows, every: Rows, rules: Rules, source_of: Mapping[str, str]
) -> dict[str, bool]:
    if rule.kind == "near":
        return _near(rule, site, rows, rules, source_of)
    if rule.kind == "area":
        return _area(rule, site, rows, source_of)
    fired = certain = False
    unknown = bool(((rows["kind"] == "gap") & (rows["value"] == "rule_unknown")).any())
    if rule.kind == "visit":
        seen = rows[rows["kind"] == "visit"]
        seen = seen[(seen["date_start"] <= site.as_of) & (seen["date_start"] > _after(site, rule.months))]
        yes = seen[seen["value"].str.endswith(": yes")]
        fired = bool(len(yes))
        own = yes[~yes["value"].str.contains("nearby")]
        certain = bool(((own["actor_b"] == "on_site") & (own["date_prec"] == 1)).any())
        mine = seen[~seen["value"].str.contains("nearby")]
        unknown = not fired and (not len(mine) or bool(mine["value"].str.endswith(": unknown").any()))
    elif rule.kind == "status":
        held = rows[rows["kind"] == "status"]
        fired = certain = bool(held["value"].str.split().str[-1].isin(rule.statuses).any())
        unknown = not len(held)
    elif rule.kind == "list":
        listed = rows[rows["kind"] == "list"]
        now = (listed["date_start"] <= site.as_of) & ~(listed["date_end"] <= site.as_of)
        fired = certain = bool(now.any())
    elif rule.kind == "restriction":
        diamond = "diamond" in str(site.minerals).split(";")
        fired = certain = diamond and _restricted(every) and _zone_status(site, every) in NOT_COMPLIANT
    possible = fired or unknown or (rule.kind == "list" and unknown)
    return {"fired": fired, "certain": certain, "possible": possible, "unknown": unknown, "withheld": False}


def _counts(rows: Rows, deaths: pd.Series, rule: Rule, site: Any, source_of: Mapping[str, str]) -> bool:
    origin = rows["dataset"].map(dict(source_of)).fillna(rows["dataset"])
    for test in rule.tests:
        inside = (rows["date_start"] <= site.as_of) & (rows["date_end"] > _after(site, test.months)) & (deaths >= 1)
        for source in origin[inside].unique():
            mine = inside & (origin == source)
            if test.min_events and int(mine.sum()) >= test.min_events:
                return True
            if test.min_deaths and float(deaths[mine].sum()) >= test.min_deaths:
                return True
    return False


def _withheld(rows: Rows) -> bool:
    seen = rows[rows["kind"].isin(("incident", "near_miss")) & (rows["record_id"] != "")]
    return bool(seen["date_start"].isna().any())


def _near(rule: Rule, site: Any, rows: Rows, rules: Rules, source_of: Mapping[str, str]) -> dict[str, bool]:
    seen = rows[rows["kind"].isin(("incident", "near_miss"))]
    limit = rule.within_km * 1000
    known_error = bool(np.isfinite(site.coord_precision_km))
    error = site.coord_precision_km * 1000 if known_error else 0.0
    precise = seen["precision"].isin(rule.precision)
    may_be = precise | ((seen["precision"] == 2) & (1 in rule.precision))
    reach = error + np.where(seen["precision"] == 2, rules.settings.imprecise_radius_km * 1000, 0.0)
    distance = seen["distance_m"]
    inside = seen[(seen["kind"] == "incident") & precise]
    fired = _counts(inside, inside["deaths_best"], rule, site, source_of)
    sure = seen[precise & (distance + reach <= limit)]
    certain = known_error and _counts(sure, sure["deaths_low"].clip(upper=sure["deaths_best"]), rule, site, source_of)
    maybe = seen[may_be & (distance - reach <= limit)]
    high = maybe["deaths_high"].clip(lower=maybe["deaths_best"])
    placed = bool(np.isfinite(site.lon) and np.isfinite(site.lat))
    possible = _counts(maybe, high, rule, site, source_of) or fired or (placed and not known_error)
    return {
        "fired": fired,
        "certain": certain and fired,
        "possible": possible,
        "unknown": not placed and not fired,
        "withheld": _withheld(seen),
    }


def _area(rule: Rule, site: Any, rows: Rows, source_of: Mapping[str, str]) -> dict[str, bool]:
    known = rows[rows["kind"] == "area"]
    seen = rows[rows["kind"].isin(("incident", "near_miss")) & (rows["record_id"] != "")]
    inside = seen[(seen["kind"] == "incident") & seen["precision"].isin(rule.precision)]
    fired = _counts(inside, inside["deaths_best"], rule, site, source_of)
    edge = float(known["distance_m"].iloc[0]) if len(known) else np.nan
    error = site.coord_precision_km * 1000 if np.isfinite(site.coord_precision_km) else np.inf
    sure_site = bool(np.isnan(edge) or edge > error)
    sure = inside[inside["precision"] != 2]
    low = sure["deaths_low"].clip(upper=sure["deaths_best"])
    certain = fired and sure_site and _counts(sure, low, rule, site, source_of)
    possible = fired or _counts(seen, seen["deaths_high"].clip(lower=seen["deaths_best"]), rule, site, source_of)
    unknown = not len(known) and not fired
    return {"fired": fired, "certain": certain, "possible": possible, "unknown": unknown, "withheld": _withheld(seen)}


def _restricted(rows: Rows) -> bool:
    whole = rows[(rows["kind"] == "zone") & (rows["limit"] == "country")]
    return bool(whole["value"].isin(RESTRICTED).any())


def _zone_status(site: Any, rows: Rows) -> str:
    minerals = [m for m in str(site.minerals).split(";") if m]
    if minerals and "diamond" not in minerals:
        return "not_applicable"
    if str(site.country) != "" and not _restricted(rows):
        return "not_applicable"
    zone = rows[rows["kind"] == "zone"]
    unit = zone[zone["record_id"] == "unit"]
    if not minerals or str(site.country) == "" or not len(unit):
        return "unknown"
    entry = zone[zone["limit"] == "unit"]
    return INSIDE[str(entry["value"].iloc[0])] if len(entry) else "outside"


def _figures(site: Any, rows: Rows, withheld: bool, source_of: Mapping[str, str]) -> dict[str, object]:
    if withheld or _withheld(rows):
        return dict.fromkeys(
            ("incidents_20km_12m", "deaths_20km_12m", "nearest_incident_m", "latest_incident_date"), None
        )
    seen = rows[rows["kind"].isin(("incident", "near_miss")) & rows["distance_m"].notna()]
    seen = seen.drop_duplicates(["dataset", "record_id"])
    origin = seen["dataset"].map(dict(source_of)).fillna(seen["dataset"])
    near = (seen["precision"] == 1) & (seen["distance_m"] <= 20_000) & (seen["deaths_best"] >= 1)
    near &= (seen["date_start"] <= site.as_of) & (seen["date_end"] > _after(site, 12))
    best = (0, 0)
    for source in origin[near].unique():
        mine = near & (origin == source)
        best = max(best, (int(mine.sum()), int(seen["deaths_best"][mine].sum())))
    nearest = rows[(rows["rule"] == "") & (rows["value"] == "nearest")]["distance_m"]
    latest = rows[(rows["rule"] == "") & (rows["value"] == "latest")]["date_end"]
    return {
        "incidents_20km_12m": best[0],
        "deaths_20km_12m": best[1],
        "nearest_incident_m": float(nearest.iloc[0]) if len(nearest) else np.nan,
        "latest_incident_date": min(latest.iloc[0], pd.Timestamp(site.as_of)) if len(latest) else pd.NaT,
    }
