"""The page "How sure?" and the sentence of a site's page, without a browser."""

from __future__ import annotations

import json

import pytest

from layers.maps import styles
from tests.views.test_pages import maps, opened, texts


@pytest.mark.parametrize(("language", "said"), [("en", "of 360 settings"), ("fr", "des 360 réglages")])
def test_the_page_varies_the_chosen_site(language, said):
    app = opened("sensitivity.py", lang=language, site="demonstration|DEMO-002")
    assert not app.exception
    assert [e.value for e in app.error] == []
    assert said in texts(app)
    heat = app.dataframe[0].value
    assert heat.shape == (6, 5)
    assert set(heat.to_numpy().ravel()) <= {s.sign for s in styles.SITES}


def test_all_sites_stand_on_a_map_by_sign_and_colour_and_in_a_table():
    app = opened("sensitivity.py", lang="fr", part="all")
    assert not app.exception
    said = json.dumps(maps(app), ensure_ascii=False)
    for style in styles.STABILITY:
        assert style.colour in said
    assert "sous tous les réglages" in said
    assert len({(s.colour, s.shape) for s in styles.STABILITY}) == len({s.shape for s in styles.STABILITY}) == 4
    by_country = app.dataframe[0].value
    assert by_country.columns.tolist() == ["Pays", "Ce qui varie", "Classes changées", "Sites"]
    for table in app.dataframe[:2]:  # whole percents
        shares = table.value.iloc[:, 2 if table is app.dataframe[0] else 1]
        assert ((shares * 100).round(6) % 1 == 0).all()


def test_months_have_a_strip_and_the_records_behind_each_change():
    app = opened("sensitivity.py", lang="en", day="2018-12-31", site="demonstration|DEMO-002", part="months")
    assert not app.exception
    strip, happened = app.dataframe[-2].value, app.dataframe[-1].value
    assert strip.shape == (5, 12)
    assert any("C1 begins: incident DEMO-E0782" in text for text in happened["What happened"])


def test_without_data_the_page_says_what_to_do():
    app = opened("sensitivity.py", demonstration="0")
    assert not app.exception
    assert any("No sites are loaded" in e.value for e in app.info)


def test_a_site_page_says_how_far_its_class_holds():
    app = opened("site.py", lang="en", site="demonstration|DEMO-002")
    assert not app.exception
    assert "of 360 settings" in texts(app)
