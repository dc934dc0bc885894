# One .venv for everything. A stamp .venv/.NAME says that the extra NAME is installed; it is made again when
# pyproject.toml or constraints.txt change. The install is editable, so a change of the sources needs no new one.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.NOTPARALLEL:
.PHONY: help run studio test thorough quick cover lint format docs pages data bench clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

# --past: the day is a fixed one, and is to give an answer after it has gone by, too.
run: .venv/.run ## answer the first question: Xi'an to Istanbul
	$(BIN)/karvan plan "Xi'an" Istanbul --depart 2026-12-01 --load 2xFEU --past

studio: ## the studio's sources, for work on them: needs node, and `karvan serve --port 8400` beside it
	cd web && npm ci && npm run dev

test: .venv/.test ## all tests but the thorough ones
	$(BIN)/pytest -n auto -m "not thorough"

thorough: .venv/.test ## long validations: the simulator against theory, SimPy and Ciw, the better part of an hour
	$(BIN)/pytest -n auto -m thorough

look: .venv/.test ## the studio in a browser, all of it, with screenshots in build/screenshots
	$(BIN)/pytest -n auto tests/studio

quick: .venv/.test ## the tests without those marked long
	$(BIN)/pytest -n auto -m "not long and not thorough"

cover: .venv/.test ## the tests with kernels uncompiled, and what lines they reach
	NUMBA_DISABLE_JIT=1 $(BIN)/pytest -n auto -m "not thorough" --cov --cov-report=term

lint: .venv/.lint ## style, form, types, floors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: .venv/.lint ## settle the form, mend what can be mended
	$(BIN)/ruff check --fix --exit-zero --quiet .
	$(BIN)/ruff format .

docs: .venv/.docs ## the pages, in build/docs
	$(BIN)/sphinx-build -W --keep-going -b html docs build/docs

pages: .venv/.run ## fresh results in README.md and on the pages that show some
	$(BIN)/python tools/print_register.py
	$(BIN)/python tools/print_validation.py
	$(BIN)/python tools/print_projects.py
	$(BIN)/python tools/print_scenarios.py
	$(BIN)/python tools/refresh_pages.py
	$(BIN)/python tools/refresh_readme.py

data: .venv/.build ## the corridor package, from its facts and recipes
	$(BIN)/python tools/build_middle_corridor.py

bench: .venv/.test .venv/.bench ## the benchmarks
	$(BIN)/pytest benchmarks --benchmark-only -o python_files='bench_*.py' --benchmark-columns=min,median,max,rounds
	$(BIN)/python benchmarks/start.py
	$(BIN)/python -m benchmarks.bench_sim
	$(BIN)/python -m benchmarks.bench_front
	$(BIN)/python -m benchmarks.bench_timetable
	$(BIN)/python -m benchmarks.bench_batch
	$(BIN)/python -m benchmarks.bench_assign
	$(BIN)/python -m benchmarks.bench_multicommodity

clean: ## all that can be made again
	rm -rf src/karvan/web web/generated web/node_modules
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks .coverage

.venv/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "karvan needs Python 3.11 or newer; name one: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/.run: pyproject.toml constraints.txt .venv/.python
	$(PIP) --editable .
	@touch $@

.venv/.%: pyproject.toml constraints.txt .venv/.python
	$(PIP) --editable '.[$*]'
	@touch $@
