"""The store of fetched files: killed at any call, an entry is the old one or the new one; two writers lose nothing."""

from __future__ import annotations

import hashlib
import os

import pytest

from geo.errors import InputError
from layers.sources.catalogue import Entry, Store
from tests.kills import die, die_amid, in_a_child


def entry(data: bytes, name: str = "events.csv") -> Entry:
    digest = hashlib.sha256(data).hexdigest()
    days = [{"country_iso3": "CAF", "from": "2014-01-01", "to": f"20{len(data):02}-12-31"}]
    return Entry(name, digest, len(data), "incidents", "UCDP GED 25.1", "25.1", "", "", "", "2026-01-01T00:00:00", days)


OLD, NEW, OTHER = b"old events", b"new events of today", b"another file"


@pytest.mark.parametrize(
    ("used", "do"),
    [
        pytest.param(True, die_amid, id="replaced, amid"),
        pytest.param(False, die, id="new"),
        pytest.param(True, die, id="replaced", marks=pytest.mark.slow),
        pytest.param(False, die_amid, id="new, amid", marks=pytest.mark.slow),
    ],
)
def test_a_fetch_killed_at_any_call_leaves_the_old_file_or_the_new_one(tmp_path, do, used):
    kills = 0
    for at in range(1, 500):
        store = Store(tmp_path / str(at))
        store.add(entry(OTHER, "other.csv"), OTHER)
        if used:
            store.add(entry(OLD), OLD)
        lived = in_a_child(lambda store=store: store.add(entry(NEW), NEW), at, do)
        known = {e.name: e for e in store.entries()}
        assert known["other.csv"] == entry(OTHER, "other.csv")
        assert store.read("other.csv") == OTHER
        if "events.csv" in known:
            data = store.read("events.csv")
            assert data in (OLD, NEW)
            assert entry(data) == known["events.csv"]
        else:
            assert not used
        if lived:
            assert data == NEW
            break
        kills += 1
        store.add(entry(NEW), NEW)
        assert store.read("events.csv") == NEW
        assert sorted(p.name for p in store.folder.iterdir()) == [
            "catalogue.json", "coverage.csv", "events.csv", "other.csv",
        ]  # fmt: skip
        assert (store.folder / "coverage.csv").read_bytes() == store.coverage()
    assert kills > 20


def test_two_fetches_at_once_are_both_kept(tmp_path):
    store = Store(tmp_path / "store")
    children = []
    for who in range(4):
        child = os.fork()
        if not child:
            try:
                for i in range(8):
                    data = f"{who} {i}".encode()
                    store.add(entry(data, f"{who}-{i}.csv"), data)
            except BaseException:
                os._exit(1)
            os._exit(0)
        children.append(child)
    assert [os.waitpid(c, 0)[1] for c in children] == [0] * 4
    assert len(store.entries()) == 32
    assert all(store.read(e.name) for e in store.entries())


def test_a_file_that_is_not_from_the_store_is_not_written_over(tmp_path):
    store = Store(tmp_path / "store")
    store.folder.mkdir()
    (store.folder / "events.csv").write_bytes(b"mine")
    with pytest.raises(InputError, match="not from here"):
        store.add(entry(NEW), NEW)
    (store.folder / "events.csv").unlink()
    (tmp_path / "mine.csv").write_bytes(b"mine")
    (store.folder / "events.csv").symlink_to(tmp_path / "mine.csv")
    with pytest.raises(InputError, match="not from here"):
        store.add(entry(NEW), NEW)
    assert (tmp_path / "mine.csv").read_bytes() == b"mine"
