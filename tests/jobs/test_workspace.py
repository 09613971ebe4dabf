"""A folder to work in and a project to hand on: what is kept, found again, refused; nothing outside is read."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import CahraError, InputError
from jobs.project import FORMAT, KeptFile, Project, is_project, parse_project, project_zip, read_project
from jobs.workspace import Workspace
from layers.formats import UPLOAD
from layers.sources.read_options import ReadOptions

DATA = b"site_id,lat,lon\nX1,4.2,16.1\n"
DIGEST = hashlib.sha256(DATA).hexdigest()
OPTIONS = ReadOptions(columns=(("lat", "Hoch"),), level=2, day_first=False, decimal=",", swap=True)
FILE = KeptFile("own.csv", DIGEST, len(DATA), "sites", OPTIONS, True)
PROJECT = Project("site", {"day": "2016-09-19", "site": "x"}, (FILE,), {"ab12": ("sites", OPTIONS)})


@pytest.fixture
def folder(tmp_path):
    made = Workspace(tmp_path / "work")
    yield made
    made.close()


def again(folder: Workspace) -> Workspace:
    folder.close()
    return Workspace(folder.folder)


texts = st.text(st.characters(codec="utf-8", exclude_characters="/\\", categories=("L", "N", "P", "Z")), max_size=30)


@given(texts, st.dictionaries(texts, texts, max_size=4), st.sampled_from(["", "sites", "incidents"]))
def test_a_project_is_read_back_as_it_was_written(page, address, role):
    project = Project(page, address, (dataclasses.replace(FILE, role=role),), {"ab": (role, OPTIONS)})
    assert parse_project(project.record()) == project
    assert parse_project(project.record()).record() == project.record()


def test_the_archive_holds_the_files_only_where_that_is_asked():
    bare, whole = project_zip(PROJECT, {}), project_zip(PROJECT, {DIGEST: DATA})
    assert read_project(bare, "p.zip", UPLOAD) == (PROJECT, {})
    project, contents = read_project(whole, "p.zip", UPLOAD)
    assert contents == {DIGEST: DATA}
    assert project.files[0].path == "files/01-own.csv"
    assert is_project(bare) and is_project(whole) and is_project(PROJECT.record())  # noqa: PT018
    assert not is_project(DATA)
    assert project_zip(PROJECT, {DIGEST: DATA}) == whole


def test_a_workbook_goes_along_though_it_is_an_archive_itself():
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    data = inner.getvalue()
    file = KeptFile("list.xlsx", hashlib.sha256(data).hexdigest(), len(data))
    made = project_zip(Project(files=(file,)), {file.sha256: data})
    assert read_project(made, "p.zip", UPLOAD)[1] == {file.sha256: data}


def record(**changes: object) -> bytes:
    return json.dumps({**json.loads(PROJECT.record()), **changes}).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{}", b"[]", b"null", b"\xff", b"[" * 5000, record(format="other"), record(files=[{}]),
        record(files=[{"name": "a", "sha256": "x", "bytes": 1}]),
        record(files=[{"name": "a", "sha256": DIGEST, "bytes": -1}]),
        record(files=[{"name": "a", "sha256": DIGEST, "bytes": 1, "path": "../../etc/passwd"}]),
        record(files=[{"name": "a", "sha256": DIGEST, "bytes": 1, "path": "/etc/passwd"}]),
        record(files=[{"name": "a", "sha256": DIGEST, "bytes": 1, "role": "shell"}]),
        record(files=[{"name": "a", "sha256": DIGEST, "bytes": 1, "options": {"exec": "x"}}]),
        record(files=[{"name": "a", "sha256": DIGEST, "bytes": 1, "options": {"level": "2"}}]),
        record(address={"day": 1}), record(address={"day": "x" * 5000}), record(layouts={"a": "b"}),
    ],
)  # fmt: skip
def test_what_is_no_project_is_told_as_such(data):
    with pytest.raises(CahraError):
        parse_project(data, "p.json")


def test_a_file_that_was_exchanged_in_the_archive_is_found_out():
    made = project_zip(PROJECT, {DIGEST: DATA})
    other = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"site_id\nX9\n" if name.startswith("files/") else old.read(name))
    with pytest.raises(InputError, match="not the one"):
        read_project(other.getvalue(), "p.zip", UPLOAD)


def test_files_settings_and_layouts_are_there_when_the_folder_is_opened_again(folder):
    kept = folder.add("own.csv", DATA)
    folder.save(dataclasses.replace(PROJECT, files=(dataclasses.replace(kept, options=OPTIONS),)))
    found = again(folder)
    assert found.project.address == PROJECT.address
    assert found.project.layouts == PROJECT.layouts
    assert found.project.files[0].options == OPTIONS
    assert found.content(found.project.files[0]) == DATA
    found.drop(found.project.files[0])
    assert found.content(found.project.files[0]) is None
    found.close()


def test_a_file_of_ones_own_is_read_where_it_lies_and_known_when_it_changed(folder):
    own = folder.folder / "sub" / "big.csv"
    own.parent.mkdir()
    own.write_bytes(DATA)
    assert [f.path for f in folder.offered()] == ["sub/big.csv"]
    kept, data = folder.take("sub/big.csv")
    assert (kept.path, kept.sha256, data) == ("sub/big.csv", DIGEST, DATA)
    assert folder.find(DIGEST, len(DATA)) == "sub/big.csv"
    folder.drop(kept)
    assert own.read_bytes() == DATA
    own.write_bytes(DATA + b"X2,4,16\n")
    assert again(folder).content(kept) is None


def test_nothing_outside_the_folder_is_offered_or_read(folder, tmp_path):
    (tmp_path / "secret.csv").write_bytes(DATA)
    (folder.folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    (folder.folder / "away").symlink_to(tmp_path, target_is_directory=True)
    (folder.folder / ".hidden").write_bytes(DATA)
    folder.save(PROJECT)
    folder.add("kept.csv", DATA)
    folder.decisions.write_bytes(b"x")
    assert folder.offered() == []
    for path in (
        "link.csv",
        "../secret.csv",
        "away/secret.csv",
        ".hidden",
        "workspace.json",
        str(tmp_path / "secret.csv"),
    ):
        with pytest.raises(InputError):
            folder.take(path)
    for path in ("link.csv", "../secret.csv", "away/secret.csv"):
        assert again_content(folder, path) is None


def again_content(folder: Workspace, path: str) -> bytes | None:
    folder._bytes.clear()
    return folder.content(KeptFile("x", DIGEST, len(DATA), path=path))


def test_one_process_works_in_a_folder(folder):
    with pytest.raises(InputError, match="Another process"):
        Workspace(folder.folder)


def test_a_folder_named_on_the_page_is_new_empty_or_was_one_before(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("private")
    with pytest.raises(InputError, match="no workspace"):
        Workspace(tmp_path / "mine", new=True)
    first = Workspace(tmp_path / "empty", new=True)
    first.save(PROJECT)
    first.close()
    Workspace(tmp_path / "empty", new=True).close()


def test_a_record_that_is_damaged_is_told_and_the_folder_let_go(tmp_path):
    (tmp_path / "workspace.json").write_bytes(b'{"format": "' + FORMAT.encode() + b'"')
    for _ in range(2):
        with pytest.raises(InputError, match="not a project"):
            Workspace(tmp_path)
