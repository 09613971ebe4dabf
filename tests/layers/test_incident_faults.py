"""A faulty incident is not nothing: it counts, or what is readable of its place and days is kept beside."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from geo.schema import DTYPES, REJECTED_INCIDENTS
from layers.sources.incidents import join, read_incidents, unusable
from tests.layers.test_incidents import ACLED, UCDP, csv

GOOD = UCDP | {"id": "good"}
OWN = {
    "source": "mine", "record_id": "1", "date_start": "2014-05-01", "date_end": "2014-05-03", "precision": "1",
    "country": "CAF", "lon": "20.67", "lat": "5.76", "deaths_best": "50", "deaths_low": "50", "deaths_high": "50",
}  # fmt: skip


def lost(*rows: dict[str, str], name: str = "g.csv"):
    return read_incidents(csv(GOOD, *rows), name).rejected_places


@pytest.mark.parametrize(
    ("column", "value", "placed", "start", "end"),
    [
        ("date_start", "soon", True, None, "2014-05-03"),
        ("date_end", "31/31/2014", True, "2014-05-01", None),
        ("date_end", "2014-04-01", True, None, None),
        ("best", "many", True, "2014-05-01", "2014-05-03"),
        ("best", "", True, "2014-05-01", "2014-05-03"),
        ("best", "-50", True, "2014-05-01", "2014-05-03"),
        ("high", "many", True, "2014-05-01", "2014-05-03"),
        ("id", "", True, "2014-05-01", "2014-05-03"),
        ("where_prec", "", True, "2014-05-01", "2014-05-03"),
        ("where_prec", "near", True, "2014-05-01", "2014-05-03"),
        ("latitude", "", False, "2014-05-01", "2014-05-03"),
        ("longitude", "{{ 7*7 }}", False, "2014-05-01", "2014-05-03"),
    ],
)
def test_what_is_readable_of_a_faulty_row_is_kept(column, value, placed, start, end):
    frame = lost(UCDP | {"best": "50", "high": "50", column: value})
    assert {c.name: str(frame[c.name].dtype) for c in REJECTED_INCIDENTS} == {
        c.name: DTYPES[c.type] for c in REJECTED_INCIDENTS
    }
    row = frame.iloc[0]
    assert len(frame) == 1
    assert (row["source"], row["country"], row["row"], row["dataset"]) == ("ucdp", "CAF", 3, "UCDP GED")
    assert ([row["lon"], row["lat"]] == [20.67, 5.76]) if placed else np.isnan([row["lon"], row["lat"]]).all()
    for day, wanted in (("date_start", start), ("date_end", end)):
        assert (None if row[day] != row[day] else f"{row[day]:%Y-%m-%d}") == wanted


@pytest.mark.parametrize(
    ("values", "read"),
    [
        (("1.000", "0.000"), [1, 0]),  # no thousand is written so
        (("1.000", "2500"), [1, 2500]),  # nor are thousands parted here
        (("1.000", "1.050"), [1000, 1050]),  # a person is whole
        (("1.000", "30"), [30]),
    ],
)
def test_a_thousand_is_not_read_as_one(values, read):
    rows = [UCDP | {"id": str(i), "best": v, "low": "0", "high": v} for i, v in enumerate(values)]
    layer = read_incidents(csv(*rows), "g.csv")
    assert layer.frame["deaths_best"].tolist() == read
    assert len(layer.rejected) == len(values) - len(read)


def test_a_blank_or_unknown_precision_is_imprecise_and_no_rejection():
    rows = [UCDP | {"id": str(i), "where_prec": p} for i, p in enumerate(("", "8", "x", "1.5"))]
    layer = read_incidents(csv(*rows), "g.csv")
    assert layer.frame["precision"].tolist() == [5] * 4
    assert layer.frame["admin1"].tolist() == ["Ouaka province"] * 4
    assert layer.rejected.empty
    assert "4 incidents do not say how exactly" in layer.notes[0]
    assert layer.rejected_places["reason"].tolist() == ["unknown_code"] * 4
    assert len(unusable([layer])) == 4


def test_what_would_count_for_nothing_is_no_gap():
    nothing = {"best": "0", "low": "0", "high": "0", "date_start": "?"}
    assert lost(UCDP | nothing).empty
    protest = ACLED | {"event_type": "Protests", "event_date": "?"}
    assert read_incidents(csv(ACLED, protest | {"event_id_cnty": "CAF2"}), "a.csv").rejected_places.empty
    looting = protest | {"event_type": "Strategic developments", "sub_event_type": "Looting/property destruction"}
    rows = [ACLED | {"sub_event_type": "Armed clash"}, looting | {"event_id_cnty": "CAF2", "fatalities": "0"}]
    assert len(read_incidents(csv(*rows), "a.csv").rejected_places) == 1


def test_a_coarse_place_is_no_place():
    frame = lost(*(UCDP | {"id": p, "where_prec": p, "date_start": "?"} for p in "1234567"))
    assert frame["lon"].notna().tolist() == [True, True, False, False, False, False, False]


def test_rows_that_never_became_one_are_counted_in_their_country():
    head, *body = csv(GOOD, UCDP).decode().splitlines()
    layer = read_incidents("\n".join([head, *body, '"x","y"', ""]).encode(), "g.csv")
    assert layer.rejected_places[["country", "row"]].to_numpy().tolist() == [["CAF", 4]]
    assert layer.rejected_places["lon"].isna().all()


CANDIDATE = "GEDEvent_v24_0_12.csv"


def test_a_candidate_that_a_final_row_gives_whole_is_not_missed():
    whole = read_incidents(csv(UCDP), "ged.csv")
    for column in ("date_start", "where_prec"):  # rejected, and doubted though it counts
        bad = read_incidents(csv(GOOD, UCDP | {column: ""}), CANDIDATE)
        assert len(unusable([bad])) == 1
        assert unusable([bad, whole]).empty
    assert unusable([]).empty


@pytest.mark.parametrize("column", ["date_start", "best", "where_prec", "longitude"])
def test_a_faulty_row_is_missed_where_another_of_its_id_and_rank_is_whole(column):
    """Of the two the graver counts, and the faulty one may have been it."""
    bad, whole = UCDP | {column: "?"}, UCDP | {"best": "1", "low": "1", "high": "1"}
    assert len(unusable([read_incidents(csv(GOOD, bad, whole), "g.csv")])) == 1
    assert len(unusable([read_incidents(csv(GOOD, bad), "g.csv"), read_incidents(csv(whole), "ged.csv")])) == 1
    candidates = read_incidents(csv(whole), CANDIDATE)
    assert len(unusable([read_incidents(csv(GOOD, bad), "g.csv"), candidates])) == 1


def test_a_doubted_row_that_gives_way_to_another_of_its_id_is_missed_all_the_same():
    finer = UCDP | {"where_prec": "4", "latitude": "4.0"}
    layer = read_incidents(csv(GOOD, UCDP | {"where_prec": "?"}, finer), "g.csv")
    assert layer.rejected[["row", "reason"]].to_numpy().tolist() == [[3, "duplicate_id"]]
    assert unusable([layer])[["row", "lat", "reason"]].to_numpy().tolist() == [[3, 5.76, "unknown_code"]]


def test_the_graver_row_counts_across_files_too():
    one, other = read_incidents(csv(UCDP), "a.csv"), read_incidents(csv(UCDP | {"best": "9"}), "b.csv")
    for layers in ([one, other], [other, one]):
        assert join(layers)[0]["deaths_best"].tolist() == [9]


@pytest.mark.parametrize(
    ("values", "read"),
    [
        (["1,050", "3"], [1050, 3]),
        (["1.050", "3"], [1050, 3]),
        (["1,050", "3,000"], [1050, 3000]),
        (["1,050,000", "3,000"], [1050000, 3000]),
        (["1 050", "3"], [1050, 3]),
        (["1.0", "3.0"], [1, 3]),
    ],
)
def test_people_are_whole_so_the_column_settles_its_thousands(values, read):
    rows = [UCDP | {"id": str(i), "best": v, "low": v, "high": v} for i, v in enumerate(values)]
    assert read_incidents(csv(*rows), "g.csv").frame["deaths_best"].tolist() == read


def test_thousands_that_nothing_settles_are_a_fault_with_a_place():
    layer = read_incidents(csv(GOOD, UCDP | {"best": "3,000", "low": "3,000", "high": "3,000"}), "g.csv")
    assert layer.rejected["reason"].tolist() == ["number_ambiguous"]
    assert len(layer.rejected_places) == 1
    other = UCDP | {"best": "3,000", "low": "1,050", "high": "4,000"}
    assert read_incidents(csv(GOOD, other), "g.csv").frame["deaths_best"].tolist() == [7, 3000]


def test_the_order_of_days_is_what_start_and_end_show_together():
    own = csv(OWN | {"date_start": "03/04/2016", "date_end": "13/04/2016"})
    assert read_incidents(own, "o.csv").frame["date_start"].dt.strftime("%Y-%m-%d").tolist() == ["2016-04-03"]
    frame = read_incidents(csv(UCDP | {"date_start": "03/04/2016", "date_end": "13/04/2016"}), "g.csv").frame
    assert frame["date_start"].dt.strftime("%Y-%m-%d").tolist() == ["2016-04-03"]
    layer = read_incidents(csv(OWN | {"record_id": "2"}, OWN | {"date_start": "03/04/2016", "date_end": ""}), "o.csv")
    assert layer.rejected["reason"].tolist() == ["date_ambiguous"]
    assert layer.rejected_places["date_start"].isna().all()


def test_best_outside_low_and_high_is_bracketed_by_the_wider():
    rows = [
        UCDP | {"id": "1", "best": "7", "low": "9", "high": "12"},
        UCDP | {"id": "2", "best": "7", "low": "2", "high": "5"},
        UCDP | {"id": "3", "best": "7", "low": "", "high": ""},
    ]
    layer = read_incidents(csv(*rows), "g.csv")
    assert layer.frame["deaths_low"].tolist() == [7, 2, 7]
    assert layer.frame["deaths_high"].tolist() == [12, 7, 7]
    assert layer.notes == ["2 rows have a best estimate outside their low and high: the wider of them brackets it."]


def test_ucdp_tells_civilians_violence_and_place():
    row = UCDP | {
        "deaths_civilians": "4",
        "where_coordinates": "Ndassima",
        "where_description": "the mine",
        "type_of_violence": "3",
    }
    frame = read_incidents(
        csv(
            row, UCDP | {"id": "2", "deaths_civilians": "", "where_coordinates": "", "where_description": "on the road"}
        ),
        "g.csv",
    ).frame
    assert frame["deaths_civilians"].fillna(-1).tolist() == [4, -1]
    assert frame["place"].tolist() == ["Ndassima", "on the road"]
    assert frame["violence"].tolist() == ["one-sided", "state-based"]


UNREADABLE = ("", "?", "\N{REPLACEMENT CHARACTER}", "-", "99/99/9999", "1e999")
MATTERS = {
    "ucdp": ["id", "type_of_violence", "where_prec", "latitude", "longitude", "country", "country_id", "date_start",
             "date_end", "best", "low", "high"],
    "acled": ["event_id_cnty", "event_date", "event_type", "sub_event_type", "inter1", "latitude", "longitude",
              "geo_precision", "fatalities"],
    "own": list(OWN),
}  # fmt: skip
ROWS = {
    "ucdp": UCDP | {"best": "50", "low": "50", "high": "50"},
    "acled": ACLED | {"event_type": "Strategic developments", "sub_event_type": "Headquarters or base established",
                      "inter1": "Rebel group", "fatalities": "0"},
    "own": OWN,
}  # fmt: skip


@functools.cache
def read_whole(layout: str):
    return read_incidents(csv(ROWS[layout]), "f.csv").frame.iloc[0]


@pytest.mark.parametrize(("layout", "column"), [(k, c) for k, columns in MATTERS.items() for c in columns])
@pytest.mark.parametrize("value", UNREADABLE)
def test_no_field_made_unreadable_lets_an_incident_vanish(layout, column, value):
    """It still counts as it did (day, place, exactness, deaths, effect), or it is known to be missing."""
    row = ROWS[layout]
    key = {"ucdp": "id", "acled": "event_id_cnty", "own": "record_id"}[layout]
    layer = read_incidents(csv(row | {key: "good"}, row | {column: value}), "f.csv")
    whole = read_whole(layout)
    mine = layer.frame[layer.frame["row"] == 3]
    same = ["date_start", "date_end", "precision", "lon", "lat", "deaths_best"]
    counts = len(mine) == 1 and mine[same].iloc[0].equals(whole[same]) and mine["effect"].iloc[0] != "none"
    assert counts or (layer.rejected_places["row"] == 3).any()
