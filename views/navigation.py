"""The pages of the app, in the order in which they are offered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from i18n.translator import N_, Translator
from views import workspace_session

AT_ROOT = "start"
FOLDER = Path(__file__).resolve().parent / "pages"


@dataclass(frozen=True)
class Page:
    """A file in ``views/pages``, its title, its path in the address, and its icon (a Material Symbol)."""

    file: str
    title: str
    path: str
    icon: str


PAGES: tuple[Page, ...] = (
    Page("explore.py", N_("Explore"), "explore", ":material/map:"),
    Page("site.py", N_("One site"), "site", ":material/location_on:"),
    Page("ask_place.py", N_("Ask about a place"), "ask", ":material/ads_click:"),
    Page("compare.py", N_("Side by side"), "compare", ":material/compare:"),
    Page("decision_tree.py", N_("Decision tree"), "tree", ":material/account_tree:"),
    Page("companies.py", N_("Companies"), "screen", ":material/fact_check:"),
    Page("programmes.py", N_("Programmes"), "programmes", ":material/diversity_3:"),
    Page("files.py", N_("Your files"), "files", ":material/upload_file:"),
    Page("surroundings.py", N_("People and density"), "around", ":material/groups:"),
    Page("data.py", N_("Data"), "data", ":material/database:"),
    Page("sensitivity.py", N_("How sure?"), "sure", ":material/tune:"),
    Page("track_record.py", N_("Track record"), "record", ":material/history:"),
    Page("about.py", N_("About"), "about", ":material/info:"),
)


def pages(translate: Translator) -> list[StreamlitPage]:
    """The pages that exist, for ``st.navigation``; the first, which stands at ``/``, answers by its own path too.

    Streamlit keeps a path for the page at ``/`` without ever serving it there, so that page is given another one.
    """
    made = [
        st.Page(
            FOLDER / p.file, title=translate(p.title), url_path=p.path if i else AT_ROOT, icon=p.icon, default=i == 0
        )
        for i, p in enumerate(PAGES)
        if (FOLDER / p.file).is_file()
    ]
    first = PAGES[0]
    again = st.Page(FOLDER / first.file, title=translate(first.title), url_path=first.path, visibility="hidden")
    return [*made, again]


def go_where_it_was_left(here: StreamlitPage) -> None:
    """Once a session: to the page that was left in the workspace, for a reader who asked for none."""
    state = st.session_state
    left = workspace_session.page_left()
    first, state["page_here"] = "page_here" not in state, here.url_path or PAGES[0].path
    page = next((p for p in PAGES if p.path == left), None)
    if first and page is not None and page is not PAGES[0] and not here.url_path and not state["came_with"]:
        st.switch_page(FOLDER / page.file)
