"""The registers and reference tables typed by hand: columns, words, dates that never overlap."""

from __future__ import annotations

import csv

import pandas as pd
import pytest

from geo import schema
from layers.reference.files import DATA

FIVE = {"Berbérati", "Boda", "Carnot", "Gadzi", "Nola"}
TYPES = [
    "mapping",
    "traceability",
    "certification",
    "training_customs",
    "training_security_forces",
    "infrastructure",
    "formalisation",
    "kp_compliance",
]


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(DATA / name, dtype=str, keep_default_na=False)


def status_on(unit: str, day: str) -> list[str]:
    rows = table("zone_register.csv")
    rows = rows[(rows["unit"] == unit) & (rows["valid_from"] <= day)]
    return rows.loc[(rows["valid_to"] == "") | (rows["valid_to"] > day), "status"].tolist()


@pytest.mark.parametrize(
    ("name", "columns"), [("zone_register.csv", schema.ZONES), ("zone_findings.csv", schema.FINDINGS)]
)
def test_the_columns_are_those_of_the_schema_and_the_words_are_allowed(name: str, columns: schema.Table) -> None:
    frame = table(name)
    assert list(frame.columns) == [c.name for c in columns]
    for column in columns:
        if column.allowed:
            assert set(frame[column.name]) <= set(column.allowed), column.name
        if column.type == "date":
            given = frame.loc[frame[column.name] != "", column.name]
            assert pd.to_datetime(given, format="%Y-%m-%d").notna().all()
        elif column.blank == "never blank":
            assert (frame[column.name] != "").all(), column.name
    schema.conform(frame.replace("", pd.NA), columns)


def test_no_two_statuses_of_a_unit_are_in_force_at_once_and_none_runs_backwards() -> None:
    for unit, rows in table("zone_register.csv").groupby("unit"):
        rows = rows.sort_values("valid_from")
        ends, starts = rows["valid_to"].tolist(), rows["valid_from"].tolist()
        assert all(end > start for start, end in zip(starts, ends, strict=True) if end), unit
        assert all(end == start for end, start in zip(ends, starts[1:], strict=False)), unit


@pytest.mark.parametrize(
    ("unit", "day", "status"),
    [
        ("CAF", "2013-05-22", []),
        ("CAF", "2013-05-23", ["suspended"]),
        ("CAF", "2015-07-17", ["restricted"]),
        ("CAF", "2024-11-14", ["restricted"]),
        ("CAF", "2024-11-15", ["lifted"]),
        ("Berbérati", "2016-05-31", ["unknown"]),
        ("Berbérati", "2016-06-06", ["compliant"]),
        ("Boda", "2016-09-18", ["monitored"]),
        ("Carnot", "2016-09-19", ["compliant"]),
        ("Nola", "2024-11-14", ["compliant"]),
        ("Gadzi", "2017-01-27", ["monitored"]),
        ("Gadzi", "2017-01-28", ["unknown"]),
        ("Gadzi", "2018-09-30", ["compliant"]),
    ],
)
def test_statuses_on_the_days_that_matter(unit: str, day: str, status: list[str]) -> None:
    assert status_on(unit, day) == status


def test_the_field_missions_are_findings_for_all_five_units() -> None:
    rows = table("zone_findings.csv")
    missions = rows[rows["criterion"] == "field_mission"]
    assert set(zip(missions["unit"], missions["date"], strict=True)) == {
        (unit, day) for unit in FIVE for day in ("2016-03-01", "2016-08-01")
    }
    assert set(rows.loc[rows["criterion"] == "freedom_of_movement", "unit"]) == FIVE
    assert set(rows.loc[rows["criterion"] == "traceability", "unit"]) == FIVE - {"Gadzi"}


def test_country_lists_are_dated_sourced_and_sorted_into_half_open_spans() -> None:
    covered = table("dodd_frank_covered_countries.csv")
    assert set(covered["country"]) == {"COD", "AGO", "BDI", "CAF", "COG", "RWA", "SSD", "TZA", "UGA", "ZMB"}
    members = table("icglr_members.csv")
    assert len(members) == 12
    for frame in (covered, members):
        assert (frame["valid_from"] != "").all()
        assert frame["source"].str.contains("verify").all()
    kimberley = table("kp_participation.csv")
    car = kimberley[kimberley["country"] == "CAF"].iloc[0]
    assert (car["restricted_from"], car["restricted_to"]) == ("2013-05-23", "2024-11-15")


def test_the_eight_programme_types_and_the_sectors_that_lead_to_them() -> None:
    assert table("programme_types.csv")["type"].tolist() == TYPES
    sectors = table("dac_sector_types.csv")
    assert sectors["code"].tolist() == ["15210", "32210", "32220", "33120"]
    assert set(sectors["programme_type"]) <= set(TYPES)


def test_every_row_of_every_table_has_as_many_fields_as_its_header() -> None:
    for path in sorted(DATA.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        assert {len(row) for row in rows} == {len(rows[0])}, path.name
