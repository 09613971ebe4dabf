"""A large upload is brought in order by a child: the same result as in the app, and nothing of it in the app."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import FormatError, LimitExceededError
from geo.messages import Note
from jobs.programmes.programme_files import Programmes, read_programmes
from jobs.programmes.type_words import TypeWords
from jobs.programmes.types import TypeMap, read_type_map
from layers.formats import LOCAL, UPLOAD
from layers.formats.packed_values import Packing, Unpacking
from layers.formats.sandbox import process
from layers.sources import reader_in_child
from layers.sources.incidents import read_incidents
from layers.sources.layer import Layer, NoUsableRowError
from layers.sources.read_options import ReadOptions
from layers.sources.sites import read_sites
from tests.examples import examples
from tests.hostile import roles

ACTIVITY = (
    "<iati-activities version='2.03'><iati-activity><iati-identifier>X-1</iati-identifier>"
    "<title><narrative>Fund</narrative></title><activity-date type='1' iso-date='2015-01-01'/>"
    "<recipient-country code='CF'/><location><point><pos>4.3 17.4</pos></point></location>"
    "<sector vocabulary='1' code='15210'/></iati-activity></iati-activities>"
)
READERS = tuple(role for role in roles.SEEDS if role not in ("rules", "roads", "sectors"))


def noted(monkeypatch, run):
    """All files are large, and what children are asked to do is noted."""
    tasks: list[str] = []

    def ask(task, *args, **options):
        tasks.append(options["reader"])
        return run(task, *args, **options)

    monkeypatch.setattr(reader_in_child, "AT_HAND", {})
    monkeypatch.setattr(reader_in_child, "run_child", ask)
    return tasks


@pytest.fixture
def asked(monkeypatch):
    """What a child would say is said in this process, in the same bytes."""

    def run(task, source, clock, **options):
        members = json.loads(json.dumps(options))
        with roles.without_children():
            reply = reader_in_child.parse(source.path or source.data(), source.name, clock, members)
        return process.decode(process.encode(*reply))

    return noted(monkeypatch, run)


@pytest.fixture
def asked_children(monkeypatch):
    return noted(monkeypatch, process.run_child)


def same(one, other, where: str = "") -> None:
    """Equal to the last cell, type and shape."""
    assert type(one) is type(other), where
    if dataclasses.is_dataclass(one):
        for f in dataclasses.fields(one):
            if not f.name.startswith("_"):
                same(getattr(one, f.name), getattr(other, f.name), f"{where}.{f.name}")
    elif isinstance(one, pd.DataFrame):
        assert list(one.columns) == list(other.columns), where
        assert [str(t) for t in one.dtypes] == [str(t) for t in other.dtypes], where
        pd.testing.assert_frame_equal(one, other)
    elif isinstance(one, np.ndarray):
        assert one.dtype == other.dtype, where
        assert one.tolist() == other.tolist(), where
    elif isinstance(one, list):
        assert len(one) == len(other), where
        for a, b in zip(one, other, strict=True):
            same(a, b, where)
    elif isinstance(one, Note):
        assert (str(one), one.template) == (str(other), other.template), where
    else:
        assert one == other, where


@pytest.mark.parametrize("role", READERS)
def test_what_is_told_is_what_the_app_would_read(role, asked):
    child_gives(role, asked)


@pytest.mark.parametrize("role", ["sites", "programmes"])
def test_a_child_gives_what_the_app_would(role, asked_children):
    child_gives(role, asked_children)


def test_activities_are_read_by_the_child_that_reads_their_columns(asked_children):
    child_gives("programmes", asked_children, ("a.xml", ACTIVITY), "iati")


def test_the_sectors_of_a_reader_reach_the_child(asked):
    own = read_type_map(b"code,programme_type,when\n99999,mapping,no words\n", "s.csv", gateway=UPLOAD)
    name, text = "a.xml", ACTIVITY.replace("15210", "99999")
    found = read_programmes(text.encode(), name, gateway=UPLOAD, types=own)
    same(found, read_programmes(text.encode(), name, types=own))
    assert found.frame["types"].tolist() == ["mapping"]
    assert len(asked) == 1
    assert TypeMap.from_record(own.as_record()) == own
    words = dataclasses.replace(own, phrases=TypeWords())
    assert words.as_record() is None
    read_programmes(text.encode(), name, gateway=UPLOAD, types=words)
    assert len(asked) == 1


def child_gives(role, asked, file=None, layout=None):
    name, text = file or roles.SEEDS[role]
    reader = roles.reader_of(role)
    here = reader(text.encode(), name, gateway=LOCAL)
    assert asked == []
    same(reader(text.encode(), name, gateway=UPLOAD), here)
    assert len(asked) == 1
    assert ":read_" in asked[0]
    assert layout is None or here.layout == layout


def test_what_the_user_says_reaches_the_child(asked):
    text = b"Nummer,Breite,lon,country\nA,4.3,17.4,Narnia\n"
    options = ReadOptions(columns=(("lat", "Breite"), ("site_id", "Nummer")))
    layer = read_sites(text, "a.csv", country="CAF", gateway=UPLOAD, options=options)
    assert layer.frame[["site_id", "lat", "country"]].to_numpy().tolist() == [["A", 4.3, "CAF"]]
    assert any(isinstance(note, Note) for note in layer.notes)
    same(read_sites(text, "a.csv", country="CAF", options=options), layer)
    assert len(asked) == 1


def test_a_file_without_a_usable_row_says_so_with_its_rows(asked_children):
    text = b"site_id,lat,lon\nA,x,17\nB,95,\n"
    with pytest.raises(NoUsableRowError) as far:
        read_sites(text, "a.csv", gateway=UPLOAD)
    with pytest.raises(NoUsableRowError) as near:
        read_sites(text, "a.csv")
    assert str(far.value) == str(near.value)
    same(far.value.rejected, near.value.rejected)
    assert len(asked_children) == 1


def test_other_faults_are_told(asked):
    text = b"site_id,lat,lon\nA,4,17\nB,5,17\n"
    with pytest.raises(FormatError, match=r"a\.csv"):
        read_sites(b"\x00\x01\x02", "a.csv", gateway=UPLOAD)
    with pytest.raises(LimitExceededError, match="sites"):
        read_sites(text, "a.csv", gateway=dataclasses.replace(UPLOAD, sites=1))


def test_small_files_and_the_command_line_start_no_child(monkeypatch):
    monkeypatch.setattr(reader_in_child, "run_child", lambda *_, **__: pytest.fail("a child"))
    name, text = roles.SEEDS["sites"]
    assert len(read_sites(text.encode(), name, gateway=UPLOAD).frame) == 2
    assert len(read_sites((text + "\n" * 400_000).encode(), name).frame) == 2


def test_what_is_told_is_looked_at_again(asked, monkeypatch):
    """A child that lies gives an error, whatever it says."""
    name, text = roles.SEEDS["incidents"]
    for found in (None, 1, {"record": "Path", "fields": {}}, {"frame": {"rows": 2, "index": None, "columns": []}},
                  {"record": "Layer", "fields": {"name": {"array": {"numbers": "x9"}}}}, {"list": 7}, {"a": 1, "b": 2}):  # fmt: skip
        reply = process.Reply({"fault": None, "found": found}, {})
        monkeypatch.setattr(reader_in_child, "run_child", lambda *_, reply=reply, **__: reply)
        with pytest.raises(FormatError, match="gave up"):
            read_incidents(text.encode(), name, gateway=UPLOAD)


@settings(max_examples=examples(60), deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.text(max_size=5), st.floats(), st.booleans(), st.one_of(st.none(), st.booleans()))),
    st.integers(0, 3),
)
def test_any_frame_comes_back(rows, first):
    frame = pd.DataFrame(rows, columns=["text", "number", "flag", "tri"])
    frame = frame.astype({"text": "str", "number": "float64", "flag": "bool", "tri": "boolean"})
    frame["day"] = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[s]")
    frame["shape"] = pd.Series([shapely.Point(1, 2) if i % 2 else None for i in range(len(frame))], dtype="object")
    frame = frame.iloc[first:]
    packing = Packing()
    told = packing.value({"a": [frame], 1: (Note("{n} row{n?|s}", n=2), "x")})
    reply = process.decode(process.encode({"v": told}, packing.arrays))
    again = Unpacking(reply.arrays, {}).value(reply.facts["v"])
    same(again["a"][0], frame)
    assert again[1] == ("2 rows", "x")
    assert again[1][0].template == "{n} row{n?|s}"


def test_records_are_those_of_the_reader_alone():
    assert {"Layer"} == reader_in_child._records(Layer).keys()
    assert reader_in_child._records(list[Programmes]).keys() == {"Programmes"}
