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


EIGHT = FIVE | {"Boganda", "Boganangone", "Moboma"}


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
        ("Boganda", "2017-01-27", []),
        ("Boganda", "2017-01-28", ["unknown"]),
        ("Boganangone", "2020-03-25", ["unknown"]),
        ("Boganangone", "2020-03-26", ["compliant"]),
        ("Moboma", "2020-12-31", ["compliant"]),
        ("Moboma", "2024-11-15", []),
    ],
)
def test_statuses_on_the_days_that_matter(unit: str, day: str, status: list[str]) -> None:
    assert status_on(unit, day) == status


def test_eight_zones_are_named_and_the_commune_with_its_parent() -> None:
    register = table("zone_register.csv")
    named = register[register["level"] != "country"]
    assert set(named["unit"]) == EIGHT
    communes = named[named["level"] == "admin3"]
    assert set(zip(communes["unit"], communes["parent"], strict=True)) == {("Moboma", "Mbaïki")}
    assert (register.loc[register["level"] != "admin3", "parent"] == "").all()
    late = register[register["valid_from"] == "2020-03-26"]
    assert set(late["date_precision"]) == {"known by"}
    assert len(late) == 3
    assert register["source"].str.contains("verif").all()
    aliases = table("unit_aliases.csv")
    found = aliases[aliases["unit"] == "Moboma"].iloc[0]
    assert (found["alias"], found["level"]) == ("Bagandou", "3")
    assert "verify" in found["source"]


def test_one_field_mission_a_unit_of_2016_its_month_not_known() -> None:
    rows = table("zone_findings.csv")
    missions = rows[rows["criterion"] == "field_mission"]
    assert missions["unit"].tolist() == sorted(FIVE)
    assert set(missions["date_precision"]) == {"year"}
    assert set(missions["date"]) == {"2016-03-01"}  # the first day on which it can have been
    assert set(rows.loc[rows["criterion"] == "freedom_of_movement", "unit"]) == FIVE
    assert set(rows.loc[rows["criterion"] == "traceability", "unit"]) == FIVE - {"Gadzi"}


def test_country_lists_are_dated_sourced_and_sorted_into_half_open_spans() -> None:
    covered = table("dodd_frank_covered_countries.csv")
    nine = {"AGO", "BDI", "CAF", "COG", "RWA", "SSD", "TZA", "UGA", "ZMB"}
    assert set(covered.loc[covered["valid_to"] == "", "country"]) == {"COD"} | nine
    assert covered.loc[covered["valid_to"] != "", ["country", "valid_to"]].to_numpy().tolist() == [
        ["SDN", "2011-07-09"]
    ]
    members = table("icglr_members.csv")
    assert len(members) == 12
    for frame in (covered, members, table("schemes.csv"), table("eu_members.csv")):
        assert (frame["valid_from"] != "").all()
        assert frame["source"].str.contains("verif").all()


def participants(day: str) -> set[str]:
    rows = table("kp_participation.csv")
    ends = (rows["participant_to"] == "") | (rows["participant_to"] > day)
    there = rows.loc[(rows["participant_from"] <= day) & ends, "country"]
    assert there.is_unique
    return set(there)


@pytest.mark.parametrize(
    ("day", "number"),
    [
        ("2003-10-31", 45),  # the Chair's list of that day
        ("2004-10-29", 43),  # communiqué of Gatineau: 42 governments and the European Community
        ("2007-08-14", 47),  # Turkey becomes number 47
        ("2007-11-08", 48),  # 47 countries and the European Union
        ("2016-12-31", 54),
        ("2018-11-16", 55),
        ("2021-01-01", 56),
        ("2021-11-12", 59),
        ("2024-11-14", 59),
        ("2024-11-15", 60),
    ],
)
def test_there_are_as_many_participants_as_the_kimberley_process_counted(day: str, number: int) -> None:
    assert len(participants(day)) == number


def test_participants_come_and_go_as_is_known() -> None:
    rows = table("kp_participation.csv")
    assert rows["source"].str.contains(r"; verif(?:y|ied)").all()
    assert "COG" not in participants("2004-07-09") | participants("2007-11-07")
    assert "COG" in participants("2007-11-08") & participants("2004-07-08")
    assert "GAB" not in participants("2018-11-01")
    restricted = rows.loc[rows["restricted_from"] != "", ["country", "restricted_from", "restricted_to"]]
    assert restricted.to_numpy().tolist() == [
        ["CAF", "2013-05-23", "2024-11-15"],
        ["CIV", "2005-12-15", "2014-04-29"],
        ["VEN", "2008-11-06", "2016-11-17"],
    ]


def test_members_of_the_union_take_part_through_it() -> None:
    from layers.reference.legal_schemes import kimberley_countries

    frame = kimberley_countries()

    def there(iso3: str, day: str) -> int:
        at = pd.Timestamp(day)
        mine = frame[(frame["country"] == iso3) & (frame["participant_from"] <= at)]
        return int((mine["participant_to"].isna() | (mine["participant_to"] > at)).sum())

    for iso3, day, number in (
        ("BEL", "2003-07-30", 0), ("BEL", "2003-07-31", 1), ("POL", "2004-04-30", 1), ("POL", "2004-05-01", 1),
        ("HRV", "2013-07-01", 1), ("GBR", "2020-12-31", 1), ("GBR", "2021-01-01", 1), ("CZE", "2004-04-30", 0),
        ("KEN", "2024-01-01", 0), ("CAF", "2014-01-01", 1),
    ):  # fmt: skip
        assert there(iso3, day) == number, (iso3, day)


def test_schemes_exist_where_their_members_are() -> None:
    from layers.reference.legal_schemes import schemes

    frame = schemes()

    def types(iso3: str, mineral: str, day: str) -> set[str]:
        at = pd.Timestamp(day)
        mine = frame[(frame["country"] == iso3) & frame["minerals"].str.split(";").map(lambda m: mineral in m)]
        mine = mine[(mine["valid_from"] <= at) & (mine["valid_to"].isna() | (mine["valid_to"] > at))]
        return set(mine["programme_type"])

    assert types("COD", "gold", "2020-01-01") == {"certification", "traceability"}
    assert types("COD", "gold", "2010-01-01") == set()
    assert types("MEX", "gold", "2020-01-01") == set()
    assert types("SSD", "coltan", "2012-01-01") == set()
    assert types("CAF", "diamond", "2016-01-01") == {"certification", "traceability", "kp_compliance"}
    assert types("CAF", "diamond", "2024-11-15") == {"certification", "traceability"}
    assert types("COD", "diamond", "2016-01-01") == {"certification", "traceability"}
    assert set(frame["programme_type"]) <= set(TYPES)


def test_the_eight_programme_types_and_the_sectors_that_lead_to_them() -> None:
    assert table("programme_types.csv")["type"].tolist() == TYPES
    sectors = table("dac_sector_types.csv")
    assert {"15210", "21020", "32210", "32220", "33120"} <= set(sectors["code"])
    assert set(sectors["when"]) == {"always", "no words"}
    assert set(sectors["programme_type"]) <= set(TYPES)


def test_every_row_of_every_table_has_as_many_fields_as_its_header() -> None:
    for path in sorted(DATA.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        assert {len(row) for row in rows} == {len(rows[0])}, path.name
