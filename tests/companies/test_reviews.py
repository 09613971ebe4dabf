"""Decisions: appended, kept over restarts, never changed or deleted, never a change of a class."""

from __future__ import annotations

import datetime as dt
import sqlite3

import pytest

from geo.errors import InputError
from jobs.screening.decided import ONTO
from jobs.screening.decisions import keys_of
from jobs.screening.export import with_decisions
from jobs.screening.reviews import Reviews
from tests.companies.cases import files, screened
from tests.companies.test_screening import HERE

NOW = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


@pytest.fixture
def found():
    return screened({**HERE, "site_name": "Mine", "mineral": "gold"}, {**HERE, "supplier_id": "B"})


def test_a_decision_survives_and_stands_beside_an_unchanged_class(found, tmp_path):
    place = tmp_path / "deep" / "reviews.sqlite"
    Reviews(place).decide(found.rows.iloc[:1], "accept", "papers seen", "A. R.", record=found.record, now=NOW)
    Reviews(place).decide(found.rows.iloc[:1], "escalate", "papers false", "B. S.", record=found.record, now=NOW)
    again = with_decisions(found, Reviews(place))
    row = again.rows.iloc[0]
    told = (row["decision"], row["decision_note"], row["reviewer"], row["decided_at"], row["decisions_before"])
    assert told == ("escalate", "papers false", "B. S.", "2026-01-02T03:04:05Z", 1)
    untouched = [c for c in found.rows.columns if c not in ONTO and c != "decisions_before"]
    assert again.rows[untouched].equals(found.rows[untouched])
    assert again.rows["decision"].tolist()[1] == ""
    assert again.record["decisions"] == {"escalate": 1}
    history = Reviews(place).history(keys_of(found.rows)[0])
    assert [(d.decision, d.reviewer, d.site_class) for d in history] == [
        ("accept", "A. R.", row["site_class"]),
        ("escalate", "B. S.", row["site_class"]),
    ]
    assert b"papers false" in files(again)["screening.csv"]


def test_a_note_does_not_take_the_place_of_a_decision(found, tmp_path):
    store = Reviews(tmp_path / "r.sqlite")
    store.decide(found.rows.iloc[:1], "accept", "", "A", record={}, now=NOW)
    store.decide(found.rows.iloc[:1], "note", "called them", "A", record={}, now=NOW)
    held = store.latest(keys_of(found.rows))[keys_of(found.rows)[0]]
    assert (held.decision.decision, held.before) == ("accept", 1)


def test_nothing_can_be_changed_or_deleted(found, tmp_path):
    place = tmp_path / "r.sqlite"
    Reviews(place).decide(found.rows, "accept", "", "A", record={}, now=NOW)
    with sqlite3.connect(place) as base:
        for statement in ("UPDATE decision SET decision = 'escalate'", "DELETE FROM decision"):
            with pytest.raises(sqlite3.DatabaseError, match="never"):
                base.execute(statement)
    assert len(Reviews(place).history(keys_of(found.rows)[0])) == 1


def test_next_weeks_list_finds_the_decision_by_what_the_row_says(found, tmp_path):
    store = Reviews(tmp_path / "r.sqlite")
    store.decide(found.rows.iloc[:1], "accept", "", "A", record={}, now=NOW)
    later = screened(
        {**HERE, "site_name": "mine ", "mineral": "gold", "as_of": "2020-06-30"},
        {**HERE, "site_name": "Other", "supplier_id": "C"},
    )
    assert with_decisions(later, store).rows["decision"].tolist() == ["accept", ""]


@pytest.mark.parametrize(("decision", "note", "who"), [("burn", "", "A"), ("accept", "", " "), ("note", " ", "A")])
def test_what_is_no_decision_is_refused(found, tmp_path, decision, note, who):
    store = Reviews(tmp_path / "r.sqlite")
    with pytest.raises(InputError):
        store.decide(found.rows, decision, note, who, record={})
    assert not store.path.exists()


def test_a_foreign_file_is_left_alone(found, tmp_path):
    place = tmp_path / "other.sqlite"
    with sqlite3.connect(place) as base:
        base.execute("CREATE TABLE theirs (a)")
    before = place.read_bytes()
    with pytest.raises(InputError, match="no file of decisions"):
        Reviews(place).decide(found.rows, "accept", "", "A", record={})
    place.with_name("text.sqlite").write_text("not a database, only text " * 100)
    with pytest.raises(InputError, match="cannot be used"):
        Reviews(place.with_name("text.sqlite")).latest(["x"])
    assert place.read_bytes() == before


def test_hostile_notes_stay_text(found, tmp_path):
    store = Reviews(tmp_path / "r.sqlite")
    note = "=cmd|'/c calc'!A1 <script>alert(1)</script> '); DROP TABLE decision;--"
    store.decide(found.rows.iloc[:1], "accept", note, "<b>A</b>", record={}, now=NOW)
    made = files(with_decisions(found, store))
    assert b"<script>" not in made["report.html"]
    assert b"'=cmd" in made["screening.csv"]
    assert store.history(keys_of(found.rows)[0])[0].note == note


def test_the_file_says_whose_it_is(found, tmp_path, monkeypatch):
    store = Reviews(tmp_path / "r.sqlite")
    assert store.owner() == ""
    monkeypatch.setenv("CAHRA_REVIEWS_OWNER", "Team A")
    assert store.owner() == "Team A"
    store.decide(found.rows.iloc[:1], "accept", "", "A", record={}, now=NOW)
    monkeypatch.delenv("CAHRA_REVIEWS_OWNER")
    assert store.owner() == "Team A"
    monkeypatch.setenv("CAHRA_REVIEWS_OWNER", "Team B")
    with pytest.raises(InputError, match="belongs to someone else"):
        store.decide(found.rows.iloc[:1], "accept", "", "A", record={}, now=NOW)
    assert store.owner() == "Team A"
