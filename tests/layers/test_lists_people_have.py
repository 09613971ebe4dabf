"""Lists as people really have them: without ids, with titles above the header, in other words, in metres, as areas."""

from __future__ import annotations

import io
import json

import numpy as np
import openpyxl
import pandas as pd
import pytest

from geo.errors import InputError
from layers.formats.values.coordinates import parse_degrees
from layers.formats.values.pairs import parse_pair
from layers.formats.values.utm import to_degrees
from layers.sources.layer import NoUsableRowError
from layers.sources.read_options import ReadOptions, Wishes
from layers.sources.sites import read_sites


def sites(text: str, name: str = "list.csv", **options):
    return read_sites(text.encode(), name, options=ReadOptions(**options))


def workbook(**sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def place(layer, at: int = 0) -> tuple[float, float]:
    return tuple(round(float(layer.sites[c].iloc[at]), 4) for c in ("lat", "lon"))


# ids


def test_a_list_without_ids_takes_its_names_or_numbers_its_rows_and_says_so():
    named = sites("nom,lat,lon\nKoso,4.1,17.2\nDabo,4.2,17.3\n")
    assert named.sites["site_id"].tolist() == ["Koso", "Dabo"]
    assert any("names" in note and "ids" in note for note in named.notes)
    again = sites("nom,lat,lon\nKoso,4.1,17.2\nKOSO,4.2,17.3\n")
    assert again.sites["site_id"].tolist() == ["row-1", "row-2"]
    assert any("numbered" in note for note in again.notes)


# columns by words

HEADS = [
    ("Concession No;Site;Latitud;Longitud;Sustancia;Municipio", "es"),
    ("ID da jazida;Nome da mina;Latitude (graus);Longitude (graus);Substâncias;Município", "pt"),
    ("Kennung;Name der Grube;Geogr. Breite;Geogr. Länge;Rohstoff;Landkreis", "de"),
    ("MineID;MineName;lat_dd_wgs84;long_dd_wgs84;Main commodity;COUNTY", "en"),
    ("_id;nom_du_site;_releve_latitude;_releve_longitude;Minerai exploité principal;Territoire", "fr"),
]


@pytest.mark.parametrize(("head", "_language"), HEADS, ids=[language for _, language in HEADS])
def test_columns_are_known_by_their_words(head, _language):
    layer = sites(f"{head}\nQ7;Koso;4,25;17,5;gold;Boda\n")
    row = layer.sites.iloc[0]
    assert (row["site_id"], row["name"], row["minerals"], row["admin2"]) == ("Q7", "Koso", "gold", "Boda")
    assert place(layer) == (4.25, 17.5)
    assert layer.columns_ignored == ()


def test_what_was_taken_for_what_and_what_was_left_is_kept():
    layer = sites("Mine Code,Mine Name,Latitude (DD),Longitude (DD),Foreman\nQ7,Koso,4.25,17.5,N. N.\n")
    assert layer.columns_used["lat"] == ("Latitude (DD)",)
    assert layer.columns_used["site_id"] == ("Mine Code",)
    assert layer.columns_ignored == ("Foreman",)


def test_minerals_in_several_numbered_columns_are_joined():
    layer = sites("id,lat,lon,commod1,commod2,commod3\n1,4,17,gold,,SnO2; WO3\n")
    assert layer.sites["minerals"].tolist() == ["gold;cassiterite;wolframite"]
    assert len(layer.columns_used["minerals"]) == 3
    assert sites("id,lat,lon,mineral1,mineral2\n1,4,17,gold,coltan\n").sites["minerals"].tolist() == ["gold;coltan"]


def test_the_primary_mineral_is_the_mineral_and_by_products_are_told_as_not_used():
    layer = sites("id,lat,lon,Primary Commodity,Secondary Commodity,Other Commodities\n1,4,17,copper,gold,SnO2\n")
    assert layer.sites["minerals"].tolist() == ["copper"]
    assert layer.columns_ignored == ("Secondary Commodity", "Other Commodities")


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("office latitude,office longitude", "gps_latitude,gps_longitude"),
        ("destination_latitude,destination_longitude", "mine_latitude,mine_longitude"),
        ("start_latitude,start_longitude", "pit_latitude,pit_longitude"),
    ],
)
def test_coordinates_of_something_else_are_not_those_of_the_site(wrong, right):
    layer = sites(f"id,{wrong},{right}\n1,-33.9,18.4,4.25,17.5\n")
    assert place(layer) == (4.25, 17.5)


