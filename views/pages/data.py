"""Data: what a run rests on, card by card; on one's own machine also what was fetched, and what to fetch."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from geo.errors import CahraError, InputError
from jobs.compare.job import WORDS
from jobs.data_cards import Card, cards
from jobs.data_drawings import covered_sentence, legend, map_svg, timeline_svg, width_of
from jobs.edition_references import StoredEdition, all_stored
from jobs.editions import job as comparing
from jobs.editions.lines import details, fetched
from jobs.inputs import Inputs, Source
from layers.formats.writers.escape import markdown
from layers.publishers.fetch import Fetched, Means, drop_in, fetch
from layers.publishers.folder import data_folder
from layers.publishers.keep import Wanted
from layers.publishers.table import FetchSource, sources
from views import kept_editions, session, workspace
from views.data_choice import Data
from views.page_notes import page_sentence
from views.session import Here
from views.widgets import tables


def card(here: Here, one: Card) -> None:
    """One dataset: facts, timeline and map of what is covered, what is missing."""
    _ = here.translate
    with st.container(border=True):
        st.markdown(f"**{markdown(_(one.title))}**  \n{markdown(one.file)}")
        st.markdown(markdown(" · ".join(one.facts(_))))
        if one.cite:
            st.caption(markdown(_("Cite: {text}", text=_(one.cite))))
        if len(one.covers):
            st.caption(markdown(covered_sentence(one, _)))
            bars = timeline_svg(one, _)
            st.image(bars, width=width_of(bars), alt=covered_sentence(one, _))
        if drawn := map_svg(one, _):
            facts_line = " ".join(legend(one, _))
            st.image(drawn, width=width_of(drawn), alt=facts_line)
            st.caption(markdown(facts_line))
        for line in one.missing:
            st.markdown(f"- :material/warning: {markdown(page_sentence(line, _))}")


def bring(here: Here) -> None:
    """The form: a name, a country, an edition; by the network, or a file that was downloaded by hand."""
    _ = here.translate
    table = sources(data_folder())
    st.header(_("Fetch"))
    st.caption(
        _("A connection is made only when you press the button, and only to the publisher's own addresses. Files are "
          "kept in {folder}.", folder=markdown(str(data_folder())))
    )  # fmt: skip
    name = st.selectbox(
        _("Source"), list(table), format_func=lambda n: f"{n}: {table[n].publisher} ({table[n].licence})"
    )
    row = table[name]
    one, two, three = st.columns(3)
    country = one.text_input(_("Country (CAF+ with its neighbours)"), key="fetch_country") if row.area else ""
    edition = two.text_input(_("Edition"), placeholder=row.edition, key="fetch_edition")
    level = three.selectbox(_("Level"), [1, 2, 3], index=1, key="fetch_level") if row.area == "level" else 2
    if row.account:
        st.caption(_("Needs your own account: {names} in the environment.", names=row.account))
    wanted = Wanted(str(country or "").strip(), str(edition or "").strip(), int(level or 2))
    if st.button(_("Fetch"), icon=":material/download:", key="fetch_go", type="primary"):
        done(here, lambda: _from_publisher(here, row, wanted))
    given = st.file_uploader(
        _("Or what you downloaded by hand"), key=f"fetch_file_{st.session_state.get('fetched', 0)}"
    )
    if given is not None and st.button(_("Keep this file"), key="fetch_keep"):
        data, file = given.getvalue(), given.name
        done(here, lambda: drop_in(row.name, wanted, data_folder(), data, file))


def _from_publisher(here: Here, row: FetchSource, wanted: Wanted) -> Fetched:
    _ = here.translate
    bar = st.progress(0.0, text=_("Fetching…"))

    def progress(come: int, total: int) -> None:
        bar.progress(min(come / total, 1.0) if total else 0.0, text=_("{n} MB", n=_.number(round(come / 1e6, 1))))

    return fetch(row.name, wanted, data_folder(), Means(progress=progress))


def done(here: Here, make: object) -> None:
    """A message of what came, or why nothing did; editions that were there stay."""
    _ = here.translate
    try:
        assert callable(make)
        found: Fetched = make()
    except CahraError as fault:
        st.error(markdown(fault.sentence(_)), icon=":material/error:")
        return
    st.success("  \n".join(markdown(page_sentence(line, _)) for line in fetched(found, data_folder())))


def edition_card(here: Here, one: StoredEdition) -> None:
    """An edition of the catalogue with what can be done with it."""
    _, entry = here.translate, one.entry
    with st.container(border=True):
        mark = ":material/keep: " if entry.pinned else ""
        st.markdown(f"{mark}**{markdown(entry.reference)}**  \n{markdown(entry.name)}")
        caption = _("{n} row{n?|s}; {licence}; retrieved on {day}", n=_.number(entry.rows), day=entry.fetched_at[:10],
                 licence=entry.licence or _("licence not known"))  # fmt: skip
        st.caption(markdown(caption))
        with st.expander(_("All that is known of it")):
            st.markdown("\n".join(f"- {markdown(page_sentence(line, _))}" for line in details(one)))
        use, pin, remove = st.columns(3)
        if entry.role in kept_editions.ROLES and use.button(_("Use"), key=f"use_{entry.sha256[:12]}"):
            kept_editions.take(one)
            st.rerun()
        if pin.button(_("Unpin") if entry.pinned else _("Pin"), key=f"pin_{entry.sha256[:12]}"):
            one.store.pin(entry.name, not entry.pinned)
            st.rerun()
        if not entry.pinned and remove.button(_("Remove"), key=f"remove_{entry.sha256[:12]}"):
            one.store.remove(entry.name)
            st.rerun()


def changes(here: Here, data: Data, found: list[StoredEdition]) -> None:
    """What a later edition would change, of the incidents and of the sites that are loaded."""
    _ = here.translate
    incidents = {k.entry.reference: k for k in found if k.entry.role == "incidents"}
    if len(incidents) < 2:
        return
    st.header(_("What an edition changes, before it is used"))
    one, two = st.columns(2)
    names = list(incidents)
    after = one.selectbox(_("The later edition"), names, key="changes_after")
    before = two.selectbox(_("The one that is used"), names, index=1, key="changes_before")
    if not st.button(_("Compare"), key="changes_go") or after is None or before is None:
        return
    if after == before:
        raise InputError("Two different editions are asked for.", where="editions", got=str(after))
    pair = [[_source(incidents[n])] for n in (before, after)]
    given = data.inputs()
    sites = given.sites if not data.demonstration else ()
    inputs = Inputs(sites=sites, boundaries=given.boundaries, coverage=given.coverage, country=given.country)
    with st.spinner(_("Reading and assessing…")):
        made = comparing.run(pair[0], pair[1], inputs, data.day if sites else None, data.rules)
    for line in made.summary(_.language):
        st.markdown(f"- {markdown(page_sentence(line, _))}")
    if made.moves is not None and len(made.moves):
        tables.both_sides(_, made.moves, WORDS, _("What an edition changes, before it is used"))
    tables.both_sides(_, made.incidents, WORDS, _("Incidents"))


def _source(one: StoredEdition) -> Source:
    return Source(one.entry.name, one.path, one.coverage, layer=one.layer)


def main() -> None:
    """The page; what it reads is held by no name of this module, which Streamlit keeps when the reader has gone."""
    with session.page() as here:
        _ = here.translate
        data = here.data(sites_needed=False, assessed=True)
        here.address()
        st.title(_("Data"))
        st.caption(
            _(
                "What the verdicts rest on: source, licence, how to cite, what is covered, how old it is, what is "
                "missing."
            )
        )
        own = workspace.is_local()
        tabs = st.tabs([_("In use"), _("Fetched"), _("Fetch")] if own else [_("In use")])
        with tabs[0]:
            with st.spinner(_("Reading and assessing…")):
                shown = cards(data.loaded(), dt.date.today())
            if not shown:
                st.info(_("No data is loaded."), icon=":material/upload_file:")
            for each in shown:
                card(here, each)
        if own:
            with tabs[1]:
                entries = all_stored()
                if not entries:
                    st.info(_("Nothing was fetched yet."), icon=":material/download:")
                for each_kept in entries:
                    edition_card(here, each_kept)
                changes(here, data, entries)
            with tabs[2]:
                bring(here)


main()
