"""Why this class: one sentence a site, in English and French, built from the evidence and never beyond it."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd

from geo.classify import AFFECTED, HIGH_RISK, INSUFFICIENT, NONE
from geo.data_coverage import GAPS
from geo.rules import Rules

Language = Literal["en", "fr"]

CLASS_WORDS = {
    AFFECTED: ("Conflict-affected", "Touché par un conflit"),
    HIGH_RISK: ("High-risk", "À haut risque"),
    NONE: ("No indicators found", "Aucun indicateur trouvé"),
    INSUFFICIENT: ("Insufficient data", "Données insuffisantes"),
}
GAPS_FR = {
    "no_coordinates": "la position du site n'est pas connue",
    "country_unknown": "le pays du site n'est pas connu",
    "not_covered": "aucune source ne couvre toute la période dans le pays du site",
    "neighbour_uncovered": "le cercle autour du site atteint un pays que la source ne couvre pas",
    "neighbours_unknown": "pas de contours de pays pour savoir lesquels le cercle atteint",
    "admin2_unknown": "l'unité de second ordre du site n'est pas connue",
    "boundary_version_unknown": "des limites de millésime inconnu ont été utilisées",
    "first_seen_after_as_of": "le site a été recensé pour la première fois après la date",
}
ZONE_WORDS = {
    "inside_compliant": ("inside the compliant zone {unit}", "dans la zone conforme {unit}"),
    "inside_priority": ("inside the priority zone {unit}", "dans la zone prioritaire {unit}"),
    "inside_monitored": ("inside the monitored zone {unit}", "dans la zone sous surveillance {unit}"),
    "inside_suspended": ("inside the suspended zone {unit}", "dans la zone suspendue {unit}"),
    "outside": ("outside every named zone", "hors de toute zone nommée"),
    "unknown": ("zone status unknown", "statut de zone inconnu"),
    "not_applicable": ("", ""),
}


def _plural(n: int, one: str, many: str, language: Language) -> str:
    single = n == 1 or (language == "fr" and n == 0)
    return f"{n} {one if single else many}"


def _events(n: int, language: Language) -> str:
    return _plural(n, "event", "events", "en") if language == "en" else _plural(n, "événement", "événements", "fr")


def _deaths(n: int, language: Language) -> str:
    return _plural(n, "death", "deaths", "en") if language == "en" else _plural(n, "mort", "morts", "fr")


def _km(metres: float, language: Language) -> str:
    text = f"{metres / 1000:.1f} km"
    return text if language == "en" else text.replace(".", ",")


def sentences(rules: Rules, rows: pd.DataFrame, evidence: pd.DataFrame, source_of: dict[str, str]) -> pd.DataFrame:
    """`why_en` and `why_fr` of every row.

    Parameters
    ----------
    rows
        Frame of :data:`geo.schema.ASSESSED` (its own `why` columns are not read); key is (source, site_id).
    evidence
        Frame of :data:`geo.schema.EVIDENCE` of the same run.
    source_of
        The incident source (ucdp, acled) of each dataset name; figures are those of the source with most events.
    """
    told = _reasons(rules, evidence, source_of)
    out: dict[str, list[str]] = {"why_en": [], "why_fr": []}
    columns = ["source", "site_id", "overall_class", "rules_fired", "gaps", "as_of", "zone_status", "zone_unit"]
    columns += ["nearest_incident_m", "rules_unknown"]
    row: Any
    for row in rows[columns].itertuples(index=False):
        facts = told.get((row.source, row.site_id), {})
        out["why_en"].append(_sentence(rules, row, facts, "en"))
        out["why_fr"].append(_sentence(rules, row, facts, "fr"))
    return pd.DataFrame({k: pd.array(v, dtype="str") for k, v in out.items()})


def _reasons(
    rules: Rules, evidence: pd.DataFrame, source_of: dict[str, str]
) -> dict[tuple[str, str], dict[str, tuple[Any, ...]]]:
    """Per site and fired rule the figures that the sentence names."""
    out: dict[tuple[str, str], dict[str, tuple[Any, ...]]] = {}
    kind = {r.id: r.kind for r in rules.rules}
    seen = evidence[(evidence["kind"] == "incident") & (evidence["rule"].map(kind) == "near")]
    if len(seen):
        origin = seen["dataset"].map(source_of).fillna(seen["dataset"])
        groups = seen.assign(_from=origin).groupby(["source", "site_id", "rule", "_from"], sort=True)
        figures = groups.agg(
            events=("record_id", "size"), deaths=("deaths_best", "sum"), blank=("deaths_best", "count"),
            nearest=("distance_m", "min"),
        ).reset_index()  # fmt: skip
        figures = figures.sort_values(["events", "deaths"], kind="stable")
        f: Any
        for f in figures.itertuples(index=False):
            known = f.blank == f.events
            out.setdefault((f.source, f.site_id), {})[f.rule] = (f.events, f.deaths if known else None, f.nearest)
    rest = evidence[evidence["kind"].isin(("area", "visit", "status", "list"))]
    r: Any
    for r in rest[["source", "site_id", "kind", "rule", "record_id", "date_start", "value"]].itertuples(index=False):
        site = out.setdefault((r.source, r.site_id), {})
        if r.kind == "visit" and not r.value.endswith(": yes"):
            continue
        before = site.get(r.rule, ())
        site[r.rule] = (*before, (r.record_id, r.value, r.date_start))
    return out


def _sentence(rules: Rules, row: Any, facts: dict[str, tuple[Any, ...]], language: Language) -> str:
    english = language == "en"
    cls = str(row.overall_class)
    head = CLASS_WORDS[cls][0 if english else 1]
    fired = [r for r in str(row.rules_fired).split(";") if r]
    if fired:
        top = [r for r in fired if rules[r].cls == cls]
        said = "; ".join(_because(rules, r, row, facts.get(r, ()), language) for r in top)
        others = [r for r in fired if r not in top]
        if others:
            said += f"; {'also' if english else 'aussi'} {', '.join(others)}"
    elif cls == INSUFFICIENT:
        names = GAPS if english else GAPS_FR
        said = "; ".join(names[g] for g in str(row.gaps).split(";"))
    else:
        near = float(row.nearest_incident_m)
        said = "no rule fired on the data at hand" if english else "aucune règle ne s'applique aux données disponibles"
        if np.isfinite(near):
            said += (
                f", the nearest known event in 36 months {_km(near, 'en')} away"
                if english
                else f", l'événement connu le plus proche en 36 mois est à {_km(near, 'fr')}"
            )
    unknown = str(row.rules_unknown)
    if unknown and not fired and cls == NONE:
        said += ("; not known: " if english else "; non connu : ") + unknown.replace(";", ", ")
    zone = ZONE_WORDS[str(row.zone_status)][0 if english else 1]
    if zone:
        said += "; " + zone.format(unit=row.zone_unit)
    return f"{head}{': ' if english else ' : '}{said}."


def _because(rules: Rules, rule_id: str, row: Any, facts: tuple[Any, ...], language: Language) -> str:
    rule, english = rules[rule_id], language == "en"
    as_of = pd.Timestamp(row.as_of).strftime("%Y-%m-%d")
    months = rule.longest_months
    if rule.kind == "near":
        events, deaths, nearest = facts
        counted = _events(int(events), language)
        if deaths is not None:
            counted += ", " + _deaths(int(deaths), language)
        away = _km(float(nearest), language)
        if english:
            return (
                f"{counted} within {rule.within_km:g} km in the {months} months to {as_of}, the nearest {away} away"
                f" ({rule_id})"
            )
        return (
            f"{counted} à moins de {rule.within_km:g} km dans les {months} mois jusqu'au {as_of}, le plus proche à"
            f" {away} ({rule_id})"
        )
    first = facts[0] if facts else ("", "", pd.NaT)
    record, value, day = first
    when = "" if pd.isna(day) else pd.Timestamp(day).strftime("%Y-%m-%d")
    if rule.kind == "area":
        counted = str(value)
        if not english:
            for en, fr in (("events", "événements"), ("deaths", "morts"), ("in ", "en "), ("months", "mois")):
                counted = counted.replace(en, fr)
        return f"{record}: {counted} ({rule_id})" if english else f"{record} : {counted} ({rule_id})"
    if rule.kind == "visit":
        words = {
            "non_state_armed": ("a non-state armed actor present", "un acteur armé non étatique présent"),
            "state_harm": (
                "state or private forces taxing, pillaging or forcing labour",
                "des forces publiques ou privées qui taxent, pillent ou imposent le travail forcé",
            ),
            "armed_roadblock": ("an armed roadblock at the site", "une barrière armée sur le site"),
            "armed_roadblock nearby": ("an armed roadblock nearby", "une barrière armée à proximité"),
            "armed_roadblock on the route": ("an armed roadblock on its route", "une barrière armée sur son trajet"),
        }
        said = [words[str(v).removesuffix(": yes")][0 if english else 1] for _, v, _ in facts]
        joined = ", ".join(dict.fromkeys(said))
        return f"{joined} at the visit of {when} ({rule_id})" if english else f"{joined}, visite du {when} ({rule_id})"
    if rule.kind == "status":
        colours = {"red": "rouge", "yellow": "jaune", "blue": "bleu", "green": "vert"}
        said = [str(v) for _, v, _ in facts if str(v).split()[-1] in rule.statuses]
        joined = ", ".join(said).replace("rcm", "RCM").replace("drc", "DRC" if english else "RDC")
        if not english:
            for en, fr in colours.items():
                joined = joined.replace(en, fr)
        return f"{'status' if english else 'statut'} {joined} ({rule_id})"
    if rule.kind == "list":
        joined = ", ".join(str(v) for _, v, _ in facts)
        return f"{'on the EU indicative list' if english else 'sur la liste indicative de l’UE'} ({joined}) ({rule_id})"
    return (
        f"a diamond site under Kimberley Process restriction, not in a compliant zone ({rule_id})"
        if english
        else f"un site de diamant sous restriction du Processus de Kimberley, hors de toute zone conforme ({rule_id})"
    )
