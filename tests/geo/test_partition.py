"""The cluster form: the bytes of one process, also when a worker is killed in the middle."""

from __future__ import annotations

import datetime as dt
import os
import signal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo import schema
from geo.assess import assess
from geo.cluster import required_incidents
from geo.cluster.tiles import open_tiles, split
from geo.errors import InputError
from geo.records.incidents import prepare
from jobs.assessment.export import result_files, run_record
from layers.reference.legal_schemes import restrictions
from layers.reference.rule_files import default_rules
from layers.sources.zone_register import read_register
from tests import frames

distributed = pytest.importorskip("distributed")
from geo.cluster import dask_job  # noqa: E402

RULES = default_rules()
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore:Creating scratch directories"),
    pytest.mark.filterwarnings("ignore:Sending large graph"),
]
BOXES = {f"U{x}{y}": (float(x), float(y), x + 2.0, y + 2.0) for x in range(14, 26, 2) for y in range(2, 10, 2)}


def scene(n=48, m=600, seed=1):
    """Sites and incidents with everything that a tile could miss: other units, far neighbours, odd positions."""
    rng = np.random.default_rng(seed)
    lon, lat = rng.uniform(13.5, 26.5, n), rng.uniform(1.5, 10.5, n)
    # Far from everything, at the antimeridian, at a pole, and nowhere.
    lon[:5], lat[:5] = [60.0, 179.99, -179.99, 10.0, np.nan], [40.0, 0.0, 0.1, 89.9, np.nan]
    lon[5:12], lat[5:12] = rng.normal(20, 0.3, 7), rng.normal(6, 0.3, 7)
    country = rng.choice(["CAF", "COD", ""], n, p=[0.7, 0.2, 0.1])
    sites = frames.sites(
        *(
            {
                "site_id": str(i),
                "source": "a" if i % 3 else "b",
                "lon": lon[i],
                "lat": lat[i],
                "country": country[i],
                "coord_precision_km": [0.1, 2.0, 5.0, np.nan][i % 4],
                "admin1": "",
                "admin2": ["", "U142", "Elsewhere"][i % 3],
                "minerals": ["gold", "diamond", ""][i % 3],
            }
            for i in range(n)
        )
    )
    days = pd.to_datetime("2014-01-01") + pd.to_timedelta(rng.integers(0, 2000, m), unit="D")
    x, y = rng.uniform(13, 27, m), rng.uniform(1, 11, m)
    x[:3], y[:3] = [179.9, -179.5, 55.0], [0.05, 0.0, 41.0]
    x[3:200], y[3:200] = np.round(x[3:200] * 2) / 2, np.round(y[3:200] * 2) / 2
    x[20:60], y[20:60] = rng.normal(20, 0.3, 40), rng.normal(6, 0.3, 40)
    days = days.where(np.arange(m) % 3 > 0, pd.Timestamp("2018-06-01"))
    best = rng.poisson(2, m)
    # Most carry the name of the unit that they lie in, so that the boxes can pass for districts.
    labels = [f"U{int(a // 2 * 2)}{int(b // 2 * 2)}" for a, b in zip(x, y, strict=True)]
    incidents = frames.incidents(
        *(
            {
                "source": ["ucdp", "acled"][i % 5 == 0],
                "dataset": ["UCDP GED", "ACLED"][i % 5 == 0],
                "restricted": i % 5 == 0,
                "record_id": f"e{i // 2 if i < 40 else i}",
                "day": days[i],
                "date_end": days[i] + pd.Timedelta(days=int(rng.integers(0, 3) * 20)),
                "lon": x[i],
                "lat": y[i],
                "precision": int(rng.choice([1, 1, 1, 2, 3, 4, 6])),
                "country": rng.choice(["CAF", "CAF", "COD", "TCD"]),
                "admin1": ["West", "East"][int(x[i] > 20)] if i % 9 else "Nowhere",
                "admin2": labels[i] if i % 4 else rng.choice([*BOXES, "Unknown region", ""]),
                "deaths_best": float(best[i]),
                "deaths_low": float(max(best[i] - 1, 0)),
                "deaths_high": float(best[i] + rng.integers(0, 3)),
                "effect": "none" if i % 17 == 0 else "lethal",
            }
            for i in range(m)
        )
    )
    first_order = {"West": (13, 1, 20, 11), "East": (20, 1, 27, 11)}
    options = {
        "as_of": dt.date(2018, 12, 31),
        "rules": RULES,
        "zones": read_register().frame,
        "boundaries": [
            frames.squares(BOXES),
            frames.squares(first_order, level=1),
        ],
        "coverage": frames.coverage("CAF", "COD"),
        "restrictions": restrictions(),
        "outlines": frames.outlines(CAF=(13.0, 1.0, 24.0, 11.0), COD=(24.0, 1.0, 27.0, 11.0)),
        "files": {"UCDP GED": "events.csv"},
    }
    return sites, incidents, options


