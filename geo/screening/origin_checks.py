"""Questions that a company asks of an origin beside its class: laws, schemes, statuses, zones nearby, minerals.

Each is a column of its own with its ground; none is a class, and none changes one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import ZoneError
from geo.records.admin_units import Aliases
from geo.records.statuses import newest_status
from geo.rules.rule_set import Rules
from geo.rules.status import colour_at
from geo.rules.zone_register import INSIDE, named_rows, unit_keys, units_in_force
from geo.spatial.nearest_incident import nearest
from geo.spatial.polygons import Boundaries, nearest_edge
from geo.spatial.proximity import within
from geo.time_window import NO_DAY, Days, months_before, to_dates, to_days

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

MINERAL_KM = 50.0
"""A claimed mineral with no recorded site of it this near is a flag (one cell of 0.5 degrees, as rule H4)."""
NEAR_ZONE_KM = 50.0
"""An origin outside a compliant zone this near to one is a flag: goods could pass for the zone's."""
ZONE_MATTERS_KM = 200.0
"""The nearest compliant zone is told this far away, and anywhere in a country under restriction; not in Antwerp."""
REFERENCE_KM = 100.0
"""Known sites speak of what is mined around them this far; where none is so near, they say nothing of the place."""


def has_mineral(minerals: pd.Series[str], wanted: frozenset[str]) -> Bools:
    """True where one of `wanted` stands in a list joined by ``;``.

    Parameters
    ----------
    minerals
        Minerals, joined by `;`; blank where not known.
    wanted
        Minerals in the names of the project.
    """
    codes, texts = pd.factorize(minerals, use_na_sentinel=False)
    return np.array([*(bool(wanted & set(str(text).split(";"))) for text in texts), False], np.bool_)[codes]


def _ends(dates: pd.Series) -> Days:
    end = to_days(dates)
    return np.where(end == NO_DAY, np.iinfo(np.int64).max, end)


def dodd_frank(country: Texts, minerals: pd.Series[str], as_of: Days, covered: pd.DataFrame) -> Texts:
    """Section 1502 at each date: ``covered``, ``country_only`` (another or no known mineral), ``not_covered``.

    Parameters
    ----------
    covered
        Columns `country, minerals, valid_from, valid_to` (exclusive).
    country
        Country of each row (ISO 3166 alpha-3); blank where not known.
    minerals
        Minerals, joined by `;`; blank where not known.
    as_of
        The date of each site, time of events and not of knowledge [days since 1970-01-01].
    """
    out = np.where(country == "", "unknown", "not_covered").astype(object)
    start, end = to_days(covered["valid_from"]), _ends(covered["valid_to"])
    codes, names = pd.factorize(country)
    place = {str(name): i for i, name in enumerate(names)}
    holds: dict[str, npt.NDArray[np.bool_]] = {}
    for i, row in enumerate(covered.itertuples(index=False)):
        there = (codes == place.get(str(row.country), -2)) & (start[i] <= as_of) & (as_of < end[i])
        named = str(row.minerals)
        if named not in holds:
            holds[named] = has_mineral(minerals, frozenset(named.split(";")))
        out[there] = np.where(holds[named][there], "covered", "country_only")
    return out


def kimberley(country: Texts, minerals: pd.Series[str], as_of: Days, register: pd.DataFrame) -> Texts:
    """Kimberley Process at each date, for diamonds: ``restricted``, ``participant``, ``not_participant``.

    ``not_applicable`` for known minerals without diamond; ``unknown`` where the mineral or country is not known, or
    the table does not name the country.

    Parameters
    ----------
    register
        Columns `country, participant_from, participant_to, restricted_from, restricted_to` (ends exclusive).
    country
        Country of each row (ISO 3166 alpha-3); blank where not known.
    minerals
        Minerals, joined by `;`; blank where not known.
    as_of
        The date of each site, time of events and not of knowledge [days since 1970-01-01].
    """
    diamond = has_mineral(minerals, frozenset({"diamond"}))
    known = (minerals != "").to_numpy()
    codes, names = pd.factorize(country)
    place = {str(name): i for i, name in enumerate(names)}
    named = np.isin(codes, [place[iso] for iso in register["country"].astype(str) if iso in place])
    out = np.where(known & ~diamond, "not_applicable", np.where(diamond & named, "not_participant", "unknown"))
    out = out.astype(object)
    for kind in ("participant", "restricted"):
        start, end = to_days(register[f"{kind}_from"]), _ends(register[f"{kind}_to"])
        for i, iso in enumerate(register["country"]):
            if iso in place and start[i] != NO_DAY:
                out[diamond & (codes == place[iso]) & (start[i] <= as_of) & (as_of < end[i])] = kind
    return out


