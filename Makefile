# make report · make test · make test-all · make lab: each sets itself up in .venv, again only when the pins change.
# On Windows, or without make: see README.md.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
REPORT ?=
TEST ?= -n auto --dist loadfile -m "not slow"

PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
# uv installs ten times as fast; pip does it where uv cannot be had or finds no packages.
INSTALL = install() { $(BIN)/uv pip install --quiet --python $(BIN)/python "$$@" 2>/dev/null || $(PIP) install "$$@"; }; install

.PHONY: report test test-all catalogue lab clean

report: $(VENV)/runtime
	$(BIN)/v6monitor report $(REPORT)

test: $(VENV)/tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/pytest $(TEST)

test-all: TEST =
test-all: test

catalogue: $(VENV)/tests  # messages of the code and templates, into the Dutch catalogue
	$(VENV)/bin/pybabel -q extract -F pyproject.toml -k text -k plural:1,2 -k marked \
	  --no-default-keywords --no-location --sort-output -o $(VENV)/messages.pot lib/v6monitor
	$(VENV)/bin/pybabel -q update -l nl -i $(VENV)/messages.pot -o lib/v6monitor/language/nl.po \
	  --omit-header --width 0 --no-fuzzy-matching --ignore-obsolete

lab: $(VENV)/lab
	$(BIN)/jupyter lab --notebook-dir=. notebooks/00_start.ipynb

clean:
	rm -rf $(VENV) data/example/dashboards data/example/zones data/example/*.csv data/example/version .ruff_cache .mypy_cache .pytest_cache

$(VENV)/runtime: requirements.txt pyproject.toml setup.py
	@echo "Setting up $(VENV): half a minute, only this once"
	@$(PYTHON) -m venv $(VENV)
	-@$(PIP) install uv==0.13.9
	@$(INSTALL) --require-hashes -r requirements.txt
	@$(INSTALL) --no-build-isolation --no-deps --editable .
	@touch $@

$(VENV)/tests: $(VENV)/runtime requirements-dev.txt
	@$(INSTALL) --require-hashes -r requirements-dev.txt
	@touch $@

# JupyterLab asks at its first start whether it may fetch news.
$(VENV)/lab: $(VENV)/runtime
	@$(BIN)/jupyter labextension disable --level sys_prefix @jupyterlab/apputils-extension:announcements 2>/dev/null
	@touch $@
