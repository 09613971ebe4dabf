"""What a worker of a cluster does: tiles of sites are assessed, several at a time, with incidents made ready once.

Where all incidents of the windows fit a worker, it reads, prepares and places them for the first batch of tiles and
keeps them for the next ones; where they do not, each batch reads what its own sites need
(:func:`geo.cluster.required_incidents.needed`). Either way `assess` itself is what runs.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import schema
from geo.answer_cache import AnswerCache
from geo.assess import assess
from geo.assessment import Assessment
from geo.cluster.explained_sites import WEIGHT, Weights, parts_of, together
from geo.cluster.required_incidents import every, needed, sets, windows
from geo.cluster.tile_files import Part, write_tile
from geo.cluster.tiles import Tiles, count, file_system, read
from geo.coded import CodedTable
from geo.memory import give_back, keep_heap
from geo.readiness import as_of_days, levels_of, site_order, with_country
from geo.records.admin_units import Units, incident_units
from geo.records.boundary_check import Agreement
from geo.records.incidents import prepare
from geo.rules.unseen import unseen
from geo.time_window import Days

Ints = npt.NDArray[np.int64]

DATED: schema.Table = (*schema.SITES, schema.Column("as_of", "date", "time of events, not of knowledge"))
"""Tiles of sites that have dates of their own."""

SITES_TOGETHER = 12_500
"""Sites of a batch of tiles: what is made anew for every batch is little beside so many, and a worker that dies has not
much to do again."""

INCIDENTS_KEPT = 1_000_000
"""Incidents of the windows that a worker keeps: about 1 GB while they are made ready."""


@dataclass(frozen=True)
class Job:
    """What every worker is told.

    Parameters
    ----------
    run
        Tells this run from others on the same workers.
    sites, incidents
        The tiles; no incidents: there is no dataset at all.
    batches
        Numbers of the tiles of sites that are done together.
    given
        What :func:`geo.assess.assess` is given by name.
    out
        Folder or URI of the results; None: they are sent home.
    """

    run: str
    sites: Tiles
    incidents: Tiles | None
    batches: tuple[tuple[int, ...], ...]
    given: dict[str, Any]
    out: str | None

    @property
    def dated(self) -> bool:
        """Whether the sites have dates of their own."""
        return bool(self.sites.facts.get("dated"))

    def sites_of(self, tiles: Sequence[int]) -> tuple[pd.DataFrame, Ints]:
        """The sites of some tiles, with their dates where they have their own, and the tile of each.

        Parameters
        ----------
        tiles
            Numbers of the tiles.
        """
        table = DATED if self.dated else schema.SITES
        parts = [read(self.sites, [self.sites.tiles[i].path], table) for i in tiles]
        return pd.concat(parts, ignore_index=True), np.repeat(np.asarray(tiles, np.int64), [len(p) for p in parts])

    def days_of(self, sites: pd.DataFrame) -> Days:
        """The date of each site.

        Parameters
        ----------
        sites
            As :meth:`sites_of` gives them.
        """
        return as_of_days(sites["as_of"] if self.dated else self.given["as_of"], len(sites))


@dataclass(frozen=True)
class Counted:
    """What was counted over the whole before a tile is assessed.

    Parameters
    ----------
    days
        Days of sites, the first and the last among them.
    agreed
        How the labels of all incidents agree with each boundary set.
    whole
        Whether the incidents of all windows are few enough for every worker to hold (:data:`INCIDENTS_KEPT`).
    """

    days: tuple[int, ...]
    agreed: Mapping[int, Agreement]
    whole: bool


def batches_of(tiles: Tiles, workers: int) -> tuple[tuple[int, ...], ...]:
    """Tiles that are done together: neighbours, up to :data:`SITES_TOGETHER` sites, and some batches for every worker.

    Parameters
    ----------
    tiles
        The tiles of sites; those that follow each other are neighbours.
    workers
        How many workers there are.
    """
    most = min(SITES_TOGETHER, -(-sum(t.rows for t in tiles.tiles) // (4 * max(workers, 1))))
    return together([t.rows for t in tiles.tiles], most)


def span(job: Job, number: int) -> tuple[set[str], int, int]:
    """The countries of a batch of sites, and its first and last as-of day.

    Parameters
    ----------
    job
        What every worker is told.
    number
        Number of the batch.
    """
    sites, _ = job.sites_of(job.batches[number])
    days = job.days_of(sites)
    countries = set(with_country(sites, job.given.get("outlines"))["country"]) - {""}
    return countries, int(days.min(initial=2**40)), int(days.max(initial=-(2**40)))


def report(
    job: Job, number: int, countries: frozenset[str], days: tuple[int, ...]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], int]:
    """Of one tile of incidents: how labels agree, what no rule can see, and how many lie in the windows.

    Parameters
    ----------
    job
        What every worker is told.
    number
        Number of the tile of incidents.
    countries
        Countries of all sites.
    days
        Days of sites, the first and the last among them.
    """
    settle()
    tiles, given, when = job.incidents, job.given, np.array(days, dtype=np.int64)
    assert tiles is not None
    path = tiles.tiles[number].path
    prepared = prepare(read(tiles, [path], schema.INCIDENTS))
    by_level = {b.level: b for b in sets(given.get("boundaries"))}
    aliases = given.get("aliases") or {}
    levels = levels_of(given["rules"], by_level)
    placed = {level: incident_units(prepared, Units(level, by_level.get(level), aliases)) for level in levels}
    lost = unseen(prepared, placed, sorted(countries), when, given["rules"].settings.coverage_months)
    near, far = windows(given["rules"], when)
    return [placed[level].report for level in levels], lost, count(tiles, path, near | far)


def assess_batch(job: Job, number: int, counted: Counted) -> list[Assessment]:
    """A batch of tiles through `assess` itself: together without evidence, else as many as the evidence has room for.

    Parameters
    ----------
    job
        What every worker is told.
    number
        Number of the batch.
    counted
        What was counted over the whole.
    """
    settle()
    return _desk(job, counted).assessed(number)


class _Desk:
    """What one thread of a worker keeps from one batch of a run to the next."""

    def __init__(self, job: Job, counted: Counted) -> None:
        self.job, self.counted = job, counted
        self._lies: int | None = None
        self._found: pd.DataFrame | None = None
        self._kept = AnswerCache(other_dates=False)
        self._weights: Weights | None = None

    def incidents(self, batch: int) -> pd.DataFrame | None:
        """The incidents that a batch is assessed with: those of all windows, or what its own sites need."""
        tiles, given = self.job.incidents, self.job.given
        wanted = -1 if self.counted.whole else batch
        if tiles is None or self._lies == wanted:
            return self._found
        self._found, self._weights, self._kept = None, None, AnswerCache(other_dates=False)  # it goes first
        if self.counted.whole:
            self._found = every(tiles, given["rules"], np.array(self.counted.days, dtype=np.int64))
        else:
            sites, _ = self.job.sites_of(self.job.batches[batch])
            self._found = needed(sites, tiles, {**given, "as_of": sites["as_of"] if self.job.dated else given["as_of"]})
        self._lies = wanted
        return self._found

    def assessed(self, batch: int) -> list[Assessment]:
        """The tiles of a batch, some together or one in parts; what goes to files leaves empty frames behind."""
        incidents, tiles = self.incidents(batch), self.job.batches[batch]
        sites, tile = self.job.sites_of(tiles)
        out: list[Assessment] = []
        for some, parts in self._shares(sites, tile, tiles, incidents):
            results = (self._assess(sites.iloc[rows].reset_index(drop=True), incidents) for rows in parts)
            if self.job.out is None:
                out += results
            elif len(some) == 1:
                out += _written(self.job.out, some[0], results)
            else:
                out += _written_apart(
                    self.job.out, some, pd.Series(tile, pd.MultiIndex.from_frame(sites[_KEY])), results
                )
        return out

    def _shares(
        self, sites: pd.DataFrame, tile: Ints, tiles: Sequence[int], incidents: pd.DataFrame | None
    ) -> Iterator[tuple[Sequence[int], list[Ints]]]:
        """Tiles that are assessed together, and their sites; or one, and its sites in parts, in their order."""
        if self.job.given.get("explain") is False:
            yield tiles, [np.arange(len(sites))]
            return
        if self._weights is None:
            self._weights = Weights(incidents, self.job.given["rules"])
        weights = self._weights.of(sites, self.job.days_of(sites))
        rows = [np.flatnonzero(tile == i) for i in tiles]
        for some in together([float(weights[of].sum()) for of in rows], WEIGHT):
            of = np.concatenate([rows[k] for k in some])
            if len(some) == 1:
                of = of[site_order(sites.iloc[of])]
                yield [tiles[some[0]]], [of[part] for part in parts_of(weights[of], WEIGHT)]
            else:
                yield [tiles[k] for k in some], [of]

    def _assess(self, sites: pd.DataFrame, incidents: pd.DataFrame | None) -> Assessment:
        """Some sites, with what is kept; what their making took goes back before the next thing needs its own."""
        given = {**self.job.given, "agreed": self.counted.agreed, "kept": self._kept}
        if self.job.dated:
            given["as_of"] = sites.pop("as_of")
        result = assess(sites, incidents, **given)
        give_back()
        return result


def _written(out: str, number: int, results: Iterator[Assessment]) -> list[Assessment]:
    """One tile in one result or several, written as they are made."""
    left: list[Assessment] = []

    def parts() -> Iterator[Part]:
        for result in results:
            left.append(_emptied(result))
            yield result.sites, result.evidence_columns, np.arange(len(result.evidence_columns))
            del result

    write_tile(number, parts(), *_folder(out))
    return left


def _written_apart(
    out: str, tiles: Sequence[int], of: pd.Series[int], results: Iterator[Assessment]
) -> list[Assessment]:
    """Several tiles in one result: a tile's files hold what is of its own sites, whatever was assessed with them."""
    (result,) = results
    rows = result.evidence_columns
    of_site = of.reindex(pd.MultiIndex.from_frame(result.sites[_KEY])).to_numpy()
    of_row = _of_rows(rows, of)
    for i in tiles:
        mine = result.sites.take(np.flatnonzero(of_site == i)).reset_index(drop=True)
        write_tile(i, [(mine, rows, np.flatnonzero(of_row == i))], *_folder(out))
    return [_emptied(result)]


