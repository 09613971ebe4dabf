"""Lists as people have them, through command and page: how long each takes, and whether both answer every row alike.

    .venv/bin/python -m benchmarks.own_lists FORM [--rows 3000] [--page]

FORM is `csv`, `title` (a workbook with three title lines and a blank one), `names` (an id and a name a row) or
`template` (a reporting template with three smelters a mine). The demonstration data are sites, incidents and coverage.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import resource
import tempfile
import time
from pathlib import Path

import openpyxl

import cli
from benchmarks.screening import listed
from layers.reference.files import DATA

DAY = "2018-12-31"
GIVEN = (
    ("sites", "--sites", DATA / "demonstration_sites.csv"),
    ("incidents", "--incidents", DATA / "demonstration_incidents.csv"),
    ("coverage", "--incident-coverage", DATA / "demonstration_coverage.csv"),
)


def rows_of(number: int) -> list[list[str]]:
    """Heading and rows of the list of :mod:`benchmarks.screening`."""
    with tempfile.TemporaryDirectory() as folder:
        listed(Path(folder) / "list.csv", number, False)
        return list(csv.reader(io.StringIO((Path(folder) / "list.csv").read_text("utf-8"))))


def made(form: str, number: int) -> tuple[str, bytes]:
    """Name and bytes of the list."""
    rows = rows_of(number)
    if form == "names":
        rows = [["id", "mine"], *([r[0], f"Demonstration site {i % 140:03d}"] for i, r in enumerate(rows[1:]))]
    if form in ("csv", "names"):
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(rows)
        return "list.csv", out.getvalue().encode()
    if form == "template":
        from tests.companies.test_templates import workbook

        smelters = [
            {"metal": "Gold", "name": f"Works {i}", "country": "Belgium", "id": f"CID{i:06d}",
             "mines": f"Demonstration site {i % 140:03d}", "abroad": "Central African Republic"}
            for i in range(number)
        ]  # fmt: skip
        return "template.xlsx", workbook("CMRT", "6.5", smelters)
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (["Example Trading Ltd"], ["Suppliers, second quarter"], ["confidential"], [], *rows):
        sheet.append(line)
    out_bytes = io.BytesIO()
    book.save(out_bytes)
    return "list.xlsx", out_bytes.getvalue()


def by_command(folder: Path, name: str, data: bytes) -> dict[str, bytes]:
    (folder / name).write_bytes(data)
    args = ["screen", "--list", str(folder / name), "--as-of", DAY, "--out", str(folder / "out")]
    for _, option, path in GIVEN:
        args += [option, str(path)]
    assert cli.main(args) == 0
    return {p.name: p.read_bytes() for p in (folder / "out").iterdir()}


def by_page(name: str, data: bytes) -> dict[str, bytes]:
    from streamlit.testing.v1 import AppTest

    from views.data_choice import File
    from views.widgets import downloads

    offered: list[dict[str, bytes]] = []
    downloads.run_files = lambda files, **_: offered.append(dict(files))  # type: ignore[assignment]
    app = AppTest.from_file(str(Path(__file__).parents[1] / "views/pages/companies.py"), default_timeout=1200)
    app.query_params["demonstration"], app.query_params["day"] = "0", DAY
    app.run()
    own = {"list": ("suppliers", name, data)} | {r: (r, p.name, p.read_bytes()) for r, _, p in GIVEN}
    app.session_state["files"] = {k: File(r, n, hashlib.sha256(b).hexdigest(), b) for k, (r, n, b) in own.items()}
    for _ in range(60):  # a long list is read in a process of its own, and the page asks again
        app.run()
        if offered:
            return offered[-1]
        time.sleep(2)
    raise SystemExit(f"the page gave no files: {[e.value for e in (*app.error, *app.warning, *app.info)]}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("form", choices=("csv", "title", "names", "template"))
    parser.add_argument("--rows", type=int, default=3_000)
    parser.add_argument("--page", action="store_true", help="hold the page against the command")
    given = parser.parse_args()
    name, data = made(given.form, given.rows)
    with tempfile.TemporaryDirectory() as folder:
        begun = time.process_time()
        command = by_command(Path(folder), name, data)
        line = f"{given.form}, {given.rows} rows: command {time.process_time() - begun:.0f} processor s"
        answers = list(csv.DictReader(io.StringIO(command["screening.csv"].decode())))
        open_rows = [r for r in answers if not (r["site_class"] if r["answer"] == "accepted" else r["reason"])]
        line += f", {len(answers)} answered, {len(open_rows)} open"
        if given.page:
            begun = time.process_time()
            page = by_page(name, data)
            same = [n for n in command if n not in ("run.json", "ro-crate-metadata.json", "report.html", "report.xlsx")]
            differ = [n for n in same if page.get(n) != command[n]]
            line += f"; page {time.process_time() - begun:.0f} processor s, files that differ: {differ or 'none'}"
    print(line, f"; peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
