"""The command line on the embedded demonstration: every row answered, own ids first, files as promised."""

from __future__ import annotations

import csv
import json

from cli import main


def run(tmp_path, *more):
    out = tmp_path / "out"
    args = ["screen", "--list", "data/demonstration_suppliers.csv", "--incidents", "data/demonstration_incidents.csv"]
    args += ["--sites", "data/demonstration_sites.csv", "--sites", "data/demonstration_visits.csv"]
    args += ["--coverage", "data/demonstration_coverage.csv", "--as-of", "2018-12-31", "--out", str(out), *more]
    return main(args), out


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_row_is_answered_with_the_users_own_ids(tmp_path):
    code, out = run(tmp_path)
    assert code == 0
    rows = rows_of(out / "screening.csv")
    given = rows_of(__import__("pathlib").Path("data/demonstration_suppliers.csv"))
    assert next(iter(rows[0])) == "supplier_id"
    assert [r["supplier_id"] for r in rows] == [g["supplier_id"] for g in given]
    assert {p.name for p in out.iterdir()} >= {"screening.csv", "routes.csv", "evidence.csv", "report.html", "run.json"}
    own = {g["supplier_id"]: g["as_of"] for g in given if g["as_of"]}
    assert all(r["as_of"] == own.get(r["supplier_id"], "2018-12-31") for r in rows)
    assert {r["as_of_basis"] for r in rows} == {"row", "run"}
    record = json.loads((out / "run.json").read_text("utf-8"))
    assert record["suppliers"] == {"read": 20, "accepted": 20, "rejected": 0}
    assert record["demonstration"] is True


def test_the_same_call_gives_the_same_bytes(tmp_path):
    _, a = run(tmp_path / "a")
    _, b = run(tmp_path / "b")
    for name in ("screening.csv", "routes.csv", "evidence.csv", "segments.csv", "screening.xlsx", "screening.geojson"):
        assert (a / name).read_bytes() == (b / name).read_bytes(), name
