"""CSV, XLSX, GeoJSON, TopoJSON and shapefiles as publishers write them."""

from __future__ import annotations

import io
import json
import zipfile

import numpy as np
import pytest

from geo.errors import FormatError, InputError
from layers.formats import read


def test_text_stays_text():
    table = read(b"id;nom;pays;lat;lon\n001;Boda;NA;4,317;17,467\n1E5;Nola;;3,5;16,0\n", "a.csv")
    assert table.frame["id"].tolist() == ["001", "1E5"]
    assert table.frame["pays"].tolist() == ["NA", ""]
    assert table.meta == {"encoding": "utf-8", "delimiter": ";", "decimal": ",", "header_row": "1"}
    assert table.row.tolist() == [2, 3]
    assert all(str(t) == "str" for t in table.frame.dtypes)


def test_a_trailing_comma_shifts_nothing():
    table = read(b"a,b\n1,2,\n3,4,\n", "a.csv")
    assert table.frame.to_numpy().tolist() == [["1", "2"], ["3", "4"]]
    assert "trailing_field" in table.remarks


def test_one_bad_row_never_stops_the_rest():
    table = read(b'id,b\nA,2\nB,2,3,4\nC\n\nD,"x"y\nE,6\n', "a.csv")
    assert table.frame["id"].tolist() == ["A", "E"]
    assert table.rejected[["row", "reason"]].to_numpy().tolist() == [
        [3, "too_many_fields"],
        [4, "too_few_fields"],
        [6, "quote_stray"],
    ]
    assert table.accounting == {"read": 5, "accepted": 2, "rejected": 3}
    assert table.rejected["id"].tolist() == ["B", "C", ""]


def test_rows_that_excel_ended_early():
    table = read(b"id,lat,lon,notes\n1,4,17,x\n2,4,17\n3,4,17\n4,4,17,\n", "a.csv")
    assert table.frame["id"].tolist() == ["1", "2", "3", "4"]
    assert table.frame["notes"].tolist() == ["x", "", "", ""]
    assert table.row.tolist() == [2, 3, 4, 5]
    assert table.remarks == {"short_row": [3, 4]}


@pytest.mark.parametrize(
    "lines",
    [
        b"1,Mine de\nBoda,4,17\n2,Mine de\nNola,4,17\n",
        b"1,Mine\nde\nBoda,4,17\n2,Mine\nde\nNola,4,17\n",
        b"1,x,4,17\n2,x,4",
        b"1,x,4\n2,x\n3,x,4,17\n4,x,4,17\n5,x\n6,x,4\n",
    ],
)
def test_rows_that_a_line_break_cut_are_not_taken(lines):
    table = read(b"id,name,lat,lon\n" + lines, "a.csv")
    assert set(table.rejected["reason"]) == {"too_few_fields"}
    assert table.remarks == {}


def test_hxl_comments_and_quoted_newlines():
    table = read(b'# a comment\nid,text\n#id,#text\n1,"two\nlines"\n', "a.csv")
    assert table.frame.to_numpy().tolist() == [["1", "two\nlines"]]
    assert table.row.tolist() == [4]


def test_encodings():
    assert read("id,nom\n1,Berbérati\n".encode("cp1252"), "a.csv").frame.loc[0, "nom"] == "Berbérati"
    assert read("\ufeffid,nom\n1,Berbérati\n".encode(), "a.csv").frame.columns.tolist() == ["id", "nom"]


def test_an_unclosed_quote_is_an_error_and_not_one_giant_cell():
    with pytest.raises(FormatError, match="never closed"):
        read(b'id,b\n1,"two\n3,4\n', "a.csv")


def test_columns_can_be_chosen():
    assert read(b"a,b,c\n1,2,3\n", "a.csv", columns={"c", "a", "z"}).frame.columns.tolist() == ["a", "c"]


