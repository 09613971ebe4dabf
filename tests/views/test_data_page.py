"""The page "Data": cards of what is in use; on one's own machine the catalogue, the form, and files dropped in."""

from __future__ import annotations

import csv

import pytest
import streamlit

from jobs.edition_references import all_stored
from layers.publishers.fetch import drop_in
from layers.publishers.keep import Wanted
from layers.publishers.table import COLUMNS, NAME
from layers.reference.tables import rows
from tests.layers.misbehaving import events
from tests.views.test_pages import opened, texts
from views import workspace


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("CAHRA_DATA", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(("language", "said"), [("en", "Declared covered: "), ("fr", "Déclaré couvert")])
def test_the_cards_of_the_demonstration(language, said):
    app = opened("data.py", lang=language)
    assert not app.exception
    assert [e.value for e in app.error] == []
    assert said in texts(app).replace("\\", "")
    assert "demonstration_incidents.csv" in texts(app).replace("\\", "")


def test_editions_are_pinned_used_and_removed_and_nobody_from_elsewhere_sees_them(folder, monkeypatch):
    for edition, years in (("24.1", range(2000, 2024)), ("25.1", range(2000, 2025))):
        drop_in("ucdp", Wanted("", edition), folder, events(years, numbers=("482",)), f"GEDEvent_v{edition}.csv")
    monkeypatch.setattr(workspace, "is_local", lambda: False)
    assert "ucdp:CAF@25.1" not in texts(opened("data.py")).replace("\\", "")
    monkeypatch.setattr(workspace, "is_local", lambda: True)
    app = opened("data.py")
    assert not app.exception
    assert "ucdp:CAF@25.1" in texts(app).replace("\\", "")
    old = next(k for k in all_stored() if k.entry.version == "24.1").entry
    app.button(key=f"pin_{old.sha256[:12]}").click().run()
    assert next(k for k in all_stored() if k.entry.version == "24.1").entry.pinned
    app.button(key="changes_go").click().run()
    assert not app.exception
    assert "Incidents: 1 added" in texts(app).replace("\\", "")
    assert "in the later edition only" in set(app.dataframe[-1].value["change"])
    app.button(key=f"pin_{old.sha256[:12]}").click().run()
    app.button(key=f"remove_{old.sha256[:12]}").click().run()
    assert [k.entry.version for k in all_stored()] == ["25.1"]
    new = all_stored()[0].entry
    app.button(key=f"use_{new.sha256[:12]}").click().run()
    assert [f.name for f in app.session_state["files"].values()] == [new.name]


def test_a_fetch_that_fails_is_a_sentence_and_no_other_host_is_asked(folder, monkeypatch):
    row = next(r for r in rows(NAME) if r["name"] == "ucdp")
    with (folder / NAME).open("w", encoding="utf-8", newline="") as out:
        table = csv.DictWriter(out, COLUMNS)
        table.writeheader()
        table.writerow({**row, "address": "https://example.org/ged.zip"})
    monkeypatch.setattr(workspace, "is_local", lambda: True)
    app = opened("data.py")
    app.button(key="fetch_go").click().run(timeout=60)
    assert not app.exception
    assert any("not one of the publisher" in e.value for e in app.error)


def test_a_fetched_edition_is_chosen_or_typed_beside_every_field_for_files(folder, monkeypatch):
    drop_in("ucdp", Wanted("", "25.1"), folder, events(range(2000, 2025)), "GEDEvent_v25.1.csv")
    monkeypatch.setattr(workspace, "is_local", lambda: False)
    assert not [s for s in opened("files.py").selectbox if s.label == "Or a fetched edition"]
    monkeypatch.setattr(workspace, "is_local", lambda: True)
    app = opened("files.py")
    field = next(s for s in app.selectbox if s.key.startswith("import_edition"))
    assert field.options == ["ucdp@25.1"]
    field.set_value("ucdp@25.1").run()
    assert [f.name for f in app.session_state["files"].values()] == ["GEDEvent_v25.1.csv"]
    typed, real = ["ucdp:CAF@25.1"], streamlit.selectbox  # AppTest chooses among what is offered, and types nothing

    def selectbox(label, *args, **named):
        return typed.pop() if label == "Or a fetched edition" and typed else real(label, *args, **named)

    monkeypatch.setattr(streamlit, "selectbox", selectbox)
    app = opened("files.py")
    assert not app.exception
    [file] = app.session_state["files"].values()
    assert (file.name, dict(file.about)["reference"]) == ("ucdp_ged_v25.1_CAF.csv", "ucdp:CAF@25.1")
