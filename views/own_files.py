"""The reader's own files in this session: dropped in together, recognised in the background, read as the reader says.

How a file of one layout was read by hand holds for the next file of that layout, until the page is closed, or for good
in a workspace. A file that a project or link names by its hash is read as it says there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath

import streamlit as st

from geo.errors import CahraError
from jobs.assessment.site_filters import MAX_TEXT
from jobs.edition_references import all_stored, facts
from jobs.inspection import FileReport
from jobs.project import RASTERS, KeptFile
from jobs.reading_desk import Reading, ReadingDesk, Request
from layers.sources.read_options import NOTHING, ReadOptions
from views import own_rasters, run_options, workspace
from views.data_choice import File

MAX_FILES = 12
"""Files that one session may hold at a time, so that one reader cannot fill the machine's memory."""
MOST_LAYOUTS = 500
"""Layouts whose way of reading goes along with a project."""
AT_ONCE = 1.0
"""Seconds that a page waits for files that were just dropped in: most are read by then, and nothing flickers."""


@dataclass(frozen=True)
class Wish:
    """How the reader wants files of one layout to be read; `role` blank: as recognised."""

    role: str = ""
    options: ReadOptions = NOTHING


def all_files() -> dict[str, File]:
    """The files by their key, in the order in which they came."""
    files: dict[str, File] = st.session_state.setdefault("files", {})
    return files


def of_role(role: str) -> list[File]:
    """The files of one kind."""
    return [file for file in all_files().values() if file.role == role]


def desk() -> ReadingDesk:
    """Where this session's files are read; those of a workspace once for all its pages."""
    if workspace.current() is not None:
        return workspace.desk()
    found: ReadingDesk = st.session_state.setdefault("desk", ReadingDesk())
    return found


def _wishes() -> dict[str, Wish]:
    found: dict[str, Wish] = st.session_state.setdefault("layouts", {})
    return found


def add(given: Iterable[tuple[str, bytes]], role: str = "") -> int:
    """Adds files by name and bytes; gives how many were too many. The same bytes come in once."""
    files, left = all_files(), 0
    for name, data in given:
        digest = hashlib.sha256(data).hexdigest()
        if digest in files:
            continue
        if len(files) >= MAX_FILES:
            left += 1
            continue
        meant = _needed_file(digest)
        if meant is not None and meant.role in RASTERS:
            own_rasters.put(meant.role, meant.name, data)
            continue
        if meant is not None and len(meant.sha256) == len(digest):
            name = meant.name  # what a project says of a file it says by its name
        own = _unlike(name[:MAX_TEXT], {file.name for file in files.values()})
        if meant is None:
            files[digest] = File("", own, digest, data, asked=role, settled=False)
        else:
            put(replace(meant, name=own, sha256=digest, role=meant.role or role, path=""), data)
        st.session_state["chosen_file"] = digest
    return left


def put(kept: KeptFile, data: bytes) -> None:
    """A file as a project knows it becomes one of this session's."""
    all_files()[kept.sha256] = File(
        "", kept.name, kept.sha256, data, asked=kept.role, options=kept.options, settled=False, by_hand=kept.by_hand,
        path=kept.path,
    )  # fmt: skip


def take(path: str) -> bool:
    """A file that lies in the workspace, read there; False where there are too many."""
    folder = workspace.current()
    assert folder is not None
    kept, data = folder.take(path)
    if kept.sha256 in all_files():
        return True
    if add([(kept.name, data)]):
        return False
    if kept.sha256 in all_files():  # else it is a raster
        all_files()[kept.sha256] = replace(all_files()[kept.sha256], path=kept.path)
    return True


def needed() -> list[KeptFile]:
    """Files that a project or link names and that are not here; of a link only the first digits of the hash."""
    found: list[KeptFile] = st.session_state.setdefault("needed", [])
    here = {*all_files(), *(given.sha256 for given in own_rasters.all_given().values())}
    return [f for f in found if not any(digest.startswith(f.sha256) for digest in here)]


def need(kept: KeptFile) -> None:
    """Notes a file that is not here."""
    found = st.session_state.setdefault("needed", [])
    if kept not in found:
        found.append(kept)


