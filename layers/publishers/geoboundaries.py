"""Boundaries of a country from geoBoundaries: what its API says of them, then the file, with vintage and licence."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from pathlib import Path

from geo.errors import InputError
from layers.publishers.transfer import Progress, Transfer
from layers.sources.boundaries import read_boundaries
from layers.sources.catalogue import Entry, Store, publisher
from layers.sources.download import clock_of, country_of, words_of
from layers.sources.fetch_error import FetchError, host_of
from layers.sources.https_client import Client
from layers.sources.https_connections import Validators

GEOBOUNDARIES_API = "https://www.geoboundaries.org/api/current/gbOpen"
GEOBOUNDARIES_HOSTS = frozenset(
    {"www.geoboundaries.org", "github.com", "raw.githubusercontent.com", "media.githubusercontent.com"}
)
"""Where gjDownloadURL points to, and where those hosts send one on."""
STATED = ("boundaryID", "boundaryYearRepresented", "boundaryLicense", "boundarySource", "boundaryCanonical")
"""What the API says of a file and the file not always of itself."""
COMING = "coming"
"""Folder within the data folder for files that are on their way."""


def part_of(folder: Path, url: str) -> Path:
    """Where a file waits while it comes: by its address, so that a broken transfer can be gone on with.

    Raises
    ------
    geo.errors.InputError
        The folder cannot be used.
    """
    coming = folder / COMING
    try:
        coming.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError("The folder cannot be used.", where=str(folder), got=str(error.strerror)) from None
    return coming / f"{hashlib.sha256(url.encode()).hexdigest()[:24]}.part"


def fetch_boundaries(
    store: Store,
    country: str,
    level: int,
    *,
    base: str = GEOBOUNDARIES_API,
    hosts: frozenset[str] = GEOBOUNDARIES_HOSTS,
    now: dt.datetime | None = None,
    wait_s: float = 2.0,
    source: str = "geoboundaries",
    cite: str = "",
    progress: Progress | None = None,
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

    Returns
    -------
    Entry
        That which was kept before, where neither the file nor what the API says of it has changed.

    Raises
    ------
    FetchError, geo.errors.InputError
        Nothing is kept then.
    """
    code = country_of(country)
    client = Client(hosts | {host_of(base)}, wait_s=wait_s)
    url = f"{base}/{code}/ADM{level}/"
    facts = client.get_json(url)
    if not isinstance(facts, dict) or not isinstance(facts.get("gjDownloadURL"), str):
        raise FetchError("The reply does not name a file.", where=url, expected="gjDownloadURL")
    of = (words_of(facts.get("boundaryISO") or code), words_of(facts.get("boundaryType") or f"ADM{level}"))
    if of != (code, f"ADM{level}"):
        raise FetchError(
            "The reply is of another country or level than were asked for.",
            where=host_of(url),
            expected=f"{code} ADM{level}",
            got=" ".join(of),
        )
    file = facts["gjDownloadURL"]
    stated = {key: words_of(facts[key]) for key in STATED if facts.get(key)}
    digest = hashlib.sha256(json.dumps(stated, sort_keys=True).encode()).hexdigest()
    area = f"{code}/ADM{level}"
    had = [
        e for e in store.entries() if (e.source, e.area, e.url, e.profile.get("api")) == (source, area, file, digest)
    ]
    last = max(had, key=lambda e: e.fetched_at, default=None)
    known = Validators(last.etag, last.modified) if last else None
    came = Transfer(hosts | {host_of(base)}, (), wait_s).file(
        file, part_of(store.folder, file), known=known, progress=progress
    )
    if came is None:
        assert last is not None
        store.read(last.name)
        return last
    host = host_of(file)
    try:
        body = came.path.read_bytes()
    finally:
        came.path.unlink(missing_ok=True)
    try:
        document = client.as_json(body, file)
    except FetchError:
        document = None
    if not isinstance(document, dict) or not document:
        raise FetchError("The file is not GeoJSON.", where=host)
    text = body.decode("utf-8-sig").lstrip()
    members = {key: value for key, value in stated.items() if key not in document}
    members_text = json.dumps(members, ensure_ascii=False)[1:-1]
    data = ("{" + (members_text + ", " if members_text else "") + text[1:]).encode()
    year = re.sub(r"[^A-Za-z0-9.-]+", "_", members.get("boundaryYearRepresented", ""))[:40] or "unknown"
    name = f"{source.replace('-', '_')}_{code}_adm{level}_{year}.geojson"
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
        url=file,
        fetched_at=clock_of(now),
        source=source,
        area=area,
        rows=len(layer.frame),
        cite=cite,
        profile={"api": digest},
        etag=came.validators.etag,
        modified=came.validators.modified,
    )
    store.add(entry, data)
    return entry
