"""Downloads from the publishers into the local store, only when the user asks.

Connections go to the publisher's hosts alone, over https (plain http only to this machine, for tests). What comes is
read through the one door before it is kept, so that a page of error text never becomes a dataset.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo.errors import CahraError, InputError, LimitExceededError
from geo.messages import Note
from layers.reference.tables import country_codes, gleditsch_ward
from layers.sources.boundaries import read_boundaries
from layers.sources.catalogue import Entry, Store, publisher
from layers.sources.incidents import read_incidents

UCDP_API = "https://ucdpapi.pcr.uu.se/api/gedevents"
GEOBOUNDARIES_API = "https://www.geoboundaries.org/api/current/gbOpen"
GEOBOUNDARIES_HOSTS = frozenset(
    {"www.geoboundaries.org", "github.com", "raw.githubusercontent.com", "media.githubusercontent.com"}
)
"""Where gjDownloadURL points to, and where those hosts send one on."""
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
PAGE = 1000
TRIES = 4
TIMEOUT_S = 60.0
REPLY_BYTES = 300_000_000
"""Most bytes of one reply; the largest boundary set of one country is about 200 MB."""
REDIRECTS = 5
AGAIN = frozenset({429, 500, 502, 503, 504})

Progress = Callable[[int, int], None]


class FetchError(CahraError, OSError):
    """A download failed; nothing of it was kept."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is looked at before it is followed: a token must not travel to another host."""

    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass(frozen=True)
class Client:
    """Gets bytes from named hosts.

    Parameters
    ----------
    hosts
        The hosts that may be asked, also after a redirect.
    headers
        Sent with every request, to the first host only.
    wait_s
        First pause before another try [s]; it doubles.
    """

    hosts: frozenset[str]
    headers: tuple[tuple[str, str], ...] = ()
    wait_s: float = 2.0

    def get(self, url: str) -> bytes:
        """The body of the reply.

        Raises
        ------
        FetchError
            The host is not one of `hosts`, the connection fails, or the reply is an error.
        geo.errors.LimitExceededError
            The reply is larger than :data:`REPLY_BYTES`.
        """
        first = urllib.parse.urlsplit(url).hostname
        for _ in range(REDIRECTS + 1):
            place = self._allowed(url)
            headers = dict(self.headers) if place.hostname == first else {}
            answer = self._once(url, headers)
            if isinstance(answer, bytes):
                return answer
            url = urllib.parse.urljoin(url, answer)
        raise FetchError("The address is sent on and on.", where=place.hostname or "")

    def _allowed(self, url: str) -> urllib.parse.SplitResult:
        place = urllib.parse.urlsplit(url)
        host = place.hostname or ""
        safe = place.scheme == "https" or (place.scheme == "http" and host in LOOPBACK)
        if host not in self.hosts or not safe or place.username:
            raise FetchError(
                "The address is not one of the publisher's.",
                where=host,
                expected=f"https, {', '.join(sorted(self.hosts))}",
                got=f"{place.scheme}://{host}",
            )
        return place

    def _once(self, url: str, headers: dict[str, str]) -> bytes | str:
        """The body, or the address that the reply sends on to; busy hosts are asked again."""
        opener = urllib.request.build_opener(_NoRedirect)
        request = urllib.request.Request(url, headers={"User-Agent": "cahra-atlas", **headers})  # noqa: S310
        host = urllib.parse.urlsplit(url).hostname or ""
        for attempt in range(TRIES):
            try:
                with opener.open(request, timeout=TIMEOUT_S) as reply:
                    body: bytes = reply.read(REPLY_BYTES + 1)
            except urllib.error.HTTPError as fault:
                with fault:
                    if fault.code in (301, 302, 303, 307, 308) and fault.headers.get("Location"):
                        return str(fault.headers["Location"])
                    if fault.code not in AGAIN or attempt == TRIES - 1:
                        remedy = Note("Check the token.") if fault.code in (401, 403) else "Try again later."
                        raise FetchError(
                            "The publisher answered with an error.", where=host, got=f"HTTP {fault.code}", remedy=remedy
                        ) from None
            except (OSError, ValueError) as fault:
                if attempt == TRIES - 1:
                    raise FetchError(
                        "The publisher could not be reached.",
                        where=host,
                        got=type(fault).__name__,
                        remedy="Check the connection, or download the file by hand.",
                    ) from None
            else:
                if len(body) > REPLY_BYTES:
                    raise LimitExceededError(
                        "The reply is too large.", where=host, expected=Note("{n} bytes", n=REPLY_BYTES)
                    )
                return body
            time.sleep(self.wait_s * 2**attempt)
        raise AssertionError  # the last try returns or raises

    def get_json(self, url: str) -> Any:
        """The reply as JSON; raises :class:`FetchError` when it is none."""
        try:
            return json.loads(self.get(url))
        except ValueError:
            host = urllib.parse.urlsplit(url).hostname or ""
            raise FetchError("The reply is not JSON.", where=host, remedy="Try again later.") from None


