"""The page of companies, run by Streamlit's own tester: figures, filters, card, reviewer, mapping, both languages."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from jobs.screening.reviews import Reviews
from views.data_choice import File

PAGE = Path(__file__).resolve().parents[2] / "views" / "pages" / "companies.py"
LIST = (
    b"Code;Lieu;lat;lon;pays;minerai;dest_lat;dest_lon\n"
    b"A1;Mine {{ 7*7 }}<img src=x onerror=alert(1)>;4.26;15.79;RCA;Diamant;4.36;18.55\n"
    b"A2;Bria;;;RCA;Or;;\n"
    b"A3;Nowhere;95;200;RCA;Or;;\n"
)


def page(list_: tuple[str, bytes] | None = None, **query: str) -> AppTest:
    app = AppTest.from_file(str(PAGE), default_timeout=120)
    for key, value in query.items():
        app.query_params[key] = value
    if list_ is not None:
        app.query_params["demonstration"] = "0"  # as adding a file does: the two are never joined
        app.run()
        app.session_state["files"] = {
            "list": File("suppliers", list_[0], hashlib.sha256(list_[1]).hexdigest(), list_[1])
        }
    app.run()
    assert not app.exception
    assert not app.error
    return app


def payload(app: AppTest) -> str:
    found = [e for e in app.get("component_instance") if "feature_group" in e.proto.json_args]
    return json.dumps([json.loads(e.proto.json_args) for e in found])


def test_the_demonstration_list_is_answered_row_by_row():
    app = page()
    table = next(f.value for f in app.dataframe if "flag_transit" in f.value.columns)
    assert len(table) == 20
    assert sum(int(m.value) for m in app.metric) == 20
    assert "https://" not in payload(app).replace("https://www.openstreetmap.org", "")


def test_flags_filter_the_table():
    app = page()
    app.multiselect(key="screen_flags").set_value(["flag_kp"]).run()
    assert not app.exception
    table = next(f.value for f in app.dataframe if "flag_transit" in f.value.columns)
    assert 0 < len(table) < 20
    assert table["flag_kp"].all()


def test_a_french_list_is_recognised_and_hostile_names_stay_text():
    app = page(("liste.csv", LIST), lang="fr")
    table = next(f.value for f in app.dataframe if "flag_transit" in f.value.columns)
    assert table["supplier_id"].tolist() == ["A1", "A2", "A3"]
    said = payload(app)
    assert "{{ 7*7 }}" not in said
    assert "<img" not in said
    assert (table["site_name"] == "Mine {{ 7*7 }}<img src=x onerror=alert(1)>").any()


def test_a_pasted_list_is_answered():
    app = page(demonstration="0")
    pasted = "supplier_id;site_name;lat;lon;country\nX-1;Here;4,26;15,79;RCA\nX-2;Bad;95;400;RCA\n"
    next(t for t in app.text_area if t.label == "Or paste it here").set_value(pasted).run()
    next(b for b in app.button if b.label == "Use the pasted text").click().run()
    assert not app.exception
    assert any("2 rows read, 1 screened, 1 rejected" in c.value for c in app.caption)


def test_a_card_tells_why_and_a_decision_is_kept_and_changes_no_class():
    app = page(("liste.csv", LIST), supplier="A1")
    before = [m.value for m in app.metric]
    assert any("A1" in s.value for s in app.header)
    box = next(s for s in app.selectbox if s.label == "Decision")
    box.set_value("escalate")
    next(t for t in app.text_area if t.label == "Note").set_value("ask for papers")
    next(t for t in app.text_input if t.label == "Your name").set_value("A. Reviewer")
    next(b for b in app.button if b.label == "Keep").click().run()
    assert not app.exception
    assert not app.error
    assert [m.value for m in app.metric] == before
    table = next(f.value for f in app.dataframe if "flag_transit" in f.value.columns)
    assert table.loc[table["supplier_id"] == "A1", "decision"].tolist() == ["escalate"]
    assert Reviews().path.is_file()


def test_a_rejected_duplicate_opens_its_own_card_and_the_form_loses_nothing():
    twice = b"id;nom;lat;lon;pays\nA1;Mine;4.26;15.79;RCA\nA1;Mine;4.26;15.79;RCA\n"
    app = page(("liste.csv", twice), supplier="A1", row="3")
    assert any("said again" in w.value or "repeat" in w.value.lower() for w in app.warning)
    assert not [b for b in app.button if b.label == "Keep"], "nothing can be decided on a rejected row"
    app = page(("liste.csv", twice), supplier="A1")
    next(t for t in app.text_area if t.label == "Note").set_value("a long note")
    next(t for t in app.text_input if t.label == "Action").set_value("call them")
    next(b for b in app.button if b.label == "Keep").click().run()
    assert any("Choose a decision" in w.value for w in app.warning)
    assert next(t for t in app.text_area if t.label == "Note").value == "a long note"
    next(s for s in app.selectbox if s.label == "Decision").set_value("enhance due diligence")
    next(b for b in app.button if b.label == "Keep").click().run()
    assert any("needs the name" in w.value for w in app.warning)
    assert next(t for t in app.text_input if t.label == "Action").value == "call them"
    next(t for t in app.text_input if t.label == "Your name").set_value("A. Person")
    next(b for b in app.button if b.label == "Keep").click().run()
    assert not app.exception
    assert next(t for t in app.text_area if t.label == "Note").value == ""
    app.text_input(key="second_2_1").set_value("A. Person")
    app.button(key="review_sign").click().run()
    assert any("second person" in w.value for w in app.warning)
    app.text_input(key="second_2_1").set_value("B. Other")
    app.button(key="review_sign").click().run()
    assert not app.exception
    table = next(f.value for f in app.dataframe if "flag_transit" in f.value.columns)
    assert table["review_state"].tolist() == ["signed off", ""]


def test_a_row_without_coordinates_takes_a_place_only_when_somebody_says_so_by_name():
    app = page(("liste.csv", LIST), supplier="A2")
    table = next(f.value for f in app.dataframe if "flag_transit" in f.value.columns)
    assert table.loc[table["supplier_id"] == "A2", "answer_level"].tolist() == ["country only"]
    offered = next(f.value for f in app.dataframe if "match_id" in f.value.columns)
    assert offered["score"].tolist()[0] == 100
    pick = next(r for r in app.radio if r.label == "Candidates")
    assert pick.value is None
    pick.set_value(offered["match_id"].tolist()[0])
    app.run()
    app.button(key="place_confirm").click().run()
    assert any("needs the name" in w.value for w in app.warning)
    app.text_input(key="confirmer").set_value("A. Person").run()
    app.button(key="place_confirm").click().run()
    assert not app.exception
    table = next(f.value for f in app.dataframe if "flag_transit" in f.value.columns)
    assert table.loc[table["supplier_id"] == "A2", "answer_level"].tolist() == ["place"]
    # The next list offers it again and takes it only when it is confirmed again.
    again = page(("liste.csv", LIST), supplier="A2")
    queue = next(f.value for f in again.dataframe if "state" in f.value.columns)
    assert queue["confirmed_by"].tolist() == ["A. Person"]
    table = next(f.value for f in again.dataframe if "flag_transit" in f.value.columns)
    assert table.loc[table["supplier_id"] == "A2", "answer_level"].tolist() == ["country only"]
    again.text_input(key="confirmer").set_value("B. Person").run()
    again.button(key="places_again").click().run()
    assert not again.exception
    table = next(f.value for f in again.dataframe if "flag_transit" in f.value.columns)
    assert table.loc[table["supplier_id"] == "A2", "answer_level"].tolist() == ["place"]


def test_a_list_whose_columns_are_not_known_shows_how_to_say_them():
    app = page()
    app.query_params["demonstration"] = "0"
    app.session_state["q_demonstration"] = False
    odd = File("", "odd.csv", "1" * 64, b"x1,x2,x3\n7,4.26,15.79\n", asked="suppliers", settled=False)
    app.session_state["files"] = {"odd": odd}
    app.run()
    assert not app.exception
    assert "x1, x2, x3" in app.error[0].value
    for label, column in (("Supplier id", "x1"), ("Latitude", "x2"), ("Longitude", "x3")):
        next(s for s in app.selectbox if s.label == label).set_value(column)
    next(b for b in app.button if b.label == "Read it so").click().run()
    assert not app.exception
    assert not app.error
    table = next(f.value for f in app.dataframe if "flag_transit" in f.value.columns)
    assert table["supplier_id"].tolist() == ["7"]


def test_a_list_without_ids_is_screened_and_its_rows_are_named():
    app = page(("mine.csv", b"Mine;lat;lon;pays\nBoda;4.3;17.4;RCA\nBria;6.5;21.9;RCA\n"))
    table = next(f.value for f in app.dataframe if "flag_transit" in f.value.columns)
    assert table["supplier_id"].tolist() == ["Boda", "Bria"]


def test_a_rejected_row_shows_its_reason():
    app = page(("liste.csv", LIST), supplier="A3")
    assert any("Longitude must lie" in w.value.replace("\\", "") for w in app.warning)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_both_languages(language):
    app = page(lang=language)
    assert (
        app.title[0].value
        == {
            "en": "Screen a list of origins and routes",
            "fr": "Examiner une liste d'origines et de trajets",
        }[language]
    )


def test_a_list_needs_no_sites_and_no_other_data():
    app = page(("liste.csv", LIST), demonstration="0")
    table = next(f.value for f in app.dataframe if "flag_transit" in f.value.columns)
    assert table["supplier_id"].tolist() == ["A1", "A2", "A3"]
    assert set(table["site_class"].astype(str)) <= {"■ insufficient data", "▲ high-risk", ""}
