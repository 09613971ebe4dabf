"""Mine sites out of their publishers' own files: plain lists, IPIS visits and trade lines, ICGLR MD.01."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geo.errors import InputError
from geo.messages import Note
from geo.records.visits import sites_at
from geo.schema import REJECTED, SITES, STATUSES, VISITS, conform, empty
from geo.schema import Table as Columns
from layers.formats import LOCAL, Gateway, read
from layers.formats import Table as Read
from layers.reference.minerals import mineral_lists
from layers.reference.tables import country_codes
from layers.sources.acled import is_acled
from layers.sources.column_words import header_words
from layers.sources.ipis import CAR, DRC, LINES, Visits, is_car, is_drc, is_trade_lines, normalise_car, normalise_drc
from layers.sources.layer import Faults, Fields, Layer, flags, keep_first, shared_value, tri, version_of
from layers.sources.positions import PLACED
from layers.sources.read_options import NOTHING, ReadOptions
from layers.sources.reader_in_child import in_child
from layers.sources.site_lists import normalise_list
from layers.sources.ucdp import is_ucdp

_VISITS = (("=pcode", "=visit date"), ("site_id", "=visit date"))
"""Columns by which files of visits are known."""


@dataclass
class SiteLayer(Layer):
    """Sites, visits and statuses of one file; `frame` is :attr:`sites`.

    Attributes
    ----------
    visits, statuses
        :data:`geo.schema.VISITS` and :data:`geo.schema.STATUSES`; empty where the file has none.
    routes
        Trade lines: `site_id, name_from, name_to, geometry` (shapely LineString, WGS 84); None for other files.
    country
        ISO 3166 alpha-3 of all rows where the layout says so, else the option, else ``""``.
    country_basis
        ``layout``, ``option`` or ``""``.
    """

    visits: pd.DataFrame = field(default_factory=lambda: empty(VISITS))
    statuses: pd.DataFrame = field(default_factory=lambda: empty(STATUSES))
    routes: pd.DataFrame | None = None
    country: str = ""
    country_basis: str = ""

    @property
    def sites(self) -> pd.DataFrame:
        """Sites that need no date: those of plain lists and trade lines (:data:`geo.schema.SITES`)."""
        return self.frame

    def sites_at(self, as_of: dt.date) -> tuple[pd.DataFrame, dict[str, int], pd.DataFrame]:
        """Sites as known at a date, the account of all rows read, and the rows that a newer or later one leaves out.

        For files of visits see :func:`geo.records.visits.sites_at`; for lists all sites are the same at any date. The
        account holds ``read`` = ``accepted`` + ``superseded`` + ``after_as_of`` + ``rejected``.
        """
        if self.visits.empty:
            account = {**self.accounting, "superseded": 0, "after_as_of": 0}
            return self.frame, account, empty(REJECTED)
        sites, account, unused = sites_at(self.visits, as_of, country=self.country, country_basis=self.country_basis)
        unused["source_file"] = self.name
        rejected = self.accounting["rejected"]
        return sites, {"read": account.pop("rows") + rejected, **account, "rejected": rejected}, unused


@in_child
def read_sites(
    source: bytes | Path,
    name: str | None = None,
    *,
    country: str | None = None,
    gateway: Gateway = LOCAL,
    options: ReadOptions = NOTHING,
) -> SiteLayer:
    """Mine sites from a plain list, IPIS visits (DR Congo, CAR), IPIS trade lines or ICGLR MD.01.

    Parameters
    ----------
    country
        Code or name for rows that state none and whose layout says none.
    options
        What the user says of the file.

    Raises
    ------
    geo.errors.InputError
        Needed columns are missing (the message names those found), no row is usable, or `country` is not known.
    """
    option = _option(country)
    choice = options.choice(header_words("site_list", *PLACED, *_VISITS))
    table = read(source, name, purpose="table", gateway=gateway, swap=options.swap, choice=choice)
    gateway.check("sites", len(table.frame), table.name)
    fields = Fields(table, options=options)
    if is_drc(fields):
        return _visits(table, normalise_drc, DRC)
    if is_car(fields):
        return _visits(table, normalise_car, CAR)
    if is_trade_lines(fields):
        return _trade_lines(table, fields)
    if fields.has("site_id", "visit_date", "informative", "non_state_armed"):
        return _own_visits(table, fields, option)
    if is_ucdp(fields) or is_acled(fields):
        # They have ids and coordinates too; ACLED's must not come out again as a list of sites.
        raise InputError(
            "The file holds incidents, not mine sites.",
            where=table.name,
            expected="a list of sites or visits",
            remedy="Give it as incidents.",
        )
    fields, faults = Fields(table, "site_list", options), Faults(table)
    notes: list[str] = []
    sites, statuses = normalise_list(table, fields, faults, option, notes)
    faults.usable("mine sites", sites["site_id"])
    version = version_of(table)
    return SiteLayer(
        **_described(
            table, faults, sites["site_id"], "site_list", shared_value(sites["source"], table.name), notes, fields
        ),
        frame=_take(sites, table, faults, SITES),
        statuses=conform(statuses.assign(dataset_version=version), STATUSES),
        country=option,
        country_basis="option" if option else "",
    )


def _visits(table: Read, normalise: Callable[[Read, Fields, Faults], Visits], source: str) -> SiteLayer:
    """A layer of visits in one of the two IPIS layouts."""
    fields, faults = Fields(table), Faults(table)
    found = normalise(table, fields, faults)
    faults.usable("visits")
    version = version_of(table)
    notes: list[str] = []
    visits = _take(found.visits, table, faults, VISITS)
    without_place = int(visits["lon"].isna().sum())
    if without_place:
        notes.append(
            Note(
                "{n} visit{n?|s} {n?has|have} no usable coordinates; what {n?it|they} saw counts all the same.",
                n=without_place,
            )
        )
    return SiteLayer(
        **_described(table, faults, found.visits["site_id"], "visits", source, notes, fields),
        frame=empty(SITES),
        visits=visits,
        statuses=conform(found.statuses.assign(dataset_version=version), STATUSES),
        country=found.country,
        country_basis="layout",
    )


def _trade_lines(table: Read, fields: Fields) -> SiteLayer:
    """One site per line, at its first vertex; lines are never merged, even where two share a point."""
    import shapely

    faults = Faults(table)
    geometry = table.geometry
    assert geometry is not None
    line = shapely.get_type_id(geometry) == 1
    faults.add("geometry_null", shapely.is_missing(geometry), expected="a line")
    faults.add("not_a_line", ~line, expected="a line of one part")
    first = shapely.get_point(np.where(line, geometry, np.array(None)), 0)
    frame = pd.DataFrame({"site_id": fields.text("id").str.strip(), "name": fields.text("from")})
    frame = frame.assign(source=LINES, lon=shapely.get_x(first), lat=shapely.get_y(first))
    faults.add("missing_id", frame["site_id"] == "", expected="id")
    frame = frame.assign(country="CAF", country_basis="layout", minerals=mineral_lists(fields.text("mineral")))
    kept = keep_first(frame["site_id"], faults.ok, np.zeros(len(frame), dtype=np.int64))
    again = kept != np.arange(len(frame))
    faults.add("duplicate_id", again, expected="one line per id", got=frame["site_id"])
    faults.usable("trade lines", frame["site_id"])
    routes = frame[["site_id"]].assign(name_from=fields.text("from"), name_to=fields.text("to"), geometry=geometry)
    return SiteLayer(
        **_described(table, faults, frame["site_id"], "trade_lines", LINES, [], fields),
        frame=_take(frame, table, faults, SITES),
        routes=routes[faults.ok].reset_index(drop=True),
        country="CAF",
        country_basis="layout",
    )


def _own_visits(table: Read, fields: Fields, option: str) -> SiteLayer:
    """Visits in the project's own columns (:data:`geo.schema.VISITS`), as the demonstration data has them."""
    from layers.formats import parse_coordinates, parse_dates, parse_numbers

    faults = Faults(table)
    frame = pd.DataFrame({c.name: fields.text(c.name) for c in VISITS if c.type == "text"})
    frame["site_id"] = frame["site_id"].str.strip()
    frame["source"] = frame["source"].where(frame["source"] != "", table.name)
    faults.add("missing_id", frame["site_id"] == "", expected="site_id")
    dates, why = parse_dates(fields.text("visit_date"))
    faults.add(why, expected="YYYY-MM-DD", got=fields.text("visit_date"))
    faults.add("date_missing", dates.isna(), expected="YYYY-MM-DD")
    frame["visit_date"] = dates
    for column in VISITS:
        if column.type == "flag":
            frame[column.name] = flags(fields.text(column.name))
        elif column.type == "tri":
            frame[column.name] = tri(fields.text(column.name))
    for name in ("coord_precision_km", "workers"):
        frame[name] = parse_numbers(fields.text(name), decimal=".")[0]
    frame["lon"], frame["lat"], _ = parse_coordinates(fields.text("lon"), fields.text("lat"))
    frame["minerals"] = mineral_lists(frame["minerals"])
    faults.usable("visits")
    codes = country_codes(fields.text("country"))
    stated = shared_value(codes, "")
    frame.loc[frame["dataset_version"] == "", "dataset_version"] = version_of(table)
    source = shared_value(frame["source"], table.name)
    return SiteLayer(
        **_described(table, faults, frame["site_id"], "own_visits", source, [], fields),
        frame=empty(SITES),
        visits=conform(frame.assign(row=table.row)[faults.ok], VISITS),
        country=stated or option,
        country_basis="row" if stated else ("option" if option else ""),
    )


