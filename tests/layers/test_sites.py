"""Mine sites of every layout."""

from __future__ import annotations

import datetime as dt
import io
import json

import numpy as np
import pandas as pd
import pytest

from geo.errors import InputError
from geo.schema import DTYPES, SITES, STATUSES, VISITS
from layers.reference import files
from layers.sources.ipis import HARM_CAR, HARM_DRC
from layers.sources.sites import read_sites

HEAD = "site_id,name,lat,lon,minerals,country,admin1,admin2,coord_precision_km"


def sites_of(*lines: str, head: str = HEAD, name: str = "list.csv", **options: str):
    return read_sites(("\n".join([head, *lines]) + "\n").encode(), name, **options)


def test_plain_list():
    layer = sites_of("001,Boda,4.317,17.467,Diamant;Or,RCA,Lobaye,Boda,0.1", "1,{{ 7*7 }},,,,,,,")
    assert {c.name: str(layer.sites[c.name].dtype) for c in SITES} == {c.name: DTYPES[c.type] for c in SITES}
    first, second = layer.sites.to_dict("records")
    assert (first["site_id"], first["source"], first["minerals"]) == ("001", "list.csv", "diamond;gold")
    assert (first["country"], first["country_basis"], first["admin2"]) == ("CAF", "row", "Boda")
    assert (first["lon"], first["lat"], first["coord_precision_km"], first["row"]) == (17.467, 4.317, 0.1, 2)
    assert second["name"] == "{{ 7*7 }}"
    assert np.isnan([second["lon"], second["lat"], second["coord_precision_km"]]).all()
    assert (second["country"], second["country_basis"], second["minerals"]) == ("", "", "")
    assert layer.accounting == {"read": 2, "accepted": 2, "rejected": 0}
    assert layer.sites_at(dt.date(1999, 1, 1))[0] is layer.sites


@pytest.mark.parametrize(
    "head",
    [
        "id;nom;latitude;longitude;minerai;pays;préfecture;sous-préfecture;précision (km)",
        "Code_Site;Nom du site;Y;X;Substance;Country;Province;Territoire;coord_precision_km",
        "PCODE;Site Name;LAT;LNG;Commodity;ISO3;ADM1;ADM2;precision_km",
    ],
)
def test_common_spellings_in_two_languages_and_decimal_commas(head):
    layer = sites_of("A1;Boda;4,317;17,467;or;CF;Lobaye;Boda;0,1", head=head)
    row = layer.sites.iloc[0]
    assert (row["site_id"], row["name"], row["lon"], row["lat"]) == ("A1", "Boda", 17.467, 4.317)
    assert (row["country"], row["admin1"], row["admin2"], row["minerals"]) == ("CAF", "Lobaye", "Boda", "gold")
    assert row["coord_precision_km"] == 0.1


def test_country_comes_from_the_row_before_the_option():
    layer = sites_of("1,,4,17,,DRC,,,", "2,,4,17,,,,,", "3,,4,17,,Atlantis,,,", country="RCA")
    assert layer.sites["country"].tolist() == ["COD", "CAF", "CAF"]
    assert layer.sites["country_basis"].tolist() == ["row", "option", "option"]
    assert any("Atlantis" in note for note in layer.notes)
    with pytest.raises(InputError, match="country is not known"):
        sites_of("1,,4,17,,,,,", country="Atlantis")


BAD = [
    ("x,A,95,17,,,,,", "coordinates_swapped"),
    ("x,A,4,417,,,,,", "coordinates_out_of_range"),
    ("x,A,17.467,4.317,,CAF,,,", "coordinates_swapped"),
    ("x,A,476543,412345,,,,,", "coordinates_in_metres"),
    ("x,A,0,0,,,,,", "coordinates_zero"),
    ("x,A,4.3,,,,,,", "coordinates_incomplete"),
    ("x,A,north,17,,,,,", "coordinates_unreadable"),
    ("x,A,4,17,,,,,about", "number_unreadable"),
    ("x,A,4,17,,,,,-1", "number_out_of_range"),
    (",A,4,17,,,,,", "missing_id"),
    ("GOOD,B,5,18,,,,,", "duplicate_id"),
    ("good ,A,4,17,,,,,", "duplicate_id"),
    ("Good,A,4,17,,,,,", "duplicate_id"),
]


