"""How have these classes done? The loaded sites at past dates, and what followed, for every class and rule."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from i18n.translator import Translator
from jobs.backtest import labels as words
from jobs.backtest.diagram import reliability_svg
from jobs.backtest.model import Backtest
from jobs.backtest.report import (
    DECIDING,
    DECISIONS,
    HEADINGS,
    READING,
    RELIABLE,
    decision_texts,
    kind_texts,
    left_out,
    subtitle,
)
from layers.formats.writers.escape import markdown
from views import session
from views.widgets import downloads, tables
from views.widgets.past_record import past_record


def listing(headings: Sequence[str], lines: Sequence[Sequence[str]], label: str, _: Translator) -> None:
    """A table of texts, or a sentence that there is nothing to show."""
    if not lines:
        st.text(_("None of them could be asked of any case."))
        return
    frame = pd.DataFrame(list(lines), columns=[_(h) for h in headings])
    tables.show(_, frame, hide_index=True, height="content", placeholder="", alt=label)


def figures(found: Backtest, _: Translator) -> None:
    """Classes first; rules, orders and baselines behind."""
    for kind in ("class", "intensity", "baseline"):
        st.header(_(words.KINDS[kind]))
        listing(HEADINGS, kind_texts(found, kind, _), _(words.KINDS[kind]), _)


def rules(found: Backtest, _: Translator) -> None:
    """Every rule, and every rule where it alone fired."""
    for kind in ("rule", "rule_alone"):
        st.header(_(words.KINDS[kind]))
        listing(HEADINGS, kind_texts(found, kind, _), _(words.KINDS[kind]), _)


def diagrams(found: Backtest, _: Translator) -> None:
    """What earlier dates said against what came."""
    st.caption(_(RELIABLE))
    drawn = [(kind, name, r) for (kind, name), r in found.result.reliability.items() if len(r.n)]
    if not drawn:
        st.text(_("There are too few past dates to learn from."))
    for i, (kind, name, reliability) in enumerate(drawn):
        if i % 3 == 0:
            columns = st.columns(3)
        with columns[i % 3]:
            st.markdown(f"**{markdown(words.name_of(kind, name, _))}**")
            st.image(reliability_svg(reliability, _), width="stretch", alt=words.name_of(kind, name, _))


def main() -> None:
    """The page; what it reads is held by no name of this module, which Streamlit keeps when the reader has gone."""
    with session.page() as here:
        _ = here.translate
        data = here.data()
        here.address()
        st.title(_("How have these classes done?"))
        with st.spinner(_("Testing the classes at past dates…")):
            found = past_record(data)
        st.caption(subtitle(found, _))
        st.warning(_(words.NOT_A_FORECAST), icon=":material/history:")
        st.caption(_(words.HINDSIGHT))
        if data.has_demonstration:
            st.caption(_("Demonstration data: synthetic. It says nothing about any place."))
        for line in left_out(found, _):
            st.caption(line)
        one, two, three, four, five = st.tabs(
            [_("Classes"), _("Rules"), _("Reliability"), _("Decisions"), _("How to read it")]
        )
        with one:
            figures(found, _)
        with two:
            rules(found, _)
        with three:
            diagrams(found, _)
        with four:
            st.caption(_(DECIDING))
            listing(DECISIONS, decision_texts(found, _), _("Decisions"), _)
        with five:
            for reading in READING:
                st.markdown(f"- {markdown(_(reading))}")
        st.header(_("Download"))
        downloads.run_files(found.made_files(_.language), demonstration=data.has_demonstration, what="cahra-backtest")


main()
