"""A cluster on this machine takes work from nobody else; what goes wrong with it is an error in words."""

from __future__ import annotations

import os

import pytest

from geo.cluster import dask_job
from geo.errors import InputError
from tests.geo.test_partition import scene

distributed = pytest.importorskip("distributed")
pytest.importorskip("cryptography")


def test_a_stranger_on_this_machine_cannot_send_work():
    with dask_job._client("local", 1) as client:
        address = client.scheduler.address
        assert address.startswith("tls://127.0.0.1:")
        assert client.submit(sum, (1, 2)).result(timeout=60) == 3
        plain = address.replace("tls://", "tcp://")
        for stranger in (address, plain):
            with pytest.raises((OSError, TypeError, RuntimeError)):
                distributed.Client(stranger, timeout=3)


def test_without_certificates_the_workers_are_threads_that_no_port_leads_to(monkeypatch):
    def missing():
        raise ImportError

    monkeypatch.setattr(distributed.Security, "temporary", missing)
    monkeypatch.setattr("distributed.comm.inproc.get_ip", lambda: "127.0.0.1")  # it looks for a route to outside
    with dask_job._client("local", 1) as client:
        assert client.scheduler.address.startswith("inproc://")
        assert client.submit(os.getpid).result(timeout=60) == os.getpid()


def test_a_worker_killed_at_the_start_is_told_in_words(monkeypatch):
    def killed(**_):
        raise RuntimeError("Nanny failed to start.")

    monkeypatch.setattr(distributed, "LocalCluster", killed)
    sites, incidents, options = scene(n=12, m=200)
    with pytest.raises(InputError, match="could not be started"):
        dask_job.assess_on_cluster(sites, incidents, cluster="local", workers=1, **options)


@pytest.mark.slow
def test_a_worker_that_dies_again_and_again_is_told_in_words():
    with pytest.raises(InputError, match="died again and again"), dask_job._client("local", 1) as client:
        client.submit(os._exit, 1).result(timeout=600)


@pytest.mark.parametrize("fails", [False, True])
def test_tiles_are_taken_away_however_the_run_ends(tmp_path, monkeypatch, fails):
    sites, incidents, options = scene(n=12, m=200)
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "theirs.txt").write_text("theirs")
    seen = []

    def partitioned(where, *_, **__):
        seen.append(sorted(p.name for p in where.parent.iterdir()))
        if fails:
            raise OSError("no room")

    monkeypatch.setattr(dask_job, "assess_partitioned", partitioned)
    for folder in (tmp_path / "shared", tmp_path / "new"):
        try:
            dask_job.assess_on_cluster(sites, incidents, folder=folder, **dict(options))
        except OSError:
            assert fails
    assert seen == [["incidents", "sites", "theirs.txt"], ["incidents", "sites"]]
    assert [p.name for p in tmp_path.rglob("*")] == ["shared", "theirs.txt"]
