"""Synthetic rows in a reader's own file: page, map and names of downloads say so, whichever kind of file they came in."""

from __future__ import annotations

import hashlib

import pytest
import streamlit as st

from layers.reference import files
from tests.views.test_pages import SITES, maps, opened
from views.data_choice import File

MADE = {
    "sites": files.DEMONSTRATION_SITES,
    "visits": files.DEMONSTRATION_VISITS,
    "incidents": files.DEMONSTRATION_INCIDENTS,
    "programmes": files.DEMONSTRATION_PROGRAMMES,
    "suppliers": files.DEMONSTRATION_SUPPLIERS,
}
CASES = [("explore.py", kind) for kind in ("sites", "visits", "incidents")]
CASES += [("programmes.py", "programmes"), ("companies.py", "suppliers")]


def with_own(page: str, own: dict[str, bytes], monkeypatch) -> tuple[str, list[str], list[str]]:
    """HTML of a page with own files beside a real-looking list of sites, marks of its maps, names of its downloads."""
    names: list[str] = []
    monkeypatch.setattr(
        st, "download_button", lambda _label, **given: names.append(given["file_name"]), raising=True
    )  # fmt: skip
    app = opened(page, demonstration="0", day="2016-09-19", lang="en")
    app.session_state["files"] = {}
    for kind, data in {"mine": SITES, **own}.items():
        role = {"mine": "sites", "visits": "sites"}.get(kind, kind)
        digest = hashlib.sha256(data).hexdigest()
        settled = role not in ("programmes", "suppliers")
        known = role if settled else ""
        app.session_state["files"][digest] = File(known, f"{kind}.csv", digest, data, asked=role, settled=settled)
    app.run()
    if "desk" in app.session_state:
        desk = app.session_state["desk"]
        desk.wait(list(desk._readings.values()), 60)
    names.clear()
    app.run()
    assert not app.exception
    assert [e.value for e in app.error] == []
    drawn = [m["feature_group"].split("CAHRA.data(", 1)[1].split('"watermark":"', 1)[1][:20] for m in maps(app)]
    return "".join(e.proto.body for e in app.get("html")), drawn, names


@pytest.mark.parametrize(("page", "kind"), CASES)
def test_page_map_and_names_of_downloads_say_that_an_own_file_is_synthetic(page, kind, monkeypatch):
    said, drawn, names = with_own(page, {kind: MADE[kind].read_bytes()}, monkeypatch)
    assert "cahra-synthetic'" in said
    assert drawn
    assert all(mark.strip('"') for mark in drawn)
    assert names
    assert [n for n in names if not n.startswith("demonstration_")] == []


@pytest.mark.parametrize(("page", "kind"), [("explore.py", "incidents"), ("programmes.py", "programmes")])
def test_without_that_column_nothing_is_marked(page, kind, monkeypatch):
    head, *rows = MADE[kind].read_text("utf-8").splitlines()
    assert head.endswith(",demonstration")
    bare = "\n".join(row.rpartition(",")[0] for row in (head, *rows)).encode()
    said, drawn, names = with_own(page, {kind: bare}, monkeypatch)
    assert "cahra-synthetic'" not in said
    assert all(not mark.startswith("url") for mark in drawn)
    assert names
    assert [n for n in names if n.startswith("demonstration_")] == []
