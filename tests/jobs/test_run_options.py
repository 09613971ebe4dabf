"""One gathering of options: the same sites have the same classes and evidence in every job and in the app."""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pandas as pd
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import cli
import cli.shared
from geo.assessment import Assessment
from jobs.assessment import ask_place, job
from jobs.inputs import Inputs, Loaded, Source, load
from jobs.run_options import options_of
from jobs.screening.model import Screening
from jobs.screening.screen import screen
from jobs.screening.supplier_list import read_suppliers
from layers.reference import files
from layers.reference.rule_files import default_rules, rules_of
from layers.sources.read_options import NOTHING, ReadOptions
from tests.examples import examples
from views.data_choice import Data, File

DAY = dt.date(2016, 9, 19)
SITES = pd.read_csv(files.DEMONSTRATION_SITES, dtype=str, keep_default_na=False)
VISITS = pd.read_csv(files.DEMONSTRATION_VISITS, dtype=str, keep_default_na=False)
COVERAGE = pd.read_csv(files.DEMONSTRATION_COVERAGE, dtype=str, keep_default_na=False)
INCIDENTS = files.DEMONSTRATION_INCIDENTS.read_bytes()
VERSION = str(pd.read_csv(files.DEMONSTRATION_INCIDENTS, dtype=str)["dataset_version"].iloc[0])
UNIT_BOX = (  # one district that holds Berbérati's sites, as the reader of boundaries takes it
    '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"shapeName":"Berbérati","shapeGroup":"CAF",'
    '"shapeType":"ADM2"},"geometry":{"type":"Polygon","coordinates":[[[15,3.5],[16.4,3.5],[16.4,5],[15,5],[15,3.5]]]}}]}'
).encode()
FINDINGS = (
    b"unit,country,criterion,finding,date,date_precision,source\n"
    b"Carnot,CAF,freedom_of_movement,barriers seen,2015-03-02,day,own\n"
)


def csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False).encode()


def declared(dataset: str) -> Source:
    return Source("covered.csv", csv(COVERAGE.assign(dataset=dataset)))


def both(inputs: Inputs, name: str, content: bytes, day: dt.date) -> tuple[Assessment, Screening, Loaded]:
    """One list as the sites of an assessment, and screened beside the same data."""
    loaded = load(inputs)
    return (
        job.run(loaded, day).assessment,
        screen(read_suppliers(content, name, country=inputs.country), loaded, day),
        loaded,
    )


def rows_of(frame: pd.DataFrame, key: str) -> list[tuple[str, ...]]:
    """Rows as sorted text, without what names the list itself."""
    own = {"source", "part", "segment", "site_id", "supplier_id", "restricted"}
    names = [key, *(c for c in frame.columns if c not in own)]
    return sorted(map(tuple, frame[names].apply(as_text).to_numpy().tolist()))


def as_text(column: pd.Series) -> pd.Series:
    """Whole numbers are the same whether a column of them is of integers or not."""
    return (column.astype("float64") if pd.api.types.is_numeric_dtype(column) else column).astype(str)


ANSWERS = (
    "site_class", "area_class", "certain_class", "possible_class", "zone_status", "rules_fired", "area_rules_fired",
    "rules_unknown", "gaps", "data_coverage", "rcm_status", "drc_status", "incidents_20km_12m", "deaths_20km_12m",
)  # fmt: skip


def agree(assessed: Assessment, screened: Screening) -> None:
    one = assessed.sites.set_index("site_id")
    two = screened.rows[screened.rows["answer"] == "accepted"].set_index("supplier_id")
    assert sorted(one.index) == sorted(two.index)
    for name in ANSWERS:
        assert as_text(one[name]).to_dict() == as_text(two[name]).to_dict(), name
    own = screened.evidence[screened.evidence["part"] == "origin"]
    left, right = rows_of(assessed.evidence, "site_id"), rows_of(own, "supplier_id")
    assert [r for r in left if r not in right] == [r for r in right if r not in left]
    assert len(left) == len(right)


