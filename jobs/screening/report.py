"""The report of a screening: one HTML page with everything inside, which asks no host for anything and prints.

No script, no font, no image from elsewhere; a policy in the page forbids them. Every text of data passes
:func:`layers.formats.writers.escape.html`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from geo.schema import CLASSES, ZONE_STATUSES
from geo.screening.schema import FLAGS
from i18n import labels, row_messages
from i18n.translator import Translator, translator
from jobs.assessment.export import quadrants
from jobs.screening import labels as sw
from jobs.screening.model import Screening
from jobs.screening.report_first import class_cell, first_pages, gravity, known_count
from jobs.screening.report_map import svg, zones_on
from jobs.screening.report_method import method, versions
from jobs.screening.report_own_tables import own_table_sections
from jobs.screening.report_routes import routes_section
from jobs.screening.report_tables import table
from layers.formats.reasons import sentence
from layers.formats.writers.escape import html
from layers.maps.watermark import sheet
from layers.reference.country_names import country_name

IN_FULL, IN_SHORT = 100, 900
"""Rows told in full, and those after them told in a line; the files have all of them."""
MOST_MAPS = 6
"""Countries with a map of their own: those with most rows."""

STYLE = """
:root{--ink:#1b1f24;--soft:#59636e;--line:#d4d9de;--accent:#0b5c8a}
*{box-sizing:border-box}
body{font:14px/1.45 "Segoe UI",system-ui,-apple-system,Roboto,"DejaVu Sans",Arial,sans-serif;color:var(--ink);
 max-width:1180px;margin:0 auto;padding:28px 22px 60px;background:#fff}
h1{font-size:26px;line-height:1.2;margin:0 0 4px}h2{font-size:18px;margin:34px 0 8px;padding-top:8px;
 border-top:2px solid var(--ink)}h3{font-size:15px;margin:20px 0 6px}
p{margin:6px 0;max-width:78ch}.soft{color:var(--soft)}.notice{border:2px solid #b04a00;background:#fff4ec;
 padding:8px 12px;font-weight:600;margin:12px 0}
.cards{display:flex;flex-wrap:wrap;gap:10px;margin:14px 0}.cards div{border:1px solid var(--line);border-radius:6px;
 padding:8px 14px;min-width:120px}.cards b{display:block;font-size:22px;line-height:1.2}
table{border-collapse:collapse;width:100%;margin:8px 0;font-size:12.5px}
th,td{border-bottom:1px solid var(--line);padding:4px 7px;text-align:left;vertical-align:top;overflow-wrap:break-word}
th{background:#f3f5f7;font-weight:600;overflow-wrap:normal;border-bottom:1.5px solid #8a949e}td.n,th.n{text-align:right;
 font-variant-numeric:tabular-nums}td.n{white-space:nowrap}
thead{display:table-header-group}tr,tbody.row{break-inside:avoid}
.why td{border-bottom:1.5px solid var(--line);padding-top:0;
 color:#333}.head td{border-bottom:none;padding-top:8px}
.c0{color:#a34400}.c1{color:#8a5a00}.c2{color:#4c4c4c}.c3{color:#00598f}.c0,.c1,.c2,.c3{font-weight:600}
.q td.n{font-size:14px}.q td.z{color:#a5adb5}
figure{margin:14px 0;break-inside:avoid}figure>svg{width:100%;height:auto;border:1px solid var(--line);display:block}
figcaption{font-weight:600;margin-bottom:4px}.legend{list-style:none;display:flex;flex-wrap:wrap;gap:4px 16px;
 padding:0;margin:6px 0;font-size:12px}.legend li{display:flex;align-items:center;gap:5px}
ul.flags{display:inline;list-style:none;padding:0;margin:0}ul.flags li{display:inline-block;border:1px solid #8a949e;
 border-radius:3px;padding:0 5px;margin:0 4px 2px 0;font-size:11.5px;background:#f7f8f9}
td.day{white-space:nowrap}td.long{min-width:34mm}
table.plain td{overflow-wrap:break-word}td.hash{word-break:break-all;font-size:10px}
code{font-family:ui-monospace,"DejaVu Sans Mono",Consolas,monospace;font-size:11.5px}
footer{margin-top:40px;border-top:1px solid var(--line);padding-top:8px;font-size:12px;color:var(--soft)}
@page{size:A4;margin:14mm 12mm 16mm;@bottom-right{content:counter(page) " / " counter(pages);font-size:8pt}}
@media print{body{max-width:none;padding:0;font-size:10pt}h2{break-after:avoid}h3{break-after:avoid}
 table{font-size:8pt}th,td{padding:2px 4px}.pagebreak{break-before:page}*{print-color-adjust:exact;
 -webkit-print-color-adjust:exact}a{color:inherit;text-decoration:none}}
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def report(screening: Screening, language: str = "en") -> bytes:
    """The page in English or French.

    Parameters
    ----------
    language
        A key of :data:`i18n.translator.LANGUAGES`.
    screening
        The screening of a list.
    """
    _ = translator(language)
    record, rows = screening.record, screening.rows
    good = rows[rows["answer"] == "accepted"]
    heading = _("Screening of {name}", name=screening.suppliers.name)
    across = sheet("body", _("Demonstration data")) if record.get("demonstration") else ""
    out = [
        f'<!doctype html><html lang="{html(_.language)}"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{html(heading)}</title><style>{STYLE}{across}</style></head><body><header><h1>{html(heading)}</h1>",
        f'<p class="soft">{html(_subtitle(_, record))}</p></header><main>',
    ]
    if record.get("demonstration"):
        out.append(
            f'<p class="notice">{html(_("Demonstration data: synthetic. It says nothing about any place."))}</p>'
        )
    out += [
        first_pages(_, screening, good),
        _quadrants(_, good),
        _flag_table(_, good),
        _origins(_, good),
        _maps(_, screening, good),
        _changes(_, screening),
        _rejected(_, rows),
        routes_section(_, screening),
        own_table_sections(_, screening),
        method(_, screening),
        versions(_, screening),
    ]
    foot = _("CAHRA Atlas {version}. This page holds all that it shows and asks no host for anything.", version=str(record["tool_version"]))  # fmt: skip  # noqa: E501
    out.append(f"</main><footer>{html(foot)}</footer></body></html>\n")
    return "".join(out).encode("utf-8", "replace")


def _subtitle(_: Translator, record: dict[str, object]) -> str:
    settings = record["settings"]
    assert isinstance(settings, dict)
    rules = record["rules"]
    assert isinstance(rules, dict)
    return _(
        "As of {day}, or the row's own date. Rules version {version} ({hash}).",
        day=_.date(settings["as_of"]),
        version=str(rules["version"]),
        hash=str(rules["hash"]).removeprefix("sha256:")[:12],
    )


def _quadrants(_: Translator, good: pd.DataFrame) -> str:
    if not len(good):
        return ""
    counts = quadrants(good)
    head = "".join(f'<th class="n">{html(_(labels.ZONE_STATUSES[str(z)]))}</th>' for z in counts.columns)
    body = []
    for cls in counts.index:
        cells = "".join(
            f'<td class="n{" z" if not n else ""}">{html(_.number(int(n)))}</td>' for n in counts.loc[cls].tolist()
        )
        body.append(f"<tr><td>{class_cell(_, str(cls))}</td>{cells}</tr>")
    return (
        f"<section><h2>{html(_('Site class and zone status of the origins'))}</h2>"
        f'<p class="soft">{html(_("Two answers that are never added up to one score. Counts of rows."))}</p>'
        f'<table class="q"><thead><tr><th>{html(_("Site class"))}</th>{head}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></section>"
    )


def _flag_table(_: Translator, good: pd.DataFrame) -> str:
    lines = [
        (
            _(sw.FLAGS[f]),
            known_count(_, good[f]),
            _.number(int(good[f].isna().sum())),
            _(sw.FLAG_MEANINGS[f]),
        )
        for f in FLAGS
    ]
    headings = (_("Flag"), _("Rows"), _("Cannot be told"), _("What it says"))
    return f"<section><h2>{html(_('Flags'))}</h2>{table(headings, lines, (1, 2))}</section>"


def _maps(_: Translator, screening: Screening, good: pd.DataFrame) -> str:
    placed = good.loc[good["lon"].notna(), ["supplier_id", "country", "lon", "lat", "site_class"]]
    every = screening.suppliers.rows
    accepted = every.loc[every["answer"] == "accepted", "supplier_id"].tolist()
    basis = screening.transit.routes.set_index("supplier_id")["route_basis"]
    lines = {
        str(who): (line, str(basis.get(who, "")))
        for who, line in zip(accepted, screening.transit.lines, strict=True)
        if line is not None
    }
    if not len(placed) and not lines:
        return ""
    day = np.datetime64(str(_settings(screening)["as_of"]))
    zones = zones_on(screening.data, day)
    hot = screening.transit.segments[screening.transit.segments["exposed_km"] > 0]
    title = _("Origins and routes, zones on {day}", day=_.date(str(day)))
    out = [
        _figure(title, svg(_, placed, lines=list(lines.values()), exposed=hot, zones=zones, name="all", title=title))
    ]
    countries = placed["country"].value_counts()
    if len(countries) > 1:
        country_of = placed.set_index("supplier_id")["country"]
        exposed_in = hot["supplier_id"].map(country_of)
        through = {who: country_of.get(who) for who in lines}
        for iso in countries.index[:MOST_MAPS]:
            mine = placed[placed["country"] == iso]
            own = [line for who, line in lines.items() if through[who] == iso]
            title = country_name(str(iso), _) or _("country not known")
            some = hot[exposed_in == iso]
            drawing = svg(_, mine, lines=own, exposed=some, zones=zones, name=f"m-{iso}", title=title)
            out.append(_figure(title, drawing))
    unplaced = len(good) - len(placed)
    note = _.plural(
        "{n} row has no position and is on no map.", "{n} rows have no position and are on no map.", unplaced
    )
    return f"<section><h2>{html(_('Maps'))}</h2>{''.join(out)}" + (f"<p>{html(note)}</p>" if unplaced else "") + "</section>"  # fmt: skip  # noqa: E501


def _figure(title: str, drawing: str) -> str:
    return f"<figure><figcaption>{html(title)}</figcaption>{drawing}</figure>"


def _settings(screening: Screening) -> dict[str, object]:
    settings = screening.record["settings"]
    return settings if isinstance(settings, dict) else {}


def _changes(_: Translator, screening: Screening) -> str:
    if screening.changes is None:
        return ""
    account = screening.record.get("compared")
    through = account["through"] if isinstance(account, dict) else {}
    through_words = ", ".join(f"{sw.value('through', k, _)} {_.number(v)}" for k, v in through.items()) or "0"
    when = str(account.get("earlier_run_at", "")) if isinstance(account, dict) else ""
    columns = ["supplier_id", "change", "through", "site_class_before", "site_class", "zone_status_before"]
    columns += ["zone_status", "as_of_before", "as_of"]
    lines = [
        [sw.value(c, v, _) for c, v in zip(columns, r, strict=True)] for r in screening.changes[columns].to_numpy()
    ]
    sentence = _("{n} row{n?|s} changed since the run of {when}; through {through}.", n=_.number(len(lines)), when=when, through=through_words)  # fmt: skip  # noqa: E501
    body = table([sw.heading(c, _) for c in columns], lines) if lines else ""
    return f"<section><h2>{html(_('Changes since an earlier run'))}</h2><p>{html(sentence)}</p>{body}</section>"


def _rejected(_: Translator, rows: pd.DataFrame) -> str:
    bad = rows[rows["answer"] != "accepted"]
    if not len(bad):
        return ""
    columns = ["supplier_id", "row", "reason", "expected", "got"]
    lines = [
        [
            str(r.supplier_id),
            str(r.row),
            sentence(str(r.reason), _),
            row_messages.expected(str(r.expected), _),
            row_messages.got(str(r.got), _),
        ]
        for r in bad[columns].itertuples(index=False)
    ]
    return (
        f"<section><h2>{html(_('Rows that could not be screened'))}</h2>"
        f"{table([sw.heading(c, _) for c in columns], lines, (1,))}</section>"
    )


def _flags_of(_: Translator, row: dict[str, Any]) -> str:
    items = [f"<li>{html(_(sw.FLAGS[f]))}</li>" for f in FLAGS if row[f] is not pd.NA and bool(row[f])]
    return f'<ul class="flags">{"".join(items)}</ul>' if items else ""


def _origins(_: Translator, good: pd.DataFrame) -> str:
    """Two lines a row: what and where, then why, flags, status, candidates and the reviewer's decision."""
    why = _.own_column("why", good.columns)
    columns = ["supplier_id", "site_name", "country", "minerals", "as_of", "site_class", "possible_class"]
    columns += ["area_class", "zone_status"]
    headings = [sw.heading(c, _) for c in columns]
    words_of = {
        name: {code: sw.value(name, code, _) for code in good[name].unique()}
        for name in ("minerals", "zone_status", "possible_class", "area_class")
    }
    country = {code: country_name(code, _) for code in good["country"].unique()}
    classes = {code: class_cell(_, code) for code in CLASSES}
    days = {d: _.date(d) for d in good["as_of"].unique()}

    def lines(row: dict[str, Any]) -> str:
        return (
            f'<tbody class="row"><tr class="head"><td><b>{html(row["supplier_id"])}</b></td>'
            f"<td>{html(row['site_name'])}</td>"
            f"<td>{html(country[row['country']])}</td><td>{html(words_of['minerals'][row['minerals']])}</td>"
            f'<td class="day">{html(days[row["as_of"]])}</td><td>{classes[row["site_class"]]}</td>'
            f"<td>{html(words_of['possible_class'][row['possible_class']])}</td>"
            f"<td>{html(words_of['area_class'][row['area_class']])}</td>"
            f"<td>{html(words_of['zone_status'][row['zone_status']])}"
            f"{html(' ' + row['zone_unit']) if row['zone_unit'] else ''}</td></tr>"
            f'<tr class="why"><td class="soft">{html(_("row {n}", n=_.number(row["row"])))}</td>'
            f'<td colspan="8">{html(row[why])} {_flags_of(_, row)}{_more(_, row)}</td></tr></tbody>'
        )

    ordered = good.iloc[gravity(good)[: IN_FULL + IN_SHORT]]
    records: Any = ordered.head(IN_FULL).to_dict("records")
    body = [lines(row) for row in records]
    head = "".join(f"<th>{html(h)}</th>" for h in headings)
    caption = _("In order of gravity: class, then incidents near the origin, then those on the route.")
    return (
        f'<section class="pagebreak"><h2>{html(_("Every row"))}</h2><p class="soft">{html(caption)}</p>'
        f"<table><thead><tr>{head}</tr></thead>{''.join(body)}</table>{_rest(_, ordered, len(good))}</section>"
    )


def _rest(_: Translator, ordered: pd.DataFrame, n: int) -> str:
    """The rows after the first ones, a line each; of very long lists of `n` rows the last are in the files alone."""
    rest = ordered.iloc[IN_FULL : IN_FULL + IN_SHORT]
    if rest.empty:
        return ""
    columns = ["supplier_id", "site_name", "country", "minerals", "as_of", "site_class", "zone_status", "rules_fired"]
    words = {n: {c: sw.value(n, c, _) for c in rest[n].unique()} for n in ("minerals", "site_class", "zone_status")}
    words["country"] = {c: country_name(c, _) for c in rest["country"].unique()}
    words["as_of"] = {d: _.date(d) for d in rest["as_of"].unique()}
    lines = [
        [str(words[c][v]) if c in words else str(v) for c, v in zip(columns, r, strict=True)]
        for r in rest[columns].itertuples(index=False, name=None)
    ]
    whole = [i for i, c in enumerate(columns) if c in ("as_of", "site_class", "country")]
    out = table([sw.heading(c, _) for c in columns], lines, whole=whole)
    left = n - IN_FULL - len(rest)
    if left > 0:
        sentence = _("{n} more row{n?|s}, of less gravity, {n?is|are} in screening.csv.", n=_.number(left))
        out += f"<p>{html(sentence)}</p>"
    return out


def _more(_: Translator, row: dict[str, Any]) -> str:
    """What else is known of a row, where there is anything."""
    parts: list[tuple[str, str]] = []
    if row["answer_level"] != "point":
        parts.append(("answer_level", sw.value("answer_level", row["answer_level"], _)))
    for name in ("rcm_status", "drc_status"):
        if row[name]:
            ends = row["rcm_expires" if name == "rcm_status" else "drc_expires"]
            until = f" ({_('until')} {_.date(ends)})" if pd.notna(ends) else ""
            parts.append((name, f"{sw.value(name, row[name], _)}{until}"))
    if row["nearest_compliant_zone"]:
        far = _.distance(row["nearest_compliant_zone_m"])
        parts.append(("nearest_compliant_zone", f"{row['nearest_compliant_zone']} ({far})"))
    if row["route_basis"] != "none":
        text = sw.value("route_basis", row["route_basis"], _)
        if pd.notna(row["route_km"]):
            text += ", " + _(
                "{km} km, {exposed} km exposed, incidents: {n}",
                km=_.number(row["route_km"], 1),
                exposed=_.number(row["route_km_exposed"], 1),
                n=_.number(row["transit_incidents"]),
            )
        parts.append(("route_basis", text))
    parts += [(n, sw.value(n, row[n], _)) for n in ("eu_list_areas", "candidates", "remarks") if row[n]]
    if row["decision"]:
        by = f"{row['reviewer']}, {row['decided_at']}"
        note = f" – {row['decision_note']}" if row["decision_note"] else ""
        parts.append(("decision", f"{sw.value('decision', row['decision'], _)} ({by}){note}"))
        parts += [(n, sw.value(n, row[n], _)) for n in ("review_state", "changed_since", "action") if row[n]]
        if row["action"]:
            parts += [("action_owner", row["action_owner"])] if row["action_owner"] else []
            parts += [("due", _.date(row["due"]))] if pd.notna(row["due"]) else []
    pairs = [_.pair(sw.heading(name, _), text) for name, text in parts]
    return "".join(f'<br><span class="soft">{html(line)}</span>' for line in pairs)


__all__ = ["ZONE_STATUSES", "report"]
