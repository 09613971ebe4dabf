"""Visits as of a date."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from geo.records.statuses import newest_status
from geo.records.visits import newest_informative, sites_at
from geo.schema import SITES, STATUSES, VISITS, conform


def visits(*rows: dict[str, object]) -> pd.DataFrame:
    base = {"source": "s", "informative": True, "visit_basis": "on_site"}
    frame = pd.DataFrame([base | {"row": i + 2} | row for i, row in enumerate(rows)])
    frame["visit_date"] = pd.to_datetime(frame["visit_date"])
    return conform(frame, VISITS)


def days(text: str, n: int = 1) -> np.ndarray:
    return np.full(n, np.datetime64(text, "D").astype(np.int64))


def site(*ids: str, source: str = "s") -> pd.DataFrame:
    return conform(pd.DataFrame({"source": [source] * len(ids), "site_id": list(ids)}), SITES)


def test_newest_row_gives_the_place_and_every_row_is_accounted_for():
    frame = visits(
        {"site_id": "a", "visit_date": "2019-01-01", "name": "Old", "lon": 1.0, "lat": 2.0, "workers": 5.0},
        {"site_id": "a", "visit_date": "2020-01-01", "name": "New", "lon": 1.5, "lat": 2.0, "minerals": "gold"},
        {"site_id": "b", "visit_date": "2021-05-01", "name": "Late", "lon": 3.0, "lat": 3.0, "workers": 9.0},
        {"site_id": "a", "visit_date": "2022-01-01", "name": "Newest"},
        {"site_id": "a", "visit_date": "2020-01-01", "name": "New too", "informative": False},
    )
    sites, accounting, unused = sites_at(frame, dt.date(2020, 1, 1), country="COD", country_basis="layout")
    assert sites["site_id"].tolist() == ["a", "b"]
    assert sites["name"].tolist() == ["New", "Late"]
    assert sites["lon"].tolist() == [1.5, 3.0]
    assert sites["workers"].iloc[0] == 5
    assert np.isnan(sites["workers"].iloc[1])
    assert sites["minerals"].tolist() == ["gold", ""]
    assert sites["first_seen"].dt.strftime("%Y-%m-%d").tolist() == ["2019-01-01", "2021-05-01"]
    assert sites["country"].unique().tolist() == ["COD"]
    assert accounting == {
        "rows": 5,
        "accepted": 1,
        "superseded": 2,
        "same_day": 1,
        "after_as_of": 2,
        "sites": 2,
        "sites_first_seen_later": 1,
    }
    assert unused[["row", "id", "reason", "got"]].to_numpy().tolist() == [
        [2, "a", "superseded", "2019-01-01"],
        [4, "b", "after_as_of", "2021-05-01"],
        [5, "a", "after_as_of", "2022-01-01"],
        [6, "a", "superseded", "2020-01-01"],
    ]


def test_a_newer_row_without_a_place_does_not_take_it_away():
    frame = visits(
        {"site_id": "a", "visit_date": "2019-01-01", "name": "A", "lon": 1.0, "lat": 2.0, "coord_precision_km": 0.1},
        {"site_id": "a", "visit_date": "2020-01-01", "name": "A", "coord_precision_km": 5.0},
    )
    sites, _, _ = sites_at(frame, dt.date(2021, 1, 1))
    assert sites[["lon", "lat", "coord_precision_km"]].to_numpy().tolist() == [[1.0, 2.0, 0.1]]
    assert sites["country_basis"].tolist() == [""]


def test_no_visits_give_no_sites():
    sites, accounting, unused = sites_at(
        visits({"site_id": "a", "visit_date": "2020-01-01"}).iloc[:0], dt.date(2020, 1, 1)
    )
    assert len(sites) == len(unused) == accounting["rows"] == accounting["accepted"] == 0


def test_the_same_id_of_two_sources_is_two_sites():
    frame = visits(
        {"site_id": "a", "visit_date": "2019-01-01", "non_state_armed": True},
        {"site_id": "a", "visit_date": "2020-01-01", "non_state_armed": False, "source": "t"},
    )
    assert len(sites_at(frame, dt.date(2021, 1, 1))[0]) == 2
    out = newest_informative(frame, site("a"), days("2021-01-01"))
    assert out["visit_date"].dt.year.tolist() == [2019]


def test_rows_of_the_newest_informative_day_count_together():
    frame = visits(
        {"site_id": "a", "visit_date": "2019-01-01", "non_state_armed": True, "visit_id": "1"},
        {
            "site_id": "a",
            "visit_date": "2020-01-01",
            "non_state_armed": False,
            "visit_id": "2",
            "armed_presence": "none",
        },
        {
            "site_id": "a",
            "visit_date": "2020-01-01",
            "state_harm": True,
            "non_state_armed": pd.NA,
            "visit_id": "3",
            "visit_basis": "reported",
            "armed_presence": "state",
            "actors": "FARDC;PNC",
        },
        {"site_id": "a", "visit_date": "2021-01-01", "informative": False, "visit_id": "4"},
    )
    out = newest_informative(frame, site("a", "b", "a"), np.concatenate([days("2020-06-30", 2), days("2019-12-31")]))
    assert out["visit_id"].tolist() == ["2;3", "", "1"]
    assert out["visit_date"].dt.strftime("%Y-%m-%d").tolist()[0] == "2020-01-01"
    assert pd.isna(out["visit_date"].iloc[1])
    assert out["non_state_armed"].isna().tolist() == [True, True, False]
    assert out["state_harm"].tolist()[0] is True
    assert out["armed_presence"].tolist() == ["state", "", ""]
    assert out["visit_basis"].tolist() == ["reported", "", "on_site"]
    assert out["actors"].tolist()[0] == "FARDC;PNC"
    assert out["date_imprecise"].tolist() == [False, False, False]
    assert str(out["non_state_armed"].dtype) == "boolean"


@pytest.mark.parametrize("day", ["2019-12-31", "2020-01-01"])
def test_the_day_itself_counts_and_the_day_after_does_not(day):
    frame = visits({"site_id": "a", "visit_date": "2020-01-01", "non_state_armed": True})
    assert newest_informative(frame, site("a"), days(day))["visit_date"].notna().tolist() == [day == "2020-01-01"]


def test_nothing_informative_leaves_all_blank_and_keeps_the_index():
    frame = visits({"site_id": "a", "visit_date": "2020-01-01", "informative": False})
    asked = site("a", "b").set_axis([10, 20])
    out = newest_informative(frame, asked, days("2022-01-01", 2))
    assert out.index.tolist() == [10, 20]
    assert out["visit_date"].isna().all()
    assert out["non_state_armed"].isna().all()
    assert newest_informative(frame, asked.iloc[:0], days("2022-01-01", 0)).empty


def statuses(*rows: tuple[str, str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["site_id", "status", "status_date"]).assign(source="s", scheme="drc")
    frame["status_date"] = pd.to_datetime(frame["status_date"])
    frame["record_id"] = [f"r{i}" for i in range(len(frame))]
    return conform(frame, STATUSES)


def test_newest_status_gravest_of_a_day_and_not_the_other_scheme():
    frame = statuses(
        ("a", "red", "2019-01-01"),
        ("a", "yellow", "2020-01-01"),
        ("a", "green", "2020-01-01"),
        ("b", "green", "2021-01-01"),
    )
    out = newest_status(frame, site("a", "b", "c"), days("2020-12-31", 3), "drc")
    assert out["status"].tolist() == ["yellow", "", ""]
    assert out["record_id"].tolist() == ["r1", "", ""]
    assert newest_status(frame, site("a"), days("2020-12-31"), "rcm")["status"].tolist() == [""]


def test_a_row_that_says_unqualified_takes_away_an_older_status():
    out = newest_status(
        statuses(("a", "green", "2019-01-01"), ("a", "", "2020-01-01")), site("a"), days("2021-01-01"), "drc"
    )
    assert out["status"].tolist() == [""]
    assert out["status_date"].isna().all()


def test_many_sites_agree_with_a_grouped_search():
    n = 20_000  # half a second; a loop over sites would take minutes
    rng = np.random.default_rng(1)
    ids = np.char.add("id", np.repeat(np.arange(n), 3).astype(str))
    offsets = rng.integers(0, 900, 3 * n).astype("timedelta64[D]")
    frame = pd.DataFrame({"source": "s", "site_id": ids, "visit_date": np.datetime64("2020-01-01", "s") + offsets})
    frame = conform(frame.assign(informative=True, row=np.arange(3 * n)), VISITS)
    asked = frame.drop_duplicates("site_id")
    out = newest_informative(frame, asked, days("2021-06-30", n))["visit_date"].to_numpy()
    expected = frame[frame["visit_date"] <= "2021-06-30"].groupby("site_id")["visit_date"].max()
    np.testing.assert_array_equal(out, expected.reindex(asked["site_id"]).to_numpy())