def test_latitude_and_longitude_come_from_columns_that_belong_together():
    head = "id,camp latitude,pit latitude,pit longitude"
    assert place(sites(f"{head}\n1,5.0,4.25,17.5\n")) == (4.25, 17.5)


def test_a_column_by_hand_goes_before_its_spelling():
    text = "id,lat,lon,survey lat,survey lon\n1,0.5,0.5,4.25,17.5\n"
    layer = sites(text, columns=(("lat", "survey lat"), ("lon", "survey lon")))
    assert place(layer) == (4.25, 17.5)


def test_a_column_that_stands_twice_is_refused_only_where_it_is_needed_and_differs():
    layer = sites("id,lat,lon,remark,remark\n1,4.25,17.5,x,y\n")
    assert any("remark_2" in note for note in layer.notes)
    assert place(sites("id,lat,lon,lat\n1,4.25,17.5,4.25\n")) == (4.25, 17.5)
    with pytest.raises(InputError, match="stands twice"):
        sites("id,lat,lon,lat\n1,4.25,17.5,9.25\n")


def test_an_accuracy_in_metres_is_not_read_as_kilometres():
    layer = sites("id,lat,lon,GPS accuracy (m)\n1,4.25,17.5,8\n")
    assert layer.sites["coord_precision_km"].tolist() == [0.008]


# headers and sheets


def test_titles_and_groups_above_the_header_are_passed_over():
    rows = [
        ["Register of pits"],
        ["March"],
        ["Who", None, "Where", None],
        ["code", "name", "lat", "lon"],
        ["P1", "Koso", 4.25, 17.5],
    ]
    layer = read_sites(workbook(Pits=rows), "pits.xlsx")
    assert layer.sites["site_id"].tolist() == ["P1"]
    assert layer.sites["row"].tolist() == [5]
    assert any("header is row 4" in note for note in layer.notes)
    text = "Register of pits\n\ncode;name;lat;lon\nP1;Koso;4,25;17,5\n"
    assert place(sites(text)) == (4.25, 17.5)


def test_a_header_of_two_rows_is_joined():
    rows = [
        ["id", "nom", "Coordonnées", None, "minerai"],
        [None, None, "Latitude", "Longitude", None],
        ["P1", "Koso", 4.25, 17.5, "or"],
    ]
    layer = read_sites(workbook(Pits=rows), "pits.xlsx")
    assert place(layer) == (4.25, 17.5)
    assert layer.sites["minerals"].tolist() == ["gold"]
    assert any("two rows" in note for note in layer.notes)


PIT = [["code", "name", "lat", "lon"], ["P1", "Koso", 4.25, 17.5]]
OTHER = [["code", "name", "lat", "lon"], ["Z1", "Dabo", 5.25, 18.5]]


def test_the_first_sheet_that_fits_is_read_and_the_others_are_named():
    book = workbook(Cover=[["Field", "Meaning"], ["code", "our number"]], North=PIT, South=OTHER)
    layer = read_sites(book, "pits.xlsx")
    assert layer.sites["site_id"].tolist() == ["P1"]
    assert any("'North'" in note and "Cover, South" in note for note in layer.notes)
    assert any(note.endswith("not read: South.") for note in layer.notes)
    south = read_sites(book, "pits.xlsx", options=ReadOptions(sheet="south"))
    assert south.sites["site_id"].tolist() == ["Z1"]
    with pytest.raises(InputError, match="no such sheet"):
        read_sites(book, "pits.xlsx", options=ReadOptions(sheet="East"))


