"""CMRT, EMRT and AMRT by position: workbooks built from the described layout, with headings as formulas without values."""

from __future__ import annotations

import io

import openpyxl
import pytest

from jobs.screening.supplier_list import read_suppliers
from layers.sources.rmi_template import FIRST_LOOK_UP, FIRST_MINE, FIRST_PRODUCT, FIRST_SMELTER, read_template

FULL = {
    "CMRT": "Conflict Minerals Reporting Template (CMRT)",
    "EMRT": "Extended Minerals Reporting Template (EMRT)",
    "AMRT": "Additional Minerals Reporting Template (AMRT)",
}
DECLARED = {  # rows of effective date, first question and its step
    ("CMRT", "6.01"): (22, 25, 6), ("CMRT", "6.1"): (22, 25, 6), ("CMRT", "6.22"): (22, 25, 6),
    ("CMRT", "6.31"): (22, 25, 6), ("CMRT", "6.4"): (22, 25, 6), ("CMRT", "6.5"): (22, 25, 6),
    ("EMRT", "1.1"): (22, 25, 6), ("EMRT", "1.11"): (22, 25, 6), ("EMRT", "1.2"): (22, 25, 6),
    ("EMRT", "1.3"): (22, 25, 6), ("EMRT", "2.0"): (26, 29, 12), ("EMRT", "2.1"): (26, 29, 12),
    ("AMRT", "1.2"): (24, 27, 12), ("AMRT", "1.3"): (27, 30, 12),
}  # fmt: skip
MINERAL = {"CMRT": "Tantalum", "EMRT": "Cobalt", "AMRT": "Lithium"}


def workbook(kind: str, revision: str, smelters: list[dict], mines: list[dict] = (), language: str = "en") -> bytes:
    effective, first, step = DECLARED[kind, revision]
    book = openpyxl.Workbook()
    book.active.title = "Revision"
    book["Revision"]["A1"] = FULL[kind]
    book["Revision"]["A5"] = "Revision 1.0 January 1, 2019"
    book["Revision"]["A6"] = f"Revision {revision} May 1, 2022"
    book.create_sheet("Instructions")
    sheet = book.create_sheet("Declaration")
    sheet["B8"] = "=INDEX(L!A1:J1,1)"  # a formula that no program has computed
    sheet["D8"], sheet["D9"], sheet["D10"] = "Example Metals Ltd", "A. Company", "all products"
    sheet[f"D{effective}"] = "2024-03-31"
    sheet[f"B{first + 1}"] = MINERAL[kind] if language == "en" else "=INDEX(L!A1:J1,2)"
    sheet[f"D{first + 1}"], sheet[f"G{first + 1}"] = "Yes", "in two alloys"
    sheet[f"D{first + step + 1}"] = "No"
    table = book.create_sheet("Smelter List")
    plain = (kind, revision) == ("AMRT", "1.2")
    letters = dict(zip(
        ("metal", "chosen", "name", "country", "id", "mines", "abroad", "recycled"),
        ("A", "Z", "B", "C", "D", "L", "M", "N") if plain else ("B", "C", "D", "E", "F", "N", "O", "P"), strict=True,
    ))  # fmt: skip
    for letter in letters.values():
        table[f"{letter}4"] = "=INDEX(L!A1:J1,3)"
    for number, smelter in enumerate(smelters, start=FIRST_SMELTER):
        for field, value in smelter.items():
            if not (plain and field == "chosen"):
                table[f"{letters[field]}{number}"] = value
        if not plain:
            table[f"R{number}"] = "=INDEX(L!A1:J1,4)"
    if mines:
        listed = book.create_sheet("Mine List")
        for number, mine in enumerate(mines, start=FIRST_MINE):
            for letter, value in mine.items():
                listed[f"{letter}{number}"] = value
    products = book.create_sheet("Product List")
    products[f"B{FIRST_PRODUCT}"], products[f"C{FIRST_PRODUCT}"] = "P-1", "Capacitor"
    if not plain:
        known = book.create_sheet("Smelter Look-up")
        metal = smelters[0]["metal"]
        for letter, value in zip(
            "ABCDE", (metal, "Old Name", "Example Smelting Works", "Belgium", "CID000001"), strict=True
        ):
            known[f"{letter}{FIRST_LOOK_UP}"] = value
    book.create_sheet("Checker")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def smelters_of(kind: str) -> list[dict]:
    metal = MINERAL[kind]
    return [
        {"metal": metal, "chosen": "Old Name", "mines": "Pit A; Pit B", "abroad": "Rwanda"},
        {
            "metal": metal,
            "name": "Other Works",
            "country": "Japan",
            "id": "CID000002",
            "mines": "recycled",
            "recycled": "Yes",
        },
        {"metal": metal, "name": "Third Works", "id": "CID000003", "abroad": "Congo, Democratic Republic of; Brazil"},
        {"metal": metal, "chosen": "Smelter not yet identified"},
    ]


