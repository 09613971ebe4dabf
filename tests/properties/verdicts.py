"""What property tests of the verdict draw: sites, incidents, visits, statuses and rule sets, and how they are run."""

from __future__ import annotations

import copy

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from geo.assess import assess
from geo.rules.classify import RANK
from geo.rules.rule_set import from_dict
from layers.reference.rule_files import default_rules
from tests import frames
from tests.examples import THOROUGH
from tests.geo.cases import FAR, REGISTER

T = "2018-12-31"
MANY = settings(
    max_examples=200 if THOROUGH else 2,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
FEW = settings(MANY, max_examples=100 if THOROUGH else 2)
"""For what reads files: each is parsed in a process of its own."""
CLASSES = ("site_class", "area_class", "certain_class", "possible_class")
DAYS = pd.date_range("2013-06-01", "2019-01-10", freq="D").strftime("%Y-%m-%d").tolist()
NAN = float("nan")
BOXES = frames.squares({"A": (19, 5, 20, 7), "G": (20, 5, 20.2, 7), "B": (20.2, 5, 21, 7)}, parent="P")
BOXES.frame["parent"] = pd.array(["P", "P", "Q"], dtype="str")
REGIONS = frames.squares({"P": (19, 5, 20.2, 7), "Q": (20.2, 5, 21, 7)}, level=1)
DATASETS = {"ucdp": "UCDP GED", "acled": "ACLED"}
COVERED = pd.concat([frames.coverage("CAF"), frames.coverage("CAF", dataset="ACLED", effects="all")])
LISTED = frames.listed(("B", "CAF", "admin2", "2010-01-01", None))

degrees = lambda low, high: st.floats(low, high).map(lambda v: round(v, 4))  # noqa: E731

event = st.fixed_dictionaries(
    {
        "lon": degrees(19.3, 20.7),
        "lat": degrees(5.3, 6.7),
        "date_start": st.sampled_from(DAYS),
        "lasts": st.sampled_from([0, 0, 0, 3, 40]),
        "date_prec": st.sampled_from([1.0, 1.0, 2.0, 3.0, 4.0, 5.0, NAN]),
        "precision": st.sampled_from([1, 1, 1, 2, 2, 3, 4, 5, 6]),
        "deaths_best": st.integers(0, 14),
        "below": st.integers(0, 9),
        "above": st.integers(0, 9),
        "civilians": st.sampled_from([None, 0.0, 0.5, 1.0]),
        "effect": st.sampled_from(["", "", "violent", "control", "none"]),
        "violence": st.sampled_from(["", "state-based", "non-state", "one-sided"]),
        "source": st.sampled_from(["ucdp", "ucdp", "acled"]),
        "label": st.sampled_from(["right", "right", "right", "region", "no", "nowhere"]),
    }
)
site = st.fixed_dictionaries(
    {
        "lon": degrees(19.6, 20.4),
        "lat": degrees(5.6, 6.4),
        "coord_precision_km": st.sampled_from([0.1, 5.0, 12.0, NAN]),
        "minerals": st.sampled_from(["gold", "diamond", "gold;diamond", ""]),
    }
)
tri = st.sampled_from([True, False, False, pd.NA])
visit = st.fixed_dictionaries(
    {
        "site_id": st.sampled_from(["1", "1", "2", "3", "elsewhere"]),
        "visit_date": st.sampled_from(DAYS),
        "visit_basis": st.sampled_from(["on_site", "on_site", "reported"]),
        "date_imprecise": st.booleans(),
        "informative": st.sampled_from([True, True, True, False]),
        "non_state_armed": tri,
        "state_harm": tri,
        "armed_roadblock": tri,
        "lon": degrees(19.6, 20.4),
        "lat": degrees(5.6, 6.4),
    }
)
status = st.fixed_dictionaries(
    {
        "site_id": st.sampled_from(["1", "2", "3"]),
        "scheme": st.sampled_from(["rcm", "drc"]),
        "status": st.sampled_from(["green", "yellow", "red", "blue"]),
        "status_date": st.sampled_from(DAYS),
    }
)
test = st.fixed_dictionaries(
    {
        "months": st.integers(1, 48),
        "min_events": st.integers(1, 4),
        "min_deaths": st.sampled_from([0, 0, 3, 12, 25]),
        "effect": st.sampled_from([None, None, "lethal", "violent", "control"]),
    }
).map(lambda t: {k: v for k, v in t.items() if v is not None})
drawn_rule = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["near", "area"]),
        "class": st.sampled_from(["conflict-affected", "high-risk"]),
        "precision": st.sampled_from([[1], [2], [1, 2], [1, 2, 3]]),
        "within_km": st.integers(1, 60),
        "level": st.sampled_from([1, 2]),
        "effect": st.sampled_from(["lethal", "violent", "control"]),
        "lethal": st.booleans(),
        "violence": st.sampled_from([None, ["one-sided"], ["state-based", "non-state"]]),
        "deaths": st.sampled_from(["all", "civilian"]),
        "minerals": st.sampled_from([None, ["gold"]]),
        "tests": st.lists(test, min_size=1, max_size=2),
    }
)


@st.composite
def rule_sets(draw):
    """The default rules, with up to two rules more that a file adds (H99 and on), or those alone."""
    extra = []
    for i, given in enumerate(draw(st.lists(drawn_rule, max_size=2))):
        unused = "level" if given["kind"] == "near" else "within_km"
        rule = {k: v for k, v in given.items() if v is not None and k != unused}
        extra.append({"id": f"H{99 + i}", "answer": "site" if rule["kind"] == "near" else "area", "question": "?",
                      "ground": "drawn", **rule})  # fmt: skip
    table = copy.deepcopy(dict(default_rules().source))
    table["rule"] = extra if extra and draw(st.booleans()) else [*table["rule"], *extra]
    return from_dict(table)


layers = {
    "sites": st.lists(site, min_size=1, max_size=3),
    "events": st.lists(event, max_size=14),
}
more_layers = {"visits": st.lists(visit, max_size=8), "statuses": st.lists(status, max_size=3)}
with_boundaries = st.sampled_from([None, [BOXES], [BOXES, REGIONS], [BOXES, REGIONS]])


def made(events):
    """Incidents as drawn: labels are those of the place, unless an event says otherwise."""
    rows = []
    for e in events:
        unit = "A" if e["lon"] < 20 else "G" if e["lon"] < 20.2 else "B"
        region = "P" if e["lon"] < 20.2 else "Q"
        admin2 = {"right": unit, "nowhere": "Nowhere"}.get(e["label"], "")
        low, best = max(e["deaths_best"] - e["below"], 0), e["deaths_best"]
        rows.append(
            {k: e[k] for k in ("lon", "lat", "date_start", "date_prec", "precision", "violence", "source")}
            | {
                "date_end": pd.Timestamp(e["date_start"]) + pd.Timedelta(days=e["lasts"]),
                "dataset": DATASETS[e["source"]],
                "admin1": "" if e["label"] in ("no", "nowhere") else region,
                "admin2": admin2 and f"{admin2} region",
                "deaths_best": best,
                "deaths_low": low,
                "deaths_high": best + e["above"],
                "deaths_civilians": NAN if e["civilians"] is None else float(int(best * e["civilians"])),
                # UCDP's events are of deadly ones only; ACLED's types say what they may do.
                "effect": "lethal" if e["source"] == "ucdp" or not e["effect"] else e["effect"],
            }
        )
    return frames.incidents(*rows, *FAR)


def run(sites, events, *, rules=None, visits=(), statuses=(), table=None, **more):
    """One run of what was drawn, looked at from everywhere unless `more` says otherwise."""
    options = {
        "coverage": COVERED,
        "outlines": frames.outlines(),
        "zones": REGISTER,
        "boundaries": [BOXES, REGIONS],
        "listed": LISTED,
        "visits": frames.visits(*visits),
        "statuses": frames.statuses(*statuses) if statuses else None,
    }
    given = frames.sites(*sites) if table is None else table
    incidents = made(events) if isinstance(events, list) else events
    return assess(given, incidents, as_of=T, rules=rules or default_rules(), **options | more)


def ranks(result, column="site_class"):
    """How grave each class is, by number."""
    return np.array([RANK[c] for c in result.sites[column]])


def words(result, column):
    """Lists in the cells of a column, as sets."""
    return [set(filter(None, text.split(";"))) for text in result.sites[column]]


def refused(result):
    """Sites whose boundary set was refused: what its labels say of the whole set is no matter of one incident."""
    return np.array(["boundaries_not_districts" in gaps for gaps in words(result, "area_gaps")])