def _folder(out: str) -> tuple[str, Any]:
    """The folder of results, made where it is not there, and its file system."""
    system, folder = file_system(out)
    system.create_dir(folder, recursive=True)
    return folder, system


def _emptied(result: Assessment) -> Assessment:
    """What a result says of the run, without its rows."""
    nothing = result.evidence_columns.take(np.zeros(0, np.int64)).frame()
    return Assessment(result.sites.iloc[:0], nothing, result.datasets, result.report, result.fired.iloc[:0])


_KEY = ["source", "site_id"]
_DESKS: dict[int, _Desk] = {}
"""Of each thread; a worker of one thread has one."""


def _desk(job: Job, counted: Counted) -> _Desk:
    thread = threading.get_ident()
    held = _DESKS.get(thread)
    if held is None or held.job.run != job.run:
        held = _DESKS[thread] = _Desk(job, counted)
    return held


def forget(run: str) -> None:
    """What was kept for a run goes.

    Parameters
    ----------
    run
        As :class:`Job` has it.
    """
    for thread, desk in list(_DESKS.items()):
        if desk.job.run == run:
            _DESKS.pop(thread, None)
    give_back()


def _of_rows(rows: CodedTable, of: pd.Series[int]) -> npt.NDArray[Any]:
    """The tile of each row of evidence, from that of each site."""
    source, site = (rows[name] for name in _KEY)
    together = site.codes is not None and site.codes is source.codes  # as evidence has them: looked up once a site
    keys = (source.pool, site.pool) if together else (source.array(), site.array())
    found = of.reindex(pd.MultiIndex.from_arrays(keys)).to_numpy()
    return found.take(site.codes) if together and site.codes is not None else found


def settle() -> None:
    """The engine has the threads that the cluster gave this worker, and memory is kept from one step to the next."""
    from distributed import get_worker

    from geo import threads

    threads.THREADS = max(1, get_worker().state.nthreads)
    keep_heap()
