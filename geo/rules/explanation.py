"""Why this class: one sentence a site, in English and French, built from the evidence and never beyond it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from geo.rules.classify import AFFECTED, HIGH_RISK, INSUFFICIENT, NONE
from geo.rules.coverage_gaps import GAPS
from geo.rules.rule_set import Rules

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
    texts = ["source", "site_id", "overall_class", "rules_fired", "gaps", "zone_status", "zone_unit", "rules_unknown"]
    columns = [rows[name].to_numpy(dtype=object) for name in texts]
    row: Any
    for row in map(_Row, *columns, _days(rows["as_of"]), rows["nearest_incident_m"].to_numpy(np.float64)):
        facts = told.get((row.source, row.site_id), {})
        out["why_en"].append(_sentence(rules, row, facts, "en"))
        out["why_fr"].append(_sentence(rules, row, facts, "fr"))
    return pd.DataFrame({k: pd.array(v, dtype="str") for k, v in out.items()})


class _Row(NamedTuple):
    """What a sentence says of a site, beside its facts; `as_of` is YYYY-MM-DD."""

    source: str
    site_id: str
    overall_class: str
    rules_fired: str
    gaps: str
    zone_status: str
    zone_unit: str
    rules_unknown: str
    as_of: str
    nearest_incident_m: float


def _days(dates: pd.Series[Any]) -> list[str]:
    """YYYY-MM-DD of every date, blank where there is none."""
    values = dates.to_numpy().astype("datetime64[D]")
    return list(np.where(np.isnat(values), "", np.datetime_as_string(values)))


def _reasons(
    rules: Rules, evidence: pd.DataFrame, source_of: dict[str, str]
) -> dict[tuple[str, str], dict[str, tuple[Any, ...]]]:
    """Per site and fired rule the figures that the sentence names.

    Distance rules: (events, deaths or None, nearest in metres) of the source with most events. Area rules: their first
    row. All others: every row, as (record, value, day).
    """
    out: dict[tuple[str, str], dict[str, tuple[Any, ...]]] = {}
    near = [r.id for r in rules.rules if r.kind == "near"]
    measured = evidence[["source", "site_id", "rule", "dataset", "deaths_best", "distance_m"]]
    seen = measured[((evidence["kind"] == "incident") & evidence["rule"].isin(near)).to_numpy(np.bool_)]
    for source, site_id, rule, figures in _near_figures(seen, source_of):
        out.setdefault((source, site_id), {})[rule] = figures
    words = ["source", "site_id", "kind", "rule", "record_id", "value"]
    others = evidence["kind"].isin(("area", "visit", "status", "list")).to_numpy(np.bool_)
    rest = evidence[[*words, "date_start"]][others]
    texts = [rest[c].to_numpy(dtype=object) for c in words]
    for source, site_id, kind, rule, record, value, day in zip(*texts, _days(rest["date_start"]), strict=True):
        site = out.setdefault((source, site_id), {})
        if kind == "visit" and not value.endswith(": yes"):
            continue
        before = site.get(rule, ())
        if kind != "area" or not before:
            site[rule] = (*before, (record, value, day))
    return out


def _near_figures(
    seen: pd.DataFrame, source_of: dict[str, str]
) -> Iterator[tuple[str, str, str, tuple[int, float | None, float]]]:
    """Source, site, rule and figures of every distance rule that fired, of the source with most events, then deaths."""
    if not len(seen):
        return
    dataset, datasets = pd.factorize(seen["dataset"])
    origins = [source_of.get(d, d) for d in datasets]
    ranks = {o: i for i, o in enumerate(sorted(set(origins)))}
    origin = np.array([ranks[o] for o in origins])[dataset]
    coded = [pd.factorize(seen[c]) for c in ("source", "site_id", "rule")]
    base = np.zeros(len(seen), np.int64)
    for codes, names in coded:
        base = base * len(names) + codes
    groups, first, row = np.unique(base * len(ranks) + origin, return_index=True, return_inverse=True)
    deaths_best = seen["deaths_best"].to_numpy(np.float64)
    events, known = np.bincount(row), np.bincount(row, ~np.isnan(deaths_best))
    deaths = np.bincount(row, np.nan_to_num(deaths_best))
    nearest = np.full(len(groups), np.inf)
    np.fmin.at(nearest, row, seen["distance_m"].to_numpy(np.float64))
    of = groups // len(ranks)
    order = np.lexsort((groups, deaths, events, of))
    last = order[np.append(of[order][1:] != of[order][:-1], True)]
    names_of = [seen[c].to_numpy(dtype=object)[first[last]] for c in ("source", "site_id", "rule")]
    counts = (events[last].tolist(), np.where(known == events, deaths, np.nan)[last].tolist(), nearest[last].tolist())
    for source, site_id, rule, n, dead, away in zip(*names_of, *counts, strict=True):
        yield source, site_id, rule, (n, None if np.isnan(dead) else dead, away)


def _sentence(rules: Rules, row: _Row, facts: dict[str, tuple[Any, ...]], language: Language) -> str:
    english = language == "en"
    cls = row.overall_class
    head = CLASS_WORDS[cls][0 if english else 1]
    fired = [r for r in row.rules_fired.split(";") if r]
    if fired:
        top = [r for r in fired if rules[r].cls == cls]
        said = "; ".join(_because(rules, r, row, facts.get(r, ()), language) for r in top)
        others = [r for r in fired if r not in top]
        if others:
            said += f"; {'also' if english else 'aussi'} {', '.join(others)}"
    elif cls == INSUFFICIENT:
        names = GAPS if english else GAPS_FR
        said = "; ".join(names[g] for g in row.gaps.split(";"))
    else:
        near = row.nearest_incident_m
        said = "no rule fired on the data at hand" if english else "aucune règle ne s'applique aux données disponibles"
        if np.isfinite(near):
            said += (
                f", the nearest known event in 36 months {_km(near, 'en')} away"
                if english
                else f", l'événement connu le plus proche en 36 mois est à {_km(near, 'fr')}"
            )
    unknown = row.rules_unknown
    if unknown and not fired and cls == NONE:
        said += ("; not known: " if english else "; non connu : ") + unknown.replace(";", ", ")
    zone = ZONE_WORDS[row.zone_status][0 if english else 1]
    if zone:
        said += "; " + zone.format(unit=row.zone_unit)
    return f"{head}{': ' if english else ' : '}{said}."


def _because(rules: Rules, rule_id: str, row: _Row, facts: tuple[Any, ...], language: Language) -> str:
    rule, english = rules[rule_id], language == "en"
    as_of = row.as_of
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
    record, value, when = facts[0] if facts else ("", "", "")
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
