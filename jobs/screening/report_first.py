"""The first two pages of a report: what was screened, the worst rows, changes, open questions, what is not known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.messages import spoken
from geo.schema import CLASSES
from geo.screening.schema import FLAGS
from i18n import labels
from i18n.translator import Translator
from jobs.screening import labels as sw
from jobs.screening.model import Screening
from layers.formats.writers.escape import html
from layers.maps import styles
from layers.reference.country_names import country_name

WORST = 10
"""Rows on the first page."""
MOST_LINES = 12
"""Lines of what could not be known."""


def gravity(rows: pd.DataFrame) -> npt.NDArray[np.int64]:
    """The order of rows by gravity: class, then `incident_intensity` within it (no score across), route, row.

    Parameters
    ----------
    rows
        Screened rows (:data:`geo.screening.schema.SCREENED`).

    Examples
    --------
    >>> frame = pd.DataFrame({"site_class": ["no indicators found", "high-risk", "high-risk"], "row": [2, 3, 4],
    ...     "incident_intensity": [9.0, 0.1, 0.2], "transit_incidents": [0, 0, 0]})
    >>> gravity(frame).tolist()
    [2, 1, 0]
    """
    order = rows["site_class"].map({c: i for i, c in enumerate(CLASSES)}).fillna(len(CLASSES)).to_numpy(np.float64)
    near = rows["incident_intensity"].fillna(-1.0).to_numpy(np.float64)
    on_route = rows["transit_incidents"].fillna(-1.0).to_numpy(np.float64)
    return np.lexsort((rows["row"].to_numpy(), -on_route, -near, order))


def class_cell(_: Translator, cls: str) -> str:
    """A class with its sign and colour.

    Parameters
    ----------
    _
        Speaks the reader's language.
    """
    style = styles.site_style(cls)
    return f'<span class="c{CLASSES.index(cls)}">{style.sign} {html(_(style.text))}</span>'


def known_count(_: Translator, true: pd.Series) -> str:
    """How many at least; a dash where none can be told, and never a bare 0 beside what is not known.

    Parameters
    ----------
    true
        True, false, or blank where it cannot be told.
    _
        Speaks the reader's language.
    """
    known, n = int(true.notna().sum()), int(true.fillna(False).sum())
    if not known and len(true):
        return "–"
    if known == len(true):
        return _.number(n)
    return _("at least {n}", n=_.number(n)) if n else _("none of {told} told", told=_.number(known))


def first_pages(_: Translator, screening: Screening, good: pd.DataFrame) -> str:
    """The sections of the first two pages.

    Parameters
    ----------
    _
        Speaks the reader's language.
    screening
        The screening of a list.
    good
        Accepted rows of the screening, gravest first.
    """
    parts = [_cards(_, screening, good), _worst(_, good), _changed(_, screening)]
    return "".join([*parts, _questions(_, screening, good), _unknown(_, screening)])


def _cards(_: Translator, screening: Screening, good: pd.DataFrame) -> str:
    account = screening.suppliers.accounting
    with_route = good[good["route_basis"] != "none"]
    cards: list[tuple[str, str]] = [
        (_.number(account["read"]), _("rows read")),
        (_.number(account["accepted"]), _("rows screened")),
        (_.number(account["rejected"]), _("rows rejected, with the reason")),
        (
            _.number(int(good["site_class"].isin(CLASSES[:2]).sum())),
            _("origins conflict-affected or high-risk"),
        ),
        (_.number(int((good["site_class"] == CLASSES[2]).sum())), _("origins with too little data")),
        (known_count(_, with_route["flag_transit"]), _("routes exposed")),
    ]
    cells = "".join(f"<div><b>{html(n)}</b>{html(text)}</div>" for n, text in cards)
    files = ", ".join(
        f"{i.get('file', '')} ({i.get('dataset_version', '')})"
        for i in _inputs(screening)
        if i.get("role") in ("incidents", "sites", "boundaries", "eu_list")
    )
    held = f'<p class="soft">{html(_("Held against: {files}", files=files or "–"))}</p>'
    caution = _(
        "A class is an indication for due diligence (OECD Guidance, step 2), not a conclusion of law. "
        "None says that a place is calm or that goods are clean. "
        "The guidance asks buyers to go on sourcing responsibly."
    )
    return f'<section><div class="cards">{cells}</div>{held}<p>{html(caution)}</p></section>'


def _inputs(screening: Screening) -> list[dict[str, object]]:
    found = screening.record["inputs"]
    return found if isinstance(found, list) else []


def _worst(_: Translator, good: pd.DataFrame) -> str:
    """The rows that ask for attention first, by class and incidents; not those of which too little is known."""
    bad = good[good["site_class"].isin(CLASSES[:2])]
    title = f"<h2>{html(_('The worst rows'))}</h2>"
    if bad.empty:
        none = _("No origin is conflict-affected or high-risk by what is known. That is not to say that all are calm.")
        return f"<section>{title}<p>{html(none)}</p></section>"
    shown = bad.iloc[gravity(bad)[:WORST]]
    why = _.own_column("why", shown.columns)
    body = []
    for number, row in enumerate(shown.to_dict("records"), start=1):
        flags = ", ".join(_(sw.FLAGS[f]) for f in FLAGS if row[f] is not pd.NA and bool(row[f]))
        where = ", ".join(x for x in (str(row["site_name"]), country_name(str(row["country"]), _)) if x)
        zone = _(labels.ZONE_STATUSES[str(row["zone_status"])])
        body.append(
            f'<tr><td class="n">{number}</td><td><b>{html(row["supplier_id"])}</b>'
            f"<br><span class='soft'>{html(_('row {n}', n=_.number(row['row'])))}</span></td><td>{html(where)}</td>"
            f"<td>{class_cell(_, str(row['site_class']))}</td><td>{html(zone)}</td>"
            f"<td>{html(row[why])}<br><span class='soft'>{html(flags)}</span></td></tr>"
        )
    heads = ("", sw.heading("supplier_id", _), sw.heading("site_name", _), _("Site class"), _("Zone status"), _("Why"))
    head = "".join(f"<th>{html(h)}</th>" for h in heads)
    more = ""
    if len(bad) > WORST:
        more = f'<p class="soft">{html(_("{n} more follow in order of gravity.", n=_.number(len(bad) - WORST)))}</p>'
    return (
        f"<section>{title}<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>{more}</section>"
    )


def _list(items: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{html(i)}</li>' for i in items)}</ul>"


def _changed(_: Translator, screening: Screening) -> str:
    account = screening.record.get("compared")
    if not isinstance(account, dict):
        return ""
    through = ", ".join(f"{sw.value('through', k, _)} {_.number(v)}" for k, v in account["through"].items())
    sentence = _(
        "{n} row{n?|s} changed since the run of {when}; through {through}.",
        n=_.number(account["changed"]),
        when=str(account["earlier_run_at"]),
        through=through or "0",
    )
    return f"<section><h2>{html(_('What changed'))}</h2><p>{html(sentence)}</p></section>"


def _questions(_: Translator, screening: Screening, good: pd.DataFrame) -> str:
    """What somebody has to answer: places, decisions, papers that are not known."""
    out: list[str] = []
    waiting = screening.places[screening.places["state"].isin(("open", "offered_again"))]
    if len(waiting):
        waiting_text = _.number(int(waiting["rows"].sum()))
        out.append(
            _(
                "{n} name{n?|s} ({rows} row{rows?|s}) {n?has|have} no confirmed place.",
                n=_.number(len(waiting)),
                rows=waiting_text,
            )
        )
    reviews = screening.record.get("reviews")
    if isinstance(reviews, dict):
        open_ = int((good["decision"] == "").sum())
        out.append(_("{n} row{n?|s} {n?has|have} no decision.", n=_.number(open_)))
        if reviews.get("reopen"):
            out.append(
                _("{n} decision{n?|s} {n?is|are} open again: something changed since.", n=_.number(reviews["reopen"]))
            )
        if reviews.get("decided"):
            out.append(_("{n} decision{n?|s} {n?waits|wait} for a second person.", n=_.number(reviews["decided"])))
        if reviews.get("overdue"):
            out.append(_("{n} action{n?|s} {n?is|are} overdue.", n=_.number(reviews["overdue"])))
    counts: Counter[str] = Counter()
    missing = screening.eu_record["missing"]
    for text, rows in missing.value_counts(sort=False).items():
        counts.update({word: int(rows) for word in str(text).split(";") if word})
    if counts:
        waiting_text = ", ".join(f"{_(sw.MISSING.get(k, k))} ({_.number(n)})" for k, n in counts.most_common())
        out.append(_("To be asked of suppliers (Regulation (EU) 2017/821, Art. 4), rows: {told}.", told=waiting_text))
    if screening.named is not None and len(screening.named):
        n = _.number(screening.named["row"].nunique())
        out.append(
            _(
                "{n} row{n?|s} {n?has|have} actors of your table near {n?its|their} origin or on {n?its|their} "
                "route: see Named actors.",
                n=n,
            )
        )
    if not out:
        return ""
    return f"<section><h2>{html(_('Open questions'))}</h2>{_list(out)}</section>"


def _unknown(_: Translator, screening: Screening) -> str:
    """What could not be known, and why."""
    lines = [spoken(n, _) for n in screening.limits]
    guessed = int((screening.transit.routes["route_basis"] == "straight_guess").sum())
    if guessed:
        lines.append(
            _(
                "{n} route{n?|s} {n?is a straight line|are straight lines}: a guess at the route, not the route.",
                n=_.number(guessed),
            )
        )
    if not lines:
        return ""
    return f"<section><h2>{html(_('What could not be known'))}</h2>{_list(lines[:MOST_LINES])}</section>"
