"""The ids of a company's list: its own as written, made where it has none, each once."""

from __future__ import annotations

from jobs.screening.supplier_list import read_suppliers
from tests.companies.lists import as_csv


def test_own_ids_stay_as_written():
    rows = [
        {"supplier_id": i, "lat": "4.3", "lon": "15.8"} for i in ("001", "1E5", "NA", "Ä-7", "=1+1", "9007199254740993")
    ]
    assert read_suppliers(as_csv(*rows), "l.csv").rows["supplier_id"].tolist() == [r["supplier_id"] for r in rows]


def test_a_list_without_ids_is_numbered_and_says_so():
    found = read_suppliers(b"lat,lon\n4,20\n5,21\n", "l.csv")
    assert found.rows["supplier_id"].tolist() == ["row-1", "row-2"]
    assert any("numbered" in note for note in found.notes)
    named = read_suppliers(b"name,lat,lon\nNorth pit,4,20\nSouth pit,5,21\n", "l.csv")
    assert named.rows["supplier_id"].tolist() == ["North pit", "South pit"]


def test_a_supplier_with_several_origins_has_a_row_for_each_and_a_repeated_row_has_none():
    rows = [("F-9", "4.3"), ("f-9", "5.3"), ("F-9", "4.3"), ("F-9 (2)", "6.3")]
    given = as_csv(*({"supplier_id": i, "lat": lat, "lon": "15.8"} for i, lat in rows))
    found = read_suppliers(given, "l.csv")
    assert found.rows["answer"].tolist() == ["accepted", "accepted", "rejected", "accepted"]
    assert found.rows["supplier_id"].tolist() == ["F-9", "f-9 (3)", "F-9", "F-9 (2)"]
    assert found.rows["reason"].tolist()[2] == "row_repeated"
    assert any("origin of its own" in note for note in found.notes)


def test_a_list_of_sites_is_numbered_by_its_own_ids():
    found = read_suppliers(b"MineID,Mine Name,Lat,Long,Country\nM7,Koso,4.25,17.5,CAF\n", "l.csv")
    assert found.rows[["supplier_id", "site_name"]].to_numpy().tolist() == [["M7", "Koso"]]
    glued = read_suppliers(b"ICMMID,Mine Name,Lat,Long\nI7,Koso,4.25,17.5\n", "l.csv")
    assert glued.rows["supplier_id"].tolist() == ["I7"]
