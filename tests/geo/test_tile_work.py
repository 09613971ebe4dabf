"""What a worker keeps from one batch of tiles to the next changes no byte, however the tiles are cut and batched."""

from __future__ import annotations

import threading
import uuid

import numpy as np
import pandas as pd
import pytest

from geo.assess import assess
from geo.cluster import tile_files, tile_work
from geo.cluster.joined_tiles import joined, summed, unseen_summed
from geo.cluster.tile_work import Counted, Job, batches_of
from geo.cluster.tiles import Tile, Tiles, open_tiles
from geo.records.boundary_check import Agreement

pytest.importorskip("distributed")
from geo.cluster import dask_job
from tests.geo.test_partition import same_bytes, scene


@pytest.fixture(autouse=True)
def here(monkeypatch):
    monkeypatch.setattr(tile_work, "settle", lambda: None)
    yield
    tile_work._DESKS.clear()


def in_batches(tmp_path, sites, incidents, options, *, rows, together, whole=True, out=None):
    """The work of a cluster, by this thread alone."""
    at = tmp_path / uuid.uuid4().hex
    options = dict(options)
    dask_job.write_sites(sites, at / "s", rows=rows)
    dask_job.write_incidents(incidents, at / "i", rows=100)
    tiles, events = open_tiles(at / "s"), open_tiles(at / "i")
    n = len(tiles.tiles)
    batches = tuple(tuple(range(i, min(i + together, n))) for i in range(0, n, together))
    job = Job(at.name, tiles, events, batches, options, None if out is None else str(out))
    spans = [tile_work.span(job, i) for i in range(len(batches))]
    countries, days = frozenset().union(*(s[0] for s in spans)), tuple(d for s in spans for d in s[1:])
    reports = [tile_work.report(job, i, countries, days) for i in range(len(events.tiles))]
    counts = summed([r[0] for r in reports])
    counted = Counted(days, {r["level"]: Agreement.of(r) for r in counts}, whole)
    parts = [p for i in reversed(range(len(batches))) for p in tile_work.assess_batch(job, i, counted)]
    result = joined(parts[::-1], counts, unseen_summed([r[1] for r in reports]), events.facts["repeated"], options)
    return result, sum(r[2] for r in reports)


@pytest.fixture(scope="module")
def alone():
    sites, incidents, options = scene(n=36, m=400)
    return sites, incidents, options, assess(sites, incidents, **options)


@pytest.mark.parametrize(
    ("rows", "together", "whole"),
    [
        (7, 3, True),
        (11, 2, False),
        pytest.param(7, 1, True, marks=pytest.mark.slow),
        pytest.param(1000, 1, False, marks=pytest.mark.slow),
    ],
)
def test_tiles_and_batches_of_any_size_give_the_bytes_of_one_process(tmp_path, alone, rows, together, whole):
    """West and East hold more sites than a tile, so that units span tiles; some tiles lie far from everything."""
    sites, incidents, options, one = alone
    assert one.sites["admin1"].isin(["West", "East"]).sum() > 22
    same_bytes(one, in_batches(tmp_path, sites, incidents, options, rows=rows, together=together, whole=whole)[0])


@pytest.mark.parametrize(
    ("whole", "explain"), [(True, True), (False, False), pytest.param(True, False, marks=pytest.mark.slow)]
)
def test_what_is_said_of_a_batch_goes_to_the_files_of_its_tiles(tmp_path, whole, explain):
    sites, incidents, options = scene(n=14, m=100)
    one = assess(sites, incidents, explain=explain, **options)
    options["explain"] = explain
    files = {}
    for together in (1, 4):
        out = tmp_path / f"out-{together}"
        result, _ = in_batches(tmp_path, sites, incidents, options, rows=3, together=together, whole=whole, out=out)
        assert not len(result.sites)
        files[together] = {p.name: p.read_bytes() for p in out.iterdir()}
    assert files[1] == files[4]
    parts = sorted((tmp_path / "out-4").glob("sites-*.parquet"))
    assert len(parts) > 4
    told = sum(len(pd.read_parquet(p)) for p in (tmp_path / "out-4").glob("evidence-*.parquet"))
    assert told == len(one.evidence)
    assert (told > 0) == explain
    back = pd.concat([pd.read_parquet(p) for p in parts])
    assert not back.duplicated(["source", "site_id"]).any()
    back = back.set_index(["source", "site_id"]).loc[pd.MultiIndex.from_frame(one.sites[["source", "site_id"]])]
    for name in ("site_class", "area_class", "incidents_20km_12m", "nearest_incident_m", "incident_intensity"):
        pd.testing.assert_series_equal(back[name].reset_index(drop=True), one.sites[name].reset_index(drop=True))