@pytest.mark.parametrize(("line", "reason"), BAD)
def test_a_bad_row_is_named_and_the_rest_is_read(line, reason):
    layer = sites_of("good,A,4,17,,,,,", line, "last,B,4,17,,,,,")
    assert layer.sites["site_id"].tolist() == ["good", "last"]
    told = layer.rejected.to_dict("records")
    assert [(r["row"], r["reason"], r["source_file"]) for r in told] == [(3, reason, "list.csv")]
    assert told[0]["expected"]
    assert layer.accounting == {"read": 3, "accepted": 2, "rejected": 1}


def test_what_was_got_is_told():
    layer = sites_of("good,A,4,17,,,,,", "x,A,17.467,4.317,,CAF,,,")
    assert layer.rejected["got"].tolist() == ["lon=4.317, lat=17.467"]
    assert "CAF" in layer.rejected["expected"].iloc[0]


def test_a_site_outside_its_country_is_kept_and_told():
    layer = sites_of("x,A,48,2,,CAF,,,")
    assert len(layer.sites) == 1
    assert any("outside the country" in note for note in layer.notes)


def test_missing_columns_are_named_with_those_found():
    with pytest.raises(InputError) as fault:
        sites_of("1,Boda,4", head="matricule,lieu,hauteur")
    assert "lon, lat" in str(fault.value)
    assert "matricule, lieu, hauteur" in str(fault.value)
    with pytest.raises(InputError, match="lon, lat"):
        sites_of("1,Boda", head="site_id,name")


def test_no_usable_row_or_no_row_at_all():
    with pytest.raises(InputError, match="coordinates_zero"):
        sites_of("1,Boda,0,0,,,,,")
    with pytest.raises(InputError, match="No row can be used"):
        sites_of()
    with pytest.raises(InputError):
        read_sites(b"", "x.csv")


def test_two_sources_in_one_list_may_share_an_id():
    layer = sites_of("1,4,17,a", "1,4,17,b", "1,4,17,a", head="site_id,lat,lon,source")
    assert layer.sites["source"].tolist() == ["a", "b"]


def test_geojson_and_excel_lists():
    point = {"type": "Point", "coordinates": [17.467, 4.317]}
    feature = {"type": "Feature", "properties": {"site_id": "007", "nom": "Boda"}, "geometry": point}
    nowhere = {"type": "Feature", "properties": {"site_id": "008", "nom": "?"}, "geometry": None}
    area = {"type": "Polygon", "coordinates": [[[1, 1], [2, 1], [2, 2], [1, 1]]]}
    wide = {"type": "Feature", "properties": {"site_id": "009"}, "geometry": area}
    text = json.dumps({"type": "FeatureCollection", "features": [feature, nowhere, wide]})
    layer = read_sites(text.encode(), "list.geojson")
    assert layer.sites[["site_id", "name", "row"]].to_numpy().tolist() == [["007", "Boda", 1], ["008", "?", 2]]
    assert layer.sites["lon"].tolist()[0] == 17.467
    assert layer.rejected[["row", "reason"]].to_numpy().tolist() == [[3, "not_a_point"]]

    from openpyxl import Workbook

    book = Workbook()
    for cells in (["site_id", "name", "lat", "lon"], ["007", "Boda", 4.317, 17.467]):
        book.active.append(cells)
    stream = io.BytesIO()
    book.save(stream)
    layer = read_sites(stream.getvalue(), "list.xlsx")
    assert layer.sites[["site_id", "lon", "lat"]].to_numpy().tolist() == [["007", 17.467, 4.317]]