def expiry(assessed: pd.DataFrame, statuses: pd.DataFrame, rules: Rules) -> tuple[Days, Days]:
    """First day on which the RCM colour, and the DRC qualification, no longer hold; NO_DAY where none is stated.

    RCM: see :func:`geo.rules.status.colour_at`. DRC: as long as the status rule lets a qualification speak; the source
    states no end.

    Parameters
    ----------
    assessed
        Columns `source, site_id, as_of, drc_status, drc_status_date`.
    statuses
        :data:`geo.schema.STATUSES` under the same keys.
    rules
        The rule set with its settings.
    """
    set_, days = rules.settings, to_days(assessed["as_of"])
    held = newest_status(statuses, assessed, days, "rcm")
    given = held["status"].to_numpy(dtype=object)
    _, _, rcm = colour_at(given, to_days(held["status_date"]), to_days(held["valid_to"]), days, set_)
    months = next((r.months for r in rules.of_kind("status")), set_.status_months)
    since = to_days(assessed["drc_status_date"])
    drc = np.where((assessed["drc_status"] != "").to_numpy(), months_before(since, -months), NO_DAY)
    return rcm, np.asarray(drc, dtype=np.int64)


def compliant_zones(
    sites: pd.DataFrame, as_of: Days, register: pd.DataFrame | None, boundaries: Boundaries | None, aliases: Aliases
) -> tuple[Texts, Floats]:
    """For origins outside a compliant zone the nearest one in force at their date, and the distance to its edge [m].

    Asked of diamonds and of unknown minerals, in any country: goods from elsewhere may be passed off too. Blank where
    the origin is inside one, where nothing is known of its place, or where no polygons hold every named unit.

    Parameters
    ----------
    sites
        Columns `lon, lat, minerals, zone_status`.
    as_of
        The date of each site, time of events and not of knowledge [days since 1970-01-01].
    register
        Entries of the zone register; None: none.
    boundaries
        Boundary sets, one a level; None or an empty one: none were loaded.
    aliases
        Other spellings of names of units.
    """
    n = len(sites)
    unit, distance = np.full(n, "", dtype=object), np.full(n, np.nan)
    if register is None or boundaries is None or boundaries.level != 2:
        return unit, distance
    lon, lat = sites["lon"].to_numpy(np.float64), sites["lat"].to_numpy(np.float64)
    diamond = has_mineral(sites["minerals"], frozenset({"diamond"})) | (sites["minerals"] == "").to_numpy()
    applicable = np.isfinite(lon) & np.isfinite(lat) & diamond & (sites["zone_status"] != "inside_compliant").to_numpy()
    for day in np.unique(as_of[applicable]):
        try:
            rows = named_rows(register, boundaries, aliases, int(day))
        except ZoneError:
            continue
        units = units_in_force(register, int(day))
        keys = zip(unit_keys(units, aliases), units["status"], strict=True)
        held = [rows[k] for k, status in keys if INSIDE[str(status)] == "inside_compliant" and k in rows]
        at = np.flatnonzero(applicable & (as_of == day))
        if held and len(at):
            row, metres = nearest_edge(lon[at], lat[at], boundaries, np.array(sorted(held)))
            known = row >= 0
            unit[at[known]] = boundaries.frame["unit"].to_numpy(dtype=object)[row[known]]
            distance[at] = metres.round(3)
    return unit, distance


