"""What a dataset covers, drawn: a bar a country on a timeline, and countries on a map; SVG, no tile is asked for.

Outlines are the project's own (Natural Earth): a backdrop, not a legal boundary.
"""

from __future__ import annotations

import functools
import math

import pandas as pd
import shapely

from i18n.translator import Translator
from jobs.data_cards import Card, outside_of
from layers.formats.writers.escape import html
from layers.reference.country_names import country_name
from layers.reference.country_outlines import country_outlines

COVERED, UNDECLARED, ROWS, OTHER, EDGE = "#0072B2", "#D55E00", "#6B7A85", "#EFECE4", "#8A8577"
"""Blue and vermilion of Okabe and Ito; what is not declared covered is hatched, in grey where nothing has to be."""
WIDTH, MOST_HEIGHT = 640, 260
MOST_BARS = 40
"""Countries of a timeline; the rest is counted."""
MOST_LABELS = 14
"""Countries that a map names by their code."""
_ROW, _LEFT = 16, 190
_MARGIN = 0.12
_LEAST_DEGREES = 8.0


def timeline_svg(card: Card, translate: Translator) -> str:
    """What is declared covered, a bar a country and span; blank where nothing is.

    Parameters
    ----------
    translate
        Speaks the reader's language.
    card
        The card of the dataset.
    """
    _ = translate
    if card.covers.empty:
        return ""
    table = card.covers
    codes = sorted(table["country_iso3"].unique(), key=lambda c: country_name(c, _))[:MOST_BARS]
    first, last = table["from"].min(), table["to"].max() + pd.Timedelta(days=1)
    days = max((last - first).days, 1)
    wide = WIDTH - _LEFT - 10

    def at(day: pd.Timestamp) -> float:
        return float(_LEFT + wide * (day - first).days / days)

    parts, date_text = [], functools.cache(lambda day: _.date(day))
    spans: dict[str, list[tuple[pd.Timestamp, pd.Timestamp]]] = {}
    for code, begin, end in zip(table["country_iso3"], table["from"], table["to"], strict=True):
        spans.setdefault(code, []).append((begin, end))
    for row, code in enumerate(codes):
        y = row * _ROW
        parts.append(f"<text x='{_LEFT - 6}' y='{y + 12}' text-anchor='end'>{html(country_name(code, _))}</text>")
        for begin, end in spans[code]:
            x = at(begin)
            size = max(at(end + pd.Timedelta(days=1)) - x, 1.0)
            title = html(f"{country_name(code, _)}: {date_text(begin)} – {date_text(end)}")
            parts.append(f"<rect x='{x:.1f}' y='{y + 3}' width='{size:.1f}' height='{_ROW - 5}' fill='{COVERED}'>"
                         f"<title>{title}</title></rect>")  # fmt: skip
    foot = len(codes) * _ROW
    for year in _years(first, last):
        x = at(max(pd.Timestamp(year, 1, 1), first))
        parts.append(f"<path d='M{x:.1f} 0V{foot}' stroke='#fff' stroke-opacity='.6'/>")
        parts.append(f"<text x='{x:.1f}' y='{foot + 13}' text-anchor='middle'>{year}</text>")
    label = html(covered_sentence(card, _))
    return _svg(WIDTH, foot + 18, label, "".join(parts))