@pytest.mark.parametrize("rows", [3, pytest.param(1000, marks=pytest.mark.slow)])
def test_in_how_many_parts_a_tile_is_explained_shows_in_no_byte(tmp_path, monkeypatch, rows):
    monkeypatch.setattr(tile_files, "EVIDENCE_ROWS", 64)
    sites, incidents, options = scene(n=14, m=100)
    asked, files = [], {}
    monkeypatch.setattr(tile_work, "assess", lambda *a, **k: asked.append(len(a[0])) or assess(*a, **k))
    for name, weight in (("whole", tile_work.WEIGHT), ("parts", 99)):
        monkeypatch.setattr(tile_work, "WEIGHT", weight)
        in_batches(tmp_path, sites, incidents, options, rows=rows, together=5, out=tmp_path / name)
        files[name] = {p.name: p.read_bytes() for p in (tmp_path / name).iterdir()}
    assert files["whole"] == files["parts"]
    assert asked[-14:] == [1] * 14  # each site alone
    same_bytes(
        assess(sites, incidents, **options), in_batches(tmp_path, sites, incidents, options, rows=rows, together=5)[0]
    )


@pytest.mark.parametrize("whole", [True, False])
def test_tiles_of_which_no_window_holds_an_incident(tmp_path, whole):
    sites, incidents, options = scene(n=20, m=60)
    old = incidents.assign(date_start=incidents["date_start"] - pd.DateOffset(years=25))
    old = old.assign(date_end=old["date_start"]).astype({"date_start": "datetime64[s]", "date_end": "datetime64[s]"})
    result, inside = in_batches(tmp_path, sites, old, options, rows=7, together=2, whole=whole)
    assert inside == 0
    same_bytes(assess(sites, old, **options), result)


def test_incidents_are_made_ready_once_and_forgotten_with_the_run(tmp_path, monkeypatch):
    sites, incidents, options = scene(n=14, m=100)
    made = []
    monkeypatch.setattr("geo.assess.prepare", lambda frame, do=tile_work.prepare: made.append(len(frame)) or do(frame))
    in_batches(tmp_path, sites, incidents, options | {"explain": False}, rows=3, together=2)
    assert len(made) == 1
    run = tile_work._DESKS[threading.get_ident()].job.run
    tile_work.forget("another")
    assert tile_work._DESKS
    tile_work.forget(run)
    assert not tile_work._DESKS
    in_batches(tmp_path, sites, incidents, options | {"explain": False}, rows=3, together=2, whole=False)
    assert len(made) == 4  # once for each of three batches


def test_batches_hold_every_tile_once_and_leave_some_for_every_worker():
    def of(rows, workers):
        tiles = Tiles("", tuple(Tile(str(i), n, None, ("", "")) for i, n in enumerate(rows)), {})
        return batches_of(tiles, workers)

    assert of([], 2) == ()
    assert of([5], 2) == ((0,),)
    assert of([2000] * 4, 1) == ((0,), (1,), (2,), (3,))
    for rows in ([1563] * 128, [20_000] * 3, np.random.default_rng(0).integers(1, 9_000, 50).tolist()):
        batches = of(rows, 2)
        assert [i for b in batches for i in b] == list(range(len(rows)))
        assert all(len(b) == 1 or sum(rows[i] for i in b) <= tile_work.SITES_TOGETHER for b in batches)
    assert len(of([1563] * 128, 2)) == 19
