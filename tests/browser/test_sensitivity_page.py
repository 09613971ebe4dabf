"""How sure?: heat table, map of stability, what matters most, months by quadrant and the strip, in both languages."""

from __future__ import annotations

import re

import pytest

from i18n.translator import translator
from views.widgets import charts

AT = "day=2016-09-19&site=demonstration%7CDEMO-002"


@pytest.mark.parametrize(("language", "locale"), [("en", "en-GB"), pytest.param("fr", "fr-FR", marks=pytest.mark.slow)])
def test_the_three_parts_of_the_page(visit, language, locale):
    _ = translator(language)
    here = visit(f"/sure?lang={language}&{AT}", locale=locale, width=1280)
    page = here.page

    def words() -> str:
        return page.get_by_test_id("stMain").inner_text().replace("\u202f", " ").replace("\xa0", " ")

    page.get_by_role("heading", name=_("What would turn it")).wait_for()
    page.get_by_test_id("stDataFrame").nth(1).wait_for()
    here.settled()
    assert page.get_by_role("heading", name=_("How sure is that class?")).is_visible()
    assert page.get_by_test_id("stDataFrame").count() == 2  # the class by radii and windows; what would turn it
    assert page.get_by_role("slider", name=_("Factor of events and deaths asked")).count() >= 1
    assert "360" in words()

    page.get_by_role("radio", name=_("All sites")).click()
    frame = here.map()
    here.settled()
    drawn = "() => Object.values(window.map._layers).find(l => l.sites) !== undefined"
    assert any(f.evaluate(drawn) for f in page.frames if "st_folium" in f.url)
    assert _("Keeps its class") in frame.locator(".cahra-legend").inner_text()
    assert page.get_by_test_id("stDataFrame").count() == 2  # what matters most by country; the list

    page.get_by_role("radio", name=_("Month by month")).click()
    page.get_by_role("heading", name=_("The chosen site, a year a line")).wait_for()
    page.get_by_test_id("stVegaLiteChart").wait_for()
    page.get_by_test_id("stDataFrame").nth(1).wait_for()
    here.settled()
    page.locator("[data-testid=stVegaLiteChart] .mark-rect path").nth(40).hover(force=True)
    tip = page.locator("#vg-tooltip-element").inner_text()
    assert re.search(rf"\b({'|'.join(charts.locale_of(language)['time']['months'])}) 20\d\d", tip), tip
    text = " ".join(words().split())
    assert _("What happened in the months in which its class, its rules or its zone changed.") in text
    assert page.get_by_test_id("stDataFrame").count() >= 2  # the strip, a year a line; the record behind each change
