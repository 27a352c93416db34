# The two commands to know: `make run` and `make test`. What they need, they set up themselves.

PYTHON ?= python3
VENV_PYTHON := .venv/bin/python
INSTALL := $(PYTHON) zendeskdest/installing.py
UV := PATH="$(CURDIR)/.tools/bin:$$PATH" uv
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock"

# Many container images set it; then every command and worker of ours compiles Django as it starts.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup run test test-services check format axe bench torture lock

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/make \1|\2/' \
		| while IFS='|' read -r name does; do printf '%-20s %s\n' "$$name" "$$does"; done

setup: ## locked dependencies in .venv, secrets in .env, the database up to date
	@$(INSTALL)
	@$(VENV_PYTHON) -m zendeskdest.first_start
	@$(VENV_PYTHON) manage.py migrate --no-input --verbosity 0

# `serve --demo` brings the database up to date by itself: a second start stays quick.
run: ## the whole product with its Zendesk sandbox and a demo workspace; Ctrl-C stops it
	@$(INSTALL)
	@$(VENV_PYTHON) -m zendeskdest.first_start
	@exec $(VENV_PYTHON) manage.py serve --demo

test: ## every test, on SQLite and on PostgreSQL (ARGS="-k words" narrows it)
	@$(INSTALL) --dev
	@$(VENV_PYTHON) -m tests.services.run $(ARGS)

test-services: ## PostgreSQL, Redis and Chromium for the tests, with apt-get
	@$(PYTHON) tests/services/install.py

check: ## lint, format, types, architecture, migrations
	@$(INSTALL) --dev
	@$(VENV_PYTHON) -m zendeskdest.first_start
	$(VENV_PYTHON) -m ruff check .
	$(VENV_PYTHON) -m ruff format --check .
	$(VENV_PYTHON) -m mypy
	$(VENV_PYTHON) -m pytest -q tests/test_architecture.py
	$(VENV_PYTHON) manage.py makemigrations --check --dry-run
	$(VENV_PYTHON) manage.py check

format: ## put the source into the house's format
	@$(INSTALL) --dev
	$(VENV_PYTHON) -m ruff check --fix .
	$(VENV_PYTHON) -m ruff format .

axe: ## every page, dialog and answer to a mistake judged by axe, photographed in test-artefacts/
	@$(INSTALL) --dev
	@$(VENV_PYTHON) -m pytest tests/browser/survey $(ARGS)

bench: ## the benchmarks, with a table of results (ARGS="--list" names them)
	@$(INSTALL) --dev
	@$(VENV_PYTHON) -m tests.bench $(ARGS)

torture: ## the product under faults, with a verdict (ARGS="--list", ARGS="NAME --seed 1")
	@$(INSTALL) --dev
	@$(VENV_PYTHON) -m tests.torture $(ARGS)

lock: ## compile the lock files anew from pyproject.toml
	@$(INSTALL) --dev
	@echo uv | $(COMPILE) --output-file requirements-uv.lock -
	$(COMPILE) --output-file requirements.lock pyproject.toml
	$(COMPILE) --output-file requirements-dev.lock --extra dev -c requirements.lock pyproject.toml
