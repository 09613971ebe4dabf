"""The brief as a page that prints on two sheets and asks no host for anything, and as PDF."""

from __future__ import annotations

from i18n.translator import Translator
from jobs.programmes.brief import Brief, Section
from layers.formats.writers.blocks import Block, Heading, Rows, Text
from layers.formats.writers.escape import html
from layers.formats.writers.pdf import pdf_bytes

STYLE = """
:root{--ink:#1a1a1a;--soft:#555;--line:#c9c9c9;--mark:#0072B2}
*{box-sizing:border-box}body{font:14px/1.45 system-ui,"DejaVu Sans",sans-serif;color:var(--ink);max-width:900px;
 margin:0 auto;padding:20px}h1{font-size:24px;margin:0 0 2px}h2{font-size:16px;margin:20px 0 6px;color:var(--mark)}
p{margin:4px 0}.soft{color:var(--soft)}.notice{border:2px solid #D55E00;padding:6px 10px;font-weight:600}
.figures{display:grid;grid-template-columns:repeat(6,1fr);gap:8px;margin:12px 0}
.figures div{border:1px solid var(--line);padding:8px;border-radius:4px}.figures b{display:block;font-size:20px}
table{border-collapse:collapse;width:100%;font-size:13px}th,td{border-bottom:1px solid var(--line);padding:4px 6px;
 text-align:left;vertical-align:top}th{border-bottom:2px solid var(--ink)}.n{text-align:right;white-space:nowrap}
footer{margin-top:24px;border-top:1px solid var(--line);padding-top:6px;font-size:11px;color:var(--soft)}
@page{size:A4;margin:14mm}
@media print{body{max-width:none;padding:0;font-size:9.5pt}table{font-size:8.5pt}section{break-inside:avoid}
 th,td{padding:2px 4px}h2{margin:10px 0 4px}}
@media (max-width:600px){.figures{grid-template-columns:repeat(2,1fr)}}
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def brief_html(brief: Brief, translate: Translator, version: str) -> bytes:
    """The brief as HTML.

    Parameters
    ----------
    brief
        What is printed, in the reader's words.
    translate
        The reader's language.
    version
        Version of the project, for the foot.
    """
    _ = translate
    out = [
        f'<!doctype html><html lang="{html(_.language)}"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{html(brief.title)}</title><style>{STYLE}</style></head><body>",
        f'<h1>{html(brief.title)}</h1><p class="soft">{html(brief.subtitle)}</p>',
    ]
    if brief.demonstration:
        notice = _("Demonstration data: synthetic. It says nothing about any place.")
        out.append(f'<p class="notice">{html(notice)}</p>')
    figures = "".join(f"<div><b>{html(value)}</b>{html(label)}</div>" for label, value in brief.figures)
    out.append(f'<div class="figures">{figures}</div>')
    out += [_section(section, _) for section in brief.sections]
    if brief.cited:
        items = "".join(f"<li>{html(line)}</li>" for line in brief.cited)
        out.append(f'<section class="soft"><h2>{html(_("How to cite"))}</h2><ul>{items}</ul></section>')
    foot = _("CAHRA Atlas {version}. This page holds all that it shows and asks no host for anything.", version=version)
    out.append(f"<footer>{html(foot)}</footer></body></html>\n")
    return "".join(out).encode("utf-8", "replace")


def _section(section: Section, _: Translator) -> str:
    out = [
        f"<section><h2>{html(section.heading)}</h2>",
        *(f"<p>{html(sentence)}</p>" for sentence in section.sentences),
    ]
    if section.rows:
        cells = [' class="n"' if n in section.numbers else "" for n in range(len(section.columns))]
        head = "".join(f"<th{css}>{html(name)}</th>" for css, name in zip(cells, section.columns, strict=True))
        body = "".join(
            "<tr>" + "".join(f"<td{css}>{html(cell)}</td>" for css, cell in zip(cells, row, strict=True)) + "</tr>"
            for row in section.rows
        )
        out.append(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")
    if section.more:
        out.append(f'<p class="soft">{html(_.plural("{n} more is in the files.", "{n} more are in the files.", section.more))}</p>')  # fmt: skip  # noqa: E501
    return "".join(out) + "</section>"


def brief_pdf(brief: Brief, translate: Translator, version: str) -> bytes:
    """The same brief as PDF, A4; parameters as for :func:`brief_html`.

    Parameters
    ----------
    brief
        What is printed, in the reader's words.
    translate
        Speaks the reader's language.
    version
        Version of the project, for the foot.
    """
    _ = translate
    names, values = (tuple(part) for part in zip(*brief.figures, strict=True))
    blocks: list[Block] = [Rows(names, [values], tuple(1.0 for _name in names))]
    for section in brief.sections:
        blocks.append(Heading(section.heading))
        blocks += [Text(sentence) for sentence in section.sentences]
        if section.rows:
            shares = tuple(1.0 if n in section.numbers else 2.2 for n in range(len(section.columns)))
            blocks.append(Rows(tuple(section.columns), list(section.rows), shares))
        if section.more:
            blocks.append(Text(_.plural("{n} more is in the files.", "{n} more are in the files.", section.more)))
    if brief.cited:
        blocks += [Heading(_("How to cite")), *(Text(line, small=True) for line in brief.cited)]
    return pdf_bytes(
        brief.title,
        blocks,
        language=_.language,
        subtitle=brief.subtitle,
        mark=_("Demonstration data") if brief.demonstration else "",
        foot=f"CAHRA Atlas {version}",
    )