def fetch_ucdp(
    store: Store,
    version: str,
    country: str,
    token: str,
    *,
    start: dt.date | None = None,
    end: dt.date | None = None,
    base: str = UCDP_API,
    now: dt.datetime | None = None,
    progress: Progress | None = None,
    wait_s: float = 2.0,
) -> Entry:
    """Events of one country from the UCDP API, as a CSV of the native columns in `store`.

    Parameters
    ----------
    version
        ``25.1`` for a yearly edition, ``25.0.8`` for the candidate events of a month.
    country
        Code or name.
    token
        The user's own, sent as ``x-ucdp-access-token``; it is never written down.
    start, end
        First and last day; by default all that the edition holds.
    progress
        Called with pages done and pages in all.

    Returns
    -------
    Entry
        Its `coverage` is the asked span, cut to what the edition holds.

    Raises
    ------
    FetchError, geo.errors.InputError
        Nothing is kept then: a part of the pages is no dataset.
    """
    code = _country(country)
    numbers = sorted(number for number, iso3 in gleditsch_ward().items() if iso3 == code)
    if not numbers:
        raise InputError("UCDP has no number for this country.", where="country", got=code)
    held_from, held_to = _held(version)
    begin, until = max(start or held_from, held_from), min(end or held_to, held_to)
    if begin > until:
        raise InputError(
            "The edition holds nothing of these days.", where=version,
            expected=Note("{a} to {b}", a=str(held_from), b=str(held_to)),
            got=Note("{a} to {b}", a=str(start), b=str(end)),
        )  # fmt: skip
    query = {"pagesize": PAGE, "Country": ",".join(numbers), "StartDate": begin, "EndDate": until}
    url = f"{base}/{version}?{urllib.parse.urlencode(query)}"
    host = urllib.parse.urlsplit(base).hostname or ""
    client = Client(frozenset({host}), (("x-ucdp-access-token", token),), wait_s)
    found: list[dict[str, Any]] = []
    seen: set[str] = set()
    following, total, done = url, 0, 0
    while following:
        if following in seen:
            raise FetchError("The pages run in a circle.", where=host)
        seen.add(following)
        page = client.get_json(following)
        if not isinstance(page, dict) or not isinstance(page.get("Result"), list):
            raise FetchError("The reply is not a page of events.", where=host, remedy="Try again later.")
        found += page["Result"]
        total, done = int(page.get("TotalCount") or 0), done + 1
        if progress:
            progress(done, int(page.get("TotalPages") or done))
        following = _next(following, page.get("NextPageUrl"))
    if len(found) != total:
        raise FetchError(
            "The pages hold another number of events than announced.", where=host, expected=str(total),
            got=str(len(found)), remedy="Fetch again.",
        )  # fmt: skip
    if not found:
        raise FetchError(
            "UCDP has no event of this country in these days.", where=host, got=f"{code} {begin} to {until}"
        )
    name = f"ucdp_ged_v{version}_{code}_{begin}_{until}.csv"
    data = _as_csv(found)
    layer = read_incidents(data, name)
    stated = publisher("UCDP GED")
    asked = {"country_iso3": code, "from": begin.isoformat(), "to": until.isoformat()}
    entry = Entry(
        name=name,
        sha256=layer.sha256,
        size=len(data),
        role="incidents",
        dataset=f"UCDP GED {version}",
        version=version,
        licence=stated["licence"],
        credit=stated["credit"],
        url=url,
        fetched_at=_clock(now),
        coverage=[asked],
    )
    store.add(entry, data)
    return entry


