"""The workbook of a screening: five sheets in either language, headings in sight, the list's own columns, no formula."""

from __future__ import annotations

import io

import openpyxl
import pytest

from jobs.screening.export import result_files
from jobs.screening.screen import screen
from jobs.screening.supplier_list import read_suppliers
from jobs.screening.workbook import workbook
from tests import frames
from tests.companies.cases import DAY, data, screened
from tests.companies.lists import as_csv
from tests.companies.test_screening import HERE, WAY

SHEETS = {
    "en": ["Summary", "Rows", "Routes", "Evidence", "Questions to suppliers"],
    "fr": ["Résumé", "Lignes", "Trajets", "Preuves", "Questions aux fournisseurs"],
}


@pytest.fixture(scope="module")
def found():
    world = data(incidents=frames.incidents({"day": "2020-06-01", "lon": 20.5}, {"day": "2020-06-01"}))
    rows = [
        {**HERE, "supplier_id": "calm", "country": "COD", "Buyer's note": "=2+5", "Lot": "007"},
        {**WAY, "supplier_id": "grave", "site_name": "Mine A", "Buyer's note": "kept", "Lot": "1E5"},
        {**HERE, "supplier_id": "C", "lat": "north", "Buyer's note": "", "Lot": "9"},
    ]
    header = tuple(dict.fromkeys(name for row in rows for name in row))
    return screen(read_suppliers(as_csv(*rows, header=header), "list.csv"), world, DAY)


@pytest.fixture(scope="module")
def made(found):
    return {language: workbook(found, language) for language in SHEETS}


def opened(body):
    return openpyxl.load_workbook(io.BytesIO(body))


def cells(sheet):
    head, *rows = [[c.value for c in row] for row in sheet.iter_rows()]
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_five_sheets_with_frozen_headings_filters_and_widths(made, language):
    book = opened(made[language])
    assert book.sheetnames == SHEETS[language]
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref.startswith("A1:")
        heads = [c.value for c in sheet[1]]
        assert len(set(heads)) == len(heads)
        assert None not in heads
        assert not [h for h in heads if "_" in h or h.endswith(" (list)")], "every column has a heading of its own"
        widths = [sheet.column_dimensions[openpyxl.utils.get_column_letter(i)].width for i in (1, len(heads))]
        assert all(7 <= w <= 61 for w in widths)
        assert not [c for row in sheet.iter_rows() for c in row if c.data_type == "f"], "nothing is a formula"
    summary = [str(c.value) for row in book.worksheets[0].iter_rows() for c in row if c.value]
    assert any("list.csv" in text for text in summary)


def test_rows_stand_in_order_of_gravity_with_the_lists_own_columns(found, made):
    book = opened(made["en"])
    rows = cells(book["Rows"])
    assert [r["Supplier id"] for r in rows] == ["grave", "calm", "C"]
    assert [(r["Buyer's note"], r["Lot"]) for r in rows] == [("kept", "1E5"), ("=2+5", "007"), (None, "9")]
    assert rows[2]["Answer"] == "rejected"
    assert rows[2]["Reason"]
    assert rows[2]["Site class"] is None, "what was not screened has no class"
    routes = cells(book["Routes"])
    assert [w["Buyer's note"] for w in routes if w["Supplier id"] == "grave"] == ["kept"]
    assert routes[0]["Route"] == "straight line: a guess"
    assert len(cells(book["Evidence"])) == len(found.evidence)


def test_a_question_for_everything_left_open(made):
    asked = cells(opened(made["en"])["Questions to suppliers"])
    of = {who: " ".join(q["Question"] for q in asked if q["Supplier id"] == who) for who in ("grave", "calm", "C")}
    assert "Who controls the mine" in of["grave"]
    assert "Please correct the row" in of["C"]
    assert "taxes" in of["grave"]
    assert all(q["Why"] for q in asked)
    place = screened({"supplier_id": "D", "site_name": "Bria", "country": "CAF"})
    assert "Where exactly" in " ".join(q["Question"] for q in cells(opened(workbook(place))["Questions to suppliers"]))


def test_it_is_among_the_files_with_the_same_bytes(found, made):
    assert result_files(found, "fr")["report.xlsx"] == made["fr"]
