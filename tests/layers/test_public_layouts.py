"""Public lists in the layouts in which they are published, imitated: what each column is taken for, and what is no list."""

from __future__ import annotations

import pytest

from geo.errors import InputError
from jobs.inspection import inspect
from jobs.screening.supplier_list import read_suppliers
from layers.reference.minerals import mineral_list
from layers.sources.incidents import read_incidents
from layers.sources.sites import read_sites

LISTS = {
    "USGS MRDS": (
        "dep_id,url,mrds_id,mas_id,site_name,latitude,longitude,region,country,state,county,com_type,commod1,commod2,ore\n"
        '10,h,M,,Kamituga,-3.06,28.18,AF,"Congo, Democratic Republic of the",Sud-Kivu,Mwenga,M,Gold,"Tin, Tungsten",Pyrite\n',
        ("10", "Kamituga", -3.06, 28.18, "COD", "Sud-Kivu", "Mwenga", "gold;cassiterite;wolframite"),
    ),
    "GEM tracker": (
        'GEM Mine ID,Mine Name,Mine Name (Non-ENG),Country / Area,Region,"State, Province","County, District, City",'
        "Latitude,Longitude,Location Accuracy,Coal Type\n"
        "M1,Moatize,,Mozambique,Africa,Tete,Moatize,-16.17,33.79,Exact,Met\n",
        ("M1", "Moatize", -16.17, 33.79, "MOZ", "Tete", "Moatize", ""),
    ),
    "global production": (
        "facility_id,facility_name,primary_commodity,commodities_products,GID_0,country,latitude,longitude,source_id\n"
        'C1,Kibali,Gold,"Gold, Silver",COD,DR Congo,3.13,29.58,s\n',
        ("C1", "Kibali", 3.13, 29.58, "COD", "", "", "gold;silver"),
    ),
    "Kobo in groups": (
        "start;group_site/nom_du_site;group_site/gps;_group_site/gps_latitude;_group_site/gps_longitude;"
        "_group_site/gps_precision;group_site/minerai;_id\n"
        "2023;Pit A;-1.61 28.92 1500 4.9;-1.61;28.92;4.9;cassiterite or;101\n",
        ("101", "Pit A", -1.61, 28.92, "", "", "", "cassiterite;gold"),
    ),
    "Kobo by its questions": (
        "start;Nom du site minier;_Coordonnées GPS du site_latitude;_Coordonnées GPS du site_longitude;"
        "Quel minerai est exploité ?;Quel minerai est exploité ?/Or;_id\n"
        "2023;Pit A;-1.61;28.92;or cassiterite;1;7\n",
        ("7", "Pit A", -1.61, 28.92, "", "", "", "gold;cassiterite"),
    ),
    "ODK": (
        "SubmissionDate,meta-instanceID,site_name,location-Latitude,location-Longitude,location-Accuracy,mineral,KEY\n"
        "2023,uuid:1,Pit,-1.61,28.92,4.9,gold,uuid:1\n",
        ("uuid:1", "Pit", -1.61, 28.92, "", "", "", "gold"),
    ),
    "Spanish": (
        "Código;Nombre de la mina;Latitud;Longitud;Mineral;Departamento;Municipio;País\n"
        "1;La Unión;5,53;-73,36;oro y plata;Boyacá;Muzo;Colombia\n",
        ("1", "La Unión", 5.53, -73.36, "COL", "Boyacá", "Muzo", "gold;silver"),
    ),
    "cadastre of Peru": (
        "CODIGOU,CONCESION,TIT_CONCES,SUSTANCIA,ZONA,ESTE,NORTE,PAIS\n1,LA UNION,X,ORO,18,400000,8500000,Peru\n",
        ("1", "LA UNION", -13.57, -75.92, "PER", "", "", "gold"),
    ),
    "cadastre in degrees, minutes and seconds alone": (
        "N° titre;Substances;Province;Territoire;Longitude (DMS);Latitude (DMS)\n"
        "PE 1;Au;Sud-Kivu;Mwenga;28°10'48.0\"E;3°03'36.0\"S\n",
        ("row-1", "", -3.06, 28.18, "", "Sud-Kivu", "Mwenga", "gold"),
    ),
    "GeoNames's columns of a list of mines": (
        "geonameid,mine,latitude,longitude,countrycode\n5,Boda,4.3,17.4,CF\n",
        ("5", "Boda", 4.3, 17.4, "CAF", "", "", ""),
    ),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_read_in_its_publishers_layout(name):
    text, (id_, site, lat, lon, country, admin1, admin2, minerals) = LISTS[name]
    (row,) = read_sites(text.encode(), "list.csv").frame.to_dict("records")
    assert (row["name"], row["country"], row["admin1"], row["admin2"], row["minerals"]) == (
        site, country, admin1, admin2, minerals,
    )  # fmt: skip
    assert row["site_id"] == id_
    assert (row["lat"], row["lon"]) == pytest.approx((lat, lon), abs=0.01)
    assert inspect(text.encode(), "list.csv").role == "sites"


def test_a_grid_without_its_zone_is_not_guessed():
    text = (
        b"CODIGO_EXPEDIENTE,MINERALES,DEPARTAMENTOS,MUNICIPIOS,ESTE,NORTE\nA-1,ORO,ANTIOQUIA,SEGOVIA,930000,1270000\n"
    )
    found = inspect(text, "titulos.csv")
    assert (found.role, found.rejected) == ("sites", 1)
    assert "--crs" in found.error


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Country,Admin1,Month,Year,Events,Fatalities\nCentral African Republic,Ouaka,March,2024,4,6\n", "counts"),
        ("WEEK,COUNTRY,ADMIN1,EVENT_TYPE,EVENTS,FATALITIES,CENTROID_LATITUDE,CENTROID_LONGITUDE\nw,C,O,B,2,3,5,20\n", "counts"),
        ("osm_id,name,amenity,lat,lon\n1,S,school,4.3,17.4\n", "not of mines"),
        ("ADM2_FR,ADM2_PCODE,ADM1_FR,ADM1_PCODE,ADM0_FR,validOn\nBoda,CF1,Lobaye,CF1,RCA,2020-01-01\n", "not of mines"),
    ],
)  # fmt: skip
def test_what_is_no_list_of_mines_or_events_takes_part_in_nothing(text, said):
    found = inspect(text.encode(), "x.csv")
    assert found.role == ""
    assert said in found.error


