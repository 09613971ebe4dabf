"""The files for a meeting: the same from command and page, what and when in their names, the mark of synthetic data."""

from __future__ import annotations

import datetime as dt
import io
import re
import struct
import zipfile

import numpy as np
import pandas as pd
import pytest

import cli
from i18n.translator import translator
from jobs.assessment import job as assessment
from jobs.inputs import Inputs, Source
from jobs.meeting import job
from jobs.meeting.map_sheet import sheet
from jobs.meeting.subject import Subject
from layers.maps.printed import draw
from layers.reference import files
from views.data_choice import DEMONSTRATION_DAY, demonstration

SITES = (
    b"site_id,name,lat,lon,minerals,country\nX1,$\\frac{Pit}$ <b>&amp;,4.2,16.1,gold,CAF\nX2,Nord,4.4,16.3,diamond,CAF\n"
    b"X3,nowhere,,,gold,CAF\n"
)


@pytest.fixture(scope="module")
def shown():
    loaded = assessment.load(demonstration().inputs())
    return job.run(loaded, DEMONSTRATION_DAY, filters=job.filters_of(["minerals=diamond"]))


def own() -> Subject:
    loaded = assessment.load(Inputs(sites=[Source("own.csv", SITES)]))
    return Subject.of(loaded, assessment.run(loaded, dt.date(2016, 9, 19)), translator("fr"))


def test_names_say_what_where_and_when_and_synthetic_data_says_so(shown):
    names = set(shown.made_files("en")) - {"run.json", "ro-crate-metadata.json", "demonstration.txt", "data_cards.html"}
    assert all(re.fullmatch(r"demonstration_[a-z_]+_[A-Z-]+_2016-09-19\.[a-z]+", name) for name in names)
    assert own().file_name("map", "pdf") == "map_CAF_2016-09-19.pdf"


def opened(name: str, data: bytes) -> str:
    """All text that stands in a file, unpacked: parts of an archive, what a picture or a document says of itself."""
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "\n".join(opened(part, archive.read(part)) for part in archive.namelist())
    if name.endswith(".pdf"):  # text of a document information is UTF-16 or plain
        told = re.findall(rb"/Subject \((.*?[^\\])\)", data, re.DOTALL)
        return "\n".join(t.removeprefix(b"\xfe\xff").replace(b"\0", b"").decode("latin-1") for t in told)
    return data.decode("utf-16" if data.startswith(b"\xff\xfe") else "utf-8", "replace")


@pytest.mark.parametrize("synthetic", [True, False])
def test_every_file_says_in_its_bytes_that_its_data_are_synthetic_or_none_does(synthetic, monkeypatch):
    table = SITES.replace(b"country\n", b"country,demonstration\n").replace(b"CAF\n", b"CAF,true\n")
    loaded = assessment.load(Inputs(sites=[Source("own.csv", table if synthetic else SITES)]))
    subject = Subject.of(loaded, assessment.run(loaded, dt.date(2016, 9, 19)), translator("en"))
    drawn = draw(sheet(subject), subject.translate, dpi=30) if synthetic else dict.fromkeys(("png", "svg", "pdf"), b"")
    monkeypatch.setattr("jobs.meeting.job.map_files", lambda _, formats: {f: drawn[f] for f in formats})
    made = {name: make() for name, make in job.meeting_files(subject).items()}
    assert {name.rpartition(".")[2] for name in made} == {
        "png", "svg", "pdf", "xlsx", "csv", "kml", "kmz", "gpkg", "qgz"
    }  # fmt: skip
    for name, data in made.items():
        text = opened(name, data)
        assert name.startswith("demonstration_") == synthetic
        if not synthetic:
            assert "Demonstration data" not in text, name
            assert "DEMONSTRATION DATA" not in text, name
        elif name.endswith((".csv", ".gpkg")):  # a column says it of every row
            assert "emonstration" in text, name
        else:
            assert "demonstration data" in text.lower(), name


def test_sources_are_said_in_the_readers_language():
    text = " ".join(own().foot)
    assert "registre des zones" in text
    assert "row by row" not in text


