"""The page on inputs names every layout, field of a list and table of data that the readers use."""

from __future__ import annotations

from pathlib import Path

from layers.reference.files import DATA
from layers.reference.tables import columns

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "inputs.md").read_text(encoding="utf-8")


def test_fields_of_a_plain_list_are_named():
    for field in ("site_id", "name", "lat", "lon", "minerals", "country", "admin1", "admin2", "coord_precision_km"):
        assert field in columns("site_list")
        assert field in PAGE


def test_columns_by_which_layouts_are_recognised_are_named():
    for column in ("type_of_violence", "where_prec", "event_id_cnty", "record_id", "icglrId", "type_armed_group1",
                   "actor1name", "boundaryYearRepresented"):  # fmt: skip
        assert f"`{column}`" in PAGE, column


def test_tables_that_it_names_exist():
    import re

    for name in re.findall(r"`data/([a-z_]+\.csv)`", PAGE):
        assert (DATA / name).exists(), name