def test_icglr_standard():
    head = "icglrId,nationalId,addressCountry,certificationStatus,activityStatus,mineSiteLocation,mineral,statusDate"
    layer = sites_of(
        'CD-1,N1,CD,1,1,"-1.5, 28.9",2609.00.00,2022-05-01',
        ",N2,CD,3,2,POINT (28.9 -1.5),7108.12.00;2615.90.00,",
        "CD-3,,CD,9,0,,2611.00.00,2022-05-01",
        "CD-4,,CD,1,1,4.9 280000,,2022-05-01",
        head=head,
    )
    sites = layer.sites
    assert sites["site_id"].tolist() == ["CD-1", "N2", "CD-3"]
    assert sites["icglr_id"].tolist() == ["CD-1", "", "CD-3"]
    assert sites[["lon", "lat"]].to_numpy()[:2].tolist() == [[28.9, -1.5], [28.9, -1.5]]
    assert sites["activity"].tolist() == ["active", "non-active", "abandoned"]
    assert sites["minerals"].tolist() == ["cassiterite", "gold;coltan", "wolframite"]
    assert layer.rejected["id"].tolist() == ["CD-4"]
    statuses = layer.statuses
    assert {c.name: str(statuses[c.name].dtype) for c in STATUSES} == {c.name: DTYPES[c.type] for c in STATUSES}
    assert statuses[["site_id", "scheme", "status"]].to_numpy().tolist() == [
        ["CD-1", "rcm", "green"],
        ["N2", "rcm", "red"],
    ]
    assert statuses["status_date"].isna().tolist() == [False, True]
    assert any("carry no date" in note for note in layer.notes)
    assert any("not known and left out: 9" in note for note in layer.notes)


def test_icglr_history_and_inspections_are_dated_statuses():
    location = {"geolocalization": {"lat": -1.9641, "long": 30.0619}, "nationalCadasterLocalization": "12"}
    told = {
        "icglrId": "RW-1",
        "addressCountry": "RW",
        "certificationStatus": 1,
        "activityStatus": 1,
        "mineSiteLocation": location,
        "mineral": ["IMA1960-001", "IMA2000-014"],
        "statusHistory": [
            {"dateOfChange": "2020-05-01", "newStatus": 0},
            {"dateOfChange": "2021-02-03", "newStatus": 3},
            {"dateOfChange": "soon", "newStatus": 1},
        ],
        "inspection": [{"inspectionId": "PS-1", "inspectionDate": "2022-06-07", "inspectionResult": 1}, {"other": 1}],
    }
    broken = told | {"icglrId": "RW-2", "statusHistory": "{", "inspection": None}
    features = [{"type": "Feature", "properties": p, "geometry": None} for p in (told, broken)]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    layer = read_sites(text.encode(), "md01.geojson")
    assert layer.sites["minerals"].tolist() == ["cassiterite;wolframite"] * 2
    assert layer.sites[["lon", "lat"]].to_numpy().tolist() == [[30.0619, -1.9641]] * 2
    assert layer.statuses[["site_id", "status", "record_id"]].to_numpy().tolist() == [
        ["RW-2", "green", "RW-2"],
        ["RW-1", "blue", "RW-1"],
        ["RW-1", "red", "RW-1"],
        ["RW-1", "green", "PS-1"],
    ]
    dated = layer.statuses["status_date"].dt.strftime("%Y-%m-%d").fillna("").tolist()
    assert dated == ["", "2020-05-01", "2021-02-03", "2022-06-07"]
    assert any("3 status histories or inspections could not be read" in note for note in layer.notes)


def test_a_list_of_points_without_geometry_reads_its_location_column():
    layer = sites_of('a,"{""geolocalization"": {""lat"": -1.9, ""long"": 30.1}}"', head="site_id,mineSiteLocation")
    assert layer.sites[["lon", "lat"]].to_numpy().tolist() == [[30.1, -1.9]]


