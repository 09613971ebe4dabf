"""`cahra exposure`: sites, incidents and rasters in; people near them out."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import shapely

from geo import schema
from geo.assess import assess
from geo.errors import InputError
from geo.messages import Note
from geo.rasters.schema import BY_CLASS, EXPOSURE, FEW, NEAR_INCIDENTS, NEAR_KM, RADII_KM, ZONES
from geo.records.incidents import in_window, prepare
from geo.rules.rule_set import Rules
from geo.time_window import months_before, to_days
from jobs.demonstration import layers, marks
from jobs.exposure import export
from jobs.inputs import Inputs, Loaded, together
from jobs.inputs import load as load_layers
from jobs.known_sites import sites_at
from jobs.rasters.given import RasterInputs, Rasters, read_rasters
from jobs.rasters.measure import People, Progress, around, measured_once, within
from jobs.result import Result, ResultFiles
from jobs.run_options import assess_loaded, recorded
from layers.maps.map_content import zone_areas
from layers.reference.rule_files import default_rules
from layers.reference.unit_aliases import unit_aliases

MONTHS = 12
"""Window of the incidents near which people are counted, where none is given."""


@dataclass(frozen=True)
class ExposureInputs:
    """What a run is asked to read; one raster at least."""

    data: Inputs
    rasters: RasterInputs


@dataclass(frozen=True)
class LoadedExposure:
    """Layers in memory, and rasters that are still on the disk."""

    data: Loaded
    rasters: Rasters


@dataclass(frozen=True)
class Exposure(Result):
    """The result: :mod:`geo.rasters.schema` names the columns of its tables."""

    sites: pd.DataFrame
    by_class: pd.DataFrame
    near_incidents: pd.DataFrame
    zones: pd.DataFrame
    rejected: pd.DataFrame
    record: dict[str, object]

    def made_files(self, language: str = "en") -> ResultFiles:
        """The files of the run by name.

        Parameters
        ----------
        language
            Code of the reader's language, such as `fr`.
        """
        tables = {
            "exposure.csv": (self.sites, EXPOSURE),
            "people_by_class.csv": (self.by_class, BY_CLASS),
            "people_near_incidents.csv": (self.near_incidents, NEAR_INCIDENTS),
            "people_in_zones.csv": (self.zones, ZONES),
            "rejected.csv": (self.rejected, schema.REJECTED),
        }
        return ResultFiles(tables, {}, self.record)

    def summary(self, language: str = "en") -> list[Note]:
        """How many people live near the sites of each class and near incidents, and how much was looked at.

        Parameters
        ----------
        language
            Code of the reader's language, such as `fr`.
        """
        return export.summary(self.sites, self.by_class, self.near_incidents, self.record)


def load(given: ExposureInputs) -> LoadedExposure:
    """Reads the layers as ``assess`` does, and what the rasters say of themselves.

    Parameters
    ----------
    given
        Files, rasters and options of the run.

    Raises
    ------
    InputError
        No raster was given, or one cannot be used.
    """
    if not given.rasters.population and given.rasters.travel_time is None:
        raise InputError(
            "No raster was given.", expected=Note("a GeoTIFF of people or of travel time"),
            remedy=Note("Add --population FILE or --travel-time FILE."),
        )  # fmt: skip
    rasters = read_rasters(given.rasters, given.data.gateway)
    return LoadedExposure(load_layers(given.data), rasters)


def run(
    loaded: LoadedExposure,
    as_of: dt.date,
    rules: Rules | None = None,
    *,
    months: int = MONTHS,
    now: dt.datetime | None = None,
    progress: Progress | None = None,
) -> Exposure:
    """Counts people around the sites, in the zones in force at `as_of`, and near the deadly incidents of a window.

    Parameters
    ----------
    loaded
        Layers and rasters of the run.
    as_of
        The day that is asked about: time of events, not of knowledge.
    rules
        The rule set with its settings.
    months
        Length of the window of incidents, back from `as_of` [calendar months].
    now
        When the run is made; None: now.
    progress
        Is told how far the work is; None: nobody asks.
    """
    rules = rules or default_rules()
    if not 1 <= months <= 600:
        raise InputError(
            "The window is not usable.", where="--months", expected=Note("{a} to {b}", a="1", b="600"), got=str(months)
        )
    inputs = [dict(i) for i in loaded.data.inputs]
    sites, unused = sites_at(loaded.data.sites, as_of, inputs)
    measured, rasters = measured_once(sites, loaded.rasters, progress)
    quick = functools.partial(assess, explain=False)
    assessed = assess_loaded(loaded.data, sites, as_of, rules, measured=measured, engine=quick)
    table = schema.conform(assessed.sites, EXPOSURE)
    areas = [by_class(table), near_incidents(loaded.data.incidents, as_of, months), in_zones(loaded.data, as_of)]
    classes, near, zones = with_people(areas, rasters.population, progress)
    settings = {**recorded(loaded.data, as_of), "months": months, "radii_km": list(RADII_KM), "near_km": list(NEAR_KM)}
    inputs += rasters.records()
    record = export.run_record(assessed, rules, inputs, settings, now) | marks(*layers(loaded.data))
    rejected = together([loaded.data.rejected, *unused], schema.REJECTED)
    return Exposure(table, classes, near, zones, rejected, record)


@dataclass(frozen=True)
class Areas:
    """Areas of which people are asked: a row each of `table`, but for its last two columns; of `few`, none are told."""

    table: schema.Table
    rows: list[tuple[object, ...]] = field(default_factory=list)
    areas: list[shapely.Geometry] = field(default_factory=list)
    few: list[int] = field(default_factory=list)


def by_class(sites: pd.DataFrame) -> Areas:
    """The ground near any site of each class (:data:`geo.rasters.schema.BY_CLASS`).

    Parameters
    ----------
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    """
    out = Areas(BY_CLASS)
    placed = sites[sites["lon"].notna() & sites["lat"].notna()]
    for cls in ["", *(c for c in schema.CLASSES if (placed["site_class"] == c).any())]:
        mine = placed if not cls else placed[placed["site_class"] == cls]
        for km in RADII_KM if len(mine) else ():
            out.rows.append((cls, km, len(mine)))
            out.areas.append(around(mine["lon"].to_numpy(np.float64), mine["lat"].to_numpy(np.float64), km))
    return out


def near_incidents(incidents: pd.DataFrame | None, as_of: dt.date, months: int) -> Areas:
    """The ground near any lethal incident of precision 1 in the window (:data:`geo.rasters.schema.NEAR_INCIDENTS`).

    Parameters
    ----------
    incidents
        The incidents (`geo.schema.INCIDENTS`); None: none were loaded.
    as_of
        The day that is asked about: time of events, not of knowledge.
    months
        Length of the window, back from `as_of` [calendar months].
    """
    out = Areas(NEAR_INCIDENTS)
    ready = prepare(incidents)
    day = to_days([as_of.isoformat()])
    counted = in_window(ready, slice(None), int(day[0]), int(months_before(day, months)[0]))
    counted &= (ready.best >= 1) & (ready.precision == 1) & np.isfinite(ready.lon) & np.isfinite(ready.lat)
    country, shut = ready.frame["country"].to_numpy(dtype=object), ready.frame["restricted"].to_numpy(np.bool_)
    for number, source in enumerate(ready.sources):
        mine = counted & (ready.source == number)
        for iso in ["", *sorted({str(c) for c in country[mine] if c})]:
            here = mine if not iso else mine & (country == iso)
            for km in NEAR_KM if here.any() else ():
                if shut[here].any() and here.sum() < FEW:
                    out.few.append(len(out.rows))
                out.rows.append((source, iso, km, months, int(here.sum())))
                out.areas.append(around(ready.lon[here], ready.lat[here], km))
    return out


def in_zones(data: Loaded, as_of: dt.date) -> Areas:
    """Each named unit in force of which polygons are loaded (:data:`geo.rasters.schema.ZONES`).

    Parameters
    ----------
    data
        The layers: register of zones and boundaries are read.
    as_of
        The day that is asked about: time of events, not of knowledge.
    """
    day = np.datetime64(as_of.isoformat(), "s")
    areas = [a for a in zone_areas(data.zones, data.boundaries, day, unit_aliases()) if not a.indicative]
    areas.sort(key=lambda a: (a.name, a.status))
    return Areas(ZONES, [(a.name, a.status) for a in areas], [a.geometry for a in areas])


def with_people(tables: Sequence[Areas], layer: People, progress: Progress | None = None) -> list[pd.DataFrame]:
    """The tables with the people of each area and how much of it was looked at; the raster is read once for all.

    Parameters
    ----------
    tables
        Tables with the areas of their rows.
    layer
        The raster of people.
    progress
        Is told how far the work is; None: nobody asks.
    """
    if not layer:
        return [schema.empty(each.table) for each in tables]
    people, share = within(layer, [area for each in tables for area in each.areas], "areas", progress)
    out, at = [], 0
    for each in tables:
        mine = slice(at, at + len(each.rows))
        at = mine.stop
        counted = np.round(people[mine])
        counted[each.few] = np.nan
        frame = pd.DataFrame(each.rows, columns=[c.name for c in each.table[:-2]])
        frame = frame.assign(population=counted, raster_coverage=np.round(share[mine], 3))
        out.append(schema.conform(frame, each.table))
    return out
