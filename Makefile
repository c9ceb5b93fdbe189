# Everything that a checkout needs. `make demo` and `make test` do their own set-up.

SHELL := /bin/bash
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export PATH
WEB_SOURCES := $(shell find web -type f -not -path '*/node_modules/*' 2>/dev/null)

.PHONY: help demo test test-long check deps web bench rasa clean

help:
	@echo "make demo       try it: sets everything up and serves the example business"
	@echo "make test       everything that CI runs"
	@echo "make test-long  the long proofs (many kills)"
	@echo "make check      format, lint, types, layering, front-end checks"
	@echo "make deps       install what the tests need beyond Python (Debian, Ubuntu; as root)"
	@echo "make bench      all benchmarks, in full"
	@echo "make rasa       a real Rasa server for the example business (docs/rasa.md)"

# --- set-up ---

$(VENV)/run.stamp: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with venv is needed: apt install python3 python3-venv"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the Python packages (a minute or two the first time) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@SWITCHBOARD_SKIP_WEB=1 $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

gateway/static/.stamp: $(VENV)/run.stamp $(WEB_SOURCES)
	@$(BIN)/python scripts/web.py build
	@touch $@

web: gateway/static/.stamp

demo: $(VENV)/run.stamp gateway/static/.stamp
	@$(BIN)/switchboard demo

rasa: $(VENV)/run.stamp
	@$(BIN)/python -m scripts.rasa serve

# --- proof ---

# Files of tests run beside one another: by a core each and one more, for much of what they do is to wait; five at the most.
BESIDE := -n $(shell n=$$(($$(nproc) + 1)); echo $$((n < 5 ? n : 5))) --dist loadfile

test: $(VENV)/run.stamp gateway/static/.stamp
	@$(BIN)/python scripts/deps.py --install-if-allowed
	@$(BIN)/python -m pytest $(BESIDE)

test-long: $(VENV)/run.stamp gateway/static/.stamp
	@$(BIN)/python scripts/deps.py --install-if-allowed
	@$(BIN)/python -m pytest --long

check: $(VENV)/run.stamp
	@scripts/check

deps: $(VENV)/run.stamp
	@$(BIN)/python scripts/deps.py --install

bench: $(VENV)/run.stamp gateway/static/.stamp
	@set -e; for file in benchmarks/*.py; do \
		grep -q '^def main' $$file && grep -q 'benchmarks.report' $$file || continue; \
		name=$$(basename $$file .py); echo "== benchmarks.$$name"; $(BIN)/python -m benchmarks.$$name; done

clean:
	rm -rf $(VENV) gateway/static web/node_modules web/*/node_modules build dist
