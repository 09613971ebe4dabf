"""Zone status of a site at a date: the append-only register, read as docs and domain define it, and rule H9."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import schema
from geo.errors import ZoneError
from geo.messages import Note
from geo.records.admin_units import Aliases, SiteUnits, keys_of
from geo.records.place_names import fold
from geo.rules.evidence import Evidence
from geo.rules.finding import Finding
from geo.rules.rule_set import Rules
from geo.spatial.polygons import Boundaries, locate, nearest_edge
from geo.time_window import NO_DAY, Days, to_days

_TOLD = "{error}"  # an error that stops nothing: a note of the whole sentence
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

INSIDE = {
    "compliant": "inside_compliant",
    "restored": "inside_compliant",
    "priority": "inside_priority",
    "monitored": "inside_monitored",
    "suspended": "inside_suspended",
    "restricted": "outside",
    "lifted": "not_applicable",
    "unknown": "unknown",
}
"""What an entry of a named unit says of a diamond site in it."""

RESTRICTED = ("restricted", "suspended")
NOT_COMPLIANT = ("outside", "inside_priority", "inside_monitored", "inside_suspended")


@dataclass(frozen=True)
class ZoneResult:
    """One row a site: columns `zone_status, zone_unit, zone_basis, distance_to_zone_edge_m, near_border`."""

    columns: pd.DataFrame
    findings: list[Finding]
    notes: list[str]


def check_register(register: pd.DataFrame) -> pd.DataFrame:
    """The register with its types, or a ZoneError where two entries of a unit are in force at once.

    Raises
    ------
    ZoneError
        Names the unit and the day.
    """
    table = schema.conform(register, schema.ZONES)
    start, end = to_days(table["valid_from"]), _ends(table)
    for i in np.flatnonzero((start == NO_DAY) | (end <= start)):
        raise ZoneError(
            "An entry of the zone register has no beginning, or ends before it begins.",
            where=str(table["unit"][i]),
            expected="valid_from before valid_to",
        )
    unit = pd.Series([f"{c}|{s}|{fold(u)}" for c, s, u in zip(table["country"], table["scheme"], table["unit"],
                                                              strict=True)])  # fmt: skip
    for name in unit.unique():
        rows = np.flatnonzero(unit == name)
        rows = rows[np.argsort(start[rows], kind="stable")]
        for a, b in itertools.pairwise(rows):
            if end[a] > start[b]:
                raise ZoneError(
                    "Two entries of the zone register are in force at once.",
                    where=str(table["unit"][a]),
                    expected="the earlier one ended by valid_to",
                    got=Note(
                        "{one} and {other} on {day}",
                        one=Note(table["status"][a]),
                        other=Note(table["status"][b]),
                        day=f"{table['valid_from'][b]:%Y-%m-%d}",
                    ),
                    remedy="Correct valid_to of the earlier entry.",
                )
    return table


def _ends(register: pd.DataFrame) -> Days:
    end = to_days(register["valid_to"])
    return np.where(end == NO_DAY, np.iinfo(np.int64).max, end)


def in_force(register: pd.DataFrame, day: int) -> pd.DataFrame:
    """The entries in force on a day: `valid_from` inclusive, `valid_to` exclusive."""
    return register[(to_days(register["valid_from"]) <= day) & (day < _ends(register))]


def named_rows(register: pd.DataFrame, boundaries: Boundaries, aliases: Aliases) -> dict[str, int]:
    """Row in `boundaries` of every unit that the register names, by ``COUNTRY|folded name``.

    Raises
    ------
    ZoneError
        The boundary set lacks a unit that the register names: in older sets Gadzi town falls inside Carnot, and a
        join would call it compliant.
    """
    named = register[register["level"] == "admin2"].drop_duplicates(["country", "unit"])
    wanted = keys_of(named["unit"], named["country"], 2, aliases)
    country = boundaries.frame["country"]
    have: dict[str, int] = {}
    for iso in pd.unique(named["country"]):
        mine = (country == iso) | (country == "")
        keys = keys_of(boundaries.frame["unit"], pd.Series(str(iso), index=country.index), 2, aliases)
        have |= {str(k): int(i) for i, k in enumerate(keys) if mine.iloc[i]}
    missing = [str(u) for u, k in zip(named["unit"], wanted, strict=True) if k not in have]
    if missing:
        raise ZoneError(
            "The boundary set lacks a unit that the zone register names: {units}.",
            where=boundaries.name,
            expected=", ".join(sorted(named["unit"])),
            remedy="Use a boundary set that has every named unit; until then zones are read from the sites' own unit.",
            units=", ".join(missing),
        )
    return {str(k): have[str(k)] for k in wanted}


def ask(
    rules: Rules,
    sites: pd.DataFrame,
    as_of: Days,
    error_km: Floats,
    units: SiteUnits,
    register: pd.DataFrame | None,
    boundaries: Boundaries | None,
    restrictions: pd.DataFrame | None,
    aliases: Aliases,
    evidence: Evidence,
) -> ZoneResult:
    """Reads the register for every site, and asks H9.

    The unit is that of the polygon where the boundary set has every named unit, else the one that the site itself
    states, else unknown; `zone_basis` says which.
    """
    n = len(sites)
    empty = np.full(n, "", dtype=object)
    status, unit_name, basis = np.full(n, "unknown", dtype=object), empty.copy(), empty.copy()
    distance = np.full(n, np.nan)
    notes: list[str] = []
    diamond = np.array(["diamond" in m.split(";") for m in sites["minerals"]], dtype=np.bool_)
    mineral_known = (sites["minerals"] != "").to_numpy()
    country = sites["country"].to_numpy(dtype=object)
    restricted = np.zeros(n, np.bool_)
    register = _with_restrictions(register, restrictions)
    if register is not None and len(register):
        register = check_register(register)
        rows, key, unit_name, basis = _units_of(sites, units, register, boundaries, aliases, notes)
        reg_key = keys_of(register["unit"], register["country"], 2, aliases)
        listed = set(register["country"])
        named = sorted(set(register["country"][register["level"] == "admin2"]))
        names = {str(k): str(u) for k, u in zip(reg_key, register["unit"], strict=True)}
        for day in np.unique(as_of):
            mine = np.flatnonzero(as_of == day)
            now = in_force(register, int(day))
            whole = {str(r.country): str(r.status) for r in now.itertuples() if r.level == "country"}
            local = now[now["level"] == "admin2"]
            parts = dict(zip(reg_key[local.index].tolist(), local["status"].tolist(), strict=True))
            restricted[mine] = np.array([whole.get(c, "") in RESTRICTED for c in country[mine]], dtype=np.bool_)
            status[mine] = _read(mine, country, diamond, mineral_known, key, whole, parts, listed, named)
            known = mine[(status[mine] != "not_applicable") & ((key[mine] != "") | ~np.isin(country[mine], named))]
            evidence.facts("zone", "H9", known, record_id="unit", value=unit_name[known], actor_b=basis[known])
            _tell(evidence, mine, country, key, now, reg_key, names)
            applies = mine[(status[mine] != "not_applicable") & sites["lon"].notna().to_numpy()[mine]]
            polygons = np.array(sorted({rows[k] for k in parts if k in rows}), dtype=np.int64)
            if boundaries is not None and len(polygons) and len(applies):
                _measure(sites, applies, polygons, rows, key, boundaries, distance)
        unit_name = np.array([names.get(str(k), "") for k in key], dtype=object)
        basis = np.where(unit_name == "", np.where(np.isin(basis.astype(str), ("polygon", "stated")), basis, ""), basis)
    else:
        status[mineral_known & ~diamond] = "not_applicable"
    known_error = np.where(np.isfinite(error_km), error_km, 0.0)
    limit = (rules.settings.zone_border_km + known_error) * 1000
    close = pd.array(distance <= limit, dtype="boolean")
    close[np.isnan(distance)] = pd.NA
    measured = np.flatnonzero(~np.isnan(distance))
    evidence.facts(
        "zone",
        "",
        measured,
        record_id="edge",
        dataset=boundaries.name if boundaries is not None else "",
        dataset_version=boundaries.version if boundaries is not None else "",
        distance_m=distance[measured],
        value="nearest edge of a named unit",
        limit=f"{rules.settings.zone_border_km:g} km and the position error",
    )
    columns = pd.DataFrame(
        {
            "zone_status": pd.array(status, dtype="str"),
            "zone_unit": pd.array(unit_name, dtype="str"),
            "zone_basis": pd.array(basis, dtype="str"),
            "distance_to_zone_edge_m": distance,
            "near_border": close,
        }
    )
    return ZoneResult(columns, _ask_h9(rules, status, diamond, mineral_known, restricted, register, country), notes)


def _units_of(
    sites: pd.DataFrame,
    units: SiteUnits,
    register: pd.DataFrame,
    boundaries: Boundaries | None,
    aliases: Aliases,
    notes: list[str],
) -> tuple[dict[str, int], npt.NDArray[np.object_], npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    """Rows of the named units, and for each site the key of its unit, its name, and how it is known."""
    stated = keys_of(sites["admin2"], sites["country"], 2, aliases)
    key, basis = stated.copy(), np.where(stated == "", "", "stated").astype(object)
    rows: dict[str, int] = {}
    if boundaries is not None and boundaries.level == 2:
        try:
            rows = named_rows(register, boundaries, aliases)
        except ZoneError as error:
            notes.append(Note(_TOLD, error=error))
        else:
            placed = np.flatnonzero((sites["lon"].notna() & sites["lat"].notna()).to_numpy())
            hit = locate(
                sites["lon"].to_numpy(np.float64)[placed], sites["lat"].to_numpy(np.float64)[placed], boundaries
            )
            inside = placed[hit >= 0]
            key[inside] = units.key[inside]
            basis[inside] = "polygon"
    return rows, key, units.name.copy(), basis


def _read(
    mine: npt.NDArray[np.int64],
    country: npt.NDArray[np.object_],
    diamond: Bools,
    mineral_known: Bools,
    key: npt.NDArray[np.object_],
    whole: dict[str, str],
    parts: dict[str, str],
    listed: set[str],
    named: list[str],
) -> list[str]:
    out = []
    for i in mine:
        iso = str(country[i])
        # Gold and the like are outside the scheme wherever they lie; so is everything where no restriction holds.
        not_diamond = bool(mineral_known[i]) and not diamond[i]
        free = iso != "" and (iso not in listed or whole.get(iso, "") not in RESTRICTED)
        if not_diamond or free:
            out.append("not_applicable")
        elif not mineral_known[i] or iso == "" or (key[i] == "" and iso in named):
            out.append("unknown")
        else:
            out.append(INSIDE[parts[str(key[i])]] if str(key[i]) in parts else "outside")
    return out


def _tell(
    evidence: Evidence,
    mine: npt.NDArray[np.int64],
    country: npt.NDArray[np.object_],
    key: npt.NDArray[np.object_],
    now: pd.DataFrame,
    reg_key: npt.NDArray[np.object_],
    names: dict[str, str],
) -> None:
    for i in now.index:
        entry = now.loc[i]
        if entry["level"] == "country":
            sites = mine[country[mine] == entry["country"]]
        else:
            sites = mine[key[mine] == reg_key[i]]
        evidence.facts(
            "zone",
            "H9",
            sites,
            record_id=entry["unit"],
            dataset=f"{entry['scheme']} zone register",
            dataset_version="" if pd.isna(entry["recorded_at"]) else f"{entry['recorded_at']:%Y-%m-%d}",
            date_start=entry["valid_from"],
            date_end=entry["valid_to"],
            value=entry["status"],
            actor_a=entry["decided_by"],
            limit="country" if entry["level"] == "country" else "unit",
        )


def _measure(
    sites: pd.DataFrame,
    applies: npt.NDArray[np.int64],
    polygons: npt.NDArray[np.int64],
    rows: dict[str, int],
    key: npt.NDArray[np.object_],
    boundaries: Boundaries,
    distance: Floats,
) -> None:
    """Distance to the own unit's edge for sites in a named unit, else to the nearest edge of any that is in force."""
    lon, lat = sites["lon"].to_numpy(np.float64)[applies], sites["lat"].to_numpy(np.float64)[applies]
    own = np.array([rows.get(str(k), -1) for k in key[applies]], dtype=np.int64)
    own[~np.isin(own, polygons)] = -1
    for row in np.unique(own):
        at = np.flatnonzero(own == row)
        subset = polygons if row < 0 else np.array([row], dtype=np.int64)
        distance[applies[at]] = np.round(nearest_edge(lon[at], lat[at], boundaries, subset)[1], 3)


