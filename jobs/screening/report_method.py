"""The part of a report that lets somebody else do it again: method, parameters, rules, data and versions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from geo.rules.registry import KINDS
from i18n.row_messages import note
from i18n.translator import N_, Translator
from jobs.data_cards import citations
from jobs.screening.model import Screening
from layers.formats.writers.escape import html

METHOD = (
    N_(
        "Origin: the rules below are asked of every row at its date. The site rules give the site class, from what is "
        "known at or near the place and nothing else; the area rules give the class of its district and region, which "
        "stands beside it; zone status and listings are answers of their own. Distances are geodesic on WGS 84 and "
        "limits are inclusive. “Certain” and “possible” come from the errors of positions, the precision of places "
        "and dates, and the range of deaths."
    ),
    N_("The date is the time of events, not of knowledge: the run uses what the datasets say today about that date."),
    N_(
        "Route: the line of the row; else a route on the given roads; else the straight geodesic, which is a "
        "guess. It is cut into segments of {segment} km and sampled every {step} km. An incident counts "
        "within {within} km of the route in the {months} month{months?|s} before the date; certain where place and low "
        "estimate leave no doubt, possible where errors or the high estimate allow it. Exposed km are those "
        "within that distance of an incident that counts."
    ),
    N_(
        "A row is taken for a known site by its id, by a like name within 1 km (or both position errors, 5 km"
        " at most), or on the same spot. Rows without coordinates get candidates by name, and none counts "
        "until somebody confirms it."
    ),
    N_(
        "Mineral: a claimed mineral without a known site of it within {mineral} km is a flag. Records are "
        "never complete: it is a question to ask, not an accusation."
    ),
    N_(
        "Coverage is declared, never inferred: where no source covers the whole look-back, a calm class is "
        "not given. A blank flag cannot be told. Decisions of reviewers stand beside the classes and change "
        "none."
    ),
)

ROLES = {
    "suppliers": N_("the list"),
    "sites": N_("known sites"),
    "incidents": N_("incidents"),
    "zones": N_("zone register"),
    "boundaries": N_("boundaries"),
    "coverage": N_("coverage"),
    "eu_list": N_("EU indicative list"),
    "roads": N_("roads"),
    "findings": N_("findings in zone units"),
    "places": N_("confirmed places"),
    "reviews": N_("decisions of reviewers"),
    "actors": N_("named actors"),
    "governance": N_("indicators of areas"),
    "rules": N_("rules"),
}

ROWS = {
    "read": N_("read"),
    "accepted": N_("accepted"),
    "recycled": N_("recycled or scrap"),
    "rejected": N_("rejected"),
    "duplicates": N_("duplicates"),
    "superseded": N_("superseded"),
    "after_as_of": N_("after_as_of"),
    "same_day": N_("same_day"),
    "sites": N_("sites"),
    "sites_first_seen_later": N_("sites_first_seen_later"),
}
"""Counts of rows: the names of the record in English, words in other languages."""


def _table(headings: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    head = "".join(f"<th>{html(h)}</th>" for h in headings)

    def cell(text: object) -> str:
        mark = ' class="hash"' if len(str(text)) == 64 and " " not in str(text) else ""
        return f"<td{mark}>{html(text)}</td>"

    body = "".join("<tr>" + "".join(map(cell, line)) + "</tr>" for line in lines)
    return f'<table class="plain"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def method(_: Translator, screening: Screening) -> str:
    """Method, parameters and the rule table.

    Parameters
    ----------
    _
        Speaks the reader's language.
    screening
        The screening of a list.
    """
    s = screening.settings
    record = screening.record["settings"]
    settings = record if isinstance(record, dict) else {}
    values = {
        "segment": _.number(s.segment_km, 3),
        "step": _.number(s.step_km, 3),
        "within": _.number(s.within_km, 3),
        "months": _.number(s.months),
        "mineral": _.number(settings.get("mineral_km")),
    }
    paragraphs = "".join(f"<p>{html(_(text, **values))}</p>" for text in METHOD)
    rules = _table(
        (_("Rule"), _("Question"), _("Class"), _("Held against"), _("Ground")),
        [(r.id, r.asks(_), _(r.cls), KINDS[r.kind].limit(r).sentence(_), _(r.ground)) for r in screening.rules.rules],
    )
    own = vars(screening.rules.settings)
    numbers = _table(
        (_("Setting"), _("Value")),
        [
            *((k, _setting(v, _)) for k, v in own.items()),
            *((f"routes.{k}", f"{v:g}") for k, v in vars(s).items()),
        ],
    )
    return (
        f'<section class="pagebreak"><h2>{html(_("Method"))}</h2>{paragraphs}<h3>{html(_("Rules"))}</h3>{rules}'
        f"<h3>{html(_('Parameters'))}</h3>{numbers}</section>"
    )


def _setting(value: object, _: Translator) -> str:
    """A value of the rule file for a reader."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return f"{value:g}" if isinstance(value, float) else _(str(value))


