"""Notes through JSON: the same sentences in every language, and nothing that another process could forge."""

from __future__ import annotations

import json

import pytest

from geo.messages import Day, Figure, Note, Word
from geo.packed_notes import packed, unpacked, unpacked_count
from i18n.translator import translator

FR = translator("fr")


def again(note):
    return unpacked(json.loads(json.dumps(packed(note))))


@pytest.mark.parametrize(
    "note",
    [
        Note("a point"),
        Note("{n} blank row{n?|s} {n?was|were} passed over.", n=1234),
        Note("{n:,.0f} km", n=1234.5),
        Note("{reason} (rows {rows})", reason=Note("a point"), rows=Note("{rows} and {n} more", rows="2, 3", n=4)),
        Note.counted("{n} event", "{n} events", 12.0),
        Word("lon", "Longitude"),
        Day("2016-09-19"),
        Figure.of(7_300_000),
        "plain {text}",
    ],
)
def test_what_comes_back_says_the_same(note):
    made = again(note)
    assert (made, type(made)) == (note, type(note))
    if isinstance(note, Note):
        assert (made.template, made.sentence(FR)) == (note.template, note.sentence(FR))


@pytest.mark.parametrize("form", [None, 3, ["a"], {"template": "a"}, {"params": []}, {"kind": "Note", "params": None}])
def test_whatever_has_another_form_is_text(form):
    assert unpacked(form) == str(form)
    assert not isinstance(unpacked(form), Note)


def test_a_forged_count_is_plain_text():
    assert unpacked_count("{n.real}", "{n}", 2) == "2 {n}"
    assert not isinstance(unpacked_count("{m}", "{n}", 2), Note)


@pytest.mark.parametrize(
    "told",
    [{"template": "{a.__class__}", "params": {"a": "x"}}, {"template": "{a[0]}", "params": {"a": "x"}},
     {"template": "{b}", "params": {"a": "x"}}, {"template": "{a!r}", "params": {"a": "x"}},
     {"template": "{a:99999999d}", "params": {"a": 1}}, {"template": "{a:.0f}", "params": {"a": "x"}},
     {"template": "{", "params": {"a": "x"}}],
)  # fmt: skip
def test_a_forged_template_is_plain_text(told):
    """A process that read a stranger's file may say anything."""
    assert unpacked(told) == told["template"]
    assert not isinstance(unpacked(told), Note)
