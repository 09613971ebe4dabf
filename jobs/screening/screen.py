"""Every row of a company's list answered: origin, transit, flags and their evidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd

from geo import schema
from geo.ahead import ahead
from geo.assessment import Assessment
from geo.memory import give_back
from geo.records.incidents import Incidents, prepare
from geo.rules.rule_set import Rules
from geo.screening.origin_checks import MINERAL_KM, NEAR_ZONE_KM
from geo.screening.route_exposure import RouteSettings
from geo.time_window import to_dates, to_days
from jobs import demonstration
from jobs.assessment import export, job
from jobs.known_sites import sites_at
from jobs.run_options import assess_loaded, options_of, recorded, routes_of, statuses_of, visits_of
from jobs.screening.answers import MANY_ROWS, answers, distinct_rows, screening_evidence
from jobs.screening.crossings import Context
from jobs.screening.gazetteer import gazetteer
from jobs.screening.model import Screening
from jobs.screening.places import Confirmations, queue
from jobs.screening.positions import as_sites, each_row, from_known, keyed_by_rows, positions
from jobs.screening.row_routes import no_routes, routes_of_rows
from jobs.screening.screened import screened
from jobs.screening.site_matching import links
from jobs.screening.supplier_list import SupplierList
from jobs.screening.transit import Transit, screen_routes
from layers.reference import files
from layers.reference.legal_schemes import covered_countries
from layers.reference.rule_files import default_rules
from layers.sources.roads import RoadLayer


def screen(
    suppliers: SupplierList,
    data: job.Loaded,
    as_of: dt.date,
    rules: Rules | None = None,
    *,
    roads: RoadLayer | None = None,
    settings: RouteSettings | None = None,
    matches: Confirmations | None = None,
    earlier: Confirmations | None = None,
    now: dt.datetime | None = None,
    days: Mapping[str, np.datetime64] | None = None,
    without_routes: bool = False,
    towns: pd.DataFrame | None = None,
) -> Screening:
    """Answers every row of a list.

    Parameters
    ----------
    as_of
        The date for rows that state none; a row's own `as_of` wins.
    matches
        Places that somebody confirmed, besides those that the list itself states.
    earlier
        Places that were confirmed for earlier lists: offered again, never taken.
    days
        Dates by supplier that win over everything (a comparison asks what an earlier date would say).
    without_routes
        Leave the routes out.
    towns
        Places of the reader's own that a name may stand for (:mod:`jobs.screening.town_tables`).
    suppliers
        The list as read.
    data
        The layers that it is held against.
    rules
        The rule set with its settings.
    roads
        Roads for the routes; None: those without a stated line are straight guesses.
    settings
        How routes are cut, and what counts along them; None: the usual numbers.
    now
        When the run is made; None: now.
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
    sites = sites_at(data.sites, latest)[0]
    visits, statuses = visits_of(data), statuses_of(data)
    placed = positions(
        rows, lines.tolist(), matches or {}, lambda: gazetteer(sites, data.incidents, data.boundaries, towns)
    )
    listed, rows, basis = rows, placed.rows, placed.basis
    tied = links(rows, sites)
    rows = from_known(rows, tied, sites, basis)
    source = suppliers.name
    if (sites["source"] == source).any():
        source = f"{source} (list)"
    assessed_sites = as_sites(rows, source, suppliers)
    own_visits = keyed_by_rows(visits, rows, tied, sites, source)
    own_statuses = keyed_by_rows(statuses, rows, tied, sites, source, alone=True)
    routes = routes_of(data)
    own_routes = None if routes is None else keyed_by_rows(routes, rows, tied, sites, source, alone=True)
    result = assess_loaded(
        data,
        assessed_sites,
        pd.Series(to_dates(when)) if len(rows) else as_of,
        rules,
        visits=own_visits,
        statuses=own_statuses,
        routes=own_routes,
    )
    _let_go(rows)
    origin = ahead(partial(distinct_rows, result.evidence_columns), worth=len(rows) >= MANY_ROWS)
    incidents = prepared(data)
    given = options_of(data)
    context = Context(
        incidents=incidents,
        datasets=result.datasets,
        coverage=given["coverage"],
        visits=visits,
        outlines=given["outlines"],
        boundaries=given["boundaries"],
        zones=given["zones"],
        listed=given["listed"],
        aliases=given["aliases"],
        covered_countries=covered_countries(),
        restricted_countries=given["restrictions"],
    )
    listed_routes = (
        no_routes(len(rows))
        if without_routes
        else routes_of_rows(rows, list(lines), None if roads is None else roads.network)
    )
    transit = screen_routes(rows, listed_routes, when, context, settings)
    table, more = answers(rows, result, tied, sites, placed, when, own, transit, rules, own_statuses, data, incidents)
    _let_go(rows)
    whole = _every_row(suppliers, table)
    del table
    places = queue(listed, placed.asked, placed.found, placed.known, matches or {}, earlier)
    record = _record(suppliers, data, roads, result, rules, as_of, settings, whole, transit, places, now)
    limits = export.known_limits(result.sites, result.report)
    del result
    evidence = screening_evidence(origin(), transit.evidence, more)
    del origin
    _let_go(rows)
    return Screening(
        suppliers,
        whole,
        each_row(listed, placed),
        places,
        transit,
        evidence,
        limits,
        data.rejected,
        record,
        rules,
        settings,
        data,
        dict(matches or {}),
    )


