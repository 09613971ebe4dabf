"""The pages without a browser: each runs in both languages, loads nothing from elsewhere, and says what is wrong."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from streamlit.testing.v1 import AppTest

from i18n.translator import translator
from jobs.assessment.site_dossier import dossier
from jobs.assessment.site_profile import profile
from layers.formats.writers.escape import clean, html
from layers.reference.rule_files import default_rules
from tests.examples import some
from tests.hostile.strings import HOSTILE
from views.data_choice import DEMONSTRATION_DAY, Data, File, demonstration
from views.navigation import FOLDER, PAGES

PAGES_HERE = [p.file for p in PAGES if (FOLDER / p.file).is_file()]
OWN = ("explore.py", "site.py", "ask_place.py", "compare.py", "decision_tree.py")


def opened(page: str, **address: str) -> AppTest:
    app = AppTest.from_file(str(FOLDER / page), default_timeout=90)
    for key, value in address.items():
        app.query_params[key] = value
    return app.run()


def maps(app: AppTest) -> list[dict]:
    """The arguments of every map on the page."""
    found = [e for e in app.get("component_instance") if "st_folium" in e.proto.component_name]
    return [json.loads(e.proto.json_args) for e in found]


def texts(app: AppTest) -> str:
    kinds = ("title", "header", "subheader", "markdown", "caption", "text", "info", "warning", "error")
    return "\n".join(str(e.value) for kind in kinds for e in app.get(kind) if getattr(e, "value", None))


@pytest.mark.parametrize("language", ["en", pytest.param("fr", marks=pytest.mark.slow)])
@pytest.mark.parametrize("page", some(OWN, "site.py", "decision_tree.py"))
def test_a_page_runs_without_an_error_in_both_languages(page, language):
    """French in the long run: the test below opens every page in it each time; explore, ask and compare are opened in English below."""
    app = opened(page, lang=language, site="demonstration|DEMO-001", place="4.3,16.0")
    assert not app.exception
    assert [e.value for e in app.error] == []


@pytest.mark.parametrize("page", PAGES_HERE)
def test_every_page_carries_the_mark_of_the_demonstration(page):
    app = opened(page, lang="fr")
    assert not app.exception
    assert [e.value for e in app.error] == []
    shown = "".join(e.proto.body for e in app.get("html"))
    assert "synth" in shown
    assert "cahra-synthetic" in shown


def test_a_page_without_the_demonstration_carries_no_mark():
    assert "cahra-synthetic'" not in "".join(e.proto.body for e in opened("about.py", demonstration="0").get("html"))


def test_the_question_about_a_place_names_what_is_missing():
    app = opened("ask_place.py", place="4.3,16.0")
    said = texts(app).replace("\\", "")
    assert "the mineral (zone status and listings depend on it)" in said
    assert "visits and statuses (a place that is asked has none)" in said
    assert "Rules that cannot be told here: " in said
    app = opened("ask_place.py")
    next(b for b in app.button if b.label == "Ask").click().run()
    assert any("Missing: Latitude, Longitude." in w.value for w in app.warning)


@pytest.mark.parametrize("page", ["explore.py", "site.py", "ask_place.py", "compare.py"])
def test_a_map_names_no_foreign_host(page):
    app = opened(page, site="demonstration|DEMO-001")
    assert not app.exception
    assert [e.value for e in app.error] == []
    drawn = maps(app)
    assert drawn
    for arguments in drawn:
        assert "https://" not in arguments["script"] + arguments["feature_group"] + arguments["header"]
        assert all(url.startswith("../../app/static/") for url in arguments["js_links"] + arguments["css_links"])
        assert len(arguments["feature_group"]) < 500_000


def test_tiles_are_opt_in_and_say_what_they_reveal():
    app = opened("explore.py")
    toggle = app.toggle(key="q_tiles")
    assert not toggle.value
    assert "OpenStreetMap's servers" in toggle.help
    assert "tile.openstreetmap.org" in maps(toggle.set_value(True).run())[0]["script"]


def test_french_shows_no_english_sentence_of_the_page():
    said = texts(opened("explore.py", lang="fr"))
    assert "Sites miniers, conflits et zones" in said
    assert "due diligence" not in said


def test_an_address_is_checked_and_written_back():
    app = opened("explore.py", day="2018-12-31", classes="high-risk~<script>", minerals="gold", age="99", area="1,2_x")
    assert app.session_state["day"] == dt.date(2018, 12, 31)
    assert app.session_state["q_classes"] == ["high-risk"]
    assert app.query_params["day"] == "2018-12-31"
    assert app.query_params["minerals"] == "gold"
    assert "area" not in app.query_params
    assert opened("explore.py", day="not-a-day").session_state["day"] == DEMONSTRATION_DAY


def test_no_data_says_what_to_do():
    app = opened("explore.py", demonstration="0")
    assert "No sites are loaded" in texts(app)
    assert not maps(app)


def test_filters_that_nothing_passes_say_so():
    app = opened("explore.py", text="no site is called this")
    assert "No site passes these filters" in texts(app)
    assert not app.exception


def own(role: str, name: str, content: bytes, **address: str) -> AppTest:
    """The explore page with one file of the reader's own and no demonstration data."""
    app = AppTest.from_file(str(FOLDER / "explore.py"), default_timeout=90)
    for key, value in {"demonstration": "0", **address}.items():
        app.query_params[key] = value
    app.run()
    app.session_state["files"] = {f"{role}/x": File(role, name, "0" * 64, content)}
    return app.run()


