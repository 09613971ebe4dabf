"""What a file is: recognised by its columns, shapes and sheets, and not asked; and which fields each kind has.

Recognition never makes mines of what is none: a list of towns or of administrative units is told as such and takes part
in nothing until a person says what it is.
"""

from __future__ import annotations

import numpy as np
import shapely

from geo.errors import CahraError
from geo.messages import Note
from geo.records.place_names import plain
from i18n.translator import N_
from jobs.screening.list_fields import FIELDS
from layers.formats import Table
from layers.formats.header_words import HeaderWords, words_of
from layers.sources import acled, own_incidents, ucdp
from layers.sources.boundary_levels import level_of
from layers.sources.column_words import header_words
from layers.sources.fields import Fields
from layers.sources.incidents import SOURCES
from layers.sources.ipis import is_car, is_drc, is_trade_lines
from layers.sources.positions import PLACED, has_place
from layers.sources.read_options import NOTHING, ReadOptions
from layers.sources.rmi_template import is_template

ROLES = {
    "sites": N_("mine sites"),
    "suppliers": N_("a company's list"),
    "incidents": N_("incidents"),
    "boundaries": N_("boundaries"),
    "coverage": N_("coverage of incidents"),
    "programmes": N_("programmes of donors"),
    "zones": N_("zone register"),
    "findings": N_("findings in zone units"),
    "eu_list": N_("list of areas"),
    "roads": N_("road network"),
    "rules": N_("rules"),
}
"""What a file can be, in the words of a report."""
PLACES, COUNTS = "places", "counts"
"""Known, and read as nothing by itself: a list of towns or administrative units by points; incidents counted up."""
NOT_READ = {
    PLACES: Note(
        "The file is a list of towns, services or administrative units by points, not of mines: it is not used."
    ),
    COUNTS: Note(
        "The file counts incidents by place and time and does not list them: no distance can be told from it."
    ),
}
REMEDIES = {
    PLACES: Note("If its places are mine sites, say so: choose mine sites (--role sites)."),
    COUNTS: Note("Take the publisher's file of single events."),
}

_AREAS, _LINES = (3, 6), (1, 2, 5)
_SUPPLIER_WORDS = ("supplier", "vendor", "fournisseur", "proveedor", "fornecedor", "lieferant", "smelter")
_EXACT = (
    ("coverage", ("dataset", "country_iso3", "from", "to")),
    ("findings", ("unit", "criterion", "finding")),
    ("zones", ("unit", "status", "valid_from")),
    ("eu_list", ("country", "area", "valid_from")),
)
"""Roles that are known by columns of these very names."""
_LAYOUTS = {
    "sites": "site_list",
    "suppliers": "suppliers",
    "boundaries": "boundaries",
    "coverage": "coverage",
    "programmes": "programmes",
    "eu_list": "listed_areas",
}
_OF_COUNTS = (("events", "event_count", "n_events"), ("fatalities", "deaths"))
_OF_TOWNS = (
    "amenity", "healthcare", "population", "feature class", "feature code", "featureclass", "featurecode", "fcode",
    "asciiname",
)  # fmt: skip
_OF_UNITS = ("level", "parent id", "parent name en", "code id")
_UNIT_CODE = ("adm", "admin")
_MINE_WORDS = frozenset(
    ("mine", "mines", "mining", "minier", "miniere", "mineral", "minerals", "minerai", "mina", "minas", "pit", "puits",
     "chantier", "deposit", "gisement")
)  # fmt: skip


def role_of(table: Table, options: ReadOptions = NOTHING) -> str:
    """What a table is, by its columns, shapes and sheets; :data:`PLACES`, or blank where nothing fits.

    Parameters
    ----------
    table
        The file as it was read: header, rows, shapes.
    options
        How the user wants the file read.
    """
    if is_template(table.layers):
        return "suppliers"
    exact = Fields(table, options=options)
    if any(known.recognises(exact) for known in SOURCES):
        return "incidents"
    if all(any(exact.has(name) for name in group) for group in _OF_COUNTS):
        return COUNTS
    visits = exact.has("site_id", "visit_date", "informative", "non_state_armed")
    if is_drc(exact) or is_car(exact) or is_trade_lines(exact) or visits:
        return "sites"
    for role, columns in _EXACT:
        if exact.has(*columns):
            return role
    programmes = Fields(table, "programmes", options)
    about = any(programmes.column(f) is not None for f in ("programme_id", "donor", "title", "iati_identifier"))
    if programmes.column("type") is not None and programmes.column("start") is not None and about:
        return "programmes"
    listed = Fields(table, "listed_areas", options)
    if all(listed.column(f) is not None for f in ("country", "from", "area")) and exact.has("kind"):
        return "eu_list"
    return _of_places(table, options)


