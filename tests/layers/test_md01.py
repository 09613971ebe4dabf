"""What MD.01 gives us we give back: read, assess, write, read again."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from jobs.assessment.job import Inputs, Source, load, run
from layers.formats.writers.delimited import to_csv_bytes
from layers.sources.sites import read_sites

GIVEN = (
    "icglrId,nationalId,name,addressCountry,certificationStatus,certificationDate,activityStatus,mineSiteLocation,mineral\n"
    'CD-1,N1,Green once,COD,1,2015-03-01,1,"-2.5, 28.25",2609.00.00\n'
    'CD-2,N2,Red,COD,3,2014-01-15,2,"-2.75, 28.5",7108.12.00;2615.90.00\n'
    'CD-3,N3,Blue,COD,0,2015-01-01,0,"-3.0, 28.75",2611.00.00\n'
)


def test_md01_goes_round():
    loaded = load(Inputs(sites=[Source("md01.csv", GIVEN.encode())]))
    result = run(loaded, dt.date(2016, 6, 30))
    written = result.files()["sites_md01.csv"]
    again = read_sites(written, "md01.csv")
    first = loaded.sites[0]
    columns = ["site_id", "icglr_id", "name", "country", "lon", "lat", "minerals", "activity"]
    pd.testing.assert_frame_equal(first.sites[columns], again.sites[columns])
    columns = ["site_id", "scheme", "status", "status_date", "valid_to"]
    pd.testing.assert_frame_equal(first.statuses[columns], again.statuses[columns])
    assert to_csv_bytes(result.certified) == written


def test_colours_in_force_follow_age_and_the_record_does_not():
    result = run(load(Inputs(sites=[Source("md01.csv", GIVEN.encode())])), dt.date(2016, 6, 30))
    assert result.assessment.sites["rcm_status"].tolist() == ["blue", "red", "blue"]
    assert result.certified["certificationStatus"].tolist() == ["1", "3", "0"]
    assert [("H7" in fired) for fired in result.assessment.sites["rules_fired"]] == [False, True, False]


def test_a_list_without_certification_has_no_such_file():
    plain = b"site_id,name,lat,lon\n1,A,4.3,17.4\n"
    assert "sites_md01.csv" not in run(load(Inputs(sites=[Source("a.csv", plain)])), dt.date(2016, 6, 30)).files()
