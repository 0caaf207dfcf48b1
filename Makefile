# Everything a newcomer needs: `make run` and `make test`. They use nothing but Python ≥ 3.11 and make.
# Files in .venv/.made/ remember what was installed from which list, so that a second run is quick.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PY := .venv/bin/python
PIP := $(PY) -m pip install --quiet --no-deps --no-compile --disable-pip-version-check
MADE := .venv/.made
DIST := tracker/static/dist/manifest.json
FRONT_END := $(shell find assets -type f) package.json package-lock.json
CATALOGUES := $(wildcard translations/*/LC_MESSAGES/messages.po)

.PHONY: help run test check bench bundle install back
.DEFAULT_GOAL := help

help: ## list these targets
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 8

run: $(MADE)/product ## install what is missing, then serve on http://127.0.0.1:5000
	@exec $(PY) run.py

# Dozens of tests start processes: each would compile its imports anew where the machine keeps no byte code.
test: export PYTHONDONTWRITEBYTECODE :=
test: $(MADE)/product $(MADE)/tools check ## install what tests need and run all of them
	$(PY) -m pytest -n 2 -m "not browser"
	$(PY) -m pytest -n 2 --dist worksteal -m browser

check: $(MADE)/tools $(MADE)/translations ## format, lint, types, layers, templates, translations, security
	.venv/bin/ruff format --check --quiet .
	.venv/bin/ruff check --quiet .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo
	.venv/bin/djlint templates --lint --quiet
	.venv/bin/bandit --quiet --recursive --configfile pyproject.toml tracker release config.py run.py
	$(PY) -m pytest -n 0 --quiet tests/house/test_translations.py

bench: $(MADE)/product $(MADE)/tools ## measure speed and schedule quality; prints tables
	$(PY) -m benchmarks

bundle: $(MADE)/product ## write dist/ultrasound-tracker-VERSION.tar.gz: all that an intranet needs
	@$(PY) -m release.bundle

install: ## install BUNDLE=archive below PREFIX (~/ultrasound-tracker): no network, no Node, no root
	@test -n "$(BUNDLE)" || { echo "Which archive? make install BUNDLE=ultrasound-tracker-1.0.0.tar.gz"; exit 1; }
	@$(PYTHON) -m release.install $(if $(PREFIX),--prefix "$(PREFIX)") "$(BUNDLE)"

back: ## make the release before the last install current again
	@$(PYTHON) -m release.install $(if $(PREFIX),--prefix "$(PREFIX)") --back

# --- what the targets stand on -----------------------------------------------------------------

$(MADE)/product: $(MADE)/packages $(MADE)/translations $(DIST)
	@touch $@

$(MADE)/venv:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: sudo apt-get install python3"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "Python cannot make environments here: sudo apt-get install python3-venv"; exit 1; }
	@echo "Making .venv …"
	@$(PYTHON) -m venv .venv && mkdir -p $(MADE) && touch $@

$(MADE)/packages: requirements.txt $(MADE)/venv
	@echo "Installing packages …"
	@$(PIP) -r requirements.txt && touch $@

$(MADE)/tools: requirements-dev.txt $(MADE)/packages
	@echo "Installing what tests need …"
	@$(PIP) -r requirements-dev.txt && touch $@

$(MADE)/translations: $(CATALOGUES) $(MADE)/packages
	@$(if $(CATALOGUES),.venv/bin/pybabel --quiet compile --directory translations &&) touch $@

$(DIST): $(FRONT_END) $(MADE)/packages
	@echo "Building the front end …"
	@$(PY) assets/build.py && touch $@
