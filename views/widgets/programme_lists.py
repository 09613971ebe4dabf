"""The programmes themselves: a list with filters, who sits in which body, and what the country takes part in."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from geo.programmes.schema import TYPES, active_on
from jobs.programmes.export import ProgrammeRun
from jobs.programmes.types import labels
from layers.formats.writers.escape import markdown
from layers.reference.country_names import country_name
from layers.reference.initiatives import participation
from views.session import Here
from views.widgets.programme_charts import table

COLUMNS = [
    "programme_id", "title", "donor", "types", "type_basis", "state", "start", "end", "coordination_body", "place",
    "budget_text",
]  # fmt: skip


def programmes(here: Here, run: ProgrammeRun) -> None:
    """All programmes, filtered by donor, type and body; active ones first."""
    _, kinds = here.translate, labels(here.translate.language)
    frame = listed(run)
    st.header(_("Programmes"))
    donors = sorted({name for names in frame["donor"] for name in names.split(";") if name})
    bodies = sorted(set(frame["coordination_body"]) - {""})
    left, middle, right = st.columns(3)
    who = left.multiselect(_("Donor"), donors, key="q_pdonors", placeholder=_("all"))
    what = middle.multiselect(
        _("Type"),
        [*TYPES, ""],
        key="q_pkinds",
        placeholder=_("all"),
        format_func=lambda t: kinds.get(t, _("type unknown")),
    )
    body = right.multiselect(_("Coordination"), bodies, key="q_pbodies", placeholder=_("all"))
    chosen = frame[
        _any_of(frame["donor"], who)
        & _any_of(frame["types"], what)
        & (frame["coordination_body"].isin(body) | (not body))
    ]
    st.caption(_.plural("{n} programme of {m}", "{n} programmes of {m}", len(chosen), m=_.number(len(frame))))
    table(here, chosen, COLUMNS, _("Programmes"), 320)


def listed(run: ProgrammeRun) -> pd.DataFrame:
    """The programmes with their state on the day and their donors by one name, active ones first."""
    frame = run.result.programmes.frame
    donors_of = zip(frame["donor"], frame["donor_ids"], strict=True)
    one = [";".join(run.donors.joined(*pair)) for pair in donors_of]
    active = active_on(frame, run.result.as_of)
    return frame.assign(state=run.result.states, donor=one).iloc[np.argsort(~active, kind="stable")]


def _any_of(joined: pd.Series, wanted: list[str]) -> np.ndarray:
    """Whether a cell joined by ``;`` holds any of the wanted words; all cells where none is wanted."""
    if not wanted:
        return np.ones(len(joined), dtype=bool)
    return np.array([bool(set(text.split(";")) & set(wanted)) for text in joined], dtype=bool)


def coordination(here: Here, run: ProgrammeRun) -> None:
    """For each body: the programmes that report to it, and those without one that work at the same sites."""
    _, frame = here.translate, listed(run).sort_index()
    bodies = sorted(set(frame["coordination_body"]) - {""})
    with st.expander(_("Coordination bodies"), icon=":material/groups:"):
        if not bodies:
            st.text(_("No loaded programme names a coordination body."))
            return
        body = st.selectbox(_("Body"), bodies, key="programme_body")
        inside = (frame["coordination_body"] == body).to_numpy()
        site, programme = run.result.pairs
        there = np.unique(site[inside[programme]])
        nearby = np.unique(programme[np.isin(site, there) & ~inside[programme]])
        st.text(_("Who reports to it"))
        table(here, frame[inside], ["programme_id", "title", "donor", "types", "state", "end"], _("Who reports to it"))
        st.text(_("Who works at the same sites without reporting to it"))
        table(
            here,
            frame.iloc[nearby],
            ["programme_id", "title", "donor", "types", "coordination_body", "end"],
            _("Who works at the same sites without reporting to it"),
        )


def initiatives(here: Here, run: ProgrammeRun) -> None:
    """What each country of the sites takes part in on the day."""
    _ = here.translate
    with st.expander(_("Kimberley Process, ICGLR, EITI"), icon=":material/account_balance:"):
        for country in sorted(set(run.result.assessed["country"]) - {""}):
            sentences = " ".join(participation(country, run.result.as_of, _))
            st.markdown(f"**{markdown(country_name(country, _))}** · {markdown(sentences)}")
