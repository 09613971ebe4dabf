"""What is at hand, by layer."""

from __future__ import annotations

import datetime as dt

import numpy as np

from layers.reference import files
from layers.reference.tables import rows
from layers.sources.catalogue import COLUMNS, at_hand, publisher
from layers.sources.incidents import read_incidents
from layers.sources.sites import read_sites
from layers.sources.zone_register import read_register

TODAY = dt.date(2026, 11, 21)


def test_every_layer_is_described_with_its_types():
    layers = [
        read_incidents(files.DEMONSTRATION_INCIDENTS),
        read_sites(files.DEMONSTRATION_VISITS),
        read_sites(files.DEMONSTRATION_SITES),
        read_register(),
    ]
    table = at_hand(layers, TODAY)
    assert {name: str(table[name].dtype) for name in COLUMNS} == COLUMNS
    assert table["file"].tolist() == [layer.name for layer in layers]
    assert table["licence"].tolist() == ["MIT"] * 4
    assert table["sha256"].tolist() == [files.checksum(files.DATA / layer.name) for layer in layers]
    incidents = table.iloc[0]
    assert "CAF" in incidents["countries"].split(";")
    assert incidents["age_days"] == (np.datetime64(TODAY) - incidents["last_day"].to_datetime64()).astype(
        "m8[D]"
    ).astype(int)
    assert np.isnan(table["age_days"].iloc[2])
    assert table["may_leave"].all()


def test_rows_of_acled_may_not_leave():
    text = "event_id_cnty,event_date,event_type,geo_precision,fatalities,latitude,longitude,country\n"
    layer = read_incidents((text + "A1,2014-05-01,Battles,1,3,5,20,CAR\n").encode(), "mine.csv")
    assert at_hand([layer], TODAY)["may_leave"].tolist() == [False]
    assert publisher("ACLED")["may_leave"] == "no"


def test_an_unknown_dataset_has_no_licence_and_nothing_gives_an_empty_table():
    assert publisher("my list.csv")["licence"] == ""
    assert at_hand([], TODAY).empty
    assert {row["may_leave"] for row in rows("publishers.csv")} == {"yes", "no"}


def test_editions_are_told_apart_by_dataset_and_version():
    keys = [(row["dataset"], row["version"]) for row in rows("editions.csv")]
    assert len(set(keys)) == len(keys)
