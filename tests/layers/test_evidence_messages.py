"""Evidence in words: every code that a run writes has its word in either language and its line in docs/evidence.md."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from geo.schema import EVIDENCE, conform, empty
from i18n.evidence_messages import FACTS, REASONS, worded
from i18n.translator import translator
from jobs.screening.evidence_messages import worded as screening_worded
from tests import frames
from tests.companies.cases import data, screened

PAGE = (Path(__file__).resolve().parents[2] / "docs/evidence.md").read_text("utf-8")


def family(fact: str) -> str:
    """The code of the page that a code of a row belongs to."""
    fact = re.sub(r"^sum_\d+m$", "sum_{n}m", fact)
    fact = re.sub(r"^covered_\d+m_", "covered_{n}m_", fact)
    return "area_{gap}" if fact.startswith("area_") else fact


def test_every_code_of_a_run_is_on_the_page(run):
    rows = run.assessment.evidence
    assert {"incident", "near_miss", "area", "visit", "zone", "gap", "coverage"} <= set(rows["kind"])
    for fact in rows["fact"].unique():
        assert f"`{family(fact)}`" in PAGE, fact
    unknown = set(rows.loc[rows["fact"] == "rule_unknown", "status"])
    assert unknown
    assert unknown <= set(REASONS)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_row_says_what_it_found_and_shows_no_code(run, language):
    distinct = run.assessment.evidence.drop_duplicates(["kind", "fact", "status", "rule"])
    said = worded(distinct, translator(language))
    assert (said["found"] != "").all()
    assert not said["found"].str.contains(r"[a-z]_[a-z]|\{|nan").any(), said["found"].unique()
    held = said[said["rule"].isin(["C1", "A1"]) & said["limit_months"].notna()]
    assert len(held)
    assert held["limit"].str.contains("12").all()


def test_languages_say_it_differently_and_numbers_decline():
    rows = conform(
        pd.DataFrame(
            {
                "site_id": "1", "source": "x", "kind": ["area", "area", "visit"], "rule": ["A1", "A1", "C2"],
                "fact": ["sum_12m", "sum_12m", "non_state_armed"], "status": ["Boda", "Boda", "yes"],
                "events": [1.0, 3.0, None], "deaths": [1.0, 25.0, None],
                "limit_months": [12.0, 12.0, 24.0], "limit_deaths": [25.0, 25.0, None],
            }
        ),
        EVIDENCE,
    )  # fmt: skip
    english, french = (worded(rows, translator(code)) for code in ("en", "fr"))
    assert english["found"].tolist() == [
        "Boda: 1 event, 1 death in 12 months",
        "Boda: 3 events, 25 deaths in 12 months",
        "non-state armed actor: yes",
    ]
    assert english["limit"].tolist() == ["25 deaths, in 12 months", "25 deaths, in 12 months", "in 24 months"]
    assert not set(french["found"]) & set(english["found"])
    assert "25 morts" in french["found"].iloc[1]
    assert worded(empty(EVIDENCE), translator("fr"))["found"].tolist() == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_company_s_own_rows_have_words_too(language):
    row = {"supplier_id": "A", "lat": "6.0", "lon": "20.0", "country": "CAF", "mineral": "coltan"}
    known = frames.sites({"minerals": "gold"}, {"site_id": "2", "minerals": "coltan", "lon": 20.8, "lat": 6.0})
    world = data(sites=known, incidents=frames.incidents({"day": "2020-06-01"}))
    rows = ({**row, "dest_lat": "6", "dest_lon": "20.5"}, {**row, "supplier_id": "B", "mineral": "diamond"})
    found = screened(*rows, on=world)
    own = found.evidence[found.evidence["part"] != "origin"]
    assert {"dodd_frank", "kp_status", "mineral", "transit"} <= set(own["kind"])
    said = screening_worded(own, translator(language))["found"]
    assert (said != "").all()
    assert not said.str.contains(r"[a-z]_[a-z]").any(), said.unique()
    for fact in own["fact"]:
        assert f"`{fact}`" in PAGE


def test_no_fact_is_named_twice_with_other_words():
    assert not set(FACTS) & set(REASONS) - {"incident_rejected"}