def test_geojson_keeps_exact_text():
    features = [
        {
            "type": "Feature",
            "properties": {"id": 12, "f": 0.1, "n": None, "b": True, "o": {"x": [1]}, "t": "001"},
            "geometry": {"type": "Point", "coordinates": [17.4, 4.3, 500]},
        }
    ]
    data = json.dumps({"type": "FeatureCollection", "name": "GED", "validOn": "2015", "features": features}).encode()
    table = read(data, "a.geojson", purpose="points")
    assert table.frame.loc[0].to_dict() == {"id": "12", "f": "0.1", "n": "", "b": "true", "o": '{"x":[1]}', "t": "001"}
    assert (table.geometry[0].x, table.geometry[0].y, table.geometry[0].has_z) == (17.4, 4.3, False)
    assert table.meta["collection_name"] == "GED"
    assert table.meta["validOn"] == "2015"
    assert table.remarks == {"height_dropped": [1]}


def test_topojson_shares_arcs():
    topology = {
        "type": "Topology",
        "transform": {"scale": [0.5, 0.5], "translate": [10, 0]},
        "objects": {
            "u": {"type": "GeometryCollection", "geometries": [{"type": "Polygon", "arcs": [[0, ~1]], "id": 7}]}
        },
        "arcs": [[[0, 0], [2, 0], [0, 2]], [[0, 0], [0, 2], [2, 0]]],
    }
    table = read(json.dumps(topology).encode(), "a.topojson", purpose="polygons")
    assert table.format == "topojson"
    assert table.geometry[0].area == 1
    assert table.frame["id"].tolist() == ["7"]


def zipped_shapefile(folder: str = "", encoding: str = "utf-8", cpg: bool = True) -> bytes:
    import shapefile

    shp, shx, dbf, out = io.BytesIO(), io.BytesIO(), io.BytesIO(), io.BytesIO()
    with shapefile.Writer(shp=shp, shx=shx, dbf=dbf, shapeType=1, encoding=encoding) as writer:
        writer.field("code", "C", 10)
        writer.field("nom", "C", 40)
        writer.point(17.467, 4.317)
        writer.record("001", "Berbérati")
    with zipfile.ZipFile(out, "w") as archive:
        for suffix, part in (("shp", shp), ("shx", shx), ("dbf", dbf)):
            archive.writestr(f"{folder}mines.{suffix}", part.getvalue())
        if cpg:
            archive.writestr(f"{folder}mines.cpg", encoding)
    return out.getvalue()


@pytest.mark.parametrize(("folder", "encoding", "cpg"), [("", "utf-8", True), ("a/b/", "latin-1", False)])
def test_a_zipped_shapefile_in_a_folder(folder, encoding, cpg):
    table = read(zipped_shapefile(folder, encoding, cpg), "mines.zip", purpose="points")
    assert table.frame.loc[0].tolist() == ["001", "Berbérati"]
    assert np.allclose([table.geometry[0].x, table.geometry[0].y], [17.467, 4.317])


def test_a_workbook():
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["id", "n", "d"])
    book.active.append(["001", 1.5, __import__("datetime").date(2021, 3, 12)])
    book.active.append([None, None, None])
    book.active.append(["002", "#N/A", None])
    out = io.BytesIO()
    book.save(out)
    table = read(out.getvalue(), "a.xlsx")
    assert table.frame.to_numpy().tolist() == [["001", "1.5", "2021-03-12"], ["002", "", ""]]
    assert table.row.tolist() == [2, 4]
    assert table.remarks["cell_error"] == [4]


@pytest.mark.real_data
def test_publishers_files(shared_data):
    drc = read(shared_data / "mines" / "cod_mines_curated_all_opendata_p_ipis.csv")
    assert drc.frame.shape == (6955, 85)
    assert len(drc.rejected) == 0
    car = read(shared_data / "conflict" / "ucdp_ged_23_1_car.geojson", purpose="points")
    assert len(car.frame) == 1848
    assert car.meta["collection_name"] == "GEDEvent_v23_1"
    sample = read(shared_data / "conflict" / "ucdp_ged_sample1000_v23_49cols.csv")
    assert sample.frame.shape == (1000, 49)
    units = read(shared_data / "admin" / "geoboundaries_caf_adm2_2015_simplified.topojson", purpose="polygons")
    assert len(units.frame) == 72
    assert units.remarks == {"bow_tie": [72]}
    assert units.frame["shapeName"].iloc[71] == "Bimbo"


