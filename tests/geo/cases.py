"""What tests of the whole verdict share: the default run around one site, and short ways to read it."""

from __future__ import annotations

import copy

import pandas as pd
from pyproj import Geod

from geo.assess import assess
from geo.rules.rule_set import from_dict
from layers.reference.rule_files import default_rules
from tests import frames

GEOD = Geod(ellps="WGS84")
RULES = default_rules()
T = "2018-12-31"
FAR = [
    {"record_id": "far", "day": "1990-01-01", "lon": 11.0, "lat": 11.0, "admin1": "", "admin2": ""},
    {"record_id": "far", "day": "1990-01-01", "lon": 11.0, "lat": 11.0, "admin1": "", "admin2": "", "source": "acled",
     "dataset": "ACLED"},
]  # fmt: skip
"""Incidents of both sources that no rule counts: a dataset is loaded even where none of its rows matters."""


def run(sites=None, incidents=None, as_of=T, covered=True, **more):
    """The default site (or `sites`) with incidents, covered by UCDP alone unless said otherwise."""
    more.setdefault("outlines", frames.outlines())
    more.setdefault("coverage", frames.coverage("CAF") if covered else None)
    more.setdefault("rules", RULES)
    rows = frames.incidents(*FAR) if incidents is None else pd.concat([incidents, frames.incidents(*FAR)])
    return assess(frames.sites({}) if sites is None else sites, rows.reset_index(drop=True), as_of=as_of, **more)


KNOWN = {
    "coverage": pd.concat([frames.coverage("CAF"), frames.coverage("CAF", dataset="ACLED", effects="all")]),
    "boundaries": [frames.squares({"A": (19, 5, 21, 7), "B": (21, 5, 23, 7)}, parent="P"),
                   frames.squares({"P": (19, 5, 23, 7)}, level=1)],
    "visits": frames.visits({"visit_date": "2018-06-01"}),
    "statuses": frames.statuses({"status": "green", "status_date": "2018-06-01"}),
    "listed": frames.listed(("B", "CAF", "admin2", "2010-01-01", None)),
}  # fmt: skip
"""Everything that the rules ask of the default site, and nothing found."""


def changed(rule_id: str, table: dict | None = None, **keys: object) -> dict:
    """The default rule file with keys of one rule changed."""
    table = copy.deepcopy(dict(RULES.source)) if table is None else table
    next(r for r in table["rule"] if r["id"] == rule_id).update(keys)
    return table


def with_settings(**keys: object):
    """The default rules with other settings."""
    table = copy.deepcopy(dict(RULES.source))
    table["settings"] |= keys
    return from_dict(table)


def east(metres, lon=20.0, lat=6.0):
    """The point this far east of the default site."""
    x, y, _ = GEOD.fwd(lon, lat, 90, metres)
    return {"lon": x, "lat": y}


def only(result, column="site_class"):
    """The cell of a run of one site."""
    assert len(result.sites) == 1
    return result.sites[column].iloc[0]


def parts(result, column):
    """A list in a cell of a run of one site."""
    return [part for part in str(only(result, column)).split(";") if part]


def fired(result):
    """Site rules that fired."""
    return parts(result, "rules_fired")


def area_fired(result):
    """Area rules that fired."""
    return parts(result, "area_rules_fired")


REGISTER = frames.register(
    ("CAF", "country", "suspended", "2013-05-23", "2015-07-17"),
    ("CAF", "country", "restricted", "2015-07-17", "2024-11-15"),
    ("CAF", "country", "lifted", "2024-11-15", None),
    ("A", "admin2", "monitored", "2016-03-01", "2016-09-19"),
    ("A", "admin2", "compliant", "2016-09-19", "2024-11-15"),
    ("G", "admin2", "monitored", "2016-03-01", "2017-01-28"),
    ("G", "admin2", "unknown", "2017-01-28", "2018-09-30"),
    ("G", "admin2", "compliant", "2018-09-30", "2024-11-15"),
)
