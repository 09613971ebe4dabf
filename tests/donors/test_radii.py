"""Where programmes are: radii by exactness and kind of place, codes that nobody knows, several units, GeoNames ids."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geo.errors import InputError
from geo.programmes.coverage import programme_coverage
from geo.programmes.footprints import STACK
from jobs.programmes.programme_files import read_programmes
from jobs.programmes.radii import default_radii, read_radii
from tests.donors.donor_cases import make_programmes, make_sites
from tests.donors.test_iati import CAR, iati, one
from tests.donors.test_programme_coverage import BODA, three_sites

T = pd.Timestamp("2021-12-31")
RADII = default_radii().rows


def located(inner: str) -> bytes:
    return iati(one("A", f"{CAR}<sector code='32210'/><location>{inner}</location>"))


def point(at: tuple[float, float]) -> str:
    return f"<point><pos>{at[1]} {at[0]}</pos></point>"


@pytest.mark.parametrize(
    ("row", "km"),
    [
        ({"exactness": "exact", "place_class": "3"}, 2),
        ({"exactness": "exact", "place_class": "4", "feature": "MNAU"}, 2),
        ({"exactness": "exact", "place_class": "2", "feature": "PPL"}, 5),
        ({"exactness": "exact"}, 5),
        ({"exactness": "approximate", "place_class": "2"}, 25),
        ({"exactness": ""}, None),
        ({"exactness": "exact", "radius_km": 7.0}, 7),
    ],
)
def test_the_setting_gives_a_radius_by_exactness_and_kind_of_place(row: dict[str, object], km: float | None) -> None:
    from pyproj import Geod

    edge = 1000 * (km or 1)
    near, far = (Geod(ellps="WGS84").fwd(*BODA, 90, edge + by)[:2] for by in (-0.5, 0.5))
    sites = make_sites([{"lon": lon, "lat": lat} for lon, lat in (near, far)])
    programmes = make_programmes([{"lon": BODA[0], "lat": BODA[1], **row}])
    result = programme_coverage(sites, programmes, as_of=T, radii=RADII)
    assert result.covered["site_id"].tolist() == ([] if km is None else ["S1"])
    place = result.programmes.footprints.iloc[0]
    assert place["radius_basis"] == ("" if km is None or "radius_km" in row else "default")
    assert np.isnan(place["radius_km"]) if km is None else place["radius_km"] == km
    assert programme_coverage(sites, programmes, as_of=T).covered["site_id"].tolist() == ["S1"] * ("radius_km" in row)


def test_stacked_points_are_never_given_a_radius() -> None:
    stacked = make_programmes([{"lon": BODA[0], "lat": BODA[1], "exactness": "approximate"}] * STACK)
    result = programme_coverage(three_sites(), stacked, as_of=T, radii=RADII)
    assert set(result.national["reason"]) == {"stacked_points"}
    assert len(result.covered) == 0


@pytest.mark.parametrize(
    ("inner", "sites"),
    [
        # an exact place is the place, not the unit that it lies in
        ("<exactness code='1'/><location-class code='2'/><administrative vocabulary='A1' level='2' code='Carnot'/>", ["S1"]),
        # a code that nobody knows falls back to an exact point, not to that of a region
        ("<exactness code='1'/><administrative vocabulary='A1' level='2' code='X99'/>", ["S1"]),
        ("<exactness code='1'/><location-class code='1'/><administrative vocabulary='A1' level='2' code='X99'/>", []),
        ("<exactness code='2'/><administrative vocabulary='A1' level='2' code='X99'/>", []),
        # a code that is known is the unit, also for an exact point of no stated class
        ("<exactness code='1'/><administrative vocabulary='A1' level='2' code='Carnot'/>", ["S2"]),
        # ISO's code of the country is no unit
        ("<exactness code='1'/><administrative vocabulary='A4' level='1' code='CF'/>", ["S1"]),
    ],
)  # fmt: skip
def test_codes_and_points_of_iati(inner: str, sites: list[str]) -> None:
    programmes = read_programmes(located(point(BODA) + inner), "a.xml").programmes
    result = programme_coverage(three_sites(), programmes, as_of=T, radii=RADII)
    assert result.covered["site_id"].tolist() == sites


def test_a_geonames_id_stands_for_its_town() -> None:
    from layers.reference.tables import rows

    town = next(row for row in rows("geonames_towns.csv") if row["name"] == "Carnot")
    inner = f"<location-id vocabulary='G1' code='{town['geonameid']}'/><exactness code='1'/><location-class code='2'/>"
    programmes = read_programmes(located(inner), "a.xml").programmes
    assert programmes.footprints[["kind", "lon"]].to_numpy().tolist() == [["point", float(town["lon"])]]
    result = programme_coverage(three_sites(), programmes, as_of=T, radii=RADII)
    assert result.covered["site_id"].tolist() == ["S2"]


def test_several_units_in_one_cell_are_several_places() -> None:
    text = b"programme_id,title,donor,type,start,country,admin_code\nP,t,d,mapping,2010-01-01,CAF,Boda; Carnot|Boda\n"
    programmes = read_programmes(text, "p.csv").programmes
    assert programmes.footprints["admin_code"].tolist() == ["Boda", "Carnot"]
    assert programme_coverage(three_sites(), programmes, as_of=T).covered["site_id"].tolist() == ["S1", "S2"]


@pytest.mark.parametrize("text", ["near,5", "exact,0", "exact,", "approximate,-1"])
def test_a_setting_that_cannot_be_used_is_an_error(text: str) -> None:
    with pytest.raises(InputError, match="table of radii"):
        read_radii(f"exactness,radius_km\n{text}\n".encode(), "radii.csv")
