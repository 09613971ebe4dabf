"""The whole page in the reader's language, whatever the browser's: Streamlit's own words, numbers, `lang`."""

from __future__ import annotations

import re


def page_texts(here) -> list[object]:
    return here.page.evaluate(
        "() => [document.documentElement.lang, navigator.language, (1234.5).toLocaleString(navigator.languages),"
        " [...document.querySelectorAll('[aria-label]')].map(e => e.getAttribute('aria-label'))]"
    )


def test_streamlits_own_words_and_numbers_follow_the_language_of_the_page(visit, tmp_path):
    here = visit("/files?lang=fr&day=2016-09-19", locale="en-GB")
    here.page.get_by_role("heading", name="Vos fichiers").wait_for()
    here.settled()
    for label in ("Pages de l'application", "Replier la barre latérale"):
        here.page.locator(f'[aria-label="{label}"]').first.wait_for(state="attached")
    lang, locale, number, labels = page_texts(here)
    assert (lang, locale) == ("fr", "fr-FR")
    assert re.fullmatch(r"1\s234,5", number)
    english = ("Choose date", "App pages", "Collapse sidebar", "Help for", "Link to heading", "file upload", "Search")
    assert [label for label in labels if label.startswith(english)] == []
    assert "more" not in here.page.get_by_test_id("stTopNav").inner_text()
    refused = here.page.get_by_test_id("stMain").locator("[data-testid=stFileUploader]").first
    large = tmp_path / "large.csv"
    large.write_bytes(b"x" * 21_500_000)
    refused.locator("input[type=file]").set_input_files(large)
    refused.get_by_role("alert").get_by_text("Le fichier doit faire au plus 20 Mo.").wait_for()
    assert refused.get_by_role("alert").bounding_box()["width"] > 100
    assert "21,5\u00a0Mo" in refused.inner_text().replace(" ", "\u00a0")

    here.page.get_by_text("English", exact=True).click()
    here.page.get_by_role("heading", name="Your files").wait_for()
    here.settled()
    here.page.locator('[aria-label="App pages"]').first.wait_for(state="attached")
    lang, locale, number, labels = page_texts(here)
    assert (lang, locale, number) == ("en", "en-GB", "1,234.5")
    assert "Pages de l'application" not in labels


def test_the_rules_of_a_site_are_read_on_a_phone(visit):
    here = visit("/site?site=demonstration%7CDEMO-002&lang=fr", width=390, height=844)
    here.page.locator(".cahra-answers li").first.wait_for()
    wide, high = here.page.evaluate(
        "() => [[...document.querySelectorAll('.cahra-answers li')].map(e => e.scrollWidth - e.clientWidth),"
        " document.querySelector('.st-key-rules_wide').getBoundingClientRect().height]"
    )
    assert len(wide) > 10
    assert set(wide) == {0}
    assert high == 0
    assert "non connu" in here.page.locator(".cahra-answers").inner_text()


def test_the_decision_tree_is_read_on_a_phone(visit):
    here = visit("/tree", locale="fr-FR", width=390, height=844)  # nobody chose French but the browser
    here.page.locator(".cahra-tree li").first.wait_for()
    here.settled()
    wide, high = here.page.evaluate(
        "() => [[...document.querySelectorAll('.cahra-tree li')].map(e => e.scrollWidth - e.clientWidth),"
        " document.querySelector('.st-key-tree_drawing').getBoundingClientRect().height]"
    )
    assert len(wide) > 5
    assert set(wide) == {0}
    assert high == 0
    assert here.page.evaluate("document.documentElement.scrollWidth") == 390
    assert "touché par un conflit" in here.page.locator(".cahra-tree").inner_text()
