"""`fetch`: what a name of the table stands for, brought here once, by the way in which its publisher speaks."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import os
import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from geo.errors import InputError, LimitExceededError
from geo.messages import Note
from layers.formats.limits import LOCAL
from layers.formats.source import Source
from layers.publishers.folder import store_of
from layers.publishers.geoboundaries import fetch_boundaries, part_of
from layers.publishers.keep import Wanted, keep
from layers.publishers.table import FetchSource, named
from layers.publishers.transfer import Came, Progress, Transfer, wrong_checksum
from layers.reference.tables import rows
from layers.sources.catalogue import Entry, Store, publisher
from layers.sources.download import clock_of, country_of, fetch_ucdp
from layers.sources.fetch_error import FetchError, host_of
from layers.sources.https_connections import Validators

MOST_PAGES = 2000
TOWNS = ("geonameid", "name", "alternatenames", "lat", "lon", "feature_class", "feature_code", "country", "population")
_GEONAMES = (0, 1, 3, 4, 5, 6, 7, 8, 14)
"""Positions of :data:`TOWNS` in the publisher's table, which has no heading."""


@dataclass(frozen=True)
class Fetched:
    """What a fetch brought: entries, the last of them what was asked for; `unchanged`: it was here already."""

    entries: list[Entry]
    unchanged: bool = False

    @property
    def entry(self) -> Entry:
        """What was asked for."""
        return self.entries[-1]


@dataclass(frozen=True)
class Means:
    """By what a fetch is made: pauses, the user's accounts, a clock, someone to tell how far it is."""

    wait_s: float = 2.0
    total_s: float = 1800.0
    timeout_s: float = 60.0
    accounts: Mapping[str, str] | None = None
    now: dt.datetime | None = None
    progress: Progress | None = None

    def account(self, variable: str) -> str:
        """A variable of the user's own account; raises :class:`geo.errors.InputError` where it is not set."""
        value = (os.environ if self.accounts is None else self.accounts).get(variable, "")
        if not value:
            raise InputError(
                "The publisher asks for an account of your own.", where=variable, remedy="Set it in the environment."
            )
        return value


def fetch(name: str, wanted: Wanted, folder: Path, means: Means | None = None) -> Fetched:
    """Brings what a name of the table stands for into the data folder `folder`.

    Raises
    ------
    FetchError, geo.errors.InputError, geo.errors.LimitExceededError
        It cannot be had; what was here before stays.
    """
    row, means = named(name, folder), means or Means()
    wanted = replace(wanted, edition=wanted.edition or ("" if row.edition in ("day", "vintage") else row.edition))
    if row.area in ("country", "level") and not wanted.country:
        raise InputError("A country is asked for.", where=name, expected="--country CAF")
    check_days(row, wanted)
    store = store_of(folder, restricted=row.restricted)
    if row.protocol == "geoboundaries":
        before = store.entries()
        entry = fetch_boundaries(
            store, wanted.country, wanted.level, base=row.address, hosts=row.allowed, now=means.now,
            wait_s=means.wait_s, source=row.name, cite=row.cite, progress=means.progress,
        )  # fmt: skip
        return Fetched([entry], unchanged=entry in before)
    if row.protocol == "ucdp_api":
        token = means.account(row.account)
        entry = fetch_ucdp(
            store, wanted.edition, wanted.country, token, start=wanted.first, end=wanted.last, base=row.address,
            now=means.now, wait_s=means.wait_s, progress=means.progress, cite=row.cite,
        )  # fmt: skip
        return Fetched([entry])
    return _BY_PROTOCOL[row.protocol](row, wanted, store, folder, means)


