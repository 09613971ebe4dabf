"""Workbook and PDF: read back, in the reader's language, hostile text as text, the same bytes again."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest

from i18n.translator import translator
from jobs.assessment import job as assessment
from jobs.assessment.site_profile import profile
from jobs.inputs import Inputs, Source
from jobs.meeting.site_pdf import site_pdf
from jobs.meeting.subject import Subject
from jobs.meeting.table_pdf import table_pdf
from jobs.meeting.workbook import workbook

SITES = (
    b"site_id,name,lat,lon,minerals,country\nX1,=cmd|'/c calc'!A1,4.25,16.125,gold,CAF\n"
    b"X2,<b>Nord</b> <img src=http://h/>,4.4,16.3,diamond,CAF\nX3,nowhere,,,gold,CAF\nX3,twice,,,gold,CAF\n"
)


@pytest.fixture(scope="module")
def subject() -> Subject:
    loaded = assessment.load(Inputs(sites=[Source("own.csv", SITES)]))
    return Subject.of(loaded, assessment.run(loaded, dt.date(2016, 9, 19)), translator("fr"))


def test_the_workbook_has_a_summary_filters_frozen_headings_and_typed_cells(subject):
    data = workbook(subject)
    assert workbook(subject) == data
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames[:3] == ["Résumé", "Sites", "Preuves"]
    assert "République centrafricaine" in str(book["Résumé"]["A1"].value)
    sites = book["Sites"]
    head = {cell.value: cell.column for cell in sites[1]}
    assert sites.auto_filter.ref
    assert sites.freeze_panes == "B2"
    assert sites.cell(2, head["Latitude"]).value == 4.25
    assert sites.cell(2, head["À la date du"]).value == dt.datetime(2016, 9, 19)
    assert sites.cell(2, head["À la date du"]).number_format == "dd/mm/yyyy"
    assert sites.cell(4, head["Latitude"]).value is None
    name = sites.cell(2, head["Nom"])
    assert (name.data_type, name.value) == ("s", "=cmd|'/c calc'!A1")
    assert name.quotePrefix
    assert not any(c.data_type == "f" for sheet in book for row in sheet.iter_rows() for c in row)
    assert not any(sheet._hyperlinks for sheet in book)


def test_the_table_and_the_site_are_pdf_without_a_date_or_a_link(subject):
    first = profile(subject.loaded, subject.run, subject.run.rules, 1, subject.day)
    nowhere = profile(subject.loaded, subject.run, subject.run.rules, 2, subject.day)
    rules_hash = subject.run.rules.hash
    made = [
        table_pdf(subject),
        *(site_pdf(subject.translate, subject.loaded, it, rules_hash) for it in (first, nowhere)),
    ]
    for data in made:
        assert data.startswith(b"%PDF")
        assert b"/URI" not in data
    assert table_pdf(subject) == made[0]
