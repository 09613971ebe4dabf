"""ACLED: what each type may do beside its deaths, and that it stays at home."""

from __future__ import annotations

import csv as csv_module

import numpy as np
import pytest

from layers.reference.files import DATA
from layers.sources.incidents import read_incidents
from tests.layers.test_incidents import ACLED, csv

SUB_TYPES = {
    "Battles": ["Government regains territory", "Non-state actor overtakes territory", "Armed clash"],
    "Protests": ["Excessive force against protesters", "Protest with intervention", "Peaceful protest"],
    "Riots": ["Violent demonstration", "Mob violence"],
    "Explosions/Remote violence": [
        "Chemical weapon", "Air/drone strike", "Suicide bomb", "Shelling/artillery/missile attack",
        "Remote explosive/landmine/IED", "Grenade",
    ],
    "Violence against civilians": ["Sexual violence", "Attack", "Abduction/forced disappearance"],
    "Strategic developments": [
        "Agreement", "Arrests", "Change to group/activity", "Disrupted weapons use", "Headquarters or base established",
        "Looting/property destruction", "Non-violent transfer of territory", "Other",
    ],
}  # fmt: skip
"""The codebook of 2024: six types, 25 sub-types."""
CONTROL = {
    "Non-state actor overtakes territory",
    "Headquarters or base established",
    "Non-violent transfer of territory",
}


def effects(*rows: dict[str, str]) -> list[str]:
    numbered = [ACLED | {"event_id_cnty": f"CAF{i}"} | row for i, row in enumerate(rows)]
    return read_incidents(csv(*numbered), "acled.csv").frame["effect"].tolist()


def test_acled_of_today():
    rows = [
        ACLED,
        ACLED | {"event_id_cnty": "CAF2", "geo_precision": "2", "inter1": "1", "time_precision": "2"},
        ACLED | {"event_id_cnty": "CAF3", "geo_precision": "3", "event_type": "Riots", "time_precision": "3"},
        ACLED | {"event_id_cnty": "CAF4", "event_type": "Protests"},
        ACLED | {"event_id_cnty": "CAF5", "event_type": "Strategic developments"},
        ACLED | {"event_id_cnty": "CAF6", "event_type": "Violence against civilians", "event_date": "01 May 2014"},
    ]
    layer = read_incidents(csv(*rows), "acled.csv")
    frame = layer.frame
    assert frame["source"].unique().tolist() == ["acled"]
    assert frame["precision"].tolist() == [1, 2, 4, 1, 1, 1]
    assert frame["date_prec"].tolist() == [1, 3, 4, 1, 1, 1]
    assert (frame["effect"] != "none").tolist() == [True, True, False, False, False, True]
    assert frame["restricted"].all()
    assert (frame["date_start"] == frame["date_end"]).all()
    assert frame[["deaths_low", "deaths_best", "deaths_high"]].iloc[0].tolist() == [3, 3, 3]
    assert frame["country"].tolist() == ["CAF"] * 6


def test_acled_of_before_in_upper_case():
    row = {k.upper(): v for k, v in ACLED.items()} | {"EVENT_DATE": "23/05/2014", "EVENT_TYPE": "Riots/Protests"}
    frame = read_incidents(csv(row | {"GWNO": "482"}), "acled.csv").frame
    assert frame["date_start"].dt.strftime("%Y-%m-%d").tolist() == ["2014-05-23"]
    assert frame["effect"].tolist() == ["none"]