def test_a_coverage_table_that_names_the_file_counts_in_both_jobs():
    content = files.DEMONSTRATION_SITES.read_bytes()
    inputs = Inputs(
        sites=[Source("sites.csv", content)],
        incidents=[Source("incidents_mine.csv", INCIDENTS)],
        coverage=[declared("incidents_mine.csv")],
    )
    # On this day 18 of the 140 were calm in one job and insufficient in the other.
    assessed, screened, _ = both(inputs, "sites.csv", content, dt.date(2019, 9, 19))
    assert len(assessed.sites) == 140
    assert "no indicators found" in set(assessed.sites["site_class"])
    agree(assessed, screened)


def test_findings_and_declared_routes_reach_every_job():
    lines = (
        b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"L1","from":"A","to":"B",'
        b'"mineral":"diamond"},"geometry":{"type":"LineString","coordinates":[[15.8,4.2],[15.8,6.2]]}}]}'
    )
    far = pd.DataFrame([{**VISITS.iloc[0], "site_id": "X", "visit_date": "2016-08-01", "lon": "15.8", "lat": "6.0",
                         "roadblock": "true", "armed_roadblock": "true", "admin2": "Carnot"}])  # fmt: skip
    ways = Source("lines.geojson", lines)
    visits = Source("visits.csv", csv(far))
    loaded = load(Inputs(sites=[ways, visits], findings=[Source("seen.csv", FINDINGS)]))
    assert "barriers seen" in set(loaded.findings["finding"])
    assert loaded.findings["finding"].str.contains("field mission").any(), "beside those of the project"
    (line,) = [s for s in loaded.sites if s.routes is not None]
    listed = "supplier_id,site_name,lat,lon,mineral,admin2,country\nL1,A,4.2,15.8,diamond,Carnot,CAF\n"
    screened = screen(read_suppliers(listed.encode(), "list.csv"), loaded, DAY)
    row = screened.rows.iloc[0]
    assert (row["known_site"], row["known_site_source"]) == ("L1", line.dataset)
    assert "H6" in row["rules_fired"].split(";"), "an armed roadblock 200 km away, on the declared route"
    assert screened.evidence.eq("barriers seen").any(axis=None)
    assessed = job.run(loaded, DAY).assessment
    assert "H6" in assessed.sites.set_index("site_id").loc["L1", "rules_fired"].split(";")


def test_two_files_of_one_version_are_both_known_by_name():
    half = INCIDENTS.splitlines(keepends=True)
    first, second = b"".join(half[:700]), half[0] + b"".join(half[700:])
    loaded = load(
        Inputs(
            sites=[Source("sites.csv", files.DEMONSTRATION_SITES.read_bytes())],
            incidents=[Source("early.csv", first), Source("late.csv", second)],
            coverage=[declared("early")],
        )
    )
    options = options_of(loaded)
    assert set(options["files"].values()) == {"late.csv"}
    assert set(options["coverage"]["dataset"]) == {VERSION}
    assert "no indicators found" in set(job.run(loaded, DAY).assessment.sites["site_class"])


def test_visits_of_the_sites_speak_of_an_asked_place():
    near = pd.DataFrame([{**VISITS.iloc[0], "site_id": "X", "visit_date": "2016-08-01", "lon": "20.1", "lat": "5.0",
                          "roadblock": "true", "armed_roadblock": "true"}])  # fmt: skip
    loaded = load(Inputs(sites=[Source("visits.csv", csv(near))]))
    run = ask_place.classify_place(loaded, 20.0, 5.0, DAY, default_rules())
    assert len(run.assessment.sites) == 1
    assert "H6" in run.assessment.sites.loc[0, "rules_fired"].split(";")


CELLS = {
    "minerals": st.sampled_from(["gold", "diamond", "cassiterite;gold", ""]),
    "country": st.sampled_from(["CAF", "COD", ""]),
    "coord_precision_km": st.sampled_from(["0.1", "5", ""]),
    "admin2": st.sampled_from(["Berbérati", "Carnot", "Bria", ""]),
}


