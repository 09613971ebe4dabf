"""A file that has come, or was downloaded by hand, into the store: read first, then kept with all that is known of it.

What comes is read through the one gateway before it is kept, so that a page of error text never becomes a dataset, and
the edition that was there before stays until then.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

import pandas as pd

from geo.errors import InputError
from layers.formats.limits import LOCAL
from layers.formats.source import Source, plain_name
from layers.publishers.table import FetchSource
from layers.reference.tables import country_boxes, gleditsch_ward
from layers.sources.boundaries import BoundaryLayer, read_boundaries
from layers.sources.catalogue import Entry, Store, publisher
from layers.sources.download import clock_of, country_of, held_days
from layers.sources.editions import stem
from layers.sources.fetch_error import FetchError
from layers.sources.incidents import read_incidents
from layers.sources.layer import Layer
from layers.sources.sites import read_sites

WHOLE_ROWS, WHOLE_COUNTRIES = 400_000, 100
"""Fewest rows and countries of a yearly edition newer than those of data/editions.csv."""
NEAR_DEGREES = 1.0
"""How far the boxes of neighbouring countries may lie apart [degrees]."""
_LAYOUTS = {"IPIS CAR visits": "IPIS CAR visits", "IPIS DRC visits": "IPIS DRC visits"}


@dataclass(frozen=True)
class Wanted:
    """What is asked of a publisher.

    Attributes
    ----------
    country
        Code or name; with ``+`` at its end also its neighbours; blank: all that the file has.
    edition
        As the publisher numbers it; blank: that of the table.
    level
        Of boundaries.
    first, last
        Days; None: all that the edition holds.
    """

    country: str = ""
    edition: str = ""
    level: int = 2
    first: dt.date | None = None
    last: dt.date | None = None

    @property
    def area(self) -> str:
        """``CAF``, ``CAF+`` or blank."""
        text = self.country.strip()
        return country_of(text.rstrip("+").strip()) + ("+" if text.endswith("+") else "") if text else ""


def countries_of(area: str) -> list[str]:
    """The countries of an area: itself, and with ``+`` those whose box is near its own.

    Examples
    --------
    >>> countries_of("CAF"), {"TCD", "COD", "SSD"} <= set(countries_of("CAF+"))
    (['CAF'], True)
    """
    code = area.rstrip("+")
    if not area.endswith("+"):
        return [code]
    boxes = country_boxes()
    west, south, east, north = boxes[code]
    near = sorted(
        iso3
        for iso3, (w, s, e, n) in boxes.items()
        if iso3 != code
        and w - NEAR_DEGREES <= east and west <= e + NEAR_DEGREES
        and s - NEAR_DEGREES <= north and south <= n + NEAR_DEGREES
    )  # fmt: skip
    return [code, *near]


def keep(
    row: FetchSource, wanted: Wanted, store: Store, data: bytes, name: str, *, now: dt.datetime | None = None,
    **more: Any,
) -> list[Entry]:  # fmt: skip
    """Reads a file as what its source is, and keeps it; of a world file the wanted country is cut out beside it.

    Parameters
    ----------
    name
        The publisher's name of the file: editions are known by it.
    more
        Further facts of :class:`layers.sources.catalogue.Entry`: `url`, `etag`, `modified`, `by_hand`.

    Returns
    -------
    list of Entry
        The file as it came, then the country cut out of it; the last is what was asked for.

    Raises
    ------
    geo.errors.InputError
        It is not what the source publishes, or not of the edition that was asked for. Nothing is kept then.
    """
    name = plain_name(name)
    layer = _read(row, wanted, data, name)
    version = _version(row, wanted, layer, name, now)
    entry = Entry(
        name=name,
        sha256=layer.sha256,
        size=len(data),
        role=row.role,
        dataset=_dataset(row, layer, version),
        version=version,
        licence=row.licence,
        credit=publisher(row.publisher)["credit"],
        fetched_at=clock_of(now),
        source=row.name.removesuffix("-api"),
        area=_area(row, wanted, layer),
        rows=dict(getattr(layer, "accounting", {})).get("accepted", len(layer.frame)),
        profile=profile(layer),
        cite=row.cite,
        coverage=_covered(row, layer, version, wanted),
        **{"url": "", **more},
    )
    return [*_all(row, wanted, store, entry, data, layer)]


def _all(
    row: FetchSource, wanted: Wanted, store: Store, entry: Entry, data: bytes, layer: Any
) -> Iterable[Entry]:  # fmt: skip
    known = store.entries()
    cut = row.area == "cut" and wanted.area and entry.area != wanted.area
    part = cut_out(entry, layer, data, wanted.area) if cut else None
    for one, content in ((entry, data), *([part] if part else [])):
        same = next((e for e in known if e.sha256 == one.sha256 and e.source == one.source), None)
        if same is not None:
            yield same
            continue
        named = replace(one, name=_free(one.name, {e.name for e in known}))
        store.add(named, content)
        yield named


def cut_out(entry: Entry, layer: Layer, data: bytes, area: str) -> tuple[Entry, bytes]:
    """The rows of some countries of a file of UCDP GED, as published, and their entry.

    Raises
    ------
    geo.errors.InputError
        The file has no row of them.
    """
    wanted = countries_of(area)
    numbers = {n for n, iso3 in gleditsch_ward().items() if iso3 in wanted}
    text = io.TextIOWrapper(io.BytesIO(_csv_of(data, entry.name)), encoding="utf-8-sig", newline="")
    rows = csv.reader(text)
    header = next(rows, [])
    if "country_id" not in header:
        raise InputError("The file has no column of countries.", where=entry.name, expected="country_id")
    at, out = header.index("country_id"), io.StringIO(newline="")
    table = csv.writer(out, lineterminator="\n")
    table.writerow(header)
    count = 0
    for one in rows:
        if len(one) > at and one[at].strip().removesuffix(".0") in numbers:
            table.writerow(one)
            count += 1
    if not count:
        raise InputError("The file has no row of this country.", where=entry.name, got=area)
    name = f"ucdp_ged_v{entry.version}_{area.replace('+', '_and_neighbours')}.csv"
    content = out.getvalue().encode()
    own = read_incidents(content, name)
    declared = entry.coverage or _rows(layer.covers)
    held = [c for c in declared if c["country_iso3"] in wanted]
    made = replace(
        entry, name=name, sha256=own.sha256, size=len(content), area=area, rows=len(own.frame), profile=profile(own),
        coverage=held, cut_from=entry.sha256, etag="", modified="", pinned=False,
    )  # fmt: skip
    return made, content


def _csv_of(data: bytes, name: str) -> bytes:
    """The table inside a file: itself, or the one CSV of a zip."""
    if not data.startswith(b"PK"):
        return data
    from layers.formats.archive import Archive

    with Archive(Source(data, name, LOCAL), LOCAL.clock()) as archive:
        tables = archive.ending(".csv")
        if len(tables) != 1:
            raise InputError("The archive holds not one table.", where=name, expected="one .csv", got=str(len(tables)))
        return archive.read(tables[0])


def _read(row: FetchSource, wanted: Wanted, data: bytes, name: str) -> Any:
    """The layer of a file by the role of its source, refused where it is another publisher's."""
    layer: Any
    if row.role == "incidents":
        layer = read_incidents(data, name)
        expected = {"UCDP GED": "ucdp", "ACLED": "acled"}.get(row.publisher, layer.layout)
        if layer.layout != expected:
            raise _foreign(row, name, layer.dataset)
        return layer
    if row.role == "sites":
        layer = read_sites(data, name)
        if not layer.dataset.startswith(_LAYOUTS.get(row.publisher, "")):
            raise _foreign(row, name, layer.dataset)
        return layer
    if row.role == "boundaries":
        return read_boundaries(data, name, version=wanted.edition or None, level=wanted.level)
    raise InputError("A file of this source is not dropped in.", where=name, got=row.name)