def test_an_error_names_the_sheet_that_was_looked_at():
    with pytest.raises(InputError, match=r"pits.xlsx \(Cover\)"):
        read_sites(workbook(Cover=[["Field", "Meaning"], ["code", "x"]]), "pits.xlsx")


def with_part(book: bytes, name: str, data: bytes) -> bytes:
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for info in given.infolist():
            made.writestr(info, given.read(info))
        made.writestr(name, data)
    return out.getvalue()


def test_parts_that_sharepoint_adds_are_left_unread():
    part = "<?xml version='1.0' encoding='utf-16'?><p:properties xmlns:p='x'/>".encode("utf-16")
    layer = read_sites(with_part(workbook(Pits=PIT), "customXml/item1.xml", part), "pits.xlsx")
    assert layer.sites["site_id"].tolist() == ["P1"]
    bomb = b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"
    assert len(read_sites(with_part(workbook(Pits=PIT), "customXml/item1.xml", bomb), "pits.xlsx").sites) == 1
    with pytest.raises(InputError, match="entities"):
        read_sites(with_part(workbook(Pits=PIT), "xl/extra.xml", bomb), "pits.xlsx")


def test_a_relationship_cannot_make_an_unread_part_a_sheet():
    book = workbook(Pits=PIT)
    import zipfile

    with zipfile.ZipFile(io.BytesIO(book)) as given:
        parts = {n: given.read(n) for n in given.namelist()}
    parts["customXml/item1.xml"] = b"<!DOCTYPE a []>" + parts.pop("xl/worksheets/sheet1.xml")
    rels = "xl/_rels/workbook.xml.rels"
    parts[rels] = parts[rels].replace(b"/xl/worksheets/sheet1.xml", b"/customXml/item1.xml")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, data in parts.items():
            made.writestr(name, data)
    with pytest.raises(InputError):
        read_sites(out.getvalue(), "pits.xlsx")


# coordinates

PAIRS = [
    ("4.26, 15.79", ("4.26", "15.79", "")),
    ("4.26 15.79", ("4.26", "15.79", "")),
    ("4,26 15,79", ("4,26", "15,79", "")),
    ("4,26 ; 15,79", ("4,26", "15,79", "")),
    ("4,26, 15,79", ("4,26", "15,79", "")),
    ("4,26,15,79", ("4,26", "15,79", "")),
    ("4, 26", ("4", "26", "")),
    ("4,26", ("", "", "coordinates_comma_ambiguous")),
    ("-4,26", ("", "", "coordinates_comma_ambiguous")),
    ("4.26", ("", "", "coordinates_incomplete")),
    ("N 4.26 E 15.79", ("N 4.26", "E 15.79", "")),
    ("15.79 E / 4.26 N", ("4.26 N", "15.79 E", "")),
    ("4°15'36\" Nord, 15°47'24\" Est", ("4°15'36\" N", "15°47'24\" E", "")),
    ("https://maps.example/?q=4.26,15.79", ("4.26", "15.79", "")),
    ("somewhere", ("", "", "coordinates_unreadable")),
    ("1 2 3 4 5", ("", "", "coordinates_unreadable")),
]


@pytest.mark.parametrize(("text", "expected"), PAIRS, ids=[text for text, _ in PAIRS])
def test_one_column_of_both_coordinates(text, expected):
    assert parse_pair(text) == expected


def test_a_decimal_comma_never_moves_a_mine():
    head = "id;Coordonnées;;pays\n"
    layer = sites(f"{head}1;4,16;15,88;RCA\n2;4,26;15,79;RCA\n")
    assert [place(layer, i) for i in (0, 1)] == [(4.16, 15.88), (4.26, 15.79)]
    assert any("stands over two columns" in note for note in layer.notes)
    turned = sites(f"{head}1;15,88;4,16;RCA\n")
    assert place(turned) == (4.16, 15.88)
    assert place(sites("id;Coordonnées\n1;4,26 15,79\n")) == (4.26, 15.79)
    alone = sites("id;Coordonnées\n1;4,26\n2;4.26, 15.79\n")
    assert alone.rejected["reason"].tolist() == ["coordinates_comma_ambiguous"]
    assert len(alone.sites) == 1