def test_trade_lines_are_one_site_each_and_never_merged():
    line = {"type": "LineString", "coordinates": [[17.8, 3.8], [17.9, 3.7]]}
    made = [
        ({"from": "A", "to": "B", "mineral": "Or", "id": 1}, line),
        ({"from": "A", "to": "C", "mineral": "Diamant", "id": 2}, line),
    ]
    features = [{"type": "Feature", "properties": p, "geometry": g} for p, g in made]
    features.append({"type": "Feature", "properties": made[0][0] | {"id": 3}, "geometry": None})
    layer = read_sites(json.dumps({"type": "FeatureCollection", "features": features}).encode(), "lines.geojson")
    assert layer.sites["site_id"].tolist() == ["1", "2"]
    assert layer.sites["minerals"].tolist() == ["gold", "diamond"]
    assert layer.sites[["lon", "lat"]].to_numpy().tolist() == [[17.8, 3.8], [17.8, 3.8]]
    assert layer.sites["country"].tolist() == ["CAF", "CAF"]
    assert layer.sites["country_basis"].tolist() == ["layout", "layout"]
    assert layer.rejected["reason"].tolist() == ["geometry_null"]
    assert layer.routes is not None
    assert layer.routes[["name_from", "name_to"]].to_numpy().tolist() == [["A", "B"], ["A", "C"]]
    assert layer.routes["geometry"].iloc[0].coords[1] == (17.9, 3.7)


def drc(**cells: str) -> dict[str, str]:
    row = {
        "vid": "1",
        "source": "IPIS",
        "pcode": "codmine1",
        "name": "M",
        "visit_date": "2020-03-02",
        "visit_onsite": "1",
    }
    row |= {"longitude": "28.7", "latitude": "0.3", "location_origin": "GPS", "province": "Nord-Kivu"}
    row |= {"territoire": "Lubero", "workers_numb": "30", "mineral1": "Or", "mineral2": "", "mineral3": "Coltan"}
    row |= {"presence": "1", "interference": "", "qualification": ""}
    for slot in "123":
        row |= {f"armed_group{slot}": "", f"type_armed_group{slot}": ""}
        row |= {f"{flag}_armed_group{slot}": "" for flag in HARM_DRC}
    return row | cells


def car(**cells: str) -> dict[str, str]:
    row = {"vid": "1", "source": "IPIS", "pcode": "cafmine1", "name": "M", "visit_date": "2019-04-22", "visit": "1"}
    row |= {"longitude": "17.8", "latitude": "3.8", "location_origin": "GPS", "prefecture": "Lobaye"}
    row |= {"sousprefecture": "Boda", "workers_numb": "30", "minerals": "Diamant, Or", "actor_type": "0"}
    row |= {"roadblocks": "0", "roadblocks_actor": ""}
    for slot in "123":
        row |= {f"actor{slot}name": ""} | {f"actor{slot}name_{flag}": "" for flag in HARM_CAR}
    return row | cells


def visits_of(*rows: dict[str, str], name: str = "v.csv"):
    out = io.StringIO()
    pd.DataFrame(rows).to_csv(out, index=False)
    return read_sites(out.getvalue().encode(), name)


FREE = {f"{flag}_armed_group1": "0" for flag in HARM_DRC}
# cells, C2, H6, armed presence
DRC = [
    ({"presence": "0", "type_armed_group1": "Aucun"}, False, False, "none"),
    ({"type_armed_group2": "Groupe armé local", "interference": "0"}, True, False, "non_state"),
    ({"type_armed_group3": "Groupe armé étranger"}, True, False, "non_state"),
    ({"type_armed_group1": "FARDC - Éléments indisciplinés", "taxation_armed_group1": "1"}, False, True, "state"),
    ({"type_armed_group1": "PNC - Éléments indisciplinés", "forced_labour_armed_group1": "1"}, False, True, "state"),
    ({"type_armed_group1": "FARDC - Éléments indisciplinés", **FREE}, False, False, "state"),
    ({"type_armed_group1": "FARDC - Éléments indisciplinés"}, False, None, "state"),
    ({"type_armed_group1": "FARDC - Pas d’ingérence constatée"}, False, False, "state"),
    ({"type_armed_group1": "FARDC - Pas de données sur les ingérences"}, False, None, "state"),
    # a flag of another slot is another actor's
    ({"type_armed_group1": "FARDC - Pas d’ingérence constatée", "type_armed_group2": "Groupe armé local",
      "taxation_armed_group2": "1"}, True, False, "both"),
    ({}, None, None, ""),
    ({"presence": ""}, None, None, ""),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "c2", "h6", "presence"), DRC)