def exported(result):
    at = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    record = run_record(result, RULES, [], {}, at)
    return dict(result_files(result, RULES, schema.empty(schema.REJECTED), record))


def same_bytes(one, other):
    a, b = exported(one), exported(other)
    assert a.keys() == b.keys()
    for name in a:
        assert a[name] == b[name], name
    pd.testing.assert_frame_equal(one.sites, other.sites)
    pd.testing.assert_frame_equal(one.evidence, other.evidence)
    pd.testing.assert_frame_equal(one.datasets, other.datasets)


@pytest.fixture(scope="module")
def client():
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0"
        ) as cluster,
        distributed.Client(cluster) as made,
    ):
        yield made


def test_tiles_hold_every_row_once_and_no_more_than_asked():
    rng = np.random.default_rng(0)
    lon, lat = rng.normal(20, 3, 1000), rng.normal(5, 1, 1000)
    lon[::50] = np.nan
    parts = split(lon, lat, 64)
    assert sorted(np.concatenate(parts).tolist()) == list(range(1000))
    assert max(map(len, parts)) <= 64
    assert all(np.isnan(lon[p]).all() or np.isfinite(lon[p]).all() for p in parts)
    # Points on one place cannot be told apart by place, but by number.
    assert [len(p) for p in split(np.zeros(10), np.zeros(10), 4)] == [3, 2, 3, 2]


def test_frames_come_back_from_tiles_as_they_went(tmp_path):
    sites, incidents, _ = scene()
    dask_job.write_sites(sites, tmp_path / "s", rows=13)
    tiles = open_tiles(tmp_path / "s")
    assert sum(t.rows for t in tiles.tiles) == len(sites)
    back = required_incidents.read(tiles, [t.path for t in tiles.tiles], schema.SITES)
    keys = ["source", "site_id"]
    pd.testing.assert_frame_equal(
        back.sort_values(keys).reset_index(drop=True), sites.sort_values(keys).reset_index(drop=True)
    )
    import geopandas as gpd

    points = gpd.read_parquet(tiles.tiles[0].path)
    assert points.crs == "EPSG:4326"
    assert (points.geometry.x == points["lon"]).all()
    with pytest.raises(InputError, match="already holds tiles"):
        dask_job.write_sites(sites, tmp_path / "s")
    with pytest.raises(InputError, match="no tiles"):
        open_tiles(tmp_path)
    with pytest.raises(InputError, match="stands twice"):
        dask_job.write_sites(pd.concat([sites, sites]), tmp_path / "t")
    dask_job.write_incidents(incidents, tmp_path / "i", rows=100)
    assert open_tiles(tmp_path / "i").facts["repeated"] == prepare(incidents).repeated > 0


@pytest.mark.parametrize("rows", [12, pytest.param(1000, marks=pytest.mark.slow)])
def test_equal_to_one_process_byte_for_byte(client, rows):
    sites, incidents, options = scene()
    one = assess(sites, incidents, **options)
    assert len(one.evidence) > 900
    assert (one.sites["area_rules_fired"] != "").any()
    assert set(one.sites["site_class"]) >= {"high-risk", "insufficient data"}
    steps = []
    many = dask_job.assess_on_cluster(
        sites, incidents, cluster=client, rows=rows, progress=lambda k, n: steps.append((k, n)), **options
    )
    same_bytes(one, many)
    assert steps[-1][0] == steps[-1][1] == len(steps)


