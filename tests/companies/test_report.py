"""The report: one file, nothing from elsewhere, every row, both languages, hostile text as text; and in a browser."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from jobs.screening.report import report
from tests import frames
from tests.companies.cases import data, screened
from tests.companies.test_screening import HERE, WAY
from tests.hostile.strings import HOSTILE

ALLOWED = {
    tag
    for tags in (
        "html head meta title style body header main footer section h1 h2 h3 p div b table thead tbody tr th td ul li",
        "figure figcaption span br svg defs clippath rect pattern path g circle polygon text",
    )
    for tag in tags.split()
}


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.addresses += [v or "" for k, v in attrs if k in ("src", "href", "xlink:href", "action", "data", "style")]
        assert not any(k.startswith("on") for k, _ in attrs)

    def handle_data(self, text):
        self.text.append(text)


def read(body: bytes) -> Page:
    page = Page()
    page.feed(body.decode("utf-8"))
    return page


def of_every_kind():
    """A route, a place, a row turned down and a country: what a report has to show."""
    world = data(incidents=frames.incidents({"day": "2020-06-01", "lon": 20.5}, {"day": "2020-06-01"}))
    rows = [{**WAY, "site_name": "Mine A"}, {**HERE, "supplier_id": "B"}, {**HERE, "supplier_id": "C", "lat": "north"}]
    return screened(*rows, {"supplier_id": "D", "country": "COD", "route_countries": "RWA"}, on=world)


@pytest.fixture(scope="module")
def found():
    return of_every_kind()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_one_file_with_everything_and_nothing_from_elsewhere(found, language):
    body = report(found, language)
    page = read(body)
    assert not {"script", "link", "iframe", "img", "object", "embed", "form", "base"} & set(page.tags)
    assert not [a for a in page.addresses if "//" in a or a.startswith("data:")]
    assert b"url(http" not in body
    assert b"@import" not in body
    assert page.tags.count("svg") > 2
    assert b"default-src 'none'" in body
    shown = " ".join(page.text)
    for word in ("Mine A", "A", "B", "C", "D", "list.csv"):
        assert word in shown
    wanted = {
        "en": ("Every row", "straight line: a guess", "Method"),
        "fr": ("Toutes les lignes", "ligne droite", "Méthode"),
    }
    for word in wanted[language]:
        assert word in shown
    why = "why_fr" if language == "fr" else "why_en"
    for sentence in found.rows.loc[found.rows["answer"] == "accepted", why]:
        assert sentence in shown
    assert f'<html lang="{language}">' in body.decode()


def test_versions_and_parameters_are_in_it(found):
    text = " ".join(read(report(found)).text)
    for value in (found.rules.hash[7:19], found.suppliers.sha256, "imprecise_radius_km", "routes.segment_km", "pandas"):
        assert value in text


def test_hostile_text_is_only_text():
    rows = [
        {**WAY, "supplier_id": f"H{i}", "site_name": text, "admin2": text}
        for i, text in enumerate(t for t in HOSTILE if "\0" not in t)
    ]
    found = screened(*rows)
    for language in ("en", "fr"):
        page = read(report(found, language))
        assert set(page.tags) <= ALLOWED


def test_the_same_screening_gives_the_same_page(found):
    assert report(found) == report(found)


def test_the_worst_rows_come_first_and_long_lists_stay_short():
    import pandas as pd

    from jobs.screening.report import IN_FULL, IN_SHORT
    from jobs.screening.report_first import WORST, gravity

    world = data(incidents=frames.incidents(*[{"day": "2020-06-01", "lon": 22.0} for _ in range(3)]))
    far = [{**HERE, "supplier_id": f"S{i}", "lon": "20.0"} for i in range(3)]
    found = screened(*far, {**HERE, "supplier_id": "BAD", "lon": "22.0"}, on=world)
    assert found.rows["supplier_id"].iloc[gravity(found.rows)[0]] == "BAD"
    text = " ".join(read(report(found)).text)
    assert text.index("The worst rows") < text.index("BAD") < text.index("Every row") < text.index("Method")
    many = pd.concat([found.rows] * 400, ignore_index=True)
    many["row"] = range(2, len(many) + 2)
    many["supplier_id"] = [f"R{i}" for i in range(len(many))]
    from dataclasses import replace

    body = report(replace(found, rows=many))
    assert body.count(b'class="head"') == IN_FULL
    assert f"{len(many) - IN_FULL - IN_SHORT} more rows".encode() in body
    assert WORST <= 10
    assert len(body) < 1_500_000


@pytest.mark.parametrize(
    ("language", "row", "kind"), [("en", "row 3", "conflict-affected"), ("fr", "ligne 3", "touché")]
)
def test_the_first_page_names_the_worst_rows_with_row_name_class_and_why(language, row, kind):
    world = data(incidents=frames.incidents(*[{"day": "2020-06-01", "lon": 22.0} for _ in range(3)]))
    found = screened(HERE, {**HERE, "supplier_id": "BAD", "site_name": "Mine B", "lon": "22.0"}, on=world)
    whole_text = " ".join(" ".join(read(report(found, language)).text).split())
    first = whole_text[: whole_text.index("Open questions" if language == "en" else "Questions ouvertes")]
    why = found.rows["why_fr" if language == "fr" else "why_en"].iloc[1]
    at = [first.index(" ".join(text.split())) for text in ("BAD", row, "Mine B", kind, why)]
    assert at[0] < at[1] < at[2] < at[4]


def test_what_a_way_meets_is_told_in_words_and_one_row_is_never_torn_between_pages(found):
    body = report(found, "fr").decode()
    assert "(inside_" not in body
    assert body.count('<tbody class="row">') == int((found.rows["answer"] == "accepted").sum())
    assert "tbody.row{break-inside:avoid}" in body


def test_nothing_is_counted_as_none_beside_what_cannot_be_told():
    found = screened(WAY, {**HERE, "supplier_id": "B", "route_countries": "CMR"})
    assert found.rows["flag_transit"].isna().all()
    body = report(found).decode()
    assert "<b>–</b>routes exposed" in body
    assert "<b>0</b>routes exposed" not in body
