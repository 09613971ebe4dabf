"""Notes on pages part thousands in every language; what records and files hold of them stays as it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from geo.messages import Day, Figure, Note, Word, joined
from i18n.translator import translator
from views.page_notes import page_sentence

VIEWS = Path(__file__).resolve().parents[2] / "views"
EN, FR = translator("en"), translator("fr")


@pytest.mark.parametrize(
    ("note", "shown"),
    [
        (Note("{n} blank row{n?|s} {n?was|were} passed over.", n=3018), "3,018 blank rows were passed over."),
        (Note("{n} blank row{n?|s} {n?was|were} passed over.", n=1), "1 blank row was passed over."),
        (Note("{km:,.0f} km at most", km=20000.0), "20,000 km at most"),
        (Note("{reason} ({n} row{n?|s})", reason=Note("{n} events", n=12345), n=2), "12,345 events (2 rows)"),
        (Note("from {first} on: {n}", first=Day("2016-01-01"), n=1000), "from 1 Jan 2016 on: 1,000"),
        (Note.counted("{n} event", "{n} events", 3018), "3,018 events"),
        (joined(["2016", Note("{n} rows", n=2016)]), "2016, 2,016 rows"),
        (Note("{n} in {file}", n=Figure.of(7300000), file="{3018}.csv"), "7,300,000 in {3018}.csv"),
        (Note("Read from {name}.", name=Word("lon", "Longitude")), "Read from lon."),
        (Note("{share} of them", share=0.25), "0.25 of them"),
        ("3018 as a file has it", "3018 as a file has it"),
        (3018, "3,018"),
    ],
)
def test_thousands_are_parted_in_english(note, shown):
    assert page_sentence(note, EN) == shown


def test_other_languages_are_said_as_before():
    note = Note("{n} blank row{n?|s} {n?was|were} passed over.", n=3018)
    assert page_sentence(note, FR) == note.sentence(FR) == f"{FR.number(3018)} lignes vides ignorées."
    assert str(note) == "3018 blank rows were passed over."


def test_pages_say_their_notes_by_it():
    """What else is said by itself: faults, why a site has its class, and what would help."""
    alone = re.compile(r"(\w+)(?:\([^()]*\))?\.sentence\(")
    others = {"fault", "error", "found", "why", "why_of", "remedy_of", "remedy"}
    for path in sorted(set(VIEWS.rglob("*.py")) - {VIEWS / "page_notes.py"}):
        assert set(alone.findall(path.read_text("utf-8"))) <= others, path
