"""The reviewer's part of a row: what was decided on, then and now; a form that loses nothing; sign-off; withdrawal."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

import pandas as pd
import streamlit as st

from geo.errors import CahraError
from geo.screening.schema import DECISIONS, RISK_FINDINGS, RISKS, WATCHED
from jobs.screening import labels as sw
from jobs.screening.decided import details, overdue
from jobs.screening.decisions import keys_of
from jobs.screening.model import Screening
from jobs.screening.reviews import Reviews
from layers.formats.writers.escape import markdown
from views.day_field import day_in_form, no_day
from views.session import Here
from views.widgets import tables

HINTS = {
    "serious_abuses": ("children_under_15",),
    "non_state_armed_groups": ("armed_presence", "flag_transit"),
    "security_forces": ("armed_presence",),
    "bribery_false_origin": ("flag_false_origin", "flag_near_zone", "flag_mineral"),
}
"""Columns of the row that say something of a risk: shown beside it, decided by nobody but the reviewer."""


def show(here: Here, screening: Screening, row: pd.Series[Any]) -> None:
    """State, then and now, form, history."""
    _ = here.translate
    with st.container(border=True):
        st.markdown(f"**{_('Reviewer')}**")
        owner = Reviews().owner()
        whose = (
            _("The file of decisions on this server is that of {owner}.", owner=owner)
            if owner
            else _("The file of decisions is that of whoever runs this server.")
        )
        seen = _(
            "Everyone who uses the server and holds the same row sees a decision and who made it. It is kept with its "
            "history and never changes the class."
        )
        st.caption(markdown(f"{whose} {seen}"))
        _standing(here, screening, row)
        _form(here, screening, row)
        _history(here, row)


def _frame(row: pd.Series[Any]) -> pd.DataFrame:
    return row.to_frame().T.astype({"as_of": "datetime64[s]"})


def _standing(here: Here, screening: Screening, row: pd.Series[Any]) -> None:
    """The decision in force: what it was made on, what differs, what is to be done, and who signs it off."""
    _ = here.translate
    table = screening.decided
    mine = table[table["row"] == row["row"]] if table is not None else pd.DataFrame()
    if mine.empty:
        return
    held = mine.iloc[0]
    decision_words = sw.value("decision", held["decision"], _) or "–"
    line = f"**{decision_words}** · {sw.value('review_state', held['review_state'], _)}"
    st.markdown(line)
    if held["review_state"] == "withdrawn":
        return
    if held["changed_since"]:
        st.warning(
            _("Reopen: changed since. What differs: {what}.", what=sw.value("changed_since", held["changed_since"], _)),
            icon=":material/sync_problem:",
        )
        if held["evidence_new"] or held["evidence_gone"]:
            st.caption(
                _(
                    "Records behind the answers: {new} new, {gone} gone.",
                    new=_.number(int(held["evidence_new"])),
                    gone=_.number(int(held["evidence_gone"])),
                )
            )
    both = pd.DataFrame(
        {
            _("Answer"): [sw.heading(n, _) for n in WATCHED],
            _("Then"): [sw.value(n, held[f"{n}_then"], _) for n in WATCHED],
            _("Now"): [sw.value(n, held[f"{n}_now"], _) for n in WATCHED],
            "≠": ["≠" if n in held["changed_since"].split(";") else "" for n in WATCHED],
        }
    )
    tables.show(_, both, hide_index=True, height="content", alt=_("Then and now"))
    if held["action"] or pd.notna(held["due"]):
        late = bool(overdue(mine, dt.datetime.now(dt.UTC).date()).iloc[0])
        due = "" if pd.isna(held["due"]) else f" · {_('Due')} {_.date(held['due'])}"
        mark = f" · **{_('overdue')}**" if late else ""
        st.markdown(markdown(f"{held['action'] or _('Action')} · {held['action_owner'] or '–'}{due}") + mark)
    if held["documents"]:
        st.text(held["documents"].replace("; ", "\n"))
    _second(here, screening, row, held)


def _second(here: Here, screening: Screening, row: pd.Series[Any], held: pd.Series[Any]) -> None:
    """Sign-off by a second person, and withdrawal: entries of their own."""
    _, state = here.translate, st.session_state
    turn = state.get("reviews_turn", 0)
    with st.expander(_("Sign off or withdraw"), icon=":material/how_to_reg:"):
        if held["signed_by"]:
            st.text(_("Signed off by {who}, {when}", who=held["signed_by"], when=_utc(held["signed_at"])))
        who = st.text_input(_("Name of the second person"), max_chars=200, key=f"second_{row['row']}_{turn}")
        why = st.text_input(_("Reason or note"), max_chars=4000, key=f"second_why_{row['row']}_{turn}")
        left, right = st.columns(2)
        signs = left.button(_("Sign off"), key="review_sign", icon=":material/verified:")
        takes = right.button(_("Withdraw"), key="review_withdraw", icon=":material/undo:")
        if signs or takes:
            try:
                enter = Reviews().sign if signs else Reviews().withdraw
                enter(_frame(row), who or "", why or "", record=screening.record)
            except CahraError as error:
                st.warning(markdown(error.sentence(_)))
            else:
                state["reviews_turn"] = turn + 1
                st.rerun()


def _form(here: Here, screening: Screening, row: pd.Series[Any]) -> None:
    """A decision with findings, action and documents; what was typed stays until it is kept."""
    _, state = here.translate, st.session_state
    turn = state.get("reviews_turn", 0)
    key = f"{row['row']}_{turn}"
    with st.form(f"review_{key}", border=False, clear_on_submit=False):
        decision = st.selectbox(
            _("Decision"), DECISIONS, index=None, format_func=lambda d: _(sw.DECISIONS[d]), placeholder=_("Choose"),
            key=f"decision_{key}",
        )  # fmt: skip
        note = st.text_area(_("Note"), height=80, max_chars=4000, key=f"note_{key}")
        with st.expander(_("Risks of Annex II"), icon=":material/rule:"):
            risks: dict[str, str] = {}
            for risk in RISKS:
                hints = [
                    f"{sw.heading(c, _)}: {sw.value(c, row[c], _)}" for c in HINTS.get(risk, ()) if _is_stated(row[c])
                ]
                risks[risk] = st.selectbox(
                    _(sw.RISKS[risk]), RISK_FINDINGS, format_func=lambda f: _(sw.RISK_FINDINGS[f]),
                    key=f"risk_{risk}_{key}", help=_.joined(hints) or None,
                )  # fmt: skip
        with st.expander(_("Action, day and documents"), icon=":material/task:"):
            action = st.text_input(_("Action"), max_chars=1000, key=f"action_{key}")
            owner = st.text_input(_("Who does it"), max_chars=200, key=f"owner_{key}")
            due, unread = day_in_form(
                _, _("Due"), key=f"due_{key}",
                help_text=_("Without a day, a decision to do more is due after six months (OECD, step 3)."),
            )  # fmt: skip
            papers = st.file_uploader(
                _("Documents: only their names and hashes are kept"), accept_multiple_files=True, key=f"papers_{key}"
            )
        name = st.text_input(_("Your name"), value=state.get("reviewer", ""), max_chars=200, key=f"name_{key}")
        sent = st.form_submit_button(_("Keep"), icon=":material/save:")
    if not sent:
        return
    if decision is None:
        st.warning(_("Choose a decision."))
        return
    if unread:
        st.warning(no_day(_, unread), icon=":material/event_busy:")
        return
    mine = _frame(row)
    documents = [{"name": p.name, "sha256": hashlib.sha256(p.getvalue()).hexdigest()} for p in papers or []]
    own = screening.evidence_of(mine["supplier_id"])
    more = details(mine, own, risks=risks, action=action or "", owner=owner or "", due=due, documents=documents)
    try:
        Reviews().decide(mine, decision, note or "", name or "", record=screening.record, details=more)
    except CahraError as error:
        st.warning(markdown(error.sentence(_)))
        return
    state["reviewer"] = name
    state["reviews_turn"] = turn + 1
    st.rerun()


def _is_stated(value: object) -> bool:
    return value is not pd.NA and bool(value) and value != ""


def _utc(text: str) -> str:
    return text.replace("T", " ").replace("Z", " UTC")


def _history(here: Here, row: pd.Series[Any]) -> None:
    """Every entry, the newest first."""
    _ = here.translate
    key = keys_of(_frame(row))[0]
    for d in reversed(Reviews().history(key)):
        st.caption(markdown(f"{_utc(d.decided_at)} · {d.reviewer} · {_(sw.ENTRIES.get(d.decision, d.decision))}"))
        if d.note:
            st.text(d.note)
