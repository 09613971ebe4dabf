"""The command line on the embedded demonstration: every row answered, own ids first, files as promised."""

from __future__ import annotations

import csv
import json

import pytest

from cli import main


def run(tmp_path, *more):
    out = tmp_path / "out"
    args = ["screen", "--list", "data/demonstration_suppliers.csv", "--incidents", "data/demonstration_incidents.csv"]
    args += ["--sites", "data/demonstration_sites.csv", "--sites", "data/demonstration_visits.csv"]
    args += [
        "--incident-coverage",
        "data/demonstration_coverage.csv",
        "--as-of",
        "2018-12-31",
        "--out",
        str(out),
        *more,
    ]
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


@pytest.mark.slow
def test_the_same_call_gives_the_same_bytes(tmp_path):
    """Left to the long run: `tests/jobs/test_verification.py` makes a screening again to the same bytes each time."""
    _, a = run(tmp_path / "a")
    _, b = run(tmp_path / "b")
    for name in ("screening.csv", "routes.csv", "evidence.csv", "segments.csv", "screening.xlsx", "screening.geojson"):
        assert (a / name).read_bytes() == (b / name).read_bytes(), name


def test_a_mapping_by_hand_roads_reviews_and_french(tmp_path):
    from jobs.screening.reviews import Reviews

    (tmp_path / "l.csv").write_text("k,la,lo,dla,dlo\nA,4.3,15.8,4.3,16.8\n", "utf-8")
    roads = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {"highway": "primary"},
             "geometry": {"type": "LineString", "coordinates": [[15.8, 4.3], [16.3, 4.8], [16.8, 4.3]]}}
        ],
    }  # fmt: skip
    (tmp_path / "roads.geojson").write_text(json.dumps(roads), "utf-8")
    args = ["screen", "--list", str(tmp_path / "l.csv"), "--as-of", "2018-12-31", "--language", "fr"]
    for pair in ("supplier_id=k", "lat=la", "lon=lo", "dest_lat=dla", "dest_lon=dlo"):
        args += ["--map", pair]
    args += ["--roads", str(tmp_path / "roads.geojson")]
    assert main([*args, "--out", str(tmp_path / "a")]) == 0
    row = rows_of(tmp_path / "a/screening.csv")[0]
    assert (row["route_basis"], row["decision"]) == ("network", "")
    assert main([*args, "--segment-km", "25", "--within-km", "5", "--months", "36", "--out", str(tmp_path / "c")]) == 0
    settings = json.loads((tmp_path / "c/run.json").read_text("utf-8"))["settings"]["routes"]
    assert (settings["segment_km"], settings["within_km"], settings["months"]) == (25, 5, 36)
    assert len(rows_of(tmp_path / "c/segments.csv")) < len(rows_of(tmp_path / "a/segments.csv"))
    assert main([*args, "--segment-km", "0", "--out", str(tmp_path / "d")]) == 2
    assert "Toutes les lignes" in (tmp_path / "a/report.html").read_text("utf-8")
    import pandas as pd

    told = pd.DataFrame([row]).assign(as_of=pd.to_datetime(row["as_of"]))
    args += ["--reviews", str(tmp_path / "r.sqlite")]
    assert main([*args, "--out", str(tmp_path / "e")]) == 2, "a mistyped file of decisions is no empty one"
    Reviews(tmp_path / "r.sqlite").decide(told, "escalate", "", "A", record={})
    assert main([*args, "--out", str(tmp_path / "b")]) == 0
    assert rows_of(tmp_path / "b/screening.csv")[0]["decision"] == "escalate"


def test_what_cannot_be_used_is_one_message(tmp_path, capsys):
    (tmp_path / "l.csv").write_text("lat,lon\n4,20\n", "utf-8")
    (tmp_path / "colours.csv").write_text("colour,size\nred,1\n", "utf-8")
    common = ["--as-of", "2018-12-31", "--out", str(tmp_path / "out")]
    for more in (
        ["--list", str(tmp_path / "none.csv")],
        ["--list", str(tmp_path / "colours.csv")],
        ["--list", str(tmp_path / "l.csv"), "--map", "supplier_id=nowhere"],
        ["--list", "data/demonstration_suppliers.csv", "--compare", str(tmp_path)],
        ["--list", "data/demonstration_suppliers.csv", "--roads", "data/demonstration_sites.csv"],
    ):
        assert main(["screen", *more, *common]) == 2
        bar, *printed = capsys.readouterr().err.strip().rsplit("\n", 1)
        printed = printed or [bar]
        assert printed[0].startswith("cahra: ")
        assert "\n" not in bar
    assert not (tmp_path / "out").exists()
