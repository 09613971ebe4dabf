"""The register and the findings, read from a user's own file."""

from __future__ import annotations

import pytest

from geo.errors import InputError
from layers.sources.zone_register import read_findings, read_register

HEAD = "unit,country,level,parent,status,valid_from,valid_to,date_precision,source,scheme"


def register(*rows: str):
    return read_register("\n".join([HEAD, *rows, ""]).encode(), "r.csv")


def test_a_commune_needs_its_parent():
    good = "Moboma,CAF,admin3,Mbaïki,compliant,2020-03-26,2024-11-15,known by,press,KP"
    layer = register(good, good.replace("Mbaïki", "").replace("Moboma", "Nola"))
    assert layer.frame[["unit", "level", "parent", "date_precision"]].to_numpy().tolist() == [
        ["Moboma", "admin3", "Mbaïki", "known by"]
    ]
    assert layer.rejected[["row", "reason"]].to_numpy().tolist() == [[3, "missing_value"]]
    assert "parent" in layer.rejected["expected"].iloc[0]


def test_a_register_of_before_without_parents_is_read():
    head = HEAD.replace(",parent", "")
    layer = read_register(f"{head}\nBoda,CAF,admin2,compliant,2016-09-19,,day,press,KP\n".encode(), "r.csv")
    assert layer.frame["parent"].tolist() == [""]


def findings(*rows: str, head: str = "unit,criterion,finding,date,source"):
    return read_findings("\n".join([head, *rows, ""]).encode(), "f.csv")


def test_findings_of_a_user_need_no_country_and_may_know_the_month_only():
    layer = findings(
        "BERBERATI,traceability,tags in use at three of five sites,2019-05-14,own visit",
        "Moboma,field_mission,visited,2019-05,own visit",
        "Boda,freedom_of_movement,two roadblocks,2019,own visit",
        "Atlantis,field_mission,visited,2019,own visit",
        "Boda,weather,rain,2019,own visit",
        "Boda,field_mission,visited,soon,own visit",
    )
    told = layer.frame.assign(date=layer.frame["date"].dt.strftime("%Y-%m-%d"))
    assert told[["country", "date", "date_precision"]].to_numpy().tolist() == [
        ["CAF", "2019-05-14", "day"], ["CAF", "2019-05-01", "month"], ["CAF", "2019-01-01", "year"],
    ]  # fmt: skip
    assert layer.rejected[["row", "reason"]].to_numpy().tolist() == [
        [5, "unknown_code"], [6, "unknown_code"], [7, "date_unreadable"],
    ]  # fmt: skip
    with pytest.raises(InputError, match="no column for"):
        findings("Boda,field_mission,2019,x", head="unit,criterion,date,source")


def test_findings_keep_a_country_that_is_stated():
    layer = findings("Kono,SLE,field_mission,visited,2019-05-14,own", head="unit,country,criterion,finding,date,source")
    assert layer.frame[["unit", "country"]].to_numpy().tolist() == [["Kono", "SLE"]]
