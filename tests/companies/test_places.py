"""Names without a place: asked once, never taken by themselves, confirmed by name and time, given back as a table."""

from __future__ import annotations

import datetime as dt
import sqlite3

import numpy as np
import pandas as pd
import pytest

from geo.errors import InputError
from jobs.screening.gazetteer import gazetteer
from jobs.screening.name_candidates import candidates
from jobs.screening.place_memory import remember, remembered
from jobs.screening.places import NONE, Confirmation, question, read_places, row_key
from jobs.screening.reviews import Reviews
from layers.formats.writers.delimited import csv_bytes
from tests import frames
from tests.companies.cases import data, files, screened

KNOWN = frames.sites(
    {"name": "Kalimbi (Nyabibwe)", "site_id": "k1", "country": "COD", "admin2": "Kalehe", "village": "Nyabibwe"},
    {"name": "Nyambembe", "site_id": "k2", "country": "COD", "admin2": "Shabunda", "lon": 20.1, "village": "Lulingu"},
)
NOW = dt.datetime(2021, 7, 1, 12, 0, tzinfo=dt.UTC)


def asked(name: str, **more: str) -> dict[str, object]:
    return {"supplier_id": "A", "site_name": name, "country": "COD", **more}


def best(name: str, **more: str) -> list[tuple[str, str]]:
    row = {"question": "q", "name": name, "country": "COD", "admin1": "", "admin2": ""} | more
    found = candidates(pd.DataFrame([row]), gazetteer(KNOWN))
    return list(zip(found["kind"], found["name"], strict=True))


@pytest.mark.parametrize(
    ("name", "kind", "found"),
    [
        ("Nyabibwe", "village", "Nyabibwe"),
        ("Kalimbi", "site", "Kalimbi (Nyabibwe)"),
        ("Walikale", "place", "Walikale"),
        ("territoire de Walikale", "place", "Walikale"),
        ("Kamituga", "place", "Kamituga"),
        ("Rubaya", "place", "Rubaya"),
        ("Shabunda", "place", "Shabunda"),
        ("Haut-Uélé", "region", "Haut-Uele"),
        ("Nyabibve", "village", "Nyabibwe"),
    ],
)
def test_villages_territories_and_towns_are_found(name, kind, found):
    assert best(name)[0] == (kind, found)


def test_a_name_in_brackets_is_found_and_the_territory_is_offered_beside_the_town():
    assert ("site", "Kalimbi (Nyabibwe)") in best("Nyabibwe")
    assert ("district", "Walikale") in best("Walikale")


def test_a_name_is_asked_once_and_confirmed_for_all_its_rows_or_for_one():
    world = data(sites=KNOWN)
    rows = [asked("Kalimbi") | {"supplier_id": f"S{i}"} for i in range(3)] + [asked("Atlantis") | {"supplier_id": "X"}]
    found = screened(*rows, on=world)
    assert found.places["rows"].tolist() == [3, 1]
    assert set(found.places["state"]) == {"open"}
    assert found.rows["position_basis"].tolist()[:3] == ["unconfirmed"] * 3
    key = question("origin", "Kalimbi", "COD", "", "")
    said = Confirmation.now("site:list|k1", "A. Person", NOW)
    none = Confirmation.now(NONE, "B. Person", NOW)
    taken = screened(*rows, on=world, matches={key: said, row_key("S1"): none})
    assert taken.rows["position_basis"].tolist()[:3] == ["confirmed_match", "none_of_these", "confirmed_match"]
    assert taken.rows["place_confirmed_by"].tolist()[:3] == ["A. Person", "B. Person", "A. Person"]
    assert taken.rows["place_confirmed_at"].tolist()[0] == "2021-07-01T12:00:00Z"
    assert taken.rows["known_site"].tolist()[:3] == ["k1", "", "k1"]
    assert taken.places["state"].tolist() == ["confirmed", "open", "none_of_these"]


def test_a_confirmed_territory_is_answered_as_a_unit_without_a_point():
    row = asked("Walikale")
    said = Confirmation.now("district:COD|nord kivu|walikale", "A. Person", NOW)
    found = screened(row, on=data(sites=KNOWN), matches={question("origin", "Walikale", "COD", "", ""): said}).rows.iloc[0]  # fmt: skip
    assert (found["answer_level"], found["admin2"], found["position_basis"]) == (
        "admin2",
        "Walikale",
        "confirmed_match",
    )
    assert np.isnan(found["lon"])


def test_the_table_of_places_given_back_gives_the_same_answers(tmp_path):
    world = data(sites=KNOWN)
    rows = [asked("Kalimbi"), asked("Nyabibwe") | {"supplier_id": "B"}, asked("=Kalimbi") | {"supplier_id": "C"}]
    said = {
        question("origin", "Kalimbi", "COD", "", ""): Confirmation.now("site:list|k1", "A. Person", NOW),
        row_key("B"): Confirmation.now("village:COD|kalehe|nyabibwe", "A. Person", NOW),
        question("origin", "=Kalimbi", "COD", "", ""): Confirmation.now(NONE, "A. Person", NOW),
    }
    first = screened(*rows, on=world, matches=said)
    table = read_places(files(first)["places.csv"], "places.csv")
    assert table.confirmed == said
    again = screened(*rows, on=world, matches=table.confirmed)
    pd.testing.assert_frame_equal(first.rows, again.rows)
    unsigned = first.places.assign(confirmed_by="")
    with pytest.raises(InputError, match="who confirms"):
        read_places(csv_bytes(unsigned)[0], "places.csv")
    with pytest.raises(InputError, match="no table of places"):
        read_places(b"a,b\n1,2\n", "places.csv")


def test_what_was_confirmed_for_an_earlier_list_is_offered_again_and_not_taken(tmp_path):
    store = Reviews(tmp_path / "r.sqlite")
    key = question("origin", "Kalimbi", "COD", "", "")
    remember(store, {key: Confirmation.now("site:list|k2", "A", NOW), row_key("A"): Confirmation("site:list|k1", "A")})
    remember(store, {key: Confirmation.now("site:list|k1", "B", NOW)})
    assert remembered(store) == {key: Confirmation("site:list|k1", "B", "2021-07-01T12:00:00Z")}
    found = screened(asked("Kalimbi"), on=data(sites=KNOWN), earlier=remembered(store))
    assert found.places[["state", "match_id", "confirmed_by"]].to_numpy().tolist() == [
        ["offered_again", "site:list|k1", "B"]
    ]
    assert found.rows["position_basis"].tolist() == ["unconfirmed"]
    assert np.isnan(found.rows["lon"][0])
    with sqlite3.connect(store.path) as base, pytest.raises(sqlite3.IntegrityError, match="never deleted"):
        base.execute("DELETE FROM place")
    with pytest.raises(InputError, match="needs the name"):
        Confirmation.now("site:list|k1", "  ")


def test_places_of_restricted_incidents_are_no_candidates():
    event = {"place": "Kalimva village", "country": "COD", "day": "2020-01-01"}
    shown = gazetteer(KNOWN, frames.incidents(event))
    assert "Kalimva" in shown["name"].tolist()
    hidden = gazetteer(KNOWN, frames.incidents({**event, "restricted": True}))
    assert "Kalimva" not in hidden["name"].tolist()
