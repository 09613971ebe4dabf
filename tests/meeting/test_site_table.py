"""The list for a spreadsheet in the reader's language."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest

from i18n.translator import translator
from jobs.meeting.site_table import COLUMNS, excel_csv, headings, site_rows
from views.data_choice import DEMONSTRATION_DAY, demonstration


@pytest.fixture(scope="module")
def run():
    from jobs.assessment import job

    return job.run(job.load(demonstration().inputs()), DEMONSTRATION_DAY)


def read(data: bytes, delimiter: str) -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig")), delimiter=delimiter))


def test_french_excel_gets_decimal_commas_coordinates_date_and_reason(run):
    rows = read(excel_csv(run, None, translator("fr")), ";")
    sites = run.assessment.sites
    assert len(rows) == len(sites)
    first, site = rows[0], sites.iloc[0]
    assert first["Latitude"] == f"{site['lat']:.6f}".rstrip("0").replace(".", ",")
    assert first["Longitude"] == f"{site['lon']:.6f}".rstrip("0").replace(".", ",")
    assert (
        first["Date de référence" if "Date de référence" in first else headings(["as_of"], translator("fr"))[0]]
        == "2016-09-19"
    )
    assert first["Pourquoi"]
    assert " " in first["Pourquoi"]
    numeric = [
        headings([n], translator("fr"))[0]
        for n in COLUMNS
        if pd.api.types.is_numeric_dtype(sites.get(n, pd.Series(dtype=str))) and sites[n].dtype != bool
    ]
    for row in rows:
        for name in numeric:
            assert "." not in row[name], name
    assert "démonstration" in ";".join(first).lower()


def test_english_keeps_points_and_the_order_asked_for(run):
    rows = read(excel_csv(run, [5, 2], translator("en")), ",")
    assert [r["Site id"] for r in rows] == run.assessment.sites["site_id"].iloc[[5, 2]].tolist()
    assert "." in rows[0]["Latitude"]
    assert {r["Demonstration"] for r in rows} == {"yes"}


def test_every_column_of_the_table_is_one_of_the_schema_and_has_a_heading_in_words(run):
    table = site_rows(run, None, translator("en"))
    said = headings(list(table.columns), translator("en"))
    assert len(set(said)) == len(said)
    assert [n for n, h in zip(COLUMNS, said, strict=True) if n == h] == []
