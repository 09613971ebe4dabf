"""Fetched editions on the pages, for who sits at this machine: chosen or typed, and taken as a file."""

from __future__ import annotations

import streamlit as st

from geo.errors import CahraError, InputError
from i18n.translator import Translator
from jobs.edition_references import StoredEdition, all_stored, find, parse
from layers.formats.writers.escape import markdown
from views import own_files, workspace

ROLES = ("sites", "incidents", "boundaries", "programmes")
"""Kinds of editions that a page can use as a file."""


def take(one: StoredEdition) -> None:
    """The file becomes one of the session's, with what it declares to cover."""
    data = one.store.read(one.entry.name)
    given = [(one.entry.name, data)]
    if one.coverage:
        given.append((f"coverage of {one.entry.name}.csv", one.coverage))
    own_files.add(given, one.entry.role if one.entry.role == "programmes" else "")
    own_files.came()


def chooser(translate: Translator, key: str, role: str = "") -> bool:
    """A field of the fetched editions of a kind, to choose from or to type one; whether one was taken."""
    _ = translate
    if not workspace.is_local() or role not in ("", *ROLES):
        return False
    wanted = (role,) if role else ROLES
    try:
        names = [k.entry.reference for k in all_stored() if k.entry.role in wanted]
        if not names:
            return False
        text = st.selectbox(
            _("Or a fetched edition"), list(dict.fromkeys(names)), index=None, key=key, accept_new_options=True,
            placeholder="ucdp:CAF@25.1",
        )  # fmt: skip
        if not text:
            return False
        reference = parse(text)
        if reference is None:
            raise InputError("This is no reference.", where=text[:80], expected="ucdp:CAF@25.1")
        one = find(reference)
        if one.entry.role not in wanted:
            raise InputError("This edition is of another kind.", where=text[:80], expected=", ".join(wanted),
                             got=one.entry.role)  # fmt: skip
        take(one)
    except CahraError as fault:
        st.error(markdown(fault.sentence(_)), icon=":material/error:")
        return False
    return True
