# One command each: demo, test, ui, bench, mutants, lint, format. The environment is made on first use, from the lock file.
PYTHON ?= python3
BIN := .venv/bin

.venv/.installed: requirements-dev.lock pyproject.toml
	@echo "making .venv from the lock file: about half a minute"
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	touch $@

# The web application: built with the machine's Node where there is one, else with the one pip brought.
export PATH := $(PATH):$(CURDIR)/$(BIN)
UI_SOURCES := $(shell find ui -type f -not -path '*/node_modules/*' -not -name openapi.json -not -name schema.d.ts)
ui/node_modules/.package-lock.json: ui/package-lock.json | .venv/.installed
	@echo "fetching what the web application is built with"
	cd ui && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
hub/web/sources.sha256: $(UI_SOURCES) ui/node_modules/.package-lock.json
	cd ui && npm run --silent build -- --logLevel warn

.PHONY: install ui demo test bench mutants lint format
install: .venv/.installed
ui: install hub/web/sources.sha256

demo: ui
	$(BIN)/hub demo

test: ui
	$(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist load --no-loadscope-reorder

bench: install
	$(BIN)/pytest benchmarks --benchmark-only

mutants:
	PYTHON="$(PYTHON)" .ci/mutants $(PART)

lint: ui
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hub openapi >ui/openapi.json
	cd ui && npm run --silent types >/dev/null && npm run --silent check && npm test --silent
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
