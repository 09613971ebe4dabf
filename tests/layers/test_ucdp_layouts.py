"""UCDP GED as its editions have had it: years of columns that came, went and were renamed; one row says the same in all.

The rows are made up; the columns are those of the codebooks.
"""

from __future__ import annotations

import io
import zipfile

import pytest

from layers.sources.incidents import read_incidents

ROW = {
    "id": "7", "relid": "XXX-2013-1-7", "year": "2013", "active_year": "1", "type_of_violence": "2",
    "where_prec": "1", "where_coordinates": "Sample town", "adm_1": "North", "adm_2": "Alpha", "latitude": "4.5",
    "longitude": "16.5", "country": "Central African Republic", "date_prec": "1", "deaths_civilians": "0",
    "best": "3", "high": "4", "low": "2", "best_est": "3", "high_est": "4", "low_est": "2", "country_id": "482",
    "gwno": "482", "isocc": "CF", "iso3": "CAF", "code_status": "Clear",
}  # fmt: skip
ACTORS = (
    "conflict_dset_id,conflict_new_id,conflict_name,dyad_dset_id,dyad_new_id,dyad_name,side_a_dset_id,side_a_new_id,"
    "side_a,side_b_dset_id,side_b_new_id,side_b,number_of_sources,source_article,"
)
PLACE = "where_prec,where_coordinates,adm_1,adm_2,latitude,longitude,geom_wkt,priogrid_gid,country,"
DAYS = "region,event_clarity,date_prec,date_start,date_end,deaths_a,deaths_b,deaths_civilians,deaths_unknown,"
OLD = f"id,year,active_year,type_of_violence,{ACTORS}{PLACE}isocc,gwno,gwab,{DAYS}best_est,high_est,low_est"
LATER = f"id,year,active_year,type_of_violence,{ACTORS}{PLACE}country_id,{DAYS}low,best,high"
NAMELESS = (
    "id,relid,year,active_year,code_status,type_of_violence,"
    + ACTORS
    + "source_office,source_date,source_headline,source_original,"
    + PLACE.replace("adm_1", "where_description,adm_1")
    + "country_id,"
    + DAYS
    + "best,high,low,gwnoa,gwnob"
)


def as_csv(columns: str, start: str, end: str, *, header: bool = True) -> bytes:
    row = {**ROW, "date_start": start, "date_end": end}
    lines = [columns] if header else []
    return "\n".join([*lines, ",".join(row.get(name.lower(), "") for name in columns.split(","))]).encode()


@pytest.mark.parametrize(
    ("columns", "start", "end"),
    [
        (OLD, "2013-03-01", "2013-03-02"),
        (OLD, "2013-03-01 00:00:00.000", "2013-03-02 00:00:00.000"),
        (OLD, "01mar2013", "02mar2013"),
        (LATER, "3/1/2013 12:00:00 AM", "3/2/2013 12:00:00 AM"),
        (LATER, "2013-03-01T00:00:00", "2013-03-02T00:00:00"),
        (LATER.upper(), "2013-03-01", "2013-03-02"),
        (NAMELESS, "2013-03-01", "2013-03-02"),
        (NAMELESS.replace("country_id", "iso3"), "2013-03-01", "2013-03-02"),
    ],
)
def test_one_event_is_the_same_in_every_layout(columns, start, end):
    (row,) = read_incidents(as_csv(columns, start, end), "ged.csv").frame.to_dict("records")
    assert (row["record_id"], row["country"], row["precision"], row["lon"], row["lat"]) == ("7", "CAF", 1, 16.5, 4.5)
    assert (row["deaths_low"], row["deaths_best"], row["deaths_high"]) == (2, 3, 4)
    assert (f"{row['date_start']:%Y-%m-%d}", f"{row['date_end']:%Y-%m-%d}") == ("2013-03-01", "2013-03-02")
    assert (row["kind"], row["admin1"], row["admin2"], row["place"]) == ("non-state", "North", "Alpha", "Sample town")


@pytest.mark.parametrize("zipped", [False, True])
def test_an_edition_without_a_header_is_read_by_its_order_and_says_so(zipped):
    data = as_csv(NAMELESS, "2013-03-01", "2013-03-02", header=False)
    assert len(NAMELESS.split(",")) == 49
    name = "GEDEvent_v24_0_1.csv"
    if zipped:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr(name, data)
        name, data = "ged.zip", out.getvalue()
    layer = read_incidents(data, name)
    assert (len(layer.frame), layer.frame["row"].tolist(), layer.frame["country"].tolist()) == (1, [1], ["CAF"])
    assert any("has no header" in note for note in layer.notes)


def test_a_first_row_that_is_no_event_is_still_a_header():
    data = as_csv(NAMELESS, "2013-03-01", "2013-03-02")
    assert read_incidents(data, "ged.csv").frame["row"].tolist() == [2]
