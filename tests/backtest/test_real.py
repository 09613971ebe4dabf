"""The figures of the shared study, by the job and by an independent brute force."""

from __future__ import annotations

import datetime as dt
import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo.backtest.outcome import Outcome
from i18n.translator import translator
from jobs.backtest.gather import LEVEL
from jobs.backtest.job import BacktestInputs, load, past_dates, run
from jobs.backtest.labels import percent
from jobs.backtest.snapshots import snapshots
from jobs.inputs import Inputs, Source
from layers.reference.rule_files import default_rules
from layers.sources.incidents import read_incidents
from scripts.write_track_record import STUDIES
from tests.backtest import brute
from tests.examples import some

pytestmark = pytest.mark.real_data

FILES = {
    "caf": "ucdp_ged_23_1_car.geojson",
    "sdn": "ucdp_ged_24_1_sudan_hdx.csv",
    "ssd": "ucdp_ged_22_1_south_sudan_hdx.csv",
    "mex": "ucdp_ged_24_1_mexico_49cols.csv.gz",
}
# years, usable dates, base rate, AUC of class and intensity, hit rates of none, high-risk, conflict-affected (README)
FACTS = {
    "caf": (2004, 2021, 18, 4.46, 0.6936, 0.7577, (2.4, 10.4, 37.3)),
    "sdn": (2004, 2022, 17, 0.80, 0.7118, 0.8865, (0.5, 6.2, 7.8)),
    "ssd": (2014, 2020, 6, 2.49, 0.6929, 0.7103, (1.4, 5.0, 27.9)),
    "mex": (2004, 2022, 19, 5.00, 0.7637, 0.8346, (2.0, 14.5, 60.9)),
}


def source(shared_data, country) -> Source:
    path = shared_data / "conflict" / FILES[country]
    if path.suffix == ".gz":
        return Source(path.name.removesuffix(".gz"), gzip.decompress(path.read_bytes()))
    return Source(path.name, path)


def loaded_of(shared_data, country):
    return load(
        BacktestInputs(
            Inputs(
                sites=[Source.of(shared_data / f"backtest/points_{country}.csv")],
                incidents=[source(shared_data, country)],
                coverage=[Source.of(shared_data / f"backtest/coverage_{country}.csv")],
            )
        )
    )


def years(country):
    first, last = FACTS[country][:2]
    return [dt.date(y, 12, 31) for y in range(first, last + 1)]


@pytest.fixture(scope="module", params=some(FILES, "caf", "ssd"))
def tested(request, shared_data):
    loaded = loaded_of(shared_data, request.param)
    dates = years(request.param)
    days = past_dates(loaded, dates[0], dates[-1], 12, Outcome())
    return request.param, run(loaded, days, number=50)


def test_the_figures_of_the_study(tested):
    country, result = tested
    first, last, usable, base, auc_class, auc_intensity, rates = FACTS[country]
    table = result.result.table.set_index(["kind", "name"])
    row = table.loc[("class", "site_class")]
    assert (row["places"], row["dates"]) == (500, last - first + 1)
    assert np.isfinite(result.result.auc_by_date["class", "site_class"]).sum() == usable
    assert row["auc"] == pytest.approx(auc_class, abs=0.005)
    assert table.loc[("intensity", "incident_intensity"), "auc"] == pytest.approx(auc_intensity, abs=0.005)
    assert 100 * table.loc[("baseline", "base_rate"), "hit_rate"] == pytest.approx(base, abs=0.01)
    assert 100 * table.loc[("class", "high-risk"), "hit_rate"] == pytest.approx(rates[1], abs=0.2)
    assert 100 * table.loc[("class", "conflict-affected"), "hit_rate"] == pytest.approx(rates[2], abs=0.2)
    calm = table.loc[[("class", "no indicators found"), ("class", "insufficient data")]]
    assert 100 * calm["hits"].sum() / calm["n"].sum() == pytest.approx(rates[0], abs=0.2)


