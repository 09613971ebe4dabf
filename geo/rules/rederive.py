"""Derives every derived column again from the evidence alone, written apart from the engine on purpose.

Nothing here calls the rules' own code: it reads evidence rows one site at a time, as an auditor would.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from geo.rules.classify import AFFECTED, HIGH_RISK, INSUFFICIENT, NONE
from geo.rules.coverage_gaps import GAPS
from geo.rules.explanation import sentences
from geo.rules.rule_set import RULE_IDS, Rule, Rules
from geo.rules.zone_status import INSIDE, NOT_COMPLIANT, RESTRICTED


class Row(NamedTuple):
    """One evidence row; dates None and numbers NaN where blank, `origin` the incident source of its dataset."""

    kind: str
    rule: str
    record_id: str
    origin: str
    start: dt.date | None
    end: dt.date | None
    date_prec: float
    precision: float
    distance_m: float
    best: float
    low: float
    high: float
    basis: str
    value: str
    limit: str


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
    groups = _grouped(evidence, source_of)
    each: Any = sites.itertuples(index=False)
    out = [_site(s, groups.get((s.source, s.site_id), []), rules) for s in each]
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


def _grouped(evidence: pd.DataFrame, source_of: Mapping[str, str]) -> dict[tuple[str, str], list[Row]]:
    def days(name: str) -> list[dt.date | None]:
        return [None if pd.isna(v) else v.date() for v in evidence[name]]

    columns: list[Any] = [
        evidence["kind"], evidence["rule"], evidence["record_id"],
        [source_of.get(d, d) for d in evidence["dataset"]], days("date_start"), days("date_end"),
        *(evidence[c] for c in ("date_prec", "precision", "distance_m", "deaths_best", "deaths_low", "deaths_high")),
        evidence["actor_b"], evidence["value"], evidence["limit"],
    ]  # fmt: skip
    out: dict[tuple[str, str], list[Row]] = {}
    keys = zip(evidence["source"], evidence["site_id"], strict=True)
    for key, cells in zip(keys, zip(*columns, strict=True), strict=True):
        out.setdefault(key, []).append(Row(*cells))
    return out


def _site(site: Any, rows: list[Row], rules: Rules) -> dict[str, object]:
    by_rule: dict[str, list[Row]] = {}
    for row in rows:
        by_rule.setdefault(row.rule, []).append(row)
    said = {r.id: _rule(r, site, by_rule.get(r.id, []), rules) for r in rules.rules}
    found = {r.value for r in by_rule.get("", []) if r.kind == "gap"}
    gaps = [g for g in GAPS if g in found]
    off = [r for r in RULE_IDS if r not in said]
    unknown = [r for r in RULE_IDS if r in off or said[r]["unknown"]]
    edge = [r.distance_m for r in rows if r.kind == "zone" and r.record_id == "edge"]
    error = site.coord_precision_km if math.isfinite(site.coord_precision_km) else 0.0
    axes = {r.id: r.axis for r in rules.rules}

    def class_by(flag: str, *axis: str) -> str:
        return _class([r for r in said if said[r][flag] and axes[r] in axis], bool(gaps))

    maybe = [r for r in said if said[r]["possible"] or said[r]["unknown"]] + off
    out: dict[str, object] = {
        "rules_fired": ";".join(r for r in RULE_IDS if r in said and said[r]["fired"]),
        "rules_unknown": ";".join(unknown),
        "gaps": ";".join(gaps),
        "data_coverage": "partial" if gaps or unknown else "full",
        "zone_status": _zone_status(site, by_rule.get("H9", [])),
        "distance_to_zone_edge_m": edge[0] if edge else np.nan,
        "near_border": edge[0] <= (rules.settings.zone_border_km + error) * 1000 if edge else pd.NA,
        "overall_class": class_by("fired", "local", "area"),
        "local_class": class_by("fired", "local"),
        "area_class": class_by("fired", "area"),
        "certain_class": class_by("certain", "local", "area"),
        "possible_class": AFFECTED if gaps else _class(maybe, False),
    }
    if any(v["withheld"] for v in said.values()):
        for name in ("rules_fired", "overall_class", "local_class", "area_class", "certain_class", "possible_class"):
            out[name] = None
    return out | _figures(site, rows)


def _class(hit: list[str], gap: bool) -> str:
    if any(r[0] == "C" for r in hit):
        return AFFECTED
    if hit:
        return HIGH_RISK
    return INSUFFICIENT if gap else NONE


def _before(day: dt.date, months: int) -> dt.date:
    """The day `months` calendar months earlier, clipped to the end of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _as_of(site: Any) -> dt.date:
    return pd.Timestamp(site.as_of).date()


def _rule(rule: Rule, site: Any, rows: list[Row], rules: Rules) -> dict[str, bool]:
    if rule.kind == "near":
        return _near(rule, site, rows, rules)
    if rule.kind == "area":
        return _area(rule, site, rows)
    day = _as_of(site)
    fired = certain = False
    unknown = any(r.kind == "gap" and r.value == "rule_unknown" for r in rows)
    if rule.kind == "visit":
        first = _before(day, rule.months)
        seen = [r for r in rows if r.kind == "visit" and r.start is not None and first < r.start <= day]
        own = [r for r in seen if "nearby" not in r.value and "on the route" not in r.value]
        fired = any(r.value.endswith(": yes") for r in seen)
        certain = any(r.value.endswith(": yes") and r.basis == "on_site" and r.date_prec == 1 for r in own)
        unknown = not fired and (not own or any(r.value.endswith(": unknown") for r in own))
    elif rule.kind == "status":
        held = [r for r in rows if r.kind == "status"]
        fired = certain = any(r.value.split()[-1] in rule.statuses for r in held)
        unknown = not held
    elif rule.kind == "list":
        listed = [r for r in rows if r.kind == "list" and r.start is not None]
        fired = certain = any(r.start <= day and (r.end is None or day < r.end) for r in listed if r.start)
    elif rule.kind == "restriction":
        diamond = "diamond" in str(site.minerals).split(";")
        fired = certain = diamond and _restricted(rows) and _zone_status(site, rows) in NOT_COMPLIANT
    return {"fired": fired, "certain": certain, "possible": fired or unknown, "unknown": unknown, "withheld": False}


