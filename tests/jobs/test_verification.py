"""`cahra verify`: no single edit of any column of any file passes, nor one by a forger who writes new hashes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import cli
from cli.verify_command import made_again
from geo import schema
from geo.errors import CahraError
from jobs.assessment.export import quadrants
from jobs.assessment.verify import WHY
from jobs.hashed_files import opened
from jobs.read_back import DifferenceError, typed
from jobs.run_record import RECORD
from jobs.verification import held_against, verify_files
from layers.formats.writers.cells import plain_types
from layers.formats.writers.geojson import geojson_bytes
from layers.reference import files as embedded
from tests.jobs.edits import document_edits, flipped, forged, one_of_each, table_edits


@dataclass
class Made:
    """A result, and how it is made again; runs are kept, for an edit seldom asks for another one."""

    files: dict[str, bytes]
    make: Callable[[Mapping[str, Any]], Mapping[str, bytes]]
    known: dict[str, dict[str, bytes]] = field(default_factory=dict)

    def again(self, record: Mapping[str, Any]) -> dict[str, bytes]:
        settings = record["settings"]
        asked = [record["run_at"][:20], *(settings.get(k) for k in ("as_of", "from", "to")), record.get("language")]
        key = json.dumps([*asked, record["job"]])
        if key not in self.known:
            self.known[key] = dict(self.make(record))
        return self.known[key]


def some(path: Path, column: str, number: int, folder: Path) -> str:
    """The rows of the first ids of a table, as a file of the same name in a folder."""
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    kept = frame[frame[column].isin(sorted(set(frame[column]))[:number])]
    (folder / path.name).write_bytes(kept.to_csv(index=False).encode())
    return str(folder / path.name)


@pytest.fixture(scope="module")
def options(tmp_path_factory) -> dict[str, list[str]]:
    """What each job is given: small parts of the demonstration data."""
    at = tmp_path_factory.mktemp("inputs")
    sites = [some(p, "site_id", 8, at) for p in (embedded.DEMONSTRATION_SITES, embedded.DEMONSTRATION_VISITS)]
    data = [text for path in sites for text in ("--sites", path)]
    data += ["--incidents", str(embedded.DEMONSTRATION_INCIDENTS), "--coverage", str(embedded.DEMONSTRATION_COVERAGE)]
    suppliers = some(embedded.DEMONSTRATION_SUPPLIERS, "supplier_id", 7, at)
    for name, day in (("before", "2016-12-31"), ("after", "2018-12-31")):
        assert cli.main(["assess", *data, "--as-of", day, "--out", str(at / name)]) == 0
    return {
        "assess": [*data, "--as-of", "2018-12-31"],
        "screen": ["--list", suppliers, *data, "--as-of", "2018-12-31"],
        "coverage": ["--programmes", str(embedded.DEMONSTRATION_PROGRAMMES), *data, "--as-of", "2018-12-31"],
        "backtest": [*data, "--from", "2015-12-31", "--to", "2017-12-31"],
        "sensitivity": [*data, "--as-of", "2018-12-31", "--from", "2018-11-30", "--draws", "5"],
        "compare": [str(at / "before"), str(at / "after")],
    }


JOBS = ("assess", "screen", "coverage", "backtest", "sensitivity", "compare")


@pytest.fixture(scope="module")
def made(options) -> Callable[[str], Made]:
    """The result of a job, made once."""
    known: dict[str, Made] = {}

    def of(job: str) -> Made:
        if job not in known:
            args = cli.parser().parse_args([job, *options[job], "--out", "x"])
            again = options[job] if job != "compare" else ["--before", options[job][0], "--after", options[job][1]]
            verifying = cli.parser().parse_args(["verify", "x", *again])
            known[job] = Made(args.make(args).files("en"), made_again(verifying))
        return known[job]

    return of


@pytest.mark.parametrize("job", JOBS)
def test_an_honest_result_verifies_and_a_new_run_gives_the_same_bytes(made, job):
    it = made(job)
    found = verify_files(it.files, "d")
    assert (found.differences, found.job) == ((), job)
    assert "Only a new run proves" in " ".join(found.lines())
    found = verify_files(it.files, "d", again=it.again)
    assert found.differences == ()
    assert found.lines()[-1] == "A new run of the inputs gives the same bytes."


def edits(files: Mapping[str, bytes], whole: bool):
    """Edits of each file: of every column, value and place, or one of each column and some of the others."""
    for name, data in files.items():
        if name.endswith(".csv"):
            found = table_edits(data) if whole else one_of_each(table_edits(data))
            yield from ((name, what, changed) for what, changed in found)
        if name.endswith("json"):
            every = (7 if name.endswith(".geojson") else 1) if whole else 1 + len(data) // 1_000
            yield from ((name, what, changed) for what, changed in document_edits(data, every=every))
        yield from ((name, what, changed) for what, changed in flipped(data, 40 if whole else 5))


WHOLE = [False, pytest.param(True, marks=pytest.mark.slow)]
"""A few edits of every column, or all."""


@pytest.mark.parametrize("whole", WHOLE)
@pytest.mark.parametrize("job", JOBS)
def test_hashes_find_every_edit_and_name_the_file(made, job, whole):
    files, tried = made(job).files, 0
    for name, what, changed in edits(files, whole):
        found = verify_files({**files, name: changed}, "d")
        assert found.differences == (f"{name} is not as it was written",), (name, what)
        tried += 1
    for name in set(files) - {RECORD}:
        less = {n: f for n, f in files.items() if n != name}
        assert verify_files(less, "d").differences == (f"{name} is missing",)
    assert verify_files({**files, "more.csv": b""}, "d").differences == ("more.csv is not part of the result",)
    assert tried > (150 if whole else 50)


@pytest.mark.parametrize("whole", WHOLE)
@pytest.mark.parametrize("job", JOBS)
def test_a_new_run_finds_every_edit_of_a_forger_who_writes_new_hashes(made, job, whole):
    """Held against the new run alone, without what derivation finds before; every 50th goes the whole way."""
    it, passed, tried = made(job), [], 0
    for name, what, changed in edits(it.files, whole):
        try:
            fake = forged(it.files, name, changed)
        except (ValueError, KeyError):  # no JSON any more, or no time of the run: the hashes alone find them
            continue
        if fake == it.files:  # the crate is made from the record, and the forger makes it again
            continue
        tried += 1
        record, found = opened(fake, "d")
        if not found:
            try:
                held_against(fake, it.again(record))
            except (CahraError, DifferenceError, LookupError, TypeError, ValueError):
                found = ["found"]
        if not found or (tried % 150 == 100 and not verify_files(fake, "d", again=it.again).differences):
            passed.append((name, what))
    assert passed == []
    assert tried > 30


def forged_through(files: Mapping[str, bytes], name: str, changed: bytes) -> dict[str, bytes]:
    """An edit of sites.csv by a forger who makes the GeoJSON and the counts of the record anew as well."""
    if name != "sites.csv":
        return forged(files, name, changed)
    try:
        sites = typed(changed, name, schema.ASSESSED + WHY)
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


@pytest.mark.parametrize("every", [151, pytest.param(1, marks=pytest.mark.slow)])
def test_what_derivation_alone_cannot_prove_is_said(made, every):
    """Every edit of a column that is not named as unproven is found without the inputs."""
    files = made("assess").files
    unproven = verify_files(files, "d").unproven
    wrong, found, tried = [], set(), 0
    for name in ("sites.csv", "evidence.csv", "rejected.csv"):
        for what, changed in list(table_edits(files[name]))[::every]:
            noticed = bool(verify_files(forged_through(files, name, changed), "d").differences)
            column = what.partition(":")[0]
            tried += 1
            if noticed:
                found.add((name, column))
            elif column not in (*named(unproven[name]), "rows exchanged"):
                wrong.append((name, what))
    assert wrong == []
    assert len(found) > (3 if every > 1 else 90)


COPIES = (
    ("evidence.csv", "deaths_best"), ("evidence.csv", "actor_a"), ("evidence.csv", "place"), ("evidence.csv", "events"),
    ("evidence.csv", "date_start"), ("evidence.csv", "fact"), ("sites.csv", "lat"), ("sites.csv", "zone_unit"),
    ("sites.csv", "zone_basis"), ("sites.csv", "admin1"), ("sites.csv", "admin2"), ("sites.csv", "visit_date"),
    ("sites.csv", "visit_basis"), ("sites.csv", "deaths_civilians_20km_12m"), ("sites.csv", "country_basis"),
    ("sites.csv", "events_one_sided_20km_12m"), ("sites.csv", "rcm_status_date"),
)  # fmt: skip
"""Columns that something else in the folder repeats: a forger of one cell is found without the inputs."""


def test_what_the_folder_says_twice_is_held_against_itself(made):
    files = made("assess").files
    passed = []
    for name, column in COPIES:
        edits_of = [(w, c) for w, c in table_edits(files[name]) if w.startswith(f"{column}: another value")]
        for what, changed in edits_of[:1]:
            if not verify_files(forged_through(files, name, changed), "d").differences:
                passed.append((name, what))
    assert passed == []


@pytest.mark.real_data
def test_an_honest_result_of_real_files_has_no_difference(shared_data):
    """Boundaries bring shares of incidents into the evidence, which are told by source."""
    args = ["assess", "--sites", str(shared_data / "mines/ipis_car_destinations_lines.geojson")]
    args += ["--incidents", str(shared_data / "conflict/ucdp_ged_23_1_car.geojson"), "--as-of", "2018-12-31"]
    args += ["--boundaries", str(shared_data / "admin/geoboundaries_caf_adm2_2015_simplified.geojson")]
    given = cli.parser().parse_args([*args, "--boundaries-version", "2015", "--out", "x"])
    assert verify_files(given.make(given).files("en"), "d").differences == ()
