"""Side by side: two dates, or two settings of the rules, on two maps that move together; and what differs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from geo.records.eligible_incidents import incidents_at
from geo.rules.rule_set import Rules
from i18n import column_labels, labels
from i18n.translator import Translator
from jobs.assessment import job
from jobs.assessment.differences import COMPARED, differences, moves
from jobs.assessment.rule_settings import from_link, from_table, to_link
from jobs.compare.change_sentences import sentences
from layers.formats.writers.delimited import csv_bytes
from layers.maps import map_content, styles
from layers.maps.map import View, blob
from layers.maps.swipe import swipe
from layers.reference.unit_aliases import unit_aliases
from views import session
from views.data_choice import Data
from views.day_field import day_field
from views.session import Here
from views.widgets import map_widget, tables
from views.widgets.map_layers import colouring, districts, recoloured


def start() -> None:
    """Once a session: the two dates, from the address or two years apart."""
    state = st.session_state
    if "q_other_day" not in state:
        given = session.day_of(state["address"].get("other", ""))
        state["q_other_day"] = given or (pd.Timestamp(state["day"]) + pd.DateOffset(years=2)).date()


def settings(here: Here, rules: Rules) -> tuple[Rules, str]:
    """The rules of the right-hand map, as the reader changed them, and the change for the address."""
    _ = here.translate
    # The address that the session came with is where the table begins; what the reader changes then comes on top.
    given = st.session_state["address"].get("rules", "")
    number = partial(st.column_config.NumberColumn, format="localized")
    with st.expander(_("Rules of the right-hand map"), expanded=bool(given), icon=":material/tune:"):
        st.caption(_("Change a number to see what it does. Nothing else on the site changes by it."))
        # What was edited before another page was looked at is where the table begins again.
        held = st.session_state.get("q_rule_changes", (rules.hash, given))
        given = held[1] if held[0] == rules.hash else given
        key = f"rules_{rules.hash}"
        if key not in st.session_state:
            st.session_state["rules_from"] = given
        table = from_link(rules, st.session_state.get("rules_from", given))
        table.insert(1, "question", [rules_question(rules, rule, _) for rule in table["rule"]])
        changed = st.data_editor(
            table,
            column_config={
                "rule": st.column_config.Column(_("Rule"), disabled=True, width=60),
                "question": st.column_config.Column(_("Question"), disabled=True),
                "test": None,
                "enabled": st.column_config.CheckboxColumn(_("In use")),
                "within_km": number(_("Within (km)"), min_value=0.1, max_value=500.0, step=0.1),
                "months": number(_("Months"), min_value=1, max_value=600, step=1),
                "min_events": number(_("Events, at least"), min_value=0, step=1),
                "min_deaths": number(_("Deaths, at least"), min_value=0, step=1),
            },
            hide_index=True,
            key=f"rules_{rules.hash}",
            height="content",
            placeholder="",
        )
    changed = changed.drop(columns="question")
    changes = to_link(rules, changed)
    st.session_state["q_rule_changes"] = (rules.hash, changes)
    return from_table(rules, changed), changes


def rules_question(rules: Rules, rule_id: str, translate: Translator) -> str:
    """The question of a rule; blank for one that is switched off."""
    return rules[rule_id].asks(translate) if rule_id in rules else ""


def content(here: Here, data: Data, run: job.Run, kept: pd.MultiIndex | None, *, coloured: bool) -> dict[str, object]:
    """What one of the two maps shows; with `coloured` its legend offers what to colour sites by."""
    _ = here.translate
    loaded, day, sites = data.loaded(), np.datetime64(data.day), run.assessment.sites
    if kept is not None:
        sites = sites[pd.MultiIndex.from_frame(sites[["source", "site_id"]]).isin(kept)]
    return blob(
        _,
        sites=sites,
        incidents=incidents_at(loaded.incidents, day, data.rules.look_back_months),
        zones=map_content.zone_areas(loaded.zones, loaded.boundaries, day, unit_aliases()),
        run=data.token,
        notice=_("Demonstration data") if data.has_demonstration else "",
        title=_("Legend, {day}", day=_.date(data.day)),
        **(colouring(sites) if coloured else {}),
    )


def figures(here: Here, data: Data, run: job.Run) -> None:
    """The date, the rules and the number of sites by class of one side."""
    _, counts = here.translate, run.assessment.sites["site_class"].value_counts()
    st.markdown(f"**{_.date(data.day)}**, {_('rules')} {data.rules.hash.removeprefix('sha256:')}")
    counts_ = (f"{s.sign} {_(s.text)} {_.number(int(counts.get(s.key, 0)))}" for s in styles.SITES)
    st.caption(" · ".join(text.replace(" ", "\u00a0") for text in counts_))  # a line ends between classes


def maps(here: Here, sides: Sequence[tuple[Data, job.Run]], view: View, kept: pd.MultiIndex | None) -> None:
    """Two maps that move together, or one with a divider."""
    _, state = here.translate, st.session_state
    divided = bool(state.get("q_divider"))  # one legend for two dates counts classes, and nothing else
    made = [content(here, data, run, kept, coloured=not divided) for data, run in sides]
    columns = st.columns(2)
    for column, (data, run) in zip(columns, sides, strict=True):
        with column:
            figures(here, data, run)
    units = districts(sides[0][0])
    if divided:
        names = [
            f"{side_name}: {_.date(data.day)}"
            for side_name, (data, _run) in zip((_("Left"), _("Right")), sides, strict=True)
        ]
        both = swipe(made[0], made[1], (names[0], names[1]), _)
        map_widget.show(_, view, both, key="compare_both", height=520, districts=units)
        return
    channel = state.setdefault("channel", sides[0][0].key[:8] + str(id(state))[-6:])
    for column, inside, key in zip(columns, made, ("left", "right"), strict=True):
        with column:
            answer = map_widget.show(
                _, view, inside, key=f"compare_{key}", height=460, channel=channel, districts=units
            )
            if recoloured(answer):
                st.rerun()


def matrix(here: Here, before: pd.DataFrame, after: pd.DataFrame) -> None:
    """How many sites went from which class to which."""
    _ = here.translate
    table = moves(before, after)
    table.index = [f"{styles.site_style(c).sign} {_(labels.CLASSES[c])}" for c in table.index]
    table.index.name = _("From (left), down; to (right), across")
    heads = {c: f"{styles.site_style(c).sign} {_(labels.CLASSES[c])}" for c in table.columns}
    tables.show(
        _,
        table,
        column_config={c: st.column_config.NumberColumn(heading, format="localized") for c, heading in heads.items()},
        height="content",
        alt=_("Sites by class on the left and on the right"),
    )


def why(here: Here, left: Data, right: Data, first: job.Run, second: job.Run, changed: pd.DataFrame) -> list[str]:
    """A sentence per site that differs, kept for the session as long as both sides stay."""
    kept, key = st.session_state.get("compare_why", ("", [])), f"{left.token}|{right.token}|{here.translate.language}"
    if kept[0] != key:
        keys = list(zip(changed["source"], changed["site_id"], strict=True))
        with st.spinner(here.translate("Finding what moved each site…")):
            sentence_of = sentences(first, second, keys, here.translate)
        kept = st.session_state["compare_why"] = (key, [sentence_of[k] for k in keys])
    return list(kept[1])


def listing(here: Here, left: Data, right: Data, first: job.Run, second: job.Run) -> None:
    """The sites that differ, each with what moved it."""
    _, before, after = here.translate, first.assessment.sites, second.assessment.sites
    changed = differences(before, after)
    st.header(_.plural("{n} site differs", "{n} sites differ", len(changed)))
    if changed.empty:
        st.text(_("Class and zone status of every site are the same on both sides."))
        return
    matrix(here, before, after)
    changed.insert(1, "what_changed", why(here, left, right, first, second, changed))
    st.download_button(
        _("Download the differences (CSV)"),
        data=csv_bytes(changed)[0],
        file_name=("demonstration_" if left.has_demonstration else "") + "cahra-differences.csv",
        mime="text/csv",
        on_click="ignore",
        icon=":material/download:",
    )
    for name in COMPARED:
        for end in "ab":
            column = f"{name}_{end}"
            changed[column] = changed[column].map({c: labels.value(name, c, _) for c in changed[column].unique()})
    heads: dict[str, Any] = {
        "name": column_labels.column("name", _),
        "what_changed": st.column_config.TextColumn(_("What changed"), width="large"),
        "site_id": column_labels.column("site_id", _),
        "source": column_labels.column("source", _),
    }
    for name in COMPARED:
        for end, side_name in (("a", _("left")), ("b", _("right"))):
            heads[f"{name}_{end}"] = f"{column_labels.column(name, _)} ({side_name})"
    tables.show(
        _, changed, column_config=heads, hide_index=True, placeholder="", row_height=110, alt=_("Sites that differ")
    )


def main() -> None:
    """The page; what it reads is held by no name of this module, which Streamlit keeps when the reader has gone."""
    with session.page() as here:
        _ = here.translate
        start()
        data = here.data()
        st.title(_("Side by side"))
        left_day, right_day = st.columns(2)
        left_day.text(_.pair(_("Left"), f"{_.date(data.day)} ({_('the date in the sidebar')})"))
        with right_day:
            day_field(_, _("Right"), "q_other_day")
        varied, changes = settings(here, data.rules)
        other_day: dt.date = st.session_state["q_other_day"]
        other = data.with_day_and_rules(other_day, varied)
        first, second = here.guard_run(data), here.guard_run(other)
        here.address(other=other_day, rules=changes, colour=st.session_state.get("colour", ""))
        sites = first.assessment.sites
        view = View.around(sites["lon"].tolist(), sites["lat"].tolist(), width=560, height=460)
        kept = None
        if st.toggle(_("Only sites that differ, on the maps"), key="q_changed_only"):
            kept = pd.MultiIndex.from_frame(differences(sites, second.assessment.sites)[["source", "site_id"]])
        st.toggle(_("One map with a divider"), key="q_divider")
        maps(here, [(data, first), (other, second)], view, kept)
        listing(here, data, other, first, second)


main()
