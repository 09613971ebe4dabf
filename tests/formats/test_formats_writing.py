"""What goes out is harmless, deterministic, and comes back equal through our own gateway."""

from __future__ import annotations

import io
import re
import sqlite3
import zipfile

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import InputError
from layers.formats import read
from layers.formats.writers.cells import plain_types, texts
from layers.formats.writers.delimited import csv_bytes, csv_pieces, to_csv_bytes
from layers.formats.writers.geojson import geojson_bytes, geojson_pieces
from layers.formats.writers.spreadsheet_guard import is_formula, neutralise, restore, safe_name
from layers.formats.writers.text_columns import frame_texts, whole
from layers.formats.writers.write import FORMATS, write_bytes
from layers.formats.writers.xlsx import xlsx_bytes
from tests.examples import examples

AWKWARD = [
    "Berbérati",
    "=1+1",
    "+33 1",
    "-",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "'=1",
    "''=1",
    "'plain",
    " =1",
    "\u200b=1",
    "001",
    "1E5",
    "NA",
    "true",
    'quote "q" here',
    "two\nlines",
    "car\rriage",
    "a;b,c\td",
    "{{ 7*7 }}",
    "${7*7}",
    "`x`",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\\u003c",
    "javascript:alert(1)",
    "日本 🏔",
    "#N/B",
]


def frame_of(rows: list[str]) -> pd.DataFrame:
    n = len(rows)
    return pd.DataFrame(
        {
            "site_id": pd.array([f"s{i:03d}" for i in range(n)], dtype="str"),
            "name": pd.array(rows, dtype="str"),
            "lon": np.where(np.arange(n) % 5 == 4, np.nan, 17.467 + np.arange(n) / 7),
            "lat": np.where(np.arange(n) % 5 == 4, np.nan, -4.3 + np.arange(n) / 13),
            "workers": np.arange(n, dtype=np.int64) - 3,
            "as_of": pd.array(np.full(n, np.datetime64("2021-12-31", "s"))),
            "demonstration": np.arange(n) % 2 == 0,
        }
    )


