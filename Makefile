# One command each: demo, test, bench, mutants, lint, format. The environment is made on first use, from the lock file.
PYTHON ?= python3
BIN := .venv/bin

.venv/.installed: requirements-dev.lock pyproject.toml
	@echo "making .venv from the lock file: about half a minute"
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	touch $@

.PHONY: install demo test bench mutants lint format
install: .venv/.installed

demo: install
	$(BIN)/hub demo

test: install
	$(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist load --no-loadscope-reorder

bench: install
	$(BIN)/pytest benchmarks --benchmark-only

mutants:
	PYTHON="$(PYTHON)" .ci/mutants $(PART)

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
