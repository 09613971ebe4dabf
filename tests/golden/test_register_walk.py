"""Five diamond sites and a gold site through ten dates, on the register that ships."""

from __future__ import annotations

import pytest

from geo.assess import assess
from layers.reference.legal_schemes import restrictions
from layers.reference.rule_files import default_rules
from layers.reference.unit_aliases import unit_aliases
from layers.sources.zone_register import read_findings, read_register
from tests import frames

DATES = ["2013-05-22", "2013-05-23", "2016-03-01", "2016-09-18", "2016-09-19", "2017-01-28", "2018-09-30", "2020-03-26",
         "2024-11-14", "2024-11-15"]  # fmt: skip
WALK = {
    "Carnot": ["not_applicable", "outside", "inside_monitored", "inside_monitored", "inside_compliant",
               "inside_compliant", "inside_compliant", "inside_compliant", "inside_compliant", "not_applicable"],
    "Gadzi": ["not_applicable", "outside", "inside_monitored", "inside_monitored", "inside_monitored", "unknown",
              "inside_compliant", "inside_compliant", "inside_compliant", "not_applicable"],
    "Boganda": ["not_applicable", "outside", "outside", "outside", "outside", "unknown", "unknown", "inside_compliant",
                "inside_compliant", "not_applicable"],
    # One of its communes is a zone, and without polygons of communes nobody knows which sites lie in it.
    "Mbaïki": ["not_applicable", "outside", "outside", "outside", "outside", "unknown", "unknown", "unknown",
               "unknown", "not_applicable"],
    "Bria": ["not_applicable"] + ["outside"] * 8 + ["not_applicable"],
    "gold": ["not_applicable"] * 10,
}  # fmt: skip
SITES = frames.sites(
    {"site_id": "Carnot", "minerals": "diamond", "admin2": "CARNOT"},
    {"site_id": "Gadzi", "minerals": "gold;diamond", "admin2": "Sous-préfecture de Gadzi"},
    {"site_id": "Boganda", "minerals": "diamond", "admin2": "Boganda"},
    {"site_id": "Mbaïki", "minerals": "diamond", "admin2": "Mbaiki"},
    {"site_id": "Bria", "minerals": "diamond", "admin2": "Bria"},
    {"site_id": "gold", "minerals": "gold", "admin2": "Carnot"},
)


def at(day):
    return assess(
        SITES, None, as_of=day, rules=default_rules(), zones=read_register().frame, findings=read_findings().frame,
        restrictions=restrictions(), aliases=unit_aliases(),
    )  # fmt: skip


@pytest.mark.parametrize("i", range(len(DATES)), ids=DATES)
def test_six_sites_walk_through_the_register(i):
    sites = at(DATES[i]).sites.set_index("site_id")
    for name, walk in WALK.items():
        assert sites.loc[name, "zone_status"] == walk[i]
        fires = name != "gold" and walk[i] in ("outside", "inside_monitored")
        assert bool(sites["kp_restricted"].fillna(False)[name]) is fires
        assert ("L2" in sites.loc[name, "rules_unknown"].split(";")) is (walk[i] == "unknown")


def test_findings_stand_with_the_zone_and_never_before_their_date():
    rows = at("2016-09-19").evidence
    rows = rows[(rows["site_id"] == "Gadzi") & (rows["record_id"] == "field_mission")]
    assert rows["date_start"].dt.strftime("%Y-%m").tolist() == ["2016-03"]
    assert rows["date_prec"].tolist() == [5]  # the year is known, the month is not
    assert not (at("2016-02-29").evidence["record_id"] == "field_mission").any()
    later = at("2017-12-31").evidence
    assert {"traceability", "freedom_of_movement", "enhanced_vigilance"} <= set(later["record_id"])