def expected_text(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({n: pd.array(texts(frame[n]), dtype="str") for n in frame.columns})


@pytest.mark.parametrize("ending", list(FORMATS))
def test_round_trip(ending):
    frame = frame_of(AWKWARD)
    data = write_bytes(frame, ending)
    assert data == write_bytes(frame, ending), "the same frame gives the same bytes"
    table = read(data, f"sites.{ending}")
    back = restore(table.frame) if ending == "csv" else table.frame
    assert len(table.rejected) == 0
    wanted = expected_text(frame)
    if ending == "xlsx":  # Excel shows whole numbers without a point
        wanted["name"] = wanted["name"].str.replace("\r", "\n")
        wanted["lat"] = wanted["lat"].str.removesuffix(".0")
        wanted["lon"] = wanted["lon"].str.removesuffix(".0")
    pd.testing.assert_frame_equal(back[list(wanted.columns)], wanted)
    if ending not in ("csv", "xlsx"):
        known = np.isfinite(frame["lon"].to_numpy())
        assert [g is not None for g in table.geometry] == known.tolist()
        assert np.array_equal(shapely.get_x(table.geometry[known]), frame["lon"].to_numpy()[known])


@pytest.mark.parametrize("ending", ["geojson", "gpkg", "parquet", "kml"])
def test_shapes_come_back_equal(ending):
    shapes = np.empty(6, dtype=object)
    shapes[:] = [
        shapely.Point(17.4, 4.3),
        shapely.LineString([(17, 4), (18, 5)]),
        shapely.Polygon([(17, 4), (18, 4), (18, 5), (17, 4)], [[(17.6, 4.2), (17.7, 4.2), (17.7, 4.3), (17.6, 4.2)]]),
        shapely.MultiPolygon([shapely.box(1, 1, 2, 2), shapely.box(3, 3, 4, 4)]),
        shapely.MultiPoint([(1, 2), (3, 4)]),
        None,
    ]
    frame = pd.DataFrame({"id": pd.array(list("abcdef"), dtype="str")})
    table = read(write_bytes(frame, ending, geometry=shapes), f"a.{ending}")
    for there, back in zip(shapes, table.geometry, strict=True):
        assert (there is None) == (back is None)
        assert there is None or shapely.equals_exact(there, back)


@pytest.mark.parametrize("ending", list(FORMATS))
def test_an_empty_list(ending):
    table = read(write_bytes(frame_of(["x"]).iloc[:0], ending), f"sites.{ending}")
    assert len(table.frame) == 0


def test_french_excel():
    frame = frame_of(["Berbérati", "=1"])
    data, changed = csv_bytes(frame, delimiter=";", decimal=",", bom=True)
    assert data.startswith(b"\xef\xbb\xbfsite_id;name;lon;")
    assert b";17,467;" in data
    assert changed == 1
    table = read(data, "sites.csv")
    assert table.meta == {"encoding": "utf-8-sig", "delimiter": ";", "decimal": ",", "header_row": "1"}
    with pytest.raises(ValueError, match="differ"):
        csv_bytes(frame, delimiter=",", decimal=",")


def test_numbers_are_left_alone_and_formulas_are_not():
    frame = pd.DataFrame({"n": [-1.5, np.nan], "t": pd.array(["-1.5", "-1+2"], dtype="str")})
    assert csv_bytes(frame) == (b"n,t\n-1.5,-1.5\n,'-1+2\n", 1)
    assert csv_bytes(pd.DataFrame({"=cmd()": [1]}))[0] == b"'=cmd()\n1\n"


def test_no_workbook_cell_is_a_formula():
    data = xlsx_bytes(frame_of(AWKWARD))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
        times = {info.date_time for info in archive.infolist()}
    assert b"<f>" not in sheet
    assert b"<f " not in sheet
    assert times == {(2000, 1, 1, 0, 0, 0)}, "the time of writing is not in the bytes"


@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)))
def test_any_text_survives_csv(cells):
    frame = pd.DataFrame({"k": pd.array(["k"] * len(cells), dtype="str"), "t": pd.array(cells, dtype="str")})
    data = to_csv_bytes(frame)
    back = read(data, "a.csv")
    assert restore(back.frame)["t"].tolist() == cells
    assert not any(is_formula(c) for c in back.frame["t"])


@settings(max_examples=examples(300), deadline=None)
@given(st.text(max_size=8))
def test_the_guard_has_an_inverse(cell):
    [guarded], _ = neutralise([cell])
    frame = restore(pd.DataFrame({"t": pd.array([guarded], dtype="str")}))
    assert frame.loc[0, "t"] == cell
    assert not is_formula(guarded)


@pytest.mark.parametrize(
    "hidden",
    "\u00a0\u00ad\u034f\u061c\u115f\u180e\u2003\u200b\u2028\u202e\u2066\u2800\u3000\u3164\ufe0f\ufeff\uffa0\x7f\x85\U000e0041",
)
def test_a_formula_behind_what_shows_nothing_is_guarded_at_the_start_and_behind_each_sign(hidden):
    for cell in (f"{hidden}=1+1", f"a;{hidden}=1+1", f"a\t{hidden}{hidden}@x", f"a\n{hidden} +cmd|x"):
        [guarded], changed = neutralise([cell])
        assert changed == 1, repr(cell)
        assert guarded.count("'") == 1
        assert re.search(rf"(?:^|[;\t\n])'{hidden}", guarded)


@settings(max_examples=examples(400), deadline=None)
@given(st.lists(st.text("=+-@;\t\r\n' 1a,\"\uff1d\u200b\u3000\u3164\u00ad\u202e", max_size=8), min_size=1, max_size=4))
def test_no_spreadsheet_finds_a_formula_at_whatever_sign_it_parts_columns(cells):
    """Cells as naive programs cut them: at semicolons, tabs and line ends, quotation marks or not."""
    guarded, _ = neutralise(cells)
    for cell in guarded:
        assert not any(is_formula(piece) for piece in re.split(r"[\r\n;\t]", cell)), cell
    frame = restore(pd.DataFrame({"t": pd.array(guarded, dtype="str")}))
    assert frame["t"].tolist() == cells


