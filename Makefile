# make report · make test · make test-all · make lab: each sets itself up in .venv, again only when the pins change.
# On Windows, or without make: see README.md.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
REPORT ?=
ATTACKS ?= tests/attacks
TEST ?= -n auto --dist loadfile -m "not slow"

PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
# uv installs ten times as fast; pip does it where uv cannot be had or finds no packages. Without bytecode
# the first report takes twice the time.
INSTALL = install() { $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python "$$@" 2>/dev/null || $(PIP) install "$$@"; }; install
UV = uv==0.13.9

.PHONY: report test test-all attacks picture audit sbom catalogue lab clean

report: $(VENV)/runtime $(if $(findstring --pdf,$(REPORT)),$(VENV)/extras)
	$(BIN)/v6monitor report $(REPORT)

test: $(VENV)/tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/pytest $(TEST)

test-all: TEST = -n auto --dist loadfile
test-all: test

attacks: $(VENV)/tests  # all of tests/attacks with large numbers, into the table of docs/security.md
	V6MONITOR_ATTACKS=$(VENV)/attacks.json V6MONITOR_PACKETS=100000 \
	  $(BIN)/pytest $(ATTACKS) -n 2; status=$$?; \
	  $(BIN)/python docs/security.py $(VENV)/attacks.json && exit $$status

catalogue: $(VENV)/tests  # messages of the code and templates, into the Dutch catalogue
	$(VENV)/bin/pybabel -q extract -F pyproject.toml -k text -k plural:1,2 -k marked \
	  --no-default-keywords --no-location --sort-output -o $(VENV)/messages.pot lib/v6monitor
	$(VENV)/bin/pybabel -q update -l nl -i $(VENV)/messages.pot -o lib/v6monitor/language/nl.po \
	  --omit-header --width 0 --no-fuzzy-matching --ignore-obsolete

picture: $(VENV)/tests  # of README.md, by Chromium, from the report on the example data
	$(BIN)/v6monitor report --example --quiet
	$(BIN)/python docs/picture.py

audit: $(VENV)/audit/tools  # the pins against the list of known vulnerabilities
	@$(VENV)/audit/bin/python docs/audit.py

sbom: $(VENV)/audit/tools  # bill of materials beside a release: what is installed to run it
	@$(VENV)/audit/bin/python -W ignore -m cyclonedx_py requirements --pyproject pyproject.toml --mc-type application \
	  --output-reproducible --of JSON -o sbom.cdx.json requirements.txt
	@echo "sbom.cdx.json: CycloneDX, of requirements.txt"

lab: $(VENV)/lab
	$(BIN)/jupyter lab --notebook-dir=. notebooks/00_start.ipynb

clean:
	rm -rf $(VENV) sbom.cdx.json data/example/dashboards data/example/zones data/example/*.csv data/example/version .ruff_cache .mypy_cache .pytest_cache

$(VENV)/runtime: requirements.txt pyproject.toml setup.py
	@echo "Setting up $(VENV): half a minute, only this once"
	@$(PYTHON) -m venv $(VENV)
	-@$(PIP) install $(UV)
	@$(INSTALL) --require-hashes -r requirements.txt
	@$(INSTALL) --no-build-isolation --no-deps --editable .
	-@$(PIP) uninstall --yes uv
	@touch $@

$(VENV)/extras: $(VENV)/runtime requirements-extras.txt  # explore and pdf, for Lab and --pdf
	@$(INSTALL) --require-hashes -r requirements-extras.txt
	@touch $@

$(VENV)/tests: $(VENV)/runtime requirements-extras.txt requirements-dev.txt
	-@$(PIP) install $(UV)
	@$(INSTALL) --require-hashes -r requirements-extras.txt
	@$(INSTALL) --require-hashes -r requirements-dev.txt
	@touch $@

$(VENV)/audit/tools: $(VENV)/runtime requirements-audit.txt
	@$(PYTHON) -m venv $(VENV)/audit
	@$(BIN)/uv pip install --quiet --python $(VENV)/audit/bin/python --require-hashes -r requirements-audit.txt 2>/dev/null || \
	  $(VENV)/audit/bin/python -m pip install --quiet --require-hashes -r requirements-audit.txt
	@touch $@

# JupyterLab asks at its first start whether it may fetch news.
$(VENV)/lab: $(VENV)/extras
	@$(BIN)/jupyter labextension disable --level sys_prefix @jupyterlab/apputils-extension:announcements 2>/dev/null
	@touch $@