def test_mining_areas_that_bear_their_country_as_name_are_no_set_of_countries():
    ring = "[[{0},-3],[{0}.1,-3],[{0}.1,-3.1],[{0},-3]]"
    features = ",".join(
        '{"type":"Feature","properties":{"ISO3_CODE":"COD","COUNTRY_NAME":"Democratic Republic of the Congo"},'
        f'"geometry":{{"type":"Polygon","coordinates":[{ring.format(27 + i)}]}}}}'
        for i in range(4)
    )
    found = inspect(f'{{"type":"FeatureCollection","features":[{features}]}}'.encode(), "polygons.geojson")
    assert found.role == "sites"
    assert "--areas-as-points" in found.error


@pytest.mark.parametrize(
    "text",
    [
        "Refiner,Country,Location,Date Listed,LBMA ID\nAGR,Uganda,Entebbe,2017,X\n",
        "SmelterID,Metal,Facility Name,Country,City\nCID001105,Tin,MSC,Malaysia,Butterworth\n",
    ],
)
def test_a_list_of_smelters_is_told_to_be_no_list_of_origins(text):
    read = read_suppliers(text.encode(), "list.csv")
    assert any("not where the material comes from" in note for note in read.notes)
    assert read.rows["supplier_id"].tolist() in (["X"], ["CID001105"])
    mine = read_suppliers(b"smelter,mine,country\nAGR,Koso,CAF\n", "list.csv")
    assert not any("not where the material comes from" in note for note in mine.notes)


@pytest.mark.parametrize(
    ("text", "minerals"),
    [("cassiterite or coltan", "cassiterite;coltan"), ("or diamant", "gold;diamond"), ("tin or gold", "cassiterite;gold"),
     ("ouro e prata", "gold;silver"), ("Zinn und Gold", "cassiterite;gold"), ("SnO2, Ta2O5 & WO3", "cassiterite;coltan;wolframite")],
)  # fmt: skip
def test_minerals_beside_each_other(text, minerals):
    assert mineral_list(text)[0] == minerals


def shapefile_of(names: list[str], record: list[str], at: tuple[float, float]) -> bytes:
    """A zipped shapefile of one point; the format keeps ten characters of each name."""
    import io
    import zipfile

    import shapefile

    parts = {ending: io.BytesIO() for ending in ("shp", "shx", "dbf")}
    with shapefile.Writer(**parts, shapeType=shapefile.POINT) as writer:
        for name in names:
            writer.field(name[:10], "C", 60)
        writer.point(*at)
        writer.record(*record)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for ending, part in parts.items():
            archive.writestr(f"events.{ending}", part.getvalue())
        archive.writestr("events.prj", 'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],'
                         'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]')  # fmt: skip
    return out.getvalue()


ACLED_NAMES = ["event_id_cnty", "event_date", "year", "time_precision", "event_type", "sub_event_type", "actor1", "inter1", "country", "admin1", "location", "geo_precision", "fatalities"]  # fmt: skip
UCDP_NAMES = [
    "id",
    "year",
    "code_status",
    "type_of_violence",
    "where_prec",
    "country",
    "country_id",
    "date_prec",
    "date_start",
    "date_end",
    "best",
    "high",
    "low",
]


def test_incidents_in_a_shapefile_whose_names_are_cut_are_incidents_and_never_sites():
    acled = ["CEN1", "2014-01-02", "2014", "1", "Battles", "Armed clash", "A", "2", "Central African Republic", "Ouaka",
             "Bambari", "1", "3"]  # fmt: skip
    ucdp = [
        "5",
        "2014",
        "Clear",
        "1",
        "1",
        "Central African Republic",
        "482",
        "1",
        "2014-01-02",
        "2014-01-03",
        "3",
        "4",
        "2",
    ]
    for names, record, layout in ((ACLED_NAMES, acled, "acled"), (UCDP_NAMES, ucdp, "ucdp")):
        data = shapefile_of(names, record, (20.6, 5.7))
        found = inspect(data, "events.zip")
        assert (found.role, found.layout, found.accepted) == ("incidents", layout, 1)
        (row,) = read_incidents(data, "events.zip").frame.to_dict("records")
        assert (row["deaths_best"], row["precision"], row["lon"], row["lat"]) == (
            3,
            1,
            pytest.approx(20.6),
            pytest.approx(5.7),
        )
        with pytest.raises(InputError, match="incidents, not mine sites"):
            read_sites(data, "events.zip")


def test_two_columns_of_one_name_in_a_shapefile_are_told_and_refused_only_where_needed():
    layer = read_sites(
        shapefile_of(["site_id", "name", "MSHA_ID", "MSHA_ID"], ["A", "Pit", "1", "2"], (17, 4)), "s.zip"
    )
    assert layer.sites["site_id"].tolist() == ["A"]
    assert any("stand twice" in note for note in layer.notes)
    assert layer.columns_ignored == ("MSHA_ID", "MSHA_ID_2")
    with pytest.raises(InputError, match="site_id"):
        read_sites(shapefile_of(["site_id", "site_id", "name"], ["A", "B", "Pit"], (17, 4)), "s.zip")
