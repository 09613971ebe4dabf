"""A session out of a workspace or project, and back: where the page stood, files, how they are read, what is needed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from jobs.project import RASTERS, KeptFile, Project
from views import own_files, own_rasters, workspace
from views.data_choice import File

MOST_NEEDED = 1_500
"""Characters of the files that an address names."""
_SHORT = 16
"""Digits of a hash in an address."""
_NEED = re.compile(rf"[^:~]{{1,200}}:[0-9a-f]{{16}}(?::(?:{'|'.join(RASTERS)}))?")


def address_left() -> dict[str, str]:
    """The address of the page as it was left in the workspace; blank without one."""
    folder = workspace.current()
    return dict(folder.project.address) if folder is not None else {}


def page_left() -> str:
    """The path of the page that was left in the workspace."""
    folder = workspace.current()
    return folder.project.page if folder is not None else ""


def restore() -> None:
    """Once a session: files and ways of reading out of a project, or the workspace; those that are gone are needed."""
    entered = st.session_state.pop("entered", None)
    if entered is not None:
        install(*entered)
        return
    folder = workspace.current()
    if folder is not None:
        contents = {f.sha256: data for f in folder.project.files if (data := folder.content(f)) is not None}
        install(folder.project, contents)
    files, rasters = st.session_state.pop("carried", ({}, {}))
    own_files.all_files().update(files)
    for role, given in rasters.items():
        own_rasters.put(role, given.name, given.data)


def enter(project: Project, contents: Mapping[str, bytes]) -> None:
    """Lets go of all that this session holds; from its next run on it is that of the project."""
    state = st.session_state
    turn = state.get("upload_turn", 0) + 1
    for key in list(state):
        del state[key]
    state["entered"], state["upload_turn"] = (project, dict(contents)), turn


def carry() -> bool:
    """Lets the session begin anew with the files that it holds; whether there are any."""
    state = st.session_state
    files, rasters = dict(own_files.all_files()), own_rasters.all_given()
    for key in list(state):
        del state[key]
    state["carried"] = files, rasters
    return bool(files or rasters)


def install(project: Project, contents: Mapping[str, bytes]) -> None:
    """Takes over files and ways of reading of a project; files whose bytes are not there are needed."""
    own_files.remember(project.layouts)
    for kept in project.files:
        if kept.sha256 in contents and kept.role in RASTERS:
            own_rasters.put(kept.role, kept.name, contents[kept.sha256], kept.path)
        elif kept.sha256 in contents:
            own_files.put(kept, contents[kept.sha256])
        else:
            own_files.need(kept)


def snapshot() -> Project:
    """The session as a project."""
    state = st.session_state
    files = [kept_of(file) for file in own_files.all_files().values()]
    files += own_rasters.kept_files()
    files += [f for f in own_files.needed() if len(f.sha256) == 64]
    address = {k: v for k, v in st.query_params.to_dict().items() if k != "needs"}
    return Project(str(state.get("page_here", "")), address, tuple(files), own_files.layouts())


def kept_of(file: File) -> KeptFile:
    """A file as a project knows it."""
    return KeptFile(file.name, file.sha256, len(file.data), file.asked, file.options, file.by_hand, file.path)


def keep() -> None:
    """Writes the session down in the workspace; without one nothing is written anywhere."""
    folder = workspace.current()
    if folder is None:
        return
    files = own_files.all_files()
    for key, file in files.items():
        if not file.path:
            files[key] = replace(file, path=folder.add(file.name, file.data).path)
    own_rasters.keep_in(folder)
    folder.save(snapshot())


def needs(files: Sequence[KeptFile]) -> str:
    """Files by name and hash, for an address.

    Examples
    --------
    >>> needs([KeptFile("a:b.csv", "ab" * 32, 10)])
    'a_b.csv:abababababababab'
    >>> needs([KeptFile("p.tif", "cd" * 32, 10, "population")])
    'p.tif:cdcdcdcdcdcdcdcd:population'
    """
    out = ""
    for file in files:
        one = f"{re.sub('[:~]', '_', file.name)}:{file.sha256[:_SHORT]}"
        one += f":{file.role}" if file.role in RASTERS else ""
        if len(out) + len(one) < MOST_NEEDED:
            out += f"~{one}" if out else one
    return out


def needed_of(text: str) -> list[KeptFile]:
    """The files that an address names; only the first digits of their hashes are known, and no sizes.

    Examples
    --------
    >>> [(f.name, f.sha256) for f in needed_of("a.csv:abababababababab~nonsense")]
    [('a.csv', 'abababababababab')]
    >>> [(f.name, f.role) for f in needed_of("p.tif:cdcdcdcdcdcdcdcd:population")]
    [('p.tif', 'population')]
    """
    found = [(*part.split(":"), "")[:3] for part in text.split("~") if _NEED.fullmatch(part)]
    return [KeptFile(name, digest, 0, role) for name, digest, role in found[: own_files.MAX_FILES]]


def look_in_folder() -> int:
    """Takes the needed files that lie in the workspace's folder; gives how many were found."""
    folder, found = workspace.current(), 0
    for file in own_files.needed() if folder is not None else ():
        assert folder is not None
        path = folder.find(file.sha256, file.size)
        if path:
            own_files.take(path)
            found += 1
    return found