def _years(first: pd.Timestamp, last: pd.Timestamp) -> range:
    """Years that are written under a timeline: seven at most."""
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100) if (last.year - first.year) / s <= 7)
    begin = first.year if (first.month, first.day) == (1, 1) else first.year + 1
    return range(-(-begin // step) * step, last.year + 1, step)


def covered_sentence(card: Card, translate: Translator) -> str:
    """What is declared covered, in a sentence.

    Parameters
    ----------
    translate
        Speaks the reader's language.
    card
        The card of the dataset.
    """
    _, table = translate, card.covers
    spans = {"a": _.date(table["from"].min()), "b": _.date(table["to"].max())}
    countries = table["country_iso3"].unique()
    if len(countries) == 1:
        return _("Declared covered: {country}, {a} to {b}.", country=country_name(str(countries[0]), _), **spans)
    return _("Declared covered: {n} countr{n?y|ies}, {a} to {b}.", n=_.number(len(countries)), **spans)


def map_svg(card: Card, translate: Translator) -> str:
    """Countries that are declared covered, and those of which there are rows and nothing is; blank without any.

    Parameters
    ----------
    translate
        Speaks the reader's language.
    card
        The card of the dataset.
    """
    _ = translate
    covered = sorted(card.covers["country_iso3"].unique())
    outside = outside_of(card.covers, card.countries)
    shapes = _shapes()
    meant = [c for c in (*covered, *outside) if c in shapes]
    if not meant:
        return ""
    wide, high, outlines = _drawn(_frame([shapes[c] for c in meant]))
    hatch = f"h{len(covered)}-{len(outside)}-{'-'.join(outside[:3])}"
    tint = UNDECLARED if card.role == "incidents" else ROWS
    parts = [
        f"<defs><pattern id='{html(hatch)}' width='6' height='6' patternUnits='userSpaceOnUse' "
        f"patternTransform='rotate(45)'><rect width='6' height='6' fill='#fff'/>"
        f"<path d='M0 0V6' stroke='{tint}' stroke-width='4'/></pattern></defs>"
    ]
    texts = []
    for code, path, (x, y) in outlines:
        fill = COVERED if code in covered else f"url(#{html(hatch)})" if code in outside else OTHER
        if path:
            parts.append(f"<path d='{path}' fill='{fill}' stroke='{EDGE}' stroke-width='.6'/>")
        if code in meant and len(meant) <= MOST_LABELS:
            texts.append(
                f"<text x='{x:.0f}' y='{y:.0f}' text-anchor='middle' stroke='#fff' stroke-width='3' "
                f"paint-order='stroke'>{html(country_name(code, _))}</text>"
            )
    return _svg(wide, high, html(" ".join(legend(card, _))), "".join([*parts, *texts]))


def legend(card: Card, translate: Translator) -> list[str]:
    """What the colours of the map mean.

    Parameters
    ----------
    translate
        Speaks the reader's language.
    card
        The card of the dataset.
    """
    _ = translate
    lines = []
    if len(card.covers):
        lines.append(_("Blue: declared covered."))
    if outside_of(card.covers, card.countries):
        undeclared = _("Hatched: there are rows, and nothing is declared covered.")
        lines.append(undeclared if card.role == "incidents" else _("Hatched: countries of the rows."))
    lines.append(_("Outlines: Natural Earth; a backdrop, not a legal boundary."))
    return lines


@functools.cache
def _shapes() -> dict[str, shapely.Geometry]:
    """Outlines by ISO 3166 alpha-3."""
    held = country_outlines()
    return {str(c): g for c, g in zip(held.frame["country"], held.geometry, strict=True) if str(c).isalpha()}


@functools.lru_cache(maxsize=32)
def _drawn(bounds: tuple[float, float, float, float]) -> tuple[int, int, list[tuple[str, str, tuple[float, float]]]]:
    """Width, height [px], and of each country inside its code, its outline and where its code stands.

    A page of data has a map a file and language, and most show the same part of the world.
    """
    west, south, east, north = bounds
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = min(WIDTH / ((east - west) * squeeze), MOST_HEIGHT / (north - south))
    frame = shapely.box(west, south, east, north)

    def on_paper(lon: float, lat: float) -> tuple[float, float]:
        return (lon - west) * squeeze * scale, (north - lat) * scale

    out = []
    for code, shape in _shapes().items():
        part = shapely.intersection(shape, frame) if shapely.intersects(shape, frame) else None
        if part is None or part.is_empty:
            continue
        lon, lat = shapely.get_coordinates(shapely.point_on_surface(part))[0]
        out.append((code, _path(shapely.simplify(part, 0.6 / scale), on_paper), on_paper(lon, lat)))
    return round((east - west) * squeeze * scale), round((north - south) * scale), out


def _frame(shapes: list[shapely.Geometry]) -> tuple[float, float, float, float]:
    """West, south, east, north [degrees] with room around; no smaller than a small country can be found in."""
    west, south, east, north = shapely.total_bounds(shapes)
    spans = (east - west, north - south)
    room_x, room_y = (max(span * _MARGIN, (_LEAST_DEGREES - span) / 2, 0.5) for span in spans)
    return max(west - room_x, -180.0), max(south - room_y, -60.0), min(east + room_x, 180.0), min(north + room_y, 84.0)


def _path(shape: shapely.Geometry, on_paper: object) -> str:
    """The outlines of a shape as an SVG path; holes (enclaves) stay holes."""
    assert callable(on_paper)
    out = []
    for polygon in shapely.get_parts(shape):
        if polygon.geom_type != "Polygon" or polygon.is_empty:
            continue
        for ring in (polygon.exterior, *polygon.interiors):
            points = [on_paper(x, y) for x, y in shapely.get_coordinates(ring)[:-1]]
            out.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z")
    return "".join(out)


def width_of(drawing: str) -> int:
    """How wide a drawing stands [px], for a page that would stretch it.

    Parameters
    ----------
    drawing
        A drawing of this module, SVG.

    Examples
    --------
    >>> width_of(_svg(640, 20, "", ""))
    640
    """
    return int(drawing.split(" width='", 1)[1].split("'", 1)[0])


def _svg(wide: int, high: int, label: str, content: str) -> str:
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {wide} {high}' width='{wide}' height='{high}' "
        f"role='img' aria-label='{label}' font-family='system-ui, DejaVu Sans, sans-serif' font-size='11' "
        f"fill='#1c1c1c'>{content}</svg>"
    )
