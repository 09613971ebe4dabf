"""What a worker of a cluster does: tiles of sites are assessed, several at a time, with incidents made ready once.

Where all incidents of the windows fit a worker, it reads, prepares and places them for the first batch of tiles and
keeps them for the next ones; where they do not, each batch reads what its own sites need
(:func:`geo.cluster.required_incidents.needed`). Either way `assess` itself is what runs.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import schema
from geo.answer_cache import AnswerCache
from geo.assess import assess
from geo.assessment import Assessment
from geo.cluster.required_incidents import every, needed, sets, windows
from geo.cluster.tiles import Tiles, count, file_system, read
from geo.coded import CodedTable
from geo.memory import give_back, keep_heap
from geo.readiness import as_of_days, levels_of, with_country
from geo.records.admin_units import Units, incident_units
from geo.records.boundary_check import Agreement
from geo.records.incidents import prepare
from geo.rules.unseen import unseen
from geo.time_window import Days

Ints = npt.NDArray[np.int64]

DATED: schema.Table = (*schema.SITES, schema.Column("as_of", "date", "time of events, not of knowledge"))
"""Tiles of sites that have dates of their own."""

EVIDENCE_ROWS = 1 << 18
"""Rows of evidence that a worker makes a frame of at a time."""

SITES_TOGETHER = 12_500
"""Sites of a batch of tiles: what is made anew for every batch is little beside so many, and a worker that dies has not
much to do again."""

SITES_EXPLAINED = 3_000
"""Sites whose evidence is made together: some hundred rows each are a gigabyte where incidents are dense."""

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
    return _together(tiles, range(len(tiles.tiles)), most)


def _together(tiles: Tiles, numbers: Sequence[int], most: int) -> tuple[tuple[int, ...], ...]:
    """Tiles in groups of up to so many sites; a larger tile is alone."""
    out: list[list[int]] = []
    held = most + 1
    for i in numbers:
        if held + tiles.tiles[i].rows > most:
            out.append([])
            held = 0
        out[-1].append(i)
        held += tiles.tiles[i].rows
    return tuple(map(tuple, out))


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
    desk = _desk(job, counted)
    most = SITES_TOGETHER if job.given.get("explain") is False else SITES_EXPLAINED
    incidents = desk.incidents(number)
    return [desk.assessed(some, incidents) for some in _together(job.sites, job.batches[number], most)]


class _Desk:
    """What one thread of a worker keeps from one batch of a run to the next."""

    def __init__(self, job: Job, counted: Counted) -> None:
        self.job, self.counted = job, counted
        self._lies: int | None = None
        self._found: pd.DataFrame | None = None
        self._kept = AnswerCache(other_dates=False)

    def incidents(self, batch: int) -> pd.DataFrame | None:
        """The incidents that a batch is assessed with: those of all windows, or what its own sites need."""
        tiles, given = self.job.incidents, self.job.given
        wanted = -1 if self.counted.whole else batch
        if tiles is None or self._lies == wanted:
            return self._found
        self._found, self._kept = None, AnswerCache(other_dates=False)  # what stands there goes first
        if self.counted.whole:
            self._found = every(tiles, given["rules"], np.array(self.counted.days, dtype=np.int64))
        else:
            sites, _ = self.job.sites_of(self.job.batches[batch])
            self._found = needed(sites, tiles, {**given, "as_of": sites["as_of"] if self.job.dated else given["as_of"]})
        self._lies = wanted
        return self._found

    def assessed(self, tiles: Sequence[int], incidents: pd.DataFrame | None) -> Assessment:
        """Some tiles together; what goes to files leaves an empty frame behind."""
        sites, tile = self.job.sites_of(tiles)
        given = {**self.job.given, "agreed": self.counted.agreed, "kept": self._kept}
        if self.job.dated:
            given["as_of"] = sites.pop("as_of")
        result = assess(sites, incidents, **given)
        out = self.job.out
        if out is None:
            return result
        system, folder = file_system(out)
        system.create_dir(folder, recursive=True)
        # A tile's files hold what is of its own sites, whatever was assessed with them.
        of = pd.Series(tile, index=pd.MultiIndex.from_frame(sites[_KEY]))
        of_site = of.reindex(pd.MultiIndex.from_frame(result.sites[_KEY])).to_numpy()
        rows = result.evidence_columns
        of_row = _of_rows(rows, of)
        for i in tiles:
            mine = result.sites.take(np.flatnonzero(of_site == i)).reset_index(drop=True)
            mine.to_parquet(f"{folder}/sites-{i:05d}.parquet", index=False, filesystem=system)
            _write_evidence(rows, np.flatnonzero(of_row == i), f"{folder}/evidence-{i:05d}.parquet", system)
        nothing = rows.take(np.zeros(0, np.int64))
        return Assessment(result.sites.iloc[:0], nothing.frame(), result.datasets, result.report, result.fired.iloc[:0])


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


def _write_evidence(table: CodedTable, rows: Ints, path: str, system: Any) -> None:
    """Parquet of some rows of evidence, so many at a time: a frame of a million takes a gigabyte."""
    import pyarrow as pa
    from pyarrow import parquet

    kind = pa.Schema.from_pandas(table.take(np.zeros(0, np.int64)).frame(), preserve_index=False)
    with parquet.ParquetWriter(path, kind, filesystem=system) as file:
        for start in range(0, len(rows), EVIDENCE_ROWS):
            part = table.take(rows[start : start + EVIDENCE_ROWS]).frame()
            file.write_table(pa.Table.from_pandas(part, schema=kind, preserve_index=False))


def settle() -> None:
    """The engine has the threads that the cluster gave this worker, and memory is kept from one step to the next."""
    from distributed import get_worker

    from geo import threads

    threads.THREADS = max(1, get_worker().state.nthreads)
    keep_heap()
