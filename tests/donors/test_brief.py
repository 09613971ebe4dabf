"""The brief: figures that agree with the files, in both languages, safe to open; the page shows money and lists."""

from __future__ import annotations

import re

import pandas as pd

from geo.programmes.coverage import programme_coverage
from geo.programmes.donors import donor_names
from geo.programmes.money import money_rows
from geo.programmes.schema import MONEY, Programmes
from geo.schema import conform
from i18n.translator import translator
from jobs.programmes.brief import brief_of
from jobs.programmes.brief_page import brief_html, brief_pdf
from jobs.programmes.export_area import narrowed
from tests.donors.donor_cases import make_programmes, make_sites
from tests.donors.test_programme_coverage import BODA, T, three_sites

NAMES = donor_names([("European Union", "EU", "")])


def taken(rows: list[dict[str, object]]) -> tuple[object, object]:
    made = make_programmes(rows)
    paid = [(n, "budget", 2020, "EUR", 1000.0) for n in range(len(rows))]
    money = conform(pd.DataFrame.from_records(paid, columns=[c.name for c in MONEY]), MONEY)
    programmes = Programmes(made.frame, made.footprints, made.geometry, money=money)
    result = programme_coverage(three_sites(), programmes, as_of=T, donors=NAMES)
    return result, money_rows(programmes, NAMES)


ROWS: list[dict[str, object]] = [
    {"lon": BODA[0], "lat": BODA[1], "radius_km": 30, "types": "mapping", "donor": "EU", "end": "2022-03-31",
     "title": "<script>alert(1)</script>", "countries": "CAF"},
    {"types": "kp_compliance", "donor": "AFD", "countries": "CAF"},
    {"types": "mapping", "donor": "X", "countries": "COD", "country": "COD"},
]  # fmt: skip


def test_the_figures_are_those_of_the_stocktake_and_another_country_is_not_in_it() -> None:
    result, money = taken(ROWS)
    brief = brief_of(narrowed(result, money, "CAF", names=NAMES), translator("en"))
    assert [value for _, value in brief.figures] == ["3", "2", "1", "1", "0", "2"]
    by_type = {row[0]: row[1:] for row in brief.sections[0].rows}
    assert by_type["Mapping"][:4] == ("1", "European Union", "1", "1")
    assert by_type["KP compliance"][:2] == ("1", "AFD")
    assert sum(int(row[4]) for row in brief.sections[0].rows) == len(result.gaps)
    assert [row[0] for row in brief.sections[2].rows] == ["<script>alert(1)</script>"]
    assert {row[0]: row[3] for row in brief.sections[3].rows} == {"European Union": "1,000", "AFD": "1,000"}


def test_a_district_holds_its_own_sites_and_programmes_only() -> None:
    result, money = taken(ROWS)
    area = narrowed(result, money, "CAF", "Boda", NAMES)
    assert area.sites["site_id"].tolist() == ["S1"]
    assert area.programmes["programme_id"].tolist() == ["P1"]
    assert not len(narrowed(result, money, "RWA", names=NAMES).sites)


def test_where_nothing_is_typed_the_brief_says_unknown_and_counts_no_gap() -> None:
    result, money = taken([{"types": "", "countries": "CAF"}])
    brief = brief_of(narrowed(result, money, "CAF"), translator("en"))
    assert dict(brief.figures)["Without any"] == "unknown"
    assert {row[4] for row in brief.sections[0].rows} == {"unknown"}
    assert brief.sections[1].sentences == ["What is covered is unknown."]


def test_the_page_runs_nothing_asks_nobody_and_speaks_the_readers_language() -> None:
    result, money = taken(ROWS)
    area = narrowed(result, money, "CAF", demonstration=True)
    pages = {
        language: brief_html(brief_of(area, translator(language)), translator(language), "1")
        for language in ("en", "fr")
    }
    for language, page in pages.items():
        text = page.decode()
        assert f'<html lang="{language}">' in text
        assert "<script" not in text
        assert not re.search(r"(?:src|href)=", text)
        assert "notice" in text
    assert "Demonstration data" in pages["en"].decode()
    assert "République centrafricaine" in pages["fr"].decode()
    assert brief_html(brief_of(area, translator("en")), translator("en"), "1") == pages["en"]


def test_unknown_workers_are_a_dash() -> None:
    sites = make_sites([{"admin2": "Boda"}])
    result = programme_coverage(sites, make_programmes([{"types": "mapping"}]), as_of=T)
    brief = brief_of(narrowed(result, money_rows(Programmes()), "CAF"), translator("en"))
    assert {row[5] for row in brief.sections[0].rows} == {"–"}
    assert any("nobody counted" in told for told in brief.sections[4].sentences)


def test_the_pdf_is_two_pages_at_most_and_the_same_each_time() -> None:
    result, money = taken(ROWS)
    brief = brief_of(narrowed(result, money, "CAF", names=NAMES), translator("fr"))
    made = brief_pdf(brief, translator("fr"), "1")
    assert made.startswith(b"%PDF-")
    assert made == brief_pdf(brief, translator("fr"), "1")
    assert 1 <= len(re.findall(rb"/Type /Page\b", made)) <= 2
