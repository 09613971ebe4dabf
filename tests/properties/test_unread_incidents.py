"""Whatever of an incident cannot be read, no site is calmer for it without a gap, or coverage that is called partial.

The whole way is taken: files, their readers, the rules.
"""

from __future__ import annotations

import datetime as dt
import json
import os

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from geo.rules.classify import RANK
from jobs.assessment import job
from jobs.inputs import Inputs, Source, load
from jobs.kept_layers import KeptLayers
from tests.layers.test_incidents import ACLED, UCDP, csv
from tests.properties.verdicts import MANY

THOROUGH = bool(os.environ.get("CAHRA_THOROUGH"))
DAY = dt.date(2018, 12, 31)
LON, LAT = 20.0, 6.0
SITES = (
    "site_id,name,lat,lon,country,minerals\n"
    f"at,Mine,{LAT},{LON},CAF,gold\nnear,Pit,{LAT + 0.15},{LON},CAF,diamond\nfar,Far,4.3,17.4,CAF,gold\n"
).encode()
COVERAGE = (
    b"dataset,country_iso3,from,to,effects\n"
    b"ucdp,CAF,1989-01-01,2022-12-31,lethal\nacled,CAF,1997-01-01,2022-12-31,all\nmine,CAF,1997-01-01,2022-12-31,all\n"
)


