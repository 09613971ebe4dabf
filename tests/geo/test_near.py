"""The distance rules: what one site is told does not depend on which others are asked with it."""

from __future__ import annotations

import pandas as pd
import pytest
from pyproj import Geod

from geo.assess import assess
from layers.reference.rule_files import default_rules
from tests import frames

GEOD = Geod(ellps="WGS84")


@pytest.mark.parametrize(("metres", "precision"), [(52_000, 1), (79_000, 2), (101_000, 2)])
def test_a_vague_neighbour_changes_nothing(metres, precision):
    lon, lat, _ = GEOD.fwd(20.0, 6.0, 90, metres)
    incidents = frames.incidents({"day": "2018-06-01", "precision": precision, "lon": lon, "lat": lat})
    told = {"as_of": "2018-12-31", "rules": default_rules(), "coverage": frames.coverage("CAF")}
    alone = assess(frames.sites({"site_id": "a"}), incidents, outlines=frames.outlines(), **told)
    for error in (4.9, 24.0):
        both = frames.sites({"site_id": "a"}, {"site_id": "b", "coord_precision_km": error})
        together = assess(both, incidents, outlines=frames.outlines(), **told)
        mine = together.evidence[together.evidence["site_id"] == "a"].reset_index(drop=True)
        pd.testing.assert_frame_equal(mine, alone.evidence)
        pd.testing.assert_frame_equal(together.sites.iloc[:1], alone.sites)


def test_the_latest_of_several_on_one_day_is_the_nearest():
    near_by = [
        {"day": "2018-06-01", "lon": 20.0 + d, "lat": 6.0, "record_id": r} for d, r in ((0.2, "far"), (0.1, "b"))
    ]
    older = {"day": "2018-05-01", "lon": 20.0, "lat": 6.0, "record_id": "older"}
    incidents = frames.incidents(*near_by, older)
    told = {"as_of": "2018-12-31", "rules": default_rules(), "coverage": frames.coverage("CAF")}
    found = assess(frames.sites({"site_id": "a"}), incidents, outlines=frames.outlines(), **told).evidence
    assert found.loc[found["fact"] == "latest", "record_id"].tolist() == ["b"]
    assert found.loc[found["fact"] == "nearest", "record_id"].tolist() == ["older"]
