"""The main job on a cluster: tiles of sites assessed one by one by Dask workers, with the incidents each one needs.

:func:`assess_on_cluster` takes what :func:`geo.assess.assess` takes; :func:`assess_partitioned` takes folders of tiles
(:mod:`geo.cluster.tiles`) instead of frames, for data that no machine holds. The result is that of one process, byte
for byte: every tile gets all incidents that any rule could ask of its sites, and `assess` itself is what runs on it.
Spilling, retries and moving work away from dead workers are left to Dask. docs/cluster.md says how to run it.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import functools
import importlib
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geo import schema
from geo.assessment import Assessment
from geo.cluster.joined_tiles import joined, summed, unseen_summed
from geo.cluster.tile_work import (
    DATED,
    INCIDENTS_KEPT,
    Counted,
    Job,
    assess_batch,
    batches_of,
    forget,
    report,
    span,
)
from geo.cluster.tiles import open_tiles, write_tiles
from geo.errors import CahraError, InputError
from geo.readiness import AsOf, as_of_days, several
from geo.records import boundary_check
from geo.records.incidents import plain, prepare
from geo.rules.rule_set import Rules

Progress = Callable[[int, int], None]
RETRIES = 5
"""How often a tile is tried again when its worker dies."""
INCIDENTS_PER_SITE = 10
"""A tile of sites reads the tiles of incidents around it: fewer and larger ones cost less to open."""


def write_sites(sites: pd.DataFrame, folder: str | Path, rows: int = 20_000, as_of: AsOf | None = None) -> None:
    """Writes sites (:data:`geo.schema.SITES`) as tiles; dates of their own (`as_of`, one per site) go with them.

    Parameters
    ----------
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    folder
        A new folder, or one that holds no tiles.
    rows
        Sites in a tile at most.
    as_of
        The day that is asked about, or one for each site.

    Raises
    ------
    InputError
        A key (source, site_id) stands twice, a date is missing, or the folder already holds tiles.
    """
    given = plain(sites)
    table = schema.conform(given, schema.SITES)
    twice = table.duplicated(["source", "site_id"])
    if twice.any():
        row = table[twice].iloc[0]
        raise InputError("A site stands twice.", where=str(row["source"]), got=str(row["site_id"]))
    facts = {"kind": "sites", "rows": len(table), "dated": as_of is not None}
    if as_of is None:
        write_tiles(table, folder, schema.SITES, facts, rows)
    else:
        days = as_of_days(as_of, len(table)).astype("datetime64[D]").astype("datetime64[s]")
        write_tiles(table.assign(as_of=days), folder, DATED, facts, rows)


def write_incidents(incidents: pd.DataFrame, folder: str | Path, rows: int = 20_000) -> None:
    """Writes incidents (:data:`geo.schema.INCIDENTS`) as tiles, each id once per source as `assess` would count it.

    Parameters
    ----------
    incidents
        The incidents (`geo.schema.INCIDENTS`).
    folder
        A new folder, or one that holds no tiles.
    rows
        Incidents in a tile at most.
    """
    given = schema.conform(plain(incidents), schema.INCIDENTS)
    prepared = prepare(given)
    columns = ["source", "dataset", "dataset_version"]
    loaded = given[columns].drop_duplicates().sort_values(columns)
    facts = {
        "kind": "incidents",
        "rows": len(prepared),
        "repeated": prepared.repeated,
        "sources": list(prepared.sources),
        "datasets": loaded.to_numpy(dtype=object).tolist(),
    }
    write_tiles(prepared.frame, folder, schema.INCIDENTS, facts, rows)


def assess_on_cluster(
    sites: pd.DataFrame,
    incidents: pd.DataFrame | None,
    *,
    cluster: object = "local",
    workers: int = 2,
    progress: Progress | None = None,
    rows: int = 20_000,
    folder: str | Path | None = None,
    **options: Any,
) -> Assessment:
    """:func:`geo.assess.assess` on a cluster, from frames: they are written as tiles, then read by the workers.

    Parameters
    ----------
    sites, incidents, options
        As :func:`geo.assess.assess` takes them.
    cluster, workers, progress
        As :func:`assess_partitioned` takes them.
    rows
        Sites per tile; tiles of incidents hold :data:`INCIDENTS_PER_SITE` times as many.
    folder
        A new folder for the tiles that every worker can read; without it a temporary one, for local workers only.
        The tiles are taken away again, however the run ends.

    Raises
    ------
    InputError
        An address of another machine without a `folder`, and what :func:`assess_partitioned` raises.
    """
    here = not isinstance(cluster, str) or cluster == "local" or any(h in cluster for h in ("127.0.0.1", "localhost"))
    if folder is None and not here:
        raise InputError(
            "Workers on other machines need a folder of tiles that they can read.",
            where="--cluster",
            got=str(cluster),
            remedy="Name a new folder on shared storage with --tiles.",
        )
    with tempfile.TemporaryDirectory() as temporary, _tiles_in(Path(folder or temporary)) as at:
        if several(options["as_of"]):
            write_sites(sites, at / "sites", rows, options.pop("as_of"))
        else:
            write_sites(sites, at / "sites", rows)
        if incidents is not None:
            write_incidents(incidents, at / "incidents", rows * INCIDENTS_PER_SITE)
        return assess_partitioned(
            at / "sites",
            None if incidents is None else at / "incidents",
            cluster=cluster,
            workers=workers,
            progress=progress,
            **options,
        )


def assess_partitioned(
    sites: str | Path,
    incidents: str | Path | None,
    *,
    rules: Rules,
    as_of: dt.date | str | np.datetime64 | None = None,
    cluster: object = "local",
    workers: int = 2,
    progress: Progress | None = None,
    out: str | None = None,
    **options: Any,
) -> Assessment:
    """Classifies every site of a folder of tiles, at one date or at the dates that the tiles hold.

    Parameters
    ----------
    sites, incidents
        Folders or URIs of tiles, written by :func:`write_sites` and :func:`write_incidents`; all workers can read
        them. None: no incident dataset at all.
    rules, options
        As :func:`geo.assess.assess` takes them; `options` (boundaries, zones, visits, ...) go to every worker.
    as_of
        One date for all; left out where the tiles hold a date per site.
    cluster
        ``"local"`` starts `workers` processes here; an address (``tcp://host:8786``) or a `distributed.Client`
        connects to a running scheduler.
    progress
        Called with (tiles done, tiles in all).
    out
        Folder or URI: every worker writes its result there (``sites-00000.parquet``, ``evidence-00000.parquet``) and
        nothing is gathered; the frames of the Assessment that comes back are empty. For results too large for one
        machine.
    workers
        Processes that ``"local"`` starts; of a running scheduler it says nothing.

    Returns
    -------
    Assessment
        That of one process: same rows, same order, same bytes when exported.

    Raises
    ------
    InputError
        There are no tiles, no date or two, or Dask is not installed.

    Examples
    --------
    From a shell this is ``cahra assess --cluster local``; from a notebook::

        result = assess_partitioned("tiles/sites", "tiles/incidents", as_of="2021-12-31", rules=rules,
                                    cluster="tcp://scheduler:8786", boundaries=[adm2], outlines=outlines)
    """
    site_tiles = open_tiles(sites)
    if bool(site_tiles.facts.get("dated")) == (as_of is not None):
        raise InputError(
            "Every site needs one as-of date.",
            where="as_of",
            expected="one date for all, or tiles that hold a date per site",
            got="both" if as_of is not None else "neither",
            remedy="Give as_of here, or to write_sites.",
        )
    incident_tiles = None if incidents is None else open_tiles(incidents)
    given = {"as_of": as_of, "rules": rules, **options}
    with _client(cluster, workers) as client:
        batches = batches_of(site_tiles, len(client.nthreads()))
        job = Job(uuid.uuid4().hex, site_tiles, incident_tiles, batches, given, out)
        n_sites, n_incidents = len(batches), 0 if incident_tiles is None else len(incident_tiles.tiles)
        steps_done = 0

        def ahead() -> None:
            nonlocal steps_done
            steps_done += 1
            if progress is not None:
                progress(steps_done, 2 * n_sites + n_incidents)

        # First what is counted over the whole, so that every tile decides as one process would; then the tiles.
        shared = client.scatter([job], broadcast=True, hash=False)[0]
        spans = _done(client, span, shared, range(n_sites), ahead)
        countries, days = frozenset().union(*(s[0] for s in spans)), tuple(d for s in spans for d in s[1:])
        counting = functools.partial(report, countries=countries, days=days)
        reports = _done(client, counting, shared, range(n_incidents), ahead)
        counts = summed([r[0] for r in reports])
        agreed = {r["level"]: boundary_check.Agreement.of(r) for r in counts}
        given["agreed"] = agreed
        counted = Counted(days, agreed, sum(r[2] for r in reports) <= INCIDENTS_KEPT)
        try:
            parts = _done(client, functools.partial(assess_batch, counted=counted), shared, range(n_sites), ahead)
        finally:
            with suppress(Exception):  # a worker that is gone has forgotten
                client.run(forget, job.run)
    repeated = 0 if incident_tiles is None else int(incident_tiles.facts["repeated"])
    return joined([p for some in parts for p in some], counts, unseen_summed([r[1] for r in reports]), repeated, given)


def _done(client: Any, work: Callable[..., Any], shared: Any, numbers: range, ahead: Callable[[], None]) -> list[Any]:
    """The results of one piece of work for every tile, in the order of the tiles."""
    jobs = {client.submit(work, shared, i, pure=False, retries=RETRIES): i for i in numbers}
    results: dict[int, Any] = {}
    if jobs:
        for future, result in _distributed().as_completed(jobs, with_results=True):
            results[jobs[future]] = result
            future.release()
            ahead()
    return [results[i] for i in numbers]


@contextmanager
def _tiles_in(folder: Path) -> Iterator[Path]:
    """A folder whose tiles go when the run is over; what stood there before stays."""
    new = not folder.exists()
    mine = [folder / name for name in ("sites", "incidents") if not (folder / name).exists()]
    try:
        yield folder
    finally:
        for made in mine:
            shutil.rmtree(made, ignore_errors=True)
        if new:
            with suppress(OSError):
                folder.rmdir()


@contextmanager
def _cluster_faults(dask: Any) -> Iterator[None]:
    """What goes wrong with the cluster itself, in words."""
    try:
        yield
    except dask.KilledWorker as fault:
        raise InputError(
            "A worker of the cluster died again and again.", where="--cluster", got=str(fault.task)[:80],
            remedy="Give the workers more memory, or make the tiles smaller.",
        ) from None  # fmt: skip
    except (TimeoutError, OSError, RuntimeError, asyncio.CancelledError) as fault:
        if isinstance(fault, CahraError):
            raise
        raise InputError(
            "The cluster could not be started, reached or kept.", where="--cluster",
            got=f"{type(fault).__name__}: {str(fault)[:160]}",
            remedy="Look at the scheduler and its workers; without --cluster the run needs none.",
        ) from None  # fmt: skip


def _local(dask: Any, workers: int) -> Any:
    """A cluster on this machine that nobody else can send work to.

    Its workers are processes behind certificates made for this run. Without the library that makes them they are
    threads of this process, which no port leads to.
    """
    given = {"n_workers": workers, "threads_per_worker": 1, "dashboard_address": None}
    try:
        secret = dask.Security.temporary()
    except ImportError:
        return dask.LocalCluster(processes=False, **given)
    return dask.LocalCluster(processes=True, host="tls://127.0.0.1", security=secret, **given)


@contextmanager
def _client(cluster: object, workers: int) -> Iterator[Any]:
    """A Dask client for the cluster that was named; what is started here is stopped here."""
    dask = _distributed()
    if isinstance(cluster, dask.Client):
        yield cluster
    elif cluster == "local":
        with _cluster_faults(dask), _local(dask, workers) as here, dask.Client(here) as client:
            yield client
    else:
        with _cluster_faults(dask), dask.Client(str(cluster)) as client:
            yield client


def _distributed() -> Any:
    try:
        return importlib.import_module("distributed")
    except ImportError:
        raise InputError("Dask is not installed.", where="--cluster", remedy="pip install .[cluster]") from None
