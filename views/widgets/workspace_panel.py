"""The workspace and the project file on the page of own files: a folder to work in, a project to hand on."""

from __future__ import annotations

import streamlit as st

from geo.errors import CahraError
from jobs.project import project_zip, read_project
from jobs.workspace import Workspace
from layers.formats.writers.escape import markdown
from views import own_files, own_rasters, workspace, workspace_session
from views.faults import telling
from views.navigation import FOLDER, PAGES
from views.release import forget_upload
from views.session import Here
from views.widgets.raster_upload import ENDINGS


def show(here: Here) -> None:
    """The workspace, then the project file."""
    _ = here.translate
    folder = workspace.current()
    with st.expander(_("Workspace"), icon=":material/folder_special:", expanded=folder is not None):
        if folder is not None:
            _open(here, folder)
        elif workspace.is_local():
            _name_one(here)
        else:
            st.caption(
                _(
                    "On your own computer the app can keep your files, settings and decisions in a folder: "
                    "cahra app --workspace DIR. On this server nothing is kept."
                )
            )
    with st.expander(_("Project file"), icon=":material/inventory_2:"):
        _hand_on(here)
        _take_over(here)


def _open(here: Here, folder: Workspace) -> None:
    _, state = here.translate, st.session_state
    st.text(str(folder.folder))
    st.caption(
        _(
            "This folder keeps the files that you add, how they are read, the settings of the page and reviewers' "
            "decisions, and opens where you left it. Removing a file deletes its copy; files that you put there "
            "yourself are read where they lie and never changed."
        )
    )
    taken = {file.path for file in own_files.all_files().values()}
    offered = {f.path: f for f in folder.offered() if f.path not in taken and not f.path.endswith(ENDINGS)}
    if offered:
        paths = st.multiselect(
            _("Files in the folder"), list(offered), placeholder=_("choose"), key=f"offered_{len(taken)}",
            format_func=lambda p: f"{p} ({_.number(offered[p].size / 1e6, 1)} MB)",
        )  # fmt: skip
        if st.button(_("Use these files"), disabled=not paths, icon=":material/add:", key="take_file"):
            state["files_left"] = sum(not own_files.take(path) for path in paths)
            own_files.came()
            st.rerun()
    else:
        st.caption(_("No other file lies in the folder."))


def _name_one(here: Here) -> None:
    _ = here.translate
    st.caption(
        _(
            "Without a workspace nothing is kept. Name a new or empty folder on this computer, or one that was a "
            "workspace before; your files, settings and decisions stay in it."
        )
    )
    name = st.text_input(_("Folder"), key="workspace_name", max_chars=1000, placeholder="~/cahra")
    if not st.button(_("Work in this folder"), disabled=not (name or "").strip(), icon=":material/folder_open:"):
        return
    workspace.open_folder((name or "").strip(), new=True)
    if not workspace_session.carry():
        st.query_params.clear()
    st.rerun()


def _hand_on(here: Here) -> None:
    """The project of this session as a download."""
    _ = here.translate
    st.caption(
        _(
            "A project file holds the settings of this page, how your files are read, and their names and hashes: a "
            "colleague or auditor opens it here and sees what you see."
        )
    )
    files, rasters = list(own_files.all_files().values()), list(own_rasters.all_given().values())
    whole = st.toggle(_("With the files themselves"), key="project_whole", disabled=not files and not rasters)
    reports = {file.sha256: own_files.report(file) for file in files} if whole else {}
    kept_back = {h for h, r in reports.items() if r is None or r.layout == "acled"}
    if whole and kept_back:
        st.caption(_("Files whose licence keeps them here (ACLED) go along by name and hash only."))
    contents = {file.sha256: file.data for file in files if whole and file.sha256 not in kept_back}
    contents |= {raster.sha256: raster.data for raster in rasters if whole}
    project = workspace_session.snapshot()
    st.download_button(
        _("Download the project"),
        data=telling(lambda: project_zip(project, contents), _),
        file_name=f"cahra-project_{st.session_state['day']}.zip",
        mime="application/zip",
        on_click="ignore",
        icon=":material/download:",
    )


def _take_over(here: Here) -> None:
    """A project that somebody handed on."""
    _, state = here.translate, st.session_state
    given = st.file_uploader(_("Open a project"), type=["zip", "json"], key=f"project_{state.get('upload_turn', 0)}")
    if given is None:
        return
    data = given.getvalue()
    forget_upload(given)
    try:
        project, contents = read_project(data, given.name, workspace.gateway())
    except CahraError as error:
        st.error(markdown(error.sentence(_)), icon=":material/error:")
        return
    page = next((p for p in PAGES if p.path == project.page), PAGES[0])
    address = {**project.address, "lang": str(state["q_lang"])}
    workspace_session.enter(project, contents)
    st.switch_page(FOLDER / page.file, query_params=address)
