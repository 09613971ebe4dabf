"""Rules of kind raster: what a raster says of a site gives a class only where a user's own file asks for it."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli import main
from geo.assess import assess
from geo.columns import conform
from geo.dates.many import many_dates
from geo.errors import CahraError, InputError
from geo.rasters.schema import MEASURED
from geo.rules.explanation import reasons
from geo.rules.rederive import rederive
from geo.rules.registry import KINDS
from i18n.translator import translator
from jobs.assessment.decision_tree import branches
from jobs.assessment.job import load, run
from jobs.inputs import Inputs, Source
from jobs.rasters.given import RasterInputs, read_rasters
from jobs.read_back import same
from jobs.verification import DifferenceError, derived, verify_files
from layers.reference.files import RULES as RULE_FILE
from layers.reference.rule_files import default_rules, parse_rules
from tests import frames
from tests.examples import examples
from tests.geo.cases import KNOWN
from tests.geo.cases import run as assessed
from tests.rasters.making import geotiff, saved

RULE = """
[[rule]]
id = "P1"
kind = "raster"
answer = "site"
class = "high-risk"
question = "Do {at_least} people or more live within 5 km?"
column = "population_5km"
at_least = 1000
ground = "our own"
"""
AT_MOST = RULE.replace("{at_least} people or more", "{at_most} people or fewer").replace("at_least = ", "at_most = ")
TRAVEL = """
[[rule]]
id = "T1"
kind = "raster"
answer = "site"
class = "conflict-affected"
question = "Is the way {at_least} minutes or longer?"
column = "travel_time_min"
at_least = 240
ground = "our own"
"""


def rules(*texts: str):
    return parse_rules(RULE_FILE.read_text("utf-8") + "".join(texts), "mine.toml")


def measured(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["site_id", "measure", "value", "share"])
    return conform(table.assign(source="list", dataset="pop.tif", dataset_version="sha256:0123456789ab"), MEASURED)


def one(text: str, value: float, share: float, **more):
    rows = measured(("1", "population_5km", value, share), ("2", "population_5km", 0.0, 1.0))
    return assessed(rules=rules(text), measured=rows, **KNOWN, **more)


def held(result, of):
    """What evidence alone gives is what the engine said."""
    again = rederive(result.sites, result.evidence, of, result.source_of)
    assert (again["fault"] == "").all()
    for name in set(again.columns) & set(result.sites.columns):
        for have, want in zip(result.sites[name], again[name], strict=True):
            assert want is None or same(have, want), (name, have, want)


@pytest.mark.parametrize(
    ("text", "value", "share", "says"),
    [
        (RULE, 1000, 1.0, "high-risk"),
        (RULE, 999, 1.0, "no indicators found"),
        (RULE, 999, 0.9, "no indicators found"),
        (RULE, 999, 0.899, "insufficient data"),
        (RULE, 1000, 0.1, "high-risk"),  # enough are known, whatever is missing
        (RULE, np.nan, 0.0, "insufficient data"),
        (AT_MOST, 1000, 1.0, "high-risk"),
        (AT_MOST, 1000, 0.5, "insufficient data"),  # there may be more
        (AT_MOST, 1001, 0.5, "no indicators found"),  # there are more
        (RULE + "min_coverage = 1\n", 5, 0.999, "insufficient data"),
        (RULE + "min_coverage = 0\n", 5, 0.001, "no indicators found"),
    ],
)
def test_a_number_is_held_against_the_limit_and_what_is_not_known_is_never_calm(text, value, share, says):
    result = one(text, value, share)
    assert result.sites["site_class"].tolist() == [says]
    assert ("raster_missing" in result.sites["gaps"].iloc[0]) == (says == "insufficient data")
    assert ("P1" in result.sites["rules_unknown"].iloc[0]) == (says == "insufficient data")
    held(result, rules(text))


def test_without_a_raster_every_site_is_insufficient_and_the_project_s_rules_ask_for_none():
    result = assessed(rules=rules(RULE), **KNOWN)
    assert result.sites["site_class"].tolist() == ["insufficient data"]
    assert "population_5km" not in result.sites
    held(result, rules(RULE))
    assert not default_rules().of_kind("raster")
    plain = assessed(**KNOWN)
    with_numbers = assessed(measured=measured(("1", "population_5km", 9e6, 1.0)), **KNOWN)
    pd.testing.assert_frame_equal(plain.sites, with_numbers.sites[plain.sites.columns])
    assert with_numbers.sites["population_5km"].tolist() == [9e6]
    pd.testing.assert_frame_equal(plain.evidence, with_numbers.evidence)


def test_evidence_names_number_unit_share_file_and_version():
    result = one(RULE, 1234, 0.95)
    rows = result.evidence[result.evidence["rule"] == "P1"]
    told = rows[["kind", "fact", "status", "basis", "dataset", "dataset_version", "ground"]].to_numpy().tolist()
    file = ["pop.tif", "sha256:0123456789ab", "our own"]
    assert told == [
        ["measure", "population_5km", "1234", "people", *file],
        ["measure", "raster_coverage", "0.95", "share", *file],
    ]


def test_sentence_tree_limit_and_question_follow_the_file_in_both_languages():
    made = rules(RULE, TRAVEL)
    numbers = measured(("1", "population_5km", 1234, 0.95), ("1", "travel_time_min", 300, np.nan))
    result = assessed(rules=made, measured=numbers, **KNOWN)
    (why,) = reasons(made, result.sites, result.evidence, result.source_of)
    assert str(why).startswith("Conflict-affected: 300 minutes of travel (T1); also P1")
    (why,) = reasons(rules(RULE), *(lambda r: (r.sites, r.evidence, r.source_of))(one(RULE, 1234, 0.95)))
    assert str(why).startswith("High-risk: 1234 people within 5 km, counted on 95% of the circle (P1)")
    assert "habitants" in why.sentence(translator("fr"))
    assert str(KINDS["raster"].limit(made["P1"])) == (
        "at least 1000 people within 5 km; values on 90% of the circle or more"
    )
    assert "habitants" in KINDS["raster"].limit(made["P1"]).sentence(translator("fr"))
    assert str(KINDS["raster"].limit(made["T1"])) == "at least 240 minutes of travel"
    assert made["P1"].asks() == "Do 1000 people or more live within 5 km?"
    tree = {b.key: b for b in branches(result.sites, made, translator("en"))}
    assert (tree["T1"].leave, tree["P1"].fired) == (1, 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (RULE.replace("at_least = 1000\n", ""), "at_least or at_most"),
        (RULE + "at_most = 9\n", "at_least or at_most"),
        (RULE.replace('"population_5km"', '"population_7km"'), "population_20km"),
        (RULE.replace('column = "population_5km"\n', ""), "column"),
        (RULE + "min_coverage = 90\n", "from 0 to 1"),
        (RULE.replace('answer = "site"', 'answer = "area"'), "site"),
        (RULE.replace("{at_least}", "{at_most}"), "at_least"),
        (RULE + "within_km = 9\n", "within_km"),
    ],
)
def test_a_rule_that_says_too_little_or_too_much_is_refused(text, said):
    with pytest.raises(CahraError, match=said):
        rules(text)


numbers = st.one_of(st.none(), st.floats(0, 3000), st.sampled_from([999.0, 1000.0, 1001.0]))
shares = st.one_of(st.sampled_from([0.0, 0.5, 0.899, 0.9, 1.0]), st.floats(0, 1))


@settings(max_examples=examples(4), deadline=None)
@given(
    st.lists(st.tuples(numbers, shares, numbers), min_size=10, max_size=30), st.booleans(), st.sampled_from([0, 0.9, 1])
)
def test_brute_force_evidence_and_a_pass_over_dates_say_the_same(sites, least, coverage):
    text = (RULE if least else AT_MOST) + f"min_coverage = {coverage}\n"
    made = rules(text, TRAVEL)
    table = frames.sites(*[{} for _ in sites])
    told = []
    for i, (people, share, minutes) in enumerate(sites):
        told.append((str(i + 1), "population_5km", np.nan if people is None else people, share))
        told.append((str(i + 1), "travel_time_min", np.nan if minutes is None else minutes, np.nan))
    known = KNOWN | {
        "visits": frames.visits(*({"visit_date": "2018-06-01", "site_id": str(i + 1)} for i in range(len(sites)))),
        "statuses": frames.statuses(
            *({"status": "green", "status_date": "2018-06-01", "site_id": str(i + 1)} for i in range(len(sites)))
        ),
        "measured": measured(*told),
        "outlines": frames.outlines(),
    }
    result = assess(table, None, as_of="2018-12-31", rules=made, **known)
    for i, (people, share, minutes) in enumerate(sites):
        fires = set()
        unknown = set()
        if people is None:
            unknown.add("P1")
        elif least:
            fires |= {"P1"} if people >= 1000 else set()
            unknown |= {"P1"} if people < 1000 and share < coverage else set()
        else:
            fires |= {"P1"} if people <= 1000 and share >= coverage else set()
            unknown |= {"P1"} if people <= 1000 and share < coverage else set()
        fires |= {"T1"} if minutes is not None and minutes >= 240 else set()
        unknown |= {"T1"} if minutes is None else set()
        assert set(filter(None, result.sites["rules_fired"][i].split(";"))) == fires
        assert {"P1", "T1"} & set(result.sites["rules_unknown"][i].split(";")) == unknown
        assert ("raster_missing" in result.sites["gaps"][i].split(";")) == bool(unknown)
        if unknown and not fires:
            assert result.sites["site_class"][i] == "insufficient data"
    held(result, made)
    passed = many_dates(table, None, days=["2018-12-31"], rules=made, **known).at(0)
    for name in ("site_class", "rules_fired", "rules_unknown", "gaps"):
        assert passed[name].tolist() == result.sites[name].tolist(), name


SITES = b"site_id,name,lat,lon,minerals,country\n1,A,5,21,gold,CAF\n2,B,5.05,21,diamond,CAF\n3,C,40,21,gold,CAF\n4,D,,,gold,CAF\n"
PEOPLE = np.full((200, 200), 10, np.float32)
PLACE = (0.01, 0, 20, 0, -0.01, 6)
DAY, NOW = dt.date(2020, 6, 30), dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def whole(rasters: RasterInputs, text: str = RULE):
    loaded = load(Inputs(sites=[Source("sites.csv", SITES)]))
    return run(loaded, DAY, rules(text), NOW, rasters=read_rasters(rasters))


def given_rasters() -> RasterInputs:
    travel = geotiff(np.full((2, 2), 90, np.int16), (1, 0, 20, 0, -1, 6), nodata=-1)
    return RasterInputs([Source("a_ppp.tif", geotiff(PEOPLE, PLACE, nodata=-1))], Source("acc.tif", travel))


def test_columns_stand_in_the_files_of_an_assessment_and_follow_from_its_evidence():
    result = whole(given_rasters(), RULE.replace("1000", "500"))
    files = result.files()
    table = pd.read_csv(pd.io.common.BytesIO(files["sites.csv"]), dtype={"site_id": str})
    assert table["site_class"].tolist() == ["high-risk", "high-risk", "insufficient data", "insufficient data"]
    assert table["population_20km"].tolist()[2:] != [0, 0]
    assert table["travel_time_min"].tolist()[:2] == [90, 90]
    shapes = json.loads(files["sites.geojson"])["features"][0]["properties"]
    assert shapes["population_5km"] == table["population_5km"][0]
    assert [i["file"] for i in json.loads(files["run.json"])["inputs"] if "values" in i] == ["a_ppp.tif", "acc.tif"]
    assert verify_files(files, "x").differences == ()
    lines = [str(line) for line in result.summary("en")]
    assert "a_ppp.tif: people in each pixel (ppp), 200 × 200 pixels, EPSG:4326." in [
        t.replace("WGS 84", "EPSG:4326") for t in lines
    ]
    record = json.loads(files["run.json"])
    for name, old, new in (
        ("evidence.csv", b",measure,P1,site,population_5km,640,", b",measure,P1,site,population_5km,641,"),
        ("evidence.csv", b"people", b"minutes"),
        ("evidence.csv", record["inputs"][-2]["dataset_version"].encode(), b"sha256:0123456789ab"),
    ):
        bad = files[name].replace(old, new)
        assert bad != files[name], (old, [r for r in files[name].splitlines() if b"measure" in r][:2])
        with pytest.raises(DifferenceError):
            derived("assess", {**files, name: bad}, record)


def test_tiles_are_added_and_two_years_of_one_place_are_refused():
    alone = whole(given_rasters()).assessment.sites
    halves = [Source("w_ppp.tif", geotiff(PEOPLE[:, :100], PLACE)),
              Source("e_ppp.tif", geotiff(PEOPLE[:, 100:], (0.01, 0, 21, 0, -0.01, 6)))]  # fmt: skip
    tiles = whole(RasterInputs(halves)).assessment
    for name in ("population_5km", "population_20km", "raster_coverage"):
        assert tiles.sites[name].tolist() == pytest.approx(alone[name].tolist(), abs=1, nan_ok=True)
    rows = tiles.evidence[tiles.evidence["kind"] == "measure"]
    assert set(rows["dataset"]) == {"w_ppp.tif; e_ppp.tif"}
    assert verify_files(whole(RasterInputs(halves)).files(), "x").differences == ()
    twice = [*halves, Source("w2020_ppp.tif", geotiff(PEOPLE[:, :100], PLACE))]
    with pytest.raises(InputError, match="same ground") as caught:
        whole(RasterInputs(twice))
    assert "w2020_ppp.tif" in str(caught.value.got)


def test_the_command(tmp_path, capsys):
    (tmp_path / "sites.csv").write_bytes(SITES)
    (tmp_path / "mine.toml").write_text(RULE_FILE.read_text("utf-8") + RULE.replace("1000", "500"))
    raster = saved(tmp_path, "people.tif", PEOPLE, PLACE)
    common = [
        "--sites",
        str(tmp_path / "sites.csv"),
        "--population",
        str(raster),
        "--rules",
        str(tmp_path / "mine.toml"),
    ]
    out = str(tmp_path / "out")
    assert main(["assess", *common, "--as-of", "2020-06-30", "--out", out]) == 0
    table = pd.read_csv(tmp_path / "out" / "sites.csv")
    assert table["population_5km"].notna().sum() == 2
    assert table["travel_time_min"].isna().all()
    assert main(["verify", out, *common]) == 0
    assert "same bytes" in capsys.readouterr().out