def test_drc_visit(cells, c2, h6, presence):
    visit = visits_of(drc(**cells)).visits.iloc[0]
    said = [None if pd.isna(visit[c]) else bool(visit[c]) for c in ("non_state_armed", "state_harm")]
    assert said == [c2, h6]
    assert visit["armed_presence"] == presence
    assert visit["informative"] == (cells.get("presence") != "")
    assert pd.isna(visit["roadblock"])
    assert pd.isna(visit["armed_roadblock"])


def test_drc_columns():
    layer = visits_of(drc(armed_group1="FDLR", type_armed_group1="Groupe armé étranger", qualification="Jaune"))
    assert {c.name: str(layer.visits[c.name].dtype) for c in VISITS} == {c.name: DTYPES[c.type] for c in VISITS}
    visit = layer.visits.iloc[0]
    assert (visit["source"], visit["site_id"], visit["visit_id"]) == ("IPIS DRC visits", "codmine1", "1")
    assert (visit["actors"], visit["minerals"], visit["workers"]) == ("FDLR", "gold;coltan", 30)
    assert (visit["admin1"], visit["admin2"], visit["coord_precision_km"]) == ("Nord-Kivu", "Lubero", 0.1)
    assert layer.sites.empty
    assert layer.statuses[["scheme", "status", "record_id"]].to_numpy().tolist() == [["drc", "yellow", "1"]]
    sites, accounting, _ = layer.sites_at(dt.date(2021, 1, 1))
    assert sites[["country", "country_basis"]].to_numpy().tolist() == [["COD", "layout"]]
    assert accounting["read"] == accounting["accepted"] == 1


def test_unqualified_takes_the_qualification_away():
    said = visits_of(drc(qualification="Not class"), drc(qualification="No class"), drc(qualification="")).statuses
    assert said["status"].tolist() == ["", ""]


def tri_list(series):
    return [None if pd.isna(value) else bool(value) for value in series]


def test_facts_of_a_drc_visit_that_are_no_part_of_any_class():
    layer = visits_of(
        drc(childunder15="1", mercury="0", traceability="iTSCI (not visited by IPIS)", state_service1="SAESSCAM",
            state_service2="iTSCi (via SAESSCAM)", state_service3="SAESSCAM"),
        drc(childunder15="", mercury="1", traceability=""),
        drc(childunder15="dontknow", mercury="", traceability="Better Mining (BSP)"),
    )  # fmt: skip
    visits = layer.visits
    assert tri_list(visits["children_under_15"]) == [True, None, None]
    assert tri_list(visits["mercury"]) == [False, True, None]
    assert visits["traceability"].tolist() == ["iTSCI", "", "Better Mining"]
    assert visits["state_services"].tolist() == ["SAESSCAM;iTSCi (via SAESSCAM)", "", ""]


def test_facts_of_a_car_visit_count_children_and_know_nothing_of_mercury():
    visits = visits_of(
        car(childunder15="50", services1_name="Gendarmerie", services3_name="Brigade minière (USAF)"),
        car(childunder15="0"),
        car(childunder15=""),
    ).visits
    assert tri_list(visits["children_under_15"]) == [True, False, None]
    assert visits["mercury"].isna().all()
    assert visits["traceability"].tolist() == ["", "", ""]
    assert visits["state_services"].tolist() == ["Gendarmerie;Brigade minière (USAF)", "", ""]


def test_the_placeholder_dates_are_the_six_of_each_file():
    from layers.reference.tables import rows

    days = ["2009-01-01", "2010-01-01", "2015-01-01", "2018-01-01", "2020-07-01", "2021-10-01"]
    for source in ("IPIS DRC visits", "IPIS CAR visits"):
        assert [row["date"] for row in rows("placeholder_dates.csv") if row["dataset"] == source] == days


def test_placeholder_dates_and_reported_rows():
    layer = visits_of(drc(visit_date="2015-01-01", visit_onsite="0"), drc(visit_date="2015-01-02"))
    assert layer.visits["date_imprecise"].tolist() == [True, False]
    assert layer.visits["visit_basis"].tolist() == ["reported", "on_site"]


