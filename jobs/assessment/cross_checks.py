"""What a result says more than once, held against itself, beside what its rules derive.

An incident is the same in every row that names it and lies where all its distances say; the entries of the register
that ships are those of the register; zone, status and visit of a site are those of its evidence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import schema
from geo.rasters.schema import UNITS
from geo.readiness import with_country
from geo.rules.incident_distance import WRITTEN_M
from geo.rules.raster import SHARE
from geo.rules.rule_set import Rules
from geo.rules.visit import ELSEWHERE
from geo.rules.zone_register import register_with
from geo.spatial.common_points import misfit_m
from jobs.assessment.coverage_checks import DERIVED_GAPS, check_coverage, same_version
from jobs.assessment.row_shapes import OF_ENTRIES, OF_INCIDENTS, shapes
from jobs.read_back import DifferenceError, in_line, same
from layers.reference.country_outlines import country_outlines
from layers.reference.files import ZONE_REGISTER, checksum
from layers.reference.legal_schemes import restrictions
from layers.sources.zone_register import read_register

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

APART_M = 0.05
"""Distances that are written to a millimetre meet within this [m]; those of a forger seldom do."""


@dataclass
class Held:
    """Which cells were held against another place in the result.

    Parameters
    ----------
    may
        By column of evidence, the rows that may fill it (:func:`jobs.assessment.row_shapes.shapes`).
    evidence
        By column of evidence, the rows that were held.
    sites
        Columns of sites that were held.
    placed
        Sites whose place was held.
    """

    may: dict[str, Bools] = field(default_factory=dict)
    evidence: dict[str, Bools] = field(default_factory=dict)
    sites: set[str] = field(default_factory=set)
    placed: Bools = field(default_factory=lambda: np.zeros(0, np.bool_))

    def mark(self, columns: Sequence[str], rows: Bools) -> None:
        """These rows were held in these columns.

        Parameters
        ----------
        columns
            Names of columns of evidence.
        rows
            One flag a row of evidence: held against another place.
        """
        for name in columns:
            self.evidence[name] = self.evidence.get(name, np.zeros(len(rows), np.bool_)) | rows


def cross_checks(sites: pd.DataFrame, evidence: pd.DataFrame, rules: Rules, record: Mapping[str, Any]) -> Held:
    """Holds sites and evidence against each other wherever both say the same thing.

    Parameters
    ----------
    sites
        :data:`geo.schema.ASSESSED` as read back, or the rows of a list in its names; only columns that it has are held.
    evidence
        Rows of evidence (`geo.schema.EVIDENCE`).
    rules
        The rule set with its settings.
    record
        The run record, as `run.json` has it.

    Raises
    ------
    DifferenceError
        The first thing that is told in two ways.
    """
    held = Held(may=shapes(evidence, schema.EVIDENCE))
    shut = (evidence["fact"] == "").to_numpy()
    named = evidence["kind"].isin(["incident", "near_miss"]) & (evidence["record_id"] != "")
    of_incidents = evidence["dataset"].isin([d["dataset"] for d in record["datasets"]])
    rows = np.flatnonzero((named & of_incidents).to_numpy() & ~shut)
    thing = _codes(evidence.iloc[rows], ("dataset", "dataset_version", "record_id"))
    _records(evidence, rows, thing, held)
    _distances(sites, evidence, rows, thing, held)
    _order(evidence, shut)
    _register(evidence, record, held)
    for name, want in _of_evidence(sites, evidence, rules).items():
        if name in sites:
            _compare(sites, name, want, held)
    _facts(evidence, rules, shut, held)
    _units(sites, evidence, rules, held)
    _measures(sites, evidence, record, held)
    if check_coverage(sites, evidence, rules, record):
        without_rule = (evidence["rule"] == "").to_numpy()
        covered = (evidence["kind"] == "coverage").to_numpy() & without_rule
        held.mark(("fact", "dataset"), covered)
        held.mark(("fact", "status"), evidence["fact"].isin(DERIVED_GAPS).to_numpy() & without_rule)
    _country(sites, record)
    return held


def _codes(frame: pd.DataFrame, columns: Sequence[str]) -> Ints:
    """One number for each combination of the columns."""
    code = np.zeros(len(frame), np.int64)
    for name in columns:
        own, values = pd.factorize(frame[name], use_na_sentinel=False)
        code, _ = pd.factorize(code * (len(values) + 1) + own)
    return code.astype(np.int64)


def _records(evidence: pd.DataFrame, rows: Ints, thing: Ints, held: Held) -> None:
    """An incident is the same in every row that names it."""
    if not len(rows):
        return
    first = np.unique(thing, return_index=True)[1]
    for name in OF_INCIDENTS:
        code, _ = pd.factorize(evidence[name].array[rows], use_na_sentinel=False)
        if len(wrong := np.flatnonzero(code != code[first][thing])):
            line = int(rows[wrong[0]])
            raise in_line(evidence, line, f"{name} of {evidence['record_id'].iloc[line]} is another one elsewhere")
    twice = np.zeros(len(evidence), np.bool_)
    twice[rows] = np.bincount(thing)[thing] > 1
    held.mark(("record_id", "dataset", "dataset_version", *OF_INCIDENTS), twice)


def _distances(sites: pd.DataFrame, evidence: pd.DataFrame, rows: Ints, thing: Ints, held: Held) -> None:
    """A site is as far from an incident in every row, and its distances from all sites meet in one point."""
    metres = evidence["distance_m"].to_numpy(np.float64)
    held.placed = np.zeros(len(sites), np.bool_)
    known = np.isfinite(metres[rows])
    rows, thing = rows[known], thing[known]
    if not len(rows):
        return
    place = pd.MultiIndex.from_frame(sites[["source", "site_id"]])
    site = place.get_indexer(pd.MultiIndex.from_frame(evidence[["source", "site_id"]].iloc[rows]))
    lon, lat = (sites[name].to_numpy(np.float64)[site] for name in ("lon", "lat"))
    if len(wrong := np.flatnonzero(~(np.isfinite(lon) & np.isfinite(lat)))):
        raise in_line(evidence, rows[wrong[0]], "a distance from a site without a place")
    _, pair, number = np.unique(site * (thing.max() + 1) + thing, return_index=True, return_inverse=True)
    if len(wrong := np.flatnonzero(np.abs(metres[rows] - metres[rows[pair]][number]) > WRITTEN_M)):
        raise in_line(evidence, rows[wrong[0]], "distance_m is another one elsewhere")
    code, _ = pd.factorize(thing[pair])
    misfit = misfit_m(lon[pair], lat[pair], metres[rows[pair]], code.astype(np.int64))
    if len(wrong := np.flatnonzero(misfit > APART_M)):
        name = evidence["record_id"].iloc[rows[pair[np.flatnonzero(code == wrong[0])[0]]]]
        raise DifferenceError(f"evidence.csv: no place of {name} has the distances from the sites that stand there")
    met = np.isfinite(misfit)[code][number]
    tied = np.zeros(len(evidence), np.bool_)
    tied[rows] = met | (np.bincount(number)[number] > 1)
    held.mark(("distance_m",), tied)
    held.placed[site[met]] = True


def _facts(evidence: pd.DataFrame, rules: Rules, shut: Bools, held: Held) -> None:
    """Facts that the kind of a row and its rule decide; sums are derived again with their rules."""
    kind, fact = evidence["kind"], evidence["fact"]
    total = kind == "total"
    word = {r.id: "lethal" if r.lethal else "nonlethal" for r in rules.rules}
    far = {r.id: r.within_km * 1000 for r in rules.of_kind("near")}
    limit = evidence["rule"].map(far).astype("float64")
    by_rule = {
        "total": total & (fact != evidence["rule"].map(word)),
        "nothing_near": (fact == "nothing_near") & limit.isna(),
        "not_listed": (fact == "not_listed") & ~evidence["rule"].isin([r.id for r in rules.of_kind("list")]),
        "below_limit": (fact == "below_limit") & (evidence["distance_m"] > limit + WRITTEN_M),
        "beyond_limit": (fact == "beyond_limit") & ~(evidence["distance_m"] > limit - WRITTEN_M),
    }
    for what, wrong in by_rule.items():
        if wrong.any():
            line = int(np.flatnonzero(wrong)[0])
            raise in_line(evidence, line, f"{fact.iloc[line]} cannot be, by its rule ({what})")
    one = ["incident", "total", "gap", "status"]
    held.mark(("fact",), (kind.isin(one) | fact.isin(["nothing_near", "not_listed", "nearest", "latest"])).to_numpy())
    key = pd.MultiIndex.from_frame(evidence[["source", "site_id", "rule"]])
    withheld = key.isin(key[shut & kind.isin(["incident", "near_miss"]).to_numpy()])
    held.mark(("events", "deaths", "dataset", "distance_m"), total.to_numpy() & ~withheld)


def _order(evidence: pd.DataFrame, shut: Bools) -> None:
    """Incidents of a site and rule stand by their distance, those without one last."""
    rows = np.flatnonzero(evidence["kind"].isin(["incident", "near_miss"]).to_numpy() & ~shut)
    group = _codes(evidence.iloc[rows], ("source", "site_id", "rule", "kind"))
    metres = evidence["distance_m"].fillna(np.inf).to_numpy(np.float64)[rows]
    with np.errstate(invalid="ignore"):
        wrong = np.flatnonzero((group[1:] == group[:-1]) & (metres[1:] < metres[:-1] - WRITTEN_M))
    if len(wrong):
        raise in_line(evidence, rows[wrong[0] + 1], "stands behind one that is farther away")


def _register(evidence: pd.DataFrame, record: Mapping[str, Any], held: Held) -> None:
    """Entries of the register that ships are as this version of the program ships them."""
    digests = [i.get("sha256") for i in record["inputs"] if i.get("role") == "zones"]
    if digests != [checksum(ZONE_REGISTER)] or not same_version(record):
        return
    register = register_with(read_register().frame, restrictions())
    assert register is not None
    entry = pd.DataFrame(
        {
            "record_id": register["unit"],
            "dataset": register["scheme"] + " zone register",
            "dataset_version": register["recorded_at"].dt.strftime("%Y-%m-%d").fillna(""),
            "date_start": register["valid_from"],
            "date_end": register["valid_to"],
            "status": register["status"],
            "actor_a": register["decided_by"].fillna(""),
        }
    )
    rows = (evidence["kind"] == "zone") & evidence["fact"].isin(["country", "admin2", "admin3"])
    rows &= evidence["dataset"].isin(set(entry["dataset"])) | (evidence["rule"] == "")
    mine = evidence.loc[rows, list(OF_ENTRIES)]
    known = set(map(tuple, _as_text(entry).to_numpy()))
    for line, cells in zip(np.flatnonzero(rows), map(tuple, _as_text(mine).to_numpy()), strict=True):
        if cells not in known:
            raise in_line(evidence, line, "is no entry of the zone register of run.json")
    held.mark(OF_ENTRIES, rows.to_numpy())


def _as_text(frame: pd.DataFrame) -> pd.DataFrame:
    days = {c: frame[c].dt.strftime("%Y-%m-%d").fillna("") for c in ("date_start", "date_end")}
    return frame.assign(**days)[list(OF_ENTRIES)].astype(object)


def _of_evidence(sites: pd.DataFrame, evidence: pd.DataFrame, rules: Rules) -> dict[str, list[object]]:
    """Columns of sites that repeat a row of evidence, as that row has them."""
    keys = list(zip(sites["source"], sites["site_id"], strict=True))
    zone, without_rule = evidence["kind"] == "zone", evidence["rule"] == ""
    unit = _last(evidence[zone & without_rule & (evidence["fact"] == "admin2")], "record_id")
    unit |= _last(evidence[zone & without_rule & (evidence["fact"] == "commune_not_loaded")], "")
    unit |= _last(evidence[zone & without_rule & (evidence["fact"] == "admin3")], "record_id")
    basis = _last(evidence[zone & without_rule & (evidence["fact"] == "located")], "basis")
    out: dict[str, list[object]] = {
        "zone_unit": [unit.get(key, "") for key in keys],
        "zone_basis": [basis.get(key, "") for key in keys],
    }
    if rule := next((r for r in rules.of_kind("status") if not r.minerals), None):
        own = evidence[evidence["rule"] == rule.id]
        for scheme, word in (("rcm", ""), ("drc", "status")):
            now, old = own[own["fact"] == scheme], own[own["fact"] == f"{scheme}_too_old"]
            colour, day = _last(old, word) | _last(now, "status"), _last(pd.concat([old, now]), "date_start")
            out[f"{scheme}_status"] = [colour.get(key, "") for key in keys]
            out[f"{scheme}_status_date"] = [day.get(key, pd.NaT) for key in keys]
            if scheme == "rcm":
                how = _last(now, "basis")
                out["rcm_status_basis"] = [how.get(key, "") for key in keys]
    if rule := next((r for r in rules.of_kind("visit") if not r.until_clean), None):
        own = evidence[(evidence["rule"] == rule.id) & (evidence["dataset"] == "visits")]
        own = own[~own["fact"].isin(ELSEWHERE)]
        day, how = _last(own, "date_start"), _last(own, "basis")
        out["visit_date"] = [day.get(key, pd.NaT) for key in keys]
        out["visit_basis"] = [how.get(key, "") for key in keys]
    return out


def _last(rows: pd.DataFrame, column: str) -> dict[tuple[str, str], object]:
    """A column by site, of its last row; without a column a blank."""
    values = rows[column] if column else [""] * len(rows)
    return dict(zip(zip(rows["source"], rows["site_id"], strict=True), values, strict=True))


def _compare(sites: pd.DataFrame, name: str, want: list[object], held: Held, *, whole: bool = True) -> None:
    """Holds a column of sites; `whole`: every one of them has something to be held against."""
    for i, (one, other) in enumerate(zip(sites[name], want, strict=True)):
        if not same(one, other):
            who = sites["site_id"].iloc[i]
            raise DifferenceError(f"{name} of {who} is {one!s}, the rows of its evidence say {other!s}")
    if whole:
        held.sites.add(name)


def _measures(sites: pd.DataFrame, evidence: pd.DataFrame, record: Mapping[str, Any], held: Held) -> None:
    """Numbers of rasters are those of the sites' own columns, in their units, of the files that were read."""
    rows = evidence[evidence["kind"] == "measure"]
    files = {
        role: [(str(i["file"]), str(i["dataset_version"])) for i in record["inputs"] if i.get("role") == role]
        for role in ("population", "travel_time")
    }
    place = {key: i for i, key in enumerate(zip(sites["source"], sites["site_id"], strict=True))}
    numbers = rows[rows["fact"] != SHARE]
    of_rule = dict(zip(numbers["rule"], numbers["fact"], strict=True))
    row: Any
    for row in rows.itertuples():
        read = files["travel_time" if row.fact == "travel_time_min" else "population"]
        if (row.dataset, row.dataset_version) != tuple("; ".join(part) for part in zip(*read, strict=True)):
            raise in_line(evidence, row.Index, f"run.json knows no raster {row.dataset} of that version")
        if row.basis != UNITS[row.fact]:
            raise in_line(evidence, row.Index, f"{row.fact} is counted in {UNITS[row.fact]}")
        if row.fact in sites and not (row.fact == SHARE and of_rule.get(row.rule) != "population_20km"):
            have = sites[row.fact].iloc[place[row.source, row.site_id]]
            if f"{have:.15g}" != row.status:
                raise in_line(evidence, row.Index, f"{row.fact} is {row.status}, of the site it is {have:.15g}")
    measured = (evidence["kind"] == "measure").to_numpy()
    held.mark(("fact", "dataset", "dataset_version", "basis"), measured)
    held.mark(("status",), measured & (evidence["fact"] != SHARE).to_numpy())