DEGREES = [
    ("4°15'36\"N", "lat", 4.26),
    ("4:15:36 N", "lat", 4.26),
    ("4-15-36N", "lat", 4.26),
    ("1°36,5' Sud", "lat", -1.608333333333),
    ("28 deg 55 min 12 sec E", "lon", 28.92),
    ("15°47´24´´ Oeste", "lon", -15.79),
    ("\u20131.6", "lat", -1.6),
    ("\u22121,6", "lat", -1.6),
    ("\u201174.25", "lon", -74.25),
]


@pytest.mark.parametrize(("text", "axis", "value"), DEGREES, ids=[text for text, *_ in DEGREES])
def test_spellings_of_one_coordinate(text, axis, value):
    found, reason, _ = parse_degrees(text, axis)
    assert reason == ""
    assert found == pytest.approx(value)


def test_degrees_with_decimals_take_no_minutes():
    assert parse_degrees("4,26 15,79", "lat")[1] == "coordinates_unreadable"
    assert parse_degrees("4.26° 15'", "lat")[1] == "coordinates_unreadable"


def test_degrees_minutes_and_seconds_in_columns_of_their_own():
    head = "id,Lat deg,Lat min,Lat sec,Lat dir,Long deg,Long min,Long sec,Long dir"
    layer = sites(f"{head}\n1,1,36,36,S,28,55,12,E\n")
    assert place(layer) == (-1.61, 28.92)


def test_utm_metres_need_a_zone_and_say_that_they_were_converted():
    text = "id,zone,easting,northing\n1,35S,715000,9820000\n"
    layer = sites(text)
    assert place(layer) == (-1.6276, 28.9326)
    assert any("UTM" in note for note in layer.notes)
    assert place(sites("id,x,y\n1,715000,9820000\n", crs="35S")) == (-1.6276, 28.9326)
    assert place(sites("id,x,y\n1,715000,9820000\n", crs="EPSG:32735")) == (-1.6276, 28.9326)
    assert place(sites("id,position\n1,35M 715000 9820000\n", columns=(("location", "position"),))) == (
        -1.6276,
        28.9326,
    )
    with pytest.raises(InputError, match="coordinates_in_metres"):
        sites("id,x,y\n1,715000,9820000\n")
    # A zone that is a district stays one.
    kept = sites("id,zone,lat,lon\n1,Boda,4.25,17.5\n")
    assert kept.sites["admin2"].tolist() == ["Boda"]


def test_a_hemisphere_is_told_by_the_country_where_the_zone_leaves_it_open():
    east, north = np.array([500_000.0]), np.array([3_900_000.0])
    lebanon, nowhere = (35.0, 33.0, 36.7, 34.8), None
    _, lat, why = to_degrees(east, north, ["36S"], [nowhere])
    assert lat[0] == pytest.approx(35.24, abs=0.01)  # band S, 32 to 40 degrees north
    _, lat, why = to_degrees(np.array([750_000.0]), np.array([3_800_000.0]), ["36"], [lebanon])
    assert lat[0] == pytest.approx(34.3, abs=0.05)
    _, lat, why = to_degrees(east, north, ["36"], [nowhere])
    assert why.tolist() == ["coordinates_zone_unclear"]


def test_a_swap_is_offered_and_done_only_when_asked():
    text = "id,lon,lat,country\n1,4.25,17.5,CAF\n2,17.5,4.25,CAF\n"
    layer = sites(text)
    assert layer.rejected["reason"].tolist() == ["coordinates_swapped"]
    assert any("--swap" in note for note in layer.notes)
    swapped = sites("id,lon,lat,country\n1,4.25,17.5,CAF\n", swap=True)
    assert place(swapped) == (4.25, 17.5)
    shape = {"type": "Point", "coordinates": [4.25, 17.5]}
    features = [{"type": "Feature", "properties": {"id": "1", "country": "CAF"}, "geometry": shape}]
    turned = sites(json.dumps({"type": "FeatureCollection", "features": features}), "l.geojson", swap=True)
    assert place(turned) == (4.25, 17.5)
    assert all("Longitude and latitude are exchanged, as asked." in told.notes for told in (swapped, turned))
    assert "Longitude and latitude are exchanged, as asked." not in layer.notes