def drop_in(name: str, wanted: Wanted, folder: Path, data: bytes, file: str, now: dt.datetime | None = None) -> Fetched:
    """What the user downloaded by hand, treated as if it had been fetched; no connection is opened.

    Raises
    ------
    geo.errors.InputError
        It is not what the source publishes.
    """
    row = named(name, folder)
    check_days(row, wanted, by_hand=True)
    store = store_of(folder, restricted=row.restricted)
    if row.protocol == "geonames":
        return Fetched([_towns(row, wanted, store, data, now, "", by_hand=True)])
    if row.protocol == "iati":
        return Fetched([_stored_iati(row, wanted, store, data, now, by_hand=True)])
    return Fetched(keep(row, wanted, store, data, file, now=now, by_hand=True))


OF_DAYS = ("ucdp_api", "acled")
"""Protocols that take a first and a last day; of all others the file comes whole."""


def check_days(row: FetchSource, wanted: Wanted, *, by_hand: bool = False) -> None:
    """Raise :class:`geo.errors.InputError` where days are asked of what comes whole."""
    if (wanted.first or wanted.last) and (by_hand or row.protocol not in OF_DAYS):
        raise InputError(
            "This comes whole: no days can be asked of it.", where=row.name,
            expected=Note("--from and --to with {names} alone", names="ucdp-api, acled"),
            got=f"{wanted.first or ''} – {wanted.last or ''}",
            remedy="Leave --from and --to away: which days count is for the date of a run to say.",
        )  # fmt: skip


def filled(row: FetchSource, wanted: Wanted, text: str) -> str:
    """An address or its parameters with what is asked for in it.

    Examples
    --------
    >>> row = named("ucdp")
    >>> filled(row, Wanted(edition="25.1"), row.address)
    'https://ucdp.uu.se/downloads/ged/ged251-csv.zip'
    """
    if not re.fullmatch(r"[A-Za-z0-9._-]{0,20}", wanted.edition):
        raise InputError("This is no edition.", where="--edition", expected="25.1", got=wanted.edition[:40])
    iso3 = wanted.area.rstrip("+")
    iso2 = next((r["iso2"] for r in rows("countries.csv") if r["iso3"] == iso3), "")
    given = {
        "edition": wanted.edition, "compact": wanted.edition.replace(".", ""),
        "underscored": wanted.edition.replace(".", "_"), "iso3": iso3, "iso2": iso2,
    }  # fmt: skip
    return re.sub(r"\{(\w+)\}", lambda found: given.get(found[1], found[0]), text)


def _file(row: FetchSource, wanted: Wanted, store: Store, folder: Path, means: Means) -> Fetched:
    """A file at one address, asked for only where it is not what was kept."""
    url = filled(row, wanted, row.address)
    if row.parameters:
        url += "?" + filled(row, wanted, row.parameters)
    had = [e for e in store.entries() if e.url == url and e.source == row.name and not e.cut_from]
    last = max(had, key=lambda e: e.fetched_at, default=None)
    known = Validators(last.etag, last.modified) if last else None
    came = _transfer(row, means).file(url, part_of(folder, url), known=known, progress=means.progress)
    if came is None:
        assert last is not None
        return Fetched(_again(row, wanted, store, last, means), unchanged=True)
    try:
        _checksum(row, wanted, came, means)
        data = came.path.read_bytes()
        name = urllib.parse.unquote(urllib.parse.urlsplit(url).path.rsplit("/", 1)[-1])
        facts = {"url": url, "etag": came.validators.etag, "modified": came.validators.modified}
        return Fetched(keep(row, wanted, store, data, name, now=means.now, **facts))
    finally:
        came.path.unlink(missing_ok=True)


def _again(row: FetchSource, wanted: Wanted, store: Store, last: Entry, means: Means) -> list[Entry]:
    """A file that has not changed: what was kept of it, with the wanted country cut out where it was not yet."""
    area = wanted.area if row.area == "cut" else last.area
    if area == last.area:
        return [last]
    part = next((e for e in store.entries() if e.cut_from == last.sha256 and e.area == area), None)
    if part is not None:
        return [last, part]
    return keep(row, wanted, store, store.read(last.name), last.name, now=means.now, url=last.url)