def _units(sites: pd.DataFrame, evidence: pd.DataFrame, rules: Rules, held: Held) -> None:
    """The sums of a unit are the same for all its sites, and are of the unit that the site lies in."""
    area = evidence[evidence["kind"] == "area"]
    by_site = sites.set_index(["source", "site_id"])
    own = by_site[["country", "admin1", "as_of"]].reindex(pd.MultiIndex.from_frame(area[["source", "site_id"]]))
    rows = np.flatnonzero((evidence["kind"] == "area").to_numpy())
    if not len(rows):
        return
    unit = area[["rule", "fact", "status"]].reset_index(drop=True).join(own.reset_index(drop=True))
    thing = _codes(unit, ("rule", "fact", "status", "country", "admin1", "as_of"))
    first = np.unique(thing, return_index=True)[1]
    for name in ("dataset", "events", "deaths"):
        code, _ = pd.factorize(area[name], use_na_sentinel=False)
        if len(wrong := np.flatnonzero(code != code[first][thing])):
            raise in_line(evidence, rows[wrong[0]], f"{name} of the unit is another one elsewhere")
    twice = np.zeros(len(evidence), np.bool_)
    twice[rows] = np.bincount(thing)[thing] > 1
    held.mark(("dataset", "events", "deaths"), twice)
    keys = list(zip(sites["source"], sites["site_id"], strict=True))
    for level in (1, 2):
        ids = [r.id for r in rules.of_kind("area") if r.level == level]
        of_rules = area[area["rule"].isin(ids)]
        wanted = [(f"admin{level}", "status"), *([("admin_basis", "basis")] if level == 2 else [])]
        for column, source in wanted:
            if column not in sites:
                continue
            named = _last(of_rules, source)
            want = [named.get(key, have) for key, have in zip(keys, sites[column], strict=True)]
            _compare(sites, column, want, held, whole=all(key in named for key in keys))
            mark = np.isin(evidence["rule"].to_numpy(dtype=object), ids) & (evidence["kind"] == "area").to_numpy()
            held.mark((source,), mark)


def _country(sites: pd.DataFrame, record: Mapping[str, Any]) -> None:
    """A country that the outlines gave is the one that they give."""
    if not same_version(record) or "country_basis" not in sites:
        return
    rows = sites[sites["country_basis"].isin(["outline", ""])].reset_index(drop=True)
    again = with_country(
        rows.assign(country=pd.array([""] * len(rows), dtype="str"), country_basis=""), country_outlines()
    )
    for name in ("country", "country_basis"):
        for who, one, other in zip(rows["site_id"], rows[name], again[name], strict=True):
            if one != other and other:
                raise DifferenceError(f"{name} of {who} is {one!s}, the outlines of countries give {other!s}")