def test_a_place_over_the_border_of_the_stated_country_is_told_with_the_country_that_it_lies_in():
    layer = sites("id,lat,lon,country\n1,-1.95,30.06,COD\n2,-1.6,28.9,COD\n")
    assert len(layer.sites) == 2
    assert any("COD → RWA" in note and "1 place lies" in note for note in layer.notes)


# areas


def test_areas_are_sites_only_when_asked_and_carry_half_their_extent_as_error():
    text = 'id,WKT,minerals\n1,"POLYGON ((17 4, 17.02 4, 17.02 4.02, 17 4.02, 17 4))",gold\n2,POINT (18 5),gold\n'
    layer = sites(text)
    assert layer.rejected["reason"].tolist() == ["not_a_point"]
    both = sites(text, areas_as_points=True)
    assert both.sites["site_id"].tolist() == ["1", "2"]
    first, second = both.sites["coord_precision_km"].tolist()
    assert first == pytest.approx(1.57, abs=0.01)
    assert np.isnan(second)
    assert place(both, 1) == (5.0, 18.0)


# options


def test_options_for_all_files_and_for_one():
    wishes = Wishes.parse(columns=["lat=Y"], sheet=["b.xlsx:Mines"], swap=["c.csv"], level=["2"], crs=["EPSG:32735"])
    assert wishes.of("a.csv") == ReadOptions(columns=(("lat", "Y"),), level=2, crs="EPSG:32735")
    assert wishes.of("/data/b.xlsx").sheet == "Mines"
    assert wishes.of("c.csv").swap
    assert not wishes.of("b.xlsx").swap
    with pytest.raises(InputError, match="FIELD=COLUMN"):
        Wishes.parse(columns=["lat"])
    with pytest.raises(InputError, match="0, 1, 2 or 3"):
        Wishes.parse(level=["5"])


def test_unknown_minerals_are_told_and_a_list_without_minerals_says_so():
    assert any("unobtainium" in n for n in sites("id,lat,lon,mineral\n1,4,17,unobtainium\n").notes)
    assert any("no column of minerals" in n for n in sites("id,lat,lon\n1,4,17\n").notes)
    assert pd.isna(sites("id,lat,lon\n1,4,17\n").sites["coord_precision_km"]).all()


def test_a_file_without_a_usable_row_carries_the_reasons_and_says_what_can_be_asked_for():
    with pytest.raises(NoUsableRowError, match="--swap") as fault:
        sites("id,lon,lat,country\nP7,4.25,17.5,CAF\n")
    row = fault.value.rejected.iloc[0]
    assert (row["id"], row["row"], row["reason"]) == ("P7", 2, "coordinates_swapped")
    assert "CAF" in row["expected"]
    with pytest.raises(NoUsableRowError, match="--areas-as-points"):
        sites('id,WKT\n1,"POLYGON ((17 4, 17.02 4, 17.02 4.02, 17 4))"\n')
    with pytest.raises(NoUsableRowError, match="--crs"):
        sites("id,x,y\n1,715000,9820000\n")


def test_a_place_outside_its_country_is_told_outside_africa_too():
    layer = sites("id,name,country,lat,lon\n1,Pit A,New Caledonia,-21.5,165.5\n2,Pit B,New Caledonia,-20.7,139.5\n")
    assert [note for note in layer.notes if "outside the country" in note and "3 (NCL)" in note]
    inside = sites("id,name,country,lat,lon\n1,Pit A,Peru,-12.5,-75.5\n")
    assert not [note for note in inside.notes if "outside the country" in note]