@pytest.mark.parametrize(("kind", "revision"), list(DECLARED), ids=[f"{k} {r}" for k, r in DECLARED])
def test_every_revision_is_read_by_position(kind, revision):
    template = read_template(workbook(kind, revision, smelters_of(kind)), f"{kind}.xlsx")
    assert (template.kind, template.revision) == (kind, revision)
    assert (template.company, template.scope, template.effective) == ("Example Metals Ltd", "A. Company", "2024-03-31")
    first, second = template.answers.to_dict("records")
    assert (first["question"], first["mineral"], first["answer"], first["comment"]) == (
        "1",
        MINERAL[kind],
        "Yes",
        "in two alloys",
    )
    assert (second["question"], second["answer"]) == ("2", "No")
    assert template.products.to_dict("records") == [{"number": "P-1", "name": "Capacitor", "row": FIRST_PRODUCT}]
    assert template.smelters["recycled"].tolist()[:3] == [False, True, False]
    if (kind, revision) != ("AMRT", "1.2"):
        told = template.smelters.iloc[0]
        assert (told["standard_name"], told["smelter_id"], told["country"]) == (
            "Example Smelting Works", "CID000001", "Belgium",
        )  # fmt: skip
    assert any("no stored result" in note for note in template.notes)
    assert "Example Metals Ltd" in template.notes[0]


def test_headings_in_another_language_change_nothing():
    one = read_template(workbook("CMRT", "6.5", smelters_of("CMRT"), language="fr"), "CMRT.xlsx")
    assert one.answers["mineral"].tolist()[0] == "Tantalum"
    assert len(one.smelters) == 4


def test_mines_and_countries_of_a_smelter_are_origins_and_recycled_material_is_an_answer_of_its_own():
    found = read_suppliers(workbook("CMRT", "6.31", smelters_of("CMRT")), "CMRT 6.31.xlsx")
    rows = found.rows
    assert rows["site_name"].tolist() == ["Pit A", "Pit B", "", "", "", ""]
    assert rows["country"].tolist() == ["RWA", "RWA", "", "COD", "BRA", ""]
    assert rows["answer"].tolist() == ["accepted", "accepted", "recycled", "accepted", "accepted", "rejected"]
    assert rows["reason"].tolist()[2] == "recycled_or_scrap"
    assert rows["supplier_id"].tolist()[:2] == ["CID000001", "CID000001 (2)"]
    assert rows["minerals"].tolist()[0] == "coltan"
    assert rows["smelter"][0] == "Example Smelting Works"
    assert found.accounting == {"read": 6, "accepted": 4, "rejected": 1, "recycled": 1}


def test_the_smelters_own_country_is_no_origin():
    only = [{"metal": "Tin", "name": "Works", "country": "Rwanda", "id": "CID000009"}]
    rows = read_suppliers(workbook("CMRT", "6.5", only), "CMRT.xlsx").rows
    assert rows["country"].tolist() == [""]
    assert rows["answer"].tolist() == ["rejected"]


def test_mines_of_the_mine_list_are_origins():
    mine = {"A": "Cobalt", "B": "Works", "C": "Pit C", "D": "M-1", "F": "Zambia", "I": "Copperbelt"}
    rows = read_suppliers(workbook("EMRT", "2.1", smelters_of("EMRT")[1:2], [mine]), "EMRT.xlsx").rows
    last = rows.iloc[-1]
    assert (last["supplier_id"], last["site_name"], last["country"], last["admin1"], last["minerals"]) == (
        "M-1", "Pit C", "ZMB", "Copperbelt", "cobalt",
    )  # fmt: skip


def test_a_template_is_screened_from_the_command_line(tmp_path, capsys):
    import cli

    (tmp_path / "c.xlsx").write_bytes(workbook("CMRT", "6.5", smelters_of("CMRT")))
    out = tmp_path / "out"
    assert cli.main(["screen", "--list", str(tmp_path / "c.xlsx"), "--as-of", "2022-12-31", "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "CMRT 6.5 of Example Metals Ltd" in printed
    assert "recycled" in (out / "screening.csv").read_text("utf-8")