def fetch_boundaries(
    store: Store,
    country: str,
    level: int,
    *,
    base: str = GEOBOUNDARIES_API,
    hosts: frozenset[str] = GEOBOUNDARIES_HOSTS,
    now: dt.datetime | None = None,
    wait_s: float = 2.0,
) -> Entry:
    """Boundaries of one country and level from geoBoundaries, with the vintage and licence that its API states.

    The facts of the API (`boundaryID, boundaryYearRepresented, boundaryLicense, boundarySource`) are written into the
    GeoJSON as members of their own, so that the file says them wherever it goes; the shapes are as published.

    Parameters
    ----------
    country
        Code or name.
    level
        0 country, 1 first order, 2 second order, 3.

    Raises
    ------
    FetchError, geo.errors.InputError
        Nothing is kept then.
    """
    code = _country(country)
    client = Client(hosts | {urllib.parse.urlsplit(base).hostname or ""}, wait_s=wait_s)
    url = f"{base}/{code}/ADM{level}/"
    facts = client.get_json(url)
    if not isinstance(facts, dict) or not isinstance(facts.get("gjDownloadURL"), str):
        raise FetchError("The reply does not name a file.", where=url, expected="gjDownloadURL")
    body = client.get(facts["gjDownloadURL"])
    try:
        text = body.decode("utf-8-sig").lstrip()
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise FetchError("The file is not GeoJSON.", where=urllib.parse.urlsplit(facts["gjDownloadURL"]).hostname or "")
    stated = ("boundaryID", "boundaryYearRepresented", "boundaryLicense", "boundarySource", "boundaryCanonical")
    members = {key: str(facts[key]) for key in stated if facts.get(key) and key not in document}
    said = json.dumps(members, ensure_ascii=False)[1:-1]
    data = ("{" + (said + ", " if said else "") + text[1:]).encode()
    year = re.sub(r"[^\w.-]+", "_", members.get("boundaryYearRepresented", "")) or "unknown"
    name = f"geoboundaries_{code}_adm{level}_{year}.geojson"
    layer = read_boundaries(data, name, level=level)
    entry = Entry(
        name=name,
        sha256=layer.sha256,
        size=len(data),
        role="boundaries",
        dataset=f"geoBoundaries {members.get('boundaryID', f'{code} ADM{level}')}",
        version=layer.version,
        licence=members.get("boundaryLicense", ""),
        credit=f"{publisher('geoBoundaries')['credit']}; {members.get('boundarySource', '')}".rstrip("; "),
        url=facts["gjDownloadURL"],
        fetched_at=_clock(now),
    )
    store.add(entry, data)
    return entry


def _next(current: str, following: object) -> str:
    """The address of the next page, blank at the end; a page that came by https is not left for plain http."""
    if not isinstance(following, str) or not following:
        return ""
    place = urllib.parse.urlsplit(urllib.parse.urljoin(current, following))
    return urllib.parse.urlunsplit(place._replace(scheme=urllib.parse.urlsplit(current).scheme))


def _held(version: str) -> tuple[dt.date, dt.date]:
    """First and last day that an edition of UCDP GED holds.

    Examples
    --------
    >>> [str(day) for day in _held("25.1")], [str(day) for day in _held("25.0.12")]
    (['1989-01-01', '2024-12-31'], ['2025-12-01', '2025-12-31'])
    """
    if found := re.fullmatch(r"(\d{2})\.1", version):
        return dt.date(1989, 1, 1), dt.date(2000 + int(found[1]) - 1, 12, 31)
    if (found := re.fullmatch(r"(\d{2})\.0\.(\d{1,2})", version)) and 1 <= int(found[2]) <= 12:
        year, month = 2000 + int(found[1]), int(found[2])
        following = dt.date(year + month // 12, month % 12 + 1, 1)
        return dt.date(year, month, 1), following - dt.timedelta(days=1)
    raise InputError(
        "This is no edition of UCDP GED.", where="version", expected="25.1, or 25.0.8 for a month", got=version
    )


def _country(country: str) -> str:
    code = str(country_codes(pd.Series([country], dtype="str")).iloc[0])
    if not code:
        raise InputError("The country is not known.", where="country", expected="ISO 3166 alpha-3", got=country)
    return code


def _as_csv(found: list[dict[str, Any]]) -> bytes:
    """Events as a CSV: the columns of the first event, then any that later ones add."""
    columns = list(dict.fromkeys(key for event in found for key in event))
    out = io.StringIO(newline="")
    table = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    table.writeheader()
    table.writerows({key: "" if value is None else value for key, value in event.items()} for event in found)
    return out.getvalue().encode()


def _clock(now: dt.datetime | None) -> str:
    return (now or dt.datetime.now(dt.UTC)).astimezone(dt.UTC).isoformat(timespec="seconds")
