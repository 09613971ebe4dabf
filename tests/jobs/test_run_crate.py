"""The crate of a run is one that RO-Crate's own library reads, by the profile of process runs."""

from __future__ import annotations

import datetime as dt
import json

import pytest

import cli
from jobs.run_crate import CRATE, PROFILE
from layers.reference import files as embedded

rocrate = pytest.importorskip("rocrate.rocrate")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("crate") / "out"
    call = ["--sites", str(embedded.DEMONSTRATION_SITES), "--as-of", "2018-12-31", "--out", str(out)]
    assert cli.main(["assess", *call]) == 0
    return out


def held(folder):
    """A folder is a crate of the profile: the library reads it, and finds the day, every file, the tool and the run."""
    crate = rocrate.ROCrate(str(folder))
    root = crate.root_dataset
    assert root["conformsTo"].id == PROFILE
    dt.date.fromisoformat(str(root["datePublished"])[:10])
    assert {e.id for e in root["hasPart"]} == {p.name for p in folder.iterdir()} - {CRATE}
    for entity in crate.data_entities:
        assert "File" in entity.type
        assert (folder / entity.id).is_file()
    [action] = [e for e in crate.get_entities() if e.type == "CreateAction"]
    assert root["mentions"] == [action]
    assert action["instrument"]["softwareVersion"]
    assert {e.id for e in action["result"]} == {e.id for e in root["hasPart"]}
    inputs = [e for e in action["object"] if e.get("sha256")]
    assert inputs
    assert all(len(e["sha256"]) == 64 for e in inputs)
    return crate


def test_the_library_reads_it_and_finds_every_file(folder):
    assert str(held(folder).root_dataset["datePublished"])[:10] == "2018-12-31"


def test_the_run_says_what_ran_on_what_and_what_came_of_it(folder):
    record = json.loads((folder / "run.json").read_bytes())
    crate = rocrate.ROCrate(str(folder))
    [action] = [e for e in crate.get_entities() if e.type == "CreateAction"]
    assert crate.root_dataset["mentions"] == [action]
    assert action["instrument"]["softwareVersion"] == record["tool_version"]
    inputs = [e for e in action["object"] if e.get("sha256")]
    assert [(e["name"], e["sha256"]) for e in inputs] == [(i["file"], i["sha256"]) for i in record["inputs"]]
    assert {e.id for e in action["result"]} == {p.name for p in folder.iterdir()} - {CRATE}
    for entity in action["result"]:
        if entity.id != "run.json":
            assert {"sha256": entity["sha256"], "bytes": int(entity["contentSize"])} == record["files"][entity.id]


def test_every_id_that_is_named_is_there_once(folder):
    graph = json.loads((folder / CRATE).read_bytes())["@graph"]
    ids = [e["@id"] for e in graph]
    assert len(set(ids)) == len(ids)

    def named(value):
        if isinstance(value, dict):
            if set(value) == {"@id"}:
                yield value["@id"]
            else:
                for part in value.values():
                    yield from named(part)
        if isinstance(value, list):
            for part in value:
                yield from named(part)

    outside = {"https://w3id.org/ro/crate/1.1", "http://schema.org/CompletedActionStatus"}
    assert {i for e in graph for i in named({k: v for k, v in e.items() if k != "@id"})} - set(ids) <= outside
