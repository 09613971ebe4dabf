"""What a tile of sites reads of all incidents is enough: assessed with that alone, it is told the same."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geo.assess import assess
from geo.records.boundary_check import Agreement
from tests import frames
from tests.geo.cases import FAR, GEOD, KNOWN, RULES, T, changed, east, from_dict

pytest.importorskip("distributed")
from geo.cluster import dask_job
from geo.cluster.required_incidents import needed
from geo.cluster.tiles import open_tiles

DAY = {"day": "2018-06-01", "admin1": "P", "admin2": "A"}
VAGUE = DAY | {"precision": 2, "deaths_best": 0, "deaths_high": 12, "country": "TCD"}
COMMUNES = frames.squares({"Mo": (19, 5, 20.5, 7), "Na": (20.5, 5, 21, 7)}, level=3, parent="A")


def north(metres):
    """The point this far north of a site at 6.9 degrees: in no unit that holds it."""
    x, y, _ = GEOD.fwd(20.0, 6.9, 0, metres)
    return {"lon": x, "lat": y}


LONG = from_dict(changed("C2", months=72))
ARMED = frames.visits({"visit_date": "2013-06-01", "non_state_armed": True})


NEEDS = [
    ("a vague event at the edge of a site of unknown error", {"coord_precision_km": np.nan, "lat": 6.9},
     [VAGUE | north(79_000)], {}),
    ("a known error", {"coord_precision_km": 12.0, "lat": 6.9}, [VAGUE | north(86_000)], {}),
    ("an event without a country", {}, [DAY | {"precision": 3, "lon": 60.0, "country": "", "deaths_best": 40}], {}),
    ("communes", {"minerals": "diamond"}, [DAY], {"boundaries": [*KNOWN["boundaries"], COMMUNES]}),
    ("a window of visits longer than that of events", {}, [DAY | {"day": "2014-06-01"}],
     {"rules": LONG, "visits": ARMED}),
    ("the nearest far away", {}, [DAY | {"lon": 40.0, "lat": 20.0, "country": "SAU"}], {}),
    ("the order, near and long ago", {}, [DAY | {"day": "2009-02-01"} | east(190_000)], {}),
    ("the district", {}, [DAY | {"precision": 3, "lon": 60.0, "deaths_best": 40}], {}),
    ("the region", {}, [DAY | {"precision": 4, "lon": 60.0, "deaths_best": 40}], {}),
]  # fmt: skip
EACH_TIME = ("a vague event at the edge of a site of unknown error", "communes", "the nearest far away", "the district")
"""The others are left to the long run."""


@pytest.mark.parametrize(
    ("name", "site", "events", "more"),
    [case if case[0] in EACH_TIME else pytest.param(*case, marks=pytest.mark.slow) for case in NEEDS],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_a_tile_reads_what_it_needs(tmp_path, name, site, events, more):
    incidents = frames.incidents(*events, DAY | {"day": "2000-01-01", "precision": 3, "lon": 60.0}, *FAR)
    dask_job.write_incidents(incidents, tmp_path, rows=1)
    sites = frames.sites(site)
    given = {"as_of": T, "rules": RULES, "outlines": frames.outlines(), **KNOWN} | more
    whole = assess(sites, incidents, **given)
    agreed = {r["level"]: Agreement.of(r) for r in whole.report["areas"]}
    part = assess(sites, needed(sites, open_tiles(tmp_path), given), agreed=agreed, **given)
    pd.testing.assert_frame_equal(part.sites, whole.sites)
    pd.testing.assert_frame_equal(part.evidence, whole.evidence)
    pd.testing.assert_frame_equal(part.datasets, whole.datasets)