def _checksum(row: FetchSource, wanted: Wanted, came: Came, means: Means) -> None:
    """Raise where the publisher's file of SHA-256 sums has another for this file."""
    if not row.checksum:
        return
    from layers.sources.https_client import Client

    url = filled(row, wanted, row.checksum)
    text = Client(row.allowed, wait_s=means.wait_s, total_bytes=1_000_000).get(url).decode("utf-8", "replace")
    name = came.url.rsplit("/", 1)[-1]
    sums = dict(re.findall(r"(?m)^([0-9a-fA-F]{64})[ *\t]+(\S+)\s*$", text))
    stated = next((s for s, file in sums.items() if file == name), "")
    alone = re.fullmatch(r"\s*([0-9a-fA-F]{64})\s*", text)
    stated = (stated or (alone[1] if alone else "")).lower()
    if not stated:
        raise FetchError("The publisher's file of checksums does not name the file.", where=host_of(url), got=name)
    if stated != came.sha256:
        raise wrong_checksum(host_of(url), stated, came.sha256, came.path)


def _geonames(row: FetchSource, wanted: Wanted, store: Store, folder: Path, means: Means) -> Fetched:
    """Towns and villages of one country."""
    url = filled(row, wanted, row.address)
    came = _transfer(row, means).file(url, part_of(folder, url), progress=means.progress)
    assert came is not None
    try:
        return Fetched([_towns(row, wanted, store, came.path.read_bytes(), means.now, url)])
    finally:
        came.path.unlink(missing_ok=True)


def _towns(
    row: FetchSource, wanted: Wanted, store: Store, data: bytes, now: dt.datetime | None, url: str, *,
    by_hand: bool = False,
) -> Entry:  # fmt: skip
    from layers.formats.archive import Archive

    iso2 = filled(row, wanted, "{iso2}")
    if data.startswith(b"PK"):
        with Archive(Source(data, f"{iso2}.zip", LOCAL), LOCAL.clock()) as archive:
            member = f"{iso2}.txt"
            if member not in archive.members:
                raise FetchError("The archive lacks its table.", where=row.name, expected=member)
            data = archive.read(member)
    lines = [line.split("\t") for line in data.decode("utf-8", "replace").splitlines()]
    found = [[line[i] for i in _GEONAMES] for line in lines if len(line) == 19 and line[6] == "P" and line[8] == iso2]
    if not found:
        raise FetchError("The table has no town of this country.", where=row.name, expected=iso2)
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([TOWNS, *found])
    facts = {"rows": len(found), "url": url, "by_hand": by_hand}
    return _stored(row, wanted, store, out.getvalue().encode(), f"geonames_{wanted.area}", ".csv", now, facts)


def _iati(row: FetchSource, wanted: Wanted, store: Store, folder: Path, means: Means) -> Fetched:
    """All activities that name a country, page by page, as one document."""
    key = means.account(row.account)
    query = filled(row, wanted, row.parameters)
    size = int(urllib.parse.parse_qs(query).get("rows", ["100"])[0])
    pages: list[bytes] = []
    seen: set[str] = set()
    mover = _transfer(row, means, (("Ocp-Apim-Subscription-Key", key),))
    for number in range(MOST_PAGES + 1):
        if number == MOST_PAGES:
            raise LimitExceededError("The answer has too many pages.", where=row.name, expected=str(MOST_PAGES))
        url = f"{row.address}?{query}&start={number * size}"
        came = mover.file(url, part_of(folder, url), progress=means.progress)
        assert came is not None
        data = came.path.read_bytes()
        came.path.unlink(missing_ok=True)
        found = _activities(data, row.name)
        if came.sha256 in seen:
            raise FetchError("The pages run in a circle.", where=host_of(url))
        seen.add(came.sha256)
        pages += found
        if means.progress:
            means.progress(len(pages), 0)
        if len(found) < size:
            break
    if not pages:
        raise FetchError("The publisher has no activity of this country.", where=row.name, got=wanted.area)
    document = b'<?xml version="1.0" encoding="UTF-8"?>\n<iati-activities version="2.03">\n'
    document += b"\n".join(pages) + b"\n</iati-activities>\n"
    return Fetched([_stored_iati(row, wanted, store, document, means.now)])