def _needed_file(digest: str) -> KeptFile | None:
    """What was said of a file with this hash; from now on it is here."""
    found = next((f for f in needed() if digest.startswith(f.sha256)), None)
    if found is not None:
        st.session_state["needed"].remove(found)
    return found


def layouts() -> dict[str, tuple[str, ReadOptions]]:
    """Role and options by the fingerprint of a layout."""
    return {key: (wish.role, wish.options) for key, wish in list(_wishes().items())[-MOST_LAYOUTS:]}


def remember(known: Mapping[str, tuple[str, ReadOptions]]) -> None:
    """Takes over how files of known layouts are read."""
    _wishes().update({key: Wish(role, options) for key, (role, options) in known.items()})


def came() -> None:
    """A reader's own file was added: from the next run on, demonstration data is off. The two are never joined."""
    st.session_state["own_came"] = True


def _unlike(name: str, taken: set[str]) -> str:
    """A name that no other file has: what is said of a file is said by its name.

    Examples
    --------
    >>> _unlike("a.csv", {"a.csv", "a (2).csv"}), _unlike("b.csv", {"a.csv"})
    ('a (3).csv', 'b.csv')
    """
    path, number, out = PurePath(name), 2, name
    while out in taken:
        out, number = f"{path.stem} ({number}){path.suffix}", number + 1
    return out


def remove(key: str) -> None:
    """Callback: a file and all that was read of it is let go."""
    file = all_files().pop(key, None)
    if file is None:
        return
    desk().forget(file.sha256)
    folder = workspace.current()
    if folder is not None:
        folder.drop(KeptFile(file.name, file.sha256, len(file.data), path=file.path))


def reading(file: File) -> Reading:
    """The reading of a file as the reader wants it, begun where it is new."""
    run_address = run_options.address()
    request = Request(file.name, file.sha256, file.asked, file.options, run_address["country"], run_address["vintage"])
    return desk().begin(request, file.data)


def report(file: File) -> FileReport | None:
    """What a file was found to be; None while it is read."""
    return reading(file).report


def settle() -> list[Reading]:
    """Takes over what has been found out of files that came new; gives the readings that are not done."""
    open_, files = [], all_files()
    for key, file in list(files.items()):
        if file.settled:
            continue
        now = reading(file)
        found = now.report
        if found is None:
            open_.append(now)
            continue
        wish = _wishes().get(found.fingerprint) if found.fingerprint else None
        if wish is not None and not file.by_hand and (wish.options, wish.role) != (file.options, file.asked):
            files[key] = replace(file, options=wish.options, asked=file.asked or wish.role, by_hand=True)
            open_.append(reading(files[key]))
            continue
        role = "" if found.fault is not None else found.role
        files[key] = replace(file, role=role, settled=True, about=fetched_facts(file.sha256))
    return open_


def fetched_facts(sha256: str) -> tuple[tuple[str, str], ...]:
    """What a run record says of a fetched file beside its hash; nothing of a file that was not fetched here."""
    if not workspace.is_local():
        return ()
    try:
        found = next((k.entry for k in all_stored() if k.entry.sha256 == sha256), None)
    except CahraError:  # the page of data says what is wrong with the catalogue
        return ()
    return facts(found) if found is not None else ()


def waited() -> list[Reading]:
    """As :func:`settle`, after a moment in which most files are read."""
    open_ = settle()
    if open_ and desk().wait(open_, AT_ONCE):
        open_ = settle()
        if open_ and desk().wait(open_, AT_ONCE):  # a remembered way of reading was found
            open_ = settle()
    return open_


def change(key: str, role: str, options: ReadOptions) -> None:
    """Reads a file as the reader says, and files of the same layout after it."""
    file = all_files()[key]
    found = report(file)
    if found is not None and found.fingerprint:
        common = replace(options, country="", version="", sheet="", layer="")
        if (role, common) == ("", NOTHING):
            _wishes().pop(found.fingerprint, None)
        else:
            _wishes()[found.fingerprint] = Wish(role, common)
    all_files()[key] = replace(file, role="", asked=role, options=options, settled=False, by_hand=True)
