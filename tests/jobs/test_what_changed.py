"""A sentence per site that moved: it names what the evidence of the two runs has, and nothing else."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from i18n.translator import translator
from jobs.assessment.differences import differences
from jobs.compare.change_sentences import sentences
from views.data_choice import demonstration


@pytest.fixture(scope="module")
def sides():
    data = demonstration()
    runs = [data.at(dt.date(year, 9, 19)).run() for year in (2016, 2018)]
    changed = differences(*(r.assessment.sites for r in runs))
    return runs, list(zip(changed["source"], changed["site_id"], strict=True))


@pytest.fixture(scope="module")
def said(sides):
    (before, after), keys = sides
    return sentences(before, after, keys, translator("en"))


def test_every_site_that_moved_is_told_with_its_cause(said, sides):
    assert set(said) == set(sides[1])
    assert all(text.endswith("Through the date.") for text in said.values())
    assert all(len(text) > len("Through the date.") for text in said.values())


def test_an_incident_that_came_counts_after_and_not_before(said, sides):
    (before, after), _ = sides
    counted = []
    for run in (before, after):
        e = run.assessment.evidence
        e = e[(e["kind"] == "incident") & (e["answer"] == "site")]
        counted.append(set(zip(e["source"], e["site_id"], e["record_id"], strict=True)))
    seen = 0
    for key, text in said.items():
        for words, there, gone in (("came to count", 1, 0), ("count no longer|counts no longer", 0, 1)):
            part = re.search(rf"(?:{words})(.*?\))\.", text)
            for record in re.findall(r"\((DEMO-E\d+)\)", part[1]) if part else ():
                assert (*key, record) in counted[there], text
                assert (*key, record) not in counted[gone], text
                seen += 1
    assert seen > 20


def test_a_zone_that_changed_names_its_entry(said):
    told = [text for text in said.values() if "Zone: " in text]
    assert any("inside a monitored zone → zone status unknown (Gadzi: unknown since 28 Jan 2017)" in t for t in told)


def test_in_french_no_english_is_left(sides):
    (before, after), keys = sides
    for text in sentences(before, after, keys[:15], translator("fr")).values():
        assert not re.search(r"\b(rule|incident came|Through|visit of|now)\b", text), text
