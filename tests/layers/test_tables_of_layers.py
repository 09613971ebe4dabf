"""Zones, findings, coverage and listed areas; and the reference tables the readers use."""

from __future__ import annotations

import pytest

from geo.errors import InputError
from geo.records.place_names import fold
from geo.schema import COVERAGE, DTYPES, FINDINGS, LISTED_AREAS, ZONES
from layers.reference import tables
from layers.reference.minerals import mineral_list
from layers.reference.unit_aliases import unit_aliases
from layers.sources.coverage import read_coverage
from layers.sources.eu_list import read_eu_list
from layers.sources.zone_register import read_findings, read_register


@pytest.mark.parametrize(("layer", "schema"), [(read_register, ZONES), (read_findings, FINDINGS)])
def test_shipped_tables_have_their_types(layer, schema):
    frame = layer().frame
    assert {c.name: str(frame[c.name].dtype) for c in schema} == {c.name: DTYPES[c.type] for c in schema}
    assert layer().rejected.empty


HEAD = (
    "unit,country,level,scheme,status,valid_from,valid_to,date_precision,decided_by,source,boundary_version,recorded_at"
)


def test_a_register_of_the_user():
    text = f"""{HEAD}
Boda,RCA,admin2,KP,compliant,2016-09-19,,day,,me,,2026-01-01
Nola,CAF,admin2,KP,fine,2016-09-19,,day,,me,,2026-01-01
Nola,CAF,admin2,KP,compliant,soon,,day,,me,,2026-01-01
Nola,CAF,admin2,KP,compliant,,,day,,me,,2026-01-01
Nola,CAF,admin2,KP,compliant,2016-09-19,2016-09-19,,,me,,2026-01-01
,CAF,admin2,KP,compliant,2016-09-19,,day,,me,,2026-01-01
Nola,Atlantis,admin2,KP,compliant,2016-09-19,,day,,me,,2026-01-01
"""
    layer = read_register(text.encode(), "zones.csv")
    assert layer.frame[["unit", "country", "status"]].to_numpy().tolist() == [["Boda", "CAF", "compliant"]]
    assert layer.rejected["reason"].tolist() == [
        "unknown_code",
        "date_unreadable",
        "date_missing",
        "end_before_start",
        "missing_value",
        "unknown_code",
    ]
    assert layer.accounting == {"read": 7, "accepted": 1, "rejected": 6}
    with pytest.raises(InputError, match="no column for"):
        read_register(b"unit,status\nBoda,compliant\n", "zones.csv")


def test_coverage():
    text = "dataset,country_iso3,from,to\nucdp,CAF,1989-01-01,2022-12-31\nucdp,Chad,2000-01-01,1999-01-01\n,CAF,?,?\n"
    layer = read_coverage(text.encode(), "coverage.csv")
    assert {c.name: str(layer.frame[c.name].dtype) for c in COVERAGE} == {c.name: DTYPES[c.type] for c in COVERAGE}
    assert layer.frame.astype(str).to_numpy().tolist() == [["ucdp", "CAF", "1989-01-01", "2022-12-31", "lethal"]]
    assert layer.rejected["reason"].tolist() == ["end_before_start", "missing_value"]
    with pytest.raises(InputError, match="from, to"):
        read_coverage(b"dataset,country_iso3\nucdp,CAF\n", "coverage.csv")


def test_listed_areas():
    text = """country,area,kind,valid_from,valid_to
CD,Nord-Kivu,province,2020-12-17,
Afghanistan,,,2020-12-17,2022-01-01
Mali,entire country,,2020-12-17,
RCA,Boda,sous-préfecture,2020-12-17,
CD,Ituri,planet,2020-12-17,
CD,,province,2020-12-17,
CD,Ituri,,,
"""
    layer = read_eu_list(text.encode(), "list_2020.csv")
    frame = layer.frame
    assert {c.name: str(frame[c.name].dtype) for c in LISTED_AREAS} == {c.name: DTYPES[c.type] for c in LISTED_AREAS}
    assert frame[["country", "area", "kind"]].to_numpy().tolist() == [
        ["COD", "Nord-Kivu", "admin1"],
        ["AFG", "", "country"],
        ["MLI", "", "country"],
        ["CAF", "Boda", "admin2"],
    ]
    assert frame["valid_to"].notna().tolist() == [False, True, False, False]
    assert layer.rejected["reason"].tolist() == ["unknown_code", "missing_value", "date_missing"]


