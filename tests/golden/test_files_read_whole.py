"""Whole files of four countries in the layouts in which they are met: every event, every death, no row lost."""

from __future__ import annotations

import gzip

import numpy as np
import pandas as pd
import pytest

from layers.sources.coverage import recognised_coverage
from layers.sources.incidents import read_incidents, unusable
from layers.sources.sites import read_sites

pytestmark = pytest.mark.real_data

WHOLE = [
    ("ucdp_ged_24_1_sudan_hdx.csv", {"SDN": 3822}, 106_270),
    ("ucdp_ged_24_1_sudan_explorer_export.csv", {"SDN": 3822}, 106_270),
    ("ucdp_ged_22_1_south_sudan_hdx.csv", {"SSD": 941}, 13_579),
    ("ucdp_ged_24_1_myanmar_49cols.csv", {"MMR": 7374}, 28_721),
    ("ucdp_ged_24_1_mexico_49cols.csv.gz", {"MEX": 18_957}, 140_695),
    ("ucdp_ged_19_1_myanmar_bangladesh_42cols.csv", {"MMR": 2593, "BGD": 601}, None),
]


@pytest.mark.parametrize(("name", "events", "deaths"), WHOLE, ids=[name for name, _, _ in WHOLE])
def test_a_file_is_read_whole_and_covers_nothing_by_itself(shared_data, name, events, deaths):
    content = (shared_data / "conflict" / name).read_bytes()
    if name.endswith(".gz"):
        content, name = gzip.decompress(content), name.removesuffix(".gz")
    layer = read_incidents(content, name)
    assert layer.frame["country"].value_counts().to_dict() == events
    assert layer.rejected.empty
    assert unusable([layer]).empty
    if deaths is not None:
        assert layer.frame["deaths_best"].sum() == deaths
    assert recognised_coverage([layer]).empty
    frame = layer.frame
    assert (frame["deaths_low"] <= frame["deaths_best"]).all()
    assert (frame["deaths_best"] <= frame["deaths_high"]).all()
    assert set(frame["violence"]) <= {"state-based", "non-state", "one-sided"}
    assert (frame["place"] != "").mean() > 0.99
    assert frame["deaths_civilians"].notna().all()


def test_two_layouts_of_sudan_say_the_same(shared_data):
    one, other = (read_incidents(shared_data / "conflict" / name).frame for name, _, _ in WHOLE[:2])
    columns = ["record_id", "date_start", "date_end", "precision", "lon", "lat", "deaths_best", "deaths_low",
               "deaths_high", "deaths_civilians", "violence", "admin1", "admin2"]  # fmt: skip
    one, other = (f[columns].sort_values("record_id", ignore_index=True) for f in (one, other))
    for column in columns:
        if column in ("lon", "lat"):
            assert np.allclose(one[column], other[column], atol=1e-5)
        else:
            assert one[column].equals(other[column]), column


def test_ground_of_south_sudan_stands_under_sudan_until_its_independence(shared_data):
    sudan = read_incidents(shared_data / "conflict" / "ucdp_ged_24_1_sudan_hdx.csv").frame
    south = read_incidents(shared_data / "conflict" / "ucdp_ged_22_1_south_sudan_hdx.csv").frame
    day = pd.Timestamp("2011-07-09")
    assert south["date_start"].min() >= day - pd.Timedelta(days=31)
    below = sudan[(sudan["lat"] < 8) & (sudan["precision"] <= 2)]
    assert (below["date_start"] < day).mean() > 0.95
    assert len(below) > 300


def test_facts_of_drc_visits(shared_data):
    visits = read_sites(shared_data / "mines" / "cod_mines_curated_all_opendata_p_ipis.csv").visits
    assert int(visits["children_under_15"].sum()) == 869
    assert int(visits["mercury"].sum()) == 790
    assert int((~visits["mercury"]).sum()) == 1670
    assert int((visits["traceability"] != "").sum()) == 1201
    assert int((visits["traceability"] == "iTSCI").sum()) == 1195
    assert int((visits["state_services"] != "").sum()) == 3324


def test_facts_of_car_visits(shared_data):
    visits = read_sites(shared_data / "mines" / "ipis_car_excerpt_15rows.csv").visits
    assert int(visits["children_under_15"].sum()) == 13
    assert visits["mercury"].isna().all()
    assert int((visits["state_services"] != "").sum()) == 4