def _of_places(table: Table, options: ReadOptions) -> str:
    """A list of sites or of origins, boundaries or roads: by its shapes, then by its words."""
    sites, suppliers = Fields(table, "site_list", options), Fields(table, "suppliers", options)
    kinds = shapely.get_type_id(table.geometry) if table.geometry is not None else np.array([], dtype=np.int64)
    if len(kinds) and np.isin(kinds, _AREAS).any() and not (kinds == 0).any():
        try:
            level = level_of(Fields(table, "boundaries", options), table, options.level, [])
            known, apart = level.basis != "unknown", len(set(level.names)) > len(level.names) / 2
        except CahraError:
            known, apart = False, True
        if not apart and options.level is None:  # areas that share the name of their country are no units of it
            return "sites"
        if known or sites.column("minerals") is None:
            return "boundaries"
        return "sites"
    if len(kinds) and np.isin(kinds, _LINES).all():
        fields = Fields(table, options=options)
        road = any(fields.has(c) for c in ("highway", "fclass", "maxspeed", "speed", "road_class"))
        return "roads" if road else "suppliers"
    of_suppliers = any(
        suppliers.column(f) is not None for f in ("route_countries", "route_line", "destination", "as_of")
    )
    column = suppliers.column("supplier_id") or ""
    names = " ".join((column, table.name, *suppliers.header)).casefold()
    named = any(word in names for word in _SUPPLIER_WORDS)
    if of_suppliers or named:
        return "suppliers"
    if sites.column("minerals") is None and is_gazetteer(sites.header):
        return PLACES
    if has_place(sites):
        return "sites"
    return "suppliers" if suppliers.column("country") is not None or suppliers.column("site_name") is not None else ""


def is_gazetteer(header: tuple[str, ...]) -> bool:
    """Whether the columns are those of a list of towns or of administrative units, and none speaks of mines.

    Parameters
    ----------
    header
        Names of the file's columns.

    Examples
    --------
    >>> is_gazetteer(("geonameid", "name", "latitude", "longitude", "population"))
    True
    >>> is_gazetteer(("ADM2_EN", "ADM2_PCODE", "ADM1_EN", "ADM1_PCODE")), is_gazetteer(("name", "lat", "lon"))
    (True, False)
    >>> is_gazetteer(("mine name", "ADM2_EN", "ADM2_PCODE", "ADM1_PCODE", "population"))
    False
    """
    words = [words_of(name) for name in header]
    if any(_MINE_WORDS & set(name) for name in words):
        return False
    names = {plain(" ".join(name)) for name in words} | {plain(name) for name in header}
    if names & set(_OF_TOWNS) or len(names & set(_OF_UNITS)) > 1:
        return True
    coded = [name for name in words if name and name[0] in _UNIT_CODE and name[-1] in ("pcode", "pcod")]
    return len(coded) > 1 and "name" not in names


def header_of_any() -> HeaderWords:
    """By what the header of any kind of file is known."""
    parts = [header_words(layout) for layout in ("suppliers", "programmes", "coverage", "listed_areas", "boundaries")]
    spelled: dict[str, tuple[str, ...]] = {}
    for part in parts:
        for name, words in part.spelled.items():
            spelled[name] = (*spelled.get(name, ()), *words)
    enough = (
        *PLACED, ("=type of violence", "=where prec"), ("=event id cnty", "=event date"), ("=pcode", "=visit date"),
        ("=record id", "=date start"), ("=unit", "=status"), ("type", "start"), ("dataset", "country_iso3"),
        ("supplier_id", "country"), ("supplier_id", "site_name"),
    )  # fmt: skip
    return HeaderWords(spelled, tuple(rule for part in parts for rule in part.rules), enough, (ucdp.UNNAMED,))


def fields_of(role: str, layout: str = "") -> tuple[str, ...]:
    """Fields that a column may be said to hold, in the order in which a page offers them; none for fixed layouts.

    Parameters
    ----------
    role
        What the file is: `sites`, `incidents` and so on.
    layout
        Name of the recognised layout, such as `visits`; blank for the role's own columns.

    Examples
    --------
    >>> fields_of("coverage"), fields_of("sites", "visits"), fields_of("rules")
    (('dataset', 'country_iso3', 'from', 'to', 'effects'), (), ())
    """
    if role == "suppliers":
        return (*FIELDS[:5], "easting", "northing", "utm_zone", *FIELDS[5:])
    if role == "incidents":
        source = {known.layout: known.columns for known in (ucdp.SOURCE, acled.SOURCE, own_incidents.SOURCE)}
        known = source.get(layout or "own", "")
        return tuple(header_words(known).spelled) if known else _OWN_INCIDENTS
    if role == "sites" and layout not in ("", "site_list"):
        return ()
    own = tuple(header_words(_LAYOUTS[role]).spelled) if role in _LAYOUTS else ()
    first = _FIRST.get(role, ())
    return (*first, *(name for name in own if name not in first))


_OWN_INCIDENTS = (
    "record_id", "date_start", "date_end", "precision", "lon", "lat", "deaths_best", "deaths_low", "deaths_high",
    "deaths_civilians", "country", "admin1", "admin2", "actor_a", "actor_b", "place", "effect", "violence",
)  # fmt: skip
_FIRST = {
    "sites": ("site_id", "name", "lat", "lon", "location", "easting", "northing", "utm_zone", "coord_precision_km",
              "coord_precision_m", "country", "admin1", "admin2", "minerals"),
    "boundaries": ("unit", "code", "parent", "country", "level", "version"),
}  # fmt: skip
