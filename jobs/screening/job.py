"""`cahra screen`: a company's list and the data in; origin, transit, flags and their evidence out.

`load` reads every file; `screen` answers every row at its own date. The app and the command line take this one way.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from geo import schema
from geo.assess import Assessment, assess
from geo.records.incidents import Incidents, prepare
from geo.rules.rule_set import Rules
from geo.screening.origin_checks import MINERAL_KM, NEAR_ZONE_KM
from geo.screening.route_exposure import RouteSettings
from geo.screening.schema import FLAGS, SCREENED
from geo.time_window import Days, to_dates, to_days
from jobs.assessment import export, job
from jobs.screening.answers import answers, screening_evidence
from jobs.screening.crossings import Context
from jobs.screening.positions import as_sites, destinations, from_known, known_sites, positions, together, under
from jobs.screening.site_matching import links
from jobs.screening.supplier_list import SupplierList, read_suppliers
from jobs.screening.transit import Transit, country_counts, nowhere, screen_ways, ways_of
from layers.formats import LOCAL, Door
from layers.reference import files
from layers.reference.country_outlines import country_outlines
from layers.reference.legal_schemes import covered_countries
from layers.reference.rule_files import default_rules
from layers.reference.tables import country_codes
from layers.sources.roads import RoadLayer, read_roads


@dataclass(frozen=True)
class ScreeningInputs:
    """What a screening is asked to read; `data` may be without sites."""

    suppliers: job.Source
    data: job.Inputs
    roads: job.Source | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    door: Door = LOCAL


@dataclass(frozen=True)
class Screening:
    """The answers of one run.

    Parameters
    ----------
    rows
        :data:`geo.screening.schema.SCREENED`, one row for every row of the list, in its order.
    candidates
        :data:`geo.screening.schema.CANDIDATES` for rows without coordinates.
    transit
        Ways, segments and their evidence.
    evidence
        `supplier_id`, the columns of :data:`geo.schema.EVIDENCE`, and `segment`.
    incidents
        The incidents as prepared (each id once), for timelines.
    """

    suppliers: SupplierList
    rows: pd.DataFrame
    candidates: pd.DataFrame
    transit: Transit
    evidence: pd.DataFrame
    assessment: Assessment
    rejected: pd.DataFrame
    record: dict[str, object]
    rules: Rules
    settings: RouteSettings
    data: job.Loaded = field(repr=False)
    matches: Mapping[str, str] = field(default_factory=dict)
    changes: pd.DataFrame | None = None


def load(inputs: ScreeningInputs) -> tuple[SupplierList, job.Loaded, RoadLayer | None]:
    """Reads the list, the data and the roads.

    Raises
    ------
    geo.errors.InputError
        A file cannot be used at all; single bad rows never stop the rest.
    """
    given = inputs.suppliers
    country = str(country_codes(pd.Series([inputs.data.country], dtype="str")).iloc[0])
    suppliers = read_suppliers(given.data, given.name, mapping=inputs.mapping, country=country, door=inputs.door)
    data = job.load(inputs.data, sites_needed=False)
    roads = None if inputs.roads is None else read_roads(inputs.roads.data, inputs.roads.name, door=inputs.door)
    return suppliers, data, roads


def screen(
    suppliers: SupplierList,
    data: job.Loaded,
    as_of: dt.date,
    rules: Rules | None = None,
    *,
    roads: RoadLayer | None = None,
    settings: RouteSettings | None = None,
    matches: Mapping[str, str] | None = None,
    now: dt.datetime | None = None,
    days: Mapping[str, np.datetime64] | None = None,
    bare: bool = False,
) -> Screening:
    """Answers every row of a list.

    Parameters
    ----------
    as_of
        The date for rows that state none; a row's own `as_of` wins.
    matches
        `match_id` accepted for a supplier, besides those that the list itself states.
    days
        Dates by supplier that win over everything (a comparison asks what an earlier date would say).
    bare
        Leave the ways out.
    """
    rules = rules or default_rules()
    settings = settings or RouteSettings(imprecise_radius_km=rules.settings.imprecise_radius_km)
    good = suppliers.rows[suppliers.rows["answer"] == "accepted"]
    lines = suppliers.lines[good.index]
    rows = good.reset_index(drop=True)
    own = rows["as_of"].notna().to_numpy()
    when = np.where(own, to_days(rows["as_of"]), to_days([np.datetime64(as_of)])[0]).astype(np.int64)
    for i, who in enumerate(rows["supplier_id"]):
        if days and who in days:
            when[i] = to_days([days[who]])[0]
    latest = max([as_of, *[d.date() for d in rows["as_of"].dropna()]])
    sites = known_sites(data, latest)
    visits = together([s.visits for s in data.sites], schema.VISITS)
    statuses = together([s.statuses for s in data.sites], schema.STATUSES)
    rows, basis, found = positions(rows, sites, matches or {})
    tied = links(rows, sites)
    rows = from_known(rows, tied, sites, basis)
    rows, ends = destinations(rows, lines.tolist(), sites, matches or {})
    source = suppliers.name
    if (sites["source"] == source).any():
        source = f"{source} (list)"
    assessed_sites = as_sites(rows, source, suppliers)
    own_visits = under(visits, rows, tied, sites, source)
    own_statuses = under(statuses, rows, tied, sites, source, alone=True)
    result = assess(
        assessed_sites,
        data.incidents,
        as_of=pd.Series(to_dates(when)) if len(rows) else as_of,
        rules=rules,
        zones=data.zones,
        boundaries=data.boundaries,
        coverage=data.coverage,
        visits=own_visits,
        statuses=own_statuses,
        listed=data.listed,
        restrictions=job.restrictions(),
        outlines=country_outlines(),
        aliases=job.unit_aliases(),
        files={i.dataset: i.name for i in data.incident_layers},
    )
    incidents = prepared(data)
    context = Context(
        incidents,
        result.datasets,
        data.coverage,
        visits,
        country_outlines(),
        data.boundaries,
        data.zones,
        data.listed,
        job.unit_aliases(),
        covered_countries(),
        job.restrictions(),
    )
    ways = nowhere(len(rows)) if bare else ways_of(rows, list(lines), None if roads is None else roads.network)
    transit = screen_ways(rows, ways, when, context, settings)
    table, more = answers(
        rows, result, tied, sites, basis, found, when, own, transit, rules, own_statuses, data, incidents
    )
    whole = _every_row(suppliers, table)
    evidence = screening_evidence(result.evidence, transit.evidence, more)
    record = _record(suppliers, data, roads, result, rules, as_of, settings, whole, transit, now)
    return Screening(
        suppliers,
        whole,
        pd.concat([found, ends], ignore_index=True),
        transit,
        evidence,
        result,
        data.rejected,
        record,
        rules,
        settings,
        data,
        dict(matches or {}),
    )


def screen_with(
    loaded: tuple[SupplierList, job.Loaded, RoadLayer | None],
    as_of: dt.date,
    rules: Rules | None = None,
    *,
    compare: str | Path | None = None,
    reviews: str | Path | None = None,
    ways: Mapping[str, float | None] | None = None,
) -> Screening:
    """What ``cahra screen`` asks: the answers, with the reviewers' decisions and the changes since an earlier run.

    Parameters
    ----------
    ways
        Settings of :class:`geo.screening.route_exposure.RouteSettings` by name; None leaves the usual one.
    """
    suppliers, data, roads = loaded
    rules = rules or default_rules()
    usual = RouteSettings(imprecise_radius_km=rules.settings.imprecise_radius_km)
    settings = replace(usual, **{k: v for k, v in (ways or {}).items() if v is not None})  # type: ignore[arg-type]
    result = screen(suppliers, data, as_of, rules, roads=roads, settings=settings)
    if compare is not None:
        from jobs.screening.compare import compared, read_earlier

        result = compared(read_earlier(compare), result)
    if reviews is not None:
        from jobs.screening.export import with_decisions
        from jobs.screening.reviews import Reviews

        result = with_decisions(result, Reviews(reviews))
    return result


def summary(screening: Screening) -> list[str]:
    """What to print: rows, quadrants, flags, and what the reader should know."""
    rows = screening.rows
    account = screening.suppliers.accounting
    lines = [
        f"{account['read']} rows read, {account['accepted']} screened, {account['rejected']} rejected with a reason "
        "(screening.csv has them all)."
    ]
    bad = rows.loc[rows["answer"] == "rejected", "reason"].value_counts().sort_index()
    if len(bad):
        lines.append("Rejected: " + ", ".join(f"{k} {v}" for k, v in bad.items()))
    good = rows[rows["answer"] == "accepted"]
    if len(good):
        lines += ["Exposure x zone status:", export.quadrants(good).to_string()]
    lines.append("Flags: " + ", ".join(f"{k.removeprefix('flag_')} {int(good[k].fillna(False).sum())}" for k in FLAGS))
    notes = screening.assessment.report.get("notes", [])
    lines += [f"Note: {note}" for note in notes] if isinstance(notes, list) else []
    compared = screening.record.get("compared")
    if isinstance(compared, dict):
        through = ", ".join(f"{k} {v}" for k, v in compared["through"].items()) or "nothing"
        lines.append(f"Changed since {compared['with']}: {compared['changed']} rows, through {through} (changes.csv).")
    guessed = int((screening.transit.routes["route_basis"] == "straight_guess").sum())
    if guessed:
        lines.append(f"{guessed} ways are straight lines: a guess. Give --roads for ways on a network.")
    lines.append("A class is an indication for due diligence, not a conclusion of law; a flag is a question.")
    return lines


def prepared(data: job.Loaded) -> Incidents:
    """The incidents of the loaded layers, each id once."""
    return prepare(data.incidents)


def _every_row(suppliers: SupplierList, table: pd.DataFrame) -> pd.DataFrame:
    """The answers in the order of the list, rejected rows among them."""
    every = suppliers.rows
    bad = every[every["answer"] == "rejected"]
    both = pd.concat([table, schema.conform(bad, SCREENED).assign(position_basis="", answer_level="")])
    return schema.conform(both.sort_values("row", kind="stable"), SCREENED)


def _record(
    suppliers: SupplierList,
    data: job.Loaded,
    roads: RoadLayer | None,
    result: Assessment,
    rules: Rules,
    as_of: dt.date,
    settings: RouteSettings,
    rows: pd.DataFrame,
    transit: Transit,
    now: dt.datetime | None,
) -> dict[str, object]:
    inputs: list[dict[str, object]] = [
        {
            "role": "suppliers",
            "file": suppliers.name,
            "sha256": suppliers.sha256,
            "dataset": suppliers.name,
            "dataset_version": suppliers.dataset_version,
            "rows": suppliers.accounting,
            "columns": suppliers.mapping,
            "notes": suppliers.notes,
        },
        *[dict(i) for i in data.inputs],
    ]
    if roads is not None:
        inputs.append(
            {
                "role": "roads",
                "file": roads.name,
                "sha256": roads.sha256,
                "dataset": roads.name,
                "dataset_version": f"sha256:{roads.sha256[:12]}",
                "rows": roads.accounting,
                "notes": roads.notes,
            }
        )
    tables = {p.name: f"sha256:{files.checksum(p)[:12]}" for p in (files.DODD_FRANK, files.KP_PARTICIPATION)}
    record = export.run_record(
        result,
        rules,
        inputs,
        {
            "as_of": as_of.isoformat(),
            **data.settings,
            "routes": vars(settings),
            "mineral_km": MINERAL_KM,
            "near_zone_km": NEAR_ZONE_KM,
            "tables": tables,
            "coverage": data.coverage.assign(
                **{c: data.coverage[c].dt.strftime("%Y-%m-%d") for c in ("from", "to")}
            ).to_dict("records"),
        },
        now,
    )
    accepted = rows[rows["answer"] == "accepted"]
    return {
        **record,
        "job": "screen",
        "suppliers": suppliers.accounting,
        "answered_at": {str(k): int(v) for k, v in accepted["answer_level"].value_counts().sort_index().items()},
        "routes": {str(k): int(v) for k, v in transit.routes["route_basis"].value_counts().sort_index().items()},
        "segments_shortened": transit.shortened,
        "flags": {name: int(accepted[name].fillna(False).sum()) for name in rows.columns if name.startswith("flag_")},
        "demonstration": bool(record["demonstration"]) or bool(rows["demonstration"].any()),
    }


__all__ = ["Days", "Screening", "ScreeningInputs", "country_counts", "known_sites", "load", "prepared", "screen"]
