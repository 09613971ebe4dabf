"""From the files to the class: a faulty incident at a mine is a gap; without a place it makes its country partial."""

from __future__ import annotations

import datetime as dt

import pytest

from jobs.assessment import job
from jobs.inputs import Inputs, Source, load
from tests.layers.test_incidents import ACLED, UCDP, csv

SITES = b"site_id,name,lat,lon,country,minerals\nB,Bria,6.542,21.986,CAF,gold\nF,far,5.0,21.0,CAF,gold\n"
COVERAGE = (
    b"dataset,country_iso3,from,to,effects\n"
    b"ucdp,CAF,1989-01-01,2022-12-31,lethal\nacled,CAF,1997-01-01,2022-12-31,all\n"
)
MINE = UCDP | {"latitude": "6.55", "longitude": "21.99", "best": "50", "low": "50", "high": "50"}
OLD = UCDP | {"id": "old", "date_start": "1995-01-01", "date_end": "1995-01-01"}
DAY = dt.date(2014, 12, 31)


def classes(*files: tuple[str, bytes]):
    inputs = Inputs(
        sites=[Source("sites.csv", SITES)],
        incidents=[Source(name, content) for name, content in files],
        coverage=[Source("coverage.csv", COVERAGE)],
    )
    run = job.run(load(inputs), DAY)
    return run.assessment.sites.set_index("site_id")


def test_whole_it_is_grave_and_elsewhere_it_is_calm():
    sites = classes(("ged.csv", csv(OLD, MINE)))
    assert sites["site_class"].to_dict() == {"B": "conflict-affected", "F": "no indicators found"}


@pytest.mark.parametrize(
    ("column", "value"), [("date_start", "?"), ("best", "fifty"), ("id", ""), ("where_prec", ""), ("where_prec", "x")]
)
def test_faulty_with_a_place_it_is_a_gap_of_the_sites_near_it(column, value):
    sites = classes(("ged.csv", csv(OLD, MINE | {column: value})))
    assert sites["site_class"].to_dict() == {"B": "insufficient data", "F": "no indicators found"}
    assert "incident_rejected" in sites.loc["B", "gaps"].split(";")


def test_faulty_without_a_place_it_makes_its_country_partial():
    sites = classes(("ged.csv", csv(OLD, MINE | {"latitude": "?"})))
    assert set(sites["data_coverage"]) == {"partial"}


def test_an_id_that_another_file_gives_whole_is_not_missed():
    bad, good = csv(OLD, MINE | {"date_start": "?"}), csv(OLD, MINE | {"where_prec": "3"})
    sites = classes(("GEDEvent_v14_0_5.csv", bad), ("ged.csv", good))
    assert "incident_rejected" not in sites.loc["B", "gaps"].split(";")


def test_forty_events_without_deaths_at_a_mine_are_high_risk_by_h11():
    kinds = [
        ("Strategic developments", "Headquarters or base established"),
        ("Violence against civilians", "Abduction/forced disappearance"),
        ("Violence against civilians", "Attack"),
        ("Strategic developments", "Looting/property destruction"),
    ]
    rows = [
        ACLED | {"event_id_cnty": f"CAF{i}", "event_date": f"2014-{i % 12 + 1:02d}-03", "inter1": "Rebel group",
                 "event_type": kinds[i % 4][0], "sub_event_type": kinds[i % 4][1], "fatalities": "0",
                 "latitude": "6.55", "longitude": "21.99"}
        for i in range(40)
    ]  # fmt: skip
    sites = classes(("acled.csv", csv(*rows)))
    assert sites.loc["B", "site_class"] == "high-risk"
    assert sites.loc["B", "rules_fired"] == "H11"
    protests = [row | {"event_type": "Protests", "sub_event_type": "Peaceful protest"} for row in rows]
    assert classes(("acled.csv", csv(*protests))).loc["B", "site_class"] == "no indicators found"
    unreadable = [row | {"event_type": "Strategic developments", "sub_event_type": "?"} for row in rows]
    assert classes(("acled.csv", csv(*unreadable))).loc["B", "site_class"] == "insufficient data"
