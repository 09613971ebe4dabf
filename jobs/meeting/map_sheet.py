"""The map of a run for paper and slides: what is drawn on it."""

from __future__ import annotations

import numpy as np

from geo.records.eligible_incidents import incidents_at
from jobs.assessment.incident_filters import filtered
from jobs.meeting.subject import Subject
from layers.maps import colour_by, map_content
from layers.maps.printed import DPI, FORMATS, Sheet, draw
from layers.reference.unit_aliases import unit_aliases

MOST_TRADE_LINES = 400
"""More lines than this hide what they join."""


def sheet(subject: Subject) -> Sheet:
    """The sheet; incidents that may not leave (ACLED) are not on it, and it says so.

    Parameters
    ----------
    subject
        The run, and how it is said.
    """
    _, loaded, rules = subject.translate, subject.loaded, subject.run.rules
    day = np.datetime64(subject.day)
    whole = incidents_at(loaded.incidents, day, rules.look_back_months)
    incidents = subject.incidents.apply(whole, loaded.boundaries)
    open_ones = incidents[~incidents["restricted"].astype(bool)]
    shown = None if len(subject.rows) == len(subject.run.assessment.sites) else set(subject.sites["site_id"])
    lines = map_content.trade_lines([s.routes for s in loaded.sites], shown)
    counts = subject.sites["site_class"].value_counts().to_dict()
    by = next((c for c in colour_by.of_sites(subject.sites) if c.key == subject.colour), None)
    if by is not None:
        counts = {s.key: n for s, n in zip(by.styles, np.bincount(by.codes, minlength=len(by.styles)), strict=True)}
    sentences = [_("Incidents of the {n} month{n?|s} before the date; size by deaths.", n=rules.look_back_months)]
    if len(incidents) < len(whole):
        sentences.append(filtered(len(incidents), len(whole), _))
    vague = int((~open_ones["precision"].isin([1, 2])).sum())
    if vague:
        sentences.append(
            _.plural(
                "{n} incident is known only by its district or region and is not drawn.",
                "{n} incidents are known only by their district or region and are not drawn.",
                vague,
            )
        )
    if len(open_ones) < len(incidents):
        sentences.append(_("Incidents whose licence keeps them here (ACLED) are not drawn."))
    unplaced = int((subject.sites["lon"].isna() | subject.sites["lat"].isna()).sum())
    if unplaced:
        sentences.append(
            _.plural(
                "{n} site has no position and is only in the table.",
                "{n} sites have no position and are only in the table.",
                unplaced,
            )
        )
    zones = map_content.zone_areas(loaded.zones, loaded.boundaries, day, unit_aliases())
    if any(z.indicative for z in zones):
        sentences.append(_("Dashed zones are indicative only and decide nothing."))
    return Sheet(
        title=subject.title,
        subtitle=subject.subtitle,
        sites=subject.sites,
        incidents=open_ones,
        zones=zones,
        districts=[g for b in loaded.boundaries for g in b.geometry],
        lines=lines if len(lines) <= MOST_TRADE_LINES else [],
        marks=map_content.roadblocks([s.visits for s in loaded.sites], day),
        sources=subject.foot,
        notes=sentences,
        notice=subject.notice,
        counts={str(k): int(v) for k, v in counts.items()},
        colour=by,
    )


def map_files(subject: Subject, formats: tuple[str, ...] = FORMATS, dpi: int = DPI) -> dict[str, bytes]:
    """The map in each format, by format.

    Parameters
    ----------
    subject
        The run, and how it is said.
    formats
        `png`, `svg`, `pdf`: one file each.
    dpi
        Dots per inch of the PNG.
    """
    return draw(sheet(subject), subject.translate, formats, dpi)
