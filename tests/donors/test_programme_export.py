"""Files to a stocktake: the demonstration, and eight hand-made programmes over the real sites of CAR."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo.programmes.schema import TYPES
from jobs.assessment import job
from jobs.programmes import job as programme_job
from jobs.programmes.export import ProgrammeRun
from layers.reference import files as embedded
from layers.reference.country_outlines import country_outlines
from layers.reference.donor_aliases import known_donors
from layers.reference.legal_schemes import restrictions, schemes
from layers.reference.unit_aliases import unit_aliases
from tests.donors.test_money import TWELVE

DAY = dt.date(2021, 12, 31)


def demonstration() -> ProgrammeRun:
    source = job.Source.of
    inputs = job.Inputs(
        sites=[source(embedded.DEMONSTRATION_SITES)],
        incidents=[source(embedded.DEMONSTRATION_INCIDENTS)],
        coverage=[source(embedded.DEMONSTRATION_COVERAGE)],
    )
    return run_coverage(inputs, [embedded.DEMONSTRATION_PROGRAMMES], DAY, now=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))


def run_coverage(inputs: job.Inputs, paths: list[Path], day: dt.date, now: dt.datetime | None = None) -> ProgrammeRun:
    return programme_job.run(programme_job.load(programme_job.ProgrammeInputs(inputs, paths)), day, now=now)


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_the_files_of_a_run_reconcile_and_are_the_same_each_time() -> None:
    run = demonstration()
    files = run.files()
    assert list(files) == sorted(files)
    assert files == demonstration().files()
    heads = {name: content.decode().split("\n", 1)[0] for name, content in files.items() if name.endswith(".csv")}
    assert heads["coverage.csv"].startswith("site_id,programme_type,programmes,donors")
    assert heads["gaps.csv"].startswith("site_id,programme_type,site_class")
    assert heads["overlaps.csv"].startswith("site_id,programme_type,programmes,donors")
    record = json.loads(files["run.json"])
    assert record["demonstration"] is True
    assert [i["file"] for i in record["inputs"] if i["role"] == "programmes"] == ["demonstration_programmes.csv"]
    at_risk = int(run.result.at_risk.sum())
    for kind, counts in record["programme_totals"].items():
        gaps = [g for g in rows(files["gaps.csv"]) if g["programme_type"] == kind]
        parts = ("at_risk_covered", "at_risk_not_applicable", "at_risk_unknown")
        assert counts["gaps"] == len(gaps) == at_risk - sum(counts[part] for part in parts)
        units = [u for u in rows(files["units.csv"]) if u["programme_type"] == kind]
        assert sum(int(u["sites"]) for u in units) == counts["sites"] == 140
    assert {n["programme_id"] for n in rows(files["national.csv"])} == {"DEMO-P04", "DEMO-P10"}
    assert any("not on" in line or "national.csv" in line for line in run.summary())


def test_frames_alone_give_the_same_stocktake() -> None:
    from geo.assess import assess
    from geo.programmes.coverage import programme_coverage
    from layers.reference.rule_files import default_rules

    run = demonstration()
    loaded = run.loaded
    assessment = assess(
        loaded.sites[0].frame,
        loaded.incidents,
        as_of=DAY,
        rules=default_rules(),
        coverage=loaded.coverage,
        zones=loaded.zones,
        restrictions=restrictions(),
        outlines=country_outlines(),
        aliases=unit_aliases(),
    )
    again = programme_coverage(assessment.sites, run.result.programmes, as_of=pd.Timestamp(DAY), aliases=unit_aliases(),
                               schemes=schemes(), donors=known_donors())  # fmt: skip
    pd.testing.assert_frame_equal(again.gaps, run.result.gaps)
    pd.testing.assert_frame_equal(again.units, run.result.units)


def test_the_map_opens_alone_in_both_languages_and_paints_no_country() -> None:
    run = demonstration()
    english, french = run.map_html("en").decode(), run.map_html("fr").decode()
    assert 'lang="fr"' in french
    assert "DEMO-P05" in english
    assert "DEMO-P04" not in english
    assert "<script src" not in english
    assert "https://" not in english.split("</style>")[-1] or 'src="https://' not in english


def test_hostile_titles_reach_neither_the_template_nor_the_page(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text(
        "programme_id,title,donor,type,start,country,lat,lon,radius_km\n"
        "A,{{ 7*7 }}<script>alert(1)</script>`${1}`,=1+1,mapping,2010-01-01,CAF,4.26,15.79,60\n",
        encoding="utf-8",
    )
    inputs = job.Inputs(sites=[job.Source.of(embedded.DEMONSTRATION_SITES)])
    files = run_coverage(inputs, [path], DAY).files()
    page = files["map.html"].decode()
    assert "49<script" not in page
    assert "<script>alert(1)" not in page
    assert rows(files["programmes.csv"])[0]["donor"].startswith("'=")


PROGRAMMES = """programme_id,title,donor,type,start,end,country,lat,lon,radius_km,admin_code,geometry,budget,currency
P1,Boda by unit,EU,traceability,2018-01-01,2024-12-31,CAF,,,,Boda,,1,EUR
P2,Boda by circle,USAID,traceability,2019-01-01,,CAF,4.317,17.467,40,,,1,USD
P3,Carnot by polygon,EU,mapping,2015-01-01,2022-12-31,CAF,,,,,"POLYGON((15.5 4,16.2 4,16.2 5.2,15.5 5.2,15.5 4))",1,EUR
P4,Same polygon,EU,mapping,2020-01-01,2025-12-31,CAF,,,,,"POLYGON((15.5 4,16.2 4,16.2 5.2,15.5 5.2,15.5 4))",1,EUR
P5,Over before,AFD,certification,2010-01-01,2021-12-30,CAF,4.317,17.467,300,,,1,EUR
P6,National,WB,kp_compliance,2016-01-01,2026-12-31,CAF,,,,,,9,USD
P7,Unit of another country,EU,infrastructure,2016-01-01,2026-12-31,COD,,,,Nola,,1,EUR
P8,Nola,EU,formalisation,2021-12-31,2021-12-31,CAF,,,,NOLA,,1,EUR
"""


def over_car(shared_data: Path, tmp_path: Path, text: str, day: dt.date = DAY):  # type: ignore[no-untyped-def]
    """A stocktake of programmes over the 272 sites of the Central African Republic."""
    path = tmp_path / "programmes.csv"
    path.write_text(text, encoding="utf-8")
    source = job.Source.of
    inputs = job.Inputs(
        sites=[source(shared_data / "mines/ipis_car_destinations_lines.geojson")],
        incidents=[source(shared_data / "conflict/ucdp_ged_23_1_car.geojson")],
        boundaries=[source(shared_data / "admin/geoboundaries_caf_adm2_2015_simplified.geojson")],
        boundaries_version="2015",
        country="CAF",
    )
    return run_coverage(inputs, [path], day)


@pytest.mark.real_data
def test_twelve_programmes_with_money_statuses_and_aliases_over_the_sites_of_car(
    shared_data: Path, tmp_path: Path
) -> None:
    run = over_car(shared_data, tmp_path, TWELVE, dt.date(2018, 6, 30))
    result, files = run.result, run.files()
    assert dict(zip(result.programmes.frame["programme_id"], result.states, strict=True)) == {
        "P01": "active", "P02": "active", "P03": "closed", "P04": "active", "P05": "active", "P06": "suspended",
        "P07": "active", "P08": "pipeline", "P09": "active", "P10": "ended", "P11": "active", "P12": "active",
    }  # fmt: skip
    # By hand from the files alone: a site of Boda has mapping and certification, no other site has anything.
    sites = result.assessed
    boda = set(sites["site_id"][sites["admin2"] == "Boda"])
    assert len(boda) == 6
    covered: dict[str, set[str]] = {}
    for row in rows(files["coverage.csv"]):
        covered.setdefault(row["programme_type"], set()).add(row["site_id"])
    assert covered == {"mapping": boda, "certification": boda}
    assert {
        (r["programmes"], r["donors"]) for r in rows(files["coverage.csv"]) if r["programme_type"] == "mapping"
    } == {("P01;P02", "United Kingdom")}
    assert rows(files["overlaps.csv"]) == [], "DFID and UK Aid are one donor"
    assert {r["programme_id"] for r in rows(files["national.csv"])} >= {"P04", "P05", "P09", "P12"}
    risky = {
        s for s, c in zip(sites["site_id"], sites["site_class"], strict=True) if c in ("conflict-affected", "high-risk")
    }
    gaps: dict[str, set[str]] = {}
    for row in rows(files["gaps.csv"]):
        gaps.setdefault(row["programme_type"], set()).add(row["site_id"])
        assert row["workers"] == "", "nobody counted them: blank, not 0"
    diamonds = set(sites["site_id"][sites["minerals"].str.contains("diamond")])
    assert gaps["mapping"] == risky - boda
    assert gaps["formalisation"] == gaps["training_customs"] == risky
    assert gaps["kp_compliance"] == risky & diamonds
    totals = {r["programme_type"]: r for r in rows(files["totals.csv"])}
    assert all(int(totals[t]["gaps"]) == len(gaps.get(t, ())) for t in totals)
    # Money: each currency once, nothing multiplied, what is paid in two countries not counted twice.
    paid: dict[str, float] = {}
    for row in rows(files["money.csv"]):
        paid[row["currency"]] = paid.get(row["currency"], 0.0) + float(row["amount"])
    assert paid == pytest.approx({"GBP": 160.5, "EUR": 337.0, "USD": 1105.0})
    assert {r["currency"]: float(r["amount_in_rows"]) for r in rows(files["money_totals.csv"])} == pytest.approx(paid)


@pytest.mark.real_data
def test_eight_programmes_over_the_sites_of_car(shared_data: Path, tmp_path: Path) -> None:
    import shapely
    from pyproj import Geod

    run = over_car(shared_data, tmp_path, PROGRAMMES)
    result = run.result
    sites = result.assessed
    assert len(sites) == 272
    assert int(result.at_risk.sum()) >= 137, "C1, H1, H2 and H4 alone make 31 + 106"
    covered = {t: sites.index[result.matrix[:, k]] for k, t in enumerate(TYPES)}

    lon, lat = sites["lon"].to_numpy(), sites["lat"].to_numpy()
    boda = (sites["admin2"] == "Boda").to_numpy()
    away = Geod(ellps="WGS84").inv(np.full(272, 17.467), np.full(272, 4.317), lon, lat)[2]
    assert set(covered["traceability"]) == set(np.flatnonzero(boda | (away <= 40_000)))
    overlapping = set(result.overlaps.query("programme_type == 'traceability'")["site_id"])
    assert overlapping == set(sites["site_id"][boda & (away <= 40_000)])
    assert overlapping, "Boda and the circle around it meet"

    square = shapely.box(15.5, 4.0, 16.2, 5.2)
    assert set(covered["mapping"]) == set(np.flatnonzero(shapely.contains_xy(square, lon, lat)))
    assert "mapping" not in set(result.overlaps["programme_type"]), "one donor twice is no overlap"
    assert not len(covered["certification"]), "over the day before"
    assert not len(covered["kp_compliance"]), "national programmes are listed, not painted"
    assert not len(covered["infrastructure"]), "Nola is not in the DR Congo"
    assert set(covered["formalisation"]) == set(np.flatnonzero(sites["admin2"] == "Nola")), "first and last day count"
    assert result.national[["programme_id", "reason"]].to_numpy().tolist() == [
        ["P6", "country"],
        ["P7", "unit_not_found"],
    ]
    assert result.states.tolist() == ["active", "active", "active", "active", "ended", "active", "active", "active"]

    for k, kind in enumerate(TYPES):
        gaps = set(result.gaps.loc[result.gaps["programme_type"] == kind, "site_id"])
        assert gaps == set(sites["site_id"][result.at_risk & result.open_at[:, k]])
    assert not (result.open_at & result.matrix).any()
    diamonds = sites["minerals"].str.contains("diamond").to_numpy()
    kp = TYPES.index("kp_compliance")
    assert result.open_at[diamonds, kp].all(), "CAR was under restriction on the day"
    assert not result.open_at[(sites["minerals"] == "gold").to_numpy(), kp].any()
    pd.testing.assert_series_equal(
        result.units.groupby("programme_type")["gaps"].sum().reindex(TYPES),
        result.totals.set_index("programme_type")["gaps"],
        check_names=False,
    )
    run.files()


UNTYPED = "programme_id,title,donor,type,start,country,budget,currency\nA,Schools,EU,cookery,2010-01-01,CAF,5,EUR\n"
ONE_DONOR = """programme_id,title,donor,type,start,country,lat,lon,radius_km,budget,currency
A,a,EU,mapping,2010-01-01,CAF,4.26,15.79,60,5.5,EUR
B,b,European Union,mapping,2010-01-01,CAF,4.26,15.79,60,7,EUR
C,c,EU;AFD,mapping,2010-01-01,CAF,4.26,15.79,60,,
D,d,EU;AFD,traceability,2010-01-01,CAF,4.26,15.79,60,1,
"""


@pytest.mark.parametrize(
    "text", [UNTYPED, pytest.param(ONE_DONOR, marks=pytest.mark.slow)], ids=["untyped", "one donor"]
)
def test_what_a_stocktake_says_follows_from_its_own_files(tmp_path: Path, text: str) -> None:
    from jobs.programmes.verify import derive
    from jobs.read_back import DifferenceError

    path = tmp_path / "p.csv"
    path.write_text(text, encoding="utf-8")
    source = job.Source.of
    inputs = job.Inputs(
        sites=[source(embedded.DEMONSTRATION_SITES)],
        incidents=[source(embedded.DEMONSTRATION_INCIDENTS)],
        coverage=[source(embedded.DEMONSTRATION_COVERAGE)],
    )
    run = run_coverage(inputs, [path], DAY, now=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    files = dict(run.files())
    record = json.loads(files["run.json"])
    assert "brief_CAF.pdf" in derive(files, record).unproven
    for name in ("money.csv", "money_totals.csv"):
        head, first, *rest = files[name].decode().splitlines(keepends=True)
        edited = first.replace("5,", "6,", 1) if "5," in first else first.replace("7,", "8,", 1)
        if edited != first:
            with pytest.raises(DifferenceError, match="money_totals"):
                derive({**files, name: (head + edited + "".join(rest)).encode()}, record)
