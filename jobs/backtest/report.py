"""The track record as one HTML page with all inside: it asks no host for anything, runs no script, and prints."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from i18n.translator import N_, Translator, translator
from jobs.backtest import labels as words
from jobs.backtest.diagram import reliability_svg
from jobs.backtest.model import Backtest
from jobs.data_page import cite_html
from jobs.file_roles import ROLES
from layers.formats.writers.escape import html
from layers.maps.watermark import sheet

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
STYLE = """
body{font:14px/1.45 "Segoe UI",system-ui,-apple-system,Roboto,"DejaVu Sans",Arial,sans-serif;color:#1b1f24;
 max-width:1100px;margin:0 auto;padding:28px 22px 60px;background:#fff}
h1{font-size:26px;line-height:1.2;margin:0 0 4px}h2{font-size:18px;margin:34px 0 8px;padding-top:8px;
 border-top:2px solid #1b1f24}p{margin:6px 0;max-width:78ch}.soft{color:#59636e}
.notice{border:2px solid #b04a00;background:#fff4ec;padding:8px 12px;font-weight:600;margin:12px 0}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;margin:8px 0;font-size:12.5px}
th,td{border-bottom:1px solid #d4d9de;padding:4px 7px;text-align:left;vertical-align:top}
th{background:#f3f5f7;font-weight:600;border-bottom:1.5px solid #8a949e}td.n,th.n{text-align:right;
 font-variant-numeric:tabular-nums;white-space:nowrap}tr.best td{background:#f7f8f9}
.diagrams{display:flex;flex-wrap:wrap;gap:18px}figure{margin:8px 0;width:320px}figure svg{width:100%;height:auto}
figcaption{font-weight:600;margin-bottom:4px}td.hash{word-break:break-all;font-size:10px}
footer{margin-top:40px;border-top:1px solid #d4d9de;padding-top:8px;font-size:12px;color:#59636e}
@page{size:A4 landscape;margin:12mm}@media print{body{max-width:none;padding:0;font-size:10pt}tr,figure{break-inside:
 avoid} thead{display:table-header-group}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""
HEADINGS = (
    N_("Answer"), N_("Cases"), N_("Hits"), N_("Hit rate"), N_("95% interval"), N_("Share flagged"), N_("Recall"),
    N_("Recall at onset"), N_("AUC"), N_("95% interval of the AUC"), N_("Brier score"),
)  # fmt: skip
READING = (
    N_("Cases: places at dates to which the answer points. Hit rate: how many of them were followed by the outcome."),
    N_("Share flagged: cases among all. Recall: hits among all hits; at onset: among hits after a period without one."),
    N_(
        "AUC: the chance that of two places at one date, one hit and one not, the hit one stands higher (a tie is "
        "half); 0.5 is a coin toss. It is taken within each date that has both, then averaged."
    ),
    N_(
        "Intervals: districts and years are drawn again whole, both at once, because their cases are not independent; "
        "those of hit rates are never narrower than Wilson's."
    ),
    N_(
        "Brier score: mean squared error when each answer is read as the hit rate it had at earlier dates whose "
        "outcome was over by then; lower is better, and the base rate's is the one to beat."
    ),
    N_(
        "An order (intensity, counts) flags at each date as many places as the site class does, the highest first. "
        "A rule alone: no other site rule fired beside it; of an area rule, no site rule either."
    ),
    N_(
        "Insufficient data ranks as nothing found, and a rule that could not be asked as one that did not fire; one "
        "that could be asked of no case is left out."
    ),
)

DECISIONS = (
    N_("Cost of a look : of a miss"), N_("Whom to look at"), N_("Share looked at"), N_("Recall"), N_("Hit rate"),
    N_("Expense for 1,000 cases"), N_("Value"),
)  # fmt: skip
DECIDING = N_(
    "If a closer look at a place costs 1 and a hit that was not looked for costs so many times as much, what would "
    "each answer have cost? Orders and counts are read as hit rates of earlier dates, and a place is looked at "
    "where the rate is above the ratio. Value: 1 is foresight, 0 the better of looking everywhere and nowhere."
)
RELIABLE = N_(
    "Each point: cases that were given about the same hit rate by earlier dates, and how many of them were hit "
    "then. On the line, what was said is what came; below it, fewer were hit. Bars: 95% intervals; numbers: cases."
)


def table(headings: Sequence[str], lines: Iterable[Sequence[str]], texts: int = 1) -> str:
    """A table of texts; all columns after the first `texts` stand to the right.

    Parameters
    ----------
    headings
        What stands over each column.
    lines
        The rows, each with as many texts as there are headings.
    texts
        How many of the first columns are text.
    """

    def cell(tag: str, i: int, text: str) -> str:
        return f"<{tag} class={'n' if i >= texts else 'l'}>{html(text)}</{tag}>"

    head = "".join(cell("th", i, h) for i, h in enumerate(headings))
    body = "".join("<tr>" + "".join(cell("td", i, c) for i, c in enumerate(line)) + "</tr>" for line in lines)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def row_texts(row: dict[str, object], _: Translator) -> tuple[str, ...]:
    """A row of the track record in the reader's words, as under :data:`HEADINGS`.

    Parameters
    ----------
    row
        One row of the track record, by column.
    _
        Speaks the reader's language.
    """
    low, high = (_.number(row[c], 3, fixed=True) for c in ("auc_low", "auc_high"))
    return (
        words.name_of(str(row["kind"]), str(row["name"]), _),
        _.number(row["n"]),
        _.number(row["hits"]),
        words.percent(row["hit_rate"], _),
        words.span(row["hit_rate_low"], row["hit_rate_high"], _),
        words.percent(row["share"], _),
        words.percent(row["recall"], _),
        words.percent(row["recall_at_onset"], _),
        _.number(row["auc"], 3, fixed=True),
        f"{low}–{high}" if low and high else "",
        _.number(row["brier"], 4, fixed=True),
    )


def kind_texts(backtest: Backtest, kind: str, _: Translator) -> list[tuple[str, ...]]:
    """The rows of a kind that could be asked of any case, in words.

    Parameters
    ----------
    backtest
        The backtest with its cases.
    kind
        A key of :data:`jobs.backtest.labels.KINDS`.
    _
        Speaks the reader's language.
    """
    found = backtest.result.table
    rows = found[(found["kind"] == kind) & found["n"].notna()].to_dict("records")
    asks = {r.id: _.pair(r.id, r.asks(_)) for r in backtest.rules.rules} if kind == "rule" else {}
    lines = [row_texts({str(k): v for k, v in row.items()}, _) for row in rows]
    return [(asks.get(line[0], line[0]), *line[1:]) for line in lines]


def page(backtest: Backtest, language: str = "en") -> bytes:
    """The page in one of the languages.

    Parameters
    ----------
    backtest
        The backtest with its cases.
    language
        Code of the reader's language, such as `fr`.
    """
    _ = translator(language)
    record = backtest.record
    heading = _("Track record: how these classes have done")
    across = sheet("body", _("Demonstration data")) if record.get("demonstration") else ""
    out = [
        f'<!doctype html><html lang="{html(_.language)}"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{html(heading)}</title><style>{STYLE}{across}</style></head><body><header><h1>{html(heading)}</h1>",
        f'<p class="soft">{html(subtitle(backtest, _))}</p></header><main>',
        f'<p class="notice">{html(_(words.NOT_A_FORECAST))}</p><p>{html(_(words.HINDSIGHT))}</p>',
    ]
    if record.get("demonstration"):
        out.append(
            f'<p class="notice">{html(_("Demonstration data: synthetic. It says nothing about any place."))}</p>'
        )
    if backtest.points is not None:
        out.append(f"<p>{html(_(words.RANDOM_NOTE))}</p>")
    out += [f"<p>{html(line)}</p>" for line in left_out(backtest, _)]
    for kind, kind_heading in words.KINDS.items():
        lines = kind_texts(backtest, kind, _)
        if lines:
            out.append(f"<section><h2>{html(_(kind_heading))}</h2>{table([_(h) for h in HEADINGS], lines)}</section>")
    out += [_diagrams(backtest, _), _decisions(backtest, _), _method(_), _versions(record, _), cite_html(record, _)]
    method = _(
        "CAHRA Atlas {version}. This page holds all that it shows and asks no host for anything.",
        version=str(record["tool_version"]),
    )
    out.append(f"</main><footer>{html(method)}</footer></body></html>\n")
    return "".join(out).encode("utf-8", "replace")


def subtitle(backtest: Backtest, _: Translator) -> str:
    """What was tested, in a sentence.

    Parameters
    ----------
    backtest
        The backtest with its cases.
    _
        Speaks the reader's language.
    """
    outcome, table = backtest.outcome, backtest.result.table
    base = table[table["name"] == "base_rate"].iloc[0]
    settings = backtest.record["settings"]
    assert isinstance(settings, dict)
    return _(
        "{places} place{places?|s} at {dates} date{dates?|s} from {first} to {last}. A hit: at least "
        "{events} deadly incident{events?|s} at exactly known places within {km} km that begin in the "
        "{months} month{months?|s} after the date; of {n} case{n?|s}, {hits} {hits?was|were} hit.",
        places=_.number(base["places"]),
        dates=_.number(base["dates"]),
        first=_.date(settings["from"]),
        last=_.date(settings["to"]),
        events=outcome.events,
        km=_.number(outcome.radius_km, 1),
        months=outcome.months,
        n=_.number(base["n"]),
        hits=_.number(base["hits"]),
    )


def left_out(backtest: Backtest, _: Translator) -> list[str]:
    """Sentences on the cases that are not in the figures, and on those whose coverage nobody declared.

    Parameters
    ----------
    backtest
        The backtest with its cases.
    _
        Speaks the reader's language.
    """
    out = [
        _("Left out: {n} case{n?|s}, because {reason}.", n=_.number(n), reason=_(words.LEFT_OUT[reason]))
        for reason, n in backtest.gathered.left_out.items()
        if n
    ]
    if backtest.gathered.undeclared:
        out.append(
            _(
                "Nothing declares what the incidents cover ({n} case{n?|s}): an incident that the files "
                "do not hold counts as none.",
                n=_.number(backtest.gathered.undeclared),
            )
        )
    return out


def _diagrams(backtest: Backtest, _: Translator) -> str:
    drawn = [
        f"<figure><figcaption>{html(words.name_of(kind, name, _))}</figcaption>{reliability_svg(found, _)}</figure>"
        for (kind, name), found in backtest.result.reliability.items()
        if len(found.n)
    ]
    if not drawn:
        return ""
    heading = html(_("Reliability: learnt from the past, held against what came"))
    return (
        f'<section><h2>{heading}</h2><p>{html(_(RELIABLE))}</p><div class="diagrams">{"".join(drawn)}</div></section>'
    )


def _decisions(backtest: Backtest, _: Translator) -> str:
    found = backtest.result.decisions
    if not len(found):
        return ""
    heading = html(_("Decisions at several costs"))
    lines = decision_texts(backtest, _)
    return (
        f"<section><h2>{heading}</h2><p>{html(_(DECIDING))}</p>{table([_(h) for h in DECISIONS], lines, 2)}</section>"
    )


def decision_texts(backtest: Backtest, _: Translator) -> list[tuple[str, ...]]:
    """The decision table in the reader's words, as under :data:`DECISIONS`.

    Parameters
    ----------
    backtest
        The backtest with its cases.
    _
        Speaks the reader's language.
    """
    return [
        (
            f"1 : {row['miss_costs']}",
            words.name_of("", str(row["strategy"]), _),
            words.percent(row["share"], _),
            words.percent(row["recall"], _),
            words.percent(row["hit_rate"], _),
            _.number(row["expense_per_1000"], 1),
            _.number(row["value"], 2, fixed=True),
        )
        for row in backtest.result.decisions.to_dict("records")
    ]


def _method(_: Translator) -> str:
    lines = "".join(f"<li>{html(_(line))}</li>" for line in READING)
    return f"<section><h2>{html(_('How to read it'))}</h2><ul>{lines}</ul></section>"


def _versions(record: dict[str, object], _: Translator) -> str:
    inputs, rules = record["inputs"], record["rules"]
    assert isinstance(inputs, list)
    assert isinstance(rules, dict)
    role = {name: _(word) for name, word in ROLES.items()}
    lines = [
        (role.get(str(i["role"]), str(i["role"])), str(i["file"]), str(i["dataset_version"]), str(i["sha256"]))
        for i in inputs
    ]
    lines.append((role["rules"], str(rules["version"]), "", str(rules["hash"])))
    headings = [_("Role"), _("File"), _("Version"), _("Hash")]
    return f"<section><h2>{html(_('What it was made from'))}</h2>{table(headings, lines, 4)}</section>"
