"""Programmes out of tables: every column, several rows of an id, and everything that can be wrong."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pytest

from geo.errors import InputError
from jobs.programmes.programme_files import read_programme_files, read_programmes
from jobs.programmes.types import read_type_map
from layers.reference import files

HEAD = "programme_id,title,donor,type,start,end,country,lat,lon,radius_km,admin_code,location_precision,budget,currency"


def table(*rows: str, head: str = HEAD) -> bytes:
    return ("\n".join((head, *rows)) + "\n").encode()


def reasons(frame: pd.DataFrame) -> dict[str, list[str]]:
    return {str(k): v.tolist() for k, v in frame.groupby("reason")["id"]}


def test_the_demonstration_is_read_whole() -> None:
    layer = read_programmes(files.DEMONSTRATION_PROGRAMMES)
    assert layer.accounting == {"read": 10, "accepted": 10, "rejected": 0, "programmes": 10}
    assert layer.frame["demonstration"].all()
    assert layer.frame["place"].tolist().count("country") == 2
    assert reasons(layer.programmes.remarks) == {"end_missing": ["DEMO-P03", "DEMO-P10"]}


def test_the_best_place_of_a_row_is_taken_polygon_unit_point_country() -> None:
    rows = (
        'A,t,D,mapping,2020-01-01,,CAF,4.3,17.4,10,Boda,,,,"POLYGON((17 4,18 4,18 5,17 4))"',
        "B,t,D,mapping,2020-01-01,,CAF,4.3,17.4,10,Boda,,,,",
        "C,t,D,mapping,2020-01-01,,CAF,4.3,17.4,10,,,,,",
        "D,t,D,mapping,2020-01-01,,CAF;COD,,,,,,,,",
        "E,t,D,mapping,2020-01-01,,CAF,4.3,17.4,10,,national,,,",
        "F,t,D,mapping,2020-01-01,,CAF,4.3,17.4,,,,,,",
        "G,t,D,mapping,2020-01-01,,,,,,,,,,",
    )
    layer = read_programmes(table(*rows, head=HEAD + ",geometry"))
    places = layer.programmes.footprints
    assert places["kind"].tolist() == ["polygon", "admin", "point", "country", "country", "country", "point"]
    assert layer.frame["place"].tolist() == ["polygon", "admin", "point", "country", "country", "point", ""]
    assert layer.programmes.geometry[0].area == pytest.approx(0.5)
    assert reasons(layer.programmes.remarks)["radius_missing"] == ["F"]
    assert reasons(layer.programmes.remarks)["place_missing"] == ["G"]


def test_wrong_rows_are_rejected_with_their_reason_and_the_others_are_read() -> None:
    rows = (
        "A,t,D,mapping,2020-01-01,2019-12-31,CAF,4.3,17.4,10,,,,",
        "B,t,D,mapping,soon,,CAF,4.3,17.4,10,,,,",
        "C,t,D,mapping,2020-01-01,,CAF,17.4,4.3,10,,,,",
        "D,t,D,mapping,2020-01-01,,CAF,4.3,17.4,-1,,,,",
        "E,t,D,mapping,2020-01-01,,CAF,4.3,17.4,10,,,lots,EUR",
        ",t,D,mapping,2020-01-01,,CAF,4.3,17.4,10,,,,",
        "F,t,D,mapping,2020-01-01,,CAF,0,0,10,,,,",
        "G,t,D,mapping,2020-01-01,,CAF,4.3,17.4,10,,,5,EUR",
    )
    layer = read_programmes(table(*rows))
    assert reasons(layer.rejected) == {
        "end_before_start": ["A"],
        "date_unreadable": ["B"],
        "coordinates_swapped": ["C"],
        "number_out_of_range": ["D"],
        "number_unreadable": ["E"],
        "missing_id": [""],
        "coordinates_zero": ["F"],
    }
    assert layer.accounting == {"read": 8, "accepted": 1, "rejected": 7, "programmes": 1}
    assert layer.frame["programme_id"].tolist() == ["G"]


def test_missing_dates_types_and_ends_are_remarked_and_kept() -> None:
    layer = read_programmes(
        table(
            "A,t,D,mapping,,,CAF,,,,Boda,,,",
            "B,t,D,cookery;traceability,2020-01-01,,,,,,Boda,,,",
            "C,t,D,,2020-01-01,2021-01-01,,,,,Boda,,,",
        )
    )
    assert layer.accounting["accepted"] == 3
    assert reasons(layer.programmes.remarks) == {"start_missing": ["A"], "end_missing": ["B"], "type_unmapped": ["C"]}
    assert layer.frame["types"].tolist() == ["mapping", "traceability", ""]
    assert layer.frame["unmapped"].tolist() == ["", "cookery", ""]
    assert layer.frame["ongoing"].tolist() == [True, True, False]


def test_unknown_currencies_are_kept_as_given_and_never_converted() -> None:
    layer = read_programmes(
        table("A,t,D,mapping,2020-01-01,,CAF,,,,Boda,,1000,fcfa", "B,t,D,mapping,2020-01-01,,CAF,,,,Boda,,7,EUR")
    )
    assert layer.frame["budget_text"].tolist() == ["1000 FCFA", "7 EUR"]
    assert layer.frame["currency"].tolist() == ["FCFA", "EUR"]
    assert reasons(layer.programmes.remarks)["currency_unknown"] == ["A"]


def test_a_donor_called_caf_is_a_bank_and_gives_no_country() -> None:
    layer = read_programmes(table("A,t,CAF,mapping,2020-01-01,2022-01-01,,,,,Boda,,,"))
    assert layer.frame["countries"].tolist() == [""]
    assert reasons(layer.programmes.remarks) == {"organisation_caf": ["A"]}


def test_several_rows_of_an_id_are_several_places_unless_they_differ() -> None:
    layer = read_programmes(
        table(
            "A,t,D,mapping,2020-01-01,,CAF,,,,Boda,,,",
            "a,t,D,mapping,2020-01-01,,CAF,,,,Carnot,,,",
            "A,t,other,mapping,2020-01-01,,CAF,,,,Nola,,,",
        )
    )
    assert layer.programmes.footprints["admin_code"].tolist() == ["Boda", "Carnot"]
    assert layer.accounting == {"read": 3, "accepted": 2, "rejected": 1, "programmes": 1}
    assert layer.rejected["reason"].tolist() == ["same_id_differs"]


def test_missing_columns_are_named_with_those_that_were_found() -> None:
    with pytest.raises(InputError, match=r"type, start.*(Got|got).*title"):
        read_programmes(b"id,title\n1,x\n", "p.csv")
    with pytest.raises(InputError, match="No row can be used"):
        read_programmes(table("A,t,D,mapping,2020-01-01,2019-01-01,,,,,,,,"))


def test_french_columns_countries_and_words() -> None:
    head = "id_projet;titre;bailleur;type de programme;debut;fin;pays;sous-préfecture"
    content = head + "\nP1;É;AFD;Traçabilité|32210;2020-02-01;;RCA;Boda\n"
    layer = read_programmes(content.encode(), "projets.csv")
    assert layer.frame["types"].tolist() == ["traceability;formalisation"]
    assert layer.frame["countries"].tolist() == ["CAF"]
    assert layer.programmes.footprints["admin_code"].tolist() == ["Boda"]


def test_polygon_files_and_workbooks() -> None:
    square = [[[17, 4], [18, 4], [18, 5], [17, 5], [17, 4]]]
    bow = [[[17, 4], [18, 5], [18, 4], [17, 5], [17, 4]]]
    properties = {"programme_id": "A", "type": "mapping", "start": "2020-01-01", "donor": "D", "radius_km": 3}
    features = [
        {
            "type": "Feature",
            "properties": properties | {"programme_id": name},
            "geometry": {"type": kind, "coordinates": c},
        }
        for name, kind, c in (
            ("A", "Polygon", square),
            ("B", "Point", [17.4, 4.3]),
            ("C", "Polygon", bow),
            ("D", "LineString", square[0]),
        )
    ]
    layer = read_programmes(json.dumps({"type": "FeatureCollection", "features": features}).encode(), "p.geojson")
    assert layer.programmes.footprints["kind"].tolist() == ["polygon", "point", "polygon"]
    assert layer.programmes.footprints["radius_km"].tolist()[1] == 3
    assert layer.programmes.geometry[2].is_valid
    assert layer.rejected["reason"].tolist() == ["not_an_area"]
    assert any("made valid" in note for note in layer.notes)
    out = io.BytesIO()
    pd.DataFrame([properties]).to_excel(out, index=False)
    assert read_programmes(out.getvalue(), "p.xlsx").frame["types"].tolist() == ["mapping"]


def test_a_users_own_table_of_sectors(tmp_path: Path) -> None:
    own = read_type_map(b"code,programme_type\n21020,infrastructure\n", "own.csv")
    layer = read_programmes(table("A,t,D,21020;32210,2020-01-01,2021-01-01,,,,,Boda,,,"), types=own)
    assert (layer.frame["types"].tolist(), layer.frame["unmapped"].tolist()) == (["infrastructure"], ["32210"])
    with pytest.raises(InputError, match="row 2: 21020 → roads"):
        read_type_map(b"code,programme_type\n21020,roads\n", "own.csv")


def test_several_files_become_one_set(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(table("A,t,D,mapping,2020-01-01,2021-01-01,CAF,,,,Boda,,,"))
    (tmp_path / "b.csv").write_bytes(
        table(
            "A,t,E,mapping,2020-01-01,2021-01-01,CAF,,,,Nola,,,", "B,t,E,mapping,2020-01-01,2021-01-01,CAF,,,,Nola,,,"
        )
    )
    both, layers = read_programme_files([tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "a.csv"])
    assert both.frame["programme_id"].tolist() == ["A", "A@b.csv", "B"]
    assert both.footprints["admin_code"].tolist() == ["Boda", "Nola", "Nola"]
    assert both.remarks["reason"].tolist() == ["duplicate_id"]
    assert [len(layer.frame) for layer in layers] == [1, 2, 1]
    with pytest.raises(InputError, match="no XML file"):
        read_programme_files([tmp_path])


def test_hostile_text_stays_text() -> None:
    name = "{{ 7*7 }}<img src=x onerror=alert(1)>"
    layer = read_programmes(table(f"A,{name},=HYPERLINK(1),mapping,2020-01-01,2021-01-01,,,,,Boda,,,"))
    assert layer.frame["title"].tolist() == [name]
    assert layer.frame["donor"].tolist() == ["=HYPERLINK(1)"]
