"""The page "How sure?" and the sentence of a site's page, without a browser."""

from __future__ import annotations

import pytest

from tests.views.test_pages import opened, texts


@pytest.mark.parametrize(("language", "said"), [("en", "of 360 settings"), ("fr", "des 360 réglages")])
def test_the_page_varies_the_chosen_site(language, said):
    app = opened("sensitivity.py", lang=language, site="demonstration|DEMO-002")
    assert not app.exception
    assert [e.value for e in app.error] == []
    assert said in texts(app)
    heat = app.dataframe[0].value
    assert heat.shape == (6, 5)
    assert len(app.dataframe) >= 4


def test_without_data_the_page_says_what_to_do():
    app = opened("sensitivity.py", demonstration="0")
    assert not app.exception
    assert any("No sites are loaded" in e.value for e in app.info)


def test_a_site_page_says_how_far_its_class_holds():
    app = opened("site.py", lang="en", site="demonstration|DEMO-002")
    assert not app.exception
    assert "of 360 settings" in texts(app)
