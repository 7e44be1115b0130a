# Two commands matter: `make run` and `make test`. Everything else serves them.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
export HUB_DEMO ?= 1

.PHONY: run test lint types contracts lock bench clean

run: $(VENV)/.run ## Start the whole hub: environment, database, demo content, web, mail door, worker.
	@exec $(BIN)/python manage.py up

test: $(VENV)/.dev ## Run the whole test suite.
	@$(BIN)/python -m pytest -n 2 $(if $(HUB_JUNIT),--junitxml=$(HUB_JUNIT))

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/djlint --lint --quiet .
	$(BIN)/vermin --quiet --target=3.11- --violations --no-tips manage.py hub forums listserv conferences liaison cms

types: $(VENV)/.dev
	$(BIN)/mypy

contracts: $(VENV)/.dev
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run

bench: $(VENV)/.dev ## Print the figures of the benchmarks: ratios within one run.
	@for bench in tests/bench/*.py; do echo "== $$bench"; $(BIN)/python -m tests.bench.$$(basename $$bench .py) || exit 1; done

lock: ## Pin the newest allowed versions with their hashes.
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 pyproject.toml -o requirements.lock
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 pyproject.toml --extra dev -o requirements-dev.lock

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make run PYTHON=python3.12"; exit 1; }
	@echo "Making the environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { echo "Install Python's venv module first (Debian: apt install python3-venv)"; exit 1; }

$(VENV)/.run: requirements.lock | $(VENV)/bin/python
	@echo "Installing what the hub needs"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock | $(VENV)/bin/python
	@echo "Installing what the tests need"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ $(VENV)/.run

clean: ## Remove the environment and what tools left; the data folder stays.
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
