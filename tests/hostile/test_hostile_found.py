"""Files that got through, or that took a whole list with them, in the attack of an hour and a half: how each ends now."""

from __future__ import annotations

import pytest

from geo.errors import FormatError, InputError
from layers.formats import UPLOAD, read
from layers.sources.sites import read_sites
from tests.hostile import roles

REFUSED = {
    "prj_ptmx.zip": "coordinate reference system",
    "prj_stdin.zip": "coordinate reference system",
    "prj_oracle_yes.zip": "coordinate reference system",
    "prj_oracle_no.zip": "coordinate reference system",
    "s14_prj_long.zip": "coordinate reference system",
    "s15_prj_nested.zip": "coordinate reference system",
    "s16_prj_wgs_trick.zip": "coordinate reference system",
    "u16be_nobom_space.kmz": "declares a document type",
    "u16le_blowup.xlsx": "declares a document type",
    "u16le_entity.xlsx": "declares a document type",
    "u16le_external.kmz": "declares a document type",
    "u16le_nobom_space.kmz": "declares a document type",
    "xl_dup_row.xlsx": "stands twice",
    "xl_backward_row.xlsx": "out of order",
    "xl_cell_order.xlsx": "out of order",
    "xl_dup_cell.xlsx": "stands twice",
    "83_ref_beyond.xlsx": "beyond the last",
    "94_row_order.xlsx": "out of order",
}
"""Refused as a whole, by these words."""
ROWS = {
    "g01_wkb_huge_count.gpkg": (0, ["geometry_malformed"]),
    "g03_wkb_curve.gpkg": (0, ["geometry_malformed"]),
    "g04_wkb_nan.gpkg": (0, ["number_not_finite"]),
    "g05_env_short.gpkg": (0, ["geometry_malformed"]),
    "g08_wkb_srid.gpkg": (0, ["coordinates_in_metres"]),
    "g20_text_bad_utf8.gpkg": (0, ["cell_unreadable"]),
    "p09_wkb_bomb.parquet": (0, ["geometry_malformed"]),
    "p10_dec_date.parquet": (0, ["cell_unreadable"]),
    "p16_shape_string.parquet": (0, ["geometry_malformed"]),
    "57_coords_nan_inf.kml": (1, ["number_not_finite"]),
    "84_shared_index.xlsx": (1, ["cell_unreadable"]),
    "91_dates.xlsx": (3, ["cell_unreadable"]),
    "xl_num_bad.xlsx": (1, ["cell_unreadable"]),
    "xl_num_inf.xlsx": (1, ["cell_unreadable"]),
    "xl_date_iso_bad.xlsx": (1, ["cell_unreadable", "cell_unreadable"]),
    "s07_dbf_date.zip": (1, []),
}
"""Rows that are taken, and why the others are not: one bad row costs that row."""
ALIKE = {
    "10_bidi_ids.csv": "ids are alike",
    "11_nfd_nfc.csv": "ids are alike",
    "12_bidi_header.csv": "Columns are alike",
    "13_zwsp_header.csv": "Columns are alike",
}


@pytest.mark.real_data
@pytest.mark.parametrize("name", [*REFUSED, *ROWS, *ALIKE])
def test_how_it_ends(name, shared_data):
    data = (shared_data / "hostile" / "door" / name).read_bytes()
    with roles.without_children():
        if name in REFUSED:
            with pytest.raises(FormatError, match=REFUSED[name]):
                read(data, name, gateway=UPLOAD)
            return
        table = read(data, name, gateway=UPLOAD)
    taken, reasons = ROWS.get(name, (len(table.frame), []))
    assert (len(table.frame), table.rejected["reason"].tolist()) == (taken, reasons)
    assert table.read == taken + len(reasons)
    assert ALIKE.get(name, "") in " ".join(table.notes)


@pytest.mark.real_data
def test_columns_alike_that_say_different_things_are_an_error_where_one_is_needed(shared_data):
    name = "13_zwsp_header.csv"
    with pytest.raises(InputError, match="stands twice, with different values"):
        read_sites((shared_data / "hostile" / "door" / name).read_bytes(), name, gateway=UPLOAD)
