"""Incidents of every layout in one schema."""

from __future__ import annotations

import json

import numpy as np
import pytest

from geo.errors import InputError
from geo.schema import DTYPES, INCIDENTS
from layers.sources.coverage import recognised_coverage
from layers.sources.incidents import join, read_incidents

UCDP = {
    "id": "1",
    "active_year": "1",
    "code_status": "Clear",
    "type_of_violence": "1",
    "side_a": "Government of X",
    "side_b": "LRA",
    "where_prec": "1",
    "adm_1": "Ouaka province",
    "adm_2": "Bambari region",
    "latitude": "5.76",
    "longitude": "20.67",
    "country": "Central African Republic",
    "country_id": "482",
    "date_prec": "1",
    "date_start": "2014-05-01",
    "date_end": "2014-05-03",
    "best": "7",
    "high": "9",
    "low": "5",
}
ACLED = {
    "event_id_cnty": "CAF1",
    "event_date": "2014-05-01",
    "year": "2014",
    "time_precision": "1",
    "event_type": "Battles",
    "actor1": "Secret Army",
    "inter1": "State forces",
    "actor2": "",
    "country": "Central African Republic",
    "admin1": "Ouaka",
    "admin2": "Bambari",
    "location": "Bambari",
    "latitude": "5.76",
    "longitude": "20.67",
    "geo_precision": "1",
    "notes": "Confidential note",
    "fatalities": "3",
}


def csv(*rows: dict[str, str], end: str = "") -> bytes:
    head = list(rows[0])
    lines = [",".join(head), *(",".join(f'"{row[c]}"' for c in head) + end for row in rows)]
    return ("\n".join(lines) + "\n").encode()


def geojson(*rows: dict[str, str], name: str = "GEDEvent_v23_1") -> bytes:
    features = []
    for row in rows:
        at = {"type": "Point", "coordinates": [float(row["longitude"]), float(row["latitude"])]}
        told = {k: v for k, v in row.items() if k not in ("longitude", "latitude")}
        features.append(
            {"type": "Feature", "properties": told | {"country_id": int(row["country_id"])}, "geometry": at}
        )
    return json.dumps({"type": "FeatureCollection", "name": name, "features": features}).encode()


def test_native_row_keeps_start_and_end_and_every_column_has_its_type():
    layer = read_incidents(csv(UCDP), "ged.csv")
    assert {c.name: str(layer.frame[c.name].dtype) for c in INCIDENTS} == {c.name: DTYPES[c.type] for c in INCIDENTS}
    row = layer.frame.iloc[0]
    assert (row["source"], row["record_id"], row["country"], row["kind"]) == ("ucdp", "1", "CAF", "state-based")
    assert (str(row["date_start"].date()), str(row["date_end"].date())) == ("2014-05-01", "2014-05-03")
    assert (row["deaths_low"], row["deaths_best"], row["deaths_high"]) == (5, 7, 9)
    assert (row["lon"], row["lat"], row["precision"], row["row"]) == (20.67, 5.76, 1, 2)
    assert (row["admin1"], row["admin2"], row["actor_a"]) == ("Ouaka province", "Bambari region", "Government of X")
    assert not row[["provisional", "candidate", "restricted", "demonstration"]].any()
    assert row["effect"] == "lethal"
    assert layer.dataset == "UCDP GED"
    assert layer.dataset_version == f"sha256:{layer.sha256[:12]}"
    assert layer.accounting == {"read": 1, "accepted": 1, "rejected": 0, "duplicates": 0}


def test_explorer_export_with_a_trailing_comma_does_not_shift():
    row = {k if k not in ("best", "high", "low") else f"{k}_est": v for k, v in UCDP.items()}
    row |= {"date_start": "02/04/2014 00:00:00", "date_end": "02/11/2014 00:00:00"}
    layer = read_incidents(csv(row, end=","), "export.csv")
    assert layer.frame["date_start"].dt.strftime("%m-%d").tolist() == ["02-04"]
    assert layer.frame["deaths_high"].tolist() == [9]
    assert layer.frame["lat"].tolist() == [5.76]


