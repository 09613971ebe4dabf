"""Lists in any format: columns by name, by hand, own ids, and an answer for every row."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from geo.errors import InputError
from jobs.screening.supplier_list import read_suppliers
from layers.formats.reasons import REASONS
from layers.formats.writers.geopackage import geopackage_bytes
from layers.formats.writers.kml import kml_bytes
from layers.formats.writers.xlsx import xlsx_bytes
from tests.companies.lists import FAULTY, as_csv


def test_every_faulty_row_is_answered_with_a_known_reason():
    good = [{"supplier_id": f"CAR-{i}", "lat": "4.3", "lon": "15.8"} for i in (1, 2)]
    found = read_suppliers(as_csv(*good, *(row for row, _ in FAULTY)), "list.csv")
    assert found.accounting == {"read": 32, "accepted": 2, "rejected": 30}
    for got, (_given, reason) in zip(found.rows["reason"].tolist()[2:], FAULTY, strict=True):
        assert got in REASONS
        assert got == reason or not reason


def test_a_row_that_the_gateway_turns_down_is_still_answered():
    found = read_suppliers(b"supplier_id,lat,lon\nA,4.3,15.8\nB,4.3,15.8,extra,more\nC,4.3,15.8\n", "l.csv")
    assert found.rows["supplier_id"].tolist() == ["A", "B", "C"]
    assert found.rows["answer"].tolist() == ["accepted", "rejected", "accepted"]
    assert found.rows["reason"].tolist()[1] == "too_many_fields"
    assert found.rows["row"].tolist() == [2, 3, 4]


def test_french_columns_and_decimal_commas():
    text = "Code fournisseur;Nom du site;Latitude;Longitude;Pays;Minerai;Précision (km);Pays de transit\n"
    text += "F-1;Mine de Boda;4,317;17,467;RCA;Diamant;2;Cameroun → COG\n"
    row = read_suppliers(text.encode(), "liste.csv").rows.iloc[0]
    assert (row["supplier_id"], row["country"], row["minerals"], row["coord_precision_km"]) == (
        "F-1",
        "CAF",
        "diamond",
        2,
    )
    assert row["route_countries"] == "CMR;COG"
    assert (row["lon"], row["lat"]) == (17.467, 4.317)


def test_columns_by_hand_win_and_a_blank_means_none():
    text = b"id,k,lat,lon,my lat\nx,A,1,15.8,4.3\n"
    found = read_suppliers(text, "l.csv", mapping={"supplier_id": "k", "lat": "my lat", "country": ""})
    assert found.rows["supplier_id"].tolist() == ["A"]
    assert found.rows["lat"].tolist() == [4.3]
    assert found.mapping["lat"] == "my lat"
    with pytest.raises(InputError, match="mapping"):
        read_suppliers(text, "l.csv", mapping={"lat": "nowhere"})
    with pytest.raises(InputError, match="mapping"):
        read_suppliers(text, "l.csv", mapping={"latitude": "lat"})


def test_a_list_without_an_id_column_says_what_it_lacks():
    with pytest.raises(InputError, match="supplier_id"):
        read_suppliers(b"colour,height\nred,20\n", "l.csv")


def test_the_columns_that_were_taken_are_told():
    found = read_suppliers(b"Code;Lieu;lat;lon\nA;B;4;20\n", "l.csv")
    assert found.mapping == {"supplier_id": "Code", "site_name": "Lieu", "lat": "lat", "lon": "lon"}


@pytest.mark.parametrize(
    ("name", "write"), [("l.xlsx", xlsx_bytes), ("l.gpkg", geopackage_bytes), ("l.kml", kml_bytes)]
)
def test_other_formats(name, write):
    frame = pd.DataFrame({"supplier_id": ["007", "B"], "site_name": ["a", "b"], "lon": [15.8, 17.5], "lat": [4.3, 4.4]})
    found = read_suppliers(write(frame), name)
    assert found.rows["supplier_id"].tolist() == ["007", "B"]
    assert found.rows["lon"].round(6).tolist() == [15.8, 17.5]


def test_geojson_points_and_lines():
    shapes = [
        {"type": "Point", "coordinates": [15.8, 4.3]},
        {"type": "LineString", "coordinates": [[15.8, 4.3], [16.0, 4.4], [17.0, 4.4]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]},
        None,
    ]
    features = [
        {"type": "Feature", "properties": {"id": i, "country": "CAF"}, "geometry": g} for i, g in enumerate(shapes)
    ]
    found = read_suppliers(json.dumps({"type": "FeatureCollection", "features": features}).encode(), "l.geojson")
    assert found.rows["answer"].tolist() == ["accepted", "accepted", "rejected", "accepted"]
    assert found.rows["reason"].tolist()[2] == "not_a_point"
    assert found.rows["lon"].tolist()[:2] == [15.8, 15.8]
    assert found.lines[0] is None
    assert len(found.lines[1].coords) == 3
    assert np.isnan(found.rows["lon"][3]), "no geometry: the country is known, and that is what is answered"


def test_a_line_in_a_column():
    found = read_suppliers(as_csv({"supplier_id": "A", "route_line": "LINESTRING (15.8 4.3, 16 4.4, 17 4.4)"}), "l.csv")
    assert found.rows["answer"].tolist() == ["accepted"]
    assert found.rows["lat"].tolist() == [4.3]


def test_unknown_words_are_remarks_not_rejections():
    row = {
        "supplier_id": "A",
        "lat": "4.3",
        "lon": "15.8",
        "country": "Atlantis",
        "mineral": "unobtainium",
        "route_countries": "CMR;Xx",
    }
    found = read_suppliers(as_csv(row), "l.csv").rows.iloc[0]
    assert found["answer"] == "accepted"
    for word in ("Atlantis", "unobtainium", "Xx"):
        assert word in found["remarks"]


def test_a_zipped_shapefile_of_points():
    import io
    import zipfile

    import shapefile
    from pyproj import CRS

    parts = {k: io.BytesIO() for k in ("shp", "shx", "dbf")}
    with shapefile.Writer(**parts, shapeType=shapefile.POINT) as writer:
        writer.field("supplierid", "C")
        writer.field("nom_site", "C")
        for who, x, y in (("007", 15.8, 4.3), ("B", 17.5, 4.4)):
            writer.point(x, y)
            writer.record(who, "a")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for ending, data in parts.items():
            archive.writestr(f"list.{ending}", data.getvalue())
        archive.writestr("list.prj", CRS.from_epsg(4326).to_wkt("WKT1_ESRI"))
    found = read_suppliers(packed.getvalue(), "list.zip")
    assert found.rows["supplier_id"].tolist() == ["007", "B"]
    assert found.rows["lat"].tolist() == [4.3, 4.4]


def test_roads_out_of_a_geopackage():
    import shapely

    from layers.sources.roads import read_roads

    lines = np.array(
        [shapely.LineString([(20, 6), (20.5, 6.2), (21, 6)]), shapely.LineString([(21, 6), (22, 6)])], dtype=object
    )
    body = geopackage_bytes(pd.DataFrame({"maxspeed": ["60", ""]}), lines, layer="roads")
    layer = read_roads(body, "roads.gpkg")
    assert layer.network.weighted == "time"
    assert len(layer.network.lon) > 100
    assert layer.accounting["accepted"] == 2


def test_places_elsewhere_and_ways_that_begin_elsewhere_are_remarked_row_by_row():
    line = "LINESTRING (29 -1.7, 30 -2)"
    rows = [
        {"supplier_id": "A", "lat": "-1.95", "lon": "30.06", "country": "COD"},
        {"supplier_id": "B", "lat": "-1.6", "lon": "28.0", "country": "COD", "route_line": line},
        {"supplier_id": "C", "lat": "-1.7", "lon": "29.0", "country": "COD", "route_line": line},
    ]
    found = read_suppliers(as_csv(*rows), "l.csv").rows
    assert "lies in RWA" in found["remarks"][0]
    assert "begins far from the origin" in found["remarks"][1]
    assert found["remarks"][2] == ""


@pytest.mark.real_data
def test_a_global_list_is_read_whole_and_flagged_by_what_each_mine_is_for(shared_data):
    from geo.screening.origin_checks import dodd_frank
    from layers.reference.legal_schemes import covered_countries

    path = shared_data / "mines" / "icmm_global_mining_dataset_2025-09.xlsx"
    rows = read_suppliers(path, path.name).rows
    assert len(rows) == 8_508
    assert (rows["answer"] == "accepted").all()
    days = np.full(len(rows), np.datetime64("2025-09-30", "D").astype(np.int64))
    said = dodd_frank(rows["country"].to_numpy(dtype=object), rows["minerals"], days, covered_countries())
    assert (said == "covered").sum() == 19
