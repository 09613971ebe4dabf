"""Whatever stands in a cell: a named error or a layer whose rows are all accounted for, by id."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import CahraError
from geo.schema import INCIDENTS, SITES, VISITS
from layers.sources.coverage import read_coverage
from layers.sources.eu_list import read_eu_list
from layers.sources.incidents import read_incidents
from layers.sources.ipis import HARM_CAR, HARM_DRC
from layers.sources.sites import read_sites
from layers.sources.zone_register import read_register
from tests.examples import examples


def cut(text: str) -> list[str]:
    return text.split(",")


UCDP = cut(
    "id,code_status,type_of_violence,side_a,side_b,where_prec,adm_1,adm_2,latitude,longitude,country,country_id,"
    "date_prec,date_start,date_end,best,high,low"
)
ACLED = cut(
    "event_id_cnty,event_date,time_precision,event_type,actor1,actor2,country,iso,admin1,admin2,latitude,longitude,"
    "geo_precision,fatalities"
)
LIST = cut(
    "site_id,name,lat,lon,minerals,country,admin1,admin2,coord_precision_km,workers,source,certificationStatus,"
    "statusDate,statusHistory"
)
DRC = cut(
    "vid,source,pcode,name,visit_date,visit_onsite,longitude,latitude,location_origin,province,territoire,workers_numb,"
    "mineral1,presence,qualification"
) + [
    column
    for slot in "123"
    for column in (f"armed_group{slot}", f"type_armed_group{slot}", *(f"{f}_armed_group{slot}" for f in HARM_DRC))
]
CAR = cut(
    "vid,source,pcode,name,visit_date,visit,longitude,latitude,location_origin,prefecture,sousprefecture,minerals,"
    "actor_type,roadblocks,roadblocks_actor"
) + [c for slot in "123" for c in (f"actor{slot}name", *(f"actor{slot}name_{f}" for f in HARM_CAR))]
REGISTER = cut("unit,country,level,scheme,status,valid_from,valid_to,date_precision,source")

WORDS = [
    "", "0", "1", "2", "3", "4", "8", "-1", "1e309", "NaN", "inf", "17,5", "5.7", "20.6", "95", "412345", "2014-05-01",
    "2014-05-03", "31/12/2014", "03/04/2014", "2014-02-30", "soon", "Clear", "CAF", "COD", "DR Congo (Zaire)", "482",
    "Or", "Diamant", "inconnu", "GPS", "groupe_arme", "etatique privee", "Groupe armé local", "Aucun", "Vert",
    "FARDC - Éléments indisciplinés", "Not class", "compliant", "admin2", "KP", "month", "{{ 7*7 }}", "${x}", "=1+1",
    '[{"dateOfChange": "2020-01-01", "newStatus": 1}]', '{"geolocalization": {"lat": 1, "long": 2}}', "[", "{",
    "Battles", "Protests", "a;b", "x\ny", "É", "E\u0301", "\u202eabc", " ", "\ufeff", "001", "A1", "a1 ",
]  # fmt: skip
CELLS = st.one_of(st.sampled_from(WORDS), st.text(max_size=6))
READERS = {
    "ucdp": (UCDP, lambda data: read_incidents(data, "x.csv")),
    "acled": (ACLED, lambda data: read_incidents(data, "x.csv")),
    "list": (LIST, lambda data: read_sites(data, "x.csv")),
    "drc": (DRC, lambda data: read_sites(data, "x.csv")),
    "car": (CAR, lambda data: read_sites(data, "x.csv")),
    "register": (REGISTER, lambda data: read_register(data, "x.csv")),
    "coverage": (["dataset", "country_iso3", "from", "to"], lambda data: read_coverage(data, "x.csv")),
    "listed": (["country", "area", "kind", "valid_from", "valid_to"], lambda data: read_eu_list(data, "x.csv")),
}


def written(head: list[str], rows: list[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([head, *rows])
    return out.getvalue().encode("utf-8", "surrogatepass")


GOOD = {
    "ucdp": "1,Clear,1,A,B,1,Ouaka,Bambari,5.7,20.6,Central African Republic,482,1,2014-05-01,2014-05-02,3,4,2",
    "acled": "CAF1,2014-05-01,1,Battles,A,B,CAR,140,Ouaka,Bambari,5.7,20.6,1,3",
    "list": "good,Boda,4.3,17.4,Or,CAF,Lobaye,Boda,0.1,5,,1,2020-01-01,",
    "drc": "1,IPIS,codmine1,M,2020-03-02,1,28.7,0.3,GPS,Nord-Kivu,Lubero,30,Or,1,Jaune" + "," * 21,
    "car": "1,IPIS,cafmine1,M,2019-04-22,1,17.8,3.8,GPS,Lobaye,Boda,Or,etatique,1,Mairie,FACA,1" + "," * 10,
    "register": "Boda,CAF,admin2,KP,compliant,2016-09-19,2020-01-01,day,me",
    "coverage": "ucdp,CAF,1989-01-01,2022-12-31",
    "listed": "CD,Nord-Kivu,province,2020-12-17,2022-01-01",
}


@st.composite
def spoiled(draw, head, good):
    """Good rows with their own id, some cells of which are replaced."""
    rows = []
    for number in range(draw(st.integers(1, 4))):
        row = [*good]
        if not draw(st.booleans()):
            row[head.index("pcode") if "pcode" in head else 0] = f"id{number}"
        for at in draw(st.lists(st.integers(0, len(head) - 1), max_size=2)):
            row[at] = draw(CELLS)
        rows.append(row)
    return rows


def test_the_good_rows_are_good():
    for name, (head, reader) in READERS.items():
        good = next(csv.reader([GOOD[name]]))
        assert len(good) == len(head), name
        assert reader(written(head, [good])).accounting["accepted"] == 1, name


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=examples(30), deadline=None)
@given(data=st.data())
def test_every_row_is_accepted_or_rejected(name, data):
    head, reader = READERS[name]
    rows = data.draw(spoiled(head, next(csv.reader([GOOD[name]]))))
    try:
        layer = reader(written(head, rows))
    except CahraError:
        return
    accounting = layer.accounting
    assert accounting["read"] == accounting["accepted"] + accounting["rejected"]
    taken = layer.visits if len(getattr(layer, "visits", [])) else layer.frame
    assert len(taken) == accounting["accepted"]
    assert len(layer.rejected) == accounting["rejected"]
    if "row" in taken:
        assert not set(taken["row"]) & set(layer.rejected["row"])
    assert (layer.rejected["reason"] != "").all()
    for schema in (INCIDENTS, SITES, VISITS):
        if list(taken.columns) == [c.name for c in schema]:
            for column in schema:
                if column.allowed:
                    assert set(taken[column.name]) <= {"", *column.allowed}
            lon, lat = taken["lon"].to_numpy(), taken["lat"].to_numpy()
            assert (np.isnan(lon) == np.isnan(lat)).all()
            assert ((np.abs(lon) <= 180) | np.isnan(lon)).all()
            assert ((np.abs(lat) <= 90) | np.isnan(lat)).all()


@pytest.mark.parametrize("name", ["ucdp", "acled", "list"])
@settings(max_examples=examples(20), deadline=None)
@given(data=st.data())
def test_a_bad_row_never_takes_a_good_one_away(name, data):
    head, reader = READERS[name]
    bad = data.draw(st.lists(st.lists(CELLS, min_size=len(head), max_size=len(head)), max_size=3))
    good = next(csv.reader([GOOD[name]]))
    refused = ""
    try:
        layer = reader(written(head, [good, *bad]))
    except CahraError as fault:
        # The file as a whole may be refused (a NUL), but not for want of a row.
        refused = str(fault)
    if refused:
        assert "No row can be used" not in refused
        return
    assert good[0] in set(layer.frame["record_id" if "record_id" in layer.frame else "site_id"])
