"""What covers: whole editions by name and content, and what a user declares; a country speaks for its own ground."""

from __future__ import annotations

import csv as csv_module
import io
import zipfile

import pandas as pd
import pytest

from layers.reference.files import DATA
from layers.sources import editions
from layers.sources.coverage import read_coverage, recognised_coverage
from layers.sources.incidents import read_incidents
from tests.layers.test_incidents import UCDP, csv

HEAD = "dataset,country_iso3,from,to"


def whole_world(first: int = 1989, last: int = 2024, countries: int = 110) -> bytes:
    """An edition in small: every year, many countries (the floor of rows is lowered in tests)."""
    with (DATA / "countries_gleditsch_ward.csv").open(encoding="utf-8", newline="") as file:
        numbers = list({r["iso3"]: r["gw"] for r in csv_module.DictReader(file)}.values())[:countries]
    spread = [(numbers[i % len(numbers)], first + i % (last - first + 1)) for i in range(len(numbers) * 2)]
    days = [{"id": str(i), "country_id": gw, "date_start": f"{y}-05-01", "date_end": f"{y}-05-01"}
            for i, (gw, y) in enumerate(spread)]  # fmt: skip
    return csv(*(UCDP | {"country": ""} | day for day in days))


@pytest.fixture
def low_floor(monkeypatch):
    listed = [dict(row) | ({"min_rows": "200"} if row["min_rows"] else {}) for row in editions.rows("editions.csv")]
    monkeypatch.setattr(editions, "rows", lambda name: listed)


def zipped(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, content)
    return out.getvalue()


def spans(coverage: pd.DataFrame, country: str) -> list[list[str]]:
    mine = coverage[coverage["country_iso3"] == country].sort_values("from")
    return mine[["from", "to"]].astype(str).to_numpy().tolist()


def test_all_yearly_editions_from_17_to_26_are_listed_with_their_last_day():
    listed = {row["version"]: row for row in editions.rows("editions.csv") if row["country_iso3"] == "*"}
    assert set(listed) == {f"{year}.1" for year in range(17, 27)}
    for version, row in listed.items():
        assert (row["from"], row["to"]) == ("1989-01-01", f"{2000 + int(version[:2]) - 1}-12-31")
        assert int(row["min_rows"]) > 100_000
        assert int(row["min_countries"]) == 100
    floors = [int(row["min_rows"]) for row in listed.values()]
    assert floors == sorted(floors)


@pytest.mark.usefixtures("low_floor")
@pytest.mark.parametrize("name", ["GEDEvent_v25_1.csv", "GEDEvent_v25_1 (1).csv", "gedevent_v25_1.CSV", "ged251.csv"])
def test_a_yearly_edition_is_known_by_name_and_content(name):
    layer = read_incidents(whole_world(), name)
    assert (layer.dataset, layer.dataset_version) == ("UCDP GED 25.1 global", "25.1")
    covered = recognised_coverage([layer])
    assert spans(covered, "CAF") == spans(covered, "SYR") == [["1989-01-01", "2024-12-31"]]
    assert set(covered["effects"]) == {"lethal"}
    assert not layer.frame["candidate"].any()


@pytest.mark.usefixtures("low_floor")
@pytest.mark.parametrize(
    ("archive", "member"),
    [("ged251-csv.zip", "GEDEvent_v25_1.csv"), ("download.zip", "GEDEvent_v25_1.csv"), ("ged251-csv (1).zip", "a.csv")],
)
def test_the_name_inside_an_archive_counts(archive, member):
    layer = read_incidents(zipped(member, whole_world()), archive)
    assert layer.dataset_version == "25.1"


@pytest.mark.usefixtures("low_floor")
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("my_download.csv", whole_world()),
        ("GEDEvent_v24_1.csv", whole_world()),  # a year too many
        ("GEDEvent_v26_1.csv", whole_world()),  # a year too few
        ("GEDEvent_v25_1.csv", whole_world(first=1990)),
        ("GEDEvent_v25_1.csv", whole_world(countries=99)),
        ("GEDEvent_v25_1_africa.csv", whole_world()),
    ],
)
def test_less_than_the_whole_is_a_part_and_covers_nothing(name, content):
    layer = read_incidents(content, name)
    assert layer.dataset == "UCDP GED"
    assert recognised_coverage([layer]).empty


def test_too_few_rows_are_a_part():
    assert recognised_coverage([read_incidents(whole_world(), "GEDEvent_v25_1.csv")]).empty


@pytest.mark.usefixtures("low_floor")
def test_editions_to_19_leave_syria_out():
    layer = read_incidents(whole_world(last=2018), "ged191.csv")
    covered = recognised_coverage([layer])
    assert spans(covered, "SYR") == []
    assert spans(covered, "CAF") == [["1989-01-01", "2018-12-31"]]


def in_month(day: str, n: int = 10) -> list[dict[str, str]]:
    return [UCDP | {"id": f"{day}{i}", "date_start": day, "date_end": day} for i in range(n)]


