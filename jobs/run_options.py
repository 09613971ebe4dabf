"""Everything that the main job is given, gathered in one place from what was loaded.

Each job (assess, screen, coverage), the app, a notebook and a cluster come through :func:`assess_loaded`: two
gatherings by hand once gave the same sites other classes.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from typing import Any

import pandas as pd

from geo import schema
from geo.assess import assess
from geo.assessment import Assessment
from geo.readiness import AsOf
from geo.records.place_names import fold
from geo.rules.rule_set import Rules
from jobs.demonstration import marked
from jobs.inputs import Loaded, together
from layers.reference.country_outlines import country_outlines
from layers.reference.legal_schemes import restrictions
from layers.reference.unit_aliases import unit_aliases

Engine = Callable[..., Assessment]
"""Takes what :func:`geo.assess.assess` takes."""


def later(loaded: Loaded) -> Engine:
    """For pages: classes and figures at once, evidence when asked for; what holds at every date is found once.

    Parameters
    ----------
    loaded
        What was read of the inputs.
    """
    return functools.partial(assess, explain="later", kept=loaded.kept)


def assess_loaded(
    loaded: Loaded,
    sites: pd.DataFrame,
    as_of: AsOf,
    rules: Rules,
    *,
    visits: pd.DataFrame | None = None,
    statuses: pd.DataFrame | None = None,
    routes: pd.DataFrame | None = None,
    measured: pd.DataFrame | None = None,
    engine: Engine = assess,
) -> Assessment:
    """Classifies `sites` with everything that was loaded.

    Parameters
    ----------
    sites
        :data:`geo.schema.SITES`: those of the loaded files, a company's list, or one asked place.
    as_of
        One date, or one per site.
    visits, statuses, routes
        By default those of the loaded files; a list gives those of the sites that its rows stand for, under its keys.
    measured
        What rasters say of these sites (:func:`jobs.rasters.measure.measured_rows`).
    engine
        :func:`geo.assess.assess`, or a form of it that spreads the work.
    loaded
        What was read of the inputs.
    rules
        The rule set with its settings.
    """
    visits = visits_of(loaded) if visits is None else visits
    statuses = statuses_of(loaded) if statuses is None else statuses
    routes = routes_of(loaded) if routes is None else routes
    options = options_of(loaded) | ({} if measured is None else {"measured": measured})
    found = engine(
        sites, loaded.incidents, as_of=as_of, rules=rules, visits=visits, statuses=statuses, routes=routes, **options
    )
    found.sites = marked(found.sites, loaded, visits)
    return found


def options_of(loaded: Loaded) -> dict[str, Any]:
    """The options of :func:`geo.assess.assess` that do not depend on the sites and the date.

    Parameters
    ----------
    loaded
        What was read of the inputs.
    """
    files, coverage = _files(loaded)
    return {
        "zones": loaded.zones,
        "boundaries": loaded.boundaries,
        "coverage": coverage,
        "findings": loaded.findings,
        "listed": loaded.listed,
        "restrictions": restrictions(),
        "outlines": country_outlines(),
        "aliases": unit_aliases(),
        "rejected_incidents": loaded.rejected_incidents,
        "files": files,
    }


def visits_of(loaded: Loaded) -> pd.DataFrame:
    """Visits of the sites of all files (:data:`geo.schema.VISITS`).

    Parameters
    ----------
    loaded
        What was read of the inputs.
    """
    return together([s.visits for s in loaded.sites], schema.VISITS)


def statuses_of(loaded: Loaded) -> pd.DataFrame:
    """Statuses of the sites of all files (:data:`geo.schema.STATUSES`).

    Parameters
    ----------
    loaded
        What was read of the inputs.
    """
    return together([s.statuses for s in loaded.sites], schema.STATUSES)


def routes_of(loaded: Loaded) -> pd.DataFrame | None:
    """Declared routes of the sites of all files: `source, site_id, geometry`; None where no file has any.

    Parameters
    ----------
    loaded
        What was read of the inputs.
    """
    parts = [
        s.routes.assign(source=s.dataset)[["source", "site_id", "geometry"]]
        for s in loaded.sites
        if s.routes is not None
    ]
    return pd.concat(parts, ignore_index=True) if parts else None


def recorded(loaded: Loaded, as_of: dt.date) -> dict[str, object]:
    """The options as a run record tells them.

    Parameters
    ----------
    loaded
        What was read of the inputs.
    as_of
        The day that is asked about: time of events, not of knowledge.
    """
    used = _files(loaded)[1]
    days = {c: used[c].dt.strftime("%Y-%m-%d") for c in ("from", "to")}
    coverage = used.assign(**days).to_dict("records")
    return {"as_of": as_of.isoformat(), **loaded.settings, "coverage": coverage}


def _files(loaded: Loaded) -> tuple[dict[str, str], pd.DataFrame]:
    """File names by the dataset version of their rows, and coverage in which every declared file is known by one.

    Several files may hold one version: the last gives it its name, and what a table declares for another of them
    speaks of the version itself.
    """
    by_version: dict[str, str] = {}
    version_of: dict[str, str] = {}
    for layer in loaded.incident_layers:
        for version in pd.unique(layer.frame["dataset_version"]):
            by_version[str(version)] = layer.name
            version_of[fold(layer.name)] = version_of[fold(_stem(layer.name))] = str(version)
    shadowed = {f: v for f, v in version_of.items() if f not in (fold(by_version[v]), fold(_stem(by_version[v])))}
    if not shadowed:
        return by_version, loaded.coverage
    names = [shadowed.get(fold(str(d)), str(d)) for d in loaded.coverage["dataset"]]
    return by_version, loaded.coverage.assign(dataset=pd.array(names, dtype="str"))


def _stem(name: str) -> str:
    return name.rsplit(".", 1)[0]
