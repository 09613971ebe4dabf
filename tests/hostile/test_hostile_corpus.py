"""Every case of the corpus gets exactly its report; nothing is fetched, executed, or opened beside the file."""

from __future__ import annotations

import contextlib
import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from geo.errors import FormatError, InputError, LimitExceededError
from layers.formats import UPLOAD, read
from tests.hostile import corpus, roles


def test_the_corpus_is_large_enough():
    assert len(corpus.CASES) >= 60
    assert len({c.name for c in corpus.CASES}) == len(corpus.CASES)


NATIVE = (".gpkg", ".parquet", ".tif")
"""What is read by libraries of other languages, in a child also here."""
ONE_OF_EACH = {case.file.rsplit(".", 1)[-1]: case.name for case in corpus.CASES if not case.refused}


def far(case: corpus.Case) -> contextlib.AbstractContextManager[None]:
    """A child as in the app for native formats and one case of each other; its work is done here for the rest."""
    child = case.name in ONE_OF_EACH.values() or case.file.endswith(NATIVE)
    return contextlib.nullcontext() if child else roles.without_children()


@pytest.mark.parametrize("case", corpus.CASES, ids=lambda c: c.name)
def test_case(case, watched):
    with far(case):
        holds(case, watched)


@pytest.mark.slow
@pytest.mark.parametrize("case", corpus.CASES, ids=lambda c: c.name)
def test_case_in_a_child(case, watched):
    holds(case, watched)


def holds(case: corpus.Case, watched) -> None:
    """The file gets its report, and nothing else is touched."""
    data = case.make()
    with watched as seen:
        if case.refused:
            with pytest.raises(InputError) as caught:
                read(data, case.file, purpose=case.purpose, gateway=UPLOAD, **case.options)
            assert re.search(case.refused, str(caught.value), re.IGNORECASE), str(caught.value)
            assert isinstance(caught.value, LimitExceededError if case.limit else FormatError)
            assert str(caught.value).startswith(case.file)
        else:
            table = read(data, case.file, purpose=case.purpose, gateway=UPLOAD, **case.options)
            assert tuple(table.rejected["reason"]) == case.reasons
            assert len(table.frame) == case.accepted
            assert set(table.remarks) == set(case.remarks)
            assert case.says in " ".join(table.notes)
            assert table.accounting["read"] == len(table.frame) + len(table.rejected)
    assert seen.sockets == []
    assert seen.files == []


def attempt(data, name, purpose):
    try:
        return read(data, name, purpose=purpose, gateway=UPLOAD), None
    except InputError as fault:
        return None, fault


LONG = [("table", "child"), ("points", "child"), ("polygons", "child")]


@pytest.mark.parametrize(
    ("purpose", "where"), [("table", "here"), *(pytest.param(*p, marks=pytest.mark.slow) for p in LONG)]
)
@pytest.mark.real_data
def test_files_that_others_made(shared_data, purpose, where, watched):
    with roles.without_children() if where == "here" else contextlib.nullcontext():
        files_of_others(shared_data, purpose, NATIVE if where == "here" else (), watched)


@pytest.mark.real_data
def test_native_files_that_others_made(shared_data, watched):
    """A few of each format each time, in children; all of them in the longer run."""
    for suffix in NATIVE:
        paths = sorted((shared_data / "hostile" / "door").glob(f"*{suffix}"))
        assert len(paths) >= 9
        for path in paths[::6]:
            data = path.read_bytes()
            with watched as seen:
                attempt(data, path.name, "table")
            assert seen.sockets == seen.files == [], path.name


def files_of_others(shared_data: Path, purpose: str, left_out: tuple[str, ...], watched) -> None:
    """Every file is read with its account or refused by name, and nothing else is touched."""
    later = ("bombs",)  # each costs more than this test may: test_hostile_cost.py
    files = [p for p in sorted((shared_data / "hostile").rglob("*")) if p.is_file() and p.parent.name not in later]
    assert len(files) > 70
    read_well = 0
    for path in [p for p in files if p.suffix not in left_out]:
        data = path.read_bytes()
        with watched as seen:
            table, fault = attempt(data, path.name, purpose)
            if table is None:
                assert str(fault).startswith(path.name)
            else:
                assert table.accounting["read"] == len(table.frame) + len(table.rejected)
                read_well += 1
                if path.parent.name == "good" and purpose == "table" and path.name != "issue82.geojson":
                    assert len(table.rejected) == 0, path.name
        assert seen.sockets == seen.files == [], path.name
    assert read_well > 40


HOSTILE = {
    "bad-duplicate-properties.geojson": "twice",
    "bad-json.geojson": "not JSON",
    "featurecollection-obj.geojson": "no list of features",
    "rootstring.geojson": "not GeoJSON",
    "badzip.zip": "not what its name says",
    "empty_zipfile.zip": "no shapefile",
    "noshp.zip": "no shapefile",
    "blockgroups.shp": "Zip it",
}
REJECTED = {
    "badcoord.geojson": "geometry_malformed",
    "point-string.geojson": "geometry_malformed",
    "bad-properties-as-array.geojson": "properties_malformed",
    "badfeature.geojson": "feature_malformed",
    "nofeaturetype.geojson": "feature_malformed",
    "issue82.geojson": "coordinates_out_of_range",
    "short-line.geojson": "geometry_malformed",
}


@pytest.mark.real_data
def test_what_some_of_them_get(shared_data):
    paths = {p.name: p for p in (shared_data / "hostile").rglob("*")}
    for name, word in HOSTILE.items():
        with pytest.raises(FormatError, match=word):
            read(paths[name])
    for name, reason in REJECTED.items():
        assert read(paths[name]).rejected["reason"].tolist()[:1] == [reason], name
    assert any("blockgroups2" in n for n in read(paths["blockgroups_multishapefile.zip"]).notes)
    assert read(paths["codepage.zip"]).meta["encoding"] != "utf-8"
    assert any("MGI / Austria Lambert" in n for n in read(paths["REL.zip"]).notes)
    assert read(paths["zero-len-line.zip"]).remarks == {"geometry_null": [2]}
    assert read(paths["different-first-last.geojson"]).remarks == {"ring_unclosed": [1]}


@pytest.mark.real_data
def test_rasters_that_others_made(shared_data):
    facts = {
        p.name: read(p, purpose="raster", gateway=UPLOAD).raster for p in sorted((shared_data / "raster").glob("*.tif"))
    }
    assert len(facts) >= 5
    assert facts["world.byte.tif"].crs == "EPSG:4326"
    assert facts["float_nan.tif"].crs == ""
    assert facts["test_esri_wkt.tif"].crs.startswith("PROJCS")
    assert FormatError  # a raster that could not be read would have raised
