"""A count before a noun is said rightly of none, one and two, in English and in French."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import pytest

from geo.messages import filled, is_one
from i18n import catalogue
from i18n.translator import translator
from scripts import messages

COUNTED = re.compile(r"(?<![\w.,)])(1|2) (?:(?:other|more|new|known|lethal|deadly|smelter) )?([a-z]+s)\b")
"""A number and the word after it, which ends like a plural."""
NO_NOUN = {"is", "was", "has", "does", "begins", "ends", "counts", "passes", "stands", "says", "status"}
"""Verbs, and a noun that ends in s: what stands before them is a name or a number, not a count."""
NEVER_ONE = {
    "At most {n} files at a time.": "a constant of the page",
    "The table holds the gravest {n} of {all} sites; filters and downloads reach all of them.": "more than the table holds",
    "Count the last {n} years (assesses the sites once a year)": "a constant of the page",
    "The gravest {n} sites of {all}; the workbook has all of them.": "a constant of the table",
    "{n} rows of evidence are too many for a workbook: see evidence.csv.": "more than a workbook holds",
    "{n} months/s": "the same, where the screen is narrow",
    "{n} months a second": "one of the paces of the clock, from two on; the map fills it",
    "{n} fields": "what a row had is '{n} field' where it is one; what it should have is two or more",
    "{n} cells": "of a row with more cells than a header of two or more",
    "{file}: {values} ({basis}), {wide} × {high} pixels, {system}.": "two numbers and a unit, not a count",
}
"""Messages whose count can never be one, or is no count, with the reason.

Questions of rules are left out as a whole: they are data under the checksum of the rules and stand with their numbers.
"""


@lru_cache(maxsize=1)
def templates() -> tuple[str, ...]:
    """Messages with a placeholder, each once, as the French catalogue holds them, which lacks none.

    The two forms of a message that has them apart are left to gettext.
    """
    every = catalogue.messages(messages.PO.read_text("utf-8"))
    return tuple(text for text in every if re.search(r"\{\w", text) and "\0" not in text)


def with_number(text: str, number: int, one: Callable[[object], bool] = is_one) -> str:
    """A message with this number at every placeholder."""
    plain = re.sub(r"\{(\w+):[^{}]*\}", r"{\1}", text)
    values = dict.fromkeys(re.findall(r"\{(\w+)", plain), number)
    return filled(plain, values, one)


def wrong(text: str) -> list[str]:
    """Nouns of a message that stay plural after one."""
    return [word for _, word in COUNTED.findall(with_number(text, 1)) if word not in NO_NOUN]


def test_a_noun_without_a_form_for_one_is_found():
    assert wrong("{n} rows have no place.") == ["rows"]
    assert wrong("{n} more row{n?|s}, {deaths} deaths") == ["deaths"]
    assert wrong("{n} row{n?|s} {n?has|have} no place.") == []


def test_every_message_has_a_form_for_one():
    assert {text: found for text in templates() if text not in NEVER_ONE and (found := wrong(text))} == {}


def test_what_can_never_be_one_is_still_said_somewhere():
    assert set(NEVER_ONE) - set(templates()) == set()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_none_one_and_two_take_the_form_that_the_language_counts_by(language):
    _ = translator(language)
    forms = [text for text in templates() if "?" in text and re.search(r"\{\w+\?", text)]
    assert len(forms) > 100
    for text in forms:
        said = _(text)
        none, one, two = (
            re.sub(rf"(?<!\d){n}(?!\d)", "#", with_number(re.sub(r"[0-9]", "", said), n, _.is_one)) for n in (0, 1, 2)
        )
        if re.search(r"\{\w+\?", said):
            assert one != two, said
            assert none == (one if language == "fr" else two), said


def test_two_are_never_said_like_one():
    singular = re.compile(
        r"(?<![\w.,)])2 (?:other |more )?(row|site|incident|death|file|visit|way|name|month|day|place)\b"
    )
    assert [text for text in templates() if singular.search(with_number(text, 2))] == []