def test_a_wrong_file_is_told_in_words_in_the_readers_language():
    english = own("sites", "wrong.csv", b"colour,size\nred,1\n")
    assert not english.exception
    assert "wrong.csv" in english.error[0].value.replace("\\", "")
    french = own("sites", "wrong.csv", b"colour,size\nred,1\n", lang="fr")
    assert "Attendu" in french.error[0].value
    assert "Expected" not in french.error[0].value


def test_an_error_of_ours_shows_a_code_and_no_traceback(monkeypatch, caplog):
    def broken(*_args, **_kwargs):
        raise RuntimeError("secret row of a reader")

    monkeypatch.setattr("geo.records.eligible_incidents.incidents_at", broken)
    app = opened("explore.py")
    shown = "\n".join(e.value for e in app.error)
    assert "code" in shown
    assert "secret" not in shown + caplog.text
    assert "RuntimeError" in caplog.text
    assert "Traceback" not in shown


def test_hostile_names_reach_the_map_only_as_data():
    rows = "\n".join(
        f'H{i},"{clean(text).replace(chr(34), chr(34) * 2)}",{4 + i / 50:.3f},{16 + i / 50:.3f},gold,CAF'
        for i, text in enumerate(HOSTILE)
    )
    app = own("sites", "hostile.csv", ("site_id,name,lat,lon,minerals,country\n" + rows).encode())
    assert not app.exception
    sent = maps(app)[0]["feature_group"]
    assert "{{" not in sent
    assert "<img" not in sent
    assert "</script" not in sent
    assert "evil.example" in sent  # shown as text


def test_another_language_keeps_the_settings():
    app = opened("explore.py", minerals="gold")
    app.session_state["q_lang"] = "fr"
    app.run()
    assert app.session_state["q_minerals"] == ["gold"]
    assert app.query_params["lang"] == "fr"


def test_the_dossier_and_the_differences_follow_the_choice():
    app = opened("compare.py", day="2016-09-19", other="2016-09-19")
    assert "are the same on both sides" in texts(app)


def test_changed_rules_are_in_the_address_and_come_back_from_it():
    app = opened("compare.py", day="2016-09-19", other="2016-09-19", rules="C1:0:min_events:400;nonsense")
    assert not app.exception
    assert app.query_params["rules"] == "C1:0:min_events:400"
    assert "are the same on both sides" not in texts(app)


def test_a_date_after_the_data_is_said():
    assert "covers days up to" in texts(opened("explore.py", day="2030-01-01"))
    assert "covers days up to" in texts(opened("site.py", day="2030-01-01", site="demonstration|DEMO-002"))
    assert "covers days up to" not in texts(opened("explore.py"))


def test_undeclared_incidents_are_said():
    sites = b"site_id,name,lat,lon,minerals,country\nX1,Pit,4.2,16.1,gold,CAF\n"
    said = texts(own("sites", "mine.csv", sites))
    assert "No incidents are loaded" in said


def test_the_upload_limit_is_that_of_the_server():
    from streamlit import config

    from layers.formats import UPLOAD

    assert config.get_option("server.maxUploadSize") == UPLOAD.file_bytes // 1_000_000


SITES = b"site_id,name,lat,lon,minerals,country\nX1,Pit,4.2,16.1,gold,CAF\n"


def test_the_first_own_file_switches_the_demonstration_off_and_its_marks_go():
    app = opened("explore.py")
    assert "It says nothing about any place" in "".join(e.proto.body for e in app.get("html"))
    assert json.loads(maps(app)[0]["feature_group"].split("CAHRA.data(", 1)[1].rsplit(", {", 1)[0])["watermark"]
    app.session_state["files"] = {"sites/x": File("sites", "mine.csv", "0" * 64, SITES)}
    app.session_state["own_came"] = True
    app.run()
    assert not app.toggle(key="q_demonstration").value
    assert "1 site of 1" in texts(app)
    assert "It says nothing about any place" not in "".join(e.proto.body for e in app.get("html"))
    assert app.query_params["demonstration"] == "0"


def test_the_demonstration_switched_on_again_is_shown_alone():
    app = own("sites", "mine.csv", SITES)
    alone = texts(opened("explore.py"))
    app.toggle(key="q_demonstration").set_value(True).run()
    again = texts(app)
    assert "Your own files rest" in again
    counted = next(line for line in alone.splitlines() if " sites of " in line)
    assert counted in again


def test_demonstration_data_and_a_file_of_ones_own_are_never_one_choice():
    file = File("incidents", "x.csv", "0" * 64, b"")
    with pytest.raises(ValueError, match="never joined"):
        Data(True, (file,), DEMONSTRATION_DAY, default_rules())
    Data(True, (File("rules", "r.toml", "0" * 64, b""),), DEMONSTRATION_DAY, default_rules())


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_dossier_of_a_run_with_synthetic_rows_says_so_across_the_page(language):
    data = demonstration()
    it = profile(data.loaded(), data.run(), data.rules, 0, data.day)
    page = dossier(translator(language), it, "hash").decode()
    assert html(translator(language)("Demonstration data: synthetic. It says nothing about any place.")) in page
    assert "body::after" in page
