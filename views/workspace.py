"""The folder in which the reader of this machine works, if one was named: one for the process, none by default.

It is for whoever sits at the machine. A reader who comes through a proxy or from elsewhere neither sees it nor can name
one, unless the app was started with ``--workspace-for-all``.
"""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st

from jobs.reading_desk import ReadingDesk
from jobs.screening.reviews import VARIABLE
from jobs.workspace import Workspace
from layers.formats import LOCAL, UPLOAD, Gateway

_FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")


@dataclass
class _Open:
    folder: Workspace | None = None
    for_all: bool = False
    desk: ReadingDesk = field(default_factory=lambda: ReadingDesk(LOCAL))
    reviews_before: str | None = None


_here = _Open()


def open_folder(folder: str | Path, *, new: bool = False, for_all: bool = False) -> Workspace:
    """Opens a folder for this process; decisions are kept in it, unless the environment names another file.

    Raises
    ------
    geo.errors.InputError
        The folder cannot be used.
    """
    close()
    _here.folder, _here.for_all = Workspace(folder, new=new), for_all
    _here.desk = ReadingDesk(LOCAL)
    _here.reviews_before = os.environ.get(VARIABLE)
    os.environ.setdefault(VARIABLE, str(_here.folder.decisions))
    return _here.folder


def close() -> None:
    """Lets go of the folder; nothing in it changes."""
    if _here.folder is None:
        return
    if _here.reviews_before is None:
        os.environ.pop(VARIABLE, None)
    _here.folder.close()
    _here.folder = None


def current() -> Workspace | None:
    """The folder, for a reader who may see it."""
    return _here.folder if _here.folder is not None and (_here.for_all or is_local()) else None


def gateway() -> Gateway:
    """The limits for files: those of the command line where the reader works on their own machine in a folder."""
    return UPLOAD if current() is None else LOCAL


def desk() -> ReadingDesk:
    """Where the files of the folder are read, once for all pages that are open."""
    return _here.desk


def is_local() -> bool:
    """Whether the reader sits at this machine: the app listens to no other, and the browser asked this one itself."""
    address = str(st.get_option("server.address") or "")
    if not is_loopback(address):
        return False
    headers = {str(k).casefold(): str(v) for k, v in st.context.headers.to_dict().items()}
    if any(name in headers for name in _FORWARDED):
        return False
    asked = [urlsplit(f"//{headers['host']}").hostname] if "host" in headers else []
    asked += [urlsplit(headers["origin"]).hostname] if "origin" in headers else []
    return all(is_loopback(name or "") for name in asked)


def is_loopback(address: str) -> bool:
    """Whether an address reaches this machine alone.

    Examples
    --------
    >>> [is_loopback(a) for a in ("127.0.0.1", "localhost", "::1", "0.0.0.0", "", "example.org")]
    [True, True, True, False, False, False]
    """
    if address.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