@settings(max_examples=examples(300), deadline=None)
@given(st.text(max_size=300))
def test_file_names_are_safe_everywhere(text):
    name = safe_name(text, "csv")
    assert name.endswith(".csv")
    assert len(name.encode()) <= 255
    assert not set(name) & set('<>:"/\\|?*')
    assert name.isprintable()
    assert name.split(".")[0].strip().lower() not in ("con", "prn", "aux", "nul", "com1", "lpt1", "")


def test_acled_rows_never_leave():
    for frame in (
        pd.DataFrame({"site_id": ["a"], "restricted": [True]}),
        pd.DataFrame({"event_id_cnty": ["CAO123"], "fatalities": ["2"]}),
        pd.DataFrame({"record_id": ["CAO123"], "dataset": ["acled"], "deaths_best": [2.0]}),
        pd.DataFrame({"record_id": ["CAO123"], "dataset": ["ACLED"], "actor_a": ["x"]}),
    ):
        for ending in FORMATS:
            with pytest.raises(InputError, match="ACLED"):
                write_bytes(frame, ending)
    allowed = pd.DataFrame(
        {"record_id": ["CAO123"], "dataset": ["acled"], "deaths_best": [np.nan], "distance_m": [1.0]}
    )
    assert write_bytes(allowed, "csv")


def test_the_geopackage_is_one_for_other_readers():
    data = write_bytes(frame_of(["Boda"]), "gpkg")
    connection = sqlite3.connect(":memory:")
    connection.deserialize(data)
    try:
        assert connection.execute("PRAGMA application_id").fetchone() == (0x47504B47,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert {r[0] for r in connection.execute("SELECT type FROM sqlite_master")} <= {"table", "index"}
    finally:
        connection.close()


@pytest.mark.parametrize("ending", ["gpkg", "parquet", "geojson"])
def test_geopandas_reads_what_we_write(ending, tmp_path):
    geopandas = pytest.importorskip("geopandas")
    path = tmp_path / f"sites.{ending}"
    path.write_bytes(write_bytes(frame_of(["Boda", "Nola"]), ending))
    # our own bytes, never a user's: the one place where GDAL looks at a file
    found = geopandas.read_parquet(path) if ending == "parquet" else geopandas.read_file(path)
    assert found["name"].tolist() == ["Boda", "Nola"]
    assert found.crs.to_epsg() == 4326 or "CRS84" in found.crs.to_string()
    assert found.geometry.x.tolist() == pytest.approx([17.467, 17.467 + 1 / 7])


@settings(max_examples=examples(200), deadline=None)
@given(st.text(alphabet=st.sampled_from("ab&<>\"'\n\r\t;#é")))
def test_xml_is_escaped_as_the_standard_library_does(text):
    from xml.sax import saxutils

    from layers.formats.writers import xml_text

    assert xml_text.escape(text) == saxutils.escape(text)
    assert xml_text.quoteattr(text) == saxutils.quoteattr(text)


def test_texts_that_are_made_already_stand_in_the_files_as_they_would():
    frame = plain_types(pd.DataFrame({
        "name": ["=1+1", 'a "b"', "c,d", "", None],
        "n": [1.0, 2.5, None, -0.0, 1e-9],
        "whole": [1.0, None, 2.0, 3.0, 4.0],
        "day": pd.to_datetime(["2016-09-19", None, None, "2017-01-01", None]),
        "lon": [17.5, None, 1.0, 2.0, 3.0],
        "lat": [4.3, 1.0, None, 2.0, 3.0],
    }))  # fmt: skip
    made = frame_texts(frame)
    for some in (made, {n: made[n] for n in ("name", "n", "lat")}):
        pieces, changed = csv_pieces(frame, texts=some)
        assert (whole(pieces), changed) == csv_bytes(frame)
        assert whole(geojson_pieces(frame, texts=some)) == geojson_bytes(frame)