def _foreign(row: FetchSource, name: str, dataset: str) -> FetchError:
    return FetchError("The file is another publisher's.", where=name, expected=row.publisher, got=dataset)


def _version(row: FetchSource, wanted: Wanted, layer: Any, name: str, now: dt.datetime | None) -> str:
    """The edition: as the file says, else as it was asked for, else the day; a file of another edition is refused."""
    if row.role == "boundaries":
        return str(layer.version)
    if row.edition == "day":
        return wanted.edition or clock_of(now)[:10]
    version = layer.dataset_version if not layer.dataset_version.startswith("sha256:") else _named(name)
    edition = wanted.edition
    if version and edition and version != edition:
        raise FetchError("The file is of another edition.", where=name, expected=edition, got=version)
    if not (version or edition):
        raise InputError(
            "The file does not say its edition.", where=name, expected="GEDEvent_v25_1.csv",
            remedy="Say it with --edition.",
        )  # fmt: skip
    return str(version or edition)


def _named(name: str) -> str:
    """The edition that the name of a file of UCDP names; blank where it names none.

    Examples
    --------
    >>> _named("ged251-csv.zip"), _named("GEDEvent_v26_0_8.csv"), _named("GEDEvent_v27_1.csv"), _named("mine.csv")
    ('25.1', '26.0.8', '27.1', '')
    """
    text = stem(name)
    if found := re.fullmatch(r"ged(\d{2})1", text):
        return f"{found[1]}.1"
    if found := re.fullmatch(r"(?:gedevent|ucdp_ged)_v(\d{2})[._](\d)(?:[._](\d{1,2}))?(?:_.*)?", text):
        return ".".join(part for part in found.groups() if part)
    return ""


