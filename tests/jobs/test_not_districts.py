"""Layers of polygons that are no districts, as files through the one way in: none of them calms or condemns a site."""

from __future__ import annotations

import datetime as dt
import json

import pytest
import shapely

from jobs.assessment.job import Inputs, Source, load, run

DISTRICT = shapely.box(26.5, -6.0, 27.5, -4.5)
BESIDE = shapely.box(27.5, -6.0, 28.5, -4.5)
COUNTRY = shapely.box(12.0, -13.0, 31.5, 5.5)  # as large as the country, and then some
FAR = shapely.box(2.0, 48.0, 3.0, 49.0)
SITES = b"site_id,name,lon,lat,country,minerals\nk1,In the district,27.225,-5.033,COD,gold\nfar,Elsewhere,23.0,3.0,COD,gold\n"
HEAD = "record_id,date_start,date_end,precision,lon,lat,deaths_best,country,admin1,admin2,source,dataset"
LABEL = "i1,2016-11-01,2016-11-01,3,27.00,-5.38,42,COD,,Kongolo,mine,Mine"
EXACT = "i1,2016-11-01,2016-11-01,1,26.90,-5.90,42,COD,,Kongolo,mine,Mine"
OLD = "i0,2005-11-01,2005-11-01,3,27.00,-5.38,1,COD,,Kongolo,mine,Mine"
COVERAGE = "dataset,country_iso3,from,to\n" + "".join(
    f"mine,{c},2000-01-01,2022-12-31\n" for c in ("COD", "RWA", "BDI", "TZA", "ZMB", "AGO", "UGA", "CAF", "SSD")
)


def layer(*features, properties):
    """A GeoJSON of polygons, one dict of properties each."""
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "properties": p, "geometry": shapely.geometry.mapping(f)}
                for f, p in zip(features, properties, strict=True)
            ],
        }
    ).encode()


def adm2(*names):
    return [{"ADM2_EN": name, "ADM2_PCODE": f"CD{i:04}", "ADM0_PCODE": "CD"} for i, name in enumerate(names)]


def assessed(boundaries, *events):
    files = Inputs(
        sites=[Source("sites.csv", SITES)],
        incidents=[Source("incidents.csv", "\n".join([HEAD, *events]).encode())],
        coverage=[Source("coverage.csv", COVERAGE.encode())],
        boundaries=[Source("polygons.geojson", boundaries)],
        boundaries_version="2016",
    )
    result = run(load(files), dt.date(2017, 6, 30))
    return result, result.assessment.sites.set_index("site_id")


@pytest.mark.parametrize("event", [LABEL, EXACT])
def test_districts_decide(event):
    districts = layer(DISTRICT, BESIDE, properties=adm2("Kongolo", "Kabalo"))
    _, sites = assessed(districts, event, OLD)
    assert sites.loc["k1", "area_class"] == "conflict-affected"
    assert sites.loc["k1", "area_rules_fired"] == "A1;A2"
    assert sites.loc["far", "area_class"] == "insufficient data"
    assert "admin2_unknown" in sites.loc["far", "area_gaps"]
    assert set(sites["site_class"]) == {"no indicators found"}


@pytest.mark.parametrize("event", [LABEL, pytest.param(EXACT, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("name", "boundaries"),
    [
        ("titles", layer(DISTRICT, BESIDE, properties=[{"name": "PR 1234", "admin_level": "2"},
                                                       {"name": "PR 1235", "admin_level": "2"}])),
        ("titles of districts' columns", layer(DISTRICT, BESIDE, properties=adm2("PR 1234", "PR 1235"))),
        ("country", layer(COUNTRY, properties=adm2("Democratic Republic of the Congo"))),
        ("countries", layer(COUNTRY, FAR, properties=[{"ADM0_EN": "DR Congo", "ADM0_PCODE": "CD"},
                                                      {"ADM0_EN": "France", "ADM0_PCODE": "FR"}])),
        ("numbers", layer(DISTRICT, BESIDE, properties=[{"ADM2_EN": "552"}, {"ADM2_EN": "553"}])),
        ("homonyms", layer(DISTRICT, BESIDE, properties=[{"ADM2_EN": "Kongolo", "ADM0_PCODE": "CD"}] * 2)),
        ("a district abroad", layer(DISTRICT, FAR, properties=adm2("Kongolo", "Kabalo"))),
    ],
    ids=lambda v: v if isinstance(v, str) and "," not in v else "",
)  # fmt: skip
def test_other_polygons_do_not(name, boundaries, event):
    result, sites = assessed(boundaries, event)
    assert set(sites["area_class"]) == {"insufficient data"}, name
    assert set(sites["area_rules_fired"]) == {""}
    for rules in sites["rules_unknown"]:
        assert {"A1", "A2", "A3"} <= set(rules.split(";"))
    assert set(sites["site_class"]) == {"no indicators found"}
    # It is told: in the record of the run, by the file's name, or as a gap that says what is not loaded.
    notes = str(result.assessment.report["notes"]) + str(result.record["inputs"])
    assert "polygons.geojson" in notes
    assert all("boundaries_not_districts" in g or "not_loaded" in g for g in sites["area_gaps"])


def test_an_id_is_no_name():
    """Polygons whose only column is a feature's id would become districts called 0 and 1."""
    bare = layer(DISTRICT, BESIDE, properties=[{"Id": 0}, {"Id": 1}])
    with pytest.raises(Exception, match=r"polygons\.geojson"):
        assessed(bare, LABEL)
