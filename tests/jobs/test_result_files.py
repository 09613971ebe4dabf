"""The command line and the pages give the same files: a test for every job, name by name and byte by byte."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import cli
from geo.errors import InputError
from jobs.assessment.job import Run, load
from jobs.assessment.job import run as run_at
from jobs.assessment.site_profile import evidence_of
from jobs.backtest.job import BacktestResult
from jobs.programmes.export import ProgrammeRun
from jobs.result import Result, ResultFiles
from jobs.run_crate import CRATE
from jobs.run_options import later
from jobs.screening.job import ScreeningResult
from jobs.screening.own_tables import read_actors, read_governance
from layers.reference import files
from tests.companies.test_templates import smelters_of, workbook
from views.data_choice import File, demonstration
from views.navigation import FOLDER

Offered = dict[str, Callable[[], bytes]]
DAY = "2016-09-19"
DATA = [
    "--sites", str(files.DEMONSTRATION_SITES), "--sites", str(files.DEMONSTRATION_VISITS),
    "--incidents", str(files.DEMONSTRATION_INCIDENTS), "--incident-coverage", str(files.DEMONSTRATION_COVERAGE),
]  # fmt: skip


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Offered]:
    """What a page offers to download, by name."""

    def of(page: str, *own: File, **query: str) -> Offered:
        made: Offered = {}

        def button(_label: str, data: Callable[[], bytes], file_name: str, **_more: object) -> bool:
            made[file_name.removeprefix("demonstration_")] = data
            return False

        monkeypatch.setattr("streamlit.download_button", button)
        app = AppTest.from_file(str(FOLDER / page), default_timeout=120)
        for key, value in {"day": DAY, **query}.items():
            app.query_params[key] = value
        app.run()
        if own:
            app.session_state["files"] = {f"{f.role}/{f.sha256}": f for f in own}
            made.clear()
            for _ in range(20):  # a busy machine reads a file later than the first run
                app.run()
                if made:
                    break
                time.sleep(0.5)
        assert not app.exception
        assert not app.error
        return made

    return of


def written(tmp_path: Path, command: str, *more: str) -> dict[str, bytes]:
    out = tmp_path / "out"
    assert cli.main([command, *DATA, *more, "--as-of", DAY, "--out", str(out)]) == 0
    return {p.name: p.read_bytes() for p in out.iterdir()}


def same(page: Offered, command: dict[str, bytes]) -> None:
    assert sorted(set(command) - set(page)) == [], "files that the page does not offer"
    for name, data in command.items():
        assert without_clock(page[name]()) == without_clock(data), name


def without_clock(data: bytes) -> list[bytes]:
    return [line for line in data.split(b"\n") if b'"run_at"' not in line and b"UTC" not in line]


def test_assess(tmp_path, offered):
    command = written(tmp_path, "assess")
    assert {"sites.csv", "sites.geojson", "evidence.csv", "rejected.csv", "run.json"} <= set(command)
    same(offered("explore.py"), command)


def test_meeting(tmp_path, offered, monkeypatch):
    def drawn(subject, formats):
        return {name: f"{name} {subject.title} {subject.subtitle} {subject.rows}".encode() for name in formats}

    monkeypatch.setattr("jobs.meeting.job.map_files", drawn)
    command = written(tmp_path, "meeting", "--filter", "classes=high-risk")
    page = offered("explore.py", classes="high-risk")
    made = {
        n.removeprefix("demonstration_"): d
        for n, d in command.items()
        if n not in ("run.json", CRATE, "demonstration.txt", "data_cards.html")
    }
    assert len(made) >= 4
    # The page gives a project and its layers together, and the places of Earth among the sites shown.
    for name in [n for n in page if n.startswith("gis_") and n.endswith(".zip")]:
        with zipfile.ZipFile(io.BytesIO(page[name]())) as pair:
            for n in pair.namelist():
                page[n.rpartition("/")[2].removeprefix("demonstration_")] = functools.partial(bytes, pair.read(n))
    page |= {n.removeprefix("cahra-"): make for n, make in page.items() if n.endswith(".kml")}
    same(page, made)


def test_sites_of_the_icglr_are_offered_too(tmp_path, offered):
    listed = (
        "icglrId,nationalId,name,addressCountry,certificationStatus,certificationDate,activityStatus,mineSiteLocation,"
        'mineral\nCD-1,N1,Green once,COD,1,2015-03-01,1,"-2.5, 28.25",2609.00.00\n'
    )
    path = tmp_path / "md01.csv"
    path.write_text(listed, encoding="utf-8")
    own = File("sites", path.name, "0" * 64, listed.encode())
    out = tmp_path / "out"
    assert cli.main(["assess", "--sites", str(path), "--as-of", DAY, "--out", str(out)]) == 0
    command = {p.name: p.read_bytes() for p in out.iterdir()}
    assert "sites_md01.csv" in command
    same(offered("explore.py", own, demonstration="0"), command)


def test_screen(tmp_path, offered, monkeypatch):
    reviews = tmp_path / "reviews.sqlite"
    reviews.touch()  # a file that is not there is a mistyped name
    monkeypatch.setenv("CAHRA_REVIEWS", str(reviews))
    command = written(tmp_path, "screen", "--list", str(files.DEMONSTRATION_SUPPLIERS), "--reviews", str(reviews))
    assert {"screening.csv", "rejected.csv", "report.html", "run.json", "screening.xlsx"} <= set(command)
    same(offered("companies.py"), command)


def test_coverage(tmp_path, offered):
    command = written(tmp_path, "coverage", "--programmes", str(files.DEMONSTRATION_PROGRAMMES))
    assert {"money.csv", "money_totals.csv", "brief_CAF.html", "brief_COD.html", "gaps.csv", "map.html"} <= set(command)
    assert len(command) == 23, "20 files, the cards of the data, the crate and the word that it is a demonstration"
    same(offered("programmes.py"), command)


def test_backtest(tmp_path, offered):
    out = tmp_path / "out"
    assert cli.main(["backtest", *DATA, "--out", str(out)]) == 0
    same(offered("track_record.py"), {p.name: p.read_bytes() for p in out.iterdir()})


@pytest.mark.parametrize("job", [BacktestResult, Run, ScreeningResult, ProgrammeRun])
def test_every_job_has_the_one_shape(job):
    assert issubclass(job, Result)


def test_a_file_is_made_when_it_is_taken_and_a_table_once():
    import pandas as pd

    made: list[str] = []

    def page() -> bytes:
        made.append("page")
        return b"x"

    held = ResultFiles(
        {"a.csv": (pd.DataFrame({"a": ["=1"]}), ())}, {"p.html": page}, {"run_at": "2026-01-01T00:00:00Z"}
    )
    assert list(held) == ["a.csv", "p.html", "ro-crate-metadata.json", "run.json"]
    assert len(held) == 4
    assert held["a.csv"] == b"a\n'=1\n"
    assert made == []
    assert b'"a.csv": 1' in held["run.json"]
    assert held["p.html"] == b"x"
    assert made == ["page"]


def test_files_put_away_one_by_one_or_two_at_a_time_are_those_of_the_mapping_and_none_is_kept():
    import pandas as pd

    def held(first=()) -> ResultFiles:
        tables = {"z.csv": (pd.DataFrame({"a": ["=1"], "b": ["x"]}), ())}
        others = {"p.html": lambda: b"x", "q.json": lambda: iter([b"[", memoryview(b"1]")])}
        return ResultFiles(tables, others, {"run_at": "2026-01-01T00:00:00Z"}, first=first)

    for one in (held(), held(("z.csv", "other.csv")), held(lambda: ("z.csv",)), held(tuple)):
        given: dict[str, bytes] = {}
        one.put_away(lambda name, content, to=given: to.update({name: b"".join(map(bytes, pieces_of(content)))}))
        assert list(given)[-2:] == ["ro-crate-metadata.json", "run.json"]
        assert given == dict(held())
        assert one._made == {}


def pieces_of(content):
    return [content] if isinstance(content, bytes) else content


@pytest.mark.parametrize("first", [(), ("b.html",)])
def test_a_file_that_cannot_be_made_stops_those_behind_it(first):
    made: list[str] = []

    def broken() -> bytes:
        raise InputError("It cannot be made.")

    others = {"b.html": broken, **{f"c{i}.html": lambda i=i: made.append(f"c{i}") or b"x" for i in range(9)}}
    with pytest.raises(InputError, match="cannot be made"):
        ResultFiles({}, others, {"run_at": "2026-01-01T00:00:00Z"}, first=first).put_away(
            lambda name, content: list(content)
        )
    assert "run.json" not in made


def test_a_page_gets_its_run_without_evidence_and_the_same_files(monkeypatch):
    from geo.assessment import Assessment

    loaded, day, now = (
        load(demonstration().inputs()),
        dt.date.fromisoformat(DAY),
        dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
    )
    at_once = run_at(loaded, day, now=now)
    made = []
    real = Assessment._make
    monkeypatch.setattr(Assessment, "_make", lambda self: made.append(self) or real(self))
    run = run_at(loaded, day, now=now, engine=later(loaded))
    files = run.made_files()
    assert run.summary() == at_once.summary()
    assert files.offered == at_once.made_files().offered
    assert files["rejected.csv"]
    assert evidence_of(run, 0).to_csv() == evidence_of(at_once, 0).reset_index(drop=True).to_csv()
    assert not [m for m in made if m is run.assessment]
    assert list(files) == list(at_once.made_files())
    assert dict(files) == at_once.files()
    assert run.record == at_once.record


LISTS = {
    "cmrt.xlsx": lambda: workbook("CMRT", "6.5", smelters_of("CMRT")),
    "names.csv": lambda: b"Mine;pays\nBria;RCA\nRubaya;RDC\nNowhere at all;\n",
}


@pytest.mark.parametrize("name", [pytest.param("cmrt.xlsx", marks=pytest.mark.slow), "names.csv"])
def test_lists_as_people_have_them_with_their_own_tables_beside(tmp_path, offered, monkeypatch, name):
    reviews = tmp_path / "reviews.sqlite"
    reviews.touch()
    monkeypatch.setenv("CAHRA_REVIEWS", str(reviews))
    tables = {
        "actors": b"name,list\nM23,UN 1533\n,\n",
        "governance": b"area,indicator,value\nCAF,Rule of law,-1.7\nCOD,Rule of law,-1.6\n",
    }
    own = read_actors(tables["actors"], "actors.csv"), read_governance(tables["governance"], "governance.csv")
    monkeypatch.setattr("views.widgets.supplier_upload._own_tables", lambda _here: own)
    options = ["--reviews", str(reviews), "--as-of", DAY]
    for role, table in tables.items():
        (tmp_path / f"{role}.csv").write_bytes(table)
        options += [f"--{role}", str(tmp_path / f"{role}.csv")]
    data, out = LISTS[name](), tmp_path / "out"
    (tmp_path / name).write_bytes(data)
    assert cli.main(["screen", "--list", str(tmp_path / name), *options, "--out", str(out)]) == 0
    command = {p.name: p.read_bytes() for p in out.iterdir()}
    assert {"report.xlsx", "named_actors.csv", "governance.csv"} <= set(command)
    file = File("suppliers", name, hashlib.sha256(data).hexdigest(), data)
    same(offered("companies.py", file, demonstration="0"), command)
