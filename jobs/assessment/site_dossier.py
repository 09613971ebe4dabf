"""One site as one page of HTML: everything inside, no script, nothing loaded, fit for paper.

All text of data passes :func:`layers.formats.writers.escape.html`; the map is a drawing (SVG) of points and circles.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from geo.rules.evidence import withheld
from geo.spatial.geodesic import bearing_m
from i18n import column_labels, labels
from i18n.evidence_messages import fixed_sentence, worded
from i18n.translator import Translator
from jobs.assessment.site_listings import FACTS, listings
from jobs.assessment.site_listings import facts as facts_of_visits
from jobs.assessment.site_profile import Profile
from layers.formats.writers.blocks import Block, Heading, Pairs, Rows, Text
from layers.formats.writers.blocks_html import html_of
from layers.formats.writers.escape import html
from layers.maps import styles
from layers.maps.watermark import sheet
from layers.reference.country_names import country_name

_CSS = """
body { font: 14px/1.45 system-ui, "DejaVu Sans", sans-serif; color: #1c1c1c; max-width: 60rem; margin: 1.5rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .3rem; } h2 { font-size: 1.1rem; margin: 1.4rem 0 .4rem; }
table { border-collapse: collapse; width: 100%; font-size: 12px; } th, td { border: 1px solid #b9b4aa; padding: 3px 6px;
  text-align: left; vertical-align: top; overflow-wrap: anywhere; } th { background: #f3f1ec; }
.notice { background: #1c1c1c; color: #fff; padding: 4px 10px; font-weight: 600; display: inline-block; }
.why { font-size: 1.05rem; } .small { color: #444; font-size: 12px; } svg { max-width: 100%; height: auto; }
@media print { body { margin: 0; } tr { break-inside: avoid; } }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_EVIDENCE = (
    "rule", "kind", "found", "limit", "distance_m", "date_start", "precision", "deaths_best", "dataset", "record_id",
)  # fmt: skip
_ZONES = ("record_id", "found", "date_start", "date_end", "dataset", "actor_a")
_VISITS = ("visit_date", "visited_by", "visit_basis", "armed_presence", "actors")
_STATUSES = ("scheme", "status", "status_date", "valid_to")
_SHARES = {"rule": 6, "found": 22, "limit": 20, "record_id": 14, "actors": 20, "dataset": 12}
"""Widths of columns on paper; others are 10."""
_DATES = ("date_start", "date_end", "visit_date", "status_date", "valid_to")


def _cell(translate: Translator, name: str, value: object) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)) or value is pd.NaT:
        return ""
    if name in _DATES:
        return translate.date(value)
    if name in ("distance_m", "edge_m"):
        return translate.distance(value)
    if name == "precision":
        return translate(labels.PRECISIONS.get(int(value), ""))  # type: ignore[call-overload]
    if isinstance(value, bool):
        return translate("yes") if value else translate("no")
    if isinstance(value, float):
        return translate.number(value, 1)
    if name == "kind":
        return translate(labels.EVIDENCE_KINDS.get(str(value), str(value)))
    if name == "ground":
        return fixed_sentence(str(value), translate)
    return labels.value(name, str(value), translate)


def _table(translate: Translator, frame: pd.DataFrame, columns: Sequence[str], none: str) -> Block:
    if frame.empty:
        return Text(none)
    head = [column_labels.column(c, translate) for c in columns]
    rows = [
        [_cell(translate, c, v) for c, v in zip(columns, row, strict=True)]
        for row in frame[list(columns)].astype(object).itertuples(index=False)
    ]
    return Rows(head, rows, [_SHARES.get(c, 10) for c in columns])


def _drawing(translate: Translator, here: Profile) -> str:
    """Circles of the rules and the incidents within them, north up, true to distance and bearing from the site."""
    if not here.placed:
        return f"<p>{html(translate('The position of this site is not known.'))}</p>"
    size, scale = 560, 560 / 2 / (max(here.radii_km, default=1.0) * 1.12)
    mid = size / 2
    parts = [
        f"<circle cx='{mid}' cy='{mid}' r='{km * scale:.1f}' fill='none' stroke='#000' stroke-dasharray='4 4'/>"
        f"<text x='{mid}' y='{mid - km * scale - 4:.1f}' text-anchor='middle' font-size='12'>{km:g} km</text>"
        for km in here.radii_km
    ]
    lon, lat = float(here.site["lon"]), float(here.site["lat"])
    # A dossier is an export: rows that may not leave (ACLED) are not drawn in it.
    mine = here.incidents[~here.incidents["restricted"].astype(bool)]
    shown = mine[["lon", "lat", "deaths_best", "precision"]].astype(float)
    for x_deg, y_deg, deaths, precision in shown.itertuples(index=False):
        bearing, metres = map(float, bearing_m(lon, lat, x_deg, y_deg))
        x = mid + math.sin(math.radians(bearing)) * metres / 1000 * scale
        y = mid - math.cos(math.radians(bearing)) * metres / 1000 * scale
        radius = 2.5 + 1.5 * math.log10(1 + deaths)
        fill = "#1a1a1a" if precision == 1 else "none"
        parts.append(
            f"<circle cx='{x:.1f}' cy='{y:.1f}' r='{radius:.1f}' fill='{fill}' stroke='#1a1a1a' fill-opacity='.7'/>"
        )
    colour = styles.site_style(str(here.site["site_class"])).colour
    parts.append(
        f"<rect x='{mid - 6}' y='{mid - 6}' width='12' height='12' fill='{colour}' stroke='#000'"
        f" transform='rotate(45 {mid} {mid})'/>"
    )
    title = translate("Filled: exact place. Hollow: known to within about 25 km. Size by deaths. North is up.")
    return (
        f"<svg viewBox='0 0 {size} {size}' width='{size}' role='img' aria-label='{html(title)}'>{''.join(parts)}</svg>"
        f"<p class='small'>{html(title)}</p>"
    )


@dataclass(frozen=True)
class Dossier:
    """The content of a dossier: before and after the drawing of what surrounds the site."""

    title: str
    notice: str
    before: list[Block]
    after: list[Block]


def content(
    translate: Translator, here: Profile, rules_hash: str, past: str = "", sure: str = "",
    heat: Sequence[Block] = (), cited: Sequence[Block] = (),
) -> Dossier:  # fmt: skip
    """What a dossier says, in blocks that become HTML or PDF.

    Parameters
    ----------
    translate, here, rules_hash, past, sure, heat, cited
        As :func:`dossier` takes them.
    """
    _, site = translate, here.site
    answer_words = {"fired": _("yes"), "not fired": _("no"), "unknown": _("not known")}
    answers = [[a.rule.id, a.rule.asks(_), answer_words[a.outcome]] for a in here.answers]
    name = str(site["name"]) or str(site["site_id"])
    synthetic = here.synthetic or bool(site["demonstration"])
    fired, misses = (worded(withheld(rows), _) for rows in (here.evidence, here.misses.head(20)))
    before: list[Block] = [
        Text(here.why.sentence(_), bold=True),
        Heading(_("Four answers")),
        Pairs(_answers(_, here)),
        *(Text(text, small=True) for text in (past, sure) if text),
        Heading(_("The site")),
        Pairs(_facts(_, here)),
        Heading(_("What surrounds it, {months} month{months?|s}", months=here.months)),
    ]
    after: list[Block] = [
        Heading(_("Every rule, and its answer")),
        Rows([_("Rule"), _("Question"), _("Answer")], answers, (8, 80, 12)),
        Heading(_("Evidence")),
        _table(_, fired, _EVIDENCE, _("No rule fired.")),
        Heading(_("Nearest misses")),
        _table(_, misses, _EVIDENCE, _("Nothing came near.")),
        Heading(_("Zone decisions in force")),
        _table(_, worded(here.zones, _), _ZONES, _("None applies.")),
        Heading(_("Visits")),
        _table(_, here.visits, (*_VISITS, *FACTS), _("No visit is on record.")),
        Heading(_("Statuses")),
        _table(_, here.statuses, _STATUSES, _("No status is on record.")),
        *([Heading(_("The class under other settings")), *heat] if heat else []),
        *cited,
        Text(
            _(
                "An indication for due diligence (OECD Guidance, step 2), not a finding of law. The date is the time "
                "of events, not of knowledge. Rules: {hash}.",
                hash=rules_hash[:12],
            ),
            small=True,
        ),
    ]
    notice = _("Demonstration data: synthetic. It says nothing about any place.") if synthetic else ""
    return Dossier(f"{name}, {_.date(here.day)}", notice, before, after)


def _answers(translate: Translator, here: Profile) -> list[tuple[str, str]]:
    _, site = translate, here.site
    return [
        (_("Site class"), labels.value("site_class", site["site_class"], _)),
        (
            _("Between certain and possible"),
            f"{labels.value('certain_class', site['certain_class'], _)} – "
            f"{labels.value('possible_class', site['possible_class'], _)}",
        ),
        (_("Gaps"), labels.value("gaps", site["gaps"], _)),
        (_("Rules not known"), labels.value("rules_unknown", site["rules_unknown"], _)),
        (_("Sources disagree"), labels.value("sources_disagree", site["sources_disagree"], _)),
        (_("Area class"), labels.value("area_class", site["area_class"], _)),
        (_("Area rules fired"), labels.value("area_rules_fired", site["area_rules_fired"], _)),
        (_("Gaps of the area"), labels.value("area_gaps", site["area_gaps"], _)),
        (
            _("Zone status"),
            " ".join([labels.value("zone_status", site["zone_status"], _), str(site["zone_unit"])]).strip(),
        ),
        (_("To the zone's edge"), _.distance(site["distance_to_zone_edge_m"])),
        *((column_labels.column(name, _), words) for name, words in listings(here, _)),
    ]


def _facts(translate: Translator, here: Profile) -> list[tuple[str, str]]:
    _, site = translate, here.site
    return [
        (_("Minerals"), labels.value("minerals", site["minerals"], _)),
        (_("District (ADM2)"), str(site["admin2"])),
        (_("Region (ADM1)"), str(site["admin1"])),
        (_("Country"), country_name(str(site["country"]), _)),
        (_("Position"), f"{site['lat']:.4f}, {site['lon']:.4f}" if here.placed else ""),
        (_("Position error (km)"), _.number(site["coord_precision_km"], 1)),
        (_("Armed presence"), labels.value("armed_presence", site["armed_presence"], _)),
        (_("Visit"), _.date(site["visit_date"])),
        *((column_labels.column(name, _), words) for name, words in facts_of_visits(here, _)),
        (_("Source"), f"{site['source']}, {site['site_id']}"),
    ]


def dossier(
    translate: Translator, here: Profile, rules_hash: str, past: str = "", sure: str = "",
    heat: Sequence[Block] = (), cited: Sequence[Block] = (),
) -> bytes:  # fmt: skip
    """The page.

    Parameters
    ----------
    here
        The site with all that is known of it at the date.
    rules_hash
        Hash of the rules that were used; it stands in the footer.
    past
        How sites of this class fared at past dates (:func:`jobs.backtest.sentence.class_sentence`), or blank.
    sure
        How far the class holds under other settings (:func:`jobs.sensitivity.one_site.sentence`), or blank.
    heat
        The class by radii and windows (:func:`jobs.sensitivity.one_site.heat_blocks`), or nothing.
    cited
        How to cite the data (:func:`jobs.data_page.cite_blocks`).
    translate
        Speaks the reader's language.
    """
    it = content(translate, here, rules_hash, past, sure, heat, cited)
    notice = f"<p class='notice'>{html(it.notice)}</p>" if it.notice else ""
    style = _CSS + (sheet("body", translate("Demonstration data")) if it.notice else "")
    body = f"<h1>{html(it.title)}</h1>{notice}{html_of(it.before)}{_drawing(translate, here)}{html_of(it.after)}"
    return (
        f"<!doctype html><html lang='{translate.language}'><head><meta charset='utf-8'>"
        f"<meta http-equiv='Content-Security-Policy' content=\"{_POLICY}\">"
        f"<meta name='viewport' content='width=device-width,initial-scale=1'><title>{html(it.title)}</title>"
        f"<style>{style}</style></head><body>{body}</body></html>"
    ).encode()
