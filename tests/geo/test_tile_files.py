"""Files of a tile: the same bytes in whatever parts it comes, and no part stands beside the next one."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pandas as pd
import pytest
from pyarrow import fs, parquet

from geo.assess import assess
from geo.cluster import tile_files
from geo.cluster.tile_files import write_tile
from tests.geo.test_partition import scene


@pytest.fixture(scope="module")
def told():
    sites, incidents, options = scene(n=20, m=200)
    result = assess(sites, incidents, **options)
    return result.sites, result.evidence_columns


def written(folder, parts):
    folder.mkdir()
    write_tile(3, parts, str(folder), fs.LocalFileSystem())
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("cuts", [[], [0], [7, 7], [1, 2, 3, 60], [50, 100], [49, 151]])
def test_parts_of_any_size_give_the_bytes_of_the_whole(tmp_path, monkeypatch, told, cuts):
    monkeypatch.setattr(tile_files, "EVIDENCE_ROWS", 50)
    sites, evidence = told
    assert len(evidence) > 200
    assert len(evidence) % 50
    one = written(tmp_path / "one", [(sites, evidence, np.arange(len(evidence)))])
    rows = np.split(np.arange(len(evidence)), cuts)
    of = np.array_split(np.arange(len(sites)), len(rows))
    parts = [
        (sites.iloc[s].reset_index(drop=True), evidence.take(r), np.arange(len(r)))
        for s, r in zip(of, rows, strict=True)
    ]
    assert written(tmp_path / "parts", parts) == one
    groups = parquet.ParquetFile(tmp_path / "one" / "evidence-00003.parquet").metadata
    assert [groups.row_group(i).num_rows for i in range(groups.num_row_groups - 1)] == [50] * (len(evidence) // 50)
    pd.testing.assert_frame_equal(
        pd.read_parquet(tmp_path / "one" / "sites-00003.parquet")[["site_id"]], sites[["site_id"]]
    )


def test_rows_that_fill_their_groups_leave_no_empty_one(tmp_path, monkeypatch, told):
    monkeypatch.setattr(tile_files, "EVIDENCE_ROWS", 50)
    sites, evidence = told
    for n, groups in ((0, 0), (50, 1), (100, 2)):
        written(tmp_path / str(n), [(sites, evidence, np.arange(n))])
        found = parquet.ParquetFile(tmp_path / str(n) / "evidence-00003.parquet").metadata
        assert (found.num_rows, found.num_row_groups) == (n, groups)


def test_a_part_is_gone_when_the_next_one_is_made(tmp_path, told):
    sites, evidence = told
    seen = []

    def parts():
        for _ in range(3):
            gc.collect()
            assert all(table() is None for table in seen)
            part = evidence.take(np.arange(40))
            seen.append(weakref.ref(part))
            yield sites, part, np.arange(40)
            del part

    written(tmp_path / "out", parts())
    assert len(seen) == 3


def test_a_fault_in_a_part_is_told_and_leaves_no_sites(tmp_path, told):
    sites, evidence = told

    def parts():
        yield sites, evidence, np.arange(10)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        written(tmp_path / "out", parts())
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["evidence-00003.parquet"]
