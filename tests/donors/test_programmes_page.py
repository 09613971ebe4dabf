"""The page, run by Streamlit's own tester: figures, types, files of the reader, both languages, no foreign address."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from views.data_choice import File

PAGE = Path(__file__).resolve().parents[2] / "views" / "pages" / "programmes.py"
IATI = (
    b'<iati-activities version="2.03"><iati-activity><iati-identifier>X-1</iati-identifier>'
    b"<title><narrative>{{ 7*7 }}&lt;img src=x onerror=alert(1)&gt;</narrative></title>"
    b'<activity-date type="2" iso-date="2010-01-01"/><recipient-country code="CF"/><sector code="32220"/>'
    b"<location><point><pos>4.26 15.79</pos></point></location></iati-activity></iati-activities>"
)


def page(**query: str) -> AppTest:
    app = AppTest.from_file(str(PAGE), default_timeout=120)
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    assert not app.error
    return app


def own(programmes: dict[str, tuple[str, bytes]]) -> AppTest:
    """The page with a list of sites and programmes of the reader's own, and no demonstration data."""
    app = AppTest.from_file(str(PAGE), default_timeout=120)
    app.query_params["demonstration"] = "0"
    app.run()
    sites = b"site_id,name,lat,lon,minerals,country\nX1,Pit,4.2,16.1,gold,CAF\n"
    own = {k: File("", name, k, data, asked="programmes", settled=False) for k, (name, data) in programmes.items()}
    app.session_state["files"] = {"sites/x": File("sites", "mine.csv", "0" * 64, sites)} | own
    app.run()
    desk = app.session_state["desk"]
    desk.wait(list(desk._readings.values()), 60)
    return app.run()


def figures(app: AppTest) -> dict[str, str]:
    return {m.label: m.value for m in app.metric}


def payload(app: AppTest) -> str:
    return "".join(str(e.proto.json_args) for e in app.get("component_instance"))


def test_the_demonstration_shows_covered_and_uncovered_sites_and_what_ends_soon() -> None:
    app = page()
    shown = figures(app)
    assert int(shown["With a programme"]) + int(shown["Without any"]) == int(shown["Sites at risk"])
    assert (shown["Active programmes"], shown["End within 12 months"]) == ("8", "1")
    assert any("2 programmes are on no map" in e.label for e in app.expander)
    assert "DEMO-P05" in payload(app)
    assert "DEMO-P04" not in payload(app), "a national programme is never painted"
    assert "https://" not in payload(app)


def test_a_type_narrows_the_page_and_years_are_counted_on_demand() -> None:
    app = page()
    app.multiselect(key="q_ptypes").set_value(["traceability"]).run()
    assert not app.exception
    before = figures(app)
    app.multiselect(key="programme_units").set_value(["Berbérati (CAF)", "Nola (CAF)", "Bria (CAF)"]).run()
    assert int(figures(app)["Gaps"]) > 0
    assert figures(app)["Sites at risk"] == before["Sites at risk"]
    app.toggle(key="q_pyears").set_value(True).run()
    assert not app.exception
    assert not app.error


def test_a_readers_own_hostile_activity_is_listed_and_never_run() -> None:
    app = own({"a" * 64: ("own {{ 7*7 }}.xml", IATI)})
    assert not app.exception
    assert not app.error
    assert any("1 programme is on no map" in e.label for e in app.expander), "a point without a radius"
    frames = [f.value for f in app.dataframe]
    assert any((f == "{{ 7*7 }}<img src=x onerror=alert(1)>").any().any() for f in frames)


def test_a_broken_file_is_told_in_words() -> None:
    good = b"programme_id,title,type,start,lat,lon,radius_km\nP1,Good,mapping,2015-01-01,4.3,16,20\n"
    app = own({"b" * 64: ("p.csv", b"id,title\n1,x\n"), "c" * 64: ("good.csv", good)})
    assert not app.exception
    assert any("no column for type, start" in e.value for e in app.error)
    assert figures(app)["Active programmes"] == "1", "the others are shown all the same"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_both_languages(language: str) -> None:
    app = page(lang=language)
    assert app.title[0].value == {"en": "Programmes and gaps", "fr": "Programmes et lacunes"}[language]