def test_the_page_of_the_documents_tells_these_figures(tested):
    country, result = tested
    title = next(s.title for s in STUDIES if s.sites.endswith(f"points_{country}.csv"))
    page = (Path(__file__).resolve().parents[2] / "docs/track-record.md").read_text("utf-8")
    line = next(line for line in page.splitlines() if line.startswith(f"| {title} |"))
    table = result.result.table.set_index(["kind", "name"])
    for key in (("class", "site_class"), ("intensity", "incident_intensity"), ("baseline", "persistence")):
        assert f"| {table.loc[key, 'auc']:.3f}" in line
    for cls in ("high-risk", "conflict-affected"):
        assert f"| {percent(table.loc[('class', cls), 'hit_rate'], translator('en'))} (" in line


@pytest.mark.parametrize("country", some(["caf", "ssd"], "ssd"))
def test_the_brute_force_gives_the_figures_of_the_study(shared_data, country):
    points = pd.read_csv(shared_data / f"backtest/points_{country}.csv")
    found = source(shared_data, country)
    made = brute.figures(points, read_incidents(found.data, found.name).frame, years(country))
    _, _, usable, base, auc_class, auc_intensity, rates = FACTS[country]
    assert made["dates"] == usable
    assert made["auc_class"] == pytest.approx(auc_class, abs=1e-4)
    assert made["auc_intensity"] == pytest.approx(auc_intensity, abs=1e-4)
    assert 100 * made["base"] == pytest.approx(base, abs=0.01)
    assert [100 * made[f"hit_rate_{i}"] for i in range(3)] == pytest.approx(rates, abs=0.1)


@pytest.mark.slow
def test_the_engine_is_the_brute_force_case_by_case(shared_data):
    loaded = loaded_of(shared_data, "caf")
    dates = [dt.date(2009, 12, 31), dt.date(2016, 2, 29), dt.date(2021, 12, 31)]
    points = pd.read_csv(shared_data / "backtest/points_caf.csv").set_index("site_id")
    events = brute.events_of(loaded.incidents)
    around = {i: brute.near(p.lon, p.lat, events) for i, p in points.iterrows()}
    for at in dates:
        result = run(loaded, past_dates(loaded, at, at, 12, Outcome()), number=2).gathered
        flags = {s.name: s.flag for s in result.scores if s.kind == "rule"}
        for i, site in enumerate(result.sites.itertuples(index=False)):
            fired = brute.rules(around[site.site_id], at)
            assert {rule for rule in ("C1", "H1", "H2", "H4") if flags[rule][i]} == fired
            assert LEVEL.get(site.site_class, 0) == brute.level(fired)
            assert np.nan_to_num(site.incident_intensity) == pytest.approx(
                brute.intensity(around[site.site_id], at), abs=6e-7
            )
            assert result.cases.hit[i] == brute.hit(around[site.site_id], at)
            assert result.cases.before[i] == brute.hit(around[site.site_id], brute.months_later(at, -12))


def test_the_272_mines_at_twelve_dates_are_the_brute_force(shared_data):
    loaded = load(
        BacktestInputs(
            Inputs(
                sites=[Source.of(shared_data / "mines/ipis_car_destinations_lines.geojson")],
                incidents=[source(shared_data, "caf")],
            )
        )
    )
    dates = [dt.date(y, 12, 31) for y in range(2006, 2022, 2)]
    dates += [dt.date(2014, 6, 30), dt.date(2016, 2, 29), dt.date(2016, 9, 19), dt.date(2021, 5, 31)]
    found = snapshots(loaded, dates, default_rules(), lambda *_: None)
    assert len(found.sites) == 272 * 12
    events = brute.events_of(loaded.incidents)
    spots = {key: brute.near(*key, events) for key in set(zip(found.sites["lon"], found.sites["lat"], strict=True))}
    assert len(spots) == 271
    rules = ["C1", "H1", "H2", "H4"]
    fired = found.fired[rules].to_numpy()
    for i, (lon, lat, value) in enumerate(found.sites[["lon", "lat", "incident_intensity"]].itertuples(index=False)):
        around, at = spots[lon, lat], dates[found.date[i]]
        assert {r for r, yes in zip(rules, fired[i], strict=True) if yes} == brute.rules(around, at), (lon, lat, at)
        assert np.nan_to_num(value) == pytest.approx(brute.intensity(around, at), abs=6e-7)