@pytest.mark.slow
def test_a_date_per_site_goes_with_the_tiles(client, tmp_path):
    sites, incidents, options = scene()
    rng = np.random.default_rng(5)
    dates = np.datetime64("2014-06-30") + rng.integers(0, 2000, len(sites))
    options["as_of"] = dates.astype("datetime64[s]")
    one = assess(sites, incidents, **options)
    assert one.sites["as_of"].nunique() > len(sites) / 2
    for rows in (7, 1000):
        same_bytes(one, dask_job.assess_on_cluster(sites, incidents, cluster=client, rows=rows, **options))
    dask_job.write_sites(sites, tmp_path / "s", as_of=options.pop("as_of"))
    with pytest.raises(InputError, match="both"):
        dask_job.assess_partitioned(tmp_path / "s", None, cluster=client, as_of="2018-12-31", **options)
    dask_job.write_sites(sites, tmp_path / "t")
    with pytest.raises(InputError, match="neither"):
        dask_job.assess_partitioned(tmp_path / "t", None, cluster=client, **options)
    with pytest.raises(InputError, match="another length"):
        dask_job.write_sites(sites, tmp_path / "u", as_of=["2018-12-31", "2018-12-31"])


def test_without_incidents_and_without_sites(client):
    sites, _, options = scene(n=12)
    same_bytes(assess(sites, None, **options), dask_job.assess_on_cluster(sites, None, cluster=client, **options))
    empty = sites.iloc[:0]
    same_bytes(assess(empty, None, **options), dask_job.assess_on_cluster(empty, None, cluster=client, **options))


@pytest.mark.slow
def test_results_too_large_to_gather_stay_in_files(client, tmp_path):
    sites, incidents, options = scene()
    dask_job.write_sites(sites, tmp_path / "s", rows=20)
    dask_job.write_incidents(incidents, tmp_path / "i", rows=100)
    result = dask_job.assess_partitioned(
        tmp_path / "s", tmp_path / "i", cluster=client, out=str(tmp_path / "out"), **options
    )
    assert not len(result.sites)
    parts = sorted((tmp_path / "out").glob("sites-*.parquet"))
    assert sum(len(pd.read_parquet(p)) for p in parts) == len(sites)
    one = assess(sites, incidents, **options)
    assert sum(len(pd.read_parquet(p)) for p in sorted((tmp_path / "out").glob("evidence-*"))) == len(one.evidence)


def test_a_worker_killed_in_the_middle_changes_nothing(client):
    sites, incidents, options = scene(n=24, m=300)
    one = assess(sites, incidents, **options)
    killed = []

    def kill(done, _):
        if done == 3:
            pid = next(iter(client.run(os.getpid).values()))
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)

    many = dask_job.assess_on_cluster(sites, incidents, cluster=client, rows=12, progress=kill, **options)
    assert killed
    assert not Path(f"/proc/{killed[0]}").exists() or Path(f"/proc/{killed[0]}/stat").read_text().split()[2] == "Z"
    same_bytes(one, many)


@pytest.mark.slow
def test_the_cluster_can_be_local_or_named_by_address(client):
    sites, incidents, options = scene(n=12, m=200)
    one = assess(sites, incidents, **options)
    address = client.scheduler.address
    same_bytes(one, dask_job.assess_on_cluster(sites, incidents, cluster=address, **options))
    same_bytes(one, dask_job.assess_on_cluster(sites, incidents, cluster="local", workers=1, **options))


@pytest.mark.slow
def test_workers_elsewhere_need_a_folder_that_they_can_read():
    sites, incidents, options = scene(n=12, m=200)
    with pytest.raises(InputError, match="can read"):
        dask_job.assess_on_cluster(sites, incidents, cluster="tcp://10.0.0.5:8786", **options)
