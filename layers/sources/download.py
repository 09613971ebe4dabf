"""Events from the API of UCDP into the local store, only when the user asks.

Connections go to the publisher's hosts alone, over https (plain http only to this machine, for tests). What comes is
read through the one gateway before it is kept, so that a page of error text never becomes a dataset.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import urllib.parse
from collections.abc import Callable
from typing import Any

import pandas as pd

from geo.errors import InputError, LimitExceededError
from geo.messages import Note
from layers.reference.tables import country_codes, gleditsch_ward
from layers.sources.catalogue import Entry, Store, publisher
from layers.sources.fetch_error import FetchError, host_of
from layers.sources.incidents import read_incidents

UCDP_API = "https://ucdpapi.pcr.uu.se/api/gedevents"
PAGE = 1000
MOST_PAGES = 2000
"""Most pages of one answer; all events of UCDP GED are 400."""

Progress = Callable[[int, int], None]


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
    cite: str = "",
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
        Its `coverage` is the asked span, cut to what the edition holds; a reply with an event of another country or of
        other days is none, so that nothing is declared that did not come.

    Raises
    ------
    FetchError, geo.errors.InputError
        Nothing is kept then: a part of the pages is no dataset.
    """
    from layers.sources.https_client import Client

    code = country_of(country)
    numbers = sorted(number for number, iso3 in gleditsch_ward().items() if iso3 == code)
    if not numbers:
        raise InputError("UCDP has no number for this country.", where="country", got=code)
    held_from, held_to = held_days(version)
    begin, until = max(start or held_from, held_from), min(end or held_to, held_to)
    if begin > until:
        raise InputError(
            "The edition holds nothing of these days.", where=version,
            expected=Note("{a} to {b}", a=str(held_from), b=str(held_to)),
            got=Note("{a} to {b}", a=str(start), b=str(end)),
        )  # fmt: skip
    query = {"pagesize": PAGE, "Country": ",".join(numbers), "StartDate": begin, "EndDate": until}
    url = f"{base}/{version}?{urllib.parse.urlencode(query)}"
    host = host_of(base)
    client = Client(frozenset({host}), (("x-ucdp-access-token", token),), wait_s)
    found: list[dict[str, Any]] = []
    seen: set[str] = set()
    following, total, done = url, 0, 0
    while following:
        if following in seen:
            raise FetchError("The pages run in a circle.", where=host)
        seen.add(following)
        if done >= MOST_PAGES:
            raise LimitExceededError("The answer has too many pages.", where=host, expected=str(MOST_PAGES))
        page = client.get_json(following)
        if not isinstance(page, dict) or not isinstance(page.get("Result"), list):
            raise FetchError("The reply is not a page of events.", where=host, remedy="Try again later.")
        _check_events(page["Result"], numbers, begin, until, host)
        found += page["Result"]
        total, done = _whole(page.get("TotalCount"), host), done + 1
        if progress:
            progress(done, _whole(page.get("TotalPages"), host) or done)
        following = _next(following, page.get("NextPageUrl"))
    if len({str(event["id"]) for event in found}) != len(found):
        raise FetchError("The pages hold an event twice.", where=host, remedy="Fetch again.")
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
    span = {"country_iso3": code, "from": begin.isoformat(), "to": until.isoformat()}
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
        fetched_at=clock_of(now),
        coverage=[span],
        source="ucdp",
        area=code,
        rows=layer.accounting["accepted"],
        cite=cite,
    )
    store.add(entry, data)
    return entry


def _check_events(events: list[Any], numbers: list[str], begin: dt.date, until: dt.date, host: str) -> None:
    """Raise where an event is none, or is of another country or of other days than were asked for."""
    for event in events:
        if not isinstance(event, dict) or not str(event.get("id", "")).strip():
            raise FetchError("The reply is not a page of events.", where=host, remedy="Try again later.")
        if any(isinstance(value, dict | list) for value in event.values()):
            raise FetchError("The reply is not a page of events.", where=host, remedy="Try again later.")
        try:
            days = [dt.date.fromisoformat(str(event.get(key, ""))[:10]) for key in ("date_start", "date_end")]
        except ValueError:
            days = []
        here = str(event.get("country_id", "")) in numbers and bool(days)
        if not here or days[0] > until or days[1] < begin or days[0] > days[1]:
            raise FetchError(
                "The reply holds an event of another country or of other days than were asked for.",
                where=host,
                expected=Note("country {ids}, {a} to {b}", ids=", ".join(numbers), a=str(begin), b=str(until)),
                got=words_of(", ".join(str(event.get(k, "")) for k in ("id", "country_id", "date_start", "date_end"))),
                remedy="Try again later.",
            )


def _whole(value: object, host: str) -> int:
    """A count as a publisher writes it, 0 for none."""
    text = str(value if value is not None else 0)
    if isinstance(value, bool) or not re.fullmatch(r"\d{1,12}", text, re.ASCII):
        raise FetchError("The reply is not a page of events.", where=host, got=words_of(text))
    return int(text)


def words_of(value: object) -> str:
    """What a publisher says of itself, in one line of bounded length."""
    return "".join(c if c.isprintable() else " " for c in str(value)[:500]).strip()


def _next(current: str, following: object) -> str:
    """The address of the next page, blank at the end; a page that came by https is not left for plain http."""
    if not isinstance(following, str) or not following:
        return ""
    try:
        place = urllib.parse.urlsplit(urllib.parse.urljoin(current, following))
    except ValueError:
        raise FetchError(
            "The address is not one of the publisher's.", where=host_of(current), got=words_of(following)
        ) from None
    return urllib.parse.urlunsplit(place._replace(scheme=urllib.parse.urlsplit(current).scheme))


def held_days(version: str) -> tuple[dt.date, dt.date]:
    """First and last day that an edition of UCDP GED holds.

    Examples
    --------
    >>> [str(day) for day in held_days("25.1")], [str(day) for day in held_days("25.0.12")]
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


def country_of(country: str) -> str:
    """ISO 3166 alpha-3 of a code or name; raises :class:`geo.errors.InputError` where it is none."""
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


def clock_of(now: dt.datetime | None) -> str:
    """A time, else the present one, in UTC as ISO 8601."""
    return (now or dt.datetime.now(dt.UTC)).astimezone(dt.UTC).isoformat(timespec="seconds")
