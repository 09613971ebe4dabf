"""The benchmark measures what it says: seeded scenes, equal pairs, peers that are absent are named."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import costs, methods, run
from benchmarks.costs import by_phase, linearity, reading
from benchmarks.polygons import polygons
from benchmarks.scene import synthetic


@pytest.fixture(scope="module", params=[False, True])
def scene(request):
    return synthetic("small", 300, 6_000, one_date=request.param)


def pairs(found):
    return set(zip(*(np.asarray(v).tolist() for v in found), strict=True))


def test_a_scene_is_the_same_each_time(scene):
    again = synthetic("small", 300, 6_000, one_date=len(set(scene.as_of)) == 1)
    for name in ("site_lon", "lat", "day", "end", "as_of", "best", "precision"):
        assert (getattr(scene, name) == getattr(again, name)).all()


def test_the_exact_peers_that_are_here_find_our_pairs(scene):
    mine = pairs(methods.ours(scene))
    assert len(mine) > 50
    for method in ("geopandas_exact", "balltree", "ecef_tree", "duckdb", "sedonadb", "sedonadb_geography", "postgis"):
        if not run.absent(method):
            assert pairs(methods.METHODS[method][1](scene)) == mine, method
    assert pairs(methods.geopandas_dwithin(scene)) <= mine
    counted = methods.ours_sums(scene)[0]
    assert np.bincount(counted, minlength=300).tolist() == np.bincount([s for s, _ in mine], minlength=300).tolist()


def test_absent_peers_are_named(monkeypatch):
    monkeypatch.setattr(run.importlib.util, "find_spec", lambda name: None)
    assert run.absent("duckdb") == "duckdb, duckdb_extension_spatial not installed"
    assert run.absent("ours") == ""


def test_the_main_job_runs_on_a_scene(scene):
    from benchmarks.whole import frames
    from geo.assess import assess

    sites, incidents, options = frames(scene)
    result = assess(sites, incidents, **options)
    assert len(result.sites) == 300
    assert (result.sites["admin_basis"] == "polygon").mean() > 0.9


def test_every_phase_of_the_search_is_there_and_takes_its_part():
    rows = [line.split("|") for line in by_phase(["S"]) if line.startswith("| ")][1:]
    seconds = {name.strip(): float(cell.split()[0]) for _, name, cell, _ in rows}
    phases = [seconds[name] for name in seconds if name != "whole"]
    assert len(phases) == 5
    assert all(0 < s < seconds["whole"] for s in phases)


def test_a_scene_of_many_dates_has_one_for_each_site(monkeypatch):
    from benchmarks import whole

    monkeypatch.setitem(whole.SCENES, "S", (40, 100))
    sites, _, options = whole.scene_of("S", "many")
    assert len(options["as_of"]) == len(sites) == 40
    assert options["as_of"].nunique() > 30


def test_parts_beside_the_methods_end_with_a_table(tmp_path, monkeypatch):
    monkeypatch.setattr(costs, "STEPS", ((200, 2_000), (400, 4_000), (10**6, 10**7)))
    for lines, rows in (
        (linearity(tmp_path / "chart.svg", largest=400), 8),
        (reading(500), 6),
        (polygons(400, 3, 1), 6),
    ):
        cells = [line for line in lines if line.startswith("| ") and not line.startswith(("| method", "| file"))]
        assert len([line for line in cells if any(c.isdigit() for c in line)]) >= rows, lines[0]
        assert not [line for line in lines if "NO" in line]


def test_a_size_that_is_none_is_refused(tmp_path, capsys):
    with pytest.raises(SystemExit):
        run.main(["--size", "S,XL", "--out", str(tmp_path)])
    assert "no such size: XL" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_make_bench_ends_at_its_smallest_size(tmp_path):
    published = run.RESULTS.read_bytes()
    run.main(["--size", "S", "--repeats", "1", "--out", str(tmp_path)])
    found = (tmp_path / "results.md").read_text("utf-8")
    assert run.RESULTS.read_bytes() == published
    headings = [line for line in found.splitlines() if line.startswith("##")]
    assert [h.lstrip("# ").split(",")[0].split(":")[0] for h in headings] == [
        "Pairs within 25 km and 36 months", "S", "Where our time goes", "Cost against pairs found", "Reading costs",
        "Two Dask workers",
    ]  # fmt: skip
    assert "Failed" not in found
    assert "| NO |" not in found
    assert [line for line in found.splitlines() if line.startswith("| main job | S |")]


@pytest.mark.slow
def test_the_whole_job_is_measured_at_the_smallest_size():
    from benchmarks.whole import PARTS, whole

    rows = [line for line in whole("S", 1) if line.startswith("| ")]
    assert len(rows) == 1 + len(PARTS) + 2, "the parts, and GeoPandas with a date per site and with one"
    assert not [row for row in rows if "–" in row], "each has its ratio to GeoPandas"