@st.composite
def lists(draw: st.DrawFn) -> pd.DataFrame:
    """Demonstration sites, some of them changed, moved or without a place."""
    at = draw(st.lists(st.integers(0, len(SITES) - 1), min_size=1, max_size=8, unique=True))
    rows = SITES.iloc[at].copy()
    for i in rows.index:
        if draw(st.booleans()):
            rows.loc[i, "lat"] = f"{draw(st.floats(-4, 9)):.4f}"
            rows.loc[i, "lon"] = f"{draw(st.floats(14, 30)):.4f}"
        elif draw(st.integers(0, 9)) == 0:
            rows.loc[i, ["lat", "lon"]] = ""
        for name, values in CELLS.items():
            if draw(st.integers(0, 3)) == 0:
                rows.loc[i, name] = draw(values)
    # A site list of one source; two lists of one name would be two sources to a screening.
    return rows.drop(columns=["workers"])


@given(
    rows=lists(),
    day=st.dates(dt.date(2013, 1, 1), dt.date(2024, 12, 31)),
    named=st.sampled_from(["incidents_mine.csv", "incidents_mine", "Demonstration incidents", VERSION, "x"]),
    visited=st.booleans(),
    extra=st.booleans(),
    country=st.sampled_from(["", "CAF"]),
    vintage=st.sampled_from(["", "2015"]),
)
@settings(
    max_examples=examples(8),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # a run takes too long to be shrunk
)
def test_any_list_has_the_same_classes_and_evidence_in_both_jobs(rows, day, named, visited, extra, country, vintage):
    content = csv(rows)
    # Of the list's own sites: without polygons a region is known where some site of the run states it.
    seen = VISITS[VISITS["site_id"].isin(set(rows["site_id"]))]
    visited = visited and len(seen) > 0
    inputs = Inputs(
        sites=[Source("sites.csv", content), *([Source("visits.csv", csv(seen))] if visited else [])],
        incidents=[Source("incidents_mine.csv", INCIDENTS)],
        coverage=[declared(named)],
        boundaries=[Source("units.geojson", UNIT_BOX)] if extra else [],
        findings=[Source("seen.csv", FINDINGS)] if extra else [],
        country=country,
        boundaries_version=vintage,
    )
    loaded = load(inputs)
    agree(job.run(loaded, day).assessment, screen(read_suppliers(content, "sites.csv", country=country), loaded, day))


@given(
    rows=lists(),
    day=st.dates(dt.date(2013, 1, 1), dt.date(2024, 12, 31)),
    named=st.sampled_from(["incidents_mine.csv", "Demonstration incidents", "x"]),
    demonstration=st.booleans(),
    country=st.sampled_from(["", "CAF", "RCA"]),
    vintage=st.sampled_from(["", "2015"]),
)
@settings(
    max_examples=examples(3), deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=(Phase.generate,)
)
def test_the_app_runs_what_the_command_runs(rows, day, named, demonstration, country, vintage):
    """Same files and options, boundary vintage and country among them: the same result, file by file."""
    uploads = {
        "sites": ("sites.csv", csv(rows)),
        "incidents": ("incidents_mine.csv", INCIDENTS),
        "coverage": ("covered.csv", csv(COVERAGE.assign(dataset=named))),
        "boundaries": ("units.geojson", UNIT_BOX),
        "findings": ("seen.csv", FINDINGS),
    }
    if demonstration:  # it is never joined to files of one's own
        uploads = {}
    own = tuple(File(role, name, sha256(data).hexdigest(), data) for role, (name, data) in uploads.items())
    chosen = Data(demonstration, own, day, default_rules(), country, vintage)
    with tempfile.TemporaryDirectory() as folder:
        for name, data in uploads.values():
            (Path(folder) / name).write_bytes(data)
        named_by_option = {role: str(Path(folder) / name) for role, (name, _) in uploads.items()}
        shared = [
            "--sites", str(files.DEMONSTRATION_SITES), "--sites", str(files.DEMONSTRATION_VISITS),
            "--incidents", str(files.DEMONSTRATION_INCIDENTS), "--incident-coverage", str(files.DEMONSTRATION_COVERAGE),
        ]  # fmt: skip
        arguments = [part for role, path in named_by_option.items() for part in (f"--{role}", path)]
        arguments += [*(["--country", country] if country else [])]
        arguments += [*(["--boundaries-version", vintage] if vintage else [])]
        arguments = ["assess", *(shared if demonstration else []), *arguments, "--as-of", str(day), "--out", "x"]
        asked = cli.shared.inputs(cli.parser().parse_args(arguments))
        command = job.run(load(asked), day).files()
    app = job.run(load(chosen.inputs(), sites_needed=False), day, chosen.rules).files()
    assert sorted(app) == sorted(command)
    for name in app:
        assert without_clock(app[name]) == without_clock(command[name]), name


