"""Your files: any kind dropped in together, each recognised, shown as it is read, and read otherwise when asked."""

from __future__ import annotations

import streamlit as st

from i18n.translator import N_
from jobs.file_roles import ROLES
from layers.formats.writers.escape import markdown
from views import file_list, own_files, session
from views.session import Here
from views.widgets import import_card, workspace_panel

KINDS = {
    "sites": N_("a list with names and coordinates, visits of IPIS, ICGLR registers, a map of one's own (KML, GPX)"),
    "suppliers": N_("origins with countries and routes; CMRT, EMRT and AMRT workbooks"),
    "incidents": N_("UCDP GED of any edition, ACLED exports, saved replies of both"),
    "boundaries": N_("geoBoundaries, OCHA, GADM, national offices: any polygons with names"),
    "coverage": N_("what an incident file covers: dataset, country, from, to"),
    "programmes": N_("lists of projects, polygons, IATI activities"),
    "eu_list": N_("areas with the days from and to which they are listed"),
    "roads": N_("lines with a speed or class"),
    "rules": N_("a TOML file of rules of your own"),
}
"""What can be dropped in, in words."""


def overview(here: Here) -> str:
    """The files to choose from, each with its kind and rows; the key of the chosen one."""
    _, state, files = here.translate, st.session_state, own_files.all_files()
    keys = list(files)
    if state.get("chosen_file") not in keys:
        state["chosen_file"] = keys[-1]
    lines, names = [], {key: markdown(file.name) for key, file in files.items()}
    for file in files.values():
        report = own_files.report(file) if file.settled else None
        line = import_card.headline(_, report) if report is not None else _("… being read")
        lines.append(f"{'✓' if file.role else '✗'} {line}" if file.settled else line)
    key = st.radio(
        _("Files"),
        keys,
        index=keys.index(state["chosen_file"]),
        format_func=names.__getitem__,
        captions=[markdown(line) for line in lines],
        key=f"file_{len(keys)}_{keys[-1][:8]}",
    )
    state["chosen_file"] = key
    return str(key)


def what_can_come(here: Here) -> None:
    """The kinds of files in words, for a reader who has none here yet."""
    _ = here.translate
    st.markdown("\n".join("- " + _.pair(f"**{_(ROLES[role])}**", _(words)) for role, words in KINDS.items()))


def main() -> None:
    """The page; what it reads is held by no name of this module, which Streamlit keeps when the reader has gone."""
    with session.page() as here:
        _ = here.translate
        here.data(sites_needed=False, assessed=False)
        here.address()
        st.title(_("Your files"))
        st.caption(
            _(
                "Drop files of any kind together: tables, workbooks, maps, zips. What each is, is recognised; what was "
                "understood and what was not is shown here before anything rests on it."
            )
        )
        st.caption(session.storage_note(_))
        left, right = st.columns([3, 2])
        with left:
            file_list.uploader(_, "import")
        with right, st.expander(_("A table as text"), icon=":material/content_paste:"):
            file_list.pasted(_, "import_paste")
        workspace_panel.show(here)
        if not own_files.all_files():
            what_can_come(here)
            st.stop()
        own_files.waited()
        chosen = overview(here)
        file = own_files.all_files()[chosen]
        found = own_files.report(file)
        if found is None and file.settled:
            file_list.progress(_, [own_files.reading(file)])
        if found is None:
            st.info(_("This file is being read; you may go on meanwhile."), icon=":material/hourglass_top:")
        else:
            import_card.show(here, chosen, file, found)


main()
