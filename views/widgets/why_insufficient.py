"""Why sites are insufficient: each cause with its number, as a switch that filters by it, and what would help."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geo.rules.classify import INSUFFICIENT
from i18n import labels
from i18n.gap_labels import SHORT
from jobs.assessment.why_insufficient import Cause, causes, uncovered_neighbours
from layers.formats.writers.escape import markdown
from views.data_choice import Data
from views.session import Here

FILTER = {"site_class": "gaps", "area_class": "area_gaps"}
"""The filter that the switches of a class set."""


def switches(here: Here, sites: pd.DataFrame, *, resting: bool = False) -> None:
    """The causes among `sites`, which pass all filters but those of class and causes; `resting` while the map plays."""
    _switches(here, sites, "site_class", causes(sites, "site_class"), resting)


def remedies(here: Here, data: Data, sites: pd.DataFrame) -> None:
    """What would help against each cause; below it, the causes of the area class likewise."""
    _ = here.translate
    missing = neighbours(data, sites)
    own, area = (causes(sites, answer, missing) for answer in FILTER)
    if not own and not area:
        return
    with st.expander(_("What would make sites less insufficient"), icon=":material/build:"):
        _remedies(here, own)
        if area:
            st.divider()
            _switches(here, sites, "area_class", area)
            _remedies(here, area)


def _switches(here: Here, sites: pd.DataFrame, answer: str, found: list[Cause], resting: bool = False) -> None:
    _, state, name = here.translate, st.session_state, FILTER[answer]
    number = {cause.code: cause.sites for cause in found}
    offered = [*number, *(code for code in state[f"q_{name}"] if code not in number)]
    if not offered:
        return
    n = int((sites[answer] == INSUFFICIENT).sum())
    # The map may play on: neither label nor numbers say a date that it has left.
    labels_ = (
        _("Insufficient data, because of")
        if resting
        else _.plural("{n} site with insufficient data, because of", "{n} sites with insufficient data, because of", n)
        if answer == "site_class"
        else _.plural(
            "{n} site whose area class is insufficient, because of",
            "{n} sites whose area class is insufficient, because of",
            n,
        )
    )
    state[f"why_{name}"] = list(state[f"q_{name}"])
    st.pills(
        labels_,
        offered,
        selection_mode="multi",
        format_func=lambda code: f"{_(SHORT[code])} {'…' if resting else _.number(number.get(code, 0))}",
        disabled=resting,
        key=f"why_{name}",
        on_change=chosen,
        args=(name,),
        help=_("Choose a cause to see only its sites. A site can have several."),
    )


def chosen(name: str) -> None:
    """Callback: the causes that are switched on become the filter."""
    # The filters' widgets are not in this fragment: the whole page takes the change up before it draws them.
    st.session_state["pending"] = {f"q_{name}": list(st.session_state[f"why_{name}"])}


def _remedies(here: Here, found: list[Cause]) -> None:
    _ = here.translate
    for cause in found:
        head = f"**{_(SHORT[cause.code])}** ({_.number(cause.sites)})"
        why, what = _(labels.GAPS[cause.code]), cause.remedy.sentence(_)
        st.markdown(_.pair(head, markdown(f"{why}. {what}")))


def neighbours(data: Data, sites: pd.DataFrame) -> tuple[str, ...]:
    """The neighbouring countries that are not covered, found once for the same data, date and sites."""
    rows = hash(tuple(sites.index[sites["gaps"] != ""]))
    return _neighbours(data.token, rows, data, sites)


@st.cache_resource(max_entries=8, show_spinner=False, scope="session")
def _neighbours(token: str, rows: int, _data: Data, _sites: pd.DataFrame) -> tuple[str, ...]:
    return uncovered_neighbours(_data.loaded(), _sites, _data.day, _data.rules)