def _activities(data: bytes, name: str) -> list[bytes]:
    """The activities of a document as XML each; raises where it is no whole document of them."""
    import xml.etree.ElementTree as ET

    from layers.formats.readers.xml_stream import Elements

    elements = Elements(Source(data, name, LOCAL), "iati-activity", LOCAL.clock())
    found = [ET.tostring(element, encoding="unicode").strip().encode() for element in elements]
    if elements.broken or "iati-activities" not in elements.outside:
        raise FetchError("The reply is not IATI XML.", where=name, got=elements.broken[:200])
    return found


def _stored_iati(
    row: FetchSource, wanted: Wanted, store: Store, data: bytes, now: dt.datetime | None, *, by_hand: bool = False
) -> Entry:
    facts = {"rows": len(_activities(data, row.name)), "url": row.address, "by_hand": by_hand}
    return _stored(row, wanted, store, data, f"iati_{wanted.area}", ".xml", now, facts)


def _stored(
    row: FetchSource, wanted: Wanted, store: Store, data: bytes, name: str, ending: str, now: dt.datetime | None,
    facts: Mapping[str, Any],
) -> Entry:  # fmt: skip
    """An entry of a file that no reader of layers takes, kept under the day of its download."""
    day = clock_of(now)[:10]
    entry = Entry(
        name=f"{name}_{day}{ending}", sha256=hashlib.sha256(data).hexdigest(), size=len(data), role=row.role,
        dataset=f"{row.publisher} {wanted.area}", version=day, licence=row.licence,
        credit=publisher(row.publisher)["credit"], fetched_at=clock_of(now), source=row.name, area=wanted.area,
        cite=row.cite, **{"url": "", **facts},
    )  # fmt: skip
    store.add(entry, data)
    return entry


def _acled(row: FetchSource, wanted: Wanted, store: Store, folder: Path, means: Means) -> Fetched:
    """Events of one country by the user's own account, kept apart from all else; nothing of a row is told in errors."""
    from layers.publishers.acled_account import pages_of

    country = next(r["name_en"] for r in rows("countries.csv") if r["iso3"] == country_of(wanted.country))
    header: list[str] = []
    found: dict[str, list[str]] = {}
    user, password = means.account("ACLED_USER"), means.account("ACLED_PASSWORD")

    def mover(headers: tuple[tuple[str, str], ...]) -> Transfer:
        return _transfer(row, means, headers)

    for page in pages_of(row, country, wanted, user, password, mover, lambda url: part_of(store.folder, url)):
        table = list(csv.reader(io.StringIO(page.decode("utf-8-sig", "replace"), newline="")))
        header = header or table[0]
        if table[0] != header or "event_id_cnty" not in header:
            raise FetchError("The reply is not a page of events.", where=row.name, remedy="Try again later.")
        at = header.index("event_id_cnty")
        found |= {line[at]: line for line in table[1:] if len(line) == len(header)}
        if means.progress:
            means.progress(len(found), 0)
    if not found:
        raise FetchError("The publisher has no event of this country in these days.", where=row.name, got=wanted.area)
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([header, *found.values()])
    name = f"acled_{wanted.area}_{clock_of(means.now)[:10]}.csv"
    [entry] = keep(row, wanted, store, out.getvalue().encode(), name, now=means.now, url=row.address)
    (store.folder / entry.name).chmod(0o600)
    return Fetched([entry])


_BY_PROTOCOL = {"file": _file, "geonames": _geonames, "iati": _iati, "acled": _acled}


def _transfer(row: FetchSource, means: Means, headers: tuple[tuple[str, str], ...] = ()) -> Transfer:
    return Transfer(row.allowed, headers, means.wait_s, means.total_s, timeout_s=means.timeout_s)