def _with_restrictions(register: pd.DataFrame | None, table: pd.DataFrame | None) -> pd.DataFrame | None:
    """The register with the restrictions of countries that it does not name itself."""
    if table is None or register is None:
        return register
    more = table[table["restricted_from"].notna() & ~table["country"].isin(register["country"])]
    if not len(more):
        return register
    entries = pd.DataFrame(
        {
            "unit": more["country"],
            "country": more["country"],
            "level": "country",
            "scheme": "KP",
            "status": "restricted",
            "valid_from": more["restricted_from"],
            "valid_to": more["restricted_to"],
            "recorded_at": register["recorded_at"].max(),
        }
    )
    parts = [schema.conform(register, schema.ZONES), schema.conform(entries, schema.ZONES)]
    return pd.concat(parts, ignore_index=True)


def _ask_h9(
    rules: Rules,
    status: npt.NDArray[np.object_],
    diamond: Bools,
    mineral_known: Bools,
    restricted: Bools,
    register: pd.DataFrame | None,
    country: npt.NDArray[np.object_],
) -> list[Finding]:
    out = []
    for rule in rules.of_kind("restriction"):
        outside = np.isin(status.astype(str), NOT_COMPLIANT)
        fired = diamond & restricted & outside
        unknown = (restricted & (~mineral_known | diamond) & (status == "unknown")) | (
            (country == "") & (diamond | ~mineral_known)
        )
        if register is None:
            unknown |= diamond | ~mineral_known
        out.append(Finding.of(rule.id, fired, fired, fired, unknown & ~fired))
    return out
