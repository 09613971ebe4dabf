"""The page and the command answer a list alike: every row, and every file byte for byte but for the time of the run."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cli import main
from jobs.screening.reviews import Reviews
from jobs.screening.screen import screen
from jobs.screening.supplier_list import read_suppliers
from layers.reference.files import DATA
from tests.companies.cases import DAY, data
from tests.companies.lists import FAULTY, HEADER, as_csv, real_list
from views.data_choice import File

PAGE = Path(__file__).resolve().parents[2] / "views" / "pages" / "companies.py"
TIMES = ("run_at", "command", "started_at", "finished_at")
RECORDS = ("run.json", "ro-crate-metadata.json")
Given = Sequence[tuple[str, str, Path]]
"""Role on the page, option of the command, file."""


def of_page(monkeypatch, listed: bytes, day: str, given: Given) -> dict[str, bytes]:
    """The files that the page offers."""
    offered: list[dict[str, bytes]] = []
    monkeypatch.setattr("views.widgets.downloads.run_files", lambda files, **_: offered.append(dict(files)))
    app = AppTest.from_file(str(PAGE), default_timeout=600)
    app.query_params["demonstration"] = "0"
    app.query_params["day"] = day
    app.run()
    own = {"list": ("suppliers", "list.csv", listed)}
    own |= {f"f{i}": (role, path.name, path.read_bytes()) for i, (role, _, path) in enumerate(given)}
    app.session_state["files"] = {
        key: File(role, name, hashlib.sha256(data).hexdigest(), data) for key, (role, name, data) in own.items()
    }
    app.run()
    assert not app.exception
    assert not app.error
    return offered[-1]


def of_command(folder: Path, listed: bytes, day: str, given: Given) -> dict[str, bytes]:
    """The files that the command writes."""
    (folder / "list.csv").write_bytes(listed)
    args = ["screen", "--list", str(folder / "list.csv"), "--as-of", day, "--out", str(folder / "out")]
    args += ["--reviews", str(Reviews().path)]
    for _, option, path in given:
        args += [option, str(path)]
    assert main(args) == 0
    return {path.name: path.read_bytes() for path in (folder / "out").iterdir()}


def decided(listed: bytes) -> None:
    """A decision on the first row, in the file of this computer that the page looks at and the command is given."""
    found = screen(read_suppliers(listed, "list.csv"), data(), DAY)
    Reviews().decide(found.rows.iloc[:1], "escalate", "ask for papers", "A. Reviewer", record=found.record)


def agree(page: dict[str, bytes], command: dict[str, bytes], rows: int) -> list[dict[str, str]]:
    """Holds the two against each other; gives the rows of the screening."""
    assert set(page) == set(command)
    differ = [name for name in command if name not in RECORDS and page[name] != command[name]]
    assert differ == []
    members = [json.loads(files["run.json"]) for files in (page, command)]
    assert members[0]["suppliers"] == members[1]["suppliers"]
    assert members[0]["settings"] == members[1]["settings"]
    inputs = [{(i["role"], i["file"], i["sha256"]) for i in record["inputs"]} for record in members]
    assert inputs[0] == inputs[1]
    answers = list(csv.DictReader(io.StringIO(page["screening.csv"].decode())))
    assert [int(r["row"]) for r in answers] == list(range(2, rows + 2))
    assert all(r["site_class"] if r["answer"] == "accepted" else r["reason"] for r in answers)
    return answers


@pytest.mark.slow
def test_a_list_with_faulty_rows_has_the_same_answers_and_files(monkeypatch, tmp_path):
    """Left to the long run: `tests/jobs/test_result_files.py` holds page and command against each other each time."""
    with (DATA / "demonstration_suppliers.csv").open(encoding="utf-8", newline="") as file:
        good = [{k: v for k, v in row.items() if k in HEADER} for row in csv.DictReader(file)]
    listed = as_csv(*good, *(row for row, _ in FAULTY))
    given = [
        ("sites", "--sites", DATA / "demonstration_sites.csv"),
        ("incidents", "--incidents", DATA / "demonstration_incidents.csv"),
        ("coverage", "--incident-coverage", DATA / "demonstration_coverage.csv"),
    ]
    decided(listed)
    page = of_page(monkeypatch, listed, "2021-06-30", given)
    answers = agree(page, of_command(tmp_path, listed, "2021-06-30", given), len(good) + len(FAULTY))
    assert sum(r["answer"] == "rejected" for r in answers) == len(FAULTY)


@pytest.mark.slow
@pytest.mark.real_data
def test_the_list_of_272_and_500_and_the_faulty_rows_has_the_same_answers_and_files(monkeypatch, tmp_path, shared_data):
    listed = real_list(shared_data)
    given = [
        ("incidents", "--incidents", shared_data / "conflict/ucdp_ged_23_1_car.geojson"),
        ("incidents", "--incidents", shared_data / "conflict/ucdp_ged_sample1000_v23_49cols.csv"),
        ("sites", "--sites", shared_data / "mines/cod_mines_curated_all_opendata_p_ipis.csv"),
        ("boundaries", "--boundaries", shared_data / "admin/geoboundaries_caf_adm2_2015_simplified.geojson"),
    ]
    decided(listed)
    page = of_page(monkeypatch, listed, "2020-06-30", given)
    answers = agree(page, of_command(tmp_path, listed, "2020-06-30", given), 772 + len(FAULTY))
    assert sum(r["answer"] == "accepted" for r in answers) == 772
