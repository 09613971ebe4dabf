"""What the project is made of is named, pinned and hashed; the list of it can be made and is the same each time."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "benchmarks/requirements.lock")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


def pins(lock: str) -> dict[str, list[str]]:
    """Packages of a lock with their version and marks, and the hashes of each."""
    text = re.sub(r"\\\n\s*", " ", (ROOT / lock).read_text("utf-8"))
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    return {line.split(" --hash=")[0].strip(): re.findall(r"--hash=sha256:([0-9a-f]{64})", line) for line in lines}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_of_one_version_with_hashes(lock):
    found = pins(lock)
    assert len(found) >= 25
    for name, hashes in found.items():
        assert re.match(r"[a-z0-9][a-z0-9._-]*==[^\s;]+(?: ; .+)?$", name), name
        assert hashes, name


def test_what_is_asked_for_is_locked_and_installed_by_hash():
    wanted = re.findall(r"^([a-z][a-z0-9-]*)", (ROOT / "benchmarks" / "requirements.txt").read_text("utf-8"), re.M)
    locked = {name.split("==")[0] for name in pins("benchmarks/requirements.lock")}
    assert set(wanted) <= locked
    for line in MAKEFILE.splitlines():
        if "pip install" in line and "-r " in line:
            assert "--require-hashes" in line, line


def test_the_benchmarks_leave_the_environment_of_the_project_as_it_is():
    """Both locks pin what they share alike, but for DuckDB, whose extension wants an older one: it stands apart."""
    ours, theirs = (dict(name.split(" ; ")[0].split("==") for name in pins(lock)) for lock in LOCKS)
    assert {name for name in ours.keys() & theirs.keys() if ours[name] != theirs[name]} <= {"duckdb"}
    for line in MAKEFILE.splitlines():
        if "pip install" in line and "benchmarks/requirements.lock" in line:
            assert line.strip().startswith(".venv-bench/bin/python"), line


@pytest.mark.skipif(
    shutil.which("cyclonedx-py", path=str(Path(sys.executable).parent)) is None, reason="cyclonedx-bom is not installed"
)
def test_the_list_of_parts_names_every_pin_with_its_hashes_and_is_the_same_each_time(tmp_path):
    command = re.search(r"\$\(BIN\)/cyclonedx-py (.+) -o sbom.cdx.json requirements.lock", MAKEFILE)
    made = []
    for number in range(2):
        out = tmp_path / f"{number}.json"
        tool = Path(sys.executable).parent / "cyclonedx-py"
        quick = [*command[1].split(), "--no-validate"]  # `make sbom` holds it to the schema; that takes half a minute
        subprocess.run([tool, *quick, "-o", out, "requirements.lock"], cwd=ROOT, check=True)
        made.append(out.read_bytes())
    assert made[0] == made[1]
    bom = json.loads(made[0])
    assert bom["bomFormat"] == "CycloneDX"
    listed = {
        f"{part['name']}=={part['version']}".lower(): {
            h["content"] for reference in part.get("externalReferences", ()) for h in reference.get("hashes", ())
        }
        for part in bom["components"]
    }
    for name, hashes in pins("requirements.lock").items():
        assert listed[name.split(" ;")[0].lower()] == set(hashes), name
    assert bom["metadata"]["component"]["name"] == "cahra-atlas"


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@pytest.mark.parametrize(
    ("given", "said", "base"),
    [
        ([], "sha256:" + "a" * 64, "python@sha256:" + "a" * 64),
        (["BASE=python@sha256:" + "b" * 64], "", "python@sha256:" + "b" * 64),
        ([], "", ""),  # the registry is not reached
        (["BASE=python:3.11-slim"], "", ""),
    ],
)
def test_the_image_is_built_on_a_digest_or_not_at_all(given, said, base, tmp_path):
    log = tmp_path / "log"
    (tmp_path / "docker").write_text(f'#!/bin/sh\n[ "$1" = buildx ] && echo "{said}" || echo "$@" >> {log}\n')
    (tmp_path / "docker").chmod(0o755)
    path = f"{tmp_path}:/usr/bin:/bin"
    done = subprocess.run(["make", "image", *given], cwd=ROOT, env={"PATH": path}, capture_output=True, text=True)
    assert (done.returncode == 0) == bool(base)
    built = log.read_text() if log.exists() else ""
    assert built == (f"build --build-arg BASE={base} -t cahra-atlas .\n" if base else "")