def test_a_visit_with_a_broken_place_still_counts_and_one_without_a_date_does_not():
    layer = visits_of(drc(latitude="n/a"), drc(visit_date="soon"), drc(pcode=""))
    assert layer.visits["lon"].isna().tolist() == [True]
    assert layer.rejected["reason"].tolist() == ["date_unreadable", "missing_id"]
    _, accounting, _ = layer.sites_at(dt.date(2021, 1, 1))
    assert accounting["read"] == sum(accounting[k] for k in ("accepted", "superseded", "after_as_of", "rejected")) == 3


TAXED = {"actor1name_tax": "1"}
QUIET = {f"actor1name_{flag}": "0" for flag in HARM_CAR}
# cells, C2, H6, roadblock, armed roadblock, armed presence
CAR = [
    ({}, False, False, False, False, "none"),
    ({"actor_type": ""}, None, None, False, False, ""),
    ({"actor_type": "dontknow"}, None, None, False, False, ""),
    ({"actor_type": "groupe_arme", "actor1name": "3R", **TAXED}, True, False, False, False, "non_state"),
    ({"actor_type": "autodefense"}, True, False, False, False, "non_state"),
    ({"actor_type": "etatique", "actor1name": "FACA", **TAXED}, False, True, False, False, "state"),
    ({"actor_type": "etatique", "actor1name": "FACA", **QUIET}, False, False, False, False, "state"),
    ({"actor_type": "etatique", "actor1name": "FACA"}, False, None, False, False, "state"),
    ({"actor_type": "privee", "actor1name": "Nouvelle firme", **TAXED}, False, True, False, False, "private"),
    ({"actor_type": "etatique groupe_arme", "actor1name": "3R", "actor2name": "FACA", **TAXED, "actor2name_tax": "0",
      "actor2name_pillage": "0", "actor2name_forcedlabour": "0"}, True, False, False, False, "both"),
    ({"actor_type": "groupe_arme etatique", "actor1name": "FACA", **TAXED}, True, True, False, False, "both"),
    ({"actor_type": "groupe_arme etatique", "actor1name": "Inconnu", **TAXED}, True, None, False, False, "both"),
    ({"roadblocks": "1", "roadblocks_actor": "Mairie"}, False, False, True, False, "none"),
    ({"roadblocks": "1", "roadblocks_actor": "Anti-balaka"}, False, False, True, True, "none"),
    ({"roadblocks": "1", "roadblocks_actor": "Mairie, FACA"}, False, False, True, True, "none"),
    ({"roadblocks": "1", "roadblocks_actor": ""}, False, False, True, None, "none"),
    ({"roadblocks": "1", "roadblocks_actor": "Quelqu'un"}, False, False, True, None, "none"),
    ({"roadblocks": ""}, False, False, None, None, "none"),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "c2", "h6", "blocked", "armed", "presence"), CAR)
def test_car_visit(cells, c2, h6, blocked, armed, presence):
    visit = visits_of(car(**cells)).visits.iloc[0]
    columns = ("non_state_armed", "state_harm", "roadblock", "armed_roadblock")
    assert [None if pd.isna(visit[c]) else bool(visit[c]) for c in columns] == [c2, h6, blocked, armed]
    assert visit["armed_presence"] == presence
    assert visit["admin2"] == "Boda"
    assert visit["minerals"] == "diamond;gold"


def test_own_visits_and_lists_of_the_demonstration():
    layer = read_sites(files.DEMONSTRATION_VISITS)
    assert layer.layout == "own_visits"
    assert layer.visits["demonstration"].all()
    assert layer.visits["non_state_armed"].notna().any()
    listed = read_sites(files.DEMONSTRATION_SITES)
    assert listed.sites["demonstration"].all()
    assert listed.rejected.empty
    assert set(layer.visits["source"]) == set(listed.sites["source"])
    assert set(layer.visits["site_id"]) <= set(listed.sites["site_id"])


@pytest.mark.parametrize(
    "head",
    [
        "id,latitude,longitude,type_of_violence,where_prec,date_start,date_end,best",
        "event_id_cnty,id,event_date,event_type,fatalities,latitude,longitude",
    ],
)
def test_incidents_are_no_sites(head):
    with pytest.raises(InputError, match="incidents, not mine sites"):
        sites_of(",".join("1" * (head.count(",") + 1)), head=head)