def _counts(rows: Iterable[Row], deaths: str, rule: Rule, site: Any) -> bool:
    """Whether one source alone meets one test; `deaths` best, low (not above best) or high (not below best)."""
    day = _as_of(site)
    figures = {"best": lambda r: r.best, "low": lambda r: min(r.low, r.best), "high": lambda r: max(r.high, r.best)}
    kept = [(r, figures[deaths](r)) for r in rows]
    for test in rule.tests:
        first = _before(day, test.months)
        sums: dict[str, tuple[int, float]] = {}
        for row, dead in kept:
            if dead >= 1 and row.start is not None and row.end is not None and row.start <= day and row.end > first:
                events, total = sums.get(row.origin, (0, 0.0))
                sums[row.origin] = (events + 1, total + dead)
        for events, total in sums.values():
            if (test.min_events and events >= test.min_events) or (test.min_deaths and total >= test.min_deaths):
                return True
    return False


def _incidents(rows: list[Row]) -> list[Row]:
    return [r for r in rows if r.kind in ("incident", "near_miss") and r.record_id]


def _near(rule: Rule, site: Any, rows: list[Row], rules: Rules) -> dict[str, bool]:
    seen = _incidents(rows)
    limit = rule.within_km * 1000
    known_error = math.isfinite(site.coord_precision_km)
    error = site.coord_precision_km * 1000 if known_error else 0.0
    vague = rules.settings.imprecise_radius_km * 1000

    def reach(row: Row) -> float:
        return error + (vague if row.precision == 2 else 0.0)

    inside = [r for r in seen if r.kind == "incident" and r.precision in rule.precision]
    sure = [r for r in seen if r.precision in rule.precision and r.distance_m + reach(r) <= limit]
    may_be = {*rule.precision, 2} if 1 in rule.precision else set(rule.precision)
    maybe = [r for r in seen if r.precision in may_be and r.distance_m - reach(r) <= limit]
    fired = _counts(inside, "best", rule, site)
    placed = math.isfinite(site.lon) and math.isfinite(site.lat)
    return {
        "fired": fired,
        "certain": fired and known_error and _counts(sure, "low", rule, site),
        "possible": fired or _counts(maybe, "high", rule, site) or (placed and not known_error),
        "unknown": not placed and not fired,
        "withheld": any(r.start is None for r in seen),
    }


def _area(rule: Rule, site: Any, rows: list[Row]) -> dict[str, bool]:
    known = [r for r in rows if r.kind == "area"]
    seen = _incidents(rows)
    inside = [r for r in seen if r.kind == "incident" and r.precision in rule.precision]
    fired = _counts(inside, "best", rule, site)
    error = site.coord_precision_km * 1000 if math.isfinite(site.coord_precision_km) else math.inf
    sure_site = bool(known) and (math.isnan(known[0].distance_m) or known[0].distance_m > error)
    sure = [r for r in inside if r.precision != 2]
    return {
        "fired": fired,
        "certain": fired and sure_site and _counts(sure, "low", rule, site),
        "possible": fired or _counts(seen, "high", rule, site),
        "unknown": not known and not fired,
        "withheld": any(r.start is None for r in seen),
    }


def _restricted(rows: list[Row]) -> bool:
    return any(r.kind == "zone" and r.limit == "country" and r.value in RESTRICTED for r in rows)


def _zone_status(site: Any, rows: list[Row]) -> str:
    minerals = [m for m in str(site.minerals).split(";") if m]
    if minerals and "diamond" not in minerals:
        return "not_applicable"
    if str(site.country) != "" and not _restricted(rows):
        return "not_applicable"
    zone = [r for r in rows if r.kind == "zone"]
    if not minerals or str(site.country) == "" or not any(r.record_id == "unit" for r in zone):
        return "unknown"
    entry = [r for r in zone if r.limit == "unit"]
    return INSIDE[entry[0].value] if entry else "outside"


def _figures(site: Any, rows: list[Row]) -> dict[str, object]:
    seen = [r for r in _incidents(rows) if not math.isnan(r.distance_m)]
    names = ("incidents_20km_12m", "deaths_20km_12m", "nearest_incident_m", "latest_incident_date")
    if any(r.start is None for r in seen):
        return dict.fromkeys(names)
    day = _as_of(site)
    first = _before(day, 12)
    near = {
        (r.origin, r.record_id): r.best
        for r in seen
        if r.precision == 1 and r.distance_m <= 20_000 and r.best >= 1 and r.start and r.end
        if r.start <= day and r.end > first
    }
    sums: dict[str, tuple[int, int]] = {}
    for (origin, _), best in near.items():
        events, deaths = sums.get(origin, (0, 0))
        sums[origin] = (events + 1, deaths + int(best))
    nearest = [r.distance_m for r in rows if r.rule == "" and r.value == "nearest"]
    latest = [r.end for r in rows if r.rule == "" and r.value == "latest" and r.end]
    events, deaths = max(sums.values(), default=(0, 0))
    found = (events, deaths, nearest[0] if nearest else np.nan, min(latest[0], day) if latest else pd.NaT)
    return dict(zip(names, found, strict=True))
