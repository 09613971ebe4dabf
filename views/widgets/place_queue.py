"""The queue of places on the page: each name of the list once, its candidates on a map, and who says what it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from geo.errors import CahraError
from jobs.screening import labels as sw
from jobs.screening.model import Screening
from jobs.screening.place_memory import remember
from jobs.screening.places import NONE, Confirmation, question, row_key
from jobs.screening.reviews import Reviews
from layers.formats.writers.escape import markdown
from layers.maps.geometry import circle
from layers.maps.map import Line, Mark, View, blob
from layers.reference.country_names import country_name
from views.session import Here
from views.widgets import map_widget
from views.widgets.supplier_card import frame_of

WAITING = ("open", "offered_again")
COLUMNS: tuple[str, ...] = ("name", "country", "admin2", "admin1", "part", "rows", "state", "match_name")
COLUMNS += ("match_kind", "match_unit", "score", "candidates", "confirmed_by", "confirmed_at")


def confirmed() -> dict[str, Confirmation]:
    """What was confirmed in this session, by question or row."""
    confirmations: dict[str, Confirmation] = st.session_state.setdefault("matches", {})
    return confirmations


def keep(confirmations: dict[str, Confirmation]) -> None:
    """Takes confirmations for this list, and remembers them to be offered again with the next one."""
    st.session_state["matches"] = {**confirmed(), **confirmations}
    remember(Reviews(), confirmations)


def take_back(key: str) -> None:
    """Callback: the name is open again for this list."""
    st.session_state["matches"] = {k: v for k, v in confirmed().items() if k != key}


def show(here: Here, screening: Screening) -> None:
    """The queue, where the list has names without a place."""
    _, state = here.translate, st.session_state
    places = screening.places
    if places.empty:
        return
    waiting = places["state"].isin(WAITING) & (places["candidates"] > 0)
    label = _.plural("{n} name waits for a place", "{n} names wait for a place", int(waiting.sum()))
    with st.expander(label, expanded=bool(waiting.any()), icon=":material/pin_drop:"):
        st.caption(
            _(
                "Each name once. A candidate counts only when somebody confirms it here by name; what was confirmed "
                "for an earlier list is offered again. places.csv holds all of it and can be given to the command "
                "with --places."
            )
        )
        who = st.text_input(_("Who confirms"), value=state.get("reviewer", ""), max_chars=200, key="confirmer")
        _again(here, screening, who or "")
        frame_of(here, places, list(COLUMNS), _("Names without a place"), height=min(38 + 35 * len(places), 260))
        keys = _keys(places)
        order = [k for k, w in zip(keys, waiting, strict=True) if w] + [
            k for k, w in zip(keys, waiting, strict=True) if not w
        ]
        names = dict(zip(keys, _titles(here, places), strict=True))
        chosen = st.selectbox(
            _("Which place is this?"), dict.fromkeys(order), format_func=lambda k: names[k], key="place_question"
        )
        if chosen in names:
            _candidates_form(here, screening, places.iloc[keys.index(chosen)], who or "")


def _keys(places: pd.DataFrame) -> list[str]:
    """The key of the confirmation of each line."""
    asked = zip(*(places[n] for n in ("part", "name", "country", "admin1", "admin2")), strict=True)
    ids = places["supplier_id"].tolist()
    return [row_key(w, str(p)) if w else question(p, n, c, a, b) for w, (p, n, c, a, b) in zip(ids, asked, strict=True)]


def _each(frame: pd.DataFrame) -> list[Any]:
    """The rows of a frame, by attribute."""
    return list(frame.itertuples(index=False))


def _titles(here: Here, places: pd.DataFrame) -> list[str]:
    _ = here.translate
    out = []
    for p in _each(places):
        where = ", ".join(x for x in (p.admin2, p.admin1, country_name(str(p.country), _)) if x)
        rows = p.supplier_id or _.plural("{n} row", "{n} row{n?|s}", int(p.rows))
        out.append(f"{p.name} · {where} · {rows} · {sw.value('state', p.state, _)}")
    return out


def _again(here: Here, screening: Screening, who: str) -> None:
    """One button for what was confirmed for earlier lists."""
    _ = here.translate
    offered = screening.places[screening.places["state"] == "offered_again"]
    if offered.empty:
        return
    st.text(
        _.plural(
            "{n} name was confirmed for an earlier list, as the table says.",
            "{n} names were confirmed for an earlier list, as the table says.",
            len(offered),
        )
    )
    if st.button(_("Confirm them again"), disabled=not who.strip(), key="places_again", icon=":material/done_all:"):
        known = zip(_keys(offered), offered["match_id"], strict=True)
        keep({k: Confirmation.now(str(m), who) for k, m in known})
        st.rerun(scope="app")


def _candidates_form(here: Here, screening: Screening, place: pd.Series, who: str) -> None:
    """The candidates of one name on a map, and the answer."""
    _, state = here.translate, st.session_state
    asked = question(*(str(place[n]) for n in ("part", "name", "country", "admin1", "admin2")))
    mine = screening.candidates[screening.candidates["question"] == asked].drop_duplicates("match_id")
    if mine.empty:
        st.text(_("Nothing that is loaded has a like name. Add known sites, or coordinates to the list."))
        return
    left, right = st.columns([2, 3])
    with right:
        _map(here, mine)
    with left:
        options = [*mine["match_id"], NONE]
        words_of = {
            str(c.match_id): f"{c.rank} {c.name} · {sw.value('kind', c.kind, _)} · "
            f"{', '.join(x for x in (c.admin2, c.admin1) if x) or country_name(str(c.country), _)} · {c.score:g}"
            for c in _each(mine)
        }
        held = str(place["match_id"])
        picked = st.radio(
            _("Candidates"),
            options,
            index=options.index(held) if held in options else None,
            format_func=lambda m: words_of.get(m, _("none of these")),
            key=f"place_pick_{asked}",
        )
        ids = screening.candidates.loc[screening.candidates["question"] == asked, "supplier_id"].unique().tolist()
        scope = "*"
        if len(ids) > 1:
            scope = st.selectbox(
                _("Holds for"),
                ["*", *ids[:500]],
                format_func=lambda i: _("all {n} row{n?|s} of this name", n=_.number(len(ids))) if i == "*" else i,
                key=f"place_scope_{asked}",
            )
        key = asked if scope == "*" else row_key(scope, str(place["part"]))
        if st.button(_("Confirm"), key="place_confirm", icon=":material/check:", disabled=picked is None):
            try:
                keep({key: Confirmation.now(picked or "", who)})
            except CahraError as error:
                st.warning(markdown(error.sentence(_)))
            else:
                state["reviewer"] = who
                state.pop("place_question", None)
                st.rerun(scope="app")
        if key in confirmed():
            st.button(_("Take it back"), key="place_back", on_click=take_back, args=(key,), icon=":material/undo:")


def _map(here: Here, mine: pd.DataFrame) -> None:
    """Candidates with their rank and position error; districts and regions have no point."""
    _ = here.translate
    placed = mine[mine["lon"].notna()]
    if placed.empty:
        st.text(_("These are districts or regions: the answer holds for the unit, which has no point."))
        return
    at = [(float(c.lon), float(c.lat)) for c in _each(placed)]
    error = placed["coord_precision_km"].fillna(5.0).to_numpy(np.float64)
    lines = [
        Line(circle(x, y, max(float(km), 1.0) * 1000).exterior, "error", f"{c.rank} {c.name}")
        for (x, y), km, c in zip(at, error, _each(placed), strict=True)
    ]
    marks = [Mark(x, y, "candidate", f"{c.rank} {c.name}") for (x, y), c in zip(at, _each(placed), strict=True)]
    content = blob(_, lines=lines, marks=marks, title=_("Candidates"))
    view = View.around([x for x, _y in at], [y for _x, y in at], width=500, height=330)
    map_widget.show(_, replace(view, zoom=min(view.zoom, 9)), content, key="place_map", height=330)