def _area(row: FetchSource, wanted: Wanted, layer: Any) -> str:
    """The area of a file as it came: blank for the world, the country of a file that covers or holds only one."""
    if row.role == "boundaries":
        if not wanted.area:
            raise InputError("A country is asked for.", where=layer.name, expected="--country CAF")
        return f"{wanted.area}/ADM{layer.level}"
    if row.area == "country":
        return wanted.area
    if row.area != "cut":
        return ""
    countries = set(layer.frame["country"]) - {""}
    return next(iter(countries)) if len(countries) == 1 else ""


def _covered(row: FetchSource, layer: Any, version: str, wanted: Wanted) -> list[dict[str, str]]:
    """What a file that no edition of data/editions.csv recognises covers by what came; of most files nothing."""
    if row.role != "incidents" or len(layer.covers) or row.area != "cut":
        return []
    begin = layer.frame["date_start"]
    first, last = held_days(version)
    years = set(range(first.year, last.year + 1))
    whole = (
        len(layer.frame) >= WHOLE_ROWS
        and layer.frame["country"].nunique() >= WHOLE_COUNTRIES
        and set(begin.dt.year.unique()) == years
    )
    if not whole:
        return []
    span = {"from": first.isoformat(), "to": last.isoformat()}
    return [{"country_iso3": iso3, **span} for iso3 in sorted(set(gleditsch_ward().values()))]


def _rows(covers: pd.DataFrame) -> list[dict[str, str]]:
    return [
        {"country_iso3": str(c["country_iso3"]), "from": f"{c['from']:%Y-%m-%d}", "to": f"{c['to']:%Y-%m-%d}"}
        for c in covers.to_dict("records")
    ]


def _dataset(row: FetchSource, layer: Any, version: str) -> str:
    return f"{row.publisher} {version}" if row.role == "incidents" else str(layer.dataset)


def profile(layer: Layer | BoundaryLayer) -> dict[str, str]:
    """First and last day, countries, deaths and known positions of the rows; none of it declares coverage."""
    visits: pd.DataFrame | None = getattr(layer, "visits", None)
    frame = visits if visits is not None and len(visits) else layer.frame
    figures: dict[str, str] = {}
    for begin, end in (("date_start", "date_end"), ("visit_date", "visit_date")):
        if begin in frame and frame[begin].notna().any():
            figures |= {"first_day": f"{frame[begin].min():%Y-%m-%d}", "last_day": f"{frame[end].max():%Y-%m-%d}"}
    whole = layer.frame if len(layer.frame) else frame
    if "country" in whole:
        figures["countries"] = str(len(set(whole["country"]) - {""}))
    if "deaths_best" in frame:
        figures["deaths"] = f"{frame['deaths_best'].sum():.0f}"
        figures["placed"] = str(int((frame["precision"] <= 2).sum()))
    rejected = getattr(layer, "rejected", None)
    figures["rejected"] = str(0 if rejected is None else len(rejected))
    return figures


def _free(name: str, taken: set[str]) -> str:
    """A name that no other file has: another state of an edition stands beside the one before.

    Examples
    --------
    >>> _free("a.csv", {"a.csv", "a (2).csv"}), _free("b.csv", {"a.csv"})
    ('a (3).csv', 'b.csv')
    """
    path, number, out = PurePath(name), 2, name
    while out in taken:
        out, number = f"{path.stem} ({number}){path.suffix}", number + 1
    return out
