"""The decision tree, drawn from the rule table, with the number of sites on each branch; a branch shows its sites."""

from __future__ import annotations

import textwrap
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from i18n import column_labels, labels
from jobs.assessment.decision_tree import CALM, AreaRule, Branch, area_rules, branches
from jobs.assessment.site_filters import Filters
from layers.formats.writers.escape import markdown
from layers.maps import styles
from views import session
from views.session import Here
from views.widgets import charts, site_filters, tables
from views.widgets.narrow_tree import narrow_tree

STEP = 62
"""Height of a question [pixels]."""


def drawing(here: Here, all_branches: list[Branch]) -> Any:
    """Questions downward, answers to the right; the thicker a line, the more sites take it."""
    _ = here.translate
    most = max(1, all_branches[0].asked)
    rows = pd.DataFrame([_row(here, i, branch) for i, branch in enumerate(all_branches)])
    chosen = alt.selection_point(name="branch", fields=["key"])
    down_scale = alt.Scale(domain=[-0.5, len(all_branches) - 0.3], reverse=True)
    colours = alt.Scale(domain=[s.key for s in styles.SITES], range=[s.colour for s in styles.SITES])
    wide = alt.Scale(domain=[0, most], range=[1, 16])
    y = alt.Y("y:Q", scale=down_scale, axis=None)
    top = alt.Y("top:Q", scale=down_scale, axis=None)
    base = alt.Chart(rows)
    tip = [
        alt.Tooltip("question:N", title=_("Question")),
        alt.Tooltip("limit:N", title=_("Held against")),
        alt.Tooltip("ground:N", title=_("Ground")),
        alt.Tooltip("fired:Q", title=_("Sites for which it fires at all")),
        alt.Tooltip("unknown:Q", title=_("Sites for which it is not known")),
    ]

    def at(value: float) -> alt.XDatum:
        return alt.XDatum(value, scale=alt.Scale(domain=[0, 100]), axis=None)

    def edge(thick: float, thin: float) -> Any:
        return alt.condition(chosen, alt.value(thick), alt.value(thin))

    def words_in(text: str, x: float, **style: Any) -> alt.Chart:
        text_of: alt.Chart = base.mark_text(align="left", dx=8, color="#1c1c1c", **style).encode(
            x=at(x), y=y, text=text
        )
        return text_of

    down = (
        base.transform_filter("datum.stay > 0")
        .mark_rule(color="#8a8a8a")
        .encode(x=at(30), y=y, y2="below:Q", size=alt.Size("stay:Q", scale=wide, legend=None))
    )
    right = (
        base.transform_filter("datum.leave > 0")
        .mark_rule()
        .encode(
            x=at(60),
            x2=alt.X2Datum(70),
            y=y,
            color=alt.Color("cls:N", scale=colours, legend=None),
            size=alt.Size("leave:Q", scale=wide, legend=None),
        )
    )
    box = (
        base.mark_rect(fill="#f3f1ec", stroke="#8a8a8a", cornerRadius=6, cursor="pointer")
        .encode(x=at(0), x2=alt.X2Datum(60), y=top, y2="bottom:Q", tooltip=tip, strokeWidth=edge(2, 0.7))
        .add_params(chosen)
    )
    leaf = base.mark_rect(stroke="#1c1c1c", fillOpacity=0.18, cornerRadius=6, cursor="pointer").encode(
        x=at(70),
        x2=alt.X2Datum(100),
        y=top,
        y2="bottom:Q",
        fill=alt.Fill("cls:N", scale=colours, legend=None),
        strokeWidth=edge(2, 0.5),
        tooltip=tip,
    )
    lines = [
        base.mark_text(align="left", dx=8, color="#1c1c1c", fontSize=12).encode(
            x=at(0), y=alt.Y(f"y{n}:Q", scale=down_scale, axis=None), text=f"line{n}:N"
        )
        for n in (1, 2, 3)
    ]
    answer = words_in("answer:N", 70, fontSize=13, fontWeight="bold")
    no = words_in("no:N", 30, fontSize=11, dy=STEP // 2 + 1)
    drawn = alt.layer(down, right, box, leaf, *lines, answer, no).properties(height=STEP * len(all_branches))
    return drawn.configure_mark(aria=False)  # its marks are named by our columns: the table below is what is read aloud


def _row(here: Here, i: int, branch: Branch) -> dict[str, object]:
    _ = here.translate
    question = f"{branch.key} {branch.question}" if branch.ground else branch.question
    lines = [*textwrap.wrap(question, 84, max_lines=3, placeholder=" …"), "", ""]
    stay = branch.asked - branch.leave
    down = (-13, 0, 13) if lines[2] else (-8, 8, 0)
    return {
        "key": branch.key,
        "y": i,
        "top": i - 0.33,
        "bottom": i + 0.33,
        "below": i + 1,
        "question": question,
        "line1": lines[0],
        "line2": lines[1],
        "line3": lines[2],
        **{f"y{n}": i + px / STEP for n, px in enumerate(down, 1)},
        "answer": _.pair(
            f"{styles.site_style(branch.cls).sign} {_(labels.CLASSES[branch.cls])}", _.number(branch.leave)
        ),
        "cls": branch.cls,
        "leave": branch.leave,
        "stay": 0 if branch.key == CALM else stay,
        "no": "" if branch.key == CALM else _.pair(_("no"), _.number(stay)),
        "ground": _(branch.ground),
        "limit": branch.limit,
        "fired": branch.fired,
        "unknown": branch.unknown,
    }


def branch_table(here: Here, all_branches: list[Branch]) -> str:
    """The same as a table, for the keyboard and for reading aloud; gives the chosen branch."""
    _ = here.translate
    frame = pd.DataFrame(
        {
            "rule": [b.key if b.ground else "" for b in all_branches],
            "question": [b.question for b in all_branches],
            "asked": [b.asked for b in all_branches],
            "leave": [b.leave for b in all_branches],
            "site_class": [_(labels.CLASSES[b.cls]) for b in all_branches],
            "fired": [b.fired for b in all_branches],
            "unknown": [b.unknown for b in all_branches],
        }
    )
    event = tables.show(
        _,
        frame,
        column_config={
            "rule": st.column_config.Column(_("Rule"), width=60),
            "question": _("Question"),
            "asked": tables.count(_("Sites asked")),
            "leave": tables.count(_("Sites that leave here")),
            "site_class": column_labels.column("site_class", _),
            "fired": tables.count(_("Fires at all")),
            "unknown": tables.count(_("Not known")),
        },
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="branches",
        height="content",
        alt=_("Decision tree"),
    )
    rows = event["selection"]["rows"]
    return all_branches[rows[0]].key if rows else ""


def area_rules_table(here: Here, rules: list[AreaRule]) -> None:
    """Area rules and listings: answers of their own, which move no site in the tree."""
    _ = here.translate
    st.caption(_("These stand beside the site class and never change it: the class of the area, and listings."))
    tables.show(
        _,
        pd.DataFrame(
            {
                "rule": [r.key for r in rules],
                "question": [r.question for r in rules],
                "area_class": [_(labels.CLASSES[r.cls]) if r.cls else _("listing") for r in rules],
                "fired": [r.fired for r in rules],
                "unknown": [r.unknown for r in rules],
            }
        ),
        column_config={
            "rule": st.column_config.Column(_("Rule"), width=60),
            "question": _("Question"),
            "area_class": column_labels.column("area_class", _),
            "fired": tables.count(_("Fires at all")),
            "unknown": tables.count(_("Not known")),
        },
        hide_index=True,
        height="content",
        alt=_("Area rules and listings"),
    )


def to_map(key: str) -> None:
    """Callback: the sites of a branch become the filter of Explore."""
    site_filters.read_address()
    site_filters.clear()
    st.session_state["q_first"] = [key]


def main() -> None:
    """The page; what it reads is held by no name of this module, which Streamlit keeps when the reader has gone."""
    with session.page() as here:
        _ = here.translate
        data = here.data()
        run = here.guard_run(data)
        here.address()
        sites = run.assessment.sites
        st.title(_("How a site is classed"))
        st.caption(
            _(
                "Every site meets these questions from top to bottom and leaves at the first yes. Choose one for its "
                "sites."
            )
        )
        found = branches(sites, data.rules, _)
        st.html(narrow_tree(found, _))
        with st.container(key="tree_drawing"):
            event = charts.show(
                _, drawing(here, found), on_select="rerun", selection_mode="branch", key="tree", alt=_("Decision tree")
            )
        picked = [p.get("key", "") for p in (event["selection"].get("branch") or [])]
        with st.expander(_("The same as a table"), icon=":material/table:"):
            from_table = branch_table(here, found)
        with st.expander(_("Area rules and listings"), icon=":material/layers:"):
            area_rules_table(here, area_rules(sites, run.assessment.fired, data.rules, _))
        key = from_table or (picked[0] if picked else "")
        branch = next((b for b in found if b.key == key), None)
        if branch is None:
            st.info(_("Choose a question above to see the sites that leave there."), icon=":material/touch_app:")
        else:
            st.header(markdown(branch.question))
            leaving = sites[Filters(first=(branch.key,)).apply(sites, data.rules)]
            if leaving.empty:
                st.text(_("No site leaves here."))
            else:
                if st.button(
                    _("Show these sites on the map"), icon=":material/map:", on_click=to_map, args=(branch.key,)
                ):
                    st.switch_page("views/pages/explore.py")
                columns = tables.filled(leaving, tables.SITES)
                tables.show(
                    _,
                    tables.worded(_, leaving, columns),
                    column_config=tables.config(_, columns),
                    hide_index=True,
                    placeholder="",
                )


main()