def mineral_record(
    lon: Floats,
    lat: Floats,
    country: Texts,
    minerals: pd.Series[str],
    sites: pd.DataFrame,
    within_km: float = MINERAL_KM,
) -> tuple[Texts, Floats, Ints]:
    """Whether the claimed minerals are recorded nearby; of several claims the least supported one speaks.

    A flag with its evidence, not an accusation: records are never complete. Known sites speak only of places within
    :data:`REFERENCE_KM` of one, and of minerals that they record in the row's country at all: a list of gold mines in
    the east says nothing of diamonds, nor of the west.

    Parameters
    ----------
    sites
        Known sites (:data:`geo.schema.SITES`) that say what is mined around them.
    lon
        Longitudes [degrees, WGS 84]; missing where there is no position.
    lat
        Latitudes [degrees, WGS 84]; missing where there is no position.
    country
        Country of each row (ISO 3166 alpha-3); blank where not known.
    minerals
        Minerals, joined by `;`; blank where not known.
    within_km
        How near a recorded site of the mineral has to be [km].

    Returns
    -------
    answer, nearest_m, site
        Words of the column `mineral_record`; distance to the nearest recorded site of the claimed mineral [m], NaN
        where there is none; its position in `sites`, -1 for none.
    """
    n = len(lon)
    answer, metres, at = np.full(n, "recorded", dtype=object), np.full(n, np.nan), np.full(n, -1, np.int64)
    placed = np.isfinite(lon) & np.isfinite(lat)
    known = (minerals != "").to_numpy()
    usable = sites[sites["lon"].notna() & sites["lat"].notna() & (sites["minerals"] != "")]
    rows = usable.index.to_numpy(np.int64)
    zero = np.zeros(len(rows), np.int64)
    x, y = usable["lon"].to_numpy(np.float64), usable["lat"].to_numpy(np.float64)
    claiming = np.flatnonzero(placed & known)
    if len(rows) and len(claiming):
        around = within(lon[claiming], lat[claiming], x, y, zero, radius_m=within_km * 1000, as_of_day=0, window_days=1)
        some = np.zeros(n, np.bool_)
        some[claiming[around.site]] = True
        for mineral in sorted({m for text in pd.unique(minerals[known]) for m in str(text).split(";")}):
            claim = claiming[has_mineral(minerals, frozenset({mineral}))[claiming]]
            mine = np.flatnonzero(has_mineral(usable["minerals"], frozenset({mineral})))
            far, found = np.full(len(claim), np.nan), np.full(len(claim), -1, np.int64)
            if len(mine):
                found, far = nearest(lon[claim], lat[claim], x[mine], y[mine], zero[mine], as_of_day=0, window_days=1)
            worse = ~(far <= metres[claim]) | np.isnan(far)
            worse &= ~(np.isnan(metres[claim]) & (answer[claim] != "recorded"))
            change = claim[worse]
            metres[change] = far[worse]
            at[change] = np.where(found[worse] >= 0, rows[mine[found[worse]]], -1) if len(mine) else -1
            missing = change[~(far[worse] <= within_km * 1000)]
            answer[missing] = np.where(some[missing], "other_minerals_only", "nothing_recorded_nearby")
        lacking = claiming[answer[claiming] != "recorded"]
        _near, far_any = nearest(lon[lacking], lat[lacking], x, y, zero, as_of_day=0, window_days=1)
        recorded = {
            (c, m) for c, text in zip(usable["country"], usable["minerals"], strict=True) for m in text.split(";")
        }
        claims = list(zip(country[lacking], minerals.to_numpy(dtype=object)[lacking], strict=True))
        speaks = {pair: all((pair[0], m) in recorded for m in str(pair[1]).split(";")) for pair in set(claims)}
        covers = (far_any <= REFERENCE_KM * 1000) & np.array([speaks[pair] for pair in claims], dtype=np.bool_)
        answer[lacking[~covers]] = "no_reference"
    elif len(claiming):
        answer[claiming] = "no_reference"
    answer[~known] = "mineral_unknown"
    answer[known & ~placed] = "no_position"
    return answer, metres.round(3), at


__all__ = ["compliant_zones", "dodd_frank", "expiry", "has_mineral", "kimberley", "mineral_record", "to_dates"]
