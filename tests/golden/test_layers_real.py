"""The readers on the publishers' real files: facts of the domain document, row by row accounting."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import numpy as np
import pytest
import shapely

from geo.records.place_names import fold_series
from geo.records.statuses import newest_status
from geo.records.visits import newest_informative
from geo.schema import DTYPES, INCIDENTS, SITES, STATUSES, VISITS
from layers.reference.unit_aliases import unit_aliases
from layers.sources.boundaries import read_boundaries
from layers.sources.coverage import recognised_coverage
from layers.sources.incidents import read_incidents
from layers.sources.sites import read_sites

pytestmark = pytest.mark.real_data

DRC_DAY = dt.date(2023, 6, 30)


@pytest.fixture(scope="module")
def drc(shared_data):
    return read_sites(shared_data / "mines" / "cod_mines_curated_all_opendata_p_ipis.csv")


@pytest.fixture(scope="module")
def car_events(shared_data):
    return read_incidents(shared_data / "conflict" / "ucdp_ged_23_1_car.geojson")


@pytest.fixture(scope="module")
def car_units(shared_data):
    return read_boundaries(shared_data / "admin" / "geoboundaries_caf_adm2_2015_simplified.geojson")


def days(day: dt.date, n: int) -> np.ndarray:
    return np.full(n, np.datetime64(day, "D").astype(np.int64))


def typed(frame, schema) -> bool:
    return {c.name: str(frame[c.name].dtype) for c in schema} == {c.name: DTYPES[c.type] for c in schema}


def test_ucdp_of_car(car_events):
    frame = car_events.frame
    assert typed(frame, INCIDENTS)
    assert (car_events.dataset, car_events.dataset_version) == ("UCDP GED 23.1", "23.1")
    assert car_events.accounting == {"read": 1848, "accepted": 1848, "rejected": 0, "duplicates": 0}
    assert frame["precision"].value_counts().to_dict() == {1: 1214, 2: 374, 3: 149, 4: 54, 5: 28, 6: 29}
    assert frame["deaths_best"].sum() == 14_948
    assert int((frame["date_start"] != frame["date_end"]).sum()) == 481
    assert int(((frame["deaths_best"] == 0) & (frame["deaths_high"] > 0)).sum()) == 101
    assert frame["country"].unique().tolist() == ["CAF"]
    assert frame[["lon", "lat"]].drop_duplicates().shape[0] == 541
    covered = recognised_coverage([car_events]).astype(str).to_numpy().tolist()
    assert covered == [["UCDP GED 23.1", "CAF", "1989-01-01", "2022-12-31", "lethal"]]


def test_ucdp_sample_covers_nothing(shared_data):
    layer = read_incidents(shared_data / "conflict" / "ucdp_ged_sample1000_v23_49cols.csv")
    assert layer.accounting["accepted"] == 1000
    assert layer.dataset_version.startswith("sha256:")
    assert recognised_coverage([layer]).empty
    counted = layer.frame["country"].value_counts()
    assert (counted["COD"], counted["CAF"]) == (35, 6)
    assert "" not in counted
    assert counted.size == 59


def test_labels_of_car_fold_to_the_units(car_events, car_units):
    aliases = unit_aliases()["CAF", 2]
    units = set(fold_series(car_units.frame["unit"], aliases))
    labels = set(fold_series(car_events.frame["admin2"], aliases)) - {""}
    assert labels <= units


def test_ipis_drc_visits(drc):
    assert typed(drc.visits, VISITS)
    assert typed(drc.statuses, STATUSES)
    assert drc.accounting == {"read": 6955, "accepted": 6955, "rejected": 0}
    assert int(drc.visits["informative"].sum()) == 5343
    assert drc.visits["site_id"].nunique() == 3409
    assert drc.visits["armed_roadblock"].isna().all()
    sites, accounting, unused = drc.sites_at(DRC_DAY)
    assert typed(sites, SITES)
    assert len(sites) == 3409
    assert accounting["read"] == 6955
    assert accounting["accepted"] == 3409
    assert accounting["superseded"] + accounting["after_as_of"] == len(unused) == 6955 - 3409
    assert accounting["after_as_of"] == 0
    assert sites["country"].unique().tolist() == ["COD"]
    assert set(sites["coord_precision_km"].dropna()) == {0.1, 2.0, 5.0}


def test_ipis_drc_at_2023_06_30(drc):
    sites, _, _ = drc.sites_at(DRC_DAY)
    newest = newest_informative(drc.visits, sites, days(DRC_DAY, len(sites)))
    assert int(newest["visit_date"].notna().sum()) == 2881
    recent = newest["visit_date"] > np.datetime64("2022-06-30")
    assert int(recent.sum()) == 579
    c2 = recent & newest["non_state_armed"].fillna(False)
    h6 = recent & newest["state_harm"].fillna(False)
    assert (int(c2.sum()), int(h6.sum()), int((c2 & h6).sum())) == (150, 150, 27)
    colours = newest_status(drc.statuses, sites, days(DRC_DAY, len(sites)), "drc")["status"].value_counts()
    assert {k: int(v) for k, v in colours.items() if k} == {"green": 625, "yellow": 100, "red": 20, "blue": 14}


def test_ipis_drc_at_an_earlier_date(drc):
    sites, accounting, unused = drc.sites_at(dt.date(2015, 6, 30))
    assert accounting["read"] == 6955
    assert accounting["accepted"] + accounting["superseded"] + accounting["after_as_of"] == 6955
    assert (unused["reason"] == "after_as_of").sum() == accounting["after_as_of"] > 0
    later = sites["first_seen"] > np.datetime64("2015-06-30")
    assert int(later.sum()) == accounting["sites_first_seen_later"] == len(sites) - accounting["accepted"]
    assert len(sites) == 3409


def test_ipis_car_excerpt(shared_data):
    layer = read_sites(shared_data / "mines" / "ipis_car_excerpt_15rows.csv")
    day = dt.date(2019, 12, 31)
    sites, accounting, _ = layer.sites_at(day)
    assert accounting["accepted"] == len(sites) == 15
    newest = newest_informative(layer.visits, sites, days(day, 15))
    assert int(newest["non_state_armed"].sum()) == 7
    assert int(newest["state_harm"].sum()) == 0
    assert int(newest["roadblock"].sum()) == 2
    assert newest["armed_roadblock"].tolist() == [False] * 15
    assert sites["country"].unique().tolist() == ["CAF"]
    assert "Mbaïki" in set(sites["admin2"])


def test_trade_lines(shared_data):
    layer = read_sites(shared_data / "mines" / "ipis_car_destinations_lines.geojson")
    assert typed(layer.sites, SITES)
    assert len(layer.sites) == 272
    assert layer.sites[["lon", "lat"]].drop_duplicates().shape[0] == 271
    assert layer.sites["minerals"].value_counts().to_dict() == {"gold": 159, "diamond": 113}
    assert layer.routes is not None
    assert len(layer.routes) == 272


def test_sub_prefectures(car_units, shared_data):
    assert (len(car_units.frame), car_units.level, car_units.version) == (72, 2, "unknown")
    assert {"Berbérati", "Boda", "Carnot", "Nola", "Gadzi"} <= set(car_units.frame["unit"])
    assert [repair["unit"] for repair in car_units.repairs] == ["Bimbo"]
    assert all(shapely.is_valid(car_units.geometry))
    topo = read_boundaries(shared_data / "admin" / "geoboundaries_caf_adm2_2015_simplified.topojson", version="2015")
    assert topo.frame["unit"].tolist() == car_units.frame["unit"].tolist()
    assert topo.version == "2015"


def test_prefectures_of_ocha(shared_data):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as out:
        for part in sorted((shared_data / "admin").glob("caf_admbnda_adm1*")):
            out.write(part, part.name)
    layer = read_boundaries(packed.getvalue(), "ocha.zip")
    assert (len(layer.frame), layer.level, layer.version) == (17, 1, "2014-08-07")
    assert "Kémo" in set(layer.frame["unit"])
    assert layer.frame["country"].unique().tolist() == ["CAF"]
    assert len(layer.repairs) == 1