def _units(level: str, **boxes: tuple[float, float, float, float]) -> bytes:
    shapes = [
        {
            "type": "Feature",
            "properties": {"shapeName": name, "shapeID": name, "shapeGroup": "CAF", "shapeType": level},
            "geometry": {"type": "Polygon", "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]]},
        }
        for name, (w, s, e, n) in boxes.items()
    ]
    return json.dumps({"type": "FeatureCollection", "features": shapes}).encode()


UNITS = [
    Source("adm1.geojson", _units("ADM1", Ouaka=(19, 5, 21, 7), Lobaye=(16.5, 3.5, 18.5, 5))),
    Source("adm2.geojson", _units("ADM2", Bambari=(19, 5, 20.3, 7), Ippy=(20.3, 5, 21, 7), Boda=(16.5, 3.5, 18.5, 5))),
]
KEPT = KeptLayers()
FIELDS = {
    "ucdp": {"date": ["date_start", "date_end"], "deaths": ["best", "low", "high"], "id": ["id"],
             "precision": ["where_prec"], "lat": ["latitude"], "lon": ["longitude"], "country": ["country", "country_id"]},
    "acled": {"date": ["event_date", "year"], "deaths": ["fatalities"], "id": ["event_id_cnty"],
              "precision": ["geo_precision"], "lat": ["latitude"], "lon": ["longitude"], "country": ["country"]},
    "own": {"date": ["date_start", "date_end"], "deaths": ["deaths_best", "deaths_low", "deaths_high"],
            "id": ["record_id"], "precision": ["precision"], "lat": ["lat"], "lon": ["lon"], "country": ["country"]},
}  # fmt: skip
UNREADABLE = (
    "", " ", "?", "-", "n/a", "NA", "\N{REPLACEMENT CHARACTER}", "99/99/9999", "1e999", "inf", "nan", "fifty", "5O",
    "0x10", "Narnia", "x" * 300,
)  # fmt: skip
DOUBTFUL = {"date": ("03/04/2016", "2018-02-30", "5-Aug-24"), "deaths": ("1,050", "1.000", "-1", "1.5"), "precision": ("-1", "1.5"),
            "lat": ("999", "91"), "lon": ("999", "-181")}  # fmt: skip
"""What is no plain value of a field, and not read as another one."""

event = st.fixed_dictionaries(
    {
        "north": st.sampled_from([0.0, 0.0, 0.05, 0.1, 0.15, 0.2, 0.4, -1.7]),
        "date": st.sampled_from(["2018-05-01", "2018-12-31", "2018-05-01", "2017-06-01", "2016-01-05", "2014-03-01"]),
        "deaths": st.sampled_from([0, 1, 1, 5, 12, 30, 50]),
        "precision": st.sampled_from([1, 1, 1, 2, 3, 4, 5, 6, 7]),
        "units": st.sampled_from([("Ouaka", "Bambari"), ("Ouaka", ""), ("", ""), ("Lobaye", "Boda")]),
        "kind": st.integers(0, 3),
        "id": st.sampled_from([None, None, None, "twice"]),
    }
)
KINDS = (
    ("Battles", "Armed clash", "State forces"),
    ("Violence against civilians", "Attack", "Rebel group"),
    ("Strategic developments", "Headquarters or base established", "Rebel group"),
    ("Protests", "Peaceful protest", "Protesters"),
)


def row_of(layout: str, number: int, said: dict[str, object]) -> dict[str, str]:
    """One incident of a layout."""
    at = {"lat": str(LAT + float(said["north"])), "lon": str(LON if said["north"] > -1 else 17.4)}
    deaths, name = str(said["deaths"]), said["id"] or f"e{number}"
    region, district = said["units"]
    kind = KINDS[said["kind"]]
    if layout == "ucdp":
        return UCDP | {
            "id": name, "where_prec": str(said["precision"]), "latitude": at["lat"], "longitude": at["lon"],
            "date_start": said["date"], "date_end": said["date"], "best": deaths, "low": deaths, "high": deaths,
            "adm_1": region and f"{region} province", "adm_2": district and f"{district} region",
            "type_of_violence": str(1 + said["kind"] % 3),
        }  # fmt: skip
    if layout == "acled":
        return ACLED | {
            "event_id_cnty": f"CAF{name}", "event_date": said["date"], "year": said["date"][:4], "latitude": at["lat"],
            "longitude": at["lon"], "geo_precision": str(min(said["precision"], 3)), "fatalities": deaths,
            "admin1": region, "admin2": district, "event_type": kind[0], "sub_event_type": kind[1], "inter1": kind[2],
        }  # fmt: skip
    return {
        "source": "mine", "record_id": name, "date_start": said["date"], "date_end": said["date"],
        "precision": str(said["precision"]), "country": "CAF", "lon": at["lon"], "lat": at["lat"],
        "deaths_best": deaths, "deaths_low": deaths, "deaths_high": deaths, "admin1": region, "admin2": district,
    }  # fmt: skip


def verdict(rows: list[dict[str, str]]):
    """The sites of a run on these incidents."""
    inputs = Inputs(
        sites=[Source("sites.csv", SITES)], incidents=[Source("events.csv", csv(*rows))], boundaries=UNITS,
        coverage=[Source("coverage.csv", COVERAGE)], boundaries_version="2020", kept=KEPT,
    )  # fmt: skip
    return job.run(load(inputs), DAY).assessment.sites.set_index("site_id")


def never_calmer(before, after, what: object) -> None:
    """No class of a site is calmer, unless the gap or the coverage says what is missing."""
    for site in before.index:
        old, new = before.loc[site], after.loc[site]
        partial = new["data_coverage"] == "partial"
        gap = "incident_rejected" in new["gaps"].split(";")
        assert RANK[new["site_class"]] >= RANK[old["site_class"]] or gap or partial, (site, what)
        unlike = set(new["area_gaps"].split(";")) - set(old["area_gaps"].split(";"))  # a label may match no unit now
        assert RANK[new["area_class"]] >= RANK[old["area_class"]] or unlike or partial, (site, what)


@pytest.mark.parametrize("layout", FIELDS)
@settings(MANY, max_examples=200 if THOROUGH else 3, phases=(Phase.explicit, Phase.generate), derandomize=not THOROUGH)
@given(events=st.lists(event, min_size=1, max_size=4), data=st.data())
def test_an_unreadable_field_never_calms_a_site_in_silence(layout, events, data):
    rows = [row_of(layout, i, said) for i, said in enumerate(events)]
    sound = row_of(layout, 99, {**events[0], "north": -1.7, "date": "1999-01-01", "id": None})  # a file that has one
    fields = data.draw(st.lists(st.sampled_from(sorted(FIELDS[layout])), min_size=1, max_size=3, unique=True))
    at = data.draw(st.integers(0, len(rows) - 1))
    spoilt: dict[str, str] = {}
    for field in fields:
        columns = FIELDS[layout][field]
        value = data.draw(st.sampled_from([*UNREADABLE, *DOUBTFUL.get(field, ())]))
        spoilt |= dict.fromkeys(columns[: data.draw(st.integers(1, len(columns)))], value)
    faulty = [row | spoilt if i == at else row for i, row in enumerate(rows)]
    never_calmer(verdict([sound, *rows]), verdict([sound, *faulty]), (fields, spoilt))
