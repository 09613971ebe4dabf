"""Data cards: source, licence, how to cite, coverage, age, and what is missing."""

from __future__ import annotations

import datetime as dt

from i18n.translator import translator
from jobs.data_cards import cards, citations
from jobs.inputs import Inputs, Source, load

TODAY = dt.date(2026, 11, 26)
HEAD = "record_id,date_start,date_end,precision,lon,lat,country,deaths_best,deaths_low,deaths_high,source,dataset\n"
EVENTS = (HEAD + "1,2020-05-01,2020-05-01,1,20,5,CAF,1,1,1,ucdp,UCDP GED 25.1\n"
          "2,2020-05-02,2020-05-02,4,,,COD,1,1,1,ucdp,UCDP GED 25.1\nx,no,no,1,20,5,CAF,1,1,1,ucdp,UCDP GED 25.1\n").encode()  # fmt: skip
SITES = b"site_id,name,lat,lon,country,minerals\nA,Alpha,5.0,20.01,CAF,gold\nB,Beta,,,CAF,gold\n"
COVERAGE = b"dataset,country_iso3,from,to\nucdp,CAF,2010-01-01,2020-12-31\n"


def test_a_card_says_what_is_known_and_what_is_missing():
    about = (
        ("edition", "25.1"),
        ("cite", "Sundberg and Melander (2013)"),
        ("retrieved_at", "2026-11-01T00:00:00+00:00"),
    )
    given = Inputs(
        sites=[Source("sites.csv", SITES)], incidents=[Source("events.csv", EVENTS, COVERAGE, about)]
    )  # fmt: skip
    sites, events = cards(load(given), TODAY)
    assert (events.title, events.licence, events.cite) == ("UCDP GED 25.1", "CC BY 4.0", "Sundberg and Melander (2013)")
    assert (events.rows, events.rejected, events.first, events.last) == (2, 1, "2020-05-01", "2020-05-02")
    assert events.age == (TODAY - dt.date(2020, 5, 2)).days
    assert events.retrieved == "2026-11-01"
    assert events.covers["country_iso3"].tolist() == ["CAF"]
    text = "\n".join(events.missing)
    for part in (
        "1 of 2 incidents is not placed",
        "not declared covered: Congo - Kinshasa",
        "Nothing after 2020-05-02",
        "1 row could not",
    ):
        assert part in text
    assert all(line.sentence(translator("fr")) != str(line) for line in events.missing)
    assert sites.cite == ""
    assert any("licence is not known" in line for line in sites.missing)


def test_without_coverage_a_card_says_that_nothing_can_be_calm():
    [events] = cards(load(Inputs(incidents=[Source("events.csv", EVENTS)]), sites_needed=False), TODAY)
    assert "Nothing is declared covered" in events.missing[0]
    assert "Sundberg" in events.cite  # by its publisher, though it was not fetched


def test_a_report_carries_each_citation_once():
    entry = {"dataset": "UCDP GED", "edition": "25.1", "cite": "S and M", "retrieved_at": "2026-11-01T0"}
    told = citations([entry, entry, {"dataset": "my list.csv"}, {"dataset": "Natural Earth", "dataset_version": "4.1"}])
    assert told == ["UCDP GED, 25.1 (2026-11-01): S and M", "Natural Earth, 4.1: Natural Earth"]
