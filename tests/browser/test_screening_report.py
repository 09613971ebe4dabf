"""The report of a screening in a browser without a network: drawn, narrow enough, and printed to PDF."""

from __future__ import annotations

import re

import pytest

from jobs.screening.report import report
from tests.companies.test_report import of_every_kind


@pytest.fixture(scope="module")
def found():
    return of_every_kind()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_it_opens_without_a_network_and_prints(browser, found, language, tmp_path):
    path = tmp_path / "report.html"
    path.write_bytes(report(found, language))
    context = browser.new_context(offline=True)
    page = context.new_page()
    asked, said = [], []
    page.on("request", lambda r: asked.append(r.url))
    page.on("console", lambda m: said.append(m.text))
    page.goto(path.as_uri())
    assert page.locator("svg").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    context.close()
    assert asked == [path.as_uri()]
    assert said == []
    assert pdf.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page[^s]", pdf)) >= 2
