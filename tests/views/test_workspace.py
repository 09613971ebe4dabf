"""The workspace on the pages: nothing kept without one, everything found again with one, never for others."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from geo.errors import InputError
from jobs.project import RASTERS, Project, project_zip, read_project
from layers.formats import LOCAL, UPLOAD
from layers.sources.read_options import ReadOptions
from tests.rasters.making import geotiff
from tests.views.test_files_page import MORE, SITES, dropped, opened, rested, roles, texts
from views import own_rasters, server, workspace
from views.workspace_session import needed_of, needs

OPTIONS = ReadOptions(columns=(("lat", "Hoch"), ("lon", "Quer")))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.delenv("CAHRA_REVIEWS", raising=False)
    monkeypatch.setattr(workspace.st, "get_option", lambda name: "127.0.0.1")
    made = workspace.open_folder(tmp_path / "work")
    yield made
    workspace.close()


def session(page: str = "files.py", **address: str) -> AppTest:
    app = AppTest.from_file(str(workspace_page(page)), default_timeout=90)
    for name, value in address.items():
        app.query_params[name] = value
    return app.run()


def workspace_page(name: str):
    from views.navigation import FOLDER

    return FOLDER / name


def test_without_a_workspace_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("jobs.workspace.write_file", None)
    opened(("mines.csv", SITES))
    assert list(tmp_path.rglob("*")) == []
    assert workspace.gateway() == UPLOAD


def test_files_options_layouts_and_address_are_there_in_the_next_session(folder):
    app = session(lang="fr", day="2018-12-31", demonstration="0")
    key, file = dropped("mines.csv", SITES)
    app.session_state["files"] = {key: file}
    rested_here(app)
    app.session_state["layouts"] = {}
    from views.own_files import Wish

    app.session_state["layouts"] = {"abc": Wish("sites", OPTIONS)}
    app.run()
    assert workspace.gateway() == LOCAL
    assert (folder.folder / "files").is_dir()

    later = session()
    rested_here(later)
    assert str(later.session_state["day"]) == "2018-12-31"
    assert later.session_state["q_lang"] == "fr"
    assert later.session_state["q_demonstration"] is False
    assert roles(later) == roles(app)
    assert later.session_state["layouts"]["abc"].options == OPTIONS
    assert "work" in texts(later)


def rested_here(app: AppTest) -> AppTest:
    app.session_state["desk"] = workspace.desk()
    return rested(app)


def test_a_file_of_the_folder_is_used_and_forgotten_without_being_touched(folder):
    (folder.folder / "mines.csv").write_bytes(SITES)
    app = session(lang="en", demonstration="0")
    box = next(b for b in app.multiselect if b.label == "Files in the folder")
    box.set_value(["mines.csv"]).run()
    next(b for b in app.button if b.label == "Use these files").click().run()
    rested_here(app)
    assert list(roles(app)) == ["mines.csv"]
    assert folder.project.files[0].path == "mines.csv"
    next(b for b in app.button if b.label.startswith("Remove")).click().run()
    assert (folder.folder / "mines.csv").read_bytes() == SITES
    assert folder.project.files == ()


def test_a_file_that_is_gone_is_named_with_its_hash_and_found_in_the_folder(folder):
    app = session(lang="en", demonstration="0")
    key, file = dropped("mines.csv", SITES)
    app.session_state["files"] = {key: file}
    rested_here(app)
    (kept,) = folder.project.files
    (folder.folder / kept.path).replace(folder.folder / "moved.csv")
    folder._bytes.clear()

    later = session()
    assert roles(later) == {}
    assert f"mines.csv ({kept.sha256[:8]}" in texts(later).replace("\\", "")
    next(b for b in later.button if b.label == "Look for them in the workspace").click().run()
    rested_here(later)
    assert list(roles(later)) == ["mines.csv"]
    assert "not here" not in texts(later)


def test_a_link_to_own_data_names_the_files_by_name_and_hash():
    digest = hashlib.sha256(MORE).hexdigest()
    app = opened(("more.csv", MORE))
    link = str(app.query_params["needs"])
    assert link == f"more.csv:{digest[:16]}"
    assert needed_of(link)[0].name == "more.csv"
    assert needs(needed_of(link)) == link

    other = session(lang="en", demonstration="0", needs=link)
    assert f"more.csv ({digest[:8]}" in texts(other).replace("\\", "")
    other.session_state["files"] = dict([dropped("more.csv", MORE)])
    rested(other.run())
    assert "not here" not in texts(other)
    for nonsense in ("x", "~~~", "a:b", "a.csv:" + "g" * 16, "<script>:1"):
        assert needed_of(nonsense) == []


def test_a_project_is_handed_on_and_opened_with_and_without_its_files():
    app = opened(("mines.csv", SITES))
    from views import workspace_session

    (file,) = app.session_state["files"].values()
    kept = workspace_session.kept_of(file)
    project = Project("explore", {"day": "2016-09-19", "demonstration": "0"}, (kept,), {})
    for contents in ({}, {file.sha256: file.data}):
        entered = read_project(project_zip(project, contents), "p.zip", UPLOAD)
        later = AppTest.from_file(str(workspace_page("files.py")), default_timeout=90)
        later.session_state["entered"] = entered
        later.query_params["demonstration"] = "0"
        later.query_params["lang"] = "en"
        rested(later.run())
        assert list(roles(later)) == (["mines.csv"] if contents else [])
        assert ("not here" in texts(later)) is not bool(contents)


PEOPLE = np.stack([np.full((4, 4), 40, np.float32), np.full((4, 4), 90, np.float32)])


def rasters(app: AppTest) -> dict[str, str]:
    found = {role: app.session_state[f"raster_{role}"] for role in RASTERS if f"raster_{role}" in app.session_state}
    return {role: given.name for role, given in found.items()}


def test_a_raster_is_there_in_the_next_session_with_its_band_and_goes_with_its_copy(folder):
    data = geotiff(PEOPLE, nodata=-1)
    app = session("surroundings.py", lang="en", part="people")
    app.session_state["raster_population"] = own_rasters.Given("both_ppp.tif", data)
    app.run()
    assert "The raster has several bands." in app.error[0].value.replace("\\", "")
    app.number_input(key="q_population_band").set_value(2).run()
    assert [e.value for e in app.error] == []
    (kept,) = [f for f in folder.project.files if f.role == "population"]
    assert (folder.folder / kept.path).read_bytes() == data
    assert folder.project.address["people_band"] == "2"

    later = session("surroundings.py")
    assert [e.value for e in later.error] == []
    assert rasters(later) == {"population": "both_ppp.tif"}
    assert own_rasters.SETTINGS["people_band"][1] in later.session_state
    assert later.session_state["q_population_band"] == 2
    layer = later.session_state["raster_read_population"][-1]
    assert (layer.band, layer.source.name) == (2, "both_ppp.tif")
    next(b for b in later.button if b.key == "drop_raster_population").click().run()
    assert rasters(later) == {}
    assert not (folder.folder / kept.path).exists()
    assert folder.project.files == ()


def test_a_raster_that_lies_in_the_folder_is_read_there_and_never_changed(folder):
    data = geotiff(PEOPLE[:1], nodata=-1)
    (folder.folder / "own_ppp.tif").write_bytes(data)
    app = session("surroundings.py", lang="en", part="people")
    app.selectbox(key="population_offered_0").set_value("own_ppp.tif").run()
    assert [e.value for e in app.error] == []
    assert [(f.path, f.role) for f in folder.project.files] == [("own_ppp.tif", "population")]
    app.selectbox(key="population_offered_0").set_value(None).run()
    assert rasters(app) == {}
    assert (folder.folder / "own_ppp.tif").read_bytes() == data
    files = session("files.py")
    assert [b.label for b in files.multiselect if "own_ppp.tif" in "".join(b.options)] == []


def test_a_link_and_a_project_name_the_rasters_that_a_run_rests_on():
    data = geotiff(PEOPLE[:1], nodata=-1)
    digest = hashlib.sha256(data).hexdigest()
    app = session("surroundings.py", lang="en", part="people")
    app.session_state["raster_population"] = own_rasters.Given("own_ppp.tif", data)
    app.selectbox(key="q_population_values").set_value("counts").run()
    link = {name: value for name, value in app.query_params.items() if name in ("needs", "people_values")}
    link = {name: value if isinstance(value, str) else value[0] for name, value in link.items()}
    assert link == {"needs": f"own_ppp.tif:{digest[:16]}:population", "people_values": "counts"}

    other = session(lang="en", **link)
    assert f"own_ppp.tif ({digest[:8]}" in texts(other).replace("\\", "")
    other.session_state["raster_population"] = own_rasters.Given("renamed.tif", data)
    other.run()
    assert "not here" not in texts(other)
    assert other.session_state["q_population_values"] == "counts"

    kept = own_rasters.Given("own_ppp.tif", data).as_kept("population")
    for contents in ({}, {digest: data}):
        entered = read_project(project_zip(Project("around", {}, (kept,), {}), contents), "p.zip", UPLOAD)
        later = AppTest.from_file(str(workspace_page("files.py")), default_timeout=90)
        later.session_state["entered"] = entered
        later.query_params["lang"] = "en"
        later.run()
        assert rasters(later) == ({"population": "own_ppp.tif"} if contents else {})
        assert ("not here" in texts(later)) is not bool(contents)
    for role in ("population\n", "people", "rules "):
        with pytest.raises(InputError):
            read_project(project_zip(Project("around", {}, (replace(kept, role=role),), {}), {}), "p.zip", UPLOAD)


def test_it_is_for_whoever_sits_at_the_machine(folder, monkeypatch):
    def seen(**headers: str) -> bool:
        given = {k.replace("_", "-"): v for k, v in headers.items()}
        context = SimpleNamespace(headers=SimpleNamespace(to_dict=lambda: given))
        monkeypatch.setattr(workspace.st, "context", context)
        return workspace.current() is folder

    assert seen(Host="127.0.0.1:8501", Origin="http://localhost:8501")
    assert not seen(Host="atlas.example", Origin="https://atlas.example")
    assert not seen(Host="127.0.0.1:8501", Origin="https://atlas.example")
    assert not seen(Host="127.0.0.1:8501", X_Forwarded_For="10.0.0.1")
    monkeypatch.setattr(workspace.st, "get_option", lambda name: "0.0.0.0")
    assert not seen(Host="127.0.0.1:8501")
    workspace._here.for_all = True
    assert seen(Host="atlas.example")


def test_a_server_for_others_takes_none_unless_that_is_said(tmp_path):
    with pytest.raises(InputError, match="listens to others"):
        server.open_workspace(str(tmp_path / "w"), ["--server.address", "0.0.0.0"])
    assert not (tmp_path / "w").exists()
    server.open_workspace(str(tmp_path / "w"), ["--server.address", "0.0.0.0"], for_all=True)
    workspace.close()


def test_decisions_lie_in_the_folder_and_not_where_they_lay_before(folder, tmp_path):
    from jobs.screening.reviews import Reviews

    assert Reviews().path == folder.decisions
    workspace.close()
    assert Reviews().path != folder.decisions
