"""Data cards and citations in what is printed: from the record alone, in every result, in the reader's language."""

from __future__ import annotations

import datetime as dt
import re

import pandas as pd
import pytest

from i18n.translator import translator
from jobs.compare.job import _data
from jobs.data_cards import ROLES, cards_of
from jobs.data_drawings import MOST_BARS, map_svg, timeline_svg
from jobs.data_page import DATA_CARDS, cite_blocks, cite_html, day_of, inputs_of, page
from jobs.result import ResultFiles

EN, FR = translator("en"), translator("fr")
DAY = dt.date(2024, 12, 31)
EVENTS = {
    "role": "incidents", "file": "ged.csv", "sha256": "0" * 64, "dataset": "UCDP GED 25.1", "dataset_version": "25.1",
    "rows": {"read": 9, "accepted": 9, "rejected": 0}, "retrieved_at": "2026-11-01T00:00:00+00:00",
    "holds": {"first_day": "1990-01-01", "last_day": "2020-12-31", "countries": ["CAF", "TCD"], "sources": ["ucdp"],
              "versions": ["25.1"], "loose": 3, "candidate": False},
}  # fmt: skip
SITES = {"role": "sites", "file": "mine <b>.csv", "sha256": "1" * 64, "dataset": "mine <b>.csv",
         "dataset_version": "sha256:111111111111", "rows": {"accepted": 2}, "holds": {"countries": ["CAF"], "unplaced": 1}}  # fmt: skip
COVERAGE = [{"dataset": "25.1", "country_iso3": "CAF", "from": "1989-01-01", "to": "2024-12-31", "effects": "lethal"}]
RECORD = {"run_at": "2026-11-27T00:00:00Z", "tool": "cahra-atlas", "tool_version": "0", "job": "x",
          "settings": {"as_of": "2024-12-31", "coverage": COVERAGE}, "inputs": [SITES, EVENTS]}  # fmt: skip


def test_a_page_of_cards_has_timeline_map_age_citation_and_what_is_missing():
    text = page({**RECORD, "language": "en"}).decode()
    for part in (
        "UCDP GED 25.1", "Sundberg", "CC BY 4.0", "48 months before 31 Dec 2024", "retrieved on 1 Nov 2026",
        "Declared covered: Central African Republic", "Blue: declared covered.", "Hatched: there are rows",
        "not declared covered: Chad", "3 of 9 incidents", "Nothing after 31 Dec 2020", "1 row has no coordinates",
        "mine &lt;b&gt;.csv", "How to cite", "not known",
    ):  # fmt: skip
        assert part in text, part
    assert text.count("<svg") == 3  # a timeline, two maps
    assert "<script" not in text
    assert not re.search(r"(?:src|href)=", text)
    assert page(RECORD) == page(dict(RECORD))


def test_a_result_without_a_language_says_it_in_every_one():
    text = page(RECORD).decode()
    assert "lang='en'" in text
    assert "Comment citer" in text
    assert "How to cite" not in page({**RECORD, "language": "fr"}).decode()
    synthetic = {**SITES, "dataset": "demonstration", "dataset_version": "demonstration-2"}
    told = page({**RECORD, "inputs": [synthetic], "language": "fr", "demonstration": True}).decode()
    assert "Sites et visites de démonstration" in told
    assert "données synthétiques de ce projet" in told
    assert "synthetic" not in told


def test_what_is_drawn_says_what_is_declared_and_nothing_more():
    sites, events = cards_of(RECORD["inputs"], COVERAGE, DAY)
    assert timeline_svg(sites, EN) == ""
    assert "1 Jan 1989 – 31 Dec 2024" in timeline_svg(events, EN)
    drawn = map_svg(events, FR)
    assert (drawn.count(">République centrafricaine</text>"), drawn.count(">Tchad</text>")) == (1, 1)
    assert drawn.count("fill='#0072B2'") == 1
    nothing = cards_of([{**EVENTS, "holds": {}}], [], DAY)[0]
    assert map_svg(nothing, EN) == ""
    assert "Nothing is declared covered" in nothing.missing[0]


def test_the_world_is_drawn_too():
    codes = [c for c in pd.read_csv("data/countries.csv", dtype=str, keep_default_na=False)["iso3"] if c]
    world = [{**COVERAGE[0], "country_iso3": c} for c in codes]
    (card,) = cards_of([EVENTS], world, DAY)
    assert timeline_svg(card, EN).count("<rect") == MOST_BARS
    assert len(map_svg(card, EN)) < 300_000


def test_rows_that_must_not_leave_are_told_so_and_cited():
    acled = {**EVENTS, "dataset": "ACLED", "holds": {"restricted": True}}
    (card,) = cards_of([acled], [], DAY)
    assert "must not leave" in " ".join(card.missing)
    assert "Raleigh" in cite_html({"inputs": [acled]}, EN)
    assert "Runfola" in cite_html({"inputs": [{"role": "boundaries", "dataset": "geoBoundaries CAF-ADM2"}]}, EN)
    assert "IPIS" in cite_html({"inputs": [{"role": "sites", "dataset": "IPIS CAR trade lines"}]}, EN)
    assert cite_blocks({"inputs": [SITES]}, EN) == []


@pytest.mark.parametrize("settings", [{"as_of": "2024-12-31"}, {"to": "2024-12-31"}, {"after": "2024-12-31"}])
def test_the_age_is_told_on_the_day_of_the_result_so_that_it_never_changes(settings):
    assert day_of({"settings": settings}) == DAY
    assert day_of({"settings": {"as_of": "soon"}}) is None
    assert day_of({}) is None


def test_every_result_that_read_data_has_its_cards():
    assert dict(ResultFiles({}, {"a.txt": lambda: b"a"}, RECORD))[DATA_CARDS] == page(RECORD)
    assert DATA_CARDS not in dict(ResultFiles({}, {}, {**RECORD, "inputs": []}))


def test_a_comparison_cites_what_both_results_read():
    class Folder:
        def __init__(self, *inputs):
            self.record = {"inputs": list(inputs)}

    kept = _data(Folder(EVENTS, {"role": "zones", "file": "z"}), Folder(EVENTS, SITES))
    assert [i["file"] for i in kept] == ["ged.csv", "mine <b>.csv"]
    assert inputs_of({"data_of_both": kept, "inputs": [{"role": "before"}]}) == kept
    assert "towns" in ROLES