ODD = (
    b"Liste des puits;;;;;\nCode;Nom;Nord;Est;Substance;Pays\n"
    b"X1;Puits;16,1;4,2;gold;RCA\nX2;Nord;16,25;4,35;diamond;RCA\n"
)
"""A title above the header, columns that are not known, decimal commas, and the two coordinates exchanged."""
OF_ODD = ReadOptions(
    columns=(("lat", "Nord"), ("lon", "Est"), ("minerals", "Substance")), header_row=2, swap=True, decimal=",",
    day_first=True,
)  # fmt: skip
OWN_RULES = files.RULES.read_bytes().replace(b"within_km = 20", b"within_km = 30")


def test_the_app_reads_and_judges_as_the_command_does_whatever_a_reader_chose(tmp_path):
    """Ways of reading, zones, a list of the EU, a rule file and an edited level: the same result, file by file."""
    assert files.RULES.read_bytes() != OWN_RULES
    given = {
        "sites": ("odd.csv", ODD, OF_ODD),
        "incidents": ("incidents_mine.csv", INCIDENTS, NOTHING),
        "coverage": ("covered.csv", csv(COVERAGE.assign(dataset="incidents_mine.csv")), NOTHING),
        "boundaries": ("units.geojson", UNIT_BOX.replace(b',"shapeType":"ADM2"', b""), ReadOptions(level=2)),
        "zones": ("register.csv", files.ZONE_REGISTER.read_bytes(), NOTHING),
        "eu_list": ("eu.csv", b"area,country,code,kind,valid_from,valid_to\nCarnot,CAF,,admin2,2015-01-01,\n", NOTHING),
        "findings": ("seen.csv", FINDINGS, NOTHING),
        "rules": ("own_rules.toml", OWN_RULES, NOTHING),
    }
    own = tuple(File(role, name, sha256(data).hexdigest(), data, options=o) for role, (name, data, o) in given.items())
    for name, data, _ in given.values():
        (tmp_path / name).write_bytes(data)
    option = {"coverage": "--incident-coverage", "eu_list": "--eu-list"}
    arguments = [p for role, (n, *_) in given.items() for p in (option.get(role, f"--{role}"), str(tmp_path / n))]
    for column in ("lat=Nord", "lon=Est", "minerals=Substance"):
        arguments += ["--map", f"odd.csv:{column}"]
    arguments += ["--header-row", "odd.csv:2", "--swap", "odd.csv", "--level", "units.geojson:2", "--decimal", ","]
    arguments += ["--dates", "day", "--country", "CAF", "--boundaries-version", "2015", "--as-of", str(DAY)]
    args = cli.parser().parse_args(["assess", *arguments, "--out", "x"])
    rules = cli.shared.rule_file(args)
    command = job.run(load(cli.shared.inputs(args)), DAY, rules).files()
    chosen = Data(False, own, DAY, rules_of(OWN_RULES, "own_rules.toml"), "CAF", "2015")
    app = job.run(load(chosen.inputs(), sites_needed=False), DAY, chosen.rules).files()
    assert b"X1" in app["sites.csv"]
    assert sorted(app) == sorted(command)
    for name in app:
        assert without_clock(app[name]) == without_clock(command[name]), name


def without_clock(data: bytes) -> list[bytes]:
    return [line for line in data.split(b"\n") if b'"run_at"' not in line]


def test_the_options_of_reading_are_part_of_the_key():
    one = Data(True, (), DAY, default_rules())
    assert len({one.key, replace(one, country="CAF").key, replace(one, boundaries_version="2015").key}) == 3
