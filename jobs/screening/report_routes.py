"""The routes of a report: those with most deaths first, and the segments on which something was recorded."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from i18n.translator import Translator
from jobs.screening import labels as sw
from jobs.screening.model import Screening
from jobs.screening.report_tables import table
from layers.formats.writers.escape import html

MOST_SEGMENTS = 100
"""Segments in the report: those with most deaths; segments.csv has the rest."""
MOST_ROUTES = 100
"""Routes in the report: those with most deaths, then incidents; routes.csv has the rest."""


def _numbers(_: Translator) -> Callable[[object, int], str]:
    """The translator's numbers, each written once: a long list repeats them, and writing by locale takes its time."""
    known: dict[tuple[object, int], str] = {}

    def number(value: object, digits: int) -> str:
        if value != value:
            return ""
        key = (round(float(value), digits), digits)  # type: ignore[arg-type]
        if key not in known:
            known[key] = _.number(key[0], digits)
        return known[key]

    return number


def routes_section(_: Translator, screening: Screening) -> str:
    """The section, blank where no row has a route.

    Parameters
    ----------
    _
        Speaks the reader's language.
    screening
        The screening of a list.
    """
    number = _numbers(_)
    routes, segments = screening.transit.routes, screening.transit.segments
    if not len(routes):
        return ""
    columns = ["supplier_id", "route_basis", "length_km", "exposed_km", "incidents", "incidents_certain"]
    columns += ["incidents_possible", "deaths", "armed_roadblocks", "worst_segment", "countries", "zones", "listed"]
    columns += ["uncovered"]
    worst = np.lexsort((np.arange(len(routes)), -routes["incidents"].fillna(-1), -routes["deaths"].fillna(-1)))
    more = len(routes) - MOST_ROUTES
    routes = routes.iloc[worst[:MOST_ROUTES]]
    columns = [c for i, c in enumerate(columns) if i < 2 or not (routes[c].isna() | (routes[c] == "")).all()]
    alike = bool((routes["route_basis"] == routes["route_basis"].iloc[0]).all())
    if alike:
        columns.remove("route_basis")
    numbers = [i for i, c in enumerate(columns) if pd.api.types.is_numeric_dtype(routes[c])]
    lines = [
        [
            number(v, 1 if c.endswith("_km") else 0) if i in numbers else sw.value(c, v, _)
            for i, (c, v) in enumerate(zip(columns, r, strict=True))
        ]
        for r in routes[columns].itertuples(index=False, name=None)
    ]
    out = []
    if alike:
        basis = sw.value("route_basis", routes["route_basis"].iloc[0], _)
        out.append(f"<p>{html(_.pair(sw.heading('route_basis', _), basis))}</p>")
    long = [i for i, c in enumerate(columns) if c in ("countries", "zones", "listed")]
    out.append(table([sw.heading(c, _) for c in columns], lines, tuple(numbers), long=long))
    if more > 0:
        sentence = _("{n} more route{n?|s}, with fewer incidents, {n?is|are} in routes.csv.", n=_.number(more))
        out.append(f"<p>{html(sentence)}</p>")
    hot = segments[(segments["incidents"] > 0) | (segments["armed_roadblocks"] > 0)]
    left = max(len(hot) - MOST_SEGMENTS, 0)
    if left:
        hot = hot.sort_values(["deaths", "incidents"], ascending=False, kind="stable").head(MOST_SEGMENTS)
    if len(hot):
        own = ["supplier_id", "segment", "from_km", "to_km", "exposed_km", "incidents", "incidents_certain"]
        own += ["incidents_possible", "deaths", "countries", "zones"]
        own = [c for c in own if c != "zones" or (hot["zones"] != "").any()]
        right = range(1, 9)
        segment_lines = [
            [
                number(v, 1 if c.endswith("_km") else 0) if i in right else sw.value(c, v, _)
                for i, (c, v) in enumerate(zip(own, r, strict=True))
            ]
            for r in hot[own].itertuples(index=False, name=None)
        ]
        body = table([sw.heading(c, _) for c in own], segment_lines, tuple(right), whole=[own.index("countries")])
        out.append(f"<h3>{html(_('Segments with incidents'))}</h3>{body}")
    if left:
        sentence = _("{n} more segment{n?|s} with incidents {n?is|are} in segments.csv.", n=_.number(left))
        out.append(f"<p>{html(sentence)}</p>")
    note = _(
        "A straight line between two places is a guess at the route, not the route. Sources are never added together."
    )
    return f'<section><h2>{html(_("Routes"))}</h2><p class="soft">{html(note)}</p>{"".join(out)}</section>'