@pytest.mark.parametrize(
    ("name", "days", "span"),
    [
        ("GEDEvent_v24_0_12.csv", ["2024-12-03"], ["2024-12-01", "2024-12-31"]),
        ("GEDEvent_v24_0_12 (2).csv", ["2024-12-03"], ["2024-12-01", "2024-12-31"]),
        ("GEDEvent_v24_0_2.csv", ["2024-02-03"], ["2024-02-01", "2024-02-29"]),
        ("GEDEvent_v26_01_26_06.csv", ["2026-01-03", "2026-06-30"], ["2026-01-01", "2026-06-30"]),
        ("GEDEvent_v24_0_12.csv", ["2024-01-02"], None),
        ("GEDEvent_v24_0_12.csv", ["2024-12-03", "2025-01-01"], None),
        ("GEDEvent_v24_0_13.csv", ["2024-12-03"], None),
        ("GEDEvent_v20_0_3.csv", ["2020-03-03"], None),  # Africa only, says the publisher
    ],
)
def test_a_candidate_edition_covers_the_months_of_its_name_where_its_rows_lie_there(name, days, span):
    content = csv(*(row for day in days for row in in_month(day)))
    for layer in (read_incidents(content, name), read_incidents(zipped(name, content), "ged-download.zip")):
        assert layer.frame[["provisional", "candidate"]].all(axis=None)
        assert spans(recognised_coverage([layer]), "CAF") == ([span] if span else [])
        assert ("Taken as the whole" in " ".join(layer.notes)) == bool(span)


def test_late_news_of_earlier_months_does_not_spoil_a_month():
    content = csv(*in_month("2026-08-03", 19), *in_month("2026-06-30", 1))
    assert len(recognised_coverage([read_incidents(content, "GEDEvent_v26_0_8.csv")]))
    content = csv(*in_month("2026-08-03", 5), *in_month("2026-06-30", 5))
    assert recognised_coverage([read_incidents(content, "GEDEvent_v26_0_8.csv")]).empty


@pytest.mark.usefixtures("low_floor")
def test_months_follow_on_a_year_without_a_gap():
    layers = [read_incidents(whole_world(), "GEDEvent_v25_1.csv")]
    layers += [read_incidents(csv(*in_month(f"2025-{m:02d}-09")), f"GEDEvent_v25_0_{m}.csv") for m in (1, 2, 3)]
    ends = spans(recognised_coverage(layers), "COD")
    assert [b for _, b in ends] == ["2024-12-31", "2025-01-31", "2025-02-28", "2025-03-31"]
    days = pd.to_datetime([a for a, _ in ends[1:]]) - pd.to_datetime([b for _, b in ends[:-1]])
    assert set(days.days) == {1}


def declared(*rows: str):
    return read_coverage("\n".join([HEAD, *rows, ""]).encode(), "c.csv")


def test_a_country_speaks_for_its_ground_from_its_independence_on():
    layer = declared("south.csv,SSD,1989-01-01,2021-12-31")
    assert spans(layer.frame, "SSD") == [["2011-07-09", "2021-12-31"]]
    assert "SSD" in layer.notes[0]
    assert "2011-07-09" in layer.notes[0]
    layer = declared("sudan.csv,SDN,1989-01-01,2023-12-31")
    assert spans(layer.frame, "SSD") == [["1989-01-01", "2011-07-08"]]
    assert spans(layer.frame, "SDN") == [["1989-01-01", "2023-12-31"]]
    assert layer.accounting["accepted"] == 1
    assert layer.notes == []
    both = declared("ged.csv,SDN,1989-01-01,2023-12-31", "ged.csv,SSD,1989-01-01,2023-12-31")
    assert spans(both.frame, "SSD") == [["1989-01-01", "2011-07-08"], ["2011-07-09", "2023-12-31"]]
    assert declared("s.csv,SSD,2000-01-01,2010-12-31").frame.empty
    assert spans(declared("s.csv,SSD,2012-01-01,2013-12-31").frame, "SSD") == [["2012-01-01", "2013-12-31"]]


def test_a_declaration_says_which_events_it_covers_and_a_blank_is_deadly_ones_only():
    head = "dataset,country_iso3,from,to"
    three = read_coverage(f"{head}\nacled,CAF,2014-01-01,2016-12-31\n".encode(), "c.csv")
    assert three.frame["effects"].tolist() == ["lethal"]
    rows = "".join(f"acled,CAF,2014-01-01,2016-12-31,{word}\n" for word in ("", "All", "lethal", "most"))
    layer = read_coverage(f"{head},effects\n{rows}".encode(), "c.csv")
    assert layer.frame["effects"].tolist() == ["lethal", "all", "lethal"]
    assert layer.rejected[["row", "reason", "got"]].to_numpy().tolist() == [[5, "unknown_code", "most"]]
