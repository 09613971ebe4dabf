"""`cahra verify`: no single edit of any column of any file passes, nor one by a forger who writes new hashes."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping

import pytest

import cli
from geo import schema
from jobs.assessment.export import quadrants
from jobs.assessment.verify import why_columns
from jobs.read_back import DifferenceError, typed
from jobs.run_crate import CRATE
from jobs.run_record import RECORD
from jobs.table_mark import OWN
from jobs.verification import verify_files
from layers.formats.writers.cells import plain_types
from layers.formats.writers.geojson import geojson_bytes
from tests.examples import THOROUGH
from tests.jobs import edited_results
from tests.jobs.edit_trials import is_declared, single_edits, tried
from tests.jobs.edited_results import FOLDERS, RECORDED, Made, options
from tests.jobs.edits import cell_edits, flipped, forged, table_edits

LATER = ("screen", "backtest", "sensitivity", "density", "meeting", "watch")
"""Jobs that are left to the long run, some of which take seconds to be made once more: they are verified in the ways of the others, and by the tests of their own folders."""
FEW = [pytest.param(job, marks=pytest.mark.slow) if job in LATER else job for job in FOLDERS]


@pytest.fixture(scope="module")
def given(tmp_path_factory) -> dict[str, list[str]]:
    """What each job is given."""
    return options(tmp_path_factory.mktemp("inputs"))


@pytest.fixture(scope="module")
def real(tmp_path_factory) -> dict[str, list[str]]:
    """The same without the column that says that rows are synthetic."""
    return options(tmp_path_factory.mktemp("real"), synthetic=False)


@pytest.fixture(scope="module")
def made(given) -> Callable[[str], Made]:
    """The result of a job, made once."""
    known: dict[str, Made] = {}

    def of(job: str) -> Made:
        return known.setdefault(job, known.get(job) or edited_results.made(job, given))

    return of


@pytest.mark.parametrize("job", FEW)
def test_an_honest_result_verifies_and_a_new_run_gives_the_same_bytes(made, job):
    it = made(job)
    found = verify_files(it.files, "d")
    assert (found.differences, found.job) == ((), RECORDED.get(job, job))
    assert "Only a new run proves" in " ".join(found.lines())
    found = verify_files(it.files, "d", again=it.again)
    assert found.differences == ()
    assert "A new run of the inputs gives the same bytes." in found.lines()[-3:]
    assert bool(found.taken) == (job == "watch")


READABLE = (".geojson", ".html", ".json", ".xml", ".svg", ".kml", ".gpkg", ".qgz")
"""Files whose bytes say that the data are synthetic; CSV and GeoTIFF say it in a column and a tag, see below."""


@pytest.mark.parametrize("job", FEW)
def test_every_job_leaves_a_crate_and_says_that_its_data_are_synthetic(made, job, tmp_path):
    from tests.jobs.test_run_crate import held  # skips where the library is not at hand

    files = made(job).files
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    held(tmp_path)
    record = json.loads(files[RECORD])
    assert record["demonstration"] is True
    assert {"incidents", "sites", "visits"} <= set(record["demonstration_layers"])
    assert "Demonstration data: synthetic (incidents, " in files["demonstration.txt"].decode()
    assert b"Demonstration data: synthetic." in files[CRATE]
    for name, data in files.items():
        if name.endswith(READABLE):
            assert re.search(rb"(?i)demonstration", data), name
        if name.endswith(".tif"):
            assert b'<Item name="demonstration">true</Item>' in data, name
    for name in record["cells_neutralised"]:
        rows = list(csv.DictReader(io.StringIO(files[name].decode(), newline="")))
        assert "demonstration" in files[name].decode().split("\n")[0].split(","), name
        assert {row["demonstration"] for row in rows} <= {"true"} or name in OWN, name
    if job == "meeting":
        own = set(files) - {RECORD, CRATE, "demonstration.txt", "data_cards.html"}
        assert all(name.startswith("demonstration_") for name in own)


@pytest.mark.parametrize(
    "job", [pytest.param(job, marks=pytest.mark.slow) if job != "compare" else job for job in FOLDERS]
)
def test_no_file_of_real_data_says_that_it_is_synthetic(real, job):
    """The column, the tag, the note and the names are those of synthetic data alone; `compare` makes two assessments."""
    files = edited_results.made(job, real).files
    record = json.loads(files[RECORD])
    assert (record["demonstration"], record["demonstration_layers"]) == (False, [])
    assert verify_files(files, "d").differences == ()
    assert not [name for name in files if name.startswith("demonstration")]
    for name in {*record["cells_neutralised"]} - OWN:
        assert "demonstration" not in files[name].decode().split("\n")[0].split(","), name
    assert not [name for name, data in files.items() if name.endswith(".tif") and b'name="demonstration"' in data]


def test_a_mark_that_is_not_what_the_record_says_is_found(made):
    files = made("compare").files
    assert files["moves.csv"].count(b",true\n") > 0
    for changed in (
        files["moves.csv"].replace(b",true\n", b",false\n"),
        files["moves.csv"].replace(b",true\n", b"\n").replace(b",demonstration\n", b"\n"),
    ):
        found = verify_files(forged(files, "moves.csv", changed), "d").differences
        assert found == ("moves.csv: demonstration is not true in every row, run.json says that data are synthetic",)


EACH_TIME = 120
"""Of the single edits of a result each so manieth is tried each time, all of them in the long run."""


@pytest.mark.parametrize("every", [EACH_TIME, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("job", FEW)
def test_no_single_edit_of_any_column_of_any_file_passes(made, job, every):
    """By its hash, whatever it is; by a new run where the forger wrote new hashes; else found, or said to be unproven."""
    found = tried(made(job), every)
    assert [(e.file, e.column) for e in (*found.unseen, *found.passed, *found.undeclared)] == []
    assert found.edits > (100 if every == 1 else 1)
    assert found.columns >= 11
    assert found.alone + found.declared > 0


def test_a_row_of_the_evidence_of_a_way_that_goes_or_comes_twice_is_found_or_said(made):
    it = made("screen")
    unproven = verify_files(it.files, "d").unproven
    number = 0
    for edit in single_edits({"evidence.csv": it.files["evidence.csv"]}):
        if edit.column in ("a row less", "a row twice", "rows exchanged", "a column more"):
            fake = forged(it.files, edit.file, edit.make())
            assert verify_files(fake, "d").differences or is_declared(edit, unproven), edit.column
            number += 1
    assert number >= 3


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.parametrize("job", FEW)
def test_hashes_find_a_byte_of_any_file_a_file_less_and_a_file_more(made, job, whole):
    files = made(job).files
    for name in files:
        for what, changed in flipped(files[name], 40 if whole else 3):
            found = verify_files({**files, name: changed}, "d")
            assert found.differences == (f"{name} is not as it was written",), (name, what)
        if name != RECORD:
            less = {n: f for n, f in files.items() if n != name}
            assert verify_files(less, "d").differences == (f"{name} is missing",)
    assert verify_files({**files, "more.csv": b""}, "d").differences == ("more.csv is not part of the result",)


def forged_through(files: Mapping[str, bytes], name: str, changed: bytes) -> dict[str, bytes]:
    """An edit of sites.csv by a forger who makes the GeoJSON and the counts of the record anew as well."""
    if name != "sites.csv":
        return forged(files, name, changed)
    try:
        sites = typed(changed, name, schema.ASSESSED + why_columns())
        record = json.loads(files[RECORD])
        counts = quadrants(sites)
        record["counts"] = {str(c): {str(k): int(v) for k, v in counts.loc[c].items()} for c in counts.index}
        record["sites"] = len(sites)
        more = {"sites.geojson": geojson_bytes(plain_types(sites)), RECORD: json.dumps(record).encode()}
    except (DifferenceError, ValueError, KeyError):
        return forged(files, name, changed)
    return forged({**files, **more}, name, changed)


def named(unproven: Iterable[str]) -> set[str]:
    """The columns, without the number of rows that may stand behind them."""
    return {text.partition(" (")[0] for text in unproven}


@pytest.mark.slow
def test_what_derivation_alone_cannot_prove_is_said(made):
    """Every edit of a column that is not named as unproven is found without the inputs."""
    files = made("assess").files
    unproven = verify_files(files, "d").unproven
    wrong, found, tried = [], set(), 0
    for name in ("sites.csv", "evidence.csv", "rejected.csv"):
        for what, changed in table_edits(files[name]):
            noticed = bool(verify_files(forged_through(files, name, changed), "d").differences)
            column = what.partition(":")[0]
            tried += 1
            if noticed:
                found.add((name, column))
            elif column not in (*named(unproven[name]), "rows exchanged"):
                wrong.append((name, what))
    assert wrong == []
    assert len(found) > 90


COPIES = (
    ("evidence.csv", "deaths_best"), ("evidence.csv", "actor_a"), ("evidence.csv", "place"), ("evidence.csv", "events"),
    ("evidence.csv", "date_start"), ("evidence.csv", "fact"), ("sites.csv", "lat"), ("sites.csv", "zone_unit"),
    ("sites.csv", "zone_basis"), ("sites.csv", "admin1"), ("sites.csv", "admin2"), ("sites.csv", "visit_date"),
    ("sites.csv", "visit_basis"), ("sites.csv", "deaths_civilians_20km_12m"), ("sites.csv", "country_basis"),
    ("sites.csv", "events_one_sided_20km_12m"), ("sites.csv", "rcm_status_date"),
)  # fmt: skip
"""Columns that something else in the folder repeats: a forger of one cell is found without the inputs.

Each third is tried each time, all in the long run."""


def test_what_the_folder_says_twice_is_held_against_itself(made):
    files = made("assess").files
    passed = []
    for name, column in COPIES[:: 1 if THOROUGH else 3]:
        changed = dict(cell_edits(files[name]))[column]()
        if not verify_files(forged_through(files, name, changed), "d").differences:
            passed.append((name, column))
    assert passed == []


@pytest.mark.real_data
def test_an_honest_result_of_real_files_has_no_difference(shared_data):
    """Boundaries bring shares of incidents into the evidence, which are told by source."""
    args = ["assess", "--sites", str(shared_data / "mines/ipis_car_destinations_lines.geojson")]
    args += ["--incidents", str(shared_data / "conflict/ucdp_ged_23_1_car.geojson"), "--as-of", "2018-12-31"]
    args += ["--boundaries", str(shared_data / "admin/geoboundaries_caf_adm2_2015_simplified.geojson")]
    given = cli.parser().parse_args([*args, "--boundaries-version", "2015", "--out", "x"])
    assert verify_files(given.make(given).files("en"), "d").differences == ()