def test_hdx_edition_drops_the_line_of_tags_and_reads_iso3():
    row = {k: v for k, v in UCDP.items() if k not in ("country", "country_id")} | {"iso3": "COD"}
    head, body = csv(row).decode().splitlines()
    tags = ",".join(f"#tag+{i}" for i in range(len(row)))
    layer = read_incidents(f"{head}\n{tags}\n{body}\n".encode(), "hdx.csv")
    assert layer.frame["country"].tolist() == ["COD"]
    assert layer.accounting["read"] == 1


def test_geojson_reads_coordinates_from_the_geometry():
    layer = read_incidents(geojson(UCDP), "x.geojson")
    assert layer.frame[["lon", "lat"]].to_numpy().tolist() == [[20.67, 5.76]]
    assert layer.frame["row"].tolist() == [1]


def test_only_the_whole_edition_is_recognised_and_covers():
    known = read_incidents(geojson(UCDP), "renamed.geojson")
    assert (known.dataset, known.dataset_version) == ("UCDP GED 23.1", "23.1")
    covered = recognised_coverage([known])
    assert covered.astype(str).to_numpy().tolist() == [["UCDP GED 23.1", "CAF", "1989-01-01", "2022-12-31", "lethal"]]
    for other in (
        read_incidents(geojson(UCDP, UCDP | {"id": "2", "country_id": "490"}), "GEDEvent_v23_1.geojson"),
        read_incidents(geojson(UCDP, name="something"), "GEDEvent_v23_1.geojson"),
        read_incidents(csv(UCDP), "GEDEvent_v23_1.csv"),
        read_incidents(csv(UCDP), "ucdp_ged_sample1000_v23_49cols.csv"),
    ):
        assert other.dataset == "UCDP GED"
        assert recognised_coverage([other]).empty


def test_other_status_than_clear_is_provisional_and_still_read():
    layer = read_incidents(csv(UCDP, UCDP | {"id": "2", "code_status": "Check type of violence"}), "g.csv")
    assert layer.frame["provisional"].tolist() == [False, True]
    candidate = read_incidents(csv(UCDP), "GEDEvent_v24_0_12.csv").frame
    assert candidate[["candidate", "provisional"]].to_numpy().tolist() == [[True, True]]


BAD = [
    ("id", "", "missing_id"),
    ("date_start", "soon", "date_unreadable"),
    ("date_start", "2014-02-30", "date_impossible"),
    ("date_end", "", "date_missing"),
    ("date_end", "2014-04-01", "end_before_start"),
    ("best", "many", "number_unreadable"),
    ("best", "", "missing_value"),
    ("best", "-1", "number_out_of_range"),
    ("best", "1.5", "number_out_of_range"),
    ("best", "1.000", "number_ambiguous"),
    ("best", "1,000", "number_ambiguous"),
    ("latitude", "", "coordinates_incomplete"),
    ("latitude", "95.2", "coordinates_swapped"),
    ("longitude", "{{ 7*7 }}", "coordinates_unreadable"),
]


@pytest.mark.parametrize(("column", "value", "reason"), BAD)
def test_a_bad_row_is_named_and_the_rest_is_read(column, value, reason):
    layer = read_incidents(csv(UCDP, UCDP | {"id": "2"} | {column: value}, UCDP | {"id": "3"}), "g.csv")
    assert layer.frame["record_id"].tolist() == ["1", "3"]
    told = layer.rejected.iloc[0]
    assert (told["row"], told["reason"], told["source_file"]) == (3, reason, "g.csv")
    assert told["id"] == ("" if column == "id" else "2")
    assert layer.accounting["read"] == layer.accounting["accepted"] + layer.accounting["rejected"] == 3


def test_imprecise_events_need_no_coordinates_and_precise_ones_do():
    blank = {"latitude": "", "longitude": ""}
    rows = [UCDP | blank | {"id": str(p), "where_prec": str(p)} for p in range(1, 8)]
    layer = read_incidents(csv(*rows), "g.csv")
    assert layer.frame["precision"].tolist() == [3, 4, 5, 6, 7]
    assert layer.frame[["lon", "lat"]].isna().all(axis=None)
    assert layer.rejected["reason"].tolist() == ["coordinates_missing"] * 2


