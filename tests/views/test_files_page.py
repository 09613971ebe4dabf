"""The page of one's own files: any kind recognised, shown as it is read, read otherwise, and remembered by its layout."""

from __future__ import annotations

import hashlib

import pytest
from streamlit.testing.v1 import AppTest

from jobs.file_roles import ROLES
from layers.sources.read_options import ReadOptions
from views.data_choice import File
from views.navigation import FOLDER

SITES = b"MineID;Mine Name;Hoch;Quer;Commodity;Foreman\n1;A;4,3;17,4;gold;Ruiz\n2;B;4,4;17,5;tin;Bo\n"
MORE = b"MineID;Mine Name;Hoch;Quer;Commodity;Foreman\n9;C;4,5;17,6;gold;Li\n"
SWAPPED = b"site_id,name,country,lat,lon\n1,A,CAF,17.467,4.317\n2,B,CAF,16.9,4.1\n"
INCIDENTS = b"record_id,date_start,precision,lon,lat,deaths_best,country\n1,2016-01-01,1,17,4,3,CAF\n"
COVERAGE = b"dataset,country_iso3,from,to\nx,CAF,2000-01-01,2020-12-31\n"
SUPPLIERS = b"supplier_id,site_name,country,transit countries\nS1,Koso,CAF,CMR\n"
TOWNS = b"geonameid,name,latitude,longitude,population\n1,Boda,4.3,17.4,20000\n"
STRANGE = b"colour,height\nred,20\n"
UNITS = b"""{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"X"},"geometry":
{"type":"Polygon","coordinates":[[[17,4],[18,4],[18,5],[17,5],[17,4]]]}}]}"""


def dropped(name: str, data: bytes) -> tuple[str, File]:
    digest = hashlib.sha256(data).hexdigest()
    return digest, File("", name, digest, data, settled=False)


def opened(*files: tuple[str, bytes], lang: str = "en", page: str = "files.py") -> AppTest:
    app = AppTest.from_file(str(FOLDER / page), default_timeout=90)
    app.query_params["lang"] = lang
    app.query_params["demonstration"] = "0"
    app.run()
    app.session_state["files"] = dict(dropped(name, data) for name, data in files)
    return rested(app.run())


def rested(app: AppTest) -> AppTest:
    """The page once everything is read; a browser draws it anew by itself."""
    desk = app.session_state["desk"]
    for _ in range(3):
        desk.wait(list(desk._readings.values()), 60)
        app.run()
    assert not app.exception
    return app


def roles(app: AppTest) -> dict[str, str]:
    return {file.name: file.role for file in app.session_state["files"].values()}


def texts(app: AppTest) -> str:
    kinds = ("markdown", "caption", "text", "info", "warning", "error", "header", "subheader")
    return "\n".join(str(e.value) for kind in kinds for e in app.get(kind) if getattr(e, "value", None))


def box(app: AppTest, label: str):
    return next(b for b in app.selectbox if b.label == label)


@pytest.mark.parametrize(("lang", "said"), [("en", "Drop files of any kind"), ("fr", "Déposez")])
def test_without_files_the_page_says_what_can_come(lang, said):
    app = AppTest.from_file(str(FOLDER / "files.py"), default_timeout=90)
    app.query_params["lang"] = lang
    app.run()
    assert not app.exception
    assert said in texts(app)
    assert texts(app).count("\n- ") >= 7


def test_files_of_any_kind_dropped_together_are_sorted_and_what_is_none_takes_no_part():
    app = opened(
        ("mines.csv", SITES), ("events.csv", INCIDENTS), ("covers.csv", COVERAGE), ("list.csv", SUPPLIERS),
        ("towns.csv", TOWNS), ("strange.csv", STRANGE), ("units.geojson", UNITS),
    )  # fmt: skip
    assert roles(app) == {
        "mines.csv": "suppliers", "events.csv": "incidents", "covers.csv": "coverage", "list.csv": "suppliers",
        "towns.csv": "", "strange.csv": "", "units.geojson": "boundaries",
    }  # fmt: skip
    said = texts(app)
    assert "level of the units is not stated" in said.lower()
    assert set(roles(app).values()) - {""} <= set(ROLES)


def test_columns_are_chosen_by_hand_and_remembered_for_files_of_the_same_layout():
    app = opened(("mines.csv", SITES))
    assert "Hoch" in texts(app)
    box(app, "Kind of file").set_value("sites")
    rested(app.run())
    assert "no column for" in texts(app)
    box(app, "Latitude").set_value("Hoch")
    box(app, "Longitude").set_value("Quer")
    box(app, "Name").set_value("Foreman")
    app.button[[b.label for b in app.button].index("Read it so")].click()
    rested(app.run())
    (file,) = app.session_state["files"].values()
    assert (file.role, dict(file.options.columns)) == ("sites", {"lat": "Hoch", "lon": "Quer", "name": "Foreman"})
    assert "2 rows read, 2 used, 0 not used" in texts(app)
    key, more = dropped("more.csv", MORE)
    app.session_state["files"] = {**app.session_state["files"], key: more}
    rested(app.run())
    later = app.session_state["files"][key]
    assert (later.role, later.options, later.by_hand) == ("sites", file.options, True)
    another = opened(("more.csv", MORE))  # of another visitor of the same server
    (theirs,) = another.session_state["files"].values()
    assert (theirs.by_hand, dict(theirs.options.columns)) == (False, {})
    explore = AppTest.from_file(str(FOLDER / "explore.py"), default_timeout=90)
    explore.query_params["demonstration"] = "0"
    explore.run()
    explore.session_state["files"] = app.session_state["files"]
    explore.run()
    assert not explore.exception
    assert any("Ruiz" in str(frame.value.to_numpy().tolist()) for frame in explore.dataframe)


def test_what_was_chosen_can_be_taken_back():
    app = opened(("a.csv", SWAPPED))
    assert "exchanged" in texts(app)
    next(b for b in app.checkbox if "exchanged" in b.label).set_value(True)
    app.button[[b.label for b in app.button].index("Read it so")].click()
    rested(app.run())
    (file,) = app.session_state["files"].values()
    assert (file.role, file.options.swap) == ("sites", True)
    app.button[[b.label for b in app.button].index("Back to what was recognised")].click()
    rested(app.run())
    (file,) = app.session_state["files"].values()
    assert (file.role, file.options, file.by_hand) == ("", ReadOptions(), True)


def test_level_and_vintage_are_asked_where_the_file_does_not_say_them():
    app = opened(("units.geojson", UNITS))
    box(app, "Level of the units").set_value(2)
    next(t for t in app.text_input if t.label == "Vintage of the boundaries" and "version_" in t.key).set_value("2015")
    box(app, "Country of rows that state none").set_value("CAF")
    app.button[[b.label for b in app.button].index("Read it so")].click()
    rested(app.run())
    assert "ADM2" in texts(app)
    assert "2015" in texts(app)


def test_a_rejected_row_is_shown_with_its_reason_in_the_readers_language():
    app = opened(("a.csv", SWAPPED), lang="fr")
    frames = [str(frame.value.to_numpy().tolist()) for frame in app.dataframe]
    assert any("inversées" in text or "interverties" in text for text in frames)
    assert "swapped" not in texts(app)
