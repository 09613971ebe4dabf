"""Covered, gap, overlap: hand-made cases with known answers, and properties."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.programmes.coverage import TYPES, by_year, matrix_of_units, programme_coverage
from geo.programmes.donors import donor_names
from geo.programmes.footprints import STACK, reached, unstack
from geo.programmes.schema import Programmes, active_on, concatenate, ending_within, state_on
from tests.donors.donor_cases import make_programmes, make_sites
from tests.examples import examples

T = pd.Timestamp("2021-12-31")
BODA, CARNOT, BRIA = (17.467, 4.317), (15.877, 4.943), (21.986, 6.542)


def three_sites() -> pd.DataFrame:
    return make_sites(
        [
            {"lon": BODA[0], "lat": BODA[1], "admin1": "Lobaye", "admin2": "Boda", "workers": 40},
            {
                "lon": CARNOT[0],
                "lat": CARNOT[1],
                "admin1": "Mambéré-Kadéï",
                "admin2": "Carnot",
                "zone_status": "inside_compliant",
            },
            {
                "lon": BRIA[0],
                "lat": BRIA[1],
                "admin1": "Haute-Kotto",
                "admin2": "Bria",
                "site_class": "no indicators found",
                "workers": 9,
            },
        ]
    )


def test_footprints_polygon_unit_and_radius_reach_what_they_hold_and_a_country_reaches_nothing() -> None:
    programmes = make_programmes(
        [
            {"polygon": shapely.box(17, 4, 18, 5)},
            {"admin_code": "CARNOT"},
            {"admin_code": "lobaye province"},
            {"lon": BODA[0], "lat": BODA[1], "radius_km": 1},
            {"lon": BODA[0], "lat": BODA[1]},
            {"types": "mapping"},
            {"admin_code": "Carnot", "country": "COD"},
        ]
    )
    site, programme = reached(three_sites(), programmes)
    assert list(zip(site.tolist(), programme.tolist(), strict=True)) == [(0, 0), (0, 2), (0, 3), (1, 1)]


def test_the_radius_is_a_geodesic_in_metres_and_inclusive() -> None:
    from pyproj import Geod

    lon, lat, _ = Geod(ellps="WGS84").fwd(*BODA, 37, 20_000)
    away = Geod(ellps="WGS84").inv(*BODA, lon, lat)[2] / 1000
    sites = make_sites([{"lon": lon, "lat": lat}])
    inside = make_programmes([{"lon": BODA[0], "lat": BODA[1], "radius_km": away}])
    outside = make_programmes([{"lon": BODA[0], "lat": BODA[1], "radius_km": away - 1e-6}])
    assert len(reached(sites, inside)[0]) == 1
    assert len(reached(sites, outside)[0]) == 0


def test_codes_are_translated_by_the_boundary_set_of_their_level() -> None:
    class Set:
        frame = pd.DataFrame(
            {"unit": ["Boda"], "code": ["CF123"], "parent": ["Lobaye"], "country": ["CAF"], "level": [2]}
        )

    programmes = make_programmes([{"admin_code": "cf123"}])
    assert reached(three_sites(), programmes, Set())[0].tolist() == [0]
    assert reached(three_sites(), programmes, [Set()])[0].tolist() == [0]
    assert reached(three_sites(), programmes)[0].tolist() == []


def test_other_names_of_a_unit_are_looked_up_in_the_programmes_country() -> None:
    aliases = {("CAF", 2): {"boda ville": "boda"}}
    programmes = make_programmes([{"admin_code": "Boda-Ville"}, {"admin_code": "Boda-Ville", "country": "COD"}])
    site, programme = reached(three_sites(), programmes, aliases=aliases)
    assert (site.tolist(), programme.tolist()) == ([0], [0])
    sites = three_sites()
    sites.loc[0, "admin2"] = "Boda ville"
    assert reached(sites, make_programmes([{"admin_code": "Boda"}]), aliases=aliases)[0].tolist() == [0]


def test_stacked_points_become_country_level_unless_they_are_exact() -> None:
    row = {"lon": BODA[0], "lat": BODA[1], "radius_km": 50.0}
    stacked = unstack(make_programmes([{**row, "exactness": "approximate"}] * STACK))
    assert set(stacked.footprints["kind"]) == {"country"}
    assert stacked.footprints["stacked"].all()
    assert len(reached(three_sites(), stacked)[0]) == 0
    assert set(unstack(make_programmes([{**row, "exactness": "exact"}] * STACK)).footprints["kind"]) == {"point"}
    fewer = unstack(make_programmes([{**row, "exactness": "approximate"}] * (STACK - 1)))
    assert set(fewer.footprints["kind"]) == {"point"}
    result = programme_coverage(three_sites(), stacked, as_of=T)
    assert set(result.national["reason"]) == {"stacked_points"}


def test_active_means_begun_not_over_and_not_called_off() -> None:
    frame = make_programmes(
        [
            {"start": T},
            {"start": T + pd.Timedelta(days=1)},
            {"end": T},
            {"end": T - pd.Timedelta(days=1)},
            {"start": pd.NaT},
            {"status": "cancelled"},
            {"status": "pipeline"},
        ]
    ).frame
    assert active_on(frame, T).tolist() == [True, False, True, False, False, False, False]
    assert state_on(frame, T).tolist() == ["active", "not_begun", "active", "ended", "undated", "cancelled", "pipeline"]
    assert ending_within(frame, T).tolist() == [False, False, True, False, False, False, False]


@pytest.mark.parametrize("status", ["closed", "finalisation", "suspended", "cancelled"])
def test_what_is_over_or_has_stopped_covers_up_to_its_end_and_never_without_one(status: str) -> None:
    later = T + pd.Timedelta(days=30)
    frame = make_programmes(
        [
            {"status": status},
            {"status": status, "end": later, "end_basis": "actual"},
            {"status": status, "end": T, "end_basis": "stated"},
            {"status": status, "end": T - pd.Timedelta(days=1), "end_basis": "actual"},
            {"status": status, "end": later, "end_basis": "planned"},
        ]
    ).frame
    broken_off = status in ("suspended", "cancelled")
    assert active_on(frame, T).tolist() == [False, True, True, False, not broken_off]
    assert state_on(frame, T).tolist() == [status, "active", "active", "ended", status if broken_off else "active"]


def test_gaps_are_the_at_risk_sites_without_and_overlaps_need_different_donors() -> None:
    around = {"lon": BODA[0], "lat": BODA[1], "radius_km": 30}
    programmes = make_programmes(
        [
            {**around, "types": "mapping", "donor": "A"},
            {**around, "types": "mapping;traceability", "donor": "a "},
            {**around, "types": "traceability", "donor": "B"},
            {**around, "types": "traceability", "donor": ""},
            {**around, "types": "certification", "donor": "C", "end": "2021-12-30"},
        ]
    )
    result = programme_coverage(three_sites(), programmes, as_of=T)
    assert result.covered[["site_id", "programme_type", "programmes", "donors"]].to_numpy().tolist() == [
        ["S1", "mapping", "P1;P2", "A;a"],
        ["S1", "traceability", "P2;P3;P4", "B;a"],
    ]
    assert result.overlaps[["site_id", "programme_type"]].to_numpy().tolist() == [["S1", "traceability"]]
    assert len(result.gaps) == 2 * len(TYPES) - 2
    assert set(result.gaps["site_id"]) == {"S1", "S2"}


def test_counts_reconcile_with_the_site_list_and_doubt_is_counted_apart() -> None:
    sites = make_sites(
        [
            {
                "site_class": "conflict-affected",
                "certain_class": "no indicators found",
                "admin2": "Boda",
                "workers": 10,
            },
            {"site_class": "insufficient data", "possible_class": "conflict-affected", "admin2": "Boda"},
            {"site_class": "no indicators found", "possible_class": "high-risk", "admin2": ""},
            {"site_class": "high-risk", "admin2": "Carnot", "workers": 5, "zone_status": "inside_compliant"},
        ]
    )
    result = programme_coverage(sites, make_programmes([{"admin_code": "Carnot"}]), as_of=T)
    total = result.totals.set_index("programme_type").loc["mapping"]
    assert total[["sites", "at_risk_sites", "insufficient_sites", "at_risk_covered", "gaps"]].tolist() == [
        4,
        2,
        1,
        1,
        1,
    ]
    assert total[["gaps_certain", "gaps_possible", "workers_at_risk", "workers_uncovered"]].tolist() == [0, 3, 15, 10]
    assert total["workers_unknown_sites"] == 0
    for frame in (result.units, result.by_zone):
        summed = frame.groupby("programme_type")[["sites", "gaps", "workers_uncovered"]].sum()
        pd.testing.assert_frame_equal(
            summed.reindex(TYPES),
            result.totals.set_index("programme_type")[["sites", "gaps", "workers_uncovered"]],
            check_names=False,
        )
    assert result.by_zone.query("zone_status == 'inside_compliant'")["sites"].tolist() == [1] * len(TYPES)
    assert matrix_of_units(result.units).shape == (3, len(TYPES))
    assert result.units.query("admin2 == 'Carnot' and programme_type == 'mapping'")["programmes"].tolist() == ["P1"]


def test_a_site_without_coordinates_is_covered_by_its_stated_unit_only() -> None:
    sites = make_sites([{"lon": np.nan, "lat": np.nan, "admin2": "Boda"}])
    programmes = make_programmes(
        [{"admin_code": "Boda"}, {"lon": 0.0, "lat": 0.0, "radius_km": 20000, "types": "certification"}]
    )
    assert programme_coverage(sites, programmes, as_of=T).covered["programme_type"].tolist() == ["mapping"]


def test_no_programmes_and_no_sites() -> None:
    nothing = programme_coverage(three_sites(), Programmes(), as_of=T)
    assert not nothing.typed
    assert len(nothing.gaps) == 0
    assert nothing.totals["gaps"].isna().all()
    assert nothing.totals["at_risk_unknown"].tolist() == [2] * len(TYPES)
    assert len(nothing.covered) == len(nothing.national) == 0
    empty = programme_coverage(three_sites().iloc[:0], make_programmes([{"admin_code": "Boda"}]), as_of=T)
    assert len(empty.gaps) == 0
    assert empty.totals["sites"].tolist() == [0] * len(TYPES)


SCHEMES = pd.DataFrame(
    {
        "programme_type": ["certification", "kp_compliance", "kp_compliance"],
        "minerals": ["cassiterite;gold", "diamond", "diamond"],
        "country": ["CAF", "CAF", "COD"],
        "valid_from": pd.to_datetime(["2010-12-15", "2013-05-23", "2003-01-01"]),
        "valid_to": pd.to_datetime([None, "2021-12-31", None]),
    }
)


def test_a_gap_is_one_only_where_the_type_makes_sense_and_unknown_is_told_apart() -> None:
    rows = [
        {"minerals": "gold"},
        {"minerals": "diamond;gold"},
        {"minerals": ""},
        {"minerals": "gold", "country": "MEX"},
        {"minerals": "", "country": "MEX"},
        {"minerals": "gold", "country": ""},
    ]
    programmes = make_programmes([{"types": "mapping"}])

    def kinds(day: pd.Timestamp) -> dict[str, list[str]]:
        result = programme_coverage(make_sites(rows), programmes, as_of=day, schemes=SCHEMES)
        for row in result.totals.itertuples(index=False):
            parts = (row.at_risk_covered, row.at_risk_not_applicable, row.at_risk_unknown, row.gaps)
            assert sum(map(int, parts)) == row.at_risk_sites == len(rows)
        at = {kind: TYPES.index(kind) for kind in ("certification", "kp_compliance", "mapping", "traceability")}
        said = np.where(result.open_at, "gap", np.where(result.unknown_at, "unknown", "no sense"))
        return {kind: said[:, column].tolist() for kind, column in at.items()}

    before = kinds(T - pd.Timedelta(days=1))
    assert before["mapping"] == ["gap"] * 6
    assert before["certification"] == ["gap", "gap", "unknown", "no sense", "no sense", "unknown"]
    assert before["kp_compliance"] == ["no sense", "gap", "unknown", "no sense", "no sense", "unknown"]
    assert before["traceability"] == ["no sense"] * 5 + ["unknown"]
    after = kinds(T)
    assert after["kp_compliance"] == ["no sense"] * 5 + ["unknown"], "valid_to is the first day without"


def test_untyped_programmes_make_coverage_unknown_and_are_named_beside_gaps() -> None:
    here = {"lon": BODA[0], "lat": BODA[1], "radius_km": 30}
    untyped = [{**here, "types": ""}, {"types": ""}]
    unknown = programme_coverage(three_sites(), make_programmes(untyped), as_of=T)
    assert len(unknown.gaps) == 0
    assert unknown.totals["gaps_possible"].isna().all()
    more = [*untyped, {"types": "mapping"}, {"types": "formalisation", "countries": "COD"}]
    for row in (*untyped[1:], *more[1:3]):
        row["countries"] = "CAF"
    result = programme_coverage(three_sites(), make_programmes(more), as_of=T)
    beside = result.gaps.set_index(["site_id", "programme_type"])["may_touch"]
    assert beside["S1", "mapping"] == "P1;P2;P3"
    assert beside["S1", "formalisation"] == "P1;P2"
    assert beside["S2", "formalisation"] == "P2"
    assert (result.gaps["may_touch_count"] >= 1).all()


def test_unknown_workers_are_not_nought() -> None:
    sites = make_sites([{"workers": 10, "admin2": "Boda"}, {"admin2": "Boda"}, {"admin2": "Nola"}])
    result = programme_coverage(sites, make_programmes([{"admin_code": "Carnot"}]), as_of=T)
    units = result.units.query("programme_type == 'mapping'").set_index("admin2")
    assert units["workers_at_risk"].fillna(-1).to_dict() == {"Boda": 10, "Nola": -1}
    assert units["workers_uncovered"].fillna(-1).to_dict() == {"Boda": 10, "Nola": -1}
    assert units["workers_unknown_sites"].to_dict() == {"Boda": 1, "Nola": 1}


def test_donors_are_one_by_name_or_identifier() -> None:
    here = {"lon": BODA[0], "lat": BODA[1], "radius_km": 30}
    names = donor_names([("DFID", "UK Aid", ""), ("DFID", "", "GB-1")])
    rows = [{**here, "donor": "UK aid"}, {**here, "donor": "Somebody", "donor_ids": "GB-1"}]
    one = programme_coverage(three_sites(), make_programmes(rows), as_of=T, donors=names)
    assert len(one.overlaps) == 0
    assert one.covered["donors"].tolist() == ["DFID"]
    two = programme_coverage(three_sites(), make_programmes([*rows, {**here, "donor": "AFD"}]), as_of=T, donors=names)
    assert two.overlaps["donors"].tolist() == ["AFD;DFID"]


def test_over_time() -> None:
    programmes = make_programmes([{"admin_code": "Boda", "start": "2020-01-01", "end": "2021-06-30"}])
    days = [pd.Timestamp(f"{y}-12-31") for y in (2019, 2020, 2021)]
    years = by_year(lambda day: programme_coverage(three_sites(), programmes, as_of=day), days)
    assert years["covered"].tolist() == [0, 1, 0]
    assert (years["covered"] + years["uncovered"]).tolist() == years["at_risk_sites"].tolist()
    assert years["ending_programmes"].tolist() == [0, 1, 0]


def test_programmes_that_come_twice_are_remarked_and_taken_ids_renamed() -> None:
    one = make_programmes([{"programme_id": "1", "iati_identifier": "XM-1"}, {"programme_id": "2", "donor": "D"}])
    two = make_programmes(
        [
            {"programme_id": "9", "iati_identifier": "XM-1"},
            {"programme_id": "2", "donor": "other", "source_file": "b.csv"},
        ]
    )
    both = concatenate([one, two, one])
    assert both.frame["programme_id"].tolist() == ["1", "2", "2@b.csv"]
    assert both.footprints["programme"].tolist() == [0, 1, 2]
    assert both.remarks["reason"].tolist() == ["duplicate_id"] * 3
    assert len(concatenate([])) == 0


places = st.fixed_dictionaries(
    {
        "lon": st.floats(15, 22),
        "lat": st.floats(3, 7),
        "radius_km": st.floats(1, 300),
        "types": st.sampled_from(TYPES),
        "donor": st.sampled_from(["A", "B", ""]),
        "start": st.sampled_from(["2010-01-01", "2022-01-01", None]),
        "end": st.sampled_from(["2020-01-01", "2030-01-01", None]),
    }
)


@given(st.lists(places, min_size=1, max_size=6), places)
@settings(max_examples=examples(12), deadline=None)
def test_adding_a_programme_never_adds_a_gap_and_every_at_risk_site_is_covered_or_a_gap(
    rows: list[dict[str, object]], one_more: dict[str, object]
) -> None:
    sites = three_sites()
    before = programme_coverage(sites, make_programmes(rows), as_of=T)
    after = programme_coverage(sites, make_programmes([*rows, one_more]), as_of=T)
    keys = ["site_id", "programme_type"]

    def pairs(frame: pd.DataFrame) -> set[tuple[str, str]]:
        return set(frame[keys].itertuples(index=False, name=None))

    assert pairs(after.gaps) <= pairs(before.gaps)
    for result in (before, after):
        risk = set(sites.loc[result.at_risk, "site_id"])
        expected = {(s, t) for s in risk for t in TYPES}
        covered = {(s, t) for s, t in pairs(result.covered) if s in risk}
        assert covered | pairs(result.gaps) == expected
        assert not covered & pairs(result.gaps)
        assert pairs(result.overlaps) <= pairs(result.covered)


@pytest.mark.parametrize("size", [1, 700])
def test_the_box_around_a_circle_loses_no_site(size: int) -> None:
    from pyproj import Geod

    rng = np.random.default_rng(size)
    lon, lat = rng.uniform(-180, 180, size), np.degrees(np.arcsin(rng.uniform(-1, 1, size)))
    sites = make_sites([{"lon": x, "lat": y} for x, y in zip(lon, lat, strict=True)])
    circles = [(179.9, 0.0, 400.0), (10.0, 89.0, 900.0), (0.0, -60.0, 3000.0), (20.0, 5.0, 15000.0)]
    programmes = make_programmes([{"lon": x, "lat": y, "radius_km": r} for x, y, r in circles])
    site, programme = reached(sites, programmes)
    geod = Geod(ellps="WGS84")
    for number, (x, y, r) in enumerate(circles):
        away = geod.inv(np.full(size, x), np.full(size, y), lon, lat)[2]
        assert site[programme == number].tolist() == np.flatnonzero(away <= r * 1000).tolist()
