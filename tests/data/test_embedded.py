"""Every embedded file is listed with the right checksum and described; synthetic files say so everywhere."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import json
import re
from pathlib import Path

import pytest
import shapely

from layers.reference import files
from layers.reference.country_outlines import read_outlines, unpacked_outlines

DATA = files.DATA
FILES = sorted(p for p in DATA.iterdir() if p.is_file() and p.name not in {"README.md", "CHECKSUMS.sha256"})
REMEDY = "run `python scripts/checksums.py` and describe the file in data/README.md"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_list_of_checksums_holds_exactly_the_files() -> None:
    assert list(files.checksums()) == [p.name for p in FILES], REMEDY


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_checksum_and_description(path: Path) -> None:
    assert hashlib.sha256(path.read_bytes()).hexdigest() == files.checksum(path), REMEDY
    assert f"`{path.name}`" in (DATA / "README.md").read_text(encoding="utf-8"), REMEDY
    assert path.suffix == ".npz" or b"\r" not in path.read_bytes()


def test_the_readme_names_no_file_that_is_not_there() -> None:
    named = re.findall(r"`([a-z0-9_]+\.(?:csv|geojson|npz|toml))`", (DATA / "README.md").read_text(encoding="utf-8"))
    assert set(named) == {p.name for p in FILES}


def test_the_readme_describes_each_file_in_exactly_one_row() -> None:
    lines = (DATA / "README.md").read_text(encoding="utf-8").splitlines()
    first_cells = [line.split("|")[1] for line in lines if line.startswith("|")]
    described = [name for cell in first_cells for name in re.findall(r"`([^`]+)`", cell)]
    assert sorted(described) == [p.name for p in FILES], REMEDY


def test_packed_outlines_are_those_of_the_geojson(tmp_path: Path) -> None:
    source = files.COUNTRIES_OUTLINE.read_bytes()
    packed = unpacked_outlines(files.COUNTRIES_PACKED, source)
    assert packed is not None, "run `python -m scripts.write_outlines`"
    codes, geometry = read_outlines(source)
    assert packed[0] == codes
    assert shapely.equals_identical(packed[1], geometry).all()
    assert unpacked_outlines(files.COUNTRIES_PACKED, source + b" ") is None
    assert unpacked_outlines(tmp_path / "none.npz", source) is None


def test_every_constant_points_to_a_file() -> None:
    paths = [v for v in vars(files).values() if isinstance(v, Path)] + list(files.ADMIN1_OUTLINE.values())
    assert all(p.exists() for p in paths)


@pytest.mark.parametrize("path", sorted(DATA.glob("demonstration_*.csv")), ids=lambda p: p.name)
def test_synthetic_files_say_so_in_name_column_and_text(path: Path) -> None:
    assert files.is_demonstration(path)
    for row in rows(path):
        assert row.get("demonstration", "true") == "true"
        assert any("emonstration" in value for key, value in row.items() if key != "demonstration")


def test_the_demonstration_is_made_again_with_the_same_bytes() -> None:
    spec = importlib.util.spec_from_file_location("make_demonstration", files.ROOT / "scripts/make_demonstration.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["make_demonstration"] = module
    spec.loader.exec_module(module)
    for name, content in module.make().items():
        assert (DATA / name).read_bytes() == content, name


def test_the_demonstration_exercises_what_it_should() -> None:
    sites, incidents = rows(files.DEMONSTRATION_SITES), rows(files.DEMONSTRATION_INCIDENTS)
    assert len(sites) == len({s["site_id"] for s in sites}) == 140
    assert {s["admin2"] for s in sites} >= {"Berbérati", "Boda", "Carnot", "Nola", "Gadzi", ""}
    assert any(not s["lat"] for s in sites)
    assert any(s["lat"] and not s["coord_precision_km"] for s in sites)
    assert len(incidents) == len({i["record_id"] for i in incidents}) > 1400
    assert {i["precision"] for i in incidents} == set("123456")
    assert all(i["date_start"] <= i["date_end"] <= "2025-12-31" for i in incidents)
    assert all(int(i["deaths_low"]) <= int(i["deaths_best"]) <= int(i["deaths_high"]) for i in incidents)
    assert any(i["deaths_best"] == "0" < i["deaths_high"] for i in incidents)
    assert {i["effect"] for i in incidents} == {"lethal", "violent", "control"}
    assert all(int(i["deaths_civilians"]) <= int(i["deaths_best"]) for i in incidents)
    assert all(i["deaths_high"] == "0" for i in incidents if i["effect"] != "lethal")
    assert {i["violence"] for i in incidents} == {"state-based", "non-state", "one-sided"}
    assert "counts" not in incidents[0]
    visits = rows(files.DEMONSTRATION_VISITS)
    for fact in ("children_under_15", "mercury"):
        assert {v[fact] for v in visits} == {"", "true", "false"}
    for fact in ("traceability", "state_services"):
        assert {bool(v[fact]) for v in visits} == {True, False}
    assert "Boda region" in {i["admin2"] for i in incidents}
    assert {v["site_id"] for v in rows(files.DEMONSTRATION_VISITS)} < {s["site_id"] for s in sites}


def test_outlines_are_valid_and_hold_the_right_towns() -> None:
    collection = json.loads(files.COUNTRIES_OUTLINE.read_text(encoding="utf-8"))
    shapes = [shapely.geometry.shape(f["geometry"]) for f in collection["features"]]
    assert all(s.is_valid and s.geom_type == "MultiPolygon" for s in shapes)
    codes = [f["properties"]["iso3"] for f in collection["features"]]
    assert {"CAF", "COD", "AGO", "BDI", "CMR", "COG", "RWA", "SDN", "SSD", "TCD", "TZA", "UGA", "ZMB"} <= set(codes)
    by_code = dict(zip(codes, shapes, strict=True))
    towns = [t for t in rows(files.TOWNS) if t["iso3"] in ("CAF", "COD")]
    inside = sum(by_code[t["iso3"]].contains(shapely.Point(float(t["lon"]), float(t["lat"]))) for t in towns)
    # Towns on the border rivers may fall on the wrong bank of an outline of 400 m.
    assert inside >= len(towns) - 6, inside


def test_indicative_zones_are_marked_and_never_more_than_that() -> None:
    collection = json.loads(files.INDICATIVE_ZONES.read_text(encoding="utf-8"))
    assert {f["properties"]["unit"] for f in collection["features"]} == {"Berbérati", "Boda", "Carnot", "Gadzi", "Nola"}
    assert all(f["properties"]["indicative"] is True for f in collection["features"])
    assert all("never used for a verdict" in f["properties"]["note"] for f in collection["features"])