def test_only_the_sites_that_pass_gravest_first(shown):
    sites = shown.found.assessment.sites.iloc[list(shown.rows)]
    assert sites["minerals"].str.contains("diamond").all()
    assert 0 < len(sites) < len(shown.found.assessment.sites)
    rank = {"conflict-affected": 0, "high-risk": 1, "insufficient data": 2, "no indicators found": 3}
    assert sites["site_class"].map(rank).is_monotonic_increasing


def test_the_map_is_one_drawing_in_three_forms_and_the_same_bytes_again():
    subject = own()
    first = draw(sheet(subject), subject.translate, dpi=60)
    assert draw(sheet(subject), subject.translate, ("pdf", "svg")) == {k: first[k] for k in ("pdf", "svg")}
    assert first["png"].startswith(b"\x89PNG")
    wide, high = struct.unpack(">II", first["png"][16:24])
    assert wide / high == pytest.approx(11.69 / 8.27, rel=0.01)
    assert first["pdf"].startswith(b"%PDF")
    assert b"CreationDate" not in first["pdf"]
    assert b"<dc:date>" not in first["svg"]
    assert not any("emonstration" in opened(f"map.{name}", data) for name, data in first.items())
    hosts = set(re.findall(rb"https?://([^/\"]+)", first["svg"]))
    assert hosts <= {b"www.w3.org", b"purl.org", b"creativecommons.org", b"matplotlib.org"}


def test_incidents_that_may_not_leave_are_not_drawn(shown):
    subject = Subject.of(shown.loaded, shown.found, translator("en"), shown.rows)
    drawn = sheet(subject)
    assert drawn.notice == "Demonstration data"
    incidents = shown.loaded.incidents
    assert len(drawn.incidents) > 0
    from dataclasses import replace

    kept = replace(shown.loaded, incidents=incidents.assign(restricted=True))
    bare = sheet(Subject.of(kept, shown.found, translator("en"), shown.rows))
    assert bare.incidents.empty
    assert any("ACLED" in note for note in bare.notes)


def test_the_command_writes_them_in_the_readers_language(tmp_path, monkeypatch):
    monkeypatch.setattr("jobs.meeting.job.map_files", lambda _subject, formats: dict.fromkeys(formats, b"map"))
    out = tmp_path / "out"
    given = ["--sites", str(files.DEMONSTRATION_SITES), "--filter", "minerals=diamond", "--language", "fr"]
    assert cli.main(["meeting", *given, "--as-of", "2016-09-19", "--out", str(out)]) == 0
    names = sorted(p.name for p in out.iterdir())
    assert any(re.fullmatch(r"demonstration_map_[A-Z-]+_2016-09-19\.pdf", name) for name in names)
    record = (out / "run.json").read_text("utf-8")
    assert '"job": "meeting"' in record
    assert '"minerals": "diamond"' in record
    assert cli.main(["verify", str(out)]) == 0
    assert cli.main(["meeting", *given[:2], "--filter", "colour=red", "--as-of", "2016-09-19", "--out", str(out)]) == 2


def test_a_map_without_any_position_still_opens():
    loaded = assessment.load(Inputs(sites=[Source("own.csv", b"site_id,name,lat,lon,country\nX3,nowhere,,,CAF\n")]))
    subject = Subject.of(loaded, assessment.run(loaded, dt.date(2016, 9, 19)), translator("en"))
    assert draw(sheet(subject), subject.translate, ("png",), dpi=30)["png"].startswith(b"\x89PNG")


def test_a_scale_bar_is_true_in_the_middle_of_the_map():
    from geo.spatial.geodesic import geodesic_m
    from layers.maps.print_frame import Frame

    for south in (-60.0, -5.0, 4.0, 55.0):
        frame = Frame(15.0, south, 18.0, south + 4.0)
        km, degrees = frame.scale_bar()
        got = float(np.asarray(geodesic_m(15.0, south + 2.0, 15.0 + degrees, south + 2.0))) / 1000
        assert got == pytest.approx(km, rel=0.005)


def test_a_row_without_a_name_or_date_is_blank_in_the_table(shown):
    from jobs.meeting.site_table import site_rows

    table = site_rows(shown.found, None, translator("en"))
    assert not table.map(lambda v: isinstance(v, str) and v in ("nan", "NaT", "None", "<NA>")).any().any()
    assert isinstance(table, pd.DataFrame)
