"""The reader's files in the sidebar: dropped in, each with its kind, to be taken away; and what is still being read."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from i18n.translator import Translator
from jobs.file_roles import ROLES
from jobs.project import is_project
from jobs.reading_desk import Reading, share_done
from layers.formats.writers.escape import markdown
from views import kept_editions, own_files
from views.data_choice import File
from views.release import forget_upload

PAGE = "views/pages/files.py"


def uploader(translate: Translator, key: str, role: str = "", label: str = "") -> None:
    """A field for files of any kind, or of one; what comes is recognised, and demonstration data goes off."""
    _, state = translate, st.session_state
    turn, field = state.get("upload_turn", 0), f"taken_{key}"
    # The field stays the same one: what comes while the page still takes an earlier file would be lost with another.
    given = st.file_uploader(label or _("Add files"), accept_multiple_files=True, key=field)
    if kept_editions.chooser(_, f"{key}_edition_{turn}", role):
        state["upload_turn"] = turn + 1
        st.rerun()
    if state.pop("files_left", 0):
        st.warning(_("At most {n} files at a time.", n=own_files.MAX_FILES))
    for name in state.pop("projects_given", ()):
        st.warning(_("{name} is a project: open it on the page Your files, under Project file.", name=markdown(name)))
    known = state.get(f"{field}_ids", ())
    state[f"{field}_ids"] = frozenset(f.file_id for f in given)
    come = [f for f in given if f.file_id not in known]
    if come:
        data = [(f.name, f.getvalue()) for f in come]
        state["projects_given"] = [name for name, content in data if is_project(content)]
        data = [(name, content) for name, content in data if name not in state["projects_given"]]
        state["files_left"] = own_files.add(data, role)
        for upload in come:
            forget_upload(upload)
        if any(not name.casefold().endswith(".toml") for name, _content in data):
            own_files.came()
        st.rerun()


def pasted(translate: Translator, key: str, role: str = "", example: str = "name;lat;lon;mineral") -> None:
    """A field for a table as text, which becomes a file like any other."""
    _, state = translate, st.session_state
    turn = state.get("upload_turn", 0)
    text = st.text_area(_("Or paste it here"), key=f"{key}_{turn}", height=120, placeholder=example)
    if st.button(_("Use the pasted text"), disabled=not (text or "").strip(), key=f"{key}_take"):
        state["files_left"] = own_files.add([("pasted.csv", (text or "").encode())], role)
        own_files.came()
        state["upload_turn"] = turn + 1
        st.rerun()


def show(translate: Translator) -> None:
    """The files with their kinds; how they are read is a click away."""
    _ = translate
    files = own_files.all_files()
    if not files:
        return
    open_ = own_files.waited()
    for key, file in list(files.items()):
        file = files[key]
        st.caption(kind_of(_, file))
        st.button(
            _("Remove {name}", name=markdown(file.name)),
            key=f"drop_{key}",
            icon=":material/close:",
            type="tertiary",
            on_click=own_files.remove,
            args=(key,),
        )
    if open_:
        progress(_, open_)
    if st.button(_("How they are read"), key="open_files", icon=":material/rule:", width="stretch"):
        st.switch_page(PAGE)


def kind_of(translate: Translator, file: File) -> str:
    """The kind of a file in words, or why it has none."""
    _ = translate
    if not file.settled:
        return _("… being read")
    if not file.role:
        return _("✗ not used: see “How they are read”")
    return "✓ " + _(ROLES[file.role])


def progress(translate: Translator, readings: Sequence[Reading]) -> None:
    """How far these readings are; the page is drawn anew when one is done, and goes on meanwhile."""
    _ = translate
    if all(reading.future.done() for reading in readings):
        return

    @st.fragment(run_every=1.0)
    def watch() -> None:
        now = [r for r in readings if not r.future.done()]
        if len(now) != len(readings):
            st.rerun()
        reading = next((r for r in now if r.step), now[0])
        caption = _(
            "{name}: {step}, {seconds} s; {n} to go",
            name=markdown(reading.request.name), step=_(reading.step) if reading.step else _("waiting"),
            seconds=_.number(round(reading.seconds)), n=_.number(len(now)),
        )  # fmt: skip
        st.progress(share_done([own_files.reading(f) for f in own_files.all_files().values()]), text=caption)

    watch()