def _described(
    table: Read, faults: Faults, ids: pd.Series[str], layout: str, dataset: str, notes: list[str], fields: Fields
) -> dict[str, Any]:
    """What the layer says of itself besides its frames."""
    rejected = faults.rejected(ids)
    accepted = int(np.count_nonzero(faults.ok))
    return {
        "name": table.name,
        "sha256": table.sha256,
        "size": table.size,
        "layout": layout,
        "dataset": dataset,
        "dataset_version": version_of(table),
        "accounting": {"read": accepted + len(rejected), "accepted": accepted, "rejected": len(rejected)},
        "rejected": rejected,
        "notes": [*table.notes, *notes],
        "columns_used": fields.used,
        "columns_ignored": fields.ignored,
    }


def _take(frame: pd.DataFrame, table: Read, faults: Faults, schema: Columns) -> pd.DataFrame:
    """The accepted rows in the columns of `schema`, with row and version."""
    return conform(frame.assign(row=table.row, dataset_version=version_of(table))[faults.ok], schema)


def _option(country: str | None) -> str:
    """ISO 3166 alpha-3 of the option; raises :class:`geo.errors.InputError` when it is not known."""
    if not country:
        return ""
    code = str(country_codes(pd.Series([country], dtype="str")).iloc[0])
    if not code:
        raise InputError(
            "The country is not known.",
            where="country",
            expected="ISO 3166 alpha-3, such as CAF",
            got=country,
        )
    return code
