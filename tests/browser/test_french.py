"""The whole page in the reader's language, whatever the browser's: Streamlit's own words, calendar, numbers, `lang`."""

from __future__ import annotations

import re


def said(here) -> list[object]:
    return here.page.evaluate(
        "() => [document.documentElement.lang, navigator.language, (1234.5).toLocaleString(navigator.languages),"
        " [...document.querySelectorAll('[aria-label]')].map(e => e.getAttribute('aria-label'))]"
    )


def test_streamlits_own_words_calendar_and_numbers_follow_the_language_of_the_page(visit):
    here = visit("/files?lang=fr&day=2016-09-19", locale="en-GB")
    here.page.get_by_role("heading", name="Vos fichiers").wait_for()
    here.settled()
    here.page.wait_for_function("() => document.documentElement.lang === 'fr'")
    lang, locale, number, labels = said(here)
    assert (lang, locale) == ("fr", "fr-FR")
    assert re.fullmatch(r"1\s234,5", number)
    assert {"Choisir une date", "Pages de l'application", "Replier la barre latérale"} <= set(labels)
    english = ("Choose date", "App pages", "Collapse sidebar", "Help for", "Link to heading", "file upload", "Search")
    assert [label for label in labels if label.startswith(english)] == []
    assert here.page.get_by_text(re.compile(r"^\d+ more$")).count() == 0
    here.page.get_by_test_id("stDateInputCalendarButton").first.click()
    here.page.get_by_text("septembre").first.wait_for(state="attached")
    here.page.keyboard.press("Escape")

    here.page.get_by_text("English", exact=True).click()
    here.page.get_by_role("heading", name="Your files").wait_for()
    here.settled()
    lang, locale, number, labels = said(here)
    assert (lang, locale, number) == ("en", "en-GB", "1,234.5")
    assert "Choose date" in labels
    assert "Choisir une date" not in labels