def test_an_id_counts_once_after_unicode_and_case_folding_by_its_graver_row():
    layer = read_incidents(csv(UCDP | {"id": "é1"}, UCDP | {"id": "E\u03011", "best": "9"}), "g.csv")
    assert layer.frame["deaths_best"].tolist() == [9]
    assert layer.rejected[["row", "id", "reason"]].to_numpy().tolist() == [[2, "é1", "duplicate_id"]]
    assert layer.accounting["duplicates"] == 1
    assert any("1 row repeats an id with other content" in note for note in layer.notes)
    assert layer.rejected_places.empty
    finer = read_incidents(csv(UCDP | {"where_prec": "2"}, UCDP), "g.csv")
    assert finer.frame["precision"].tolist() == [1]
    same = read_incidents(csv(UCDP, UCDP), "g.csv")
    assert same.frame["row"].tolist() == [2]
    assert same.notes == []


def test_a_bad_row_does_not_take_the_place_of_a_good_one_of_the_same_id():
    layer = read_incidents(csv(UCDP | {"date_start": "?"}, UCDP), "g.csv")
    assert layer.frame["row"].tolist() == [3]
    assert layer.rejected["reason"].tolist() == ["date_unreadable"]


def test_a_final_edition_goes_before_a_candidate_one_across_files():
    candidate = read_incidents(csv(UCDP | {"best": "99"}, UCDP | {"id": "2"}), "GEDEvent_v24_0_12.csv")
    final = read_incidents(csv(UCDP), "GEDEvent_v24_1.csv")
    frame, repeated = join([candidate, final])
    assert frame[["record_id", "deaths_best"]].to_numpy().tolist() == [["2", 7.0], ["1", 7.0]]
    assert repeated[["source_file", "row", "id"]].to_numpy().tolist() == [["GEDEvent_v24_0_12.csv", 2, "1"]]
    acled = read_incidents(csv(ACLED | {"event_id_cnty": "1"}), "acled.csv")
    assert len(join([final, acled])[0]) == 2


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("event_date", "Confidential note"),
        ("fatalities", "Secret Army"),
        ("latitude", "5.7612345x"),
        ("longitude", "Bambari"),
    ],
)
def test_no_text_of_acled_is_told(column, value):
    layer = read_incidents(csv(ACLED, ACLED | {"event_id_cnty": "CAF2", column: value}), "acled.csv")
    assert layer.rejected[["row", "id", "expected", "got"]].to_numpy().tolist() == [[3, "CAF2", "", ""]]
    notes = " ".join(layer.notes) + layer.rejected.to_csv()
    for secret in ("Secret Army", "Confidential", "5.76", "20.67", "Bambari"):
        assert secret not in notes
    with pytest.raises(InputError) as fault:
        read_incidents(csv(ACLED | {column: value}), "acled.csv")
    for secret in ("Secret Army", "Confidential", "5.76", "20.67", "Bambari"):
        assert secret not in str(fault.value)


def test_own_columns():
    from layers.reference import files

    layer = read_incidents(files.DEMONSTRATION_INCIDENTS)
    assert layer.layout == "own"
    assert layer.frame["demonstration"].all()
    assert layer.dataset == "Demonstration incidents"
    assert layer.rejected.empty
    assert set(np.unique(layer.frame["precision"])) <= set(range(1, 8))


def test_unknown_columns_are_named():
    with pytest.raises(InputError, match="event_number, when"):
        read_incidents(b"event_number,when\n1,2014-01-01\n", "x.csv")
    with pytest.raises(InputError, match="no column for best"):
        read_incidents(csv({k: v for k, v in UCDP.items() if k != "best"}), "x.csv")


def test_no_usable_row_is_an_error_and_a_header_alone_too():
    with pytest.raises(InputError, match="No row can be used"):
        read_incidents(csv(UCDP | {"date_start": "?"}), "x.csv")
    with pytest.raises(InputError):
        read_incidents(csv(UCDP).splitlines()[0] + b"\n", "x.csv")
    with pytest.raises(InputError):
        read_incidents(b"", "x.csv")
