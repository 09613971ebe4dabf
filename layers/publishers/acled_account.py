"""ACLED by the user's own account: a token for name and password, then pages of CSV; neither is ever written down."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path

from geo.errors import LimitExceededError
from layers.publishers.keep import Wanted
from layers.publishers.table import FetchSource
from layers.publishers.transfer import Transfer
from layers.sources.fetch_error import FetchError, host_of

TOKEN = "/oauth/token"  # noqa: S105 - the path of the address, no secret
CLIENT = "acled"
MOST_PAGES = 1000


def pages_of(
    row: FetchSource, country: str, wanted: Wanted, user: str, password: str,
    transfer: Callable[[tuple[tuple[str, str], ...]], Transfer], part: Callable[[str], Path],
) -> Iterator[bytes]:  # fmt: skip
    """Pages of events of a country, each a CSV with its heading.

    Parameters
    ----------
    transfer
        Makes a transfer that sends some headers.
    part
        Where a page waits.
    """
    place = urllib.parse.urlsplit(row.address)
    token_url = urllib.parse.urlunsplit((place.scheme, place.netloc, TOKEN, "", ""))
    form = {"username": user, "password": password, "grant_type": "password", "client_id": CLIENT}
    reply = transfer(()).form(token_url, form)
    try:
        token = json.loads(reply)["access_token"]
        assert isinstance(token, str)
        assert token.isascii()
        assert token.isprintable()
    except (ValueError, KeyError, TypeError, AssertionError, RecursionError):
        raise FetchError("The reply is none that is known.", where=host_of(token_url), got="access_token") from None
    mover = transfer((("Authorization", f"Bearer {token}"),))
    query = dict(urllib.parse.parse_qsl(row.parameters))
    size = int(query.get("limit", "5000"))
    query |= {"_format": "csv", "country": country}
    if wanted.first and wanted.last:
        query |= {"event_date": f"{wanted.first}|{wanted.last}", "event_date_where": "BETWEEN"}
    for number in range(1, MOST_PAGES + 1):
        url = f"{row.address}?{urllib.parse.urlencode({**query, 'page': str(number)})}"
        came = mover.file(url, part(url))
        assert came is not None
        data = came.path.read_bytes()
        came.path.unlink(missing_ok=True)
        yield data
        if data.count(b"\n") < size:
            return
    raise LimitExceededError("The answer has too many pages.", where=row.name, expected=str(MOST_PAGES))