def test_codes_and_names_of_countries_are_unambiguous():
    codes = [row["iso3"] for row in tables.rows("countries.csv")]
    assert len(set(codes)) == len(codes)
    known = tables.countries()
    for row in tables.rows("countries.csv"):
        assert known[row["iso3"].lower()] == row["iso3"]
        assert known[row["iso2"].lower()] == row["iso3"]
    # a mine list may mean either country
    assert "congo" not in known
    assert set(tables.gleditsch_ward().values()) <= set(codes)
    numbers = [row["gw"] for row in tables.rows("countries_gleditsch_ward.csv")]
    assert len(set(numbers)) == len(numbers)


def test_every_alias_folds_to_another_name_and_no_alias_is_a_unit():
    for row in tables.rows("unit_aliases.csv"):
        assert fold(row["alias"]) != fold(row["unit"]), row
        assert fold(row["unit"]) not in unit_aliases()[row["country"], int(row["level"])], row


def test_every_row_of_the_tables_states_its_source():
    for name in ("countries", "countries_gleditsch_ward", "unit_aliases", "mineral_names", "actor_types", "editions",
                 "placeholder_dates", "column_names"):  # fmt: skip
        assert all(row["source"] for row in tables.rows(f"{name}.csv")), name


def test_no_spelling_of_a_mineral_stands_for_two():
    seen: dict[str, str] = {}
    for row in tables.rows("mineral_names.csv"):
        key = tables.plain(row["name"])
        assert seen.setdefault(key, row["mineral"]) == row["mineral"], row


@pytest.mark.parametrize(
    ("text", "minerals"),
    [
        ("Or", "gold"),
        ("Diamant, Or, Carbone", "diamond;gold;carbonado"),
        ("Minerais mixtes (Cassitérite/Coltan)", "cassiterite;coltan"),
        ("7108.12.00", "gold"),
        ("71081200", "gold"),
        ("7108.12.00.10", "gold"),
        ("26159000 / 2609", "coltan;cassiterite"),
        ("3TG", "cassiterite;coltan;wolframite;gold"),
        ("or et diamants", "gold;diamond"),
        ("", ""),
    ],
)
def test_minerals(text, minerals):
    assert mineral_list(text) == (minerals, [])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("RD Congo", "COD"), ("Congo (DRC)", "COD"), ("D.R.C.", "COD"), ("CONGO, DEMOCRATIC REPUBLIC OF", "COD"),
        ("Rép. Dém. du Congo", "COD"), ("Kongo, Dem. Rep.", "COD"), ("Republic of Congo", "COG"), ("R.C.A.", "CAF"),
        ("Zentralafrikanische Republik", "CAF"), ("UAE", "ARE"), ("Emiratos Árabes Unidos", "ARE"), ("U.S.A.", "USA"),
        ("Tanzania (United Rep. of)", "TZA"), ("Republic of Rwanda", "RWA"), ("Sudan (the)", "SDN"),
        ("Costa do Marfim", "CIV"), ("S. Sudan", "SSD"),
        # What names no country, or may name two, names none.
        ("Congo", ""), ("Korea", ""), ("Niger Delta", ""), ("North Kivu", ""), ("Jordan Mining Co", ""), ("Gold", ""),
        ("China Minmetals", ""), ("Kongolo", ""), ("Katanga, DRC", ""), ("America", ""), ("-", ""),
    ],
)  # fmt: skip
def test_words_for_countries(text, code):
    assert tables.country_code(text) == code
