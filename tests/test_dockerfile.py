"""The image holds what the app needs and nothing private; what a build showed once stays mended."""

from __future__ import annotations

import ast
import re
import shlex
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[1]
# A line that ends in a backslash goes on in the next one.
LINES = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text("utf-8")).splitlines()
IGNORED = [line for line in (ROOT / ".dockerignore").read_text("utf-8").split() if not line.startswith("#")]


def of(word: str) -> list[str]:
    return [line.removeprefix(word).strip() for line in LINES if line.startswith(word + " ")]


def ignored(path: str) -> bool:
    """As Docker matches: a pattern is held against the path and each folder above it; `**/` is any depth, also none."""
    parts = PurePosixPath(path).parts
    for pattern in IGNORED:
        assert not pattern.startswith("!"), "this test knows no exceptions"
        tail = pattern.removeprefix("**/")
        for end in range(1, len(parts) + 1):
            starts = range(end) if tail != pattern else [0]
            if any(end - at == tail.count("/") + 1 and fnmatchcase("/".join(parts[at:end]), tail) for at in starts):
                return True
    return False


def test_what_is_copied_by_name_exists_and_is_let_in():
    sources = [word for line in of("COPY") for word in shlex.split(line)[:-1] if word != "."]
    assert "requirements.lock" in sources
    for source in sources:
        assert (ROOT / source).exists(), source
        assert not ignored(source), source


def test_all_that_the_app_reads_is_let_in():
    for top in ("geo", "i18n", "jobs", "layers", "views", "data", "locale", "static/atlas", ".streamlit"):
        made = ("*.mo", "**/__pycache__/*")
        there = [p for p in (ROOT / top).rglob("*") if p.is_file() and not any(map(p.match, made))]
        assert there, top
        assert [str(p) for p in there if ignored(p.relative_to(ROOT).as_posix())] == []
    for name in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["py-modules"]:
        assert not ignored(f"{name}.py")


@pytest.mark.parametrize(
    "path",
    [".git/config", ".venv/bin/python", ".env", "tests/conftest.py", "geo/__pycache__/a.pyc", "static/vendor/a.js"],
)
def test_nothing_private_or_stale_is_let_in(path):
    assert ignored(path)


def test_what_git_ignores_the_image_ignores():
    wanted = {line.strip("/") for line in (ROOT / ".gitignore").read_text("utf-8").split()}
    assert wanted - {line.removeprefix("**/") for line in IGNORED} == set()


def test_port_and_health_are_those_of_the_app():
    port = str(tomllib.loads((ROOT / ".streamlit/config.toml").read_text("utf-8"))["server"]["port"])
    assert of("EXPOSE") == [port]
    (check,) = of("HEALTHCHECK")
    assert f"http://127.0.0.1:{port}/" in check
    program = shlex.split(check.partition(" CMD ")[2])
    assert program[:2] == ["python", "-c"]
    ast.parse(program[2])


def test_an_app_that_listens_everywhere_asks_nobody_for_its_address():
    assert "0.0.0.0" in ast.literal_eval(of("CMD")[0])
    assert "STREAMLIT_LOGGER_HIDE_WELCOME_MESSAGE=true" in of("ENV")


def test_it_does_not_run_as_root():
    assert of("USER") == ["reader"]
    assert LINES.index("USER reader") < next(i for i, line in enumerate(LINES) if line.startswith("CMD "))
