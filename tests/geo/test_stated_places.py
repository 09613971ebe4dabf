"""Places held against the district or region that they state."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geo.records.stated_places import stated_place_notes, stated_places
from tests import frames

BOXES = frames.squares({"Alpha": (16.0, 4.0, 16.5, 4.5), "Beta": (16.5, 4.0, 17.0, 4.5)}, parent="North")


def sites(*rows: tuple[float, str, str]) -> pd.DataFrame:
    lon, region, district = zip(*rows, strict=True)
    return pd.DataFrame(
        {"lon": lon, "lat": 4.25, "coord_precision_km": np.nan, "country": "CAF", "admin1": region, "admin2": district}
    )


@pytest.mark.parametrize(
    ("lon", "region", "district", "compared", "far_km"),
    [
        (16.25, "", "ALPHA", True, None),
        (16.55, "", "Alpha", True, None),  # 6 km beyond the border: within what boundary sets differ by
        (16.9, "", "Alpha", True, 44),
        (16.9, "north", "", True, None),
        (17.5, "North", "", True, 56),
        (17.5, "", "Gamma", False, None),  # no set names it
        (np.nan, "", "Alpha", False, None),
    ],
)
def test_distance_to_the_stated_unit(lon, region, district, compared, far_km):
    found = stated_places(sites((lon, region, district)), [BOXES], {})
    assert bool(found.compared[0]) is compared
    assert (None if np.isnan(found.far_km[0]) else round(found.far_km[0])) == far_km


def test_a_vague_position_is_not_far():
    one = sites((16.9, "", "Alpha")).assign(coord_precision_km=60.0)
    assert np.isnan(stated_places(one, [BOXES], {}).far_km[0])


def test_the_note_names_the_sites():
    found = stated_places(sites((16.25, "", "Alpha"), (16.9, "", "Alpha")), [BOXES], {})
    assert "state: 1 (b (Alpha: 44 km))" in stated_place_notes(found, ["a", "b"])[0]
    assert stated_place_notes(stated_places(sites((16.25, "", "")), [BOXES], {}), ["a"]) == []
