# The habits of this project. `make help` lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help setup demo run test check check-long check-postgres fmt bench fuzz soak assets screenshots clean

help: ## show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(VENV)/.done ## make .venv/ with everything in it

$(VENV)/.done: $(VENV)/.program
	$(PIP) --editable '.[dev]'
	@touch $@

$(VENV)/.program: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) --editable .
	@touch $@

demo: $(VENV)/.program ## see it work: sample mails over real SMTP, on SQLite, in a fresh folder (ONCE=1 ends by itself)
	$(BIN)/intake demo $(if $(ONCE),--once)

run: $(VENV)/.program ## run on config.toml, or on the defaults without one
	$(BIN)/intake serve $(if $(wildcard config.toml),--config config.toml)

test: setup ## run the tests
	$(BIN)/python -m pytest -m 'not long' --numprocesses auto --dist loadfile --no-loadscope-reorder

check: setup ## format, lint, types, layers, tests: what must pass before a commit
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test

check-long: setup ## the tests that take long
	$(BIN)/python -m pytest -m long tests/threats
	$(BIN)/python -m pytest -m long --numprocesses auto --dist loadfile --ignore tests/threats
	$(MAKE) check-postgres SUITES="$(foreach each,store desk inbound outbound threats,tests/$(each))"

check-postgres: setup ## the tests of everything that is kept, on PostgreSQL (SUITES=tests/store for some)
	$(BIN)/python -m pytest -m 'not long' --database postgres --numprocesses auto --dist loadfile --no-loadscope-reorder \
		$(or $(SUITES),$(foreach each,app cli desk inbound journeys outbound store threats web,tests/$(each)))

fmt: setup ## format and mend what can be mended by a machine
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup ## measure, each figure beside its floor in the same run
	$(BIN)/python -m benchmarks

fuzz: setup ## try damaged mails, forms, SMTP, policies and templates for SECONDS each (60); guided where atheris is there
	$(BIN)/python tests/support/fuzzing.py $(or $(SECONDS),60)

soak: setup ## kill the program while mail streams in, on and on; docs/reliability.md says how often (ROUNDS=5 ends)
	$(BIN)/python tests/support/soak.py $(ROUNDS)

assets: ## bring the console's vendored scripts from the npm registry anew
	sh tools/assets.sh

screenshots: setup ## draw the docs' pictures of the console anew, in Chromium
	$(BIN)/python tests/support/screenshots.py docs/images

clean: ## remove what was made here, never data
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist
