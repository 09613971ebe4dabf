"""`cahra compare` on stocktakes, backtests and screenings: each move has its one cause, found on constructed cases."""

from __future__ import annotations

import csv
import json

import pandas as pd
import pytest

import cli
from jobs.compare.causes import CAUSES
from jobs.programmes.export import ProgrammeRun
from layers.reference import files
from tests.sensitivity.test_compare import BASE, DAY, H1_NEAR, UNITS, incident


@pytest.fixture(autouse=True, scope="module")
def no_pages():
    """Briefs and maps are not compared, and take longer to draw than all else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ProgrammeRun, "briefs", lambda self, language: {})
        patch.setattr(ProgrammeRun, "map_html", lambda self, language: b"")
        patch.setattr("jobs.screening.export.report", lambda screening, language: b"")
        patch.setattr("jobs.backtest.report.page", lambda backtest, language: b"")
        yield


def made(job, place, asked=(), rules=None, boundaries=None, programmes=None, suppliers=None, **changed):
    """A result of a job over the scene of the other tests, with some of its tables changed."""
    place.mkdir(parents=True)
    told = [job, "--out", str(place / "out"), *asked]
    more = {"programmes": programmes, "list": suppliers}
    for role, rows in (BASE | changed | {k: v for k, v in more.items() if v}).items():
        path = place / f"{role}.csv"
        pd.DataFrame(rows).to_csv(path, index=False)
        told += ["--sites" if role == "visits" else f"--{role}", str(path)]
    if rules:
        path = place / "rules.toml"
        path.write_text((files.DATA / "rules.toml").read_text("utf-8").replace(*rules), "utf-8")
        told += ["--rules", str(path)]
    if boundaries:
        (place / "units.geojson").write_text(json.dumps(boundaries), "utf-8")
        told += ["--boundaries", str(place / "units.geojson")]
    assert cli.main(told) == 0
    return place / "out"


def compared(a, b, out, *key):
    assert cli.main(["compare", str(a), str(b), "--out", str(out)]) == 0
    with (out / "moves.csv").open(encoding="utf-8", newline="") as file:
        moves = {r[key[0]] if len(key) == 1 else tuple(r[k] for k in key): r for r in csv.DictReader(file)}
    record = json.loads((out / "run.json").read_text("utf-8"))
    assert list(record["causes"]) == list(CAUSES)
    assert sum(record["causes"].values()) == record["sites"]["moved"]
    assert cli.main(["verify", str(out)]) == 0
    return moves


def programme(key, kind, start="2015-01-01", lon="20", lat="6", radius="30", admin=""):
    return {"programme_id": key, "title": key, "donor": "D", "type": kind, "start": start, "end": "2030-12-31",
            "country": "CAF", "lat": lat, "lon": lon, "radius_km": radius, "admin_code": admin,
            "location_precision": "admin2" if admin else "exact", "demonstration": "true"}  # fmt: skip


PROGRAMMES = [
    programme("P1", "mapping"),
    programme("P2", "formalisation", "2020-01-01", "22", "8"),
    programme("P3", "infrastructure", lon="", lat="", radius="", admin="Bria"),
    programme("P4", "training_customs", lon="24", radius=""),
]
LATER = "2020-06-30"


@pytest.fixture(scope="module")
def stocktake(tmp_path_factory):
    return made(
        "coverage", tmp_path_factory.mktemp("stocktake") / "a", ["--as-of", DAY], programmes=PROGRAMMES,
        incidents=BASE["incidents"],
    )  # fmt: skip


STOCKTAKES = {
    "programmes": (["--as-of", DAY], {"programmes": PROGRAMMES[1:]}, {"a": "gone P1"}),
    "date": (["--as-of", LATER], {}, {"b": "new P2"}),
    "incidents": (["--as-of", DAY], {"incidents": BASE["incidents"][1:]}, {"a": "gone i1"}),
    "rules": (["--as-of", DAY], {"rules": H1_NEAR}, {"a": "gone i1"}),
    "boundaries": (["--as-of", DAY], {"boundaries": UNITS}, {"a": "new P3"}),
    "settings": (["--as-of", DAY, "--radii", "none"], {}, {"c": "gone P4"}),
}


LONGER_STOCKTAKES = ("programmes", "date", "incidents")
"""Left to the long run: the test below of sites with their own causes has one of each of them each time."""


@pytest.mark.parametrize(
    "cause", [pytest.param(c, marks=pytest.mark.slow) if c in LONGER_STOCKTAKES else c for c in STOCKTAKES]
)
def test_a_single_change_moves_a_stocktake(stocktake, tmp_path, cause):
    asked, changed, expected = STOCKTAKES[cause]
    other = made("coverage", tmp_path / "b", asked, **{"programmes": PROGRAMMES, **changed})
    moves = compared(stocktake, other, tmp_path / "out", "site_id")
    assert {m["cause"] for m in moves.values()} == {cause}
    assert expected.items() <= {k: m["records"] for k, m in moves.items()}.items()


def test_each_site_of_a_stocktake_has_its_own_cause_where_much_changed(stocktake, tmp_path):
    rows = [*BASE["incidents"], incident("i3", "2018-06-01", 24.0)]
    other = made("coverage", tmp_path / "b", ["--as-of", LATER], programmes=PROGRAMMES[1:], incidents=rows)
    moves = compared(stocktake, other, tmp_path / "out", "site_id")
    assert (moves["a"]["cause"], moves["a"]["covered_before"], moves["a"]["covered_after"]) == (
        "programmes",
        "mapping",
        "",
    )
    assert (moves["b"]["cause"], moves["b"]["records"]) == ("date", "new P2")
    # At risk on one side only, by an incident whose days lie in both windows: it is in one of the files only.
    assert (moves["c"]["gaps_before"], moves["c"]["cause"], moves["c"]["records"]) == ("", "incidents", "new i3")


SPAN = ["--from", "2013-12-31", "--to", "2017-12-31"]
EVENTS = [
    incident(f"e{year}-{n}", f"{year}-06-01", lon)
    for year in range(2011, 2020)
    for n, lon in enumerate((20.0, 20.1, 20.12, 23.9)[: 3 + year % 2])
]


def backtest(place, asked=SPAN, **changed):
    return made("backtest", place, asked, **{"incidents": EVENTS, **changed})


@pytest.fixture(scope="module")
def past(tmp_path_factory):
    return backtest(tmp_path_factory.mktemp("past") / "a")


LONGER = [*SPAN[:3], "2018-12-31"]
BACKTESTS = {
    "incidents": (SPAN, {"incidents": EVENTS[8:]}),
    "rules": (SPAN, {"rules": H1_NEAR}),
    "date": (LONGER, {}),
    "settings": ([*SPAN, "--outcome", "events=2,radius_km=20,months=12"], {}),
}


LONGER_BACKTESTS = ("incidents", "date")
"""Left to the long run: the tests below of what went and of other dates have them each time."""


@pytest.mark.parametrize(
    "cause", [pytest.param(c, marks=pytest.mark.slow) if c in LONGER_BACKTESTS else c for c in BACKTESTS]
)
def test_a_single_change_moves_the_figures_of_a_backtest(past, tmp_path, cause):
    asked, changed = BACKTESTS[cause]
    moves = compared(past, backtest(tmp_path / "b", asked, **changed), tmp_path / "out", "name", "kind")
    assert moves
    assert {m["cause"] for m in moves.values()} == {cause}
    assert all(
        any(m[f"{n}_before"] != m[f"{n}_after"] for n in ("n", "hits", "hit_rate", "auc")) for m in moves.values()
    )
    if cause == "incidents":
        gone = {f"gone {e['record_id']}" for e in EVENTS[:8]}
        assert all(set(m["records"].split(";")) & gone for m in moves.values())
    if cause == "rules":
        assert not moves.get(("base_rate", "baseline"), {"records": ""})["records"]


def test_a_figure_names_the_incident_that_went_and_the_one_that_was_moved(past, tmp_path):
    """One incident is taken out, another one lies elsewhere in the newer file; nothing else differs."""
    gone, moved = {e["record_id"] for e in EVENTS[:7]}, "e2015-3"
    newer = [e | {"lon": "23.7"} if e["record_id"] == moved else e for e in EVENTS[7:]]
    moves = compared(past, backtest(tmp_path / "b", incidents=newer), tmp_path / "out", "name", "kind")
    records = {i for m in moves.values() for i in m["records"].split(";")}
    assert {i.removeprefix("gone ") for i in records if i.startswith("gone ")} <= gone | {moved}
    assert {f"gone {i}" for i in gone} & records
    assert {i for i in records if moved in i} == {f"changed {moved}", f"gone {moved}"}
    assert {m["cause"] for m in moves.values()} == {"incidents"}


def test_figures_that_ask_no_rule_and_rules_that_stayed_are_told_apart(past, tmp_path):
    both = backtest(tmp_path / "b", LONGER, rules=H1_NEAR)
    moves = compared(past, both, tmp_path / "out", "name", "kind")
    assert moves["base_rate", "baseline"]["cause"] == moves["persistence", "baseline"]["cause"] == "date"
    assert moves["H4", "rule"]["cause"] == "date"
    assert moves["H1", "rule"]["cause"] == "several"


def test_what_stays_at_every_common_date_moved_by_the_dates_alone(past, tmp_path):
    """Another rule that never fires here: the classes of the common dates are the same, so new dates moved them."""
    strict = ("within_km = 50\ntests = [{ months = 12, min_events = 3, min_deaths = 10 }]",
              "within_km = 51\ntests = [{ months = 12, min_events = 3, min_deaths = 10 }]")  # fmt: skip
    assert strict[0] in (files.DATA / "rules.toml").read_text("utf-8")
    moves = compared(past, backtest(tmp_path / "b", LONGER, rules=strict), tmp_path / "out", "name", "kind")
    assert moves["site_class", "class"]["cause"] == "date"


def supplier(key, lon, day=DAY):
    return {"supplier_id": key, "site_name": key, "lat": "6", "lon": lon, "coord_precision_km": "0.1", "country": "CAF",
            "mineral": "diamond", "as_of": day}  # fmt: skip


def test_rows_of_a_list_have_their_own_date_and_their_own_incidents(tmp_path):
    suppliers = [supplier("S1", "20"), supplier("S2", "24"), supplier("S3", "16")]
    asked = ["--as-of", DAY]
    one = made("screen", tmp_path / "a", asked, suppliers=suppliers)
    later = [suppliers[0], supplier("S2", "24", "2019-06-30"), suppliers[2], supplier("S4", "20")]
    events = [
        incident("i9", "2012-06-01", 16.0),
        incident("i2", "2019-03-01", 24.0),
        incident("old", "2017-03-01", 16.0),
    ]
    two = made("screen", tmp_path / "b", asked, suppliers=later, incidents=events)
    moves = compared(one, two, tmp_path / "out", "supplier_id")
    said = {k: (m["cause"], m["records"]) for k, m in moves.items()}
    assert said == {
        "S1": ("incidents", "gone i1"), "S2": ("date", "new i2"), "S3": ("incidents", "new old"), "S4": ("sites", ""),
    }  # fmt: skip
