"""Programmes on the map: where they work, and the sites at risk that none of them reaches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from geo.programmes.coverage import ProgrammeCoverage
from geo.programmes.footprints import find_units
from geo.programmes.schema import TYPES, active_on
from i18n.labels import CLASSES, ZONE_STATUSES
from i18n.translator import Translator
from jobs.programmes.types import labels
from layers.maps.blob import Line, Mark
from layers.maps.geometry import circle

MOST_LABELS = 40
"""Footprints that carry their programme's id; with more of them the words would hide the map."""
MOST_LINES = 2_000
"""Footprints drawn at most, those of the most recent start first; all are in the tables."""


def footprints_drawn(
    result: ProgrammeCoverage, types: Sequence[str], boundaries: object = None
) -> tuple[list[Line], list[int]]:
    """Rings of polygons, stated radii and matched units of the active programmes of the types, and whose each is.

    Units are drawn only where a boundary set holds them; countries never.

    Parameters
    ----------
    result
        Coverage of the sites by programmes on the day.
    types
        Programme types that are looked at; programmes of none of them are passed over.
    boundaries
        Boundary sets by level, for programmes that name a unit; None: those are not drawn.
    """
    programmes = result.programmes
    frame, places = programmes.frame, programmes.footprints
    wanted = active_on(frame, result.as_of) & _of_types(frame["types"].tolist(), types)
    rows = np.flatnonzero(wanted[places["programme"].to_numpy()])
    start = frame["start"].to_numpy()[places["programme"].to_numpy()[rows]]
    rows = rows[np.argsort(start, kind="stable")[::-1]][:MOST_LINES]
    lines: list[Line] = []
    whose: list[int] = []
    for row in rows:
        place = places.iloc[int(row)]
        shape = _shape(place, programmes.geometry[row], boundaries)
        if shape is None or shape.is_empty:
            continue
        programme = int(place["programme"])
        text = str(frame["programme_id"].iloc[programme]) if len(rows) <= MOST_LABELS else ""
        lines += [Line(ring, "programme", text) for ring in _parts(shape)]
        whose += [programme] * (len(lines) - len(whose))
    return lines, whose


def gap_marks(result: ProgrammeCoverage, types: Sequence[str], translate: Translator) -> list[Mark]:
    """A mark at every placed site at risk that has no active programme of any of the types.

    Parameters
    ----------
    result
        Coverage of the sites by programmes on the day.
    types
        Programme types that are looked at.
    translate
        Speaks the reader's language.
    """
    columns = [TYPES.index(t) for t in types]
    without_programme = result.at_risk & ~result.matrix[:, columns].any(axis=1) & result.open_at[:, columns].any(axis=1)
    sites = result.assessed
    placed = np.isfinite(sites["lon"].to_numpy()) & np.isfinite(sites["lat"].to_numpy())
    _ = translate
    text = _("no active programme")
    shown = sites.loc[without_programme & placed, ["lon", "lat", "name", "site_id"]]
    return [
        Mark(float(lon), float(lat), "programme_gap", f"{name or site_id}: {text}")
        for lon, lat, name, site_id in shown.itertuples(index=False)
    ]


def details(result: ProgrammeCoverage, translate: Translator) -> dict[int, list[str]]:
    """For the popup of each site, by its row: site class, zone, types that it has, types that it lacks.

    Parameters
    ----------
    result
        Coverage of the sites by programmes on the day.
    translate
        Speaks the reader's language.
    """
    _, words = translate, labels(translate.language)
    out = {}
    for position, (row, site) in enumerate(result.assessed.iterrows()):
        has = [words[t] for t, there in zip(TYPES, result.matrix[position], strict=True) if there]
        lacks = [words[t] for t, open_here in zip(TYPES, result.open_at[position], strict=True) if open_here]
        cls, zone = CLASSES[site["site_class"]], ZONE_STATUSES[site["zone_status"]]
        lines = [
            _(cls),
            _(zone),
            _("Programmes: {types}", types=", ".join(has) or _("none")),
        ]
        if result.at_risk[position] and not result.typed:
            lines.append(_("What is covered is unknown: no programme could be read as any type."))
        elif result.at_risk[position]:
            lines.append(_("Without: {types}", types=", ".join(lacks) or _("none")))
        out[int(str(row))] = lines
    return out


def _of_types(joined: list[str], types: Sequence[str]) -> np.ndarray:
    return np.array([bool(set(t.split(";")) & set(types)) for t in joined], dtype=bool)


def _shape(place: Any, polygon: Any, boundaries: object) -> Any:
    if place["kind"] == "polygon":
        return polygon
    if place["kind"] == "admin":
        return find_units(place, boundaries)
    if place["kind"] == "point" and place["radius_km"] > 0:
        return circle(place["lon"], place["lat"], place["radius_km"] * 1000)
    return None


def _parts(shape: Any) -> list[Any]:
    """The polygons of a shape, simplified for drawing."""
    return [p for p in shapely.get_parts(shapely.simplify(shape, 0.002)) if p.geom_type == "Polygon"]
