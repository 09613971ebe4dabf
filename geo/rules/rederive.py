"""Derives every derived column again from the evidence alone, as an auditor would, one site at a time."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from geo.rules import raster
from geo.rules.classify import AFFECTED, HIGH_RISK, INSUFFICIENT, NONE
from geo.rules.coverage_gaps import AREA_GAPS, GAPS
from geo.rules.figures import FIGURE_KM, FIGURE_MONTHS, names_all
from geo.rules.registry import KINDS
from geo.rules.row import Derived, Row, SiteRow, before, rows_by_site
from geo.rules.rule_set import Rules
from geo.rules.zone_status import status_from_rows

CLASSES = ("site_class", "area_class", "certain_class", "possible_class", "rules_fired", "area_rules_fired")


def rederive(sites: pd.DataFrame, evidence: pd.DataFrame, rules: Rules, source_of: Mapping[str, str]) -> pd.DataFrame:
    """The derived columns of every site, from its evidence.

    Parameters
    ----------
    sites
        :data:`geo.schema.ASSESSED` as read back; only what a user gave or a layer stated is read from it: key,
        position and its error, country, minerals, as-of date.
    evidence
        Rows of :data:`geo.schema.EVIDENCE` as read back; withheld cells are blank.
    rules
        The rule set of the run record.
    source_of
        Incident source by dataset, from the run record.

    Returns
    -------
    pandas.DataFrame
        Columns in the names of `sites`, index of `sites`. A site whose evidence is withheld by licence has blank
        cells (None) where only the user's own file could tell. `fault` names a rule whose rows contradict each other.
    """
    groups = rows_by_site(evidence, source_of)
    each: Any = sites.itertuples(index=False)
    out = [_site(s, groups.get((s.source, s.site_id), []), rules) for s in each]
    frame = pd.DataFrame(out, index=sites.index)
    for name in frame:
        values = [row[str(name)] for row in out]
        if any(v is None for v in values):  # a column of text would say "not known" for "cannot be told"
            frame[name] = pd.Series(values, index=sites.index, dtype=object)
    return frame


def _applicable(site: Any, rules: Rules) -> SiteRow:
    error = site.coord_precision_km if math.isfinite(site.coord_precision_km) else rules.settings.position_error_km
    return SiteRow(
        day=pd.Timestamp(site.as_of).date(),
        error_m=error * 1000,
        country=str(site.country),
        minerals=tuple(m for m in str(site.minerals).split(";") if m),
        placed=math.isfinite(site.lon) and math.isfinite(site.lat),
        settings=rules.settings,
    )


def _site(site: Any, rows: list[Row], rules: Rules) -> dict[str, object]:
    stated = _applicable(site, rules)
    by_rule: dict[str, list[Row]] = {}
    for row in rows:
        by_rule.setdefault(row.rule, []).append(row)
    without_rule = by_rule.get("", [])
    zone = [r for r in without_rule if r.kind == "zone"]
    answers: dict[str, Derived] = {
        r.id: KINDS[r.kind].rederive(r, stated, [*by_rule.get(r.id, []), *zone]) for r in rules.rules
    }
    found = {r.fact for r in without_rule if r.kind == "gap"}
    blind = any(answers[r.id].unknown for r in rules.of_kind("raster"))
    gaps = [g for g in GAPS if (blind if g == raster.GAP else g in found)]
    area_gaps = [g for g in AREA_GAPS if f"area_{g}" in found]
    unknown = [i for i in rules.ids if i not in answers or answers[i].unknown]
    site_rules, area_rules = ([r.id for r in rules.answering(a)] for a in ("site", "area"))

    def class_by(flag: str, ids: list[str], gap: bool) -> str:
        classes = {rules[i].cls for i in ids if getattr(answers[i], flag)}
        if AFFECTED in classes:
            return AFFECTED
        if HIGH_RISK in classes:
            return HIGH_RISK
        return INSUFFICIENT if gap else NONE

    fired = [i for i in site_rules if answers[i].fired]
    site_unknown = any(answers[i].unknown for i in site_rules) or bool(rules.off)
    partial = gaps or "placeless_incident" in found or (not fired and site_unknown)
    edge = [r.edge_m for r in zone if r.fact == "edge"]
    out: dict[str, object] = {
        "site_class": class_by("fired", site_rules, bool(gaps)),
        "area_class": class_by("fired", area_rules, bool(area_gaps)),
        "certain_class": class_by("certain", site_rules, bool(gaps)),
        "possible_class": class_by("possible", site_rules, bool(gaps)),
        "rules_fired": ";".join(fired),
        "area_rules_fired": ";".join(i for i in area_rules if answers[i].fired),
        "rules_unknown": ";".join(unknown),
        "gaps": ";".join(gaps),
        "area_gaps": ";".join(area_gaps),
        "data_coverage": "partial" if partial else "full",
        "zone_status": status_from_rows(stated, zone),
        "distance_to_zone_edge_m": edge[0] if edge else np.nan,
        "near_border": edge[0] <= rules.settings.zone_border_km * 1000 + stated.error_m if edge else pd.NA,
        "fault": next((i for i, d in answers.items() if d.fault), raster.GAP if blind != (raster.GAP in found) else ""),
    }
    for column, kind in (("eu_listed", "list"), ("kp_restricted", "restriction")):
        out[column] = listing_value([answers[r.id] for r in rules.of_kind(kind)])
    if any(d.withheld for d in answers.values()):
        for name in CLASSES:
            out[name] = None
    return out | _figures(stated, rows) | {"sources_disagree": _disagreement(stated, rows, rules)}


def listing_value(answers: list[Derived]) -> object:
    """True where a listing rule fired, blank where one is unknown or none is asked, else false.

    Parameters
    ----------
    answers
        What follows from the evidence of each listing rule.
    """
    if any(d.fired for d in answers):
        return True
    return pd.NA if not answers or any(d.unknown for d in answers) else False


def _figures(site: SiteRow, rows: list[Row]) -> dict[str, object]:
    counts = ("incidents_20km_12m", "deaths_20km_12m", "deaths_civilians_20km_12m", "events_one_sided_20km_12m")
    names = (*counts, "nearest_incident_m", "latest_incident_date")
    seen = [r for r in rows if r.kind in ("incident", "near_miss") and r.record_id and not math.isnan(r.distance_m)]
    if any(r.is_withheld for r in seen):
        return dict.fromkeys(names)
    near = _near_incidents(site, seen, FIGURE_MONTHS)
    by_source: dict[str, list[Row]] = {}
    for row in near.values():
        by_source.setdefault(row.origin, []).append(row)
    sums = {origin: (len(own), sum(int(r.best) for r in own)) for origin, own in by_source.items()}
    nearest = [r.distance_m for r in rows if r.rule == "" and r.fact == "nearest"]
    latest = [r.end for r in rows if r.rule == "" and r.fact == "latest" and r.end]
    events, deaths = max(sums.values(), default=(0, 0))
    most = [own for origin, own in by_source.items() if sums[origin] == (events, deaths)]
    civilians: object = sum(r.civilians for r in most[0]) if most else 0  # NaN where one does not say
    one_sided: object = sum(r.violence == "one-sided" for r in most[0]) if most else 0
    if len(most) > 1:  # which of them speaks is not told
        civilians = one_sided = None
    covered = any(r.kind == "coverage" and r.fact == f"covered_{FIGURE_MONTHS}m_lethal" for r in rows)
    if not site.placed or (not covered and not events):
        events, deaths, civilians, one_sided = (np.nan,) * 4  # type: ignore[assignment]
    found = (
        events,
        deaths,
        civilians,
        one_sided,
        nearest[0] if nearest else np.nan,
        pd.Timestamp(min(latest[0], site.day)) if latest else pd.NaT,
    )
    return dict(zip(names, found, strict=True))


def _near_incidents(site: SiteRow, seen: list[Row], months: int) -> dict[tuple[str, str], Row]:
    """Deadly incidents at exactly known places that the figures count, by source and id."""
    first = before(site.day, months)
    return {
        (r.origin, r.record_id): r
        for r in seen
        if r.precision == 1 and r.distance_m <= FIGURE_KM * 1000 and r.best >= 1 and r.start and r.end
        if r.start <= site.day and r.end > first
    }


_COVERED = re.compile(r"covered_(\d+)m_lethal")
"""What is covered over a longer look-back is covered over a shorter one, which ends on the same day."""


def _disagreement(site: SiteRow, rows: list[Row], rules: Rules) -> object:
    """What a visit and the incidents near the site say otherwise; None where evidence cannot tell."""
    rule = next((r for r in rules.of_kind("visit") if "non_state_armed" in r.facts and not r.until_clean), None)
    if rule is None:
        return ""
    armed = {r.status for r in rows if r.rule == rule.id and r.kind == "visit" and r.fact == "non_state_armed"}
    if not armed & {"yes", "no"}:
        return ""
    if any(r.is_withheld for r in rows) or not any(
        names_all([r]) and r.longest_months >= rule.months for r in rules.of_kind("near")
    ):
        return None
    seen = [r for r in rows if r.kind in ("incident", "near_miss") and r.record_id]
    counted = _near_incidents(site, seen, rule.months).values()
    near = bool(counted)
    if near and all(r.distance_m > FIGURE_KM * 1000 - 0.001 for r in counted):  # on the limit, to a millimetre
        return None
    if "no" in armed:
        return "incidents_without_armed_group" if near else ""
    spans = (_COVERED.fullmatch(r.fact) for r in rows if r.kind == "coverage")
    covered = any(span is not None and int(span[1]) >= rule.months for span in spans)
    return "" if near else "armed_group_without_incidents" if covered else None
