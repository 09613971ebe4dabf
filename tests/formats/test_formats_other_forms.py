"""Other forms of the same data: records in JSON, GPX, gzip, native shapes of GeoParquet, several layers, odd shapes."""

from __future__ import annotations

import gzip
import io
import json
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapefile
import shapely

from geo.errors import FormatError, LimitExceededError
from layers.formats import LOCAL, UPLOAD, read
from layers.formats.choice import Choice
from layers.formats.writers.geopackage import geopackage_bytes


def as_json(document: object) -> bytes:
    return json.dumps(document).encode()


# records


@pytest.mark.parametrize(
    "document",
    [
        [{"id": 1, "lat": 4.25}, {"id": 2, "note": "x"}],
        {"count": 2, "data": [{"id": 1, "lat": 4.25}, {"id": 2, "note": "x"}]},
        {"status": 200, "empty": [], "rows": [{"id": 1, "lat": 4.25}, {"id": 2, "note": "x"}]},
    ],
    ids=["list", "under a name", "beside an empty list"],
)
def test_a_list_of_records_is_a_table(document):
    table = read(as_json(document), "reply.json")
    assert table.frame.to_dict("records") == [
        {"id": "1", "lat": "4.25", "note": ""},
        {"id": "2", "lat": "", "note": "x"},
    ]
    assert (table.format, table.row.tolist(), table.accounting["read"]) == ("json", [1, 2], 2)


def test_objects_inside_a_record_are_columns_by_their_path():
    table = read(as_json([{"id": 1, "place": {"lat": 4.25, "lon": {"deg": 17}}}]), "a.json")
    assert table.frame.loc[0, "place.lat"] == "4.25"
    assert table.frame.loc[0, "place.lon.deg"] == "17"


def test_a_page_of_a_reply_says_that_there_are_more():
    one = {"TotalPages": 3, "NextPageUrl": "x", "Result": [{"id": 1}]}
    assert any("other pages" in note for note in read(as_json(one), "a.json").notes)
    assert not read(as_json({"TotalPages": 1, "NextPageUrl": "", "Result": [{"id": 1}]}), "a.json").notes[1:]


@pytest.mark.parametrize("document", [[1, 2], {"a": 1}, {"a": [{"x": 1}], "b": [{"y": 1}]}, [[1], [2]], "text", None])
def test_json_that_is_no_list_of_records_is_refused_with_a_remedy(document):
    with pytest.raises(FormatError):
        read(as_json(document), "a.json")


def test_records_keep_to_the_limits():
    from dataclasses import replace

    with pytest.raises(LimitExceededError, match="rows"):
        read(as_json([{"a": i} for i in range(11)]), "a.json", gateway=replace(UPLOAD, rows=10))
    with pytest.raises(LimitExceededError, match="columns"):
        read(as_json([{f"c{i}": i for i in range(11)}]), "a.json", gateway=replace(UPLOAD, columns=10))


# gpx

GPX = (
    '<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><wpt lat="4.25" lon="17.5"><ele>300</ele>'
    "<name>Koso</name></wpt><rte><name>Way</name><rtept lat='4' lon='17'/><rtept lat='5' lon='18'/></rte>"
    "<trk><name>Walk</name><trkseg><trkpt lat='4' lon='17'/><trkpt lat='4.1' lon='17.1'/></trkseg>"
    "<trkseg><trkpt lat='4.2' lon='17'/><trkpt lat='4.3' lon='17.1'/></trkseg></trk></gpx>"
)


def test_waypoints_routes_and_tracks_of_a_gpx():
    table = read(GPX.encode(), "walk.gpx")
    assert table.frame["name"].tolist() == ["Koso", "Way", "Walk"]
    assert [g.geom_type for g in table.geometry] == ["Point", "LineString", "MultiLineString"]
    assert (table.geometry[0].x, table.geometry[0].y) == (17.5, 4.25)
    assert table.format == "gpx"
    lines = read(GPX.encode(), "walk.gpx", purpose="lines")
    assert len(lines.frame) == 2


def test_a_gpx_with_a_document_type_or_a_broken_point_is_told():
    with pytest.raises(FormatError, match="document type"):
        read(b"<!DOCTYPE gpx [<!ENTITY a 'b'>]>" + GPX.encode(), "walk.gpx")
    table = read(b'<gpx><wpt lat="x" lon="1"/><wpt lat="1" lon="2"/></gpx>', "w.gpx")
    assert table.rejected["reason"].tolist() == ["geometry_malformed"]
    assert len(table.frame) == 1


# gzip


def test_a_gzip_file_is_read_as_what_it_holds():
    table = read(gzip.compress(b"id,lat\n1,4.25\n"), "mines.csv.gz")
    assert table.frame.to_dict("records") == [{"id": "1", "lat": "4.25"}]
    assert table.name == "mines.csv.gz"
    assert table.meta["member"] == "mines.csv"
    packed = gzip.compress(as_json([{"id": 1}]))
    assert read(packed, "reply.json.gz").format == "json"


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(b"id\n1\n")[:-6],
        gzip.compress(b"id\n1\n") + b"tail",
        gzip.compress(gzip.compress(b"id\n1\n")),
        b"\x1f\x8b" + b"\x00" * 30,
    ],
    ids=["cut", "tail", "nested", "damaged"],
)
def test_odd_gzip_files_are_refused(data):
    with pytest.raises(FormatError, match=r"archive is refused"):
        read(data, "a.csv.gz")


