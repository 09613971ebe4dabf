"""The error of a download that fails, apart from the code that downloads: most runs load nothing from a network."""

from __future__ import annotations

import urllib.parse

from geo.errors import CahraError


class FetchError(CahraError, OSError):
    """A download failed; nothing of it was kept."""


def host_of(url: str) -> str:
    """The host of an address, blank where it has none.

    Parameters
    ----------
    url
        The address.
    """
    try:
        return urllib.parse.urlsplit(url).hostname or ""
    except ValueError:
        return ""
