"""The page "How have these classes done?" without a browser."""

from __future__ import annotations

import pytest

from tests.views.test_pages import opened, texts


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_tests_the_loaded_data(language):
    app = opened("track_record.py", lang=language)
    assert not app.exception
    assert [e.value for e in app.error] == []
    assert len(app.dataframe) >= 5
    said = texts(app)
    assert ("not a forecast" if language == "en" else "une prévision pour aucun site") in said
    classes = app.dataframe[0].value
    assert classes.shape[1] == 11
    assert ("conflict-affected" if language == "en" else "touché par un conflit") in set(classes.iloc[:, 0])


def test_without_data_the_page_says_what_to_do():
    app = opened("track_record.py", demonstration="0")
    assert not app.exception
    assert any("No sites are loaded" in e.value for e in app.info)


@pytest.mark.parametrize(("language", "said"), [("en", "past dates"), ("fr", "dates passées")])
def test_a_site_page_says_how_its_class_has_done(language, said):
    app = opened("site.py", lang=language, site="demonstration|DEMO-002")
    assert not app.exception
    assert said in texts(app)
    early = opened("site.py", lang=language, site="demonstration|DEMO-002", day="2014-06-30")
    assert not early.exception
    assert said not in texts(early)