def test_a_gzip_bomb_meets_the_ratio():
    with pytest.raises(LimitExceededError, match="ratio"):
        read(gzip.compress(b"0" * 8_000_000), "a.csv.gz", gateway=UPLOAD)


# several layers


def shape_zip(*layers: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for n, layer in enumerate(layers):
            parts = {ending: io.BytesIO() for ending in ("shp", "shx", "dbf")}
            with shapefile.Writer(**parts, shapeType=shapefile.POINT) as writer:
                writer.field("NAME", "C")
                writer.point(17 + n, 4)
                writer.record(layer)
            for ending, data in parts.items():
                archive.writestr(f"{layer}.{ending}", data.getvalue())
    return out.getvalue()


def test_the_layers_of_a_zip_are_named_and_one_may_be_chosen():
    table = read(shape_zip("north", "south"), "pits.zip")
    assert (table.layers, table.meta["layer"], table.frame["NAME"].tolist()) == (("north", "south"), "north", ["north"])
    assert any("south" in note and "--layer" in note for note in table.notes)
    assert read(shape_zip("north", "south"), "pits.zip", choice=Choice(layer="South")).frame["NAME"].tolist() == [
        "south"
    ]
    with pytest.raises(FormatError, match="no such layer"):
        read(shape_zip("north", "south"), "pits.zip", choice=Choice(layer="east"))


def test_the_tables_of_a_zip_are_layers_too():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.csv", "id\n1\n")
        archive.writestr("b/b.csv", "id\n2\n")
    table = read(out.getvalue(), "tables.zip", choice=Choice(layer="b"))
    assert (table.frame["id"].tolist(), table.layers) == (["2"], ("a", "b"))


def test_the_layers_of_a_geopackage_are_named():
    import pandas as pd

    data = geopackage_bytes(pd.DataFrame({"id": ["1"], "lon": [17.0], "lat": [4.0]}))
    assert len(read(data, "a.gpkg").layers) == 1


# shapes


def one(geometry: object) -> bytes:
    return as_json(
        {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry": geometry}]}
    )


SQUARE = [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]


def test_a_collection_of_areas_alone_is_an_area():
    inner = {"type": "GeometryCollection", "geometries": [{"type": "Polygon", "coordinates": SQUARE}]}
    other = {"type": "MultiPolygon", "coordinates": [[[[2, 0], [3, 0], [3, 1], [2, 0]]]]}
    whole = one({"type": "GeometryCollection", "geometries": [inner, other]})
    assert read(whole, "a.geojson", purpose="polygons").geometry[0].geom_type == "MultiPolygon"
    mixed = one({"type": "GeometryCollection", "geometries": [inner, {"type": "Point", "coordinates": [0, 0]}]})
    assert read(mixed, "a.geojson", purpose="polygons").rejected["reason"].tolist() == ["not_an_area"]


def test_rounding_beyond_the_edge_of_the_globe_is_clipped_and_more_is_not():
    def edge(x: float) -> bytes:
        return one({"type": "Polygon", "coordinates": [[[179, 0], [x, 0], [x, 1], [179, 0]]]})

    assert read(edge(180.00000000000003), "a.geojson").geometry[0].bounds[2] == 180.0
    assert len(read(edge(180.001), "a.geojson").rejected) == 1


def native(kind: str, values: list[object]) -> bytes:
    xy = pa.struct([("x", pa.float64()), ("y", pa.float64())])
    depth = {"point": 0, "linestring": 1, "polygon": 2, "multipolygon": 3}[kind]
    of = xy
    for _ in range(depth):
        of = pa.list_(of)
    table = pa.table({"name": [str(i) for i in range(len(values))], "geometry": pa.array(values, type=of)})
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": {"encoding": kind}}}
    out = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), out)
    return out.getvalue()


def ring(*points: tuple[float, float]) -> list[dict[str, float]]:
    return [{"x": x, "y": y} for x, y in points]


def test_native_shapes_of_a_geoparquet():
    outer, hole = ring((0, 0), (4, 0), (4, 4), (0, 0)), ring((2, 1), (3, 1), (3, 2), (2, 1))
    table = read(native("polygon", [[outer, hole], None, [outer]]), "a.parquet")
    assert table.geometry[0].equals(shapely.Polygon([(0, 0), (4, 0), (4, 4)], [[(2, 1), (3, 1), (3, 2)]]))
    assert table.geometry[1] is None
    assert table.geometry[2].area == 8.0
    assert read(native("multipolygon", [[[outer], [hole]]]), "a.parquet").geometry[0].geom_type == "MultiPolygon"
    points = read(native("point", [{"x": 17.5, "y": 4.25}, None]), "a.parquet").geometry
    assert ((points[0].x, points[0].y), points[1]) == ((17.5, 4.25), None)


def test_native_shapes_that_are_not_nested_as_they_say_are_refused():
    table = pa.table({"geometry": pa.array([1.0, 2.0])})
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": {"encoding": "polygon"}}}
    out = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), out)
    with pytest.raises(FormatError):
        read(out.getvalue(), "a.parquet", gateway=LOCAL)


def test_a_native_layer_has_no_more_vertices_than_the_gateway_lets_in():
    from dataclasses import replace

    line = ring(*((float(x), float(y)) for x, y in zip(np.linspace(0, 10, 50), np.linspace(0, 10, 50), strict=True)))
    with pytest.raises(LimitExceededError, match="vertices"):
        read(native("linestring", [line]), "a.parquet", gateway=replace(UPLOAD, vertices=10))
