"""One pass for many dates: what :func:`geo.assess.assess` says of every site at each of them, without rerunning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.dates.calendar import Bools, Calendar
from geo.dates.flags import Flags
from geo.dates.incidents import area_gaps
from geo.dates.kinds import DATED
from geo.dates.looked import Looked
from geo.dates.scene import Dated, DatedScene
from geo.dates.zones import ZonesByDate
from geo.errors import InputError
from geo.readiness import by_level_of, datasets_of, levels_of, ready, with_country
from geo.records import boundary_check
from geo.records.admin_units import Aliases, parents
from geo.records.incidents import Incidents, prepare
from geo.records.placing import PlacedIncidents, with_units
from geo.rules import raster
from geo.rules.classify import AFFECTED, BY_RANK, HIGH_RISK, INSUFFICIENT, NONE, join_flags
from geo.rules.coverage_gaps import AREA_GAPS, GAPS, Coverage
from geo.rules.figures import FIGURE_KM, FIGURE_MONTHS, LATEST_KM
from geo.rules.incident_pairs import Pairs, find_pairs
from geo.rules.rejected import Rejected
from geo.rules.rule_set import Rules
from geo.schema import ZONE_STATUSES
from geo.spatial.polygons import Boundaries
from geo.time_window import Days, to_dates, to_days

Codes = npt.NDArray[np.int8]

CELLS = 4_000_000
"""Sites times dates that are held unpacked at a time."""


@dataclass(frozen=True)
class ManyDates:
    """Every site at every date, in the order that :func:`geo.assess.assess` gives.

    Parameters
    ----------
    sites
        :data:`geo.schema.SITES`, countries filled, and the units that the rules use.
    days
        Days since 1970-01-01, ascending.
    site_class, area_class
        Positions in :data:`geo.rules.classify.BY_RANK`, shape (dates, sites).
    zone_status
        Positions in :data:`geo.schema.ZONE_STATUSES`, shape (dates, sites).
    fired, unknown
        By rule: it fired; it could not be evaluated.
    gaps, area_gaps
        By code: why a class could be calm for want of looking.
    row
        Row of `sites` that describes each site at each date, shape (dates, sites), where sites change
        (:mod:`geo.dates.versions`); None: row by row at every date.
    """

    rules: Rules
    sites: pd.DataFrame
    days: Days
    site_class: Codes
    area_class: Codes
    zone_status: Codes
    fired: Flags
    unknown: Flags
    gaps: Flags
    area_gaps: Flags
    row: npt.NDArray[np.int64] | None = None

    def __len__(self) -> int:
        """Number of dates."""
        return len(self.days)

    def sites_at(self, date: int) -> pd.DataFrame:
        """The sites as they were known at one date.

        Parameters
        ----------
        date
            Position of the date, from 0.
        """
        return self.sites if self.row is None else self.sites.iloc[self.row[date]].reset_index(drop=True)

    def rules_fired(self, answer: str = "site") -> npt.NDArray[np.object_]:
        """The rules of an answer that fired, ids joined by ``;``, shape (dates, sites).

        Parameters
        ----------
        answer
            `site`, `area` or `listing`.
        """
        code, ids = np.zeros(self.site_class.shape, np.int64), [""]
        for rule in self.rules.answering(answer):
            both, code = np.unique(code * 2 + self.fired.of_all(rule.id), return_inverse=True)
            code = code.reshape(self.site_class.shape)
            ids = [";".join(filter(None, (ids[b // 2], rule.id if b % 2 else ""))) for b in both.tolist()]
        return np.array(ids, dtype=object)[code]

    def at(self, date: int) -> pd.DataFrame:
        """The sites at one date, with those columns of :data:`geo.schema.ASSESSED` that a pass knows.

        Parameters
        ----------
        date
            Position of the date, from 0.
        """
        n, fired, unknown = self.site_class.shape[1], self.fired.at(date), self.unknown.at(date)
        every = {i: unknown.get(i, np.ones(n, np.bool_)) for i in self.rules.ids}
        texts = {
            "site_class": np.array(BY_RANK, dtype=object)[self.site_class[date]],
            "area_class": np.array(BY_RANK, dtype=object)[self.area_class[date]],
            "zone_status": np.array(ZONE_STATUSES, dtype=object)[self.zone_status[date]],
            "rules_fired": join_flags(((r.id, fired[r.id]) for r in self.rules.answering("site")), n),
            "area_rules_fired": join_flags(((r.id, fired[r.id]) for r in self.rules.answering("area")), n),
            "rules_unknown": join_flags(every.items(), n),
            "gaps": join_flags(self.gaps.at(date).items(), n),
            "area_gaps": join_flags(self.area_gaps.at(date).items(), n),
        }
        out = self.sites_at(date).assign(**{k: pd.array(v, dtype="str") for k, v in texts.items()})
        return out.assign(as_of=to_dates(self.days[[date]])[0])


def many_dates(
    sites: pd.DataFrame,
    incidents: pd.DataFrame | None,
    *,
    days: Sequence[object] | pd.Series | Days,
    rules: Rules,
    zones: pd.DataFrame | None = None,
    boundaries: Boundaries | Sequence[Boundaries] | None = None,
    coverage: pd.DataFrame | None = None,
    visits: pd.DataFrame | None = None,
    statuses: pd.DataFrame | None = None,
    routes: pd.DataFrame | None = None,
    measured: pd.DataFrame | None = None,
    findings: pd.DataFrame | None = None,
    listed: pd.DataFrame | None = None,
    restrictions: pd.DataFrame | None = None,
    outlines: Boundaries | None = None,
    aliases: Aliases | None = None,
    rejected_incidents: pd.DataFrame | None = None,
    files: Mapping[str, str] | None = None,
    agreed: Mapping[int, boundary_check.Agreement] | None = None,
) -> ManyDates:
    """Classes, zone statuses, rules and gaps of every site at every date, from one search for pairs.

    Every answer, date by date, and the errors are those of :func:`geo.assess.assess`.

    Parameters
    ----------
    days
        Dates, ascending and each once.
    sites, incidents, rules, zones, boundaries, coverage, visits, statuses, routes, measured
        As :func:`geo.assess.assess` takes them.
    findings, listed, restrictions, outlines, aliases, rejected_incidents, files, agreed
        As :func:`geo.assess.assess` takes them.
    """
    calendar = Calendar(to_days(days) if not _are_days(days) else np.asarray(days, dtype=np.int64))
    if not len(calendar) or (np.diff(calendar.days) <= 0).any():
        raise InputError("The dates are not ascending.", expected="each date once, from the first to the last")
    given, _ = ready(sites, pd.Timestamp("1970-01-01").to_datetime64())
    prepared = prepare(incidents)
    by_level = by_level_of(boundaries)
    table = parents(with_country(given, outlines), by_level.get(2))
    levels = levels_of(rules, by_level)
    datasets = datasets_of(prepared, incidents, files)
    placed = PlacedIncidents.of(prepared, levels, by_level, outlines, aliases or {}, agreed)
    size = max(CELLS // len(calendar) // 8 * 8, 8)
    parts, tables = [], []
    for first in range(0, max(len(table), 1), size):
        part = table.iloc[first : first + size].reset_index(drop=True)
        units = placed.with_sites(part)
        looked = Looked(calendar, *_places_of(part, calendar, coverage, datasets, outlines, rejected_incidents))
        error_km = _error_km(part, rules)
        zone = ZonesByDate.of(
            rules.settings, calendar, part, error_km, units, zones, placed.usable, restrictions, aliases or {}
        )
        scene = DatedScene(
            rules.settings, calendar, part, looked.coverage.lon, looked.coverage.lat, error_km, prepared,
            pairs_of(rules, part, error_km, prepared, calendar), looked, units, placed.incidents,
            area_gaps(rules.of_kind("area"), rules.settings, looked, prepared, placed, units, part),
            visits, statuses, routes, listed, zone, aliases or {}, measured,
        )  # fmt: skip
        parts.append(_classified(rules, scene))
        tables.append(with_units(part, units))
    return _joined(rules, pd.concat(tables, ignore_index=True), calendar.days, parts)


def _are_days(days: object) -> bool:
    return isinstance(days, np.ndarray) and days.dtype == np.int64


def _places_of(
    part: pd.DataFrame,
    calendar: Calendar,
    coverage: pd.DataFrame | None,
    datasets: pd.DataFrame,
    outlines: Boundaries | None,
    rejected: pd.DataFrame | None,
) -> tuple[Coverage, Rejected]:
    """Coverage and rejected incidents beside the sites, at the last date."""
    last = np.full(len(part), calendar.days[-1])
    lon, lat = part["lon"].to_numpy(np.float64), part["lat"].to_numpy(np.float64)
    country = part["country"].to_numpy(dtype=object)
    return Coverage(coverage, datasets, outlines, country, lon, lat, last), Rejected.of(rejected, part, last)


def _error_km(sites: pd.DataFrame, rules: Rules) -> npt.NDArray[np.float64]:
    stated = sites["coord_precision_km"].to_numpy(np.float64)
    return np.where(np.isfinite(stated), stated, rules.settings.position_error_km)


def pairs_of(
    rules: Rules, sites: pd.DataFrame, error_km: npt.NDArray[np.float64], incidents: Incidents, calendar: Calendar
) -> Pairs:
    """Pairs that a distance rule could count at any of the dates: searched as widely as one date is.

    Parameters
    ----------
    rules
        The rule set with its settings.
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    error_km
        How far a position may be wrong [km]; missing where not stated.
    incidents
        The incidents, ready to be asked.
    calendar
        The dates that are asked together.
    """
    longest = max([1, FIGURE_MONTHS, *(r.longest_months for r in rules.of_kind("near"))])
    return find_pairs(
        sites["lon"].to_numpy(np.float64), sites["lat"].to_numpy(np.float64), error_km,
        np.full(len(sites), calendar.days[-1]), incidents,
        widest_m=max([*rules.radii_km, FIGURE_KM, LATEST_KM]) * 1000, months=longest,
        imprecise_km=rules.settings.imprecise_radius_km, after=np.full(len(sites), calendar.after(longest)[0]),
    )  # fmt: skip


@dataclass(frozen=True)
class _Part:
    site_class: Codes
    area_class: Codes
    zone_status: Codes
    fired: Flags
    unknown: Flags
    gaps: Flags
    area_gaps: Flags


def _classified(rules: Rules, scene: DatedScene) -> _Part:
    answers: dict[str, Dated] = {r.id: DATED[r.kind](r, scene) for r in rules.rules}
    blind = _any((answers[r.id].unknown for r in rules.of_kind("raster")), scene.shape)
    gaps = scene.looked.gaps(scene.settings) | {raster.GAP: blind}
    by_area = {code: _any((g[code] for g in scene.area_gaps.values() if code in g), scene.shape) for code in AREA_GAPS
               if any(code in g for g in scene.area_gaps.values())}  # fmt: skip

    def class_by(answer: str, gap: Bools) -> Codes:
        out = np.where(gap, np.int8(BY_RANK.index(INSUFFICIENT)), np.int8(BY_RANK.index(NONE)))
        for cls in (HIGH_RISK, AFFECTED):
            fired = _any((answers[r.id].fired for r in rules.answering(answer) if r.cls == cls), scene.shape)
            out[fired] = BY_RANK.index(cls)
        return out

    n = len(scene)
    return _Part(
        class_by("site", _any(gaps.values(), scene.shape)),
        class_by("area", _any(by_area.values(), scene.shape)),
        scene.zones.statuses(),
        Flags.of({i: s.fired for i, s in answers.items()}, n),
        Flags.of({i: s.unknown for i, s in answers.items()}, n),
        Flags.of({code: gaps[code] for code in GAPS}, n),
        Flags.of(by_area, n),
    )


def _any(flags: Iterable[Bools], shape: tuple[int, int]) -> Bools:
    out = np.zeros(shape, np.bool_)
    for each in flags:
        out |= each
    return out


def _joined(rules: Rules, table: pd.DataFrame, days: Days, parts: list[_Part]) -> ManyDates:
    def codes(name: str) -> Codes:
        return np.concatenate([getattr(p, name) for p in parts], axis=1)

    def flags(name: str) -> Flags:
        return Flags.joined([getattr(p, name) for p in parts])

    return ManyDates(
        rules, table, days, codes("site_class"), codes("area_class"), codes("zone_status"), flags("fired"),
        flags("unknown"), flags("gaps"), flags("area_gaps"),
    )  # fmt: skip