def versions(_: Translator, screening: Screening) -> str:
    """Every file with its hash, datasets, declared coverage, notes and software.

    Parameters
    ----------
    _
        Speaks the reader's language.
    screening
        The screening of a list.
    """
    record = screening.record
    inputs = record["inputs"]
    files = inputs if isinstance(inputs, list) else []
    listed = []
    for i in files:
        rows = i.get("rows") or {}
        counts = ", ".join(f"{_(ROWS.get(k, k))} {_.number(v)}" for k, v in rows.items() if isinstance(v, int))
        version = i.get("dataset_version", "")
        if i.get("boundary_version"):
            version = f"{version} ({_('boundaries of')} {i['boundary_version']})"
        listed.append(
            (
                _(ROLES.get(str(i.get("role")), str(i.get("role", "")))),
                i.get("file", ""),
                version,
                counts,
                i.get("sha256", ""),
            )
        )
    out = [
        _table((_("Role"), _("File"), _("Version"), _("Rows"), "SHA-256"), listed),
    ]
    settings = record["settings"]
    coverage = settings.get("coverage", []) if isinstance(settings, dict) else []
    out.append(f"<h3>{html(_('Declared coverage'))}</h3>")
    if coverage:
        lines = [(c["dataset"], c["country_iso3"], c["from"], c["to"]) for c in coverage]
        shown = lines[:40]
        out.append(_table((_("Dataset"), _("Country"), _("From"), _("To")), shown))
        if len(lines) > len(shown):
            left = _.number(len(lines) - len(shown))
            out.append(f"<p>{html(_('{n} more row{n?|s} of coverage {n?is|are} in run.json.', n=left))}</p>")
    else:
        out.append(f"<p>{html(_('Nothing is declared: no class can be calm.'))}</p>")
    tables = settings.get("tables", {}) if isinstance(settings, dict) else {}
    libraries = record.get("libraries")
    software = {**(libraries if isinstance(libraries, dict) else {}), "Python": record.get("python", "")}
    out.append(f"<h3>{html(_('Tables and software'))}</h3>")
    pairs = [*tables.items(), (str(record.get("tool")), record.get("tool_version")), *software.items()]
    out.append(_table((_("Name"), _("Version")), pairs))
    notes = [_.pair(str(i.get("file", "")), note(n, _)) for i in files for n in i.get("notes") or []]
    report = record.get("report")
    own = report.get("notes", []) if isinstance(report, dict) else []
    notes += [note(n, _) for n in own] if isinstance(own, list) else []
    if notes:
        items = "".join(f"<li>{html(n)}</li>" for n in notes[:200])
        out.append(f"<h3>{html(_('Notes of the readers'))}</h3><ul>{items}</ul>")
    if cited := citations(files, _):
        items = "".join(f"<li>{html(line)}</li>" for line in cited)
        out.append(f"<h3>{html(_('How to cite'))}</h3><ul>{items}</ul>")
    credit = _("Outlines: Natural Earth; towns: GeoNames (CC BY 4.0). A backdrop, not a legal boundary.")
    out.append(f'<p class="soft">{html(credit)}</p>')
    return f"<section><h2>{html(_('Data and versions'))}</h2>{''.join(out)}</section>"
