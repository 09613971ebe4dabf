"""A folder to work in, in a real browser: files chosen from it, and all of it there again for the next reader."""

from __future__ import annotations

import json
import zipfile

import pytest

from tests.browser.conftest import served

SITES = b"site_id,name,lat,lon,minerals,country\n" + b"".join(
    b"X%d,Pit %d,4.%d,16.%d,gold,CAF\n" % (i, i, i + 1, i + 1) for i in range(6)
)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "mines.csv").write_bytes(SITES)
    return tmp_path / "work"


@pytest.mark.slow
def test_files_are_chosen_from_the_folder_and_the_next_visit_opens_where_it_was_left(visit, folder, tmp_path):
    """Left to the long run: `tests/views/test_workspace.py` works in a folder each time, on the pages without a browser."""
    with served("--workspace", str(folder)) as url:
        here = visit(f"{url}/files?lang=fr&day=2018-12-31")
        here.page.get_by_role("heading", name="Vos fichiers").wait_for()
        here.settled()
        box = here.page.get_by_test_id("stMultiSelect").filter(has_text="Fichiers du dossier")
        box.locator("input").click()
        here.page.get_by_role("option").filter(has_text="mines.csv").click()
        here.page.keyboard.press("Escape")
        here.page.get_by_role("button", name="Utiliser ces fichiers").click()
        here.page.get_by_text("6 lignes lues").first.wait_for()
        here.settled()
        here.page.get_by_text("Fichier de projet", exact=True).click()
        with here.page.expect_download() as got:
            here.page.get_by_text("Télécharger le projet").click()
        got.value.save_as(tmp_path / "project.zip")
        here.page.get_by_role("link", name="Explorer", exact=True).click()
        here.page.get_by_text("6 sites sur 6").wait_for()
        here.settled()
        assert "lang=fr" in here.page.url
        here.page.get_by_role("link", name="Un site", exact=True).click()
        here.page.wait_for_url("**/site?**")
        here.settled()

        later = visit(f"{url}/")
        later.page.wait_for_url("**/site?**")
        later.page.wait_for_function("() => location.search.includes('needs=')")
        later.settled()
        assert "day=2018-12-31" in later.page.url
        assert "needs=mines.csv" in later.page.url
        for one in (here, later):  # a page whose server ends complains of it
            one.page.goto("about:blank")
    with zipfile.ZipFile(tmp_path / "project.zip") as archive:
        project = json.loads(archive.read("project.json"))
        assert archive.namelist() == ["project.json"]
    assert project["address"]["day"] == "2018-12-31"
    assert [f["name"] for f in project["files"]] == ["mines.csv"]
    assert (folder / "mines.csv").read_bytes() == SITES
    assert not (folder / "files").exists()
