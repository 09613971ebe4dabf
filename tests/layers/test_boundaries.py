"""Boundary sets: names, levels, vintages, repairs."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
import shapefile
import shapely

from geo.errors import InputError
from geo.spatial.polygons import locate
from layers.sources.boundaries import read_boundaries
from layers.sources.read_options import ReadOptions

SQUARE = [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]
NEXT = [[[1, 0], [2, 0], [2, 1], [1, 1], [1, 0]]]
BOW_TIE = [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]]


def geojson(*units: tuple[dict, object], **members: object) -> bytes:
    features = [
        {"type": "Feature", "properties": p, "geometry": c if c is None else {"type": "Polygon", "coordinates": c}}
        for p, c in units
    ]
    return json.dumps({"type": "FeatureCollection", **members, "features": features}).encode()


GEO = {"shapeName": "Boda", "shapeID": "CAF-1", "shapeGroup": "CAF", "shapeType": "ADM2"}


def test_geoboundaries():
    layer = read_boundaries(geojson((GEO, SQUARE), (GEO | {"shapeName": "Nola"}, NEXT)), "caf_2015.geojson")
    assert layer.frame["unit"].tolist() == ["Boda", "Nola"]
    assert layer.frame["country"].tolist() == ["CAF", "CAF"]
    assert layer.frame["code"].tolist()[0] == "CAF-1"
    assert (layer.level, layer.version, layer.repairs) == (2, "unknown", [])
    assert locate([0.5, 1.5, 9.0], [0.5, 0.5, 0.5], layer).tolist() == [0, 1, -1]
    assert layer.accounting == {"read": 2, "accepted": 2, "rejected": 0}


@pytest.mark.parametrize(
    ("columns", "level", "unit", "parent"),
    [
        (
            {"admin2Name": "Boda", "admin2Pcod": "CF123", "admin1Name": "Lobaye", "admin0Name": "RCA"},
            2,
            "Boda",
            "Lobaye",
        ),
        ({"ADM1_FR": "Lobaye", "ADM1_PCODE": "CF12", "ADM0_PCODE": "CF"}, 1, "Lobaye", ""),
        ({"adm1_code": "CAF-1", "name": "Lobaye", "adm0_a3": "CAF"}, 1, "Lobaye", ""),
        ({"adm1_code": "CAF-1", "name": "Lobaye", "region": "", "adm0_a3": "CAF"}, 1, "Lobaye", ""),
        ({"nom": "Boda", "iso3": "CAF"}, 0, "Boda", ""),
        ({"pcode": "CF123", "iso3": "CAF"}, 0, "CF123", ""),
        ({"REGION": "North", "DISTRICT": "Boda", "iso3": "CAF"}, 2, "Boda", "North"),
        ({"DISTRICT": "Boda", "iso3": "CAF"}, 0, "Boda", ""),
        ({"state_code": "7", "mun_name": "Boda", "iso3": "CAF"}, 2, "Boda", "7"),
        ({"state_name": "Lobaye", "id": "1", "iso3": "CAF"}, 1, "Lobaye", ""),
        ({"DPTO_CNMBR": "Lobaye", "MPIO_CNMBR": "Boda", "MPIO_CCDGO": "12", "iso3": "CAF"}, 2, "Boda", "Lobaye"),
        ({"ADM3_EN": "Bagandou", "ADM2_EN": "Boda", "ADM1_EN": "Lobaye", "iso3": "CAF"}, 3, "Bagandou", "Boda"),
        ({"GID_0": "CAF", "COUNTRY": "Central African Republic"}, 0, "Central African Republic", ""),
        ({"name": "Central African Republic", "iso3": "CAF"}, 0, "Central African Republic", ""),
    ],
)
def test_columns_of_names_codes_and_levels(columns, level, unit, parent):
    layer = read_boundaries(geojson((columns, SQUARE)), "x.geojson")
    assert layer.level == level
    assert layer.frame[["unit", "parent", "country"]].to_numpy().tolist() == [[unit, parent, "CAF"]]


@pytest.mark.parametrize("member", ["validOn", "date", "boundaryYearRepresented"])
def test_the_vintage_is_that_of_the_file_and_never_of_its_name(member):
    assert read_boundaries(geojson((GEO, SQUARE), **{member: "2015"}), "x_2020.geojson").version == "2015"
    assert read_boundaries(geojson((GEO | {member: "2015"}, SQUARE)), "x.geojson").version == "2015"
    both = read_boundaries(geojson((GEO, SQUARE), **{member: 2015}), "x.geojson", version="2014")
    assert both.version == "2015"
    assert any("2014" in note for note in both.notes)
    named = geojson((GEO, SQUARE), name="caf_adm2_2015")
    assert read_boundaries(named, "caf_adm2_2015.geojson").version == "unknown"
    assert read_boundaries(named, "caf_adm2_2015.geojson", version="2015").version == "2015"


def test_an_invalid_polygon_is_repaired_and_its_change_of_area_told():
    layer = read_boundaries(geojson((GEO, BOW_TIE)), "x.geojson")
    assert layer.geometry[0].is_valid
    assert layer.geometry[0].area == pytest.approx(2.0)
    (repair,) = layer.repairs
    assert repair["unit"] == "Boda"
    assert repair["fault"] == "Self-intersection"
    assert repair["area_change_m2"] == pytest.approx(2.46e10, rel=0.01)
    assert any("repaired" in note for note in layer.notes)


def test_names_that_occur_twice_are_told_and_stay_apart():
    layer = read_boundaries(geojson((GEO, SQUARE), (GEO | {"shapeName": "BODA province"}, NEXT)), "x.geojson")
    assert len(layer.frame) == 2
    assert any("share the name" in note for note in layer.notes)


def test_rows_without_a_polygon_or_a_name_are_rejected():
    layer = read_boundaries(geojson((GEO, SQUARE), (GEO, None), ({"shapeName": "", "shapeID": ""}, NEXT)), "x.geojson")
    assert layer.rejected["reason"].tolist() == ["geometry_null", "missing_value"]
    assert layer.accounting == {"read": 3, "accepted": 1, "rejected": 2}


def test_errors_name_what_was_found():
    with pytest.raises(InputError, match="colour"):
        read_boundaries(geojson(({"colour": "red"}, SQUARE)), "x.geojson")
    with pytest.raises(InputError, match="no polygons"):
        read_boundaries(b"name,x\nBoda,1\n", "x.csv")
    with pytest.raises(InputError, match="No row can be used"):
        read_boundaries(geojson((GEO, None)), "x.geojson")
    with pytest.raises(InputError, match="country is not known"):
        read_boundaries(geojson((GEO, SQUARE)), "x.geojson", country="Atlantis")


def test_a_level_that_nothing_states_is_told_and_used_for_no_rule():
    titles = geojson(({"name": "12345", "type": "PE", "holder": "X"}, SQUARE))
    layer = read_boundaries(titles, "titles_2015.geojson")
    assert (layer.level, layer.level_basis) == (0, "unknown")
    assert any("--level" in note for note in layer.notes)
    assert read_boundaries(titles, "units_adm2.geojson").level == 2
    assert read_boundaries(titles, "units_adm2.geojson").level_basis == "file"
    assert read_boundaries(titles, "x.geojson", options=ReadOptions(level=1)).level == 1
    countries = geojson(({"name": "Rwanda"}, SQUARE), ({"name": "Burundi"}, NEXT))
    assert (read_boundaries(countries, "x.geojson").level_basis) == "names"


@pytest.mark.parametrize("properties", [{"Id": 0}, {"objectid": 4}, {"MPIO_CCDGO": "05001", "NOMB_MPI": "Boda"}])
def test_a_layer_without_a_column_of_names_is_refused_with_its_columns(properties):
    features = [
        {
            "type": "Feature",
            "id": "first",
            "properties": properties,
            "geometry": {"type": "Polygon", "coordinates": SQUARE},
        }
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    with pytest.raises(InputError) as fault:
        read_boundaries(text, "x.geojson")
    assert all(column in str(fault.value) for column in properties)
    name = next(iter(properties))
    mapped = read_boundaries(text, "x.geojson", options=ReadOptions(columns=(("unit", name),)))
    assert mapped.frame["unit"].tolist() == [str(properties[name])]


def test_the_empty_day_of_excel_is_no_vintage():
    empty = GEO | {"validOn": "1899-12-30", "date": "2021-06-24"}
    assert read_boundaries(geojson((empty, SQUARE)), "x.geojson").version == "2021-06-24"
    assert read_boundaries(geojson((GEO | {"validOn": "1899-12-30"}, SQUARE)), "x.geojson").version == "unknown"
    assert read_boundaries(geojson((GEO, SQUARE), validOn="1899-12-30"), "x.geojson").version == "unknown"


def test_polygons_in_a_column_are_boundaries_too():
    text = b'ADM2_EN,iso3,WKT\nBoda,CAF,"POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))"\n'
    layer = read_boundaries(text, "units.csv")
    assert (layer.level, layer.frame["unit"].tolist()) == (2, ["Boda"])


def test_level_and_country_may_be_given():
    layer = read_boundaries(geojson(({"name": "Boda"}, SQUARE)), "x.geojson", level=1, country="RCA")
    assert (layer.level, layer.frame["country"].tolist()) == (1, ["CAF"])


def shape_zip(path: Path, prj: str | None, points: list[tuple[float, float]]) -> bytes:
    with shapefile.Writer(str(path / "units")) as out:
        out.field("admin1Name", "C")
        out.field("validOn", "D")
        out.poly([points])
        out.record("Kémo", "20140807")
    if prj is not None:
        (path / "units.prj").write_text(prj, encoding="utf-8")
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        for part in sorted(path.glob("units.*")):
            packed.write(part, part.name)
    return stream.getvalue()


def test_a_shapefile_of_metres_is_converted_by_its_prj(tmp_path):
    from pyproj import CRS, Transformer

    corners = [(20.0, 5.0), (20.0, 6.0), (21.0, 6.0), (21.0, 5.0), (20.0, 5.0)]
    utm = Transformer.from_crs(4326, 32634, always_xy=True)
    metres = [utm.transform(*corner) for corner in corners]
    layer = read_boundaries(shape_zip(tmp_path, CRS(32634).to_wkt("WKT1_ESRI"), metres), "units.zip")
    assert layer.level == 1
    assert layer.version == "2014-08-07"
    assert layer.frame["unit"].tolist() == ["Kémo"]
    assert shapely.equals_exact(layer.geometry[0].normalize(), shapely.Polygon(corners).normalize(), 1e-6)


def test_a_shapefile_without_prj_is_read_and_told(tmp_path):
    layer = read_boundaries(shape_zip(tmp_path, None, [(20.0, 5.0), (20.0, 6.0), (21.0, 6.0), (20.0, 5.0)]), "u.zip")
    assert any(".prj" in note for note in layer.notes)
