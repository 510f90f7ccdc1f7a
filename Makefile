# Two commands: `make run` and `make test`. The rest is for those who work on the project.
# Everything happens in .venv, made from the lock files by plain pip.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin

# What a run installs, and what the tests add to it.
BASE := .venv/.installed-base
DEV := .venv/.installed-dev
# The count of collected packages is the progress: pip itself is silent while it resolves hashes.
INSTALL = $(BIN)/pip install --disable-pip-version-check --require-hashes --no-compile -r
COUNT = awk '/^Collecting / { if (++n % 20 == 0) { print "  " n " packages found"; fflush() } } /^Installing/ { print "  installing " n " packages"; fflush() } /ERROR/ { print; fflush() }'

LOCK = pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras \
  --no-emit-index-url --no-annotate --no-header --upgrade

.PHONY: help run test test-all bench dev lock lint clean

help: ## say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(BASE) ## sync the org (or the embedded sandbox), build, check, publish, write the packs
	@$(BIN)/salespulse run

dev: $(BASE) ## open Dagster's page with the same assets and schedules
	@$(BIN)/salespulse dev

test: $(DEV) ## lint, types, unit, integration, dbt and architecture tests
	@$(BIN)/python -m tests.support.gate

test-all: $(DEV) ## the above and the slow ones
	@$(BIN)/python -m tests.support.gate --all

bench: $(DEV) ## measure; results belong in docs/benchmarks.md
	@$(BIN)/pytest tests/benchmarks tests/e2e tests/faults -m bench -s

lint: $(DEV) ## mend what can be mended
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

lock: $(DEV) ## renew the lock files (versions and hashes, no addresses)
	@$(BIN)/uv pip compile $(LOCK) --extra build -o requirements.lock
	@$(BIN)/uv pip compile $(LOCK) --extra build --extra dev -o requirements-dev.lock

clean: ## remove what was produced, not the warehouse
	@rm -rf .venv *.egg-info dbt_project/target dbt_project/logs .mypy_cache .ruff_cache .pytest_cache

.venv/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "salespulse needs Python 3.11 or newer, '$(PYTHON)' is older: name another one, make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	@echo "Making .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv

$(BASE): requirements.lock pyproject.toml | .venv/pyvenv.cfg
	@echo "Installing what salespulse runs on (once, about a minute)"
	@$(INSTALL) requirements.lock | $(COUNT)
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# One installation of both: the lock of the tests holds all of the other one.
$(DEV): requirements-dev.lock requirements.lock pyproject.toml | .venv/pyvenv.cfg
	@echo "Installing what salespulse runs on and what its tests need (once)"
	@$(INSTALL) requirements-dev.lock | $(COUNT)
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(BASE) $@
