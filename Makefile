# make report · make test · make lab: each sets itself up in .venv, again only when the pins change.
# On Windows, or without make: see README.md.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
REPORT ?=
TEST ?=

.PHONY: report test lab clean

report: $(VENV)/runtime
	$(BIN)/v6monitor report $(REPORT)

test: $(VENV)/tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/pytest $(TEST)

lab: $(VENV)/runtime
	$(BIN)/jupyter lab --notebook-dir=. notebooks/00_start.ipynb

clean:
	rm -rf $(VENV) data/example/[!R]* .ruff_cache .mypy_cache .pytest_cache

$(VENV)/runtime: requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	touch $@

$(VENV)/tests: $(VENV)/runtime requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@
