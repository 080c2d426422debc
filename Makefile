# Needs Python 3.11 or newer (with venv), git and make; everything else goes into .venv and .cache.
#
#   make run          demo yard and app              make bench        the figures, tests/bench/results.json
#   make test         the tests                      make soak         random kills (MINUTES=5 SEED=1)
#   make check        all that must be green         make screenshots  pictures of the real app

SHELL   := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

BIN     := .venv/bin
PIP     := -m pip --disable-pip-version-check -q
WORKERS ?= 4
MINUTES ?= 3
SEED    ?= 1
ARGS    ?=
# Folders are listed too: their time changes when a file goes.
SOURCES := $(shell find core tui config -not -path '*__pycache__*')

# Where it is set, each of the thousands of processes that the tests start would compile all modules anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test check lint types contracts bench soak screenshots wheel clean

help:
	@sed -n '/^#   make/s/^#   //p' Makefile

# -- what people call ---------------------------------------------------------------------------

run: .venv/.installed
	$(BIN)/jobyard demo --open

test: .venv/.dev
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --junitxml .cache/junit.xml $(ARGS)

check: lint types contracts test

lint: .venv/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

# The wheel is what people get, and mypy sees the mapped packages only there.
types: .venv/.dev .cache/types/.installed
	$(BIN)/mypy --python-executable .cache/types/bin/python --cache-dir .cache/mypy -p jobyard.core -p jobyard.tui

contracts: .venv/.dev
	$(BIN)/lint-imports --cache-dir .cache/import-linter

bench: .cache/bench/.installed
	.cache/bench/bin/python -m tests.bench $(ARGS)

soak: .venv/.dev
	$(BIN)/python -m tests.running.soak --minutes $(MINUTES) --seed $(SEED) $(ARGS)

screenshots: .venv/.dev
	$(BIN)/python -m tests.screenshots $(ARGS)

wheel: .cache/dist/.built

clean:
	rm -rf .venv .cache build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

# -- environments: a stamp each, so that a second run is fast -------------------------------------

.venv/bin/python:
	@for python in $${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do \
	    if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        exec "$$python" -m venv .venv; \
	    fi; \
	done; \
	echo 'make: jobyard needs Python 3.11 or newer. None was found. Install one, or say PYTHON=/path/to/python3.' >&2; exit 1

.venv/.installed: pyproject.toml | .venv/bin/python
	$(BIN)/python $(PIP) install -e .
	@touch $@

.venv/.dev: pyproject.toml | .venv/bin/python
	$(BIN)/python $(PIP) install -e '.[dev]'
	@touch $@ .venv/.installed

.cache/dist/.built: $(SOURCES) pyproject.toml | .venv/bin/python
	@rm -rf build .cache/dist
	$(BIN)/python $(PIP) wheel --no-deps --wheel-dir .cache/dist .
	@rm -rf build
	@touch $@

TYPES_NEEDS := types-PyYAML types-jsonschema types-psutil
BENCH_NEEDS := pyte

.cache/types/.installed: NEEDS := $(TYPES_NEEDS)
.cache/bench/.installed: NEEDS := $(BENCH_NEEDS)
.cache/%/.installed: .cache/dist/.built
	test -x .cache/$*/bin/python || $(BIN)/python -m venv .cache/$*
	.cache/$*/bin/python $(PIP) install .cache/dist/*.whl $(NEEDS)
	.cache/$*/bin/python $(PIP) install --force-reinstall --no-deps .cache/dist/*.whl
	@touch $@
