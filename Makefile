# Two commands on a fresh machine: `make run` opens the app, `make test` installs what it needs and passes.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: setup compiled run test test-all check bench docs sbom audit image lock clean

setup: $(VENV)/.ready

$(VENV)/.ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else f"Python 3.11 or newer is needed, found {v[0]}.{v[1]}: call make PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q app.py cli geo i18n jobs layers views  # the children that read files keep nothing
	touch $@

# Every loop once, else each test process and the first large job would wait for it; they are kept beside the modules.
compiled: setup
	$(BIN)/python -m scripts.compile_loops

run: setup
	$(BIN)/cahra app

test: compiled
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-all: compiled
	CAHRA_THOROUGH=1 $(BIN)/python -m pytest -n 2 -m "slow or not slow"

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Beside its peers the project has an environment apart: the extension of DuckDB wants an older DuckDB than is locked.
bench: .venv-bench/.ready
	.venv-bench/bin/python -m scripts.compile_loops
	.venv-bench/bin/python -m benchmarks.run

.venv-bench/.ready: $(VENV)/.ready benchmarks/requirements.lock
	test -x .venv-bench/bin/python || $(BIN)/python -m venv .venv-bench
	.venv-bench/bin/python -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements.lock
	.venv-bench/bin/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation -e .
	.venv-bench/bin/python -m pip install --disable-pip-version-check --quiet --require-hashes -r benchmarks/requirements.lock
	touch $@

# API pages from docstrings, into site/; their tools have an environment of their own.
docs:
	test -x .venv-docs/bin/mkdocs || { $(PYTHON) -m venv .venv-docs && .venv-docs/bin/python -m pip install --quiet mkdocs-material==9.8.2 'mkdocstrings[python]==1.0.8'; }
	.venv-docs/bin/mkdocs build --quiet --strict

# What the project is made of, as CycloneDX: every package of the lock, with its hashes; the same lock, the same bytes.
sbom: setup
	$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --of JSON -o sbom.cdx.json requirements.lock

# Known weaknesses of what is locked. Asks a database over the network, so it is no part of `make test`.
audit:
	test -x .venv-audit/bin/pip-audit || { $(PYTHON) -m venv .venv-audit && .venv-audit/bin/python -m pip install --quiet 'pip-audit>=2.9'; }
	.venv-audit/bin/pip-audit --require-hashes --disable-pip -r requirements.lock
	.venv-audit/bin/pip-audit --require-hashes --disable-pip -r benchmarks/requirements.lock

# The image on a base that is named by its digest, which the registry is asked for and which is printed: keep it, and give
# it as BASE=python@sha256:... to build the same image again.
TAG = python:3.11-slim
image:
	base="$(BASE)"; test -n "$$base" || base="python@$$(docker buildx imagetools inspect $(TAG) --format '{{.Manifest.Digest}}')"; \
	  case "$$base" in *@sha256:*) ;; *) echo "no digest: $$base" >&2; exit 1;; esac; \
	  echo "$$base"; docker build --build-arg BASE="$$base" -t cahra-atlas .

# Makes the locks anew from pyproject.toml, for every platform, with hashes (needs `pip install uv`). What the benchmarks
# share with the project is of one version, but for DuckDB.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-header --upgrade --extra dev --extra cluster --extra fast pyproject.toml -o requirements.lock
	sed 's/ \\$$//' requirements.lock | grep -v '^duckdb==\|^ ' | \
	  uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-header -c - benchmarks/requirements.txt -o benchmarks/requirements.lock

clean:
	rm -rf $(VENV) .venv-audit .venv-bench .venv-docs site sbom.cdx.json static/vendor .mypy_cache .ruff_cache .hypothesis
