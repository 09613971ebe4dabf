"""What the pages of a real server load: nothing that their policy forbids."""

from __future__ import annotations

import pytest

from views.navigation import FOLDER, PAGES


@pytest.mark.slow
def test_no_page_loads_what_its_policy_forbids(visit):
    """Every page in one visit; each test of this folder asks the same of the pages that it opens."""
    here = visit("/explore?lang=en")
    for page in [p for p in PAGES if (FOLDER / p.file).is_file()]:
        here.page.goto(here.page.url.split("?")[0].rsplit("/", 1)[0] + f"/{page.path}?site=demonstration%7CDEMO-002")
        here.page.get_by_test_id("stHeading").first.wait_for()
        here.settled()
    assert here.refused == []


def test_the_browser_says_what_a_policy_refuses(visit):
    here = visit("/_stcore/health")
    here.page.evaluate("() => { document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.1:9/x.png'})) }")
    here.page.wait_for_timeout(300)
    assert len(here.refused) == 1
    here.refused.clear()


def test_what_a_page_asks_elsewhere_is_seen_and_goes_nowhere(visit):
    """Each test of this folder ends with the question whether its pages asked anybody else."""
    here = visit("about:blank")
    asked = "(url) => fetch(url, {mode: 'no-cors'}).then(() => 'answered', () => 'refused')"
    elsewhere = ["http://192.0.2.1/x", "https://example.org/x"]
    assert [here.page.evaluate(asked, url) for url in elsewhere] == ["refused"] * 2
    assert here.foreign == elsewhere
    here.requests.clear()