def test_the_table_holds_every_sub_type_with_an_effect_and_a_reason():
    with (DATA / "acled_event_types.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv_module.DictReader(file))
    assert {(r["event_type"], r["sub_event_type"]) for r in rows if r["sub_event_type"]} == {
        (kind, sub) for kind, subs in SUB_TYPES.items() for sub in subs
    }
    assert all(r["reason"] and r["effect"] in ("violent", "control", "none") for r in rows)
    assert {r["sub_event_type"] for r in rows if r["effect"] == "control" and r["sub_event_type"]} == CONTROL
    assert all(bool(r["non_state_side"]) == (r["effect"] == "control") for r in rows)


@pytest.mark.parametrize("kind", SUB_TYPES)
def test_every_sub_type_has_the_effect_that_the_domain_gives_it(kind):
    subs = SUB_TYPES[kind]
    calm = {"Protests", "Riots", "Strategic developments"}
    wanted = [
        "control" if sub in CONTROL else
        "violent" if kind not in calm or sub == "Looting/property destruction" else "none"
        for sub in subs
    ]  # fmt: skip
    rows = [{"event_type": kind, "sub_event_type": sub, "inter1": "Rebel group", "fatalities": "40"} for sub in subs]
    assert effects(*rows) == wanted


def test_only_a_non_state_group_takes_control():
    taken = {"event_type": "Battles", "sub_event_type": "Non-state actor overtakes territory"}
    based = {"event_type": "Strategic developments", "sub_event_type": "Headquarters or base established"}
    given = {"event_type": "Strategic developments", "sub_event_type": "Non-violent transfer of territory"}
    for inter in ("2", "3", "4", "2.0", "Rebel group", "Political militia", "Identity militia", ""):
        assert effects(*(row | {"inter1": inter, "inter2": "1"} for row in (taken, based, given))) == ["control"] * 3
    for inter in ("1", "8", "State forces", "External/Other forces", "Civilians"):
        rows = [row | {"inter1": inter, "inter2": "1"} for row in (taken, based, given)]
        assert effects(*rows) == ["violent", "none", "none"]
    # In a battle either side may be the one that takes the ground; settling and taking over name the taker first.
    rows = [row | {"inter1": "1", "inter2": "2"} for row in (taken, based, given)]
    assert effects(*rows) == ["control", "none", "none"]


def test_a_type_that_is_not_known_is_violent_and_one_that_may_count_is_doubted():
    strange = ACLED | {"event_type": "Something new", "sub_event_type": "", "fatalities": "0"}
    layer = read_incidents(csv(strange, ACLED | {"event_id_cnty": "CAF2", "sub_event_type": "Armed clash"}), "a.csv")
    assert layer.frame["effect"].tolist() == ["violent", "violent"]
    assert "1 event is of a type that is not known" in " ".join(layer.notes)
    assert layer.rejected_places.empty
    open_type = ACLED | {"event_type": "Strategic developments", "sub_event_type": "?", "fatalities": "0"}
    protest = ACLED | {"event_id_cnty": "CAF2", "event_type": "Protests", "sub_event_type": ""}
    layer = read_incidents(csv(open_type, protest), "a.csv")
    assert layer.frame["effect"].tolist() == ["none", "none"]
    assert layer.rejected_places[["record_id", "reason", "lon"]].to_numpy().tolist() == [
        ["CAF1", "unknown_code", 20.67]
    ]
    without = read_incidents(csv(ACLED | {"event_type": "Strategic developments"}), "a.csv")
    assert without.rejected_places.empty  # a file of no sub-types at all says so of no row


def test_civilian_deaths_are_those_of_events_that_target_civilians():
    rows = [
        ACLED | {"civilian_targeting": "Civilian targeting"},
        ACLED | {"event_id_cnty": "2", "civilian_targeting": ""},
    ]
    frame = read_incidents(csv(*rows), "acled.csv").frame
    assert np.isnan(frame["deaths_civilians"].tolist()[1])
    assert frame["deaths_civilians"].tolist()[0] == 3
    assert frame["place"].tolist() == ["Bambari"] * 2


@pytest.mark.parametrize("name", ["acled.csv", "acled_dmy.csv"])
def test_years_of_two_digits_are_read_by_the_year_beside_them(name):
    dates = {"acled.csv": ("5-Aug-24", "13-Aug-24", "2024"), "acled_dmy.csv": ("31-12-19", "30-12-19", "2019")}[name]
    rows = [ACLED | {"event_id_cnty": str(i), "event_date": d, "year": dates[2]} for i, d in enumerate(dates[:2])]
    wanted = {"acled.csv": ["2024-08-05", "2024-08-13"], "acled_dmy.csv": ["2019-12-31", "2019-12-30"]}[name]
    assert read_incidents(csv(*rows), name).frame["date_start"].dt.strftime("%Y-%m-%d").tolist() == wanted