@pytest.mark.parametrize("ending", ["csv", "xlsx", "geojson", "gpkg", "parquet", "kml"])
def test_a_path_reads_like_its_bytes(ending, tmp_path):
    import pandas as pd

    from layers.formats.writers.write import write_bytes

    frame = pd.DataFrame({"id": pd.array(["001"], dtype="str"), "lon": [17.467], "lat": [4.317]})
    path = tmp_path / f"a?b#c%20 é'\".{ending}"
    path.write_bytes(write_bytes(frame, ending))
    by_path, by_bytes = read(path), read(path.read_bytes(), path.name)
    assert by_path.frame.equals(by_bytes.frame)
    assert (by_path.sha256, by_path.name, by_path.meta) == (by_bytes.sha256, by_bytes.name, by_bytes.meta)
    assert [p.name for p in tmp_path.iterdir()] == [path.name], "nothing is left beside the file"


def test_paths_that_are_no_files(tmp_path):
    for path in (tmp_path, tmp_path / "none.csv", "/dev/zero"):
        with pytest.raises(InputError):
            read(path)


def test_hexed_notes_and_names_carry_no_control_characters():
    with pytest.raises(FormatError) as caught:
        read(b'{"type": "\\u001b[31mred\\u202e"}', "../\x1b[31m\u202ea.geojson")
    assert str(caught.value).isprintable()
    assert str(caught.value).startswith("[31ma.geojson")


@pytest.mark.parametrize("columns", [["id"], {"id"}, frozenset({"id"}), None])
@pytest.mark.parametrize("ending", ["csv", "geojson", "gpkg", "parquet", "kml", "xlsx"])
def test_columns_can_be_chosen_in_every_format(ending, columns):
    import pandas as pd

    from layers.formats.writers.write import write_bytes

    frame = pd.DataFrame({"id": pd.array(["001"], dtype="str"), "other": pd.array(["x"], dtype="str")})
    found = read(write_bytes(frame, ending), f"a.{ending}", columns=columns).frame
    assert found["id"].tolist() == ["001"]
    assert ("other" in found) == (columns is None)


def test_columns_may_know_other_spellings():
    class Spelled(frozenset):
        def __contains__(self, name):
            return super().__contains__(name.casefold())

    import pandas as pd

    from layers.formats.writers.write import write_bytes

    frame = pd.DataFrame({"ID": pd.array(["001"], dtype="str"), "other": pd.array(["x"], dtype="str")})
    for ending in ("csv", "geojson", "gpkg", "parquet"):
        found = read(write_bytes(frame, ending), f"a.{ending}", columns=Spelled({"id"})).frame
        assert found.columns.tolist() == ["ID"], ending


def test_a_purpose_that_a_file_cannot_serve():
    with pytest.raises(FormatError, match="another format"):
        read(b"id\n1\n", "a.csv", purpose="raster")
    with pytest.raises(ValueError, match="purpose"):
        read(b"id\n1\n", "a.csv", purpose="anything")


def test_a_title_above_the_header_of_a_sheet_and_other_sheets():
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["List of mines"])
    book.active.append(["id", "name"])
    book.active.append(["001", "Boda"])
    book.active.append(["002", "=1+1"])
    book.create_sheet("More").append(["x", "y"])
    out = io.BytesIO()
    book.save(out)
    table = read(out.getvalue(), "a.xlsx")
    assert table.frame["id"].tolist() == ["001", "002"]
    assert table.row.tolist() == [3, 4]
    assert "formula_without_value" in table.remarks
    assert any("More" in n for n in table.notes)
    assert any("above the header" in n for n in table.notes)
