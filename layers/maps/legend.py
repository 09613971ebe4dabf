"""The legend of a map, which is also its list of layers with a switch each; and the words that the map itself says."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np
import pandas as pd

from i18n.translator import N_, Translator
from layers.maps import styles
from layers.maps.colour_by import ColourBy

Row = dict[str, object]
Group = dict[str, object]


def group(key: str, title: str, kind: str, rows: Iterable[Row], translate: Translator) -> Group:
    """A heading of the legend with its rows; `kind` says how their samples are drawn: point, zone or line."""
    return {"key": key, "title": translate(title), "kind": kind, "rows": list(rows)}


def row(key: str, style: styles.Style, translate: Translator, text: str = "", n: int | None = None) -> Row:
    """A row with its switch: what `key` names is drawn or not; no key, no switch. `n` is how many there are."""
    out: Row = {"key": key, "style": style.plain(translate), "text": translate(text or style.text)}
    return out if n is None else out | {"n": translate.number(n)}


def site_group(
    counts: Sequence[int] | np.ndarray,
    translate: Translator,
    kept: np.ndarray | None = None,
    table: Sequence[styles.Style] = styles.SITES,
) -> Group:
    """The classes that there are, with their numbers of sites; those that are `kept` also where there is none."""
    rows = [
        row(f"sites/{s.key}", s, translate, n=int(n))
        for i, (s, n) in enumerate(zip(table, counts, strict=True))
        if n or (kept is not None and kept[i])
    ]
    return group("sites", N_("Sites"), "point", rows, translate)


def choice_group(by: ColourBy, counts: np.ndarray, translate: Translator) -> Group:
    """The rows of a choice of colours that there are, with their numbers."""
    rows = [row(f"{by.key}/{s.key}", s, translate, n=int(n)) for s, n in zip(by.styles, counts, strict=True) if n]
    title = N_("Sites") if by.on == "sites" else N_("Lines")
    return group(by.on, title, "point" if by.on == "sites" else "line", rows, translate)


def incident_group(used: np.ndarray, translate: Translator, among: np.ndarray | None = None) -> Group:
    """The kinds of violence that are drawn, several at one point, size, and the ring of a vague place.

    Of `among`, the incidents of all months, each kind has its row.
    """
    every = used if among is None else among
    kinds = np.bincount(used // 2, minlength=len(styles.INCIDENT_KINDS))
    there = np.bincount(every // 2, minlength=len(styles.INCIDENT_KINDS))
    rows = [row(f"incidents/{i}", styles.INCIDENT_LEGEND[i], translate, n=int(kinds[i])) for i in np.flatnonzero(there)]
    if len(every) > 1:
        rows.append(row("", styles.MIXED, translate))
    if (every % 2).any():
        ring = styles.Style("ring", styles.UNCERTAIN, "#555555", ring=True, hollow=True)
        rows.append(row("", ring, translate))
    return group("incidents", N_("Incidents, size by deaths"), "point", rows, translate)


def zone_group(statuses: Sequence[str], translate: Translator) -> Group:
    """The statuses of the zones that are drawn."""
    rows = [row(f"zones/{s}", styles.zone_style(s), translate, styles.ZONE_AREAS[s]) for s in statuses]
    return group("zones", N_("Zones"), "zone", rows, translate)


def mark_group(used: Collection[str], translate: Translator) -> Group:
    """Roadblocks and the like."""
    rows = [row(f"marks/{m.key}", m, translate) for m in styles.MARKS if m.key in used]
    return group("marks", N_("Marks"), "point", rows, translate)


def line_group(used: Collection[str], translate: Translator) -> Group:
    """Trade lines, circles and routes."""
    rows = [row(f"lines/{s.key}", s, translate) for s in styles.LINES if s.key in used]
    return group("lines", N_("Lines"), "line", rows, translate)


def district_group(names: Sequence[str], translate: Translator) -> Group:
    """The boundary files that were loaded, for the base map."""
    rows = [row(f"districts/{i}", styles.DISTRICT, translate, name) for i, name in enumerate(names)]
    return group("districts", N_("Districts"), "zone", rows, translate)


def zone_text(status: str, since: object, indicative: bool, translate: Translator) -> str:
    """What a pointer over a zone is told."""
    words = translate(styles.ZONE_AREAS[status])
    if since is not None:
        words = translate("{what}, since {day}", what=words, day=translate.date(since))
    return translate("{what}; indicative, decides nothing", what=words) if indicative else words


def words(translate: Translator) -> dict[str, object]:
    """What the scripts say themselves."""
    return {
        "unnamed": translate("site without a name"),
        "deaths": translate("deaths (best estimate)"),
        "estimate": translate("deaths: {best} (low {low}, high {high})", best="{best}", low="{low}", high="{high}"),
        "incidents": translate("Incidents here: {n}; deaths: {deaths} (best estimate)", n="{n}", deaths="{deaths}"),
        "source": translate("{source}, id {id}", source="{source}", id="{id}"),
        "between": translate("{a} – {b}", a="{a}", b="{b}"),
        "until": translate("{first} to {last}", first="{first}", last="{last}"),
        "colourBy": translate("Colour by"),
        "colours": {"sites": translate("site class"), "lines": translate("kind")},
    }


def notes(
    sites: pd.DataFrame | None,
    incidents: pd.DataFrame | None,
    indicative: bool,
    density: bool,
    translate: Translator,
) -> list[str]:
    """What the map does not show, in sentences."""
    out = []
    if indicative:
        out.append(translate("Dashed zones are indicative only and decide nothing."))
    if incidents is not None and (imprecise := int((~incidents["precision"].isin([1, 2])).sum())):
        out.append(
            translate.plural(
                "{n} incident is known only by its district or region and is not drawn.",
                "{n} incidents are known only by their district or region and are not drawn.",
                imprecise,
            )
        )
    if sites is not None and (unplaced := int((sites["lon"].isna() | sites["lat"].isna()).sum())):
        out.append(
            translate.plural(
                "{n} site has no position and is only in the table.",
                "{n} sites have no position and are only in the table.",
                unplaced,
            )
        )
    if density:
        out.append(translate("Seen from afar, shading shows where incidents are dense; come closer for each one."))
    return out
