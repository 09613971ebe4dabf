"""The run for a globe: sites by class, why and evidence in the balloon, and the zones; KML, and KMZ with symbols."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from i18n import column_labels, labels
from jobs.assessment.export import explained
from jobs.data_page import cite_blocks
from jobs.meeting.evidence_table import evidence_of_sites
from jobs.meeting.map_sheet import sheet
from jobs.meeting.site_table import site_rows
from jobs.meeting.subject import Subject
from layers.formats.writers.blocks import Block, Heading, Pairs, Rows, Text
from layers.formats.writers.blocks_html import html_of
from layers.formats.writers.cells import plain_types, positions, texts
from layers.formats.writers.escape import html
from layers.formats.writers.kml_styled import KmlFolder, KmlPlace, KmlStyle, kmz, style_key, styled_kml
from layers.formats.writers.spreadsheet_guard import refuse_restricted
from layers.maps import styles
from layers.maps.icons import icon

MOST_ROWS = 12
"""Rows of evidence in a balloon; how many more there are stands under them."""
_FACTS = ("area_class", "zone_status", "zone_unit", "minerals", "admin2", "visit_date", "data_coverage", "gaps")
_EVIDENCE = ("rule", "kind", "found", "place", "date_start", "distance_m", "deaths_best", "dataset", "record_id")
_KINDS = ("total", "incident", "area", "visit", "status", "list", "zone")
"""Evidence that answers; near misses and gaps stay in the tables."""


def site_kml(subject: Subject) -> bytes:
    """The document alone: no picture inside, so a viewer draws its own pins in the colours of the classes.

    Parameters
    ----------
    subject
        The run, and how it is said.
    """
    return styled_kml(*_content(subject, icons=False))


def site_kmz(subject: Subject) -> bytes:
    """The document with the symbols of the map: shape and colour.

    Parameters
    ----------
    subject
        The run, and how it is said.
    """
    return kmz(*_content(subject, icons=True))


def _content(subject: Subject, *, icons: bool) -> tuple[str, str, list[KmlStyle], list[KmlFolder]]:
    _ = subject.translate
    mark = f"{subject.notice.upper()} – " if subject.notice else ""
    points = [KmlStyle(style_key(s.key), s.colour, icon(s) if icons else b"") for s in styles.SITES]
    areas = [KmlStyle(s.key, s.colour, fill=0.2) for s in styles.ZONES]
    about: list[Block] = [Text(subject.subtitle, bold=True), *(Text(line) for line in subject.foot)]
    about += cite_blocks(subject.run.base_record, _)
    folders = [*_sites(subject), *_zones(subject)]
    return f"{mark}{subject.title}, {subject.subtitle}", mark + html_of(about), [*points, *areas], folders


def _sites(subject: Subject) -> list[KmlFolder]:
    """A folder per class, gravest first; a site without a position stands in its folder without a point."""
    _ = subject.translate
    every = plain_types(explained(subject.run.assessment, subject.run.rules).iloc[list(subject.rows)])
    refuse_restricted(every)
    data = {str(name): texts(every[name]) for name in every.columns}
    balloons, shapes = _balloons(subject), positions(every)
    classes = every["site_class"].tolist()
    folders = []
    for style in styles.SITES:
        rows = [i for i, cls in enumerate(classes) if cls == style.key]
        places = [
            KmlPlace(
                data["name"][i] or data["site_id"][i], style_key(style.key), shapes[i], balloons[i],
                {name: column[i] for name, column in data.items()},
            )
            for i in rows
        ]  # fmt: skip
        if places:
            folders.append(KmlFolder(f"{style.sign} {_(style.text)} ({_.number(len(places))})", places))
    return folders


def _balloons(subject: Subject) -> list[str]:
    """What a click on each site shows, as escaped HTML."""
    _ = subject.translate
    evidence = evidence_of_sites(subject)
    evidence = evidence[evidence["kind"].isin(_KINDS)]
    parts: dict[Any, list[tuple[Any, ...]]] = {}
    cells = evidence[list(_EVIDENCE)].astype(object).itertuples(index=False, name=None)  # once: frames of one site cost
    for site_row, of_row in zip(evidence["site_row"].tolist(), cells, strict=True):
        parts.setdefault(site_row, []).append(of_row)
    table = site_rows(subject.run, subject.rows, _)
    out = []
    for i, row in enumerate(table.itertuples(index=False)):
        site: Any = row
        facts = [(column_labels.column(name, _), _plain(subject, name, getattr(site, name))) for name in _FACTS]
        blocks: list[Block] = [Text(f"{site.site_class} · {_.date(subject.day)}", bold=True), Text(str(site.why))]
        blocks += [Pairs(facts), Heading(_("Evidence")), *_evidence(subject, parts.get(i))]
        blocks += [Text(line, small=True) for line in (subject.notice, subject.caution) if line]
        out.append(f"<h1>{html(site.name or site.site_id)}</h1>{html_of(blocks)}")
    return out


def _plain(subject: Subject, name: str, value: object) -> str:
    return subject.translate.date(value) if name == "visit_date" else str(value or "")


def _evidence(subject: Subject, rows: Sequence[tuple[Any, ...]] | None) -> list[Block]:
    _ = subject.translate
    if rows is None:
        return [Text(_("No rule fired."))]
    shown, names = rows[:MOST_ROWS], _EVIDENCE
    words_of: dict[str, Callable[[Any], str]] = {
        "kind": lambda v: _(labels.EVIDENCE_KINDS.get(v, v)), "date_start": _.date, "distance_m": _.distance,
        "deaths_best": _.number,
    }  # fmt: skip
    cells = [
        [str(words_of[name](value) if name in words_of else value) for name, value in zip(names, row, strict=True)]
        for row in shown
    ]
    head = [_("Distance") if name == "distance_m" else column_labels.column(name, _) for name in names]
    blocks: list[Block] = [Rows(head, cells, [1] * len(names))]
    more = len(rows) - len(shown)
    if more:
        blocks.append(
            Text(
                _.plural(
                    "{n} more row of evidence is in evidence.csv and in the workbook.",
                    "{n} more rows of evidence are in evidence.csv and in the workbook.",
                    more,
                )
            )
        )
    return blocks


def _zones(subject: Subject) -> list[KmlFolder]:
    _, found = subject.translate, sheet(subject).zones
    places = []
    for zone in found:
        words = _(styles.ZONE_AREAS[zone.status])
        blocks = [Text(words, bold=True), Text(_.date(subject.day))]
        if zone.indicative:
            blocks.append(Text(_("Indicative only: it decides nothing.")))
        since = "" if zone.since is None or pd.isna(zone.since) else str(zone.since)[:10]  # type: ignore[call-overload]
        data = {"status": zone.status, "since": since}
        places.append(KmlPlace(f"{zone.name} – {words}", zone.status, zone.geometry, html_of(blocks), data))
    return [KmlFolder(_("Zones"), places)] if places else []
