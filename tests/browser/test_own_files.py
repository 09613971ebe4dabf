"""A reader's own, real files in a real browser: nothing synthetic beside them, and the command's own answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli import main
from tests.browser.conftest import REAL, go

pytestmark = pytest.mark.real_data

DAY = "2016-09-19"


def saved(visit, label: str) -> bytes:
    with visit.page.expect_download() as got:
        visit.page.get_by_test_id("stDownloadButton").get_by_text(label, exact=True).click()
    assert not got.value.suggested_filename.startswith("demonstration")
    return Path(got.value.path()).read_bytes()


def test_the_first_file_of_ones_own_switches_the_demonstration_off(own):
    assert own.first["marked_before"]
    assert not own.first["marked_after"]
    assert str(own.first["said"]).startswith("272 sites of 272 on")
    assert "demonstration=0" in str(own.first["address"])
    go(own, "Explore", "Mine sites, conflict and zones")
    assert own.page.frame_locator("iframe").first.locator(".cahra-notice").count() == 0


def test_the_page_and_the_command_give_the_same_files(own, shared_data, tmp_path):
    go(own, "Explore", "Mine sites, conflict and zones")
    given = [part for kind, name in REAL.items() for part in (f"--{kind}", str(shared_data / name))]
    assert main(["assess", *given, "--as-of", DAY, "--out", str(tmp_path / "out")]) == 0
    for name in ("sites.csv", "evidence.csv", "rejected.csv", "sites.geojson"):
        assert saved(own, name) == (tmp_path / "out" / name).read_bytes(), name