def _let_go(rows: pd.DataFrame) -> None:
    """Before a large list needs more memory, what the last step let go returns to the system."""
    if len(rows) >= MANY_ROWS:
        give_back()


def prepared(data: job.Loaded) -> Incidents:
    """The incidents of the loaded layers, each id once.

    Parameters
    ----------
    data
        The layers of the run.
    """
    return prepare(data.incidents)


def _every_row(suppliers: SupplierList, table: pd.DataFrame) -> pd.DataFrame:
    """The answers in the order of the list, rejected rows among them."""
    every = suppliers.rows
    bad = every[every["answer"] != "accepted"]
    if not len(bad) and table["row"].is_monotonic_increasing:
        return table
    both = pd.concat([table, schema.conform(bad, screened()).assign(position_basis="", answer_level="")])
    return schema.conform(both.sort_values("row", kind="stable"), screened())


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
    places: pd.DataFrame,
    now: dt.datetime | None,
) -> dict[str, object]:
    inputs: list[dict[str, object]] = [
        {
            "role": "suppliers",
            "file": suppliers.name,
            "sha256": suppliers.sha256,
            "bytes": suppliers.size,
            "dataset": suppliers.name,
            "dataset_version": suppliers.dataset_version,
            "rows": suppliers.accounting,
            "columns": suppliers.mapping,
            "columns_ignored": list(suppliers.columns_ignored),
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
                "bytes": roads.size,
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
            **recorded(data, as_of),
            "routes": vars(settings),
            "mineral_km": MINERAL_KM,
            "near_zone_km": NEAR_ZONE_KM,
            "tables": tables,
        },
        now,
    )
    flags = [name for name in rows.columns if name.startswith("flag_")]
    accepted = rows.loc[rows["answer"] == "accepted", ["answer_level", *flags]]
    return {
        **record,
        "job": "screen",
        "suppliers": suppliers.accounting,
        "answered_at": {str(k): int(v) for k, v in accepted["answer_level"].value_counts().sort_index().items()},
        "routes": {str(k): int(v) for k, v in transit.routes["route_basis"].value_counts().sort_index().items()},
        "places": {str(k): int(v) for k, v in places["state"].value_counts().sort_index().items()},
        "segments_shortened": transit.shortened,
        "flags": {name: int(accepted[name].fillna(False).sum()) for name in flags},
        **demonstration.marks(*demonstration.layers(data), *(["suppliers"] if rows["demonstration"].any() else [])),
    }
