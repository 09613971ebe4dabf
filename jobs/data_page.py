"""The data cards of a result as one page with all inside, and the citations for whatever else is printed.

Made from the run record alone, so that `cahra verify` can make it again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from i18n.languages import finished, offered
from i18n.translator import Translator, translator
from jobs.data_cards import Card, cards_of, citations
from jobs.data_drawings import covered_sentence, legend, map_svg, timeline_svg
from layers.formats.writers.blocks import Block, Heading, Text
from layers.formats.writers.escape import html

DATA_CARDS = "data_cards.html"
"""Stands in every result that read data."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = """
body{font:14px/1.45 system-ui,"DejaVu Sans",sans-serif;color:#1c1c1c;max-width:60rem;margin:0 auto;padding:20px}
h1{font-size:1.5rem;margin:0 0 4px}h2{font-size:1.15rem;margin:1.6rem 0 .3rem}p{margin:4px 0}.soft{color:#555}
article{border:1px solid #b9b4aa;border-radius:6px;padding:2px 16px 12px;margin:14px 0;break-inside:avoid}
svg{max-width:100%;height:auto;display:block;margin:8px 0}li{overflow-wrap:anywhere}
.notice{background:#1c1c1c;color:#fff;padding:4px 10px;font-weight:600;display:inline-block}
@page{size:A4;margin:14mm}@media print{body{max-width:none;padding:0}}
"""


def inputs_of(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The data that a result rests on: of a comparison, what both of its results read.

    Parameters
    ----------
    record
        The run record, as `run.json` has it.
    """
    found = record.get("data_of_both") or record.get("inputs")
    return [i for i in found if isinstance(i, dict)] if isinstance(found, list) else []


def day_of(record: Mapping[str, Any]) -> dt.date | None:
    """The day that a result is of; None where it is of none.

    Parameters
    ----------
    record
        The run record, as `run.json` has it.
    """
    settings = record.get("settings")
    settings_ = settings if isinstance(settings, dict) else {}
    for name in ("as_of", "to", "after"):
        try:
            return dt.date.fromisoformat(str(settings_.get(name, ""))[:10])
        except ValueError:
            continue
    return None


def cite_blocks(record: Mapping[str, Any], translate: Translator) -> list[Block]:
    """How to cite the data of a result, as the end of a document; nothing where nothing is known.

    Parameters
    ----------
    record
        The run record, as `run.json` has it.
    translate
        Speaks the reader's language.
    """
    lines = citations(inputs_of(record), translate)
    return [Heading(translate("How to cite")), *(Text(line, small=True) for line in lines)] if lines else []


def cite_html(record: Mapping[str, Any], translate: Translator) -> str:
    """The same as a section of a page.

    Parameters
    ----------
    record
        The run record, as `run.json` has it.
    translate
        Speaks the reader's language.
    """
    lines = citations(inputs_of(record), translate)
    items = "".join(f"<li>{html(line)}</li>" for line in lines)
    return f"<section><h2>{html(translate('How to cite'))}</h2><ul>{items}</ul></section>" if lines else ""


def page(record: Mapping[str, Any]) -> bytes:
    """The page, in the language of the result; where a result is in every language, in each of them.

    Parameters
    ----------
    record
        The run record, as `run.json` has it.
    """
    language = str(record.get("language") or "")
    languages = [language] if language in offered() else list(finished())
    settings = record.get("settings")
    declared: Any = settings.get("coverage") if isinstance(settings, dict) else None
    known = [c for c in declared if isinstance(c, dict)] if isinstance(declared, list) else []
    cards = cards_of(inputs_of(record), known, day_of(record))
    parts = [_in_language(record, cards, translator(code)) for code in languages]
    return (
        f"<!doctype html><html lang='{html(languages[0])}'><head><meta charset='utf-8'>"
        f"<meta http-equiv='Content-Security-Policy' content=\"{_POLICY}\">"
        "<meta name='viewport' content='width=device-width,initial-scale=1'>"
        f"<title>{html(translator(languages[0])('Data'))}</title><style>{_STYLE}</style></head><body>"
        f"{''.join(parts)}</body></html>\n"
    ).encode("utf-8", "replace")


def _in_language(record: Mapping[str, Any], cards: Sequence[Card], translate: Translator) -> str:
    _, day = translate, day_of(record)
    out = [f"<section lang='{html(_.language)}'><h1>{html(_('Data'))}</h1>"]
    out.append(f"<p class='soft'>{html(_('What the verdicts rest on: source, licence, how to cite, what is covered, how old it is, what is missing.'))}</p>")  # fmt: skip  # noqa: E501
    if record.get("demonstration"):
        notice = _("Demonstration data: synthetic. It says nothing about any place.")
        out.append(f"<p class='notice'>{html(notice)}</p>")
    out += [_card(card, _, day) for card in cards]
    out.append(cite_html(record, _))
    return "".join(out) + "</section>"


def _card(card: Card, translate: Translator, day: dt.date | None) -> str:
    _ = translate
    out = [
        f"<article><h2>{html(_(card.title))}</h2><p class='soft'>{html(card.file)}</p>",
        f"<p>{html(' · '.join(card.facts(_, day)))}</p>",
    ]
    if card.cite:
        out.append(f"<p>{html(_('Cite: {text}', text=_(card.cite)))}</p>")
    if len(card.covers):
        out.append(f"<p>{html(covered_sentence(card, _))}</p>{timeline_svg(card, _)}")
    if drawn := map_svg(card, _):
        out.append(f"{drawn}<p class='soft'>{html(' '.join(legend(card, _)))}</p>")
    if card.missing:
        items: Sequence[str] = [f"<li>{html(line.sentence(_))}</li>" for line in card.missing]
        out.append(f"<p><strong>{html(_('What is missing'))}</strong></p><ul>{''.join(items)}</ul>")
    return "".join(out) + "</article>"
